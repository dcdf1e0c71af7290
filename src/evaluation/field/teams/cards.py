"""The card of every team and year: its people, the support it had, its applications and how long it has lasted."""

from __future__ import annotations

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.acts import TeamYears, acts_of_teams, registers_told, unit_keys
from evaluation.field.teams.continuity import overlaps, rosters
from evaluation.field.teams.dose import BASES, team_support
from evaluation.indicators.projects import project_values
from evaluation.support.streams import STREAMS

SILENT_YEARS = 2  # as in ``effects.survival.teams``: so many silent years in a row end a spell
REGISTERS_OF = {
    "training": ("support_events",), "methodical": ("support_events", "document_reviews"),
    "consulting": ("support_events", "consultations"), "information": ("support_events", "publications"),
    "exchange": ("exchange_events",),
}  # fmt: skip
_ENDS = {"team": "team", "municipality": "unit"}


def team_cards(years: TeamYears, support: pd.DataFrame | None = None, acts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Contract ``team_cards``, one row a team and year of the register.

    People are counted by side (all empty without a roster). ``<stream>_team`` are acts known of the team,
    ``<stream>_unit`` those known of its unit only; they are empty where no register of the year tells of the stream, or
    none of its acts names people (units): unknown is not zero. ``training_hours`` are the hours of ``training_team``.
    ``has_applied``: the register names an application of that year; ``has_won`` is empty where it does not, or where
    the application is not in the register of projects. ``spell`` counts runs of years with applications, a new one
    after SILENT_YEARS years in a row without; ``year_of_spell`` is 1 in its first year, and both are empty before the
    first application.
    """
    teams = years.teams
    key = ["team_id", "year"]
    found = team_support(years) if support is None else support
    cards = teams.merge(_rosters(years), on=key, how="left").merge(_support_columns(found), on=key, how="left")
    told = _told(years, acts_of_teams(years) if acts is None else acts)
    for column in told.columns:
        cards[column] = cards[column].fillna(0).where(cards["year"].map(told[column]).astype(bool))
    cards = cards.merge(team_outcomes(years), on=key, how="left")
    cards = cards.merge(_unit_outcomes(years, teams), on=key, how="left")
    pairs = overlaps(teams, years.of("team_members"))
    cards = cards.merge(pairs[[*key, "continuity"]], on=key, how="left")
    cards = cards.sort_values(["year", "team_id"], kind="stable")
    return conform(cards[list(TABLES["team_cards"].names)], TABLES["team_cards"])


def team_outcomes(years: TeamYears) -> pd.DataFrame:
    """team_id, year, has_applied, has_won, applications_so_far, wins_so_far, first_year, spell, year_of_spell."""
    projects = years.of("projects")
    won = projects.set_index("project_id")["is_funded"].astype("boolean")
    teams = years.teams.sort_values(["team_id", "year"], kind="stable").copy()
    teams["has_applied"] = teams["project_id"].notna().astype("boolean")
    teams["has_won"] = teams["project_id"].map(won).astype("boolean")
    by_team = teams["team_id"]
    teams["applications_so_far"] = teams["has_applied"].astype("int64").groupby(by_team).cumsum()
    teams["wins_so_far"] = teams["has_won"].fillna(False).astype("int64").groupby(by_team).cumsum()
    applied = teams["year"].where(teams["has_applied"].astype(bool)).astype("float64")
    last = applied.groupby(by_team).ffill()
    before = last.groupby(by_team).shift()
    begins = applied.notna() & (before.isna() | (applied - before > SILENT_YEARS))
    spell = begins.astype("int64").groupby(by_team).cumsum()
    start = applied.where(begins).groupby(by_team).ffill()
    teams["first_year"] = applied.groupby(by_team).transform("min").where(last.notna())
    teams["spell"] = spell.where(spell > 0)
    teams["year_of_spell"] = teams["year"] - start + 1
    whole = ["first_year", "spell", "year_of_spell", "applications_so_far", "wins_so_far"]
    columns = ["team_id", "year", "has_applied", "has_won", *whole[3:], *whole[:3]]
    return teams[columns].astype(dict.fromkeys(whole, "Int64")).reset_index(drop=True)


def _rosters(years: TeamYears) -> pd.DataFrame:
    found = rosters(years.of("team_members"))
    return found[found["year"].isin(years.years)].astype({"year": "int64"})


def _support_columns(support: pd.DataFrame) -> pd.DataFrame:
    acts = support.assign(column=support["stream"] + "_" + support["basis"].map(_ENDS))
    wide = acts.pivot(index=["team_id", "year"], columns="column", values="acts")
    wide = wide.reindex(columns=[f"{stream}_{_ENDS[basis]}" for stream in STREAMS for basis in BASES])
    hours = support[(support["stream"] == "training") & (support["basis"] == "team")]
    wide["training_hours"] = hours.set_index(["team_id", "year"])["hours"].reindex(wide.index)
    return wide.reset_index().rename_axis(columns=None).astype({"year": "int64"})


def _told(years: TeamYears, acts: pd.DataFrame) -> pd.DataFrame:
    """Whether each year's records can tell of acts of a stream for teams and for units: years x <stream>_<end>."""
    named = {"team": acts["person_key"].notna() | acts["project_id"].notna(), "unit": acts["unit_id"].notna()}
    known = registers_told(years)
    rows = {}
    for year in years.years:
        row = {}
        for stream, registers in REGISTERS_OF.items():
            own = (acts["stream"] == stream) & (acts["year"] == year)
            is_told = any({year, year - 1} & known[register] for register in registers)
            for end, names in named.items():
                row[f"{stream}_{end}"] = is_told and bool((own & names).any() or not own.any())
        rows[year] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def _unit_outcomes(years: TeamYears, teams: pd.DataFrame) -> pd.DataFrame:
    """Applications and funded projects of each team's territorial unit in the year, whoever made them."""
    projects = years.of("projects")
    projects = projects[projects["year"].isin(years.years)]
    values = project_values(projects, None, None).astype({"year": "int64"})
    values["unit"] = unit_keys(years, values["unit_id"], values["year"], values["year"])
    sums = values.groupby(["unit", "year"]).agg(
        unit_applications=("project_id", "size"), unit_wins=("is_funded", "sum")
    )
    found = teams[["team_id", "year", "unit"]].merge(sums.reset_index(), on=["unit", "year"], how="left")
    counts = ["unit_applications", "unit_wins"]
    found[counts] = found[counts].fillna(0).astype("int64")
    return found[["team_id", "year", *counts]]
