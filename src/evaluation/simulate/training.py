"""Who comes to support events: units by selection (or a sealed draw), then persons of their teams."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluation.simulate.geography import Geography
from evaluation.simulate.parameters import Parameters
from evaluation.simulate.randomness import generator, gumbel_top

TEAM = 14  # people a unit from whom participants come
_SECTORS = (
    "municipal_servant",
    "institution_worker",
    "community",
    "elected",
    "village_head",
    "business",
    "nonprofit",
    "other",
)
_SECTOR_SHARES = (0.42, 0.17, 0.15, 0.09, 0.07, 0.05, 0.04, 0.01)


@dataclass(frozen=True)
class Teams:
    """People of each unit's team: when they are there (years, units x TEAM) and their sector."""

    joins: np.ndarray
    leaves: np.ndarray
    sector: np.ndarray

    def weights(self, units: np.ndarray, year: int) -> np.ndarray:
        """Log weight of each person of ``units`` to be sent in ``year``; -inf where not in the team."""
        there = (self.joins[units] <= year) & (year < self.leaves[units])
        return np.where(there, -0.25 * np.arange(TEAM)[None, :], -np.inf)


@dataclass
class Attendance:
    """Rows of attendance gathered event by event: base unit and person are positions, status is a code."""

    events: list[str] = field(default_factory=list)
    units: list[np.ndarray] = field(default_factory=list)
    persons: list[np.ndarray] = field(default_factory=list)
    status: list[np.ndarray] = field(default_factory=list)
    hours: list[np.ndarray] = field(default_factory=list)

    def add(self, event: str, units: np.ndarray, persons: np.ndarray, status: np.ndarray, hours: np.ndarray) -> None:
        self.events.append(event)
        self.units.append(units)
        self.persons.append(persons)
        self.status.append(status)
        self.hours.append(hours)

    def frame(self) -> pd.DataFrame:
        """Columns event_id, unit (base position), person (position over all), status, hours_present."""
        if not self.events:
            return pd.DataFrame({"event_id": [], "unit": [], "person": [], "status": [], "hours_present": []})
        return pd.DataFrame(
            {
                "event_id": np.repeat(np.array(self.events, dtype=object), [len(u) for u in self.units]),
                "unit": np.concatenate(self.units),
                "person": np.concatenate(self.persons),
                "status": np.concatenate(self.status),
                "hours_present": np.concatenate(self.hours),
            }
        )


def build_teams(geography: Geography, seed: int) -> Teams:
    """Teams whose members come and go; the first three of each unit stay throughout."""
    rng = generator(seed, "teams")
    shape = (geography.size, TEAM)
    first, last = geography.years[0], geography.years[-1] + 2
    joins = np.where(rng.random(shape) < 0.5, first - 1, rng.integers(first, last, shape))
    leaves = joins + 1 + rng.geometric(0.25, shape)
    joins[:, :3], leaves[:, :3] = first - 1, last
    sector = rng.choice(len(_SECTORS), shape, p=_SECTOR_SHARES)
    sector[:, 0] = 0
    return Teams(joins, leaves, np.array(_SECTORS, dtype=object)[sector])


def choose_host(rng: np.random.Generator, geography: Geography, mode: str) -> int:
    """Position of the unit where an event takes place: the largest unit, or one with capacity; -1 online."""
    if mode == "online":
        return -1
    if rng.random() < 0.5:
        return int(np.argmax(geography.population[:, 0]))
    return int(gumbel_top(rng, geography.capacity * 0.7, 1)[0])


def training_units(
    rng: np.random.Generator,
    geography: Geography,
    parameters: Parameters,
    host: int,
    trained: np.ndarray,
    activity: np.ndarray,
    strata: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Units that come to one training event and units that only register.

    ``trained``: trained before this event; ``activity``: standardised applications of last year given population.
    """
    first = not trained.any()
    newcomers = int(
        rng.poisson(parameters.newcomers_first)
        if first
        else rng.binomial(3, min(1.0, parameters.newcomers_per_training / 3))
    )
    returning = int(rng.poisson(parameters.returning_per_training))
    spread = rng.gumbel(size=geography.size)
    absent_count = int(rng.poisson(parameters.absent_units))
    comes = rng.random(geography.size) < parameters.compliance
    if parameters.assignment == "random":
        invited = _stratified(np.where(trained, -np.inf, spread), strata, newcomers)
        again = np.argsort(-np.where(trained, spread, -np.inf), kind="stable")[: min(returning, int(trained.sum()))]
        return np.concatenate([invited[comes[invited]], again]), invited[~comes[invited]]
    utility = spread
    if parameters.selection:
        utility = utility + parameters.select_activity * activity + parameters.select_capacity * geography.capacity
        if host >= 0:
            utility = utility - parameters.select_distance * geography.distance_from(host) / 300.0
    order = np.argsort(-utility, kind="stable")
    new, old = order[~trained[order]], order[trained[order]]
    absent = new[newcomers : newcomers + absent_count]
    return np.concatenate([new[:newcomers], old[:returning]]), absent


def strata_of(geography: Geography) -> np.ndarray:
    """Strata of a sealed draw: halves by population within north and south."""
    population = geography.population[:, 0]
    large = population > np.median(population)
    return np.asarray(large.astype(int) + 2 * geography.units["is_north"].to_numpy(dtype=int))


def _stratified(spread: np.ndarray, strata: np.ndarray, count: int) -> np.ndarray:
    """``count`` units with finite ``spread`` drawn so that strata are served in turn."""
    order = np.argsort(-spread, kind="stable")[: int(np.isfinite(spread).sum())]
    turn = pd.Series(strata[order]).groupby(strata[order]).cumcount().to_numpy()
    return np.asarray(order[np.argsort(turn, kind="stable")][:count])


def send_people(
    rng: np.random.Generator,
    attendance: Attendance,
    event_id: str,
    hours: float,
    year: int,
    teams: Teams,
    present: np.ndarray,
    absent: np.ndarray,
    mean_more: float,
    online: bool,
) -> None:
    """Choose persons of the units and their presence; the first person of a unit that comes is always present."""
    units = np.concatenate([present, absent])
    if not len(units):
        return
    weights = teams.weights(units, year)
    order = np.argsort(-(weights + rng.gumbel(size=weights.shape)), axis=1, kind="stable")
    available = np.isfinite(weights).sum(axis=1)
    sizes = np.minimum(1 + rng.poisson(mean_more, len(units)), available)
    sizes[len(present) :] = np.minimum(sizes[len(present) :], 2)
    slot = np.arange(TEAM)[None, :] < sizes[:, None]
    draws = rng.random(slot.shape)
    status = np.where(draws < 0.86, "present", np.where(draws < 0.92, "partial", "absent")).astype(object)
    status[:, 0] = "present"
    status[len(present) :] = "absent"
    share = np.where(
        status == "present", 1.0, np.where(status == "partial", np.round(rng.uniform(0.3, 0.8, slot.shape), 1), 0.0)
    )
    persons = units[:, None] * TEAM + order
    attendance.add(event_id, np.repeat(units, sizes), persons[slot], status[slot], np.round(share[slot] * hours, 1))
