"""Declared models of first training: families event_study, group_time, imputation and sun_abraham of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.model_matrix import UNASSIGNED, source_column
from evaluation.effects.regressors import within
from evaluation.effects.staggered.cells import Scale
from evaluation.effects.staggered.event_study import by_event_time
from evaluation.effects.staggered.event_time import EventTimeEffects, errors_table, event_time_table
from evaluation.effects.staggered.group_time import group_time_effects
from evaluation.effects.staggered.imputation import imputation
from evaluation.effects.staggered.sun_abraham import sun_abraham
from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS, NO_RELIABLE_INTERVAL
from evaluation.settings import DataProblem, InputProblem, Model

Row = dict[str, object]

EVENT_WINDOW = (-4, 4)
FIRST_YEAR = "first_trained_year"
_INFERENCE = {"sun_abraham": "crv1_t"}


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows by years since first training (``event_time_+1``); but for event_study also their average, as the exposure.

    event_study: ratios of sums of counts with not yet trained controls. group_time: the same, or differences in means
    where the outcome is a logarithm or controls are declared (doubly robust). imputation and sun_abraham: differences.
    ``treated_clusters`` counts the clusters trained that long ago. Raises InputProblem naming the model.
    """
    effects = effects_of(frame, model)
    shown = effects.within(EVENT_WINDOW)
    table = event_time_table(shown, draws=draws, seed=seed)
    estimand = "log_rate_ratio" if _is_ratio(model) else "mean_difference"
    inference = _INFERENCE.get(model.family, "influence_function_t")

    def row(exposure: str, numbers: pd.Series, treated: int, treated_clusters: int) -> Row:
        warnings: dict[str, object] = {**effects.left_out, **_few(min(treated, treated_clusters))}
        return estimate_row(
            model, exposure, Numbers.of(numbers), n=effects.rows, clusters=effects.clusters,
            treated_clusters=treated_clusters, inference=inference, estimand=estimand, warnings=warnings,
        )  # fmt: skip

    out = []
    if model.family != "event_study":
        average = errors_table(np.array([effects.average]), effects.average_influence[:, None]).iloc[0]
        out.append(row(model.exposures[0], average, effects.average_treated, effects.average_treated_clusters))
    for index, k in enumerate(shown.times):
        if k != -1 or model.family == "imputation":  # elsewhere it is the year compared with
            name = f"event_time_{k:+d}"
            out.append(row(name, table.iloc[index], shown.treated[index], shown.treated_clusters[index]))
    return out


def event_study_of(
    frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The model by years since first training (EVENT_STUDY_COLUMNS), for drawing, and what was left out."""
    effects = effects_of(frame, model)
    return event_time_table(effects.within(EVENT_WINDOW), draws=draws, seed=seed), effects.left_out


def effects_of(frame: pd.DataFrame, model: Model) -> EventTimeEffects:
    """Effects of a declared model over all event times; ``left_out`` also counts rows of no known unit."""
    with within(model):
        _refuse_undeclarable(model)
        rows, unassigned = _rows(frame, model)
        rows = _with_first_year(rows, model.exposures[0])
        clusters = None if model.clusters == "unit_id" else model.clusters
        if model.family == "imputation":
            effects = imputation(rows, model.outcome, covariates=model.controls, clusters=clusters)
        elif model.family == "sun_abraham":
            effects = sun_abraham(rows, model.outcome, covariates=model.controls, clusters=clusters)
        else:
            scale: Scale = "log_ratio" if _is_ratio(model) else "difference"
            found = group_time_effects(
                rows, model.outcome, scale=scale, covariates=model.controls, clusters=clusters
            )  # fmt: skip
            effects = by_event_time(found)
        _refuse_no_error(rows, model, effects)
        return replace(effects, left_out={**effects.left_out, "rows_unassigned": unassigned})


def _is_ratio(model: Model) -> bool:
    """Whether effects are log ratios of sums: counts without controls."""
    if model.family == "event_study":
        return True
    return model.family == "group_time" and not model.controls and not model.outcome.startswith("log1p(")


def _few(treated: int) -> dict[str, object]:
    if treated < NO_RELIABLE_INTERVAL:
        return {"no_reliable_interval": treated}
    return {"few_treated_units": treated} if treated < FEW_TREATED_CLUSTERS else {}


def _rows(frame: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, int]:
    """Rows of the model's geography that belong to a unit, and how many do not."""
    if model.geography is not None and "geography" in frame.columns:
        frame = frame[frame["geography"] == model.geography]
    if "unit_id" not in frame.columns:
        return frame, 0
    known = frame["unit_id"] != UNASSIGNED
    return frame[known], int((~known).sum())


def _with_first_year(rows: pd.DataFrame, exposure: str) -> pd.DataFrame:
    """Rows with the year of first exposure; taken from the exposure itself unless it is training, whose year is known.

    Raises InputProblem for an exposure that is not 0 or 1, or that ends: a first year says nothing then.
    """
    if exposure == "trained" and FIRST_YEAR in rows.columns:
        return rows
    missing = [name for name in (exposure, "unit_id", "year") if name not in rows.columns]
    if missing:
        raise InputProblem(
            f"в таблице нет столбцов {', '.join(missing)}. Исправьте план.",
            f"the table has no columns {', '.join(missing)}. Correct the plan.",
        )
    values = rows[exposure].astype("float64")
    ordered = rows.assign(**{exposure: values}).sort_values(["unit_id", "year"], kind="stable")
    ended = ordered.groupby("unit_id")[exposure].diff().min() < 0
    if values.isna().any() or not values.isin([0.0, 1.0]).all() or ended:
        raise InputProblem(
            f"«{exposure}» должно быть 0 или 1 в каждой строке и не возвращаться к 0: иначе нет года первого "
            "воздействия.",
            f"'{exposure}' must be 0 or 1 in every row and never return to 0: there is no first year otherwise.",
        )
    first = rows["year"].where(values == 1).groupby(rows["unit_id"]).transform("min")
    return rows.assign(**{FIRST_YEAR: first})


def _refuse_no_error(rows: pd.DataFrame, model: Model, effects: EventTimeEffects) -> None:
    """Raise InputProblem where no error can be estimated: one cluster, or an outcome that never changes."""
    if effects.clusters < 2:
        raise DataProblem(
            f"все строки лежат в одном кластере ({model.clusters}): погрешность оценить нельзя.",
            f"all rows lie in one cluster ({model.clusters}): the error cannot be estimated.",
        )
    if rows[source_column(model.outcome)].nunique() < 2:
        raise DataProblem(
            f"исход «{model.outcome}» нигде не меняется: сравнивать нечего.",
            f"the outcome '{model.outcome}' never changes: there is nothing to compare.",
        )


def _refuse_undeclarable(model: Model) -> None:
    """Raise InputProblem for what the plan declares and these estimators would pass over in silence."""
    extra: Sequence[str] = sorted(set(model.fixed_effects) - {"unit_id", "year"})
    if len(model.exposures) != 1:
        raise InputProblem(
            f"у семейства {model.family} одно воздействие, а объявлено {len(model.exposures)}.",
            f"the family {model.family} takes one exposure; {len(model.exposures)} are declared.",
        )
    for key, value in (("offset", model.offset), ("weights", model.weights), ("fixed_effects", ", ".join(extra))):
        if value:
            raise InputProblem(
                f"семейство {model.family} не знает ключа {key} ({value}): уберите его. Число на жителя объявите "
                "исходом.",
                f"the family {model.family} does not know the key {key} ({value}): take it out. Declare a number per "
                "resident as the outcome.",
            )
    if model.family == "event_study" and (model.controls or model.outcome.startswith("log1p(")):
        raise InputProblem(
            "семейству event_study нужен сам счёт, без поправок. С поправками или логарифмом возьмите group_time.",
            "the family event_study needs the count itself and no controls. With either, take group_time.",
        )
