"""The tables of a finished page read back: names, numbers, captions, cells and notes, in the order of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

_PICTURE = re.compile(r'src="data:[^"]*"')
_VOID = ("br", "img", "meta", "link", "hr", "input", "col", "wbr")


@dataclass(frozen=True)
class Cell:
    """A cell's text, and its full value and its number format where the page carries them ('' otherwise)."""

    text: str
    value: str = ""
    format: str = ""


@dataclass
class PageTable:
    """One table of a page.

    ``label`` is its numbered name («Таблица 3»), '' where it has none; ``kinds`` say what stands in the columns of its
    CSV (number, share, date, text), ``section`` the title of the part that holds it. The rows of a table that is
    ``laid_out`` for people are others than those of its CSV.
    """

    name: str
    kinds: list[str]
    section: str = ""
    laid_out: bool = False
    label: str = ""
    title: str = ""
    simulated: bool = False
    head: list[Cell] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@lru_cache(maxsize=2)
def page_tables(page: str) -> tuple[PageTable, ...]:
    """Every table for people (``.exhibit``) of a page, in its order; the last two pages are kept."""
    reader = _Reader()
    reader.feed(_PICTURE.sub("", page))
    reader.close()
    return tuple(reader.tables)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PageTable] = []
        self._open: list[str] = []
        self._table: PageTable | None = None
        self._until = 0  # how many elements stay open when the table's own element ends
        self._section = ""
        self._into: str = ""
        self._text: list[str] = []
        self._value = self._format = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = {key: value or "" for key, value in attrs}
        classes = given.get("class", "").split()
        if self._table is None:
            if "exhibit" in classes:
                name = given.get("id", "").removeprefix("table-")
                self._table = PageTable(name, given.get("data-columns", "").split(), self._section)
                self._table.laid_out = given.get("data-laid-out") == "yes"
                self._until = len(self._open)
            elif tag == "h2":
                self._begin("section")
            elif self._into == "section" and "place" in classes:
                self._text = []
        elif tag == "tr":
            self._table.rows.append([])
        elif tag in ("th", "td"):
            self._begin("cell")
            self._value, self._format = given.get("data-value", ""), given.get("data-format", "")
        elif tag == "caption":
            self._begin("caption")
        elif tag == "b" and self._into == "caption" and not self._table.label:
            self._begin("label")
        elif "simulated" in classes and self._into == "caption":
            self._table.simulated = True
            self._table.title = self._told()
            self._into = "badge"
        elif tag == "p" and "note" in classes:
            self._begin("note")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            continue
        table = self._table
        if table is None:
            if tag == "h2" and self._into == "section":
                self._section, self._into = self._told(), ""
            elif tag == "span" and self._into == "section":
                self._text = []  # the section's number stands before its title
            return
        if tag in ("th", "td") and table.rows:
            table.rows[-1].append(Cell(self._told(), self._value, self._format))
            self._into = ""
        elif tag == "thead" and table.rows:
            table.head = table.rows.pop()
        elif tag == "b" and self._into == "label":
            table.label = self._told().rstrip(".")
            self._begin("caption")
        elif tag == "caption":
            table.title = table.title or self._told()
            self._into = ""
        elif tag == "p" and self._into == "note":
            table.notes.append(self._told())
            self._into = ""
        if len(self._open) <= self._until:
            self.tables.append(table)
            self._table = None

    def handle_data(self, data: str) -> None:
        if self._into in ("section", "cell", "caption", "label", "note"):
            self._text.append(data)

    def _begin(self, into: str) -> None:
        self._into, self._text = into, []

    def _told(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        return text
