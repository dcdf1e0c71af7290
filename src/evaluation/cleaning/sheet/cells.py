"""Values of a reader and the scan of a file's markup put together: one sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.distinct import Distinct
from evaluation.cleaning.limits import Extent
from evaluation.cleaning.sheet.scan import Scan
from evaluation.cleaning.workbook import Remark, Sheet


def as_cells(values: Sequence[Sequence[Any]], rows: int = 0, columns: int = 0) -> np.ndarray:
    """Rows of a reader as an object array of at least ``rows`` x ``columns``, None where a cell is empty.

    Empty rows and columns at the end are cut.
    """
    height, width = len(values), max(map(len, values), default=0)
    # column by column, as the cells are read later
    cells = np.full((max(height, rows), max(width, columns)), None, dtype=object, order="F")
    if height and width:
        cells[:height, :width] = values
        cells[cells == ""] = None
    # only what lies beyond can be cut
    last_row = rows + _last_filled(cells[rows:].T)
    last_column = columns + _last_filled(cells[:last_row, columns:])
    return cells[:last_row, :last_column]


def _last_filled(cells: np.ndarray) -> int:
    """Number of the last column with a filled cell, 0 where there is none."""
    return int(np.flatnonzero((~pd.isna(cells)).any(axis=0)).max(initial=-1)) + 1


def scanned_sheet(
    name: str, cells: np.ndarray, scan: Scan, size: Extent, hidden: bool, columns: tuple[Distinct, ...] = ()
) -> Sheet:
    """The sheet of ``cells``; its rows are those that the scan counted.

    Raises ValueError where values lie below them, or where there are none though the scan found some.
    """
    expected = scan.cells - len(scan.remarks) - len(size.far) > 0
    if len(cells) > size.rows or (expected and not any(cell is not None for cell in cells.flat)):
        raise ValueError("the two readers of the sheet disagree")
    far = set(size.far)
    struck = Counter(row for row, _ in scan.struck)
    whole = frozenset(row for row, count in struck.items() if count == scan.filled_of[row])
    single = [Remark("cell_struck", row, column) for row, column in sorted(scan.struck) if row not in whole]
    return Sheet(
        name,
        cells,
        size.rows,
        hidden,
        frozenset(row for row in scan.hidden_rows if row <= size.rows),
        frozenset(column for column in scan.hidden_columns if column <= size.columns),
        whole,
        tuple(area for area in scan.merged if area[0] <= size.rows),
        {place: digits for place, digits in scan.formats.items() if place not in far},
        tuple(remark for remark in [*scan.remarks, *single] if (remark.row, remark.column) not in far),
        tuple(Remark("far_cell", row, column) for row, column in size.far),
        columns,
    )
