"""The mixed-integer programme behind ``location``: which places to open and who goes where (solver: HiGHS in scipy)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

SAME = 1e-9
# demand is scaled to this sum, so that the solver's absolute tolerances are far below one resident
WHOLE = 1000.0
TIME_IS_UP, INFEASIBLE = 1, 2


@dataclass(frozen=True)
class State:
    """What is already decided: places inside and outside the choice, and a choice that it must differ from."""

    inside: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    other_than: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Solution:
    """``open`` by place, ``taken``: the place of every row (-1: none); demand within reach and served, mean way."""

    open: tuple[bool, ...]
    taken: tuple[int, ...]
    within: float
    served: float
    mean: float
    gap: float
    is_fixed: tuple[bool, ...]

    @property
    def codes(self) -> tuple[int, ...]:
        """Positions of the chosen places; places are ordered by code."""
        return tuple(place for place, each in enumerate(self.open) if each and not self.is_fixed[place])

    def _rank(self) -> tuple[float, float, float]:
        return -self.within, -self.served, self.mean

    def equals(self, other: Solution) -> bool:
        """Are both as good, but for the last digits of sums?"""
        pairs = zip(self._rank(), other._rank(), strict=True)
        return all(abs(a - b) <= SAME * max(1.0, abs(a), abs(b)) for a, b in pairs)

    def is_better(self, other: Solution) -> bool:
        return not self.equals(other) and self._rank() < other._rank()


class Model:
    """x (who goes where, known pairs only) and y (which places are open), with their constraints.

    ``costs`` has rows of demand and columns of places, NaN where the way is not known; ``weights`` is the demand of
    the rows (all above zero); ``k`` places are opened beside the fixed ones. ``limits`` are the rows' loads and the
    places' capacities.
    """

    def __init__(
        self,
        costs: np.ndarray,
        weights: np.ndarray,
        k: int,
        is_fixed: Sequence[bool],
        limits: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        self.k = k
        self.costs, self.weights = costs, weights
        self.is_fixed = np.asarray(is_fixed, dtype=bool)
        self.choosable = [int(place) for place in np.flatnonzero(~self.is_fixed)]
        self.limits = limits
        self.rows, self.columns = np.nonzero(~np.isnan(costs))
        self.way = costs[self.rows, self.columns]
        self.share = weights[self.rows] * (WHOLE / weights.sum())
        self.is_complete = limits is None and len(self.way) == costs.size
        self.pairs, self.places = len(self.way), costs.shape[1]
        whole = bool(np.all(weights == np.round(weights)))
        self.slack = (0.5 * WHOLE / weights.sum()) if whole else WHOLE * 1e-8
        self.constraints = self._constraints()

    def _matrix(self, values: np.ndarray, rows: np.ndarray, columns: np.ndarray, height: int) -> csr_array:
        return coo_array((values, (rows, columns)), shape=(height, self.pairs + self.places)).tocsr()

    def _constraints(self) -> list[LinearConstraint]:
        one, pair = np.ones(self.pairs), np.arange(self.pairs)
        least = 1.0 if self.is_complete else 0.0
        taken = LinearConstraint(self._matrix(one, self.rows, pair, len(self.weights)), least, 1.0)
        to_open = self._matrix(
            np.r_[one, -one], np.r_[pair, pair], np.r_[pair, self.pairs + self.columns], self.pairs
        )  # fmt: skip
        places = np.arange(self.places)
        free = np.where(self.is_fixed, 0.0, 1.0)
        number = LinearConstraint(self._matrix(free, 0 * places, self.pairs + places, 1), self.k, self.k)
        found = [taken, LinearConstraint(to_open, -np.inf, 0.0), number]
        if self.limits is not None:
            load, capacity = self.limits
            limited = np.isfinite(capacity[self.columns])
            chosen = np.flatnonzero(np.isfinite(capacity))
            values = np.r_[load[self.rows][limited], -capacity[chosen]]
            full = self._matrix(
                values, np.r_[self.columns[limited], chosen], np.r_[pair[limited], self.pairs + chosen], self.places
            )  # fmt: skip
            found.append(LinearConstraint(full, -np.inf, 0.0))
        return found

    def solve(self, reach: float | None, state: State, deadline: float) -> Solution | None:
        """The best solution under ``state``; None where there is none (or none was found in time).

        In turn: most demand within ``reach`` (where given), most demand with a known way (where some is not known or
        venues can be full), the shortest mean way.
        """
        stages: list[np.ndarray] = []
        if reach is not None:
            stages.append(-self.share * (self.way <= reach))
        if not self.is_complete:
            stages.append(-self.share)
        stages.append(self.share * self.way / WHOLE)
        constraints = [*self.constraints, *self._other(state)]
        gap, result = 0.0, None
        for number, objective in enumerate(stages):
            result = self._run(objective, constraints, state, deadline)
            if result is None:
                return None
            gap = max(gap, float(result.mip_gap or 0.0) if result.status == TIME_IS_UP else 0.0)
            if number < len(stages) - 1:
                row = self._matrix(objective, np.zeros(self.pairs, dtype=int), np.arange(self.pairs), 1)
                constraints.append(LinearConstraint(row, -np.inf, float(result.fun) + self.slack))
        return None if result is None else self._solution(result.x, reach, gap)

    def _other(self, state: State) -> list[LinearConstraint]:
        if not state.other_than:
            return []
        before = np.flatnonzero(np.asarray(state.other_than) & ~self.is_fixed)
        row = self._matrix(np.ones(len(before)), 0 * before, self.pairs + before, 1)
        return [LinearConstraint(row, -np.inf, self.k - 1)]

    def _run(
        self, objective: np.ndarray, constraints: Sequence[LinearConstraint], state: State, deadline: float
    ) -> Any | None:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        low = np.r_[np.zeros(self.pairs), self.is_fixed.astype(float)]
        high = np.ones(self.pairs + self.places)
        low[[self.pairs + place for place in state.inside]] = 1.0
        high[[self.pairs + place for place in state.outside]] = 0.0
        # with open places known, whole units come out of the continuous x by themselves, unless venues can be full
        whole = np.r_[np.full(self.pairs, 0 if self.limits is None else 1), np.ones(self.places)]
        result = milp(
            np.r_[objective, np.zeros(self.places)], integrality=whole, bounds=Bounds(low, high),
            constraints=constraints, options={"mip_rel_gap": 0.0, "time_limit": left},
        )  # fmt: skip
        return None if result.x is None or result.status == INFEASIBLE else result

    def _solution(self, x: np.ndarray, reach: float | None, gap: float) -> Solution:
        """The solution told again from the places and pairs chosen, free of the solver's rounding."""
        is_open = x[self.pairs :] > 0.5
        if self.limits is None:
            ways = np.where(np.isnan(self.costs) | ~is_open, np.inf, self.costs)
            taken = np.where(np.isfinite(ways.min(axis=1)), ways.argmin(axis=1), -1)
        else:
            taken = np.full(len(self.weights), -1)
            chosen = x[: self.pairs] > 0.5
            taken[self.rows[chosen]] = self.columns[chosen]
        known = taken >= 0
        way, weight = self.costs[np.flatnonzero(known), taken[known]], self.weights[known]
        served = float(weight.sum())
        return Solution(
            tuple(bool(each) for each in is_open),
            tuple(int(each) for each in taken),
            float(weight[way <= reach].sum()) if reach is not None else 0.0,
            served,
            float(weight @ way / served) if served > 0 else 0.0,
            gap,
            tuple(bool(each) for each in self.is_fixed),
        )
