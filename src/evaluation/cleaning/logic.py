"""Columns of values that may be missing, and the three-valued logic of conditions on them (Kleene 1952, section 64).

A comparison with a missing side is neither true nor false; ``and`` is false as soon as one part is, ``or`` true as
soon as one part is, and otherwise they are missing where any part is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.expression_tree import Kind

# binary fractions of amounts such as 0.1 + 0.2 must not break a rule
RELATIVE = 1e-9
_EMPTY: dict[Kind, Any] = {"number": np.nan, "date": np.nan, "text": "", "truth": False}
_TYPES: dict[Kind, type] = {"number": np.float64, "date": np.float64, "text": object, "truth": np.bool_}


@dataclass(frozen=True, eq=False)
class Values:
    """One value a row: numbers as float64, dates as days since 1970-01-01 (float64), texts as objects, truths as bool.

    Where ``missing`` is true, ``data`` means nothing.
    """

    data: np.ndarray
    missing: np.ndarray

    @property
    def true(self) -> np.ndarray:
        return self.data & ~self.missing

    @property
    def false(self) -> np.ndarray:
        return ~self.data & ~self.missing

    def take(self, rows: np.ndarray) -> Values:
        """The values at ``rows``; missing where the row is -1."""
        if not len(self.data):
            return Values(np.full(len(rows), "" if self.data.dtype == object else 0, dtype=self.data.dtype), rows < 0)
        return Values(self.data[rows], self.missing[rows] | (rows < 0))


def constant(value: Any, kind: Kind, rows: int) -> Values:
    """The same value in every row; None, NaN and NaT are missing."""
    absent = value is None or value != value
    if absent:
        value = _EMPTY[kind]
    elif kind == "date":
        value = day_number(value)
    return Values(np.full(rows, value, dtype=_TYPES[kind]), np.full(rows, absent))


def day_number(value: dt.date) -> float:
    """Days since 1970-01-01."""
    return float((dt.date(value.year, value.month, value.day) - dt.date(1970, 1, 1)).days)


def day_of(number: float) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=round(number))


def column_values(series: pd.Series, kind: Kind) -> Values:
    """A column of a table, or of plain objects with None, as values."""
    if kind == "date" and series.dtype == object:
        codes, known = pd.factorize(series.to_numpy(), use_na_sentinel=False)
        days = pd.to_datetime(pd.Series(known, dtype=object)).to_numpy(dtype="datetime64[D]")[codes]
        return Values(days.astype("int64").astype("float64"), np.isnat(days))
    if kind == "date":
        days = pd.to_datetime(series).to_numpy(dtype="datetime64[D]")
        return Values(days.astype("int64").astype("float64"), np.isnat(days))
    if kind == "number":
        data = series.astype("float64").to_numpy(na_value=np.nan)
        return Values(data, np.isnan(data))
    missing = series.isna().to_numpy()
    if kind == "truth":
        return Values(series.astype("boolean").fillna(False).to_numpy(dtype=bool), missing)
    return Values(series.astype(object).where(~series.isna(), "").to_numpy(dtype=object), missing)


def both(parts: Sequence[Values]) -> Values:
    """Kleene's ``and``."""
    false = np.logical_or.reduce([part.false for part in parts])
    missing = np.logical_or.reduce([part.missing for part in parts]) & ~false
    return Values(~false & ~missing, missing)


def either(parts: Sequence[Values]) -> Values:
    """Kleene's ``or``."""
    true = np.logical_or.reduce([part.true for part in parts])
    return Values(true, np.logical_or.reduce([part.missing for part in parts]) & ~true)


def negated(part: Values) -> Values:
    return Values(~part.data & ~part.missing, part.missing)


def compared(sign: str, left: Values, right: Values, tolerance: np.ndarray | float) -> Values:
    """Comparison of numbers, dates, texts or truths; orders and equality hold within ``tolerance``."""
    missing = left.missing | right.missing
    if left.data.dtype != np.float64:
        same = left.data == right.data
        return Values(np.asarray(same if sign == "==" else ~same, dtype=bool), missing)
    with np.errstate(invalid="ignore"):
        room = tolerance + RELATIVE * np.maximum(np.abs(left.data), np.abs(right.data))
        gap = left.data - right.data
        if sign == "<=":
            holds = gap <= room
        elif sign == ">=":
            holds = gap >= -room
        elif sign == "<":
            holds = gap < tolerance
        elif sign == ">":
            holds = -gap < tolerance
        else:
            holds = (np.abs(gap) <= room) == (sign == "==")
    return Values(holds, missing)


def calculated(sign: str, left: Values, right: Values) -> Values:
    """Arithmetic; what is divided by nothing is missing."""
    missing = left.missing | right.missing
    with np.errstate(all="ignore"):
        if sign == "+":
            data = left.data + right.data
        elif sign == "-":
            data = left.data - right.data
        elif sign == "*":
            data = left.data * right.data
        else:
            data = left.data / right.data
    return Values(data, missing | ~np.isfinite(data))
