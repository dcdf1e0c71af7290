"""Layout of the register of applications: its columns by year, two-row header, sums, and habits of a whole file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.simulate import workbooks
from evaluation.simulate.mess import Ledger, Page, Reader
from evaluation.simulate.workbooks import address, put

THOUSAND_YEARS = (2019, 2021, 2024)
MONEY = ("total", "regional", "local", "residents", "business", "other")
_MONEY_WORDS = ("всего", "краевой бюджет", "местный бюджет", "население", "организации", "иные источники")
CHANNELS = ("meeting", "questionnaire", "online")
SECTIONS = (
    ("city_okrug", "Городские округа"), ("municipal_okrug", "Муниципальные округа"),
    ("municipal_district", "Муниципальные районы"), ("closed_city",
    "Закрытые административно-территориальные образования"),
)  # fmt: skip
PLAN = tuple(f"planned_{name}" for name in MONEY)
PAID = tuple(f"paid_{name}" for name in MONEY)
ORDERS: tuple[tuple[str, ...], ...] = (
    ("n", "number", "code", "unit", "place", "title", "topic", "applicant", "applied_on", *PLAN, *PAID, *CHANNELS,
     "beneficiaries", "score", "status", "planned_end", "finished_on", "contact"),
    ("n", "code", "unit", "place", "number", "title", "topic", "applicant", "applied_on", "score", "status", *PLAN,
     *CHANNELS, "beneficiaries", *PAID, "planned_end", "finished_on", "contact"),
    ("n", "number", "unit", "code", "place", "title", "applicant", "topic", "applied_on", *CHANNELS, "beneficiaries",
     *PLAN, *PAID, "planned_end", "finished_on", "score", "status", "contact"),
)  # fmt: skip
_HEADERS: dict[str, tuple[str, str, str]] = {
    "n": ("№ п/п", "№", "№ п/п"),
    "number": ("№ заявки", "Номер заявки", "Рег. № заявки"),
    "code": ("Код ОКТМО", "ОКТМО", "Код ОКТМО"),
    "unit": ("Муниципальное образование", "Наименование муниципального образования", "Муниципальное  образование"),
    "place": ("Населённый пункт", "Населенный пункт", "Место реализации"),
    "title": ("Наименование проекта", "Название проекта", "Наименование\nпроекта"),
    "topic": ("Тип (направление)", "Направление", "Тип (направление)"),
    "applicant": ("Инициатор", "Инициатор проекта", "Инициатор"),
    "applied_on": ("Дата подачи", "Дата подачи заявки", "Дата регистрации"),
    "beneficiaries": ("Благополучатели, чел.", "Количество благополучателей, чел.", "Благополучатели, чел."),
    "score": ("Балл", "Итоговый балл", "Балл"),
    "status": ("Статус", "Статус", "Статус проекта"),
    "planned_end": ("Плановая дата завершения", "Срок завершения", "Плановая дата завершения"),
    "finished_on": ("Фактическая дата завершения", "Дата завершения (факт)", "Фактическая дата завершения"),
    "contact": ("Контакт (ФИО, телефон)",) * 3,
}


@dataclass
class Register:
    """The sheet under construction."""

    sheet: Worksheet
    page: Page
    ledger: Ledger
    order: tuple[str, ...]
    thousand: bool
    rng: np.random.Generator

    def column(self, key: str) -> int:
        return self.order.index(key) + 1

    def place(self, row: int, key: str) -> str:
        return address(row, self.column(key))

    def note(
        self, row: int, key: str, defect: str, written: Any, true_value: Any, reader_must: Reader, extent: str = ""
    ) -> None:
        self.ledger.note(self.page, self.place(row, key), defect, written, true_value, reader_must, extent)

    def money(self, value: float) -> float:
        return round(value / 1000, 5) if self.thousand else value


def write_heading(register: Register, variant: int) -> int:
    """Title rows, the two-row merged header and the row of numbers; returns the first row of the body."""
    sheet, year = register.sheet, register.page.year
    width = len(register.order)
    unit = "тыс. руб." if register.thousand else "руб."
    put(sheet, 1, width - 1, "Приложение № 3")
    put(
        sheet,
        2,
        1,
        f"Реестр заявок на участие в конкурсном отборе проектов поддержки местных инициатив, {year} год, {unit}",
    )
    put(sheet, 3, 1, workbooks.LABEL)
    sheet["A2"].font = workbooks.BOLD
    groups = {
        PLAN: f"Стоимость проекта, {unit}",
        PAID: f"Фактические расходы, {unit}",
        CHANNELS: "Участие населения, чел.",
    }
    words = {**dict(zip(PLAN, _MONEY_WORDS, strict=True)), **dict(zip(PAID, _MONEY_WORDS, strict=True))}
    words |= {"meeting": "собрание", "questionnaire": "анкетирование", "online": "онлайн"}
    for keys, title in groups.items():
        first, last = register.column(keys[0]), register.column(keys[-1])
        put(sheet, 5, first, title)
        sheet.merge_cells(start_row=5, start_column=first, end_row=5, end_column=last)
        for key in keys:
            put(sheet, 6, register.column(key), words[key])
    for key, texts in _HEADERS.items():
        column = register.column(key)
        put(sheet, 5, column, texts[variant])
        sheet.merge_cells(start_row=5, start_column=column, end_row=6, end_column=column)
    for column in range(1, width + 1):
        put(sheet, 7, column, column)
        sheet.cell(row=5, column=column).alignment = workbooks.CENTRED
    sheet.column_dimensions[register.place(1, "contact")[:-1]].hidden = True
    return 8


def write_sums(register: Register, at: int, title: str, rows: list[dict[str, Any]]) -> dict[str, float]:
    """A row of sums over clean rows (a repeated row is not counted twice)."""
    put(register.sheet, at, 1, title)
    register.sheet.cell(row=at, column=1).font = workbooks.BOLD
    sums: dict[str, float] = {}
    for key in (*PLAN, *PAID, *CHANNELS, "beneficiaries"):
        values = [float(row[key]) for row in rows if row[key] is not None and not pd.isna(row[key])]
        total = sum(values)
        sums[key] = register.money(total) if key in (*PLAN, *PAID) else total
        put(register.sheet, at, register.column(key), sums[key])
    return sums


def note_habits(register: Register, first: int, last: int) -> None:
    """Notes on what the whole file does, at the first cell concerned."""
    sheet = register.sheet

    def first_where(key: str, test: Callable[[Any], bool]) -> tuple[int, Any] | None:
        for row in range(first, last):
            value = sheet.cell(row=row, column=register.column(key)).value
            if sheet.cell(row=row, column=register.column("number")).value and test(value):
                return row, value
        return None

    def habit_note(key: str, defect: str, test: Callable[[Any], bool], true_value: Callable[[Any], Any]) -> None:
        found = first_where(key, test)
        if found:
            row, value = found
            extent = f"{register.place(first, key)}:{register.place(last - 1, key)}"
            register.note(row, key, defect, value, true_value(value), "repair", extent)

    habit_note("code", "lost_leading_zero", lambda v: isinstance(v, int), lambda v: f"{v:08d}")
    habit_note(
        "planned_total", "number_as_text", lambda v: isinstance(v, str) and v != "-",
        lambda v: v.replace("\u00a0", "").replace(",", "."),
    )  # fmt: skip
    habit_note("applied_on", "date_as_text", lambda v: isinstance(v, str) and v[:2].isdigit() and "." in v[:3],
               lambda v: pd.to_datetime(v, format="%d.%m.%Y"))  # fmt: skip
    contact = first_where("contact", bool)
    if contact:
        extent = f"{register.place(first, 'contact')}:{register.place(last - 1, 'contact')}"
        register.note(contact[0], "contact", "hidden_column_with_contacts", contact[1], "", "keep", extent)
    if register.thousand:
        key = address(5, register.column("planned_total"))
        register.ledger.note(register.page, key, "money_in_thousands", sheet[key].value, "x1000", "repair")
