"""One group against its controls given covariates: outcome regression, weighting, or both (doubly robust).

``regression`` predicts the change of the treated by the controls' least squares; ``weighting`` compares with controls
weighted by the odds of treatment (logit, weights normalised); ``doubly_robust`` does both and is right when either
is. Formulas of effects and influence functions for panels: Sant'Anna and Zhao (2020, Journal of Econometrics 219),
equations 2.2 to 2.4 and theorem A.1; the parameters' estimation is part of the influence functions.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import expit

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import independent_columns

Method = Literal["regression", "weighting", "doubly_robust"]
LARGEST_PROPENSITY = 0.999  # beyond it a control would count a thousandfold: there is no overlap
_STEPS = 50


def adjusted_difference(
    change: Array, treated: np.ndarray, covariates: Array, method: Method
) -> tuple[float, Array] | None:
    """Effect on the treated and influence of every unit (its squares add up to the variance).

    ``change``: outcome's change of treated and controls; ``treated``: which are which; ``covariates``: units x p,
    without a constant. None where there are no more controls than columns, where the covariates separate treated from
    controls, or where a control is all but certain of treatment.
    """
    n = len(change)
    shift = covariates.mean(axis=0)
    spread = covariates.std(axis=0)
    scaled = (covariates - shift) / np.where(spread > 0, spread, 1.0)
    matrix = np.column_stack([np.ones(n), scaled])
    matrix = matrix[:, independent_columns(matrix)]
    own = treated.astype(float)
    columns = matrix.shape[1]
    if not treated.any() or (~treated).sum() <= columns or len(independent_columns(matrix[~treated])) < columns:
        return None
    predicted, regression = np.zeros(n), np.zeros((n, columns))
    if method != "weighting":
        predicted, regression = _regression(change, own, matrix)
    rest = change - predicted
    share = own.mean()
    gain = float(own @ rest) / n / share
    influence = own * (rest - gain) / share - regression @ (own @ matrix / n / share)
    if method == "regression":
        return gain, influence / n
    fitted = _propensity(own, matrix)
    if fitted is None:
        return None
    propensity, scores = fitted
    odds = (1 - own) * propensity / (1 - propensity)
    mean_odds = odds.mean()
    compared = float(odds @ rest) / n / mean_odds
    by_propensity = (odds * (rest - compared)) @ matrix / n / mean_odds
    controls = odds * (rest - compared) / mean_odds + scores @ by_propensity
    controls -= regression @ (odds @ matrix / n / mean_odds)
    return gain - compared, (influence - controls) / n


def _regression(change: Array, own: Array, matrix: Array) -> tuple[Array, Array]:
    """Predictions by the controls' least squares, and the influence of units on its coefficients (times n)."""
    weighted = (1 - own)[:, None] * matrix
    bread = np.linalg.inv(matrix.T @ weighted / len(own))
    coefficients = bread @ (weighted.T @ change) / len(own)
    predicted = matrix @ coefficients
    return predicted, (weighted * (change - predicted)[:, None]) @ bread


def _propensity(own: Array, matrix: Array) -> tuple[Array, Array] | None:
    """Logit probabilities of treatment and influence on the coefficients (times n); None without overlap."""
    coefficients = np.zeros(matrix.shape[1])
    for _ in range(_STEPS):
        propensity = expit(matrix @ coefficients)
        information = matrix.T @ ((propensity * (1 - propensity))[:, None] * matrix) / len(own)
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, matrix.T @ (own - propensity) / len(own))
        coefficients = coefficients + step
        if float(np.abs(step).max()) < 1e-12:
            break
    else:
        return None
    propensity = expit(matrix @ coefficients)
    if float(propensity[own == 0].max()) > LARGEST_PROPENSITY:
        return None
    information = matrix.T @ ((propensity * (1 - propensity))[:, None] * matrix) / len(own)
    return propensity, (matrix * (own - propensity)[:, None]) @ np.linalg.inv(information)
