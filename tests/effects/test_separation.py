"""Separation is found where it is, by the columns that make it, and only there."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evaluation.effects.separation import binary_separation, count_separation

NAMES = ["constant", "x", "z"]


def with_constant(*columns: list[float]) -> np.ndarray:
    return np.column_stack([np.ones(len(columns[0])), *columns])


def test_binary_by_hand() -> None:
    x = [0.0, 0, 1, 1]
    assert binary_separation(np.array([0.0, 0, 1, 1]), with_constant(x), NAMES[:2]) == ["x"]
    # in part: all with x have the outcome, the others are mixed
    assert binary_separation(np.array([0.0, 1, 1, 1]), with_constant(x), NAMES[:2]) == ["x"]
    assert binary_separation(np.array([0.0, 1, 0, 1]), with_constant(x), NAMES[:2]) == []


def test_two_columns_together() -> None:
    x, z = [0.0, 1, 2, 3, 4, 5], [1.0, 1, 3, 3, 5, 5]
    above = (np.array(x) > np.array(z) - 0.5).astype(float)
    assert set(binary_separation(above, with_constant(x, z), NAMES)) == {"x", "z"}


def test_counts_by_hand() -> None:
    x = [0.0, 0, 1, 1]
    assert count_separation(np.array([1.0, 2, 0, 0]), with_constant(x), NAMES[:2]) == ["x"]
    # a count is not separated by being high
    assert count_separation(np.array([1.0, 0, 5, 7]), with_constant(x), NAMES[:2]) == []
    assert count_separation(np.array([1.0, 2, 3, 4]), with_constant(x), NAMES[:2]) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=4, max_size=14))
def test_one_column_agrees_with_the_definition(rows: list[tuple[int, bool]]) -> None:
    x = np.array([float(value) for value, _ in rows])
    y = np.array([float(flag) for _, flag in rows])
    if np.ptp(y) == 0 or np.ptp(x) == 0:
        return
    low, high = x[y == 0], x[y == 1]
    separated = low.max() <= high.min() or high.max() <= low.min()
    assert bool(binary_separation(y, with_constant(x.tolist()), NAMES[:2])) == separated
