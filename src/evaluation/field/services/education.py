"""The education project: which municipalities training reached, by type and year, with that year's own denominators.

Municipalities are counted as they were in force in each year, so that shares of different years have different wholes;
newly and ever reached are told in the units in force now, to which every year's codes are carried. All municipalities
and all events are counted: there is no sample and hence no interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from evaluation.field.services.indicator_rows import ALL, Place, Rows, joined, rows, shares
from evaluation.indicators.geographies import build_geography
from evaluation.support.training import ATTENDED
from evaluation.territory.crosswalk import UNASSIGNED
from evaluation.territory.registry import in_force

SERVICE = "education"
STREAM = "training"


def trained_units(attendance: pd.DataFrame, support_events: pd.DataFrame) -> pd.DataFrame:
    """Year and unit_id (as in that year's files) of units whose people attended training, once each."""
    training = support_events.loc[support_events["stream"].eq(STREAM), ["event_id", "year"]].drop_duplicates("event_id")
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "unit_id"]].dropna(subset=["unit_id"])
    return came.merge(training, on="event_id")[["year", "unit_id"]].drop_duplicates(ignore_index=True)


def education_indicators(
    attendance: pd.DataFrame,
    support_events: pd.DataFrame,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    territory_dates: Mapping[int, dt.date],
) -> pd.DataFrame:
    """Contract ``service_indicators``: reached_share by type and year; newly_reached and reached_ever_share.

    ``attendance`` and ``support_events`` of all years; ``territory_dates``: the day on which each year's codes are
    valid. A year without a recorded training event has no rows: nobody knows whom it reached.
    """
    told = sorted(set(support_events.loc[support_events["stream"].eq(STREAM), "year"]) & set(territory_dates))
    reached = trained_units(attendance, support_events)
    parts = []
    for year in map(int, told):
        dates = {then: day for then, day in territory_dates.items() if then <= year}
        own = build_geography("current", registry, crosswalk, dates)
        units = in_force(registry, territory_dates[year])[["unit_id", "type", "region"]]
        rows_of_year = reached[reached["year"].eq(year)]
        placed = set(own.place(rows_of_year["unit_id"], rows_of_year["year"]))
        parts += _of_year(units, placed, year)
    if told:
        parts += _since_the_beginning(reached, registry, crosswalk, territory_dates, [int(year) for year in told])
    return joined(parts)


def _of_year(units: pd.DataFrame, placed: set[str], year: int) -> list[Rows]:
    place = Place(SERVICE, year)
    is_reached = units["unit_id"].isin(placed)
    groups = [(ALL, pd.Series(ALL, index=units.index)), ("type", units["type"])]
    if units["region"].fillna("").ne("").any():
        groups.append(("region", units["region"]))
    return [
        shares(place.by(grouping), "reached_share", units[is_reached].groupby(member).size()
               .reindex(sorted(member.dropna().unique()), fill_value=0), member.value_counts(), is_census=True)
        for grouping, member in groups
    ]  # fmt: skip


def _since_the_beginning(
    reached: pd.DataFrame,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    territory_dates: Mapping[int, dt.date],
    told: list[int],
) -> list[Rows]:
    now = build_geography("current", registry, crosswalk, territory_dates)
    placed = reached.assign(unit_id=now.place(reached["unit_id"], reached["year"]))
    first = placed[placed["unit_id"].ne(UNASSIGNED)].groupby("unit_id")["year"].min()
    whole = len(now.units)
    parts = []
    for year in told:
        place = Place(SERVICE, year)
        newly = pd.Series([int(first.eq(year).sum())], index=[ALL])
        parts.append(rows(place, "newly_reached", "units", newly, whole, note="census"))
        ever = pd.Series([int(first.le(year).sum())], index=[ALL])
        parts.append(shares(place, "reached_ever_share", ever, pd.Series([whole], index=[ALL]), is_census=True))
    return parts
