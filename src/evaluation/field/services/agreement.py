"""How far jurors agree: intraclass correlation, Krippendorff's alpha for interval data, Kendall's W with ties.

Rows of a matrix are entries, columns jurors. Sources: Shrout and Fleiss (1979, Psychological Bulletin 86) and, for the
interval, McGraw and Wong (1996, Psychological Methods 1); Krippendorff (2004, Content Analysis, section 11.3); Kendall
and Gibbons (1990, Rank Correlation Methods, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
DRAWS = 1_999
SEED = 20250406
LEVEL = 0.95


@dataclass(frozen=True)
class Agreement:
    """A measure with its interval or p; NaN where it has none. ``note``: why there is no value (a code)."""

    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    note: str | None = None


def intraclass(matrix: Array, level: float = LEVEL) -> tuple[Agreement, Agreement]:
    """ICC(2,1) of a single juror and ICC(2,k) of the jurors' mean: two-way random effects, absolute agreement.

    ``matrix`` has no gaps. The interval is that of McGraw and Wong with Satterthwaite's degrees of freedom.
    """
    entries, jurors = matrix.shape
    if entries < 2 or jurors < 2:
        return Agreement(note="too_few"), Agreement(note="too_few")
    mean = matrix.mean()
    by_entry = matrix.mean(axis=1, keepdims=True)
    by_juror = matrix.mean(axis=0, keepdims=True)
    between = jurors * ((by_entry - mean) ** 2).sum() / (entries - 1)
    severity = entries * ((by_juror - mean) ** 2).sum() / (jurors - 1)
    error = ((matrix - by_entry - by_juror + mean) ** 2).sum() / ((entries - 1) * (jurors - 1))
    if between + severity + error < 1e-12:
        return Agreement(note="no_spread"), Agreement(note="no_spread")
    single = (between - error) / (between + (jurors - 1) * error + jurors * (severity - error) / entries)
    average = (between - error) / (between + (severity - error) / entries)
    low, high = _interval(single, between, severity, error, entries, jurors, level)
    return Agreement(float(single), low, high), Agreement(float(average), _stepped(low, jurors), _stepped(high, jurors))


def _interval(
    single: float, between: float, severity: float, error: float, entries: int, jurors: int, level: float
) -> tuple[float, float]:
    if error <= 0 or single >= 1:
        return np.nan, np.nan
    a = jurors * single / (entries * (1 - single))
    b = 1 + jurors * single * (entries - 1) / (entries * (1 - single))
    spread = (a * severity) ** 2 / (jurors - 1) + (b * error) ** 2 / ((entries - 1) * (jurors - 1))
    degrees = (a * severity + b * error) ** 2 / spread
    tail = 0.5 + level / 2
    upper = stats.f.ppf(tail, entries - 1, degrees)
    lower = stats.f.ppf(tail, degrees, entries - 1)
    mixed = jurors * severity + (jurors * entries - jurors - entries) * error
    low = entries * (between - upper * error) / (upper * mixed + entries * between)
    high = entries * (lower * between - error) / (mixed + entries * lower * between)
    return float(low), float(high)


def _stepped(single: float, jurors: int) -> float:
    """Spearman and Brown's step from one juror to the mean of all."""
    return jurors * single / (1 + (jurors - 1) * single)


def krippendorff_alpha(matrix: Array, draws: int = DRAWS, seed: int = SEED, level: float = LEVEL) -> Agreement:
    """Alpha with the squared difference as distance; NaN are points not given.

    Entries with fewer than two points are left out. The interval is the percentile interval over entries drawn with
    replacement.
    """
    counts, sums, squares = _moments(matrix)
    if len(counts) < 2:
        return Agreement(note="too_few")
    value = _alpha(counts[None], sums[None], squares[None])[0]
    if np.isnan(value):
        return Agreement(note="no_spread")
    drawn = np.random.default_rng(seed).integers(len(counts), size=(draws, len(counts)))
    sample = _alpha(counts[drawn], sums[drawn], squares[drawn])
    if np.isnan(sample).any():
        return Agreement(float(value))
    low, high = np.quantile(sample, [0.5 - level / 2, 0.5 + level / 2])
    return Agreement(float(value), float(low), float(high))


def _moments(matrix: Array) -> tuple[Array, Array, Array]:
    """Number, sum and sum of squares of the points of each entry that has two or more."""
    known = ~np.isnan(matrix)
    pairable = known.sum(axis=1) >= 2
    points = np.where(known, matrix, 0.0)[pairable]
    return known[pairable].sum(axis=1).astype(float), points.sum(axis=1), (points**2).sum(axis=1)


def _alpha(counts: Array, sums: Array, squares: Array) -> Array:
    """1 - observed / expected disagreement, a row a sample of entries; NaN where all points are equal.

    The squared differences of all ordered pairs within a set add up to 2 (m * sum of squares - square of the sum).
    """
    within = (2 * (counts * squares - sums**2) / (counts - 1)).sum(axis=-1)
    total = counts.sum(axis=-1)
    across = 2 * (total * squares.sum(axis=-1) - sums.sum(axis=-1) ** 2) / (total - 1)
    safe = np.where(across > 1e-12 * total, across, np.nan)
    return np.asarray(1 - within / safe)


def kendall_w(matrix: Array) -> Agreement:
    """Concordance of the jurors' rankings of the entries, corrected for ties, with the chi-square p of Friedman.

    ``matrix`` has no gaps. The p is approximate and rough for few entries.
    """
    entries, jurors = matrix.shape
    if entries < 2 or jurors < 2:
        return Agreement(note="too_few")
    ranks = stats.rankdata(matrix, axis=0)
    spread = ((ranks.sum(axis=1) - jurors * (entries + 1) / 2) ** 2).sum()
    ties = 0.0
    for column in range(jurors):
        _, repeats = np.unique(matrix[:, column], return_counts=True)
        ties += float((repeats**3 - repeats).sum())
    most = jurors**2 * (entries**3 - entries) - jurors * ties
    if most <= 0:
        return Agreement(note="no_spread")
    value = 12 * spread / most
    return Agreement(float(value), p=float(stats.chi2.sf(jurors * (entries - 1) * value, entries - 1)))
