"""Dispositions and AAPOR's rates against cases worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from response_samples import WAVE, matrix_of, questionnaire

from evaluation.contracts import TABLES, check, conform
from evaluation.settings import InputProblem, Screening, SurveyQuality
from evaluation.survey.dispositions import (
    DISPOSITIONS,
    Outcomes,
    dispositions,
    eligible_share,
    outcomes,
    response_rates,
)

NAMES = [f"i{n}" for n in range(10)]
RULES = SurveyQuality()
MIXED = Outcomes(
    complete=60, partial=10, break_off=5, refusal=15, non_contact=20, other=4, unknown_eligibility=50, ineligible=36,
    asked=200,
)  # fmt: skip


def answered(count: int, rest: str | None = None) -> dict[str, str | None]:
    return {name: "1" if n < count else rest for n, name in enumerate(NAMES)}


def test_share_of_the_asked_items_decides() -> None:
    rows = {
        "ten": answered(10), "eight": answered(8), "seven": answered(7), "five": answered(5), "four": answered(4),
        "none": answered(0), "all_refused": answered(0, "!refused"), "unsure": answered(4, "!dont_know"),
        "half_asked": answered(4, "!not_asked"), "unreadable": answered(7, "!invalid"),
    }  # fmt: skip
    found = dispositions(matrix_of(rows), questionnaire(NAMES), RULES)
    assert found.tolist() == [
        "complete", "complete", "partial", "partial", "break_off", "refusal", "refusal", "complete", "complete",
        "complete",
    ]  # fmt: skip
    strict = dispositions(matrix_of(rows), questionnaire(NAMES), SurveyQuality(dont_know_is_answer=False))
    assert strict["unsure"] == "break_off"


def test_a_multiple_choice_is_one_item_and_open_items_do_not_count() -> None:
    rows = {"a": {"x": "1", "t/a": "0", "t/b": "0", "t/c": "0", "y": None, "z": None}}
    items = questionnaire(["x", "t", "y", "z"], several=["t"])
    assert dispositions(matrix_of(rows), items, RULES)["a"] == "partial"
    items.loc[items["name"].isin(["y", "z"]), "kind"] = "open"
    assert dispositions(matrix_of(rows), items, RULES)["a"] == "complete"


def test_screening_takes_out_who_does_not_belong_and_leaves_who_did_not_say() -> None:
    rules = SurveyQuality(screening=Screening(item="adult", eligible=("yes",)))
    rows: dict[str, dict[str, str | None]] = {
        "in": {"adult": "yes", "x": "1"}, "out": {"adult": "no", "x": "1"}, "silent": {"adult": None, "x": "1"},
    }  # fmt: skip
    items = questionnaire(["adult", "x"])
    assert dispositions(matrix_of(rows), items, rules).tolist() == ["complete", "ineligible", "partial"]
    with pytest.raises(InputProblem, match="no item 'age'"):
        dispositions(matrix_of(rows), items, SurveyQuality(screening=Screening(item="age", eligible=("yes",))))


def test_rates_by_hand() -> None:
    # known eligible 60+10+20+20+4 = 114 (R = 5+15 = 20), U = 50, e = 114/150 = 0.76, e U = 38
    table = response_rates(MIXED, WAVE, RULES).set_index("rate")
    assert eligible_share(MIXED, None) == (0.76, "e_allocated")
    wanted = {
        "rr1": 60 / 164, "rr2": 70 / 164, "rr3": 60 / 152, "rr4": 70 / 152,
        "coop1": 60 / 94, "coop2": 70 / 94, "coop3": 60 / 90, "coop4": 70 / 90,
        "ref1": 20 / 164, "ref2": 20 / 152, "con1": 94 / 164, "con2": 94 / 152, "completion": 60 / 75,
    }  # fmt: skip
    for name, value in wanted.items():
        assert table.loc[name, "value"] == pytest.approx(value, abs=1e-12), name
    for name in ("rr5", "rr6", "ref3", "con3"):
        assert np.isnan(table.loc[name, "value"])
        assert table.loc[name, "note"] == "unknown_eligibility"
    assert table.loc["rr3", ["e", "note"]].tolist() == [0.76, "e_allocated"]
    check(conform(table.reset_index(), TABLES["survey_rates"]), TABLES["survey_rates"])


def test_rr5_is_defined_where_nobody_is_unknown_or_e_is_declared_zero() -> None:
    known = Outcomes(**{**vars(MIXED), "unknown_eligibility": 0})
    table = response_rates(known, WAVE, RULES).set_index("rate")
    assert table.loc["rr5", "value"] == table.loc["rr1", "value"] == pytest.approx(60 / 114)
    assert np.isnan(table.loc["rr3", "e"])  # nobody unknown: e plays no part
    zero = response_rates(MIXED, WAVE, SurveyQuality(eligible_share=0)).set_index("rate")
    assert zero.loc["rr6", "value"] == zero.loc["rr4", "value"] == pytest.approx(70 / 114)
    assert zero.loc["rr3", "note"] == "e_declared"


def test_who_sent_nothing_is_counted_by_what_the_list_tells() -> None:
    found = pd.Series(["complete"] * 40 + ["partial"] * 10 + ["refusal"] * 5 + ["ineligible"] * 5)
    one = outcomes(found, WAVE, RULES)
    assert (one.unknown_eligibility, one.non_contact, one.asked) == (40, 0, 100)
    sure = outcomes(found, WAVE, SurveyQuality(unanswered="non_contact"))
    assert (sure.unknown_eligibility, sure.non_contact) == (0, 40)
    assert response_rates(sure, WAVE, RULES).set_index("rate").loc["rr6", "value"] == pytest.approx(50 / 95)
    frame = one.as_frame("w")
    assert frame["disposition"].tolist() == list(DISPOSITIONS)
    assert frame["n"].sum() == 100
    assert frame["share"].sum() == pytest.approx(1)
    check(conform(frame, TABLES["survey_dispositions"]), TABLES["survey_dispositions"])


def test_what_is_unknown_is_said() -> None:
    found = pd.Series(["complete"] * 8 + ["break_off"] * 2)
    nobody_counted = WAVE.copy()
    nobody_counted["invited_n"] = None
    table = response_rates(outcomes(found, nobody_counted, RULES), nobody_counted, RULES).set_index("rate")
    assert set(table.drop("completion")["note"]) == {"invited_unknown"}
    assert table.loc["completion", "value"] == 0.8
    asked_all = nobody_counted.copy()
    asked_all[["design", "frame_n"]] = ["census", 20]
    assert outcomes(found, asked_all, RULES).asked == 20
    whoever = WAVE.copy()
    whoever["design"] = "convenience"
    table = response_rates(outcomes(found, whoever, RULES), whoever, RULES).set_index("rate")
    assert set(table.drop("completion")["note"]) == {"not_probability"}
    assert table.drop("completion")["value"].isna().all()


def test_more_answers_than_invitations_are_refused() -> None:
    with pytest.raises(InputProblem, match="101 responded, but 100 were invited"):
        outcomes(pd.Series(["complete"] * 101), WAVE, RULES)


def test_nobody_asked_gives_empty_rates_without_a_warning() -> None:
    empty = WAVE.copy()
    empty["invited_n"] = 0
    table = response_rates(outcomes(pd.Series([], dtype=str), empty, RULES), empty, RULES)
    assert set(table["note"]) == {"nobody"}
