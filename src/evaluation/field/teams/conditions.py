"""The four conditions for sustained teams as an index of declared indicators.

The conditions are those that an institute's support system names: joint training of teams, platforms for professional
communication, accompaniment, and mechanisms that support initiatives again. Each has three indicators, counted from the
registers as they stood before the year's deadline and scored 0 (none), 1 (some) or 2 (more) at declared steps.

The index is formative: its indicators make the conditions up rather than mirror one thing behind them (Bollen and
Lennox 1991, Psychological Bulletin 110), and their steps are an order, not a measure. It describes; it proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.effects.survival.team_table import SIDES
from evaluation.field.teams.acts import TEACHING, TeamYears, acts_of_teams, registers_told, unit_keys
from evaluation.field.teams.cards import team_outcomes
from evaluation.field.teams.dose import match_acts, one_basis
from evaluation.indicators.projects import project_values
from evaluation.support.training import ATTENDED, first_deadline_after

CONDITIONS = ("joint_training", "platforms", "accompaniment", "mechanisms")
OWN_LINE = "local_initiatives"
_KEY = ["team_id", "year"]


@dataclass(frozen=True)
class Indicator:
    """``steps``: the least counts that score 1 and 2. ``registers``: what must exist in the year (or, with ``lag``, the
    year before) for a zero to mean none; without them the indicator is unknown."""

    name: str
    condition: str
    known_of: str
    steps: tuple[int, int]
    registers: tuple[str, ...] = ()
    lag: bool = False


INDICATORS: tuple[Indicator, ...] = (
    Indicator("joint_events", "joint_training", "team", (1, 2), ("support_events",)),
    Indicator("trained_members", "joint_training", "team", (1, 3), ("support_events",)),
    Indicator("joint_across_sectors", "joint_training", "team", (1, 2), ("support_events",)),
    Indicator("exchange_meetings", "platforms", "municipality", (1, 2), ("exchange_events",)),
    Indicator("exchange_taught", "platforms", "municipality", (1, 2), ("exchange_events",)),
    Indicator("exchange_partners", "platforms", "municipality", (1, 10), ("exchange_events",)),
    Indicator("consultations", "accompaniment", "municipality", (1, 3), ("consultations",)),
    Indicator("sessions", "accompaniment", "team", (1, 2), ("support_events",)),
    Indicator("document_reviews", "accompaniment", "team", (1, 2), ("document_reviews",)),
    Indicator("wins_before", "mechanisms", "team", (1, 2)),
    Indicator("unit_wins_before", "mechanisms", "municipality", (1, 2)),
    Indicator("other_lines_before", "mechanisms", "municipality", (1, 2), ("programme_lines",), lag=True),
)


def team_conditions(
    years: TeamYears, acts: pd.DataFrame | None = None, matched: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Contract ``team_conditions``: counts of INDICATORS, scores of the four conditions and their mean.

    joint_events: training events at which two of the roster sat; joint_across_sectors: those where they came from two
    sides (authority, residents, business); trained_members: people of the roster who had ever been trained;
    exchange_meetings, _taught, _partners: meetings, those with a teaching role, and other units met there;
    consultations; sessions: clock checks and immersions; document_reviews; wins_before: funded projects of the team in
    earlier years; unit_wins_before: its unit's in the year before (both empty in the first year of data);
    other_lines_before: other lines of the state programme in which the unit was supported the year before. A count
    whose register the year does not have, or that rests on a roster that does not exist, is empty. A condition is the
    mean score of its known indicators / 2, the index the mean of the four conditions, empty where one of them is.
    """
    teams = years.teams
    acts = acts_of_teams(years) if acts is None else acts
    matched = match_acts(years, acts) if matched is None else matched
    frames = [
        _joint(years, matched), _trained(years), _exchange(years, matched, acts), _accompaniment(matched),
        _mechanisms(years, teams),
    ]  # fmt: skip
    table = teams[["team_id", "year", "unit_id"]]
    for frame in frames:
        table = table.merge(frame, on=_KEY, how="left")
    has_roster = pd.MultiIndex.from_frame(table[_KEY]).isin(
        pd.MultiIndex.from_frame(years.of("team_members")[_KEY].astype({"year": "int64"}))
    )
    told = registers_told(years)
    for one in INDICATORS:
        counts = table[one.name].fillna(0).astype("Int64")
        asked = [table["year"] - one.lag] if one.lag else [table["year"], table["year"] - 1]
        for register in one.registers:
            known = np.logical_or.reduce([year.isin(told[register]) for year in asked])
            counts = counts.where(known)
        if one.condition == "joint_training" or one.name == "sessions":
            counts = counts.where(has_roster)
        if one.name in ("wins_before", "unit_wins_before"):
            counts = counts.where(table["year"] > min(years.years))
        table[one.name] = counts
    table = pd.concat([table, condition_scores(table)], axis=1).sort_values(["year", "team_id"], kind="stable")
    return conform(table[list(TABLES["team_conditions"].names)], TABLES["team_conditions"])


def item_scores(counts: pd.DataFrame) -> pd.DataFrame:
    """Scores 0, 1 or 2 of INDICATORS (columns of ``counts``), NaN where a count is not known."""
    scores = {}
    for one in INDICATORS:
        value = counts[one.name].astype("float64")
        scores[one.name] = sum((value >= step).astype("float64") for step in one.steps)
        scores[one.name] = scores[one.name].where(value.notna())
    return pd.DataFrame(scores, index=counts.index)


def condition_scores(counts: pd.DataFrame) -> pd.DataFrame:
    """condition_<name> of CONDITIONS and conditions_index, each between 0 and 1."""
    items = item_scores(counts)
    parts = {
        f"condition_{name}": items[[one.name for one in INDICATORS if one.condition == name]].mean(axis=1) / 2
        for name in CONDITIONS
    }
    scores = pd.DataFrame(parts)
    return scores.assign(conditions_index=scores.mean(axis=1, skipna=False))


def _joint(years: TeamYears, matched: pd.DataFrame) -> pd.DataFrame:
    members = years.of("team_members")[[*_KEY, "person_key", "sector"]].drop_duplicates([*_KEY, "person_key"])
    sides = {sector: side for side, sectors in SIDES.items() for sector in sectors}
    members = members.assign(side=members["sector"].map(sides)).astype({"year": "int64"})
    sat = matched[(matched["basis"] == "team") & (matched["stream"] == "training")]
    sat = sat.merge(members, on=[*_KEY, "person_key"])
    events = sat.groupby([*_KEY, "act_id"]).agg(people=("person_key", "nunique"), sides=("side", "nunique"))
    events = events[events["people"] >= 2]
    found = events.groupby(_KEY).agg(
        joint_events=("people", "size"), joint_across_sectors=("sides", lambda sides: int((sides >= 2).sum()))
    )
    return found.reset_index()


def _trained(years: TeamYears) -> pd.DataFrame:
    """People of each roster who had been at a training event that ended before the year's deadline, in any year."""
    events = years.of("support_events")
    events = events.loc[events["stream"] == "training", ["event_id", "ends_on"]]
    attendance = years.of("attendance")
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "person_key"]].merge(events, on="event_id")
    came["first"] = first_deadline_after(came["ends_on"], years.deadlines)
    first = came.groupby("person_key")["first"].min()
    members = years.of("team_members")[[*_KEY, "person_key"]].drop_duplicates()
    members = members[members["year"].isin(years.years)].astype({"year": "int64"})
    place = members["year"].map({year: position for position, year in enumerate(years.years)})
    trained = members[members["person_key"].map(first) <= place]
    return trained.groupby(_KEY).size().rename("trained_members").reset_index()


def _exchange(years: TeamYears, matched: pd.DataFrame, acts: pd.DataFrame) -> pd.DataFrame:
    own = matched[(matched["stream"] == "exchange") & (matched["register"] == "exchange_events")]
    own = own.assign(taught=own["role"].isin(TEACHING))
    meetings = own.groupby([*_KEY, "act_id"], as_index=False)["taught"].any()
    counted = meetings.groupby(_KEY).agg(exchange_meetings=("act_id", "size"), exchange_taught=("taught", "sum"))
    there = acts[(acts["register"] == "exchange_events") & acts["unit_id"].notna()]
    there = there.assign(other=unit_keys(years, there["unit_id"], there["file_year"], there["year"]))
    met = meetings.merge(there[["act_id", "other"]].drop_duplicates(), on="act_id")
    met = met.merge(years.teams[[*_KEY, "unit"]], on=_KEY)
    partners = met[met["other"] != met["unit"]].groupby(_KEY)["other"].nunique().rename("exchange_partners")
    return counted.join(partners).reset_index()


def _accompaniment(matched: pd.DataFrame) -> pd.DataFrame:
    rows = one_basis(matched)
    is_session = (rows["register"] == "support_events") & (rows["stream"] == "consulting") & (rows["basis"] == "team")
    kinds = {
        "consultations": rows["register"] == "consultations",
        "sessions": is_session,
        "document_reviews": (rows["register"] == "document_reviews") & (rows["basis"] == "team"),
    }
    counted = [rows[chosen].groupby(_KEY)["act_id"].nunique().rename(name) for name, chosen in kinds.items()]
    return pd.concat(counted, axis=1).reset_index()


def _mechanisms(years: TeamYears, teams: pd.DataFrame) -> pd.DataFrame:
    outcomes = team_outcomes(years)
    own = outcomes.assign(
        wins_before=outcomes["wins_so_far"] - outcomes["has_won"].fillna(False).astype("Int64")
    )[[*_KEY, "wins_before"]]  # fmt: skip
    projects = years.of("projects")
    values = project_values(projects[projects["is_funded"].fillna(False).astype(bool)], None, None)
    wins = _year_before(years, values[["unit_id", "year", "project_id"]])
    lines = years.of("programme_lines")
    lines = lines[(lines["line"] != OWN_LINE) & (lines["supported"].fillna(0) > 0)]
    others = _year_before(years, lines[["unit_id", "year", "line"]])
    found = teams[[*_KEY, "unit"]]
    for rows, column, name in ((wins, "project_id", "unit_wins_before"), (others, "line", "other_lines_before")):
        counts = rows.groupby(["unit", "year"])[column].nunique().rename(name).reset_index()
        found = found.merge(counts, on=["unit", "year"], how="left")
    return found.drop(columns="unit").merge(own, on=_KEY, how="left")


def _year_before(years: TeamYears, rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` of each year under the year after it, with ``unit`` as that year knows the units."""
    later = rows[(rows["year"] + 1).isin(years.years)].astype({"year": "int64"})
    after = later["year"] + 1
    return later.assign(unit=unit_keys(years, later["unit_id"], later["year"], after), year=after)
