"""Hodges and Lehmann's median of paired changes, with the interval that belongs to Wilcoxon's signed-rank test.

The estimate is the median of all means of two changes; the interval holds the shifts that the test does not reject
(Hollander, Wolfe and Chicken 2014, Nonparametric Statistical Methods, sections 3.1 to 3.3). Only distinct changes are
paired, each with its number, so that scores of tests with thousands of people are quick.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

EXACT = 50
MOST_VALUES = 3_000


def hodges_lehmann(changes: NDArray[np.float64], level: float = 0.95) -> dict[str, object]:
    """value, low, high, p and a note: zero_changes (all are zero), level_out_of_reach (too few pairs for the level),
    too_many_values (more distinct changes than are paired)."""
    n = len(changes)
    values, counts = np.unique(changes, return_counts=True)
    if len(values) > MOST_VALUES:
        return {"note": "too_many_values"}
    i, j = np.triu_indices(len(values))
    means = (values[i] + values[j]) / 2
    times = np.where(i == j, counts[i] * (counts[i] + 1) // 2, counts[i] * counts[j])
    order = np.argsort(means, kind="stable")
    means, upto = means[order], np.cumsum(times[order])
    whole = n * (n + 1) // 2

    def at(rank: int) -> float:
        """The mean of the given rank, counted from 1."""
        return float(means[np.searchsorted(upto, rank)])

    found: dict[str, object] = {"value": (at((whole + 1) // 2) + at(whole // 2 + 1)) / 2}
    if len(values) == 1 and values[0] == 0:
        return {**found, "note": "zero_changes"}
    exact = n <= EXACT and len(values) == n and not (changes == 0).any() and len(np.unique(np.abs(changes))) == n
    method = "exact" if exact else "asymptotic"
    found["p"] = float(stats.wilcoxon(changes, zero_method="pratt", correction=not exact, method=method).pvalue)
    rank = _rank(n, (1 - level) / 2)
    if rank < 1:
        return {**found, "note": "level_out_of_reach"}
    return {**found, "low": at(rank), "high": at(whole + 1 - rank)}


def _rank(n: int, tail: float) -> int:
    """The largest rank whose interval still covers: that of the smallest sum of ranks which the test would keep."""
    if n > EXACT:
        centre, spread = n * (n + 1) / 4, np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(int(np.floor(centre + special.ndtri(tail) * spread)), 0)
    ways = np.ones(1)
    for size in range(1, n + 1):
        longer = np.zeros(len(ways) + size)
        longer[: len(ways)] += ways
        longer[size:] += ways
        ways = longer
    below = np.cumsum(ways) / 2.0**n
    return int((below <= tail).sum())
