"""Panel models: least squares and Poisson with unit and year effects, and the logit of winning.

Least squares and Poisson take unit effects out by the within transform; the logit has indicators. Inference is
clustered and uses t with G - 1 degrees of freedom; effects absorbed because they are nested in the clusters are not
counted as parameters (the convention of Cameron and Miller 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import (
    Array,
    Covariance,
    EstimatingEquations,
    cluster_covariance,
    t_interval,
)
from evaluation.effects.link_models import log_likelihood, solve_link
from evaluation.effects.model_matrix import Design, build_design, centre, codes_of, identified_columns, outcome_values
from evaluation.effects.poisson import fit_poisson
from evaluation.effects.regressors import orthonormal
from evaluation.effects.solving import least_squares
from evaluation.settings import DataProblem, InputProblem, Model

NOTHING_LEFT = 1e-10  # length of the residuals, relative to the outcome's own, that is rounding alone


@dataclass(frozen=True)
class Fit:
    """A fitted model; ``not_identified`` lists the exposures that do not vary apart from other columns.

    ``notes``: what else to say, by warning code (an outcome that never changes, columns that repeat others).
    """

    names: list[str]
    coefficients: Array
    equations: EstimatingEquations
    n: int
    clusters: int
    log_likelihood: float
    not_identified: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def position(self, name: str) -> int:
        return self.names.index(name)

    def coefficient(self, name: str) -> float:
        return float(self.coefficients[self.position(name)])

    def table(self, kind: Covariance) -> pd.DataFrame:
        """Index: columns of the design; estimate, se, low, high, p by the kind of covariance and t(G - 1)."""
        covariance = cluster_covariance(self.equations, kind)
        rows = []
        for position, estimate in enumerate(self.coefficients):
            variance = float(covariance[position, position])
            se = float(np.sqrt(variance)) if variance > 0 else float("nan")
            low, high, p = t_interval(float(estimate), se, self.clusters - 1)
            rows.append((float(estimate), se, low, high, p))
        return pd.DataFrame(rows, index=self.names, columns=["estimate", "se", "low", "high", "p"])


def rows_with_events(frame: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, int]:
    """Rows whose fixed effects are defined in a Poisson model, and how many units had only zeros."""
    units = 0
    for name in model.fixed_effects:
        totals = frame.groupby(name)[model.outcome].transform("sum")
        if name == "unit_id":
            units = int(frame.loc[totals == 0, name].nunique())
        frame = frame[totals > 0]
    return frame.reset_index(drop=True), units


def fit_model(frame: pd.DataFrame, model: Model, exposures: Sequence[str] | None = None) -> Fit:
    """Fit the declared model on the rows of ``sample.estimation_sample``.

    ``exposures`` stand in for the model's own (for restricted models and placebos). Raises InputProblem without rows,
    for an outcome that the family cannot have, and where the likelihood has no maximum.
    """
    wanted = list(model.exposures if exposures is None else exposures)
    outcome = outcome_values(frame, model.outcome)
    refuse_outcome(outcome, model)
    design = build_design(frame, model, wanted)
    kept = identified_columns(design)
    dropped = [name for index, name in enumerate(design.names) if index not in kept]
    design = Design([design.names[index] for index in kept], design.matrix[:, kept], design.absorbed)
    groups = codes_of(frame[model.clusters])
    fit = _fit(design, outcome, offset_values(frame, model), groups, model, frame)
    repeated = [name for name in dropped if name.split("=")[0] in model.controls]
    notes = dict(fit.notes)
    if repeated:
        notes["collinear_controls"] = ", ".join(repeated[:5]) + (", …" if len(repeated) > 5 else "")
    if fit.clusters < 2:
        notes["one_cluster"] = model.clusters
    if "outcome_constant" in notes or "perfect_fit" in notes:
        notes = {code: model.outcome if code in ("outcome_constant", "perfect_fit") else text
                 for code, text in notes.items()}  # fmt: skip
    return replace(fit, not_identified=[name for name in dropped if name in wanted], notes=notes)


def _fit(design: Design, outcome: Array, offset: Array, groups: np.ndarray, model: Model, frame: pd.DataFrame) -> Fit:
    if model.family == "ols":
        weights = None if model.weights is None else frame[model.weights].to_numpy(dtype=float)
        return fit_linear(design, outcome, offset, groups, weights)
    return fit_generalised(design, outcome, offset, groups, model.family)


def offset_values(frame: pd.DataFrame, model: Model) -> Array:
    """Logarithm of the declared offset; zeros without one."""
    if model.offset is None:
        return np.zeros(len(frame))
    return np.log(frame[model.offset].to_numpy(dtype=float))


def refuse_outcome(outcome: Array, model: Model) -> None:
    """Raise InputProblem where there are no rows, counts below zero, a yes/no outcome with other values, or weights
    that the family does not take."""
    if not len(outcome):
        raise DataProblem(
            f"План, модель «{model.name}»: не осталось ни одной строки для оценки.",
            f"Plan, model '{model.name}': no row is left to estimate from.",
        )
    if model.weights is not None and model.family != "ols":
        raise InputProblem(
            f"План, модель «{model.name}»: веса строк (weights) берёт только family: ols. Уберите веса.",
            f"Plan, model '{model.name}': only family: ols takes weights of rows. Remove the weights.",
        )
    if model.family == "poisson" and (outcome < 0).any():
        raise InputProblem(
            f"План, модель «{model.name}»: исход «{model.outcome}» бывает отрицательным, а это модель для чисел "
            "событий. Возьмите family: ols или исправьте данные.",
            f"Plan, model '{model.name}': the outcome '{model.outcome}' has negative values, but the model is for "
            "counts. Take family: ols or correct the data.",
        )
    if model.family == "logit" and not np.isin(outcome, (0.0, 1.0)).all():
        raise InputProblem(
            f"План, модель «{model.name}»: исход «{model.outcome}» должен быть 0 или 1, а есть другие значения.",
            f"Plan, model '{model.name}': the outcome '{model.outcome}' must be 0 or 1, and has other values.",
        )


def fit_linear(design: Design, outcome: Array, offset: Array, groups: np.ndarray, weights: Array | None = None) -> Fit:
    """Least squares, weighted where ``weights`` are given, after the within transform; the offset is taken from the
    outcome. The log likelihood is that of independent normal errors."""
    matrix = centre(design.matrix, design.absorbed, weights)
    centred = centre((outcome - offset)[:, None], design.absorbed, weights)[:, 0]
    root = np.ones(len(matrix)) if weights is None else np.sqrt(weights)
    coefficients = least_squares(matrix * root[:, None], centred * root)
    residuals = centred - matrix @ coefficients
    notes = {}
    level = 0.0 if design.absorbed is not None else float(centred.mean())
    if np.linalg.norm(centred - level) <= NOTHING_LEFT * np.linalg.norm(outcome - offset):
        notes["outcome_constant"] = ""
    elif np.linalg.norm(residuals) <= NOTHING_LEFT * np.linalg.norm(centred):
        notes["perfect_fit"] = ""
    if notes:
        residuals = np.zeros_like(residuals)
    n = len(matrix)
    squares = float((root * residuals) @ (root * residuals))
    constant = -n / 2 * (np.log(2 * np.pi) + 1) + float(np.log(root).sum())
    likelihood = constant - n / 2 * np.log(squares / n) if squares > 0 else float("inf")
    equations = EstimatingEquations(matrix, root**2, root**2 * residuals, groups)
    return Fit(design.names, coefficients, equations, n, equations.n_groups, float(likelihood), notes=notes)


def fit_generalised(design: Design, outcome: Array, offset: Array, groups: np.ndarray, family: str) -> Fit:
    """Poisson (log link; its effect absorbed) or logit (effects as indicators) by maximum likelihood."""
    matrix = design.matrix
    n, k = matrix.shape
    if family == "poisson":
        basis, back = orthonormal(centre(matrix, design.absorbed))
        found = fit_poisson(basis, outcome, offset, design.absorbed)
        coefficients, mean, likelihood = back @ found.coefficients, found.mean, found.log_likelihood
    else:
        if design.absorbed is not None:
            indicators = np.equal.outer(design.absorbed, np.arange(design.absorbed.max() + 1)).astype(float)
            matrix = np.column_stack([matrix, indicators])
        basis, back = orthonormal(matrix)
        theta = solve_link("logit", outcome, basis, offset)
        index = basis @ theta + offset
        coefficients, mean = (back @ theta)[:k], 1 / (1 + np.exp(-index))
        likelihood = log_likelihood("logit", outcome, index)
    equations = linearise(design, mean, outcome, family, groups)
    notes = {}
    if np.abs(equations.residuals).max() <= NOTHING_LEFT * max(float(np.abs(outcome).max()), 1.0):
        equations = replace(equations, residuals=np.zeros(n))
        notes["perfect_fit"] = ""
    return Fit(design.names, coefficients, equations, n, equations.n_groups, likelihood, notes=notes)


def linearise(design: Design, mean: Array, outcome: Array, family: str, groups: np.ndarray) -> EstimatingEquations:
    """Estimating equations at fitted means: effects absorbed by the weighted within transform."""
    weights = mean if family == "poisson" else mean * (1 - mean)
    return EstimatingEquations(centre(design.matrix, design.absorbed, weights), weights, outcome - mean, groups)


def restricted_equations(
    frame: pd.DataFrame, model: Model, exposure: str, value: float = 0.0
) -> tuple[EstimatingEquations, int]:
    """Estimating equations under the hypothesis that the coefficient of ``exposure`` is ``value``, and its column.

    The design is the full one; weights and residuals come from the model fitted without the exposure, whose part is
    an offset.
    """
    others = [name for name in model.exposures if name != exposure]
    design = build_design(frame, model, [*others, exposure])
    kept = identified_columns(design)
    design = Design([design.names[index] for index in kept], design.matrix[:, kept], design.absorbed)
    column = design.names.index(exposure)
    outcome = outcome_values(frame, model.outcome)
    offset = offset_values(frame, model) + value * design.matrix[:, column]
    groups = codes_of(frame[model.clusters])
    without = _fit(design.without(column), outcome, offset, groups, model, frame)
    weights = without.equations.weights
    matrix = centre(design.matrix, design.absorbed, weights)
    return EstimatingEquations(matrix, weights, without.equations.residuals, groups), column
