"""What the XML of an Excel sheet says and its values do not, in the shape that both readers of it give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evaluation.cleaning.workbook import Remark

if TYPE_CHECKING:
    from evaluation.cleaning.sheet.repeats import Repeats

SPACES = frozenset(
    {"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"}
)
LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")


class Forbidden(ValueError):
    """A document type declaration, which has no place in a workbook."""


@dataclass
class Styles:
    """Cell styles that strike through, and zero-padded ones with their number of digits."""

    struck: frozenset[int] = frozenset()
    zeros: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Scan:
    """What the XML of one sheet says. Rows and columns count from 1; a filled cell has a value, an error or a formula.

    ``rows`` are the filled rows in order and ``columns`` the number of filled cells by column; ``struck`` are the
    cells with a value that are struck through and ``filled_of`` the number of filled cells of their rows.
    """

    rows: list[int] = field(default_factory=list)
    columns: Counter[int] = field(default_factory=Counter)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    filled_of: Counter[int] = field(default_factory=Counter)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formats: dict[tuple[int, int], int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    shared: int = 0  # cells that point to a shared string, empty ones perhaps among them
    repeats: Repeats | None = field(default=None, compare=False)  # of a large sheet of plain markup

    @property
    def cells(self) -> int:
        return self.columns.total()


def in_order(remark: Remark) -> tuple[int, int]:
    return remark.row or 0, remark.column or 0


def column_number(letters: str) -> int:
    """1 for A, 27 for AA. Raises ValueError beyond the last column of Excel."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= LAST_COLUMN:
        raise ValueError(f"{letters!r} is no column")
    return number


def place(reference: str) -> tuple[int, int]:
    """Row and column of an A1 reference. Raises ValueError."""
    found = _REFERENCE.match(reference)
    if found is None:
        raise ValueError(f"{reference!r} is no cell")
    return int(found[2]), column_number(found[1])


def note_column(scan: Scan, facts: Mapping[str, str]) -> None:
    if facts.get("hidden") in ("1", "true"):
        last = min(int(facts.get("max", "1")), LAST_COLUMN)
        scan.hidden_columns.update(range(int(facts.get("min", "1")), last + 1))


def note_merged(scan: Scan, facts: Mapping[str, str]) -> None:
    first, _, last = facts.get("ref", "").partition(":")
    scan.merged.append((*place(first), *place(last or first)))
