"""Sheets of an Excel workbook: values by python-calamine, and a scan of the XML for what calamine hides.

The scan counts rows independently and finds hidden rows and columns, struck-through rows, merged ranges, zero-padded
number formats, error cells and formulas without a saved value (which calamine returns as empty). Workbooks are
refused before they are opened when they would unpack to too much (an archive bomb, a stray cell in the last row).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from evaluation.cleaning.workbook import MAX_CELLS, Remark, Sheet, address
from evaluation.settings import InputProblem

MAX_UNPACKED = 600_000_000
MAX_RATIO = 300
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_ZEROS = re.compile(r"^0{2,}$")
_CELL = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


@dataclass
class _Scan:
    """What the XML of one sheet says."""

    last_row: int = 0
    last_column: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: dict[int, list[bool]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formats: dict[tuple[int, int], int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def read_sheets(data: bytes, path: Path, source: str) -> tuple[tuple[Sheet, ...], bool]:
    """Sheets of the workbook, and whether its dates count from 1904. Raises InputProblem."""
    import python_calamine as calamine

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _refuse_bombs(archive, path, source)
        scans, hidden, is_1904 = _scan_workbook(archive, path, source)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = []
        for name, scan in scans.items():
            values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheets.append(_sheet(name, values, scan, name in hidden))
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        ValueError,
        EOFError,
        calamine.CalamineError,
    ) as error:
        locked = data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        why_ru = "он закрыт паролем или сохранён в старом виде xls" if locked else "он повреждён или это не xlsx"
        why_en = "it is locked by a password or an old xls" if locked else "it is damaged or not xlsx"
        raise InputProblem(
            f"Файл {path} (источник {source}) не читается как xlsx: {why_ru}. "
            "Откройте его в Excel и сохраните как «Книга Excel (xlsx)» без пароля.",
            f"The file {path} (source {source}) cannot be read as xlsx: {why_en}. "
            "Open it in Excel and save it as 'Excel workbook (xlsx)' without a password.",
        ) from error
    return tuple(sheets), is_1904


def _refuse_bombs(archive: zipfile.ZipFile, path: Path, source: str) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = max(1, sum(member.compress_size for member in archive.infolist()))
    if unpacked > MAX_UNPACKED or (unpacked > 50_000_000 and unpacked / packed > MAX_RATIO):
        raise InputProblem(
            f"Файл {path} (источник {source}) разворачивается в {unpacked} байт; открывать его опасно. "
            "Удалите пустые строки и столбцы с оформлением и сохраните заново.",
            f"The file {path} (source {source}) unpacks to {unpacked} bytes; it is not safe to open. "
            "Delete empty formatted rows and columns and save it again.",
        )


def _scan_workbook(archive: zipfile.ZipFile, path: Path, source: str) -> tuple[dict[str, _Scan], set[str], bool]:
    targets = {
        node.get("Id"): node.get("Target", "")
        for node in _nodes(archive, "xl/_rels/workbook.xml.rels")
        if node.tag.endswith("}Relationship")
    }
    struck, zeros = _styles(archive)
    scans: dict[str, _Scan] = {}
    hidden: set[str] = set()
    is_1904 = False
    for node in _nodes(archive, "xl/workbook.xml"):
        kind = node.tag.rpartition("}")[2]
        if kind == "workbookPr":
            is_1904 = node.get("date1904") in ("1", "true")
        elif kind == "sheet":
            relation = next((value for key, value in node.items() if key.endswith("}id")), "")
            target = targets.get(relation, "")
            if "worksheet" not in target:
                continue
            name = node.get("name", "")
            place = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            scans[name] = _scan_sheet(archive, place, struck, zeros, path, source, name)
            if node.get("state", "visible") != "visible":
                hidden.add(name)
    return scans, hidden, is_1904


def _nodes(archive: zipfile.ZipFile, member: str) -> Iterator[ElementTree.Element]:
    for _, node in ElementTree.iterparse(io.BytesIO(_member(archive, member))):
        yield node


def _member(archive: zipfile.ZipFile, member: str) -> bytes:
    data = archive.read(member)
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise ValueError("a document type declaration has no place in a workbook")
    return data


def _styles(archive: zipfile.ZipFile) -> tuple[set[int], dict[int, int]]:
    """Cell styles that strike through, and zero-padded ones with their number of digits."""
    if "xl/styles.xml" not in archive.namelist():
        return set(), {}
    root = ElementTree.fromstring(_member(archive, "xl/styles.xml"))
    space = root.tag.partition("}")[0] + "}"
    formats = {node.get("numFmtId"): node.get("formatCode", "") for node in root.iter(f"{space}numFmt")}
    fonts = []
    for font in root.iterfind(f"{space}fonts/{space}font"):
        strike = font.find(f"{space}strike")
        fonts.append(strike is not None and strike.get("val", "1") not in ("0", "false"))
    struck, zeros = set(), {}
    for style, node in enumerate(root.iterfind(f"{space}cellXfs/{space}xf")):
        font_id = int(node.get("fontId", "0"))
        if font_id < len(fonts) and fonts[font_id]:
            struck.add(style)
        code = formats.get(node.get("numFmtId"), "")
        if _ZEROS.match(code):
            zeros[style] = len(code)
    return struck, zeros


def _scan_sheet(
    archive: zipfile.ZipFile, place: str, struck: set[int], zeros: dict[int, int], path: Path, source: str, name: str
) -> _Scan:
    scan = _Scan()
    row = column = 0
    spaces = (_MAIN, _STRICT)
    for event, node in ElementTree.iterparse(io.BytesIO(_member(archive, place)), events=("start", "end")):
        kind = node.tag.rpartition("}")[2]
        if not node.tag.startswith(spaces):
            continue
        if event == "start":
            if kind == "row":
                row, column = int(node.get("r", row + 1)), 0
                if node.get("hidden") in ("1", "true"):
                    scan.hidden_rows.add(row)
            continue
        if kind == "c":
            column = _scan_cell(scan, node, row, column, struck, zeros)
            if scan.last_row * scan.last_column > MAX_CELLS:
                _refuse_far(scan, path, source, name)
            node.clear()
        elif kind == "row":
            node.clear()
        elif kind == "col" and node.get("hidden") in ("1", "true"):
            last = min(int(node.get("max", "1")), 16_384)
            scan.hidden_columns.update(range(int(node.get("min", "1")), last + 1))
        elif kind == "mergeCell":
            first, _, last_ref = node.get("ref", "").partition(":")
            scan.merged.append((*_place(first), *_place(last_ref or first)))
    return scan


def _scan_cell(
    scan: _Scan, node: ElementTree.Element, row: int, column: int, struck: set[int], zeros: dict[int, int]
) -> int:
    reference = node.get("r")
    column = _place(reference)[1] if reference else column + 1
    parts = {child.tag.rpartition("}")[2]: child for child in node}
    value = parts.get("v")
    text = "".join(parts["is"].itertext()) if "is" in parts else (value.text if value is not None else None)
    if node.get("t") == "e":
        scan.remarks.append(Remark("excel_error", row, column))
    elif "f" in parts and not text:
        scan.remarks.append(Remark("formula_without_value", row, column))
    elif not text:
        return column
    style = int(node.get("s", "0"))
    scan.last_row, scan.last_column = max(scan.last_row, row), max(scan.last_column, column)
    scan.struck.setdefault(row, []).append(style in struck)
    if style in zeros:
        scan.formats[row, column] = zeros[style]
    return column


def _refuse_far(scan: _Scan, path: Path, source: str, name: str) -> None:
    far = address(scan.last_row, scan.last_column)
    raise InputProblem(
        f"Файл {path} (источник {source}), лист {name}: таблица тянется до ячейки {far}. "
        "Скорее всего там случайная запись: удалите лишние строки и столбцы и сохраните файл.",
        f"The file {path} (source {source}), sheet {name}: the table reaches cell {far}. "
        "Most likely something was typed there by accident: delete the superfluous rows and columns and save.",
    )


def _place(reference: str) -> tuple[int, int]:
    found = _CELL.match(reference.replace("$", ""))
    if found is None:
        raise ValueError(f"{reference!r} is no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _sheet(name: str, values: list[list[Any]], scan: _Scan, hidden: bool) -> Sheet:
    rows = max([scan.last_row, *(place + 1 for place, row in enumerate(values) if any(cell != "" for cell in row))])
    columns = max([scan.last_column, *(len(row) for row in values[:1])], default=0)
    cells = np.full((rows, columns), None, dtype=object)
    for place, row in enumerate(values[:rows]):
        for position, value in enumerate(row[:columns]):
            if value != "":
                cells[place, position] = value
    return Sheet(
        name,
        cells,
        scan.last_row,
        hidden,
        frozenset(row for row in scan.hidden_rows if row <= rows),
        frozenset(column for column in scan.hidden_columns if column <= columns),
        frozenset(row for row, marks in scan.struck.items() if all(marks)),
        tuple(scan.merged),
        scan.formats,
        tuple(scan.remarks),
    )
