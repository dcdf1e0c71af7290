"""What single rows and cells of a reading would add to a total if their remarks had been dealt with otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from evaluation.cleaning.records import multiplier
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.values import is_blank, parse_number
from evaluation.ledger import Issue
from evaluation.reconciliation import Treatment, hundredths

# remarks on a whole row that enters our totals, but that whoever added up may have passed over
DOUBTFUL = ("probable_duplicate", "status_from_strike", "unit_not_in_force", "date_outside_year")
_SUGGESTED = re.compile(r"(?:= |^)(-?\d+(?:\.\d+)?)$")


def amount(value: Any) -> int:
    """A parsed value in hundredths; 0 where there is none."""
    return 0 if is_blank(value) else hundredths(value)


def received_amount(reading: Reading, row: int, name: str, raw: Any = None) -> int | None:
    """The received cell as a number in hundredths of the unit, whether or not it was taken; None if it is none."""
    cell = reading.records.raw(row, name) if raw is None else raw
    value = parse_number(cell).value
    return None if value is None else hundredths(value * multiplier(reading.records, name))


def rules_by_row(reading: Reading) -> dict[int, str]:
    """For each merged or set-aside row, and each kept row that is in doubt, the remark that says so."""
    sheet = reading.records.layout.sheet
    found: dict[int, str] = {}
    for issue in reading.issues:
        if issue.row is None:
            continue
        row = int(issue.row)
        if (
            (row in reading.quarantined and issue.action == "quarantined")
            or (row in reading.merged and issue.rule == "duplicate_row")
            or (row not in reading.quarantined and row not in reading.merged and issue.rule in DOUBTFUL)
        ):
            found.setdefault(row, issue.rule)
    present = set(reading.index.tolist())
    for rows, rule in ((sheet.hidden_rows, "hidden_row"), (sheet.struck_rows, "formatting_strike")):
        for row in rows & present:
            found.setdefault(row, rule)
    return found


def cells_otherwise(
    reading: Reading, name: str, issues: Iterable[Issue] | None = None
) -> Iterator[tuple[int, str, Treatment, int]]:
    """(row, rule, treatment, change of the cell's amount) for the remarks on the cells of a column.

    A refused number may have been counted as received, or as the remark suggests; a number written as text is
    left out by a spreadsheet's own sum. ``issues`` are those to look at (None: all of the reading).
    """
    known = reading.index
    for issue in reading.issues if issues is None else issues:
        if issue.field == name and issue.row is not None and issue.row in known:
            yield from ((int(issue.row), issue.rule, *change) for change in _changes(reading, issue, name))


def _changes(reading: Reading, issue: Issue, name: str) -> Iterator[tuple[Treatment, int]]:
    row = int(issue.row or 0)
    raw = reading.records.raw(row, name)
    if issue.action == "emptied":
        received = received_amount(reading, row, name)
        if received:
            yield "counted", received
        suggested = _SUGGESTED.search(issue.suggestion or "")
        if suggested:
            # after a sign of equality stands an amount, alone a number in the column's unit
            scale = multiplier(reading.records, name) if suggested[0] == suggested[1] else 1.0
            yield "as_suggested", hundredths(float(suggested[1]) * scale)
    elif issue.action == "repaired" and isinstance(raw, str):
        taken = amount(reading.value(row, name))
        if taken:
            yield "left_out", -taken


def numbers(series: pd.Series) -> pd.Series:
    """A column in hundredths (int64), 0 where there is no value."""
    values = pd.to_numeric(series).astype("float64").fillna(0.0)
    return (values * 100).round().astype("int64")
