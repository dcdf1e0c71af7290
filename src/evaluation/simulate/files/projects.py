"""The register of applications, in the manner of an institute's workbook, with its planted defects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

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
from evaluation.simulate.register_layout import (
    CHANNELS,
    MONEY,
    ORDERS,
    PAID,
    PLAN,
    SECTIONS,
    THOUSAND_YEARS,
    Register,
    note_habits,
    write_heading,
    write_sums,
)
from evaluation.simulate.workbooks import put
from evaluation.simulate.year_view import YearView, wide_projects


def write_projects(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Реестр заявок»; defects go to ``ledger``."""
    year = view.year
    variant = year % 3
    rng = habit(view.seed, "projects", year)
    book = workbooks.new_workbook(f"Реестр заявок {year}")
    sheet_name = ("Реестр", "Лист1", f"Заявки {year}")[variant]
    sheet = book.create_sheet(sheet_name)
    page = Page(year, "projects", view.files["projects"], sheet_name)
    register = Register(sheet, page, ledger, ORDERS[variant], year in THOUSAND_YEARS, rng)
    first = write_heading(register, variant)
    rows = _rows(view, register)
    defects = _plan_defects(rows, rng, year, register.thousand)
    last = _body(view, register, rows, first, defects)
    _footer(register, last, rows)
    note_habits(register, first, last)
    if year == 2022:
        hidden = book.create_sheet("Списки")
        hidden.sheet_state = "hidden"
        for k, word in enumerate(TOPIC_WORDS.values(), start=1):
            put(hidden, k, 1, word)
        ledger.note(page.on("Списки"), "A1", "hidden_sheet", next(iter(TOPIC_WORDS.values())), "", "report", "A1:A11")
    return workbooks.workbook_bytes(book)


def _rows(view: YearView, register: Register) -> list[dict[str, Any]]:
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
        for name in CHANNELS:
            row[name] = project[name]
        out.append(row)
    rank = {kind: k for k, (kind, _) in enumerate(SECTIONS)}
    return sorted(out, key=lambda row: (rank.get(row["kind"], len(rank)), row["number"]))


def _plan_defects(rows: list[dict[str, Any]], rng: np.random.Generator, year: int, thousand: bool) -> dict[int, str]:
    """Which row carries which single defect; a row carries at most one."""
    order = [int(k) for k in rng.permutation(len(rows))]
    done = [k for k in order if rows[k]["paid_total"] is not None and not pd.isna(rows[k]["paid_total"])]
    wanted = [
        "name_latin_letters", "name_latin_letters", "name_missing", "date_serial", "date_serial", "date_serial",
        "date_words",
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


def _body(view: YearView, register: Register, rows: list[dict[str, Any]], first: int, defects: dict[int, str]) -> int:
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
        write_sums(register, at, "Итого по разделу", [row for _, row in inside])
        at += 1
    return at


def _present_sections(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    kinds = dict.fromkeys(row["kind"] for row in rows)
    names = dict(SECTIONS)
    for kind in kinds:
        yield kind, names.get(kind, "Прочие территории")


def _data_row(
    view: YearView, register: Register, at: int, number: int, row: dict[str, Any], defect: str, old: bool
) -> None:
    sheet, rng = register.sheet, register.rng
    written: dict[str, Any] = {
        key: row[key] for key in ("number", "place", "title", "topic", "applicant", "status", "contact")
    }
    written["n"] = number
    code = row["base"] if old else row["code"]
    written["code"] = int(code) if code.isdigit() else code
    # A repeated or plain row may use any spelling; a row under an old code keeps the old name with it.
    written["unit"] = view.names.spell(rng, code)
    as_text = rng.random() < 0.2
    for key in (*PLAN, *PAID):
        value = row[key]
        if value is None or pd.isna(value):
            written[key] = "-" if key.startswith("paid") else (None if key == "planned_other" else "-")
        else:
            amount = register.money(float(value))
            written[key] = with_nbsp(amount, 2) if as_text else amount
    for key in (*CHANNELS, "beneficiaries"):
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


def _spoil(
    view: YearView, register: Register, at: int, row: dict[str, Any], written: dict[str, Any], defect: str
) -> None:
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
        change(
            "planned_local", round(value * 1000, 2) if register.thousand else round(value / 1000, 5), value, "report"
        )
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


def _footer(register: Register, at: int, rows: list[dict[str, Any]]) -> None:
    sheet = register.sheet
    sums = write_sums(register, at, "ИТОГО", rows)
    if register.page.year == 2023:
        wrong = round(sums["planned_total"] + register.money(1_000_000.0), 2)
        put(sheet, at, register.column("planned_total"), wrong)
        register.note(at, "planned_total", "printed_total_wrong", wrong, sums["planned_total"], "report")
    put(
        sheet,
        at + 2,
        1,
        "* Стоимость указана по данным заявки; фактические расходы по отчётам муниципальных образований.",
    )
    put(
        sheet,
        at + 3,
        1,
        "Примечание. Число участников указано по протоколам и опросным листам; один житель может быть учтён дважды.",
    )
    signature = put(sheet, at + 4, 1, "Исполнитель: Сорокина Е. В., тел. +7 000 100-00-99")
    register.ledger.note(
        register.page,
        signature,
        "personal_data_in_signature",
        sheet[signature].value,
        "",
        "keep",
        f"A{at + 4}:A{at + 4}",
    )
