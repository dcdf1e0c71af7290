"""Doses by hand: the deadline day does not count, windows do not overlap, training stays."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.support.training import check_deadlines, training_dose

DEADLINES = {2020: dt.date(2020, 2, 14), 2021: dt.date(2021, 2, 15), 2022: dt.date(2022, 2, 15)}


def _events(*rows: tuple[str, int, str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["event_id", "year", "stream", "ends_on", "hours"])
    return frame.assign(ends_on=pd.to_datetime(frame["ends_on"]), year=frame["year"].astype("Int64"))


def _attendance(*rows: tuple[str, str, str | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["event_id", "person_key", "unit_id", "status"])


EVENTS = _events(
    ("A", 2019, "training", "2019-11-30", 16),  # before the first deadline
    ("B", 2020, "training", "2020-02-14", 8),  # ends on the deadline's day: counts for 2021 only
    ("C", 2020, "training", "2020-06-01", 4),
    ("D", 2020, "methodical", "2020-06-02", 10),  # another stream
    ("E", 2021, "training", "2021-02-14", None),  # the day before the deadline; hours not known
    ("F", 2022, "training", "2022-02-15", 20),  # the last deadline's own day: for no year yet
)
ATTENDANCE = _attendance(
    ("A", "p1", "u1", "present"),
    ("A", "p2", "u1", "partial"),
    ("A", "p3", "u2", "registered"),
    ("A", "p4", "u2", "absent"),
    ("A", "p5", "u2", "unknown"),
    ("B", "p3", "u2", "present"),
    ("C", "p1", "u1", "present"),
    ("C", "p3", "u2", "present"),
    ("D", "p6", "u3", "present"),
    ("E", "p3", "u2", "present"),
    ("E", "p7", None, "present"),
    ("E", "p8", "elsewhere", "present"),
    ("F", "p6", "u3", "present"),
)


def _cell(dose: pd.DataFrame, unit: str, year: int, column: str) -> object:
    return dose.loc[(dose["unit_id"] == unit) & (dose["year"] == year), column].item()


@pytest.fixture(scope="module")
def dose() -> pd.DataFrame:
    return training_dose(EVENTS, ATTENDANCE, DEADLINES, ["u1", "u2", "u3"])


def test_every_unit_and_year_once(dose: pd.DataFrame) -> None:
    assert len(dose) == 9
    assert not dose.duplicated(["unit_id", "year"]).any()


@pytest.mark.parametrize(
    ("unit", "trained", "first"),
    [("u1", [True, True, True], 2020), ("u2", [False, True, True], 2021), ("u3", [False, False, False], None)],
)
def test_trained_from_the_first_deadline_after_training(
    dose: pd.DataFrame, unit: str, trained: list[bool], first: int | None
) -> None:
    rows = dose[dose["unit_id"] == unit].sort_values("year")
    assert rows["trained"].tolist() == trained
    assert rows["first_trained_year"].isna().all() if first is None else (rows["first_trained_year"] == first).all()


def test_event_on_the_deadline_day_counts_for_the_next_year(dose: pd.DataFrame) -> None:
    assert _cell(dose, "u2", 2020, "training_events_before_deadline") == 0
    assert _cell(dose, "u2", 2021, "training_events_before_deadline") == 3  # B, C and E
    assert _cell(dose, "u2", 2021, "training_hours_before_deadline") == 12  # E's hours are not known
    assert _cell(dose, "u3", 2022, "training_events_before_deadline") == 0  # F ends on the day itself


def test_distinct_events_and_persons(dose: pd.DataFrame) -> None:
    assert _cell(dose, "u1", 2020, "training_events_before_deadline") == 1
    assert _cell(dose, "u1", 2020, "training_hours_before_deadline") == 16  # of the event, not of its two people
    assert _cell(dose, "u1", 2020, "training_persons_before_deadline") == 2
    assert _cell(dose, "u1", 2022, "training_events_before_deadline") == 0  # windows do not add up
    assert _cell(dose, "u2", 2021, "training_persons_before_deadline") == 1  # one person three times


def test_persons_of_the_year_follow_the_event_year(dose: pd.DataFrame) -> None:
    assert _cell(dose, "u1", 2020, "training_persons_in_year") == 1
    assert _cell(dose, "u3", 2022, "training_persons_in_year") == 1  # after the deadline, yet in the year


def test_without_any_training() -> None:
    empty = training_dose(EVENTS.iloc[:0], ATTENDANCE.iloc[:0], DEADLINES, ["u1"])
    assert not empty["trained"].any()
    assert empty["training_hours_before_deadline"].tolist() == [0, 0, 0]


def test_missing_deadline_names_file_and_key() -> None:
    with pytest.raises(InputProblem, match=r"2021\.yml: the key 'application_deadline'"):
        check_deadlines({2020: dt.date(2020, 2, 1), 2021: None})


def test_deadlines_must_follow_each_other() -> None:
    with pytest.raises(InputProblem, match="not after the previous year's"):
        check_deadlines({2020: dt.date(2020, 2, 1), 2021: dt.date(2019, 2, 1)})
