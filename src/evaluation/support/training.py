"""Training doses of territorial units, as they stood before each application deadline.

Only support that ended before the deadline can have shaped that year's applications, so nothing later counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem

ATTENDED = ("present", "partial")
DOSE_COLUMNS = [
    "unit_id", "year", "trained", "first_trained_year", "training_events_before_deadline",
    "training_hours_before_deadline", "training_persons_before_deadline", "training_persons_in_year",
]  # fmt: skip


def check_deadlines(deadlines: Mapping[int, dt.date | None]) -> dict[int, dt.date]:
    """Deadlines in order of years. Raises InputProblem for a missing one and for one not after the year before."""
    checked: dict[int, dt.date] = {}
    for year in sorted(deadlines):
        deadline = deadlines[year]
        if deadline is None:
            raise InputProblem(
                f"config/years/{year}.yml: нет ключа «application_deadline». Без срока подачи заявок нельзя сказать, "
                "какое обучение было до него. Впишите дату.",
                f"config/years/{year}.yml: the key 'application_deadline' is missing. Without the deadline nobody can "
                "say which training came before it. Enter the date.",
            )
        if checked and deadline <= max(checked.values()):
            raise InputProblem(
                f"config/years/{year}.yml: срок подачи заявок {deadline} не позже прошлогоднего. Исправьте дату.",
                f"config/years/{year}.yml: the deadline {deadline} is not after the previous year's. Correct the date.",
            )
        checked[year] = deadline
    return checked


def first_deadline_after(days: pd.Series, deadlines: Mapping[int, dt.date]) -> np.ndarray:
    """Position of the first deadline strictly after each day; ``len(deadlines)`` where there is none."""
    limits = np.array([np.datetime64(day, "D") for day in deadlines.values()])
    return np.searchsorted(limits, days.to_numpy(dtype="datetime64[D]"), side="right")


def training_dose(
    support_events: pd.DataFrame,
    attendance: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    units: Iterable[str],
) -> pd.DataFrame:
    """Training of every unit before every deadline: one row a unit and year, DOSE_COLUMNS.

    ``trained``: someone of the unit was present, at least in part, at an event of the stream ``training`` that ended
    strictly before the deadline (it stays true); ``first_trained_year``: first such year. ``..._before_deadline``:
    distinct events, their hours, and distinct persons since the previous deadline (first year: all before); an
    event without known hours adds none. ``training_persons_in_year``: distinct persons at the year's own events.
    Attendance of units that are not in ``units`` is not counted here.
    """
    deadlines = check_deadlines(deadlines)
    years = list(deadlines)
    unit_index = pd.Index(list(dict.fromkeys(units)))
    events = support_events.loc[support_events["stream"] == "training", ["event_id", "year", "ends_on", "hours"]]
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "person_key", "unit_id"]]
    came = came.merge(events, on="event_id", how="inner")
    came = came[came["unit_id"].isin(unit_index)]
    unit = unit_index.get_indexer(came["unit_id"])
    window = first_deadline_after(came["ends_on"], deadlines)

    shape = (len(unit_index), len(years))
    in_time = window < len(years)
    event = pd.factorize(came["event_id"])[0]
    person = pd.factorize(came["person_key"])[0]
    by_event = _distinct(unit[in_time], window[in_time], event[in_time])
    hours = pd.Series(came["hours"].to_numpy(dtype=float, na_value=0.0)[in_time], index=event[in_time])
    hours_of_event = hours[~hours.index.duplicated()]
    events_before = _tally(by_event, shape)
    hours_before = _tally(by_event, shape, hours_of_event.reindex(by_event[:, 2]).to_numpy(dtype=float))
    persons_before = _tally(_distinct(unit[in_time], window[in_time], person[in_time]), shape)
    own_year = pd.Index(years).get_indexer(came["year"].astype("int64")) if len(came) else np.empty(0, dtype=np.intp)
    of_year = own_year >= 0
    persons_in_year = _tally(_distinct(unit[of_year], own_year[of_year], person[of_year]), shape)

    trained = events_before.cumsum(axis=1) > 0
    first = np.where(trained.any(axis=1), np.array(years)[trained.argmax(axis=1)], -1)
    dose = pd.DataFrame(
        {
            "unit_id": np.repeat(unit_index.to_numpy(), len(years)),
            "year": pd.array(np.tile(years, len(unit_index)), dtype="Int64"),
            "trained": pd.array(trained.ravel(), dtype="boolean"),
            "first_trained_year": pd.array(np.repeat(first, len(years)), dtype="Int64"),
            "training_events_before_deadline": pd.array(events_before.ravel().astype(int), dtype="Int64"),
            "training_hours_before_deadline": hours_before.ravel(),
            "training_persons_before_deadline": pd.array(persons_before.ravel().astype(int), dtype="Int64"),
            "training_persons_in_year": pd.array(persons_in_year.ravel().astype(int), dtype="Int64"),
        }
    )
    dose["first_trained_year"] = dose["first_trained_year"].mask(dose["first_trained_year"] < 0)
    return dose[DOSE_COLUMNS]


def _distinct(unit: np.ndarray, year: np.ndarray, item: np.ndarray) -> np.ndarray:
    return np.unique(np.column_stack([unit, year, item]).astype(np.intp), axis=0)


def _tally(triples: np.ndarray, shape: tuple[int, int], values: np.ndarray | None = None) -> np.ndarray:
    counts = np.zeros(shape)
    np.add.at(counts, (triples[:, 0], triples[:, 1]), 1.0 if values is None else values)
    return counts
