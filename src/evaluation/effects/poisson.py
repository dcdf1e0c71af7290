"""Poisson regression with one absorbed effect: iteratively reweighted least squares without indicators.

Each step regresses the working outcome on the columns after a weighted within transform; by the theorem of Frisch,
Waugh and Lovell its residual is that of the regression with indicators, so the linear predictor needs no estimates
of the absorbed effects (Correia, Guimaraes and Zylkin 2020, Stata Journal 20). The estimates are those of maximum
likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, xlogy

from evaluation.effects.inference.clusters import Array
from evaluation.settings import DataProblem, InputProblem

TOLERANCE = 1e-12
MAX_STEPS = 100
LARGEST_PREDICTOR = 500.0  # the exponential of more overflows before a halved step can help
NO_EVENTS = 1e-8  # a fitted count below this, where none was seen, runs away to zero: the maximum lies at infinity


@dataclass(frozen=True)
class PoissonFit:
    """``coefficients`` of the columns, fitted ``mean`` of every row, log likelihood, steps taken."""

    coefficients: Array
    mean: Array
    log_likelihood: float
    steps: int


def fit_poisson(
    matrix: Array,
    outcome: Array,
    offset: Array | None = None,
    absorbed: np.ndarray | None = None,
    *,
    tolerance: float = TOLERANCE,
    max_steps: int = MAX_STEPS,
) -> PoissonFit:
    """Maximum likelihood of ``outcome`` (n, not negative) on ``matrix`` (n x k, independent columns), log link.

    ``absorbed`` numbers the levels (from 0) of the effect taken out; every level must hold an event, since its effect
    is not defined otherwise. Without it ``matrix`` must hold its own constant. The search ends when the deviance
    changes by less than ``tolerance`` of itself; a step that raises the deviance is halved. Raises InputProblem where
    the maximum does not exist or is not found.
    """
    shift = np.zeros(len(outcome)) if offset is None else offset
    if absorbed is None:
        return _search(matrix, outcome, shift, None, tolerance, max_steps)
    if (np.bincount(absorbed, outcome) <= 0).any():
        raise _no_maximum()
    order = np.argsort(absorbed, kind="stable")
    starts = np.flatnonzero(np.diff(absorbed[order], prepend=-1))
    fit = _search(matrix[order], outcome[order], shift[order], starts, tolerance, max_steps)
    mean = np.empty_like(fit.mean)
    mean[order] = fit.mean
    return replace(fit, mean=mean)


def _search(
    matrix: Array, outcome: Array, shift: Array, starts: np.ndarray | None, tolerance: float, max_steps: int
) -> PoissonFit:
    """The maximum for rows sorted by the absorbed effect, whose levels begin at ``starts``."""
    predictor: Array = np.log((outcome + np.maximum(outcome.mean(), 1e-8)) / 2)
    mean: Array = np.exp(predictor)
    deviance = _deviance(outcome, mean)
    stacked = np.column_stack([matrix, shift])
    for step in range(1, max_steps + 1):
        stacked[:, -1] = working = predictor - shift + (outcome - mean) / mean
        centred = _centre_sorted(stacked, mean, starts)
        columns, target = centred[:, :-1], centred[:, -1]
        weighted = columns * mean[:, None]
        try:
            coefficients = np.asarray(np.linalg.solve(weighted.T @ columns, weighted.T @ target), dtype=np.float64)
        except np.linalg.LinAlgError as error:
            raise _no_maximum() from error
        proposed = shift + working - (target - columns @ coefficients)
        before = deviance
        predictor, mean, deviance = _not_worse(outcome, predictor, proposed, before, first=step == 1)
        if step > 1 and abs(before - deviance) <= tolerance * (abs(deviance) + 0.1):
            if (mean[outcome == 0] < NO_EVENTS).any():
                raise _no_maximum()
            return PoissonFit(coefficients, mean, _log_likelihood(outcome, mean), step)
    raise _no_maximum()


def _centre_sorted(matrix: Array, weights: Array, starts: np.ndarray | None) -> Array:
    """Columns less their weighted means over runs of rows that begin at ``starts``."""
    if starts is None:
        return matrix
    sums = np.add.reduceat(matrix * weights[:, None], starts, axis=0)
    means = sums / np.add.reduceat(weights, starts)[:, None]
    return np.asarray(matrix - np.repeat(means, np.diff(starts, append=len(matrix)), axis=0))


def _not_worse(
    outcome: Array, predictor: Array, proposed: Array, before: float, *, first: bool
) -> tuple[Array, Array, float]:
    """The proposed linear predictor with its mean and deviance, drawn back by halves while the deviance is higher.

    The first step starts from means that no coefficients give, so that its deviance says nothing.
    """
    for _ in range(30):
        if np.abs(proposed).max() < LARGEST_PREDICTOR:
            mean = np.exp(proposed)
            deviance = _deviance(outcome, mean)
            if first or deviance <= before + 1e-9 * (abs(before) + 0.1):
                return proposed, mean, deviance
        proposed = (proposed + predictor) / 2
    raise _no_maximum()


def _deviance(outcome: Array, mean: Array) -> float:
    return float(2 * (xlogy(outcome, outcome / mean) - (outcome - mean)).sum())


def _log_likelihood(outcome: Array, mean: Array) -> float:
    return float((xlogy(outcome, mean) - mean - gammaln(outcome + 1)).sum())


def _no_maximum() -> InputProblem:
    return DataProblem(
        "Пуассоновская модель не оценивается: у правдоподобия нет максимума. Так бывает, когда где-то нет ни одного "
        "события (территория, год или группа, выделенная одним из столбцов). Уберите такие строки или столбец.",
        "The Poisson model cannot be estimated: its likelihood has no maximum. This happens where some unit, year or "
        "group marked by a column holds no event at all. Take those rows or that column out.",
    )
