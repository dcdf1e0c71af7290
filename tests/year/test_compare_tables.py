"""Tables of one contract compared by key, by hand-counted cases."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.settings import Tolerance
from evaluation.tables import Column, Table
from evaluation.year.differences import Narrowed, table_differences
from evaluation.year.received import row_differences
from evaluation.year.told import verdicts

TABLE = Table(
    "t", "row", ("unit_id", "year"),
    (Column("unit_id", "code"), Column("year", "integer"), Column("amount", "money"), Column("share", "number"),
     Column("kind", "category"), Column("on", "date"), Column("flag", "flag")),
)  # fmt: skip


def frame(**changes: list[object]) -> pd.DataFrame:
    base: dict[str, object] = {
        "unit_id": ["a", "b", "c"],
        "year": pd.array([2024, 2024, 2024], dtype="Int64"),
        "amount": [1.0, 2.0, np.nan],
        "share": [0.1, 0.2, 0.3],
        "kind": ["x", None, "y"],
        "on": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
        "flag": pd.array([True, None, False], dtype="boolean"),
    }
    return pd.DataFrame(base | changes)


def cells(before: pd.DataFrame, after: pd.DataFrame, **how: object) -> set[tuple[str, str, str, str, str]]:
    found = table_differences("t", before, after, TABLE, **how).cells  # type: ignore[arg-type]
    return set(found[["key", "column", "verb", "was", "is"]].itertuples(index=False, name=None))


def test_rows_and_cells() -> None:
    assert table_differences("t", frame(), frame(), TABLE).same
    after = frame(
        unit_id=["a", "b", "d"], amount=[1.0, np.nan, 3.0], kind=["x", "y", "y"],
        on=list(pd.to_datetime(["2024-01-02", None, None])), flag=list(pd.array([True, False, None], dtype="boolean")),
    )  # fmt: skip
    assert cells(frame(), after) == {
        ("a · 2024", "on", "changed", "2024-01-01", "2024-01-02"),
        ("b · 2024", "amount", "changed", "2.0", ""),
        ("b · 2024", "kind", "changed", "", "y"),
        ("b · 2024", "flag", "changed", "", "False"),
        ("c · 2024", "", "removed", "", ""),
        ("d · 2024", "", "added", "", ""),
    }


def test_order_of_rows_does_not_matter() -> None:
    assert table_differences("t", frame(), frame().iloc[::-1], TABLE).same


@pytest.mark.parametrize(
    ("column", "by", "tolerance", "differs"),
    [
        ("amount", 0.004, None, False),
        ("amount", 0.006, None, True),
        ("share", 1e-13, None, False),
        ("share", 1e-8, None, True),
        ("share", 0.009, Tolerance(absolute=0.01), False),
        ("share", 0.009, Tolerance(relative=0.01), True),
        ("amount", 0.01, Tolerance(relative=0.02), False),
    ],
)
def test_tolerances(column: str, by: float, tolerance: Tolerance | None, differs: bool) -> None:
    after = frame()
    after.loc[0, column] += by
    given_ones = None if tolerance is None else {column: tolerance}
    assert bool(cells(frame(), after, tolerances=given_ones)) is differs


def test_what_cannot_be_compared_is_left_out() -> None:
    after = frame(amount=[9.0, 9.0, 9.0], share=[0.9, 0.9, 0.9])
    key = "a\x1f2024"
    found = cells(frame(), after, narrowed=Narrowed({key}, {"amount"}, frozenset({"b\x1f2024"})))
    assert {(row[0], row[1]) for row in found} == {
        ("a · 2024", "amount"),
        ("c · 2024", "amount"),
        ("c · 2024", "share"),
    }


def test_repeated_keys_and_columns() -> None:
    twice = pd.concat([frame(), frame().head(1)], ignore_index=True)
    assert cells(frame(), twice) == {("a · 2024 · #2", "", "added", "", "")}
    found = table_differences("t", frame(), frame().drop(columns="kind").assign(more=1), TABLE)
    assert (found.columns_added, found.columns_removed, found.same) == (("more",), ("kind",), False)


def test_verdicts() -> None:
    low, high = pd.Series([0.1, -2, -1, np.nan]), pd.Series([1, -1, 1, 1.0])
    assert verdicts(low, high).to_list() == ["positive", "negative", "unclear", "none"]


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_rows_of_files_balance(before: list[int], after: list[int]) -> None:
    gone, come = row_differences([[value] for value in before], [[value] for value in after])
    left = [value for number, value in enumerate(before, 1) if number not in gone]
    stayed = [value for number, value in enumerate(after, 1) if number not in come]
    assert sorted(left) == sorted(stayed)
    assert not {before[number - 1] for number in gone} & {after[number - 1] for number in come}


def test_large_tables_are_quick() -> None:
    size = 200_000
    before = pd.DataFrame({"unit_id": [f"u{n}" for n in range(size)], "year": 2024, "amount": np.arange(size) * 1.0})
    after = before.assign(amount=before["amount"] + (np.arange(size) % 1000 == 0))
    start = time.process_time()
    found = table_differences("t", before, after, TABLE)
    assert found.changed_rows == 200
    assert time.process_time() - start < 10
