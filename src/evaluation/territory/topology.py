"""How polygons lie to each other: overlaps, gaps, enclaves; and the unit in which a point lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from evaluation.territory.polygons import areas_km2, unwrapped

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

OVERLAP_COLUMNS = ["unit_id", "other_id", "kind", "area_km2", "share"]
GAP_COLUMNS = ["longitude", "latitude", "kind", "area_km2", "unit_id"]
ENCLAVE_COLUMNS = ["unit_id", "host_id", "area_km2", "cut_out"]
DRAWN_OVER = 0.98
SLIVER_WIDTH_KM = 0.2
SMALLEST_KM2 = 1e-6


def overlaps(boundaries: GeoDataFrame) -> pd.DataFrame:
    """Pairs of units whose polygons share an area: OVERLAP_COLUMNS, the largest area first.

    ``unit_id`` is the smaller of the two, ``area_km2`` the shared area, ``share`` its part of the smaller. ``kind`` is
    'enclave' where (nearly) all of the smaller lies on the larger, else 'overlap'. Areas under 1 m2 are the rounding
    of coordinates and left out.
    """
    shapes = unwrapped(boundaries.geometry.to_numpy(dtype=object))
    ids = boundaries["unit_id"].to_numpy(dtype=object)
    suspects = np.flatnonzero(shapely.length(shapely.coverage_invalid_edges(shapes)) > 0)
    empty = pd.DataFrame(columns=OVERLAP_COLUMNS).astype({"area_km2": "float64", "share": "float64"})
    # an enclave drawn on its host is suspect alone: none of the host's own edges is wrong
    one, other = shapely.STRtree(shapes).query(shapes[suspects], predicate="intersects")
    pairs = np.sort(np.column_stack([suspects[one], other]), axis=1)
    first, second = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0).T
    shared = shapely.intersection(shapes[first], shapes[second])
    solid = shapely.area(shared) > 0
    first, second, shared = first[solid], second[solid], shared[solid]
    if not len(first):
        return empty
    polygons, pair = shapely.get_parts(shared, return_index=True)
    is_polygon = shapely.get_type_id(polygons) == 3
    area = np.bincount(pair[is_polygon], areas_km2(polygons[is_polygon]), minlength=len(first))
    own = areas_km2(shapes)
    smaller = np.where(own[first] <= own[second], first, second)
    frame = pd.DataFrame(
        {
            "unit_id": ids[smaller],
            "other_id": ids[first + second - smaller],
            "area_km2": area,
            "share": area / own[smaller],
        }
    )
    frame["kind"] = np.where(frame["share"] >= DRAWN_OVER, "enclave", "overlap")
    frame = frame[frame["area_km2"] > SMALLEST_KM2]
    ordered = frame.sort_values(["area_km2", "unit_id", "other_id"], ascending=[False, True, True], kind="stable")
    return ordered.reset_index(drop=True)[OVERLAP_COLUMNS]


def gaps(boundaries: GeoDataFrame, centres: pd.DataFrame | None = None) -> pd.DataFrame:
    """Areas enclosed by the polygons that belong to none of them: GAP_COLUMNS, the largest first.

    ``longitude``, ``latitude`` are a point within. ``kind`` is 'sliver' where it is narrower than SLIVER_WIDTH_KM on
    average (outlines that do not quite meet), else 'hole'. ``unit_id`` is a unit of ``centres`` (unit_id, longitude,
    latitude) whose centre lies in it, or ''. Gaps open to the outside cannot be told from the outside.
    """
    shapes = unwrapped(boundaries.geometry.to_numpy(dtype=object))
    empty = pd.DataFrame(columns=GAP_COLUMNS).astype(dict.fromkeys(("longitude", "latitude", "area_km2"), "float64"))
    whole = shapely.get_parts(shapely.union_all(shapes)) if len(shapes) else np.array([], dtype=object)
    rings = [ring for part in whole for ring in part.interiors]
    if not rings:
        return empty
    holes = shapely.polygons(rings)
    points = shapely.get_coordinates(shapely.point_on_surface(holes))
    area = areas_km2(holes)
    width = area / (_perimeters_km(rings) / 2)
    frame = pd.DataFrame(
        {
            "longitude": (points[:, 0] + 180) % 360 - 180,
            "latitude": points[:, 1],
            "kind": np.where(width < SLIVER_WIDTH_KM, "sliver", "hole"),
            "area_km2": area,
            "unit_id": _first_within(holes, centres),
        }
    )
    frame = frame[frame["area_km2"] > SMALLEST_KM2]
    ordered = frame.sort_values(["area_km2", "longitude", "latitude"], ascending=[False, True, True], kind="stable")
    return ordered.reset_index(drop=True)


def _perimeters_km(rings: list[shapely.Geometry]) -> np.ndarray:
    """Lengths of rings in km, along great circles."""
    from pyproj import Geod

    globe = Geod(ellps="WGS84")
    return np.array([globe.line_length(*shapely.get_coordinates(ring).T) / 1000 for ring in rings])


def _first_within(shapes: np.ndarray, centres: pd.DataFrame | None) -> np.ndarray:
    """The first unit (by its key) whose centre lies in each shape; '' where none does. Shapes may lie beyond 180°."""
    found = np.full(len(shapes), "", dtype=object)
    if centres is None:
        return found
    known = centres.dropna(subset=["longitude", "latitude"]).sort_values("unit_id", ascending=False, kind="stable")
    ids = known["unit_id"].to_numpy(dtype=object)
    tree = shapely.STRtree(shapes)
    for turn in (360.0, 0.0):
        points = shapely.points(known["longitude"].to_numpy(dtype=float) + turn, known["latitude"].to_numpy(float))
        point, shape = tree.query(points, predicate="intersects")
        # assigned from the last key to the first, so that the first one stays
        order = np.argsort(point, kind="stable")
        found[shape[order]] = ids[point[order]]
    return found


def enclaves(boundaries: GeoDataFrame) -> pd.DataFrame:
    """Units wholly surrounded by another: ENCLAVE_COLUMNS, by unit.

    ``host_id`` is the smallest unit whose outer outline (holes filled) covers the enclave; ``cut_out`` is True where
    the host's polygon has a hole for it, False where the enclave is drawn on top.
    """
    shapes = unwrapped(boundaries.geometry.to_numpy(dtype=object))
    ids = boundaries["unit_id"].to_numpy(dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    filled = shapely.polygons(shapely.get_exterior_ring(parts))
    area = areas_km2(shapes)
    outline = areas_km2(filled)
    tree = shapely.STRtree(filled)
    inner, outer = tree.query(shapes, predicate="covered_by")
    rows: dict[int, tuple[float, int]] = {}
    for unit, part in zip(inner.tolist(), outer.tolist(), strict=True):
        host = int(owner[part])
        if host != unit and area[unit] < outline[part]:
            rows[unit] = min(rows.get(unit, (np.inf, host)), (float(outline[part]), host))
    frame = pd.DataFrame(
        {
            "unit_id": [ids[unit] for unit in rows],
            "host_id": [ids[host] for _, host in rows.values()],
            "area_km2": [area[unit] for unit in rows],
            "cut_out": [
                not shapely.intersects(shapes[host], shapely.point_on_surface(shapes[unit]))
                for unit, (_, host) in rows.items()
            ],
        },
        columns=ENCLAVE_COLUMNS,
    )
    return frame.sort_values("unit_id", kind="stable").reset_index(drop=True)


def unit_at(points: pd.DataFrame, boundaries: GeoDataFrame) -> pd.Series:
    """Unit in which each point lies (columns longitude, latitude, in degrees; index kept), missing where none.

    Of several polygons that hold a point the smallest wins: an enclave drawn on top of its host is found, and a point
    on a common border belongs to the smaller unit (of equal ones to the first by key).
    """
    shapes = boundaries.geometry.to_numpy(dtype=object)
    ids = boundaries["unit_id"].to_numpy(dtype=object)
    found = pd.Series(pd.NA, index=points.index, dtype="str", name="unit_id")
    known = points["longitude"].notna() & points["latitude"].notna()
    if not known.any() or not len(shapes):
        return found
    at = shapely.points(points.loc[known, ["longitude", "latitude"]].to_numpy(dtype=float))
    point, shape = shapely.STRtree(shapes).query(at, predicate="intersects")
    order = np.lexsort((ids[shape].astype(str), np.round(areas_km2(shapes)[shape], 9), point))
    first = np.unique(point[order], return_index=True)
    labels = points.index[known]
    found.loc[labels[first[0]]] = ids[shape[order][first[1]]]
    return found
