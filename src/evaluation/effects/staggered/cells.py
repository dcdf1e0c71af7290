"""Cells of group-time effects: which group, year and controls are compared, the effects and who influences them.

Without covariates all effects are sums over groups and years, and a unit's influence is linear in its outcomes: the
influence of units on all effects is never laid out, only that on the averages asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.effects.inference.clusters import Array
from evaluation.effects.staggered.adjusted import Method, adjusted_difference
from evaluation.effects.staggered.cohorts import CohortRows, cohorts_within

Scale = Literal["difference", "log_ratio"]
Controls = Literal["not_yet", "never"]
Base = Literal["universal", "varying"]


@dataclass(frozen=True)
class Influence:
    """Influence of units on effects, scaled so that a variance is a sum of squares.

    A unit's is its row of ``columns`` (units x columns) times its group's ``loads`` (groups x columns x effects) plus
    its group's ``constants`` (groups x effects). Units are sorted by group, ``starts`` being the first of each.
    """

    columns: Array
    loads: Array
    constants: Array
    starts: np.ndarray

    @property
    def units(self) -> int:
        return len(self.columns)

    def on(self, shares: Array) -> Array:
        """Influence on averages of the effects (units x averages); ``shares``: effects x averages."""
        out = np.empty((self.units, shares.shape[1]))
        bounds = np.append(self.starts, self.units)
        for group, (loads, constants) in enumerate(zip(self.loads, self.constants, strict=True)):
            rows = slice(bounds[group], bounds[group + 1])
            np.matmul(self.columns[rows], loads @ shares, out=out[rows])
            out[rows] += constants @ shares
        return out


@dataclass(frozen=True)
class Cell:
    """One group and year: positions of the years compared, who is treated and compared (by group of the panel)."""

    group: int
    now: int
    reference: int
    treated: int
    compared: np.ndarray


def comparisons(rows: CohortRows, labels: Array, controls: Controls, base: Base, anticipation: int) -> list[Cell]:
    """Groups and years that have a reference year and somebody to compare with."""
    years = rows.years
    cells = []
    for group in cohorts_within(rows):
        own = int(np.searchsorted(labels, group))
        before = max(position for position, value in enumerate(years) if value < group - anticipation)
        for now in range(len(years)):
            reference = now - 1 if base == "varying" and years[now] < group - anticipation else before
            if reference < 0:
                continue
            untrained_until = years[-1] if controls == "never" else max(years[now], years[reference]) + anticipation
            compared = (labels > untrained_until) & (labels != group)
            if compared.any():
                cells.append(Cell(group, now, reference, own, compared))
    return cells


def plain_effects(
    values: Array, member: np.ndarray, sizes: np.ndarray, cells: Sequence[Cell], scale: Scale
) -> tuple[list[Cell], list[float], Influence]:
    """Cells that are defined, their effects and the influence of units."""
    groups, years = len(sizes), values.shape[1]
    starts = np.searchsorted(member, np.arange(groups))  # units are sorted by first year
    totals = np.add.reduceat(values, starts, axis=0)
    loads = np.zeros((groups, years, len(cells)))
    constants = np.zeros((groups, len(cells)))
    kept: list[int] = []
    estimates: list[float] = []
    for position, cell in enumerate(cells):
        sides = []
        for members, sign in ((np.arange(groups) == cell.treated, 1.0), (cell.compared, -1.0)):
            after = float(totals[members, cell.now].sum())
            before = float(totals[members, cell.reference].sum())
            size = int(sizes[members].sum())
            if scale == "log_ratio":
                if after <= 0 or before <= 0:
                    break
                up, down, change, constant = 1 / after, 1 / before, float(np.log(after / before)), 0.0
            else:
                up = down = 1 / size
                change = (after - before) / size
                constant = change / size
            sides.append(sign * change)
            if cell.now != cell.reference:
                loads[members, cell.now, position] = sign * up
                loads[members, cell.reference, position] = -sign * down
                constants[members, position] = -sign * constant
        if len(sides) == 2:
            kept.append(position)
            estimates.append(sum(sides) if cell.now != cell.reference else 0.0)
    influence = Influence(values, loads[:, :, kept], constants[:, kept], starts)
    return [cells[position] for position in kept], estimates, influence


def adjusted_effects(
    rows: CohortRows, values: Array, member: np.ndarray, cells: Sequence[Cell], method: Method
) -> tuple[list[Cell], list[float], Influence, int]:
    """As without covariates; and how many cells have no overlap or too few units."""
    covariates = rows.covariates.reshape(*values.shape, -1)
    kept: list[Cell] = []
    estimates: list[float] = []
    columns: list[Array] = []
    for cell in cells:
        used = (member == cell.treated) | cell.compared[member]
        influence = np.zeros(len(values))
        effect = 0.0
        if cell.now != cell.reference:
            change = values[used, cell.now] - values[used, cell.reference]
            earlier = covariates[used, min(cell.now, cell.reference)]
            found = adjusted_difference(change, member[used] == cell.treated, earlier, method)
            if found is None:
                continue
            effect, influence[used] = found
        kept.append(cell)
        estimates.append(effect)
        columns.append(influence)
    matrix: Array = np.column_stack([np.empty((len(values), 0)), *columns])
    effects = len(kept)
    # every effect has a column of its own: loads are the identity, the same for all units
    plain = Influence(matrix, np.eye(effects)[None], np.zeros((1, effects)), np.zeros(1, dtype=np.intp))
    return kept, estimates, plain, len(cells) - len(kept)
