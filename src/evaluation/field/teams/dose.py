"""How much of each stream of support every team had before every deadline, and of whom that is known.

``team``: the act names a person on the team's roster of that year, or one of the team's applications. ``municipality``:
it names only the team's territorial unit (as exchange events do), so it may have reached others of it alone. An act
that is known to be another team's is not counted for the unit's other teams, and one that names nobody is counted for
no team at all: it would be the same for everyone.
"""

from __future__ import annotations

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.acts import TEACHING, TeamYears, acts_of_teams, unit_keys
from evaluation.support.streams import STREAMS

BASES = ("team", "municipality")
MATCHED = ["team_id", "year", "basis", "stream", "form", "act_id", "register", "person_key", "hours", "role"]


def match_acts(years: TeamYears, acts: pd.DataFrame | None = None) -> pd.DataFrame:
    """MATCHED: rows of ``acts`` (default: ``acts_of_teams``) with each team that they reached in the act's year."""
    found = acts_of_teams(years) if acts is None else acts
    rows = found.reset_index(drop=True).rename_axis("row").reset_index()
    teams = years.teams
    members = years.of("team_members")[["team_id", "year", "person_key"]].drop_duplicates()
    by_person = rows.dropna(subset=["person_key"]).merge(
        members.astype({"year": "int64"}), on=["person_key", "year"], how="inner"
    )
    by_person = by_person.merge(teams[["team_id", "year"]], on=["team_id", "year"])
    own = years.of("teams").dropna(subset=["project_id"])[["team_id", "project_id"]].drop_duplicates()
    by_project = rows.dropna(subset=["project_id"]).merge(own, on="project_id")
    by_project = by_project.merge(teams[["team_id", "year"]], on=["team_id", "year"])
    known = pd.concat([by_person, by_project], ignore_index=True).drop_duplicates(["team_id", "row"])
    left = rows[~rows["row"].isin(known["row"]) & rows["unit_id"].notna()]
    left = left.assign(unit=unit_keys(years, left["unit_id"], left["file_year"], left["year"]))
    by_unit = left.merge(teams[["team_id", "year", "unit"]], on=["unit", "year"])
    both = pd.concat([known.assign(basis="team"), by_unit.assign(basis="municipality")], ignore_index=True)
    return both[MATCHED]


def one_basis(matched: pd.DataFrame) -> pd.DataFrame:
    """``matched`` without the rows of acts that are known of the team and of its unit besides: the team's rows stay."""
    key = ["team_id", "year", "stream", "act_id"]
    of_team = matched.loc[matched["basis"] == "team", key].drop_duplicates().assign(is_team=True)
    told = matched.merge(of_team, on=key, how="left")["is_team"].notna().to_numpy()
    return matched[~told | (matched["basis"] == "team").to_numpy()]


def team_support(years: TeamYears, matched: pd.DataFrame | None = None) -> pd.DataFrame:
    """Contract ``team_support``: acts, hours, members reached and, of exchange, acts at which the unit taught.

    An act counts once for a team however many of its people came; ``members_reached`` are different people of the
    roster, known only of acts that name people; ``taught`` counts acts with a teaching role. No row: nothing recorded.
    """
    rows = one_basis(match_acts(years) if matched is None else matched)
    rows = rows.assign(taught=rows["role"].isin(TEACHING))
    key = ["team_id", "year", "stream", "basis"]
    acts = rows.groupby([*key, "act_id"], as_index=False).agg(hours=("hours", "first"), taught=("taught", "any"))
    support = acts.groupby(key, as_index=False).agg(
        acts=("act_id", "size"), hours=("hours", lambda hours: hours.sum(min_count=1)), taught=("taught", "sum")
    )
    people = rows[rows["basis"] == "team"].groupby(key)["person_key"].nunique().rename("members_reached")
    support = support.merge(people.reset_index(), on=key, how="left")
    support["members_reached"] = support["members_reached"].astype("Int64").replace(0, pd.NA)
    support["taught"] = support["taught"].astype("Int64").where(support["stream"] == "exchange")
    units = years.teams[["team_id", "year", "unit_id"]]
    support = support.merge(units, on=["team_id", "year"])
    support["stream"] = pd.Categorical(support["stream"], STREAMS)
    support = support.sort_values(key, kind="stable").astype({"stream": "str"})
    return conform(support[list(TABLES["team_support"].names)].reset_index(drop=True), TABLES["team_support"])
