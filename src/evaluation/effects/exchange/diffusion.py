"""Do practices travel along exchange ties? Adoption as a discrete-time hazard, with the rival channels beside.

One row is a practice, a unit and a year at risk (``support.practices``). The complementary log-log link makes the
coefficients log hazard ratios of a proportional-hazards process seen once a year (Prentice and Gloeckler 1978,
Biometrics 34): one more peer who had the practice the year before multiplies the hazard by exp(estimate), neighbours
and common training held fixed. Practice and year effects stand as indicators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.exchange.placebo_networks import Row, placebo_p, studentised_scores
from evaluation.effects.exchange.reflection import refuse_reflection
from evaluation.effects.inference.clusters import (
    Array,
    EstimatingEquations,
    cluster_covariance,
    t_interval,
)
from evaluation.effects.inference.multiway import multiway_covariance
from evaluation.effects.inference.wild import wild_test
from evaluation.effects.link_models import curvature, fit_link, score_residual
from evaluation.effects.model_matrix import Sample, codes_of
from evaluation.effects.regressors import Regressors, exposed_clusters, regressors_of, usable_rows, within
from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS
from evaluation.settings import DataProblem, InputProblem, Model


@dataclass(frozen=True)
class Hazard:
    """A fitted hazard: coefficients by column, and its estimating equations (weights: observed information)."""

    columns: Regressors
    coefficients: Array
    equations: EstimatingEquations

    def position(self, name: str) -> int:
        return self.columns.names.index(name)


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """One row an exposure of the family ``diffusion``: log hazard ratios with CRV3 and t(G - 1).

    ``frame``: a 0/1 outcome (adopted), the exposures and the columns of the model's effects. Practices and years
    without an adoption tell nothing and are left out, counted. With fewer than 10 exposed clusters p is that of the
    wild bootstrap of scores. ``two_way`` in the model's ``inference`` adds a row ``<model>__two_way`` clustered by the
    model's clusters and by ``second_clusters`` (by practice where it is empty). Raises InputProblem for an outcome
    other than 0/1, without variation or separated.
    """
    with within(model):
        refuse_reflection(frame, model)
        sample = rows_at_risk(frame, model)
        rows = sample.frame
        fit = fit_hazard(rows, model)
        covariance = cluster_covariance(fit.equations, "crv3")
        clusters = fit.equations.n_groups
        out = []
        for exposure in model.exposures:
            warnings: dict[str, object] = dict(sample.left_out)
            treated = exposed_clusters(rows, model, exposure)
            inference, numbers = "crv3_t", Numbers()
            if exposure in fit.columns.lost:
                warnings["not_identified"] = exposure
            else:
                numbers = _numbers(fit, exposure, covariance, clusters - 1)
            if treated < FEW_TREATED_CLUSTERS:
                warnings["few_treated_clusters"] = treated
                if exposure not in fit.columns.lost:
                    inference = "crv3_t_wild_p"
                    numbers = replace(
                        numbers, p=wild_test(*null_equations(rows, model, exposure), draws=draws, seed=seed).p
                    )
            made = estimate_row(
                model, exposure, numbers, n=len(rows), clusters=clusters, treated_clusters=treated, inference=inference,
                warnings=warnings,
            )  # fmt: skip
            out.append(made)
        if "two_way" in model.inference:
            out += _two_way_rows(rows, model, fit, sample)
    return out


def rows_at_risk(frame: pd.DataFrame, model: Model) -> Sample:
    """Rows by ``usable_rows`` without levels of the fixed effects in which nobody adopts, until none is left."""
    sample = usable_rows(frame, model)
    rows = sample.frame
    silent_levels = dict.fromkeys(("levels_without_events", "units_always_zero"), 0)
    settled = False
    while not settled:
        settled = True
        for name in model.fixed_effects:
            silent = rows.groupby(name)[model.outcome].transform("sum") == 0
            if silent.any():
                code = "units_always_zero" if name == "unit_id" else "levels_without_events"
                silent_levels[code] += int(rows.loc[silent, name].nunique())
                rows, settled = rows[~silent], False
    if rows.empty:
        raise DataProblem(
            "ни одна территория не переняла ни одной практики в эти годы: оценивать нечего.",
            "no unit adopted any practice in these years: there is nothing to estimate.",
        )
    return Sample(rows.reset_index(drop=True), {**sample.left_out, **silent_levels})


def fit_hazard(rows: pd.DataFrame, model: Model, exposures: Sequence[str] | None = None) -> Hazard:
    """The complementary log-log regression on rows made by ``rows_at_risk``; ``exposures`` replace the model's."""
    columns = regressors_of(rows, model, exposures)
    outcome = rows[model.outcome].to_numpy(dtype=float)
    groups = codes_of(rows[model.clusters])
    found = fit_link("cloglog", outcome, columns.matrix, columns.names, groups)
    return Hazard(columns, found.coefficients, _equations(columns.matrix, found.coefficients, outcome, groups))


def null_equations(rows: pd.DataFrame, model: Model, exposure: str) -> tuple[EstimatingEquations, int]:
    """Estimating equations with all columns at the fit without ``exposure``, and the exposure's column."""
    without = fit_hazard(rows, model, [name for name in model.exposures if name != exposure])
    matrix = np.column_stack([without.columns.matrix, rows[exposure].to_numpy(dtype=float)])
    equations = without.equations
    full = EstimatingEquations(matrix, equations.weights, equations.residuals, equations.groups)
    return full, matrix.shape[1] - 1


def placebo_hazard_p(rows: pd.DataFrame, model: Model, exposure: str, drawn: Array) -> float:
    """p of one exposure against re-drawn ones (``drawn``: draws x rows), the other exposures held fixed.

    The mean over the draws and what happened is added as a column, so that only the luck of who met whom is tested.
    """
    observed = rows[exposure].to_numpy(dtype=float)
    expected = (observed + drawn.sum(axis=0)) / (1 + len(drawn))
    held = rows.assign(**{f"{exposure}_expected": expected})
    others = tuple(name for name in model.exposures if name != exposure)
    null = fit_hazard(held, model.model_copy(update={"controls": (*model.controls, f"{exposure}_expected")}), others)
    statistics = studentised_scores(null.equations, None, np.column_stack([observed, drawn.T]))
    return placebo_p(float(statistics[0]), statistics[1:])


def _equations(matrix: Array, coefficients: Array, outcome: Array, groups: np.ndarray) -> EstimatingEquations:
    index = matrix @ coefficients
    weights, residuals = curvature("cloglog", outcome, index), score_residual("cloglog", outcome, index)
    return EstimatingEquations(matrix, weights, residuals, groups)


def _numbers(fit: Hazard, exposure: str, covariance: Array, df: int) -> Numbers:
    position = fit.position(exposure)
    estimate, variance = float(fit.coefficients[position]), float(covariance[position, position])
    se = float(np.sqrt(variance)) if variance >= 0 else float("nan")
    return Numbers(estimate, se, *t_interval(estimate, se, df))


def _two_way_rows(rows: pd.DataFrame, model: Model, fit: Hazard, sample: Sample) -> list[Row]:
    second = model.second_clusters or "practice_id"
    if second not in rows.columns:
        raise InputProblem(
            f"для двусторонней кластеризации нужен столбец {second}.",
            f"clustering in two dimensions needs the column {second}.",
        )
    equations = fit.equations
    dimensions = (equations.groups, codes_of(rows[second]))
    found = multiway_covariance(
        equations.design, equations.residuals, equations.inverse(), dimensions, equations.design.shape[1]
    )
    out = []
    for exposure in model.exposures:
        if exposure in fit.columns.lost:
            continue
        made = estimate_row(
            model, exposure, _numbers(fit, exposure, found.matrix, found.df), n=len(rows), clusters=found.df + 1,
            treated_clusters=exposed_clusters(rows, model, exposure), inference="two_way_t",
            name=f"{model.name}__two_way",
            warnings={**sample.left_out, "covariance_repaired": "1" if found.repaired else None},
        )  # fmt: skip
        out.append(made)
    return out
