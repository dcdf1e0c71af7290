"""From rosters by year to spells of teams: when a team began, when it fell silent, until when that could be seen.

A year is a sign of life when the team applied, or had members, as declared. A team has ended once ``silent_years``
years in a row go by without a sign; its end is dated to its last year of life, not to the year in which the silence
became long enough. So that every end is known, all teams are followed only as far as a silence beginning then could
still be confirmed; later life is not used. A territorial reform ends the following of its units in the same way: it is
administrative censoring, never an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem

Sign = Literal["application", "roster", "either"]
SPELL_COLUMNS = [
    "team_key", "team_id", "unit_id", "spell", "first_year", "last_year", "start", "stop", "event", "reason",
    "began_before_data",
]  # fmt: skip


@dataclass(frozen=True)
class TeamSpells:
    """``frame``: SPELL_COLUMNS, one row a team and spell; ``left_out``: teams by why they have none.

    ``start`` (0) and ``stop`` count years of life since ``first_year``; ``event`` is 1 where the team fell silent after
    ``last_year``; ``reason`` is ``silent``, ``reform`` or ``end_of_data``. A team that comes back begins a new spell.
    ``began_before_data`` marks first spells seen in the first year of data, whose true beginning is not known.
    """

    frame: pd.DataFrame
    left_out: dict[str, int]


def team_spells(
    teams: pd.DataFrame,
    members: pd.DataFrame | None = None,
    projects: pd.DataFrame | None = None,
    *,
    silent_years: int = 2,
    sign: Sign = "application",
    reform: int | Mapping[str, int] | None = None,
    last_year: int | None = None,
) -> TeamSpells:
    """Spells of teams.

    ``teams`` needs team_id, year, unit_id and project_id, ``members`` team_id and year (for ``roster`` and ``either``);
    where ``projects`` (project_id, year) is given, an application counts in its own year. ``reform``: the first year in
    the new boundaries, for all units or by unit; nothing from it on is used. ``last_year``: the last year with data
    (default: of the rosters). Raises InputProblem for settings without sense and for teams in two units in one year.
    """
    if silent_years < 1:
        raise InputProblem(
            f"команда не может закончиться после {silent_years} лет молчания: нужно не меньше одного года.",
            f"a team cannot end after {silent_years} years of silence: at least one year is needed.",
        )
    if sign != "application" and members is None:
        raise InputProblem(
            "признак жизни по составу команды требует таблицы team_members.",
            "a sign of life by roster needs the table team_members.",
        )
    _refuse_two_units(teams)
    years = teams["year"].astype("int64")
    last = int(years.max()) if last_year is None else last_year
    alive = _signs(teams, members, projects, sign)
    alive = alive.merge(_units(teams), on="team_id", how="inner")
    limit = _last_followed(alive["unit_id"], reform, last)
    before_reform = alive["year"].to_numpy() <= limit
    alive = alive.assign(limit=limit)[before_reform].sort_values(["team_id", "year"], kind="stable")
    everybody = teams["team_id"].nunique()
    left_out = {"teams_without_sign": int(everybody - alive["team_id"].nunique())}
    if alive.empty:
        return TeamSpells(pd.DataFrame(columns=SPELL_COLUMNS), left_out)
    # a spell breaks where more silent years lie between two signs than a living team may have
    gap = alive.groupby("team_id")["year"].diff()
    alive["spell"] = (gap > silent_years).groupby(alive["team_id"]).cumsum().astype(int) + 1
    spells = (
        alive.groupby(["team_id", "spell"], sort=True)
        .agg(
            unit_id=("unit_id", "first"),
            first_year=("year", "min"),
            last_year=("year", "max"),
            limit=("limit", "first"),
        )
        .reset_index()
    )
    horizon = spells["limit"] - silent_years
    seen = spells["first_year"] <= horizon
    left_out["spells_too_late_to_follow"] = int((~seen).sum())
    spells, horizon = spells[seen].reset_index(drop=True), horizon[seen].reset_index(drop=True)
    ended = spells["last_year"] <= horizon
    until = np.where(ended, spells["last_year"], horizon)
    frame = spells.assign(
        team_key=spells["team_id"].astype(str) + "/" + spells["spell"].astype(str),
        start=0.0,
        stop=(until - spells["first_year"] + 1).astype(float),
        event=ended.astype(int),
        reason=np.where(ended, "silent", np.where(spells["limit"] < last, "reform", "end_of_data")),
        began_before_data=(spells["first_year"] == int(years.min())) & (spells["spell"] == 1),
        last_year=until,
    )
    return TeamSpells(frame[SPELL_COLUMNS].reset_index(drop=True), left_out)


def periods_at_risk(spells: pd.DataFrame) -> pd.DataFrame:
    """One row for every year of life: the spell's columns, ``period`` (1, 2, …), ``year``, and ``event`` in the last.

    For the discrete-time hazard, and for Cox with exposures that change from year to year: ``start`` and ``stop`` are
    those of the year.
    """
    length = (spells["stop"] - spells["start"]).to_numpy(dtype=int)
    rows = spells.loc[spells.index.repeat(length)].reset_index(drop=True)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(length) - length, length)
    period = rows["start"].to_numpy(dtype=int) + offset + 1
    is_last = offset == np.repeat(length, length) - 1
    return rows.assign(
        period=period,
        year=rows["first_year"] + period - 1,
        start=(period - 1).astype(float),
        stop=period.astype(float),
        event=np.where(is_last, rows["event"], 0),
    )


def with_history(periods: pd.DataFrame, panel: pd.DataFrame, columns: Sequence[str], lag: int = 0) -> pd.DataFrame:
    """Periods with the unit's values of ``lag`` years before (columns of ``panel``, one row a unit and year).

    A team ends after a year, so that the same year's support comes before its end; a negative lag would look ahead.
    Raises InputProblem for that and for a panel with several rows of one unit and year.
    """
    if lag < 0:
        raise InputProblem(
            f"воздействие взято на {-lag} г. позже исхода. Сдвиг (lag) не может быть отрицательным.",
            f"the exposure is taken {-lag} years after the outcome. The lag cannot be negative.",
        )
    if panel.duplicated(["unit_id", "year"]).any():
        raise InputProblem(
            "в панели несколько строк одной территории и года. Выберите одну географию.",
            "the panel has several rows of one unit and year. Choose one geography.",
        )
    history = panel[["unit_id", "year", *columns]].copy()
    history["year"] = history["year"].astype("int64") + lag
    return periods.merge(history, on=["unit_id", "year"], how="left", validate="many_to_one")


def _signs(
    teams: pd.DataFrame, members: pd.DataFrame | None, projects: pd.DataFrame | None, sign: Sign
) -> pd.DataFrame:
    """Distinct team_id and year with a sign of life."""
    parts = []
    if sign in ("application", "either"):
        applied = teams.loc[teams["project_id"].notna(), ["team_id", "year", "project_id"]]
        if projects is not None:
            own = projects[["project_id", "year"]].drop_duplicates("project_id")
            applied = applied.drop(columns="year").merge(own, on="project_id", how="inner")
        parts.append(applied[["team_id", "year"]])
    if sign in ("roster", "either") and members is not None:
        parts.append(members[["team_id", "year"]])
    signs = pd.concat(parts, ignore_index=True)
    return signs.astype({"year": "int64"}).drop_duplicates().reset_index(drop=True)


def _units(teams: pd.DataFrame) -> pd.DataFrame:
    """The unit in which each team was first seen."""
    return teams.sort_values("year", kind="stable").drop_duplicates("team_id")[["team_id", "unit_id"]]


def _last_followed(units: pd.Series, reform: int | Mapping[str, int] | None, last: int) -> np.ndarray:
    """The last year in which each row's unit is followed."""
    if reform is None:
        return np.full(len(units), last)
    if isinstance(reform, int):
        return np.full(len(units), min(last, reform - 1))
    limits = units.map({unit: year - 1 for unit, year in reform.items()}).fillna(last).astype("int64")
    return np.minimum(limits.to_numpy(), last)


def _refuse_two_units(teams: pd.DataFrame) -> None:
    twice = teams[teams.duplicated(["team_id", "year"], keep=False)]
    units = twice.groupby(["team_id", "year"])["unit_id"].nunique()
    bad = units.index[units > 1]
    if len(bad):
        team, year = bad[0]
        raise InputProblem(
            f"teams: команда {team} в {year} году записана в нескольких территориях (таких случаев {len(bad)}).",
            f"teams: team {team} is in several units in {year} ({len(bad)} such cases).",
        )
