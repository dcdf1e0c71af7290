"""Ratings of events by hand, with the bounds that the silent leave open, and claims against simulated truth."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from evaluation.effects.inference.multiplicity import adjust
from evaluation.settings import InputProblem, RatingClaim
from evaluation.survey.claims import (
    CLAIM_COLUMNS,
    EVENT_COLUMNS,
    binomial_p,
    claim_sentence,
    holm,
    judge_claim,
    judge_events,
    rate_events,
)
from evaluation.survey.ratings import RATING_COLUMNS, event_ratings, people_at_events

pytestmark = pytest.mark.filterwarnings("error")
CLAIM = RatingClaim(claim="C7", item="useful", threshold=0.6)


def people(**attended: int | None) -> pd.DataFrame:
    frame = pd.DataFrame({"event_id": list(attended), "invited": None, "attended": list(attended.values())})
    basis = ["unknown" if value is None else "list" for value in attended.values()]
    return frame.assign(attended_basis=basis).astype({"invited": "Int64", "attended": "Int64"})


def asked(**given: list[float | str | None]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and responses of events: a number, a reason for none, or nothing."""
    rows = [(event, value) for event, values in given.items() for value in values]
    responses = pd.DataFrame(
        {"response_id": [f"r{n}" for n in range(len(rows))], "event_id": pd.Series([e for e, _ in rows], dtype="str")}
    )
    answers = pd.DataFrame(
        {
            "response_id": responses["response_id"],
            "item": "useful",
            "value": [float(value) if isinstance(value, (int, float)) else np.nan for _, value in rows],
            "missing": [value if isinstance(value, str) else None if value else "blank" for _, value in rows],
        }
    )
    return answers, responses


def rated(table: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    """Ratings of events: high ratings, ratings, people who came."""
    answers, responses = asked(**{event: [5.0] * best + [2.0] * (n - best) for event, (best, n, _) in table.items()})
    return event_ratings(answers, responses, people(**{event: came for event, (*_, came) in table.items()}), ["useful"])


def test_one_event_by_hand() -> None:
    answers, responses = asked(e=[5, 4, 4, 2, "dont_know", None])
    row = event_ratings(answers, responses, people(e=10), ["useful"]).iloc[0]
    assert (row["responses"], row["rated"], row["dont_know"]) == (6, 4, 1)
    assert row["response_rate"] == 0.4
    assert row["mean"] == 3.75
    assert row["top_share"] == 0.75
    assert row["ceiling_share"] == 0.25
    assert row["mean_lowest"] == pytest.approx((15 + 6 * 1) / 10)
    assert row["mean_highest"] == pytest.approx((15 + 6 * 5) / 10)
    assert row["top_lowest"] == pytest.approx(0.3)
    assert row["top_highest"] == pytest.approx(0.9)
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(3, 4, method="wilson"))
    assert row["note"] == "few_ratings; low_response"


def test_events_without_answers_are_kept_and_those_unknown_are_added() -> None:
    answers, responses = asked(e=[5, 5, 5, 5, 5, 5], stranger=[4])
    table = event_ratings(answers, responses, people(e=6, silent=8), ["useful"]).set_index("event_id")
    assert list(table.reset_index().columns) == RATING_COLUMNS
    assert sorted(table.index) == ["e", "silent", "stranger"]
    assert table.loc["silent", "note"] == "nobody_answered; low_response"
    assert (table.loc["silent", "top_lowest"], table.loc["silent", "top_highest"]) == (0, 1)
    assert table.loc["e", ["mean_lowest", "mean_highest"]].tolist() == [5, 5]
    assert "people_unknown" in table.loc["stranger", "note"]
    assert np.isnan(table.loc["stranger", "top_lowest"])
    assert "ceiling" in table.loc["e", "note"]


def test_more_answers_than_people_leave_no_rate() -> None:
    answers, responses = asked(e=[5, 5, 4, 5, 5, 5])
    row = event_ratings(answers, responses, people(e=4), ["useful"]).iloc[0]
    assert "more_answers_than_people" in row["note"]
    assert row[["response_rate", "mean_lowest", "top_highest"]].isna().all()
    assert row["mean"] == pytest.approx(29 / 6)


def test_reversed_wording_is_turned_round() -> None:
    answers, responses = asked(e=[1, 2, 5])
    row = event_ratings(answers, responses, people(e=3), ["useful"], reversed_items=["useful"]).iloc[0]
    assert row["mean"] == pytest.approx(10 / 3)
    assert row["top_share"] == pytest.approx(2 / 3)


def test_rating_beyond_the_list_and_a_response_twice_are_refused() -> None:
    answers, responses = asked(e=[9])
    with pytest.raises(InputProblem, match="beyond 1 to 5"):
        event_ratings(answers, responses, people(e=3), ["useful"])
    with pytest.raises(InputProblem, match="stands twice"):
        event_ratings(answers, pd.concat([responses, responses]), people(e=3), ["useful"])


def test_who_came_is_by_list_before_it_is_by_report() -> None:
    events = pd.DataFrame(
        {
            "event_id": ["a", "b", "c", "d"],
            "stream": ["training", "training", "training", "consulting"],
            "invited": [30, None, None, 5],
            "reported_participants": [20, 15, None, 5],
        }
    )
    attendance = pd.DataFrame(
        {
            "event_id": ["a", "a", "a", "a"],
            "person_key": ["p", "p", "q", "r"],
            "status": ["present", "present", "partial", "absent"],
        }
    )
    found = people_at_events(events, attendance)
    assert found["event_id"].tolist() == ["a", "b", "c"]
    assert found["attended"].tolist()[:2] == [2, 15]
    assert found["attended_basis"].tolist() == ["list", "reported", "unknown"]


def test_holm_agrees_with_two_other_programs() -> None:
    p = np.array([0.01, 0.04, np.nan, 0.03, 0.2])
    known = ~np.isnan(p)
    assert holm(p)[known] == pytest.approx(multipletests(p[known], method="holm")[1])
    assert holm(p) == pytest.approx(adjust(p, "holm"), nan_ok=True)
    assert np.isnan(holm(p)[2])


def test_exact_p_by_hand() -> None:
    assert binomial_p(np.array([5.0]), np.array([5.0]), 0.6)[0] == pytest.approx(2 * 0.6**5)
    assert binomial_p(np.array([0.0]), np.array([3.0]), 0.5)[0] == pytest.approx(2 * 0.5**3)
    assert binomial_p(np.array([3.0]), np.array([5.0]), 0.6)[0] == 1


def test_verdicts_of_events() -> None:
    # all 40 of 40 high; none of 20; 7 of 10; nobody; and 6 of 6 where only 6 came
    table = rated({"a": (40, 40, 60), "b": (0, 20, 30), "c": (7, 10, 12), "d": (0, 0, 9), "e": (6, 6, 6)})
    judged = judge_events(table, CLAIM).set_index("event_id")
    assert set(EVENT_COLUMNS) <= set(judged.columns)
    assert judged["verdict"].to_dict() == {
        "a": "holds", "b": "fails", "c": "cannot_tell", "d": "cannot_tell", "e": "cannot_tell",
    }  # fmt: skip
    # 40 of 60 at least; at most 10 of 30; 7 to 9 of 12; 0 to 9 of 9; 6 of 6
    assert judged["verdict_any_silence"].to_dict() == {
        "a": "holds", "b": "fails", "c": "cannot_tell", "d": "cannot_tell", "e": "holds",
    }  # fmt: skip


def test_share_above_the_threshold_is_no_proof() -> None:
    table = rated({"a": (9, 12, 12), "b": (10, 12, 12)})
    row = judge_claim(judge_events(table, CLAIM), CLAIM).iloc[0]
    assert row["share_above"] == 1
    assert row["verdict"] == "cannot_tell"
    assert row["verdict_any_silence"] == "holds"  # everyone who came has answered


def test_claim_on_all_holds_fails_or_stays_open() -> None:
    good = judge_events(rated({"a": (40, 40, 45), "b": (38, 40, 45)}), CLAIM)
    row = judge_claim(good, CLAIM).iloc[0]
    assert list(row.index) == CLAIM_COLUMNS
    assert (row["verdict"], row["verdict_any_silence"], row["holds"]) == ("holds", "holds", 2)
    silent = judge_events(rated({"a": (40, 40, 45), "b": (0, 0, 45)}), CLAIM)
    row = judge_claim(silent, CLAIM).iloc[0]
    assert row["verdict"] == "cannot_tell"
    assert "events_without_ratings" in row["note"]
    bad = judge_events(rated({"a": (40, 40, 45), "b": (2, 40, 45)}), CLAIM)
    row = judge_claim(bad, CLAIM).iloc[0]
    assert (row["verdict"], row["fails"], row["fails_either"]) == ("fails", 1, 1)
    assert "1 of 2" in claim_sentence(row).en
    assert "1 из 2" in claim_sentence(row).ru


def test_no_events_and_late_declaration_are_said() -> None:
    empty = judge_events(rated({"a": (4, 5, 6)}), CLAIM).iloc[:0]
    row = judge_claim(empty, CLAIM).iloc[0]
    assert (row["verdict"], row["verdict_any_silence"], row["note"]) == ("cannot_tell", "cannot_tell", "no_events")
    judged = judge_events(rated({"a": (40, 40, 45)}), CLAIM)
    late = judge_claim(judged, CLAIM, dt.date(2025, 3, 2), dt.date(2025, 3, 1)).iloc[0]
    assert "declared_late" in late["note"]
    in_time = judge_claim(judged, CLAIM, dt.date(2025, 2, 1), dt.date(2025, 3, 1)).iloc[0]
    assert "declared_late" not in in_time["note"]


def test_claim_on_an_item_that_nobody_was_asked_is_refused() -> None:
    with pytest.raises(InputProblem, match="no item 'liked'"):
        judge_events(rated({"a": (4, 5, 6)}), CLAIM.model_copy(update={"item": "liked"}))


def test_no_event_is_blamed_by_chance_more_often_than_declared() -> None:
    # twelve events whose true share is the threshold itself: any verdict is a wrong one
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(400):
        best = rng.binomial(25, 0.6, 12).astype(float)
        wrong += bool((holm(binomial_p(best, np.full(12, 25.0), 0.6)) <= 0.05).any())
    assert wrong / 400 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_all_is_claimed_wrongly_at_most_as_often_as_declared() -> None:
    # one event at the threshold, three far above it: the claim on all is not true beyond the threshold
    rng = np.random.default_rng(6)
    claimed = 0
    table = rated({"weak": (18, 30, 60), "good": (29, 30, 60), "better": (30, 30, 60)})
    for _ in range(120):
        drawn = rng.binomial(30, [0.6, 0.97, 0.97]) / 30
        claimed += judge_claim(judge_events(table.assign(top_share=drawn), CLAIM), CLAIM).loc[0, "verdict"] == "holds"
    assert claimed / 120 <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 120)


def test_two_thresholds_for_one_item_are_refused_and_items_without_a_claim_stay_open() -> None:
    answers, responses = asked(e=[5, 4, 2], f=[5, 5])
    twice = [CLAIM, CLAIM.model_copy(update={"claim": "C8"})]
    with pytest.raises(InputProblem, match="two thresholds are declared for the item 'useful'"):
        rate_events(answers, responses, people(e=4, f=3), ["useful"], twice)
    table, verdicts = rate_events(answers, responses, people(e=4, f=3), ["useful"])
    assert table["verdict"].isna().all()
    assert verdicts.empty
    strict, _ = rate_events(
        answers, responses, people(e=4, f=3), ["useful"], [CLAIM.model_copy(update={"top": 5, "threshold": 0.2})]
    )
    assert strict["top_share"].tolist() == pytest.approx([1 / 3, 1])
