"""Panel models: least squares and Poisson with unit and year effects, and the logit of winning.

Least squares takes unit effects out by the within transform; Poisson and logit are fitted by statsmodels with
indicators. Inference is clustered and uses t with G - 1 degrees of freedom; effects absorbed because they are
nested in the clusters are not counted as parameters (the convention of Cameron and Miller 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import (
    Array,
    Covariance,
    EstimatingEquations,
    cluster_covariance,
    t_interval,
)
from evaluation.effects.model_matrix import Design, build_design, centre, codes_of, independent_columns, outcome_values
from evaluation.settings import Model


@dataclass(frozen=True)
class Fit:
    """A fitted model; ``not_identified`` lists the exposures that do not vary apart from other columns."""

    names: list[str]
    coefficients: Array
    equations: EstimatingEquations
    n: int
    clusters: int
    log_likelihood: float
    not_identified: list[str] = field(default_factory=list)

    def position(self, name: str) -> int:
        return self.names.index(name)

    def coefficient(self, name: str) -> float:
        return float(self.coefficients[self.position(name)])

    def table(self, kind: Covariance) -> pd.DataFrame:
        """Index: columns of the design; estimate, se, low, high, p by CRV1 or CRV3 and t(G - 1)."""
        covariance = cluster_covariance(self.equations, kind)
        rows = []
        for position, estimate in enumerate(self.coefficients):
            se = float(np.sqrt(covariance[position, position]))
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
    """Fit the declared model on rows made by ``select_rows`` (and ``rows_with_events`` for Poisson).

    ``exposures`` stand in for the model's own (for restricted models and placebos).
    """
    wanted = list(model.exposures if exposures is None else exposures)
    design = build_design(frame, model, wanted)
    kept = independent_columns(centre(design.matrix, design.absorbed))
    lost = [name for index, name in enumerate(design.names) if index not in kept and name in wanted]
    design = Design([design.names[index] for index in kept], design.matrix[:, kept], design.absorbed)
    outcome = outcome_values(frame, model.outcome)
    offset = np.log(frame[model.offset].to_numpy(dtype=float)) if model.offset else np.zeros(len(frame))
    groups = codes_of(frame[model.clusters])
    fit = fit_linear if model.family == "ols" else fit_generalised
    return fit(design, outcome, offset, groups, model.family, lost)


def fit_linear(
    design: Design, outcome: Array, offset: Array, groups: np.ndarray, family: str = "ols", lost: Sequence[str] = ()
) -> Fit:
    """Least squares after the within transform (no offset)."""
    import statsmodels.api as sm

    matrix = centre(design.matrix, design.absorbed)
    centred = centre((outcome - offset)[:, None], design.absorbed)[:, 0]
    result = sm.OLS(centred, matrix).fit()
    equations = EstimatingEquations(matrix, np.ones(len(matrix)), np.asarray(result.resid), groups)
    size, clusters = len(matrix), equations.n_groups
    return Fit(design.names, np.asarray(result.params), equations, size, clusters, float(result.llf), list(lost))


def fit_generalised(
    design: Design, outcome: Array, offset: Array, groups: np.ndarray, family: str, lost: Sequence[str] = ()
) -> Fit:
    """Poisson (log link) or logit by iteratively reweighted least squares, absorbed effects as indicators."""
    import statsmodels.api as sm

    matrix = design.matrix
    k = matrix.shape[1]
    if design.absorbed is not None:
        indicators = np.equal.outer(design.absorbed, np.arange(design.absorbed.max() + 1)).astype(float)
        matrix = np.column_stack([matrix, indicators])
    distribution = sm.families.Poisson() if family == "poisson" else sm.families.Binomial()
    result = sm.GLM(outcome, matrix, family=distribution, offset=offset).fit(tol=1e-10, maxiter=100)
    mean = np.asarray(result.mu)
    equations = linearise(design, mean, outcome, family, groups)
    return Fit(
        design.names,
        np.asarray(result.params)[:k],
        equations,
        len(matrix),
        equations.n_groups,
        float(result.llf),
        list(lost),
    )


def linearise(design: Design, mean: Array, outcome: Array, family: str, groups: np.ndarray) -> EstimatingEquations:
    """Estimating equations at fitted means: effects absorbed by the weighted within transform."""
    weights = mean if family == "poisson" else mean * (1 - mean)
    return EstimatingEquations(centre(design.matrix, design.absorbed, weights), weights, outcome - mean, groups)


def restricted_equations(frame: pd.DataFrame, model: Model, exposure: str) -> tuple[EstimatingEquations, int]:
    """Estimating equations under the hypothesis that ``exposure`` has no association, and the exposure's column.

    The design is the full one; weights and residuals come from the model fitted without the exposure.
    """
    others = [name for name in model.exposures if name != exposure]
    without = fit_model(frame, model, others)
    design = build_design(frame, model, [*others, exposure])
    kept = [design.names.index(name) for name in [*without.names, exposure]]
    design = Design([design.names[index] for index in kept], design.matrix[:, kept], design.absorbed)
    weights = without.equations.weights
    matrix = centre(design.matrix, design.absorbed, weights)
    equations = EstimatingEquations(matrix, weights, without.equations.residuals, without.equations.groups)
    return equations, len(kept) - 1
