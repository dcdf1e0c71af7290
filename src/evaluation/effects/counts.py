"""Counts: Poisson and negative binomial regressions with an offset, and how far the counts are overdispersed.

The negative binomial is NB2, Var(y) = m + alpha m^2; theta = 1/alpha is what other software prints. Source: Cameron
and Trivedi (2013, Regression Analysis of Count Data, chapters 3 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from evaluation.effects.count_density import count
from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import Equations, Index, IndexedEquations
from evaluation.effects.inference.estimating_functions import MEstimate, linearise
from evaluation.effects.likelihood import Likelihood, maximise
from evaluation.effects.link_models import fit_link, refuse_counts
from evaluation.effects.regressors import Regressors, orthonormal
from evaluation.settings import InputProblem

DISPERSION = "log_alpha"
_WHAT = ("отрицательная биномиальная модель", "negative binomial model")


@dataclass(frozen=True)
class CountFit:
    """A fitted count model.

    ``estimate`` names the columns and, last, ``log_alpha`` (absent for Poisson, also where the counts are not
    overdispersed). ``notes`` are warnings by code.
    """

    estimate: MEstimate
    alpha: float
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def theta(self) -> float:
        """1/alpha; infinite for Poisson."""
        return 1 / self.alpha if self.alpha > 0 else float("inf")

    @property
    def log_likelihood(self) -> float:
        return self.estimate.log_likelihood


@dataclass(frozen=True)
class Overdispersion:
    """How far the variance of counts exceeds their Poisson mean.

    ``pearson`` is the sum of squared Pearson residuals by degree of freedom (1 for Poisson); ``alpha`` the moment
    estimate in Var = m + alpha m^2 with clustered ``t`` and one-sided ``p`` of alpha = 0 (Cameron and Trivedi 1990).
    """

    pearson: float
    alpha: float
    t: float
    p: float


def fit_poisson(outcome: Array, columns: Regressors, groups: np.ndarray, offset: Array | None = None) -> CountFit:
    """Poisson regression. Raises InputProblem for negative values, an outcome that never changes, separation."""
    offset = np.zeros(len(outcome)) if offset is None else offset
    return CountFit(fit_link("log", outcome, columns.matrix, columns.names, groups, offset), 0.0)


def fit_negative_binomial(
    outcome: Array, columns: Regressors, groups: np.ndarray, offset: Array | None = None
) -> CountFit:
    """NB2 regression.

    Where the Poisson residuals vary no more than Poisson, the likelihood has its maximum at alpha = 0: the Poisson fit
    is returned with the note ``not_overdispersed``. Raises InputProblem for values that are not counts, for an
    outcome that never changes, for separation, and where no maximum is found.
    """
    refuse_counts(outcome, whole=True)
    offset = np.zeros(len(outcome)) if offset is None else offset
    poisson = fit_poisson(outcome, columns, groups, offset)
    mean = np.exp(columns.matrix @ poisson.estimate.coefficients + offset)
    # the derivative of the log-likelihood by alpha at alpha = 0, times two
    if float(((outcome - mean) ** 2 - outcome).sum()) <= 0:
        return CountFit(poisson.estimate, 0.0, {"not_overdispersed": 1})
    basis, back = orthonormal(columns.matrix)
    likelihood = Likelihood(
        lambda theta: float(count(outcome, basis @ theta[:-1] + offset, theta[-1])[0].sum()),
        equations_of(outcome, basis, offset, dispersed=True),
        len(outcome),
    )
    start = np.append(poisson.estimate.theta, np.log(max(moment_alpha(outcome, mean), 0.05)))
    theta = maximise(likelihood, start, _WHAT)
    estimate = linearise(
        likelihood.equations, theta, [*columns.names, DISPERSION], groups, transform=with_dispersion(back),
        columns=len(columns.names) + 1, log_likelihood=likelihood.value(theta),
    )  # fmt: skip
    return CountFit(estimate, float(np.exp(theta[-1])))


def equations_of(outcome: Array, basis: Array, offset: Array, *, dispersed: bool) -> Equations:
    """Scores of the coefficients of ``basis`` and, where ``dispersed``, of log alpha."""
    k = basis.shape[1]

    def scalars(indices: list[Index]) -> list[Array]:
        _, by_u, by_a = count(outcome, indices[0] + offset, float(indices[1]) if dispersed else None)
        return [by_u, by_a] if dispersed else [by_u]

    lefts: list[Array | None] = [basis, None]
    rights: list[tuple[Array | None, slice]] = [(basis, slice(0, k)), (None, slice(k, k + 1))]
    parts = 2 if dispersed else 1
    return IndexedEquations(len(outcome), lefts[:parts], rights[:parts], scalars)


def with_dispersion(back: Array) -> Array:
    """``back`` with one more parameter that stays as it is."""
    out = np.eye(len(back) + 1)
    out[:-1, :-1] = back
    return out


def moment_alpha(outcome: Array, mean: Array) -> float:
    """alpha by regression of ((y - m)^2 - y)/m on m without constant."""
    return float(((outcome - mean) ** 2 - outcome).sum() / (mean**2).sum())


def overdispersion(outcome: Array, mean: Array, groups: np.ndarray, parameters: int) -> Overdispersion:
    """Overdispersion of counts about the fitted Poisson means. Raises InputProblem with fewer than two clusters."""
    n_groups = int(groups.max()) + 1
    if n_groups < 2:
        raise InputProblem(
            "сверхдисперсию проверить нельзя: все строки лежат в одном кластере.",
            "overdispersion cannot be tested: all rows lie in one cluster.",
        )
    excess = ((outcome - mean) ** 2 - outcome) / mean
    alpha = float((excess * mean).sum() / (mean**2).sum())
    scores = np.bincount(groups, mean * (excess - alpha * mean), minlength=n_groups)
    se = float(np.sqrt(n_groups / (n_groups - 1) * (scores**2).sum()) / (mean**2).sum())
    t = alpha / se if se > 0 else float("nan")
    pearson = float(((outcome - mean) ** 2 / mean).sum() / (len(outcome) - parameters))
    return Overdispersion(pearson, alpha, t, float(stats.t.sf(t, n_groups - 1)))
