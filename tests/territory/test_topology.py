"""Overlaps, gaps and enclaves measured; the unit in which a point lies."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from evaluation.territory.polygons import areas_km2
from evaluation.territory.topology import enclaves, gaps, overlaps, unit_at


def bounds_of(**shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"unit_id": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")


def km2(*shapes: object) -> list[float]:
    return areas_km2(gpd.GeoSeries(list(shapes)).to_numpy(dtype=object)).tolist()


def test_overlaps_are_measured_and_enclaves_on_top_told_apart() -> None:
    made = overlaps(bounds_of(a=box(90, 56, 92, 57), b=box(91.5, 56, 93, 57), c=box(90.4, 56.4, 90.6, 56.6)))
    assert made["kind"].tolist() == ["overlap", "enclave"]
    first = made.iloc[0]
    assert (first["unit_id"], first["other_id"]) == ("b", "a"), "the smaller one first"
    assert first["area_km2"] == pytest.approx(km2(box(91.5, 56, 92, 57))[0], rel=1e-3)
    assert first["share"] == pytest.approx(1 / 3, rel=1e-3)
    assert (made.iloc[1]["unit_id"], made.iloc[1]["other_id"]) == ("c", "a") and made.iloc[1]["share"] == pytest.approx(
        1
    )


def test_neighbours_that_only_touch_do_not_overlap() -> None:
    assert overlaps(bounds_of(a=box(90, 56, 91, 57), b=box(91, 56, 92, 57))).empty
    twice = overlaps(bounds_of(a=box(90, 56, 91, 57), b=box(90, 56, 91, 57)))
    assert twice["share"].tolist() == pytest.approx([1.0])


def test_overlaps_across_180_are_found() -> None:
    one = MultiPolygon([box(178, 64, 180, 66), box(-180, 64, -178, 66)])
    made = overlaps(bounds_of(a=one, b=box(-179, 64, -170, 66)))
    assert len(made) == 1 and made["share"].iloc[0] == pytest.approx(0.25, rel=1e-3)


def test_gaps_are_holes_or_slivers() -> None:
    ring = Polygon(box(90, 56, 92, 58).exterior, [box(90.5, 56.5, 91, 57).exterior])
    narrow = Polygon(box(92, 56, 94, 58).exterior, [box(93, 56.5, 93.001, 57.5).exterior])
    centres = pd.DataFrame({"unit_id": ["x", "y"], "longitude": [90.7, 10.0], "latitude": [56.7, 10.0]})
    made = gaps(bounds_of(a=ring, b=narrow), centres)
    assert made["kind"].tolist() == ["hole", "sliver"] and made["unit_id"].tolist() == ["x", ""]
    assert made["area_km2"].tolist() == pytest.approx(
        km2(box(90.5, 56.5, 91, 57), box(93, 56.5, 93.001, 57.5)), rel=1e-3
    )
    assert 90.5 < made["longitude"].iloc[0] < 91
    assert gaps(bounds_of(a=ring, b=narrow, c=box(90.5, 56.5, 91, 57)))["kind"].tolist() == ["sliver"], (
        "an enclave fills"
    )


def test_an_enclave_has_a_host_whether_cut_out_or_not() -> None:
    host = Polygon(box(90, 56, 92, 58).exterior, [box(90.5, 56.5, 91, 57).exterior])
    found = enclaves(bounds_of(a=host, b=box(90.5, 56.5, 91, 57), c=box(91.2, 57.2, 91.4, 57.4), d=box(92, 56, 93, 57)))
    assert found[["unit_id", "host_id", "cut_out"]].to_numpy().tolist() == [["b", "a", True], ["c", "a", False]]


def test_the_smallest_polygon_wins_for_a_point() -> None:
    boundaries = bounds_of(a=box(90, 56, 92, 58), b=box(90.5, 56.5, 91, 57), c=box(-180, 64, -178, 66))
    points = pd.DataFrame(
        {"longitude": [90.7, 91.5, 10, None, -179.5, 90.5], "latitude": [56.7, 57, 10, 56, 65, 56.6]},
        index=list("pqrstu"),
    )
    found = unit_at(points, boundaries)
    assert found.fillna("").tolist() == ["b", "a", "", "", "c", "b"] and found.index.tolist() == list("pqrstu")
    assert unit_at(points.iloc[:0], boundaries).empty


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(80, 100), st.integers(50, 60), st.integers(1, 6), st.integers(1, 6)),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.tuples(st.integers(80, 106), st.integers(50, 66)), min_size=1, max_size=10),
)
def test_points_agree_with_looking_at_every_polygon(
    shapes: list[tuple[int, int, int, int]], places: list[tuple[int, int]]
) -> None:
    drawn = {f"u{n}": box(x, y, x + w, y + h) for n, (x, y, w, h) in enumerate(shapes)}
    area = dict(zip(drawn, km2(*drawn.values()), strict=True))
    points = pd.DataFrame(places, columns=["longitude", "latitude"]) + 0.25
    found = unit_at(points, bounds_of(**drawn)).fillna("").tolist()
    for (x, y), unit in zip(places, found, strict=True):
        holding = [name for name, shape in drawn.items() if shape.contains(Point(x + 0.25, y + 0.25))]
        assert unit == min(holding, key=lambda name: (round(area[name], 9), name), default="")
