"""Totals and means of all municipalities from the returns of some, with their uncertainty.

Those who answered are taken for a simple random sample of their cell (response at random within cells, Särndal and
Lundström 2005, ch. 6): weight N/n of the cell. Calibration to known totals changes the weights linearly and leaves
every cell's count as it is: w = (N/n)(1 + (x - mean of x in the cell)' c), so that the sums of x agree (Deville and
Särndal 1992, JASA 87, case 1, within bounds as in case 7). The variance is that of stratified sampling without
replacement of the residuals from the regression on x within cells, each times its change of weight (Särndal, Swensson
and Wretman 1992, section 6.6) and over one less its leverage, as in the jackknife (Valliant 2002, Survey Methodology
28, 103-114).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evaluation.field.returns.cells import Cells, Flags

Array = NDArray[np.float64]
LEVEL = 0.95
LEAST_CHANGE, MOST_CHANGE = 0.2, 5.0
MOST_STEPS = 50
MOST_LEVERAGE = 0.9


@dataclass(frozen=True, eq=False)
class Weighted:
    """Weights of those who answered (n,), their cells, and what the variance needs.

    ``answered`` (N,) marks them among all units. ``base`` is N/n of the cell and ``change`` the weight over it;
    ``known`` (n, q) are the calibration's variables around their means in the cell, ``curvature`` (q, q) their weighted
    cross products.
    """

    cells: Cells
    answered: Flags
    base: Array
    change: Array
    known: Array
    curvature: Array
    cell: NDArray[np.intp] = field(repr=False)

    @property
    def is_calibrated(self) -> bool:
        return self.known.shape[1] > 0

    @property
    def weights(self) -> Array:
        """(n,) how many units each answer stands for."""
        return self.base * self.change


@dataclass(frozen=True)
class Total:
    """An estimate with standard error and 95 % interval; ``n`` answers stand for ``units``, in ``cells`` cells."""

    value: float
    se: float
    low: float
    high: float
    n: int
    units: int
    cells: int


def weigh(cells: Cells, answered: Flags, known: Array | None = None) -> Weighted:
    """Weights of the ``answered`` units, with ``known`` (N, q) calibrated to its sums over all units.

    No weight becomes less than LEAST_CHANGE or more than MOST_CHANGE of N/n of its cell. Where the sums cannot be met
    within these bounds there is no calibration, and the weights are N/n of the cells.
    """
    cell = cells.of[answered]
    base = (cells.units / np.maximum(cells.answered, 1))[cell].astype(float)
    plain = Weighted(cells, answered, base, np.ones(len(base)), np.empty((len(base), 0)), np.empty((0, 0)), cell)
    if known is None or known.shape[1] == 0 or not len(base):
        return plain
    size = np.abs(known).sum(axis=0)
    scaled = known[:, size > 0] / size[size > 0]
    around = _around_cell_means(scaled[answered], cell, len(cells.units))
    change = _changes(cells, cell, base, scaled[answered], scaled.sum(axis=0))
    if change is None:
        return plain
    return Weighted(cells, answered, base, change, around, (around * base[:, None]).T @ around, cell)


def _changes(cells: Cells, cell: NDArray[np.intp], base: Array, known: Array, wanted: Array) -> Array | None:
    """Changes of the weights within LEAST_CHANGE to MOST_CHANGE, by which counts of cells and sums of x agree.

    The linear change; what it pushes over a bound stays there, and the others are fitted anew. None where it fails.
    """
    count = len(cells.units)
    change, free = np.ones(len(base)), np.ones(len(base), dtype=bool)
    for _ in range(MOST_STEPS):
        fixed = np.where(free, 0.0, base * change)
        left = cells.units - np.bincount(cell, weights=fixed, minlength=count)
        inside = np.bincount(cell, weights=np.where(free, base, 0.0), minlength=count)
        if ((inside == 0) & (np.abs(left) > 1e-6)).any():
            return None
        level = np.divide(left, inside, out=np.ones(count), where=inside > 0)[cell[free]]
        around = _around_cell_means(known[free], cell[free], count)
        weighed = base[free, None] * around
        gap = wanted - fixed @ known - (base[free] * level) @ known[free]
        curvature = weighed.T @ around
        change[free] = level + around @ (np.linalg.pinv(curvature, rcond=1e-12, hermitian=True) @ gap)
        over = free & ((change < LEAST_CHANGE) | (change > MOST_CHANGE))
        if not over.any():
            met = np.abs((base * change) @ known - wanted).max() < 1e-8
            return change if met else None
        change[over] = np.clip(change[over], LEAST_CHANGE, MOST_CHANGE)
        free &= ~over
    return None


def total(weighted: Weighted, values: Array, within: Flags | None = None) -> Total:
    """Total of ``values`` (n,) of those who answered, over the units ``within`` (N,) a domain (None: all).

    Nobody in the domain answered: no value.
    """
    rows, n, units = _domain(weighted, within)
    if n == 0:
        return _nothing(units)
    inside = np.where(rows, values, 0.0)
    return _told(weighted, float(weighted.weights @ inside), inside, rows, n, units)


def mean(weighted: Weighted, values: Array, within: Flags | None = None) -> Total:
    """Mean a unit: the total over the number of units of the domain that the weights stand for (Woodruff 1971)."""
    rows, n, units = _domain(weighted, within)
    if n == 0:
        return _nothing(units)
    inside = rows.astype(float)
    under = float(weighted.weights @ inside)
    if under <= 0:
        return _nothing(units)
    value = float(weighted.weights @ np.where(rows, values, 0.0)) / under
    return _told(weighted, value, np.where(rows, values - value, 0.0) / under, rows, n, units)


def _domain(weighted: Weighted, within: Flags | None) -> tuple[Flags, int, int]:
    """Which answers are in the domain, how many, and how many units it has."""
    if within is None:
        return np.ones(len(weighted.base), dtype=bool), len(weighted.base), int(weighted.cells.units.sum())
    rows = within[weighted.answered]
    return rows, int(rows.sum()), int(within.sum())


def _variance(weighted: Weighted, values: Array) -> float:
    """Variance of the weighted sum of ``values``."""
    cells, cell = weighted.cells, weighted.cell
    count = len(cells.units)
    residual = _around_cell_means(values[:, None], cell, count)[:, 0]
    if weighted.known.shape[1]:
        known, base = weighted.known, weighted.base
        inverse = np.linalg.pinv(weighted.curvature, rcond=1e-12, hermitian=True)
        # a large unit draws the regression to itself: its residual is the smaller, the more it does
        drawn_to = np.minimum(base * ((known @ inverse) * known).sum(axis=1), MOST_LEVERAGE)
        residual = (residual - known @ (inverse @ (known.T @ (base * residual)))) / (1 - drawn_to)
    spread = np.bincount(cell, weights=(weighted.change * residual) ** 2, minlength=count)
    drawn, all_of = cells.answered, cells.units
    factor = np.where(drawn > 1, all_of * (all_of - drawn) / np.maximum(drawn * (drawn - 1.0), 1.0), 0.0)
    if ((drawn == 1) & (all_of > 1) & (spread == 0)).any():
        return float("nan")  # one answer tells nothing of the others
    return float(factor @ spread)


def _told(weighted: Weighted, value: float, scores: Array, rows: Flags, n: int, units: int) -> Total:
    held = len(np.unique(weighted.cell[rows]))
    se = float(np.sqrt(_variance(weighted, scores)))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, max(n - held, 1))) * se
    return Total(value, se, value - half, value + half, n, units, held)


def _nothing(units: int) -> Total:
    none = float("nan")
    return Total(none, none, none, none, 0, units, 0)


def _around_cell_means(columns: Array, cell: NDArray[np.intp], count: int) -> Array:
    """(n, q) less the mean of its cell."""
    sizes = np.maximum(np.bincount(cell, minlength=count), 1)
    means = np.column_stack([np.bincount(cell, weights=column, minlength=count) / sizes for column in columns.T])
    return np.asarray(columns - means[cell])
