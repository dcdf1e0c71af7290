"""Books of lines as files: xlsx (and what openpyxl cannot write, put into its XML afterwards), csv, ods, parquet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from nasty.model import Book, Cached, Column, Line, Page

ENDINGS = {"xlsx": ".xlsx", "csv": ".csv", "ods": ".ods", "parquet": ".parquet"}
MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
FAR = 1_048_576


def write(book: Book, folder: Path) -> Path:
    """Write the book; every line learns its row (from 1)."""
    path = folder / f"{book.name}{ENDINGS[book.file_format]}"
    for page in book.pages:
        _number(page)
    if book.file_format == "xlsx":
        _write_xlsx(book, path)
    elif book.file_format == "csv":
        path.write_bytes(_csv(book))
    elif book.file_format == "ods":
        _write_ods(book, path)
    else:
        _write_parquet(book, path)
    return path


def depth(page: Page) -> int:
    return max((len(column.levels) for column in page.columns), default=0)


def _number(page: Page) -> None:
    """Rows of all lines; in a csv file a line break in a cell makes a further row."""
    row = 0
    for line in page.titles:
        row += 1
        line.row = row
    page.header_rows = range(row + 1, row + 1 + depth(page))
    row += depth(page)
    if page.breaks_rows:
        row += sum(column.levels[-1].count("\n") for column in page.columns)
    for line in page.lines:
        row += 1
        line.row = row
        if isinstance(line.verbatim, str):
            row += line.verbatim.count("\n")
        elif page.breaks_rows:
            row += sum(value.count("\n") for value in _placed(page, line).values() if isinstance(value, str))


def header_cells(columns: list[Column], rows: int) -> list[list[str | None]]:
    """Texts of the header's rows; a parent stands over its first column only, as merged cells are saved."""
    block: list[list[str | None]] = [[None] * len(columns) for _ in range(rows)]
    for place, column in enumerate(columns):
        for level, text in enumerate(column.levels):
            first = place == 0 or columns[place - 1].levels[: level + 1] != column.levels[: level + 1]
            if first or level == len(column.levels) - 1:
                block[level][place] = text
    return block


def _header_merges(columns: list[Column], rows: int) -> list[tuple[int, int, int, int]]:
    """Merged areas of the header as (row, column, last row, last column), from 1 within the header."""
    areas = []
    for level in range(rows):
        places = range(len(columns))
        for path, group in groupby(places, key=lambda k: columns[k].levels[: level + 1]):
            members = list(group)
            if len(path) == level + 1:
                last = rows if len(columns[members[0]].levels) == level + 1 else level + 1
                if len(members) > 1 or last > level + 1:
                    areas.append((level + 1, members[0] + 1, last, members[-1] + 1))
    return areas


def _placed(page: Page, line: Line) -> dict[int, Any]:
    """Cells of a line by column number; numbered cells are counted from the table's first column."""
    positions = {column.variable: page.first_column + place for place, column in enumerate(page.columns)}
    cells = {
        page.first_column - 1 + name if isinstance(name, int) else positions.get(name): value
        for name, value in line.cells.items()
    }
    return {place: value for place, value in cells.items() if place is not None and value is not None}


def _rows(page: Page) -> list[dict[int, Any]]:
    """All rows of the page as cells by column number."""
    header = header_cells(page.columns, depth(page))
    return [
        *(_placed(page, line) for line in page.titles),
        *({page.first_column + k: text for k, text in enumerate(row) if text is not None} for row in header),
        *(_placed(page, line) for line in page.lines),
    ]


# ---- xlsx ---------------------------------------------------------------------------------------------------


def _write_xlsx(book: Book, path: Path) -> None:
    out = openpyxl.Workbook()
    out.remove(out.active)
    if book.is_1904:
        out.epoch = CALENDAR_MAC_1904
    saved: dict[str, dict[str, float]] = {}
    for page in book.pages:
        sheet = out.create_sheet(page.name)
        sheet.sheet_state = page.state
        for row, cells in enumerate(_rows(page), 1):
            for place, value in cells.items():
                cell = sheet.cell(row, place)
                cell.value = "=" + value.formula if isinstance(value, Cached) else value
                if isinstance(value, Cached):
                    saved.setdefault(page.name, {})[cell.coordinate] = value.value
                if isinstance(value, dt.datetime):
                    cell.number_format = "dd.mm.yyyy"
        first = page.header_rows.start - 1
        for top, left, bottom, right in _header_merges(page.columns, depth(page)):
            move = page.first_column - 1
            sheet.merge_cells(None, first + top, left + move, first + bottom, right + move)
        for upper, lower, variable in page.merges:
            place = page.position(variable)
            sheet.merge_cells(None, upper.row, place, lower.row, place)
        _format(sheet, page)
        if page.far_cell:
            sheet.cell(FAR, page.first_column + len(page.columns) + 2).value = "1"
    buffer = io.BytesIO()
    out.save(buffer)
    path.write_bytes(_changed(buffer.getvalue(), book, saved))


def _format(sheet: Any, page: Page) -> None:
    for line in page.lines:
        if line.hidden:
            sheet.row_dimensions[line.row].hidden = True
        for place in _placed(page, line):
            if line.struck:
                sheet.cell(line.row, place).font = Font(strike=True)
        for name in line.struck_cells:
            sheet.cell(line.row, page.position(name)).font = Font(strike=True)
        for name, code in line.formats.items():
            sheet.cell(line.row, page.position(name)).number_format = code
    for place, column in enumerate(page.columns):
        if column.hidden:
            sheet.column_dimensions[get_column_letter(page.first_column + place)].hidden = True


_TEXT_CELL = re.compile(r't="inlineStr"([^>]*)>(<is>.*?</is>)', re.S)
_SHARED = "sharedStrings"


def _changed(data: bytes, book: Book, saved: dict[str, dict[str, float]]) -> bytes:
    """The workbook with saved values of formulas, texts in a shared list, or the strict names of its elements."""
    source = zipfile.ZipFile(io.BytesIO(data))
    parts = {member: source.read(member).decode() for member in source.namelist()}
    for member in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        page = book.pages[int(re.sub(r"\D", "", member.rpartition("/")[2])) - 1]
        for place, value in saved.get(page.name, {}).items():
            cell = re.compile(rf'(<c r="{place}"[^>]*><f>[^<]*</f>)<v\s*/?>(?:</v>)?')
            parts[member] = cell.sub(rf"\g<1><v>{value!r}</v>", parts[member])
    if book.shared_strings:
        _share(parts)
    if book.strict:
        parts = {name: text.replace(*MAIN).replace(*RELATIONS) for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member, text in parts.items():
            target.writestr(member, text)
    return out.getvalue()


def _share(parts: dict[str, str]) -> None:
    """Move the texts of all cells into one list, as Excel saves them."""
    texts: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f't="s"{found[1]}><v>{texts.setdefault(found[2], len(texts))}</v>'

    for member in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[member] = _TEXT_CELL.sub(number, parts[member])
    items = "".join(text.replace("<is>", "<si>").replace("</is>", "</si>") for text in texts)
    parts[f"xl/{_SHARED}.xml"] = f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN[0]}">{items}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    parts[types] = parts[types].replace(
        "</Types>", f'<Override PartName="/xl/{_SHARED}.xml" ContentType="{kind}"/></Types>'
    )
    parts[relations] = parts[relations].replace(
        "</Relationships>",
        f'<Relationship Id="rIdTexts" Type="{RELATIONS[0]}/{_SHARED}" Target="{_SHARED}.xml"/></Relationships>',
    )


# ---- csv ----------------------------------------------------------------------------------------------------


def as_text(value: Any) -> str:
    """A cell as Excel saves it in a csv file of a Russian office."""
    if value is None:
        return ""
    if isinstance(value, Cached):
        return as_text(value.value)
    if isinstance(value, dt.datetime):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, float):
        return str(value).removesuffix(".0").replace(".", ",")
    return str(value)


def _csv(book: Book) -> bytes:
    out = []
    for page in book.pages:
        width = page.first_column + len(page.columns) - 1
        verbatim = {line.row: line.verbatim for line in (*page.titles, *page.lines) if line.verbatim is not None}
        row = 0
        for cells in _rows(page):
            row += 1
            buffer = io.StringIO()
            last = max([width, *cells])
            csv.writer(buffer, delimiter=book.separator, lineterminator="\r\n").writerow(
                [as_text(cells.get(place)) for place in range(1, last + 1)]
            )
            text = verbatim.get(row, buffer.getvalue().removesuffix("\r\n"))
            row += text.count("\n")
            out.append(text)
    whole = book.line_end.join(out) + book.line_end
    return whole.encode(book.encoding)


# ---- ods, parquet -------------------------------------------------------------------------------------------

_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def _ods_cell(value: Any, span: tuple[int, int]) -> str:
    merged = (
        f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"' if span != (1, 1) else ""
    )
    if value is None:
        return f"<table:table-cell{merged}/>"
    if isinstance(value, Cached):
        value = value.value
    if isinstance(value, dt.datetime):
        attributes = f'office:value-type="date" office:date-value="{value:%Y-%m-%d}"'
    elif isinstance(value, (int, float)):
        attributes = f'office:value-type="float" office:value="{value!r}"'
    else:
        attributes = 'office:value-type="string"'
    text = "</text:p><text:p>".join(escape(part) for part in as_text(value).split("\n"))
    return f"<table:table-cell{merged} {attributes}><text:p>{text}</text:p></table:table-cell>"


def _write_ods(book: Book, path: Path) -> None:
    tables = []
    for page in book.pages:
        spans = {}
        for top, left, bottom, right in _header_merges(page.columns, depth(page)):
            place = (page.header_rows.start - 1 + top, left + page.first_column - 1)
            spans[place] = (bottom - top + 1, right - left + 1)
        for upper, lower, variable in page.merges:
            spans[upper.row, page.position(variable)] = (lower.row - upper.row + 1, 1)
        hidden = {line.row for line in page.lines if line.hidden}
        rows = []
        for row, cells in enumerate(_rows(page), 1):
            last = max([page.first_column + len(page.columns) - 1, *cells])
            body = "".join(_ods_cell(cells.get(k), spans.get((row, k), (1, 1))) for k in range(1, last + 1))
            collapsed = ' table:visibility="collapse"' if row in hidden else ""
            rows.append(f"<table:table-row{collapsed}>{body}</table:table-row>")
        tables.append(f'<table:table table:name="{escape(page.name)}">{"".join(rows)}</table:table>')
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def _write_parquet(book: Book, path: Path) -> None:
    page = book.pages[0]
    rows = [
        {column.levels[-1]: as_text(line.cells.get(column.variable)) or None for column in page.columns}
        for line in page.lines
    ]
    pd.DataFrame(rows, columns=[column.levels[-1] for column in page.columns], dtype="str").to_parquet(path)
