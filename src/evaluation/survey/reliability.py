"""How dependably items measure one thing: alpha, omega, and what each item adds.

All functions take people x items as numbers without gaps, or a matrix of correlations. Responses count as drawn one
by one: where people answered in groups, the true intervals are wider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

MOST_DRAWN = 20_000  # people; with more, the draws tell nothing that the exact interval does not
_STEPS = 5_000
_SETTLED = 1e-10
_AT_A_TIME = 4_000_000


@dataclass(frozen=True, eq=False)
class OneFactor:
    """Loadings of one common factor on each item; ``at_bound``: an item's own variance came out as zero."""

    loadings: Array
    at_bound: bool
    largest_residual: float


def cronbach_alpha(values: Array) -> float:
    """Cronbach's alpha of people x items (1951, Psychometrika 16); NaN where the sum of the items never varies."""
    return float(_alpha_of(np.cov(values, rowvar=False)))


def alpha_of_correlations(correlations: Array) -> float:
    """Alpha of items brought to one spread; of polychoric correlations it is the ordinal alpha.

    Zumbo, Gadermann and Zeisser (2007, Journal of Modern Applied Statistical Methods 6). It speaks of the opinions
    behind the answers: the score made of the answers is less dependable.
    """
    return float(_alpha_of(correlations))


def _alpha_of(covariances: Array) -> Array:
    """Alpha of one matrix (items x items) or of many (..., items, items)."""
    k = covariances.shape[-1]
    total = covariances.sum(axis=(-2, -1))
    own = np.trace(covariances, axis1=-2, axis2=-1)
    varies = total > 1e-12
    return np.asarray(np.where(varies, k / (k - 1) * (1 - own / np.where(varies, total, 1.0)), np.nan))


def feldt_interval(alpha: float, people: int, items: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of alpha by Feldt's F (1965, Psychometrika 30): exact for normal, interchangeable items."""
    if not np.isfinite(alpha) or people < 2 or items < 2:
        return float("nan"), float("nan")
    first, second = people - 1, (people - 1) * (items - 1)
    tail = (1 - level) / 2
    high_f, low_f = (float(special.fdtri(first, second, share)) for share in (1 - tail, tail))
    return 1 - (1 - alpha) * high_f, 1 - (1 - alpha) * low_f


def bootstrap_interval(values: Array, draws: int = 1_000, seed: int = 1, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of alpha over people drawn again; NaN beyond ``MOST_DRAWN`` people."""
    n, k = values.shape
    if n < 3 or n > MOST_DRAWN:
        return float("nan"), float("nan")
    patterns, counts = np.unique(values, axis=0, return_counts=True)
    centred = patterns - values.mean(axis=0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(len(patterns), k * k)
    rng = np.random.default_rng(seed)
    found = []
    step = max(1, _AT_A_TIME // len(patterns))
    for start in range(0, draws, step):
        times = rng.multinomial(n, counts / n, size=min(step, draws - start)).astype(float)
        means = times @ centred / n
        covariances = (times @ products / n).reshape(-1, k, k) - means[:, :, None] * means[:, None, :]
        found.append(_alpha_of(covariances))
    alphas = np.concatenate(found)
    alphas = alphas[np.isfinite(alphas)]
    if len(alphas) < draws / 2:
        return float("nan"), float("nan")
    low, high = np.quantile(alphas, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def one_factor(correlations: Array) -> OneFactor:
    """One factor that leaves the smallest residual correlations (minres: Harman and Jones 1966, Psychometrika 31).

    Each loading in turn is set to its best value given the others and kept within -1 and 1; the sum is not negative.
    """
    k = len(correlations)
    away = correlations - np.diag(np.diag(correlations))
    roots, vectors = np.linalg.eigh(correlations)
    loadings = np.clip(vectors[:, -1] * np.sqrt(max(float(roots[-1]), 0.0)), -0.99, 0.99)
    for _ in range(_STEPS):
        before = loadings.copy()
        for item in range(k):
            weight = float(loadings @ loadings) - loadings[item] ** 2
            loadings[item] = np.clip(away[item] @ loadings / weight, -1, 1) if weight > 1e-12 else 0.0
        if np.abs(loadings - before).max() < _SETTLED:
            break
    if loadings.sum() < 0:
        loadings = -loadings
    residuals = away - np.outer(loadings, loadings)
    np.fill_diagonal(residuals, 0.0)
    return OneFactor(loadings, bool((np.abs(loadings) > 1 - 1e-6).any()), float(np.abs(residuals).max()))


def omega_total(loadings: Array, spreads: Array | None = None) -> float:
    """McDonald's omega: the share of the sum's variance that one factor explains (1999, Test Theory, chapter 6).

    ``spreads`` are the items' standard deviations, where the sum is of the items as answered; else all count alike.
    NaN where the loadings differ in sign: the items then do not add up to one thing.
    """
    scale = np.ones(len(loadings)) if spreads is None else spreads
    if (loadings < 0).any():
        return float("nan")
    common = float((loadings * scale).sum() ** 2)
    own = float((scale**2 * (1 - loadings**2)).sum())
    return common / (common + own)


def spearman_brown(correlation: float) -> float:
    """Dependability of the sum of two items that correlate so (Spearman 1910, Brown 1910); NaN if not positive."""
    return 2 * correlation / (1 + correlation) if correlation > 0 else float("nan")


def item_statistics(values: Array) -> pd.DataFrame:
    """One row an item: mean, sd, item_rest (correlation with the sum of the others), alpha_dropped (alpha of the
    others; NaN where fewer than two would remain or an item never varies)."""
    k = values.shape[1]
    total = values.sum(axis=1)
    covariances = np.cov(values, rowvar=False)
    rows = []
    for item in range(k):
        rest = total - values[:, item]
        others = np.delete(np.arange(k), item)
        dropped = float(_alpha_of(covariances[np.ix_(others, others)])) if k > 2 else float("nan")
        rows.append(
            {
                "mean": float(values[:, item].mean()),
                "sd": float(values[:, item].std(ddof=1)),
                "item_rest": correlation(values[:, item], rest),
                "alpha_dropped": dropped,
            }
        )
    return pd.DataFrame(rows)


def correlation(first: Array, second: Array) -> float:
    """Pearson's correlation; NaN where one of the two never varies."""
    x, y = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 1e-12 else float("nan")


def eigenvalues(correlations: Array) -> Array:
    """Eigenvalues of a matrix of correlations, the largest first."""
    return np.asarray(np.linalg.eigvalsh(correlations)[::-1])
