"""Small counts are hidden together with what would give them away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.privacy.disclosure import hidden_ranges, open_totals, suppress_counts


def test_a_single_small_cell_takes_the_next_smallest_with_it() -> None:
    frame = pd.DataFrame({"unit": ["a", "b", "c", "d"], "persons": [3, 20, 7, 0], "rate": [0.1, 0.2, 0.3, 0.0]})
    done = suppress_counts(frame, ["persons"], 5, derived={"rate": "persons"})
    assert done.hidden["persons"].tolist() == [True, False, True, False], "zeros stay: nobody is behind them"
    assert done.frame["persons"].isna().tolist() == [True, False, True, False]
    assert done.frame["rate"].isna().tolist() == [True, False, True, False] and not done.hidden["unit"].any()
    assert frame["persons"].tolist() == [3, 20, 7, 0], "the received frame is untouched"


def test_without_published_totals_only_the_small_cells_are_hidden() -> None:
    frame = pd.DataFrame({"persons": [3, 20, 7]})
    assert suppress_counts(frame, ["persons"], 5, column_totals=False).hidden["persons"].tolist() == [
        True,
        False,
        False,
    ]


def test_nothing_small_hides_nothing() -> None:
    frame = pd.DataFrame({"persons": [5, 20, 0], "other": [None, 8.0, 9.0]})
    done = suppress_counts(frame, ["persons", "other"], 5)
    pd.testing.assert_frame_equal(done.frame, frame)
    assert not done.hidden.any().any()


def test_groups_are_protected_one_by_one() -> None:
    frame = pd.DataFrame({"year": [1, 1, 2, 2, 2], "persons": [2, 30, 9, 8, 40]})
    done = suppress_counts(frame, ["persons"], 5, group_columns=["year"])
    assert done.hidden["persons"].tolist() == [True, True, False, False, False]


def test_where_all_of_a_group_is_too_little_its_total_must_not_be_published() -> None:
    frame = pd.DataFrame({"year": [1, 1, 2, 2], "persons": [1, 2, 3, 40]})
    done = suppress_counts(frame, ["persons"], 5, group_columns=["year"])
    totals = open_totals(frame, done.hidden, ["persons"], 5, ["year"])
    assert totals.to_dict("records") == [{"year": 1, "persons": False}, {"year": 2, "persons": True}]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=12), st.integers(2, 10))
def test_known_totals_never_bring_a_hidden_count_back(counts: list[int], threshold: int) -> None:
    frame = pd.DataFrame({"persons": counts})
    hidden = suppress_counts(frame, ["persons"], threshold).hidden["persons"].to_numpy()
    values = np.array(counts)
    assert hidden[(values > 0) & (values < threshold)].all()
    if hidden.any() and open_totals(frame, pd.DataFrame({"persons": hidden}), ["persons"], threshold)["persons"].item():
        assert hidden.sum() >= 2 and values[hidden].sum() >= threshold
        ranges = hidden_ranges(values[:, None].astype(float), hidden[:, None], row_totals=False)
        assert ((ranges["high"] - ranges["low"]) >= threshold - 1e-6).all()


def test_two_way_tables_with_both_totals() -> None:
    counts = np.array([[3, 12, 20], [15, 4, 30], [9, 11, 2], [40, 8, 25]], dtype=float)
    frame = pd.DataFrame(counts, columns=["a", "b", "c"])
    done = suppress_counts(frame, ["a", "b", "c"], 5, row_totals=True)
    hidden = done.hidden.to_numpy()
    assert hidden[counts < 5].all()
    for axis in (0, 1):
        lines = hidden.sum(axis=axis)
        assert ((lines == 0) | (lines >= 2)).all()
    ranges = hidden_ranges(counts, hidden)
    assert (ranges["high"] > ranges["low"]).all(), "no hidden cell is determined"


def test_the_audit_finds_what_naive_suppression_gives_away() -> None:
    counts = np.array([[3.0, 12.0], [15.0, 20.0]])
    naive = counts < 5
    assert hidden_ranges(counts, naive).iloc[0][["low", "high"]].tolist() == [3.0, 3.0]


def test_a_threshold_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        suppress_counts(pd.DataFrame({"n": [1]}), ["n"], 0)
