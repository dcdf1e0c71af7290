"""Sheets of an OpenDocument spreadsheet (ods): values by python-calamine, what it hides by a scan of content.xml.

The scan finds hidden sheets, rows and columns, merged ranges, struck-through cells, zero-padded number formats, error
cells and formulas without a value. Rows and cells are written with repetitions, which are counted before they are
made. Elements and attributes: OpenDocument 1.3, part 3, chapters 9 (tables), 16 (styles) and 19.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from xml.parsers import expat

from evaluation.cleaning.contents import damaged, locked
from evaluation.cleaning.files import refuse
from evaluation.cleaning.limits import Extent, extent
from evaluation.cleaning.sheet.cells import as_cells, scanned_sheet
from evaluation.cleaning.sheet.events import parse
from evaluation.cleaning.sheet.scan import LAST_COLUMN, Scan
from evaluation.cleaning.workbook import MAX_CELLS, Remark, Sheet

LAST_ROW = 1_048_576
_ERRORS = ("#", "Err:", "Ошибка:")
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, KeyError, ValueError, EOFError, IndexError)


def read_sheets(data: bytes, path: Path, source: str) -> tuple[Sheet, ...]:
    """Sheets of the spreadsheet. Raises InputProblem for one that is damaged, locked or too large."""
    import python_calamine as calamine

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise locked(path, source)
            reader = _Reader()
            for member in ("styles.xml", "content.xml"):
                if member in archive.namelist():
                    with archive.open(member) as stream:
                        parse(stream, reader.start, reader.end, reader.text)
        sizes = {
            name: extent(table.scan.rows, table.scan.columns, partial(_beyond, table), (path, source, name), cut=False)
            for name, table in reader.tables.items()
        }
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = []
        for name, table in reader.tables.items():
            size = sizes[name]
            values = book.get_sheet_by_name(name).to_python(skip_empty_area=False) if size.rows else []
            sheets.append(_sheet(name, values, table, size))
    except _TooMany as error:
        raise refuse(
            path,
            source,
            f": в нём больше ячеек, чем можно прочесть ({MAX_CELLS}). Удалите лишние строки и столбцы."
            " Сохраните файл заново.",
            f" has more cells than can be read ({MAX_CELLS}). Delete superfluous rows and columns and save it again.",
        ) from error
    except (*_BROKEN, calamine.CalamineError) as error:
        raise damaged(path, source, "ods") from error
    return tuple(sheets)


def _sheet(name: str, values: Sequence[Sequence[Any]], table: _Table, size: Extent) -> Sheet:
    near = [row[: size.columns] for row in values[: size.rows]]
    return scanned_sheet(name, as_cells(near, size.rows, size.columns), table.scan, size, table.hidden)


def _beyond(table: _Table, row: int, column: int) -> list[tuple[int, int]]:
    return [place for place in table.places if place[0] > row or place[1] > column]


@dataclass
class _Style:
    struck: bool = False
    hidden: bool = False
    number_style: str = ""


@dataclass
class _Table:
    """One sheet: its scan, the places of its filled cells, the default styles of its columns (last column, style)."""

    hidden: bool = False
    scan: Scan = field(default_factory=Scan)
    places: list[tuple[int, int]] = field(default_factory=list)
    defaults: list[tuple[int, str]] = field(default_factory=list)
    next_row: int = 1


class _TooMany(Exception):
    """A sheet has more cells than can be read."""


class _Reader:
    """Handlers of the event parser; the state of the style, row and cell that is being read."""

    def __init__(self) -> None:
        self.tables: dict[str, _Table] = {}
        self.styles: dict[str, _Style] = {}
        self.digits: dict[str, int] = {}
        self.style, self.number_style = _Style(), ""
        self.table: _Table | None = None
        self.rows = range(1, 2)
        self.column = 0
        self.cell: Mapping[str, str] | None = None
        self.words = ""
        self.deep = 0  # levels inside of a comment or a drawing, whose text is none of the cell's

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = _short(tag)
        if self.deep or kind in ("annotation", "shapes", "frame", "custom-shape"):
            self.deep += 1
            return
        facts = {_short(name): value for name, value in attributes.items()}
        if kind == "style":
            self.style = self.styles[facts.get("name", "")] = _Style(number_style=facts.get("data-style-name", ""))
        elif kind in ("text-properties", "table-properties"):
            struck = facts.get("text-line-through-style", facts.get("text-line-through-type", "none"))
            self.style.struck |= struck != "none"
            self.style.hidden |= facts.get("display") == "false"
        elif kind == "number-style":
            self.number_style, self.style = facts.get("name", ""), _Style()
        elif kind == "number":
            self.digits[self.number_style] = int(facts.get("min-integer-digits", "0"))
        elif kind == "table" and "name" in facts:
            hidden = self.styles.get(facts.get("style-name", ""), _Style()).hidden
            self.table, self.column = self.tables.setdefault(facts["name"], _Table(hidden)), 0
        elif self.table is not None:
            self._start_inside(kind, facts, self.table)

    def _start_inside(self, kind: str, facts: Mapping[str, str], table: _Table) -> None:
        hidden = facts.get("visibility") in ("collapse", "filter")
        if kind == "table-column":
            first, self.column = self.column + 1, self.column + int(facts.get("number-columns-repeated", "1"))
            table.defaults.append((self.column, facts.get("default-cell-style-name", "")))
            if hidden:
                table.scan.hidden_columns.update(range(first, min(self.column, LAST_COLUMN) + 1))
        elif kind == "table-row":
            repeats = int(facts.get("number-rows-repeated", "1"))
            self.rows, self.column = range(table.next_row, table.next_row + repeats), 0
            table.next_row += repeats
            if hidden:
                table.scan.hidden_rows.update(self.rows[:LAST_ROW])
        elif kind in ("table-cell", "covered-table-cell"):
            self.cell, self.words = facts, ""

    def text(self, text: str) -> None:
        if self.cell is not None and not self.deep:
            self.words += text

    def end(self, tag: str) -> None:
        kind = _short(tag)
        if self.deep:
            self.deep -= 1
        elif kind == "table":
            self.table = None
        elif kind in ("table-cell", "covered-table-cell") and self.cell is not None and self.table is not None:
            self._cell(self.cell, self.table)
            self.cell = None

    def _cell(self, facts: Mapping[str, str], table: _Table) -> None:
        first, repeats = self.column + 1, int(facts.get("number-columns-repeated", "1"))
        self.column += repeats
        tall, wide = (int(facts.get(f"number-{way}-spanned", "1")) for way in ("rows", "columns"))
        row = self.rows[0]
        if tall > 1 or wide > 1:
            table.scan.merged.append((row, first, row + tall - 1, first + wide - 1))
        words, kind, formula = self.words.strip(), facts.get("value-type"), "formula" in facts
        if not words and (kind == "string" or (kind is None and not formula)):
            return
        if table.scan.cells + repeats * len(self.rows) > MAX_CELLS:
            raise _TooMany
        rule = None
        if facts.get("calcext:value-type") == "error" or (formula and words.startswith(_ERRORS)):
            rule = "excel_error"
        elif formula and kind is None and not words:
            rule = "formula_without_value"
        style = self._style(facts, first, table)
        digits = self.digits.get(style.number_style, 0)
        for row, column in product(self.rows, range(first, first + repeats)):
            _note(table, row, column)
            if rule is not None:
                table.scan.remarks.append(Remark(rule, row, column, words or None))
            if style.struck:
                table.scan.struck.add((row, column))
            if digits > 1 and kind == "float":
                table.scan.formats[row, column] = digits

    def _style(self, facts: Mapping[str, str], column: int, table: _Table) -> _Style:
        name = facts.get("style-name") or next((name for last, name in table.defaults if column <= last), "")
        return self.styles.get(name, _Style())


def _note(table: _Table, row: int, column: int) -> None:
    scan = table.scan
    if row not in scan.filled_of:  # rows come in order: the cells of repeated rows are noted one after another
        scan.rows.append(row)
    scan.columns[column] += 1
    scan.filled_of[row] += 1
    table.places.append((row, column))


def _short(name: str) -> str:
    """Local name; the further value type of calculation programs keeps a prefix of its own."""
    space, _, local = name.rpartition("}")
    return f"calcext:{local}" if "calcext" in space else local
