"""Polygons on the globe: only their polygonal part, repaired, in one piece across 180°, measured on an equal area.

Coordinates are degrees (EPSG:4326), longitude first. Arrays are NumPy arrays of shapely geometries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from geopandas import GeoSeries

WGS84 = "EPSG:4326"
NO_CUT = -180.0
_POLYGONAL = (3, 6)
_COLLECTION = 7
_WHOLE = shapely.box(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Repaired:
    """``shapes`` are valid polygons or multipolygons (None where none is left); the flags say what was done to each.

    ``empty``: there was nothing; ``not_polygon``: points or lines alone; ``mixed``: they were left out beside
    polygons; ``invalid``: the outline was mended, its area going from ``area_before`` to ``area_after`` (km2);
    ``collapsed``: it encloses no area; ``crossing``: an outline drawn round the globe instead of across 180° was cut
    there.
    """

    shapes: np.ndarray
    empty: np.ndarray
    not_polygon: np.ndarray
    mixed: np.ndarray
    invalid: np.ndarray
    collapsed: np.ndarray
    crossing: np.ndarray
    area_before: np.ndarray
    area_after: np.ndarray


def repaired(shapes: np.ndarray) -> Repaired:
    """Valid polygons of received geometries; see ``Repaired``. Heights are dropped.

    Areas are those of the outline as received (the sum of signed rings of a self-crossing outline) and after.
    """
    shapes = shapely.force_2d(np.asarray(shapes, dtype=object))
    finite = np.array([one is not None and bool(np.isfinite(shapely.get_coordinates(one)).all()) for one in shapes])
    empty = ~finite | shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = shapely.get_type_id(shapes)
    taken = shapes.copy()
    mixed = np.zeros(len(shapes), dtype=bool)
    for place in np.flatnonzero(~empty & (kinds == _COLLECTION)):
        polygons = polygonal(shapes[place])
        mixed[place] = polygons is not None
        taken[place] = polygons
    not_polygon = ~empty & ~np.isin(kinds, _POLYGONAL) & ~mixed
    taken[empty | not_polygon] = None
    crossing = _goes_round(taken)
    for place in np.flatnonzero(crossing):
        taken[place] = polygonal(shapely.make_valid(_cut_open(taken[place])))
    taken = wrapped(taken)
    invalid = ~shapely.is_missing(taken) & ~shapely.is_valid(taken)
    before = areas_km2(taken)
    for place in np.flatnonzero(invalid):
        taken[place] = polygonal(shapely.make_valid(taken[place], method="structure", keep_collapsed=False))
    after = areas_km2(taken)
    collapsed = shapely.is_missing(taken) & ~not_polygon & ~empty
    return Repaired(taken, empty, not_polygon, mixed, invalid & ~collapsed, collapsed, crossing, before, after)


def polygonal(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """The polygons of a geometry (of a collection too), None where it has none."""
    if shape is None or shape.is_empty:
        return None
    kind = shapely.get_type_id(shape)
    if kind != _COLLECTION:
        return shape if kind in _POLYGONAL else None
    pieces = [part for part in map(polygonal, shapely.get_parts(shape)) if part is not None]
    if not pieces:
        return None
    polygons = shapely.get_parts(np.array(pieces, dtype=object))
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


# ---- across 180° --------------------------------------------------------------------------------------------


def _goes_round(shapes: np.ndarray) -> np.ndarray:
    """Outlines with an edge of more than 180° of longitude: drawn from 179° to -179° the long way."""
    bounds = shapely.bounds(shapes)
    wide = np.nan_to_num(bounds[:, 2] - bounds[:, 0]) > 180
    for place in np.flatnonzero(wide):
        rings = shapely.get_rings(shapely.get_parts(shapes[place]))
        wide[place] = any(np.abs(np.diff(shapely.get_coordinates(ring)[:, 0])).max() > 180 for ring in rings)
    return wide


def _cut_open(shape: shapely.Geometry) -> shapely.Geometry:
    """The outline with its western longitudes counted on beyond 180°."""
    return shapely.transform(shape, lambda points: np.column_stack([points[:, 0] % 360, points[:, 1]]))


def cut_longitude(shapes: np.ndarray) -> float:
    """Longitude at which the globe may be cut without cutting a polygon: amid the widest empty band.

    ``NO_CUT`` (-180) where that band holds 180° itself, so that nothing needs to be moved.
    """
    bounds = shapely.bounds(shapely.get_parts(shapes[~shapely.is_missing(shapes)]))
    if not len(bounds):
        return NO_CUT
    order = np.argsort(bounds[:, 0], kind="stable")
    starts, ends = bounds[order, 0], np.maximum.accumulate(bounds[order, 2])
    gaps = starts[1:] - ends[:-1]
    around = starts[0] + 360 - ends[-1]
    if not len(gaps) or gaps.max() <= around:
        return NO_CUT
    widest = int(gaps.argmax())
    return float((ends[widest] + starts[widest + 1]) / 2)


def unwrapped(shapes: np.ndarray, cut: float | None = None) -> np.ndarray:
    """Polygons with longitudes counted on beyond 180°, so that what lies on both sides of it is in one piece.

    Parts that were cut at 180° are joined again. ``cut`` is that of all polygons drawn together (default: of these).
    Nothing changes for polygons that do not lie on both sides.
    """
    cut = cut_longitude(shapes) if cut is None else cut
    if cut == NO_CUT:
        return shapes
    seam = _touches(shapes, 180.0) & _touches(shapes, -180.0)
    moved = shapely.transform(
        shapes, lambda points: np.column_stack([points[:, 0] + 360.0 * (points[:, 0] < cut), points[:, 1]])
    )
    for place in np.flatnonzero(seam):
        moved[place] = polygonal(shapely.union_all(shapely.get_parts(moved[place])))
    return moved


def _touches(shapes: np.ndarray, longitude: float) -> np.ndarray:
    bounds = shapely.bounds(shapes)
    near: np.ndarray = np.abs(bounds[:, [0, 2]] - longitude).min(axis=1) < 1e-6
    return near


def wrapped(shapes: np.ndarray) -> np.ndarray:
    """Polygons within -180°..180°: what lies beyond is cut off at 180° and moved to the other side."""
    result = shapes.copy()
    bounds = np.nan_to_num(shapely.bounds(shapes))
    for place in np.flatnonzero((bounds[:, 2] > 180) | (bounds[:, 0] < -180)):
        pieces = []
        for turn in (-360.0, 0.0, 360.0):
            turned = shapely.transform(shapes[place], lambda points, turn=turn: points + np.array([turn, 0.0]))
            inside = polygonal(shapely.intersection(shapely.make_valid(turned), _WHOLE))
            pieces += [] if inside is None else [*shapely.get_parts(inside)]
        result[place] = pieces[0] if len(pieces) == 1 else shapely.multipolygons(pieces) if pieces else None
    return result


# ---- measured -----------------------------------------------------------------------------------------------


def extent(shapes: np.ndarray) -> tuple[float, float, float, float]:
    """West, south, east, north of all polygons; the east is beyond 180° where they lie on both sides of it.

    Raises ValueError where there is no polygon.
    """
    known = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    if not len(known):
        raise ValueError("there is no polygon")
    cut = cut_longitude(known)
    bounds = shapely.bounds(shapely.get_parts(known))
    bounds[:, [0, 2]] += 360.0 * (bounds[:, [2]] <= cut)
    low, high = bounds.min(axis=0), bounds.max(axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def equal_area_for(bounds: tuple[float, float, float, float]) -> str:
    """Equal-area projection in metres for west, south, east, north in degrees, as a PROJ string.

    Albers' conic with standard parallels at a sixth from south and north; Lambert's cylinder near the equator, where a
    cone would be flat. The middle longitude is that of the bounds, so that 180° may lie within.
    """
    west, south, east, north = bounds
    middle = ((west + east) / 2 + 180) % 360 - 180
    low, high = south + (north - south) / 6, north - (north - south) / 6
    if south < 0 < north or abs(low + high) < 10:
        return f"+proj=cea +lat_ts=0 +lon_0={middle:.4f} +datum=WGS84 +units=m +no_defs"
    centre = (south + north) / 2
    return (
        f"+proj=aea +lat_1={low:.4f} +lat_2={high:.4f} +lat_0={centre:.4f} +lon_0={middle:.4f} "
        "+datum=WGS84 +units=m +no_defs"
    )


def projected(shapes: np.ndarray, projection: str) -> np.ndarray:
    """The geometries in another projection (EPSG code or PROJ string), from degrees."""
    series: GeoSeries = _series(shapes).to_crs(projection)
    return series.to_numpy(dtype=object)


def from_projection(shapes: np.ndarray, projection: str) -> np.ndarray:
    """The geometries in degrees, from a projection."""
    import geopandas as gpd

    series = gpd.GeoSeries(pd.Series(list(shapes), dtype=object), crs=projection)
    return series.to_crs(WGS84).to_numpy(dtype=object)


def _series(shapes: np.ndarray) -> GeoSeries:
    import geopandas as gpd

    return gpd.GeoSeries(pd.Series(list(shapes), dtype=object), crs=WGS84)


def areas_km2(shapes: np.ndarray) -> np.ndarray:
    """Areas in km2 on an equal-area projection for all of ``shapes``; NaN where there is none."""
    known = ~shapely.is_missing(shapes)
    areas = np.full(len(shapes), np.nan)
    if known.any():
        measured = shapely.area(projected(shapes[known], equal_area_for(extent(shapes))))
        areas[known] = measured / 1e6
    return areas
