"""A register as a workbook that step 01 reads: headings from the codebook, text as text, numbers and days as such."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from evaluation.report.forms import for_print, new_book, put_header, put_text, workbook_bytes

DATE_FORMAT = "DD.MM.YYYY"
LONGEST_TITLE = 31
WIDTH = 24


def register_file(title: str, rows: pd.DataFrame, headers: dict[str, str]) -> bytes:
    """The rows under ``headers`` by column (a column without one keeps its name) as a workbook with one sheet.

    The same arguments give the same bytes; texts cannot become formulas; missing values are empty cells.
    """
    book = new_book(title)
    sheet = book.create_sheet(title[:LONGEST_TITLE])
    names = [headers.get(str(name), str(name)) for name in rows.columns]
    put_header(sheet, 1, names, [WIDTH] * len(names))
    for number, row in enumerate(rows.itertuples(index=False, name=None), start=2):
        for column, value in enumerate(row, start=1):
            _put(sheet, number, column, value)
    sheet.freeze_panes = "A2"
    for_print(sheet, 1)
    return workbook_bytes(book)


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, dt.date):
        cell = sheet.cell(row=row, column=column, value=value)
        cell.number_format = DATE_FORMAT
    elif isinstance(value, int) and not isinstance(value, bool):
        sheet.cell(row=row, column=column, value=value)
    else:
        put_text(sheet, row, column, value)
