"""Scales: several items of one questionnaire that ask for the same thing, and the score they make.

A scale is one by its questionnaire (``scale_id``, ``reversed``). Items of reversed wording are turned round within the
limits of their list, and a score is the mean of the items answered. ``survey.scales`` says how dependable it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem

LEAST_SHARE = 0.5
SCORE_COLUMNS = ["response_id", "scale", "score", "answered", "items", "note"]
NOTES = ("too_few_answers",)


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
