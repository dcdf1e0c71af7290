"""The protocol of scoring: criteria across, points as text in some years, a second sheet with the line."""

from __future__ import annotations

import numpy as np
import pandas as pd
from openpyxl import Workbook

from evaluation.simulate import workbooks
from evaluation.simulate.contest import CRITERIA
from evaluation.simulate.mess import Ledger, Page, habit
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

TEXT_YEARS = (2020, 2023)
_WORDS = (
    "Участие населения", "Вклад населения", "Вклад организаций", "Вклад местного бюджета", "Социальная значимость",
    "Информирование",
)  # fmt: skip


def write_scores(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Протокол оценки заявок»; defects go to ``ledger``."""
    year = view.year
    rng = habit(view.seed, "scores", year)
    book = workbooks.new_workbook(f"Протокол оценки заявок {year}")
    sheet = book.create_sheet("Протокол")
    page = Page(year, "scores", view.files["scores"], "Протокол")
    put(sheet, 1, 1, f"Протокол оценки заявок конкурсного отбора, {year} год")
    put(sheet, 2, 1, workbooks.LABEL)
    headers = ["№ п/п", "№ заявки", "Наименование проекта", "Муниципальное образование", *_WORDS, "Итого", "Место"]
    for column, text in enumerate(headers, start=1):
        put(sheet, 4, column, text)
        sheet.cell(row=4, column=column).alignment = workbooks.CENTRED
    points = view.tables["scores"].pivot(index="project_id", columns="criterion", values="points")[list(CRITERIA)]
    projects = view.tables["projects"].set_index("project_id")
    table = points.join(projects[["score", "unit_id", "title", "is_funded"]])
    table = table.sort_values(["score", "is_funded"], ascending=False, kind="stable")
    rank = table["score"].rank(ascending=False, method="min").astype(int)
    as_text = year in TEXT_YEARS
    wrong_total, wrong_points = (int(k) for k in rng.permutation(len(table))[:2])
    first = 5
    for k, (project_id, row) in enumerate(table.iterrows()):
        at = first + k
        number = f"{year % 100:02d}-{str(project_id).split('-')[1]}"
        cells = [k + 1, number, row["title"], view.names.spell(rng, str(row["unit_id"]), plain=True)]
        values = [float(row[name]) for name in CRITERIA]
        cells += [f"{value:.0f} б." if as_text else value for value in values]
        total = float(row["score"])
        cells += [total + (10 if k == wrong_total else 0), int(rank.iloc[k])]
        if k == wrong_points:
            cells[4] = "187 б." if as_text else 187.0
        for column, value in enumerate(cells, start=1):
            put(sheet, at, column, value)
        if k == wrong_total:
            ledger.note(page, address(at, 11), "total_disagrees", cells[10], total, "report")
        if k == wrong_points:
            ledger.note(page, address(at, 5), "points_above_maximum", cells[4], values[0], "report")
    if as_text and len(table):
        cell = address(first, 6)
        true_value = float(table.iloc[0][CRITERIA[1]])
        extent = f"E{first}:J{first + len(table) - 1}"
        ledger.note(page, cell, "points_with_unit", sheet[cell].value, true_value, "repair", extent)
    end = first + len(table) + 1
    put(sheet, end, 1, "Председатель комиссии ____________________")
    put(sheet, end + 1, 1, "Секретарь комиссии ____________________")
    _winners(book, view, table, ledger, page, rng)
    return workbooks.workbook_bytes(book)


def _winners(
    book: Workbook, view: YearView, table: pd.DataFrame, ledger: Ledger, page: Page, rng: np.random.Generator
) -> None:
    """A sheet for reading: winners, the coloured line of the budget, and those below it."""
    sheet = book.create_sheet("Победители")
    put(sheet, 1, 1, f"Победители конкурсного отбора {view.year} года")
    for column, text in enumerate(["№ заявки", "Наименование проекта", "Итого", "Решение"], start=1):
        put(sheet, 3, column, text)
    at, drawn = 4, False
    for project_id, row in table.sort_values(["is_funded", "score"], ascending=False, kind="stable").iterrows():
        if not row["is_funded"] and not drawn:
            put(sheet, at, 1, "--- граница финансирования ---")
            for column in range(1, 5):
                sheet.cell(row=at, column=column).fill = workbooks.LINE
            ledger.note(
                page.on("Победители"),
                address(at, 1),
                "line_drawn_by_colour",
                sheet.cell(row=at, column=1).value,
                "",
                "keep",
            )
            at, drawn = at + 1, True
        number = f"{view.year % 100:02d}-{str(project_id).split('-')[1]}"
        for column, value in enumerate(
            [number, row["title"], float(row["score"]), "поддержать" if row["is_funded"] else ""], start=1
        ):
            put(sheet, at, column, value or None)
        at += 1
