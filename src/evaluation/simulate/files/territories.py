"""The passport of municipalities: codes as numbers, dashes for closed cities, former names after the reform."""

from __future__ import annotations

import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.mess import TYPE_WORDS, Ledger, Page, with_nbsp
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView


def write_territories(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Паспорт муниципалитетов»; defects go to ``ledger``."""
    year = view.year
    book = workbooks.new_workbook(f"Паспорт муниципалитетов {year}")
    name = "Паспорт" if year % 2 else "МО"
    sheet = book.create_sheet(name)
    page = Page(year, "territories", view.files["territories"], name)
    put(sheet, 1, 1, f"Паспорт муниципальных образований по состоянию на 1 января {year} года")
    put(sheet, 2, 1, workbooks.LABEL)
    headers = [
        "Код ОКТМО", "Муниципальное образование", "Тип", "Население, чел. (на 1 января)", "в т.ч. 18 лет и старше",
        "Крайний Север (да/нет)", "Центр",
    ]  # fmt: skip
    reformed = any(names != [view.names.name[code]] for code, names in view.former.items())
    if reformed:
        headers.append("Прежние наименования")
    for column, text in enumerate(headers, start=1):
        put(sheet, 4, column, text)
        sheet.cell(row=4, column=column).alignment = workbooks.CENTRED
    as_text = year % 3 == 0
    units = view.tables["territories"]
    first = 5
    for at, unit in enumerate(units.to_dict("records"), start=first):
        code = str(unit["unit_id"])
        written = int(code) if code.isdigit() else code
        cells = [written, unit["name"], TYPE_WORDS.get(unit["type"], unit["type"])]
        people = (unit["population"], unit["population_18plus"])
        cells += ["-" if pd.isna(n) else (with_nbsp(float(n), 0) if as_text else int(n)) for n in people]
        cells += ["да" if unit["is_north"] else "нет", unit["short_name"] if unit["type"] == "city_okrug" else None]
        if reformed:
            cells.append(", ".join(view.former.get(code, [])))
        for column, value in enumerate(cells, start=1):
            put(sheet, at, column, value)
        if pd.isna(unit["population"]):
            ledger.note(page, address(at, 4), "population_not_published", "-", "", "keep")
    last = first + len(units) - 1
    code = str(units.iloc[0]["unit_id"])
    if code.isdigit():
        ledger.note(page, f"A{first}", "lost_leading_zero", int(code), code, "repair", f"A{first}:A{last}")
    if as_text:
        known = units[units["population"].notna()].iloc[0]
        at = first + int(known.name)
        written_text = sheet.cell(row=at, column=4).value
        ledger.note(
            page, f"D{at}", "number_as_text", written_text, int(known["population"]), "repair", f"D{first}:E{last}"
        )
    put(sheet, last + 1, 1, "ИТОГО")
    put(sheet, last + 1, 4, int(units["population"].sum()))
    put(sheet, last + 1, 5, int(units["population_18plus"].sum()))
    put(
        sheet,
        last + 3,
        1,
        "* Численность населения закрытых административно-территориальных образований не публикуется.",
    )
    return workbooks.workbook_bytes(book)
