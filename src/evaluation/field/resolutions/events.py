"""Who met and who voted at an event that adopted something: the record of its minutes, and whether it adds up."""

from __future__ import annotations

import pandas as pd

from evaluation.tables.measures import SECTOR_COUNTS

VOTES = ("votes_for", "votes_against", "abstained")
EVENT_COLUMNS = [
    "resolution_id", "held_on", "place", "participants", *SECTOR_COUNTS, "speakers", "discussants", "questions",
    *VOTES, "sectors_add_up", "votes_add_up", "recommendations", "problems",
]  # fmt: skip


def event_records(resolutions: pd.DataFrame, recommendations: pd.DataFrame, problems: pd.DataFrame) -> pd.DataFrame:
    """One row a resolution: EVENT_COLUMNS, with what it adopted and named.

    sectors_add_up: the sectors known sum to the participants (missing where fewer than two, or the whole, are known);
    votes_add_up: votes do not pass the participants (missing where fewer than two, or the whole, are known).
    """
    frame = resolutions.copy()
    sectors, votes = _sum(frame, SECTOR_COUNTS), _sum(frame, VOTES)
    whole = frame["participants"].astype("Float64")
    frame["sectors_add_up"] = (sectors == whole).astype("boolean").where(sectors.notna() & whole.notna())
    frame["votes_add_up"] = (votes <= whole).astype("boolean").where(votes.notna() & whole.notna())
    for name, records in (("recommendations", recommendations), ("problems", problems)):
        counted = _belonging(records, resolutions).value_counts()
        frame[name] = frame["resolution_id"].map(counted).fillna(0).astype("int64")
    return frame.sort_values(["held_on", "resolution_id"], kind="stable")[EVENT_COLUMNS].reset_index(drop=True)


def _sum(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Sum of the counts that are known, of rows where at least two are."""
    counts = frame[list(names)].astype("Float64")
    return counts.sum(axis=1).where(counts.notna().sum(axis=1) >= 2)


def _belonging(records: pd.DataFrame, resolutions: pd.DataFrame) -> pd.Series:
    """The resolution of each record: named by itself, or the one of its exchange or support event."""
    found = records["resolution_id"]
    for key in ("exchange_id", "event_id"):
        by_event = resolutions.dropna(subset=[key]).drop_duplicates(key).set_index(key)["resolution_id"]
        found = found.fillna(records[key].map(by_event))
    return found
