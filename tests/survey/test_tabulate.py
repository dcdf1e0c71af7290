"""Ratings and gains against cases computed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.survey.tabulate import learning_gain, rating_items, rating_table

WAVES = pd.DataFrame({"wave_id": ["w1", "w2"], "instrument": ["participants", "residents"]})
RESPONSES = pd.DataFrame({"response_id": ["a", "b", "c", "d", "e"], "wave_id": ["w1", "w1", "w1", "w1", "w2"]})


def answers(rows: list[tuple[str, str, float | None, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["response_id", "item", "value", "missing"])


def test_do_not_know_and_silence_stay_out_of_the_mean() -> None:
    rated = [("a", "useful", 5, None), ("b", "useful", 2, None), ("e", "useful", 1, None)]
    given = answers([*rated, ("c", "useful", None, "dont_know")])
    row = rating_table(given, RESPONSES, WAVES, {"participants": ["useful"]}).iloc[0]
    assert (row["asked"], row["answered"], row["dont_know"], row["no_answer"]) == (4, 2, 1, 1)
    assert row["mean"] == 3.5
    assert row["top_two_share"] == 0.5


def test_item_nobody_answered_is_shown_as_such() -> None:
    row = rating_table(answers([]), RESPONSES, WAVES, {"residents": ["heard"]}).iloc[0]
    assert (row["asked"], row["answered"], row["no_answer"]) == (1, 0, 1)
    assert np.isnan(row["mean"])


def test_only_five_point_items_are_ratings() -> None:
    items = pd.DataFrame(
        {"name": ["useful", "sex", "test"], "kind": ["one", "one", "number"], "list_name": ["agree", "sex", ""]}
    )
    choices = pd.DataFrame(
        {"list_name": ["agree"] * 6 + ["sex"] * 2, "value": ["1", "2", "3", "4", "5", None, None, None]}
    )
    assert rating_items(items, choices) == ["useful"]


def test_gain_is_on_pairs_and_agrees_with_the_paired_t_interval() -> None:
    before, after = [10.0, 12.0, 9.0, 15.0], [13.0, 14.0, 9.0, 17.0]
    rows = [(name, "test_before", value, None) for name, value in zip("abcd", before, strict=True)]
    rows += [(name, "test_after", value, None) for name, value in zip("abcd", after, strict=True)]
    gain = learning_gain(answers([*rows, ("e", "test_before", 3.0, None)]))
    interval = stats.ttest_rel(after, before).confidence_interval()
    spread = np.std(before, ddof=1)
    assert gain.n == 4
    assert gain.unpaired == 1
    assert gain.points == pytest.approx(1.75)
    assert [gain.low * spread, gain.high * spread] == pytest.approx([interval.low, interval.high])


def test_gain_of_too_few_pairs_is_missing() -> None:
    assert np.isnan(learning_gain(answers([("a", "test_before", 1.0, None)])).in_sd)
