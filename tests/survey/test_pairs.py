"""Changes of the same people: flow, intervals, the lost and their bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.settings import InputProblem
from evaluation.survey.pairs import (
    CHANGE_COLUMNS,
    FLOW_COLUMNS,
    NOTES,
    STAGES,
    STATISTICS,
    Measured,
    change_table,
    pair_flow,
    pairs_of_items,
    pairs_of_people,
)
from evaluation.survey.signed_ranks import hodges_lehmann
from evaluation.survey.tabulate import learning_gain

pytestmark = pytest.mark.filterwarnings("error")


def measured(before: list[float], after: list[float], limits: tuple[float, float] | None = (0, 20)) -> Measured:
    """Everybody asked twice; NaN: no answer."""
    people = pd.DataFrame({"before": before, "after": after}, dtype="float64")
    counts = {"asked_before": len(before), "answered_before": int(people["before"].notna().sum()),
              "asked_after": len(before), "answered_after": int(people["after"].notna().sum()),
              "unusable_before": 0, "unusable_after": 0}  # fmt: skip
    return Measured("learning", people, counts, limits)


def answers(before: list[float | None], after: list[float | None]) -> pd.DataFrame:
    rows = [
        {"response_id": f"r{n}", "item": item, "value": value, "missing": None if value is not None else "blank"}
        for n, both in enumerate(zip(before, after, strict=True))
        for item, value in zip(("test_before", "test_after"), both, strict=True)
    ]
    return pd.DataFrame(rows).astype({"value": "float64"})


def row(table: pd.DataFrame, statistic: str) -> pd.Series:
    return table.set_index("statistic").loc[statistic]


def test_change_agrees_with_the_paired_t_test_and_with_the_older_gain() -> None:
    before, after = [10.0, 12, 9, 15, 8], [13.0, 14, 9, 17, None]
    given_answers = answers(before, after)
    table = change_table(pairs_of_items(given_answers, "test_before", "test_after", (0, 20)))
    assert list(table.columns) == CHANGE_COLUMNS
    assert table["statistic"].tolist() == list(STATISTICS)
    test = stats.ttest_rel(after[:4], before[:4])
    change = row(table, "mean_change")
    assert change["value"] == 1.75
    assert change["p"] == pytest.approx(test.pvalue)
    interval = test.confidence_interval()
    assert (change["low"], change["high"]) == pytest.approx((interval.low, interval.high))
    older, scaled = learning_gain(given_answers), row(table, "change_in_sd")
    assert (scaled["value"], scaled["low"], scaled["high"]) == pytest.approx((older.in_sd, older.low, older.high))
    assert "no_comparison_group" in change["note"]


def test_flow_adds_up_and_names_every_loss() -> None:
    before = pd.DataFrame({"person_key": ["a", "b", "c", "c", None, "d"], "value": [1.0, 2, 3, 4, 5, np.nan]})
    after = pd.DataFrame({"person_key": ["a", "b", "b", "e", "d"], "value": [4.0, 5, 6, 7, 8],
                          "submitted_at": pd.to_datetime(["2025-05-01", "2025-05-09", "2025-05-02", "2025-05-01",
                                                          "2025-05-03"])})  # fmt: skip
    pairs = pairs_of_people(before, after, (8, 7), (0, 10))
    flow = pair_flow(pairs)
    assert list(flow.columns) == FLOW_COLUMNS
    assert flow["stage"].tolist() == list(STAGES)
    assert flow.set_index("stage")["n"].to_dict() == {
        "asked_before": 8, "answered_before": 5, "asked_after": 7, "answered_after": 5, "unusable_before": 2,
        "unusable_after": 1, "only_before": 1, "only_after": 2, "matched": 2,
    }  # fmt: skip
    # the first result before (c: 3) and the last one after by time (b: 5 on 9 May) count
    assert pairs.people.loc["c", "before"] == 3
    assert pairs.people.loc["b", "after"] == 5


def test_more_answers_than_asked_and_a_flow_that_does_not_add_up_are_refused() -> None:
    one = pd.DataFrame({"person_key": ["a", "b"], "value": [1.0, 2]})
    with pytest.raises(InputProblem, match=r"2 results .* from 1 people"):
        pairs_of_people(one, one, (1, 2))
    broken = measured([1.0, 2], [2.0, 3])
    with pytest.raises(InputProblem, match="do not add up"):
        pair_flow(Measured("x", broken.people, {**broken.counts, "answered_after": 5}))


def test_item_that_was_not_asked_is_not_in_the_flow() -> None:
    given_answers = answers([1, 2, 3, 4], [2, 3, None, None])
    given_answers.loc[7, "missing"] = "not_asked"
    flow = pair_flow(pairs_of_items(given_answers, "test_before", "test_after")).set_index("stage")["n"]
    assert flow[["asked_after", "answered_after", "matched", "only_before"]].tolist() == [3, 2, 2, 2]


def test_bounds_by_hand() -> None:
    table = change_table(measured([10, 12, 8, 4, 6], [14, 13, 9, np.nan, np.nan]))
    assert row(table, "change_lowest")["value"] == pytest.approx((4 + 1 + 1 - 4 - 6) / 5)
    assert row(table, "change_highest")["value"] == pytest.approx((6 + 16 + 14) / 5)
    assert row(table, "change_if_lost_unchanged")["value"] == pytest.approx(6 / 5)
    assert row(table, "change_highest")["n"] == 5
    unknown = change_table(measured([10, 12, 8, 4, 6], [14, 13, 9, np.nan, np.nan], None))
    assert row(unknown, "change_lowest")["note"] == "limits_unknown"
    assert np.isnan(row(unknown, "change_lowest")["value"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans()), max_size=25))
def test_bounds_hold_whatever_the_lost_would_have_reached(people: list[tuple[int, int, bool]]) -> None:
    seen = [float(after) if stays else np.nan for _, after, stays in people]
    table = change_table(measured([float(before) for before, *_ in people], seen))
    truth = np.mean([after - before for before, after, _ in people]) if people else np.nan
    assert (
        not people
        or row(table, "change_lowest")["value"] - 1e-9 <= truth <= row(table, "change_highest")["value"] + 1e-9
    )
    assert {note for text in table["note"] for note in text.split("; ") if note} <= set(NOTES)
    assert (table.loc[table["value"].isna(), "note"] != "").all()  # no bare gap


def test_who_left_is_compared_with_who_stayed() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(10, 2, 200)
    after = before + 1 + rng.normal(size=200)
    lost = before > 11
    table = change_table(measured(before.tolist(), np.where(lost, np.nan, after).tolist(), None))
    found, test = row(table, "lost_difference"), stats.ttest_ind(before[lost], before[~lost], equal_var=False)
    assert found["value"] == pytest.approx(before[lost].mean() - before[~lost].mean())
    assert found["p"] == pytest.approx(test.pvalue)
    interval = test.confidence_interval()
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high))
    assert found["note"] == "many_lost; lost_differ"
    assert found["n"] == lost.sum()


def test_extreme_first_results_return_and_the_remark_says_so() -> None:
    rng = np.random.default_rng(2)
    skill = rng.normal(10, 2, 300)
    before, after = skill + rng.normal(0, 2, 300), skill + rng.normal(0, 2, 300)  # nobody learnt anything
    low = before < 9
    table = change_table(measured(before[low].tolist(), after[low].tolist(), None))
    assert row(table, "mean_change")["low"] > 0  # what a selection of weak starters seems to gain
    assert row(table, "before_change_correlation")["note"] == "regression_to_mean"


def test_interval_covers_the_true_change() -> None:
    covered = ranks = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        before = rng.normal(10, 2, 20)
        table = change_table(measured(before.tolist(), (before + 1 + rng.normal(0, 1.5, 20)).tolist(), None))
        for name, is_t in (("mean_change", True), ("median_change", False)):
            inside = row(table, name)["low"] <= 1 <= row(table, name)["high"]
            covered += inside and is_t
            ranks += inside and not is_t
    assert stats.binomtest(covered, 120, 0.95).pvalue > 0.001
    assert stats.binomtest(ranks, 120, 0.952).pvalue > 0.001


@pytest.mark.parametrize(
    ("before", "after", "statistic", "note"),
    [
        ([1, 2], [2, 3], "mean_change", "few_pairs"),
        ([5, 5, 5, 5], [6, 7, 5, 8], "change_in_sd", "before_never_varies"),
        ([1, 2, 3, 4], [2, 3, 4, 5], "mean_change", "change_never_varies"),
        ([1, 2, 3, 4], [1, 2, 3, 4], "median_change", "zero_changes"),
        ([1, 2, 3, 4], [3, 3, 5, 9], "median_change", "level_out_of_reach"),
        ([18, 19, 12, 17, 18, 16], [20, 20, 15, 20, 19, 20], "mean_change", "ceiling_after"),
        ([], [], "mean_change", "few_pairs"),
    ],
)
def test_what_the_pairs_cannot_carry_is_said(
    before: list[float], after: list[float], statistic: str, note: str
) -> None:
    assert note in row(change_table(measured(before, after)), statistic)["note"].split("; ")


def test_hodges_lehmann_by_hand_and_by_the_test_it_belongs_to() -> None:
    changes = np.array([1.1, 2.3, -0.4, 3.2, 0.9, 1.7, 2.9, -1.3])
    found = hodges_lehmann(changes)
    means = sorted((changes[i] + changes[j]) / 2 for i in range(8) for j in range(i, 8))
    assert found["value"] == pytest.approx(np.median(means))
    # with eight changes the interval runs from the 4th to the 33rd of 36 means (Hollander, Wolfe and Chicken)
    assert (found["low"], found["high"]) == pytest.approx((means[3], means[32]))
    for shift, kept in ((found["low"] - 0.01, False), (found["low"] + 0.01, True), (found["high"] + 0.01, False)):
        assert bool(stats.wilcoxon(changes - shift).pvalue > 0.05) is kept


def test_many_people_with_scores_are_quick_and_like_the_mean() -> None:
    changes = np.random.default_rng(3).binomial(20, 0.3, 100_000) - 5.0
    found = hodges_lehmann(changes)
    assert found["value"] == 1.0
    assert found["low"] <= 1.0 <= found["high"]
    assert hodges_lehmann(np.random.default_rng(1).normal(size=4_000)) == {"note": "too_many_values"}
