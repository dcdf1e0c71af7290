"""The report's tables as files: one workbook with a sheet a table, and one archive of CSV.

Both follow the finished page: its tables, its numbers, its order. Cells come from the CSV that the steps left, in full
precision; a table that only the page holds is read from the page. A table laid out for people (models side by side)
keeps its layout in the workbook, with numbers in full under formats that show them rounded, and is tidy among the CSV.
No cell can become a formula, and the same page and tables give the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.display.cell_numbers import CellNumber, safe_format
from evaluation.display.cell_texts import guard
from evaluation.display.wording import MINUS, words
from evaluation.report.forms import (
    LINK_FONT,
    MOMENT,
    NUMBERS_SIDE,
    ON_ONE_LINE,
    TITLE_FONT,
    WRAPPED,
    for_print,
    new_book,
    put_header,
    put_text,
    workbook_bytes,
)
from evaluation.report.page_tables import Cell, PageTable, page_tables
from evaluation.settings import Language, Text

_WORDS: dict[str, Text] = {
    "contents": Text(ru="Содержание", en="Contents"),
    "book": Text(ru="Таблицы отчёта", en="Tables of the report"),
    "number": Text(ru="Таблица", en="Table"),
    "title": Text(ru="Название", en="Title"),
    "section": Text(ru="Раздел", en="Section"),
    "rows": Text(ru="Строк", en="Rows"),
    "file": Text(ru="Файл", en="File"),
    "back": Text(ru="← к содержанию", en="← to the contents"),
}
Value = float | dt.date | str | CellNumber
FORMATS = {"number": "General", "share": "0.0%", "date": "yyyy-mm-dd"}
WIDEST, NARROWEST = 60, 8
HEADER_ROW = 4
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def tables_workbook(page: str, csv_texts: Mapping[str, str], language: Language, title: str) -> bytes:
    """All tables of ``page`` as an .xlsx: a contents sheet with links, then a sheet a table.

    ``csv_texts`` are the CSV of tables by name, as ``Exhibit.to_csv`` writes them in the same language. Numbers are
    numbers and days are days; every other cell is text, whatever it begins with.
    """
    tables = page_tables(page)
    book = new_book(title)
    contents = book.create_sheet(_say("contents", language))
    put_text(contents, 1, 1, f"{_say('book', language)}. {title}").alignment = ON_ONE_LINE
    contents.cell(row=1, column=1).font = TITLE_FONT
    if any(table.simulated for table in tables):
        put_text(contents, 2, 1, words("simulated", language)).alignment = ON_ONE_LINE
    heads = [_say(key, language) for key in ("number", "title", "section", "rows", "file")]
    put_header(contents, HEADER_ROW, heads, [14, 70, 44, 9, 34])
    names = _sheet_names([contents.title], tables)
    for place, (table, name) in enumerate(zip(tables, names, strict=True), start=HEADER_ROW + 1):
        rows, kinds = table_rows(table, csv_texts.get(table.name), language)
        _fill(book.create_sheet(name), table, rows, kinds, contents.title, language)
        texts = [table.label, table.title, table.section, None, f"{table.name}.{language}.csv"]
        for column, text in enumerate(texts, start=1):
            put_text(contents, place, column, text)
        contents.cell(row=place, column=4).value = max(len(rows) - 1, 0)
        _link(contents, place, 2, name)
    contents.freeze_panes = contents.cell(row=HEADER_ROW + 1, column=1)
    for_print(contents, HEADER_ROW)
    return workbook_bytes(book)


def tables_archive(page: str, csv_texts: Mapping[str, str], language: Language) -> bytes:
    """All tables of ``page`` as a .zip of CSV (UTF-8 with its mark), with a list of them as the first file."""
    tables = page_tables(page)
    listed = [[_say(key, language) for key in ("file", "number", "title", "section")]]
    listed += [[f"{table.name}.{language}.csv", table.label, table.title, table.section] for table in tables]
    files = {f"_contents.{language}.csv": _csv(listed, language)}
    for table in tables:
        own = csv_texts.get(table.name)
        files[f"{table.name}.{language}.csv"] = own.removeprefix("\ufeff") if own else _csv(_shown(table), language)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8-sig"))
    return buffer.getvalue()


def table_rows(table: PageTable, csv_text: str | None, language: Language) -> tuple[list[list[Value]], list[str]]:
    """Head and rows of one table as values, and the kind of each column (FORMATS, or 'text').

    They come from the table's CSV where there is one and the table is not laid out, otherwise from the page. A cell is
    a number or a day only where its column holds such and it can be read as one; the mark of a hidden count among
    numbers stays text. Headings are the page's, which tell units, where the CSV has the same columns.
    """
    if csv_text is None or table.laid_out:
        shown: list[list[Value]] = [[_page_value(cell, language) for cell in row] for row in table.rows]
        return [[cell.text for cell in table.head], *shown], ["number"] * len(table.head)
    lines = list(csv.reader(io.StringIO(csv_text.removeprefix("\ufeff")), delimiter=_delimiter(language)))
    head = [_unguarded(text) for text in lines[0]] if lines else []
    if len(table.head) == len(table.kinds):
        head = [*(cell.text for cell in table.head), *head[len(table.head) :]]
    kinds = [*table.kinds, *["text"] * max(0, len(head) - len(table.kinds))]
    rows: list[list[Value]] = [list(head)]
    rows += [[_value(text, kind, language) for text, kind in zip(line, kinds, strict=False)] for line in lines[1:]]
    return rows, kinds


def _value(text: str, kind: str, language: Language) -> Value:
    if kind in ("number", "share"):
        number = _number(text, language)
        if number is not None:
            return number
    if kind == "date":
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return text
    return _unguarded(text)


def _number(text: str, language: Language) -> float | None:
    plain = text.replace(",", ".") if language == "ru" else text
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _page_value(cell: Cell, language: Language) -> Value:
    """The number that the page shows, where its cell is one and shows nothing else; otherwise the text.

    Where the page says how a spreadsheet is to show it, the number is the full one.
    """
    if cell.format and _NUMBER.fullmatch(cell.value):
        return CellNumber(float(cell.value), safe_format(cell.format))
    if not cell.value:
        return cell.text
    grouped = " \u00a0\u202f" if language == "ru" else ","
    number = _number("".join(sign for sign in cell.text.replace(MINUS, "-") if sign not in grouped), language)
    return cell.text if number is None else number


def _unguarded(text: str) -> str:
    """What stood in the table before the CSV guarded it: a cell's own type keeps a workbook from running it."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text


def _shown(table: PageTable) -> list[list[str]]:
    return [[cell.text for cell in row] for row in (table.head, *table.rows)]


def _csv(rows: Sequence[Sequence[str]], language: Language) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=_delimiter(language), lineterminator="\r\n")
    writer.writerows([[guard(text) for text in row] for row in rows])
    return buffer.getvalue()


def _delimiter(language: Language) -> str:
    return ";" if language == "ru" else ","


def _fill(
    sheet: Worksheet, table: PageTable, rows: Sequence[Sequence[Value]], kinds: Sequence[str], home: str,
    language: Language,
) -> None:  # fmt: skip
    put_text(sheet, 1, 1, f"{table.label}. {table.title}" if table.label else table.title).alignment = ON_ONE_LINE
    sheet.cell(row=1, column=1).font = TITLE_FONT
    if table.simulated:
        put_text(sheet, 2, 1, words("simulated", language)).alignment = ON_ONE_LINE
    put_text(sheet, 3, 1, _say("back", language)).alignment = ON_ONE_LINE
    _link(sheet, 3, 1, home)
    if not rows:
        return
    put_header(sheet, HEADER_ROW, [str(text) for text in rows[0]], _widths(rows))
    for place, row in enumerate(rows[1:], start=HEADER_ROW + 1):
        for column, (value, kind) in enumerate(zip(row, kinds, strict=False), start=1):
            if isinstance(value, str):
                put_text(sheet, place, column, value)
            else:
                plain, shown = (value.value, value.format) if isinstance(value, CellNumber) else (value, FORMATS[kind])
                cell = sheet.cell(row=place, column=column, value=plain)
                cell.number_format = shown
                cell.alignment = NUMBERS_SIDE
    for place, note in enumerate(table.notes, start=HEADER_ROW + len(rows) + 1):
        put_text(sheet, place, 1, note).alignment = ON_ONE_LINE
    sheet.freeze_panes = sheet.cell(row=HEADER_ROW + 1, column=2)
    for_print(sheet, HEADER_ROW)


def _widths(rows: Sequence[Sequence[Value]]) -> list[float]:
    """Column widths in characters: the longest cell, within bounds; long texts wrap."""
    columns = range(len(rows[0]))
    longest = [max(len(_as_text(row[at])) for row in rows if at < len(row)) for at in columns]
    return [float(min(WIDEST, max(NARROWEST, length + 2))) for length in longest]


def _as_text(value: Value) -> str:
    if isinstance(value, CellNumber):
        return f"{value.value:.6g}***"  # with room for what its format prints around it
    return value if isinstance(value, str) else f"{value:.6g}" if isinstance(value, float) else value.isoformat()


def _link(sheet: Worksheet, row: int, column: int, target: str) -> None:
    cell = sheet.cell(row=row, column=column)
    escaped = target.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=f"{get_column_letter(column)}{row}", location=f"'{escaped}'!A1")
    cell.font = LINK_FONT
    cell.alignment = WRAPPED if row > HEADER_ROW else ON_ONE_LINE


def _sheet_names(taken: Sequence[str], tables: Sequence[PageTable]) -> list[str]:
    """A name a sheet, of at most 31 signs: the table's number and code; told apart where two would be the same."""
    known, names = {name.casefold() for name in taken}, []
    for table in tables:
        number = "".join(re.findall(r"[\w.]+$", table.label))
        base = _FORBIDDEN_IN_NAMES.sub(" ", f"{number} {table.name}" if number else table.name).strip()[:31] or "table"
        name, again = base, 2
        while name.casefold() in known:
            name = f"{base[: 30 - len(str(again))]} {again}"
            again += 1
        known.add(name.casefold())
        names.append(name)
    return names


def _say(key: str, language: Language) -> str:
    return _WORDS[key].in_language(language)
