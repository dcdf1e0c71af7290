"""Units in force in a year, and counts of what a service did by territory, type of municipality and region."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from evaluation.field.services.indicator_rows import ALL, Place, Rows, counts, one, rates, tally
from evaluation.territory.registry import in_force

UNIT_COLUMNS = ["unit_id", "name", "type", "region", "population"]


def units_of_year(registry: pd.DataFrame, territories: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Units in force on ``day``: UNIT_COLUMNS, sorted by unit_id.

    ``territories`` (contract ``territories`` of the year) gives residents; region is missing where the registry has
    none.
    """
    now = in_force(registry, day)[["unit_id", "short_name", "type", "region"]].rename(columns={"short_name": "name"})
    now["region"] = now["region"].where(now["region"].fillna("").ne(""))
    residents = territories.set_index("unit_id")["population"].astype("float64")
    now["population"] = now["unit_id"].map(residents)
    return now.sort_values("unit_id").reset_index(drop=True)[UNIT_COLUMNS]


def groupings(units: pd.DataFrame) -> list[str]:
    """By what territories can be grouped: type, and region where the registry names regions."""
    return ["type", "region"] if units["region"].notna().any() else ["type"]


def by_territory(
    place: Place, indicator: str, unit: str, unit_id: pd.Series, units: pd.DataFrame, *, rate: str = ""
) -> list[Rows]:
    """Counts of acts by unit, type and region, and ``rate``, the indicator of the same per 10,000 residents.

    ``unit_id``: the unit of each act. Every unit in force has a row, with 0 where nothing was done; acts without a unit
    in force are in ``not_stated`` and enter no rate; neither do units without published residents.
    """
    known = unit_id.where(unit_id.isin(units["unit_id"]))
    numbers = tally(known, units["unit_id"])
    out = [counts(place.by("unit"), indicator, unit, numbers)]
    if rate:
        residents = units.set_index("unit_id")["population"]
        measured = residents.index[residents.gt(0)]
        out.append(rates(place.by("unit"), rate, numbers.loc[measured], residents))
        whole = pd.Series([float(residents.loc[measured].sum())], index=[ALL])
        out.append(rates(place, rate, pd.Series([int(numbers.loc[measured].sum())], index=[ALL]), whole))
    for grouping in groupings(units):
        member = known.map(units.set_index("unit_id")[grouping])
        members = sorted(units[grouping].dropna().unique())
        of_group = tally(member, members)
        out.append(counts(place.by(grouping), indicator, unit, of_group))
        if rate:
            with_residents = units[units["population"].gt(0)]
            measured_acts = tally(member[known.isin(with_residents["unit_id"])], members)
            residents = with_residents.groupby(grouping)["population"].sum()
            out.append(rates(place.by(grouping), rate, measured_acts.loc[residents.index], residents))
    return out


def units_in_force(units: pd.DataFrame, year: int) -> list[Rows]:
    """How many units were in force, by type and region: the changing denominator of all that follows."""
    place = Place("registry", year)
    by_group = [
        counts(place.by(grouping), "units_in_force", "units", tally(units[grouping])) for grouping in groupings(units)
    ]
    return [one(place, "units_in_force", "units", len(units), len(units)), *by_group]
