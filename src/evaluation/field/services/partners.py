"""Partnerships abroad: how many stand where, how many were active in which year, what visits and agreements there were.

What the register does not state stays missing: talks with municipalities whose number nobody wrote down are talks with
an unknown number of partners, not with none.
"""

from __future__ import annotations

import pandas as pd

from evaluation.field.services.indicator_rows import ALL, NOT_STATED, Place, Rows, counts, joined, one, rows, tally
from evaluation.field.services.territory import by_territory
from evaluation.tables import TABLES

SERVICE = "partnerships"
IN_FORCE = ("agreement", "suspended", "ended")  # there was an agreement; with talks alone there was none
STILL = ("agreement",)


def partnership_indicators(
    partnerships: pd.DataFrame, events: pd.DataFrame, units: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Contract ``service_indicators`` of one year's registers (contracts ``partnerships``, ``partnership_events``).

    active_partnerships has a row for every year from the earliest stated one to ``year``. No rows without a register.
    """
    if partnerships.empty:
        return TABLES["service_indicators"].empty()
    place = Place(SERVICE, year)
    status = partnerships["status"].astype("str")
    country = partnerships["partner_country"].astype("object").where(partnerships["partner_country"].notna())
    parts = [
        one(place, "partnerships", "count", len(partnerships), len(partnerships)),
        counts(place.by("status"), "partnerships", "count", tally(status)),
        counts(place.by("kind"), "partnerships", "count", tally(partnerships["kind"])),
        counts(place.by("country"), "partnerships", "count", tally(country)),
        *by_territory(place, "partnerships", "count", partnerships["unit_id"], units),
        *_stated(partnerships, status, place),
        *active_by_year(partnerships, year),
    ]
    unknown = int(partnerships["since_year"].isna().sum())
    parts.append(one(place, "start_unknown", "count", unknown, len(partnerships)))
    return joined([*parts, *_events(events, place)])


def _stated(partnerships: pd.DataFrame, status: pd.Series, place: Place) -> list[Rows]:
    """Sums of the numbers of partners that are stated, with how many partnerships state one.

    A zero where talks are held is no number of partners (the register's remark says so): it is not stated either.
    """
    stated = partnerships["partners"].astype("float64")
    stated = stated.mask(status.eq("talks") & stated.eq(0))
    parts = []
    for grouping, member in ((ALL, pd.Series(ALL, index=partnerships.index)), ("status", status)):
        by = stated.groupby(member)
        total, known = by.sum(min_count=1), by.count()
        note = pd.Series("no_number", index=total.index).where(total.isna(), None)
        parts.append(rows(place.by(grouping), "partners_stated", "count", total, known, note=note))
    return parts


def active_by_year(partnerships: pd.DataFrame, year: int) -> list[Rows]:
    """Partnerships with an agreement that had begun by each year and not ended before it.

    Those without a first year cannot be placed and are counted as start_unknown; of those that ended or were suspended
    without a last year only the first year is certain.
    """
    agreed = partnerships[partnerships["status"].isin(IN_FORCE) & partnerships["since_year"].notna()]
    agreed = agreed[agreed["since_year"].le(year)]
    if agreed.empty:
        return []
    since = agreed["since_year"].astype("int64")
    open_end = agreed["status"].isin(STILL)
    until = agreed["until_year"].astype("Float64").fillna(year).where(agreed["until_year"].notna() | open_end, since)
    years = range(int(since.min()), year + 1)
    found = {then: int((since.le(then) & until.ge(then)).sum()) for then in years}
    return [
        one(Place(SERVICE, then), "active_partnerships", "count", number, len(agreed)) for then, number in found.items()
    ]


def _events(events: pd.DataFrame, place: Place) -> list[Rows]:
    if events.empty:
        return []
    kind = events["kind"].astype("object").where(events["kind"].notna(), NOT_STATED).astype("str")
    persons = events["persons"].astype("float64").groupby(kind)
    return [
        one(place, "partnership_events", "events", len(events), len(events)),
        counts(place.by("kind"), "partnership_events", "events", tally(events["kind"])),
        rows(place.by("kind"), "event_persons", "persons", persons.sum(min_count=1), persons.count()),
    ]
