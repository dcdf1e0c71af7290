"""Means over teams with an interval that knows that teams of one municipality are alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

LEVEL = 0.95


def cluster_mean(values: pd.Series, clusters: pd.Series) -> tuple[float, float, float, int, int]:
    """Mean, low, high, n and number of clusters of the known ``values``.

    The standard error sums residuals within clusters first (Liang and Zeger 1986, Biometrika 73), times G / (G - 1),
    with Student's t on G - 1 degrees. No interval with fewer than two clusters.
    """
    known = values.notna() & clusters.notna()
    x = values[known].to_numpy(dtype=float)
    if not len(x):
        return float("nan"), float("nan"), float("nan"), 0, 0
    codes, found = pd.factorize(clusters[known])
    mean, groups = float(x.mean()), len(found)
    if groups < 2:
        return mean, float("nan"), float("nan"), len(x), groups
    sums = np.bincount(codes, x - mean, minlength=groups)
    se = float(np.sqrt(groups / (groups - 1) * (sums**2).sum())) / len(x)
    half = float(special.stdtrit(groups - 1, (1 + LEVEL) / 2)) * se
    return mean, mean - half, mean + half, len(x), groups
