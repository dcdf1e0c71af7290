"""Columns of plain objects with None where there is no value (pandas would turn None into NaN or infer a type)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd


def objects(values: Iterable[Any], index: pd.Index) -> pd.Series:
    """A column of objects; NaN, NaT and NA become None."""
    return pd.Series(plain_objects(values), index=index, dtype=object)


def plain_objects(values: Iterable[Any]) -> list[Any]:
    """The values with None for NaN, NaT and NA."""
    return [None if value is None or value is pd.NA or value is pd.NaT or value != value else value for value in values]


def repeated(values: Sequence[Any], codes: np.ndarray, index: pd.Index, dtype: str = "str") -> pd.Series:
    """A column of few ``values``, each converted to ``dtype`` once; ``codes`` says which of them stands in each row."""
    return pd.Series(pd.array(values, dtype=dtype).take(codes), index=index)


def nothing(index: pd.Index) -> pd.Series:
    """A column without values."""
    return pd.Series(np.full(len(index), None, dtype=object), index=index)


def mapped(series: pd.Series, function: Callable[[Any], Any]) -> pd.Series:
    """``function`` of every value, as objects; it is asked once for each distinct value and type."""
    values = [(value.__class__, value) for value in series.tolist()]
    known = {key: function(key[1]) for key in dict.fromkeys(values)}
    return objects([known[key] for key in values], series.index)
