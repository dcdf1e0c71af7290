"""Which units are neighbours: by common borders, or by centres where no boundaries are known."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NEIGHBOUR_COLUMNS = ["unit_id", "neighbour_id", "basis"]
EARTH_RADIUS_KM = 6371.0088


def contiguity(boundaries: GeoDataFrame, gap_km: float = 2.0, projection: str = "EPSG:6933") -> pd.DataFrame:
    """Pairs of units whose borders meet: unit_id, neighbour_id, basis, in both directions, sorted.

    Generalised outlines seldom meet exactly, so a gap up to ``gap_km`` (measured in the equal-area ``projection``)
    counts as a common border (basis 'border'). A unit inside another (an enclave) borders on its host. A unit that
    borders on none gets the one nearest to its outline (basis 'nearest'), so that no unit is left without neighbours.
    """
    shapes = boundaries.to_crs(projection)
    geometry = shapes.geometry.to_numpy()
    ids = boundaries["unit_id"].to_numpy(dtype=object)
    first, second = shapes.sindex.query(geometry, predicate="dwithin", distance=gap_km * 1000)
    pairs = {(int(a), int(b)) for a, b in zip(first, second, strict=True) if a != b}
    basis = dict.fromkeys(pairs, "border")
    if len(ids) > 1:
        for lonely in sorted(set(range(len(ids))) - {a for a, _ in pairs}):
            distance = shapes.geometry.distance(geometry[lonely]).to_numpy(copy=True)
            distance[lonely] = np.inf
            nearest = int(distance.argmin())
            basis[(lonely, nearest)] = basis[(nearest, lonely)] = "nearest"
    return _pairs(basis, ids)


def centre_neighbours(units: pd.DataFrame) -> pd.DataFrame:
    """Pairs of units that are neighbours by their centres (columns unit_id, longitude, latitude), as ``contiguity``.

    Gabriel graph: two units are neighbours when no third centre lies in the circle on their distance (basis
    'gabriel'), computed on a plane of equal distances around the middle of all centres. Units with the same centre
    (a district and its city) are neighbours of each other and share their neighbours. Units without a centre are left
    out; of two units each is the other's neighbour.
    """
    known = units.dropna(subset=["longitude", "latitude"]).sort_values("unit_id", kind="stable")
    ids = known["unit_id"].to_numpy(dtype=object)
    points = _plane(known["longitude"].to_numpy(dtype=float), known["latitude"].to_numpy(dtype=float))
    places, place_of = np.unique(np.round(points, 3), axis=0, return_inverse=True)
    place_of = np.ravel(place_of)
    links = _gabriel(places)
    near: list[set[int]] = [set() for _ in places]
    for a, b in links:
        near[a].add(b)
        near[b].add(a)
    at: list[list[int]] = [[] for _ in places]
    for unit, place in enumerate(place_of.tolist()):
        at[place].append(unit)
    basis = {
        (a, b): "gabriel"
        for place, here in enumerate(at)
        for a in here
        for other in (place, *near[place])
        for b in at[other]
        if a != b
    }
    return _pairs(basis, ids)


def _plane(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Kilometres on the azimuthal equidistant plane around the mean position on the sphere."""
    if not len(longitude):
        return np.empty((0, 2))
    lam, phi = np.radians(longitude), np.radians(latitude)
    middle = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]).mean(axis=1)
    lam0, phi0 = np.arctan2(middle[1], middle[0]), np.arctan2(middle[2], np.hypot(middle[0], middle[1]))
    cosine = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(lam - lam0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    scale = EARTH_RADIUS_KM * np.divide(angle, np.sin(angle), out=np.ones_like(angle), where=np.sin(angle) > 1e-12)
    x = scale * np.cos(phi) * np.sin(lam - lam0)
    y = scale * (np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(lam - lam0))
    return np.column_stack([x, y])


def _gabriel(points: np.ndarray) -> list[tuple[int, int]]:
    """Edges of the Gabriel graph of distinct points: those Delaunay edges whose circle holds no other point."""
    from scipy.spatial import Delaunay, KDTree, QhullError

    if len(points) < 2:
        return []
    try:
        corners = Delaunay(points).simplices if len(points) > 2 else np.array([[0, 1, 0]])
    except QhullError:  # all on one line: neighbours follow each other
        order = np.lexsort((points[:, 1], points[:, 0]))
        return [(int(a), int(b)) for a, b in pairwise(order)]
    edges = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    first, second = points[edges[:, 0]], points[edges[:, 1]]
    radius = np.linalg.norm(first - second, axis=1) / 2
    nearest, _ = KDTree(points).query((first + second) / 2)
    return [(int(a), int(b)) for (a, b), empty in zip(edges, nearest >= radius * (1 - 1e-9), strict=True) if empty]


def _pairs(basis: dict[tuple[int, int], str], ids: np.ndarray) -> pd.DataFrame:
    rows = [(ids[a], ids[b], why) for (a, b), why in basis.items()]
    frame = pd.DataFrame(rows, columns=NEIGHBOUR_COLUMNS, dtype="str")
    return frame.sort_values(["unit_id", "neighbour_id"], kind="stable").reset_index(drop=True)
