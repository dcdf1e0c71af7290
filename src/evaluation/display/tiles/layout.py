"""Where tiles would like to lie: places of units evened out, so that neighbours are about one tile apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem

ROUNDS, MOMENTUM, INWARD = 300, 0.85, 0.7
SAME_PLACE = 2000.0  # metres: a city within its district says nothing about the usual distance of neighbours


def projected(units: pd.DataFrame, projection: str) -> np.ndarray:
    """Places (metres, n x 2) of units (unit_id, ``longitude``, ``latitude`` in degrees) on a PROJ or WKT projection.

    Units at one place (a district and its city) are set apart a little, always in the same directions. Raises
    InputProblem for coordinates that are none, naming the units.
    """
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4326", projection, always_xy=True)
    longitude, latitude = (units[name].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    points = np.column_stack(transformer.transform(longitude, latitude))
    wrong = (np.abs(longitude) > 180) | (np.abs(latitude) > 90) | ~np.isfinite(points).all(axis=1)
    if wrong.any():
        listed = ", ".join(units["unit_id"].astype(str)[wrong].tolist()[:5])
        raise InputProblem(
            f"Координаты территорий вне карты: {listed}. Ожидались долгота от −180 до 180 и широта от −90 до 90 в "
            "градусах. Исправьте longitude и latitude в реестре территорий.",
            f"Coordinates of territories lie off the map: {listed}. Expected a longitude from −180 to 180 and a "
            "latitude from −90 to 90 in degrees. Correct longitude and latitude in the registry of territories.",
        )
    seen: dict[tuple[int, int], int] = {}
    for number, (east, north) in enumerate(np.round(points / 100).astype(int).tolist()):
        count = seen[(east, north)] = seen.get((east, north), -1) + 1
        points[number] += 500 * count * np.array([np.cos(2.4 * count), np.sin(2.4 * count)])
    return points


def near_pairs(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of places that belong together where no neighbours are known (k x 2, first < second, sorted).

    Gabriel neighbours (no third place in the circle on their distance), and for each place its two nearest; the
    second array says which are Gabriel neighbours.
    """
    from scipy.spatial import KDTree

    if len(points) < 2:
        return np.empty((0, 2), dtype=int), np.empty(0, dtype=bool)
    tree = KDTree(points)
    _, nearest = tree.query(points, k=min(12, len(points)))
    pairs = np.column_stack([np.repeat(np.arange(len(points)), nearest.shape[1]), nearest.ravel()])
    rank = np.tile(np.arange(nearest.shape[1]), len(points))
    radius = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1) / 2
    distance, _ = tree.query(points[pairs].mean(axis=1))
    gabriel = distance >= radius * (1 - 1e-9)
    taken = (pairs[:, 0] != pairs[:, 1]) & ((rank <= 2) | gabriel)
    found, place = np.unique(np.sort(pairs[taken], axis=1), axis=0, return_index=True)
    return found, gabriel[taken][place]


def bridged(pairs: np.ndarray, near: np.ndarray, count: int) -> np.ndarray:
    """``pairs`` and those of ``near`` that join parts which ``pairs`` leave apart (islands, exclaves, lone units)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = (pairs[:, 0], pairs[:, 1])
    _, part = connected_components(coo_array((np.ones(len(pairs)), ends), shape=(count, count)), directed=False)
    joining = near[part[near[:, 0]] != part[near[:, 1]]]
    both: np.ndarray = np.unique(np.vstack([pairs, joining]), axis=0)
    return both


def even_out(points: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Positions about one tile from each other: near places push apart, ``pairs`` pull together.

    Far places come nearer at once (distances from the middle to the power 0.7), then step by step with momentum.
    Overlaps are found with a tree, so that thousands of places take about a second.
    """
    from scipy.spatial import KDTree

    first, second = pairs[:, 0], pairs[:, 1]
    length = np.linalg.norm(points[first] - points[second], axis=1)
    scale = float(np.quantile(length[length > SAME_PLACE], 0.3)) if (length > SAME_PLACE).any() else SAME_PLACE
    place = (points - np.median(points, axis=0)) / scale
    radius = np.linalg.norm(place, axis=1, keepdims=True)
    place = place / np.maximum(radius, 1e-9) * np.power(radius, INWARD)
    usual = float(np.quantile(np.linalg.norm(place[first] - place[second], axis=1), 0.45))
    place = place / max(usual, 1e-9)
    room, count = 1.05, len(points)
    speed = np.zeros_like(place)
    for turn in range(ROUNDS):
        along = place[second] - place[first]
        apart = np.linalg.norm(along, axis=1, keepdims=True)
        pull = np.clip(apart - room, -1, 3) * along / np.maximum(apart, 1e-9) * 0.5
        close = KDTree(place).query_pairs(room, output_type="ndarray")
        close = close[np.lexsort((close[:, 1], close[:, 0]))]  # sums in a fixed order are the same to the last bit
        gap = place[close[:, 0]] - place[close[:, 1]]
        distance = np.linalg.norm(gap, axis=1, keepdims=True)
        push = np.clip(room - distance, 0, None) / np.maximum(distance, 1e-6) * gap * 1.5
        move = _summed(first, second, pull, count) + _summed(close[:, 0], close[:, 1], push, count)
        size = np.linalg.norm(move, axis=1, keepdims=True)
        step = 0.3 * (1 - turn / ROUNDS) + 0.03
        speed = MOMENTUM * speed + step * move / np.maximum(size, 1.0)
        place = place + speed
    evened: np.ndarray = place - place.min(axis=0)
    return evened


def _summed(first: np.ndarray, second: np.ndarray, force: np.ndarray, count: int) -> np.ndarray:
    """Forces on each place: those on the first of a pair, and the opposite on the second."""
    return np.column_stack(
        [
            np.bincount(first, force[:, axis], count) - np.bincount(second, force[:, axis], count)
            for axis in range(force.shape[1])
        ]
    )
