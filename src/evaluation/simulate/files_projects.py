"""The register of applications, in the manner of an institute's workbook, with its planted defects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.simulate import workbooks
from evaluation.simulate.mess import (
    APPLICANT_WORDS,
    STATUS_WORDS,
    TOPIC_WORDS,
    Ledger,
    Page,
    choose,
    day,
    excel_serial,
    habit,
    with_nbsp,
)
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView, wide_projects

THOUSAND_YEARS = (2019, 2021, 2024)
MONEY = ("total", "regional", "local", "residents", "business", "other")
_MONEY_WORDS = ("всего", "краевой бюджет", "местный бюджет", "население", "организации", "иные источники")
_CHANNELS = ("meeting", "questionnaire", "online")
_SECTIONS = (
    ("city_okrug", "Городские округа"), ("municipal_okrug", "Муниципальные округа"),
    ("municipal_district", "Муниципальные районы"), ("closed_city", "Закрытые административно-территориальные образования"),
)  # fmt: skip
_PLAN = tuple(f"planned_{name}" for name in MONEY)
_PAID = tuple(f"paid_{name}" for name in MONEY)
_ORDERS: tuple[tuple[str, ...], ...] = (
    ("n", "number", "code", "unit", "place", "title", "topic", "applicant", "applied_on", *_PLAN, *_PAID, *_CHANNELS,
     "beneficiaries", "score", "status", "planned_end", "finished_on", "contact"),
    ("n", "code", "unit", "place", "number", "title", "topic", "applicant", "applied_on", "score", "status", *_PLAN,
     *_CHANNELS, "beneficiaries", *_PAID, "planned_end", "finished_on", "contact"),
    ("n", "number", "unit", "code", "place", "title", "applicant", "topic", "applied_on", *_CHANNELS, "beneficiaries",
     *_PLAN, *_PAID, "planned_end", "finished_on", "score", "status", "contact"),
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
_NUMERIC = (*_PLAN, *_PAID, *_CHANNELS, "beneficiaries", "score")


@dataclass
class _Register:
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

    def note(self, row: int, key: str, defect: str, written: Any, true_value: Any, reader_must: Any, extent: str = "") -> None:
        self.ledger.note(self.page, self.place(row, key), defect, written, true_value, reader_must, extent)

    def money(self, value: float) -> float:
        return round(value / 1000, 5) if self.thousand else value


def write_projects(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Реестр заявок»; defects go to ``ledger``."""
    year = view.year
    variant = year % 3
    rng = habit(view.seed, "projects", year)
    book = workbooks.new_workbook(f"Реестр заявок {year}")
    sheet_name = ("Реестр", "Лист1", f"Заявки {year}")[variant]
    sheet = book.create_sheet(sheet_name)
    page = Page(year, "projects", view.files["projects"], sheet_name)
    register = _Register(sheet, page, ledger, _ORDERS[variant], year in THOUSAND_YEARS, rng)
    first = _heading(register, variant)
    rows = _rows(view, register)
    defects = _plan_defects(rows, rng, year, register.thousand)
    last = _body(view, register, rows, first, defects)
    _footer(register, last, rows)
    _habits(register, first, last)
    if year == 2022:
        hidden = book.create_sheet("Списки")
        hidden.sheet_state = "hidden"
        for k, word in enumerate(TOPIC_WORDS.values(), start=1):
            put(hidden, k, 1, word)
        ledger.note(page.on("Списки"), "A1", "hidden_sheet", next(iter(TOPIC_WORDS.values())), "", "report", "A1:A11")
    return workbooks.workbook_bytes(book)


def _heading(register: _Register, variant: int) -> int:
    """Title rows, the two-row merged header and the row of numbers; returns the first row of the body."""
    sheet, year = register.sheet, register.page.year
    width = len(register.order)
    unit = "тыс. руб." if register.thousand else "руб."
    put(sheet, 1, width - 1, "Приложение № 3")
    put(sheet, 2, 1, f"Реестр заявок на участие в конкурсном отборе проектов поддержки местных инициатив, {year} год, {unit}")
    put(sheet, 3, 1, workbooks.LABEL)
    sheet["A2"].font = workbooks.BOLD
    groups = {_PLAN: f"Стоимость проекта, {unit}", _PAID: f"Фактические расходы, {unit}", _CHANNELS: "Участие населения, чел."}
    words = {**dict(zip(_PLAN, _MONEY_WORDS, strict=True)), **dict(zip(_PAID, _MONEY_WORDS, strict=True))}
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


def _rows(view: YearView, register: _Register) -> list[dict[str, Any]]:
    """Rows of the register in the order of sections, still clean; ``kind`` is the unit's type."""
    wide = wide_projects(view)
    first_of: dict[int, dict[str, Any]] = {}
    for one in view.people.values():
        first_of.setdefault(int(one["unit"]), one)
    position = {code: k for k, code in enumerate(view.programme.history.geography.units["unit_id"])}
    out = []
    for project in wide.to_dict("records"):
        base = str(view.base_code[project["project_id"]])
        person = first_of[position[base]]
        row: dict[str, Any] = {
            "project_id": project["project_id"],
            "number": f"{project['year'] % 100:02d}-{project['project_id'].split('-')[1]}",
            "code": project["unit_id"],
            "base": base,
            "kind": view.names.kind[project["unit_id"]],
            "place": project["place_name"],
            "title": project["title"],
            "topic": TOPIC_WORDS[project["topic"]],
            "applicant": APPLICANT_WORDS[project["applicant_type"]],
            "status": STATUS_WORDS[project["status"]],
            "contact": f"{person['surname']} {person['first_name']} {person['patronymic']}, тел. {person['phone']}",
            "planned_total": project["cost_planned"],
            "paid_total": project["cost_actual"],
            "score": project["score"],
            "beneficiaries": project["beneficiaries"],
        }
        for name in ("applied_on", "planned_end", "finished_on"):
            row[name] = project[name]
        for name in MONEY[1:]:
            row[f"planned_{name}"] = project.get(f"planned_{name}")
            row[f"paid_{name}"] = project.get(f"paid_{name}")
        for name in _CHANNELS:
            row[name] = project[name]
        out.append(row)
    rank = {kind: k for k, (kind, _) in enumerate(_SECTIONS)}
    return sorted(out, key=lambda row: (rank.get(row["kind"], len(rank)), row["number"]))


def _plan_defects(rows: list[dict[str, Any]], rng: np.random.Generator, year: int, thousand: bool) -> dict[int, str]:
    """Which row carries which single defect; a row carries at most one."""
    order = [int(k) for k in rng.permutation(len(rows))]
    done = [k for k in order if rows[k]["paid_total"] is not None and not pd.isna(rows[k]["paid_total"])]
    wanted = [
        "name_latin_letters", "name_latin_letters", "name_missing", "date_serial", "date_serial", "date_serial", "date_words",
        "date_words", "category_misspelt", "category_misspelt", "number_with_unit", "number_approximate",
        "personal_data_in_title", "source_times_thousand", "duplicate_row", "duplicate_row",
    ]  # fmt: skip
    if year in (2020, 2024):
        wanted.append("code_of_another_unit")
    if year == 2021:
        wanted.append("beneficiaries_above_population")
    out: dict[int, str] = {}
    for defect in ("error_value", "impossible_date", "finished_before_applied"):
        free = [k for k in done if k not in out]
        if defect == "impossible_date":
            free = [k for k in free if pd.Timestamp(rows[k]["planned_end"]).strftime("%d.%m") in ("30.09", "30.11")]
        if defect == "finished_before_applied" and year not in (2019, 2023):
            continue
        if free:
            out[free[0]] = defect
    free = [k for k in order if k not in out]
    out.update(dict(zip(free, wanted, strict=False)))
    return out


def _body(view: YearView, register: _Register, rows: list[dict[str, Any]], first: int, defects: dict[int, str]) -> int:
    """Sections with their rows and subtotals, then the total; returns the row of the total."""
    sheet = register.sheet
    at, number = first, 0
    gone = [k for k, row in enumerate(rows) if row["base"] not in view.names.codes and k not in defects]
    old = {gone[k] for k in choose(register.rng, len(gone), view.programme.history.parameters.old_code_rows)}
    for kind, title in _present_sections(rows):
        put(sheet, at, 1, title)
        sheet.cell(row=at, column=1).font = workbooks.BOLD
        at += 1
        inside = [(k, row) for k, row in enumerate(rows) if row["kind"] == kind]
        repeated = []
        for k, row in inside:
            number += 1
            _data_row(view, register, at, number, row, defects.get(k, ""), k in old)
            if defects.get(k) == "duplicate_row":
                repeated.append(row)
            at += 1
        for row in repeated:
            number += 1
            _data_row(view, register, at, number, row, "", False)
            register.note(at, "number", "duplicate_row", row["number"], row["number"], "report")
            at += 1
        _sums(register, at, "Итого по разделу", [row for _, row in inside])
        at += 1
    return at


def _present_sections(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    kinds = dict.fromkeys(row["kind"] for row in rows)
    names = dict(_SECTIONS)
    for kind in kinds:
        yield kind, names.get(kind, "Прочие территории")


def _data_row(
    view: YearView, register: _Register, at: int, number: int, row: dict[str, Any], defect: str, old: bool
) -> None:
    sheet, rng = register.sheet, register.rng
    written: dict[str, Any] = {key: row[key] for key in ("number", "place", "title", "topic", "applicant", "status", "contact")}
    written["n"] = number
    code = row["base"] if old else row["code"]
    written["code"] = int(code) if code.isdigit() else code
    # A repeated or plain row may use any spelling; a row under an old code keeps the old name with it.
    written["unit"] = view.names.spell(rng, code)
    as_text = rng.random() < 0.2
    for key in (*_PLAN, *_PAID):
        value = row[key]
        if value is None or pd.isna(value):
            written[key] = "-" if key.startswith("paid") else (None if key == "planned_other" else "-")
        else:
            amount = register.money(float(value))
            written[key] = with_nbsp(amount, 2) if as_text else amount
    for key in (*_CHANNELS, "beneficiaries"):
        written[key] = int(row[key])
    written["score"] = "н/д" if pd.isna(row["score"]) else float(row["score"])
    text_dates = register.page.year % 3 == 1
    for key in ("applied_on", "planned_end", "finished_on"):
        value = row[key]
        if value is None or pd.isna(value):
            written[key] = None if key == "planned_end" else "-"
        else:
            written[key] = f"{pd.Timestamp(value):%d.%m.%Y}" if text_dates else day(value)
    if defect:
        _spoil(view, register, at, row, written, defect)
    if old:
        register.note(at, "code", "unit_not_in_force", written["code"], row["code"], "report")
    for key in register.order:
        is_date = key in ("applied_on", "planned_end", "finished_on") and hasattr(written[key], "year")
        put(sheet, at, register.column(key), written[key], "DD.MM.YYYY" if is_date else None)
    if row["status"] == STATUS_WORDS["withdrawn"]:
        for column in range(1, len(register.order) + 1):
            sheet.cell(row=at, column=column).font = workbooks.STRUCK
        register.note(at, "status", "struck_row", written["status"], "withdrawn", "keep")


def _spoil(view: YearView, register: _Register, at: int, row: dict[str, Any], written: dict[str, Any], defect: str) -> None:
    """Put one defect into the row and note it."""
    year = register.page.year

    def change(key: str, value: Any, true_value: Any, reader_must: Any) -> None:
        written[key] = value
        register.note(at, key, defect, value, true_value, reader_must)

    if defect == "name_latin_letters":
        name = view.names.name[row["code"]]
        change("unit", name.translate(str.maketrans("аеос", "aeoc")), row["code"], "repair")
    elif defect == "name_missing":
        change("unit", None, row["code"], "repair")
    elif defect == "date_serial":
        change("applied_on", excel_serial(row["applied_on"]), row["applied_on"], "repair")
    elif defect == "date_words":
        when = pd.Timestamp(row["applied_on"])
        change("applied_on", f"{when.day} {('января', 'февраля')[when.month - 1]} {when.year} г.", when, "repair")
    elif defect == "category_misspelt":
        change("topic", row["topic"][:-2] + row["topic"][-1] + row["topic"][-2], row["topic"], "report")
    elif defect == "number_with_unit":
        change("beneficiaries", f"{int(row['beneficiaries'])} чел.", int(row["beneficiaries"]), "repair")
    elif defect == "number_approximate":
        change("beneficiaries", f"ок. {int(row['beneficiaries'])}", int(row["beneficiaries"]), "report")
    elif defect == "personal_data_in_title":
        change("title", f"{row['title']}, тел. +7 000 100-20-30", row["title"], "repair")
    elif defect == "source_times_thousand":
        value = register.money(float(row["planned_local"]))
        change("planned_local", round(value * 1000, 2) if register.thousand else round(value / 1000, 5), value, "report")
    elif defect == "error_value":
        change("paid_total", "#REF!", register.money(float(row["paid_total"])), "report")
    elif defect == "impossible_date":
        change("planned_end", f"31.{pd.Timestamp(row['planned_end']).month:02d}.{year}", row["planned_end"], "report")
    elif defect == "finished_before_applied":
        wrong = pd.Timestamp(row["finished_on"]).replace(year=year - 1)
        change("finished_on", f"{wrong:%d.%m.%Y}", row["finished_on"], "report")
    elif defect == "code_of_another_unit":
        codes = view.names.codes
        other = codes[(codes.index(row["code"]) + 7) % len(codes)]
        written["unit"] = view.names.name[row["code"]]
        change("code", int(other) if other.isdigit() else other, row["code"], "report")
    elif defect == "beneficiaries_above_population":
        change("beneficiaries", int(row["beneficiaries"]) * 10_000, int(row["beneficiaries"]), "report")


def _sums(register: _Register, at: int, title: str, rows: list[dict[str, Any]]) -> dict[str, float]:
    """A row of sums over clean rows (a repeated row is not counted twice)."""
    put(register.sheet, at, 1, title)
    register.sheet.cell(row=at, column=1).font = workbooks.BOLD
    sums: dict[str, float] = {}
    for key in (*_PLAN, *_PAID, *_CHANNELS, "beneficiaries"):
        values = [float(row[key]) for row in rows if row[key] is not None and not pd.isna(row[key])]
        total = sum(values)
        sums[key] = register.money(total) if key in (*_PLAN, *_PAID) else total
        put(register.sheet, at, register.column(key), sums[key])
    return sums


def _footer(register: _Register, at: int, rows: list[dict[str, Any]]) -> None:
    sheet = register.sheet
    sums = _sums(register, at, "ИТОГО", rows)
    if register.page.year == 2023:
        wrong = round(sums["planned_total"] + register.money(1_000_000.0), 2)
        put(sheet, at, register.column("planned_total"), wrong)
        register.note(at, "planned_total", "printed_total_wrong", wrong, sums["planned_total"], "report")
    put(sheet, at + 2, 1, "* Стоимость указана по данным заявки; фактические расходы по отчётам муниципальных образований.")
    put(sheet, at + 3, 1, "Примечание. Число участников указано по протоколам и опросным листам; один житель может быть учтён дважды.")
    signature = put(sheet, at + 4, 1, "Исполнитель: Сорокина Е. В., тел. +7 000 100-00-99")
    register.ledger.note(
        register.page, signature, "personal_data_in_signature", sheet[signature].value, "", "keep", f"A{at + 4}:A{at + 4}"
    )


def _habits(register: _Register, first: int, last: int) -> None:
    """Notes on what the whole file does, at the first cell concerned."""
    sheet = register.sheet

    def first_where(key: str, test: Any) -> tuple[int, Any] | None:
        for row in range(first, last):
            value = sheet.cell(row=row, column=register.column(key)).value
            if sheet.cell(row=row, column=register.column("number")).value and test(value):
                return row, value
        return None

    def habit_note(key: str, defect: str, test: Any, true_value: Any) -> None:
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
    contact = first_where("contact", lambda v: bool(v))
    if contact:
        extent = f"{register.place(first, 'contact')}:{register.place(last - 1, 'contact')}"
        register.note(contact[0], "contact", "hidden_column_with_contacts", contact[1], "", "keep", extent)
    if register.thousand:
        key = address(5, register.column("planned_total"))
        register.ledger.note(register.page, key, "money_in_thousands", sheet[key].value, "x1000", "repair")
