"""The project office: what becomes of applications to federal programmes, with its help and without.

Helped and other applications differ in more than the help: who is helped was not drawn by lot. Their difference is an
association, and the rows say so.
"""

from __future__ import annotations

import pandas as pd

from evaluation.field.services.differences import share_difference
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
from evaluation.field.services.territory import by_territory
from evaluation.field.services.waiting_times import Waits, quantile, waiting_curve, waits
from evaluation.tables import TABLES

SERVICE = "project_office"
APPROVED, REJECTED, PENDING = "approved", "rejected", "submitted"
HELPED = {True: "yes", False: "no"}


def decision_waits(applications: pd.DataFrame, last_day: pd.Timestamp) -> Waits:
    """Days until the decision, the undecided censored on ``last_day``; what was withdrawn was never decided."""
    decided = applications["status"].map({APPROVED: True, REJECTED: True, PENDING: False}).astype("boolean")
    return waits(applications["applied_on"], applications["decided_on"], decided, last_day)


def office_indicators(
    applications: pd.DataFrame, units: pd.DataFrame, year: int, last_day: pd.Timestamp
) -> pd.DataFrame:
    """Contract ``service_indicators`` of one year's federal applications (contract ``federal_applications``); no rows
    without any. ``units`` as ``territory.units_of_year``."""
    if applications.empty:
        return TABLES["service_indicators"].empty()
    place = Place(SERVICE, year)
    helped = applications["helped"].astype("boolean").map(HELPED).astype("object")
    quarter = "q" + applications["applied_on"].dt.quarter.astype("str")
    parts = [
        counts(place.by("status"), "applications", "applications", tally(applications["status"])),
        counts(place.by("quarter"), "applications", "applications", tally(quarter, ["q1", "q2", "q3", "q4"])),
        *by_territory(place, "applications", "applications", applications["unit_id"], units),
    ]
    groups = {
        ALL: pd.Series(ALL, index=applications.index),
        "programme": applications["programme"],
        "helped": helped.where(helped.notna(), NOT_STATED),
    }
    for grouping, member in groups.items():
        parts += _fate(applications, member.astype("str"), place.by(grouping), last_day)
    parts.append(_help(applications, place))
    return joined(parts)


def _fate(applications: pd.DataFrame, member: pd.Series, place: Place, last_day: pd.Timestamp) -> list[Rows]:
    numbers = member.value_counts().sort_index()
    decided = applications["status"].isin([APPROVED, REJECTED])
    of = decided.groupby(member).sum()
    approved = applications["status"].eq(APPROVED).groupby(member).sum()
    clusters = applications["unit_id"].where(decided).groupby(member).nunique()
    some = of.index[of.gt(0)]
    pending = applications["status"].eq(PENDING).groupby(member).sum()
    parts = [
        counts(place, "applications", "applications", numbers),
        shares(place, "success_share", approved.loc[some], of.loc[some], clusters=clusters.loc[some]),
        shares(place, "pending_share", pending, numbers, is_census=True),
        *_money(applications, member, place),
    ]
    found = {str(name): decision_waits(part, last_day) for name, part in applications.groupby(member)}
    at = pd.DataFrame(
        {name: quantile(waiting_curve(each), 0.5) for name, each in found.items()}, index=["value", "low", "high"]
    ).T
    n = pd.Series({name: each.n for name, each in found.items()})
    note = pd.Series("not_reached", index=at.index).where(at["value"].isna(), None)
    parts.append(rows(place, "decision_days_median", "days", at["value"], n, low=at["low"], high=at["high"], note=note))
    return parts


def _money(applications: pd.DataFrame, member: pd.Series, place: Place) -> list[Rows]:
    """Sums of the amounts that are known; one granted that exceeds what was asked for is a mistake and is left out."""
    asked = applications["amount_asked"]
    granted = applications["amount_granted"]
    granted = granted.mask(granted.gt(asked))
    parts = []
    for indicator, amounts in (("asked", asked), ("granted", granted)):
        by = amounts.groupby(member)
        parts.append(rows(place, indicator, "currency", by.sum(min_count=1), by.count()))
    both = pd.DataFrame({"asked": asked, "granted": granted}).dropna()
    if len(both):
        sums = both.groupby(member.loc[both.index]).sum()
        n = member.loc[both.index].value_counts()
        ratio = sums["granted"] / sums["asked"].where(sums["asked"].gt(0))
        parts.append(
            rows(
                place, "granted_share", "ratio", ratio, n, numerator=sums["granted"], denominator=sums["asked"]
            )
        )  # fmt: skip
    return parts


def _help(applications: pd.DataFrame, place: Place) -> Rows:
    """Approved among the decided that were helped, less approved among those that were not."""
    decided = applications[applications["status"].isin([APPROVED, REJECTED]) & applications["helped"].notna()]
    found = share_difference(decided["status"].eq(APPROVED), decided["helped"].astype(bool), decided["unit_id"])
    at = {name: pd.Series([value], index=[ALL]) for name, value in (("low", found.low), ("high", found.high))}
    return one(
        place, "success_difference", "share_points", found.value, found.n, note="association",
        clusters=pd.Series([found.clusters], index=[ALL]), **at,
    )  # fmt: skip
