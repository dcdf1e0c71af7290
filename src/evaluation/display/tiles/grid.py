"""A tile grid: every unit one tile of the same size, near where the unit lies and beside its neighbours.

Used where no boundaries are known, and where small units must be as legible as large ones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.display.tiles.layout import bridged, even_out, near_pairs, projected
from evaluation.display.tiles.search import ROW_HEIGHT as ROW_HEIGHTS
from evaluation.display.tiles.search import WEAK, Problem, centres_of, search

Shape = Literal["hexagon", "square"]
ROW_HEIGHT = ROW_HEIGHTS["hexagon"]
Pairs = tuple[tuple[int, int], ...]


def tile_grid(
    units: pd.DataFrame, projection: str, neighbours: pd.DataFrame | None = None, shape: Shape = "hexagon"
) -> pd.DataFrame:
    """Place of every unit on a grid of tiles: unit_id, column, row (lattice steps), x, y (centres, tiles 1 wide).

    ``units`` has unit_id, longitude, latitude (degrees); ``projection`` is a PROJ or WKT string; ``neighbours`` has
    unit_id, neighbour_id (pairs of other units are passed over). Without neighbours, units that are near count as
    such. Rows count upwards to the north; odd rows of hexagons are shifted by half a tile. Units without coordinates
    follow in lines below the others. Method: projected centres are evened out (crowded places spread, empty ones
    shrink), assigned to lattice places by linear sum assignment, then tiles change places so that neighbours touch
    and directions stay (``tilesearch``). The same units give the same grid whatever their order; 60 units take about
    two seconds, 2,600 about six. Raises InputProblem for coordinates off the map.
    """
    ordered = units.drop_duplicates("unit_id").sort_values("unit_id", kind="stable")
    known = ordered.dropna(subset=["longitude", "latitude"])
    unknown = ordered[~ordered["unit_id"].isin(known["unit_id"])]
    places = np.empty((0, 2), dtype=int)
    if len(known):
        pairs = _numbered(known["unit_id"].tolist(), neighbours)
        ids, longitudes, latitudes = (tuple(known[name]) for name in ("unit_id", "longitude", "latitude"))
        places = _found_places(ids, longitudes, latitudes, projection, pairs, shape).copy()
    if len(unknown):
        width = max(6, int(np.ceil(np.sqrt(len(ordered)))))
        bottom = int(places[:, 1].min()) - 1 if len(places) else 0
        left = int(places[:, 0].min()) if len(places) else 0
        rest = np.array([[left + n % width, bottom - 1 - n // width] for n in range(len(unknown))])
        places = np.vstack([places, rest])
    if len(places):
        lowest = int(places[:, 1].min())
        places = places - [int(places[:, 0].min()), lowest - lowest % 2]  # an even shift keeps odd rows odd
    centres = centres_of(places, shape)
    ids = (*known["unit_id"], *unknown["unit_id"])
    grid = pd.DataFrame(
        {"unit_id": list(ids), "column": places[:, 0], "row": places[:, 1], "x": centres[:, 0], "y": centres[:, 1]}
    )
    return grid.sort_values("unit_id", kind="stable").reset_index(drop=True)


def _numbered(ids: list[str], neighbours: pd.DataFrame | None) -> Pairs:
    """Pairs of neighbours as numbers of ``ids``, each once, sorted."""
    if neighbours is None or neighbours.empty:
        return ()
    number = {unit: place for place, unit in enumerate(ids)}
    first, second = neighbours["unit_id"].map(number), neighbours["neighbour_id"].map(number)
    both = pd.concat([first, second], axis=1).dropna().astype(int).to_numpy()
    both = np.sort(both[both[:, 0] != both[:, 1]], axis=1)
    return tuple((int(a), int(b)) for a, b in np.unique(both, axis=0))


@lru_cache(maxsize=8)
def _found_places(
    ids: tuple[str, ...],
    longitudes: tuple[float, ...],
    latitudes: tuple[float, ...],
    projection: str,
    pairs: Pairs,
    shape: Shape,
) -> np.ndarray:
    """The places (column, row), found once for all maps of the same units: each map is drawn in every language."""
    units = pd.DataFrame({"unit_id": ids, "longitude": longitudes, "latitude": latitudes})
    points = projected(units, projection)
    count = len(points)
    if count == 1:
        return np.zeros((1, 2), dtype=int)
    near, gabriel = near_pairs(points)
    true = np.array(pairs, dtype=int) if pairs else near[gabriel]
    spread = even_out(points, bridged(true, near, count))
    listed = np.unique(np.vstack([true, near]), axis=0)
    full = {(int(a), int(b)) for a, b in true}
    weights = np.array([1.0 if (int(a), int(b)) in full else WEAK for a, b in listed])
    problem = Problem(spread, listed, weights, _offered(spread, shape), shape)
    return problem.places[search(problem, min(1000 * count, 120_000), starts=3 if count <= 300 else 1)]


def _offered(spread: np.ndarray, shape: Shape) -> np.ndarray:
    """Lattice places near the evened-out ones, always more than there are units."""
    from scipy.spatial import KDTree

    margin = 2.0 if len(spread) <= 300 else 1.0
    height = ROW_HEIGHTS[shape]
    tree = KDTree(spread)
    while True:
        low, high = spread.min(axis=0) - margin, spread.max(axis=0) + margin
        columns = np.arange(int(np.floor(low[0])) - 1, int(np.ceil(high[0])) + 2)
        rows = np.arange(int(np.floor(low[1] / height)) - 1, int(np.ceil(high[1] / height)) + 2)
        lattice = np.array([(column, row) for row in rows for column in columns])
        distance, _ = tree.query(centres_of(lattice, shape))
        if (distance < margin).sum() > len(spread) + 6:
            return lattice[distance < margin]
        margin += 0.5


def neighbours_kept(grid: pd.DataFrame, neighbours: pd.DataFrame, steps: float = 2) -> float:
    """Share of neighbouring pairs (unit_id, neighbour_id) whose tiles are at most ``steps`` tiles apart.

    ``steps`` 1 means a common side; 1.5 counts squares that touch by a corner too.
    """
    places = grid.set_index("unit_id")[["x", "y"]]
    pairs = neighbours[neighbours["unit_id"].isin(places.index) & neighbours["neighbour_id"].isin(places.index)]
    first, second = places.loc[pairs["unit_id"]].to_numpy(), places.loc[pairs["neighbour_id"]].to_numpy()
    return float((np.linalg.norm(first - second, axis=1) < steps + 0.01).mean())


def directions_kept(grid: pd.DataFrame, units: pd.DataFrame, neighbours: pd.DataFrame, projection: str) -> float:
    """Mean cosine between the true direction from a unit to its neighbour and that of their tiles; 1 is all kept."""
    known = units.dropna(subset=["longitude", "latitude"]).drop_duplicates("unit_id")
    points = pd.DataFrame(projected(known, projection), index=known["unit_id"])
    places = grid.set_index("unit_id")[["x", "y"]]
    pairs = neighbours[neighbours["unit_id"].isin(points.index) & neighbours["neighbour_id"].isin(points.index)]
    first, second = pairs["unit_id"], pairs["neighbour_id"]
    true = points.loc[second].to_numpy() - points.loc[first].to_numpy()
    shown = places.loc[second].to_numpy() - places.loc[first].to_numpy()
    lengths = np.linalg.norm(true, axis=1) * np.linalg.norm(shown, axis=1)
    return float(((true * shown).sum(axis=1) / np.maximum(lengths, 1e-9)).mean())
