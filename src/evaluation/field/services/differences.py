"""The difference of two shares with its interval, for single applications and for applications in clusters.

Newcombe's hybrid score interval (1998, Statistics in Medicine 17, 873-890, method 10) takes applications as
independent; where units apply more than once, the difference is linearised and summed by unit, with Student's t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.indicators.intervals import wilson_interval


@dataclass(frozen=True)
class Difference:
    """Share of the first group less that of the second; ``n`` rows in ``clusters`` units."""

    value: float
    low: float
    high: float
    n: int
    clusters: int


def newcombe(first: float, of_first: float, second: float, of_second: float) -> tuple[float, float]:
    """Interval of ``first / of_first - second / of_second`` for independent counts; NaN where a whole is zero."""
    if of_first <= 0 or of_second <= 0:
        return np.nan, np.nan
    one, two = first / of_first, second / of_second
    low_one, high_one = wilson_interval(first, of_first)
    low_two, high_two = wilson_interval(second, of_second)
    low = one - two - np.hypot(one - low_one, high_two - two)
    high = one - two + np.hypot(high_one - one, two - low_two)
    return float(low), float(high)


def share_difference(succeeded: pd.Series, is_first: pd.Series, cluster: pd.Series, level: float = 0.95) -> Difference:
    """Difference of the shares of ``succeeded`` between the rows that are first and the others.

    All three have one index and no gaps. NaN where a group is empty; no interval with fewer than two clusters.
    """
    y, first = succeeded.to_numpy(dtype="float64"), is_first.to_numpy(dtype=bool)
    clusters = int(cluster.nunique())
    if not first.any() or first.all():
        return Difference(np.nan, np.nan, np.nan, len(y), clusters)
    mean_one, mean_two = y[first].mean(), y[~first].mean()
    value = float(mean_one - mean_two)
    if clusters == len(y):
        low, high = newcombe(y[first].sum(), first.sum(), y[~first].sum(), (~first).sum())
        return Difference(value, low, high, len(y), clusters)
    if clusters < 2:
        return Difference(value, np.nan, np.nan, len(y), clusters)
    parts = np.where(first, (y - mean_one) / first.sum(), -(y - mean_two) / (~first).sum())
    sums = pd.Series(parts).groupby(cluster.to_numpy()).sum().to_numpy()
    se = float(np.sqrt(clusters / (clusters - 1) * (sums**2).sum()))
    half = float(stats.t.ppf(0.5 + level / 2, clusters - 1)) * se
    return Difference(value, max(value - half, -1.0), min(value + half, 1.0), len(y), clusters)
