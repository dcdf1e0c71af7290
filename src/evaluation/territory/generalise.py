"""Outlines drawn more simply with their common edges kept common: no gaps, no overlaps, no unit lost.

The polygons are first made a coverage (edges matched, overlaps given to the smaller unit, slivers closed), then
simplified edge by edge (Visvalingam and Whyatt 1993, as a coverage), so that two neighbours keep one border.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from evaluation.territory.polygons import (
    WGS84,
    cut_longitude,
    equal_area_for,
    extent,
    from_projection,
    polygonal,
    projected,
    unwrapped,
    wrapped,
)
from evaluation.territory.topology import SLIVER_WIDTH_KM

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

DETAIL = 4000
WORTH_SIMPLIFYING = 50_000
_PLACES = 7


@dataclass(frozen=True)
class Generalised:
    """``boundaries`` with the same columns and units; ``changes`` by unit: unit_id, area_before, area_after (km2).

    ``vertices_before``, ``vertices_after`` count corners; ``restored`` is the number of small parts (islands) that
    simplification would have lost and that stand as their simplest outline.
    """

    boundaries: GeoDataFrame
    tolerance_km: float
    vertices_before: int
    vertices_after: int
    restored: int
    changes: pd.DataFrame


def tolerance_for(boundaries: GeoDataFrame, detail: int = DETAIL) -> float:
    """Tolerance in km: the longer side of the extent by ``detail`` points, the most that a printed map can show.

    0 (no simplification) for fewer than WORTH_SIMPLIFYING corners.
    """
    shapes = boundaries.geometry.to_numpy(dtype=object)
    if shapely.get_num_coordinates(shapes).sum() < WORTH_SIMPLIFYING:
        return 0.0
    bounds = shapely.total_bounds(projected(shapes, equal_area_for(extent(shapes))))
    return round(float(max(bounds[2] - bounds[0], bounds[3] - bounds[1])) / 1000 / detail, 3)


def generalised(boundaries: GeoDataFrame, tolerance_km: float) -> Generalised:
    """Boundaries (unit_id, geometry in EPSG:4326, any others) simplified by about ``tolerance_km``.

    Triangles under ``tolerance_km`` squared are removed from common edges; unit by unit areas change little and their
    sum stays. Every unit and every part of it stays, islands and enclaves included. Raises ValueError for a negative
    tolerance.
    """
    if tolerance_km < 0:
        raise ValueError("a tolerance is 0 or more")
    received = boundaries.geometry.to_numpy(dtype=object)
    projection = equal_area_for(extent(received))
    cut = cut_longitude(received)
    before = projected(unwrapped(received, cut), projection)
    # projection bends edges that met exactly, by less than a metre: snapping matches them again
    covered = shapely.coverage_clean(before, gap_width=SLIVER_WIDTH_KM * 1000, merge_strategy="min_area")
    simple = shapely.coverage_simplify(covered, tolerance_km * 1000)
    kept, restored = _with_lost_parts(before, simple, tolerance_km * 1000)
    degrees = wrapped(unwrapped(from_projection(kept, projection), cut))
    degrees = shapely.transform(degrees, lambda points: np.round(points, _PLACES))
    for place in np.flatnonzero(~shapely.is_valid(degrees)):
        degrees[place] = polygonal(shapely.make_valid(degrees[place], method="structure", keep_collapsed=False))
    changes = pd.DataFrame(
        {
            "unit_id": boundaries["unit_id"].to_numpy(),
            "area_before": shapely.area(before) / 1e6,
            "area_after": shapely.area(kept) / 1e6,
        }
    )
    return Generalised(
        boundaries.set_geometry(pd.Series(list(degrees), index=boundaries.index, dtype=object), crs=WGS84),
        tolerance_km,
        int(shapely.get_num_coordinates(received).sum()),
        int(shapely.get_num_coordinates(degrees).sum()),
        restored,
        changes,
    )


def _with_lost_parts(before: np.ndarray, after: np.ndarray, tolerance: float) -> tuple[np.ndarray, int]:
    """The simplified shapes with those parts put back of which nothing is left, each by itself as simple as can be."""
    result = np.where(shapely.is_missing(after), shapely.from_wkt("POLYGON EMPTY"), after)
    parts, owner = shapely.get_parts(before, return_index=True)
    lost = ~shapely.intersects(parts, result[owner])
    count = 0
    for unit in np.unique(owner[lost]):
        own = parts[lost & (owner == unit)]
        # a part that another unit's polygon now covers was an overlap, and is that unit's
        others = np.delete(result, unit)
        tree = shapely.STRtree(others)
        covered = np.unique(tree.query(shapely.point_on_surface(own), predicate="intersects")[0])
        own = np.delete(own, covered)
        simple = shapely.simplify(own, tolerance, preserve_topology=True)
        if not len(simple):
            continue
        count += len(simple)
        pieces = [*shapely.get_parts(result[unit]), *simple]
        result[unit] = pieces[0] if len(pieces) == 1 else shapely.multipolygons(pieces)
    return result, count
