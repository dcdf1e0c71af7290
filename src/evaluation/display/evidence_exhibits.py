"""Tables that set estimates beside earlier studies and beside what the programme says of itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.plan_exhibits import names_of, numbered, pairs, say_rows
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, format_interval, format_number, is_missing
from evaluation.settings import Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

CLAIM_VERDICTS: dict[str, Text] = {
    "agrees": Text(ru="данные согласуются", en="the data agree"),
    "disagrees": Text(ru="данные противоречат", en="the data disagree"),
    "unclear": Text(ru="не отличить от нуля", en="cannot be told from zero"),
    "described": Text(ru="есть число, но порог не объявлен", en="a number, but no threshold was declared"),
    "not_made": Text(ru="в этом году не проверено", en="not tested this year"),
    "not_testable": Text(ru="по имеющимся данным не проверить", en="cannot be tested with the data at hand"),
}


def evidence_exhibit(
    comparison: pd.DataFrame, studies: pd.DataFrame, codebook: Codebook | None, *, name: str = "evidence",
    simulated: bool = False, language: Language = "ru",
) -> Exhibit:  # fmt: skip
    """Each estimate beside earlier studies (columns of ``effects.evidence``: comparison and studies)."""
    frame = comparison.merge(studies, on="study", suffixes=("", "_study")).reset_index(drop=True)
    shown = frame[["exposure"]].assign(
        **dict.fromkeys(("study", "earlier", "ours", "detectable"), numbered(len(frame)))
    )
    shown["could_detect"] = frame["could_detect"].to_numpy()
    studied = [
        Text(ru=f"{source}: {place.ru}; {what.ru} → {outcome.ru}", en=f"{source}: {place.en}; {what.en} → {outcome.en}")
        for source, place, what, outcome in zip(
            frame["source"],
            pairs(frame, "place"),
            pairs(frame, "intervention"),
            pairs(frame, "outcome"),
            strict=True,
        )
    ]
    made = exhibit(
        shown, codebook, "evidence", "Оценки рядом с прежними исследованиями", "Estimates beside earlier studies",
        "Прежние исследования — случайные испытания. Мы могли бы заметить величину примерно от 2,8 нашей "
        "стандартной ошибки, при немногих кластерах — от большего (вероятность 80 %, порог 5 %). Прочерк: величина "
        "неизвестна или в эту единицу не переводится.",
        "Earlier studies are randomised trials. We could have noticed a size from about 2.8 of our standard errors "
        "on, more with few clusters (80% probability, 5% threshold). n/a: the size is not known, or cannot be turned "
        "into this unit.",
        name=name,
        labels={
            "exposure": Text(ru="Поддержка", en="Support"), "study": Text(ru="Исследование", en="Study"),
            "earlier": Text(ru="У них", en="Theirs"),
            "ours": Text(ru="У нас (95 % интервал)", en="Ours (95% interval)"),
            "detectable": Text(ru="Могли бы заметить от", en="Could notice from"),
            "could_detect": Text(ru="Их величину заметили бы", en="Would have noticed theirs"),
        },
        variables_in={"exposure": "panel"}, simulated=simulated, language=language,
    )  # fmt: skip
    texts = {"study": studied, "earlier": [], "ours": [], "detectable": []}
    for row in frame.to_dict("records"):
        texts["earlier"].append(_both(lambda each, row=row: _earlier(row, each)))
        texts["ours"].append(_both(lambda each, row=row: _ours(row, each)))
        texts["detectable"].append(_both(lambda each, row=row: _measured(row["detectable"], row["unit"], each)))
    for column, words in texts.items():
        made = say_rows(made, column, words)
    return made


def _both(told: Any) -> Text:
    return Text(ru=told("ru"), en=told("en"))


_DIRECTIONS: dict[str, Text] = {
    "positive": Text(ru="рост", en="a rise"), "negative": Text(ru="падение", en="a fall"),
    "none": Text(ru="не сработало", en="no effect"),
}  # fmt: skip


def _earlier(row: Mapping[str, Any], language: Language) -> str:
    direction = _DIRECTIONS[str(row["direction"])].in_language(language)
    low, high = row["earlier_low"], row["earlier_high"]
    if is_missing(low):
        return direction
    if low == high:
        return f"{direction}: {_measured(low, row['unit'], language)}"
    return f"{direction}: {format_interval(low, high, language, _decimals(row['unit']), row['unit'])}"


def _ours(row: Mapping[str, Any], language: Language) -> str:
    if is_missing(row["ours"]):
        return MISSING[language]
    interval = format_interval(row["low"], row["high"], language, _decimals(row["unit"]), row["unit"])
    return f"{_measured(row['ours'], row['unit'], language, True)} ({interval})"


def _decimals(unit: str) -> int:
    return 2 if unit == "sd" else 1


def _measured(value: Any, unit: str, language: Language, signed: bool = False) -> str:
    return format_number(value, language, _decimals(unit), unit, signed=signed)


def claims_exhibit(
    claims: pd.DataFrame, *, name: str = "claims", simulated: bool = False, language: Language = "ru"
) -> Exhibit:
    """What the programme says of itself beside what the data say; columns of ``effects.claims``."""
    frame = claims.reset_index(drop=True)
    count = numbered(len(frame))
    shown = pd.DataFrame({
        "claim": frame["claim"], "text": count, "design": count, "verdict": frame["verdict"], "result": count,
        "clusters": frame["clusters"].astype("Int64"), "limits": count,
    })  # fmt: skip
    made = exhibit(
        shown, None, "claims", "Что программа говорит о себе и что видно в данных",
        "What the programme says of itself, and what the data show",
        "«Данные согласуются» — связь того же знака, а не доказательство: построение названо рядом.",
        "'The data agree' is an association of the same sign, no proof: the design stands beside it.",
        name=name,
        labels={
            "claim": Text(ru="№", en="No."), "text": Text(ru="Утверждение", en="Claim"),
            "design": Text(ru="Чем проверяется", en="What tests it"),
            "verdict": Text(ru="Что видно", en="What is seen"),
            "result": Text(ru="Число (95 % интервал)", en="Number (95% interval)"),
            "clusters": Text(ru="Кластеров", en="Clusters"), "limits": Text(ru="Что мешает", en="Limits"),
        },
        units={"clusters": "count"}, names={"verdict": names_of(CLAIM_VERDICTS)}, simulated=simulated,
        language=language,
    )  # fmt: skip
    results = [_both(lambda each, row=row: _result(row, each)) for row in frame.to_dict("records")]
    for column, words in {
        "text": pairs(frame, "text"), "design": pairs(frame, "design"), "limits": pairs(frame, "limits"),
        "result": results,
    }.items():  # fmt: skip
        made = say_rows(made, column, words)
    return made


def _result(row: Mapping[str, Any], language: Language) -> str:
    """The number of a claim's test: per cent for logarithms of rates, the finding's own unit, else as it is."""
    if is_missing(row["estimate"]):
        return MISSING[language]
    unit = row["unit"] if isinstance(row["unit"], str) else ""
    numbers = [row[name] for name in ("estimate", "low", "high")]
    if str(row["estimand"]).startswith("log_rate"):
        unit, numbers = "percent", [100 * math.expm1(number) for number in numbers]
    elif row["estimand"] == "intraclass_correlation":
        unit = "share"
    decimals = 1 if unit in ("percent", "share") else 2
    value = format_number(numbers[0], language, decimals, unit or None, signed=unit in ("", "percent"))
    if is_missing(numbers[1]) or is_missing(numbers[2]):
        return value
    return f"{value} ({format_interval(numbers[1], numbers[2], language, decimals, unit or None)})"
