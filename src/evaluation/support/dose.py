"""How much support a territorial unit had received by each deadline: since ever, and fading with time.

``training.py`` counts what lies between two deadlines. Here the same acts are summed from the first one on
(cumulative), or with a weight that halves with every ``half_life_years`` between an act's last day and the deadline
(decayed). An act that did not end strictly before the deadline weighs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.support.training import ATTENDED, check_deadlines, first_deadline_after

DAYS_IN_YEAR = 365.25
MEASURES = ("events", "hours", "persons")
FORM_COLUMNS = ["unit_id", "year", *(f"{measure}_{form}" for form in ("cumulative", "decayed") for measure in MEASURES)]
STREAM_COLUMNS = ["unit_id", "year", "stream", "acts", "hours", "persons"]


def dose_forms(
    support_events: pd.DataFrame,
    attendance: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    units: Iterable[str],
    half_life_years: float,
    stream: str = "training",
) -> pd.DataFrame:
    """Cumulative and decayed dose of one stream: one row a unit and year, FORM_COLUMNS.

    An event counts once for a unit however many of its people came; its hours are the event's (none where they are
    not known). A person counts once, with the weight of the latest event attended. Raises InputProblem for a
    half-life that is not positive.
    """
    deadlines = check_deadlines(deadlines)
    check_half_life(half_life_years)
    unit_index = pd.Index(list(dict.fromkeys(units)))
    events = support_events.loc[support_events["stream"] == stream, ["event_id", "ends_on", "hours"]]
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "person_key", "unit_id"]]
    came = came.merge(events, on="event_id", how="inner")
    came = came[came["unit_id"].isin(unit_index)]
    by_event = came.drop_duplicates(["unit_id", "event_id"])
    event_unit, event_day = unit_index.get_indexer(by_event["unit_id"]), _days(by_event["ends_on"])
    hours = by_event["hours"].to_numpy(dtype=float, na_value=0.0)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in FORM_COLUMNS[2:]}
    for deadline in deadlines.values():
        day = np.datetime64(deadline, "D")
        past = event_day < day
        weight = _halved(event_day[past], day, half_life_years)
        people = came[_days(came["ends_on"]) < day]
        latest = people.groupby(["unit_id", "person_key"], as_index=False)["ends_on"].max()
        person_unit = unit_index.get_indexer(latest["unit_id"])
        sums = {
            "events_cumulative": (event_unit[past], None),
            "hours_cumulative": (event_unit[past], hours[past]),
            "persons_cumulative": (person_unit, None),
            "events_decayed": (event_unit[past], weight),
            "hours_decayed": (event_unit[past], weight * hours[past]),
            "persons_decayed": (person_unit, _halved(_days(latest["ends_on"]), day, half_life_years)),
        }
        for name, (unit, values) in sums.items():
            columns[name].append(np.bincount(unit, values, minlength=len(unit_index)))
    frame = _keys(unit_index, list(deadlines))
    for name, by_year in columns.items():
        frame[name] = np.column_stack(by_year).ravel().astype(float)
    return frame[FORM_COLUMNS]


def check_half_life(half_life_years: float) -> None:
    """Raise InputProblem unless the half-life is a positive, finite number of years."""
    if not (np.isfinite(half_life_years) and half_life_years > 0):
        raise InputProblem(
            f"Период полузабывания {half_life_years} не годится: нужно положительное число лет. Исправьте его.",
            f"The half-life {half_life_years} does not do: a positive number of years is needed. Correct it.",
        )


def support_before_deadline(
    support_events: pd.DataFrame,
    attendance: pd.DataFrame,
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    consultations: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    units: Iterable[str],
) -> pd.DataFrame:
    """All streams that reached a unit between the previous deadline and the deadline (its own day no longer).

    One row a unit, year and stream that reached it, sorted: STREAM_COLUMNS. ``acts``: distinct events, exchange
    events or consultations; ``hours``: of the events (of consultations minutes / 60; exchange events tell none);
    ``persons``: distinct people known by key, for exchange the people sent, empty where nobody was counted.
    """
    deadlines = check_deadlines(deadlines)
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "person_key", "unit_id"]].merge(
        support_events[["event_id", "stream", "ends_on", "hours"]], on="event_id", how="inner"
    )
    visited = exchange_participation[["exchange_id", "unit_id", "persons"]].merge(
        exchange_events[["exchange_id", "ends_on"]], on="exchange_id", how="inner"
    )
    visited = visited[visited["persons"].astype("float64").ne(0)]
    parts = [
        _acts(came, "event_id", came["stream"], deadlines, units),
        _acts(
            visited.assign(sent=visited["persons"].astype("float64")), "exchange_id", "exchange", deadlines, units
        ),
        _acts(
            consultations.assign(ends_on=consultations["consulted_on"], hours=consultations["minutes"] / 60),
            "consultation_id", "consulting", deadlines, units,
        ),
    ]  # fmt: skip
    found = pd.concat(parts, ignore_index=True)
    together = found.groupby(["unit_id", "year", "stream"], as_index=False).agg(
        acts=("acts", "sum"),
        hours=("hours", lambda values: values.sum(min_count=1)),
        persons=("persons", lambda values: values.sum(min_count=1)),
    )
    return together.astype({"year": "Int64", "acts": "Int64", "persons": "Int64"})[STREAM_COLUMNS]


def _acts(
    rows: pd.DataFrame, key: str, stream: pd.Series | str, deadlines: Mapping[int, dt.date], units: Iterable[str]
) -> pd.DataFrame:
    years = np.array(list(deadlines))
    rows = rows.assign(stream=stream, window=first_deadline_after(rows["ends_on"], deadlines))
    rows = rows[(rows["window"] < len(years)) & rows["unit_id"].isin(list(dict.fromkeys(units)))]
    rows = rows.assign(year=years[rows["window"].to_numpy(dtype=np.intp)])
    by = ["unit_id", "year", "stream"]
    once = rows.drop_duplicates([*by, key])
    out = once.groupby(by).agg(acts=(key, "size"))
    out["hours"] = once.groupby(by)["hours"].sum(min_count=1) if "hours" in rows.columns else np.nan
    if "sent" in rows.columns:
        out["persons"] = rows.groupby(by)["sent"].sum(min_count=1)
    else:
        known = rows.dropna(subset=["person_key"]) if "person_key" in rows.columns else rows.iloc[:0]
        out["persons"] = known.groupby(by)["person_key"].nunique() if len(known) else np.nan
    return out.astype({"hours": "float64", "persons": "float64"}).reset_index()


def _halved(days: np.ndarray, deadline: np.datetime64, half_life_years: float) -> np.ndarray:
    age = (deadline - days).astype(float) / DAYS_IN_YEAR
    return np.asarray(0.5 ** (age / half_life_years))


def _days(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype="datetime64[D]")


def _keys(units: pd.Index, years: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_id": np.repeat(units.to_numpy(), len(years)),
            "year": pd.array(np.tile(years, len(units)), dtype="Int64"),
        }
    )
