"""What each row of a sheet is: title, header, numbering, section, data, subtotal, total, footnote or blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from evaluation.cleaning.headers import Aliases, Header, find_header, header_key
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank, parse_number
from evaluation.cleaning.workbook import Sheet
from evaluation.ledger import RowClass

_SUBTOTAL = re.compile(
    r"^(?:итого|всего)\s+(?:по|на|в)\s+(?!краю|региону|программе|всем|реестру|конкурсу|отбору)"
    r"|^(?:итого|всего) (?:раздел|проектов раздел)|^subtotal"
)
_TOTAL = re.compile(r"^(?:итого|всего|общий итог|total|grand total)\b")
_FOOTNOTE = re.compile(r"^(?:\*|[¹²³]|примечани|сноск|note:|смоделированные данные|simulated)")
_SIGNATURE = re.compile(
    r"_{3,}|^(?:исполнител|подпис|м\.?\s?п\.?$|составил|согласован|утвержда|руководител|председател|секретар|директор"
    r"|начальник|ответственн|куратор|организатор|проректор|заведующ|специалист|дата составления|протокол вел"
    r"|тел\.?:?\s)"
)


@dataclass(frozen=True)
class Layout:
    """A sheet taken apart.

    ``row_classes`` has every row (index from 1). ``records`` holds the raw cells of data rows (index row, one column
    a variable), ``totals`` those of subtotals and totals. ``positions`` and ``multipliers`` are by variable;
    ``unmapped`` are columns with data but no variable, ``repeated`` further columns of a variable. ``filled`` are
    cells (row, variable) taken from a merged range. ``title`` joins the texts above the header.
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


def lay_out(sheet: Sheet, aliases: Aliases) -> Layout:
    """Find the header, class every row and collect the records. Without a header nothing is a record."""
    header = find_header(sheet, aliases)
    classes = _classes(sheet, header)
    cells, filled_cells = _with_merged_data(sheet, classes)
    data = classes.index[classes == "data"]
    positions: dict[str, int] = {}
    repeated = []
    for column in header.columns if header else ():
        if column.variable is None:
            continue
        before = positions.get(column.variable)
        if before is not None and any(not is_blank(cells[row - 1, before - 1]) for row in data):
            repeated.append(column.position)
        else:
            # of two columns of one variable an empty one gives way
            repeated += [] if before is None else [before]
            positions[column.variable] = column.position
    sums = classes.index[classes.isin(["subtotal", "total"])]
    known = {*positions.values(), *repeated}
    unmapped = tuple(
        column + 1
        for column in range(sheet.cells.shape[1] if len(sheet.cells) else 0)
        if header and column + 1 not in known and any(not is_blank(cells[row - 1, column]) for row in data)
    )
    by_position = {position: variable for variable, position in positions.items()}
    repeated = [column for column in repeated if any(not is_blank(cells[row - 1, column - 1]) for row in data)]
    return Layout(
        sheet,
        header,
        classes,
        _frame(cells, data, positions),
        _frame(cells, sums, positions),
        positions,
        _multipliers(header, positions),
        unmapped,
        tuple(repeated),
        tuple((row, by_position[column]) for row, column in filled_cells if column in by_position),
        " ".join(
            str(cell)
            for row in classes.index[classes == "title"]
            for cell in sheet.cells[row - 1]
            if not is_blank(cell)
        ),
    )


def _frame(cells: Any, rows: pd.Index, positions: Mapping[str, int]) -> pd.DataFrame:
    columns = {
        variable: pd.Series([cells[row - 1, position - 1] for row in rows], index=rows, dtype=object)
        for variable, position in positions.items()
    }
    return pd.DataFrame(columns, index=rows)


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


# ---- classes ------------------------------------------------------------------------------------------------


def _classes(sheet: Sheet, header: Header | None) -> pd.Series:
    rows = range(1, len(sheet.cells) + 1)
    if header is None:
        found: list[RowClass] = ["blank" if not _filled(sheet, row) else "title" for row in rows]
        return pd.Series(found, index=pd.Index(rows, dtype="int64"), dtype="object")
    classes: list[RowClass] = []
    below = False
    for row in rows:
        classes.append(_class(sheet, header, row, below))
        below = below or classes[-1] in ("data", "numbering")
    _reclass_tail(sheet, classes, header)
    return pd.Series(classes, index=pd.Index(rows, dtype="int64"), dtype="object")


def _class(sheet: Sheet, header: Header, row: int, below: bool) -> RowClass:
    filled = _filled(sheet, row)
    if not filled:
        return "blank"
    if row < header.rows[0]:
        return "title"
    if row in header.rows:
        return "header"
    if not below and _is_numbering(list(filled.values())):
        return "numbering"
    first_position, first_value = next(iter(filled.items()))
    first = fold(first_value) if isinstance(first_value, str) else ""
    if _SUBTOTAL.match(first):
        return "subtotal"
    if _TOTAL.match(first) and not _has_key(filled, header):
        return "total"
    if _is_repeated_header(filled, header):
        return "header"
    distinct = {fold(str(value)) for value in filled.values()}
    if _FOOTNOTE.match(first) and len(distinct) <= 2:
        return "footnote"
    wide = len(header.variables) >= 4
    if wide and len(distinct) <= 3 and any("___" in text for text in distinct):
        return "footnote"
    if wide and len(distinct) == 1 and first_position <= 2 and first and parse_number(first_value).value is None:
        return "section"
    return "data"


def _filled(sheet: Sheet, row: int) -> dict[int, Any]:
    return {place + 1: value for place, value in enumerate(sheet.cells[row - 1]) if not is_blank(value)}


def _is_numbering(values: list[Any]) -> bool:
    if len(values) < 3:
        return False
    numbers = [parse_number(value).value for value in values]
    if any(number is None for number in numbers):
        return False
    return numbers[0] == 1 and all(after - before == 1 for before, after in pairwise(numbers))


def _has_key(filled: dict[int, Any], header: Header) -> bool:
    """Is this a whole record whose text merely begins like a total?"""
    mapped = {column.position for column in header.columns if column.variable}
    texts = [
        position
        for position, value in filled.items()
        if position in mapped and isinstance(value, str) and parse_number(value).value is None
    ]
    return len(texts) > 3


def _is_repeated_header(filled: dict[int, Any], header: Header) -> bool:
    if not all(isinstance(value, str) for value in filled.values()):
        return False
    last_level = {column.position: column.text.rpartition(">")[2] for column in header.columns if column.text}
    top_level = {column.position: column.text.partition(" >")[0] for column in header.columns if column.text}
    same = sum(
        header_key(str(value))[0] in (header_key(last_level.get(place, ""))[0], header_key(top_level.get(place, ""))[0])
        for place, value in filled.items()
    )
    return same >= 2 and same >= 0.8 * len(filled)


def _reclass_tail(sheet: Sheet, classes: list[RowClass], header: Header) -> None:
    """After the last record come totals, footnotes and signatures: lone texts there are no sections or records."""
    wide = len(header.variables) >= 4
    for place in range(len(classes) - 1, header.rows[-1] - 1, -1):
        if classes[place] in ("blank", "footnote", "total", "subtotal"):
            continue
        filled = _filled(sheet, place + 1)
        distinct = {fold(str(value)) for value in filled.values()}
        signed = any(_SIGNATURE.search(text) for text in distinct)
        if classes[place] == "section" or (len(distinct) == 1 and len(header.variables) > 2) or (
            wide and signed and len(distinct) <= 3 and not isinstance(next(iter(filled.values())), (int, float))
        ):  # fmt: skip
            classes[place] = "footnote"
        else:
            return
