"""How far every stream of support reaches, by year: coverage, penetration, attendance, success, repetition.

Every number keeps numerator, denominator and n. Shares of counts carry Wilson's interval, rates with residents as
their exposure the exact Poisson interval; sums of hours and the ratio of people to attendances carry none, because
their parts are not independent counts. The stream ``programme`` holds what the contest itself tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.geographies import Geography
from evaluation.indicators.stream_indicators import BY_CHANNEL, OF_PROGRAMME, OF_STREAMS, PROGRAMME, Rows, rows_of
from evaluation.indicators.stream_measures import (
    Tables,
    placed_contacts,
    stream_contacts,
    sums_by_unit,
    years_told,
)
from evaluation.indicators.unit_measures import unit_measures
from evaluation.settings import InputProblem
from evaluation.territory.crosswalk import UNASSIGNED

_PROJECT_TABLES = ("territories", "projects", "project_funding", "project_participation")


def stream_coverage(
    tables: Tables,
    years: Sequence[int] | None = None,
    place: Geography | None = None,
    panel: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Contract ``stream_coverage``: OF_STREAMS by stream, OF_PROGRAMME and BY_CHANNEL of the contest, by year.

    ``tables`` of all years that are told (and one before, for repetition): territories, and where they exist projects,
    project_funding, project_participation, support_events, attendance, exchange_events, exchange_participation,
    consultations, teams. ``years``: default those of territories. A year's units and residents are those in force in
    it; repetition is told in the units of ``place`` (support) and of ``panel``, geography ``current`` (applications),
    without them only where the units did not change. What no table tells makes no row, never a zero. Contacts outside
    the units in force enter numerators of ``all`` that need no residents. Raises InputProblem for a year without units.
    """
    contacts, told = stream_contacts(tables), years_told(tables)
    placed = placed_contacts(contacts, place)
    have = tables["territories"]
    chosen = sorted(have["year"].dropna().unique()) if years is None else sorted(set(years))
    parts: list[Rows | None] = []
    for year in map(int, chosen):
        base = _base(tables, year)
        rows_told = told[told["year"] == year]
        of_year = contacts[contacts["year"] == year]
        parts += _programme_rows(tables, base, year, panel)
        for row in rows_told.itertuples():
            own = of_year[of_year["stream"] == row.stream]
            before, now = _reached_in_both(tables, placed, told, str(row.stream), year, place)
            parts += _stream_rows(own, base, str(row.stream), year, (row.acts, row.acts_listed), before, now)
    table = TABLES["stream_coverage"]
    told_parts = [part for part in parts if part is not None and len(part["unit_id"])]
    if not told_parts:
        return table.empty()
    columns = {name: np.concatenate([part[name] for part in told_parts]) for name in table.names}
    return conform(pd.DataFrame(columns), table)


def _base(tables: Tables, year: int) -> pd.DataFrame:
    """Units in force and ``unassigned`` with residents, teams and what they did in the contest; index unit_id."""
    territories = tables["territories"].loc[tables["territories"]["year"] == year].set_index("unit_id")
    if territories.empty:
        raise InputProblem(
            f"Охват по видам поддержки: на {year} год нет ни одной территории. Проверьте таблицу территорий этого "
            "года или уберите год.",
            f"Coverage by stream: there is no territorial unit for {year}. Check that year's table of territories or "
            "leave the year out.",
        )
    index = pd.Index([*territories.index, UNASSIGNED], name="unit_id")
    base = territories[["population", "population_18plus"]].astype("float64").reindex(index)
    base["in_force"] = base.index.isin(territories.index).astype(float)
    projects = tables.get("projects")
    if projects is not None and projects["year"].eq(year).any():
        held = {name: tables[name] for name in _PROJECT_TABLES if name in tables}
        done = unit_measures(held, year).set_index("unit_id")
        own = ["applications", "admissible", "funded", "applied", "won"]
        base[own] = done[own].reindex(index, fill_value=0.0)
    teams = tables.get("teams")
    if teams is not None and teams["year"].eq(year).any():
        unit = teams.loc[teams["year"] == year, ["team_id", "unit_id"]]
        unit = unit.assign(unit_id=unit["unit_id"].where(unit["unit_id"].isin(index), UNASSIGNED))
        base["teams"] = unit.groupby("unit_id")["team_id"].nunique().reindex(index, fill_value=0).astype(float)
    return base


def _same_units(tables: Tables, year: int) -> bool:
    units = tables["territories"].groupby("year")["unit_id"].agg(frozenset)
    return year - 1 in units.index and units[year - 1] == units[year]


def _applied_in_both(tables: Tables, year: int, panel: pd.DataFrame | None) -> tuple[float, float] | tuple[None, None]:
    """Units that applied in the year before, and how many of them again; None where it is not told."""
    if panel is None:
        rows = tables["projects"][["year", "unit_id"]].dropna()
        of_year = tables["territories"].loc[tables["territories"]["year"] == year, "unit_id"]
        rows = rows[rows["unit_id"].isin(of_year)]
        if not _same_units(tables, year):
            return None, None
    else:
        rows = panel[(panel["geography"] == "current") & panel["unit_id"].ne(UNASSIGNED)]
        if not rows["year"].eq(year - 1).any():
            return None, None
        rows = rows[rows["applications"] > 0]
    before, now = (set(rows.loc[rows["year"] == each, "unit_id"]) for each in (year - 1, year))
    return (float(len(before)), float(len(before & now))) if before or panel is not None else (None, None)


def _reached_in_both(
    tables: Tables, placed: pd.DataFrame, told: pd.DataFrame, stream: str, year: int, place: Geography | None
) -> tuple[float, float] | tuple[None, None]:
    """Units that the stream reached in the year before, and how many of them again; None where it is not told."""
    had = told[(told["stream"] == stream) & (told["year"] == year - 1)]
    if had.empty or (place is None and not _same_units(tables, year)):
        return None, None
    rows = placed[(placed["stream"] == stream) & placed["unit_id"].notna() & placed["unit_id"].ne(UNASSIGNED)]
    if place is None:
        of_year = tables["territories"].loc[tables["territories"]["year"] == year, "unit_id"]
        rows = rows[rows["unit_id"].isin(of_year)]
    before = set(rows.loc[rows["year"] == year - 1, "unit_id"])
    now = set(rows.loc[rows["year"] == year, "unit_id"])
    return float(len(before)), float(len(before & now))


def _stream_rows(
    contacts: pd.DataFrame,
    base: pd.DataFrame,
    stream: str,
    year: int,
    acts: tuple[int, int],
    before: float | None,
    again: float | None,
) -> list[Rows | None]:
    unit = contacts["unit_id"].where(contacts["unit_id"].isin(base.index), UNASSIGNED)
    own = contacts.assign(unit_id=unit)
    measures = pd.concat([base, sums_by_unit(own, base.index)], axis=1)
    measures["reached"] = (measures["acts"] > 0).astype(float) * measures["in_force"]
    if len(contacts) and not measures["attendances_keyed"].sum() > 0:
        measures[["persons", "attendances_keyed"]] = np.nan
    # people without a key are people too: a rate of different people needs the key of everyone
    everyone = bool(measures["attendances_keyed"].sum() == measures["attendances"].sum())
    measures["persons_of_all"] = measures["persons"] if everyone else np.nan
    if len(contacts) and not measures["attendances_timed"].sum() > 0:
        measures["hours"] = np.nan
    whole = {"acts_held": acts[0], "acts_listed": acts[1], "reached_before": before, "reached_again": again}
    measures = _of_the_whole(measures, whole)
    return [rows_of(each, measures, stream, year, own) for each in OF_STREAMS]


def _of_the_whole(measures: pd.DataFrame, numbers: Mapping[str, float | None]) -> pd.DataFrame:
    """``measures`` with numbers that only the whole programme tells: in one row, so that they are summed once."""
    columns = {
        name: pd.Series(np.nan if value is None else float(value), index=[UNASSIGNED]).reindex(measures.index)
        for name, value in numbers.items()
    }
    return measures.assign(**columns)


def _programme_rows(tables: Tables, base: pd.DataFrame, year: int, panel: pd.DataFrame | None) -> list[Rows | None]:
    if "applications" not in base:
        return []
    before, again = _applied_in_both(tables, year, panel)
    base = _of_the_whole(base, {"applied_before": before, "applied_again": again})
    rows = [rows_of(each, base, PROGRAMME, year) for each in OF_PROGRAMME]
    counts = tables.get("project_participation")
    if counts is None or counts.empty:
        return rows
    projects = tables["projects"].loc[tables["projects"]["year"] == year, ["project_id", "unit_id"]]
    own = counts.merge(projects, on="project_id", how="inner")
    own = own.assign(unit_id=own["unit_id"].where(own["unit_id"].isin(base.index), UNASSIGNED))
    for channel in sorted(own["channel"].dropna().unique()):
        sums = own[own["channel"] == channel].groupby("unit_id")["participations"].sum()
        measures = base.assign(participations=sums.reindex(base.index, fill_value=0).astype(float))
        rows.append(rows_of(BY_CHANNEL, measures, PROGRAMME, year, channel=str(channel)))
    return rows
