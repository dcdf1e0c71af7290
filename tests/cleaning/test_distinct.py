"""The different cells of a column are those that Python tells apart by type and value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluation.cleaning.distinct import combined, distinct

CELLS = st.lists(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 3),
        st.sampled_from([0.0, 1.0, 2.5, float("nan"), Decimal(1), dt.date(2025, 1, 1), dt.datetime(2025, 1, 1)]),
        st.sampled_from(["", "1", "a", "A"]),
    )
)


def column(cells: list[Any]) -> np.ndarray:
    made = np.empty(len(cells), dtype=object)
    made[:] = cells
    return made


def key(cell: Any) -> tuple[type, Any]:
    return (type(None), None) if cell is None or cell != cell else (type(cell), cell)


@given(CELLS)
@example([1, 1.0, True, Decimal(1)])
@example([float("nan"), None])
def test_every_row_finds_its_own_cell(cells: list[Any]) -> None:
    found = distinct(column(cells))
    assert [key(found.cells[code]) for code in found.codes] == [key(cell) for cell in cells]
    assert list(map(key, found.spread(found.cells))) == list(map(key, cells))
    if not any(isinstance(cell, float) for cell in cells):  # an empty number is told from an empty cell, or is not
        assert list(map(key, found.cells)) == list(dict.fromkeys(map(key, cells)))


@given(CELLS, st.data())
def test_some_rows_have_only_their_own_cells(cells: list[Any], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(cells) - 1))) if cells else []
    some = distinct(column(cells)).of_rows(np.array(places, dtype=np.intp))
    assert [key(some.cells[code]) for code in some.codes] == [key(cells[place]) for place in places]
    assert set(some.codes.tolist()) == set(range(len(some.cells)))
    texts = some.flags(lambda cell: isinstance(cell, str))
    assert texts.tolist() == [isinstance(cells[place], str) for place in places]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1, 2, None]))))
def test_combinations_are_those_of_the_rows(rows: list[tuple[Any, ...]]) -> None:
    columns = [distinct(column([row[place] for row in rows])) for place in range(2)]
    codes, found = combined(columns, len(rows))
    assert [found[code] for code in codes] == rows and found == list(dict.fromkeys(rows))


@pytest.mark.parametrize("rows", [0, 3])
def test_without_columns_all_rows_are_alike(rows: int) -> None:
    codes, found = combined([], rows)
    assert codes.tolist() == [0] * rows and found == [()] * bool(rows)


def test_a_value_may_be_a_tuple() -> None:
    found = distinct(column(["a", "b", "a"]))
    assert found.spread([(1, 2), (3, 4)]).tolist() == [(1, 2), (3, 4), (1, 2)]
