"""The ledger of trainings by hand: days, people, sessions, hosts, ratings; nothing counted that nobody knows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from evaluation.contracts import check, conform
from evaluation.field.partnership.ledger import ledger_totals, shown_events, shown_totals, training_ledger
from evaluation.field.partnership.roles import roles_by_year
from evaluation.indicators.geographies import Geography
from evaluation.survey.ratings import event_ratings, people_at_events
from evaluation.tables import TABLES

YEARS = (2024, 2025)


def place() -> Geography:
    targets = pd.DataFrame(
        [(year, unit, unit) for year in YEARS for unit in "abcd"], columns=["year", "unit_id", "target"]
    ).astype({"year": "Int64"})
    return Geography("current", YEARS, pd.DataFrame({"unit_id": list("abcd"), "name": list("ABCD")}), targets)


def table(name: str, rows: list[dict[str, Any]], **same: Any) -> pd.DataFrame:
    declared = TABLES[name]
    filled = [{"source": name, "source_sheet": "1", "source_row": k + 2, **same, **row} for k, row in enumerate(rows)]
    frame = pd.DataFrame(filled).reindex(columns=list(declared.names))
    for column in declared.columns:
        if column.kind == "date":
            frame[column.name] = pd.to_datetime(frame[column.name])
    return conform(frame, declared)


def event(number: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {"event_id": number, "starts_on": first, "ends_on": last, "stream": "training", "year": 2025, **more}


@pytest.fixture(scope="module")
def roles() -> pd.DataFrame:
    members = table(
        "partnership_units",
        [
            {"unit_id": "a", "role": "base", "component": "strategy", "starts_on": "2024-01-01"},
            {"unit_id": "b", "role": "participant", "starts_on": "2024-01-01"},
        ],
        year=2025,
    )
    return roles_by_year(members, place(), YEARS)


def ledger(events: list[dict[str, Any]], attendance: list[dict[str, Any]], roles: pd.DataFrame, **more: Any) -> Any:
    people = table("attendance", attendance) if attendance else TABLES["attendance"].empty()
    made = training_ledger({"support_events": table("support_events", events), "attendance": people, **more}, roles,
                           place())  # fmt: skip
    check(made, TABLES["training_ledger"])
    return made.set_index("event_id")


def test_days_run_from_the_first_to_the_last_and_never_beyond_what_the_hours_fill(roles: pd.DataFrame) -> None:
    found = ledger(
        [
            event("1", "2025-04-22", "2025-04-25"),  # no hours told: the calendar
            event("2", "2025-05-28", "2025-05-29", hours=16),
            event("3", "2025-01-01", "2025-03-31", hours=24),  # a distance course: 24 / 6
            event("4", "2025-06-11", "2025-06-11", hours=2),
        ],
        [], roles,
    )  # fmt: skip
    assert found["days"].to_dict() == {"1": 4, "2": 2, "3": 90, "4": 1}
    assert found["training_days"].to_dict() == {"1": 4, "2": 2, "3": 4, "4": 1}
    assert found["participants"].isna().all() and set(found["participants_basis"]) == {"unknown"}
    assert found[["person_days", "person_hours", "units"]].isna().all().all()


def test_person_days_by_hand(roles: pd.DataFrame) -> None:
    found = ledger(
        [event("1", "2025-04-22", "2025-04-25", hours=24, host_unit_id="a", invited=9)],
        [
            {"event_id": "1", "person_key": "p1", "unit_id": "a", "status": "present"},  # 4 days
            {"event_id": "1", "person_key": "p2", "unit_id": "b", "status": "partial", "hours_present": 6},  # 1 day
            {"event_id": "1", "person_key": "p3", "unit_id": "c", "status": "partial"},  # nobody knows
            {"event_id": "1", "person_key": "p4", "unit_id": "d", "status": "absent"},
            {"event_id": "1", "person_key": "p5", "status": "present"},  # 4 days, of no unit
        ],
        roles,
    ).loc["1"]  # fmt: skip
    assert found["participants"] == 4 and found["participants_in_part"] == 1 and found["participants_unplaced"] == 1
    assert found["person_days"] == pytest.approx(9.0) and found["person_hours"] == pytest.approx(54.0)
    assert (found["units"], found["units_base"], found["units_participant"], found["units_outside"]) == (3, 1, 1, 1)
    assert found["host_role"] == "base" and found["components"] == "strategy"


def test_sessions_share_the_days_and_a_person_counts_once(roles: pd.DataFrame) -> None:
    rows = [("p1", "1"), ("p1", "2"), ("p2", "1"), ("p2", "1")]
    found = ledger(
        [event("1", "2025-04-22", "2025-04-23", hours=12, host_unit_id="b")],
        [{"event_id": "1", "person_key": who, "unit_id": "a", "session": when, "status": "present"}
         for who, when in dict.fromkeys(rows)],
        roles,
    ).loc["1"]  # fmt: skip
    # p1 was at both sessions (2 days), p2 at one of two (1 day)
    assert found["participants"] == 2 and found["person_days"] == pytest.approx(3.0)
    assert found["host_role"] == "participant" and pd.isna(found["components"])


def test_without_a_list_the_organisers_number_stands_and_units_are_not_known(roles: pd.DataFrame) -> None:
    found = ledger(
        [event("1", "2025-04-22", "2025-04-23", reported_participants=20, host_unit_id="d")], [], roles
    ).loc["1"]  # fmt: skip
    assert found["participants_basis"] == "reported" and found["person_days"] == 40
    assert pd.isna(found["units"]) and pd.isna(found["participants_unplaced"])


def test_other_streams_are_no_trainings_and_totals_add_up(roles: pd.DataFrame) -> None:
    found = ledger(
        [
            event("2", "2025-04-22", "2025-04-23", reported_participants=20, host_unit_id="a"),
            event("1", "2024-04-22", "2024-04-22", reported_participants=5, host_unit_id="a", year=2024),
            event("3", "2025-02-01", "2025-02-01", host_unit_id="c"),
            event("4", "2025-02-01", "2025-02-01", stream="consulting"),
        ],
        [], roles,
    )  # fmt: skip
    assert found.index.tolist() == ["1", "3", "2"]
    totals = ledger_totals(found.reset_index()).set_index(["host_role", "components", "year"])
    assert totals.loc[("base", "strategy", 2025), ["events", "days", "participants", "person_days"]].tolist() == [
        1, 2, 20, 40,
    ]  # fmt: skip
    assert totals.loc[("outside", "", 2025), "without_people"] == 1
    assert totals["events"].sum() == 3


def test_ratings_stand_beside_their_event_with_the_silent_at_worst_and_best(roles: pd.DataFrame) -> None:
    events = [event("1", "2025-04-22", "2025-04-22"), event("2", "2025-05-22", "2025-05-22")]
    people = [
        {"event_id": "1", "person_key": f"p{k}", "unit_id": "a", "status": "present"} for k in range(10)
    ]  # fmt: skip
    responses = pd.DataFrame({"response_id": [f"r{k}" for k in range(6)], "event_id": "1"})
    answers = pd.DataFrame(
        {"response_id": responses["response_id"], "item": "useful", "value": [5.0, 5, 5, 4, 2, 1], "missing": None}
    )
    rated = event_ratings(
        answers, responses, people_at_events(table("support_events", events), table("attendance", people)), ["useful"]
    )
    chosen = rated.reindex(columns=list(TABLES["event_ratings"].names))
    made = training_ledger(
        {"support_events": table("support_events", events), "attendance": table("attendance", people),
         "event_ratings": conform(chosen, TABLES["event_ratings"])},
        roles, place(), item="useful",
    ).set_index("event_id")  # fmt: skip
    row = made.loc["1"]
    # 4 of 6 rated high; of the 10 who came at worst 4, at best 8
    assert row["rated"] == 6 and row["top_share"] == pytest.approx(4 / 6)
    assert (row["top_lowest"], row["top_highest"]) == (pytest.approx(0.4), pytest.approx(0.8))
    assert pd.isna(made.loc["2", "top_share"])


def test_few_people_are_hidden_with_what_would_give_them_away(roles: pd.DataFrame) -> None:
    made = ledger(
        [event(str(k), "2025-04-22", "2025-04-22", reported_participants=people, host_unit_id="a")
         for k, people in enumerate((3, 20, 30))],
        [], roles,
    ).reset_index()  # fmt: skip
    frame, hidden = shown_events(made, 2025, 5)
    # 3 is below 5; a second one goes with it, or the total would give it away
    assert hidden["participants"].tolist() == [True, True, False]
    assert frame["person_days"].isna().tolist() == [True, True, False]
    totals, marks = shown_totals(made, 5)
    assert totals["participants"].tolist() == [53] and not marks.to_numpy().any()
