"""How many were asked: declared numbers stand and are compared, else the events' attendance is the base."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from evaluation.cleaning.survey.asked import asked_in_wave, attended_by_event
from evaluation.settings import AskedAtEvents, Survey, Text

# e1: Anna, Boris, Vera came (Vera to both sessions), Gleb did not; e2: Anna and Dina; e3: a number alone; x: exchange
EVENTS = pd.DataFrame(
    {
        "event_id": ["e1", "e2", "e3", "x"],
        "stream": ["training", "training", "training", "exchange"],
        "ends_on": pd.to_datetime(["2025-03-01", "2025-06-01", "2025-11-20", "2025-04-01"]),
        "reported_participants": pd.array([9, None, 7, 50], dtype="Int64"),
    }
)
LIST = pd.DataFrame(
    [
        ("e1", "anna", "", "present"), ("e1", "boris", "", "partial"), ("e1", "vera", "1", "present"),
        ("e1", "vera", "2", "present"), ("e1", "gleb", "", "absent"), ("e2", "anna", "", "present"),
        ("e2", "dina", "", "present"), ("x", "egor", "", "present"),
    ],
    columns=["event_id", "person_key", "session", "status"],
)  # fmt: skip


def survey(**given: Any) -> Survey:
    facts: dict[str, Any] = {"instrument": "participants", "questionnaire": "q.xlsx", "design": "census",
                             "population": Text(ru="участники", en="participants")}  # fmt: skip
    return Survey(**{**facts, **given})


def answered(*events: str | None, persons: list[str | None] | None = None) -> pd.DataFrame:
    keys = persons if persons is not None else [None] * len(events)
    frame = pd.DataFrame({"event_id": list(events), "person_key": keys}, dtype="object")
    return frame.assign(response_id=[f"r{number}" for number in range(len(events))])


def test_people_at_events_by_list_then_by_report() -> None:
    table = attended_by_event(EVENTS, LIST)
    assert table["attended"].tolist() == [3, 2, 7, 1]
    assert table["basis"].tolist() == ["list", "list", "reported", "list"]


def test_a_list_on_which_nobody_is_present_is_nobody_unless_the_organisers_say_otherwise() -> None:
    absent = LIST[LIST["event_id"] == "e1"].assign(status="absent", event_id="e2")
    table = attended_by_event(EVENTS, pd.concat([absent, absent.assign(event_id="e3")]))
    assert table["attended"].tolist() == [9, 0, 7, 50]
    assert table["basis"].tolist() == ["reported", "list", "reported", "reported"]
    nothing = attended_by_event(EVENTS.assign(reported_participants=pd.NA), LIST.iloc[:0])
    assert nothing["attended"].isna().all()
    assert set(nothing["basis"]) == {"unknown"}


def test_every_attendance_of_the_years_training_is_asked_once() -> None:
    found = asked_in_wave(survey(), answered("e1", "e1", "e2"), EVENTS, LIST)
    assert (found.invited_n, found.frame_n, found.basis, found.remark) == (12, 12, "attendance", None)


def test_of_persons_each_is_asked_once_and_only_events_of_the_declared_days_count() -> None:
    until = AskedAtEvents(each="person", ended_until=dt.date(2025, 10, 31))
    assert asked_in_wave(survey(asked=until), answered("e2"), EVENTS, LIST).invited_n == 4
    only_e2 = AskedAtEvents(each="person", ended_from=dt.date(2025, 3, 2), ended_until=dt.date(2025, 6, 1))
    assert asked_in_wave(survey(asked=only_e2), answered("e2"), EVENTS, LIST).invited_n == 2
    by_field = survey(instrument="followup", field_to=dt.date(2025, 10, 31))
    assert asked_in_wave(by_field, answered("e2"), EVENTS, LIST).invited_n == 4


def test_a_number_of_people_without_their_names_leaves_the_base_of_persons_open() -> None:
    found = asked_in_wave(survey(asked=AskedAtEvents(each="person")), answered("e1"), EVENTS, LIST)
    assert (found.invited_n, found.basis, found.remark, found.gaps) == (None, None, "asked_unknown", ("e3",))


@pytest.mark.parametrize(
    ("answers", "events", "gaps"),
    [
        (answered("e1", "e1", "e1", "e1"), EVENTS, ("e1",)),  # four answers, three people
        (answered("e1", "x"), EVENTS, ("x",)),  # an event that is not of this stream
        (answered("e1"), EVENTS.assign(reported_participants=pd.NA), ("e3",)),  # nobody counted them
        (answered(*["e1"] * 3, *[None] * 10), EVENTS, ()),  # thirteen answers, twelve people
    ],
)
def test_where_lists_leave_it_open_no_number_is_made_up(
    answers: pd.DataFrame, events: pd.DataFrame, gaps: tuple[str, ...]
) -> None:
    found = asked_in_wave(survey(), answers, events, LIST)
    assert (found.invited_n, found.frame_n, found.remark, found.gaps) == (None, None, "asked_unknown", gaps)


def test_one_person_who_answers_twice_is_no_sign_of_a_short_list() -> None:
    twice = answered("e1", "e1", "e1", "e1", persons=["anna", "anna", "boris", "vera"])
    assert asked_in_wave(survey(), twice, EVENTS, LIST).invited_n == 12


def test_a_declared_number_stands_and_is_compared() -> None:
    agrees = asked_in_wave(survey(invited_n=12), answered("e1"), EVENTS, LIST)
    assert (agrees.invited_n, agrees.basis, agrees.remark) == (12, "declared", None)
    differs = asked_in_wave(survey(invited_n=40), answered("e1"), EVENTS, LIST)
    assert (differs.invited_n, differs.basis) == (40, "declared")
    assert (differs.remark, differs.declared, differs.counted) == ("asked_differs", 40, 12)
    by_frame = asked_in_wave(survey(frame_n=13), answered("e1"), EVENTS, LIST)
    assert (by_frame.invited_n, by_frame.frame_n, by_frame.remark) == (None, 13, "asked_differs")
    # an open base is nothing to compare with
    assert asked_in_wave(survey(invited_n=40), answered("x"), EVENTS, LIST).remark is None


def test_samples_and_years_without_lists_keep_what_is_declared() -> None:
    sample = survey(design="stratified", invited_n=540, frame_n=9000)
    found = asked_in_wave(sample, answered(None, None), EVENTS, LIST)
    assert (found.invited_n, found.frame_n, found.basis, found.remark) == (540, 9000, "declared", None)
    for events, attendance in ((None, None), (EVENTS, None)):
        alone = asked_in_wave(survey(), answered("e1"), events, attendance)
        assert (alone.invited_n, alone.basis, alone.remark) == (None, None, None)


def test_a_long_list_of_open_events_is_cut() -> None:
    many = [f"z{number:02d}" for number in range(12)]
    found = asked_in_wave(survey(), answered(*many), EVENTS, LIST)
    assert found.named_gaps == ", ".join(many[:10]) + ", …"


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="ended_from lies after ended_until"):
        AskedAtEvents(ended_from=dt.date(2025, 2, 1), ended_until=dt.date(2025, 1, 1))
