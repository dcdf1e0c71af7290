"""Simpler outlines keep their common edges, their islands and their enclaves."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from evaluation.territory.generalise import WORTH_SIMPLIFYING, generalised, tolerance_for
from evaluation.territory.polygons import areas_km2, unwrapped
from evaluation.territory.topology import enclaves, gaps, overlaps


def wavy(corners: int) -> list[tuple[float, float]]:
    """A common border from south to north with many small waves around 91 degrees east."""
    return [(91 + 0.02 * np.sin(n), 56 + 2 * n / corners) for n in range(corners + 1)]


def country(corners: int = 400) -> gpd.GeoDataFrame:
    """Two districts with a wavy border, a town within the first, and islands off the second."""
    border = wavy(corners)
    town = [(90.5 + 0.01 * np.cos(a), 57 + 0.01 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 60, endpoint=False)]
    west = Polygon([(90, 56), *border, (90, 58)], [town])
    east = MultiPolygon(
        [Polygon([*border, (93, 58), (93, 56)]), box(94, 57, 94.01, 57.01), box(94.2, 57, 94.201, 57.001)]
    )
    return gpd.GeoDataFrame(
        {"unit_id": ["west", "east", "town"]}, geometry=[west, east, Polygon(town)], crs="EPSG:4326"
    )


def test_borders_stay_common_and_nothing_vanishes() -> None:
    before = country()
    made = generalised(before, 10.0)
    shapes = made.boundaries.geometry.to_numpy(dtype=object)
    assert made.vertices_after < made.vertices_before / 10
    assert shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)
    assert overlaps(made.boundaries).empty and gaps(made.boundaries).empty
    assert made.boundaries["unit_id"].tolist() == ["west", "east", "town"]
    assert len(shapely.get_parts(shapes[1])) == 3, "both islands are still there"
    assert enclaves(made.boundaries)[["unit_id", "host_id"]].to_numpy().tolist() == [["town", "west"]]
    area = areas_km2(before.geometry.to_numpy(dtype=object))
    assert made.changes["area_before"].to_numpy() == pytest.approx(area, rel=1e-3)
    assert made.changes["area_after"].sum() == pytest.approx(area.sum(), rel=0.01)
    assert (areas_km2(shapes) > 0).all()


def test_a_larger_tolerance_leaves_fewer_corners_and_0_leaves_all() -> None:
    counts = [generalised(country(), tolerance).vertices_after for tolerance in (0.0, 1.0, 3.0, 10.0)]
    assert counts == sorted(counts, reverse=True) and counts[0] >= shapely.get_num_coordinates(country().geometry).sum()
    with pytest.raises(ValueError, match="0 or more"):
        generalised(country(), -1)


def test_overlaps_go_to_the_smaller_unit_and_slivers_are_closed() -> None:
    shapes = [box(90, 56, 92, 58), box(91.9, 56, 92.5, 57), box(92.5005, 56, 93.5, 57)]
    drawn = gpd.GeoDataFrame({"unit_id": ["a", "b", "c"]}, geometry=shapes, crs="EPSG:4326")
    made = generalised(drawn, 0.0)
    assert overlaps(made.boundaries).empty and shapely.coverage_is_valid(
        made.boundaries.geometry.to_numpy(dtype=object)
    )
    assert made.changes["area_after"].iloc[1] == pytest.approx(made.changes["area_before"].iloc[1], rel=0.01)
    assert made.changes["area_after"].iloc[0] < made.changes["area_before"].iloc[0]


def test_units_across_180_come_back_within_180() -> None:
    drawn = gpd.GeoDataFrame(
        {"unit_id": ["a", "b"]},
        geometry=[MultiPolygon([box(175, 64, 180, 66), box(-180, 64, -175, 66)]), box(-175, 64, -170, 66)],
        crs="EPSG:4326",
    )
    made = generalised(drawn, 1.0).boundaries
    assert made.total_bounds[0] == -180 and made.total_bounds[2] == 180 and made.is_valid.all()
    whole = unwrapped(made.geometry.to_numpy(dtype=object))
    assert shapely.coverage_is_valid(whole) and whole[0].geom_type == "Polygon"


def test_the_same_outlines_give_the_same_bytes() -> None:
    one, two = (generalised(country(), 2.0).boundaries.geometry.to_wkb().tolist() for _ in range(2))
    assert one == two


def test_the_tolerance_follows_the_extent() -> None:
    assert tolerance_for(country()) == 0, "so few corners are left as they are"
    detailed = country(WORTH_SIMPLIFYING)
    width_km = 4.2 * 111.3 * np.cos(np.radians(56.5))
    assert tolerance_for(detailed) == pytest.approx(width_km / 4000, rel=0.03)
