"""Workbooks written part by part, for what no library writes: odd markup, old formats, hidden things, hostile files."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx(
    path: Path,
    sheets: Mapping[str, str | bytes],
    shared: Sequence[str] = (),
    styles: str = "",
    states: Mapping[str, str] | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """A workbook of ready sheet XML; ``styles`` is the inside of the style sheet, ``states`` hide sheets."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}" state="{(states or {}).get(name, "visible")}"/>'
        for number, name in enumerate(names, start=1)
    )
    kinds = f"{OFFICE}/worksheet"
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(names) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
        f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="y" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'
        + "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        + "</sst>",
    }
    parts |= {f"xl/worksheets/sheet{number}.xml": sheets[name] for number, name in enumerate(names, start=1)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, **(more or {})}.items():
            archive.writestr(name, text)
    return path


def sheet_xml(rows: str, before: str = "", after: str = "", space: str = MAIN) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    )


# ---- ods ----------------------------------------------------------------------------------------------------

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
ODS_SPACES = " ".join(
    f'xmlns:{prefix}="{_NAMES}{name}:1.0"'
    for prefix, name in {"office": "office", "table": "table", "text": "text", "style": "style",
                         "number": "datastyle"}.items()
) + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip
_ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def ods(path: Path, tables: str, styles: str = "", manifest: str = "") -> Path:
    """An OpenDocument spreadsheet of ready table XML."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODS_SPACES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", _ODS_MIME)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_NAMES}manifest:1.0" manifest:version="1.3"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{_ODS_MIME}"/>{manifest}</manifest:manifest>',
        )
    return path


# ---- xls ----------------------------------------------------------------------------------------------------


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file of streams (each padded beyond 4096 bytes, so that none is a short one); [MS-CFB]."""
    sectors: list[bytes] = []
    table: list[int] = []
    entries = [_entry("Root Entry", 5, -2, 0, child=1)]
    for number, (name, data) in enumerate(streams.items(), start=1):
        padded = data.ljust(4096, b"\0")
        start = len(sectors) + 1
        pieces = [padded[place : place + 512].ljust(512, b"\0") for place in range(0, len(padded), 512)]
        sectors += pieces
        table += [*range(start + 1, start + len(pieces)), -2]
        following = number + 1 if number < len(streams) else -1
        entries.append(_entry(name, 2, start, len(padded), right=following))
    while len(entries) % 4:
        entries.append(b"\0" * 128)
    directory = len(sectors) + 1
    pieces = [b"".join(entries[place : place + 4]) for place in range(0, len(entries), 4)]
    sectors += pieces
    table += [*range(directory + 1, directory + len(pieces)), -2]
    allocation = struct.pack("<128i", -3, *table, *[-1] * (127 - len(table)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<iiiiiiiii", 0, 1, directory, 0, 4096, -2, 0, -2, 0) + struct.pack("<109i", 0, *[-1] * 108)
    return header + allocation + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int, child: int = -1, right: int = -1) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBiii", len(text), kind, 1, -1, right, child)
        + b"\0" * 36
        + struct.pack("<iq", start, size)
    )


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    hidden: Sequence[str] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> Path:
    """An Excel 97 workbook ([MS-XLS]) of texts and numbers; ``merged`` (from 0) are of the first sheet."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    bodies = []
    for number, rows in enumerate(sheets.values()):
        width = max((len(row) for row in rows), default=0)
        body = _record(0x0809, begin[:2] + struct.pack("<H", 0x0010) + begin[4:])
        body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                place = struct.pack("<HHH", row, column, 0)
                if isinstance(cell, str):
                    text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                    body += _record(0x0204, place + text)
                elif isinstance(cell, (int, float)):
                    body += _record(0x0203, place + struct.pack("<d", float(cell)))
        if number == 0 and merged:
            areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
            body += _record(0x00E5, struct.pack("<H", len(merged)) + areas)
        bodies.append(body + _record(0x000A, b""))
    names = [name.encode("utf-16-le") for name in sheets]
    start = _record(0x0809, begin) + _record(0x0042, struct.pack("<H", 1200))
    length = len(start) + sum(4 + 8 + len(name) for name in names) + 4
    bounds = b""
    for (name, text), body in zip(zip(sheets, names, strict=True), bodies, strict=True):
        bounds += _record(0x0085, struct.pack("<IBBBB", length, int(name in hidden), 0, len(name), 1) + text)
        length += len(body)
    path.write_bytes(compound({"Workbook": start + bounds + _record(0x000A, b"") + b"".join(bodies)}))
    return path
