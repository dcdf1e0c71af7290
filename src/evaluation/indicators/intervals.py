"""Intervals of shares (Wilson) and of rates with an exposure (exact Poisson), for single numbers and whole columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

Bounds = tuple[np.ndarray, np.ndarray]


def wilson_bounds(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Bounds:
    """Wilson's score interval of shares, element by element; NaN without trials or where a number is not known.

    Wilson (1927, JASA 22); 0 and 1 are kept at the ends. A part larger than its whole has no interval (NaN).
    """
    count, whole = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    known = (whole > 0) & (count >= 0) & (count <= whole)
    total = np.where(known, whole, 1.0)
    share = np.where(known, count, 0.0) / total
    z = float(special.ndtri(0.5 + level / 2))
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    low = np.where(share == 0, 0.0, centre - half)
    high = np.where(share == 1, 1.0, centre + half)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def wilson_interval(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """``wilson_bounds`` of one share."""
    low, high = wilson_bounds(successes, trials, level)
    return float(low), float(high)


def poisson_bounds(counts: ArrayLike, level: float = 0.95) -> Bounds:
    """Exact interval of the mean behind Poisson counts, element by element; NaN where a count is not known.

    Garwood (1936, Biometrika 28): half the chi-square quantiles with 2x and 2x + 2 degrees of freedom. Divide by the
    exposure for the interval of a rate. It tells chance in counting alone: counts that come in groups (people at one
    meeting) vary more.
    """
    count = np.asarray(counts, dtype=float)
    known = count >= 0
    shown = np.where(known, count, 0.0)
    tail = (1 - level) / 2
    low = np.where(shown > 0, special.gammaincinv(np.where(shown > 0, shown, 1.0), tail), 0.0)
    high = special.gammainccinv(shown + 1, tail)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
