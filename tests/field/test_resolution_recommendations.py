"""Recommendations: what became of them and after how long, by hand and against a simulated truth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import check, conform
from evaluation.field.resolutions.following import follow_events, follow_problems, follow_recommendations
from evaluation.field.resolutions.problems import problem_themes, theme_years, uncoded
from evaluation.field.resolutions.recommendations import (
    CAUSES,
    adoption_days,
    done_of_due,
    event_of,
    incidence_of_ends,
    median_days,
    not_done_curve,
    recommendation_progress,
    spells,
    themes_of_recommendations,
)
from evaluation.simulate.decisions import fates, true_incidence
from evaluation.tables import TABLES

AS_OF = dt.date(2025, 12, 31)
CONFIG = Path(__file__).resolve().parents[2] / "config"


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    known = {"source": "s", "source_sheet": "l", "source_row": 1}
    return conform(pd.DataFrame([known | row for row in rows]).reindex(columns=TABLES[table].names), TABLES[table])


def adopted(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {"year": 2025, "text": "t", "resolution_id": "2025-M1"}
    return frame(
        "recommendations", [{"recommendation_id": f"2025-R{k}"} | usual | row for k, row in enumerate(rows, 1)]
    )


def checks(*rows: tuple[int, str, str, int | None]) -> pd.DataFrame:
    """Rows of the recommendation's number, the day, its status and the days to done that the register gives."""
    return frame(
        "recommendation_status",
        [
            {"recommendation_id": f"2025-R{k}", "checked_on": pd.Timestamp(day), "status": status, "days_to_done": days}
            for k, day, status, days in rows
        ],
    )


def progress(rows: pd.DataFrame, statuses: pd.DataFrame, day: str = "2025-01-01") -> pd.DataFrame:
    days = pd.Series(pd.Timestamp(day), index=rows.index)
    found = recommendation_progress(rows, statuses, days, AS_OF)
    return conform(found, TABLES["recommendation_progress"]).set_index("recommendation_id")


def test_the_last_check_decides_and_its_run_says_since_when() -> None:
    rows = adopted({}, {}, {}, {}, {})
    found = progress(
        rows,
        checks(
            (1, "2025-03-01", "in_progress", None), (1, "2025-06-30", "done", None), (1, "2025-12-31", "done", None),
            (2, "2025-06-30", "done", None), (2, "2025-09-30", "in_progress", None), (2, "2025-12-30", "done", None),
            (3, "2025-06-30", "rejected", None), (4, "2025-06-30", "in_progress", None),
        ),
    )  # fmt: skip
    check(found.reset_index(), TABLES["recommendation_progress"], read_codebook(CONFIG))
    assert found["outcome"].tolist() == ["done", "done", "refused", "open", "never_checked"]
    assert found["days"].tolist() == [180, 363, 180, 180, pd.NA]
    assert found["ended_on"].dt.strftime("%m-%d").tolist() == ["06-30", "12-30", "06-30", np.nan, np.nan]


def test_days_that_the_register_counts_are_believed() -> None:
    found = progress(adopted({}), checks((1, "2025-06-30", "done", 40)))
    assert found["days"].tolist() == [40] and found["ended_on"].tolist() == [pd.Timestamp("2025-02-10")]


def test_checks_after_the_day_of_the_report_are_not_known_yet() -> None:
    found = progress(adopted({}), checks((1, "2025-06-30", "in_progress", None), (1, "2026-06-30", "done", 500)))
    assert found["outcome"].tolist() == ["open"] and found["days"].tolist() == [180]


def test_a_check_before_the_adoption_gives_no_days() -> None:
    found = progress(adopted({}), checks((1, "2024-06-30", "done", None)))
    assert found["days"].isna().all() and spells(found).empty


def test_due_and_in_time() -> None:
    day = pd.Timestamp("2025-06-30")
    rows = adopted({"due_on": day}, {"due_on": day}, {"due_on": day}, {"due_on": pd.Timestamp("2026-06-30")}, {})
    found = progress(
        rows,
        checks((1, "2025-06-30", "done", None), (2, "2025-09-30", "done", None), (3, "2025-12-31", "in_progress", None),
               (4, "2025-12-31", "in_progress", None), (5, "2025-12-31", "done", None)),
    )  # fmt: skip
    assert found["is_due"].tolist() == [True, True, True, False, pd.NA]
    assert found["in_time"].tolist() == [True, False, False, pd.NA, pd.NA]
    share = done_of_due(found.reset_index(), pd.Series(["a", "a", "b", "b", "b"]))
    assert (share.value, share.n, share.clusters) == (pytest.approx(2 / 3), 3, 2)


def test_the_day_of_adoption_comes_from_the_minutes_then_from_the_event() -> None:
    rows = adopted(
        {"exchange_id": "2025-X1"}, {"resolution_id": None, "exchange_id": "2025-X1"},
        {"resolution_id": None, "exchange_id": "2025-X2"}, {"resolution_id": None, "event_id": "2025-T1"},
        {"resolution_id": None, "exchange_id": "2025-X9"},
    )  # fmt: skip
    minutes = frame("resolutions", [{"resolution_id": "2025-M1", "year": 2025, "exchange_id": "2025-X1",
                                     "held_on": pd.Timestamp("2025-03-05")}])  # fmt: skip
    exchange = frame("exchange_events", [
        {"exchange_id": f"2025-X{k}", "year": 2025, "starts_on": pd.Timestamp(2025, 4, k),
         "ends_on": pd.Timestamp(2025, 4, k + 1)} for k in (1, 2)
    ])  # fmt: skip
    support = frame("support_events", [{"event_id": "2025-T1", "year": 2025, "stream": "training",
                                        "starts_on": pd.Timestamp("2025-05-01"),
                                        "ends_on": pd.Timestamp("2025-05-03")}])  # fmt: skip
    found = adoption_days(rows, minutes, exchange, support)
    assert found.dt.strftime("%m-%d").tolist() == ["03-05", "03-05", "04-03", "05-03", np.nan]
    assert event_of(rows).tolist() == ["2025-M1", "2025-X1", "2025-X2", "2025-T1", "2025-X9"]


def test_the_curve_by_hand() -> None:
    """Four recommendations: done after 10, refused after 20, open at 30, done after 40."""
    rows = adopted({}, {}, {}, {})
    found = progress(
        rows,
        checks((1, "2025-01-11", "done", None), (2, "2025-01-21", "rejected", None),
               (3, "2025-01-31", "in_progress", None), (4, "2025-02-10", "done", None)),
    ).reset_index()  # fmt: skip
    curve = not_done_curve(found)
    done = curve[curve["group"] == "not_done"].set_index("time")["survival"]
    still = curve[curve["group"] == "open"].set_index("time")["survival"]
    # the refused one stays not done: at 40 the one left of two at risk (S = 1/2) is done
    assert done.to_dict() == pytest.approx({10.0: 0.75, 20.0: 0.75, 30.0: 0.75, 40.0: 0.25})
    assert still.to_dict() == pytest.approx({10.0: 0.75, 20.0: 0.5, 30.0: 0.5, 40.0: 0.0})
    assert curve["at_risk"].tolist() == [4, 3, 2, 1] * 2
    assert median_days(found) == 40.0
    ends = incidence_of_ends(found)
    last = ends.groupby("cause")["incidence"].last()
    assert last.to_dict() == pytest.approx({CAUSES["done"]: 0.75, CAUSES["refused"]: 0.25})


def test_half_is_never_done_where_most_are_refused() -> None:
    found = progress(adopted({}, {}, {}), checks(*((k, "2025-02-01", "rejected", None) for k in (1, 2, 3))))
    assert median_days(found) == float("inf")
    curve = not_done_curve(found).set_index("group")["survival"]
    assert curve.to_dict() == {"not_done": 1.0, "open": 0.0}


@pytest.mark.parametrize("addressee", [True, False])
def test_the_simulated_incidence_comes_back(addressee: bool) -> None:
    """The share done after one and two years lies within four errors of the truth, other ends competing."""
    rng = np.random.default_rng(7)
    number = 4000
    days, end = fates(rng, np.full(number, addressee))
    seen = rng.integers(200, 1200, number)  # observation stops at different times
    over = days <= seen
    names = np.array(["done", "refused", "irrelevant"])[end]
    table = pd.DataFrame({"days": np.where(over, days, seen), "outcome": np.where(over, names, "open")})
    ends = incidence_of_ends(table)
    done = ends[ends["cause"] == CAUSES["done"]]
    for years in (1.0, 2.0):
        row = done[done["time"] <= 365 * years].iloc[-1]
        assert abs(row["incidence"] - true_incidence(years, addressee)) < 4 * row["se"]
        assert row["se"] < 0.02


def test_themes_count_every_recommendation_once() -> None:
    rows = adopted(
        {"theme": "staff_skills", "addressee": "ministry"}, {"theme": "staff_skills"}, {"resolution_id": "M"}
    )
    found = progress(rows, checks((1, "2025-02-01", "done", None))).reset_index()
    themes = themes_of_recommendations(found, event_of(rows)).set_index("theme")
    assert themes["recommendations"].to_dict() == {"all": 3, "not_coded": 1, "staff_skills": 2}
    assert themes.loc["all", ["events", "no_addressee", "never_checked", "done"]].tolist() == [2, 2, 2, 1]


def test_nothing_received_is_told_as_nothing() -> None:
    names = ("recommendations", "recommendation_status", "resolutions", "exchange_events", "support_events")
    empty = {name: TABLES[name].empty() for name in names}
    followed = follow_recommendations(*empty.values(), AS_OF)
    assert followed.progress.empty and followed.curve.empty and followed.themes.empty
    assert followed.done.value is None and np.isnan(followed.median)
    problems = follow_problems(TABLES["problems"].empty())
    assert problems.themes.empty and problems.wide.empty and problems.agreement.n == 0
    events = follow_events(empty["resolutions"], empty["recommendations"], TABLES["problems"].empty(), 5)
    assert events.records.empty and events.hidden.empty


def test_problems_by_theme_and_year() -> None:
    rows = frame("problems", [
        {"problem_id": f"Q{k}", "year": year, "exchange_id": event, "text": "t", "theme": theme}
        for k, (year, event, theme) in enumerate([
            (2023, "X1", "staff_skills"), (2023, "X1", "staff_skills"), (2023, "X2", "regulation"),
            (2024, "X3", "regulation"), (2024, "X3", None), (2025, "X4", "staff_skills"),
        ])
    ])  # fmt: skip
    found = problem_themes(rows).set_index(["theme", "year"])
    assert found.loc[("staff_skills", 2023), ["problems", "events", "events_in_year"]].tolist() == [2, 1, 2]
    assert found["is_recurring"].to_dict() == {
        ("regulation", 2023): False, ("regulation", 2024): True,
        ("staff_skills", 2023): False, ("staff_skills", 2025): True,
    }  # fmt: skip
    wide = theme_years(found.reset_index()).set_index("theme")
    assert wide.loc["staff_skills", ["2023", "2024", "2025", "problems", "years"]].tolist() == [2, 0, 1, 3, 2]
    assert uncoded(rows) == 1


def test_minutes_are_added_up_and_small_groups_hidden() -> None:
    """The published seminar: 25 = 1 + 10 + 5 + 7 + 2, thirteen speakers, all 25 votes in favour."""
    seminar = {
        "resolution_id": "2021-M1", "year": 2021, "exchange_id": "2021-X1", "held_on": pd.Timestamp("2021-01-27"),
        "place": "Благовещенск", "participants": 25, "participants_state": 1, "participants_municipal": 10,
        "participants_institutions": 5, "participants_nonprofit": 7, "participants_guests": 2, "speakers": 13,
        "discussants": 11, "questions": 12, "votes_for": 25, "votes_against": 0, "abstained": 0,
    }  # fmt: skip
    wrong = seminar | {"resolution_id": "2021-M2", "exchange_id": "2021-X2", "participants": 27, "votes_for": 28}
    bare = {"resolution_id": "2021-M3", "year": 2021, "held_on": pd.Timestamp("2021-02-01"), "participants": 9}
    named = adopted({"exchange_id": "2021-X1", "resolution_id": None}, {"resolution_id": "2021-M2"})
    told = follow_events(frame("resolutions", [seminar, wrong, bare]), named, TABLES["problems"].empty(), 5)
    records = told.records.set_index("resolution_id")
    assert records["sectors_add_up"].tolist() == [True, False, pd.NA]
    assert records["votes_add_up"].tolist() == [True, False, pd.NA]
    assert records["recommendations"].tolist() == [1, 1, 0]
    hidden = told.hidden.set_index(told.records["resolution_id"])
    # one and two people are secret; together they are fewer than five, so the next smallest group goes with them
    assert hidden.loc["2021-M1", ["participants_state", "participants_guests", "participants_institutions"]].all()
    assert not hidden.loc[
        "2021-M1", ["participants_municipal", "participants_nonprofit", "speakers", "votes_for"]
    ].any()
