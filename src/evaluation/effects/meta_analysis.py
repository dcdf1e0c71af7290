"""One summary of the same estimate made apart in several places, and how far the places differ.

Random effects after DerSimonian and Laird (1986, Controlled Clinical Trials 7, 177-188). The interval of the mean is
that of Hartung and Knapp (2001, Statistics in Medicine 20, 3875-3889), which holds its level with few places; where it
would come out narrower than the errors of the places alone allow, their scale is taken (the correction of Knapp and
Hartung 2003, Statistics in Medicine 22, 2693-2710). The interval in which a further place's own effect is expected is
that of Higgins, Thompson and Spiegelhalter (2009, JRSS A 172, 137-159); with few places it holds less often than said
(Partlett and Riley 2017, Statistics in Medicine 36, 301-317), with eight some nine times in ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

FEWEST_PLACES = 3


@dataclass(frozen=True)
class Summary:
    """``estimate`` with ``se`` (DerSimonian-Laird) and the 95 % interval ``low`` to ``high`` (Hartung-Knapp).

    ``places``: how many estimates went in. ``tau2``: variance of the places' own effects. ``q``, ``q_p``: Cochran's Q
    against equal effects, on places - 1 degrees of freedom. ``i2``: share of the spread that is not chance within
    places. ``scale``: factor of Hartung and Knapp on the squared error as it came out; below 1 it is not applied.
    ``expected_low``, ``expected_high``: where the effect of a further place is to be expected.
    """

    places: int
    estimate: float
    se: float
    low: float
    high: float
    p: float
    tau2: float
    q: float
    q_p: float
    i2: float
    scale: float
    expected_low: float
    expected_high: float


def random_effects(estimates: ArrayLike, errors: ArrayLike, level: float = 0.95) -> Summary:
    """The summary of ``estimates`` with standard errors ``errors``, one a place.

    Raises ValueError for fewer than FEWEST_PLACES, for different lengths, and for errors that are not above zero or
    numbers that are not finite: such estimates are to be told apart beforehand, never dropped here.
    """
    y, se = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    if y.ndim != 1 or y.shape != se.shape:
        raise ValueError("as many standard errors as estimates are needed")
    if len(y) < FEWEST_PLACES:
        raise ValueError(f"{len(y)} estimates, at least {FEWEST_PLACES} are needed")
    if not (np.isfinite(y).all() and np.isfinite(se).all() and (se > 0).all()):
        raise ValueError("estimates must be finite, standard errors finite and above zero")
    degrees = len(y) - 1
    fixed = 1 / se**2
    q = float((fixed * (y - _mean(y, fixed)) ** 2).sum())
    tau2 = max(0.0, (q - degrees) / float(fixed.sum() - (fixed**2).sum() / fixed.sum()))
    weights = 1 / (se**2 + tau2)
    mean, error = _mean(y, weights), 1 / math.sqrt(weights.sum())
    scale = float((weights * (y - mean) ** 2).sum() / degrees)
    wide = error * math.sqrt(max(1.0, scale))
    half = float(stats.t.ppf(0.5 + level / 2, degrees)) * wide
    reach = float(stats.t.ppf(0.5 + level / 2, degrees - 1)) * math.sqrt(tau2 + error**2)
    return Summary(
        places=len(y), estimate=mean, se=error, low=mean - half, high=mean + half,
        p=float(2 * stats.t.sf(abs(mean) / wide, degrees)), tau2=tau2, q=q, q_p=float(stats.chi2.sf(q, degrees)),
        i2=max(0.0, (q - degrees) / q) if q > 0 else 0.0, scale=scale, expected_low=mean - reach,
        expected_high=mean + reach,
    )  # fmt: skip


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float((weights * values).sum() / weights.sum())
