"""The maximum of a likelihood, found and verified, and p by a wild bootstrap of its scores."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import Equations
from evaluation.effects.inference.estimating_functions import MEstimate, newton
from evaluation.effects.separation import no_convergence

_FAR = 1e12


@dataclass(frozen=True)
class Likelihood:
    """Log-likelihood (theta -> number) and its scores; ``n`` rows."""

    value: Callable[[Array], float]
    equations: Equations
    n: int


def maximise(likelihood: Likelihood, start: Array, what: tuple[str, str]) -> Array:
    """The maximum, from ``start`` by BFGS and then Newton steps until they vanish.

    Raises InputProblem, naming ``what`` (ru, en), where the steps do not vanish or the point is not a maximum.
    """
    n = likelihood.n

    def loss(theta: Array) -> tuple[float, Array]:
        value, gradient = likelihood.value(theta), likelihood.equations.total(theta)
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return _FAR, np.zeros_like(theta)
        return -value / n, -gradient / n

    # The search may try points where the likelihood overflows; what it says is not believed but verified below.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500})
        theta, solved = newton(likelihood.equations, np.asarray(found.x))
        value = likelihood.value(theta)
    if not solved or not np.isfinite(value) or value < -found.fun * n - 1e-6 * abs(found.fun * n):
        raise no_convergence(*what)
    return theta


def score_bootstrap_p(restricted: MEstimate, column: int, multipliers: Array) -> float:
    """p of the hypothesis that theta of ``column`` is zero, from a wild bootstrap of the scores.

    ``restricted`` holds scores and information of the full set of parameters at the estimate under the hypothesis;
    ``multipliers`` (draws x G) come from ``bootstrap_weights``. The statistic is the first Newton step divided by its
    CRV1 error, whose scores are centred anew in every draw (Kline and Santos 2012, Journal of Econometric Methods 1).
    The observed statistic counts as one draw. Raises ValueError without information by cluster.
    """
    if restricted.information_by_cluster is None:
        raise ValueError("the information by cluster was not kept")
    inverse = np.linalg.pinv(restricted.information)
    own = inverse[column]
    numerators = restricted.scores @ own
    pulled = np.einsum("i,gij->gj", own, restricted.information_by_cluster) @ inverse @ restricted.scores.T

    def statistic(draws: Array) -> Array:
        scores = draws * numerators - draws @ pulled.T
        spread = np.sqrt((scores**2).sum(axis=1))
        return np.asarray((draws @ numerators) / np.where(spread > 0, spread, np.inf))

    observed = abs(float(statistic(np.ones((1, restricted.clusters)))[0]))
    drawn = np.abs(statistic(multipliers))
    return float((1 + np.sum(drawn >= observed * (1 - 1e-12))) / (1 + len(drawn)))
