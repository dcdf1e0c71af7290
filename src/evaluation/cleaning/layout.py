"""What each row of a sheet is: title, header, numbering, section, data, subtotal, total, footnote or blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.distinct import Distinct
from evaluation.cleaning.headers import Aliases, Header, find_header
from evaluation.cleaning.row_classes import classify
from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import Sheet


@dataclass(frozen=True)
class Layout:
    """A sheet taken apart.

    ``row_classes`` has every row (index from 1). ``records`` holds the raw cells of data rows (index row, one column
    a variable), ``totals`` those of subtotals and totals. ``positions`` and ``multipliers`` are by variable;
    ``unmapped`` are columns with data but no variable, ``repeated`` further columns of a variable. ``filled`` are
    cells (row, variable) taken from a merged range. ``title`` joins the texts above the header. ``second_headers`` are
    rows where further tables begin, ``aside`` their data rows, which are no records. ``distinct`` are
    the different cells of the columns of ``records``.
    """

    sheet: Sheet
    header: Header | None
    row_classes: pd.Series
    records: pd.DataFrame
    totals: pd.DataFrame
    positions: Mapping[str, int]
    multipliers: Mapping[str, float | None]
    unmapped: tuple[int, ...]
    repeated: tuple[int, ...]
    filled: tuple[tuple[int, str], ...]
    title: str
    second_headers: tuple[int, ...] = ()
    aside: frozenset[int] = frozenset()
    distinct: Mapping[str, Distinct] = field(default_factory=dict)


def lay_out(sheet: Sheet, aliases: Aliases) -> Layout:
    """Find the header, class every row and collect the records. Without a header nothing is a record."""
    header = find_header(sheet, aliases)
    found = classify(sheet, header, aliases)
    classes = found.series
    cells, filled_cells = _with_merged_data(sheet, classes)
    data = classes.index[(classes == "data").to_numpy() & ~classes.index.isin(found.aside)]
    used = ~found.blank[data - 1]
    filled_cells = [place for place in filled_cells if place[0] not in found.aside]
    for row, place in filled_cells:
        used[data.get_indexer([row]), place - 1] = True
    has_data = used.any(axis=0) if len(data) else np.zeros(sheet.cells.shape[1], dtype=bool)
    positions: dict[str, int] = {}
    repeated = []
    for column in header.columns if header else ():
        if column.variable is None:
            continue
        before = positions.get(column.variable)
        if before is not None and has_data[before - 1]:
            repeated.append(column.position)
        else:
            # of two columns of one variable an empty one gives way
            repeated += [] if before is None else [before]
            positions[column.variable] = column.position
    sums = classes.index[classes.isin(["subtotal", "total"])]
    known = {*positions.values(), *repeated}
    with_data = (np.flatnonzero(has_data) + 1).tolist() if header else []
    by_position = {position: variable for variable, position in positions.items()}
    return Layout(
        sheet,
        header,
        classes,
        _frame(cells, data, positions),
        _frame(cells, sums, positions),
        positions,
        _multipliers(header, positions),
        tuple(position for position in with_data if position not in known),
        tuple(position for position in repeated if has_data[position - 1]),
        tuple((row, by_position[column]) for row, column in filled_cells if column in by_position),
        " ".join(
            str(cell)
            for row in classes.index[classes == "title"]
            for cell in sheet.cells[row - 1]
            if not is_blank(cell)
        ),
        found.second_headers,
        found.aside,
        # zero-padded numbers and merged cells are not read as they stand in the sheet
        {name: found.columns[position - 1].of_rows(data - 1) for name, position in positions.items()}
        if cells is sheet.cells
        else {},
    )


def _frame(cells: Any, rows: pd.Index, positions: Mapping[str, int]) -> pd.DataFrame:
    if not positions:
        return pd.DataFrame(index=rows)
    places = np.array(list(positions.values())) - 1
    # the cells of a column stay side by side
    chosen = cells.T[np.ix_(places, rows - 1)].T
    return pd.DataFrame(chosen, index=rows, columns=list(positions), dtype=object)


def _multipliers(header: Header | None, positions: Mapping[str, int]) -> dict[str, float | None]:
    if header is None:
        return {}
    by_position = {column.position: column.multiplier for column in header.columns}
    return {variable: by_position[position] for variable, position in positions.items()}


def _with_merged_data(sheet: Sheet, classes: pd.Series) -> tuple[Any, list[tuple[int, int]]]:
    """Cells with zero-padded numbers as shown, and data cells merged downwards filled; the filled places."""
    cells = sheet.cells
    filled: list[tuple[int, int]] = []
    tall = [
        area for area in sheet.merged if area[2] > area[0] and area[1] == area[3] and classes.get(area[0]) == "data"
    ]
    if not sheet.formats and not tall:
        return cells, filled
    cells = cells.copy()
    for (row, column), digits in sheet.formats.items():
        value = cells[row - 1, column - 1]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer():
            cells[row - 1, column - 1] = str(int(value)).zfill(digits)
    for top, column, bottom, _ in tall:
        for row in range(top + 1, min(bottom, len(cells)) + 1):
            if classes.get(row) == "data" and is_blank(cells[row - 1, column - 1]):
                cells[row - 1, column - 1] = cells[top - 1, column - 1]
                filled.append((row, column))
    return cells, filled
