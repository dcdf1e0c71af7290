"""Neighbours in the order of their distance: by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.territory.nearby import NEARBY_COLUMNS, nearby

# on the equator a degree is 111.19 km; d has no centre
UNITS = pd.DataFrame(
    {"unit_id": ["c", "a", "b", "d"], "longitude": [3.0, 0.0, 1.0, np.nan], "latitude": [0.0, 0.0, 0.0, np.nan]}
)
DEGREE = 6371.0088 * np.pi / 180


def test_the_nearest_come_first_and_units_stay_as_given() -> None:
    found = nearby(UNITS)
    assert list(found.columns) == NEARBY_COLUMNS
    assert found[["unit_id", "neighbour_id"]].to_numpy().tolist() == [
        ["c", "b"], ["c", "a"], ["a", "b"], ["a", "c"], ["b", "a"], ["b", "c"],
    ]  # fmt: skip
    assert found["distance_km"].tolist() == pytest.approx(
        [2 * DEGREE, 3 * DEGREE, DEGREE, 3 * DEGREE, DEGREE, 2 * DEGREE]
    )


def test_only_so_many_and_only_among_the_pairs() -> None:
    assert nearby(UNITS, most=1)["neighbour_id"].tolist() == ["b", "b", "a"]
    pairs = pd.DataFrame({"unit_id": ["a", "c", "a"], "neighbour_id": ["c", "a", "d"], "basis": "edge"})
    assert nearby(UNITS, pairs)[["unit_id", "neighbour_id"]].to_numpy().tolist() == [["c", "a"], ["a", "c"]]


def test_equally_near_ones_follow_their_codes() -> None:
    units = pd.DataFrame({"unit_id": ["m", "z", "b"], "longitude": [0.0, 1.0, -1.0], "latitude": [0.0, 0.0, 0.0]})
    assert nearby(units, most=1).set_index("unit_id")["neighbour_id"].to_dict() == {"m": "b", "z": "m", "b": "m"}


def test_nobody_is_nobodys_neighbour() -> None:
    assert nearby(UNITS.iloc[:1]).empty
    assert nearby(UNITS.iloc[:0]).empty
