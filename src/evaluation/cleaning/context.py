"""What the cleaning of every source of a year needs, and what it returns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.objects import repeated
from evaluation.cleaning.ruleset import RuleSet
from evaluation.cleaning.values import Choices
from evaluation.codebook import Codebook
from evaluation.contracts import TABLES, conform
from evaluation.decisions import Identities
from evaluation.ledger import LEDGER_COLUMNS, Issue
from evaluation.tables import DTYPES

POSITION_COLUMNS = ["source", "sheet", "variable", "column"]
UNIT_COLUMNS = ["source", "sheet", "row", "unit_id"]
TOTAL_COLUMNS = [
    "source", "sheet", "row", "cell", "field", "row_class", "printed", "ours", "difference", "agrees", "causes",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Context:
    """The year, the registry of units and people's decisions on them, the codebook and the pseudonym key.

    ``rules`` are the checking rules, ``settings`` the year's settings that they may name (``year.rules`` ...).
    """

    year: int
    registry: pd.DataFrame
    aliases: pd.DataFrame
    decisions: pd.DataFrame
    codebook: Codebook
    key: bytes
    territory_date: dt.date
    region_code: str | None = None
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: RuleSet = field(default_factory=RuleSet)
    settings: Mapping[str, Any] = field(default_factory=dict)

    _known: dict[str, Choices] = field(default_factory=dict, init=False, repr=False)

    def choices(self, list_name: str) -> Choices:
        """The declared spellings of a list of the codebook."""
        if list_name not in self._known:
            self._known[list_name] = Choices(self.codebook.choice_aliases(list_name))
        return self._known[list_name]

    def record_id(self, text: str, letter: str = "") -> str:
        """Number of a record with its year: 25-017 of 2025 is 2025-017, event 3 is 2025-T3, 2025-017 stays."""
        if re.match(r"(?:19|20)\d\d-", text):
            return text
        short = f"{self.year % 100:02d}-"
        if not letter and text.startswith(short):
            text = text[len(short) :]
        return f"{self.year}-{letter}{text}"


@dataclass(frozen=True)
class Originals:
    """The records of one sheet as decisions name them, the numbers of the decisions they used, and units by row."""

    source: str
    file_name: str
    sheet: str
    identities: Identities
    used: frozenset[int] = frozenset()
    units: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """What one source comes to: tables by name, remarks, the ledger of its rows, and where each variable stood.

    ``positions`` has POSITION_COLUMNS; ``column`` is the number of the sheet's column, from 1. ``originals`` are the
    records as received, for the decisions on them. ``totals`` has TOTAL_COLUMNS: every printed total that was compared
    with the sum of its records, both in the column's unit, and the remarks that would close a difference.
    """

    tables: dict[str, pd.DataFrame]
    issues: list[Issue]
    ledger: pd.DataFrame
    positions: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=POSITION_COLUMNS))
    originals: tuple[Originals, ...] = ()
    totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=TOTAL_COLUMNS))


@dataclass(frozen=True)
class Cleaned:
    """Tables that satisfy their contracts, and the account of every file, row and remark.

    ``physical_rows`` (source, sheet, rows) is the reader's independent count for ``ledger.check_accounts``.
    ``totals`` (TOTAL_COLUMNS) are the files' own totals beside ours. ``units`` (UNIT_COLUMNS) say which unit each
    received record is of, also those set aside, where that is known.
    """

    tables: dict[str, pd.DataFrame]
    source_files: pd.DataFrame
    row_ledger: pd.DataFrame
    issues: pd.DataFrame
    physical_rows: pd.DataFrame
    totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=TOTAL_COLUMNS))
    units: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=UNIT_COLUMNS))


def to_table(name: str, columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    """A conforming table from columns of plain objects; declared columns that are absent are empty."""
    table = TABLES[name]
    index = next(iter(columns.values())).index
    frame = {}
    for column in table.columns:
        series = columns.get(column.name)
        if series is None:
            series = repeated([None], np.zeros(len(index), dtype=np.intp), index, DTYPES[column.kind])
        elif column.kind == "date":
            codes, days = pd.factorize(series.to_numpy(dtype=object), use_na_sentinel=False)
            known = pd.to_datetime(list(days), errors="raise")
            series = pd.Series(known.to_numpy()[codes], index=index).astype(DTYPES["date"])
        elif column.kind in ("integer", "number", "money"):
            series = pd.Series(series.to_numpy(dtype="float64", na_value=np.nan), index=index)
            series = series.astype(DTYPES[column.kind]) if column.kind == "integer" else series
        elif column.kind == "flag" and series.dtype == bool:
            series = series.astype("boolean")
        elif column.kind == "flag":
            series = pd.Series(
                [None if pd.isna(value) else bool(value) for value in series], index=index, dtype="boolean"
            )
        frame[column.name] = series
    return conform(pd.DataFrame(frame, index=index), table)


@cache
def _empty(name: str) -> pd.DataFrame:
    return TABLES[name].empty()


def empty_table(name: str) -> pd.DataFrame:
    return _empty(name).copy()


def join(parts: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    """Tables of one name (each satisfies its contract) from several sheets, one after another."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty_table(name)
    if len(filled) == 1:
        return filled[0].reset_index(drop=True)
    return conform(pd.concat(filled, ignore_index=True), TABLES[name])


def join_units(parts: Sequence[Part]) -> pd.DataFrame:
    """The unit of every received record of which it is known (UNIT_COLUMNS)."""
    known = [one for part in parts for one in part.originals if one.units]
    if not known:
        return pd.DataFrame(columns=UNIT_COLUMNS)
    columns = {
        "source": [one.source for one in known for _ in one.units],
        "sheet": [one.sheet for one in known for _ in one.units],
        "row": [row for one in known for row in one.units],
        "unit_id": [unit for one in known for unit in one.units.values()],
    }
    return pd.DataFrame(columns, columns=UNIT_COLUMNS)


def join_totals(parts: Sequence[Part]) -> pd.DataFrame:
    """The printed totals of every part."""
    filled = [part.totals for part in parts if len(part.totals)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=TOTAL_COLUMNS)


def join_ledgers(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=LEDGER_COLUMNS)
