"""The support of simulated teams against what the simulation knows: whose documents were worked on, who trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.field.teams.acts import TeamYears
from evaluation.field.teams.conditions import team_conditions
from evaluation.field.teams.continuity import overlaps
from evaluation.field.teams.portfolio import line_years
from evaluation.simulate import SimulatedProgramme, simulate_programme
from evaluation.simulate.files.teams_part import document_reviews, programme_lines
from evaluation.simulate.parameters import application_deadline
from evaluation.simulate.tables import project_ids
from evaluation.simulate.year_view import view
from evaluation.tables import TABLES

YEARS = (2024, 2025)
TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"
NAMES = ("territories", "teams", "team_members", "projects", "support_events", "attendance", "exchange_events",
         "exchange_participation", "consultations")  # fmt: skip


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    units = pd.read_csv(TERRITORY / "units.csv", dtype="str", keep_default_na=False)
    # without the reform: a unit of the truth is then one unit of the registers
    return simulate_programme(units, None, seed=12, years=YEARS)


@pytest.fixture(scope="module")
def years(programme: SimulatedProgramme) -> TeamYears:
    tables = {name: programme.tables[name] for name in NAMES}
    views = [view(programme, year) for year in YEARS]
    for name, rows in (("document_reviews", document_reviews), ("programme_lines", programme_lines)):
        made = pd.concat([rows(one) for one in views], ignore_index=True)
        made = made.assign(source="made", source_sheet="made", source_row=1)
        tables[name] = made.reindex(columns=list(TABLES[name].names))
    deadlines = {year: pd.Timestamp(application_deadline(year)).date() for year in YEARS}
    return TeamYears(tables, deadlines)


@pytest.fixture(scope="module")
def found(years: TeamYears) -> pd.DataFrame:
    return team_conditions(years)


def test_help_with_documents_is_found_where_it_was_given(programme: SimulatedProgramme, found: pd.DataFrame) -> None:
    now = found[found["year"] == 2025].set_index("team_id")["document_reviews"]
    contest = next(one for one in programme.history.contests if one.year == 2025)
    helped = pd.Series(contest.helped, index=project_ids(contest))
    teams = programme.tables["teams"].query("year == 2025").set_index("team_id")["project_id"]
    true = teams.map(helped).astype("boolean").fillna(False).astype(bool)
    assert 5 < true.sum() < len(true) - 5
    assert (now.reindex(true.index) > 0).tolist() == true.tolist()
    assert found.loc[found["year"] == 2024, "document_reviews"].isna().all(), "that year has no register of reviews"


def test_members_trained_and_kept_are_those_of_the_truth(
    programme: SimulatedProgramme, years: TeamYears, found: pd.DataFrame
) -> None:
    found = found.set_index(["team_id", "year"])
    tables = programme.tables
    events = tables["support_events"]
    ended = events[(events["stream"] == "training") & (events["ends_on"] < pd.Timestamp(years.deadlines[2025]))]
    came = tables["attendance"]
    came = came[came["status"].isin(["present", "partial"]) & came["event_id"].isin(ended["event_id"])]
    members = tables["team_members"]
    for (team, year), roster in members[members["year"] == 2025].groupby(["team_id", "year"]):
        assert found.loc[(team, year), "trained_members"] == len(set(roster["person_key"]) & set(came["person_key"]))
    # whoever sat together before the first deadline or after is jointly trained in the simulation
    joint = members[members["year"] == 2025].merge(came[["event_id", "person_key"]], on="person_key")
    together = joint.groupby(["team_id", "event_id"])["person_key"].nunique().groupby("team_id").max() >= 2
    window = found.xs(2025, level="year")["joint_events"] + found.xs(2024, level="year")["joint_events"].reindex(
        found.xs(2025, level="year").index
    ).fillna(0)
    same_people = overlaps(tables["teams"], members).query("year == 2025 and continuity == 1")["team_id"]
    for team in same_people:
        assert bool(window[team] > 0) == bool(together.get(team, False)), team


def test_own_line_agrees_with_the_register_of_projects(years: TeamYears) -> None:
    own = line_years(years).query("line == 'local_initiatives'")
    assert own["year"].tolist() == list(YEARS)
    assert own["applications"].tolist() == own["register_applications"].tolist()
    assert own["supported"].tolist() == own["register_supported"].tolist()
    others = line_years(years).query("line == 'cleanliness'")
    # drawn with a chance of 0.455: both years together
    rate = others["supported"].sum() / others["applications"].sum()
    assert abs(rate - 0.455) < 4 * np.sqrt(0.455 * 0.545 / float(others["applications"].sum()))
