"""Execute the analysis plan: every declared model on its table, in the one shape of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.effects.adjusted import adjusted_p
from evaluation.effects.estimate import Estimates, Numbers, collect, estimate_row, in_both_languages
from evaluation.effects.families import Row, refuse_inference, rows_of_family
from evaluation.effects.model_matrix import source_column
from evaluation.effects.staggered.declared import event_study_of
from evaluation.effects.staggered.event_study import EVENT_STUDY_COLUMNS
from evaluation.settings import DataProblem, HypothesisFamily, InputProblem, Model

GEOGRAPHY = "geography"
CONTEST_FAMILIES = ("cutoff", "local_randomisation")


def fit_plan(
    panel: pd.DataFrame | None,
    project_table: pd.DataFrame | None,
    models: Sequence[Model],
    trial_households: pd.DataFrame | None = None,
    *,
    hypothesis_families: Sequence[HypothesisFamily] = (),
    others: Mapping[str, pd.DataFrame] | None = None,
    draws: int = 999,
    seed: int = 1,
) -> Estimates:
    """Estimates of all models, with p corrected within the declared families of hypotheses.

    A model with a geography uses the first of the panel and those of ``others`` that are told in geographies, a model
    without one the first of project table, trial households and the rest of ``others``, that has its outcome. Where the
    data do not suffice for a model, its rows have no numbers and the warning ``not_fitted`` says why. Raises
    InputProblem naming the model whose table or column does not exist, or that cannot be meant so.
    """

    def table(model: Model) -> pd.DataFrame:
        return table_of(model, panel, project_table, trial_households, others)

    rows: list[Row] = []
    for model in models:
        try:
            rows += fit_declared(table(model), model, draws=draws, seed=seed)
        except DataProblem as problem:
            rows += not_fitted(model, problem)
    frame = collect(rows).frame
    corrected = adjusted_p(frame, models, hypothesis_families, table, draws=draws, seed=seed)
    return Estimates(frame.assign(p_adjusted=corrected))


def table_of(
    model: Model,
    panel: pd.DataFrame | None,
    project_table: pd.DataFrame | None,
    trial_households: pd.DataFrame | None = None,
    others: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """The table that the model is fitted on."""
    further = list((others or {}).values())
    placed = [panel, *(frame for frame in further if GEOGRAPHY in frame.columns)]
    apart = [project_table, trial_households, *(frame for frame in further if GEOGRAPHY not in frame.columns)]
    # a model of the contest's line makes its outcome (applying again) from the table itself
    wanted = model.exposures[0] if model.family in CONTEST_FAMILIES else source_column(model.outcome)
    for frame in placed if model.geography is not None else apart:
        if frame is not None and wanted in frame.columns:
            return frame
    raise InputProblem(
        f"План, модель «{model.name}»: исхода «{model.outcome}» нет ни в одной таблице. Исправьте исход или географию.",
        f"Plan, model '{model.name}': no table has the outcome '{model.outcome}'. Correct it or the geography.",
    )


def fit_declared(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of one model: one an exposure, one an event time, or what else its family tells.

    Raises InputProblem as ``refuse_inference`` does.
    """
    refuse_inference(model)
    return rows_of_family(model.family)(frame, model, draws=draws, seed=seed)


def estimates_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> Estimates:
    """Estimates of one model on its table, for work by hand; the plan's models are fitted by ``fit_plan``.

    Raises InputProblem and DataProblem as the model's family does.
    """
    return collect(fit_declared(frame, model, draws=draws, seed=seed))


def not_fitted(model: Model, problem: DataProblem) -> list[Row]:
    """Rows without numbers for a model that the data do not suffice for, with the reason in both languages."""
    return [
        estimate_row(
            model, exposure, Numbers(), n=0, clusters=0, treated_clusters=0, inference="none",
            warnings={"not_fitted": in_both_languages(problem)},
        )
        for exposure in model.exposures
    ]  # fmt: skip


def event_studies(panel: pd.DataFrame, models: Sequence[Model], *, draws: int = 999, seed: int = 1) -> pd.DataFrame:
    """The plan's event study for drawing (EVENT_STUDY_COLUMNS); no rows where the plan declares none."""
    declared = [model for model in models if model.family == "event_study"]
    if not declared:
        return pd.DataFrame(columns=EVENT_STUDY_COLUMNS)
    return event_study_of(panel, declared[0], draws=draws, seed=seed)[0]
