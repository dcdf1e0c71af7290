"""Project teams of the units that applied, and their members, as tables (all years together)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.people import person_keys
from evaluation.simulate.programme import History
from evaluation.simulate.tables import SHEET, conformed, project_ids, row_codes
from evaluation.simulate.team_lives import TeamLives
from evaluation.simulate.training import TEAM

# by a member's place in the team: the first leads it
_ROLES = ("leader", "coordinator", "finance", "community", "communication", "member")


def team_ids(units: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Numbers of teams by base units (positions) and which team of the unit it is: the same in every year."""
    later = [f"-{order}" if order > 1 else "" for order in number.tolist()]
    return np.array([f"К{unit + 1:03d}{end}" for unit, end in zip(units.tolist(), later, strict=True)], dtype=object)


def teams(history: History, lives: TeamLives) -> pd.DataFrame:
    """Teams of the units that applied in the year or before; ``project_id`` is their first application of the year."""
    parts = []
    for place, contest in enumerate(history.contests):
        units = np.flatnonzero(lives.number[:, place] > 0)
        order = np.argsort(contest.number)
        first = pd.Series(project_ids(contest)[order], index=contest.unit[order]).groupby(level=0).first()
        parts.append(
            pd.DataFrame(
                {
                    "team_id": team_ids(units, lives.number[units, place]),
                    "year": contest.year,
                    "unit_id": row_codes(history, contest.year, units, "team codes"),
                    "project_id": first.reindex(units).to_numpy(dtype=object),
                    "formed_on": lives.formed[units, place],
                    "source_row": np.arange(2, len(units) + 2),
                }
            )
        )
    return conformed("teams", pd.concat(parts, ignore_index=True).assign(source="teams", source_sheet=SHEET))


def team_members(history: History, lives: TeamLives) -> pd.DataFrame:
    """Members of every team in every year: people of the unit who are there in the year."""
    parts = []
    for place, year in enumerate(history.geography.years):
        unit, position = np.nonzero(lives.roster[:, place] >= 0)
        slot = lives.roster[unit, place, position]
        joined = history.teams.joins[unit, slot]
        entered = np.array([np.datetime64(f"{when}-01-15", "D") for when in joined], dtype="datetime64[D]")
        parts.append(
            pd.DataFrame(
                {
                    "team_id": team_ids(unit, lives.number[unit, place]),
                    "year": year,
                    "person_key": person_keys(unit * TEAM + slot),
                    "sector": history.teams.sector[unit, slot],
                    "role": np.array(_ROLES, dtype=object)[position],
                    "from_on": np.maximum(entered, lives.formed[unit, place]),
                    "source_row": np.arange(2, len(unit) + 2),
                }
            )
        )
    return conformed(
        "team_members", pd.concat(parts, ignore_index=True).assign(source="team_members", source_sheet=SHEET)
    )
