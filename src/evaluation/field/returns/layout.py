"""The two layouts of returns: a workbook of a region with one row a municipality, and a form of one municipality.

A sheet becomes a block of cells by question, with the class of each of its rows; nothing is interpreted yet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import Sheet
from evaluation.field.returns.headings import CODE, COUNTERS, NAME, Heading, Headings, stated_day, stated_year

Layout = Literal["workbook", "form"]
HEADER_WITHIN = 40
_TOTALS = ("итог", "всего", "total", "в том числе", "in all")


@dataclass(frozen=True, eq=False)
class Block:
    """One sheet's municipalities. ``rows`` (n,) are their rows (from 1), ``cells`` (n,) objects by question.

    ``places`` is each question's column (a workbook) or row (a form, whose answers stand in ``answer_column``).
    ``classes`` has the class of every row of the sheet. ``unknown`` are headings (with their address) that stand for
    nothing in the form.
    """

    sheet: str
    layout: Layout
    rows: np.ndarray
    codes: list[Any]
    names: list[Any]
    cells: dict[str, np.ndarray]
    places: dict[str, int]
    multiples: dict[str, float]
    classes: list[str]
    year: int | None
    stated_on: dt.date | None
    unknown: tuple[tuple[int, int], ...] = ()
    answer_column: int = 0
    remarks: tuple[Any, ...] = field(default=())

    def place(self, row: int, variable: str) -> tuple[int, int]:
        """Row and column (from 1) of a municipality's answer."""
        if self.layout == "form":
            return self.places[variable], self.answer_column
        return row, self.places[variable]


def read_block(sheet: Sheet, known: Headings, file_name: str) -> Block | None:
    """The municipalities of a sheet; None where it has neither a header with questions nor a form's questions."""
    cells = sheet.cells
    header = _header(cells, known)
    if header is not None:
        return _workbook(sheet, known, header, file_name)
    return _form(sheet, known, file_name)


def _header(cells: np.ndarray, known: Headings) -> tuple[int, dict[int, Heading], int] | None:
    """The header's row (from 0), what each column stands for, and how many rows it has; None for none."""
    best: tuple[int, dict[int, Heading], int] | None = None
    for row in range(min(len(cells), HEADER_WITHIN)):
        found = _matches(cells[row], known)
        depth = 1
        if row + 1 < len(cells) and len(found) > 1:
            below = {place: one for place, one in _matches(cells[row + 1], known).items() if place not in found}
            if below:
                found, depth = {**found, **below}, 2
        named = {one.variable for one in found.values()}
        if named & {CODE, NAME} and len(named - {CODE, NAME}) > 1 and (best is None or len(found) > len(best[1])):
            best = row, found, depth
    return best


def _matches(row: np.ndarray, known: Headings) -> dict[int, Heading]:
    return {place: one for place, cell in enumerate(row) if (one := known.match(cell)) is not None}


def _workbook(sheet: Sheet, known: Headings, header: tuple[int, dict[int, Heading], int], file_name: str) -> Block:
    top, found, depth = header
    columns: dict[str, int] = {}
    multiples: dict[str, float] = {}
    repeated = []
    for place, one in sorted(found.items()):
        if one.variable in columns:
            repeated.append((top + 1, place + 1))
            continue
        columns[one.variable], multiples[one.variable] = place, one.multiple
    used = set(columns.values())
    unknown = [
        (top + 1, place + 1)
        for place, cell in enumerate(sheet.cells[top])
        if place not in used and _is_text(cell) and fold(cell).rstrip(".") not in COUNTERS
    ]
    body = sheet.cells[top + depth :]
    classes = ["title" if _any(row) else "blank" for row in sheet.cells[:top]] + ["header"] * depth
    classes += _classes(body, columns, known)
    kept = np.array([place for place, each in enumerate(classes) if each == "data"], dtype=np.intp)
    titles = [cell for row in sheet.cells[:top] for cell in row if _is_text(cell)]
    nothing = [None] * len(kept)

    def column(variable: str) -> np.ndarray:
        return sheet.cells[kept, columns[variable]]

    return Block(
        sheet.name,
        "workbook",
        kept + 1,
        list(column(CODE)) if CODE in columns else nothing,
        list(column(NAME)) if NAME in columns else nothing,
        {name: column(name) for name in columns if name not in (CODE, NAME)},
        {name: place + 1 for name, place in columns.items()},
        multiples,
        classes,
        stated_year(titles),
        stated_day(titles, file_name),
        tuple(sorted({*unknown, *repeated})),
        remarks=sheet.remarks,
    )


def _classes(body: np.ndarray, columns: dict[str, int], known: Headings) -> list[str]:
    asked = [place for name, place in columns.items() if name not in (CODE, NAME)]
    made = [_class_of(row, columns, asked, known) for row in body]
    last = max((place for place, each in enumerate(made) if each == "data"), default=-1)
    # a total after the last record is that of the sheet, a line of text there a note or a signature
    closing = {"subtotal": "total", "section": "footnote"}
    return [each if place < last else closing.get(each, each) for place, each in enumerate(made)]


def _class_of(row: np.ndarray, columns: dict[str, int], asked: list[int], known: Headings) -> str:
    first = next((cell for cell in row if not is_blank(cell)), None)
    if first is None:
        return "blank"
    if isinstance(first, str) and fold(first).startswith(_TOTALS):
        return "subtotal"
    if str(first) in ("1", "1.0") and _is_numbering(row):
        return "numbering"
    if known.match(first) is not None and len(_matches(row, known)) > 2:
        return "header"  # the header repeated on a new page
    has_code = CODE in columns and not is_blank(row[columns[CODE]])
    has_answers = any(not is_blank(row[place]) for place in asked)
    if not has_code and not has_answers and sum(not is_blank(cell) for cell in row) <= 2:
        return "section"
    return "data"


def _is_numbering(row: np.ndarray) -> bool:
    """Is a row the numbers of the columns: 1, 2, 3, ...?"""
    numbers = [str(cell).removesuffix(".0") for cell in row if not is_blank(cell)]
    return len(numbers) > 2 and numbers == [str(place + 1) for place in range(len(numbers))]


def _form(sheet: Sheet, known: Headings, file_name: str) -> Block | None:
    cells = sheet.cells
    counts = [len({one.variable for cell in column if (one := known.match(cell))}) for column in cells.T]
    if not counts or max(counts) < 3:
        return None
    asked = int(np.argmax(counts))
    found = {row: one for row, cell in enumerate(cells[:, asked]) if (one := known.match(cell)) is not None}
    rows = sorted(found)
    right = [sum(not is_blank(cells[row, place]) for row in rows) for place in range(asked + 1, cells.shape[1])]
    if not right or max(right) == 0:
        return None
    answer = asked + 1 + int(np.argmax(right))
    places: dict[str, int] = {}
    repeated = []
    for row in rows:
        if found[row].variable in places:
            repeated.append((row + 1, asked + 1))
        else:
            places[found[row].variable] = row
    used = {*places.values(), *(row - 1 for row, _ in repeated)}
    classes = [
        "data" if row in used else "blank" if not _any(cells[row]) else "title" if row < rows[0] else "footnote"
        for row in range(len(cells))
    ]
    unknown = [
        (row + 1, asked + 1)
        for row in range(rows[0], len(cells))
        if row not in used and _is_text(cells[row, asked]) and not is_blank(cells[row, answer])
    ]
    for row, _ in unknown:
        classes[row - 1] = "data"
    titles = [cell for row in range(len(cells)) if row not in used for cell in cells[row] if _is_text(cell)]

    def answer_to(variable: str) -> Any:
        return cells[places[variable], answer] if variable in places else None

    def alone(value: Any) -> np.ndarray:
        made = np.empty(1, dtype=object)
        made[0] = value
        return made

    return Block(
        sheet.name,
        "form",
        np.array([places.get(CODE, places.get(NAME, rows[0])) + 1]),
        [answer_to(CODE)],
        [answer_to(NAME)],
        {name: alone(answer_to(name)) for name in places if name not in (CODE, NAME)},
        {name: row + 1 for name, row in places.items()},
        {one.variable: one.multiple for one in found.values()},
        classes,
        stated_year(titles),
        stated_day(titles, file_name),
        tuple(sorted({*unknown, *repeated})),
        answer + 1,
        sheet.remarks,
    )


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str) and not is_blank(cell)


def _any(row: np.ndarray) -> bool:
    return any(not is_blank(cell) for cell in row)
