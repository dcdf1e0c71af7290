"""The resource centre's log: who asks for what, how long answers take, what stays unanswered, who never asks."""

from __future__ import annotations

from collections.abc import Sequence

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
from evaluation.field.services.waiting_times import Waits, quantile, waiting_curve, waits
from evaluation.tables import TABLES

SERVICE = "requests"
QUANTILES = {"answer_days_median": 0.5, "answer_days_90": 0.9}
MONTHS = [f"{month:02d}" for month in range(1, 13)]


def is_answered(requests: pd.DataFrame) -> pd.Series:
    """Whether each request was answered: True, False or missing (boolean).

    A day of answer settles it, then the log's own mark. Without either, a request is unanswered only where the log
    marks nothing at all: a log that marks some rows leaves the others unknown.
    """
    marked = requests["answered"].astype("boolean")
    answered = marked.where(requests["answered_on"].isna(), True)
    return answered.fillna(False) if marked.isna().all() else answered


def answer_waits(requests: pd.DataFrame, last_day: pd.Timestamp) -> Waits:
    """Days until the answer, the unanswered censored on ``last_day``."""
    return waits(requests["received_on"], requests["answered_on"], is_answered(requests), last_day)


def request_indicators(
    requests: pd.DataFrame, units: pd.DataFrame, year: int, last_day: pd.Timestamp, topics: Sequence[str] = ()
) -> pd.DataFrame:
    """Contract ``service_indicators`` of the log of one year; no rows where there is no log.

    ``requests``: contract ``requests``; ``units`` as ``territory.units_of_year``; ``topics``: the known ones, which
    have a row even where nobody asked.
    """
    if requests.empty:
        return TABLES["service_indicators"].empty()
    place = Place(SERVICE, year)
    parts = [one(place, "requests", "count", len(requests), len(requests))]
    for grouping, known in (("topic", topics), ("kind", ()), ("channel", ())):
        numbers = tally(requests[grouping], known)
        parts.append(counts(place.by(grouping), "requests", "count", numbers))
        parts.append(shares(place.by(grouping), "requests_share", numbers, numbers * 0 + len(requests)))
    months = tally(requests["received_on"].dt.strftime("%m"), MONTHS)
    parts.append(counts(place.by("month"), "requests", "count", months))
    parts += by_territory(place, "requests", "count", requests["unit_id"], units, rate="requests_per_10000")
    parts += [*_per_unit(requests, units, place), *_silent(requests, units, place)]
    parts += [*_unanswered(requests, place), *_times(requests, place, last_day)]
    return joined(parts)


def silent_units(requests: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Units in force that did not ask once (columns of ``units``)."""
    return units[~units["unit_id"].isin(requests["unit_id"].dropna())].reset_index(drop=True)


def busiest_month(requests: pd.DataFrame) -> tuple[int | None, int]:
    """The month (1 to 12) with the most requests and their number; of several the first."""
    months = requests["received_on"].dt.month.value_counts().sort_index()
    return (None, 0) if months.empty else (int(months.idxmax()), int(months.max()))


def _per_unit(requests: pd.DataFrame, units: pd.DataFrame, place: Place) -> list[Rows]:
    group = units.set_index("unit_id")
    parts = []
    for grouping in groupings(units):
        in_group = units[grouping].value_counts().sort_index()
        asked = requests["unit_id"].map(group[grouping]).value_counts().reindex(in_group.index, fill_value=0)
        parts.append(
            rows(place.by(grouping), "requests_per_unit", "number", asked / in_group, in_group,
                 numerator=asked.astype("float64"), denominator=in_group.astype("float64"))
        )  # fmt: skip
    return parts


def _silent(requests: pd.DataFrame, units: pd.DataFrame, place: Place) -> list[Rows]:
    silent = silent_units(requests, units)
    whole = pd.Series([len(units)], index=[ALL])
    parts = [shares(place, "silent_units_share", pd.Series([len(silent)], index=[ALL]), whole, is_census=True)]
    for grouping in groupings(units):
        in_group = units[grouping].value_counts().sort_index()
        never = silent[grouping].value_counts().reindex(in_group.index, fill_value=0)
        parts.append(shares(place.by(grouping), "silent_units_share", never, in_group, is_census=True))
    return parts


def _unanswered(requests: pd.DataFrame, place: Place) -> list[Rows]:
    told = requests.assign(open=~is_answered(requests)).dropna(subset=["open"])
    parts = []
    for grouping, member in _groups(told):
        by = told.groupby(member)
        clusters = by["unit_id"].nunique()
        parts.append(
            shares(place.by(grouping), "unanswered_share", by["open"].sum().astype("int64"), by.size(),
                   clusters=clusters)
        )  # fmt: skip
    return parts


def _times(requests: pd.DataFrame, place: Place, last_day: pd.Timestamp) -> list[Rows]:
    parts = []
    for grouping, member in _groups(requests):
        found = {str(name): answer_waits(part, last_day) for name, part in requests.groupby(member)}
        n = pd.Series({name: each.n for name, each in found.items()})
        curves = {name: waiting_curve(each) for name, each in found.items()}
        for indicator, share in QUANTILES.items():
            at = pd.DataFrame(
                {name: quantile(curve, share) for name, curve in curves.items()}, index=["value", "low", "high"]
            ).T
            note = pd.Series("not_reached", index=at.index).where(at["value"].isna(), None)
            parts.append(
                rows(place.by(grouping), indicator, "days", at["value"], n, low=at["low"], high=at["high"], note=note)
            )
    return parts


def _groups(requests: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    """All together, and by topic."""
    topic = requests["topic"].astype("object").where(requests["topic"].notna(), NOT_STATED).astype("str")
    return [(ALL, pd.Series(ALL, index=requests.index)), ("topic", topic)]
