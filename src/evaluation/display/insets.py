"""Where the parts of a map stand on its sheet: the whole, insets of the crowded parts, and the keys, none over data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.display.page import PAGE_WIDTH, Place

if TYPE_CHECKING:
    from evaluation.display.ground import Box, Ground

CELL = 0.08  # inches: the sheet is looked at in squares of this size
LEAST_ROOM = 350.0  # square points of a unit in which its name can stand
MANY_CRAMPED = 0.4  # insets are drawn when more units than this share have no room for their names
NEAR = 0.45  # inches between crowded units of one cluster
LEAST_UNITS, MOST_INSETS = 6, 2
LEAST_GAIN, ENOUGH_GAIN = 1.5, 2.0  # times larger: below the first an inset is not worth its room
PART_GAIN = 3.0
KEY_FIRST = 0.7  # the key goes first where the inset then keeps this share of its size
MOST_HEIGHT, LEAST_WIDTH = 6.3, 1.1
STRIP = 2.9  # inches of height that a sheet without room beside the map gets for an inset
PAD = 0.06  # inches between the map's border, insets and keys


@dataclass(frozen=True)
class Inset:
    """A part drawn larger: its bounds on the ground, its place on the sheet (inches), how many times larger it is."""

    box: Box
    place: Place
    gain: float


@dataclass(frozen=True)
class Arrangement:
    """The sheet's body: its height, the places of the whole, the insets and the key (inches), points in a metre."""

    height: float
    whole: Place
    insets: tuple[Inset, ...]
    key: Place
    scale: float


def arrange(ground: Ground, key: tuple[float, float], tallest: float = MOST_HEIGHT, insets: bool = True) -> Arrangement:
    """Find places for the whole, for insets of the parts where units are too small to be named, and for the key.

    The whole is as large as the page's width and ``tallest`` (inches) allow. Crowded units nearer than 0.45 inches
    are one cluster; the largest clusters of six units and more get an inset each, in the largest rectangle that is
    free of data, or in a strip below. ``key`` is the width and height that the key needs.
    """
    x0, y0, x1, y1 = ground.bounds
    room = PAGE_WIDTH - 2 * PAD
    wide, high = max(x1 - x0, 1e-9), max(y1 - y0, 1e-9)
    scale = min(room / wide, tallest / high)  # inches in a metre
    width, height = wide * scale, high * scale
    crowded = clusters(ground, scale) if insets and not ground.tiles else []
    for strip in (0.0, STRIP) if crowded else (0.0,):
        body = height + strip + 2 * PAD
        # with the whole at the left and the top, what is free lies together
        whole: Place = (PAD, body - PAD - height, PAD + width, body - PAD)
        free = _free(ground, whole, body, scale)
        enough = LEAST_GAIN if strip else ENOUGH_GAIN
        found, place = _insets_and_key(ground, crowded, free, scale, key, enough)
        if not crowded or found:
            break
    else:
        body = height + 2 * PAD
        whole = (PAD, PAD, PAD + width, PAD + height)
        place = _corner(_free(ground, whole, body, scale), key)
    if place is not None:
        return Arrangement(body, whole, tuple(found), place, scale * 72)
    if not found:  # nothing stands beside the whole
        shift = (room - width) / 2
        whole = (whole[0] + shift, whole[1], whole[2] + shift, whole[3])
    down = key[1] + 2 * PAD
    lifted = tuple(Inset(one.box, _lifted(one.place, down), one.gain) for one in found)
    place = (PAD, PAD, PAD + key[0], PAD + key[1])
    return Arrangement(body + down, _lifted(whole, down), lifted, place, scale * 72)


def _insets_and_key(
    ground: Ground, crowded: list[np.ndarray], free: np.ndarray, scale: float, key: tuple[float, float], enough: float
) -> tuple[list[Inset], Place | None]:
    """Insets first and the key where it then fits, else the key first; None for a key that must stand below.

    No insets where the first would be less than ``enough`` times larger.
    """
    left = free.copy()
    found = _insets(ground, crowded, left, scale)  # takes their places off what is free
    place = _corner(left, key)
    if place is not None or not found:
        return (found, place) if not found or found[0].gain >= enough else ([], place)
    left = free.copy()
    place = _corner(left, key)
    if place is not None:
        _take(left, place)
        smaller = _insets(ground, crowded, left, scale)
        if smaller and smaller[0].gain >= max(enough, KEY_FIRST * found[0].gain):
            return smaller, place
    return (found, None) if found[0].gain >= enough else ([], place)


def _lifted(place: Place, up: float) -> Place:
    return place[0], place[1] + up, place[2], place[3] + up


def clusters(ground: Ground, scale: float) -> list[np.ndarray]:
    """Places (x, y) of crowded units that lie together, the largest cluster first; ``scale``: inches in a metre."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    named = ground.shapes["named"].to_numpy()
    small = ground.shapes["area"].to_numpy() * (scale * 72) ** 2 < LEAST_ROOM
    if not named.any() or small[named].mean() <= MANY_CRAMPED:
        return []
    places = ground.places[named & small]
    pairs = KDTree(places).query_pairs(NEAR / scale, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(places), len(places)))
    count, member = connected_components(links, directed=False)
    groups = [places[member == number] for number in range(count)]
    large = [group for group in groups if len(group) >= LEAST_UNITS]
    return sorted(large, key=lambda group: (-len(group), *group.min(axis=0)))[:MOST_INSETS]


def _free(ground: Ground, whole: Place, body: float, scale: float) -> np.ndarray:
    """Squares of the sheet (rows from below) that no outline touches."""
    from shapely import STRtree, box

    columns, rows = int(PAGE_WIDTH / CELL), int(body / CELL)
    left, low = np.meshgrid(np.arange(columns) * CELL, np.arange(rows) * CELL)
    x0, y0, _, _ = ground.bounds
    west, south = x0 + (left.ravel() - whole[0]) / scale, y0 + (low.ravel() - whole[1]) / scale
    squares = box(west - PAD / scale, south - PAD / scale, west + (CELL + PAD) / scale, south + (CELL + PAD) / scale)
    _, touched = STRtree(squares).query(ground.shapes.geometry.to_numpy(), predicate="intersects")
    free = np.ones(rows * columns, dtype=bool)
    free[touched] = False
    found: np.ndarray = free.reshape(rows, columns)
    found[0, :] = found[:, 0] = found[:, -1] = False
    return found


def _insets(ground: Ground, crowded: list[np.ndarray], free: np.ndarray, scale: float) -> list[Inset]:
    """An inset for each cluster that finds room; their places are marked in ``free``."""
    found: list[Inset] = []
    for points in crowded:
        best = _best_place(ground, points, free, scale)
        if best is None or best.gain < LEAST_GAIN:
            continue
        found.append(best)
        _take(free, best.place)
    return found


def _take(free: np.ndarray, place: Place) -> None:
    """Mark a place, with a margin, as no longer free."""
    x0, y0, x1, y1 = (round(end / CELL) for end in place)
    free[max(y0 - 2, 0) : y1 + 2, max(x0 - 2, 0) : x1 + 2] = False


def _best_place(ground: Ground, points: np.ndarray, free: np.ndarray, scale: float) -> Inset | None:
    """The free rectangle in which the dense part of ``points`` comes out largest."""
    total = np.pad(free.astype(int).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    rows, columns = free.shape
    least = int(LEAST_WIDTH / CELL)
    best: Inset | None = None
    worth = 0.0
    largest: Place | None = None
    for high in range(least, rows + 1, 2):
        for wide in range(least, columns + 1, 2):
            counted = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
            rooms = np.argwhere(counted == high * wide)
            if not len(rooms):
                break
            place = _nearest_corner(rooms, (high, wide), free)
            if largest is None or wide * high * CELL**2 > _area(largest) + 1e-9:
                largest = place
            part = dense_part(points, ground.bounds, wide / high)
            if part is None:
                continue
            box, count = part
            gain = wide * CELL / ((box[2] - box[0]) * scale)
            value = gain * (count / len(points)) ** 2
            if value > worth * 1.001:
                best, worth = Inset(box, place, float(gain)), value
    if largest is not None and (best is None or best.gain < ENOUGH_GAIN):
        # a cluster over half the map: its busiest part alone, three times larger
        size = np.array([largest[2] - largest[0], largest[3] - largest[1]]) / (scale * PART_GAIN)
        return Inset(busiest_window(points, size), largest, PART_GAIN)
    return best


def _area(place: Place) -> float:
    return (place[2] - place[0]) * (place[3] - place[1])


def _nearest_corner(rooms: np.ndarray, size: tuple[int, int], free: np.ndarray) -> Place:
    """Of the free rooms (rows: lower row, left column of squares) the one nearest to a corner of the sheet."""
    (high, wide), (rows, columns) = size, free.shape
    far = np.minimum(rooms[:, 0], rows - high - rooms[:, 0]) + np.minimum(rooms[:, 1], columns - wide - rooms[:, 1])
    low, left = (int(end) for end in rooms[int(far.argmin())])
    return left * CELL, low * CELL, (left + wide) * CELL, (low + high) * CELL


def busiest_window(points: np.ndarray, size: np.ndarray) -> Box:
    """Bounds of the window of ``size`` (width, height) that holds most ``points``, looked for in twentieths of it."""
    step = size / 20
    low = points.min(axis=0)
    counted = np.zeros(np.floor((points - low) / step).astype(int).max(axis=0) + 21)
    np.add.at(counted, tuple(np.floor((points - low) / step).astype(int).T), 1)
    total = np.pad(counted.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    inside = total[20:, 20:] - total[:-20, 20:] - total[20:, :-20] + total[:-20, :-20]
    column, row = np.unravel_index(int(inside.argmax()), inside.shape)
    west, south = low + np.array([column, row]) * step
    return float(west), float(south), float(west + size[0]), float(south + size[1])


def dense_part(points: np.ndarray, bounds: Box, aspect: float) -> tuple[Box, int] | None:
    """Bounds (width ``aspect`` times the height) of the part that holds most ``points`` on little space, and how many.

    None where no part smaller than 0.4 of the whole holds half of the points.
    """
    whole = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    middle = np.median(points, axis=0)
    order = np.argsort(np.abs(points - middle).max(axis=1), kind="stable")
    ranked = points[order]
    low, high = np.minimum.accumulate(ranked), np.maximum.accumulate(ranked)
    size = 1.18 * (high - low)
    size = np.maximum(size, size[:, ::-1] * [aspect, 1 / aspect])
    counts = np.arange(1, len(points) + 1)
    area = np.maximum(size.prod(axis=1) / whole, 1e-9)
    gain = np.where((counts >= len(points) / 2) & (area < 0.4), counts / len(points) / area**0.15, 0.0)
    best = int(gain.argmax())
    if not gain[best]:
        return None
    centre = (low[best] + high[best]) / 2
    (x0, y0), (x1, y1) = centre - size[best] / 2, centre + size[best] / 2
    return (float(x0), float(y0), float(x1), float(y1)), best + 1


def _corner(free: np.ndarray, key: tuple[float, float]) -> Place | None:
    """A free place for the key, in the corner or at the edge where it is nearest to one; None without any."""
    high, wide = (int(np.ceil(side / CELL)) for side in (key[1], key[0]))
    if high > free.shape[0] or wide > free.shape[1]:
        return None
    total = np.pad(free.astype(int).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    counted = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
    rooms = np.argwhere(counted == high * wide)
    if not len(rooms):
        return None
    left, low, _, _ = _nearest_corner(rooms, (high, wide), free)
    return left, low, left + key[0], low + key[1]
