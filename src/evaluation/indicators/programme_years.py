"""What was received over the years and what places it: the one argument of all that is told in a geography."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from evaluation.indicators.geographies import Geography, build_geography
from evaluation.settings import Exposure
from evaluation.support.training import check_deadlines
from evaluation.territory.crosswalk import Geography as GeographyName
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

Tables = Mapping[str, pd.DataFrame]
SUPPORT = ("support_events", "attendance", "exchange_events", "exchange_participation", "consultations")
PLACED = ("projects", "territories", "support_events", "exchange_events", "consultations")
EVENTS = {"attendance": ("support_events", "event_id"), "exchange_participation": ("exchange_events", "exchange_id")}
BY_PROJECT = ("project_funding", "project_participation")


@dataclass(frozen=True)
class ProgrammeYears:
    """``tables`` of all years, in the codes of each year's files; ``territory_dates``: the day on which each year's
    codes are valid; ``crosswalk``: what became of which unit (None where nothing changed).

    A deadline may be None only where no support is recorded (``usable_deadlines``).
    """

    tables: Tables
    deadlines: Mapping[int, dt.date | None]
    territory_dates: Mapping[int, dt.date]
    registry: pd.DataFrame
    crosswalk: pd.DataFrame | None
    settings: Exposure

    def in_geography(self, name: GeographyName) -> PlacedYears:
        """The same in the units of one geography, for the years that it can tell. Raises InputProblem as
        ``usable_deadlines``."""
        deadlines = usable_deadlines(self.tables, self.deadlines)
        dates = {year: self.territory_dates[year] for year in deadlines}
        place = build_geography(name, self.registry, self.crosswalk, dates)
        told = {year: day for year, day in deadlines.items() if year in place.years}
        return PlacedYears(place, told, place_tables(self.tables, place))


class Opened(Protocol):
    """What a step gives of its declared inputs (``workspace.OpenStep``)."""

    def table(self, name: str) -> pd.DataFrame: ...

    def setting(self, key: str) -> Any: ...

    def file(self, name: str) -> Path | None: ...


def read_years(step: Opened, tables: Sequence[str]) -> ProgrammeYears:
    """The step's ``tables`` of all years with the registry, the crosswalk, dates and settings that place them.

    Raises InputProblem as ``read_registry`` and ``read_crosswalk``.
    """
    registry = step.file("registry")
    assert registry is not None  # the settings require one
    return ProgrammeYears(
        tables={name: step.table(name) for name in tables},
        deadlines=step.setting("years.application_deadline"),
        territory_dates=step.setting("years.territory_date"),
        registry=read_registry(registry),
        crosswalk=read_crosswalk(step.file("crosswalk")),
        settings=step.setting("programme.exposure"),
    )


@dataclass(frozen=True)
class PlacedYears:
    """``tables`` as ``place_tables`` gives them and the deadlines of the geography's years, in order."""

    place: Geography
    deadlines: dict[int, dt.date]
    tables: dict[str, pd.DataFrame]


def usable_deadlines(tables: Tables, deadlines: Mapping[int, dt.date | None]) -> dict[int, dt.date]:
    """Application deadlines in order of years, as ``check_deadlines``.

    Where one is missing and the programme has no row of support in any year, the last day of each year stands in:
    there is nothing that could have come before or after it. Raises InputProblem where there is.
    """
    if None in deadlines.values() and not any(len(tables[name]) for name in SUPPORT if name in tables):
        return {year: dt.date(year, 12, 31) for year in sorted(deadlines)}
    return check_deadlines(deadlines)


def place_tables(tables: Tables, geography: Geography) -> dict[str, pd.DataFrame]:
    """Those of the tables that tell of units or their projects, with ``unit_id`` in the geography's units, for its
    years; rows with an empty unit keep it empty.

    Attendance and exchange participation take the year of their event.
    """
    placed = {name: tables[name] for name in PLACED if name in tables}
    for name, (events, key) in EVENTS.items():
        if name in tables:
            placed[name] = _with_event_year(tables[name], tables[events], key)
    out = {}
    for name, frame in placed.items():
        rows = frame[frame["year"].isin(geography.years)]
        if "unit_id" in rows.columns:
            rows = rows.assign(unit_id=geography.place(rows["unit_id"], rows["year"]))
        out[name] = rows
    return out | {name: tables[name] for name in BY_PROJECT if name in tables}


def _with_event_year(rows: pd.DataFrame, events: pd.DataFrame, key: str) -> pd.DataFrame:
    return rows.assign(year=rows[key].map(events.set_index(key)["year"]))
