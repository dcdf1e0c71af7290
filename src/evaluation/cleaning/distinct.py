"""The different cells of a column: what is to be found out about a cell is found out once for all equal ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = frozenset({int, float, bool, Decimal})


@dataclass(frozen=True, eq=False)
class Distinct:
    """``cells`` are the different cells of a column by their first rows, ``codes`` the number of each row's cell.

    1, 1.0 and True are told apart; empty cells of every kind are None.
    """

    codes: np.ndarray
    cells: list[Any]

    def of_rows(self, places: np.ndarray) -> Distinct:
        """The different cells of the rows at ``places`` (counted from 0)."""
        codes, found = pd.factorize(self.codes[places])
        return Distinct(codes, [self.cells[code] for code in found.tolist()])

    def spread(self, values: Sequence[Any]) -> np.ndarray:
        """One of ``values`` (as many as there are different cells) a row, as objects."""
        # a value may be a tuple, which an assignment would take for a row of values
        return np.fromiter(values, dtype=object, count=len(values))[self.codes]

    def flags(self, holds: Callable[[Any], bool]) -> np.ndarray:
        """For every row whether ``holds`` of its cell."""
        return self.spread_flags([holds(cell) for cell in self.cells])

    def spread_flags(self, flags: Sequence[bool]) -> np.ndarray:
        """One of ``flags`` (as many as there are different cells) a row."""
        return np.array(flags, dtype=bool)[self.codes]


def distinct(column: np.ndarray) -> Distinct:
    """The different cells of an object array."""
    if _has_several_numbers(column):
        known: dict[tuple[type, Any], int] = {}
        codes = np.array([known.setdefault((cell.__class__, cell), len(known)) for cell in column], dtype=np.intp)
        cells = [cell for _, cell in known]
    else:
        codes, found = pd.factorize(column, use_na_sentinel=False)
        cells = found.tolist()
    return Distinct(codes, [None if cell is None or cell != cell else cell for cell in cells])


def _has_several_numbers(column: np.ndarray) -> bool:
    """Are there numbers of several types, such as 1 and True, which are equal all the same?"""
    # columns of texts are known to be such in a hundredth of the time that looking at each type takes
    return pd.api.types.infer_dtype(column) != "string" and len(NUMBERS & set(map(type, column.tolist()))) > 1


def combined(columns: Sequence[Distinct], rows: int) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    """The number of each row's combination of cells, and the different combinations by their first rows."""
    codes = np.zeros(rows, dtype=np.intp)
    for column in columns:
        codes, _ = pd.factorize(codes * len(column.cells) + column.codes)
    _, first = np.unique(codes, return_index=True)
    return codes, [tuple(column.cells[column.codes[place]] for column in columns) for place in first.tolist()]
