"""Neighbours by borders and by centres."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from evaluation.territory.boundaries import read_boundaries
from evaluation.territory.neighbours import NEIGHBOUR_COLUMNS, centre_neighbours, contiguity
from evaluation.territory.registry import in_force, names, read_registry

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "territory"
REGISTRY = read_registry(ROOT / "config" / "territory" / "units.csv")


def pairs(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["unit_id"], frame["neighbour_id"], strict=True))


def test_borders_enclaves_gaps_and_islands() -> None:
    host = Polygon(box(90, 56, 92, 58).exterior, [box(90.5, 56.5, 91, 57).exterior])
    frame = gpd.GeoDataFrame(
        {"unit_id": ["host", "enclave", "east", "sliver", "island"]},
        geometry=[host, box(90.5, 56.5, 91, 57), box(92, 56, 93, 58), box(93.01, 56, 94, 58), box(97, 56, 98, 57)],
        crs="EPSG:4326",
    )
    found = contiguity(frame)
    assert list(found.columns) == NEIGHBOUR_COLUMNS
    assert pairs(found) == {
        ("host", "enclave"), ("enclave", "host"), ("host", "east"), ("east", "host"), ("east", "sliver"),
        ("sliver", "east"), ("island", "sliver"), ("sliver", "island"),
    }  # fmt: skip
    assert set(found.loc[found["unit_id"] == "island", "basis"]) == {"nearest"}
    strict = contiguity(frame, gap_km=0.1).set_index(["unit_id", "neighbour_id"])["basis"]
    assert strict[("sliver", "east")] == "nearest", "without the allowance for gaps the sliver is an island"


def centres(*places: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(places), columns=["unit_id", "longitude", "latitude"])


def test_gabriel_neighbours_by_hand() -> None:
    # c lies within the circle on a-b; d is far to the north, its circles with a and b hold c
    found = centre_neighbours(centres(("a", 90, 56), ("b", 92, 56), ("c", 91, 56.1), ("d", 91, 58)))
    assert pairs(found) == {("a", "c"), ("c", "a"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "c")}


def test_units_at_one_place_share_their_neighbours() -> None:
    found = centre_neighbours(centres(("city", 90, 56), ("district", 90, 56), ("far", 92, 56)))
    assert pairs(found) == {(a, b) for a in ("city", "district", "far") for b in ("city", "district", "far") if a != b}


def test_small_and_awkward_sets() -> None:
    assert centre_neighbours(centres(("a", 90, 56))).empty
    assert len(centre_neighbours(centres(("a", 90, 56), ("b", 91, 56)))) == 2
    unknown = centres(("a", 90, 56), ("b", 91, 56), ("c", np.nan, np.nan))
    assert "c" not in set(centre_neighbours(unknown)["unit_id"])
    meridian = centre_neighbours(centres(*((str(n), 95.0, 55.0 + n) for n in range(4))))
    assert pairs(meridian) == {(str(n), str(n + s)) for n in range(4) for s in (-1, 1) if 0 <= n + s < 4}
    dateline = centre_neighbours(centres(("w", 179.0, 66), ("m", 180.0, 66), ("e", -179.0, 66), ("x", 170.0, 66)))
    assert pairs(dateline) >= {("w", "m"), ("m", "e")} and ("x", "e") not in pairs(dateline)


def test_the_graph_agrees_with_its_definition_on_random_points() -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"unit_id": [f"{n:02}" for n in range(25)], "longitude": rng.uniform(92, 93, 25),
                          "latitude": rng.uniform(0, 1, 25)})  # fmt: skip
    found = pairs(centre_neighbours(frame))
    points = frame[["longitude", "latitude"]].to_numpy()  # by the equator a degree is the same both ways
    expected = {
        (f"{a:02}", f"{b:02}")
        for a in range(25)
        for b in range(25)
        if a != b
        and not any(
            ((points[c] - (points[a] + points[b]) / 2) ** 2).sum() < ((points[a] - points[b]) ** 2).sum() / 4
            for c in range(25)
            if c not in (a, b)
        )
    }
    assert found == expected


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the repository")
def test_real_borders() -> None:
    day = dt.date(2024, 1, 1)
    read = read_boundaries(SHARED / "krasnoyarsk_61_boundaries.geojson", REGISTRY, day)
    found = contiguity(read)
    short = names(REGISTRY, day)
    of = {short[unit]: {short[other] for other in rows} for unit, rows in found.groupby("unit_id")["neighbour_id"]}
    assert len(of) == 61 and pairs(found) == {(b, a) for a, b in pairs(found)}
    assert of["Норильск"] == {"Таймырский район"} and of["Зеленогорск"] == {"Рыбинский район"}
    assert {"Туруханский район", "Таймырский район", "Богучанский район"} <= of["Эвенкийский район"]
    by_centre = pairs(centre_neighbours(in_force(REGISTRY, day)))
    share = len(by_centre & pairs(found)) / len(by_centre)
    print(f"borders {len(found) // 2}, by centres {len(by_centre) // 2}, {share:.2f} of these are borders")
    assert share > 0.6
