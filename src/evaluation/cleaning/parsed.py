"""What reading a cell comes to: a value, the rule that was applied to it, a suggestion; and why a value is missing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

Missing = Literal["blank", "marker", "refused", "dont_know", "not_asked", "skip", "invalid", "suppressed"]
MISSING_RULES: dict[str, Missing] = {
    "missing_marker": "marker",
    "missing_refused": "refused",
    "missing_dont_know": "dont_know",
    "missing_not_asked": "not_asked",
    "missing_skip": "skip",
    "missing_suppressed": "suppressed",
}
_LONGEST_NUMBER = 10**300


class Parsed(NamedTuple):
    """A cell's value, the rule that was applied to it, and a suggestion where it was refused.

    ``rule`` is empty when the cell was taken at face value; otherwise it names the repair or, with an empty value,
    the reason for refusing. An empty cell has neither value nor rule.
    """

    value: Any = None
    rule: str | None = None
    suggestion: str | None = None

    @property
    def missing(self) -> Missing | None:
        """Why there is no value: ``invalid`` where something was received that could not be taken; None if there is."""
        if self.value is not None:
            return None
        return "blank" if self.rule is None else MISSING_RULES.get(self.rule, "invalid")


Parser = Callable[[Any], Parsed]
EMPTY = Parsed()


def plain(raw: Any) -> Any:
    """A cell as a plain Python object; None for every kind of empty number or date."""
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, (np.datetime64, np.timedelta64)):
        return plain(pd.Timestamp(raw) if isinstance(raw, np.datetime64) else pd.Timedelta(raw))
    if isinstance(raw, np.generic):
        return plain(raw.item())
    if raw is pd.NaT or raw is pd.NA:
        return None
    if (isinstance(raw, float) and math.isnan(raw)) or (isinstance(raw, Decimal) and raw.is_nan()):
        return None
    return raw


def as_text(raw: Any) -> str:
    """A plain cell as text: whole numbers without a point, numbers with the digits that a workbook keeps."""
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, int) and abs(raw) >= _LONGEST_NUMBER:
        return "?"  # Python refuses to write numbers of thousands of digits, and no cell holds one
    if isinstance(raw, float) and math.isfinite(raw):
        return str(int(raw)) if raw.is_integer() else f"{raw:.15g}"
    if isinstance(raw, dt.datetime) and raw.time() == dt.time(0):
        return raw.date().isoformat()
    return str(raw)
