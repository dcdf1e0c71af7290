"""Small counts of people are hidden, and with them enough others that subtraction does not bring them back.

Primary suppression hides counts from 1 to below the threshold. Where totals are published too, a single hidden
cell equals total minus the rest; so further cells are hidden (complementary suppression) until the hidden cells of
a group are at least two and add up to the threshold or more: then each may be anything from nothing to their sum.
After Willenborg and de Waal, Elements of Statistical Disclosure Control (2001), ch. 3 and 6; ``hidden_ranges`` is
the linear-programming audit of what a reader can still work out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

HIDDEN = "hidden"


@dataclass(frozen=True)
class Suppressed:
    """``frame`` with hidden values emptied; ``hidden`` (same index and columns) is True where they were."""

    frame: pd.DataFrame
    hidden: pd.DataFrame


def suppress_counts(
    frame: pd.DataFrame,
    count_columns: Sequence[str],
    threshold: int,
    group_columns: Sequence[str] = (),
    column_totals: bool = True,
    row_totals: bool = False,
    derived: Mapping[str, str] | None = None,
) -> Suppressed:
    """Hide counts of people from 1 to ``threshold`` - 1 in ``count_columns``, and what would give them away.

    ``column_totals``: the sum of each count over the rows of a group (``group_columns``; all rows where empty) is
    known to readers. ``row_totals``: the sum of ``count_columns`` within a row is. The frame itself must not hold
    rows or columns of totals. ``derived`` names columns (rates) that are hidden along with the count they come
    from. Where a group has too few other cells, all of it is hidden: its total must then not be published either
    (``open_totals`` tells). Zeros stay: nobody is behind them.
    """
    if threshold < 1:
        raise ValueError("the threshold must be at least 1")
    counts = np.column_stack([frame[name].to_numpy(dtype="float64", na_value=np.nan) for name in count_columns])
    hidden = (counts > 0) & (counts < threshold)
    groups = _positions(frame, group_columns)
    changed = bool(hidden.any())
    while changed:
        changed = False
        if column_totals:
            for rows in groups:
                for column in range(counts.shape[1]):
                    changed |= _protect(counts[rows, column], hidden, (rows, column), threshold)
        if row_totals:
            for row in range(counts.shape[0]):
                changed |= _protect(counts[row], hidden, (row, slice(None)), threshold)
    mask = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for place, name in enumerate(count_columns):
        mask[name] = hidden[:, place]
    for name, count in (derived or {}).items():
        mask[name] = mask[count]
    out = frame.copy()
    for name in frame.columns[mask.any()]:
        out[name] = out[name].mask(mask[name])
    return Suppressed(out, mask)


def _positions(frame: pd.DataFrame, group_columns: Sequence[str]) -> list[np.ndarray]:
    if not group_columns:
        return [np.arange(len(frame))]
    groups = frame.groupby(list(group_columns), sort=False, dropna=False).indices
    return [np.asarray(rows) for rows in groups.values()]


def _protect(values: np.ndarray, hidden: np.ndarray, place: tuple[object, object], threshold: int) -> bool:
    """Hide further cells of one line until the hidden ones are two and add up to the threshold; True if any was."""
    mask = hidden[place]  # type: ignore[index]
    if not mask.any():
        return False
    changed = False
    while mask.sum() < 2 or np.nansum(values[mask]) < threshold:
        open_cells = np.flatnonzero(~mask & ~np.isnan(values))
        if not len(open_cells):
            break
        positive = open_cells[values[open_cells] > 0]
        candidates = positive if len(positive) else open_cells
        mask[candidates[np.argmin(values[candidates])]] = True
        changed = True
    hidden[place] = mask  # type: ignore[index]
    return changed


def open_totals(
    frame: pd.DataFrame,
    hidden: pd.DataFrame,
    count_columns: Sequence[str],
    threshold: int,
    group_columns: Sequence[str] = (),
) -> pd.DataFrame:
    """May a group's total be published? One row a group, one boolean column a count.

    False where the hidden cells of the group are fewer than two or add up to less than the threshold. ``frame``
    holds the counts before suppression.
    """
    rows = []
    for positions in _positions(frame, group_columns):
        row = dict(zip(group_columns, frame.iloc[positions[0]][list(group_columns)], strict=True))
        for name in count_columns:
            mask = hidden[name].to_numpy()[positions]
            values = frame[name].to_numpy(dtype="float64", na_value=np.nan)[positions]
            row[name] = not mask.any() or bool(mask.sum() >= 2 and np.nansum(values[mask]) >= threshold)
        rows.append(row)
    return pd.DataFrame(rows, columns=[*group_columns, *count_columns])


def hidden_ranges(counts: np.ndarray, hidden: np.ndarray, row_totals: bool = True) -> pd.DataFrame:
    """What a reader can work out of each hidden cell of a two-way table whose column (and row) totals are known.

    Columns row, column, low, high; a range narrower than the threshold is a disclosure. Linear programming over
    the hidden cells (each at least 0) under the published totals.
    """
    from scipy.optimize import linprog

    cells = np.argwhere(hidden)
    equations, sums = [], []
    for axis in (1, 0) if row_totals else (1,):
        for line in range(counts.shape[axis]):
            inside = cells[:, axis] == line
            if inside.any():
                equations.append(inside.astype(float))
                sums.append(float(sum(counts[tuple(cell)] for cell in cells[inside])))
    rows = []
    for place, (row, column) in enumerate(cells):
        goal = np.zeros(len(cells))
        goal[place] = 1
        low = linprog(goal, A_eq=np.array(equations), b_eq=sums, method="highs")
        high = linprog(-goal, A_eq=np.array(equations), b_eq=sums, method="highs")
        rows.append({"row": int(row), "column": int(column), "low": float(low.fun), "high": float(-high.fun)})
    return pd.DataFrame(rows, columns=["row", "column", "low", "high"])
