"""Cumulative and decayed doses, and the streams that reached a unit, by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.support.dose import DAYS_IN_YEAR, dose_forms, support_before_deadline
from evaluation.support.training import training_dose

DEADLINES = {2020: dt.date(2020, 2, 14), 2021: dt.date(2021, 2, 15)}
EVENTS = pd.DataFrame(
    [
        ("A", 2019, "training", "2019-02-14", 16.0),  # a year before the first deadline
        ("B", 2020, "training", "2020-02-14", 8.0),  # on the deadline's day: from 2021 on
        ("C", 2020, "training", "2020-06-01", None),  # hours not known
        ("D", 2020, "methodical", "2020-06-02", 10.0),
        ("F", 2021, "training", "2021-02-15", 20.0),  # on the last deadline's day: in no year yet
    ],
    columns=["event_id", "year", "stream", "ends_on", "hours"],
).assign(ends_on=lambda frame: pd.to_datetime(frame["ends_on"]))
ATTENDANCE = pd.DataFrame(
    [
        ("A", "p1", "u1", "present"),
        ("A", "p2", "u1", "partial"),
        ("A", "p3", "u2", "absent"),
        ("B", "p1", "u1", "present"),
        ("C", "p3", "u2", "present"),
        ("D", "p4", "u2", "present"),
        ("F", "p3", "u2", "present"),
        ("C", "p9", None, "present"),
    ],
    columns=["event_id", "person_key", "unit_id", "status"],
)


def _half(days: int, half_life: float) -> float:
    return 0.5 ** (days / DAYS_IN_YEAR / half_life)


@pytest.fixture(scope="module")
def forms() -> pd.DataFrame:
    return dose_forms(EVENTS, ATTENDANCE, DEADLINES, ["u1", "u2", "u3"], 2.0).set_index(["unit_id", "year"])


def test_cumulative(forms: pd.DataFrame) -> None:
    columns = ["events_cumulative", "hours_cumulative", "persons_cumulative"]
    assert forms.loc[("u1", 2020), columns].tolist() == [1, 16, 2]
    assert forms.loc[("u1", 2021), columns].tolist() == [2, 24, 2]  # p1 twice is one person
    assert forms.loc[("u2", 2020), columns].tolist() == [0, 0, 0]  # absent is not there
    assert forms.loc[("u2", 2021), columns].tolist() == [1, 0, 1]  # another stream adds nothing
    assert forms.loc[("u3", 2021), columns].tolist() == [0, 0, 0]


def test_decayed(forms: pd.DataFrame) -> None:
    first, second = _half(365, 2), _half(732, 2)  # event A before the deadlines of 2020 and 2021
    later = _half(367, 2)  # event B before that of 2021
    assert forms.loc[("u1", 2020), "events_decayed"] == pytest.approx(first)
    assert forms.loc[("u1", 2020), "hours_decayed"] == pytest.approx(16 * first)
    assert forms.loc[("u1", 2021), "events_decayed"] == pytest.approx(second + later)
    assert forms.loc[("u1", 2021), "hours_decayed"] == pytest.approx(16 * second + 8 * later)
    assert forms.loc[("u1", 2021), "persons_decayed"] == pytest.approx(later + second)  # p1 by B, p2 by A


def test_long_half_life_is_the_cumulative_dose() -> None:
    long = dose_forms(EVENTS, ATTENDANCE, DEADLINES, ["u1", "u2"], 1e12)
    for measure in ("events", "hours", "persons"):
        assert long[f"{measure}_decayed"].tolist() == pytest.approx(long[f"{measure}_cumulative"].tolist())


def test_cumulative_is_the_sum_of_the_windows() -> None:
    dose = training_dose(EVENTS.assign(year=EVENTS["year"].astype("Int64")), ATTENDANCE, DEADLINES, ["u1", "u2"])
    forms = dose_forms(EVENTS, ATTENDANCE, DEADLINES, ["u1", "u2"], 1.0)
    windows = dose.groupby("unit_id")[["training_events_before_deadline", "training_hours_before_deadline"]].cumsum()
    assert forms["events_cumulative"].tolist() == windows["training_events_before_deadline"].tolist()
    assert forms["hours_cumulative"].tolist() == windows["training_hours_before_deadline"].tolist()


@pytest.mark.parametrize("half_life", [0.0, -1.0, float("nan"), float("inf")])
def test_half_life_must_be_positive(half_life: float) -> None:
    with pytest.raises(InputProblem, match="positive number of years"):
        dose_forms(EVENTS, ATTENDANCE, DEADLINES, ["u1"], half_life)


def test_streams_of_support_by_unit_and_year() -> None:
    exchange = pd.DataFrame({"exchange_id": ["X1", "X2"], "ends_on": pd.to_datetime(["2020-05-01", "2021-02-15"])})
    took_part = pd.DataFrame(
        [("X1", "u1", "host", 5), ("X1", "u1", "guest", 1), ("X1", "u2", "guest", 0), ("X2", "u1", "host", 3)],
        columns=["exchange_id", "unit_id", "role", "persons"],
    ).astype({"persons": "Int64"})
    advice = pd.DataFrame(
        {
            "consultation_id": ["C1", "C2", "C3"],
            "consulted_on": pd.to_datetime(["2020-02-13", "2020-03-01", "2020-03-01"]),
            "unit_id": ["u2", "u2", "u9"], "person_key": [None, "p3", "p5"], "minutes": [30.0, 90.0, 10.0],
        }
    )  # fmt: skip
    found = support_before_deadline(EVENTS, ATTENDANCE, exchange, took_part, advice, DEADLINES, ["u1", "u2"])
    rows = {(r.unit_id, r.year, r.stream): (r.acts, r.hours, r.persons) for r in found.itertuples()}
    assert rows[("u1", 2020, "training")] == (1, 16, 2)
    assert rows[("u1", 2021, "training")] == (1, 8, 1)
    assert rows[("u2", 2021, "methodical")] == (1, 10, 1)
    assert rows[("u1", 2021, "exchange")][0] == 1
    assert rows[("u1", 2021, "exchange")][2] == 6
    assert ("u2", 2021, "exchange") not in rows  # invited, nobody came
    assert rows[("u2", 2020, "consulting")][:2] == (1, 0.5)
    assert rows[("u2", 2021, "consulting")] == (1, 1.5, 1)
    assert pd.isna(rows[("u2", 2021, "training")][1])  # hours not known
    assert len(rows) == 7
