"""Labels of a map that never cover each other: greedy placement around points, what finds no room becomes a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke

from evaluation.display.canvas import INK
from evaluation.display.page import text_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline
    from matplotlib.text import Text

_ANGLES = np.radians([0, 180, 90, 270, 35, 145, 325, 215, 60, 120, 240, 300])
_HALO = withStroke(linewidth=1.6, foreground="white")
ROUNDS = 6  # tries with those first that found no room before
SWEEPS = 4
RINGS = 5.0  # a label stands at most so many text heights away from its place
MANY = 150  # only so many of the heaviest are tried: the rest would find no room


@dataclass(frozen=True)
class MapLabel:
    """A label for a place (data units).

    ``inside``: may lie on the place itself, and should keep to ``outline``; otherwise it lies beside a dot of ``dot``
    points across. Where not all find room, those of the greatest ``weight`` stay.
    """

    text: str
    x: float
    y: float
    inside: bool
    outline: Outline | None = None
    dot: float = 0.0
    weight: float = 0.0


def place_labels(
    axes: Axes, labels: Sequence[MapLabel], size: float, *, avoid: Sequence[Artist] = (), rings: float = RINGS
) -> tuple[list[Text], list[MapLabel]]:
    """Draw ``labels`` so that none overlaps another, a dot, the edge of ``axes``, or the artists in ``avoid``.

    Call when the axes have their final places. Labels that may lie on their place keep it where they can; others move
    around the place in growing circles, at most ``rings`` text heights away, and get a thin leader line when they end
    up far. Returns the drawn texts and the labels for which no free place was found, the heaviest first.
    """
    root = axes.get_figure(root=True)
    if root is None or not labels:
        return [], []
    ranked = sorted(labels, key=lambda label: -label.weight)
    labels, untried = ranked[:MANY], ranked[MANY:]
    canvas: Any = FigureCanvasAgg(root)
    renderer = canvas.get_renderer()
    per_point = root.dpi / 72
    bounds = np.array(axes.get_window_extent(renderer).extents)
    points = axes.transData.transform([(label.x, label.y) for label in labels])
    fixed = [
        _box(x, y, label.dot * per_point, label.dot * per_point)
        for (x, y), label in zip(points, labels, strict=True)
        if not label.inside
    ]
    fixed += [np.array(other.get_window_extent(renderer).extents) for other in avoid]
    tries = [_tries(axes, label, point, size, root.dpi, rings) for label, point in zip(labels, points, strict=True)]
    chosen = _best_round(labels, points, tries, np.array(fixed).reshape(-1, 4), bounds)
    texts = []
    for number, take in sorted(chosen.items()):
        texts.append(_write(axes, labels[number], tries[number], take, points[number], size, per_point))
    dropped = [label for number, label in enumerate(labels) if number not in chosen]
    return texts, sorted([*dropped, *untried], key=lambda label: (-label.weight, label.text))


@dataclass(frozen=True)
class _Tries:
    """Places that a label may take (pixels), their boxes, and how much each is disliked."""

    places: np.ndarray
    boxes: np.ndarray
    cost: np.ndarray


def _tries(axes: Axes, label: MapLabel, point: np.ndarray, size: float, dpi: float, rings: float) -> _Tries:
    width, height = (side * dpi for side in text_size(label.text, size))
    width, height = width + 4, height + 2
    found = _candidates(float(point[0]), float(point[1]), width, height, label.dot * dpi / 144, label.inside, rings)
    places = np.array([place for place, _ in found])
    cost = np.array([far for _, far in found]) + 3 * _away(axes, label, places)
    half = np.array([width, height]) / 2
    return _Tries(places, np.hstack([places - half, places + half]), cost)


def _best_round(
    labels: Sequence[MapLabel], points: np.ndarray, tries: list[_Tries], fixed: np.ndarray, bounds: np.ndarray
) -> dict[int, int]:
    """The place of every label that has one, from the round that leaves the least weight without."""
    full = len(labels) >= MANY
    order = list(range(len(labels)))  # the heaviest come first
    if not full:
        order.sort(key=lambda number: (labels[number].inside, -_crowd(points, number), number))
    best: dict[int, int] = {}
    least = np.inf
    for _ in range(1 if full else ROUNDS):
        chosen = _one_round(order, tries, fixed, bounds)
        failed = [number for number in order if number not in chosen]
        lost = sum(1.0 + labels[number].weight for number in failed)
        if lost < least:
            best, least = chosen, lost
        if not failed:
            break
        failed.sort(key=lambda number: (-labels[number].weight, number))
        order = failed + [number for number in order if number in chosen]
    return best if full else _settled(best, tries, fixed, bounds)  # among so many a little nearer is not seen


def _settled(chosen: dict[int, int], tries: list[_Tries], fixed: np.ndarray, bounds: np.ndarray) -> dict[int, int]:
    """Every label in turn moves to the free place it likes best, until none moves."""
    settled = dict(chosen)
    for _ in range(SWEEPS):
        moved = False
        for number in sorted(settled):
            others = [tries[other].boxes[take] for other, take in settled.items() if other != number]
            boxes = tries[number].boxes
            bad = _outside(boxes, bounds) | _touches(boxes, np.vstack([fixed, *others]) if others else fixed)
            take = int(np.where(bad, np.inf, tries[number].cost).argmin())
            moved |= take != settled[number]
            settled[number] = take
        if not moved:
            break
    return settled


def _one_round(order: list[int], tries: list[_Tries], fixed: np.ndarray, bounds: np.ndarray) -> dict[int, int]:
    taken = np.vstack([fixed, np.zeros((len(order), 4))])
    used = len(fixed)
    chosen: dict[int, int] = {}
    for number in order:
        boxes = tries[number].boxes
        bad = _outside(boxes, bounds) | _touches(boxes, taken[:used])
        if bad.all():
            continue
        take = int(np.where(bad, np.inf, tries[number].cost).argmin())
        chosen[number] = take
        taken[used] = boxes[take]
        used += 1
    return chosen


def _write(
    axes: Axes, label: MapLabel, tries: _Tries, take: int, point: np.ndarray, size: float, per_point: float
) -> Text:
    best, (left, low, right, high) = tries.places[take], tries.boxes[take]
    column, row = axes.transData.inverted().transform(best)
    text = axes.text(
        float(column), float(row), label.text, fontsize=size, ha="center", va="center", color=INK,
        path_effects=[_HALO], zorder=8, clip_on=False, linespacing=1.15,
    )  # fmt: skip
    end = np.clip(point, [left, low], [right, high])
    if np.hypot(*(end - point)) > 0.6 * (high - low) + label.dot * per_point / 2:
        line = axes.transData.inverted().transform([end, point])
        axes.plot(line[:, 0], line[:, 1], color=INK, linewidth=0.5, zorder=5, solid_capstyle="round")
        if label.inside:
            axes.plot([label.x], [label.y], marker="o", markersize=1.6, color=INK, zorder=5)
    return text


def _away(axes: Axes, label: MapLabel, places: np.ndarray) -> np.ndarray:
    """True for places outside the label's own outline."""
    if label.outline is None or not label.inside:
        return np.zeros(len(places), dtype=bool)
    inside = label.outline.contains_points(axes.transData.inverted().transform(places))
    return ~np.asarray(inside)


def _candidates(
    x: float, y: float, width: float, height: float, dot: float, inside: bool, rings: float
) -> list[tuple[tuple[float, float], float]]:
    """Places to try and how far off each is: on the place, then around it in growing rings."""
    places: list[tuple[tuple[float, float], float]] = [((x, y), 0.0)] if inside else []
    for ring in np.arange(0, rings + 0.1, 0.5):
        for rank, angle in enumerate(_ANGLES):
            across, up = (0.0, 0.0) if inside else (width / 2 + dot + 1, height / 2 + dot)
            move = (ring + 0.5 * inside) * height
            place = (x + np.cos(angle) * (across + move), y + np.sin(angle) * (up + move))
            places.append((place, 0.1 + ring * 0.5 + rank * 0.01))
    return places


def _box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def _touches(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each box whether it has a part in common with any of the others."""
    wide = np.minimum(boxes[:, None, 2], others[None, :, 2]) - np.maximum(boxes[:, None, 0], others[None, :, 0])
    high = np.minimum(boxes[:, None, 3], others[None, :, 3]) - np.maximum(boxes[:, None, 1], others[None, :, 1])
    return np.asarray(((wide > 0) & (high > 0)).any(axis=1))


def _outside(boxes: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    x0, y0, x1, y1 = bounds
    return np.asarray((boxes[:, 0] < x0) | (boxes[:, 1] < y0) | (boxes[:, 2] > x1) | (boxes[:, 3] > y1))


def _crowd(points: np.ndarray, number: int) -> float:
    """How close the other places are: the closest-set places choose first."""
    distance = np.hypot(*(points - points[number]).T)
    near = np.sort(distance)[1:4]
    return float(-near.mean()) if len(near) else 0.0
