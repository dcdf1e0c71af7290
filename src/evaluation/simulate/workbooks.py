"""Workbooks and their cells, written so that the same seed gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

LABEL = "СМОДЕЛИРОВАННЫЕ ДАННЫЕ: демонстрация, не сведения о настоящих проектах и людях"
_MOMENT = dt.datetime(2020, 1, 1, 0, 0, 0)
_ZIP_MOMENT = (2020, 1, 1, 0, 0, 0)
BOLD = Font(bold=True)
STRUCK = Font(strike=True)
LINE = PatternFill("solid", fgColor="FFF2CC")
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)


def address(row: int, column: int) -> str:
    """A1 address of a cell; rows and columns count from 1."""
    return f"{get_column_letter(column)}{row}"


def new_workbook(title: str) -> Workbook:
    """An empty workbook labelled as simulated in its properties; sheets are added by the caller."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    book.properties.title = title
    book.properties.description = LABEL
    book.properties.creator = "simulated"
    book.properties.created = _MOMENT
    return book


def put(sheet: Worksheet, row: int, column: int, value: Any, number_format: str | None = None) -> str:
    """Write one cell and return its address; None leaves it empty."""
    cell = sheet.cell(row=row, column=column)
    if value is not None:
        cell.value = value
    if number_format:
        cell.number_format = number_format
    return str(cell.coordinate)


def workbook_bytes(book: Workbook) -> bytes:
    """The saved workbook with fixed times inside (openpyxl writes the present moment)."""
    saved = io.BytesIO()
    book.save(saved)
    fixed = io.BytesIO()
    moment = _MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                text = content.decode("utf-8")
                text = re.sub(r"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)", rf"\g<1>{moment}\g<2>", text)
                content = text.encode("utf-8")
            entry = zipfile.ZipInfo(name, _ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return fixed.getvalue()
