"""Linearised statistics of a sample and their variance from sums over PSUs.

Every statistic is brought to a weighted sum of one number a row (its influence); rows outside a domain have zero
there and stay in the design. The variance of such a sum, with PSUs drawn with replacement within strata or corrected
for the share drawn: Woodruff (1971, JASA 66, 411-414); Särndal, Swensson and Wretman (1992, sections 5.5 and 5.8).
With calibrated weights the influence is replaced by its residual from the margins: Deville and Särndal (1992, JASA
87, 376-382).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.survey.design import Array, Design

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Linearised:
    """A statistic: ``value``, and ``scores`` (n,), each row's weight times its influence.

    ``rows`` None means that every row is in the domain. ``n`` rows of sum of weights ``n_weighted`` are the base;
    ``simple_variance`` is that of a simple random sample of n (drawn with replacement), NaN where it has no meaning.
    """

    value: float
    scores: Array
    rows: Mask | None
    n: int
    n_weighted: float
    simple_variance: float = float("nan")


def mean(design: Design, values: Array, domain: Mask | None = None) -> Linearised:
    """Weighted mean of ``values`` (n,; NaN: no answer) over those rows of ``domain`` that have one."""
    rows = _known(values, domain)
    weights = design.weights
    if rows is not None:
        weights, values = np.where(rows, weights, 0.0), np.where(rows, values, 0.0)
    total, n = float(weights.sum()), design.n if rows is None else int(rows.sum())
    if n == 0:
        return _nothing(design, rows)
    value = float(weights @ values) / total
    apart = values - value
    scores = weights * apart
    simple = float(scores @ apart) / total / (n - 1) if n > 1 else float("nan")
    scores /= total
    return Linearised(value, scores, rows, n, total, simple)


def total(design: Design, values: Array, domain: Mask | None = None) -> Linearised:
    """Weighted sum of ``values``; rows without a value add nothing."""
    rows = _known(values, domain)
    weights = design.weights if rows is None else np.where(rows, design.weights, 0.0)
    values = values if rows is None else np.where(rows, values, 0.0)
    n, size = design.n if rows is None else int(rows.sum()), float(weights.sum())
    if n == 0:
        return _nothing(design, rows)
    scores = weights * values
    value = float(scores.sum())
    # the total of a domain varies with the domain's size too: no simple sample of n to compare it with
    around = values - value / size
    simple = size * float((weights * around) @ around) / (n - 1) if n > 1 and rows is None else float("nan")
    return Linearised(value, scores, rows, n, size, simple)


def ratio(design: Design, above: Array, below: Array, domain: Mask | None = None) -> Linearised:
    """Weighted sum of ``above`` over that of ``below``, on rows that have both."""
    rows = _known(above + below, domain)
    weights = design.weights if rows is None else np.where(rows, design.weights, 0.0)
    if rows is not None:
        above, below = np.where(rows, above, 0.0), np.where(rows, below, 0.0)
    n, size = design.n if rows is None else int(rows.sum()), float(weights.sum())
    under = float(weights @ below)
    if n == 0 or under == 0:
        return _nothing(design, rows)
    value = float(weights @ above) / under
    residual = above - value * below
    simple = float((weights * residual) @ residual) / (n - 1) * size / under**2 if n > 1 else float("nan")
    return Linearised(value, weights * residual / under, rows, n, size, simple)


def difference(one: Linearised, other: Linearised) -> Linearised:
    """``one`` less ``other``, two statistics of the same design: what their PSUs share enters the error."""
    both = None if one.rows is None or other.rows is None else one.rows | other.rows
    n, size = one.n + other.n, one.n_weighted + other.n_weighted
    return Linearised(one.value - other.value, one.scores - other.scores, both, n, size)


def variance(design: Design, statistic: Linearised) -> float:
    """Squared standard error of one statistic."""
    return float(covariance(design, statistic.scores[:, None])[0, 0])


def covariance(design: Design, scores: Array) -> Array:
    """(k, k) covariance of the sums of ``scores`` (n, k)."""
    return between(design, psu_totals(design, scores))


def psu_totals(design: Design, scores: Array) -> Array:
    """(P, k) sums of ``scores`` (n, k) over each PSU; with calibrated weights, of the residuals from the margins."""
    count = len(design.stratum_of)
    made = np.empty((count, scores.shape[1]))
    for column in range(scores.shape[1]):
        one = scores[:, column]
        if design.calibration is not None:
            one = design.weights * design.calibration.residuals(one / design.weights)
        made[:, column] = np.bincount(design.psu, weights=one, minlength=count)
    return made


def between(design: Design, totals: Array) -> Array:
    """(k, k) covariance from the PSUs' totals (P, k) around the means of their strata."""
    strata, counts = len(design.strata), design.psus
    centre = np.column_stack(
        [np.bincount(design.stratum_of, weights=one, minlength=strata) / counts for one in totals.T]
    )
    alone = counts == 1
    factor = (1 - design.drawn_share) * counts / np.maximum(counts - 1, 1)
    if alone.any() and design.single == "centre":
        centre[alone] = totals.mean(axis=0)
    apart = totals - centre[design.stratum_of]
    return np.asarray(apart.T @ (factor[design.stratum_of, None] * apart))


def domain_degrees_of_freedom(design: Design, rows: Mask | None) -> int:
    """PSUs less strata, of those that hold a row of the domain."""
    if rows is None:
        return design.degrees_of_freedom
    held = np.bincount(design.psu[rows], minlength=len(design.stratum_of)) > 0
    return int(held.sum()) - len(np.unique(design.stratum_of[held]))


def _known(values: Array, domain: Mask | None) -> Mask | None:
    """Rows of the domain with a value; None for all."""
    known = ~np.isnan(values)
    if domain is not None:
        known &= domain
    return None if known.all() else known


def _nothing(design: Design, rows: Mask | None) -> Linearised:
    used = design.weights if rows is None else design.weights[rows]
    n, size = len(used), float(used.sum())
    return Linearised(float("nan"), np.zeros(design.n), rows, n, size)
