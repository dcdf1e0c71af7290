"""A hexagonal tile grid: every unit one tile of the same size, near where the unit lies and beside its neighbours.

Used where no boundaries are known, and where small units must be as legible as large ones.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

ROW_HEIGHT = float(np.sqrt(3) / 2)


def tile_grid(units: pd.DataFrame, projection: str) -> pd.DataFrame:
    """Place of every unit on a hexagonal grid: unit_id, column, row (lattice steps), x, y (centres, tiles 1 wide).

    ``units`` has unit_id, longitude, latitude (degrees); ``projection`` is a PROJ or WKT string. Rows count upwards
    to the north; odd rows are shifted by half a tile. Units without coordinates follow in a line below the others.
    Method: projected centres are evened out (crowded places spread, empty ones shrink), assigned to lattice places
    with the least sum of squared moves (linear sum assignment), then tiles change places while that brings
    neighbours nearer. The same units give the same grid whatever their order.
    """
    ordered = units.drop_duplicates("unit_id").sort_values("unit_id", kind="stable")
    known = ordered.dropna(subset=["longitude", "latitude"])
    unknown = ordered[~ordered["unit_id"].isin(known["unit_id"])]
    places = _places(known, projection) if len(known) else np.empty((0, 2), dtype=int)
    if len(unknown):
        width = max(6, int(np.ceil(np.sqrt(len(ordered)))))
        bottom = int(places[:, 1].min()) - 1 if len(places) else 0
        left = int(places[:, 0].min()) if len(places) else 0
        rest = np.array([[left + n % width, bottom - 1 - n // width] for n in range(len(unknown))])
        places = np.vstack([places, rest])
    if len(places):
        lowest = int(places[:, 1].min())
        places = places - [int(places[:, 0].min()), lowest - lowest % 2]  # an even shift keeps odd rows odd
    centres = _centres(places)
    ids = [*known["unit_id"], *unknown["unit_id"]]
    grid = pd.DataFrame(
        {"unit_id": ids, "column": places[:, 0], "row": places[:, 1], "x": centres[:, 0], "y": centres[:, 1]}
    )
    return grid.sort_values("unit_id", kind="stable").reset_index(drop=True)


def _centres(places: np.ndarray) -> np.ndarray:
    """Centres of lattice places; odd rows are shifted by half a tile."""
    centres: np.ndarray = np.column_stack([places[:, 0] + 0.5 * (places[:, 1] % 2), places[:, 1] * ROW_HEIGHT])
    return centres


def _places(units: pd.DataFrame, projection: str) -> np.ndarray:
    """Lattice places (column, row) of units with coordinates."""
    longitudes, latitudes = (tuple(units[name].astype(float)) for name in ("longitude", "latitude"))
    return _found_places(longitudes, latitudes, projection).copy()


@lru_cache(maxsize=8)
def _found_places(longitudes: tuple[float, ...], latitudes: tuple[float, ...], projection: str) -> np.ndarray:
    """The places, found once for all maps of the same units: each map is drawn in every language."""
    from scipy.optimize import linear_sum_assignment

    points = _projected(pd.DataFrame({"longitude": longitudes, "latitude": latitudes}), projection)
    if len(points) == 1:
        return np.zeros((1, 2), dtype=int)
    edges = _edges(points)
    spread = _even_out(points, edges)
    low, high = spread.min(axis=0), spread.max(axis=0)
    columns = np.arange(int(np.floor(low[0])) - 2, int(np.ceil(high[0])) + 3)
    rows = np.arange(int(np.floor(low[1] / ROW_HEIGHT)) - 2, int(np.ceil(high[1] / ROW_HEIGHT)) + 3)
    lattice = np.array([(column, row) for row in rows for column in columns])
    centres = _centres(lattice)
    cost = ((spread[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(cost)
    # exchanging tiles pays where people look at each of them; hundreds of tiles are read as a texture
    rounds = 30 if len(points) <= 150 else 0
    return lattice[_improve(chosen, cost, centres, edges, rounds) if rounds else chosen]


def _projected(units: pd.DataFrame, projection: str) -> np.ndarray:
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4326", projection, always_xy=True)
    x, y = transformer.transform(units["longitude"].to_numpy(dtype=float), units["latitude"].to_numpy(dtype=float))
    points = np.column_stack([x, y])
    # units at one place (a district and its city) are set apart a little, always in the same directions
    seen: dict[tuple[int, int], int] = {}
    for number, point in enumerate(np.round(points / 100).astype(int)):
        count = seen[tuple(point)] = seen.get(tuple(point), -1) + 1
        points[number] += 500 * count * np.array([np.cos(2.4 * count), np.sin(2.4 * count)])
    return points


def _edges(points: np.ndarray) -> np.ndarray:
    """Pairs of places that should stay together: Gabriel neighbours, and for each place its two nearest."""
    from scipy.spatial import KDTree

    tree = KDTree(points)
    _, nearest = tree.query(points, k=min(12, len(points)))
    pairs: set[tuple[int, int]] = set()
    for a, others in enumerate(np.atleast_2d(nearest)):
        for rank, b in enumerate(others):
            if a == b:
                continue
            radius = np.linalg.norm(points[a] - points[b]) / 2
            distance, _ = tree.query((points[a] + points[b]) / 2)
            if rank <= 2 or distance >= radius * (1 - 1e-9):
                pairs.add((min(a, int(b)), max(a, int(b))))
    return np.array(sorted(pairs))


def _even_out(points: np.ndarray, edges: np.ndarray, rounds: int = 400) -> np.ndarray:
    """Positions at about one tile from their neighbours: near places push apart, neighbours pull together."""
    scale = np.median(np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1))
    place = (points - points.mean(axis=0)) / max(scale, 1e-9)
    radius = np.linalg.norm(place, axis=1, keepdims=True)
    place = place / np.maximum(radius, 1e-9) * np.power(radius, 0.8)  # far places come nearer at once, then slowly
    first, second = edges[:, 0], edges[:, 1]
    for turn in range(rounds):
        step = 0.25 * (1 - turn / rounds) + 0.02
        move = np.zeros_like(place)
        along = place[second] - place[first]
        length = np.linalg.norm(along, axis=1, keepdims=True)
        pull = np.clip(length - 1.05, -1, 1) * along / np.maximum(length, 1e-9) * 0.5
        np.add.at(move, first, pull)
        np.add.at(move, second, -pull)
        gap = place[:, None, :] - place[None, :, :]
        distance = np.linalg.norm(gap, axis=2)
        np.fill_diagonal(distance, 9.0)
        push = (np.clip(1.05 - distance, 0, None) / np.maximum(distance, 1e-6))[:, :, None] * gap
        move += push.sum(axis=1)
        size = np.linalg.norm(move, axis=1, keepdims=True)
        place = place + step * move / np.maximum(size, 1.0)
    evened: np.ndarray = place - place.min(axis=0)
    return evened


def _improve(chosen: np.ndarray, cost: np.ndarray, centres: np.ndarray, edges: np.ndarray, rounds: int) -> np.ndarray:
    """Tiles move to free places or change places while neighbours come nearer and holes close."""
    chosen = chosen.copy()
    count = len(chosen)
    near: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        near[a].append(int(b))
        near[b].append(int(a))

    apart = np.linalg.norm(centres[:, None, :] - centres[None, :, :], axis=2)
    beside = (apart > 0.5) & (apart < 1.1)

    def pain(unit: int, place: int, other: int = -1, other_place: int = -1) -> float:
        """Cost of ``unit`` at ``place`` while ``other`` is thought at ``other_place``."""
        where = centres[[other_place if neighbour == other else chosen[neighbour] for neighbour in near[unit]]]
        reach = np.linalg.norm(where - centres[place], axis=1)
        company = beside[place, chosen].sum() - beside[place, chosen[unit]]
        return float(0.3 * cost[unit, place] + (np.maximum(reach - 1, 0) ** 1.5).sum() - 0.5 * company)

    for _ in range(rounds):
        changed = False
        for unit in range(count):
            target = centres[[chosen[neighbour] for neighbour in near[unit]]].mean(axis=0)
            near_target = np.abs(centres - target).max(axis=1) < 2.1
            near_here = np.abs(centres - centres[chosen[unit]]).max(axis=1) < 1.6
            window = np.flatnonzero(near_target | near_here)
            holder = {int(place): number for number, place in enumerate(chosen)}
            here = int(chosen[unit])
            best, best_gain = here, 1e-9
            for place in (int(number) for number in window):
                other = holder.get(place)
                if other is None:
                    gain = pain(unit, here) - pain(unit, place)
                elif other != unit:
                    before = pain(unit, here) + pain(other, place)
                    after = pain(unit, place, other, here) + pain(other, here, unit, place)
                    gain = before - after
                else:
                    continue
                if gain > best_gain:
                    best, best_gain = place, gain
            if best != here:
                other = holder.get(best)
                chosen[unit] = best
                if other is not None:
                    chosen[other] = here
                changed = True
        if not changed:
            break
    return chosen


def neighbours_kept(grid: pd.DataFrame, neighbours: pd.DataFrame, steps: int = 2) -> float:
    """Share of neighbouring pairs (unit_id, neighbour_id) whose tiles are at most ``steps`` tiles apart."""
    places = grid.set_index("unit_id")[["x", "y"]]
    pairs = neighbours[neighbours["unit_id"].isin(places.index) & neighbours["neighbour_id"].isin(places.index)]
    first, second = places.loc[pairs["unit_id"]].to_numpy(), places.loc[pairs["neighbour_id"]].to_numpy()
    return float((np.linalg.norm(first - second, axis=1) < steps + 0.01).mean())
