"""The register of five streams and its summary, by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.support.streams import (
    STREAMS,
    acts_of_support,
    consultations_before_deadline,
    support_reach,
    support_summary,
)

EVENTS = pd.DataFrame(
    {
        "event_id": ["T1", "T2", "M1"],
        "year": pd.array([2024, 2024, 2024], dtype="Int64"),
        "stream": ["training", "training", "methodical"],
        "starts_on": pd.to_datetime(["2024-03-01", "2024-04-01", "2024-05-01"]),
        "ends_on": pd.to_datetime(["2024-03-02", "2024-04-01", "2024-05-01"]),
        "hours": [16.0, 4.0, None],
        "reported_participants": pd.array([9, 40, 12], dtype="Int64"),
    }
)
ATTENDANCE = pd.DataFrame(
    [
        ("T1", "p1", "a", "present"),
        ("T1", "p2", "b", "partial"),
        ("T1", "p3", "b", "absent"),
        ("M1", "p1", "a", "present"),
        ("M1", "p4", None, "present"),
    ],
    columns=["event_id", "person_key", "unit_id", "status"],
)
EXCHANGES = pd.DataFrame(
    {
        "exchange_id": ["X1"],
        "year": pd.array([2024], dtype="Int64"),
        "starts_on": pd.to_datetime(["2024-06-01"]),
        "ends_on": pd.to_datetime(["2024-06-01"]),
        "reported_participants": pd.array([30], dtype="Int64"),
    }
)
EXCHANGE_PARTICIPATION = pd.DataFrame(
    {"exchange_id": ["X1", "X1"], "unit_id": ["a", "c"], "persons": pd.array([4, None], dtype="Int64")}
)
CONSULTATIONS = pd.DataFrame(
    {
        "consultation_id": ["C1", "C2"],
        "year": pd.array([2024, 2024], dtype="Int64"),
        "consulted_on": pd.to_datetime(["2024-02-14", "2024-02-15"]),
        "unit_id": ["a", None],
        "person_key": ["p1", None],
        "minutes": [30.0, 15.0],
    }
)


@pytest.fixture(scope="module")
def summary() -> pd.DataFrame:
    tables = (EVENTS, ATTENDANCE, EXCHANGES, EXCHANGE_PARTICIPATION, CONSULTATIONS)
    made = support_summary(acts_of_support(*tables), support_reach(*tables), {2023: 61, 2024: 61})
    return check(made, TABLES["support_summary"]).set_index(["stream", "year"])


def test_all_streams_and_years_are_shown(summary: pd.DataFrame) -> None:
    assert set(summary.index) == {(stream, year) for stream in STREAMS for year in (2023, 2024)}
    assert summary.loc[("information", 2024), "events"] == 0
    assert (summary["units_in_force"] == 61).all()


def test_participants_come_from_lists_and_else_from_the_report(summary: pd.DataFrame) -> None:
    row = summary.loc[("training", 2024)]
    assert (row["events"], row["hours"]) == (2, 20)
    assert row["participants"] == 2 + 40  # T1 has a list of two present, T2 has none
    assert row["unique_participants"] == 2
    assert row["units_reached"] == 2


def test_unknown_unit_is_a_participant_but_reaches_no_unit(summary: pd.DataFrame) -> None:
    row = summary.loc[("methodical", 2024)]
    assert (row["participants"], row["units_reached"]) == (2, 1)
    assert pd.isna(row["hours"])


def test_consultations_and_exchange(summary: pd.DataFrame) -> None:
    advice, exchange = summary.loc[("consulting", 2024)], summary.loc[("exchange", 2024)]
    assert (advice["events"], advice["hours"], advice["participants"], advice["units_reached"]) == (2, 0.75, 2, 1)
    assert (exchange["events"], exchange["participants"], exchange["units_reached"]) == (1, 4, 2)
    assert pd.isna(exchange["unique_participants"])


def test_a_unit_that_sent_nobody_to_an_exchange_event_is_not_reached() -> None:
    took_part = pd.DataFrame(
        {"exchange_id": ["X1"] * 3, "unit_id": ["a", "b", "c"], "persons": pd.array([4, 0, None], dtype="Int64")}
    )
    reach = support_reach(EVENTS, ATTENDANCE, EXCHANGES, took_part, CONSULTATIONS)
    assert reach.loc[reach["stream"] == "exchange", "unit_id"].tolist() == ["a", "c"], "c's number is not told"


def test_consultation_on_the_deadline_day_does_not_count() -> None:
    deadlines = {2024: dt.date(2024, 2, 15), 2025: dt.date(2025, 2, 14)}
    rows = CONSULTATIONS.assign(unit_id="a")
    found = consultations_before_deadline(rows, deadlines, ["a", "b"]).set_index(["unit_id", "year"])
    assert found["consultations_before_deadline"].to_dict() == {
        ("a", 2024): 1, ("a", 2025): 1, ("b", 2024): 0, ("b", 2025): 0,
    }  # fmt: skip
