"""One register of the five streams of support, and its summary by year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.support.training import ATTENDED, check_deadlines, first_deadline_after

STREAMS = ("training", "methodical", "consulting", "information", "exchange")
EVENT_COLUMNS = ["stream", "event_id", "year", "starts_on", "ends_on", "hours", "participants"]
REACH_COLUMNS = ["stream", "event_id", "year", "unit_id", "person_key"]


def acts_of_support(
    support_events: pd.DataFrame,
    attendance: pd.DataFrame,
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    consultations: pd.DataFrame,
) -> pd.DataFrame:
    """Every act of support, one row an event, exchange event or consultation: EVENT_COLUMNS.

    ``participants`` are people present, counted from the lists; where an event has no list, the reported number.
    A consultation is an act of the stream ``consulting`` with one participant; its hours are its minutes / 60.
    """
    came = attendance[attendance["status"].isin(ATTENDED)]
    listed = attendance.groupby("event_id").size().index
    present = came.groupby("event_id")["person_key"].nunique().reindex(listed, fill_value=0)
    trainings = support_events.assign(
        participants=support_events["event_id"].map(present).astype("Int64")
        .fillna(support_events["reported_participants"])
    )  # fmt: skip
    sent = exchange_participation.groupby("exchange_id")["persons"].sum(min_count=1)
    exchanges = exchange_events.assign(
        stream="exchange",
        event_id=exchange_events["exchange_id"],
        hours=np.nan,
        participants=exchange_events["exchange_id"].map(sent).astype("Int64")
        .fillna(exchange_events["reported_participants"]),
    )  # fmt: skip
    advice = consultations.assign(
        stream="consulting",
        event_id=consultations["consultation_id"],
        starts_on=consultations["consulted_on"],
        ends_on=consultations["consulted_on"],
        hours=consultations["minutes"] / 60,
        participants=pd.array([1] * len(consultations), dtype="Int64"),
    )
    parts = [part[EVENT_COLUMNS] for part in (trainings, exchanges, advice) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=EVENT_COLUMNS)


def support_reach(
    support_events: pd.DataFrame,
    attendance: pd.DataFrame,
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    consultations: pd.DataFrame,
) -> pd.DataFrame:
    """Whom every act of support reached: REACH_COLUMNS; ``person_key`` is empty where only the unit is known.

    A unit that was invited to an exchange event and sent nobody (``persons`` of 0) is not reached; one whose number of
    people is not told is.
    """
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "unit_id", "person_key"]].merge(
        support_events[["event_id", "stream", "year"]], on="event_id", how="inner"
    )
    sent = exchange_participation[exchange_participation["persons"].astype("float64").ne(0)]
    visited = sent[["exchange_id", "unit_id"]].merge(
        exchange_events[["exchange_id", "year"]], on="exchange_id", how="inner"
    )
    visited = visited.rename(columns={"exchange_id": "event_id"}).assign(stream="exchange", person_key=None)
    advised = consultations.rename(columns={"consultation_id": "event_id"}).assign(stream="consulting")
    parts = [part[REACH_COLUMNS] for part in (came, visited, advised) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=REACH_COLUMNS)


def support_summary(events: pd.DataFrame, reach: pd.DataFrame, units_in_force: Mapping[int, int]) -> pd.DataFrame:
    """Streams by year in the shape of the contract ``support_summary``; streams without an event in a year show 0.

    ``units_in_force`` is the number of units by year. ``unique_participants`` counts people known by key and is
    empty where a stream keeps no lists of people, ``units_reached`` where it never says which units took part.
    """
    years = sorted(units_in_force)
    keys = pd.MultiIndex.from_product([STREAMS, years], names=["stream", "year"])
    groups = events.groupby(["stream", "year"])
    frame = pd.DataFrame(
        {
            "events": groups.size().reindex(keys, fill_value=0),
            "hours": groups["hours"].sum(min_count=1).reindex(keys),
            "participants": groups["participants"].sum(min_count=1).reindex(keys),
            "unique_participants": reach.dropna(subset=["person_key"]).groupby(["stream", "year"])["person_key"]
            .nunique().reindex(keys),
            "units_reached": reach.dropna(subset=["unit_id"]).groupby(["stream", "year"])["unit_id"]
            .nunique().reindex(keys, fill_value=0),
        }
    ).reset_index()  # fmt: skip
    placed = set(reach.loc[reach["unit_id"].notna(), "stream"])
    frame["units_reached"] = frame["units_reached"].astype("Int64").where(frame["stream"].isin(placed))
    frame["units_in_force"] = frame["year"].map(dict(units_in_force))
    return conform(frame, TABLES["support_summary"])


def consultations_before_deadline(
    consultations: pd.DataFrame, deadlines: Mapping[int, dt.date], units: Iterable[str]
) -> pd.DataFrame:
    """Consultations of every unit between the previous deadline and the deadline (on its day: no longer).

    Columns: unit_id, year, consultations_before_deadline.
    """
    deadlines = check_deadlines(deadlines)
    years = np.array(list(deadlines))
    keys = pd.MultiIndex.from_product([list(dict.fromkeys(units)), years], names=["unit_id", "year"])
    window = first_deadline_after(consultations["consulted_on"], deadlines)
    in_time = window < len(years)
    counted = consultations.loc[in_time, ["unit_id"]].assign(year=years[window[in_time]])
    counts = counted.groupby(["unit_id", "year"]).size().reindex(keys, fill_value=0)
    return counts.astype("Int64").rename("consultations_before_deadline").reset_index()
