"""Reasons for no answer: hidden by one rule, and by no table to be worked out from the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.display.rating_table import ratings_exhibit
from evaluation.display.survey.tables import estimates_exhibit
from evaluation.privacy.answers import GAPS, hidden_answers, without_small_gaps
from evaluation.privacy.disclosure import hidden_ranges

THRESHOLD = 5
COLUMNS = ["n", "dont_know", "refused", "no_answer"]


def items(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS).astype("Int64")
    names = [f"q{number}" for number in range(len(rows))]
    return frame.assign(item=names, asked=frame[COLUMNS].sum(axis=1), value=0.5)


def marks(*rows: tuple[int, int, int, int]) -> list[dict[str, str]]:
    found = hidden_answers(items(*rows), THRESHOLD, rests=("value",))
    return [{str(name): mark for name, mark in row.items() if mark} for row in found.to_dict("records")]


def test_a_small_reason_takes_the_next_smallest_with_it() -> None:
    assert marks((50, 2, 8, 20)) == [{"dont_know": "primary", "refused": "complementary"}]
    assert marks((50, 2, 4, 0)) == [{"dont_know": "primary", "refused": "primary"}]


def test_where_all_reasons_are_too_few_their_sum_goes_too() -> None:
    everything = {"dont_know": "primary", "refused": "complementary", "no_answer": "complementary"}
    assert marks((50, 2, 0, 0)) == [everything | {"asked": "complementary"}]


def test_few_answers_hide_what_they_say_and_the_sum_from_which_they_follow() -> None:
    assert marks((3, 0, 0, 40)) == [{"n": "primary", "asked": "complementary", "value": "hidden"}]
    assert marks((50, 0, 0, 0), (50, 5, 6, 7)) == [{}, {}]


def test_groups_are_hidden_together_because_they_add_up_to_the_whole() -> None:
    whole = items((40, 6, 6, 6), (20, 2, 6, 6), (20, 4, 0, 0)).assign(item="q", group=["", "sex=f", "sex=m"])
    found = hidden_answers(whole, THRESHOLD)
    assert (found.loc[0] == "").all()
    assert (found.loc[1:] != "").all(axis=None)
    assert (hidden_answers(whole.assign(dont_know=6, refused=6, no_answer=6), THRESHOLD) == "").all(axis=None)


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_hidden_reason_can_be_worked_out_from_its_row(rows: list[tuple[int, int, int, int]]) -> None:
    frame = items(*rows)
    found = hidden_answers(frame, THRESHOLD)
    for place in range(len(frame)):
        if found.loc[place, "asked"]:
            continue  # without the sum nothing follows
        counts = frame.loc[[place], COLUMNS].to_numpy(dtype=float)
        hidden = (found.loc[[place], COLUMNS] != "").to_numpy()
        ranges = hidden_ranges(counts.T, hidden.T, row_totals=False)
        assert (ranges["high"] - ranges["low"] >= THRESHOLD).all() if len(ranges) else True
    shown = frame[COLUMNS].where(found[COLUMNS] == "")
    assert not ((shown > 0) & (shown < THRESHOLD)).any(axis=None)


def test_both_tables_of_the_answers_hide_the_same_cells() -> None:
    frame = items((50, 2, 8, 20), (50, 2, 0, 0), (3, 0, 0, 40), (60, 7, 8, 9))
    estimates = frame.assign(
        choice="", group="", statistic="mean", low=0.4, high=0.6, n_weighted=50.0, n_eff=40.0, deff=1.2, note=""
    )
    ratings = frame.rename(columns={"n": "answered"}).assign(instrument="participants", mean=4.0, top_two_share=0.7)
    wording = pd.DataFrame({"name": frame["item"], "label_ru": frame["item"], "label_en": frame["item"]})
    one = estimates_exhibit(
        estimates,
        None,
        hidden=hidden_answers(estimates, THRESHOLD, rests=("value", "low", "high")),
        threshold=THRESHOLD,
    )
    other = ratings_exhibit(
        ratings, None, wording, THRESHOLD, hidden=hidden_answers(ratings, THRESHOLD, "answered", ("mean",))
    )
    for name, same in zip(COLUMNS, ("answered", *GAPS), strict=True):
        assert [one.cell(row, name, "en") for row in range(4)] == [other.cell(row, same, "en") for row in range(4)]
    assert [one.cell(0, name, "en") for name in GAPS] == ["<\u00a05", "×", "20"]
    assert one.cell(1, "asked", "en") == "×" and one.cell(2, "value", "en") == "×"
    assert ", 2" not in one.to_csv("en").splitlines()[1]


def test_a_figure_tells_no_reason_that_the_tables_hide() -> None:
    frame = items((50, 2, 8, 20), (50, 2, 0, 0), (60, 7, 8, 9))
    drawn = without_small_gaps(frame, THRESHOLD)
    assert drawn.loc[0, list(GAPS)].tolist() == [0, 0, 30]
    assert drawn.loc[0, "asked"] == 80
    assert drawn.loc[1, ["asked", "no_answer"]].isna().all()
    pd.testing.assert_frame_equal(drawn.loc[[2]], frame.loc[[2]])
    assert np.array_equal(drawn["n"], frame["n"])
