"""Multilevel linear model: random intercepts (and slopes) of clusters, variance components, intraclass correlation.

Answers whether territories differ beyond chance, and how much (Laird and Ware 1982, Biometrics 38; Snijders and Bosker
2012, Multilevel Analysis, chapters 3 to 6). ``variance_components`` finds the variances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.declared_rows import Reporter, Row
from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.estimating_functions import MEstimate, regression_factor
from evaluation.effects.link_models import refuse_outcome
from evaluation.effects.model_matrix import codes_of, outcome_values
from evaluation.effects.regressors import Regressors, orthonormal, regressors_of, usable_rows, within
from evaluation.effects.variance_components import Products, collect, correlation_interval, mixture_p, search
from evaluation.settings import DataProblem, InputProblem, Model

INTERCEPT = "intercept"
_AT_ZERO = 1e-6


@dataclass(frozen=True)
class MultilevelFit:
    """A fitted multilevel model, by restricted maximum likelihood.

    ``estimate`` holds the fixed coefficients with scores by cluster (weighted by the fitted covariance), so that
    CRV1 and CRV3 are robust to a wrong covariance; ``likelihood_covariance`` is the model's own. ``random_covariance``
    is that of intercept and slopes, ``residual_variance`` that within clusters. ``criterion`` is -2 x the restricted
    log-likelihood, ``criterion_without`` that without the last random term.
    """

    estimate: MEstimate
    random_names: list[str]
    random_covariance: Array
    residual_variance: float
    criterion: float
    criterion_without: float
    effects: Array
    effect_errors: Array
    correlation_interval: tuple[float, float]

    @property
    def standard_deviations(self) -> dict[str, float]:
        """Of the random terms, by name."""
        return dict(zip(self.random_names, np.sqrt(np.diag(self.random_covariance)).tolist(), strict=True))

    @property
    def intraclass_correlation(self) -> float:
        """Share of the variance that lies between clusters; NaN with random slopes, where it depends on the slope."""
        if len(self.random_names) > 1:
            return float("nan")
        between = float(self.random_covariance[0, 0])
        return between / (between + self.residual_variance)

    @property
    def likelihood_ratio(self) -> float:
        """Of the last random term: how much worse the criterion is without it."""
        return max(0.0, self.criterion_without - self.criterion)

    @property
    def p_of_last_term(self) -> float:
        """p of no variance of the last random term, by the boundary mixture of chi-squared distributions."""
        return mixture_p(self.likelihood_ratio, len(self.random_names) - 1)

    @property
    def at_zero(self) -> bool:
        """Whether the variance of the last random term is estimated as zero."""
        return bool(self.random_covariance[-1, -1] <= _AT_ZERO**2 * self.residual_variance)


def fit_multilevel(
    outcome: Array, columns: Regressors, groups: np.ndarray, slopes: dict[str, Array] | None = None
) -> MultilevelFit:
    """Random intercept by cluster and, for each of ``slopes`` (name to values by row), a random slope.

    The first column is the constant; random terms are correlated freely. Raises InputProblem for an outcome that never
    changes, for a perfect fit, for fewer than three clusters, and where every cluster has a single row.
    """
    refuse_outcome("identity", outcome)
    n_groups = int(groups.max()) + 1
    if n_groups < 3 or n_groups == len(outcome):
        raise InputProblem(
            f"кластеров {n_groups} на {len(outcome)} строк: различия между кластерами и внутри них не разделить.",
            f"{n_groups} clusters for {len(outcome)} rows: variation between and within clusters cannot be told apart.",
        )
    basis, back = orthonormal(columns.matrix)
    sloped = slopes or {}
    scales = np.array([1.0, *[max(float(np.std(values)), 1e-300) for values in sloped.values()]])
    random = np.column_stack([np.ones(len(outcome)), *sloped.values()]) / scales
    middle, spread = float(outcome.mean()), float(outcome.std())
    scaled = (outcome - middle) / spread
    if float(((scaled - basis @ (basis.T @ scaled) / len(basis)) ** 2).sum()) <= 1e-12 * len(outcome):
        raise DataProblem(
            "переменные воспроизводят исход без остатка: погрешность оценить нельзя.",
            "the variables reproduce the outcome exactly: its error cannot be estimated.",
        )
    products = collect(basis, scaled, random, groups, n_groups)
    factor = search(products, random.shape[1])
    total, _, inverse = products.pieces(factor)
    p = basis.shape[1]
    theta = np.asarray(np.linalg.solve(total[:p, :p], total[:p, p]), dtype=float)
    rest = float(total[p, p] - total[:p, p] @ theta)
    variance = rest / (len(outcome) - p)
    estimate = _estimate(products, factor, inverse, theta, variance, basis, scaled, groups, columns.names, back, spread)
    # intercept of the scaled outcome back to the outcome's own level
    estimate = _moved(estimate, middle)
    modes = inverse @ (factor.T @ products.mixed) @ np.append(-theta, 1.0)
    effects = modes @ factor.T * spread / scales
    errors = np.einsum("ia,gab,ib->gi", factor, inverse, factor) * variance
    # the restricted likelihood of the raw columns and outcome, as other software prints it
    shift = 2 * (len(outcome) - p) * np.log(spread) - 2 * np.linalg.slogdet(back)[1]
    without = np.zeros_like(factor)
    if len(factor) > 1:
        without[:-1, :-1] = search(products, len(factor) - 1)
    return MultilevelFit(
        estimate,
        [INTERCEPT, *sloped],
        factor @ factor.T * variance * spread**2 / np.outer(scales, scales),
        variance * spread**2,
        products.criterion(factor) + shift,
        products.criterion(without) + shift,
        effects,
        np.sqrt(errors) * spread / scales,
        correlation_interval(products, float(factor[0, 0])) if len(factor) == 1 else (float("nan"), float("nan")),
    )


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``multilevel``: each exposure, then ``<clusters>__intraclass_correlation``.

    The intercept is random by ``clusters``; the last row is the share of variance between clusters with its
    profile-likelihood interval and p of none. ``draws`` and ``seed`` are not needed. Raises InputProblem naming the
    model.
    """
    with within(model):
        if model.offset is not None:
            raise InputProblem(
                "offset для multilevel не бывает. Возьмите исходом долю или число на жителя.",
                "multilevel takes no offset. Take a rate or a share as the outcome.",
            )
        sample = usable_rows(frame, model)
        rows = sample.frame
        columns = regressors_of(rows, model)
        fit = fit_multilevel(outcome_values(rows, model.outcome), columns, codes_of(rows[model.clusters]))
        kind = fit.estimate.best_covariance
        warnings = {**sample.warnings, "no_unit_variance": int(fit.at_zero)}
        reporter = Reporter(model, rows, warnings, f"{kind}_t")
        table = fit.estimate.table(kind)
        out = [
            reporter.lost(name) if name in columns.lost else reporter.row(name, table.loc[name])
            for name in model.exposures
        ]
        low, high = fit.correlation_interval
        numbers = Numbers(fit.intraclass_correlation, float("nan"), low, high, fit.p_of_last_term)
        between = estimate_row(
            model, f"{model.clusters}__intraclass_correlation", numbers, n=len(rows), clusters=fit.estimate.clusters,
            treated_clusters=None, inference="profile_likelihood", estimand="intraclass_correlation", warnings=warnings,
        )  # fmt: skip
        return [*out, between]


def _estimate(
    products: Products, factor: Array, inverse: Array, theta: Array, variance: float, basis: Array, outcome: Array,
    groups: np.ndarray, names: list[str], back: Array, spread: float,
) -> MEstimate:  # fmt: skip
    """Fixed coefficients with scores and information by cluster, in units of the outcome."""
    p, n_groups = len(theta), len(inverse)
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(n_groups))
    ordered = basis[order]
    own = np.stack([np.add.reduceat(ordered * ordered[:, [j]], starts, axis=0) for j in range(p)], axis=1)
    residual = np.add.reduceat(ordered * (outcome[order] - ordered @ theta)[:, None], starts, axis=0)
    turned = factor.T @ products.mixed
    pulled = np.swapaxes(turned[:, :, :p], 1, 2) @ inverse
    information = own - pulled @ turned[:, :, :p]
    scores = residual - (pulled @ (turned @ np.append(-theta, 1.0))[:, :, None])[:, :, 0]
    n = len(outcome)
    # one unit of theta is ``spread`` units of the outcome
    return MEstimate(
        list(names), theta, back * spread, scores / variance, information.sum(axis=0) / variance,
        information / variance, n, small_sample=regression_factor(n, p),
    )  # fmt: skip


def _moved(estimate: MEstimate, middle: float) -> MEstimate:
    """The estimate with the outcome's mean added to the first coefficient, the constant."""
    level = np.zeros(len(estimate.theta))
    level[0] = middle
    moved = estimate.theta + np.linalg.solve(estimate.transform, level)
    return MEstimate(
        estimate.names, moved, estimate.transform, estimate.scores, estimate.information,
        estimate.information_by_cluster, estimate.n, estimate.small_sample,
    )  # fmt: skip
