"""Scales: several items of one questionnaire that ask for the same thing, scored together, with their reliability.

A scale is one by its questionnaire (``scale_id``, ``reversed``). Items of reversed wording are turned round within the
limits of their list, a score is the mean of the items answered, and no score is shown without what tells how
dependable it is: with fewer than three items there is nothing to tell it by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.settings import InputProblem
from evaluation.survey.polychoric import Polychoric, polychoric
from evaluation.survey.reliability import (
    alpha_of_correlations,
    bootstrap_interval,
    correlation,
    cronbach_alpha,
    eigenvalues,
    feldt_interval,
    item_statistics,
    omega_total,
    one_factor,
    spearman_brown,
)

LEAST_SHARE = 0.5
FEWEST_ITEMS = 3
FEW_PEOPLE = 30
FEWEST_PEOPLE = 10
LEAST_RELIABILITY = 0.7
ONE_DIMENSION = 3.0
SCALE_COLUMNS = [
    "instrument", "scale", "items", "items_used", "asked", "n_complete", "n_scored", "mean", "sd", "alpha", "low",
    "high", "alpha_boot_low", "alpha_boot_high", "alpha_ordinal", "omega", "omega_ordinal", "spearman_brown",
    "eigenvalue_first", "eigenvalue_second", "is_shown", "note",
]  # fmt: skip
ITEM_COLUMNS = [
    "instrument", "scale", "item", "is_reversed", "n", "mean", "sd", "item_rest", "alpha_dropped", "loading",
    "loading_ordinal", "note",
]  # fmt: skip
SCORE_COLUMNS = ["response_id", "scale", "score", "answered", "items", "note"]
NOTES = (
    "two_items", "one_item", "constant_item", "few_people", "too_few_people", "low_reliability", "item_against_scale",
    "not_one_dimensional", "no_bootstrap", "factor_at_bound", "polychoric_smoothed", "no_polychoric", "no_answers",
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """Items of one scale in the order of the questionnaire; ``limits`` are the lowest and highest value of each."""

    name: str
    items: tuple[str, ...]
    reversed: frozenset[str]
    limits: Mapping[str, tuple[float, float]]


def scales_of(items: pd.DataFrame, choices: pd.DataFrame) -> list[Scale]:
    """Scales of a questionnaire (its ``items`` and ``choices``), in its order.

    Raises InputProblem for an item of a scale that has no numbers to add: no list with values, and no bounds; and for
    a reversed item of no scale.
    """
    values = pd.to_numeric(choices["value"]).groupby(choices["list_name"]).agg(["min", "max"])
    members: dict[str, list[str]] = {}
    turned: dict[str, set[str]] = {}
    limits: dict[str, dict[str, tuple[float, float]]] = {}
    for row in items.to_dict("records"):
        name, scale = str(row["name"]), str(row["scale_id"] or "")
        if not scale:
            if row["reversed"]:
                raise InputProblem(
                    f"Вопрос «{name}» помечен как обратный (reversed), но шкала (scale_id) не названа. Назовите её "
                    "или снимите отметку.",
                    f"The item '{name}' is marked as reversed but belongs to no scale (scale_id). Name the scale, or "
                    "remove the mark.",
                )
            continue
        low, high = row.get("low"), row.get("high")
        if row["kind"] == "one" and row["list_name"] in values.index:
            low, high = values.loc[row["list_name"]]
        if row["kind"] not in ("one", "number") or pd.isna(low) or pd.isna(high) or not low < high:
            raise InputProblem(
                f"Вопрос «{name}» шкалы «{scale}»: у ответов нет чисел, из которых складывается балл. Дайте ответам "
                "списка значения (value) или вопросу пределы (constraint).",
                f"The item '{name}' of the scale '{scale}': its answers carry no numbers to make a score of. Give the "
                "list's answers values, or the item limits (constraint).",
            )
        members.setdefault(scale, []).append(name)
        limits.setdefault(scale, {})[name] = (float(low), float(high))
        if row["reversed"]:
            turned.setdefault(scale, set()).add(name)
    made = [Scale(name, tuple(names), frozenset(turned.get(name, ())), limits[name]) for name, names in members.items()]
    for one in made:
        if len(set(one.limits.values())) > 1:
            told = "; ".join(f"{item}: {low:g}–{high:g}" for item, (low, high) in one.limits.items())
            raise InputProblem(
                f"Вопросы шкалы «{one.name}» отвечены по разным шкалам ({told}): их среднее ничего не значит. "
                "Разведите их по разным scale_id или дайте один список ответов.",
                f"The items of the scale '{one.name}' are answered on different ranges ({told}): their mean has no "
                "meaning. Give them different scale_id or one list of answers.",
            )
    return made


def item_values(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Responses x items of ``scale``, items of reversed wording turned round (lowest + highest - answer).

    ``answers`` has response_id, item, value. Responses that were not asked any item are left out; NaN: no answer.
    Raises InputProblem for a value beyond the item's limits.
    """
    given = answers[answers["item"].isin(scale.items)]
    if "missing" in given:
        given = given[given["missing"].isna() | (given["missing"] != "not_asked")]
    wide = given.pivot(index="response_id", columns="item", values="value").astype("float64")
    wide = wide.reindex(columns=list(scale.items)).sort_index()
    wide.columns.name = None
    for item, (low, high) in scale.limits.items():
        beyond = wide[item].lt(low) | wide[item].gt(high)
        if beyond.any():
            raise InputProblem(
                f"Вопрос «{item}» шкалы «{scale.name}»: у {int(beyond.sum())} ответов значение вне пределов "
                f"{low:g}–{high:g}. Проверьте список ответов и чтение анкеты.",
                f"The item '{item}' of the scale '{scale.name}': {int(beyond.sum())} answers lie beyond {low:g} to "
                f"{high:g}. Check the list of answers and how the questionnaire was read.",
            )
        if item in scale.reversed:
            wide[item] = low + high - wide[item]
    return wide


def scale_scores(answers: pd.DataFrame, scale: Scale, least_share: float = LEAST_SHARE) -> pd.DataFrame:
    """SCORE_COLUMNS, one row a response: the mean of the items answered, where at least ``least_share`` of them are.

    Otherwise the score is empty and the note says too_few_answers. Filling a gap with the mean of a person's other
    items keeps the range of the answers.
    """
    wide = item_values(answers, scale)
    answered = wide.notna().sum(axis=1).to_numpy()
    enough = (answered >= least_share * len(scale.items)) & (answered > 0)
    score = wide.mean(axis=1).to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "response_id": wide.index.astype("str"),
            "scale": scale.name,
            "score": np.where(enough, score, np.nan),
            "answered": answered,
            "items": len(scale.items),
            "note": np.where(enough, "", "too_few_answers"),
        },
        columns=SCORE_COLUMNS,
    )


def describe_scales(
    answers: pd.DataFrame,
    scales: Sequence[Scale],
    instrument: str,
    *,
    least_share: float = LEAST_SHARE,
    draws: int = 1_000,
    seed: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SCALE_COLUMNS a row a scale, and ITEM_COLUMNS a row an item of a scale.

    Reliability is of those who answered every item that varies; ``low`` and ``high`` are Feldt's interval of alpha,
    ``alpha_boot_*`` that of people drawn again. ``mean`` and ``sd`` of the scores are given only where ``is_shown``:
    three items or more, and enough people for alpha and omega. ``note`` holds codes of NOTES joined by a semicolon.
    """
    described = [_describe(answers, scale, instrument, least_share, draws, seed) for scale in scales]
    counts = dict.fromkeys(("items", "items_used", "asked", "n_complete", "n_scored"), "Int64")
    table = pd.DataFrame([row for row, _ in described], columns=SCALE_COLUMNS).astype(counts)
    numbers = [name for name in SCALE_COLUMNS if name not in (*counts, "instrument", "scale", "is_shown", "note")]
    table = table.astype({**dict.fromkeys(numbers, "float64"), "is_shown": "boolean"})
    items = pd.DataFrame([row for _, rows in described for row in rows], columns=ITEM_COLUMNS)
    kinds = dict.fromkeys(("mean", "sd", "item_rest", "alpha_dropped", "loading", "loading_ordinal"), "float64")
    return table, items.astype({**kinds, "n": "Int64", "is_reversed": "boolean"})


def shown_scores(answers: pd.DataFrame, scales: Sequence[Scale], table: pd.DataFrame) -> pd.DataFrame:
    """``scale_scores`` of the scales that ``table`` (SCALE_COLUMNS) shows."""
    shown = set(table.loc[table["is_shown"].astype(bool), "scale"])
    parts = [scale_scores(answers, scale) for scale in scales if scale.name in shown]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=SCORE_COLUMNS)


def _describe(
    answers: pd.DataFrame, scale: Scale, instrument: str, least_share: float, draws: int, seed: int
) -> tuple[dict[str, object], list[dict[str, object]]]:
    wide = item_values(answers, scale)
    scores = scale_scores(answers, scale, least_share)["score"].dropna()
    constant = [item for item in scale.items if wide[item].nunique() < 2]
    used = [item for item in scale.items if item not in constant]
    complete = wide[used].dropna() if used else wide.iloc[:0]
    row: dict[str, object] = {
        "instrument": instrument, "scale": scale.name, "items": len(scale.items), "items_used": len(used),
        "asked": len(wide), "n_complete": len(complete), "n_scored": len(scores), "is_shown": False,
    }  # fmt: skip
    notes = ["no_answers"] if not wide.notna().to_numpy().any() else ["constant_item"] if constant else []
    found = pd.DataFrame(index=used)
    if len(scale.items) == 1:
        notes.append("one_item")
    elif len(used) >= 2 and len(complete) < FEWEST_PEOPLE:
        notes.append("too_few_people")
    elif len(used) >= 2:
        found = item_statistics(complete.to_numpy(dtype=float)).set_axis(used)
        more, said = _reliability(complete, wide[used], found, draws, seed)
        row |= more
        notes += said
        if row.get("alpha") is not None:
            row |= {"mean": float(scores.mean()), "sd": float(scores.std(ddof=1)), "is_shown": True}
    row["note"] = "; ".join(notes)
    rows: list[dict[str, object]] = []
    for item in scale.items:
        given = wide[item].dropna()
        own: dict[str, object] = {
            "instrument": instrument, "scale": scale.name, "item": item, "is_reversed": item in scale.reversed,
            "n": len(given), "mean": given.mean() if len(given) else np.nan,
            "sd": given.std(ddof=1) if len(given) > 1 else np.nan,
            "note": "constant_item" if item in constant and len(given) else "" if len(given) else "no_answers",
        }  # fmt: skip
        if item in found.index:
            own |= found.loc[item].drop(["mean", "sd"]).to_dict()
            if found.loc[item, "item_rest"] < 0:
                own["note"] = "item_against_scale"
        rows.append(own)
    return row, rows


def _reliability(
    complete: pd.DataFrame, answered: pd.DataFrame, items: pd.DataFrame, draws: int, seed: int
) -> tuple[dict[str, object], list[str]]:
    """Columns of a scale's row and notes; loadings are written into ``items``."""
    values = complete.to_numpy(dtype=float)
    n, k = values.shape
    notes = ["few_people"] if n < FEW_PEOPLE else []
    if (values.std(axis=0) == 0).any():  # an item that varies only among people with gaps elsewhere
        return {}, [*notes, "constant_item"]
    correlations = np.corrcoef(values, rowvar=False)
    if k < FEWEST_ITEMS:
        return {"spearman_brown": spearman_brown(correlation(values[:, 0], values[:, 1]))}, [*notes, "two_items"]
    alpha = cronbach_alpha(values)
    if not np.isfinite(alpha):
        return {}, [*notes, "constant_item"]
    low, high = feldt_interval(alpha, n, k)
    boot_low, boot_high = bootstrap_interval(values, draws, seed)
    factor, roots = one_factor(correlations), eigenvalues(correlations)
    items["loading"] = factor.loadings
    behind = polychoric(answered)
    row: dict[str, object] = {
        "alpha": alpha, "low": low, "high": high, "alpha_boot_low": boot_low, "alpha_boot_high": boot_high,
        "omega": omega_total(factor.loadings, values.std(axis=0, ddof=1)),
        "eigenvalue_first": float(roots[0]), "eigenvalue_second": float(roots[1]),
    }  # fmt: skip
    row |= _ordinal(behind, items)
    against = bool((items["item_rest"] < 0).any())
    said = {
        "low_reliability": alpha < LEAST_RELIABILITY,
        "item_against_scale": against,
        "not_one_dimensional": roots[0] < ONE_DIMENSION * roots[1] and roots[1] > 1,
        "no_bootstrap": not np.isfinite(boot_low),
        "factor_at_bound": factor.at_bound,
        "polychoric_smoothed": behind.smoothed,
        "no_polychoric": not behind.is_complete,
    }
    return row, notes + [name for name, applies in said.items() if applies]


def _ordinal(behind: Polychoric, items: pd.DataFrame) -> dict[str, object]:
    if not behind.is_complete:
        return {}
    matrix: NDArray[np.float64] = behind.correlations.to_numpy(dtype=float)
    factor = one_factor(matrix)
    items["loading_ordinal"] = factor.loadings
    return {"alpha_ordinal": alpha_of_correlations(matrix), "omega_ordinal": omega_total(factor.loadings)}
