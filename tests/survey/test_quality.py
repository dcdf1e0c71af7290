"""Marks of single responses against cases made to carry them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from response_samples import WAVE, long_answers, matrix_of, questionnaire, responses_of

from evaluation.contracts import TABLES
from evaluation.settings import InputProblem, SurveyQuality
from evaluation.survey.answer_matrix import answer_matrix, row_groups
from evaluation.survey.duplicates import duplicate_answers, duplicate_people, near_identical
from evaluation.survey.quality import (
    FLAG_COLUMNS,
    MARKS,
    NUMBERS,
    item_nonresponse,
    outside_field,
    quality_flags,
    quality_summary,
    required_missing,
    skip_violations,
)
from evaluation.survey.speed import durations, fast_pages, log_deviation, of_median
from evaluation.survey.straight_lining import commonest_share, longest_run, spread, straight_lining

RULES = SurveyQuality()


# ---- the matrix ---------------------------------------------------------------------------------------------


def test_matrix_holds_what_the_long_table_says_and_what_it_lacks_was_not_asked() -> None:
    matrix = matrix_of({"a": {"x": "1", "t/red": "1", "t/blue": "0"}, "b": {"x": "!refused"}, "c": {}})
    assert matrix.items == ["x", "t"]
    assert matrix.columns["choice"].tolist() == ["", "red", "blue"]
    assert matrix.item_states.tolist() == [[0, 0], [2, 5], [5, 5]]
    assert matrix.holds("t", "red").tolist() == [True, False, False]
    assert matrix.holds("t", "blue").tolist() == [False, False, False]
    assert matrix.holds("x", "1").tolist() == [True, False, False]
    assert np.isnan(matrix.numbers[1]).all()


def test_answers_of_other_responses_are_left_out() -> None:
    table = long_answers({"a": {"x": "1"}, "b": {"x": "2"}})
    assert answer_matrix(table, pd.Index(["b"])).numbers.tolist() == [[2.0]]


def test_unknown_reason_and_an_answer_given_twice_are_refused_in_both_languages() -> None:
    with pytest.raises(InputProblem, match="'tired' is not known") as caught:
        matrix_of({"a": {"x": "!tired"}})
    assert "tired" in caught.value.messages["ru"]
    table = long_answers({"a": {"x": "1"}})
    with pytest.raises(InputProblem, match="answers the item x twice"):
        answer_matrix(pd.concat([table, table]), pd.Index(["a"]))


def test_no_answers_at_all_make_an_empty_matrix() -> None:
    matrix = answer_matrix(long_answers({}), pd.Index(["a", "b"]))
    assert matrix.codes.shape == (2, 0)
    assert matrix.items == []


@given(st.lists(st.lists(st.sampled_from([-(2**40), -1, 0, 3, 2**40]), min_size=3, max_size=3), min_size=1))
def test_groups_of_rows_are_those_of_their_tuples(rows: list[list[int]]) -> None:
    found = row_groups(*np.array(rows, dtype=np.int64).T)
    wanted = pd.factorize(pd.Series([tuple(row) for row in rows]))[0]
    assert found.tolist() == wanted.tolist()


# ---- duplicates ---------------------------------------------------------------------------------------------


def test_the_later_response_of_a_person_is_marked_and_an_unknown_person_is_not_judged() -> None:
    table = responses_of(
        ["a", "b", "c", "d", "e"],
        person_key=["p", "p", "q", None, None],
        event_id=["1", "1", "1", "1", "1"],
        submitted_at=["2025-10-09 10:00", "2025-10-07 10:00", "2025-10-07", "2025-10-07", "2025-10-08"],
    )
    assert duplicate_people(table).tolist() == [True, False, False, pd.NA, pd.NA]
    other_event = table.assign(event_id=["1", "2", "1", "1", "1"])
    assert duplicate_people(other_event).tolist() == [False, False, False, pd.NA, pd.NA]


def test_same_answers_at_the_same_moment_are_marked_and_blank_sheets_are_not() -> None:
    same = {"x": "1", "y": None}
    matrix = matrix_of({"a": same, "b": same, "c": {"x": "1", "y": "!refused"}, "d": {"x": None}, "e": {"x": None}})
    moment = "2025-10-07 10:00:03"
    table = responses_of(list("abcde"), submitted_at=[moment] * 5, unit_id=["u"] * 5)
    assert duplicate_answers(matrix, table).tolist() == [False, True, False, False, False]
    apart = responses_of(list("abcde"), submitted_at=[moment, "2025-10-07 10:00:04", *[moment] * 3])
    assert not duplicate_answers(matrix, apart).any()


def test_days_without_a_time_make_no_duplicates() -> None:
    matrix = matrix_of({"a": {"x": "1"}, "b": {"x": "1"}})
    table = responses_of(["a", "b"], submitted_at=["2025-10-07", "2025-10-07"])
    assert duplicate_answers(matrix, table).isna().all()


def test_share_of_agreement_is_with_an_earlier_response_and_an_item_weighs_one() -> None:
    first = {"x": "1", "y": "2", "z": "3", "t/a": "1", "t/b": "0"}
    matrix = matrix_of({"a": first, "b": {**first, "t/b": "1"}, "c": {"x": "1"}, "d": {"x": "5", "y": "5", "z": "5"}})
    table = responses_of(list("abcd"), submitted_at=[f"2025-10-07 10:0{n}" for n in range(4)])
    # b: three items alike, one of two options alike: 3.5 of 4; c answered too few; d agrees in nothing
    assert near_identical(matrix, table, 3) == pytest.approx([np.nan, 3.5 / 4, np.nan, 0.0], nan_ok=True)
    back = table.assign(submitted_at=table["submitted_at"].to_numpy()[::-1])
    assert near_identical(matrix, back, 3) == pytest.approx([3.5 / 4, 0.0, np.nan, np.nan], nan_ok=True)


def test_a_window_finds_what_is_submitted_close_together() -> None:
    rng = np.random.default_rng(4)
    rows = {f"r{n}": {f"i{k}": str(rng.integers(1, 6)) for k in range(12)} for n in range(60)}
    rows["r31"] = {**rows["r30"], "i0": "1" if rows["r30"]["i0"] != "1" else "2"}
    table = responses_of(
        list(rows), submitted_at=[pd.Timestamp("2025-10-07") + pd.Timedelta(n, "min") for n in range(60)]
    )
    every = near_identical(matrix_of(rows), table, 8)
    near = near_identical(matrix_of(rows), table, 8, all_pairs_up_to=10, window=1)
    assert every[31] == near[31] == pytest.approx(11 / 12)
    brute = [
        max((np.mean([rows[a][i] == rows[b][i] for i in rows[a]]) for b in list(rows)[:n]), default=np.nan)
        for n, a in enumerate(rows)
    ]
    assert every == pytest.approx(brute, nan_ok=True)


# ---- time ---------------------------------------------------------------------------------------------------


def test_time_is_the_stated_one_else_from_start_to_end_and_never_zero() -> None:
    table = responses_of(
        list("abcd"),
        duration_s=[60.0, np.nan, np.nan, 0.0],
        started_at=["2025-10-07 10:00", "2025-10-07 10:00", None, None],
        submitted_at=["2025-10-07 10:05", "2025-10-07 10:05", "2025-10-07 10:05", None],
    )
    assert durations(table) == pytest.approx([60.0, 300.0, np.nan, np.nan], nan_ok=True)


def test_speed_by_median_and_by_log_time() -> None:
    seconds = np.array([100.0] * 5 + [200.0] * 6 + [20.0, np.nan])
    # median of twelve known: 150
    assert of_median(seconds)[[0, 5, 11]] == pytest.approx([100 / 150, 200 / 150, 20 / 150])
    logs = np.log(seconds[:12])
    middle = (np.log(100) + np.log(200)) / 2
    mad = np.median(np.abs(logs - middle))
    assert log_deviation(seconds)[11] == pytest.approx((np.log(20) - middle) / (1.4826 * mad))
    assert np.isnan(of_median(seconds[:9])).all()
    assert np.isnan(log_deviation(np.full(20, 60.0))).all()


def test_fast_pages_are_counted_by_page() -> None:
    ids = [f"r{n}" for n in range(12)]
    pages = pd.DataFrame({"response_id": ids * 2, "page": ["1"] * 12 + ["2"] * 12, "seconds": [10.0] * 24})
    pages.loc[0, "seconds"] = 1.0
    few = pd.DataFrame({"response_id": ids[:2], "page": "3", "seconds": [1.0, 100.0]})
    share = fast_pages(pd.concat([pages, few]), pd.Index([*ids, "none"]), 0.4)
    assert share == pytest.approx([0.5] + [0.0] * 11 + [np.nan], nan_ok=True)


# ---- straight-lining ----------------------------------------------------------------------------------------


def test_runs_shares_and_spread_by_hand() -> None:
    codes = np.array([[1, 1, 1, 1], [1, 1, -1, 1], [0, 1, 0, 1], [-1, -1, -1, -1]], dtype=np.int32)
    assert longest_run(codes).tolist() == [4, 2, 1, 0]
    assert commonest_share(codes) == pytest.approx([1.0, 1.0, 0.5, np.nan], nan_ok=True)
    values = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 4.0], [5.0, np.nan, np.nan]])
    assert spread(values) == pytest.approx([1.0, 0.0, np.nan], nan_ok=True)


def test_same_answer_to_both_wordings_is_seen_as_printed() -> None:
    names = ["x", "y", "z", "u"]
    matrix = matrix_of({"a": dict.fromkeys(names, "4"), "b": {"x": "4", "y": "4", "z": "4", "u": "2"}})
    scale = straight_lining(matrix, questionnaire(names, scale=names, turned=["u"]))["s"]
    assert scale["identical_share"].tolist() == [1.0, 0.75]
    assert scale["longstring"].tolist() == [4, 3]
    assert scale["is_mixed"].all()


# ---- all of them --------------------------------------------------------------------------------------------


def test_violations_count_where_the_condition_is_known_to_be_false() -> None:
    items = questionnaire(["took", "how", "why"], relevant={"how": "${took} = 'yes'", "why": "${how} = '1'"},
                          required=["took"])  # fmt: skip
    matrix = matrix_of(
        {
            "no_but_told": {"took": "no", "how": "2", "why": "!not_asked"},
            "yes": {"took": "yes", "how": "1", "why": "3"},
            "blank_before": {"took": None, "how": "2", "why": "!not_asked"},
            "both": {"took": "no", "how": "2", "why": "3"},
            "unsure": {"took": "!dont_know", "how": "1", "why": "!not_asked"},
        }
    )
    assert skip_violations(matrix, items).tolist() == [1, 0, 0, 2, 1]
    assert required_missing(matrix, items).tolist() == [0, 0, 1, 0, 0]


def test_days_outside_the_field_count_and_the_last_evening_does_not() -> None:
    table = responses_of(list("abcd"), submitted_at=["2025-10-04 23:59", "2025-10-30 23:59", "2025-10-31 00:01", None])
    assert outside_field(table, WAVE).tolist() == [True, False, True, pd.NA]
    assert outside_field(table, WAVE.drop(["field_from", "field_to"])).isna().all()


def test_flags_of_a_wave_fit_the_contract_and_give_no_warning() -> None:
    names = ["x", "y", "z", "u", "v"]
    rows: dict[str, dict[str, str | None]] = {
        f"r{n}": {name: str(1 + (n + k) % 5) for k, name in enumerate(names)} for n in range(12)
    }
    rows["r3"] = dict.fromkeys(names, "4")
    rows["r5"] = {"x": "1", "y": None, "z": "!refused", "u": "!dont_know", "v": "!not_asked"}
    seconds = [300.0] * 12
    seconds[7] = 100.0
    table = responses_of(
        list(rows), person_key=[f"p{n}" for n in range(12)], duration_s=seconds,
        submitted_at=[f"2025-10-07 10:{n:02d}" for n in range(12)],
    )  # fmt: skip
    items = questionnaire(names, scale=names[:4], required=["y"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flags = quality_flags(matrix_of(rows), table, items, WAVE, RULES)
        summary = quality_summary(flags, "w")
    assert list(flags.columns) == FLAG_COLUMNS
    assert {*MARKS, *NUMBERS} <= {*TABLES["survey_responses"].names}
    assert flags["q_speeder"].tolist() == [n == 7 for n in range(12)]
    assert flags["q_straight_lining"].tolist() == [pd.NA if n == 5 else n == 3 for n in range(12)]
    assert flags.loc[5, ["item_nonresponse", "q_dont_know", "q_required_missing"]].tolist() == [0.5, 0.25, 1]
    by_flag = summary.set_index("flag")
    assert by_flag.loc["q_speeder", ["measured", "flagged", "share"]].tolist() == [12, 1, pytest.approx(1 / 12)]
    assert by_flag.loc["q_straight_lining", "measured"] == 11
    assert by_flag.loc["q_speed_log", "note"] == "not_measured"  # eleven of twelve took the same time
    assert by_flag.loc["item_nonresponse", "median"] == 0.0


def test_speeders_by_log_time_need_their_own_rule() -> None:
    rng = np.random.default_rng(2)
    seconds = np.exp(rng.normal(6, 0.3, 40))
    seconds[4] = 60.0
    rows: dict[str, dict[str, str | None]] = {f"r{n}": {"x": "1"} for n in range(40)}
    flags = quality_flags(
        matrix_of(rows), responses_of(list(rows), duration_s=seconds), questionnaire(["x"]), WAVE,
        SurveyQuality(speeder="log_time"),
    )  # fmt: skip
    assert flags["q_speeder"].tolist() == [n == 4 for n in range(40)]


def test_every_number_of_an_item_is_accounted_for() -> None:
    given: dict[str, dict[str, str | None]] = {
        "a": {"x": "1", "t/p": "1", "t/q": "0"}, "b": {"x": None, "t/p": None, "t/q": None},
        "c": {"x": "!dont_know", "t/p": "!not_asked", "t/q": "!not_asked"},
        "d": {"x": "!refused", "t/p": "0", "t/q": "0"}, "e": {"x": "!invalid"},
    }  # fmt: skip
    items = questionnaire(["x", "t", "never"], several=["t"])
    table = item_nonresponse(matrix_of(given), items, "w").set_index("item")
    parts = table[["answered", "dont_know", "refused", "no_answer", "invalid"]].sum(axis=1)
    assert (parts == table["asked"]).all()
    assert (table["asked"] + table["not_asked"] == 5).all()
    assert table.loc["x", ["asked", "answered", "nonresponse_share"]].tolist() == [5, 1, 0.4]
    assert table.loc["t", ["asked", "answered", "no_answer"]].tolist() == [3, 2, 1]
    assert table.loc["never", "asked"] == 0
    assert np.isnan(table.loc["never", "nonresponse_share"])
