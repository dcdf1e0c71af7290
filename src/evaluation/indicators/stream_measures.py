"""Whom each stream of support reached: one row a contact, and sums by stream, year and territorial unit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.indicators.geographies import Geography
from evaluation.support.streams import STREAMS
from evaluation.support.training import ATTENDED
from evaluation.tables import TABLES

Tables = Mapping[str, pd.DataFrame]
CONTACT_COLUMNS = ["stream", "year", "act_id", "unit_id", "person_key", "heads", "hours"]
TOLD_COLUMNS = ["stream", "year", "acts", "acts_listed"]


def stream_contacts(tables: Tables) -> pd.DataFrame:
    """Every contact of the five streams, all years together: CONTACT_COLUMNS.

    A contact is a person at an event (``heads`` 1 however many sessions; ``hours`` those present, where unwritten the
    event's if the person was present throughout, else not known), a consultation (its minutes / 60), or a unit's people
    at an exchange event (``heads`` people sent, hours not known; nobody sent is no contact). ``person_key`` is empty
    where only a number of people or the unit is known, ``unit_id`` where the list does not say it.
    """
    parts = [_from_lists(tables), _from_exchange(tables), _from_consultations(tables)]
    filled = [part for part in parts if len(part)]
    if not filled:
        types = {"heads": "float64", "hours": "float64", "year": "Int64"}
        return pd.DataFrame({name: pd.Series(dtype=types.get(name, "str")) for name in CONTACT_COLUMNS})
    frame = pd.concat(filled, ignore_index=True)
    return frame.astype({"heads": "float64", "hours": "float64", "year": "Int64", "person_key": "str"})


def _table(tables: Tables, name: str) -> pd.DataFrame:
    return tables[name] if name in tables else TABLES[name].empty()


def _from_lists(tables: Tables) -> pd.DataFrame:
    events = _table(tables, "support_events")[["event_id", "stream", "year", "hours"]]
    rows = _table(tables, "attendance")
    if "hours_present" not in rows.columns:
        rows = rows.assign(hours_present=np.nan)
    came = rows.loc[rows["status"].isin(ATTENDED), ["event_id", "person_key", "unit_id", "status", "hours_present"]]
    by = ["event_id", "person_key", "unit_id"]
    grouped = came.assign(throughout=came["status"].eq("present")).groupby(by, dropna=False, sort=False)
    once = pd.concat(
        [grouped["hours_present"].sum(min_count=1).astype("float64"), grouped["throughout"].all()], axis=1
    ).reset_index()
    once = once.merge(events, on="event_id", how="inner")
    hours = once["hours_present"].fillna(once["hours"].astype("float64").where(once["throughout"]))
    return once.assign(act_id=once["event_id"], heads=1.0, hours=hours)[CONTACT_COLUMNS]


def _from_exchange(tables: Tables) -> pd.DataFrame:
    rows = _table(tables, "exchange_participation")[["exchange_id", "unit_id", "persons"]]
    rows = rows.assign(persons=rows["persons"].astype("float64"))
    rows = rows[rows["persons"].ne(0)]
    sent = rows.groupby(["exchange_id", "unit_id"], sort=False)["persons"].sum(min_count=1).reset_index()
    sent = sent.merge(_table(tables, "exchange_events")[["exchange_id", "year"]], on="exchange_id", how="inner")
    return sent.assign(
        stream="exchange", act_id=sent["exchange_id"], person_key=None, heads=sent["persons"], hours=np.nan
    )[CONTACT_COLUMNS]


def _from_consultations(tables: Tables) -> pd.DataFrame:
    rows = _table(tables, "consultations")
    return rows.assign(
        stream="consulting", act_id=rows["consultation_id"], heads=1.0, hours=rows["minutes"].astype("float64") / 60
    )[CONTACT_COLUMNS]


def years_told(tables: Tables) -> pd.DataFrame:
    """Streams and years for which the records tell whom the stream reached: TOLD_COLUMNS.

    ``acts``: events, exchange events and consultations of the stream; ``acts_listed``: those that say who came. A
    year is told when its schedule has rows and the stream either held nothing (nobody was reached) or left at least
    one list; a year without any row of the schedule, or with acts but without one list, is not told.
    """
    schedule = _table(tables, "support_events")[["event_id", "stream", "year"]]
    listed = schedule["event_id"].isin(_table(tables, "attendance")["event_id"])
    exchanges = _table(tables, "exchange_events")[["exchange_id", "year"]]
    sent = exchanges["exchange_id"].isin(_table(tables, "exchange_participation")["exchange_id"])
    advice = _table(tables, "consultations")[["year"]]
    acts = pd.concat(
        [
            schedule[["stream", "year"]].assign(listed=listed),
            exchanges[["year"]].assign(stream="exchange", listed=sent),
            advice.assign(stream="consulting", listed=True),
        ],
        ignore_index=True,
    )
    counts = acts.groupby(["stream", "year"])["listed"].agg(["size", "sum"])
    planned = sorted(schedule["year"].dropna().unique())
    keys = pd.MultiIndex.from_product([STREAMS, planned], names=["stream", "year"])
    counts = counts.reindex(counts.index.union(keys, sort=True), fill_value=0)
    # the schedule of exchange is a file of its own: without a row in it nothing is known of that year
    frame = counts.reset_index().rename(columns={"size": "acts", "sum": "acts_listed"})
    is_told = frame["acts_listed"].gt(0) | (frame["acts"].eq(0) & frame["stream"].ne("exchange"))
    told = frame[is_told & frame["stream"].isin(STREAMS)]
    rank = {stream: number for number, stream in enumerate(STREAMS)}
    told = told.astype({"acts": "Int64", "acts_listed": "Int64", "year": "Int64"})
    order = np.lexsort((told["year"].to_numpy(dtype=int), told["stream"].map(rank).to_numpy(dtype=int)))
    return told.iloc[order][TOLD_COLUMNS].reset_index(drop=True)


def placed_contacts(contacts: pd.DataFrame, place: Geography | None) -> pd.DataFrame:
    """``contacts`` in the geography's units (``unassigned`` where none is certain); without a geography as they are."""
    if place is None:
        return contacts
    return contacts.assign(unit_id=place.place(contacts["unit_id"], contacts["year"]))


def sums_by_unit(contacts: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Sums of one stream and year by unit: ``acts``, ``attendances``, ``persons``, ``hours``, ``attendances_timed``,
    ``attendances_keyed``.

    ``contacts``: CONTACT_COLUMNS whose units are all in ``index``. ``acts``: different acts; ``persons``: different
    people known by key; ``attendances_timed``: attendances whose hours are known; ``attendances_keyed``: those of
    people known by key; ``attendances`` is empty where no contact of the unit says how many came.
    """
    rows = contacts.assign(
        timed=contacts["heads"].where(contacts["hours"].notna(), 0.0),
        keyed=contacts["heads"].where(contacts["person_key"].notna(), 0.0),
        person_hours=contacts["hours"] * contacts["heads"],
    )
    by_unit = rows.groupby("unit_id")
    frame = pd.DataFrame(
        {
            "acts": by_unit["act_id"].nunique(),
            "attendances": by_unit["heads"].sum(min_count=1),
            "persons": by_unit["person_key"].nunique(),
            "hours": by_unit["person_hours"].sum(),
            "attendances_timed": by_unit["timed"].sum(),
            "attendances_keyed": by_unit["keyed"].sum(),
        }
    ).astype("float64")
    unknown = frame.index[frame["attendances"].isna()]
    out = frame.reindex(index, fill_value=0.0)
    out.loc[unknown, "attendances"] = np.nan
    return out
