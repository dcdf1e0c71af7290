"""Each estimate beside earlier studies: the same unit, the direction, and whether this programme could have seen it.

Earlier sizes come from ``config/evidence.csv``, which people keep; an empty cell means that the size is not known
here, and nothing is then made up. What this programme could detect is the size found with 80 % power by a two-sided
test at 5 % (Bloom 1995, Evaluation Review 19): two quantiles of t, 2.8 standard errors with many clusters and 3.7 with
five.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from scipy import stats

from evaluation.effects.model_matrix import outcome_values, select_rows, source_column
from evaluation.settings import Model
from evaluation.territory.listing import read_listing, refuse

COLUMNS = (
    "study", "place_ru", "place_en", "year", "intervention_ru", "intervention_en", "outcome_ru", "outcome_en",
    "direction", "low", "high", "unit", "design", "source", "note_ru", "note_en",
)  # fmt: skip
DIRECTIONS = ("positive", "negative", "none")
UNITS = ("percent", "percentage_points", "sd", "")
LEVEL, POWER = 0.05, 0.8
COMPARISON_COLUMNS = [
    "model", "exposure", "study", "unit", "earlier_low", "earlier_high", "direction", "ours", "low", "high",
    "detectable", "could_detect", "agrees",
]  # fmt: skip


@dataclass(frozen=True)
class OutcomeScale:
    """Mean and standard deviation of an outcome over the rows of a model, in the outcome's own units (counts with an
    offset: per unit of the offset). ``is_share``: every value lies between 0 and 1."""

    mean: float
    sd: float
    is_share: bool


def read_evidence(path: Path | None) -> pd.DataFrame:
    """Earlier studies: COLUMNS, ``low`` and ``high`` as numbers (both empty where the size is not known here).

    No rows without a file. Raises InputProblem with
    the line for an unknown direction or unit, a number that is none, or a size without a unit.
    """
    if path is None:
        empty = {name: pd.Series(dtype="float64" if name in ("low", "high") else "str") for name in COLUMNS}
        return pd.DataFrame(empty)
    frame = read_listing(path, COLUMNS)
    for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
        for column, known in (("direction", DIRECTIONS), ("unit", UNITS)):
            if row[column] not in known:
                words = ", ".join(filter(None, known))
                raise refuse(path, line, column, row[column], words, words)
        if bool(row["low"]) != bool(row["high"]):
            raise refuse(path, line, "high", row["high"], "оба конца или ни один", "both ends or neither")
        if row["low"] and not row["unit"]:
            words = ", ".join(filter(None, UNITS))
            raise refuse(path, line, "unit", row["unit"], words, words)
        for column in ("low", "high"):
            if row[column] and not _is_number(row[column]):
                raise refuse(path, line, column, row[column], "число, например 8.1", "a number such as 8.1")
        if row["low"] and float(row["low"]) > float(row["high"]):
            raise refuse(path, line, "low", row["low"], "не больше, чем high", "not above high")
    numbers = {name: pd.to_numeric(frame[name].replace("", None)).astype("float64") for name in ("low", "high")}
    return frame.assign(**numbers).reset_index(drop=True)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def outcome_scales(
    models: Sequence[Model], panel: pd.DataFrame | None, project_table: pd.DataFrame | None = None
) -> dict[str, OutcomeScale]:
    """Scale of each model's outcome over the rows that the model uses; models without a table are left out."""
    found = {}
    for model in models:
        frame = panel if model.geography is not None else project_table
        if frame is None or source_column(model.outcome) not in frame.columns:
            continue
        rows = select_rows(frame, model).frame
        values = outcome_values(rows, model.outcome)
        if model.offset is not None:
            values = values / rows[model.offset].to_numpy(dtype=float)
        if len(values) > 1:
            is_share = bool(((values >= 0) & (values <= 1)).all()) and model.offset is None
            found[model.name] = OutcomeScale(float(values.mean()), float(values.std(ddof=1)), is_share)
    return found


def compare_evidence(
    estimates: pd.DataFrame, evidence: pd.DataFrame, scales: Mapping[str, OutcomeScale] | None = None
) -> pd.DataFrame:
    """Every estimate beside every earlier study (COMPARISON_COLUMNS), in the study's unit where it can be turned into.

    Logarithms of rates turn into per cent by themselves, and into standard deviations with the outcome's scale
    (``scales`` by model: a change of d per cent is d x mean / SD). Differences turn into standard deviations, and into
    points where the outcome is a share. Where they do not, ``ours`` and ``could_detect`` stay empty. ``could_detect``
    says whether the earlier size is at least ``detectable_errors`` of our standard errors; ``agrees`` whether the signs
    are the same (empty where our interval covers zero or the study found nothing).
    """
    known = scales or {}
    rows = [
        _compared(row, study, known.get(str(row["model"])))
        for row in estimates[estimates["estimate"].notna()].to_dict("records")
        for study in evidence.to_dict("records")
    ]
    frame = pd.DataFrame(rows, columns=COMPARISON_COLUMNS)
    return frame.astype({"could_detect": "boolean", "agrees": "boolean"})


def detectable_errors(clusters: float) -> float:
    """Standard errors from which on an effect is found with POWER by a two-sided t test at LEVEL with ``clusters`` - 1
    degrees of freedom; NaN with fewer than two clusters."""
    if not clusters >= 2:
        return math.nan
    return float(stats.t.ppf(1 - LEVEL / 2, clusters - 1) + stats.t.ppf(POWER, clusters - 1))


def _compared(row: Mapping[str, object], study: Mapping[str, object], scale: OutcomeScale | None) -> dict[str, object]:
    estimate, se, low, high = (_float(row[name]) for name in ("estimate", "se", "low", "high"))
    unit = str(study["unit"])
    logarithmic = str(row["estimand"]).startswith("log_rate")
    turned = [_turn(value, unit, logarithmic, str(row["estimand"]), scale) for value in (estimate, low, high)]
    detectable = _turn(detectable_errors(_float(row["clusters"])) * se, unit, logarithmic, str(row["estimand"]), scale)
    smallest = min(abs(_float(study["low"])), abs(_float(study["high"])))
    known = math.isfinite(smallest) and math.isfinite(detectable)
    clear = math.isfinite(low) and math.isfinite(high) and not low <= 0 <= high
    direction = str(study["direction"])
    return {
        "model": row["model"], "exposure": row["exposure"], "study": study["study"], "unit": unit,
        "earlier_low": study["low"], "earlier_high": study["high"], "direction": direction,
        "ours": turned[0], "low": turned[1], "high": turned[2], "detectable": detectable,
        "could_detect": smallest >= detectable if known else None,
        "agrees": (estimate > 0) == (direction == "positive") if clear and direction != "none" else None,
    }  # fmt: skip


def _turn(value: float, unit: str, logarithmic: bool, estimand: str, scale: OutcomeScale | None) -> float:
    """A value of the model's scale in a study's unit; NaN where it cannot be turned."""
    if not unit or not math.isfinite(value):
        return math.nan
    percent = 100 * math.expm1(value) if logarithmic and abs(value) < 50 else math.nan
    if unit == "percent":
        return percent
    if estimand not in ("mean_difference", "intention_to_treat", "complier_difference", "instrumented_difference"):
        return percent / 100 * scale.mean / scale.sd if unit == "sd" and scale and scale.sd > 0 else math.nan
    if unit == "sd":
        return value / scale.sd if scale and scale.sd > 0 else math.nan
    return 100 * value if scale is not None and scale.is_share else math.nan


def _float(value: object) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type]
