"""Neighbours by borders and by centres."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from evaluation.settings import InputProblem
from evaluation.territory.boundaries import read_boundaries
from evaluation.territory.neighbours import (
    EARTH_RADIUS_KM,
    NEIGHBOUR_COLUMNS,
    centre_neighbours,
    contiguity,
    neighbour_graph,
)
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


def drawn(**shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"unit_id": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")


def rules(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Basis of each pair, told once."""
    both = frame.set_index(["unit_id", "neighbour_id"])["basis"].to_dict()
    assert all(both[second, first] == why for (first, second), why in both.items()), "in both directions"
    return {pair: why for pair, why in both.items() if pair[0] < pair[1]}


def test_a_chessboard_has_edges_and_on_wish_corners() -> None:
    board = drawn(a=box(90, 56, 91, 57), b=box(91, 56, 92, 57), c=box(90, 57, 91, 58), d=box(91, 57, 92, 58))
    edges = {("a", "b"): "edge", ("a", "c"): "edge", ("b", "d"): "edge", ("c", "d"): "edge"}
    assert rules(contiguity(board)) == edges
    assert rules(contiguity(board, corners=True)) == edges | {("a", "d"): "corner", ("b", "c"): "corner"}


def test_a_narrow_unit_between_two_is_not_jumped_over() -> None:
    """The gap of generalised outlines is allowed for where no other unit already fills it."""
    row = drawn(a=box(90, 56, 91, 57), thin=box(91, 56, 91.01, 57), z=box(91.01, 56, 92, 57))
    assert rules(contiguity(row, gap_km=0.5)) == {("a", "thin"): "edge", ("thin", "z"): "edge"}
    apart = drawn(a=box(90, 56, 91, 57), z=box(91.01, 56, 92, 57))
    assert rules(contiguity(apart, gap_km=0.7)) == {("a", "z"): "gap"}, (
        "0.01 degrees at 56 to 57 north: 0.61 to 0.62 km"
    )
    assert rules(contiguity(apart, gap_km=0.5)) == {("a", "z"): "nearest"}
    assert contiguity(apart, gap_km=0.5, islands="none").empty
    assert rules(contiguity(apart, gap_km=0)) == {("a", "z"): "nearest"}


def test_one_long_edge_meets_two_short_ones() -> None:
    frame = drawn(long=box(90, 56, 91, 58), low=box(91, 56, 92, 57), up=box(91, 57, 92, 58))
    assert set(rules(contiguity(frame))) == {("long", "low"), ("long", "up"), ("low", "up")}


def test_units_inside_and_across_others() -> None:
    frame = drawn(host=box(90, 56, 94, 58), inner=box(91, 56.9, 91.2, 57.1), side=box(93.5, 56.5, 95, 57.5))
    assert rules(contiguity(frame, gap_km=0)) == {("host", "inner"): "inside", ("host", "side"): "overlap"}
    assert rules(contiguity(frame))["host", "inner"] == "inside"
    barely = drawn(a=box(90, 56, 91, 57), b=box(90.995, 56, 92, 57))
    assert contiguity(barely, gap_km=0, islands="none").empty, "an overlap of half a hundredth is no border"


def test_borders_on_the_antimeridian() -> None:
    west, east = box(178, 66, 180, 68), box(-180, 66, -178, 68)
    assert rules(contiguity(drawn(e=east, w=west))) == {("e", "w"): "edge"}
    cut = MultiPolygon([box(179, 66, 180, 68), box(-180, 66, -179, 68)])
    frame = drawn(cut=cut, e=box(-178.99, 66, -178, 68), w=box(178, 66, 179, 68))
    assert rules(contiguity(frame, gap_km=1)) == {("cut", "e"): "gap", ("cut", "w"): "edge"}


def test_units_without_outline_and_wrong_input() -> None:
    frame = drawn(a=box(90, 56, 91, 57), b=box(91, 56, 92, 57), c=None)
    assert rules(contiguity(frame)) == {("a", "b"): "edge"}
    assert contiguity(frame.iloc[:1]).empty and list(contiguity(frame.iloc[2:]).columns) == NEIGHBOUR_COLUMNS
    with pytest.raises(InputProblem, match="Units are repeated: a"):
        contiguity(pd.concat([frame, frame.iloc[:1]]))
    for gap in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputProblem, match="is no distance"):
            contiguity(frame, gap_km=gap)


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


def test_delaunay_holds_gabriel_and_joins_a_square() -> None:
    square = centres(("a", 90, 0), ("b", 91, 0), ("c", 90, 1), ("d", 91.2, 1.1))
    assert len(pairs(centre_neighbours(square, "delaunay"))) == 10, "four sides and the one diagonal that is shorter"
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"unit_id": [f"{n:02}" for n in range(40)], "longitude": rng.uniform(80, 110, 40),
                          "latitude": rng.uniform(51, 78, 40)})  # fmt: skip
    wide = centre_neighbours(frame, "delaunay")
    assert set(wide["basis"]) == {"delaunay"} and pairs(centre_neighbours(frame)) < pairs(wide)


def test_nearest_centres_by_great_circle() -> None:
    """By the definition, over the pole and the antimeridian: distances by the haversine formula."""
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({"unit_id": [f"{n:02}" for n in range(30)], "longitude": rng.uniform(150, 210, 30),
                          "latitude": rng.uniform(60, 89, 30)})  # fmt: skip
    frame["longitude"] = (frame["longitude"] + 180) % 360 - 180
    lam, phi = np.radians(frame[["longitude", "latitude"]].to_numpy().T)
    half = np.sin((phi[:, None] - phi) / 2) ** 2
    half += np.cos(phi)[:, None] * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1)[:, :3]
    one_way = {(f"{a:02}", f"{b:02}") for a in range(30) for b in near[a]}
    found = centre_neighbours(frame, "nearest_centre", 3)
    assert pairs(found) == one_way | {(b, a) for a, b in one_way} and set(found["basis"]) == {"nearest_centre"}
    with pytest.raises(InputProblem, match="0 nearest neighbours"):
        centre_neighbours(frame, "nearest_centre", 0)
    with pytest.raises(InputProblem, match="Units are repeated: 00"):
        centre_neighbours(pd.concat([frame, frame.iloc[:1]]))
    assert len(centre_neighbours(frame.iloc[:2], "nearest_centre", 5)) == 2


@pytest.mark.filterwarnings("error")
def test_the_graph_keeps_order_and_isolates() -> None:
    frame = pd.DataFrame({"unit_id": ["b", "a"], "neighbour_id": ["a", "b"], "basis": "edge"})
    graph = neighbour_graph(frame, ["c", "b", "a"])
    assert list(graph.unique_ids) == ["c", "b", "a"] and list(graph.isolates) == ["c"]
    assert graph.sparse.toarray().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert neighbour_graph(frame.iloc[:0], ["a", "b"]).isolates.size == 2
    with pytest.raises(InputProblem, match="not in the list: a"):
        neighbour_graph(frame, ["b"])


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
