"""Regressions of one index X b: identity, log, logit and complementary log-log links, by Newton steps.

Each link says the mean, the residual r whose X'r is the score, and minus the derivative of r by the index, whose X'wX
is the observed information. Source: McCullagh and Nelder
(1989, Generalized Linear Models, section 2.5); the complementary log-log link is the discrete-time form of
proportional hazards (Prentice and Gloeckler 1978, Biometrics 34).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from scipy import special

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import cluster_sums
from evaluation.effects.inference.estimating_functions import (
    LARGEST_CLUSTER_INFORMATION,
    MEstimate,
    regression_factor,
)
from evaluation.effects.regressors import orthonormal
from evaluation.effects.separation import (
    binary_separation,
    count_separation,
    no_convergence,
    refuse_separation,
)
from evaluation.settings import DataProblem, InputProblem

Link = Literal["identity", "log", "logit", "cloglog"]
_LARGEST = 30.0  # exp(30) is beyond any count or odds met here; a fit that needs more does not converge


def mean_of(link: Link, index: Array) -> Array:
    """Mean of the outcome at the index X b + offset."""
    if link == "identity":
        return index
    if link == "log":
        return np.asarray(np.exp(np.clip(index, None, 700.0)))
    if link == "logit":
        return np.asarray(special.expit(index))
    return np.asarray(-np.expm1(-np.exp(np.clip(index, -700.0, 5.0))))


def score_residual(link: Link, outcome: Array, index: Array) -> Array:
    """r with X'r the score of the coefficients."""
    if link == "cloglog":
        hazard = np.exp(np.clip(index, -700.0, 5.0))
        # y e^u (1 - p)/p - (1 - y) e^u, and (1 - p)/p = 1/expm1(e^u)
        return np.asarray(np.where(outcome > 0, hazard / np.expm1(hazard), -hazard))
    return np.asarray(outcome - mean_of(link, index))


def curvature(link: Link, outcome: Array, index: Array) -> Array:
    """Minus the derivative of the residual by the index: w of the observed information X'wX."""
    if link == "identity":
        return np.ones_like(index)
    if link == "log":
        return mean_of(link, index)
    if link == "logit":
        mean = mean_of(link, index)
        return np.asarray(mean * (1 - mean))
    hazard = np.exp(np.clip(index, -700.0, 5.0))
    odds = np.expm1(hazard)
    # of y = 1: minus the derivative of h/(e^h - 1); positive, since h/(e^h - 1) falls in h
    return np.asarray(np.where(outcome > 0, hazard * (hazard * (odds + 1) - odds) / odds**2, hazard))


def log_likelihood(link: Link, outcome: Array, index: Array) -> float:
    """Log-likelihood at the index; for the identity link that of normal errors at their own variance."""
    if link == "identity":
        n = len(outcome)
        return float(-n / 2 * (np.log(2 * np.pi * np.mean((outcome - index) ** 2)) + 1))
    if link == "log":
        return float((outcome * index - np.exp(index) - special.gammaln(outcome + 1)).sum())
    if link == "logit":
        return float((outcome * index - np.logaddexp(0, index)).sum())
    hazard = np.exp(np.clip(index, -700.0, 5.0))
    return float(np.where(outcome > 0, np.log(-np.expm1(-hazard)), -hazard).sum())


def solve_link(
    link: Link, outcome: Array, basis: Array, offset: Array, separated: Callable[[], list[str]] = list
) -> Array:
    """Coefficients of the columns of ``basis`` (of unit mean square, orthogonal: ``regressors.orthonormal``).

    ``separated`` names the separating columns, asked only where there is no maximum. Raises InputProblem then.
    """
    if link == "identity":
        return np.asarray(basis.T @ (outcome - offset) / len(basis))
    theta = basis.T @ (_start(link, outcome) - offset) / len(basis)
    for _ in range(60):
        index = basis @ theta + offset
        if not np.isfinite(index).all() or np.abs(basis @ theta).max() > _LARGEST + np.abs(offset).max():
            break
        weight = curvature(link, outcome, index)
        information = basis.T @ (weight[:, None] * basis)
        if np.linalg.cond(information) > 1e13:
            break
        step = np.linalg.solve(information, basis.T @ score_residual(link, outcome, index))
        theta = theta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        # Under separation steps stay about one, however flat the likelihood is.
        if np.abs(step).max() < 1e-9 * max(1.0, float(np.abs(theta).max())):
            return np.asarray(theta)
    refuse_separation(separated())
    raise no_convergence(*_NAMES[link])


_NAMES = {
    "log": ("пуассоновская модель", "Poisson model"),
    "logit": ("логит-модель", "logit"),
    "cloglog": ("модель дискретного риска", "discrete-time hazard"),
}


def _start(link: Link, outcome: Array) -> Array:
    """Working response at the outcome drawn halfway to its mean."""
    centre = (outcome + float(outcome.mean())) / 2
    if link == "log":
        return np.asarray(np.log(np.clip(centre, 1e-8, None)))
    centre = np.clip((outcome + 0.5) / 2, 0.01, 0.99)
    return np.asarray(special.logit(centre) if link == "logit" else np.log(-np.log1p(-centre)))


def fit_link(
    link: Link, outcome: Array, matrix: Array, names: Sequence[str], groups: np.ndarray, offset: Array | None = None
) -> MEstimate:
    """Maximum likelihood (least squares for the identity link) with scores and information by cluster.

    Raises InputProblem for an outcome that the link does not allow, that never changes, or that is separated.
    """
    offset = np.zeros(len(outcome)) if offset is None else offset
    refuse_outcome(link, outcome)
    basis, back = orthonormal(matrix)
    theta = solve_link(link, outcome, basis, offset, lambda: separated_columns(link, outcome, matrix, names))
    index = basis @ theta + offset
    weight = curvature(link, outcome, index)
    n, k = basis.shape
    n_groups = int(groups.max()) + 1
    by_cluster = None
    if n_groups * k * k <= LARGEST_CLUSTER_INFORMATION:
        products = [cluster_sums(basis * (weight * basis[:, j])[:, None], groups, n_groups) for j in range(k)]
        by_cluster = np.stack(products, axis=1)
    return MEstimate(
        list(names), theta, back, cluster_sums(basis * score_residual(link, outcome, index)[:, None], groups, n_groups),
        basis.T @ (weight[:, None] * basis), by_cluster, n, small_sample=regression_factor(n, k),
        log_likelihood=log_likelihood(link, outcome, index),
    )  # fmt: skip


def separated_columns(link: Link, outcome: Array, matrix: Array, names: Sequence[str]) -> list[str]:
    """Columns that separate the outcome; empty where none does or the link cannot be separated."""
    if link == "identity":
        return []
    found = count_separation if link == "log" else binary_separation
    return found(outcome, matrix, names)


def refuse_outcome(link: Link, outcome: Array) -> None:
    """Raise InputProblem for values that the link's outcome cannot have, or that are all alike."""
    if link in ("logit", "cloglog") and not np.isin(outcome, (0.0, 1.0)).all():
        raise InputProblem(
            "исход должен быть 0 или 1, а в столбце есть другие значения.",
            "the outcome must be 0 or 1, and the column has other values.",
        )
    if link == "log":
        refuse_counts(outcome)
    if np.ptp(outcome) == 0:
        raise DataProblem(
            f"исход во всех строках одинаков ({outcome[0]:g}): сравнивать нечего.",
            f"the outcome is the same in all rows ({outcome[0]:g}): there is nothing to compare.",
        )


def refuse_counts(outcome: Array, whole: bool = False) -> None:
    """Raise InputProblem for negative, or where ``whole`` for fractional, counts; the message says how many rows."""
    bad = int((outcome < 0).sum()) + (int((outcome != np.round(outcome)).sum()) if whole else 0)
    if bad:
        raise InputProblem(
            f"исход должен быть числом событий (0, 1, 2, …), а в {bad} строках он другой."
            + (" Для дробных чисел подходит family: poisson." if whole else ""),
            f"the outcome must be a count (0, 1, 2, …), and in {bad} rows it is not."
            + (" For fractional numbers take family: poisson." if whole else ""),
        )
