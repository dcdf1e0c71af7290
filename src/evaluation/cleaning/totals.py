"""Printed totals and subtotals are no records; they check the records above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.accounted import cells_otherwise, numbers, received_amount, rules_by_row
from evaluation.cleaning.records import multiplier
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.values import parse_number
from evaluation.cleaning.workbook import address
from evaluation.reconciliation import Cause, Explanation, Treatment, coded, explain_gap, gather, hundredths


@dataclass(frozen=True)
class _Column:
    """A column that totals are compared with: amounts in hundredths by row, and the unit of the printed numbers."""

    name: str
    amounts: np.ndarray
    scale: float


def check_totals(reading: Reading, variables: Sequence[str]) -> None:
    """Compare every printed sum with the sum of the records it stands under (merged rows left out).

    A subtotal stands under its section, a total under the whole sheet. Every comparison is kept in
    ``reading.totals``; one that differs is remarked with our sum and with the remarks that would close the gap
    (``reconciliation.coded``). Sums agree when they differ by no more than the printed number is rounded, columns in
    thousands or millions by a hundredth of that unit times the root of the number of records.
    """
    layout = reading.records.layout
    classes = layout.row_classes
    if not classes.isin(["subtotal", "total"]).any():
        return
    rows = np.asarray(reading.index, dtype="int64")
    merged = np.isin(rows, np.fromiter(reading.merged, dtype="int64", count=len(reading.merged)))
    columns = [
        _Column(name, numbers(reading.columns[name]).to_numpy(), multiplier(reading.records, name))
        for name in variables
        if name in reading.columns and name in layout.totals
    ]
    start = 0
    for row in classes.index[classes.isin(["section", "subtotal", "total"])]:
        kind = classes.loc[row]
        if kind == "section":
            start = int(row)
            continue
        first = start if kind == "subtotal" else 0
        inside = (rows > first) & (rows < row)
        for column in columns:
            raw = layout.totals[column.name].loc[row]
            _compare(reading, column, str(kind), range(first + 1, int(row)), int(row), raw, inside & ~merged)
        if kind == "subtotal":
            start = int(row)


def _compare(
    reading: Reading, column: _Column, kind: str, under: range, row: int, raw: Any, counted: np.ndarray
) -> None:
    parsed = parse_number(raw)
    if parsed.value is None:
        return
    records = reading.records
    printed = hundredths(parsed.value * column.scale)
    ours = int(column.amounts[counted].sum())
    gap = printed - ours
    tolerance = _tolerance(parsed.value, column.scale, int(counted.sum()))
    causes = None
    if abs(gap) > tolerance:
        found = explain_gap(gap, gather(_otherwise(reading, column, under)), tolerance)
        causes = coded(found or _unread_cell(reading, column.name, under, gap))
        reading.remark(
            "total_mismatch", row, column.name, raw, value=round(ours / 100 / column.scale, 2), suggestion=causes
        )
    position = records.layout.positions.get(column.name)
    reading.totals.append(
        {
            "source": records.source,
            "sheet": records.sheet,
            "row": row,
            "cell": address(row, position) if position else None,
            "field": column.name,
            "row_class": kind,
            "printed": printed / 100,
            "ours": ours / 100,
            "difference": gap / 100,
            "agrees": abs(gap) <= tolerance,
            "causes": causes,
        }
    )


def _tolerance(value: float, scale: float, records: int) -> int:
    """What rounding leaves open, in hundredths."""
    if scale > 1:
        return max(50, int(scale * max(1, records) ** 0.5))
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return int(50 / 10**decimals)


def _otherwise(reading: Reading, column: _Column, under: range) -> Iterator[tuple[str, Treatment, int]]:
    """What each remark under a total would change in our sum: rows first, then cells of rows that are in it."""
    by_row = rules_by_row(reading)
    amounts = dict(zip((int(row) for row in reading.index), column.amounts.tolist(), strict=True))
    for row, rule in by_row.items():
        if row in under and amounts.get(row):
            treatment: Treatment = "counted" if row in reading.merged else "left_out"
            yield rule, treatment, amounts[row] if treatment == "counted" else -amounts[row]
    yield from _rows_not_read(reading, column.name, under, amounts.keys())
    for row, rule, treatment, change in cells_otherwise(reading, column.name):
        if row in under and row not in reading.merged:
            yield rule, treatment, change


def _unread_cell(reading: Reading, name: str, under: range, gap: int) -> tuple[Explanation, ...]:
    """The gap as the amount of the only cell under the total that could not be read at all, if there is just one."""
    layout = reading.records.layout
    position = layout.positions.get(name)
    unread = {
        one.row: one.rule
        for one in layout.sheet.remarks
        if one.row is not None and one.row in under and one.column == position
    }
    unread |= {
        issue.row: issue.rule
        for issue in reading.issues
        if issue.row is not None and issue.row in under and issue.field == name
        if issue.action == "emptied" and issue.severity == "error"
    }
    unread = {
        row: rule
        for row, rule in unread.items()
        if row in reading.index and row not in reading.merged and received_amount(reading, row, name) is None
    }
    if len(unread) != 1 or gap < 0:
        return ()
    return (Explanation((Cause(next(iter(unread.values())), "would_hold", 1, gap),), 0),)


def _rows_not_read(reading: Reading, name: str, under: range, read: Any) -> Iterator[tuple[str, Treatment, int]]:
    """Rows that were set aside before their amounts were read, such as those of other years."""
    received = reading.records.layout.records
    rules = {int(issue.row): issue.rule for issue in reading.issues if issue.row and issue.action == "quarantined"}
    cells: pd.Series = received[name] if name in received else pd.Series(dtype=object)
    for row in reading.quarantined:
        if row in under and row not in read and row in cells.index:
            found = received_amount(reading, row, name, cells.loc[row])
            if found:
                yield rules.get(row, "other_year"), "counted", found
