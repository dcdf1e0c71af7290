"""Declared exclusions, their account, the flow of responses, and what difference they make."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from evaluation.contracts import TABLES, check, conform
from evaluation.settings import Exclusion, InputProblem, SurveyQuality
from evaluation.survey.exclusions import exclude, sensitivity
from evaluation.survey.flow import check_flow, response_flow

IDS = list("abcdef")
FLAGS = pd.DataFrame(
    {
        "response_id": IDS,
        "q_duplicate_person": pd.array([False, True, False, False, pd.NA, False], dtype="boolean"),
        "q_speeder": pd.array([True, True, False, False, False, False], dtype="boolean"),
        "q_near_identical": [np.nan, 1.0, 0.9, 0.3, 0.2, 0.1],
        "q_outside_field": pd.array([pd.NA] * 6, dtype="boolean"),
        "item_nonresponse": [0.0, 0.0, 0.0, 0.6, 0.0, 0.0],
    }
)
DISPOSITION = pd.Series(["complete"] * 4 + ["break_off", "complete"], index=IDS)


def rules(*names: str, **limits: float) -> list[Exclusion]:
    return [Exclusion(rule=name, limit=limits.get(name)) for name in names]  # type: ignore[arg-type]


def test_rules_apply_in_their_order_and_each_is_counted() -> None:
    found = exclude(FLAGS, DISPOSITION, rules("break_off", "duplicate_person", "speeder"), "w")
    assert found.steps[["matched", "excluded", "remaining"]].to_numpy().tolist() == [[1, 1, 5], [1, 1, 4], [2, 1, 3]]
    assert found.reason.dropna().to_dict() == {"e": "break_off", "b": "duplicate_person", "a": "speeder"}
    assert found.kept.tolist() == ["c", "d", "f"]
    turned = exclude(FLAGS, DISPOSITION, rules("speeder", "duplicate_person"), "w")
    assert turned.steps["excluded"].tolist() == [2, 0]
    assert turned.steps["matched"].tolist() == [2, 1]
    check(conform(found.steps, TABLES["survey_exclusions"]), TABLES["survey_exclusions"])


def test_what_is_not_declared_leaves_nobody_out() -> None:
    found = exclude(FLAGS, DISPOSITION, [], "w")
    assert found.reason.isna().all()
    assert found.steps.empty


def test_a_limit_is_reached_from_it_on_and_the_unknown_stays() -> None:
    limited = rules("near_identical", "item_nonresponse", near_identical=0.9, item_nonresponse=0.5)
    found = exclude(FLAGS, DISPOSITION, limited, "w")
    assert found.reason.dropna().to_dict() == {"b": "near_identical", "c": "near_identical", "d": "item_nonresponse"}


def test_a_rule_on_what_was_not_measured_says_so() -> None:
    step = exclude(FLAGS, DISPOSITION, rules("outside_field"), "w").steps.iloc[0]
    assert (step["excluded"], step["note"]) == (0, "not_measured")


def test_a_rule_declared_twice_and_a_response_without_disposition_are_refused() -> None:
    with pytest.raises(InputProblem, match="declared twice"):
        exclude(FLAGS, DISPOSITION, rules("speeder", "speeder"), "w")
    with pytest.raises(InputProblem, match="response c has no disposition"):
        exclude(FLAGS, DISPOSITION.drop("c"), rules("speeder"), "w")


@pytest.mark.parametrize("given", [{"rule": "near_identical"}, {"rule": "speeder", "limit": 3}, {"rule": "bad_mood"}])
def test_settings_refuse_a_rule_that_says_too_little_or_too_much(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Exclusion.model_validate(given)


def test_settings_refuse_thresholds_in_the_wrong_order() -> None:
    with pytest.raises(ValidationError, match="partial_from"):
        SurveyQuality(complete_from=0.4, partial_from=0.6)


# ---- sensitivity --------------------------------------------------------------------------------------------


def means(responses: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for group, part in responses.groupby("group"):
        mean, n = part["y"].mean(), len(part)
        low, high = (np.nan, np.nan) if n < 2 else (mean - 1, mean + 1)
        rows.append({"item": "y", "group": group, "statistic": "mean", "value": mean, "low": low, "high": high, "n": n})
    return pd.DataFrame(rows)


def test_estimates_stand_with_and_without_those_left_out() -> None:
    responses = pd.DataFrame({"response_id": IDS, "y": [1.0, 9, 3, 5, 4, 4], "group": ["p", "p", "p", "p", "q", "r"]})
    reason = pd.Series([None, "speeder", None, None, "break_off", None], index=IDS, dtype="str")
    table = sensitivity(means, responses, reason).set_index("group")
    assert table.loc["p", ["value_all", "value", "difference", "n_all", "n"]].tolist() == [4.5, 3.0, -1.5, 4, 3]
    assert table.loc["p", "is_inside"] == False  # noqa: E712  4.5 lies outside 2..4; NA would be no answer
    assert table.loc["q", "note"] == "lost"
    assert table["is_inside"].isna().tolist() == [False, True, True]
    same = sensitivity(means, responses, reason.where(reason.isna()))
    assert set(same["note"]) == {"same"}
    assert (same["difference"] == 0).all()


# ---- flow ---------------------------------------------------------------------------------------------------

LEDGER = pd.DataFrame(
    {
        "source": ["s"] * 10 + ["other"],
        "row_class": ["header", "blank"] + ["data"] * 9,
        "fate": [None, None] + ["kept"] * 6 + ["merged", "quarantined", "kept"],
    }
)
BASES = pd.DataFrame({"item": ["x", "y"], "responses": 3, "asked": [3, 2], "answered": [3, 1]})


def flow_of(**changes: object) -> pd.DataFrame:
    steps = exclude(FLAGS, DISPOSITION, rules("break_off", "duplicate_person", "speeder"), "w").steps
    given = {"row_ledger": LEDGER, "steps": steps, "item_bases": BASES, "invited": 20, **changes}
    return response_flow("w", ["s"], **given)  # type: ignore[arg-type]


def test_numbers_of_the_flow_add_up_from_invited_to_items() -> None:
    flow = flow_of()
    assert flow[["stage", "n", "lost"]].to_numpy().tolist() == [
        ["invited", 20, 0], ["received", 8, 12], ["reading", 7, 1], ["read", 6, 1], ["excluded", 5, 1],
        ["excluded", 4, 1], ["excluded", 3, 1], ["analysed", 3, 0], ["item", 3, 0], ["item", 1, 1],
    ]  # fmt: skip
    assert flow["reason"].tolist()[1:7] == [
        "no_response", "merged", "quarantined", "break_off", "duplicate_person", "speeder",
    ]  # fmt: skip
    check(conform(flow, TABLES["survey_flow"]), TABLES["survey_flow"])


def test_stages_are_named_by_what_is_left() -> None:
    steps = exclude(FLAGS, DISPOSITION, rules("ineligible", "refusal", "speeder", "break_off"), "w").steps
    flow = flow_of(steps=steps, item_bases=BASES)
    assert flow["stage"].tolist()[4:9] == ["eligible", "excluded", "excluded", "usable", "analysed"]


def test_without_invited_and_exclusions_the_flow_is_short() -> None:
    nothing = exclude(FLAGS, DISPOSITION, [], "w").steps
    flow = flow_of(invited=None, steps=nothing, item_bases=BASES.assign(responses=6))
    assert flow["stage"].tolist() == ["received", "reading", "read", "analysed", "item", "item"]


def test_numbers_that_do_not_add_up_are_refused_with_the_step() -> None:
    with pytest.raises(InputProblem, match="step 'x': expected 3, found 6"):
        flow_of(item_bases=BASES.assign(responses=6))
    with pytest.raises(InputProblem, match="step 'quarantined'"):
        flow_of(row_ledger=LEDGER.assign(fate=LEDGER["fate"].replace("merged", "vanished")))
    wrong = flow_of()
    wrong.loc[5, "n"] = 5
    with pytest.raises(InputProblem, match="step 'duplicate_person': expected 5, found 6"):
        check_flow(wrong)
