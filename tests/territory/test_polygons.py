"""Polygons: what is repaired and how much, and what lies on both sides of 180°."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from evaluation.territory.polygons import (
    NO_CUT,
    areas_km2,
    cut_longitude,
    equal_area_for,
    extent,
    projected,
    repaired,
    unwrapped,
    wrapped,
)

SPLIT = MultiPolygon([box(175, 64, 180, 66), box(-180, 64, -172, 66)])


def many(*shapes: object) -> np.ndarray:
    return np.array([*shapes, None], dtype=object)[:-1]


def test_each_damage_is_told_apart() -> None:
    bow = Polygon([(90, 56), (91, 57), (91, 56), (90, 57)])
    flat = Polygon([(90, 56), (91, 56), (90, 56)])
    mixed = GeometryCollection([box(90, 56, 91, 57), Point(90, 56), LineString([(90, 56), (91, 57)])])
    points = GeometryCollection([Point(90, 56)])
    endless = Polygon([(90, 56), (91, 56), (91, np.inf)])
    received = many(bow, Polygon(), None, Point(90, 56), mixed, flat, points, endless, box(90, 56, 91, 57))
    made = repaired(received)
    assert np.flatnonzero(made.empty).tolist() == [1, 2, 7]
    assert np.flatnonzero(made.not_polygon).tolist() == [3, 6]
    assert np.flatnonzero(made.mixed).tolist() == [4]
    assert np.flatnonzero(made.invalid).tolist() == [0]
    assert np.flatnonzero(made.collapsed).tolist() == [5]
    assert np.flatnonzero(~shapely.is_missing(made.shapes)).tolist() == [0, 4, 8]
    assert shapely.is_valid(made.shapes[[0, 4, 8]]).all()
    assert made.shapes[0].area == pytest.approx(0.5) and made.shapes[4].equals(box(90, 56, 91, 57))
    assert made.area_after[0] == pytest.approx(made.area_after[8] / 2, rel=0.02)


def test_heights_are_dropped() -> None:
    made = repaired(many(Polygon([(90, 56, 1), (91, 56, 2), (91, 57, 3)])))
    assert not shapely.has_z(made.shapes).any()


def test_areas_agree_with_those_on_the_ellipsoid() -> None:
    globe = Geod(ellps="WGS84")
    for west, south in ((90, 56), (170, 65), (-5, -1)):
        # corners every hundredth of a degree: the edges of a map and of the ellipsoid then run together
        shape = shapely.segmentize(box(west, south, west + 2, south + 2), 0.01)
        known = abs(globe.geometry_area_perimeter(shape)[0]) / 1e6
        assert areas_km2(many(shape))[0] == pytest.approx(known, rel=1e-5)
    assert np.isnan(areas_km2(many(None))).all()


def test_parts_on_both_sides_of_180_become_one_piece() -> None:
    shapes = many(SPLIT, box(160, 60, 170, 62))
    assert cut_longitude(shapes) == pytest.approx(-6)
    whole = unwrapped(shapes)
    assert whole[0].geom_type == "Polygon" and whole[0].equals(box(175, 64, 188, 66))
    assert whole[1].equals(shapes[1])
    assert extent(shapes) == (160, 60, 188, 66)
    plane = shapely.bounds(projected(shapes, equal_area_for(extent(shapes))))
    assert plane[0, 2] - plane[0, 0] < 700_000, "13 degrees of longitude at 64 degrees north"
    back = wrapped(whole)
    assert back[0].equals(SPLIT) and back[1].equals(shapes[1])
    assert areas_km2(back) == pytest.approx(areas_km2(shapes))


def test_nothing_is_moved_where_180_is_not_crossed() -> None:
    shapes = many(box(20, 50, 30, 60), box(90, 50, 100, 60))
    assert cut_longitude(shapes) == NO_CUT and unwrapped(shapes) is shapes
    assert extent(shapes) == (20, 50, 100, 60)


@given(st.floats(-180, 179), st.floats(0.5, 60), st.floats(-80, 79))
def test_wrapping_an_unwrapped_outline_loses_nothing(west: float, width: float, south: float) -> None:
    shape = box(west, south, west + width, south + 1)
    kept = wrapped(many(shape))
    assert shapely.total_bounds(kept)[0] >= -180 and shapely.total_bounds(kept)[2] <= 180
    assert shapely.area(kept)[0] == pytest.approx(shape.area)
    assert shapely.bounds(unwrapped(kept))[0, 2] - shapely.bounds(unwrapped(kept))[0, 0] == pytest.approx(width)


def test_an_outline_drawn_round_the_globe_is_cut_at_180() -> None:
    round_about = Polygon([(175, 64), (-172, 64), (-172, 66), (175, 66)])
    made = repaired(many(round_about))
    assert made.crossing.tolist() == [True] and made.shapes[0].equals(SPLIT)


def test_no_polygon_has_no_extent() -> None:
    with pytest.raises(ValueError, match="no polygon"):
        extent(many(None))
