"""The ledger of trainings: days, place, people, person-days and ratings of every event, by what its host is.

A training held in a base municipality belongs to that municipality's component of the work (source: the programme's
own description, in which the pilot municipality is the ground of the training). Nobody is counted twice at one event.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.cleaning.survey.asked import attended_by_event
from evaluation.contracts import TABLES, conform
from evaluation.indicators.geographies import Geography
from evaluation.privacy.disclosure import suppress_counts
from evaluation.support.training import ATTENDED
from evaluation.territory.crosswalk import UNASSIGNED

TABLE = TABLES["training_ledger"]
HOURS_A_DAY = 6
"""A range of days that the hours told would not fill at this many a day counts as many days as they fill: a distance
course of 24 hours from January to March is no 90 days of training."""
COUNTS_OF_PEOPLE = ("participants", "rated")
FROM_COUNTS = {
    "person_days": "participants", "person_hours": "participants", "top_share": "rated", "low": "rated",
    "high": "rated", "top_lowest": "rated", "top_highest": "rated", "verdict": "rated",
}  # fmt: skip
"""Columns that would give a hidden count of people away, by the count."""
RATINGS = ("rated", "response_rate", "top_share", "low", "high", "top_lowest", "top_highest", "verdict",
           "verdict_any_silence")  # fmt: skip


def training_ledger(
    tables: Mapping[str, pd.DataFrame], roles: pd.DataFrame, geography: Geography, item: str | None = None
) -> pd.DataFrame:
    """Contract ``training_ledger``: one row an event of the stream ``training``, in order of its first day.

    ``tables``: support_events, attendance, event_ratings (of the years that have them), units coded as in each year's
    files; ``roles``: contract ``partnership_years`` of ``geography``. ``item``: the rating that stands in the ledger;
    without it the one that a claim of the plan is about. Person-days: people times training days, people present in
    part by their hours or sessions; who came in part without either is counted in ``participants_in_part`` and adds no
    days. Where there is no list the organisers' number stands (``participants_basis``: reported).
    """
    every = tables["support_events"]
    events = every[every["stream"] == "training"].sort_values(["starts_on", "event_id"], kind="stable")
    events = events.reset_index(drop=True)
    days = (events["ends_on"] - events["starts_on"]).dt.days + 1
    filled = np.ceil(events["hours"].to_numpy(dtype=float, na_value=np.inf) / HOURS_A_DAY)
    training_days = np.minimum(days.to_numpy(dtype=float), np.maximum(filled, 1.0))
    host = geography.place(events["host_unit_id"], events["year"]).replace({UNASSIGNED: None})
    about = roles.set_index(["unit_id", "year"])[["role", "components"]]
    hosting = about.reindex(pd.MultiIndex.from_arrays([host, events["year"]]))
    components = hosting["components"].where(hosting["role"].eq("base"))
    people = attended_by_event(events, tables["attendance"])
    came = _shares(tables["attendance"], events)
    whose = _by_role(came, events, roles, geography)
    ids = events["event_id"].astype("str")
    listed = people["basis"].to_numpy() == "list"
    parts = came.groupby("event_id")["share"].sum().reindex(ids, fill_value=0.0).to_numpy(dtype=float)
    number = people["attended"].to_numpy(dtype=float, na_value=np.nan)
    whole = np.where(listed, parts, number)
    unclear = came[came["share"].isna()].groupby("event_id").size().reindex(ids)
    frame = events[["event_id", "year", "title", "starts_on", "ends_on", "invited"]].assign(
        days=days, training_days=training_days, host_unit_id=host.to_numpy(),
        host_role=hosting["role"].to_numpy(), components=components.to_numpy(),
        participants=people["attended"].array, participants_basis=people["basis"].array,
        participants_in_part=_known(unclear, listed), person_days=whole * training_days,
        person_hours=whole * events["hours"].to_numpy(dtype=float, na_value=np.nan),
    )  # fmt: skip
    for name in ("participants_unplaced", "units", "units_base", "units_participant", "units_outside"):
        frame[name] = _known(whose[name].reindex(ids), listed)
    ratings = _ratings(tables.get("event_ratings"), item).reindex(ids)
    return conform(frame.assign(**{name: ratings[name].array for name in RATINGS})[list(TABLE.names)], TABLE)


def ledger_totals(ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger by what the host is, its components and the year.

    Columns: host_role, components, year, events, days, participants, person_days, person_hours, rated_events,
    without_people (events of which nobody knows how many came; they add nothing to the sums).
    """
    held = ledger.assign(
        host_role=ledger["host_role"].fillna("outside"), components=ledger["components"].fillna(""),
        unknown=ledger["participants"].isna(), is_rated=ledger["rated"].fillna(0).gt(0),
    )  # fmt: skip
    totals = held.groupby(["host_role", "components", "year"], sort=True).agg(
        events=("event_id", "size"), days=("training_days", "sum"), participants=("participants", "sum"),
        person_days=("person_days", "sum"), person_hours=("person_hours", "sum"), rated_events=("is_rated", "sum"),
        without_people=("unknown", "sum"),
    )  # fmt: skip
    return totals.reset_index()


def shown_events(ledger: pd.DataFrame, year: int, threshold: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ledger of one year for people to see, and which of its cells are hidden (same index and columns).

    Counts of people below ``threshold`` are hidden, and what would give them away.
    """
    shown = suppress_counts(ledger[ledger["year"] == year], COUNTS_OF_PEOPLE, threshold, derived=FROM_COUNTS)
    return shown.frame, shown.hidden


def shown_totals(ledger: pd.DataFrame, threshold: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``ledger_totals`` as ``shown_events``."""
    derived = {"person_days": "participants", "person_hours": "participants"}
    shown = suppress_counts(ledger_totals(ledger), ["participants"], threshold, ["year"], derived=derived)
    return shown.frame, shown.hidden


def _shares(attendance: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """event_id, person_key, unit_id, share: how much of the event every person attended; empty: nobody knows."""
    rows = attendance[attendance["event_id"].isin(events["event_id"])].copy()
    hours = rows["event_id"].map(events.set_index("event_id")["hours"]).astype("float64")
    sessions = rows.dropna(subset=["session"]).groupby("event_id")["session"].nunique()
    rows = rows.assign(hours=hours, sessions=rows["event_id"].map(sessions))
    rows = rows[rows["status"].isin(ATTENDED)]
    by_hours = (rows["hours_present"].astype("float64") / rows["hours"]).clip(upper=1.0)
    alone = np.where(rows["status"] == "present", 1.0, by_hours)
    in_sessions = (1.0 / rows["sessions"].astype("float64")).where(rows["session"].notna())
    rows = rows.assign(share=in_sessions.fillna(pd.Series(alone, index=rows.index)))
    grouped = rows.groupby(["event_id", "person_key"], sort=True)
    found = grouped.agg(unit_id=("unit_id", "first"), share=("share", lambda part: part.sum(min_count=1))).reset_index()
    return found.assign(share=found["share"].clip(upper=1.0))


def _by_role(came: pd.DataFrame, events: pd.DataFrame, roles: pd.DataFrame, geography: Geography) -> pd.DataFrame:
    """By event: people without a unit, and how many units of each role were there."""
    year = came["event_id"].map(events.set_index("event_id")["year"])
    placed = geography.place(came["unit_id"], year)
    known = placed.notna() & (placed != UNASSIGNED)
    seen = came.assign(unit_id=placed, year=year)[known].drop_duplicates(["event_id", "unit_id"])
    seen = seen.merge(roles[["unit_id", "year", "role"]], on=["unit_id", "year"], how="left")
    counts = seen.groupby(["event_id", "role"]).size().unstack(fill_value=0)
    table = counts.reindex(columns=["base", "participant", "outside"], fill_value=0)
    table = table.rename(columns=lambda role: f"units_{role}")
    table["units"] = seen.groupby("event_id").size()
    unplaced = came[~known].groupby("event_id").size()
    whole = table.index.union(unplaced.index)
    return table.reindex(whole).assign(participants_unplaced=unplaced.reindex(whole)).fillna(0)


def _known(counts: pd.Series, listed: np.ndarray) -> pd.arrays.IntegerArray:
    """Counts from lists of people; without a list nobody knows."""
    return pd.array(np.where(listed, counts.fillna(0).to_numpy(dtype=float), np.nan), dtype="Int64")


def _ratings(ratings: pd.DataFrame | None, item: str | None) -> pd.DataFrame:
    """The chosen item's ratings by event."""
    table = TABLES["event_ratings"].empty() if ratings is None else ratings
    chosen = table[table["item"] == item] if item else table[table["claim"].notna()]
    return chosen.drop_duplicates("event_id").set_index("event_id")[list(RATINGS)]
