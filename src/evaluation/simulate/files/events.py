"""The plan of support events and the lists of participants, one sheet an event."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.simulate import workbooks
from evaluation.simulate.mess import (
    COHORT_WORDS,
    FORM_WORDS,
    MODE_WORDS,
    STREAM_WORDS,
    Ledger,
    Page,
    day,
    habit,
    period_words,
)
from evaluation.simulate.schedule import TAUGHT
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

_PRESENT = ("+", "v", "да", "+", "1")
_ABSENT = ("-", "н", "б", "-", None)


def write_support_events(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «План-график мероприятий»; defects go to ``ledger``."""
    year = view.year
    rng = habit(view.seed, "training events", year)
    book = workbooks.new_workbook(f"План-график мероприятий {year}")
    name = "План-график" if year % 2 else "План"
    sheet = book.create_sheet(name)
    page = Page(year, "support_events", view.files["support_events"], name)
    put(sheet, 1, 1, f"План-график мероприятий по сопровождению муниципальных команд, {year} год")
    put(sheet, 2, 1, workbooks.LABEL)
    dates = "Дата(ы)" if year % 2 else "Сроки проведения"
    headers = ["№", "Наименование", "Вид поддержки", "Форма", dates, "Часы", "Формат", "Место", "Участников (отчёт)",
               "Категория участников", "Приглашено"]  # fmt: skip
    for column, text in enumerate(headers, start=1):
        put(sheet, 4, column, text)
        sheet.cell(row=4, column=column).alignment = workbooks.CENTRED
    events = view.tables["support_events"]
    differs = int(rng.integers(len(events)))
    for k, event in enumerate(events.to_dict("records")):
        at = 5 + k
        period: Any = period_words(event["starts_on"], event["ends_on"], k)
        if event["starts_on"] == event["ends_on"] and k % 3 == 2:
            period = day(event["starts_on"])
        hours: Any = (
            None
            if pd.isna(event["hours"])
            else (f"{event['hours']:.0f} ак.ч.", float(event["hours"]), f"{event['hours']:.0f} часов")[k % 3]
        )
        host = event["host_unit_id"]
        place = view.names.spell(rng, str(host), plain=True) if isinstance(host, str) else ("онлайн" if k % 2 else None)
        reported = int(event["reported_participants"])
        if k == differs and event["stream"] in TAUGHT:
            ledger.note(page, address(at, 9), "count_disagrees_with_list", reported + 2, reported, "report")
            reported += 2
        cells = [
            k + 1, event["title"], STREAM_WORDS[event["stream"]], FORM_WORDS[event["form"]], period, hours,
            MODE_WORDS[event["mode"]], place, reported,
            COHORT_WORDS[event["cohort"]] if isinstance(event["cohort"], str) else None,
            None if pd.isna(event["invited"]) else int(event["invited"]),
        ]  # fmt: skip
        for column, value in enumerate(cells, start=1):
            put(sheet, at, column, value, "DD.MM.YYYY" if column == 5 and not isinstance(value, str) else None)
        _note_event(ledger, page, at, event, cells)
    end = 5 + len(events) + 1
    put(sheet, end, 1, "Примечание. Даты уточняются за две недели до мероприятия.")
    return workbooks.workbook_bytes(book)


def _note_event(ledger: Ledger, page: Page, at: int, event: dict[str, Any], cells: list[Any]) -> None:
    period, hours, place = cells[4], cells[5], cells[7]
    if isinstance(period, str) and not period[-4:].isdigit():
        defect = (
            "period_of_months"
            if period[0].isalpha()
            else ("date_range" if event["starts_on"] != event["ends_on"] else "date_without_year")
        )
        first, last = pd.Timestamp(event["starts_on"]).date(), pd.Timestamp(event["ends_on"]).date()
        ledger.note(page, address(at, 5), defect, period, f"{first}..{last}", "repair")
    if isinstance(hours, str):
        ledger.note(page, address(at, 6), "hours_with_unit", hours, float(event["hours"]), "repair")
    if place == "онлайн":
        ledger.note(page, address(at, 8), "place_is_not_a_territory", place, "", "keep")
    elif place:
        ledger.note(page, address(at, 8), "place_without_code", place, event["host_unit_id"], "repair")


def write_attendance(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Списки участников», one sheet an event; defects go to ``ledger``."""
    year = view.year
    rng = habit(view.seed, "attendance", year)
    book = workbooks.new_workbook(f"Списки участников {year}")
    page = Page(year, "attendance", view.files["attendance"])
    events = view.tables["support_events"]
    lists = dict(list(view.tables["attendance"].groupby("event_id", sort=False)))
    taught = [event for event in events.to_dict("records") if event["event_id"] in lists]
    counted_wrong = int(rng.integers(len(taught))) if taught else -1
    repeated = int(rng.integers(len(taught))) if taught else -1
    for k, event in enumerate(taught):
        number = int(event["event_id"].split("-T")[1])
        title = str(event["title"])
        name = f"{number}" if year % 2 else f"{number}. {title[:18]}".replace("«", "").replace("»", "").replace(":", "")
        sheet = book.create_sheet(name.strip())
        on = page.on(sheet.title)
        put(
            sheet,
            1,
            1,
            f"Список участников: {number}. {title}, {period_words(event['starts_on'], event['ends_on'], 0)}",
        )
        put(sheet, 2, 1, workbooks.LABEL)
        headers = ["№", "ФИО", "Должность, муниципальное образование", "Телефон", "E-mail", "Отметка о присутствии"]
        for column, text in enumerate(headers, start=1):
            put(sheet, 4, column, text)
        at = _people(view, ledger, on, sheet, rng, event, lists[event["event_id"]], k == repeated)
        came = int(lists[event["event_id"]]["status"].isin(["present", "partial"]).sum())
        printed = came + (3 if k == counted_wrong else 0)
        cell = put(sheet, at, 1, f"Всего присутствовало: {printed}")
        if printed != came:
            ledger.note(on, cell, "head_count_disagrees", sheet[cell].value, came, "report")
        put(sheet, at + 2, 1, "Организатор ____________________ / Орлова Н. И.")
        ledger.note(on, f"A{at + 2}", "personal_data_in_signature", sheet[f"A{at + 2}"].value, "", "keep")
    return workbooks.workbook_bytes(book)


def _people(
    view: YearView,
    ledger: Ledger,
    page: Page,
    sheet: Worksheet,
    rng: np.random.Generator,
    event: dict[str, Any],
    rows: pd.DataFrame,
    repeat: bool,
) -> int:
    """Write the rows of one list; returns the row after them."""
    at, order = 5, int(rng.integers(3))
    contacts = rng.random((len(rows), 3))
    notes = {"name_order": False, "blank_mark": False, "partial": False, "position": False}
    for k, row in enumerate(rows.to_dict("records")):
        person = view.people[row["person_key"]]
        # A tenth of the names on a list do not follow its habit.
        form = order if contacts[k, 0] < 0.9 else (order + 1) % 3
        name = _full_name(person, form)
        phone = None if contacts[k, 1] < 0.15 else _phone(str(person["phone"]), int(contacts[k, 1] * 100) % 3)
        email = None if contacts[k, 2] < 0.2 else str(person["email"])
        unit = view.names.spell(rng, str(row["unit_id"]), plain=True)
        mark = _mark(rng, str(row["status"]), str(event["mode"]))
        cells = [k + 1, name, f"{person['position']}, {unit}", phone, email, mark]
        for column, value in enumerate(cells, start=1):
            put(sheet, at, column, value)
        if form and not notes["name_order"]:
            notes["name_order"] = True
            ledger.note(page, address(at, 2), "name_in_another_order", name, _full_name(person, 0), "repair")
        if not notes["position"]:
            notes["position"] = True
            ledger.note(
                page,
                address(at, 3),
                "position_and_unit_in_one_cell",
                cells[2],
                row["unit_id"],
                "repair",
                f"C5:C{4 + len(rows)}",
            )
        if row["status"] == "absent" and mark is None and not notes["blank_mark"]:
            notes["blank_mark"] = True
            ledger.note(page, address(at, 6), "mark_left_blank", "", "absent", "report")
        if row["status"] == "partial" and not notes["partial"]:
            notes["partial"] = True
            ledger.note(page, address(at, 6), "mark_of_part", mark, "partial", "repair")
        at += 1
    if repeat and len(rows):
        for column in range(1, 7):
            put(sheet, at, column, sheet.cell(row=5, column=column).value if column > 1 else len(rows) + 1)
        ledger.note(
            page,
            address(at, 2),
            "person_listed_twice",
            sheet.cell(row=at, column=2).value,
            rows.iloc[0]["person_key"],
            "report",
        )
        at += 1
    return at


def _full_name(person: dict[str, Any], form: int) -> str:
    surname, first, father = str(person["surname"]), str(person["first_name"]), str(person["patronymic"])
    if form == 0:
        return f"{surname} {first} {father}"
    if form == 1:
        return f"{first} {father} {surname}"
    return f"{surname} {first[0]}.{father[0]}."


def _phone(phone: str, form: int) -> str:
    digits = "".join(c for c in phone if c.isdigit())
    return (phone, f"8({digits[1:4]}){digits[4:]}", f"8 {digits[1:4]} {digits[4:7]} {digits[7:9]} {digits[9:]}")[form]


def _mark(rng: np.random.Generator, status: str, mode: str) -> str | None:
    draw = int(rng.integers(5))
    if status == "partial":
        return "0,5" if draw < 3 else "частично"
    if status == "absent":
        return _ABSENT[draw]
    return "онлайн" if mode == "online" and draw < 3 else _PRESENT[draw]
