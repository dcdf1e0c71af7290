"""Minutes of exchange events and what follows from them, as their office writes them down."""

from __future__ import annotations

import pandas as pd

from evaluation.simulate import decisions
from evaluation.simulate.measures import YEARS
from evaluation.simulate.mess import Ledger, Page
from evaluation.simulate.part_files import PartFile
from evaluation.simulate.planted_sheet import Sheet, worded_rows
from evaluation.simulate.year_view import YearView
from evaluation.tables.measures import SECTOR_COUNTS

EXCHANGE = "отдел межмуниципальных связей (смоделировано)"
ADDRESSEE = {"ministry": "министерство", "municipality": "администрации", "council": "совет МО",
             "institute": "институт", "community": "ТОС"}  # fmt: skip
STATUS = {
    "planned": "запланировано", "in_progress": "исполняется", "done": "исполнено", "suspended": "отложена",
    "cancelled": "снята",
}  # fmt: skip
THEME = {
    "experience_transfer": "опыт других регионов", "funding_support": "финансирование",
    "information_methods": "методички", "staff_skills": "кадры", "selfgovernment": "ТОС",
    "residents_involvement": "вовлечение жителей", "regulation": "нормативная база",
}  # fmt: skip


def write_resolutions(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Резолюции»: a dash that looks like a minus before a count, a whole that is not the sum of its sectors."""
    headers = ["№ п/п", "№ протокола", "№ межмуниципального мероприятия", "Наименование мероприятия",
               "Дата мероприятия", "Всего участников", "Гос. органы", "Муниципальная власть",
               "Муниципальные учреждения", "НКО", "Бизнес", "Гости", "Прочие", "Выступило",
               "В обсуждении", "Вопросов", "За", "Против", "Воздержалось"]  # fmt: skip
    columns = ["resolution_id", "exchange_id", "title", "held_on", "participants", *SECTOR_COUNTS, "speakers",
               "discussants", "questions", "votes_for", "votes_against", "abstained"]  # fmt: skip
    cells = worded_rows(rows, columns, {})
    page = Page(view.year, "resolutions", name, "Резолюции")
    sheet = Sheet(page, f"Резолюции мероприятий, {view.year} год", headers, cells)
    for row in cells:
        row[1], row[2] = str(row[1]).rpartition("M")[2], str(row[2]).rpartition("X")[2]
    first = rows.iloc[0]
    sheet.plant(0, 15, "dash_before_count", f"-{int(first['discussants'])}", int(first["discussants"]), "report")
    if len(rows) > 1:
        true = int(rows.iloc[1]["participants"])
        sheet.plant(1, 6, "sectors_do_not_add_up", true + 3, true, "report")
    return sheet.save(ledger, dates=(5,))


def write_recommendations(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Рекомендации»: addressees in short words, a telephone number in a text, one event's number left out."""
    headers = ["№ п/п", "№ рекомендации", "№ межмуниципального мероприятия", "№ протокола", "Рекомендация", "Адресат",
               "Код темы", "Исполнить до", "За", "Против", "Воздержалось"]  # fmt: skip
    columns = ["recommendation_id", "exchange_id", "resolution_id", "text", "addressee", "theme", "due_on",
               "votes_for", "votes_against", "abstained"]  # fmt: skip
    cells = worded_rows(rows, columns, {"addressee": ADDRESSEE, "theme": THEME})
    page = Page(view.year, "recommendations", name, "Рекомендации")
    sheet = Sheet(page, f"Рекомендации мероприятий, {view.year} год", headers, cells)
    for row in cells:
        row[1], row[2] = str(row[1]).rpartition("R")[2], str(row[2]).rpartition("X")[2]
        row[3] = str(row[3]).rpartition("M")[2]
    text = cells[1][4]
    sheet.plant(1, 5, "phone_in_free_text", f"{text}, тел. +7 000 300-00-0{view.year % 10}", text, "repair")
    return sheet.save(ledger, dates=(8,))


def write_statuses(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Выполнение рекомендаций»: checks of this year; one done without evidence, one row twice."""
    headers = ["№ п/п", "№ рекомендации", "По состоянию на", "Отметка об исполнении", "Подтверждающий документ",
               "Дней на исполнение"]  # fmt: skip
    columns = ["recommendation_id", "checked_on", "status", "evidence", "days_to_done"]
    cells = worded_rows(rows, columns, {"status": STATUS})
    page = Page(view.year, "recommendation_status", name, "Выполнение")
    sheet = Sheet(page, f"Выполнение рекомендаций, {view.year} год", headers, cells)
    done = [place for place, row in enumerate(cells) if row[3] == STATUS["done"]]
    if done:
        sheet.plant(done[0], 5, "done_without_evidence", None, cells[done[0]][4], "report")
    twice = list(cells[0])
    sheet.rows.append([len(cells) + 1, *twice[1:]])
    sheet.notes.append((len(sheet.rows) - 1, 2, "row_twice", twice[1], twice[1], "report"))
    return sheet.save(ledger, dates=(3,))


def write_problems(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Проблемы»: themes in the coders' own words, one that the code frame does not know."""
    headers = ["№ п/п", "№ проблемы", "№ протокола", "№ межмуниципального мероприятия", "Проблема", "Тема",
               "Второй кодировщик"]  # fmt: skip
    columns = ["problem_id", "resolution_id", "exchange_id", "text", "theme", "theme_second"]
    cells = worded_rows(rows, columns, {"theme": THEME, "theme_second": THEME})
    page = Page(view.year, "problems", name, "Проблемы")
    sheet = Sheet(page, f"Проблемы, названные на мероприятиях, {view.year} год", headers, cells)
    for row in cells:
        row[1], row[2] = str(row[1]).rpartition("Q")[2], str(row[2]).rpartition("M")[2]
        row[3] = str(row[3]).rpartition("X")[2]
    sheet.plant(0, 6, "theme_not_in_code_frame", "дороги", rows.iloc[0]["theme"], "report")
    return sheet.save(ledger)


def write_achievements(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Достижения»: themes in the office's own words where somebody told one; an e-mail address in a text."""
    headers = ["№ п/п", "№ достижения", "№ протокола", "№ межмуниципального мероприятия", "Достижение", "Тема"]
    columns = ["achievement_id", "resolution_id", "exchange_id", "text", "theme"]
    cells = worded_rows(rows, columns, {"theme": THEME})
    page = Page(view.year, "achievements", name, "Достижения")
    sheet = Sheet(page, f"Достижения, отмеченные на мероприятиях, {view.year} год", headers, cells)
    for row in cells:
        row[1], row[2] = str(row[1]).rpartition("A")[2], str(row[2]).rpartition("M")[2]
        row[3] = str(row[3]).rpartition("X")[2]
    text = cells[0][4]
    sheet.plant(0, 5, "email_in_free_text", f"{text}, writeto{view.year % 10}@example.org", text, "repair")
    return sheet.save(ledger)


def _events(view: YearView) -> pd.DataFrame:
    return view.tables["exchange_events"]


def _adopted(view: YearView) -> pd.DataFrame:
    """Recommendations of this and the years before, with their true fate."""
    every = view.programme.tables["exchange_events"]
    years = [year for year in YEARS if year <= view.year and year in view.programme.history.geography.years]
    frames = [decisions.recommendations(view.seed, every[every["year"] == year], year) for year in years]
    frames = [frame for frame in frames if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _statuses(view: YearView) -> pd.DataFrame:
    return decisions.statuses(_adopted(view), view.year) if view.year in YEARS else pd.DataFrame()


def _recommendations(view: YearView) -> pd.DataFrame:
    frame = decisions.recommendations(view.seed, _events(view), view.year)
    return frame.drop(columns=["end_days", "end", "held_on"], errors="ignore")


FILES: dict[str, PartFile] = {
    "resolutions": PartFile(
        "Резолюции {year}.xlsx", EXCHANGE,
        lambda view: decisions.resolutions(view.seed, _events(view), view.year), write_resolutions,
    ),
    "recommendations": PartFile("Рекомендации {year}.xlsx", EXCHANGE, _recommendations, write_recommendations),
    "recommendation_status": PartFile("Выполнение рекомендаций {year}.xlsx", EXCHANGE, _statuses, write_statuses),
    "problems": PartFile(
        "Проблемы {year}.xlsx", EXCHANGE, lambda view: decisions.problems(view.seed, _events(view), view.year),
        write_problems,
    ),
    "achievements": PartFile(
        "Достижения {year}.xlsx", EXCHANGE, lambda view: decisions.achievements(view.seed, _events(view), view.year),
        write_achievements,
    ),
}  # fmt: skip
