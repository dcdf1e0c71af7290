"""Tables around the plan: its dates and departures, readings of estimates, the specification curve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, format_date, format_number
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

VERDICTS: dict[str, Text] = {
    "first": Text(ru="план записан раньше, чем пришли результаты", en="the plan came before the outcomes"),
    "after": Text(ru="план записан позже, чем пришли результаты", en="the plan came after the outcomes"),
    "same_day": Text(ru="план и результаты — в один день", en="plan and outcomes on the same day"),
    "unknown": Text(ru="не установить: даты прихода файлов не записаны", en="cannot be told: no arrival is recorded"),
}
BASES: dict[str, Text] = {
    "commit": Text(ru="по первой записи плана в хранилище (git)", en="by the plan's first commit in the repository"),
    "declared": Text(
        ru="только по дате, указанной в самом плане: в хранилище (git) его нет",
        en="only by the day the plan itself names: the repository (git) does not hold it",
    ),
}
CHANGES: dict[str, Text] = {
    "added": Text(ru="модель добавлена", en="model added"),
    "dropped": Text(ru="модель исключена", en="model dropped"),
    "changed": Text(ru="изменено", en="changed"),
    "stated": Text(ru="заявлено людьми", en="stated by people"),
}
COMPARED_NOTE = Text(
    ru="Сравнивается план при первой записи в хранилище с исполненным; пустая таблица — отступлений не найдено.",
    en="The plan as first committed is compared with what was executed; an empty table means none was found.",
)
UNKNOWN_NOTE = Text(
    ru="План в его первой записи неизвестен (его нет в хранилище git): перечислены только заявленные отступления.",
    en="The plan as first written is not known (no repository holds it): only stated departures are listed.",
)
FIELDS: dict[str, Text] = {
    "outcome": Text(ru="результат", en="outcome"), "exposures": Text(ru="поддержка", en="support"),
    "family": Text(ru="модель", en="model family"), "design": Text(ru="построение", en="design"),
    "clusters": Text(ru="группы для погрешностей", en="clusters of errors"),
    "second_clusters": Text(ru="вторые группы для погрешностей", en="second clusters of errors"),
    "conley": Text(ru="расстояние и годы связи погрешностей", en="distance and years of related errors"),
    "controls": Text(ru="поправки", en="controls"), "offset": Text(ru="на кого считается", en="counted per"),
    "fixed_effects": Text(ru="постоянные эффекты", en="fixed effects"),
    "geography": Text(ru="границы", en="boundaries"), "estimand": Text(ru="что оценивается", en="estimand"),
    "is_main": Text(ru="основная", en="main"), "weights": Text(ru="веса", en="weights"),
    "instruments": Text(ru="инструменты", en="instruments"),
    "outcome_kind": Text(ru="вид результата", en="kind of outcome"),
    "hypothesis_family": Text(ru="семейство гипотез", en="family of hypotheses"),
    "inference": Text(ru="погрешности", en="inference"),
    "would_refute": Text(ru="что опровергло бы", en="what would refute it"),
}  # fmt: skip


def say_rows(made: Exhibit, column: str, texts: Sequence[Text]) -> Exhibit:
    """``column``, which holds row numbers as text, in words of each language."""
    names = {
        language: {str(number): text.in_language(language) for number, text in enumerate(texts)}
        for language in LANGUAGES
    }
    return replace(made, choices={**made.choices, column: names})


def numbered(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def pairs(frame: pd.DataFrame, name: str) -> list[Text]:
    """Texts of the columns ``<name>_ru`` and ``<name>_en``; empty where they are."""
    sides = (frame[f"{name}_{language}"].fillna("").astype("str") for language in LANGUAGES)
    return [Text(ru=ru, en=en) for ru, en in zip(*sides, strict=True)]


def plan_record_exhibit(
    facts: Any, *, name: str = "plan_record", simulated: bool = False, language: Language = "ru"
) -> Exhibit:
    """When the plan was written and when outcomes arrived; ``facts`` has the fields of ``effects.plan_dates``."""

    def day(value: dt.date | None) -> Text:
        return Text(ru=format_date(value, "ru"), en=format_date(value, "en"))

    days = facts.days
    gap = Text(**{
        each: MISSING[each] if days is None else format_number(days, each, 0, "days", signed=True)
        for each in LANGUAGES
    })  # fmt: skip
    changed = day(facts.changed_on)
    if facts.uncommitted:
        changed = Text(ru=f"{changed.ru}; есть незаписанные правки", en=f"{changed.en}; with uncommitted changes")
    rows = [
        (Text(ru="Вывод", en="Finding"), VERDICTS[facts.verdict]),
        (Text(ru="На чём основано", en="Grounds"), BASES[facts.basis]),
        (Text(ru="План записан", en="Plan written"), day(facts.plan_on)),
        (Text(ru="Дата, указанная в плане", en="Day the plan names"), day(facts.declared_on)),
        (Text(ru="Последняя записанная правка плана", en="Last committed change of the plan"), changed),
        (Text(ru="Первый файл с результатами получен", en="First file with outcomes arrived"), day(facts.outcomes_on)),
        (Text(ru="От плана до результатов", en="From plan to outcomes"), gap),
    ]
    frame = pd.DataFrame({"fact": numbered(len(rows)), "value": numbered(len(rows))})
    made = exhibit(
        frame, None, "plan_record", "План и результаты: что было раньше", "Plan and outcomes: which came first",
        "Минус значит, что план записан позже результатов.", "A minus means that the plan came after the outcomes.",
        name=name, labels={"fact": Text(ru="Что", en="What"), "value": Text(ru="Когда", en="When")},
        simulated=simulated, language=language,
    )  # fmt: skip
    return say_rows(say_rows(made, "fact", [row[0] for row in rows]), "value", [row[1] for row in rows])


def deviations_exhibit(
    deviations: pd.DataFrame, codebook: Codebook | None,
    first_is_known: bool = True, *, name: str = "plan_deviations", simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:  # fmt: skip
    """Departures from the plan as first committed; ``deviations`` has the columns of ``effects.plan_dates``.

    Where the plan as first committed is not known, the note says so: then only stated departures are listed.
    """
    frame = deviations.reset_index(drop=True)
    why = [
        Text(ru=_joined(what.ru, reason.ru) or "не объяснено", en=_joined(what.en, reason.en) or "not explained")
        for what, reason in zip(pairs(frame, "what"), pairs(frame, "why"), strict=True)
    ]
    note = COMPARED_NOTE if first_is_known else UNKNOWN_NOTE
    shown = frame[["model", "change", "field", "planned", "executed"]].assign(why=numbered(len(frame)))
    shown["field"] = shown["field"].replace("", None)
    made = exhibit(
        shown.replace("", None), codebook, "plan_deviations", "Отступления от плана", "Departures from the plan",
        note.ru,
        note.en,
        name=name,
        labels={
            "model": Text(ru="Модель", en="Model"), "change": Text(ru="Что произошло", en="What happened"),
            "field": Text(ru="Что изменено", en="What was changed"), "planned": Text(ru="Было", en="Planned"),
            "executed": Text(ru="Исполнено", en="Executed"), "why": Text(ru="Объяснение", en="Explanation"),
        },
        variables_in={"model": "models"}, names={"change": names_of(CHANGES), "field": names_of(FIELDS)},
        simulated=simulated, language=language,
    )  # fmt: skip
    return say_rows(made, "why", why)


def _joined(*parts: str) -> str:
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip())


def names_of(texts: Mapping[str, Text]) -> Mapping[str, Any]:
    return {language: {code: text.in_language(language) for code, text in texts.items()} for language in LANGUAGES}


def readings_exhibit(
    readings: pd.DataFrame, codebook: Codebook | None, *, name: str = "readings", simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:  # fmt: skip
    """Estimates in sentences; ``readings`` has model, exposure, reading_ru, reading_en."""
    frame = readings.reset_index(drop=True)
    shown = frame[["model", "exposure"]].assign(reading=numbered(len(frame)))
    made = exhibit(
        shown, codebook, "estimates", "Что говорят оценки", "What the estimates say", name=name,
        labels={
            "model": Text(ru="Модель", en="Model"), "exposure": Text(ru="Поддержка", en="Support"),
            "reading": Text(ru="Словами", en="In words"),
        },
        variables_in={"model": "models", "exposure": "panel"}, simulated=simulated, language=language,
    )  # fmt: skip
    return say_rows(made, "reading", pairs(frame, "reading"))


def curve_exhibit(
    summary: pd.DataFrame, codebook: Codebook | None, *, name: str = "specification_curve", simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:  # fmt: skip
    """The specification curve in numbers; ``summary`` has the columns of ``summarise_curve``."""
    return exhibit(
        summary, codebook, "specification_curve", "Кривая спецификаций в числах", "The specification curve in numbers",
        "Доли — от всех заявленных спецификаций; «ясные» — с p < 0,05. Спецификации зависимы: доля — не вероятность.",
        "Shares are of all declared specifications; 'clear' means p < 0.05. They depend on each other: a share is no "
        "probability.",
        name=name,
        labels={
            "exposure": Text(ru="Поддержка", en="Support"),
            "specifications": Text(ru="Спецификаций", en="Specifications"),
            "same_sign": Text(ru="Того же знака, что основная", en="Same sign as the main one"),
            "same_sign_clear": Text(ru="Того же знака и ясные", en="Same sign and clear"),
            "opposite_clear": Text(ru="Другого знака и ясные", en="Opposite sign and clear"),
            "lowest": Text(ru="Наименьшая", en="Lowest"), "median": Text(ru="Медиана", en="Median"),
            "highest": Text(ru="Наибольшая", en="Highest"), "main": Text(ru="Основная", en="Main"),
        },
        units={"specifications": "count", "same_sign": "share", "same_sign_clear": "share", "opposite_clear": "share"},
        decimals={"lowest": 3, "median": 3, "highest": 3, "main": 3}, variables_in={"exposure": "panel"},
        simulated=simulated, language=language,
    )  # fmt: skip
