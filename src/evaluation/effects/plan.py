"""Execute the analysis plan: every declared model on its table, in the one shape of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evaluation.effects.estimate import (
    FEW_TREATED_CLUSTERS,
    WEAK_FIRST_STAGE,
    Estimates,
    Numbers,
    collect,
    estimate_row,
)
from evaluation.effects.inference.clusters import Covariance, bootstrap_weights, wild_cluster_bootstrap
from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.model_matrix import UNASSIGNED, Sample, codes_of, select_rows, source_column
from evaluation.effects.panel import Fit, fit_model, restricted_equations, rows_with_events
from evaluation.effects.staggered.group_time import EVENT_STUDY_COLUMNS, event_study, group_time_effects
from evaluation.settings import InputProblem, Model

INFERENCE: Covariance = "crv3"
EVENT_WINDOW = (-4, 4)

Row = dict[str, object]


def fit_plan(
    panel: pd.DataFrame | None,
    project_table: pd.DataFrame | None,
    models: Sequence[Model],
    trial_households: pd.DataFrame | None = None,
    *,
    draws: int = 999,
    seed: int = 1,
) -> Estimates:
    """Estimates of all models. A model with a geography uses the panel; others the first of project table and trial
    households that has its outcome. Raises InputProblem naming the model whose table or column does not exist."""
    rows: list[Row] = []
    for model in models:
        frame = table_of(model, panel, project_table, trial_households)
        rows += fit_declared(frame, model, draws=draws, seed=seed)
    return collect(rows)


def table_of(
    model: Model,
    panel: pd.DataFrame | None,
    project_table: pd.DataFrame | None,
    trial_households: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The table that the model is fitted on."""
    candidates = [panel] if model.geography is not None else [project_table, trial_households]
    for frame in candidates:
        if frame is not None and source_column(model.outcome) in frame.columns:
            return frame
    raise InputProblem(
        f"План, модель «{model.name}»: исхода «{model.outcome}» нет ни в одной таблице. Исправьте исход или географию.",
        f"Plan, model '{model.name}': no table has the outcome '{model.outcome}'. Correct it or the geography.",
    )


def fit_declared(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of one model: one an exposure, or one an event time."""
    if model.family == "event_study":
        return _event_study_rows(frame, model, draws, seed)
    sample = select_rows(frame, model)
    if model.family == "iv":
        return _instrumented_rows(sample, model)
    rows, zeros = rows_with_events(sample.frame, model) if model.family == "poisson" else (sample.frame, 0)
    left_out = {**sample.left_out, "units_always_zero": zeros}
    fit = fit_model(rows, model)
    return regression_rows(rows, model, fit, left_out, draws=draws, seed=seed)


def regression_rows(
    rows: pd.DataFrame,
    model: Model,
    fit: Fit,
    left_out: Mapping[str, int],
    *,
    draws: int = 999,
    seed: int = 1,
    name: str | None = None,
    exposures: Sequence[str] | None = None,
    bootstrap_all: bool = False,
) -> list[Row]:
    """Rows of a fitted regression. With fewer than 10 exposed clusters, or always when ``bootstrap_all``, p comes from
    the restricted wild cluster bootstrap."""
    table = fit.table(INFERENCE)
    out = []
    for exposure in model.exposures if exposures is None else exposures:
        treated = treated_clusters(rows, model, exposure)
        warnings: dict[str, object] = dict(left_out)
        if exposure in fit.not_identified:
            warnings["not_identified"] = exposure
            numbers = Numbers()
        else:
            numbers = Numbers.of(table.loc[exposure])
        inference = f"{INFERENCE}_t"
        few = treated < FEW_TREATED_CLUSTERS
        if few:
            warnings["few_treated_clusters"] = treated
        if (few or bootstrap_all) and exposure not in fit.not_identified:
            numbers = replace(numbers, p=wild_p(rows, model, exposure, draws, seed))
            inference = f"{INFERENCE}_t_wild_p"
        row = estimate_row(
            model, exposure, numbers, n=fit.n, clusters=fit.clusters, treated_clusters=treated, inference=inference,
            name=name, warnings=warnings,
        )  # fmt: skip
        out.append(row)
    return out


def wild_p(rows: pd.DataFrame, model: Model, exposure: str, draws: int, seed: int) -> float:
    """p of no association by the restricted wild cluster bootstrap (score version outside least squares)."""
    equations, column = restricted_equations(rows, model, exposure)
    weights = bootstrap_weights(equations.n_groups, draws, np.random.default_rng(seed))
    return wild_cluster_bootstrap(equations, column, weights)[1]


def treated_clusters(rows: pd.DataFrame, model: Model, exposure: str) -> int:
    """Clusters in which the exposure is ever other than zero."""
    exposed = rows[exposure].to_numpy(dtype=float) != 0
    return int(pd.Series(codes_of(rows[model.clusters])[exposed]).nunique())


def _instrumented_rows(sample: Sample, model: Model) -> list[Row]:
    fit = two_stage_least_squares(sample.frame, model)
    out = []
    for exposure in model.exposures:
        strength = fit.first_stage_f[exposure]
        warnings: dict[str, object] = dict(sample.left_out)
        if strength < WEAK_FIRST_STAGE:
            warnings["weak_first_stage"] = f"{strength:.1f}"
        row = estimate_row(
            model, exposure, Numbers.of(fit.table.loc[exposure]), n=fit.n, clusters=fit.clusters,
            treated_clusters=treated_clusters(sample.frame, model, exposure), inference="crv1_t", warnings=warnings,
        )  # fmt: skip
        out.append(row)
    return out


def event_study_of(
    frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The model's event study (columns of ``staggered.event_study``) and what was left out."""
    rows = frame[(frame["geography"] == model.geography) & (frame["unit_id"] != UNASSIGNED)]
    unassigned = int(((frame["geography"] == model.geography) & (frame["unit_id"] == UNASSIGNED)).sum())
    result = group_time_effects(rows, source_column(model.outcome))
    study = event_study(result, draws=draws, seed=seed, window=EVENT_WINDOW)
    left_out = {key: value for key, value in result.left_out.items() if key != "units_always_trained"}
    return study[EVENT_STUDY_COLUMNS], {**left_out, "rows_unassigned": unassigned}


def _event_study_rows(frame: pd.DataFrame, model: Model, draws: int, seed: int) -> list[Row]:
    study, left_out = event_study_of(frame, model, draws=draws, seed=seed)
    rows = frame[(frame["geography"] == model.geography) & (frame["unit_id"] != UNASSIGNED)]
    out = []
    for _, row in study[study["k"] != -1].iterrows():
        warnings: dict[str, object] = dict(left_out)
        if row["n"] < FEW_TREATED_CLUSTERS:
            warnings["few_treated_units"] = int(row["n"])
        made = estimate_row(
            model, f"event_time_{int(row['k']):+d}", Numbers.of(row), n=int(row["rows"]),
            clusters=int(rows["unit_id"].nunique()), treated_clusters=int(row["n"]), inference="influence_function_t",
            warnings=warnings,
        )  # fmt: skip
        out.append(made)
    return out


def event_studies(panel: pd.DataFrame, models: Sequence[Model], *, draws: int = 999, seed: int = 1) -> pd.DataFrame:
    """The plan's event study for drawing (EVENT_STUDY_COLUMNS); no rows where the plan declares none."""
    declared = [model for model in models if model.family == "event_study"]
    if not declared:
        return pd.DataFrame(columns=EVENT_STUDY_COLUMNS)
    return event_study_of(panel, declared[0], draws=draws, seed=seed)[0]
