"""The congress's media: what was published where, how often each territory is mentioned, how unevenly.

Items are counted as the register lists them. Views that nobody noted are not known, never zero.
"""

from __future__ import annotations

import pandas as pd

from evaluation.field.services.indicator_rows import (
    ALL,
    NOT_STATED,
    Place,
    Rows,
    counts,
    joined,
    one,
    rows,
    shares,
    tally,
)
from evaluation.field.services.territory import by_territory, groupings
from evaluation.indicators.inequality import inequality, spread
from evaluation.indicators.inequality_intervals import bootstrap
from evaluation.settings import DataProblem
from evaluation.tables import TABLES

SERVICE = "media"


def media_indicators(items: pd.DataFrame, units: pd.DataFrame, year: int) -> pd.DataFrame:
    """Contract ``service_indicators`` of one year's items (contract ``media_items``); no rows without any.

    ``units`` as ``territory.units_of_year``: units that no item tells of count as mentioned zero times.
    """
    if items.empty:
        return TABLES["service_indicators"].empty()
    place = Place(SERVICE, year)
    channel = items["channel"].astype("object").where(items["channel"].notna(), NOT_STATED).astype("str")
    numbers = tally(items["channel"])
    parts = [
        one(place, "items", "count", len(items), len(items)),
        counts(place.by("channel"), "items", "count", numbers),
        shares(place.by("channel"), "items_share", numbers, numbers * 0 + len(items), is_census=True),
        *by_territory(place, "items", "count", items["unit_id"], units, rate="items_per_10000"),
    ]
    for grouping, member in ((ALL, pd.Series(ALL, index=items.index)), ("channel", channel)):
        by = items["views"].astype("float64").groupby(member)
        parts.append(rows(place.by(grouping), "views", "count", by.sum(min_count=1), by.count()))
        parts.append(shares(place.by(grouping), "views_known_share", by.count(), by.size(), is_census=True))
    return joined([*parts, *_mentioned(items, units, place), _gini(items, units, place)])


def mentions(items: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    """How many items tell of each unit in force (index unit_id)."""
    found = items["unit_id"].value_counts()
    return found.reindex(units["unit_id"], fill_value=0).rename("mentions")


def _mentioned(items: pd.DataFrame, units: pd.DataFrame, place: Place) -> list[Rows]:
    is_mentioned = mentions(items, units).gt(0).reset_index(drop=True)
    groups = {ALL: pd.Series(ALL, index=units.index)} | {name: units[name] for name in groupings(units)}
    return [
        shares(place.by(grouping), "mentioned_share", is_mentioned.groupby(member).sum(),
               is_mentioned.groupby(member).size(), is_census=True)
        for grouping, member in groups.items()
    ]  # fmt: skip


def _gini(items: pd.DataFrame, units: pd.DataFrame, place: Place) -> Rows:
    try:
        told = spread(mentions(items, units).astype("float64"))
    except DataProblem:  # nobody is mentioned, or there is but one unit: nothing that could be uneven
        return one(place, "mentions_gini", "ratio", None, len(units), note="too_few")
    ends = bootstrap("gini", told)
    at = {name: pd.Series([value], index=[ALL]) for name, value in (("low", ends.low), ("high", ends.high))}
    return one(place, "mentions_gini", "ratio", inequality("gini", told), told.n, **at)
