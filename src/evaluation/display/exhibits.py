"""The tables that every programme year has: estimates, row accounts, reconciliation, comparison of years."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import NO_TEXT, Exhibit, Labels
from evaluation.display.tables import exhibit
from evaluation.display.wording import CODES, SOURCES
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

ESTIMATE_LABELS: dict[str, Text] = {
    "model": Text(ru="Модель", en="Model"),
    "outcome": Text(ru="Результат", en="Outcome"),
    "exposure": Text(ru="Поддержка", en="Support"),
    "estimate": Text(ru="Оценка", en="Estimate"),
    "low": Text(ru="95 % интервал", en="95% interval"),
    "high": Text(ru="95 % интервал: до", en="95% interval: to"),
    "percent": Text(ru="Это значит", en="That is"),
    "p": Text(ru="p", en="p"),
    "p_adjusted": Text(ru="p с поправкой", en="Corrected p"),
    "n": Text(ru="n", en="n"),
    "clusters": Text(ru="Кластеров (с поддержкой)", en="Clusters (supported)"),
    "treated_clusters": Text(ru="Кластеров с поддержкой", en="Clusters supported"),
    "design": Text(ru="Что это", en="What it is"),
    "inference": Text(ru="Как считали ошибки", en="Inference"),
}
_PAIRS = (
    ("clusters", "treated_clusters", Text(ru="{} ({})", en="{} ({})")),
    ("design", "inference", Text(ru="{}; ошибки {}", en="{}; errors {}")),
)
_ESTIMATE_NOTE = Text(
    ru="Оценка и 95 % интервал — в единицах модели; «это значит» — изменение результата в процентах там, где модель "
    "в логарифмах. n — наблюдения, кластер — территория (или село), внутри которой ошибки связаны.",
    en="Estimate and 95% interval are in the model's units; 'that is' gives the change of the outcome in per cent "
    "where the model is in logarithms. n counts observations; a cluster is a territory (or village) within which "
    "errors are related.",
)
_CORRECTED_NOTE = Text(
    ru="p с поправкой учитывает число гипотез, которые план судит вместе.",
    en="Corrected p allows for the number of hypotheses that the plan judges together.",
)


ESTIMATE_TITLES = {
    "estimates": Text(ru="Оценки", en="Estimates"),
    "robustness": Text(ru="Проверки основной модели", en="Checks of the main model"),
    "bounds": Text(ru="Границы для вторичных результатов", en="Bounds of secondary outcomes"),
}


def estimates_exhibit(
    estimates: pd.DataFrame,
    codebook: Codebook | None,
    title_ru: str = "",
    title_en: str = "",
    note_ru: str = "",
    note_en: str = "",
    *,
    name: str = "estimates",
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """Estimates with interval, p, n, clusters, exposed clusters, inference and design; one row an estimate.

    ``estimates`` has the columns of the contract ``estimates``. Columns without any value are left out. The title is by
    default that of ``name`` in ESTIMATE_TITLES. Where the estimand is a logarithm of a ratio, ``percent`` is 100
    (exp(estimate) - 1).
    """
    frame = estimates.copy()
    logarithmic = frame["estimand"].astype("str").str.startswith(("log_rate", "log_hazard"))
    change = frame["estimate"].astype("float64").map(_percent)
    frame["percent"] = change.where(logarithmic & frame["estimate"].notna())
    present = [column for column in ESTIMATE_LABELS if column in frame.columns]
    columns = [column for column in present if frame[column].notna().any() or column == "estimate"]
    title = ESTIMATE_TITLES.get(name, ESTIMATE_TITLES["estimates"])
    corrected = _CORRECTED_NOTE if "p_adjusted" in columns else NO_TEXT
    made = exhibit(
        frame, codebook, "estimates", title_ru or title.ru, title_en or title.en,
        " ".join(part for part in (_ESTIMATE_NOTE.ru, corrected.ru, note_ru) if part),
        " ".join(part for part in (_ESTIMATE_NOTE.en, corrected.en, note_en) if part),
        name=name, columns=columns, labels=ESTIMATE_LABELS,
        units={"percent": "percent", "p": "p", "p_adjusted": "p", "n": ""},
        decimals={"estimate": 3, "low": 3, "high": 3, "p": 3, "p_adjusted": 3, "percent": 1},
        variables_in={"model": "models", "outcome": "panel", "exposure": "panel"}, signed=("percent",),
        simulated=simulated, language=language,
    )  # fmt: skip
    formats = dict(made.formats)
    for first, second, pattern in _PAIRS:
        if first in formats and second in formats:
            formats[first] = replace(formats[first], beside=second, pattern=pattern)
    return replace(made, formats=formats)


def _percent(estimate: float) -> float:
    """100 (exp(b) - 1); missing where b is missing or beyond any sensible ratio."""
    return 100 * math.expm1(estimate) if abs(estimate) < 50 else math.nan


def row_accounts_exhibit(
    accounts: pd.DataFrame,
    codebook: Codebook | None = None,
    title_ru: str = "Что стало с каждой полученной строкой",
    title_en: str = "What became of every received row",
    *,
    name: str = "row_accounts",
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """Rows by received file: all, data, service rows, and the fate of the data rows; a sum below.

    ``accounts`` has the columns of ``ledger.row_accounts``; sheets of one source are added up.
    """
    service = [name for name in CODES["row_class"] if name != "data" and name in accounts.columns]
    frame = accounts.assign(service=accounts[service].sum(axis=1) if service else 0)
    counts = ["rows", "service", "data", "kept", "merged", "quarantined"]
    frame = frame.groupby("source", sort=False)[counts].sum().astype("Int64").reset_index()
    total = {"source": "total", **{column: frame[column].sum() for column in counts}}
    frame = pd.concat([frame, pd.DataFrame([total])], ignore_index=True)
    frame[counts] = frame[counts].astype("Int64")
    labels = {
        "source": Text(ru="Полученный файл", en="Received file"),
        "rows": Text(ru="Всего строк", en="All rows"),
        "service": Text(ru="Служебные", en="Service rows"),
        "data": Text(ru="Строки данных", en="Data rows"),
        "kept": Text(ru="Принято", en="Kept"),
        "merged": Text(ru="Объединено", en="Merged"),
        "quarantined": Text(ru="Отложено", en="Set aside"),
    }
    made = exhibit(
        frame, None, "row_accounts", title_ru, title_en,
        "Служебные строки — заголовки, шапки, нумерация, подытоги, сноски и пустые. Всего строк = служебные + данные; "
        "строки данных = принято + объединено (повторы) + отложено (ждут решения человека).",
        "Service rows are titles, headers, numbering, subtotals, footnotes and blanks. All rows = service + data; data "
        "rows = kept + merged (repeats) + set aside (waiting for a person's decision).",
        name=name, labels=labels, simulated=simulated, language=language,
    )  # fmt: skip
    names = {
        each: {**source_names(frame["source"], codebook, each), "total": "Всего" if each == "ru" else "Total"}
        for each in LANGUAGES
    }
    return _with_choices(made, "source", names)


def source_names(sources: pd.Series, codebook: Codebook | None, language: Language) -> dict[str, str]:
    """Name by logical source: the codebook's list ``source`` first, then the package's own."""
    known = codebook.choice_labels("source", language) if codebook is not None else {}
    position = 0 if language == "ru" else 1
    return {
        str(source): known.get(str(source)) or SOURCES.get(str(source), (str(source), str(source)))[position]
        for source in sources.dropna().unique()
    }


def _with_choices(made: Exhibit, column: str, names: Labels) -> Exhibit:
    return replace(made, choices={**made.choices, column: names})


def reconciliation_exhibit(
    reconciliation: pd.DataFrame,
    currency: str = "RUB",
    title_ru: str = "Опубликованные итоги и реестр",
    title_en: str = "Published totals and the register",
    *,
    name: str = "reconciliation",
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """Published totals beside the register's, with the difference, what would close it, and its explanation.

    ``reconciliation`` satisfies the contract of that name; texts are shown in the reader's language. The column of
    what would close a difference stands there only when remarks close one.
    """
    frame = reconciliation[["name", "unit", "published", "register", "difference", "period"]].copy()
    texts = {"name": "label", "explanation": "explanation"}
    if reconciliation["causes_ru"].notna().any():
        frame["causes"] = reconciliation["name"]
        texts["causes"] = "causes"
    frame["explanation"] = reconciliation["name"]
    labels = {
        "name": Text(ru="Итог", en="Total"),
        "published": Text(ru="Опубликовано", en="Published"),
        "register": Text(ru="В реестре", en="In the register"),
        "difference": Text(ru="Разница", en="Difference"),
        "period": Text(ru="Период", en="Period"),
        "causes": Text(ru="Сойдётся, если", en="Agrees by"),
        "explanation": Text(ru="Почему может расходиться", en="Why they may differ"),
    }
    made = exhibit(
        frame, None, "reconciliation", title_ru, title_en,
        "Опубликованные итоги — проверка, а не данные: в расчёты они не входят.",
        "Published totals are a check and no data: they enter no computation.",
        name=name, labels=labels, currency=currency, signed=("difference",), simulated=simulated, language=language,
    )  # fmt: skip
    by_column = {
        column: {
            each: dict(zip(reconciliation["name"], reconciliation[f"{source}_{each}"].fillna(""), strict=True))
            for each in LANGUAGES
        }
        for column, source in texts.items()
    }
    for column, names in by_column.items():
        made = _with_choices(made, column, names)
    return made


def support_exhibit(
    summary: pd.DataFrame,
    codebook: Codebook | None,
    title_ru: str = "Потоки поддержки по годам",
    title_en: str = "Streams of support by year",
    *,
    name: str = "support_by_year",
    threshold: int = 5,
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """Streams of support, one row a stream and measure, one column a year; contract ``support_summary``.

    Measures without any value in a stream are left out. Counts of people from 1 to ``threshold`` - 1 are hidden; no
    total is shown from which they could be worked out.
    """
    rows = summary.melt(["stream", "year"], list(MEASURES), var_name="measure", value_name="value")
    rows = rows.astype({"value": "float64"}).dropna(subset="value")
    wide = rows.pivot(index=["stream", "measure"], columns="year", values="value")
    order = [(stream, measure) for stream in dict.fromkeys(summary["stream"]) for measure in MEASURES]
    wide = wide.reindex([pair for pair in order if pair in wide.index])
    wide.columns = [str(year) for year in wide.columns]
    years = list(wide.columns)
    frame = wide.reset_index()
    of_people = frame["measure"].isin(PEOPLE)
    small = frame[years].apply(lambda column: (column > 0) & (column < threshold) & of_people)
    made = exhibit(
        frame, codebook, "support_summary", title_ru, title_en, name=name,
        labels={"measure": Text(ru="Показатель", en="Measure")}, decimals=dict.fromkeys(years, 0),
        hidden=small.replace({True: "primary", False: ""}).astype("str"), threshold=threshold,
        simulated=simulated, language=language,
    )  # fmt: skip
    names = {each: {measure: text.in_language(each) for measure, text in MEASURES.items()} for each in LANGUAGES}
    return _with_choices(made, "measure", names)


PEOPLE = ("participants", "unique_participants")
MEASURES: dict[str, Text] = {
    "events": Text(ru="мероприятий", en="events"),
    "hours": Text(ru="часов", en="hours"),
    "participants": Text(ru="участий", en="attendances"),
    "unique_participants": Text(ru="разных людей", en="different people"),
    "units_reached": Text(ru="территорий охвачено", en="territories reached"),
}


_REFUSED_NOTE = Text(
    ru="Если между годами разрыв ряда, изменение не показано: разность может идти от одного только разрыва.",
    en="Where a break of the series lies between the years no change is shown: it may come from the break alone.",
)


def comparison_exhibit(
    comparison: pd.DataFrame,
    codebook: Codebook | None,
    currency: str = "RUB",
    title_ru: str = "Год к году",
    title_en: str = "Year on year",
    *,
    name: str = "year_comparison",
    break_words: Labels | None = None,
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """Indicators in two neighbouring years with the change and any break; contract ``year_comparison``.

    Across a break the change is empty, and the note below says so. Each number is written in its row's unit; the change
    of a share is in percentage points. ``break_words`` gives words for each distinct ``break_note`` by language.
    """
    columns = ["indicator", "unit", "previous", "value", "change", "n_previous", "n", "break_note"]
    frame = comparison[columns].copy()
    note = _REFUSED_NOTE
    if frame["break_note"].isna().all():
        frame, note = frame.drop(columns="break_note"), NO_TEXT
    labels = {
        "indicator": Text(ru="Показатель", en="Indicator"),
        "previous": Text(ru="Прошлый год", en="Last year"),
        "value": Text(ru="Этот год", en="This year"),
        "change": Text(ru="Изменение", en="Change"),
        "n_previous": Text(ru="n, прошлый год", en="n, last year"),
        "n": Text(ru="n, этот год", en="n, this year"),
        "break_note": Text(ru="Что мешает сравнению", en="What hinders the comparison"),
    }
    made = exhibit(
        frame, codebook, "year_comparison", title_ru, title_en, note.ru, note.en, name=name, labels=labels,
        currency=currency,
        units={"n": "count", "n_previous": "count"}, variables_in={"indicator": "indicators"}, signed=("change",),
        simulated=simulated, language=language,
    )  # fmt: skip
    return made if break_words is None else _with_choices(made, "break_note", break_words)
