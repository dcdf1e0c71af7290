"""Ordered categories: the proportional-odds logit and what it says of the probability of every category.

P(y <= j) = logistic(cut_j - x'b): a positive coefficient raises the odds of every higher answer by the same factor
exp(b). Because odds are hard to read, ``margins`` says how the probability of each category changes on average.
Source: McCullagh (1980, Journal of the Royal Statistical Society B 42).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from evaluation.effects.declared_rows import Reporter, Row
from evaluation.effects.inference.clusters import Array, Covariance
from evaluation.effects.inference.equations import NumericEquations
from evaluation.effects.inference.estimating_functions import NUMBERS, MEstimate, linearise
from evaluation.effects.inference.wild import bootstrap_weights
from evaluation.effects.likelihood import Likelihood, maximise, score_bootstrap_p
from evaluation.effects.model_matrix import codes_of, outcome_values
from evaluation.effects.regressors import Regressors, orthonormal, regressors_of, usable_rows, within
from evaluation.effects.separation import refuse_separation, separated_by
from evaluation.settings import InputProblem, Model

MOST_CATEGORIES = 20
_WHAT = ("упорядоченный логит", "ordered logit")


@dataclass(frozen=True)
class OrderedFit:
    """``estimate`` names the columns, then ``cut_1`` and the logarithms of the gaps between cuts (``log_gap_2``, …).

    ``categories`` are the outcome's values in order; ``columns`` has no constant, which the cuts stand for.
    """

    estimate: MEstimate
    categories: list[float]
    columns: Regressors

    @property
    def deviance(self) -> float:
        return -2 * self.estimate.log_likelihood

    def cuts(self, coefficients: Array | None = None) -> Array:
        """The cuts between categories, one fewer than there are categories."""
        at = self.estimate.coefficients if coefficients is None else coefficients
        return _cuts(at[len(self.columns.names) :])

    def probabilities(self, coefficients: Array, matrix: Array) -> Array:
        """Mean probability of every category over the rows of ``matrix``."""
        index = matrix @ coefficients[: matrix.shape[1]]
        below = special.expit(self.cuts(coefficients)[None, :] - index[:, None])
        edges = np.column_stack([np.zeros(len(index)), below, np.ones(len(index))])
        return np.asarray(np.diff(edges, axis=1).mean(axis=0))

    def margins(self, name: str, kind: Covariance) -> pd.DataFrame:
        """Average change of each category's probability; index: categories, columns estimate, se, low, high, p.

        An exposure of 0 and 1 is set to 1 against 0 in every row; any other is raised by one unit from where it is.
        Errors by the delta method; the changes sum to zero.
        """
        position = self.columns.names.index(name)
        column = self.columns.matrix[:, position]
        binary = bool(np.isin(column, (0.0, 1.0)).all())
        high, low = self.columns.matrix.copy(), self.columns.matrix.copy()
        high[:, position] = 1.0 if binary else column + 1
        low[:, position] = 0.0 if binary else column

        def change(coefficients: Array, category: int) -> float:
            return float(
                self.probabilities(coefficients, high)[category] - self.probabilities(coefficients, low)[category]
            )

        rows = [
            self.estimate.contrast(lambda at, which=category: change(at, which), kind)  # type: ignore[misc]  # bound now
            for category in range(len(self.categories))
        ]
        return pd.DataFrame(rows, index=pd.Index(self.categories, name="category"), columns=NUMBERS)


def fit_ordered_logit(outcome: Array, columns: Regressors, groups: np.ndarray) -> OrderedFit:
    """Proportional-odds logit; categories are the distinct values of ``outcome`` in their order.

    Columns that never vary are left to the cuts. Raises InputProblem for an outcome with one value or with too
    many to be categories, for separation, and where no maximum is found.
    """
    categories, answers = np.unique(outcome, return_inverse=True)
    if not 2 <= len(categories) <= MOST_CATEGORIES:
        raise InputProblem(
            f"разных значений исхода {len(categories)}; упорядоченный логит берёт от 2 до {MOST_CATEGORIES} категорий.",
            f"the outcome has {len(categories)} distinct values; an ordered logit takes 2 to {MOST_CATEGORIES}.",
        )
    columns = _without_constant(columns)
    centre = columns.matrix.mean(axis=0)
    basis, back = orthonormal(columns.matrix - centre)
    k, n_cuts = basis.shape[1], len(categories) - 1
    likelihood = _likelihood(answers, basis, n_cuts)
    shares = np.cumsum(np.bincount(answers))[:-1] / len(answers)
    first = special.logit(shares)
    start = np.concatenate([np.zeros(k), first[:1], np.log(np.diff(first))])
    try:
        theta = maximise(likelihood, start, _WHAT)
    except InputProblem:
        refuse_separation(_separated(answers, columns, n_cuts))
        raise
    # cuts belong to centred columns: the first is moved by the mean of the index, the gaps stay
    transform = np.eye(k + n_cuts)
    transform[:k, :k] = back
    transform[k, :k] = centre @ back
    names = [*columns.names, "cut_1", *[f"log_gap_{number}" for number in range(2, n_cuts + 1)]]
    estimate = linearise(
        likelihood.equations, theta, names, groups, transform=transform, columns=k + n_cuts,
        log_likelihood=likelihood.value(theta),
    )  # fmt: skip
    return OrderedFit(estimate, [float(value) for value in categories], columns)


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``ordered_logit``: the log cumulative odds ratio of each exposure, then
    ``<exposure>__category_<value>``, the average change of each category's probability.

    With few exposed clusters p of the odds ratio comes from a bootstrap of the scores. Raises InputProblem naming the
    model.
    """
    with within(model):
        sample = usable_rows(frame, model)
        rows = sample.frame
        outcome = outcome_values(rows, model.outcome)
        groups = codes_of(rows[model.clusters])
        columns = regressors_of(rows, model)
        fit = fit_ordered_logit(outcome, columns, groups)
        kind = fit.estimate.best_covariance
        reporter = Reporter(model, rows, sample.warnings, f"{kind}_t")
        table = fit.estimate.table(kind)
        out = []
        for name in model.exposures:
            if name in columns.lost:
                out.append(reporter.lost(name))
                continue
            few = reporter.few(name) and fit.estimate.information_by_cluster is not None
            p = bootstrap_p(outcome, fit.columns, groups, name, draws=draws, seed=seed) if few else None
            out.append(reporter.row(name, table.loc[name], wild_p=p))
            for category, numbers in fit.margins(name, kind).iterrows():
                part = f"category_{category:g}"
                out.append(reporter.row(name, numbers, part=part, estimand="probability_difference"))
        return out


def bootstrap_p(outcome: Array, columns: Regressors, groups: np.ndarray, name: str, *, draws: int, seed: int) -> float:
    """p of no association by a bootstrap of the scores at the model fitted without ``name``."""
    ordered = columns.last(name)
    categories, answers = np.unique(outcome, return_inverse=True)
    without = fit_ordered_logit(outcome, ordered.without_last(), groups)
    basis, _ = orthonormal(ordered.matrix - ordered.matrix.mean(axis=0))
    column = basis.shape[1] - 1
    at = np.insert(without.estimate.theta, column, 0.0)
    equations = _likelihood(answers, basis, len(categories) - 1).equations
    names = [*ordered.names, *without.estimate.names[column:]]
    restricted = linearise(equations, at, names, groups)
    weights = bootstrap_weights(restricted.clusters, draws, np.random.default_rng(seed))
    return score_bootstrap_p(restricted, column, weights)


def _likelihood(answers: np.ndarray, basis: Array, n_cuts: int) -> Likelihood:
    k = basis.shape[1]
    rows = np.arange(len(answers))
    is_last, is_first = answers == n_cuts, answers == 0

    def edges(theta: Array) -> tuple[Array, Array, Array]:
        """Upper and lower edge less the index, and log(1 - exp(-(upper - lower)))."""
        cuts = _cuts(theta[k:])
        index = basis @ theta[:k]
        upper = np.where(is_last, np.inf, cuts[np.minimum(answers, n_cuts - 1)] - index)
        lower = np.where(is_first, -np.inf, cuts[np.maximum(answers - 1, 0)] - index)
        return upper, lower, np.log(-np.expm1(-(upper - lower)))

    def value(theta: Array) -> float:
        upper, lower, gap = edges(theta)
        # F(u) - F(l) = (1 - exp(-(u - l))) F(u) F(-l), which keeps its digits in both tails
        return float((gap + special.log_expit(upper) + special.log_expit(-lower)).sum())

    def scores(theta: Array) -> Array:
        upper, lower, gap = edges(theta)
        out = np.zeros((len(answers), k + n_cuts))
        out[:, :k] = basis * (special.expit(upper) + special.expit(lower) - 1)[:, None]
        by_cut = np.zeros((len(answers), n_cuts))
        by_upper = np.exp(special.log_expit(-upper) - special.log_expit(-lower) - gap)
        by_lower = np.exp(special.log_expit(lower) - special.log_expit(upper) - gap)
        by_cut[rows[~is_last], answers[~is_last]] = by_upper[~is_last]
        by_cut[rows[~is_first], answers[~is_first] - 1] -= by_lower[~is_first]
        # a cut is the first one plus all gaps up to it
        later = np.cumsum(by_cut[:, ::-1], axis=1)[:, ::-1]
        out[:, k] = later[:, 0]
        out[:, k + 1 :] = later[:, 1:] * np.exp(theta[k + 1 :])
        return out

    return Likelihood(value, NumericEquations(scores), len(answers))


def _cuts(parameters: Array) -> Array:
    return np.asarray(parameters[0] + np.concatenate([[0.0], np.cumsum(np.exp(parameters[1:]))]))


def _without_constant(columns: Regressors) -> Regressors:
    varying = np.flatnonzero(np.ptp(columns.matrix, axis=0) > 0)
    return Regressors([columns.names[index] for index in varying], columns.matrix[:, varying], columns.lost)


def _separated(answers: np.ndarray, columns: Regressors, n_cuts: int) -> list[str]:
    """Columns along which some answers stay on the right side of every cut however far one goes."""
    names = [*columns.names, *[f"cut_{number}" for number in range(1, n_cuts + 1)]]
    indicators = np.equal.outer(answers, np.arange(n_cuts)).astype(float)
    above = np.equal.outer(answers, np.arange(1, n_cuts + 1)).astype(float)
    under_cut = np.column_stack([-columns.matrix, indicators])[answers < n_cuts]
    over_cut = np.column_stack([columns.matrix, -above])[answers > 0]
    found = separated_by(np.vstack([under_cut, over_cut]), names)
    return [name for name in found if name in columns.names]
