"""Which unit takes which tile: an optimal assignment, then exchanges until neighbours lie side by side.

What is made small is a sum over pairs of neighbours: nothing for two tiles that touch, a step and a part that grows
with the distance for two that do not, and a part for the turn of their direction; with a light tie of every unit to
its evened-out place and a reward for company, which closes holes. This is a quadratic assignment problem, which has
no exact solution at this size. The start is the optimal linear assignment (least sum of squared moves); then a unit
moves beside one of its neighbours, changing places with whoever is there, as simulated annealing accepts it
(Kirkpatrick, Gelatt and Vecchi 1983). The best grid met is kept.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

APART, FURTHER, TURN, ANCHOR, COMPANY = 1.0, 0.3, 0.6, 0.02, 0.08
CORNER = 0.3  # of two squares that touch by a corner only
WEAK = 0.15  # weight of pairs that are near without being neighbours
HOT, COLD = 0.6, 0.02
SIDE, DIAGONAL = 1.01, 1.42
ROW_HEIGHT = {"hexagon": float(np.sqrt(3) / 2), "square": 1.0}


def centres_of(places: np.ndarray, shape: str) -> np.ndarray:
    """Centres of lattice places (column, row), tiles 1 wide; odd rows of hexagons are shifted by half a tile."""
    shift = 0.5 * (places[:, 1] % 2) if shape == "hexagon" else 0.0
    return np.column_stack([places[:, 0] + shift, places[:, 1] * ROW_HEIGHT[shape]])


@dataclass(frozen=True, eq=False)
class Problem:
    """Units' wished places (n x 2), pairs (k x 2) with weights, and the lattice places (column, row) on offer."""

    wished: np.ndarray
    pairs: np.ndarray
    weights: np.ndarray
    places: np.ndarray
    shape: str


def nearest_tiles(problem: Problem) -> np.ndarray:
    """Number of each unit's place at the least sum of squared moves (linear sum assignment)."""
    from scipy.optimize import linear_sum_assignment

    centres = centres_of(problem.places, problem.shape)
    cost = sum(
        np.subtract.outer(problem.wished[:, axis].astype("float32"), centres[:, axis].astype("float32")) ** 2
        for axis in (0, 1)
    )
    _, chosen = linear_sum_assignment(cost)
    return np.asarray(chosen)


class _Exchange:
    """The state of the search in plain lists: millions of single look-ups are faster there than in arrays."""

    def __init__(self, problem: Problem) -> None:
        from scipy.spatial import KDTree

        centres = centres_of(problem.places, problem.shape)
        hexagon = problem.shape == "hexagon"
        column = 2 * problem.places[:, 0] + (problem.places[:, 1] % 2 if hexagon else 0)
        column, row = column - column.min(), problem.places[:, 1] - problem.places[:, 1].min()
        width, height = int(column.max()), int(row.max())
        span = 2 * height + 1
        self.code: list[int] = (column * span + row).tolist()
        # the part of a pair's sum by the difference of codes, from -width, -height to width, height
        across, up = np.meshgrid(np.arange(-width, width + 1), np.arange(-height, height + 1), indexing="ij")
        x, y = across.ravel() / 2, up.ravel() * ROW_HEIGHT[problem.shape]
        length = np.maximum(np.hypot(x, y), 1e-9)
        base = np.where(length < SIDE, 0.0, APART + FURTHER * (length - 1))
        if not hexagon:
            base = np.where((length > SIDE) & (length < DIAGONAL), CORNER, base)
        self.origin = width * span + height
        self.base: list[float] = (base + TURN).tolist()
        self.east: list[float] = (TURN * x / length).tolist()
        self.north: list[float] = (TURN * y / length).tolist()
        ring = KDTree(centres).query_ball_point(centres, SIDE if hexagon else DIAGONAL)
        self.ring = [sorted(set(near) - {number}) for number, near in enumerate(ring)]
        self.centres, self.wished = centres.tolist(), problem.wished.tolist()
        self.near: list[list[tuple[int, float, float, float]]] = [[] for _ in self.wished]
        along = problem.wished[problem.pairs[:, 0]] - problem.wished[problem.pairs[:, 1]]
        along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
        parts = (problem.pairs.tolist(), problem.weights.tolist(), along.tolist())
        for (a, b), weight, (east, north) in zip(*parts, strict=True):
            self.near[a].append((b, weight, weight * east, weight * north))
            self.near[b].append((a, weight, -weight * east, -weight * north))

    def cost(self, unit: int, place: int, at: list[int]) -> float:
        """What ``unit`` adds to the sum at ``place`` while the others are where ``at`` says."""
        (x, y), (wished_x, wished_y) = self.centres[place], self.wished[unit]
        total = ANCHOR * ((x - wished_x) ** 2 + (y - wished_y) ** 2)
        here = self.code[place] + self.origin
        for other, weight, east, north in self.near[unit]:
            step = here - self.code[at[other]]
            total += weight * self.base[step] - east * self.east[step] - north * self.north[step]
        return total

    def run(self, start: list[int], proposals: int, seed: int) -> tuple[float, list[int]]:
        """Gain over ``start`` and the best places met; the same for the same start and seed."""
        draw = random.Random(seed).random
        at = list(start)
        moves: list[tuple[int, int, int, int]] = []  # to go back from the last grid to the best
        best_length = 0
        holder = [-1] * len(self.centres)
        for unit, place in enumerate(at):
            holder[place] = unit
        gained = best_gain = 0.0
        cooling, heat = (COLD / HOT) ** (1 / proposals), HOT
        for _ in range(proposals):
            heat *= cooling
            unit = int(draw() * len(at))
            friends = self.near[unit]
            ring = self.ring[at[friends[int(draw() * len(friends))][0]]]
            target, place = ring[int(draw() * len(ring))], at[unit]
            if target == place:
                continue
            other = holder[target]
            change = -self.cost(unit, place, at)
            if other >= 0:
                change -= self.cost(other, target, at)
                at[unit], at[other] = target, place
                change += self.cost(unit, target, at) + self.cost(other, place, at)
            else:
                change += COMPANY * sum(holder[each] >= 0 for each in self.ring[place])
                at[unit] = target
                change += self.cost(unit, target, at)
                change -= COMPANY * sum(holder[each] >= 0 and each != place for each in self.ring[target])
            if change <= 0 or draw() < math.exp(-change / heat):
                holder[target], holder[place] = unit, other
                gained -= change
                moves.append((unit, place, other, target))
                if gained > best_gain + 1e-9:
                    best_gain, best_length = gained, len(moves)
            else:
                at[unit] = place
                if other >= 0:
                    at[other] = target
        for unit, place, other, target in reversed(moves[best_length:]):
            at[unit] = place
            if other >= 0:
                at[other] = target
        return best_gain, at


def search(problem: Problem, proposals: int, starts: int) -> np.ndarray:
    """Number of each unit's lattice place: the best of ``starts`` searches of ``proposals`` exchanges each.

    Every unit must occur in a pair. The same problem gives the same places.
    """
    start = nearest_tiles(problem).tolist()
    state = _Exchange(problem)
    found = [state.run(start, proposals, seed) for seed in range(starts)]
    return np.array(max(found, key=lambda one: one[0])[1])
