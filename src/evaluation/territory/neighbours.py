"""Which units are neighbours: by common borders, or by centres where no boundaries are known.

Every pair says by what rule it is one (column ``basis``): ``edge`` (the outlines share an edge), ``gap`` (they share
none, but stretches that belong to one outline alone run within the gap allowed), ``inside`` and ``overlap`` (the areas
do), ``corner`` (only a vertex in common), ``nearest`` (a unit that borders on none, with the one nearest to it); and by
centres ``gabriel``, ``delaunay`` or ``nearest_centre``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.outlines import (
    edges_of,
    free_stretches,
    on_a_plane,
    overlapping,
    sharing,
    within_gap,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from libpysal.graph import Graph

NEIGHBOUR_COLUMNS = ["unit_id", "neighbour_id", "basis"]
EARTH_RADIUS_KM = 6371.0088

CentreRule = Literal["gabriel", "delaunay", "nearest_centre"]


def contiguity(
    boundaries: GeoDataFrame,
    gap_km: float = 2.0,
    projection: str | None = None,
    *,
    corners: bool = False,
    islands: Literal["nearest", "none"] = "nearest",
) -> pd.DataFrame:
    """Pairs of units whose borders meet: unit_id, neighbour_id, basis, in both directions, sorted.

    Two units are neighbours when their outlines share an edge. Generalised outlines seldom do: stretches that belong
    to one outline alone (never those that already separate two units) count as a common border where they run within
    ``gap_km`` of each other, measured in ``projection`` (None: an equal-area plane around these units); 0 switches
    that off. A unit inside another (an enclave) borders on its host, and units whose areas overlap on each other.
    ``corners`` also takes units that have a single vertex in common. A unit that borders on none gets the one nearest
    to its outline, or with ``islands='none'`` no neighbour. Units without an outline have no neighbours. Raises
    InputProblem for a unit with two rows and a gap that is no distance.
    """
    if not (np.isfinite(gap_km) and gap_km >= 0):
        raise InputProblem(
            f"Допуск gap_km = {gap_km} не годится: ожидалось расстояние в километрах, 0 или больше. Исправьте его.",
            f"The tolerance gap_km = {gap_km} is no distance: expected kilometres, 0 or more. Correct it.",
        )
    _each_once(boundaries["unit_id"])
    drawn = boundaries[boundaries.geometry.notna() & ~boundaries.geometry.is_empty]
    ids = drawn["unit_id"].to_numpy(dtype=object)
    if len(ids) < 2:
        return _pairs({}, ids)
    plane = on_a_plane(drawn, projection)
    edges = edges_of(drawn.geometry.to_numpy())
    basis = dict.fromkeys(sharing(edges.key, edges.owner), "edge")
    if gap_km > 0:
        near = within_gap(*free_stretches(edges, plane), metres=gap_km * 1000)
        basis |= dict.fromkeys(near - basis.keys(), "gap")
    polygons = plane.make_valid().to_numpy()
    basis |= overlapping(polygons, set(basis))
    if corners:
        vertices, owners = np.concatenate([edges.first, edges.second]), np.concatenate([edges.owner, edges.owner])
        basis |= dict.fromkeys(sharing(vertices, owners) - basis.keys(), "corner")
    if islands == "nearest":
        _join_islands(polygons, basis)
    return _pairs(basis | {(b, a): why for (a, b), why in basis.items()}, ids)


def _join_islands(polygons: np.ndarray, basis: dict[tuple[int, int], str]) -> None:
    """Give each unit without neighbours the one nearest to its outline; of equally near ones, the first."""
    import shapely

    for lonely in sorted(set(range(len(polygons))) - {unit for pair in basis for unit in pair}):
        distance = shapely.distance(polygons, polygons[lonely])
        distance[lonely] = np.inf
        nearest = int(distance.argmin())
        basis[min(lonely, nearest), max(lonely, nearest)] = "nearest"


def _each_once(unit_id: pd.Series) -> None:
    repeated = sorted(unit_id[unit_id.duplicated()].astype("str").unique())
    if repeated:
        raise InputProblem(
            f"Единицы повторяются: {', '.join(repeated)}. Для соседства нужна одна строка на единицу.",
            f"Units are repeated: {', '.join(repeated)}. Neighbours need one row a unit.",
        )


def centre_neighbours(units: pd.DataFrame, rule: CentreRule = "gabriel", nearest: int = 6) -> pd.DataFrame:
    """Pairs of units that are neighbours by their centres (columns unit_id, longitude, latitude), as ``contiguity``.

    ``rule`` is also their basis. ``gabriel``: no third centre lies in the circle on their distance (Gabriel and Sokal
    1969); ``delaunay``: an edge of the Delaunay triangulation, which holds that of Gabriel; both on a plane of equal
    distances around the middle of all centres. ``nearest_centre``: one is among the ``nearest`` nearest of the other by
    great circle. Units with the same centre (a district and its city) are neighbours of each other and share their
    neighbours. Units without a centre are left out; of two units each is the other's neighbour. Raises InputProblem
    for a unit with two rows and for ``nearest`` below 1.
    """
    known = units.dropna(subset=["longitude", "latitude"]).sort_values("unit_id", kind="stable")
    _each_once(known["unit_id"])
    ids = known["unit_id"].to_numpy(dtype=object)
    degrees = known[["longitude", "latitude"]].to_numpy(dtype=float)
    points = _plane(degrees[:, 0], degrees[:, 1])
    places, first, place_of = np.unique(np.round(points, 3), axis=0, return_index=True, return_inverse=True)
    place_of = np.ravel(place_of)
    if rule == "nearest_centre":
        links = _nearest(degrees[first], nearest)
    else:
        links = _triangulated(places, gabriel=rule == "gabriel")
    near: list[set[int]] = [set() for _ in places]
    for a, b in links:
        near[a].add(b)
        near[b].add(a)
    at: list[list[int]] = [[] for _ in places]
    for unit, place in enumerate(place_of.tolist()):
        at[place].append(unit)
    basis: dict[tuple[int, int], str] = {
        (a, b): rule
        for place, here in enumerate(at)
        for a in here
        for other in (place, *sorted(near[place]))
        for b in at[other]
        if a != b
    }
    return _pairs(basis, ids)


def neighbour_graph(pairs: pd.DataFrame, unit_ids: Sequence[str]) -> Graph:
    """The pairs as a libpysal Graph with weights of 1 over ``unit_ids``, in their order.

    Units without neighbours are its isolates. Raises InputProblem where a pair names a unit that is not in
    ``unit_ids``.
    """
    from libpysal.graph import Graph

    ids = pd.Index(unit_ids, dtype=object)
    ends = [ids.get_indexer(pairs[name].to_numpy(dtype=object)) for name in ("unit_id", "neighbour_id")]
    unknown = sorted({str(unit) for name, end in zip(("unit_id", "neighbour_id"), ends, strict=True)
                      for unit in pairs[name][end < 0]})  # fmt: skip
    if unknown:
        raise InputProblem(
            f"Соседи названы для единиц, которых нет в списке: {', '.join(unknown)}. Дополните список единиц.",
            f"Neighbours are given for units that are not in the list: {', '.join(unknown)}. Complete that list.",
        )
    alone = np.setdiff1d(np.arange(len(ids)), ends[0])
    frame = pd.DataFrame(
        {
            "focal": np.concatenate([ends[0], alone]),
            "neighbor": np.concatenate([ends[1], alone]),
            "weight": np.concatenate([np.ones(len(ends[0])), np.zeros(len(alone))]),
        }
    ).sort_values(["focal", "neighbor"], kind="stable")
    return Graph.from_adjacency(frame.assign(focal=ids[frame["focal"]], neighbor=ids[frame["neighbor"]]))


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


def _triangulated(points: np.ndarray, gabriel: bool) -> list[tuple[int, int]]:
    """Edges of the Delaunay triangulation of distinct points, or those of them whose circle holds no other point."""
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
    if not gabriel:
        return [(int(a), int(b)) for a, b in edges]
    first, second = points[edges[:, 0]], points[edges[:, 1]]
    radius = np.linalg.norm(first - second, axis=1) / 2
    nearest, _ = KDTree(points).query((first + second) / 2)
    return [(int(a), int(b)) for (a, b), empty in zip(edges, nearest >= radius * (1 - 1e-9), strict=True) if empty]


def _nearest(degrees: np.ndarray, count: int) -> list[tuple[int, int]]:
    """Each place with its nearest ones: chords through the globe order as great circles do."""
    from scipy.spatial import KDTree

    if count < 1:
        raise InputProblem(
            f"Ближайших соседей {count}: ожидалось целое число от 1. Исправьте его.",
            f"{count} nearest neighbours: expected a whole number, 1 or more. Correct it.",
        )
    if len(degrees) < 2:
        return []
    lam, phi = np.radians(degrees).T
    globe = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    _, found = KDTree(globe).query(globe, k=min(count + 1, len(globe)))
    return [(place, int(other)) for place, row in enumerate(found) for other in row if other != place]


def _pairs(basis: dict[tuple[int, int], str], ids: np.ndarray) -> pd.DataFrame:
    rows = [(ids[a], ids[b], why) for (a, b), why in basis.items()]
    frame = pd.DataFrame(rows, columns=NEIGHBOUR_COLUMNS, dtype="str")
    return frame.sort_values(["unit_id", "neighbour_id"], kind="stable").reset_index(drop=True)
