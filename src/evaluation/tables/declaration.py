"""What a declaration of a table is made of, and the columns that many tables share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "code", "category", "integer", "number", "money", "date", "flag"]
Sensitivity = Literal["open", "internal", "pseudonymous"]

DTYPES: dict[Kind, str] = {
    "text": "str",
    "code": "str",
    "category": "str",
    "integer": "Int64",
    "number": "float64",
    "money": "float64",
    "date": "datetime64[us]",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether it may be empty, and the range of its values."""

    name: str
    kind: Kind
    required: bool = True
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, what identifies it, what it holds and who may see it."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sensitivity: Sensitivity = "internal"
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def empty(self) -> pd.DataFrame:
        """A conforming table without rows."""
        return _empty(self.columns).copy()


@cache
def _empty(columns: tuple[Column, ...]) -> pd.DataFrame:
    # half of the time that a command takes to start is pandas, and most commands only ask what a table is called
    import pandas as pd

    return pd.DataFrame({column.name: pd.Series(dtype=DTYPES[column.kind]) for column in columns})


def texts(*names: str) -> tuple[Column, ...]:
    """Columns of free text that may be empty."""
    return tuple(Column(name, "text", required=False) for name in names)


def count(name: str, required: bool = False) -> Column:
    """A column of counts from zero."""
    return Column(name, "integer", required, low=0)


def money(name: str, required: bool = False) -> Column:
    """A column of money from zero."""
    return Column(name, "money", required, low=0)


def number(name: str, low: float | None = None, high: float | None = None, required: bool = False) -> Column:
    """A column of numbers."""
    return Column(name, "number", required, low=low, high=high)


def partial_date(name: str) -> tuple[Column, Column]:
    """A day, and beside it what is known of it where only its month or year is: ``2024-03`` or ``2024``."""
    return Column(name, "date", required=False), Column(f"{name}_partial", "text", required=False)


def share(name: str) -> Column:
    """A column of shares between 0 and 1."""
    return Column(name, "number", required=False, low=0, high=1)


PROVENANCE = (Column("source", "text"), Column("source_sheet", "text"), Column("source_row", "integer", low=1))
YEAR = Column("year", "integer", low=1900, high=2200)
UNIT = Column("unit_id", "code")

SOURCE_FILES = (
    Column("source", "text"),
    Column("file_name", "text"),
    Column("sha256", "code"),
    count("bytes", required=True),
    Column("file_format", "text"),
    *texts("encoding", "sheets", "hidden_sheets"),
)
ROW_LEDGER = (
    Column("source", "text"),
    Column("sheet", "text"),
    Column("row", "integer", low=1),
    Column("row_class", "category"),
    Column("fate", "category", required=False),
    *texts("record_key"),
)
ISSUES = (
    Column("issue_id", "code"),
    Column("source", "text"),
    *texts("file_name", "sheet", "cell"),
    Column("row", "integer", required=False, low=1),
    *texts("field", "raw"),
    Column("rule", "category"),
    Column("severity", "category"),
    Column("action", "category"),
    *texts("value", "suggestion"),
    *texts("table", "record_key"),
    Column("raw_hash", "code", required=False),
    Column("decision", "category", required=False),
    *texts("decided_by", "decided_on"),
)
FINDINGS = (
    Column("name", "code"),
    number("value"),
    Column("unit", "code"),
    count("n"),
    number("low"),
    number("high"),
    *texts("note"),
    Column("step", "code"),
    # which rows the finding counts (report.counted_rows); empty where it counts none by itself
    Column("source_table", "code", required=False),
    *texts("source_rows", "source_measure"),
)


def findings_table(part: str) -> Table:
    """The table of findings of one part of the work: ``findings_<part>``."""
    return Table(f"findings_{part}", "finding that a report may quote", ("name",), FINDINGS, "open")
