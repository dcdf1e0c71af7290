"""The checking rules on the finished tables of a year: between records, tables and keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.checks import check_tables
from evaluation.cleaning.context import Context, Part
from evaluation.cleaning.evaluating import Surroundings
from evaluation.cleaning.localisation import locate, not_located
from evaluation.cleaning.record_checks import rules_of_records
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.workbook import address
from evaluation.ledger import Action, Issue, Severity
from evaluation.tables import TABLES

# tables whose records are checked while they are read
CHECKED_WHILE_READ = ("projects",)
PROVENANCE = ("source", "source_sheet", "source_row")


def surroundings_of(context: Context, tables: Mapping[str, pd.DataFrame]) -> Surroundings:
    """What the rules may look into: the tables, the year's settings and the registry of units."""
    known: dict[str, Any] = {"year.year": context.year, "year.territory_date": context.territory_date}
    return Surroundings(tables, {**known, **context.settings}, context.registry)


def check_programme(tables: Mapping[str, pd.DataFrame], parts: Sequence[Part], context: Context) -> list[Issue]:
    """Remarks on all rows that break a rule between records or tables, with file, sheet and cell."""
    places = _Places(parts)
    surroundings = surroundings_of(context, tables)
    done = [rule for table in CHECKED_WHILE_READ for rule in rules_of_records(context.rules, table)]
    found, outcomes = check_tables(context.rules, surroundings, done)
    remarks = [
        places.issue(
            tables[breach["table"]].iloc[int(breach["position"])], breach["issue"], breach["level"],
            places.first(tables[breach["table"]].iloc[int(breach["position"])], breach["fields"]),
            breach["value"], breach["suggestion"],
        )
        for breach in found.to_dict("records")
    ]  # fmt: skip
    for table, own in outcomes.items():
        frame = tables[table]
        evaluation = surroundings.of(table)
        for located in locate(own, context.rules.weights.get(table, {}), evaluation):
            row = frame.iloc[located.row]
            cells = [
                f"{places.named(row, name)} = {located.implied[name]}" if name in located.implied
                else places.named(row, name)
                for name in located.columns
            ]  # fmt: skip
            remarks.append(
                places.issue(
                    row, "cells_to_change", "warning", located.columns[0], ", ".join(located.codes), "; ".join(cells)
                )
            )
        left = not_located(own)
        if left:
            remarks.append(places.issue(frame.iloc[0], "localisation_limited", "info", None, str(left), None))
    for table, row in _repeated_keys(tables):
        key = ", ".join(str(tables[table][name].iloc[row]) for name in TABLES[table].key)
        remarks.append(places.issue(tables[table].iloc[row], "rule_K1", "error", None, key, None))
    return remarks


def _repeated_keys(tables: Mapping[str, pd.DataFrame]) -> Iterable[tuple[str, int]]:
    """Table and row of every key that an earlier row has, or that is empty."""
    for name, frame in tables.items():
        key = list(TABLES[name].key)
        needed = [column.name for column in TABLES[name].columns if column.name in key and column.required]
        if set(PROVENANCE) <= set(frame.columns):
            wrong = frame.duplicated(subset=key) | frame[needed].isna().any(axis=1)
            yield from ((name, int(row)) for row in np.flatnonzero(wrong))


class _Places:
    """Where the variables of each received sheet stand."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.columns = {
            (row.source, row.sheet, row.variable): int(row.column)
            for part in parts
            for row in part.positions.itertuples()
        }
        self.files = {(one.source, one.sheet): one for part in parts for one in part.originals}

    def cell(self, row: pd.Series, name: str | None) -> str | None:
        column = self.columns.get((row["source"], row["source_sheet"], name or ""))
        return None if column is None else address(int(row["source_row"]), column)

    def first(self, row: pd.Series, names: Sequence[str]) -> str | None:
        """The first of ``names`` that is a column of the row's sheet; else the first."""
        return next((name for name in names if self.cell(row, name)), names[0] if names else None)

    def named(self, row: pd.Series, name: str) -> str:
        cell = self.cell(row, name)
        return f"{cell} {name}" if cell else name

    def issue(
        self, row: pd.Series, rule: str, severity: Severity, name: str | None, value: str | None, suggestion: str | None
    ) -> Issue:
        action: Action = RULES[rule][1] if rule in RULES else "kept"
        source, sheet, number = (row[column] for column in PROVENANCE)
        original = self.files.get((source, sheet))
        return Issue(
            source=str(source),
            rule=rule,
            severity=severity,
            action=action,
            file_name=None if original is None else original.file_name,
            sheet=str(sheet),
            cell=self.cell(row, name),
            row=int(number),
            field=name,
            value=value,
            suggestion=suggestion,
        )
