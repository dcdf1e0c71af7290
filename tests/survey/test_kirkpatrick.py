"""The four levels: what was measured, what was not, and what neither can say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from evaluation.settings import InputProblem
from evaluation.survey.kirkpatrick import (
    LEVELS,
    SAYS,
    TABLE_COLUMNS,
    Measure,
    behaviour,
    days_after,
    kirkpatrick,
    learning,
    reaction,
)
from evaluation.survey.pairs import Measured, change_table, pair_flow

pytestmark = pytest.mark.filterwarnings("error")


def ratings(rows: list[tuple[int, int, int | None]]) -> pd.DataFrame:
    """High ratings, ratings and people who came, an event each."""
    frame = pd.DataFrame(rows, columns=["best", "rated", "attended"])
    share = frame["best"] / frame["rated"].where(frame["rated"] > 0)
    made = frame.assign(item="useful", top_share=share, responses=frame["rated"])
    return made.astype({"attended": "Int64", "rated": "Int64", "responses": "Int64"})


def followup() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    events = pd.DataFrame({"event_id": ["e", "f"], "ends_on": pd.to_datetime(["2025-03-01", "2025-04-01"])})
    responses = pd.DataFrame(
        {
            "response_id": ["a", "b", "c", "d", "x"],
            "event_id": ["e", "e", "f", "f", None],
            "submitted_at": pd.to_datetime(
                ["2025-03-31 23:50", "2025-04-30 08:00", "2025-05-10 09:00", "2025-06-10 10:00", "2025-05-01 11:00"]
            ),
        }
    )
    answers = pd.DataFrame(
        {
            "response_id": ["a", "b", "c", "d", "x"],
            "item": "applied",
            "code": ["yes", "no", None, "yes", "yes"],
            "missing": [None, None, "dont_know", None, None],
        }
    )
    return answers, responses, events


def test_levels_without_a_measure_stay_in_the_table() -> None:
    table = kirkpatrick([reaction(ratings([(8, 10, 20), (9, 12, 15)]), "useful")])
    assert list(table.columns) == TABLE_COLUMNS
    assert table["level"].tolist() == list(LEVELS)
    assert table["is_measured"].tolist() == [True, False, False, False]
    assert table["note"].tolist()[1:] == ["not_measured"] * 3
    assert table["says"].tolist() == [SAYS["reaction"][0], "nothing", "nothing", "nothing"]
    assert table["cannot_say"].tolist() == [SAYS[level][1] for level in LEVELS]


def test_reaction_counts_events_and_gives_bounds_for_the_silent() -> None:
    found = reaction(ratings([(8, 10, 20), (9, 12, 15), (0, 0, 5)]), "useful")
    assert found.value == pytest.approx(17 / 22)
    assert (found.n, found.asked) == (22, 40)
    assert (found.lowest, found.highest) == pytest.approx((17 / 40, 35 / 40))
    assert "silent_could_change_it" in found.notes
    assert found.low < 17 / 22 < found.high


def test_reaction_of_alike_people_in_one_event_is_less_sure() -> None:
    uneven = reaction(ratings([(30, 30, 30)] * 4 + [(0, 30, 30)] * 2), "useful")
    plain = proportion_confint(120, 180, method="wilson")
    assert uneven.high - uneven.low > 3 * (plain[1] - plain[0])
    even = reaction(ratings([(20, 30, 30), (21, 30, 30), (19, 30, 30), (20, 30, 30)] * 5), "useful")
    assert even.high - even.low < 0.2


def test_reaction_with_unknown_people_has_no_bounds() -> None:
    found = reaction(ratings([(8, 10, None), (9, 12, 15)]), "useful")
    assert found.asked is None
    assert np.isnan(found.lowest)
    assert "people_unknown" in found.notes


def test_learning_is_taken_from_the_pairs() -> None:
    people = pd.DataFrame({"before": [10.0, 12, 8, 14, 6, 9], "after": [12.0, 15, 9, 15, 9, np.nan]})
    counts = {"asked_before": 9, "answered_before": 6, "asked_after": 9, "answered_after": 5,
              "unusable_before": 0, "unusable_after": 0}  # fmt: skip
    measured = Measured("learning", people, counts, (0, 20))
    changes = change_table(measured)
    found = learning(changes, pair_flow(measured), ["test_before", "test_after"], "participants")
    spread = people["before"].iloc[:5].std()
    assert found.value == pytest.approx(2.0 / spread)
    assert (found.n, found.asked, found.unit) == (5, 9, "sd")
    assert found.lowest == pytest.approx((10 - 9) / 6 / spread)
    assert found.highest == pytest.approx((10 + 11) / 6 / spread)


def test_learning_from_too_few_pairs_is_not_measured() -> None:
    people = pd.DataFrame({"before": [10.0, 12], "after": [12.0, np.nan]})
    counts = {"asked_before": 2, "answered_before": 2, "asked_after": 2, "answered_after": 1,
              "unusable_before": 0, "unusable_after": 0}  # fmt: skip
    measured = Measured("learning", people, counts, (0, 20))
    table = kirkpatrick([learning(change_table(measured), pair_flow(measured), [], "participants")])
    assert not table.loc[1, "is_measured"]
    assert table.loc[1, "says"] == "nothing"


def test_behaviour_is_counted_thirty_to_sixty_days_after() -> None:
    answers, responses, events = followup()
    assert days_after(responses, events).tolist()[:4] == [30, 60, 39, 70]
    (found,) = behaviour(answers, responses, ["applied"], 10, events)
    # a and b answered in time; c does not know, d came too late, x names no event
    assert (found.value, found.n, found.asked) == (0.5, 2, 10)
    assert (found.low, found.high) == pytest.approx(proportion_confint(1, 2, method="wilson"))
    assert (found.lowest, found.highest) == pytest.approx((0.1, 0.9))
    assert set(found.notes) == {"outside_window", "low_response", "silent_could_change_it"}
    (everyone,) = behaviour(answers, responses, ["applied"], 10)
    assert everyone.n == 4


def test_behaviour_nobody_reports_proves_nothing() -> None:
    answers, responses, _ = followup()
    table = kirkpatrick(behaviour(answers.assign(code="no", missing=None), responses, ["applied"], 5))
    row = table[table["level"] == "behaviour"].iloc[0]
    assert row["value"] == 0
    assert row["cannot_say"] == "no_change_proves_nothing"
    silent = kirkpatrick(behaviour(answers.iloc[:0], responses, ["applied"], 5)).iloc[2]
    assert silent["note"] == "nobody_answered"
    assert not silent["is_measured"]


def test_more_answers_than_invited_are_refused() -> None:
    answers, responses, _ = followup()
    with pytest.raises(InputProblem, match="4 answers from 2 people asked"):
        behaviour(answers, responses, ["applied"], 2)


def test_results_without_an_interval_say_so() -> None:
    table = kirkpatrick([Measure("results", "applications", "register", "count", 1.2, n=61, asked=61)])
    row = table.iloc[3]
    assert row["note"] == "no_interval"
    assert row["response_rate"] == 1
    assert row["is_measured"]
