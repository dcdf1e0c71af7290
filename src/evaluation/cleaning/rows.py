"""What becomes of the data rows of a sheet: kept, merged with another row, or set aside; every choice is remarked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from evaluation.cleaning.context import POSITION_COLUMNS, Context, Part, join_ledgers
from evaluation.cleaning.objects import nothing, objects
from evaluation.cleaning.records import Records, ledger_rows, read_column
from evaluation.cleaning.values import Parser, is_blank, parse_text
from evaluation.decisions import apply_decisions
from evaluation.ledger import Fate, Issue


@dataclass
class Reading:
    """One sheet being read: parsed columns, remarks and the fates of its rows.

    ``columns`` hold plain objects, None where missing; ``keys`` the record keys; a row that is in neither ``merged``
    nor ``quarantined`` is kept.
    """

    records: Records
    columns: dict[str, pd.Series] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    keys: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    merged: dict[int, str | None] = field(default_factory=dict)
    quarantined: dict[int, str | None] = field(default_factory=dict)

    @property
    def index(self) -> pd.Index:
        return self.records.frame.index

    def read(self, variable: str, parser: Parser) -> pd.Series:
        """Parse a column, remember it and its remarks."""
        values, issues = read_column(self.records, variable, parser)
        self.columns[variable] = values
        self.issues += issues
        return values

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
        gone = {*self.merged, *self.quarantined}
        return pd.Index([row for row in self.index if int(row) not in gone], dtype=self.index.dtype)

    def ledger(self) -> pd.DataFrame:
        fates: dict[int, tuple[Fate, str | None]] = {int(row): ("kept", self._key(row)) for row in self.index}
        fates.update({row: ("merged", key) for row, key in self.merged.items()})
        fates.update({row: ("quarantined", key) for row, key in self.quarantined.items()})
        return ledger_rows(self.records.source, self.records.layout, fates)

    def provenance(self, rows: pd.Index) -> dict[str, pd.Series]:
        """Source, sheet and row of ``rows``."""
        return {
            "source": pd.Series(self.records.source, index=rows, dtype=object),
            "source_sheet": pd.Series(self.records.sheet, index=rows, dtype=object),
            "source_row": pd.Series([int(row) for row in rows], index=rows, dtype=object),
        }

    def columns_of(self, rows: pd.Index, names: Sequence[str]) -> dict[str, pd.Series]:
        return {name: self.columns[name].loc[rows] for name in names if name in self.columns}


def begin(records: Records, keys: pd.Series, table: str, context: Context) -> Reading:
    """A reading whose records carry people's decisions; ``keys`` are the record keys (index of the records)."""
    done = apply_decisions(records.frame, keys, table, context.decisions, context.key, context.year)
    reading = Reading(replace(records, frame=done.records), keys=keys)
    for decision in done.applied.to_dict("records"):
        row, name = int(decision["row"]), decision["field"] or None
        if row in done.quarantined and decision["action"] == "quarantine":
            reading.set_aside(row, "decision_applied", name, suggestion=decision["reason"])
        else:
            value = decision["value"] if decision["action"] == "replace" else None
            raw = records.raw(row, decision["field"])
            reading.remark("decision_applied", row, name, raw, value=value, suggestion=decision["reason"])
    return reading


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
    remarks += unused_decisions(readings, source, context)
    places = [
        (source, reading.records.sheet, variable, column)
        for reading in readings
        for variable, column in reading.records.layout.positions.items()
    ]
    return Part(
        dict(tables),
        remarks,
        join_ledgers([*(reading.ledger() for reading in readings), other]),
        pd.DataFrame(places, columns=POSITION_COLUMNS),
    )


def unused_decisions(readings: Sequence[Reading], source: str, context: Context) -> list[Issue]:
    """Remarks on decisions for records of this year of a source that no sheet of it could use."""
    mine = context.decisions[context.decisions["table"] == source]
    if mine.empty or not readings:
        return []
    nothing = pd.DataFrame(), pd.Series(dtype=object)
    due = apply_decisions(*nothing, source, mine, context.key, context.year).not_applicable
    used = {
        (str(reading.keys.get(issue.row)), issue.field or "")
        for reading in readings
        for issue in reading.issues
        if issue.rule == "decision_applied"
    }
    return [
        replace(
            readings[0].records.remark("decision_not_applicable", suggestion=row["record_key"]),
            field=row["field"] or None,
        )
        for row in due.to_dict("records")
        if (row["record_key"], row["field"]) not in used
    ]


def merge_repeated(reading: Reading, identity: Sequence[str], content: Sequence[str], number: str) -> None:
    """Merge rows with a key that an earlier row has, and unnumbered rows that repeat one.

    ``identity`` columns must agree for a repeat; else the key is taken by another record and the row is set aside.
    ``content`` columns that differ are named in the remark. ``number`` is the variable that holds the key.
    """
    first: dict[str, int] = {}
    frame = pd.DataFrame({name: reading.columns[name] for name in (*identity, *content) if name in reading.columns})
    for row in reading.kept:
        key = reading._key(row)
        if key is None:
            continue
        if key not in first:
            first[key] = int(row)
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
    for reading in readings:
        for row in reading.kept:
            key = str(reading.keys.loc[row])
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
    values = reading.columns[variable]
    name = raw_variable or variable
    for row in reading.kept:
        if is_blank(values.loc[row]):
            raw = reading.records.raw(row, name)
            reading.set_aside(row, "required_empty", name, raw)


def record_keys(records: Records, names: Sequence[str], context: Context, letter: str = "") -> pd.Series:
    """Keys of the records from the first of ``names`` that the sheet has; None where the cell is empty.

    ``letter`` marks the kind of record: number 3 of the events of 2025 is 2025-T3.
    """
    name = next((name for name in names if records.has(name)), None)
    if name is None:
        return nothing(records.frame.index)
    keys = []
    for raw in records.frame[name]:
        text = parse_text(raw).value
        keys.append(None if text is None else context.record_id(str(text).rstrip("."), letter))
    return objects(keys, records.frame.index)
