"""Weighted likelihoods of one outcome: generalised linear models and the ordered logit, with a score a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evaluation.settings import DataProblem
from evaluation.survey.design import Array
from evaluation.survey.taylor import Mask

Family = Literal["gaussian", "binomial", "poisson"]
MOST_STEPS = 100
CLOSE = 1e-11
LARGEST_INDEX = 30.0


@dataclass(frozen=True, eq=False)
class Solved:
    """Coefficients (k,), unweighted scores of rows (n, k) and the weighted information (k, k) at the maximum."""

    coefficients: Array
    scores: Array
    information: Array


def fit_linear_model(outcome: Array, matrix: Array, weights: Array, family: Family) -> Solved:
    """Generalised linear model with the canonical link, by Newton's method (iterated weighted least squares).

    Raises DataProblem where the maximum is not finite: an outcome without variation or predicted without error.
    """
    at: Array = np.zeros(matrix.shape[1], dtype=np.float64)
    level = float(weights @ outcome) / float(weights.sum())
    same = outcome.min() == outcome.max() if family == "binomial" else not level > 0
    if family != "gaussian" and same:
        raise DataProblem(
            f"исход не меняется (среднее {level:g}): модель оценить нельзя.",
            f"the outcome does not vary (mean {level:g}): the model cannot be estimated.",
        )
    index: Array = _first_index(outcome, level, family)
    for _ in range(MOST_STEPS):
        expected, slope = _response(index, family)
        information = (matrix * (weights * slope)[:, None]).T @ matrix
        pulled = matrix.T @ (weights * (slope * index + outcome - expected))
        step = np.asarray(np.linalg.solve(information, pulled), dtype=np.float64)
        moved = float(np.abs(step - at).max() / max(1.0, np.abs(step).max()))
        at = step
        index = matrix @ step
        if family != "gaussian" and np.abs(index).max() > LARGEST_INDEX:
            break
        if moved < CLOSE:
            expected, slope = _response(index, family)
            information = (matrix * (weights * slope)[:, None]).T @ matrix
            return Solved(at, matrix * (outcome - expected)[:, None], information)
    raise DataProblem(
        "оценка не сошлась: вероятно, одна из переменных безошибочно предсказывает исход. Уберите её или "
        "объедините уровни.",
        "the estimation did not converge: a regressor probably predicts the outcome without error. Leave it out or "
        "merge levels.",
    )


def _first_index(outcome: Array, level: float, family: Family) -> Array:
    if family == "gaussian":
        return outcome
    if family == "binomial":
        return special.logit((outcome + level) / 2 * 0.98 + 0.01)
    return np.log((outcome + level) / 2)


def _response(index: Array, family: Family) -> tuple[Array, Array]:
    if family == "gaussian":
        return index, np.ones(len(index))
    if family == "binomial":
        expected = special.expit(index)
        return expected, expected * (1 - expected)
    expected = np.exp(np.clip(index, -700, 700))
    return expected, expected


def fit_ordered(category: NDArray[np.intp], categories: int, matrix: Array, weights: Array) -> Solved:
    """Proportional-odds logit: P(y <= j) = logistic(cut_j - x'b); coefficients b, then the cuts.

    ``category`` numbers the answers 0 to ``categories`` - 1; ``matrix`` has no constant. Newton's method on a concave
    likelihood (Pratt 1981, JASA 76). Raises DataProblem where the maximum is not finite.
    """
    answers = category
    k, cuts = matrix.shape[1], categories - 1
    shares = np.cumsum(np.bincount(answers, weights=weights, minlength=categories))[:-1] / weights.sum()
    at = np.concatenate([np.zeros(k), special.logit(shares)])
    upper = np.hstack([-matrix, np.eye(categories)[answers][:, :cuts]])
    lower = np.hstack([-matrix, np.eye(categories)[np.maximum(answers - 1, 0)][:, :cuts]])
    top, bottom = answers == cuts, answers == 0
    upper[top], lower[bottom] = 0.0, 0.0
    value, gradient, information, scores = _ordered_at(at, upper, lower, top, bottom, weights)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(information, gradient)
        length = 1.0
        while True:
            tried = at + length * step
            # equal cuts leave a category no room: such a step is too long
            if (np.diff(tried[k:]) > 0).all():
                found = _ordered_at(tried, upper, lower, top, bottom, weights)
                if found[0] >= value - 1e-9 * abs(value):
                    break
            length /= 2
            if length < 1e-10:
                break
        at, (value, gradient, information, scores) = tried, found
        if np.abs(at).max() > LARGEST_INDEX * 10:
            break
        if np.abs(length * step).max() < 1e-10 * max(1.0, np.abs(at).max()):
            return Solved(at, scores, information)
    raise DataProblem(
        "упорядоченный логит не сошёлся: вероятно, одна из переменных безошибочно предсказывает ответ.",
        "the ordered logit did not converge: a regressor probably predicts the answer without error.",
    )


def _ordered_at(
    at: Array, upper: Array, lower: Array, top: Mask, bottom: Mask, weights: Array
) -> tuple[float, Array, Array, Array]:
    """Log-likelihood, gradient, information and the scores of rows.

    With u and l the two ends, log P = log(e^u - e^l) - log(1 + e^u) - log(1 + e^l); its second derivatives share
    q = 1 / (4 sinh((u - l) / 2)^2).
    """
    u, low = upper @ at, lower @ at
    middle = ~top & ~bottom
    gap = np.where(middle, u - low, 1.0)
    between = np.where(middle, 1 / np.expm1(gap), 0.0)
    q = np.where(middle, 1 / (4 * np.sinh(gap / 2) ** 2), 0.0)
    at_u, at_low = special.expit(u), special.expit(low)
    d_u = np.where(top, 0.0, np.where(bottom, 1.0, 1 + between) - at_u)
    d_low = np.where(bottom, 0.0, -between - at_low)
    logs = np.where(
        middle,
        low + np.log(np.expm1(gap)) - np.logaddexp(0, u) - np.logaddexp(0, low),
        np.where(bottom, -np.logaddexp(0, -u), -np.logaddexp(0, low)),
    )
    scores = upper * d_u[:, None] + lower * d_low[:, None]
    curve_u = np.where(top, 0.0, q + at_u * (1 - at_u))
    curve_low = np.where(bottom, 0.0, q + at_low * (1 - at_low))
    mixed = (upper * (weights * q)[:, None]).T @ lower
    information = (
        (upper * (weights * curve_u)[:, None]).T @ upper
        + (lower * (weights * curve_low)[:, None]).T @ lower
        - mixed
        - mixed.T
    )
    return float(weights @ logs), scores.T @ weights, information, scores
