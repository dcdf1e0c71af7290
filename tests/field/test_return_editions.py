"""Editions of one municipality's return: which stands, and what moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.field.returns.editions import order_editions, revised_totals, revisions

NAN = float("nan")


def test_the_later_date_stands_and_an_undated_return_is_the_earliest() -> None:
    unit = np.array(["a", "b", "a", "a", "b"], dtype=object)
    days = pd.Series(pd.to_datetime(["2024-06-01", None, "2024-03-01", None, "2024-01-01"]))
    found = order_editions(unit, days)
    assert found.edition.tolist() == [3, 1, 2, 1, 2]
    assert found.stands.tolist() == [True, False, False, False, True]
    assert found.before.tolist() == [2, -1, 3, -1, 1]
    assert not found.tied.any()


def test_of_one_date_the_last_file_stands_and_the_tie_is_marked() -> None:
    found = order_editions(np.array(["a", "a"], dtype=object), pd.Series(pd.to_datetime(["2024-06-01"] * 2)))
    assert found.stands.tolist() == [False, True]
    assert found.tied.tolist() == [True, False]


def test_changes_are_told_apart_and_add_up() -> None:
    unit = np.array(["a", "a", "b", "b", "c"], dtype=object)
    days = pd.Series(pd.to_datetime(["2024-03-01", "2024-06-01", "2024-03-01", "2024-06-01", "2024-06-01"]))
    editions = order_editions(unit, days)
    values = {"x": np.array([10.0, 12, 5, NAN, 7]), "y": np.array([1.0, 1, NAN, 4, NAN])}
    late = np.array([False, False, False, False, True])
    log = revisions(editions, unit, 2024, values, late)
    told = {(row.unit_id, row.variable): (row.kind, row.difference) for row in log.itertuples()}
    assert told == {
        ("a", "x"): ("revised", 2),
        ("b", "x"): ("withdrawn", -5),
        ("b", "y"): ("newly_returned", 4),
        ("c", "x"): ("newly_returned", 7),
    }
    standing = pd.DataFrame(
        {"year": 2024, "variable": ["x", "x", "x", "y", "y"], "value": [12.0, NAN, 7, 1, 4], "unit_id": list("abcab")}
    )
    sums = revised_totals(log, standing).set_index("variable")
    assert sums.loc["x", ["first", "revised", "newly_returned", "withdrawn", "last"]].tolist() == [15, 2, 7, -5, 19]
    assert sums.loc["y", ["first", "revised", "newly_returned", "withdrawn", "last"]].tolist() == [1, 0, 4, 0, 5]
    assert sums.loc["x", "n_withdrawn"] == 1
    assert sums.loc["x", "largest"] == 7


def test_without_later_editions_nothing_moved() -> None:
    editions = order_editions(np.array(["a", "b"], dtype=object), pd.Series([pd.NaT, pd.NaT]))
    log = revisions(
        editions, np.array(["a", "b"], dtype=object), 2024, {"x": np.array([1.0, 2])}, np.zeros(2, dtype=bool)
    )
    assert log.empty
    standing = pd.DataFrame({"year": [2024, 2024], "variable": ["x", "x"], "value": [1.0, 2]})
    sums = revised_totals(log, standing)
    assert sums[["first", "last", "revised", "values"]].to_numpy().tolist() == [[3, 3, 0, 2]]
