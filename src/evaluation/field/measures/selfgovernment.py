"""Territorial self-government (TOS): where residents and territories have it, and what support its bodies got."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.indicators.intervals import wilson_bounds
from evaluation.tables import TABLES

ALL = "all"
SUPPORT_COLUMNS = [
    "support_stage", "year", "applications", "bodies", "granted", "undecided", "granted_share", "low", "high",
    "requested", "amount", "without_amount",
]  # fmt: skip


def selfgovernment_coverage(
    bodies: pd.DataFrame, territories: pd.DataFrame, year_ends: Mapping[int, dt.date]
) -> pd.DataFrame:
    """Coverage by territorial unit and year, and of all units (``unit_id`` all): contract ``selfgovernment_coverage``.

    Counted are bodies that existed on the last day of the year (``year_ends``; without one 31 December): founded by
    then, or on a day not known, and not ended. Units are those of ``territories`` of the year; years are those with a
    register. A unit with a body that is not among them has a row without a share, and no part in those of all.
    residents_share = residents within the bodies' bounds ÷ population: it is a lower bound where residents of some
    bodies are not known (gap ``residents_partly_known``). The bounds of bodies may overlap, so residents are
    counted twice where the sum passes the population: such a unit has no share, and neither it nor one of unknown
    population or residents enters the share of all (gap ``units_left_out``). units_share = units with a body ÷ units,
    with Wilson's interval (low, high).
    """
    names = list(TABLES["selfgovernment_coverage"].names)
    years = sorted({int(year) for year in bodies["year"].dropna()})
    frames = [_one_year(bodies, territories, year, year_ends.get(year, dt.date(year, 12, 31))) for year in years]
    if not frames:
        return TABLES["selfgovernment_coverage"].empty()
    return pd.concat(frames, ignore_index=True)[names]


def existing(bodies: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The bodies that existed on ``day``."""
    end = pd.Timestamp(day)
    return bodies[~(bodies["founded_on"] > end) & ~(bodies["ended_on"] <= end)]


def _one_year(bodies: pd.DataFrame, territories: pd.DataFrame, year: int, end: dt.date) -> pd.DataFrame:
    units = territories[territories["year"] == year].drop_duplicates("unit_id").set_index("unit_id")
    there = existing(bodies[bodies["year"] == year], end)
    grouped = there.groupby("unit_id")
    units = units[["population"]].join(
        pd.DataFrame(
            {
                "bodies": grouped.size(),
                "bodies_with_residents": grouped["residents"].count(),
                "legal_entities": grouped["legal_entity"].sum().astype("Int64"),
                "residents": grouped["residents"].sum(min_count=1),
            }
        ),
        how="outer",
    )
    counts = ["bodies", "bodies_with_residents", "legal_entities"]
    units[counts] = units[counts].fillna(0).astype("int64")
    # a unit without a body has nobody living in one, which is known
    units["residents"] = units["residents"].where(units["bodies"] > 0, 0).astype("Float64")
    units["population"] = units["population"].astype("Float64")
    units["gap"] = _gap(units)
    usable = ~units["gap"].isin(["population_missing", "residents_missing", "residents_over_population"])
    share = (units["residents"] / units["population"]).astype("float64")
    units["residents_share"] = share.where(usable)
    counted = units.index.isin(territories.loc[territories["year"] == year, "unit_id"])
    units["units"] = counted.astype("int64")
    units["units_with_bodies"] = ((units["bodies"] > 0) & counted).astype("int64")
    units["units_share"] = units["units_with_bodies"].astype("float64").where(counted)
    units["low"] = units["high"] = np.nan
    whole = _total(units, usable)
    frame = pd.concat([whole, units]).rename_axis("unit_id").reset_index()
    return frame.assign(year=year)


def _gap(units: pd.DataFrame) -> pd.Series:
    reasons = {
        "population_missing": units["population"].isna(),
        "residents_missing": (units["bodies"] > 0) & (units["bodies_with_residents"] == 0),
        "residents_over_population": (units["residents"] > units["population"]).fillna(False),
        "residents_partly_known": units["bodies_with_residents"] < units["bodies"],
    }
    found = np.select([reason.to_numpy(dtype=bool) for reason in reasons.values()], list(reasons), default="")
    return pd.Series(found, index=units.index, dtype="object").replace("", None)


def _total(units: pd.DataFrame, usable: pd.Series) -> pd.DataFrame:
    """All units as one row; residents and population are those of units where both are usable."""
    told = units[usable]
    population = told["population"].sum()
    counted, with_bodies = units["units"].sum(), units["units_with_bodies"].sum()
    low, high = wilson_bounds([with_bodies], [counted])
    partly = (told["gap"] == "residents_partly_known").any()
    row = {
        **{
            name: units[name].sum()
            for name in ("bodies", "bodies_with_residents", "legal_entities", "units", "units_with_bodies")
        },
        "residents": told["residents"].sum(),
        "population": population,
        "residents_share": float(told["residents"].sum() / population) if population > 0 else np.nan,
        "units_share": with_bodies / counted if counted else np.nan,
        "low": low[0],
        "high": high[0],
        "gap": "units_left_out" if not usable.all() else "residents_partly_known" if partly else None,
    }
    return pd.DataFrame([row], index=[ALL])


def support_by_stage(grants: pd.DataFrame) -> pd.DataFrame:
    """Applications of bodies for support by year and stage, and of all stages (support_stage all): SUPPORT_COLUMNS.

    granted_share = granted ÷ applications with a decision, with Wilson's interval; money is summed where it is known,
    and ``without_amount`` counts what was granted without saying how much.
    """
    rows = grants.assign(
        support_stage=grants["support_stage"].fillna("not_stated"),
        undecided=grants["won"].isna(),
        granted=grants["won"].fillna(False).astype(bool),
    )
    rows["without_amount"] = rows["granted"] & rows["amount"].isna()
    rows["paid"] = rows["amount"].where(rows["granted"])
    both = pd.concat([rows.assign(support_stage=ALL), rows], ignore_index=True)
    grouped = both.groupby(["year", "support_stage"], sort=True)
    frame = pd.DataFrame(
        {
            "applications": grouped.size(),
            "bodies": grouped["tos_id"].nunique(),
            "granted": grouped["granted"].sum(),
            "undecided": grouped["undecided"].sum(),
            "requested": grouped["requested"].sum(min_count=1),
            "amount": grouped["paid"].sum(min_count=1),
            "without_amount": grouped["without_amount"].sum(),
        }
    ).reset_index()
    decided = frame["applications"] - frame["undecided"]
    frame["granted_share"] = (frame["granted"] / decided.where(decided > 0)).astype("float64")
    frame["low"], frame["high"] = wilson_bounds(frame["granted"], decided)
    return frame[SUPPORT_COLUMNS]
