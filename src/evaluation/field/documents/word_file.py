"""Paragraphs of a Word document (docx): list numbers counted as Word counts them, headings, tables, emphasis.

Deleted text (tracked changes) is left out, inserted text is read; headers, footers, notes and comments are not read.
Markup: ECMA-376 Part 1, 17.3 (paragraphs and runs), 17.4 (tables).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from evaluation.cleaning.files import refuse
from evaluation.cleaning.limits import check_archive
from evaluation.cleaning.sheet.events import parse
from evaluation.cleaning.sheet.scan import Forbidden
from evaluation.field.documents.paragraphs import Document, Draft, Kind, numbered, split_mark, without_emphasis
from evaluation.field.documents.word_styles import (
    DEEPEST,
    OFF,
    ListPlace,
    Style,
    formats_of,
    local_name,
    styles_of,
    value_of,
)

MAX_MARKUP = 100_000_000  # bytes of a document's text with its markup: some ten thousand pages
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, Forbidden, KeyError, ValueError, EOFError, OSError)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


@dataclass
class _Open:
    """A paragraph that is being read."""

    text: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    style: str = ""
    list_id: str | None = None
    level: int | None = None
    bold: bool = False


def word_document(data: bytes, path: Path, source: str = "document") -> Document:
    """Paragraphs of a docx file given as bytes. Raises InputProblem for a damaged, oversized or unusual file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, path, source)
            members = archive.namelist()
            for member in ("word/document.xml", "word/styles.xml", "word/numbering.xml"):
                if member in members and archive.getinfo(member).file_size > MAX_MARKUP:
                    raise refuse(
                        path, source, ": текст документа слишком велик. Разделите его на части.",
                        ": the text of the document is too large. Split it."
                    )  # fmt: skip
            styles = styles_of(archive) if "word/styles.xml" in members else {}
            formats = formats_of(archive) if "word/numbering.xml" in members else {}
            reader = _Reader(styles, formats)
            _read(archive, "word/document.xml", reader)
            return numbered(reader.drafts)
    except _BROKEN as error:
        raise refuse(
            path,
            source,
            " не читается как документ Word (docx): он повреждён. Откройте его в Word и сохраните заново.",
            " cannot be read as a Word document (docx): it is damaged. Open it in Word and save it again.",
        ) from error


def _read(archive: zipfile.ZipFile, member: str, reader: _Reader) -> None:
    with archive.open(member) as stream:
        parse(stream, reader.start, reader.end, reader.text)


class _Reader:
    """Handlers of the event parser for the document's body."""

    def __init__(self, styles: Mapping[str, Style], formats: Mapping[ListPlace, tuple[str, int]]) -> None:
        self.drafts: list[Draft] = []
        self._styles, self._formats = styles, formats
        self._open: list[_Open] = []
        self._cells: list[list[list[str]]] = []  # rows of tables that are open: cells, their texts
        self._skipped = 0
        self._reading = self._in_run = False
        self._counts: dict[ListPlace, int] = {}

    def start(self, tag: str, facts: dict[str, str]) -> None:
        name = local_name(tag)
        if tag == _FALLBACK or self._skipped:
            self._skipped += 1
            return
        if name == "p":
            self._open.append(_Open())
        elif name == "tr":
            self._cells.append([])
        elif name == "tc" and self._cells:
            self._cells[-1].append([])
        if not self._open:
            return
        here = self._open[-1]
        if name == "pStyle":
            here.style = value_of(facts)
        elif name == "numId":
            here.list_id = value_of(facts)
        elif name == "ilvl":
            here.level = min(int(value_of(facts) or 0), DEEPEST)
        elif name == "r":
            here.bold, self._in_run = False, True
        elif name == "b" and self._in_run:
            here.bold = value_of(facts).casefold() not in OFF
        elif name == "t":
            self._reading = True
        elif name == "tab" and self._in_run:
            here.text.append(" ")
        elif name in ("br", "cr") and self._in_run:
            here.text.append("\n")
        elif name == "noBreakHyphen":
            here.text.append("-")

    def text(self, text: str) -> None:
        if self._reading and not self._skipped:
            here = self._open[-1]
            here.text.append(text)
            if here.bold:
                here.strong.append(text)

    def end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        name = local_name(tag)
        if name == "t":
            self._reading = False
        elif name == "r":
            self._in_run = False
        elif name == "p":
            self._paragraph(self._open.pop())
        elif name == "tr" and self._cells:
            cells = tuple(" ".join(texts) for texts in self._cells.pop())
            filled = tuple(cell for cell in cells if cell.strip())
            self.drafts.append(Draft(" | ".join(filled), "row", cells=filled))

    def _paragraph(self, here: _Open) -> None:
        style = self._styles.get(here.style, Style())
        text = "".join(here.text)
        if self._cells and self._cells[-1]:
            self._cells[-1][-1].append(text.replace("\n", " "))
            return
        list_id = style.list_id if here.list_id is None else here.list_id
        level = style.level if here.level is None else here.level
        mark = self._mark(list_id, level) if list_id not in ("", "0") and text.strip() else ""
        for line in text.split("\n"):
            plain, starred = without_emphasis(line.strip())  # stars of a text that was pasted in
            bare, printed = (plain, mark) if mark else split_mark(plain)
            kind: Kind = "item" if printed else "heading" if style.heading else "text"
            strong = (*here.strong, *starred) if not style.bold else (bare,)
            self.drafts.append(Draft(bare, kind, printed, strong))
            mark = ""

    def _mark(self, list_id: str, level: int) -> str:
        """The number that Word prints before an item (2.1 of the second level), ``-`` for bullets."""
        form, _ = self._formats.get((list_id, level), ("bullet", 1))
        if form in ("bullet", "none"):
            return "-"
        first = self._formats[(list_id, level)][1]
        self._counts[(list_id, level)] = self._counts.get((list_id, level), first - 1) + 1
        for deeper in [place for place in self._counts if place[0] == list_id and place[1] > level]:
            del self._counts[deeper]
        return ".".join(str(self._counts[(list_id, up)]) for up in range(level + 1) if (list_id, up) in self._counts)
