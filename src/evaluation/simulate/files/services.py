"""The received files of a congress's services: logs, protocols and registers, with the habits of their offices."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evaluation.simulate import services, workbooks
from evaluation.simulate.files.teams import FIRST, head
from evaluation.simulate.mess import Ledger, Page, choose, day, habit
from evaluation.simulate.part_files import PartFile
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

TOPIC_WORDS = {
    "legal": "Правовые вопросы", "strategy": "Стратегическое планирование", "operations": "Оперативный менеджмент",
    "promotion": "Продвижение территорий", "finance": "Финансовое планирование", "staff": "Кадры",
    "community": "Работа с жителями", "other": "Разное",
}  # fmt: skip
KIND_WORDS = {
    "consultation": "Консультация", "methodical": "Методическая помощь", "information": "Справка",
    "representation": "Защита интересов",
}  # fmt: skip
CHANNEL_WORDS = {
    "letter": "письмо", "email": "эл. почта", "website": "форма на сайте", "phone": "звонок", "in_person": "лично",
}  # fmt: skip
NOMINATION_WORDS = {
    "practice": "Лучшая муниципальная практика", "community": "Лучшее сообщество", "leadership": "Лучшая команда",
    "environment": "Лучшая среда",
}  # fmt: skip
CRITERION_WORDS = {
    "relevance": "Актуальность", "result": "Результат", "replicability": "Тиражируемость",
    "involvement": "Вовлечение жителей", "quality": "Качество материалов",
}  # fmt: skip
PROGRAMME_WORDS = {
    "environment": "Формирование комфортной городской среды", "rural": "КРСТ", "small_towns": "Малые города",
    "culture": "Культура", "sport": "Спорт",
}  # fmt: skip
FATE_WORDS = {
    "submitted": "на рассмотрении", "approved": "Одобрена", "rejected": "отказ", "withdrawn": "отозвана",
}  # fmt: skip
MEDIA_WORDS = {"journal": "Журнал", "site": "сайт", "social": "соцсети", "newsletter": "Рассылка"}
PARTNERSHIP_WORDS = {
    "twin_city": "города-побратимы", "cooperation": "Сотрудничество", "project": "совместный проект",
    "exchange": "Обмен опытом",
}  # fmt: skip
STAGE_WORDS = {
    "talks": "ведутся переговоры", "agreement": "соглашение действует", "suspended": "приостановлено",
    "ended": "завершено",
}  # fmt: skip
EVENT_WORDS = {
    "visit": "Визит", "agreement": "Подписание соглашения", "online": "видеоконференция",
    "joint_event": "совместное мероприятие",
}  # fmt: skip
Cells = list[list[Any]]


def _number(code: str) -> str:
    """The number alone, as the office counts: 2025-S17 is 17."""
    return code.split("-", 1)[1].lstrip("SNFI")


def _unit(view: YearView, rng: Any, code: Any) -> str | None:
    return None if code is None or pd.isna(code) else view.names.spell(rng, str(code), plain=True).strip()


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else f"{value:%d.%m.%Y}"


def _workbook(view: YearView, title: str, sheet_name: str, headers: Sequence[str], cells: Cells) -> bytes:
    book = workbooks.new_workbook(title)
    sheet = book.create_sheet(sheet_name)
    head(sheet, f"{title} (год {view.year})", list(headers))
    for k, row in enumerate(cells):
        for column, value in enumerate(row, start=1):
            is_day = isinstance(value, pd.Timestamp)
            put(sheet, FIRST + k, column, day(value) if is_day else value, "DD.MM.YYYY" if is_day else None)
    return workbooks.workbook_bytes(book)


def _lines(headers: Sequence[str], cells: Cells, encoding: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([["" if value is None else value for value in row] for row in cells])
    return out.getvalue().encode(encoding)


def write_requests(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The log as a CSV with names and telephones of those who asked; some days and marks contradict one another."""
    rng = habit(view.seed, "services requests", view.year)
    page = Page(view.year, "requests", name)
    cells: Cells = []
    for row in rows.to_dict("records"):
        cells.append(
            [_number(row["request_id"]), _day(row["received_on"]), _unit(view, rng, row["unit_id"]),
             TOPIC_WORDS[row["topic"]], KIND_WORDS[row["kind"]], CHANNEL_WORDS[row["channel"]],
             "Приходько А. П., +7 000 200-00-01" if rng.random() < 0.3 else "", "да" if row["answered"] else "нет",
             _day(row["answered_on"])]
        )  # fmt: skip
    at = {k: k + 2 for k in range(len(cells))}  # the first line holds the headers
    ledger.note(page, "C2", "unit_in_words", cells[0][2], rows["unit_id"].iloc[0], "repair")
    named = next((k for k, row in enumerate(cells) if row[6]), None)
    if named is not None:
        extent = f"G2:G{len(cells) + 1}"
        ledger.note(page, f"G{named + 2}", "personal_column", cells[named][6], "", "repair", extent=extent)
    # the first row shows the habits of its columns and keeps them
    answered = [k for k in range(1, len(cells)) if rows["answered"].iloc[k]]
    lost, early, marked, topic = (answered[int(k)] for k in choose(rng, len(answered), 4))
    cells[lost][2] = None
    ledger.note(page, f"C{at[lost]}", "unit_missing", "", rows["unit_id"].iloc[lost], "report")
    cells[early][8] = _day(rows["received_on"].iloc[early] - pd.Timedelta(days=3))
    ledger.note(page, f"I{at[early]}", "answered_before_received", cells[early][8],
                rows["answered_on"].iloc[early], "report")  # fmt: skip
    cells[marked][7] = "нет"
    ledger.note(page, f"H{at[marked]}", "marked_unanswered", "нет", "да", "report")
    cells[topic][3] = "про дорогу и ещё кое-что"
    ledger.note(page, f"D{at[topic]}", "topic_unknown", cells[topic][3], rows["topic"].iloc[topic], "report")
    cells.append(list(cells[answered[0]]))
    ledger.note(page, f"A{len(cells) + 1}", "row_twice", cells[-1][0], rows["request_id"].iloc[answered[0]], "report")
    headers = ["№ обращения", "Дата поступления", "Муниципалитет", "Тема обращения", "Вид помощи", "Способ обращения",
               "Заявитель", "Ответ дан", "Дата ответа"]  # fmt: skip
    return _lines(headers, cells, "cp1251")


def write_award_entries(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The register of entries; a telephone slipped into one title."""
    rng = habit(view.seed, "services award entries", view.year)
    page = Page(view.year, "award_entries", name, "Заявки")
    cells: Cells = [
        [_number(row["entry_id"]), NOMINATION_WORDS[row["nomination"]], _unit(view, rng, row["unit_id"]), row["title"],
         None if pd.isna(row["place"]) else int(row["place"])]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    ledger.note(page, address(FIRST, 3), "unit_in_words", cells[0][2], rows["unit_id"].iloc[0], "repair")
    slipped = int(rng.integers(len(cells)))
    cells[slipped][3] = f"{cells[slipped][3]}, тел. +7 000 300-00-{slipped:02d}"
    ledger.note(page, address(FIRST + slipped, 4), "phone_in_title", cells[slipped][3], rows["title"].iloc[slipped],
                "report")  # fmt: skip
    headers = ["№ заявки", "Номинация", "Муниципальное образование", "Название заявки", "Место"]
    return _workbook(view, f"Премия, реестр заявок {view.year}", "Заявки", headers, cells)


def write_award_scores(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The protocol with jurors by code: one score in words, one left out, one above the scale, one changed later."""
    rng = habit(view.seed, "services award scores", view.year)
    page = Page(view.year, "award_scores", name, "Протокол")
    cells: Cells = [
        [_number(row["entry_id"]), row["person_key"], CRITERION_WORDS[row["criterion"]], int(row["points"])]
        for row in rows.to_dict("records")
    ]
    words, empty, above, twice = choose(rng, len(cells), 4)
    true = [int(value) for value in rows["points"]]
    for place, written, defect, must in (
        (words, f"{true[words]} б.", "number_with_unit", "repair"), (empty, None, "points_missing", "refuse"),
        (above, true[above] + 200, "points_above_scale", "refuse"),
    ):  # fmt: skip
        cells[place][3] = written
        ledger.note(page, address(FIRST + place, 4), defect, written, true[place], must)  # type: ignore[arg-type]
    cells.append([*cells[twice][:3], max(true[twice] - 15, 0)])
    ledger.note(page, address(FIRST + len(cells) - 1, 4), "ballot_changed", cells[-1][3], true[twice], "refuse")
    headers = ["№ заявки", "Код эксперта", "Критерий", "Балл"]
    return _workbook(view, f"Премия, протокол жюри {view.year}", "Протокол", headers, cells)


def write_federal(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The project office's register, amounts in thousands; one grant is larger than what was asked for."""
    rng = habit(view.seed, "services federal", view.year)
    page = Page(view.year, "federal_applications", name, "Заявки")
    cells: Cells = []
    for row in rows.to_dict("records"):
        granted = None if pd.isna(row["amount_granted"]) else row["amount_granted"] / 1000
        cells.append(
            [_number(row["application_id"]), _unit(view, rng, row["unit_id"]), PROGRAMME_WORDS[row["programme"]],
             "да" if row["helped"] else "нет", row["applied_on"],
             None if pd.isna(row["decided_on"]) else row["decided_on"], FATE_WORDS[row["status"]],
             row["amount_asked"] / 1000, granted]
        )  # fmt: skip
    approved = [k for k in range(len(cells)) if cells[k][8] is not None]
    over = approved[int(rng.integers(len(approved)))]
    true = rows["amount_granted"].iloc[over]
    cells[over][8] = cells[over][7] * 10
    ledger.note(page, address(FIRST + over, 9), "granted_above_asked", cells[over][8], true, "report")
    ledger.note(page, address(FIRST - 1, 8), "money_in_thousands", "Запрошено, тыс. руб.", "руб.", "repair")
    headers = ["№ заявки", "Муниципалитет", "Федеральная программа", "Помощь проектного офиса", "Дата подачи",
               "Дата решения", "Результат", "Запрошено, тыс. руб.", "Выделено, тыс. руб."]  # fmt: skip
    return _workbook(view, f"Проектный офис, заявки {view.year}", "Заявки", headers, cells)


def write_media(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The list of items as a CSV; what has no views says so in words, or holds nothing."""
    rng = habit(view.seed, "services media", view.year)
    page = Page(view.year, "media_items", name)
    cells: Cells = []
    noted = False
    for k, row in enumerate(rows.to_dict("records")):
        unknown = pd.isna(row["views"])
        views: Any = ("н/д" if rng.random() < 0.5 else None) if unknown else int(row["views"])
        if views == "н/д" and not noted:
            noted = True
            ledger.note(page, f"G{k + 2}", "missing_in_words", views, "", "repair")
        cells.append(
            [_number(row["item_id"]), _day(row["published_on"]), MEDIA_WORDS[row["channel"]], row["topic"],
             _unit(view, rng, row["unit_id"]), "Ключевая В. И.", views]
        )  # fmt: skip
    ledger.note(page, "F2", "personal_column", cells[0][5], "", "repair", extent=f"F2:F{len(cells) + 1}")
    headers = ["№ материала", "Дата выхода", "Где вышло", "О чём", "Муниципальное образование", "Автор", "Просмотры"]
    return _lines(headers, cells, "utf-8")


def write_partnerships(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The register of partnerships, years as text; where talks are held the number of partners is not stated, once
    as a zero that somebody put for it."""
    rng = habit(view.seed, "services partnerships", view.year)
    page = Page(view.year, "partnerships", name, "Партнёрства")
    numbers = ("partners", "since_year", "until_year")
    cells: Cells = []
    for row in rows.to_dict("records"):
        partners, since, until = (None if pd.isna(row[key]) else int(row[key]) for key in numbers)
        cells.append(
            [row["partnership_id"], _unit(view, rng, row["unit_id"]), row["partner"], row["partner_country"], partners,
             PARTNERSHIP_WORDS[row["kind"]], STAGE_WORDS[row["status"]], None if since is None else str(since), until]
        )  # fmt: skip
    talks = [k for k in range(len(cells)) if rows["status"].iloc[k] == "talks"]
    cells[talks[-1]][4] = 0
    ledger.note(page, address(FIRST + talks[-1], 5), "zero_for_not_stated", 0, "", "report")
    headers = ["№ партнёрства", "Муниципальное образование", "Зарубежный партнёр", "Страна", "Число партнёров",
               "Вид партнёрства", "Состояние", "Год начала", "Год окончания"]  # fmt: skip
    return _workbook(view, f"Международные партнёрства {view.year}", "Партнёрства", headers, cells)


def write_partnership_events(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """Visits and agreements; one refers to a partnership that the register lacks."""
    page = Page(view.year, "partnership_events", name, "События")
    cells: Cells = [
        [row["partnership_id"], row["held_on"], EVENT_WORDS[row["kind"]],
         None if pd.isna(row["persons"]) else int(row["persons"])]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    cells.append(["МП-99", pd.Timestamp(view.year, 6, 1), "Визит", 5])
    ledger.note(page, address(FIRST + len(cells) - 1, 1), "reference_unknown", "МП-99", "", "refuse")
    headers = ["№ партнёрства", "Дата", "Что произошло", "Человек"]
    return _workbook(view, f"События партнёрств {view.year}", "События", headers, cells)


_CENTRE = "ресурсный центр (смоделировано)"
_AWARD = "оргкомитет премии (смоделировано)"
_ABROAD = "отдел международных связей (смоделировано)"
FILES: Mapping[str, PartFile] = {
    "requests": PartFile("Журнал обращений {year}.csv", _CENTRE, services.requests, write_requests),
    "award_entries": PartFile("Премия, заявки {year}.xlsx", _AWARD, services.award_entries, write_award_entries),
    "award_scores": PartFile("Премия, протокол жюри {year}.xlsx", _AWARD, services.award_scores, write_award_scores),
    "federal_applications": PartFile(
        "Проектный офис {year}.xlsx", "проектный офис (смоделировано)", services.federal_applications, write_federal
    ),
    "media_items": PartFile(
        "Материалы в медиа {year}.csv", "редакция (смоделировано)", services.media_items, write_media
    ),
    "partnerships": PartFile(
        "Международные партнёрства {year}.xlsx", _ABROAD, services.partnerships, write_partnerships
    ),
    "partnership_events": PartFile(
        "События партнёрств {year}.xlsx", _ABROAD, services.partnership_events, write_partnership_events
    ),
}
