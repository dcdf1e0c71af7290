"""In which units a series is told: those of the first year, areas that never changed, or those of today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from evaluation.territory.carrying import carry
from evaluation.territory.crosswalk import UNASSIGNED, geography_map
from evaluation.territory.crosswalk import Geography as GeographyName
from evaluation.territory.registry import in_force

GEOGRAPHIES: tuple[GeographyName, ...] = get_args(GeographyName)


@dataclass(frozen=True)
class Geography:
    """One geography of a programme's history.

    ``years``: programme years it can tell. ``units``: unit_id, name, type, is_north (the last two empty where an area
    joins unlike units). ``targets``: year, unit_id (as in that year's files), target.
    """

    name: GeographyName
    years: tuple[int, ...]
    units: pd.DataFrame
    targets: pd.DataFrame

    def place(self, unit_id: pd.Series, year: pd.Series) -> pd.Series:
        """Unit of this geography for each unit and year of the files; ``unassigned`` where none is known for certain.

        An empty unit stays empty.
        """
        keys = pd.DataFrame({"year": year.astype("Int64").array, "unit_id": unit_id.array})
        found = keys.merge(self.targets, how="left", on=["year", "unit_id"])["target"]
        placed = found.fillna(UNASSIGNED).where(keys["unit_id"].notna())
        return pd.Series(placed.to_numpy(), index=unit_id.index, dtype="str")


def build_geography(
    name: GeographyName,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    territory_dates: Mapping[int, dt.date],
) -> Geography:
    """The geography ``name`` over the years of ``territory_dates`` (day on which each year's codes are valid).

    original: units in force in the first year, for the years before the first change; stable: areas that exchanged
    territory only among themselves, all years; current: units in force in the last year, all years. A unit of the
    files that is no longer in force on its year's day is followed from its own last day. A unit whose future is not
    known for certain (share other than 1) is placed in ``unassigned``.
    """
    years = sorted(territory_dates)
    first, last = territory_dates[years[0]], territory_dates[years[-1]]
    maps: dict[dt.date, dict[str, str]] = {}

    def certain(day: dt.date) -> dict[str, str]:
        if day not in maps:
            moves = geography_map(name, registry, crosswalk, on=day, first_on=first, current_on=last)
            known = moves[moves["share"].eq(1.0)]
            maps[day] = dict(zip(known["from_unit"], known["to_unit"], strict=True))
        return maps[day]

    ended = registry.dropna(subset=["valid_to"])
    last_days = ended.groupby("unit_id")["valid_to"].max().dt.date
    rows: list[tuple[int, str, str]] = []
    told = []
    for year in years:
        day = territory_dates[year]
        own = certain(day)
        if not own:
            continue
        told.append(year)
        rows += [(year, unit, target) for unit, target in own.items()]
        in_force_now = set(in_force(registry, day)["unit_id"])
        for unit, end in last_days.items():
            if unit not in in_force_now and first <= end < day:
                target = certain(end).get(str(unit))
                if target is not None:
                    rows.append((year, str(unit), target))
    targets = pd.DataFrame(rows, columns=["year", "unit_id", "target"]).astype({"year": "Int64"})
    return Geography(name, tuple(told), _describe(name, registry, targets, first, last), targets)


def bounded_sums(
    frame: pd.DataFrame,
    columns: Sequence[str],
    name: GeographyName,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    territory_dates: Mapping[int, dt.date],
) -> pd.DataFrame:
    """Sums of ``columns`` by year and unit of a geography, with what an unknown share could add or take.

    ``frame`` has year, unit_id (as in that year's files) and the columns. The result has year, unit_id, and for each
    column x its x (what is known for certain; the rest in ``unassigned``), x_low and x_high. Rows without a unit are
    left out. A geography tells only its own years. Units and shares as ``territory.carrying.carry``.
    """
    years = sorted(territory_dates)
    first, last = territory_dates[years[0]], territory_dates[years[-1]]
    parts = []
    for year in years:
        moves = geography_map(name, registry, crosswalk, on=territory_dates[year], first_on=first, current_on=last)
        rows = frame[frame["year"].eq(year) & frame["unit_id"].notna()]
        if moves.empty or rows.empty:
            continue
        moves = pd.concat([moves, _of_lapsed_units(name, registry, crosswalk, territory_dates, year, moves)])
        parts.append(carry(rows, moves, columns, by=["year"]))
    if parts:
        return pd.concat(parts, ignore_index=True)
    bounds = [f"{column}{end}" for column in columns for end in ("", "_low", "_high")]
    return pd.DataFrame(columns=["year", "unit_id", *bounds])


def _of_lapsed_units(
    name: GeographyName,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    territory_dates: Mapping[int, dt.date],
    year: int,
    moves: pd.DataFrame,
) -> pd.DataFrame:
    """Ways of units that had ceased before the year's day, followed from their own last day."""
    years = sorted(territory_dates)
    first, last = territory_dates[years[0]], territory_dates[years[-1]]
    ends = registry.dropna(subset=["valid_to"]).groupby("unit_id")["valid_to"].max().dt.date
    gone = ends[(ends >= first) & (ends < territory_dates[year]) & ~ends.index.isin(moves["from_unit"])]
    ways = []
    for end, units in gone.groupby(gone):
        past = geography_map(name, registry, crosswalk, on=end, first_on=first, current_on=last)
        ways.append(past[past["from_unit"].isin(units.index)])
    return pd.concat(ways) if ways else moves.iloc[:0]


def _describe(
    name: GeographyName, registry: pd.DataFrame, targets: pd.DataFrame, first: dt.date, last: dt.date
) -> pd.DataFrame:
    """unit_id, name, type, is_north of the geography's units, sorted by unit_id."""
    columns = ["unit_id", "short_name", "type", "is_north"]
    if name != "stable":
        units = in_force(registry, first if name == "original" else last)[columns]
        return units.rename(columns={"short_name": "name"}).sort_values("unit_id").reset_index(drop=True)
    latest = registry.sort_values("valid_from").drop_duplicates("unit_id", keep="last").set_index("unit_id")
    rows = []
    for area in sorted(set(targets["target"]) - {UNASSIGNED}):
        parts = latest.loc[[part for part in area.split("+") if part in latest.index]]
        kinds, north = parts["type"].unique(), parts["is_north"].unique()
        rows.append(
            {
                "unit_id": area,
                "name": " + ".join(parts["short_name"]),
                "type": kinds[0] if len(kinds) == 1 else None,
                "is_north": north[0] if len(north) == 1 else None,
            }
        )
    return pd.DataFrame(rows, columns=["unit_id", "name", "type", "is_north"])
