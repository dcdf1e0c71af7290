"""Intervals that hold although trends are not parallel, and how crooked they must be to overturn a conclusion.

Two ways to say how crooked a difference of trends may be (Rambachan and Roth 2023, Review of Economic Studies 90):

*Smoothness* (``smooth_interval``): from year to year the slope changes by no more than M; M = 0 allows any straight
line. Fixed-length interval of an affine estimator (their section 4.1; Armstrong and Kolesar 2018, Econometrica 86).
Let d_j be the change of slope at year j and s the slope after the reference. A trend is then, k years after the
reference, k s + sum_{0<j<k} (k - j) d_j, and, k years before it, -k s + sum_{0<=j<k} (k - j) d_{-j}. An estimator that
weighs the years after by l and those before by w has a bounded bias only if it does not react to s: with
a_j = sum_{k>j} (k - j) w_{-k} this says a_0 = l'k. So a_1, a_2, ... are free, w follows from them, and the largest
bias is M x (sum_j |a_j| + what l fixes). Least variance plus a penalty on the bias is a lasso in a, whose dual is
least squares in a box and is solved exactly; every efficient estimator belongs to one penalty, and the half-length
sd x c(bias / sd), c being the critical value of a folded normal (or t), is minimised over the penalty.

*Relative magnitudes* (``relative_interval``): a year's change after training is at most R times the largest change
before it. The set of values is l'b +- R x sum_t |l_t + l_{t+1} + ...| x max_s |change_s|, and its upper end is the
largest of twice as many linear functions of the estimates as there are years before training. The upper limit is the
largest of their own upper limits at half the error probability: it covers since the limit of the truly largest one
does. This needs no conditioning on what was seen, holds for every trend, and is CONSERVATIVE: it is never shorter
than it should be, and is longer than conditional intervals where several years before training move alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize, special

from evaluation.effects.inference.clusters import Array
from evaluation.effects.staggered.trends import TrendProblem

Critical = Literal["t", "normal"]
Restriction = Literal["smoothness", "relative_magnitudes"]
BOUND_COLUMNS = ["restriction", "size", "estimate", "low", "high", "holds_zero"]
_PENALTIES = 20
_LARGEST = 1e6


@dataclass(frozen=True)
class Interval:
    """``estimate`` of the affine estimator; for relative magnitudes, the estimate under parallel trends."""

    estimate: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        return self.low <= 0 <= self.high


def smooth_interval(
    problem: TrendProblem, largest_bend: float, *, level: float = 0.95, critical: Critical = "t"
) -> Interval:
    """Interval for the weighted effect when the slope of the difference in trends changes by at most ``largest_bend``.

    In units of the outcome per year and year. ``critical`` normal takes the covariance as known, as the paper does; t
    allows for its estimation from the clusters.
    """
    df = problem.df if critical == "t" else np.inf
    weights, bias = _best_weights(problem, largest_bend, level, df)
    sd = float(np.sqrt(weights @ problem.covariance @ weights))
    half = _half_length(sd, largest_bend * bias, level, df)
    estimate = float(weights @ problem.estimates)
    return Interval(estimate, estimate - half, estimate + half)


def relative_interval(
    problem: TrendProblem, times: float, *, level: float = 0.95, critical: Critical = "t"
) -> Interval:
    """Interval when a year's change after training is at most ``times`` the largest one before it. Conservative."""
    df = problem.df if critical == "t" else np.inf
    limit = _quantile(0.5 + level / 2, df)
    moved = times * _reach(problem) * _changes(problem)
    functions = problem.target + np.concatenate([moved, -moved])
    middle = functions @ problem.estimates
    error = limit * np.sqrt(np.einsum("ij,jk,ik->i", functions, problem.covariance, functions))
    estimate = float(problem.target @ problem.estimates)
    return Interval(estimate, float((middle - error).min()), float((middle + error).max()))


def relative_set(problem: TrendProblem, times: float) -> tuple[float, float]:
    """Values that the estimates allow if they had no error: the identified set of relative magnitudes."""
    middle = float(problem.target @ problem.estimates)
    half = times * _reach(problem) * float(np.abs(_changes(problem) @ problem.estimates).max())
    return middle - half, middle + half


def bounds_table(
    problem: TrendProblem,
    restriction: Restriction,
    sizes: Sequence[float],
    *,
    level: float = 0.95,
    critical: Critical = "t",
) -> pd.DataFrame:
    """BOUND_COLUMNS, one row a size of the permitted violation."""
    rows = []
    for size in sizes:
        found = _interval_of(restriction)(problem, size, level=level, critical=critical)
        rows.append((restriction, size, found.estimate, found.low, found.high, found.holds_zero))
    return pd.DataFrame(rows, columns=BOUND_COLUMNS)


def breakdown_value(
    problem: TrendProblem, restriction: Restriction, *, level: float = 0.95, critical: Critical = "t"
) -> float:
    """Smallest violation whose interval holds zero; 0 where it does so without any, infinite where none is found.

    To a relative 1e-6. Smoothness: change of slope per year, in units of the outcome; relative magnitudes: a multiple
    of the largest change before training.
    """
    interval = _interval_of(restriction)

    def holds(size: float) -> bool:
        return interval(problem, size, level=level, critical=critical).holds_zero

    if holds(0.0):
        return 0.0
    unit = 1.0 if restriction == "relative_magnitudes" else float(np.sqrt(problem.covariance.diagonal().max()))
    high = unit / 64
    while not holds(high):
        high *= 2
        if high > _LARGEST * unit:
            return float("inf")
    low = 0.0 if high == unit / 64 else high / 2
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _interval_of(restriction: Restriction) -> Callable[..., Interval]:
    return smooth_interval if restriction == "smoothness" else relative_interval


def _best_weights(problem: TrendProblem, bend: float, level: float, df: float) -> tuple[Array, float]:
    """Weights of the shortest interval and their largest bias at M = 1."""
    after = problem.distance[~problem.before]
    back = -problem.distance[problem.before]  # years before the reference, in the order of the estimates
    steps = np.arange(len(back))
    by_lag = np.clip(back[None, :] - steps[:, None], 0, None)  # a = by_lag @ w
    lag_inverse = np.linalg.inv(by_lag)
    fixed = float(problem.weights @ after)
    inner = np.arange(1, int(after.max()))
    bias_after = float(np.abs(np.clip(after[None, :] - inner[:, None], 0, None) @ problem.weights).sum())
    bias_fixed = bias_after + abs(fixed)
    start = problem.target
    start[problem.before] = lag_inverse[:, 0] * fixed
    free = np.zeros((len(start), len(back) - 1))
    free[problem.before] = lag_inverse[:, 1:]
    if free.shape[1] == 0:
        return start, bias_fixed
    curvature = free.T @ problem.covariance @ free
    slope = free.T @ problem.covariance @ start
    root = np.linalg.cholesky(curvature)
    inverse_root = np.linalg.inv(root)

    def solve(penalty: float) -> Array:
        """Coefficients a_1, a_2, ... of the lasso with this penalty."""
        if penalty <= 0:
            return np.asarray(-np.linalg.solve(curvature, slope))
        box = optimize.lsq_linear(
            inverse_root * penalty, -inverse_root @ slope, bounds=(-1, 1), method="bvls", tol=1e-14
        )
        return np.asarray(-inverse_root.T @ (inverse_root @ (slope + penalty * box.x)))

    def half(penalty: float) -> float:
        a = solve(penalty)
        weights = start + free @ a
        sd = float(np.sqrt(weights @ problem.covariance @ weights))
        return _half_length(sd, bend * (bias_fixed + float(np.abs(a).sum())), level, df)

    best = 0.0
    largest = float(np.abs(slope).max())
    if bend > 0 and largest > 0:
        grid = np.concatenate([[0.0], np.geomspace(1e-5 * largest, largest, _PENALTIES)])
        lengths = [half(penalty) for penalty in grid]
        place = int(np.argmin(lengths))
        low, high = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        found = optimize.minimize_scalar(
            half, bounds=(low, high), method="bounded", options={"xatol": 1e-5 * float(high)}
        )
        best = float(found.x) if found.fun < lengths[place] else float(grid[place])
    a = solve(best)
    return start + free @ a, bias_fixed + float(np.abs(a).sum())


def _half_length(sd: float, bias: float, level: float, df: float) -> float:
    """sd x the value that |bias / sd + noise| stays below with probability ``level`` (noise: t, normal for df inf)."""
    shift = bias / sd
    low, high = (shift + _quantile(one, df) for one in (level, 0.5 + level / 2))

    def gap(value: float) -> float:
        return _probability(value - shift, df) - _probability(-value - shift, df) - level

    if gap(low) >= 0:  # the other tail is beyond what numbers hold
        return sd * low
    return sd * float(optimize.brentq(gap, low, high, xtol=1e-12))


def _quantile(level: float, df: float) -> float:
    return float(special.stdtrit(df, level) if np.isfinite(df) else special.ndtri(level))


def _probability(value: float, df: float) -> float:
    return float(special.stdtr(df, value) if np.isfinite(df) else special.ndtr(value))


def _reach(problem: TrendProblem) -> float:
    """Sum over years after the reference of |weights from that year on|: how far steps of 1 move the target."""
    order = np.argsort(problem.distance[~problem.before])
    return float(np.abs(np.cumsum(problem.weights[order][::-1])).sum())


def _changes(problem: TrendProblem) -> Array:
    """Rows that take the changes from year to year before training, up to the reference year, from the estimates."""
    places = np.flatnonzero(problem.before)[np.argsort(problem.distance[problem.before])]
    out = np.zeros((len(places), len(problem.distance)))
    for row, place in enumerate(places):
        out[row, place] = -1.0
        if row + 1 < len(places):
            out[row, places[row + 1]] = 1.0
    return out
