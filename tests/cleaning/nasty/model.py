"""Received files before they are written: lines of cells with the truth behind them, and the ledger of traps."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Value(Enum):
    """What the cleaned table must hold in a trapped cell."""

    TRUTH = "the true value"
    MISSING = "nothing"
    ANY = "not looked at"


TRUTH, MISSING, ANY = Value.TRUTH, Value.MISSING, Value.ANY
EVERY_FORMAT = frozenset({"xlsx", "csv", "ods", "parquet"})
WITH_TYPES = frozenset({"xlsx", "ods"})
XLSX = frozenset({"xlsx"})
CSV = frozenset({"csv"})
SHEETS = frozenset({"xlsx", "ods", "csv"})
SILENT = "(nothing)"


@dataclass(frozen=True)
class Outcome:
    """One acceptable end of a trap: a remark of one of ``rules`` (none needed where empty) and a value.

    ``anywhere``: the remark may stand at another cell of the row than the trapped one. ``hint``: its suggestion must
    hold the ledger's hint.
    """

    rules: frozenset[str] = frozenset()
    value: Value = TRUTH
    fate: str = "kept"
    row_class: str = "data"
    anywhere: bool = False
    hint: bool = False

    def in_words(self) -> str:
        end = {"kept": "", "merged": "; row merged", "quarantined": "; row set aside"}[self.fate]
        kind = "" if self.row_class == "data" else f"; row is {self.row_class}"
        return f"{' / '.join(sorted(self.rules)) or SILENT} -> {self.value.value}{end}{kind}"


def repaired(*rules: str, **more: Any) -> Outcome:
    """The true value is in the table, and the repair was remarked (silently where no rule is named)."""
    return Outcome(frozenset(rules), TRUTH, **more)


def refused(*rules: str, **more: Any) -> Outcome:
    """No value was taken, and the remark says why."""
    return Outcome(frozenset(rules), MISSING, **more)


def remarked(*rules: str, **more: Any) -> Outcome:
    """The cell or row was remarked; the value is not looked at."""
    return Outcome(frozenset(rules), ANY, **more)


def set_aside(*rules: str, **more: Any) -> Outcome:
    return Outcome(frozenset(rules), ANY, fate="quarantined", anywhere=True, **more)


def merged(*rules: str, **more: Any) -> Outcome:
    return Outcome(frozenset(rules), ANY, fate="merged", anywhere=True, **more)


def classed(row_class: str, *rules: str) -> Outcome:
    """The row is recognised as no record."""
    return Outcome(frozenset(rules), ANY, row_class=row_class, anywhere=True)


@dataclass
class Line:
    """One row of a sheet. ``cells`` are by variable, or by column number for rows that are no records.

    ``truth`` is what the cleaned tables must hold of a record, by variable; None for other rows. ``person`` is who is
    meant on a list of participants.
    """

    row_class: str
    cells: dict[Any, Any] = field(default_factory=dict)
    truth: dict[str, Any] | None = None
    hidden: bool = False
    struck: bool = False
    struck_cells: set[str] = field(default_factory=set)
    formats: dict[str, str] = field(default_factory=dict)
    verbatim: str | None = None
    trapped: bool = False
    person: str | None = None
    row: int = 0


@dataclass
class Column:
    """A column: its variable (or a name of our own for columns that mean nothing) and the levels of its header."""

    variable: str
    levels: tuple[str, ...]
    hidden: bool = False


@dataclass
class Page:
    """A sheet: columns and lines. ``merges`` are (first line, last line, variable)."""

    name: str
    columns: list[Column]
    lines: list[Line]
    state: str = "visible"
    merges: list[tuple[Line, Line, str]] = field(default_factory=list)
    titles: list[Line] = field(default_factory=list)
    header_rows: range = range(0)
    first_column: int = 1
    far_cell: bool = False
    breaks_rows: bool = False

    def position(self, variable: str) -> int:
        return self.first_column + [column.variable for column in self.columns].index(variable)


@dataclass
class Sown:
    """A trap in a file: where it is, what was written, and the kind that says what must come out."""

    kind: Kind
    page: str
    line: Line | None
    variable: str | None
    hint: str = ""


@dataclass
class Book:
    """A received file of one source. ``scale`` is the unit of its money columns (1000: thousands of roubles)."""

    source: str
    year: int
    file_format: str
    name: str
    pages: list[Page] = field(default_factory=list)
    sown: list[Sown] = field(default_factory=list)
    scale: int = 1
    is_1904: bool = False
    encoding: str = "utf-8-sig"
    separator: str = ";"
    line_end: str = "\r\n"
    shared_strings: bool = False
    strict: bool = False
    exempt: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)


@dataclass
class Spot:
    """Where a trap is being set."""

    line: Line
    rng: random.Random
    book: Book
    world: World
    hint: str = ""

    @property
    def truth(self) -> dict[str, Any]:
        assert self.line.truth is not None
        return self.line.truth


@dataclass(frozen=True)
class World:
    """The units that files may name: code, official and short name, population; and those of the other regime."""

    year: int
    units: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...]

    def named(self, code: str) -> Mapping[str, Any]:
        return next(unit for unit in (*self.units, *self.others) if unit["unit_id"] == code)


@dataclass(frozen=True)
class Kind:
    """A kind of trap: one row of the catalogue.

    ``sow`` changes the spot's line and returns the trapped variable (None: the row). ``also`` are warnings and errors
    that the trap may cause elsewhere in its row, ``also_header`` those on the header. ``why`` explains an expectation
    that is not obvious.
    """

    name: str
    source: str
    done: str
    outcomes: tuple[Outcome, ...]
    sow: Callable[[Spot], str | None] | None = None
    also: frozenset[str] = frozenset()
    also_header: frozenset[str] = frozenset()
    formats: frozenset[str] = EVERY_FORMAT
    why: str = ""


@dataclass(frozen=True)
class Cached:
    """A formula with the value that Excel saved beside it."""

    formula: str
    value: float


def excel_serial(day: dt.date, is_1904: bool) -> int:
    """The number that Excel keeps for a day."""
    return (day - (dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30))).days
