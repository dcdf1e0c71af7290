"""What the XML of an Excel sheet says and its values do not: rows, hidden parts, merged ranges, errors, formats.

Two readers give the same Scan. The fast one looks at the bytes as an array, millions of cells in a second or two; it
is used where the markup is plain enough to be sure (it accounts for every cell). Anything else (comments, CDATA,
unusual encodings, cells without an address in front) goes to the exact one, an event parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import IO, TypeAlias

import numpy as np

from evaluation.cleaning.sheet.events import scan_exactly
from evaluation.cleaning.sheet.repeats import Repeats
from evaluation.cleaning.sheet.scan import (
    SPACES,
    Scan,
    Styles,
    column_number,
    in_order,
    note_column,
    note_merged,
    place,
)
from evaluation.cleaning.sheet.tags import Unsure, contents, find_cells, find_tags, row_numbers
from evaluation.cleaning.workbook import Remark, address

Patterns: TypeAlias = Mapping[str, re.Pattern[bytes]]
_PIECE = 8_000_000
_ROOT = re.compile(rb"<(?:([\w.-]+):)?worksheet\b([^>]*)>")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w-]+)[\"']")
_ATTRIBUTE = re.compile(rb"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def scan_sheet(open_member: Callable[[], IO[bytes]], styles: Styles, large: bool = False) -> Scan:
    """The scan of a sheet, of a ``large`` one with its ``repeats``; ``open_member`` opens its XML anew.

    Raises Forbidden, ValueError or expat.ExpatError.
    """
    try:
        with open_member() as stream:
            return scan_fast(stream, styles, large)
    except Unsure:
        with open_member() as stream:
            return scan_exactly(stream, styles)


# ---- fast ---------------------------------------------------------------------------------------------------


# ``@`` stands for ``<`` and the namespace prefix
_VALUE = rb"\s*(?:@v>[^<]|@f\b|@is\b)"
_ADDRESSED = rb"@c\s(?:[^>]*?\s)?r\s*=\s*[\"']"
_PATTERNS = {
    "row": rb"@row\b([^>]*)>",
    "row_number": rb"@row\b[^>]*?\sr=[\"'](\d+)[\"']",
    "error": rb"@c(\s[^>]*\bt\s*=\s*[\"']e[\"'][^>]*)>(?:\s*@f\b[^>]*(?:/>|>[^<]*@/f>))?\s*@v>([^<]+)@/v>",
    "formula": rb"@c(\s[^>]*[^/>])>\s*@f\b(?:[^>]*/>|[^>]*[^/>]>[^<]*@/f>|>[^<]*@/f>)\s*"
    rb"(?!\s|@v(?:\s[^>]*)?>[^<])(@v/>|@v>@/v>|)",
    "styled": rb"@c(\s[^>]*\bs\s*=\s*[\"'](\d+)[\"'][^>/]*)>" + _VALUE,
    "place_of_filled": _ADDRESSED + rb"([A-Z]{1,3})(\d{1,7})[\"'][^>/]*>" + _VALUE,
    "shared": rb"@c\s(?:[^>]*?\s)?t\s*=\s*[\"']s[\"']",
    "empty_text": rb"@is\s*/>|@t\s*/>|@t(?:\s[^>]*)?>@/t>",
}


def cells_beyond(xml: bytes, row: int, column: int) -> list[tuple[int, int]]:
    """Filled cells of plain markup below ``row`` or right of ``column``."""
    root = _ROOT.search(xml)
    pattern = _compiled(root[1] + b":" if root and root[1] else b"")["place_of_filled"]
    places = ((int(found[2]), column_number(found[1].decode())) for found in pattern.finditer(xml))
    return [one for one in places if one[0] > row or one[1] > column]


def without_cells(xml: bytes, cells: Iterable[tuple[int, int]]) -> bytes:
    """Plain markup of a sheet without the named cells."""
    root = _ROOT.search(xml)
    prefix = root[1] + b":" if root and root[1] else b""
    for row, column in cells:
        name = address(row, column).encode()
        body = _ADDRESSED + name + rb"[\"'](?:[^>]*/>|[^>]*>.*?@/c>)"
        xml = re.sub(body.replace(b"@/", b"</" + prefix).replace(b"@", b"<" + prefix), b"", xml, flags=re.DOTALL)
    return xml


@cache
def _compiled(prefix: bytes) -> Patterns:
    return {
        name: re.compile(pattern.replace(b"@/", b"</" + prefix).replace(b"@", b"<" + prefix))
        for name, pattern in _PATTERNS.items()
    }


def _attributes(text: bytes) -> dict[str, str]:
    return {
        found[1].decode(): (found[2] if found[2] is not None else found[3]).decode()
        for found in _ATTRIBUTE.finditer(text)
    }


def scan_fast(stream: IO[bytes], styles: Styles, large: bool = False) -> Scan:
    """The scan of plain markup. Raises Unsure for any other, before it says anything wrong."""
    scan = Scan()
    pieces = _pieces(stream)
    before, prefix = next(pieces)
    root = _ROOT.search(before)
    if large and root and not prefix:
        scan.repeats = Repeats(root[0])
    patterns = _compiled(prefix)
    _scan_columns(before, prefix, scan)
    for body, _ in pieces:
        if body.startswith(b"</"):
            _scan_merged(body, prefix, scan)
        else:
            _scan_rows(body, patterns, prefix, scan, styles)
    if any(first >= second for first, second in zip(scan.rows, scan.rows[1:], strict=False)):
        raise Unsure
    scan.remarks.sort(key=in_order)
    return scan


def _pieces(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """What stands before the rows, pieces of whole rows, and what follows them (from ``</sheetData>``), with the
    namespace prefix (``x:`` or nothing)."""
    text = stream.read(_PIECE)
    encoding = _ENCODING.search(text[:200])
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or (encoding and encoding[1].lower() not in (b"utf-8", b"ascii")):
        raise Unsure
    root = _ROOT.search(text)
    if root is None:
        raise Unsure
    prefix = root[1] + b":" if root[1] else b""
    space = _attributes(root[2]).get(f"xmlns:{root[1].decode()}" if root[1] else "xmlns")
    start = text.find(b"<" + prefix + b"sheetData")
    if space not in SPACES or start < 0 or b"<!" in text[:start] or b"<?" in text[5:start]:
        raise Unsure
    yield text[:start], prefix
    rest = text[start:]
    row, end = b"<" + prefix + b"row", b"</" + prefix + b"sheetData"
    closed = rest.startswith(b"<" + prefix + b"sheetData/>")
    while not closed:
        if (stop := rest.find(end)) >= 0:
            yield rest[:stop], prefix
            rest = rest[stop:]
            break
        cut = rest.rfind(row)
        if cut > rest.find(row) >= 0:
            yield rest[:cut], prefix
            rest = rest[cut:]
        more = stream.read(_PIECE)
        if not more or len(rest) > 8 * _PIECE:
            raise Unsure
        rest += more
    tail = rest + stream.read()
    if b"<!" in tail or b"<?" in tail:
        raise Unsure
    yield (b"</" + tail if closed else tail), prefix


def _scan_columns(before: bytes, prefix: bytes, scan: Scan) -> None:
    for found in re.finditer(b"<" + prefix + rb"col\s([^>]*)>", before):
        note_column(scan, _attributes(found[1]))


def _scan_merged(after: bytes, prefix: bytes, scan: Scan) -> None:
    for found in re.finditer(b"<" + prefix + rb"mergeCell\s([^>]*)>", after):
        note_merged(scan, _attributes(found[1]))


def _scan_rows(body: bytes, patterns: Patterns, prefix: bytes, scan: Scan, styles: Styles) -> None:
    tags = find_tags(body, prefix)
    if tags.has("!") or tags.has("?"):
        raise Unsure
    plain_numbers = row_numbers(tags)
    numbers = np.array(patterns["row_number"].findall(body), np.int64) if plain_numbers is None else plain_numbers
    cells = find_cells(tags, len(numbers))
    if tags.has("i") and patterns["empty_text"].search(body):
        raise Unsure
    if scan.repeats is not None:
        spans = None if plain_numbers is None else contents(tags, cells, numbers)
        if spans is None:
            scan.repeats = None
        else:
            scan.repeats.add(body, spans, numbers[cells.row], cells.column)
    filled_of = np.bincount(cells.row, minlength=len(numbers))
    scan.rows += numbers[filled_of > 0].tolist()
    counts = np.bincount(cells.column)
    scan.columns.update({int(column): int(counts[column]) for column in np.flatnonzero(counts)})
    single = b"'" in body  # few writers use apostrophes, and looking for one byte takes next to no time
    scan.shared += len(patterns["shared"].findall(body)) if single and b"t='s'" in body else body.count(b't="s"')
    if b"hidden" in body:
        for found in patterns["row"].finditer(body):
            facts = _attributes(found[1])
            if facts.get("hidden") in ("1", "true"):
                scan.hidden_rows.add(int(facts["r"]))
    if b'"e"' in body or (single and b"'e'" in body):
        for found in patterns["error"].finditer(body):
            scan.remarks.append(Remark("excel_error", *_where(found[1]), found[2].decode()))
    if tags.has("f"):
        for found in patterns["formula"].finditer(body):
            facts = _attributes(found[1])
            # a formula whose saved value is an empty text has a value
            if facts.get("t") != "str" or not found[2]:
                scan.remarks.append(Remark("formula_without_value", *place(facts["r"])))
    if styles.struck or styles.zeros:
        struck = _scan_styles(body, patterns, scan, styles)
        if struck:
            count_of = dict(zip(numbers.tolist(), filled_of.tolist(), strict=True))
            scan.struck |= struck
            scan.filled_of.update({row: count_of[row] for row in {row for row, _ in struck}})


def _where(attributes: bytes) -> tuple[int, int]:
    reference = _attributes(attributes).get("r")
    if reference is None:
        raise Unsure
    return place(reference)


def _scan_styles(body: bytes, patterns: Patterns, scan: Scan, styles: Styles) -> set[tuple[int, int]]:
    """Note zero-padded formats; returns the cells with a value that are struck through."""
    struck = set()
    for found in patterns["styled"].finditer(body):
        style = int(found[2])
        if style in styles.struck:
            struck.add(_where(found[1]))
        if style in styles.zeros:
            scan.formats[_where(found[1])] = styles.zeros[style]
    return struck
