"""The exact reader of an Excel sheet's XML: an event parser, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from evaluation.cleaning.sheet.scan import SPACES, Forbidden, Scan, Styles, in_order, note_column, note_merged, place
from evaluation.cleaning.workbook import Remark


class _Reader:
    """Handlers of the event parser; the state of the cell that is being read."""

    def __init__(self, styles: Styles) -> None:
        self.scan = Scan()
        self.styles = styles
        self.row = self.column = 0
        self.cell: Mapping[str, str] | None = None
        self.parts: dict[str, str] = {}
        self.reading: str | None = None
        self.filled: Counter[int] = Counter()

    def start(self, tag: str, facts: dict[str, str]) -> None:
        space, _, kind = tag.rpartition("}")
        if space not in SPACES:
            return
        if kind == "row":
            self.row, self.column = int(facts.get("r", self.row + 1)), 0
            if facts.get("hidden") in ("1", "true"):
                self.scan.hidden_rows.add(self.row)
        elif kind == "c":
            row, self.column = place(facts["r"]) if "r" in facts else (self.row, self.column + 1)
            if row != self.row:
                raise ValueError(f"cell {facts['r']} stands in row {self.row}")
            self.cell, self.parts = facts, {}
        elif self.cell is not None and kind in ("v", "f", "t"):
            self.reading = kind
            self.parts.setdefault(kind, "")
        elif kind == "col":
            note_column(self.scan, facts)
        elif kind == "mergeCell":
            note_merged(self.scan, facts)

    def text(self, text: str) -> None:
        if self.reading is not None:
            self.parts[self.reading] += text

    def end(self, tag: str) -> None:
        space, _, kind = tag.rpartition("}")
        if space not in SPACES:
            return
        self.reading = None
        if kind == "c" and self.cell is not None:
            self._cell(self.cell)
            self.cell = None

    def _cell(self, facts: Mapping[str, str]) -> None:
        scan, here = self.scan, (self.row, self.column)
        value = self.parts.get("v") or self.parts.get("t")
        kind = facts.get("t")
        if kind == "e" and self.parts.get("v"):
            scan.remarks.append(Remark("excel_error", *here, self.parts["v"]))
        elif "f" in self.parts and not value:
            if not (kind == "str" and "v" in self.parts):
                scan.remarks.append(Remark("formula_without_value", *here))
        elif not value:
            return
        scan.columns[self.column] += 1
        scan.shared += kind == "s"
        self.filled[self.row] += 1
        style = int(facts.get("s", "0"))
        if style in self.styles.struck:
            scan.struck.add(here)
        if style in self.styles.zeros:
            scan.formats[here] = self.styles.zeros[style]


def scan_exactly(stream: IO[bytes], styles: Styles) -> Scan:
    """The scan by an XML parser, cell by cell. Raises Forbidden, ValueError or expat.ExpatError."""
    reader = _Reader(styles)
    parse(stream, reader.start, reader.end, reader.text)
    reader.scan.rows = sorted(reader.filled)
    reader.scan.remarks.sort(key=in_order)
    reader.scan.filled_of = Counter({row: reader.filled[row] for row in {row for row, _ in reader.scan.struck}})
    return reader.scan


def parse(
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Events of an XML file; tags are ``namespace}name``. Raises Forbidden for a document type, expat.ExpatError."""

    def refuse(*_: object) -> None:
        raise Forbidden("a document type declaration has no place in a workbook")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    parser.ParseFile(stream)
