"""The checklist of one programme year: which files are awaited from whom and by when, and what must be confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evaluation.settings import Language, Text


@dataclass(frozen=True)
class Awaited:
    """A file to be supplied: its source, the name it should have, and what is known of last year's."""

    source: str
    label: Text
    file: str
    last_file: str = ""
    supplied_by: str = ""
    last_received_on: dt.date | None = None
    expected_on: dt.date | None = None
    has_form: bool = False


@dataclass(frozen=True)
class ToConfirm:
    """A line of a settings file that somebody has to confirm."""

    file: str
    line: int
    text: str


@dataclass(frozen=True)
class TerritoryChange:
    """A unit that begins or ends between the territory dates of two years; ``documented``: the crosswalk names it."""

    unit_id: str
    name: str
    on: dt.date
    begins: bool
    documented: bool = False


@dataclass(frozen=True)
class YearFacts:
    """All that the checklist of ``year`` says. ``previous`` is the year it was carried over from."""

    year: int
    previous: int
    territory_date: dt.date
    awaited: Sequence[Awaited]
    to_confirm: Sequence[ToConfirm] = ()
    to_read: Sequence[ToConfirm] = ()
    changes: Sequence[TerritoryChange] = ()
    decisions: int = 0
    decisions_in_all: int = 0
    aliases: int = 0
    aliases_in_all: int = 0
    has_plan: bool = False
    left_out_steps: Sequence[str] = field(default_factory=tuple)


def checklist(facts: YearFacts, language: Language) -> str:
    """The checklist in Markdown, with boxes to tick."""
    blocks = _russian(facts) if language == "ru" else _english(facts)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _russian(facts: YearFacts) -> list[str]:
    year, old = facts.year, facts.previous
    blocks = [
        f"# Год {year}: что сделать",
        f"Составлено из настроек {old} года. Общий порядок года описан в docs/year_checklist.ru.md проекта.",
        "## 1. Подтвердить даты и числа",
        "Они перенесены с прошлого года. Исправьте, если нужно, и сотрите пометку «confirm» в строке; "
        "`evaluation doctor` и `evaluation check` перечисляют оставшиеся.",
        _lines(f"{one.file}, строка {one.line}: `{one.text}`" for one in facts.to_confirm) or "Подтверждать нечего.",
        "## 2. Территории",
        _territory_ru(facts),
        "## 3. План анализа",
        _lines([f"Прочесть и исправить config/plan/{year}.yml, поставить день в declared_on, сохранить в git раньше, "
                "чем придут результаты."])
        if facts.has_plan
        else _lines([f"Написать config/plan/{year}.yml и сохранить в git раньше, чем придут результаты."]),
        _lines(f"{one.file}, строка {one.line} называет прошлый год: {one.text}" for one in facts.to_read),
        _lines([f"Шаги {', '.join(facts.left_out_steps)} исключены в config/programme.yml (steps). Если причина "
                "отпала, уберите эти строки."]) if facts.left_out_steps else "",
        f"## 4. Получить файлы в data/raw/{year}/",
        _table(("", "Что", "Имя файла", "От кого", "Получено в прошлый раз", "Ожидается", "Форма"),
               [("☐", one.label.ru, one.file, one.supplied_by or "?", _day(one.last_received_on),
                 _day(one.expected_on), "есть" if one.has_form else "") for one in facts.awaited]),
        f"Ожидаемые даты — прошлогодние со сдвигом; впишите настоящие дни получения в data/raw/{year}/SOURCES.csv. "
        f"Пустые формы: `evaluation templates --out <папка> --year {year}`.",
        "## 5. Что действует и дальше",
        _lines([
            f"Решения (config/decisions.csv и data/restricted) общие для всех лет: к таблицам этого года относятся "
            f"{facts.decisions} из {facts.decisions_in_all}. Каждое сработает, только если в той же записи снова то же "
            "значение.",
            f"Другие названия территорий (aliases.csv): действуют {facts.aliases} из {facts.aliases_in_all} — те, чья "
            f"единица есть в реестре на {_day(facts.territory_date)}.",
        ], box=False),
        "## 6. Выполнить",
        _lines([f"`evaluation check {year}` — очистка; решения внести в книгу и принять: `evaluation decide <файл>`",
                f"`evaluation run {year}`",
                f"Прочесть отчёт и записать рекомендации в config/recommendations/{year}.yml: каждая называет находки, "
                "на которых стоит", f"`evaluation compare {old} {year}`", f"`evaluation release {year}`",
                "`evaluation backup`"]),
    ]  # fmt: skip
    return blocks


def _english(facts: YearFacts) -> list[str]:
    year, old = facts.year, facts.previous
    blocks = [
        f"# {year}: what to do",
        f"Made from the settings of {old}. The general course of a year is in the project's docs/year_checklist.md.",
        "## 1. Confirm dates and numbers",
        "They are carried over from last year. Correct them where needed and delete the mark 'confirm' in the line; "
        "`evaluation doctor` and `evaluation check` list those that are left.",
        _lines(f"{one.file}, line {one.line}: `{one.text}`" for one in facts.to_confirm) or "Nothing to confirm.",
        "## 2. Territories",
        _territory_en(facts),
        "## 3. Analysis plan",
        _lines([f"Read and correct config/plan/{year}.yml, set the day in declared_on, commit it to git before the "
                "outcomes arrive."])
        if facts.has_plan
        else _lines([f"Write config/plan/{year}.yml and commit it to git before the outcomes arrive."]),
        _lines(f"{one.file}, line {one.line} names last year: {one.text}" for one in facts.to_read),
        _lines([f"The steps {', '.join(facts.left_out_steps)} are left out in config/programme.yml (steps). Where the "
                "reason is gone, take these lines out."]) if facts.left_out_steps else "",
        f"## 4. Get the files into data/raw/{year}/",
        _table(("", "What", "File name", "From whom", "Received last time", "Expected", "Form"),
               [("☐", one.label.en, one.file, one.supplied_by or "?", _day(one.last_received_on),
                 _day(one.expected_on), "yes" if one.has_form else "") for one in facts.awaited]),
        f"Expected days are last year's, moved; enter the true days of arrival in data/raw/{year}/SOURCES.csv. "
        f"Empty forms: `evaluation templates --out <folder> --year {year}`.",
        "## 5. What holds on",
        _lines([
            f"Decisions (config/decisions.csv and data/restricted) are common to all years: {facts.decisions} of "
            f"{facts.decisions_in_all} concern this year's tables. Each acts only where the same record has the same "
            "value again.",
            f"Other names of units (aliases.csv): {facts.aliases} of {facts.aliases_in_all} hold, those whose unit the "
            f"registry has on {_day(facts.territory_date)}.",
        ], box=False),
        "## 6. Run",
        _lines([f"`evaluation check {year}`: cleaning; decide in the workbook, then `evaluation decide <file>`",
                f"`evaluation run {year}`",
                f"Read the report and write recommendations into config/recommendations/{year}.yml: each names the "
                "findings it rests on", f"`evaluation compare {old} {year}`", f"`evaluation release {year}`",
                "`evaluation backup`"]),
    ]  # fmt: skip
    return blocks


def _territory_ru(facts: YearFacts) -> str:
    if not facts.changes:
        return _lines(
            [
                f"В реестре нет изменений до {_day(facts.territory_date)}. Проверьте, не объединялись ли "
                "муниципалитеты и не менялись ли коды; если да, дополните config/territory/units.csv (новые единицы, "
                "даты) и crosswalk.csv."
            ]
        )
    return _lines(
        f"{_day(one.on)}: {one.unit_id} {one.name} — {'начало' if one.begins else 'последний день'}"
        + ("" if one.documented else "; в crosswalk.csv этой единицы нет: впишите, откуда она или куда перешла")
        for one in facts.changes
    )


def _territory_en(facts: YearFacts) -> str:
    if not facts.changes:
        return _lines(
            [
                f"The registry has no changes up to {_day(facts.territory_date)}. Check whether municipalities merged "
                "or codes changed; if so, add to config/territory/units.csv (new units, dates) and to crosswalk.csv."
            ]
        )
    return _lines(
        f"{_day(one.on)}: {one.unit_id} {one.name}, {'begins' if one.begins else 'last day'}"
        + ("" if one.documented else "; crosswalk.csv lacks this unit: write whence it came or whither it went")
        for one in facts.changes
    )


def _lines(items: Iterable[str], box: bool = True) -> str:
    return "\n".join(f"- [ ] {item}" if box else f"- {item}" for item in items)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _day(day: dt.date | None) -> str:
    return "?" if day is None else day.isoformat()
