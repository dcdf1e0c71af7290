"""Confidence sets by inverting a test whose every draw is a ratio of a line to the root of a parabola.

Under the hypothesis that the coefficient equals b, scores that are linear in the outcome change linearly with b. A
statistic sum of scores / root of the sum of squared scores is then (n0 - b n1) / sqrt(q00 - 2 b q01 + b^2 q11) for
each draw: five numbers a draw carry the test to every b, without a new pass over the data. The restricted wild
bootstrap and randomisation inference of least squares are both of that form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evaluation.effects.inference.clusters import Array

TIE = 1e-10  # draws that equal the observed statistic but for rounding count as reaching it


@dataclass(frozen=True)
class ConfidenceSet:
    """Values that the test does not refuse at ``level``: from ``low`` to ``high``; an infinite end means no bound."""

    low: float
    high: float
    level: float

    @property
    def is_bounded(self) -> bool:
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


@dataclass(frozen=True)
class StatisticFamily:
    """Statistics of all draws as functions of the hypothesised value b; arrays of 1 + draws, the observed first."""

    n0: Array
    n1: Array
    q00: Array
    q01: Array
    q11: Array

    def at(self, value: float) -> Array:
        """Absolute statistics under the hypothesis that the coefficient is ``value``; 0 where nothing varies."""
        square = self.q00 - 2 * value * self.q01 + value**2 * self.q11
        size = self.q00 + value**2 * self.q11
        spread = np.sqrt(np.where(square > 1e-14 * size, square, np.inf))
        return np.asarray(np.abs(self.n0 - value * self.n1) / spread)


def share_reaching(statistics: Array, *, enumerated: bool) -> float:
    """p: the share of draws at least as large as the observed statistic, which stands first.

    The observed counts as one draw; where all draws are enumerated it is among them already.
    """
    drawn = statistics[1:]
    reached = int(np.sum(drawn >= statistics[0] * (1 - TIE)))
    return reached / len(drawn) if enumerated else (1 + reached) / (1 + len(drawn))


def confidence_set(
    p_of: Callable[[float], float],
    estimate: float,
    scale: float,
    level: float,
    *,
    grid: int = 64,
    tolerance: float = 1e-9,
    doublings: int = 30,
) -> ConfidenceSet:
    """All values b with p(b) > 1 - level, as the hull of those found on either side of ``estimate``.

    ``scale`` is the width to start from (a standard error). On each side the distance doubles until the test refuses;
    ``grid`` points inside find the outermost value that it does not refuse, bisection sharpens it to ``tolerance``
    scales. The hull is taken because p need not fall steadily; grid = 0 trusts that it does, for tests that cost a
    fit. Without a refusal within 2^doublings scales the side is unbounded.
    """
    if not (np.isfinite(estimate) and np.isfinite(scale) and scale > 0):
        return ConfidenceSet(float("nan"), float("nan"), level)
    alpha = 1 - level
    low, high = (_end(p_of, estimate, side * scale, alpha, grid, tolerance, doublings) for side in (-1.0, 1.0))
    return ConfidenceSet(low, high, level)


def _end(
    p_of: Callable[[float], float],
    estimate: float,
    step: float,
    alpha: float,
    grid: int,
    tolerance: float,
    doublings: int,
) -> float:
    for doubling in range(doublings + 1):
        reach = step * 2.0**doubling
        if p_of(estimate + reach) <= alpha and (grid == 0 or p_of(estimate + 1.5 * reach) <= alpha):
            break
    else:
        return float(np.copysign(np.inf, step))
    shares = np.arange(1, grid) / max(grid, 1)
    kept = max((float(share) for share in shares if p_of(estimate + share * reach) > alpha), default=0.0)
    inside, outside = estimate + kept * reach, estimate + (kept + 1 / max(grid, 1)) * reach
    while abs(outside - inside) > tolerance * abs(step):
        middle = (inside + outside) / 2
        if p_of(middle) > alpha:
            inside = middle
        else:
            outside = middle
    return float((inside + outside) / 2)
