"""Printed totals and subtotals are no records; they check the records above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from evaluation.cleaning.records import multiplier
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.values import parse_number


def check_totals(reading: Reading, variables: Sequence[str]) -> None:
    """Remark every printed sum that differs from the sum of the records it stands under (merged rows left out).

    A subtotal stands under its section, a total under the whole sheet. The remark gives our sum, and says when the
    printed one would agree with repeated rows counted or with set-aside rows left out.
    """
    classes = reading.records.layout.row_classes
    start = 0
    for row in classes.index[classes.isin(["section", "subtotal", "total"])]:
        kind = classes.loc[row]
        if kind == "section":
            start = int(row)
            continue
        first = start if kind == "subtotal" else 0
        inside = [int(r) for r in reading.index if first < r < row]
        for name in variables:
            if name in reading.columns and name in reading.records.layout.totals:
                _check(reading, int(row), name, reading.records.layout.totals.loc[row, name], inside)
        if kind == "subtotal":
            start = int(row)


def _check(reading: Reading, row: int, name: str, raw: Any, inside: list[int]) -> None:
    parsed = parse_number(raw)
    if parsed.value is None:
        return
    scale = multiplier(reading.records, name)
    printed = parsed.value * scale
    values = pd.to_numeric(reading.columns[name].loc[inside]).fillna(0.0)
    ours = float(values[[r for r in inside if r not in reading.merged]].sum())
    tolerance = max(0.5, 0.01 * scale * max(1, len(inside)) ** 0.5) if scale > 1 else max(0.5, 1e-9 * abs(printed))
    if abs(ours - printed) <= tolerance:
        return
    hint = None
    if abs(float(values.sum()) - printed) <= tolerance:
        hint = "with repeated rows"
    elif (
        abs(
            float(values[[r for r in inside if r not in reading.merged and r not in reading.quarantined]].sum())
            - printed
        )
        <= tolerance
    ):
        hint = "without rows set aside"
    reading.remark("total_mismatch", row, name, raw, value=round(ours / scale, 2), suggestion=hint)
