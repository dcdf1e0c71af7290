"""What becomes of the data rows of a sheet: kept, merged with another row, or set aside; every choice is remarked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.context import (
    POSITION_COLUMNS,
    TOTAL_COLUMNS,
    Context,
    Originals,
    Part,
    join_ledgers,
)
from evaluation.cleaning.objects import nothing, objects, repeated
from evaluation.cleaning.plain_texts import RECORD_NUMBER, matching
from evaluation.cleaning.records import Plain, Records, ledger_rows, read_column
from evaluation.cleaning.remarks import decided
from evaluation.cleaning.values import Parser, is_blank, parse_text
from evaluation.decisions import WITH_VALUE, Identities, apply_decisions
from evaluation.ledger import Fate, Issue
from evaluation.privacy.personal import find_personal


@dataclass
class Reading:
    """One sheet being read: parsed columns, remarks and the fates of its rows.

    ``columns`` hold plain objects, None where missing; ``keys`` the record keys; a row that is in neither ``merged``
    nor ``quarantined`` is kept. ``originals`` are the records before any decision, ``totals`` the printed totals that
    were compared (TOTAL_COLUMNS).
    """

    records: Records
    originals: Originals
    columns: dict[str, pd.Series] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    keys: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    merged: dict[int, str | None] = field(default_factory=dict)
    quarantined: dict[int, str | None] = field(default_factory=dict)
    totals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def index(self) -> pd.Index:
        return self.records.frame.index

    def read(self, variable: str, parser: Parser, plain: Plain | None = None) -> pd.Series:
        """Parse a column, remember it and its remarks; ``plain`` as in ``read_column``."""
        values, issues = read_column(self.records, variable, parser, plain)
        self.columns[variable] = values
        self.issues += issues
        return values

    def value(self, row: Any, variable: str) -> Any:
        """What was read from a cell; None where there is no value, no such row or no such column."""
        column = self.columns.get(variable)
        if column is None or row not in column.index:
            return None
        # many times faster than ``get``, which is felt where a large register has many remarks
        return column.array[column.index.get_loc(row)]

    def remark(self, rule: str, row: Any, variable: str | None = None, raw: Any = None, **rest: Any) -> None:
        self.issues.append(self.records.remark(rule, int(row), variable, raw, **rest))

    def set_aside(self, row: Any, rule: str, variable: str | None = None, raw: Any = None, **rest: Any) -> None:
        """Quarantine a row (once) with the reason."""
        self.remark(rule, row, variable, raw, **{"action": "quarantined", **rest})
        if int(row) not in self.merged:
            self.quarantined.setdefault(int(row), self._key(row))

    def merge(self, row: Any, key: str | None) -> None:
        if int(row) not in self.quarantined:
            self.merged[int(row)] = key

    def _key(self, row: Any) -> str | None:
        key = self.keys.get(row)
        return None if key is None or is_blank(key) else str(key)

    @property
    def kept(self) -> pd.Index:
        """Rows that are neither merged nor set aside."""
        gone = [*self.merged, *self.quarantined]
        return self.index[~self.index.isin(gone)] if gone else self.index

    def kept_without(self, values: pd.Series) -> list[int]:
        """Kept rows without a value in a column that was read (which holds None for it)."""
        kept = values.loc[self.kept]
        return kept.index[kept.isna()].tolist()

    def ledger(self) -> pd.DataFrame:
        fates: dict[int, tuple[Fate, str | None]] = {row: ("merged", key) for row, key in self.merged.items()}
        fates.update({row: ("quarantined", key) for row, key in self.quarantined.items()})
        return ledger_rows(self.records.source, self.records.layout, fates, self.keys.reindex(self.index))

    def provenance(self, rows: pd.Index) -> dict[str, pd.Series]:
        """Source, sheet and row of ``rows``."""
        every = np.zeros(len(rows), dtype=np.intp)
        return {
            "source": repeated([self.records.source], every, rows),
            "source_sheet": repeated([self.records.sheet], every, rows),
            "source_row": pd.Series(rows.to_numpy(dtype="int64"), index=rows),
        }

    def columns_of(self, rows: pd.Index, names: Sequence[str]) -> dict[str, pd.Series]:
        whole = rows is self.index  # most sheets lose no row, and taking all of them is dear
        return {
            name: column if whole and column.index is rows else column.loc[rows]
            for name, column in ((name, self.columns[name]) for name in names if name in self.columns)
        }


def begin(
    records: Records,
    keys: pd.Series | Callable[[Records], pd.Series],
    table: str,
    context: Context,
    groups: pd.Series | None = None,
) -> Reading:
    """A reading whose records carry people's decisions on ``table``.

    ``keys`` are the record keys (index of the records) or what finds them, which lets a decided number give its record
    a new key. ``groups`` (same index) are given where the keys are numbers of rows: see ``decisions.Identities``.
    """
    found = keys(records) if callable(keys) else keys
    named = _nobodys(found)
    identities = Identities(records.frame, named, context.key, groups)
    done = apply_decisions(identities, table, context.decisions, context.year)
    corrected = records.corrected(done.records, set(done.applied["field"]))
    if callable(keys) and len(done.applied):
        found = keys(corrected)
    originals = Originals(records.source, records.file_name, records.sheet, identities, done.used)
    reading = Reading(corrected, originals, keys=found)
    for decision in done.applied.to_dict("records"):
        row, name = int(decision["row"]), decision["field"] or None
        if decision["action"] == "quarantine":
            reading.set_aside(row, "decision_applied", suggestion=decision["reason"], **decided(decision))
        else:
            value = decision["value"] if decision["action"] in WITH_VALUE else None
            raw = records.raw(row, decision["field"])
            reading.remark(
                "decision_applied", row, name, raw, value=value, suggestion=decision["reason"], **decided(decision)
            )
    return reading


def _nobodys(keys: pd.Series) -> pd.Series:
    """The keys without those that hold personal data, such as a telephone number in place of the record's."""
    texts = keys.tolist()
    for place in np.flatnonzero(~matching(texts, RECORD_NUMBER)).tolist():
        if texts[place] is not None and find_personal(str(texts[place]), names=True):
            texts[place] = None
    return pd.Series(texts, index=keys.index, dtype=object)


def account(
    tables: Mapping[str, pd.DataFrame],
    readings: Sequence[Reading],
    issues: Sequence[Issue],
    other: pd.DataFrame,
    source: str,
    context: Context,
) -> Part:
    """What a source comes to: its tables, all remarks, the ledger of every row and where each variable stood.

    ``issues`` are remarks beside those of the readings, ``other`` the ledger of sheets that were not read.
    """
    remarks = [*issues, *(issue for reading in readings for issue in reading.issues)]
    places = [
        (source, reading.records.sheet, variable, column)
        for reading in readings
        for variable, column in reading.records.layout.positions.items()
    ]
    return Part(
        dict(tables),
        _with_implied(remarks),
        join_ledgers([*(reading.ledger() for reading in readings), other]),
        pd.DataFrame(places, columns=POSITION_COLUMNS),
        tuple(replace(reading.originals, units=_units(reading)) for reading in readings),
        pd.DataFrame([total for reading in readings for total in reading.totals], columns=TOTAL_COLUMNS),
    )


def _with_implied(remarks: list[Issue]) -> list[Issue]:
    """The refusals of cells whose value follows from others offer that value, so that a person can accept it."""
    implied = {
        (remark.sheet, remark.cell): remark.suggestion for remark in remarks if remark.rule == "implied_suggestion"
    }
    if not implied:
        return remarks
    return [
        replace(remark, suggestion=implied[remark.sheet, remark.cell])
        if remark.action == "emptied" and not remark.suggestion and (remark.sheet, remark.cell) in implied
        else remark
        for remark in remarks
    ]


def _units(reading: Reading) -> dict[int, str]:
    """Unit by row, where the sheet names units and this one was recognised."""
    units = reading.columns.get("unit_id")
    if units is None:
        return {}
    known = zip(units.index.tolist(), units.tolist(), strict=True)
    return {row: str(unit) for row, unit in known if unit is not None and unit == unit}


def merge_repeated(reading: Reading, identity: Sequence[str], content: Sequence[str], number: str) -> None:
    """Merge rows with a key that an earlier row has, and unnumbered rows that repeat one.

    ``identity`` columns must agree for a repeat; else the key is taken by another record and the row is set aside.
    ``content`` columns that differ are named in the remark. ``number`` is the variable that holds the key.
    """
    first: dict[str, Any] = {}
    frame = pd.DataFrame({name: reading.columns[name] for name in (*identity, *content) if name in reading.columns})
    keys = reading.keys.reindex(reading.kept).dropna().map(str)
    for row, key in keys[keys.duplicated(keep=False)].items():
        if key not in first:
            first[key] = row
            continue
        before = first[key]
        differing = [name for name in frame.columns if not _same(frame.loc[row, name], frame.loc[before, name])]
        raw = reading.records.raw(row, number) if reading.records.has(number) else key
        if any(name in identity for name in differing):
            hint = f"{reading.records.sheet}, {before}: {', '.join(differing)}"
            reading.set_aside(row, "duplicate_key", number, raw, suggestion=hint)
        else:
            note = ", ".join(differing) if differing else None
            reading.remark("duplicate_row", row, number, raw, value=f"= {before}", suggestion=note)
            reading.merge(row, key)


def merge_across(readings: Sequence[Reading]) -> None:
    """A key on a later sheet that an earlier sheet has is a repeat."""
    seen: dict[str, str] = {}
    if len(readings) < 2:
        return
    for reading in readings:
        kept = reading.kept
        for row, key in zip(kept.tolist(), reading.keys.loc[kept].astype(str).tolist(), strict=True):
            if key in seen and seen[key] != reading.records.sheet:
                reading.remark("duplicate_row", row, None, key, value=f"= {seen[key]}")
                reading.merge(row, key)
            seen.setdefault(key, reading.records.sheet)


def _same(one: Any, other: Any) -> bool:
    if is_blank(one) and is_blank(other):
        return True
    return bool(one == other)


def require(reading: Reading, variable: str, raw_variable: str | None = None) -> None:
    """Set aside rows whose required value is missing, unless they are set aside already."""
    name = raw_variable or variable
    for row in reading.kept_without(reading.columns[variable]):
        reading.set_aside(row, "required_empty", name, reading.records.raw(row, name))


def _number(text: str) -> str:
    """«№ 24–017.» as 24-017: the sign before a number, its dashes and a final point do not make it another number."""
    return re.sub(r"\s*[-‐‑‒–—−]\s*", "-", re.sub(r"^(?:№|N(?:o\.?|º|°)?(?=[\s\d]))\s*", "", text).rstrip(". "))


def record_keys(records: Records, names: Sequence[str], context: Context, letter: str = "") -> pd.Series:
    """Keys of the records from the first of ``names`` that the sheet has; None where the cell is empty.

    ``letter`` marks the kind of record: number 3 of the events of 2025 is 2025-T3.
    """
    name = next((name for name in names if records.has(name)), None)
    if name is None:
        return nothing(records.frame.index)
    keys = records.frame[name].tolist()
    # most are whole numbers of records already
    for place in np.flatnonzero(~matching(keys, RECORD_NUMBER)).tolist():
        text = parse_text(keys[place]).value
        keys[place] = None if text is None else context.record_id(_number(str(text)), letter)
    return objects(keys, records.frame.index)
