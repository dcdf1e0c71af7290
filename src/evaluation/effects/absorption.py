"""Fixed effects taken out of columns (the within transform), and how many parameters they are.

One effect, and two in a panel that has every pair once, are taken out exactly by means. Any other set of effects is
taken out by repeated centring, sped up by conjugate gradients (Hernandez-Ramos, Escalante and Raydan 2011,
Computational and Applied Mathematics 30): the same projection as with a column for every level.

Matrices are columns of numbers, n x k; results are stored column by column, so that a column is one block of memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem

Codes = NDArray[np.intp]

# The remainder of the last round, relative to the column's length, at which repeated centring stops. It stops early
# enough only if rounding (1e-16 times the rounds) stays below it.
TOLERANCE = 1e-12
MOST_ROUNDS = 5_000


def absorb(
    matrix: Array,
    effects: Sequence[Codes],
    weights: Array | None = None,
    *,
    tolerance: float = TOLERANCE,
    most_rounds: int = MOST_ROUNDS,
    in_place: bool = False,
) -> Array:
    """Columns less their projection on the levels of all ``effects`` (each numbered from 0), n x k.

    ``weights`` (positive, n) weigh the projection. ``in_place`` allows a column-stored matrix to be overwritten.
    Raises InputProblem when the levels are so thinly connected that ``most_rounds`` rounds do not suffice.
    """
    out: Array = matrix if in_place and matrix.flags.f_contiguous else np.array(matrix, dtype=float, order="F")
    if not effects or not out.size:
        return out
    if len(effects) == 1:
        _Centring(effects[0], weights).take_out(out)
        return out
    if weights is None and len(effects) == 2:
        # sorted by either effect, means are products without an index
        orders = (_is_grid(effects[0], effects[1]), _is_grid(effects[1], effects[0]))
        if any(orders) or is_balanced(effects[0], effects[1]):
            first, second = effects if not orders[1] else (effects[1], effects[0])
            _take_out_balanced(out, first, second, grid=any(orders))
            return out
    return _take_out_repeatedly(out, [_Centring(codes, weights) for codes in effects], weights, tolerance, most_rounds)


def is_balanced(first: Codes, second: Codes) -> bool:
    """Whether every pair of levels is there exactly once."""
    rows, columns = int(first.max()) + 1, int(second.max()) + 1
    if rows * columns != len(first):
        return False
    return _is_grid(first, second) or int(np.bincount(first * columns + second).max()) == 1


def absorbed_parameters(effects: Sequence[Codes]) -> int:
    """Parameters of the effects, the constant among them.

    Exact for one effect (its levels) and two (levels less connected components). Each further effect counts its levels
    less one, the usual convention, which may be one or a few too many.
    """
    if not effects:
        return 0
    levels = [int(codes.max()) + 1 for codes in effects]
    if len(effects) == 1:
        return levels[0]
    # two effects that meet in c separate blocks of levels are c times redundant
    pairs = coo_array((np.ones(len(effects[0])), (effects[0], effects[1])), shape=(levels[0], levels[1])).tocoo()
    size = levels[0] + levels[1]
    graph = coo_array((pairs.data, (pairs.row, pairs.col + levels[0])), shape=(size, size))
    blocks = int(connected_components(graph, directed=False)[0])
    return size - blocks + sum(count - 1 for count in levels[2:])


def singletons(effects: Sequence[Codes]) -> int:
    """Rows that are alone in a level of some effect: they say nothing about any coefficient."""
    sizes = [np.bincount(codes) for codes in effects]
    if not any((rows == 1).any() for rows in sizes):
        return 0
    return int(np.any([rows[codes] == 1 for rows, codes in zip(sizes, effects, strict=True)], axis=0).sum())


class _Centring:
    """Takes the (weighted) means of one effect's levels out of columns."""

    def __init__(self, codes: Codes, weights: Array | None) -> None:
        self.codes, self.weights = codes, weights
        self.levels = int(codes.max()) + 1
        self.totals = np.bincount(codes, weights, minlength=self.levels)
        # rows of equal levels side by side, equally many: sums are then one product without an index
        run = len(codes) // self.levels
        grid = weights is None and run * self.levels == len(codes)
        ordered = np.arange(self.levels)[:, None]
        self.run = run if grid and bool((codes.reshape(self.levels, run) == ordered).all()) else 0

    def take_out(self, columns: Array) -> None:
        for position in range(columns.shape[1]):
            column = columns[:, position]
            if self.run:
                block = column.reshape(self.levels, self.run)
                block -= (block @ np.full(self.run, 1 / self.run))[:, None]
            else:
                weighted = column if self.weights is None else column * self.weights
                column -= (np.bincount(self.codes, weighted, minlength=self.levels) / self.totals)[self.codes]


def _is_grid(first: Codes, second: Codes) -> bool:
    """Whether rows are sorted by the first effect, then the second, with every pair once."""
    rows, columns = int(first.max()) + 1, int(second.max()) + 1
    if rows * columns != len(first):
        return False
    return bool(
        (first.reshape(rows, columns) == np.arange(rows)[:, None]).all()
        and (second.reshape(rows, columns) == np.arange(columns)).all()
    )


def _take_out_balanced(columns: Array, first: Codes, second: Codes, *, grid: bool) -> None:
    """x less the two means plus the overall mean, in place; ``grid``: rows are sorted by the first effect, then the
    second."""
    rows, levels = int(first.max()) + 1, int(second.max()) + 1
    for position in range(columns.shape[1]):
        column = columns[:, position]
        if grid:
            block = column.reshape(rows, levels)
            block -= (block @ np.full(levels, 1 / levels))[:, None]
            # the rows' means are out already, so that these means sum to zero by themselves
            _take_from_rows(block, np.full(rows, 1 / rows) @ block)
        else:
            column -= (np.bincount(first, column) / levels)[first]
            column -= (np.bincount(second, column) / rows)[second]


def _take_from_rows(block: Array, values: Array, together: int = 64) -> None:
    """Subtract ``values`` from every row, in place; many short rows at once, since short loops are slow."""
    whole = len(block) // together * together
    joined = block[:whole].reshape(-1, together * block.shape[1])
    joined -= np.tile(values, together)
    block[whole:] -= values


def _take_out_repeatedly(
    columns: Array, centrings: Sequence[_Centring], weights: Array | None, tolerance: float, most_rounds: int
) -> Array:
    """Conjugate gradients on x - S x = 0, S being one symmetric sweep of centring over all effects."""

    def moved(values: Array) -> Array:
        """What a sweep takes away from the columns."""
        swept = np.array(values, order="F")
        for centring in (*centrings, *reversed(centrings[:-1])):
            centring.take_out(swept)
        return values - swept

    def product(one: Array, other: Array) -> Array:
        return np.asarray(np.einsum("ij,ij->j", one if weights is None else one * weights[:, None], other))

    enough = tolerance**2 * np.maximum(product(columns, columns), np.finfo(float).tiny)
    remainder = moved(columns)
    direction = remainder.copy()
    size = product(remainder, remainder)
    for _ in range(most_rounds):
        if (size <= enough).all():
            # one more plain sweep takes out what the last step's rounding left
            return np.asfortranarray(columns - moved(columns))
        change = moved(direction)
        along = product(direction, change)
        step = np.where((along > 0) & (size > enough), size / np.where(along > 0, along, 1.0), 0.0)
        columns -= step * direction
        remainder -= step * change
        new = product(remainder, remainder)
        direction = remainder + np.where(size > enough, new / np.where(size > 0, size, 1.0), 0.0) * direction
        size = np.where(step > 0, new, 0.0)
    raise InputProblem(
        f"Уровни фиксированных эффектов связаны слишком слабо: {most_rounds} кругов центрирования не хватило. "
        "Уберите один из эффектов или объедините редкие уровни.",
        f"The levels of the fixed effects are too thinly connected: {most_rounds} rounds of centring were not enough. "
        "Take out one of the effects or join rare levels.",
    )
