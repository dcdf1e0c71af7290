"""How long project teams last: the hazard of a team's end, lower where its people trained together, by a known ratio.

A team ends after a year with probability 1 - exp(-hazard), hazard = exp(log of the yearly rate + effect x whether two
people of its roster had sat at one training event before the year's deadline). In the year after, other people of the
unit form the next team. Applications are not touched: the unit's next team makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.simulate.programme import History, in_window
from evaluation.simulate.randomness import generator
from evaluation.simulate.training import TEAM

LARGEST_TEAM = 6
STEP = 3  # places by which the next team's roster begins further down the unit's people


@dataclass(frozen=True)
class TeamParameters:
    """Strengths on the log hazard; ``joint_training`` 0 switches the effect off, ``yearly_rate`` 0 all ends."""

    joint_training: float = -0.9
    yearly_rate: float = 0.25


@dataclass(frozen=True)
class TeamLives:
    """``number`` of the unit's team in each year (units x years; 0: none yet), the day it was ``formed`` on, whether it
    was ``trained`` jointly and whether it ``ended`` after the year, and its people (``roster``: units x years x places,
    position of the person in the unit, -1: nobody)."""

    parameters: TeamParameters
    number: np.ndarray
    formed: np.ndarray
    trained: np.ndarray
    ended: np.ndarray
    roster: np.ndarray

    def truth(self) -> dict[str, Any]:
        """The hazard ratio of joint training, and what came of it."""
        there = self.number > 0
        return {
            "hazard_ratio_joint_training": float(np.exp(self.parameters.joint_training)),
            "log_hazard_ratio_joint_training": self.parameters.joint_training,
            "yearly_rate": self.parameters.yearly_rate,
            "team_years": int(there.sum()),
            "team_years_trained_jointly": int((self.trained & there).sum()),
            "ends": int((self.ended & there).sum()),
        }


def live(history: History, parameters: TeamParameters | None = None) -> TeamLives:
    """Let the teams of all units that apply come and go."""
    parameters = parameters or TeamParameters()
    years, size = history.geography.years, history.geography.size
    applied = np.maximum.accumulate(history.applications > 0, axis=1)
    shape = (size, len(years))
    number = np.zeros(shape, dtype=int)
    formed = np.full(shape, np.datetime64("NaT", "D"))
    trained, ended = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    roster = np.full((*shape, LARGEST_TEAM), -1)
    days = generator(history.seed, "team dates").integers(0, 60, size)
    sat = _attended(history)
    for k, year in enumerate(years):
        before = number[:, k - 1] if k else np.zeros(size, dtype=int)
        gone = ended[:, k - 1] if k else np.zeros(size, dtype=bool)
        fresh = applied[:, k] & ((before == 0) | gone)
        number[:, k] = np.where(fresh, before + 1, before)
        earlier = formed[:, k - 1] if k else formed[:, 0]
        formed[:, k] = np.where(fresh, np.datetime64(f"{year - 1}-10-01", "D") + days, earlier)
        roster[:, k] = _rosters(history, number[:, k], year)
        trained[:, k] = _sat_together(sat, roster[:, k], k)
        hazard = parameters.yearly_rate * np.exp(parameters.joint_training * trained[:, k])
        draw = generator(history.seed, "team ends", year).random(size)
        ended[:, k] = (number[:, k] > 0) & (draw < -np.expm1(-hazard))
    return TeamLives(parameters, number, formed, trained, ended, roster)


def _rosters(history: History, number: np.ndarray, year: int) -> np.ndarray:
    """People of each unit's team in the year: the first who are there, counted from the team's own beginning."""
    size = len(number)
    there = np.isfinite(history.teams.weights(np.arange(size), year))
    places = (np.arange(TEAM)[None, :] + STEP * np.maximum(number - 1, 0)[:, None]) % TEAM
    present = np.take_along_axis(there, places, axis=1) & (number > 0)[:, None]
    rank = np.cumsum(present, axis=1) - 1
    roster = np.full((size, LARGEST_TEAM), -1)
    row, column = np.nonzero(present & (rank < LARGEST_TEAM))
    roster[row, rank[row, column]] = places[row, column]
    return roster


def _attended(history: History) -> list[tuple[int, np.ndarray]]:
    """Position of the deadline that each training event precedes, and who came (units x people)."""
    rows = history.attendance.frame()
    rows = rows[rows["status"].isin(["present", "partial"])]
    by_event = {str(event): part["person"].to_numpy(dtype=int) for event, part in rows.groupby("event_id")}
    found = []
    for k in range(len(history.geography.years)):
        for event in in_window(history.support_events, history.geography.years, k):
            if event.stream == "training" and event.event_id in by_event:
                came = np.zeros((history.geography.size, TEAM), dtype=bool)
                came.reshape(-1)[by_event[event.event_id]] = True
                found.append((k, came))
    return found


def _sat_together(sat: list[tuple[int, np.ndarray]], roster: np.ndarray, k: int) -> np.ndarray:
    """Whether two of each unit's roster had sat at one training event by the ``k``-th deadline."""
    together = np.zeros(len(roster), dtype=bool)
    for window, came in sat:
        if window <= k:
            here = np.take_along_axis(came, np.maximum(roster, 0), axis=1) & (roster >= 0)
            together |= here.sum(axis=1) >= 2
    return together
