"""Where the outlines of units meet: edges that two outlines share, and what lies between outlines that share none.

Coordinates that differ by less than about a centimetre are one vertex, and the meridians 180 and -180 are one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries

VERTEX_DECIMALS = 7
SLIVER = 0.01
WHOLE = 0.99

Pairs = set[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of all outlines, one row a side of a ring: ``owner`` (position of the unit), ``first`` and ``second``
    (positions of its ends among the vertices), ``start`` (position of its first end among all coordinates)."""

    owner: np.ndarray
    first: np.ndarray
    second: np.ndarray
    start: np.ndarray
    vertices: int

    @property
    def key(self) -> np.ndarray:
        """The same number for the same edge, whichever way it is walked."""
        low, high = np.minimum(self.first, self.second), np.maximum(self.first, self.second)
        return low.astype(np.int64) * self.vertices + high


def edges_of(geometry: np.ndarray) -> Edges:
    """Edges of polygons in degrees (longitude, latitude); rings of holes and of several parts are all taken."""
    import shapely

    parts, part_owner = shapely.get_parts(geometry, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    places = np.round(places, VERTEX_DECIMALS)
    places[:, 0] = np.where(places[:, 0] == -180, 180.0, places[:, 0])
    distinct, vertex = np.unique(places, axis=0, return_inverse=True)
    vertex = np.ravel(vertex)
    start = np.flatnonzero((ring[:-1] == ring[1:]) & (vertex[:-1] != vertex[1:]))
    owner = part_owner[ring_part[ring[start]]]
    return Edges(owner, vertex[start], vertex[start + 1], start, len(distinct))


def sharing(key: np.ndarray, owner: np.ndarray) -> Pairs:
    """Pairs of owners (smaller first) that hold the same key."""
    order = np.lexsort((owner, key))
    key, owner = key[order], owner[order]
    pairs: Pairs = set()
    for lag in range(1, len(key)):
        same = key[lag:] == key[:-lag]
        if not same.any():
            break
        low, high = owner[:-lag][same], owner[lag:][same]
        pairs |= {(int(a), int(b)) for a, b in np.unique(np.column_stack([low, high]), axis=0) if a != b}
    return pairs


def free_stretches(edges: Edges, projected: GeoSeries) -> tuple[np.ndarray, np.ndarray]:
    """Edges that stand in one outline and once alone, as lines on the plane of ``projected``, and their owners."""
    import shapely

    _, place, times = np.unique(edges.key, return_inverse=True, return_counts=True)
    alone = times[np.ravel(place)] == 1
    parts = shapely.get_parts(projected.to_numpy())
    flat = shapely.get_coordinates(shapely.get_rings(parts))
    start = edges.start[alone]
    return shapely.linestrings(np.stack([flat[start], flat[start + 1]], axis=1)), edges.owner[alone]


def within_gap(lines: np.ndarray, owner: np.ndarray, metres: float) -> Pairs:
    """Pairs of owners (smaller first) whose lines come as near each other as ``metres``."""
    import shapely

    first, second = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=metres)
    low, high = owner[first], owner[second]
    found = np.unique(np.column_stack([low, high])[low < high], axis=0)
    return {(int(a), int(b)) for a, b in found}


def overlapping(polygons: np.ndarray, known: Pairs) -> dict[tuple[int, int], str]:
    """Pairs not among ``known`` whose areas overlap: 'inside' where one lies in the other, else 'overlap'.

    An overlap of less than a hundredth of the smaller area is the work of generalised outlines, not a border.
    """
    import shapely

    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    pairs = [(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b and (int(a), int(b)) not in known]
    if not pairs:
        return {}
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    smaller = np.minimum(shapely.area(polygons[a]), shapely.area(polygons[b]))
    common = shapely.area(shapely.intersection(polygons[a], polygons[b]))
    share = np.divide(common, smaller, out=np.zeros_like(common), where=smaller > 0)
    return {
        pair: "inside" if part > WHOLE else "overlap"
        for pair, part in zip(pairs, share.tolist(), strict=True)
        if part > SLIVER
    }


def on_a_plane(boundaries: GeoDataFrame, projection: str | None) -> GeoSeries:
    """Outlines in metres: in ``projection``, or in Lambert's equal-area one around the middle of all outlines.

    The middle is taken on the sphere, so that units on both sides of the meridian 180 stay together.
    """
    shapes = boundaries.geometry
    if projection is None:
        import shapely

        inner = shapely.get_coordinates(shapely.point_on_surface(shapes.to_crs("EPSG:4326").to_numpy()))
        lam, phi = np.radians(inner[:, 0]), np.radians(inner[:, 1])
        x, y, z = (np.cos(phi) * np.cos(lam)).mean(), (np.cos(phi) * np.sin(lam)).mean(), np.sin(phi).mean()
        longitude, latitude = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
        projection = f"+proj=laea +lon_0={longitude:.4f} +lat_0={latitude:.4f} +units=m"
    return shapes.to_crs(projection)
