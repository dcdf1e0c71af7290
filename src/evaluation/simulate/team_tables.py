"""Project teams of the units that applied, and their members, as tables (all years together)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.people import person_keys
from evaluation.simulate.programme import History
from evaluation.simulate.randomness import generator
from evaluation.simulate.tables import SHEET, conformed, project_ids, row_codes
from evaluation.simulate.training import TEAM

LARGEST_TEAM = 6
# by a member's place in the team: the first leads it
_ROLES = ("leader", "coordinator", "finance", "community", "communication", "member")


def _applied(history: History) -> np.ndarray:
    """Which unit has applied by which year (units x years)."""
    return np.maximum.accumulate(history.applications > 0, axis=1)


def _formed_on(history: History) -> np.ndarray:
    """Day on which each unit's team was formed: in the autumn before its first application."""
    applied = _applied(history)
    first = np.array(history.geography.years)[np.argmax(applied, axis=1)]
    days = generator(history.seed, "team dates").integers(0, 60, history.geography.size)
    return np.array([np.datetime64(f"{year - 1}-10-01", "D") for year in first]) + days


def team_ids(units: np.ndarray) -> np.ndarray:
    """Numbers of teams by base units (positions): the same in every year."""
    return np.array([f"К{unit + 1:03d}" for unit in units.tolist()], dtype=object)


def teams(history: History) -> pd.DataFrame:
    """Teams of the units that applied in the year or before; ``project_id`` is their first application of the year."""
    applied, formed = _applied(history), _formed_on(history)
    parts = []
    for place, contest in enumerate(history.contests):
        units = np.flatnonzero(applied[:, place])
        order = np.argsort(contest.number)
        first = pd.Series(project_ids(contest)[order], index=contest.unit[order]).groupby(level=0).first()
        parts.append(
            pd.DataFrame(
                {
                    "team_id": team_ids(units),
                    "year": contest.year,
                    "unit_id": row_codes(history, contest.year, units, "team codes"),
                    "project_id": first.reindex(units).to_numpy(dtype=object),
                    "formed_on": formed[units],
                    "source_row": np.arange(2, len(units) + 2),
                }
            )
        )
    return conformed("teams", pd.concat(parts, ignore_index=True).assign(source="teams", source_sheet=SHEET))


def team_members(history: History) -> pd.DataFrame:
    """Members of every team in every year: the first people of the unit who are there in the year."""
    applied, formed = _applied(history), _formed_on(history)
    parts = []
    for place, year in enumerate(history.geography.years):
        units = np.flatnonzero(applied[:, place])
        there = np.isfinite(history.teams.weights(units, year))
        number = np.cumsum(there, axis=1) - 1
        row, slot = np.nonzero(there & (number < LARGEST_TEAM))
        unit = units[row]
        joined = history.teams.joins[unit, slot]
        entered = np.array([np.datetime64(f"{when}-01-15", "D") for when in joined])
        parts.append(
            pd.DataFrame(
                {
                    "team_id": team_ids(unit),
                    "year": year,
                    "person_key": person_keys(unit * TEAM + slot),
                    "sector": history.teams.sector[unit, slot],
                    "role": np.array(_ROLES, dtype=object)[number[row, slot]],
                    "from_on": np.maximum(entered, formed[unit]),
                    "source_row": np.arange(2, len(unit) + 2),
                }
            )
        )
    return conformed(
        "team_members", pd.concat(parts, ignore_index=True).assign(source="team_members", source_sheet=SHEET)
    )
