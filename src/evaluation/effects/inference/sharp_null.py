"""Randomisation inference of a sharp null: its p, and the values of an effect that it does not refuse.

Under the hypothesis that every unit's outcome is moved by b times its exposure, the outcome without exposure is known
for all: y - b x exposure. Every lot that could have fallen then gives a statistic, linear in b, beside the observed
one; b is kept where the observed statistic is not among the most extreme. So the set is found exactly, without a grid.
Source: Rosenbaum (2002, Statistical Science 17) for the inversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.effects.inference.clusters import Array

Shape = Literal["interval", "rays", "line"]


@dataclass(frozen=True)
class SharpNullSet:
    """Effects that are not refused. ``rays``: all up to ``low`` and all from ``high`` on; ``line``: every value.

    ``p`` is that of no effect; ``draws`` the number of lots drawn again.
    """

    shape: Shape
    low: float
    high: float
    p: float
    draws: int

    @property
    def ends(self) -> tuple[float, float]:
        """The ends where the set is a bounded interval; NaN otherwise."""
        bounded = self.shape == "interval" and np.isfinite(self.low) and np.isfinite(self.high)
        return (self.low, self.high) if bounded else (float("nan"), float("nan"))


def sharp_null_p(observed: float, drawn: Array) -> float:
    """Share of lots whose statistic is at least as large in size; the observed one counts as a lot."""
    if not np.isfinite(observed):
        return float("nan")
    reached = np.sum(np.abs(drawn) >= abs(observed) * (1 - 1e-9) - 1e-14)
    return float((1 + reached) / (1 + len(drawn)))


def sharp_null_set(
    observed: float, slope: float, drawn: Array, drawn_slopes: Array, level: float = 0.95
) -> SharpNullSet:
    """Values b with p above 1 - ``level``, where a lot's statistic is ``drawn`` - b ``drawn_slopes``.

    The observed statistic is ``observed`` - b ``slope``. A set with holes is given as the interval around it.
    """
    p = sharp_null_p(observed, drawn)
    lows, highs, outside = _regions(observed, slope, np.asarray(drawn), np.asarray(drawn_slopes))
    ends = np.unique(np.concatenate([lows, highs]))
    ends = ends[np.isfinite(ends)]
    if len(ends) == 0:
        kept = np.array([_count(np.zeros(1), lows, highs, outside)[0]])
    else:
        middles = np.concatenate([[ends[0] - 1.0], (ends[:-1] + ends[1:]) / 2, [ends[-1] + 1.0]])
        kept = _count(middles, lows, highs, outside)
    accepted = (1 + kept) / (1 + len(drawn)) > 1 - level + 1e-9
    if accepted.all():
        return SharpNullSet("line", -np.inf, np.inf, p, len(drawn))
    if not accepted.any():
        point = observed / slope if slope else float("nan")
        return SharpNullSet("interval", point, point, p, len(drawn))
    starts, stops = np.concatenate([[-np.inf], ends]), np.concatenate([ends, [np.inf]])
    if accepted[0] and accepted[-1]:
        refused = np.flatnonzero(~accepted)
        return SharpNullSet("rays", float(starts[refused[0]]), float(stops[refused[-1]]), p, len(drawn))
    inside = np.flatnonzero(accepted)
    return SharpNullSet("interval", float(starts[inside[0]]), float(stops[inside[-1]]), p, len(drawn))


def _regions(observed: float, slope: float, drawn: Array, slopes: Array) -> tuple[Array, Array, np.ndarray]:
    """By lot the b at which its statistic is at least as large: between two ends, or outside of them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (observed - drawn) / (slope - slopes)
        two = (observed + drawn) / (slope + slopes)
    scale = max(abs(slope), 1e-300)
    same, mirror = np.abs(slopes - slope) <= 1e-9 * scale, np.abs(slopes + slope) <= 1e-9 * scale
    size = max(float(np.abs(drawn).max(initial=0.0)), abs(observed), 1e-300)
    # the same lot, or its mirror, is as large everywhere; else one root moves off to infinity
    everywhere = (same & (np.abs(drawn - observed) <= 1e-9 * size)) | (
        mirror & (np.abs(drawn + observed) <= 1e-9 * size)
    )
    one = np.where(same, np.where((drawn - observed) * slope > 0, -np.inf, np.inf), one)
    two = np.where(mirror, np.where((drawn + observed) * slope > 0, np.inf, -np.inf), two)
    low, high = np.minimum(one, two), np.maximum(one, two)
    outside = (np.abs(slopes) > abs(slope)) & ~same & ~mirror
    low, high = np.where(everywhere, -np.inf, low), np.where(everywhere, np.inf, high)
    return low, high, outside & ~everywhere


def _count(points: Array, lows: Array, highs: Array, outside: np.ndarray) -> Array:
    """Lots whose region holds each point (points lie inside no end)."""

    def covering(chosen: np.ndarray) -> Array:
        begun = np.searchsorted(np.sort(lows[chosen]), points)
        ended = np.searchsorted(np.sort(highs[chosen]), points)
        return np.asarray(begun - ended, dtype=float)

    return covering(~outside) + outside.sum() - covering(outside)
