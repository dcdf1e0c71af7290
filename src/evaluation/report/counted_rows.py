"""Which rows of which table a finding counts, in words that a later reader can carry out again.

``where`` is a small part of what ``pandas.DataFrame.query`` reads: comparisons of a column with constants, joined by
and, or, not. It is carried out here and not handed to ``query``, which would run more than that. Two things are added:
``value is not None`` asks for what is known, ``event_id in support_events(stream == 'training')`` for the keys of those
rows of another table of the year.
``measure`` says how the rows make the value: ``rows`` (their number), ``distinct COLUMN``, ``sum COLUMN[, COLUMN]``
(of several the first that is known in each row), ``share CONDITION``; empty where the value is not made of these rows
alone.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaluation.tables import TABLES

Read = Callable[[str], pd.DataFrame]
"""Reads another table of the same year by its name."""

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
MEASURES = ("rows", "distinct", "sum", "share")


class RowsError(ValueError):
    """A condition or measure that is not of the forms above, or names a column that the table does not have."""


@dataclass(frozen=True)
class CountedRows:
    """Rows of ``table`` (a name of ``tables.TABLES``) that satisfy ``where`` (empty: all), and what is made of them."""

    table: str
    where: str = ""
    measure: str = ""


def check_rows(rows: CountedRows) -> None:
    """Raises RowsError where condition or measure cannot be read."""
    if rows.where:
        list(columns_of(rows.where))
    kind, _, rest = rows.measure.partition(" ")
    wrong = kind not in ("", *MEASURES) or (kind == "rows" and rest) or (kind not in ("", "rows") and not rest.strip())
    if wrong:
        raise RowsError(f"measure '{rows.measure}': expected rows, distinct COLUMN, sum COLUMN or share CONDITION")
    if kind == "share":
        list(columns_of(rest))


def columns_of(condition: str) -> Iterator[str]:
    """Names of the columns in a condition, but for those of other tables. Raises RowsError where it cannot be read."""
    waiting: list[ast.AST] = [_parsed(condition)]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Name):
            yield node.id
        if not isinstance(node, ast.Call):
            waiting += ast.iter_child_nodes(node)


def named_columns(rows: CountedRows) -> tuple[str, ...]:
    """Every column that condition and measure name, once each, in their order."""
    kind, _, rest = rows.measure.partition(" ")
    named = list(columns_of(rows.where)) if rows.where else []
    if kind == "share":
        named += columns_of(rest)
    elif kind in ("distinct", "sum"):
        named += [part.strip() for part in rest.split(",")]
    return tuple(dict.fromkeys(named))


def _parsed(condition: str) -> ast.expr:
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise RowsError(f"condition '{condition}' cannot be read") from error
    _check(tree, condition)
    return tree


def _check(node: ast.expr, condition: str) -> None:
    if isinstance(node, ast.BoolOp):
        for part in node.values:  # noqa: PD011 - a list of the syntax tree, no column
            _check(part, condition)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _check(node.operand, condition)
    elif isinstance(node, ast.Compare):
        plain = len(node.ops) == 1 and isinstance(node.left, ast.Name)
        if not plain or not _fits(node.ops[0], node.comparators[0]):
            raise RowsError(f"condition '{condition}': expected a column compared with a constant")
    elif not isinstance(node, ast.Name):
        raise RowsError(f"condition '{condition}': expected columns, constants, and, or, not, in")


def _fits(operation: ast.cmpop, right: ast.expr) -> bool:
    if isinstance(operation, ast.Is | ast.IsNot):
        return isinstance(right, ast.Constant) and right.value is None
    if isinstance(operation, ast.In | ast.NotIn):
        return _is_table(right) or (isinstance(right, ast.List | ast.Tuple) and all(map(_is_constant, right.elts)))
    return type(operation) in _COMPARISONS and _is_constant(right)


def _is_table(node: ast.expr) -> bool:
    """Is it the name of a table with at most one condition in brackets?"""
    if not isinstance(node, ast.Call) or node.keywords or len(node.args) > 1:
        return False
    for condition in node.args:
        _check(condition, ast.unparse(condition))
    return isinstance(node.func, ast.Name) and node.func.id in TABLES


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
        return isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return isinstance(node, ast.Constant) and isinstance(node.value, str | int | float)


def select(frame: pd.DataFrame, where: str, read: Read | None = None) -> pd.DataFrame:
    """Rows of ``frame`` that satisfy ``where``; an unknown value satisfies no comparison. Raises RowsError.

    ``read`` gives the other tables that a condition may name.
    """
    if not where:
        return frame
    return frame[_mask(_parsed(where), frame, read).to_numpy(dtype=bool)]


def _mask(node: ast.expr, frame: pd.DataFrame, read: Read | None) -> pd.Series:
    if isinstance(node, ast.BoolOp):
        masks = [_mask(part, frame, read) for part in node.values]  # noqa: PD011 - as above
        joined = masks[0]
        for mask in masks[1:]:
            joined = joined & mask if isinstance(node.op, ast.And) else joined | mask
        return joined
    if isinstance(node, ast.UnaryOp):
        return ~_mask(node.operand, frame, read)
    if isinstance(node, ast.Name):
        flags = _column(frame, node.id)
        if not pd.api.types.is_bool_dtype(flags):
            raise RowsError(f"column '{node.id}' is no flag: compare it with something")
        return flags.astype("boolean").fillna(False).astype(bool)
    assert isinstance(node, ast.Compare)
    assert isinstance(node.left, ast.Name)
    column, operation, right = _column(frame, node.left.id), node.ops[0], node.comparators[0]
    if isinstance(operation, ast.Is | ast.IsNot):
        return column.isna() if isinstance(operation, ast.Is) else column.notna()
    if isinstance(operation, ast.In | ast.NotIn):
        within = column.isin(_keys(right, node.left.id, read) if isinstance(right, ast.Call) else _constants(right))
        return within if isinstance(operation, ast.In) else ~within & column.notna()
    try:
        compared = _COMPARISONS[type(operation)](column, ast.literal_eval(right))
    except TypeError as error:
        raise RowsError(f"column '{node.left.id}' cannot be compared with {ast.unparse(right)}") from error
    return (compared.astype("boolean").fillna(False) & column.notna()).astype(bool)


def _constants(node: ast.expr) -> list[Any]:
    return list(ast.literal_eval(node))


def _keys(node: ast.Call, column: str, read: Read | None) -> list[Any]:
    """Values of ``column`` in the chosen rows of another table."""
    assert isinstance(node.func, ast.Name)
    if read is None:
        raise RowsError(f"table '{node.func.id}' cannot be read here")
    other = read(node.func.id)
    chosen = other[_mask(node.args[0], other, read).to_numpy(dtype=bool)] if node.args else other
    return _column(chosen, column).dropna().tolist()


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        raise RowsError(f"there is no column '{name}'; the columns are {', '.join(map(str, frame.columns))}")
    return frame[name]


def measured(frame: pd.DataFrame, measure: str, read: Read | None = None) -> float | None:
    """The value that ``measure`` makes of the selected rows; None without a measure and where none of them has a value.

    Raises RowsError.
    """
    kind, _, rest = measure.partition(" ")
    if kind == "rows":
        return float(len(frame))
    if kind == "distinct":
        return float(_column(frame, rest.strip()).nunique())
    if kind == "sum":
        first, *others = (_column(frame, part.strip()) for part in rest.split(","))
        known = first.astype("float64")
        for other in others:
            known = known.fillna(other.astype("float64"))
        return None if len(known) and known.isna().all() else float(known.sum())
    if kind == "share":
        return len(select(frame, rest, read)) / len(frame) if len(frame) else None
    return None
