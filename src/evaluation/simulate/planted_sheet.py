"""A sheet of records with the defects planted in it: what the writers of the parts' registers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.files.teams import FIRST, head
from evaluation.simulate.mess import Ledger, Page, Reader, day, text_of
from evaluation.simulate.workbooks import address, put


@dataclass
class Sheet:
    """Rows of a sheet as they will be written, and the defects planted in them."""

    page: Page
    title: str
    headers: Sequence[str]
    rows: list[list[Any]]
    notes: list[tuple[int, int, str, Any, Any, Reader]] = field(default_factory=list)

    def plant(self, row: int, column: int, defect: str, written: Any, true: Any, reader: Reader) -> None:
        """Write ``written`` into a cell (row of records from 0, column from 1) and note what is true."""
        self.rows[row][column - 1] = written
        self.notes.append((row, column, defect, written, true, reader))

    def save(self, ledger: Ledger, merged: Sequence[int] = (), dates: Sequence[int] = ()) -> bytes:
        """The workbook; equal neighbours below one another become one cell in the columns ``merged``."""
        book = workbooks.new_workbook(self.title)
        sheet = book.create_sheet(self.page.sheet)
        head(sheet, self.title, list(self.headers))
        for k, row in enumerate(self.rows):
            for column, value in enumerate(row, start=1):
                dated = column in dates and hasattr(value, "year")
                put(sheet, FIRST + k, column, value, "DD.MM.YYYY" if dated else None)
        for column in merged:
            for first, last in runs_of([row[column - 1] for row in self.rows]):
                area = f"{address(FIRST + first, column)}:{address(FIRST + last, column)}"
                value = self.rows[first][column - 1]
                sheet.merge_cells(area)
                at = address(FIRST + first, column)
                ledger.note(self.page, at, "merged_cell", value, value, "repair", extent=area)
        for k, column, defect, written, true, reader in self.notes:
            ledger.note(self.page, address(FIRST + k, column), defect, written, text_of(true), reader)
        return workbooks.workbook_bytes(book)


def runs_of(values: Sequence[Any]) -> list[tuple[int, int]]:
    """First and last position of every run of two equal values or more."""
    runs, first = [], 0
    for place in range(1, len(values) + 1):
        if place == len(values) or values[place] != values[first]:
            if place - first > 1:
                runs.append((first, place - 1))
            first = place
    return runs


def cell_of(value: Any) -> Any:
    """A value as openpyxl takes it: nothing for a missing one, days at midnight, whole numbers without a point."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return day(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value


def worded_rows(frame: pd.DataFrame, columns: Sequence[str], words: Mapping[str, Mapping[str, str]]) -> list[list[Any]]:
    """Rows with a running number before them; codes become the words of the office."""
    rows = []
    for k, record in enumerate(frame.to_dict("records")):
        cells = [cell_of(record[name]) for name in columns]
        told = [
            words[name].get(str(cell), cell) if name in words and cell is not None else cell
            for name, cell in zip(columns, cells, strict=True)
        ]
        rows.append([k + 1, *told])
    return rows


def yes_no(value: bool) -> str:
    return "да" if value else "нет"
