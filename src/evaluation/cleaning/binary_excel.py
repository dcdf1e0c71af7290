"""Sheets of an old Excel workbook (xls): values, hidden sheets and merged ranges by python-calamine.

What else the file hides (rows, columns, strike-through, number formats, formulas without a value) its reader does not
tell; the file is remarked once for that. Error cells come as empty.
"""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.cleaning.contents import damaged, locked
from evaluation.cleaning.limits import extent
from evaluation.cleaning.sheet.cells import as_cells
from evaluation.cleaning.workbook import Remark, Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


def read_sheets(data: bytes, path: Path, source: str) -> tuple[Sheet, ...]:
    """Worksheets of the workbook. Raises InputProblem for one that is damaged or locked."""
    import python_calamine as calamine

    sheets = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for facts in book.sheets_metadata:
            if facts.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(facts.name)
            hidden = facts.visible != calamine.SheetVisibleEnum.Visible
            sheets.append(_sheet(facts.name, sheet, hidden, path, source))
    except calamine.PasswordError as error:
        raise locked(path, source) from error
    except (calamine.CalamineError, ValueError, EOFError) as error:
        raise damaged(path, source, "xls") from error
    return tuple(sheets)


def _sheet(name: str, sheet: CalamineSheet, hidden: bool, path: Path, source: str) -> Sheet:
    cells = as_cells(sheet.to_python(skip_empty_area=False))
    rows, columns = np.nonzero(~pd.isna(cells))

    def beyond(row: int, column: int) -> list[tuple[int, int]]:
        far = (rows >= row) | (columns >= column)
        return list(zip((rows[far] + 1).tolist(), (columns[far] + 1).tolist(), strict=True))

    size = extent(
        np.unique(rows + 1).tolist(), Counter((columns + 1).tolist()), beyond, (path, source, name), cut=False
    )
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    return Sheet(
        name,
        cells[: size.rows, : size.columns],
        size.rows,
        hidden,
        merged=tuple((top + 1, left + 1, bottom + 1, right + 1) for top, left, bottom, right in merged),
        notes=tuple(Remark("far_cell", row, column) for row, column in size.far),
    )
