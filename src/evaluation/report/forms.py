"""Workbooks that we write: the same content gives the same bytes, and no cell can become a formula."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

MOMENT = dt.datetime(2020, 1, 1)
TEXT_FORMAT = "@"
LONGEST_CELL = 32_000
HEADER_FONT = Font(bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor="0B5A8A")
ANSWER_FILL = PatternFill("solid", fgColor="FFF2CC")
ERROR_FILL = PatternFill("solid", fgColor="F8C9C4")
WARNING_FILL = PatternFill("solid", fgColor="FFE2A8")
LINK_FONT = Font(color="0563C1", underline="single")
WRAPPED = Alignment(vertical="top", wrap_text=True)
ON_ONE_LINE = Alignment(vertical="top")
NUMBERS_SIDE = Alignment(vertical="top", horizontal="right")
TITLE_FONT = Font(bold=True, size=14)
_EDGE = Side(style="thin", color="D5DBE3")
BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
# what XML cannot hold, and what Excel takes for such a character
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def new_book(title: str) -> Workbook:
    """A workbook without sheets, with fixed properties."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = title
    book.properties.creator = "evaluation"
    book.properties.created = MOMENT
    return book


def plain_text(value: Any) -> str:
    """A value as text that a cell can hold: without characters that XML forbids, not longer than a cell."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    elif isinstance(value, dt.datetime) and value.time() == dt.time(0):
        value = value.date()
    text = _FORBIDDEN.sub("\ufffd", str(value))
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"


def put_text(sheet: Worksheet, row: int, column: int, value: Any) -> Any:
    """Write ``value`` as text, whatever it begins with; return the cell."""
    cell = sheet.cell(row=row, column=column)
    text = plain_text(value)
    if text:
        cell.value = text
        cell.data_type = "s"
        if text.startswith(_FORMULA_START):
            cell.quotePrefix = True
    cell.number_format = TEXT_FORMAT
    cell.alignment = WRAPPED
    return cell


def put_header(sheet: Worksheet, row: int, names: Sequence[str], widths: Sequence[float]) -> None:
    """A row of headings; ``widths`` in characters."""
    for column, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        cell = put_text(sheet, row, column, name)
        cell.font, cell.fill, cell.border = HEADER_FONT, HEADER_FILL, BOX
        sheet.column_dimensions[get_column_letter(column)].width = width


def put_answer(sheet: Worksheet, row: int, column: int) -> None:
    """A yellow cell that people may fill in on a protected sheet."""
    cell = put_text(sheet, row, column, None)
    cell.fill, cell.border, cell.protection = ANSWER_FILL, BOX, Protection(locked=False)


def link_to(cell: Any, file: str, sheet: str, address: str) -> None:
    """Make ``cell`` a link to a cell of another workbook; ``file`` is its path relative to this one."""
    name = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate, target=quote(file.replace("\\", "/"), safe="/.-_~()"), location=f"'{name}'!{address}"
    )
    cell.font = LINK_FONT


def drop_down(sheet: Worksheet, words: Sequence[str], cells: Sequence[str], title: str, message: str) -> None:
    """Only ``words`` are accepted in ``cells``."""
    if not cells:
        return
    validation = DataValidation(type="list", formula1='"' + ",".join(words) + '"', allow_blank=True)
    validation.showErrorMessage = True
    validation.errorTitle, validation.error = title, message
    validation.promptTitle, validation.prompt = title, message
    for cell in cells:
        validation.add(cell)
    sheet.add_data_validation(validation)


def protect(sheet: Worksheet) -> None:
    """Only unlocked cells can be changed; columns may be widened. No password: it guards against slips, not people."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
    sheet.protection.autoFilter = False


def for_print(sheet: Worksheet, header_row: int) -> None:
    """Wide sheets print on landscape A4, one page wide, with the heading on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{header_row}:{header_row}"


def workbook_bytes(book: Workbook) -> bytes:
    """The saved workbook with the times inside fixed."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    book.save(saved)
    moment = MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                pattern = rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)"
                content = re.sub(pattern, rb"\g<1>" + moment.encode() + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return fixed.getvalue()
