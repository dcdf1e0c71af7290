"""Labels of a map that do not cover each other: greedy placement around points, with leader lines when moved away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke

from evaluation.display.canvas import INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline
    from matplotlib.text import Text

_ANGLES = np.radians([0, 180, 90, 270, 35, 145, 325, 215, 60, 120, 240, 300])
_HALO = withStroke(linewidth=1.6, foreground="white")


@dataclass(frozen=True)
class MapLabel:
    """A label for a place (data units).

    ``inside``: may lie on the place itself, and should keep to ``outline``; otherwise it lies beside a dot of ``dot``
    points across.
    """

    text: str
    x: float
    y: float
    inside: bool
    outline: Outline | None = None
    dot: float = 0.0


def place_labels(axes: Axes, labels: Sequence[MapLabel], size: float, *, avoid: Sequence[Axes] = ()) -> list[Text]:
    """Draw ``labels`` so that none overlaps another, a dot, the edge of ``axes``, or the axes in ``avoid``.

    Call after the layout is fixed. Labels that may lie on their place keep it where they can; others move around the
    place in growing circles and get a thin leader line when they end up far. Returns the drawn texts. A label for
    which no free place is found within 8 text heights is put at the best of the tried places.
    """
    root = axes.get_figure(root=True)
    if root is None or not labels:
        return []
    canvas: Any = FigureCanvasAgg(root)
    renderer = canvas.get_renderer()
    per_point = root.dpi / 72
    bounds = np.array(axes.get_window_extent(renderer).extents)
    points = axes.transData.transform([(label.x, label.y) for label in labels])
    taken = [
        _box(x, y, label.dot * per_point, label.dot * per_point)
        for (x, y), label in zip(points, labels, strict=True)
        if not label.inside
    ]
    taken += [np.array(other.get_window_extent(renderer).extents) for other in avoid]
    texts: list[Text] = []
    order = sorted(range(len(labels)), key=lambda number: (labels[number].inside, -_crowd(points, number)))
    for number in order:
        label, (x, y) = labels[number], points[number]
        text = axes.text(
            label.x, label.y, label.text, fontsize=size, ha="center", va="center", color=INK, path_effects=[_HALO],
            zorder=8, clip_on=False,
        )  # fmt: skip
        extent = text.get_window_extent(renderer)
        width, height = extent.width + 4, extent.height + 1
        tried = _candidates(x, y, width, height, label.dot * per_point / 2, label.inside)
        away = _away(axes, label, [place for place, _ in tried])
        boxes = np.array([_box(*candidate, width, height) for candidate, _ in tried])
        cost = np.array([far for _, far in tried]) + 3 * away + 40 * _outside(boxes, bounds)
        cost = cost + 20 * _overlap(boxes, np.array(taken).reshape(-1, 4)).sum(axis=1)
        best = tried[int(cost.argmin())][0]
        taken.append(_box(*best, width, height))
        column, row = axes.transData.inverted().transform(best)
        text.set_position((float(column), float(row)))
        end = _nearest_on(best, width, height, x, y)
        if np.hypot(end[0] - x, end[1] - y) > 0.6 * height + label.dot * per_point / 2:
            line = axes.transData.inverted().transform([end, (x, y)])
            axes.plot(line[:, 0], line[:, 1], color=INK, linewidth=0.5, zorder=5, solid_capstyle="round")
            if label.inside:
                axes.plot([label.x], [label.y], marker="o", markersize=1.6, color=INK, zorder=5)
        texts.append(text)
    return texts


def _away(axes: Axes, label: MapLabel, places: list[tuple[float, float]]) -> np.ndarray:
    """True for places outside the label's own outline."""
    if label.outline is None or not label.inside:
        return np.zeros(len(places), dtype=bool)
    inside = label.outline.contains_points(axes.transData.inverted().transform(places))
    return ~np.asarray(inside)


def _candidates(
    x: float, y: float, width: float, height: float, dot: float, inside: bool
) -> list[tuple[tuple[float, float], float]]:
    """Places to try and how far off each is: on the place, then around it in growing rings."""
    places: list[tuple[tuple[float, float], float]] = [((x, y), 0.0)] if inside else []
    for ring in np.arange(0, 8.1, 0.5):
        for rank, angle in enumerate(_ANGLES):
            across, up = (0.0, 0.0) if inside else (width / 2 + dot + 1, height / 2 + dot)
            move = (ring + 0.5 * inside) * height
            place = (x + np.cos(angle) * (across + move), y + np.sin(angle) * (up + move))
            places.append((place, 0.1 + ring * 0.5 + rank * 0.01))
    return places


def _box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def _overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each pair 0 when apart, from 1 upwards by the common share of the smaller box."""
    wide = np.minimum(boxes[:, None, 2], others[None, :, 2]) - np.maximum(boxes[:, None, 0], others[None, :, 0])
    high = np.minimum(boxes[:, None, 3], others[None, :, 3]) - np.maximum(boxes[:, None, 1], others[None, :, 1])
    areas = [(part[:, 2] - part[:, 0]) * (part[:, 3] - part[:, 1]) for part in (boxes, others)]
    least = np.maximum(np.minimum(areas[0][:, None], areas[1][None, :]), 1e-9)
    return np.where((wide > 0) & (high > 0), 1 + wide * high / least, 0.0)


def _outside(boxes: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    x0, y0, x1, y1 = bounds
    return np.asarray((boxes[:, 0] < x0) | (boxes[:, 1] < y0) | (boxes[:, 2] > x1) | (boxes[:, 3] > y1))


def _crowd(points: np.ndarray, number: int) -> float:
    """How close the other places are: the closest-set places choose first."""
    distance = np.hypot(*(points - points[number]).T)
    near = np.sort(distance)[1:4]
    return float(-near.mean()) if len(near) else 0.0


def _nearest_on(middle: tuple[float, float], width: float, height: float, x: float, y: float) -> tuple[float, float]:
    return (
        float(np.clip(x, middle[0] - width / 2, middle[0] + width / 2)),
        float(np.clip(y, middle[1] - height / 2, middle[1] + height / 2)),
    )
