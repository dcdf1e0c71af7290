"""A filled monitoring form against our tables: every declared cell, what stands there and what we count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from openpyxl import Workbook

from evaluation.report.monitoring.form import Target
from evaluation.report.monitoring.values import Counted, value_at

COLUMNS = ["key", "sheet", "cell", "unit_id", "form", "ours", "difference", "state"]
SAME = ("equal", "both_empty")
STATES: dict[str, tuple[str, str]] = {
    "equal": ("совпадает", "equal"),
    "both_empty": ("пусто и там, и здесь", "empty in both"),
    "differs": ("отличается", "differs"),
    "form_empty": ("в форме пусто", "empty in the form"),
    "ours_empty": ("у нас нет значения", "no value of ours"),
    "not_a_number": ("в форме не число", "no number in the form"),
}


def compare_form(
    computed: Workbook, found: list[Target], counted: Counted, number_of: Callable[[Any], float | None]
) -> pd.DataFrame:
    """COLUMNS, a row each declared cell in the mapping's order; ``state`` is a code of STATES.

    ``computed``: the form with the values of its formulas; ``number_of`` reads a cell as a number (None: it is none).
    A difference counts from half of the last digit on that the mapping declares.
    """
    rows = []
    for target in found:
        raw = computed[target.sheet][target.cell].value
        is_empty = raw is None or (isinstance(raw, str) and not raw.strip())
        theirs = None if is_empty or isinstance(raw, bool) else number_of(raw)
        ours = value_at(counted, target.entry, target.unit)
        difference = None if theirs is None or ours is None else theirs - ours
        rows.append(
            {
                "key": target.entry.key, "sheet": target.sheet, "cell": target.cell, "unit_id": target.unit,
                "form": theirs, "ours": ours, "difference": difference,
                "state": _state(is_empty, theirs, ours, difference, target.entry.decimals),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype(dict.fromkeys(("form", "ours", "difference"), "float64"))


def _state(is_empty: bool, theirs: float | None, ours: float | None, difference: float | None, decimals: int) -> str:
    if is_empty:
        return "both_empty" if ours is None else "form_empty"
    if theirs is None:
        return "not_a_number"
    if ours is None or difference is None:
        return "ours_empty"
    return "equal" if abs(difference) < 0.5 * 10.0**-decimals else "differs"
