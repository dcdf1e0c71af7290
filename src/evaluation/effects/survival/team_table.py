"""The table ``team_spells``: every year of a team's life, how it went on, and what the team was like.

Life is told by applications (``teams.py``). Joint training is that of the year's roster: at least two of its people
sat at one training event that had ended before the year's deadline. It may begin in the midst of a spell, so it stands
by year: a team that has to live long enough to be trained is not counted as trained before (Suissa 2008, American
Journal of Epidemiology 167, on immortal time).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.effects.survival.curves import survival_curve
from evaluation.effects.survival.teams import periods_at_risk, team_spells
from evaluation.indicators.geographies import Geography, build_geography
from evaluation.indicators.programme_years import Tables, usable_deadlines
from evaluation.support.training import ATTENDED, first_deadline_after

TABLE = TABLES["team_spells"]
COMPOSITION = ["members", "has_authorities", "has_residents", "has_business", "is_mixed"]
SIDES = {
    "has_authorities": ("elected", "municipal_servant", "institution_worker"),
    "has_residents": ("community", "nonprofit", "village_head"),
    "has_business": ("business",),
}


def team_years(
    tables: Tables,
    deadlines: Mapping[int, dt.date | None],
    territory_dates: Mapping[int, dt.date],
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    silent_years: int = 2,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Contract ``team_spells``, and how many teams and spells it leaves out, by reason.

    ``tables``: teams, team_members, projects, support_events, attendance of all years. A team ends after its last year
    with an application before ``silent_years`` without one; teams of units that a change of territory cut or joined
    are followed up to the year before it. No rows without a register of teams. Raises InputProblem as ``team_spells``.
    """
    teams = tables["teams"]
    if teams.empty:
        return TABLE.empty(), {}
    known = usable_deadlines(tables, deadlines)
    dates = {year: territory_dates[year] for year in known}
    original, stable = (build_geography(name, registry, crosswalk, dates) for name in ("original", "stable"))
    spells = team_spells(
        teams, projects=tables["projects"], silent_years=silent_years, reform=cut_years(original, stable),
        last_year=max(known),
    )  # fmt: skip
    if spells.frame.empty:
        return TABLE.empty(), spells.left_out
    years = periods_at_risk(spells.frame).rename(columns={"event": "fell_silent"})
    members = tables["team_members"]
    years = years.merge(composition(members), on=["team_id", "year"], how="left")
    joint = jointly_trained(members, tables["support_events"], tables["attendance"], known)
    years = years.merge(joint, on=["team_id", "year"], how="left")
    # a year without a roster leaves its people, and so their training, unknown
    years["trained_jointly"] = years["trained_jointly"].astype("boolean").mask(years["members"].isna())
    years["stable_unit_id"] = stable.place(years["unit_id"], years["year"])
    years["reason"] = years["reason"].where(years["stop"] == years.groupby("team_key")["stop"].transform("max"))
    return conform(years[list(TABLE.names)], TABLE), spells.left_out


def cut_years(original: Geography, stable: Geography) -> dict[str, int]:
    """First year in new boundaries of each unit that they cut or join; no entry for a unit that stays as it is."""
    later = [year for year in stable.years if year not in original.years]
    if not later:
        return {}
    units = original.units["unit_id"]
    areas = stable.place(units, pd.Series(min(stable.years), index=units.index))
    return {str(unit): later[0] for unit, area in zip(units, areas, strict=True) if unit != area}


def composition(members: pd.DataFrame) -> pd.DataFrame:
    """team_id, year and COMPOSITION: people on the roster, which sides they come from, and whether all three do.

    Sides are unknown (empty) where no member's sector is known.
    """
    sector = members["sector"]
    flags = {name: sector.isin(list(sectors)) for name, sectors in SIDES.items()}
    rows = members[["team_id", "year", "person_key"]].assign(**flags, told=sector.notna())
    grouped = rows.groupby(["team_id", "year"], sort=True)
    found = grouped[[*flags, "told"]].any().astype("boolean")
    for name in flags:
        found[name] = found[name].mask(~found["told"])
    found["is_mixed"] = found["has_authorities"] & found["has_residents"] & found["has_business"]
    found["members"] = grouped["person_key"].nunique().astype("Int64")
    return found.reset_index()[["team_id", "year", *COMPOSITION]]


def jointly_trained(
    members: pd.DataFrame, support_events: pd.DataFrame, attendance: pd.DataFrame, deadlines: Mapping[int, dt.date]
) -> pd.DataFrame:
    """team_id, year, trained_jointly: whether two people of the roster had sat at one training event in time."""
    rosters = members[["team_id", "year", "person_key"]].drop_duplicates()
    rosters = rosters[rosters["year"].isin(list(deadlines))]
    training = support_events.loc[support_events["stream"] == "training", ["event_id", "ends_on"]]
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "person_key"]].drop_duplicates()
    came = came.merge(training, on="event_id", how="inner")
    came = came.assign(window=first_deadline_after(came["ends_on"], deadlines))
    position = {year: number for number, year in enumerate(deadlines)}
    sat = rosters.merge(came, on="person_key", how="inner")
    sat = sat[sat["window"] <= sat["year"].map(position).astype("int64")]
    together = sat.groupby(["team_id", "year", "event_id"]).size().groupby(["team_id", "year"]).max() >= 2
    every = pd.MultiIndex.from_frame(rosters[["team_id", "year"]].drop_duplicates())
    return together.reindex(every, fill_value=False).rename("trained_jointly").reset_index()


def team_curves(team_spells: pd.DataFrame) -> pd.DataFrame:
    """Survival of teams by joint training for drawing: group, time, survival, low, high, at_risk.

    A team is at risk in the group in which it is in the year (Simon and Makuch 1984, Statistics in Medicine 3): one
    that trains later enters that group then. Groups without anybody have no rows.
    """
    groups = {"trained_jointly": True, "not_trained_jointly": False}
    parts = []
    for group, trained in groups.items():
        rows = team_spells[team_spells["trained_jointly"].eq(trained).fillna(False).astype(bool)]
        if len(rows):
            arrays = (rows[name].to_numpy(dtype=float) for name in ("stop", "fell_silent", "start"))
            parts.append(survival_curve(*arrays).assign(group=group))
    columns = ["group", "time", "survival", "low", "high", "at_risk"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
