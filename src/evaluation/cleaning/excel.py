"""Sheets of an Excel workbook: values by python-calamine, and a scan of the XML for what calamine hides.

The scan counts rows independently and finds hidden rows and columns, struck-through cells, merged ranges, zero-padded
number formats, error cells and formulas without a saved value (which calamine returns as empty). Of a large sheet of
plain markup calamine reads one cell of each kind, and the scan says where it stands (``sheet_repeats``). Workbooks are
refused before they are opened when they would unpack to too much; a stray cell in the last row is left out and named.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from xml.parsers import expat

from evaluation.cleaning.contents import damaged
from evaluation.cleaning.distinct import Distinct
from evaluation.cleaning.limits import Extent, check_texts, extent
from evaluation.cleaning.sheet.cells import as_cells, scanned_sheet
from evaluation.cleaning.sheet.events import parse
from evaluation.cleaning.sheet.repeats import MarkedColumn, put_back, small_sheet
from evaluation.cleaning.sheet.scan import SPACES, Scan, Styles
from evaluation.cleaning.sheet.xml import cells_beyond, scan_sheet, without_cells
from evaluation.cleaning.workbook import Sheet

LARGE_SHEET = 4_000_000  # bytes of markup: some hundred thousand cells
_ZEROS = re.compile(r"^(?:\[[^\]]*\]|\\[- ]|\"[^\"]*\")*(0{2,})$")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, NotImplementedError, KeyError, ValueError, EOFError,
    IndexError,
)  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """A worksheet of the workbook: its name, the member of the archive, and whether it is hidden."""

    name: str
    member: str
    hidden: bool


_Marked: TypeAlias = Mapping[int, MarkedColumn] | None


def read_sheets(data: bytes, path: Path, source: str) -> tuple[tuple[Sheet, ...], bool]:
    """Sheets of the workbook, and whether its dates count from 1904. Raises InputProblem."""
    import python_calamine as calamine

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts, is_1904 = _parts(archive)
            scans, extents = _scans(archive, parts, path, source)
            data = _without_far_cells(archive, data, parts, extents)
            marked = [_marked(scan, size) for scan, size in zip(scans, extents, strict=True)]
            copy = _with_small_sheets(archive, parts, scans, marked)
        if copy is not None:
            try:
                return _values(copy, parts, scans, extents, marked), is_1904
            except (*_BROKEN, calamine.CalamineError):
                pass  # what a copy does not give is read from the workbook itself
        return _values(data, parts, scans, extents, [None] * len(parts)), is_1904
    except (*_BROKEN, calamine.CalamineError) as error:
        raise damaged(path, source, "xlsx") from error


def _values(
    data: bytes, parts: Sequence[_Part], scans: Sequence[Scan], extents: Sequence[Extent], marked: Sequence[_Marked]
) -> tuple[Sheet, ...]:
    """The sheets of a workbook, or of its copy with small sheets in place of those that are ``marked``."""
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    for part, scan, size, repeated in zip(parts, scans, extents, marked, strict=True):
        values = book.get_sheet_by_name(part.name).to_python(skip_empty_area=False) if size.rows else []
        columns: tuple[Distinct, ...] = ()
        if repeated is None:
            cells = as_cells(values, size.rows, size.columns)
        else:
            cells, columns = put_back(values, repeated, size.rows, size.columns)
        sheets.append(scanned_sheet(part.name, cells, scan, size, part.hidden, columns))
    return tuple(sheets)


def _parts(archive: zipfile.ZipFile) -> tuple[list[_Part], bool]:
    """Worksheets in the order of the workbook, and whether dates count from 1904."""
    targets: dict[str, tuple[str, str]] = {}
    found: list[dict[str, str]] = []
    epochs: list[str] = []

    def relation(tag: str, facts: dict[str, str]) -> None:
        if tag.endswith("}Relationship"):
            targets[facts["Id"]] = facts["Type"], facts["Target"]

    def book(tag: str, facts: dict[str, str]) -> None:
        kind = tag.rpartition("}")[2]
        if kind == "workbookPr":
            epochs.append(facts.get("date1904", "0"))
        elif kind == "sheet":
            found.append(facts)

    _read(archive, "xl/_rels/workbook.xml.rels", relation)
    _read(archive, "xl/workbook.xml", book)
    parts = []
    for facts in found:
        relation_id = next((value for key, value in facts.items() if key.endswith("}id")), "")
        kind, target = targets.get(relation_id, ("", ""))
        if kind.endswith("/worksheet"):
            member = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            parts.append(_Part(facts["name"], member, facts.get("state", "visible") != "visible"))
    return parts, any(epoch in ("1", "true") for epoch in epochs)


def _read(archive: zipfile.ZipFile, member: str, start: Any, end: Any = None) -> None:
    with archive.open(member) as stream:
        parse(stream, start, end)


def _styles(archive: zipfile.ZipFile) -> Styles:
    if "xl/styles.xml" not in archive.namelist():
        return Styles()
    codes: dict[str, str] = {}
    fonts: list[bool] = []
    formats: list[tuple[int, str]] = []
    inside: list[str] = []

    def start(tag: str, facts: dict[str, str]) -> None:
        space, _, kind = tag.rpartition("}")
        if space not in SPACES:
            return
        if kind == "numFmt":
            codes[facts.get("numFmtId", "")] = facts.get("formatCode", "")
        elif kind == "font" and inside[-1:] == ["fonts"]:
            fonts.append(False)
        elif kind == "strike" and inside[-2:] == ["fonts", "font"]:
            fonts[-1] = facts.get("val", "1") not in ("0", "false")
        elif kind == "xf" and inside[-1:] == ["cellXfs"]:
            formats.append((int(facts.get("fontId", "0")), facts.get("numFmtId", "")))
        inside.append(kind)

    def end(tag: str) -> None:
        if tag.rpartition("}")[0] in SPACES:
            inside.pop()

    _read(archive, "xl/styles.xml", start, end)
    struck = {style for style, (font, _) in enumerate(formats) if font < len(fonts) and fonts[font]}
    digits = {style: zero_digits(codes.get(number, "")) for style, (_, number) in enumerate(formats)}
    return Styles(frozenset(struck), {style: count for style, count in digits.items() if count})


def zero_digits(code: str) -> int:
    """Digits of a zero-padded number format (``00000000``, ``[$-419]00000000;@``), 0 for any other."""
    found = _ZEROS.match(code.partition(";")[0].strip())
    return len(found[1]) if found else 0


def _scans(
    archive: zipfile.ZipFile, parts: Sequence[_Part], path: Path, source: str
) -> tuple[list[Scan], list[Extent]]:
    styles = _styles(archive)
    scans, extents = [], []
    for part in parts:
        large = archive.getinfo(part.member).file_size >= LARGE_SHEET
        scan = scan_sheet(partial(archive.open, part.member), styles, large)
        find_far = partial(_cells_beyond, archive, part.member)
        extents.append(extent(scan.rows, scan.columns, find_far, (path, source, part.name)))
        scans.append(scan)
    shared = "xl/sharedStrings.xml"
    if shared in archive.namelist():
        texts = archive.read(shared)
        if b"<!" in texts or texts[:2] in (b"\xff\xfe", b"\xfe\xff"):
            parse(io.BytesIO(texts), lambda tag, facts: None)
        uses = [(partial(archive.read, part.member), scan.shared) for part, scan in zip(parts, scans, strict=True)]
        check_texts(texts, uses, path, source)
    return scans, extents


def _cells_beyond(archive: zipfile.ZipFile, member: str, row: int, column: int) -> list[tuple[int, int]]:
    return cells_beyond(archive.read(member), row, column)


def _without_far_cells(
    archive: zipfile.ZipFile, data: bytes, parts: Sequence[_Part], extents: Sequence[Extent]
) -> bytes:
    """The workbook as it was, or a copy without the stray cells: a reader would make room for all rows up to them."""
    far = {part.member: size.far for part, size in zip(parts, extents, strict=True) if size.far}
    if not far:
        return data
    copy = _copy(archive, {member: without_cells(archive.read(member), cells) for member, cells in far.items()})
    with zipfile.ZipFile(io.BytesIO(copy)) as made:
        for part, size in zip(parts, extents, strict=True):
            if size.far and scan_sheet(partial(made.open, part.member), Styles()).rows[-1] > size.rows:
                raise ValueError("a cell far away could not be left out")
    return copy


def _marked(scan: Scan, size: Extent) -> _Marked:
    """The columns of a sheet whose different cells are read once each; None for one that is read as it is."""
    return None if scan.repeats is None or size.far else scan.repeats.columns()


def _with_small_sheets(
    archive: zipfile.ZipFile, parts: Sequence[_Part], scans: Sequence[Scan], marked: Sequence[_Marked]
) -> bytes | None:
    """A copy of the workbook with a small sheet in place of each that is ``marked``; None where none is."""
    small = {
        part.member: small_sheet(scan.repeats.root, list(columns.values()))
        for part, scan, columns in zip(parts, scans, marked, strict=True)
        if scan.repeats is not None and columns is not None
    }
    return _copy(archive, small) if small else None


def _copy(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    """The parts of a workbook that its values are read from, some of them changed, without compression."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for member in archive.namelist():
            if member.lower().endswith((".xml", ".rels")) or member in changed:
                target.writestr(member, changed[member] if member in changed else archive.read(member))
    return copy.getvalue()
