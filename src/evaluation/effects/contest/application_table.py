"""The table ``scored_applications``: distance from the year's line, what came before, whether an area applies again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.effects.contest.applications import contest_frame
from evaluation.effects.contest.line import add_distance, find_lines
from evaluation.effects.survival.team_table import COMPOSITION, composition
from evaluation.indicators.geographies import build_geography
from evaluation.indicators.programme_years import Tables

TABLE = TABLES["scored_applications"]
KNOWN_BEFORE = [
    "topic", "applicant_type", "share_local", "share_residents", "share_business", "population", "trained",
    "training_hours_before_deadline", "consultations_before_deadline", "exposure",
]  # fmt: skip
FOLLOWING = ["applies_again", "applications_next_year"]


def scored_applications(
    tables: Tables,
    project_table: pd.DataFrame,
    territory_dates: Mapping[int, dt.date],
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
) -> pd.DataFrame:
    """Contract ``scored_applications``: admitted applications with a score, of all years.

    ``tables``: projects, scores, teams, team_members. A following year is told in units that both years know: those of
    the first years while they last, then those of today; it is unknown for the last year and where the unit's future
    is not certain. Composition is that of the team whose application it is; the register of teams names one
    application a year, others have none. No rows where no application has a score.
    """
    projects = tables["projects"][tables["projects"]["year"].isin(list(territory_dates))].reset_index(drop=True)
    found = _in_units_of_both_years(projects, tables, territory_dates, registry, crosswalk)
    found = found[found["score"].notna()].rename(columns={"funded": "won"}).drop(columns="unit_id")
    if found.empty:
        return TABLE.empty()
    lines = find_lines(found, "score", "won")
    found = add_distance(found, lines).merge(lines[["year", "line"]], on="year", how="left")
    found["above"] = found["above"].astype("boolean")
    before = project_table[["project_id", "unit_id", "stable_unit_id", *KNOWN_BEFORE]]
    found = found.merge(before, on="project_id", how="left", validate="one_to_one")
    found = found.merge(_composition(tables), on="project_id", how="left", validate="one_to_one")
    return conform(found[list(TABLE.names)], TABLE)


def _in_units_of_both_years(
    projects: pd.DataFrame,
    tables: Tables,
    territory_dates: Mapping[int, dt.date],
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
) -> pd.DataFrame:
    told = {}
    for name in ("original", "current"):
        place = build_geography(name, registry, crosswalk, territory_dates)
        areas = place.place(projects["unit_id"], projects["year"]).set_axis(projects["project_id"])
        # unassigned is no area: whether it applies again says nothing
        areas = areas.where(areas.isin(set(place.units["unit_id"])))
        frame = contest_frame(projects.assign(unit_id=areas.to_numpy()), tables["scores"], tables["teams"])
        told[name] = frame, set(place.years)
    frame, years = told["original"]
    from_current = ~(frame["year"] + 1).isin(years)
    for column in FOLLOWING:
        frame[column] = np.where(from_current, told["current"][0][column], frame[column])
    return frame


def _composition(tables: Tables) -> pd.DataFrame:
    """project_id and COMPOSITION of the teams that name an application."""
    teams = tables["teams"].loc[tables["teams"]["project_id"].notna(), ["project_id", "team_id", "year"]]
    joined = teams.merge(composition(tables["team_members"]), on=["team_id", "year"], how="left")
    return joined.drop_duplicates("project_id")[["project_id", *COMPOSITION]]
