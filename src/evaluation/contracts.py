"""What each processed table must satisfy, and the checks that cross tables.

Tables are declared in ``tables/``; a step's outputs are checked here before they are written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from evaluation.tables import DTYPES, TABLES, Column, Kind, Table

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

__all__ = ["DTYPES", "TABLES", "Column", "ContractError", "Kind", "Table", "check", "conform", "dangling", "failures"]


class ContractError(Exception):
    """A table does not satisfy its contract; ``failures`` says where (columns: table, column, rule, row, value)."""

    def __init__(self, message: str, failures: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.failures = pd.DataFrame() if failures is None else failures


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Order the columns of ``frame`` as declared and give them the declared types.

    Raises ContractError when a column is missing, undeclared, or holds values that are not of its kind.
    """
    missing = [name for name in table.names if name not in frame.columns]
    extra = [str(name) for name in frame.columns if name not in table.names]
    if missing or extra:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"not declared: {', '.join(extra)}"] if extra else []
        raise ContractError(f"table {table.name}: columns differ from the contract ({'; '.join(parts)})")
    out = {}
    for column in table.columns:
        series = frame[column.name]
        try:
            out[column.name] = _cast(series, column.kind)
        except (TypeError, ValueError) as error:
            raise ContractError(
                f"table {table.name}, column {column.name}: not of kind {column.kind} ({error})"
            ) from error
    return pd.DataFrame(out, columns=list(table.names)).reset_index(drop=True)


def _cast(series: pd.Series, kind: Kind) -> pd.Series:
    if kind in ("text", "code", "category"):
        return _as_text(series)
    if kind == "flag":
        return series.astype("boolean")
    if kind == "integer":
        return series.astype("float64").astype("Int64") if series.dtype == object else series.astype("Int64")
    return series.astype(DTYPES[kind])


def _as_text(series: pd.Series) -> pd.Series:
    """The column as text; one of texts and None goes to Arrow in one step, which takes half the time."""
    if series.dtype == object:
        try:
            texts = pa.array(series.to_numpy(), type=pa.large_string(), from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            pass  # other objects among the texts, which pandas knows how to write
        else:
            return pd.Series(pd.array(texts, dtype="str"), index=series.index, name=series.name)
    return series.astype("str")


def failures(frame: pd.DataFrame, table: Table, codebook: Codebook | None = None) -> pd.DataFrame:
    """Check a conforming frame; return its failures (columns: table, column, rule, row, value; empty = passed).

    ``row`` is the position in the frame, counted from 0. Range, emptiness, key and, with a codebook, the
    allowed values of categories are checked.
    """
    import pandera.pandas as pa

    columns = {}
    for column in table.columns:
        checks = []
        if column.low is not None:
            checks.append(pa.Check.ge(column.low))
        if column.high is not None:
            checks.append(pa.Check.le(column.high))
        if column.kind == "category" and codebook is not None:
            allowed = codebook.allowed(table.name, column.name)
            if allowed:
                checks.append(pa.Check.isin(allowed))
        columns[column.name] = pa.Column(DTYPES[column.kind], checks=checks, nullable=not column.required)
    schema = pa.DataFrameSchema(columns, strict=True, unique=list(table.key) or None)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        return pd.DataFrame(
            {
                "table": table.name,
                "column": cases["column"].astype("str"),
                "rule": cases["check"].astype("str"),
                "row": cases["index"],
                "value": cases["failure_case"].astype("str"),
            }
        )
    return pd.DataFrame(columns=["table", "column", "rule", "row", "value"])


def check(frame: pd.DataFrame, table: Table, codebook: Codebook | None = None) -> pd.DataFrame:
    """Conform ``frame`` to ``table`` and return it; raise ContractError naming the first failures."""
    conforming = conform(frame, table)
    found = failures(conforming, table, codebook)
    if len(found):
        first = "; ".join(
            f"{row.column}: {row.rule}, row {row.row}, value {row.value}" for row in found.head(5).itertuples()
        )
        raise ContractError(f"table {table.name} breaks its contract in {len(found)} place(s): {first}", found)
    return conforming


_OF_YEAR = re.compile(r"(?:19|20)\d\d-")


def _elsewhere(value: str, years: set[str]) -> bool:
    """Does a record's number name a year, and not one of ``years``?"""
    found = _OF_YEAR.match(value)
    return bool(years) and found is not None and found[0] not in years


def dangling(tables: Mapping[str, pd.DataFrame], names: Sequence[str] | None = None) -> pd.DataFrame:
    """References between tables that lead nowhere (columns: table, column, target, value; empty = none).

    A reference to a record of a year of which the target holds nothing (2023-T5 in the tables of 2024) is no such
    reference: one year's tables cannot tell.
    """
    rows = []
    for name in names or list(tables):
        table = TABLES[name]
        for column, (target, target_column) in table.references.items():
            if name in tables and target in tables:
                known = set(tables[target][target_column].dropna())
                lost = tables[name][column].dropna()
                lost = lost[~lost.isin(known)].drop_duplicates()
                years = {found[0] for value in known if (found := _OF_YEAR.match(str(value)))}
                lost = [value for value in lost if not _elsewhere(str(value), years)]
                rows += [{"table": name, "column": column, "target": target, "value": value} for value in lost]
    return pd.DataFrame(rows, columns=["table", "column", "target", "value"])
