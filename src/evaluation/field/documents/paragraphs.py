"""A running document as numbered paragraphs: headings, list items with their marks, rows of tables, emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from evaluation.cleaning.text import tidy

Kind = Literal["text", "item", "heading", "row"]
LONGEST_PARAGRAPH = 20_000

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\u2028\u2029]")
_BULLETS = re.compile(r"(?:[-–—−•▶►▪●◦·*+]\s+)+")
_NUMBER = re.compile(r"\(?((?:\d{1,3}\.){0,3}\d{1,3})(?:[.)]\s+|\s*[.)](?=[^\W\d]))")
_HEADING = re.compile(r"(#{1,6})\s+")
_STRONG = re.compile(r"\*\*(?=\S)([^*]{1,2000}?)(?<=\S)\*\*|__(?=\S)([^_]{1,2000}?)(?<=\S)__")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*(?![\w*])")
_STRAY = re.compile(r"\*\*")
_SETTLEMENT = re.compile(r"(?:г|гор|с|п|пос|пгт|рп|д|ст-ца)\.?\s?[А-ЯЁ]")
_CELLS = re.compile(r"\s*[|\t]\s*")
_RULE = re.compile(r"[\s|:+=_-]*")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: its number from 1, its text without marks, what it is, and the mark of a list as printed.

    ``mark`` is ``-`` for bullets, digits for numbers (``3``, ``2.1``), empty otherwise. ``strong`` are pieces in bold.
    ``cells`` are those of a table's row.
    """

    number: int
    text: str
    kind: Kind = "text"
    mark: str = ""
    strong: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def is_item(self) -> bool:
        return self.kind == "item"


@dataclass(frozen=True)
class Draft:
    """A paragraph before it is numbered, as a reader of some format gives it."""

    text: str
    kind: Kind = "text"
    mark: str = ""
    strong: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


Document = tuple[Paragraph, ...]


def numbered(drafts: Iterable[Draft]) -> Document:
    """Drafts with text as paragraphs numbered from 1; invisible signs and repeated spaces are gone."""
    kept: list[Paragraph] = []
    for draft in drafts:
        text = tidy(draft.text[:LONGEST_PARAGRAPH])
        if text:
            cells = tuple(tidy(cell) for cell in draft.cells)
            strong = tuple(tidy(piece) for piece in draft.strong)
            kept.append(Paragraph(len(kept) + 1, text, draft.kind, draft.mark, strong, cells))
    return tuple(kept)


def text_document(text: str) -> Document:
    """Paragraphs of a plain text: a line each, but for lines that go on with the one before.

    A line goes on where nothing separates it, it bears no mark, and either the line before has an open quotation or
    emphasis, ends with a hyphen or comma, or this one begins with a small letter or a number sign.
    """
    return numbered(_marked(block) for block in _blocks(text))


def _blocks(text: str) -> Iterator[str]:
    """Lines joined to paragraphs; what a line began with decides on its mark later."""
    open_block = ""
    for raw in _LINE_END.split(text):
        line = raw.strip(" \u00a0\ufeff\t")
        if not line:
            if open_block:
                yield open_block
            open_block = ""
        elif open_block and _goes_on(open_block, line):
            open_block += line if re.search(r"\w-$", open_block) else f" {line}"
        else:
            if open_block:
                yield open_block
            open_block = line
    if open_block:
        yield open_block


def _goes_on(before: str, line: str) -> bool:
    if _BULLETS.match(line) or _NUMBER.match(line) or _HEADING.match(line) or _CELLS.search(line):
        return False
    if len(before) > LONGEST_PARAGRAPH or _CELLS.search(before):
        return False
    if before.count("«") > before.count("»") or before.count("**") % 2 == 1:
        return True
    if re.match(r"\*[^\s*]", before) and before.replace("**", "").count("*") == 1:
        return True
    if _SETTLEMENT.match(line):  # «г. Канск» below a date is a line of its own
        return False
    return bool(re.search(r"\w-$|,$", before)) or line[0] == "№" or line[0].islower()


def _marked(block: str) -> Draft:
    heading = _HEADING.match(block)
    if heading:
        text, strong = without_emphasis(block[heading.end() :])
        return Draft(text, "heading", strong=strong)
    if _CELLS.search(block):
        cells = tuple(cell for cell in (without_emphasis(cell)[0] for cell in _CELLS.split(block)) if cell.strip())
        # a line under a table's head has no words
        return Draft("" if _RULE.fullmatch(block) else " | ".join(cells), "row", cells=cells)
    bare, mark = split_mark(block)
    text, strong = without_emphasis(bare)
    if not mark:  # a mark inside of the emphasis: **1. Text**
        text, mark = split_mark(text)
    return Draft(text, "item" if mark else "text", mark, strong)


def split_mark(text: str) -> tuple[str, str]:
    """A line without the mark of a list, and that mark: ``-`` for bullets, digits for numbers, empty for none."""
    bullets = _BULLETS.match(text)
    rest = text[bullets.end() :] if bullets else text
    number = _NUMBER.match(rest)
    if number:
        return rest[number.end() :], number[1]
    return rest, "-" if bullets else ""


def without_emphasis(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the stars and underlines of bold and italics, and its pieces in bold."""
    strong = tuple((first or second).strip() for first, second in _STRONG.findall(text))
    plain = _STRONG.sub(lambda found: found[1] or found[2], text)
    return _STRAY.sub("", _EMPHASIS.sub(r"\1", plain)), strong
