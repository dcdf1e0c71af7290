"""Rival channels by hand: neighbours, common training, and the group that is potential contact alone."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.settings import Exposure, InputProblem
from evaluation.support.channels import (
    channel_exposures,
    common_trainer_ties,
    neighbour_ties,
    neighbours_by_centres,
    potential_contacts,
    unit_centres,
)
from evaluation.support.exchange import earlier_peers, exposure

DEADLINES = {2020: dt.date(2020, 2, 14), 2021: dt.date(2021, 2, 15), 2022: dt.date(2022, 2, 15)}
EVENTS = pd.DataFrame(
    {
        "event_id": ["A", "B", "D", "F"], "stream": ["training", "training", "methodical", "training"],
        "ends_on": pd.to_datetime(["2020-01-10", "2020-06-01", "2020-06-01", "2022-02-15"]),
    }
)  # fmt: skip
ATTENDANCE = pd.DataFrame(
    [
        ("A", "u1", "present"), ("A", "u1", "present"), ("A", "u2", "partial"), ("A", "u3", "absent"),
        ("B", "u2", "present"), ("B", "u1", "present"), ("B", "u3", "present"), ("B", None, "present"),
        ("D", "u1", "present"), ("D", "u4", "present"), ("F", "u4", "present"), ("F", "u1", "present"),
    ],
    columns=["event_id", "unit_id", "status"],
)  # fmt: skip


def _rows(ties: pd.DataFrame) -> dict[tuple[int, str, str], int]:
    return {(r.year, r.from_unit, r.to_unit): r.events for r in ties.itertuples()}


def test_common_training_stays_and_adds_up() -> None:
    found = _rows(common_trainer_ties(EVENTS, ATTENDANCE, DEADLINES))
    assert {key: n for key, n in found.items() if key[0] == 2020} == {(2020, "u1", "u2"): 1, (2020, "u2", "u1"): 1}
    later = {key[1:]: n for key, n in found.items() if key[0] == 2021}
    assert later == {
        ("u1", "u2"): 2, ("u2", "u1"): 2, ("u1", "u3"): 1, ("u3", "u1"): 1, ("u2", "u3"): 1, ("u3", "u2"): 1,
    }  # fmt: skip
    assert {key[1:]: n for key, n in found.items() if key[0] == 2022} == later  # F ends on the deadline's day


def test_nobody_trained_no_ties() -> None:
    assert common_trainer_ties(EVENTS.iloc[:0], ATTENDANCE, DEADLINES).empty


def test_neighbours_are_ties_in_every_year() -> None:
    pairs = pd.DataFrame({"unit_id": ["u1", "u2", "u1"], "neighbour_id": ["u2", "u1", "u1"]})
    assert _rows(neighbour_ties(pairs, [2021, 2020])) == {
        (2020, "u1", "u2"): 1, (2020, "u2", "u1"): 1, (2021, "u1", "u2"): 1, (2021, "u2", "u1"): 1,
    }  # fmt: skip


def test_exposure_over_rival_channels_counts_peers_trained_earlier() -> None:
    trained = {"u1": 2020, "u2": 2020, "u3": 2021}
    dose = pd.DataFrame(
        [(u, y, u in trained and y >= trained[u]) for u in ("u1", "u2", "u3", "u4") for y in DEADLINES],
        columns=["unit_id", "year", "trained"],
    ).astype({"year": "Int64", "trained": "boolean"})
    keys = pd.MultiIndex.from_frame(dose[["unit_id", "year"]])
    pairs = pd.DataFrame({"unit_id": ["u3", "u4"], "neighbour_id": ["u4", "u3"]})
    found = channel_exposures(
        dose, neighbour_ties(pairs, DEADLINES), common_trainer_ties(EVENTS, ATTENDANCE, DEADLINES), 1, keys
    ).set_index(["unit_id", "year"])
    assert found["exposure_neighbours"].unstack().to_numpy().tolist() == [[0, 0, 0]] * 3 + [[0, 0, 1]]
    assert found["exposure_common_trainer"].unstack().to_numpy().tolist() == [[0, 1, 2], [0, 1, 2], [0, 0, 2], [0] * 3]


def test_the_messenger_group_is_potential_contact_and_no_exposure() -> None:
    members = pd.DataFrame(
        {
            "unit_id": ["u2", "u1", "u1", "u3"],
            "joined_on": pd.to_datetime(["2019-05-01", "2020-02-13", "2020-02-13", "2020-02-14"]),
            "left_on": pd.to_datetime([None, None, None, "2021-02-01"]),
        }
    )
    found = potential_contacts(members, DEADLINES)
    assert found.to_numpy().tolist() == [[2020, "u1", "u2"], [2021, "u1", "u2"], [2022, "u1", "u2"]]
    with pytest.raises(KeyError):
        exposure(found, pd.DataFrame(), pd.DataFrame(), Exposure(), ["u1"])


def test_a_lag_below_one_year_is_refused() -> None:
    with pytest.raises(InputProblem, match="lag of at least one year"):
        earlier_peers(pd.DataFrame(), pd.Series(dtype=float), pd.DataFrame(), 0, pd.MultiIndex.from_tuples([("a", 1)]))


def test_centres_and_neighbours() -> None:
    places = pd.DataFrame(
        {"unit_id": ["M", "M", "C", "Z"], "longitude": [90.0, 92.0, 95.0, None], "latitude": [55.0, 55, 55, None]}
    )
    centres = unit_centres(places, ["C", "M", "Z", "unassigned"])
    assert centres.set_index("unit_id")["longitude"].dropna().to_dict() == {"C": 95.0, "M": 91.0}
    found = neighbours_by_centres(centres)
    assert found[["unit_id", "neighbour_id"]].to_numpy().tolist() == [["C", "M"], ["M", "C"]]
    assert unit_centres(places[["unit_id"]], ["M"])["longitude"].isna().all()
    assert neighbours_by_centres(centres.assign(longitude=90.0, latitude=55.0)).empty  # all in one point: no geography
