"""Estimating equations: what they sum to, and minus their derivative, in total and by cluster.

Most estimators depend on their parameters through a few indices by row, such as X b of a propensity and Z c of an
outcome. ``IndexedEquations`` differentiate by these indices, a few passes over the rows however many columns there
are; ``NumericEquations`` take any function of the parameters, one pair of passes a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evaluation.effects.inference.clusters import Array

Psi = Callable[[Array], Array]
Index = Array | float
STEP = float(np.finfo(float).eps) ** (1 / 3)


class Equations(Protocol):
    """Equations sum of psi(theta) = 0 in k parameters."""

    def psi(self, theta: Array) -> Array:
        """By row, n x k."""

    def total(self, theta: Array) -> Array:
        """Summed, k."""

    def information(self, theta: Array) -> Array:
        """Minus the derivative of the total, k x k."""

    def information_by_cluster(self, theta: Array, groups: np.ndarray, n_groups: int) -> Array:
        """The same by cluster, G x k x k."""


def derivative(function: Callable[[Array], Array], theta: Array) -> Array:
    """Central differences of a vector function, its length x k."""
    columns = []
    for position in range(len(theta)):
        step = np.zeros_like(theta)
        step[position] = STEP * max(1.0, abs(float(theta[position])))
        columns.append((function(theta + step) - function(theta - step)) / (2 * step[position]))
    return np.column_stack(columns)


def cluster_sums(values: Array, groups: np.ndarray, n_groups: int) -> Array:
    """Column sums of ``values`` (n x k) by cluster, G x k."""
    return np.column_stack([np.bincount(groups, column, minlength=n_groups) for column in values.T])


@dataclass(frozen=True)
class NumericEquations:
    """``function`` (theta -> n x k), differentiated parameter by parameter."""

    function: Psi

    def psi(self, theta: Array) -> Array:
        return self.function(theta)

    def total(self, theta: Array) -> Array:
        return np.asarray(self.function(theta).sum(axis=0))

    def information(self, theta: Array) -> Array:
        return -derivative(self.total, theta)

    def information_by_cluster(self, theta: Array, groups: np.ndarray, n_groups: int) -> Array:
        k = len(theta)
        flat = derivative(lambda at: cluster_sums(self.function(at), groups, n_groups).ravel(), theta)
        return np.asarray(-flat.reshape(n_groups, k, k))


@dataclass(frozen=True)
class IndexedEquations:
    """psi stacks, over parts p, the columns ``lefts[p]`` (n x l) times the number ``scalars(indices)[p]`` of each row.

    Index q is ``rights[q]``: a matrix (n x r) times its slice of theta, or where the matrix is None the single
    parameter itself. A left of None is a single equation. ``n`` is the number of rows.
    """

    n: int
    lefts: Sequence[Array | None]
    rights: Sequence[tuple[Array | None, slice]]
    scalars: Callable[[list[Index]], list[Array]]

    def psi(self, theta: Array) -> Array:
        parts = self.scalars(self._indices(theta))
        columns = [
            part[:, None] if left is None else left * part[:, None]
            for left, part in zip(self.lefts, parts, strict=True)
        ]
        return np.column_stack(columns)

    def total(self, theta: Array) -> Array:
        parts = self.scalars(self._indices(theta))
        sums = [
            np.array([part.sum()]) if left is None else part @ left
            for left, part in zip(self.lefts, parts, strict=True)
        ]
        return np.concatenate(sums)

    def information(self, theta: Array) -> Array:
        out = np.zeros((len(theta), len(theta)))
        for rows, left, slopes, right, columns in self._blocks(theta):
            out[rows, columns] -= left.T @ (slopes[:, None] * right)
        return out

    def information_by_cluster(self, theta: Array, groups: np.ndarray, n_groups: int) -> Array:
        out = np.zeros((n_groups, len(theta), len(theta)))
        order = np.argsort(groups, kind="stable")
        bounds = np.searchsorted(groups[order], np.arange(n_groups + 1))
        for rows, left, slopes, right, columns in self._blocks(theta):
            sorted_left, weighted = left[order], (slopes[:, None] * right)[order]
            for group in range(n_groups):
                own = slice(bounds[group], bounds[group + 1])
                out[group, rows, columns] -= sorted_left[own].T @ weighted[own]
        return out

    def _indices(self, theta: Array) -> list[Index]:
        return [float(theta[own][0]) if matrix is None else matrix @ theta[own] for matrix, own in self.rights]

    def _blocks(self, theta: Array) -> list[tuple[slice, Array, Array, Array, slice]]:
        """Rows of the block, left columns, derivative of the part by the index, right columns, columns of the block."""
        indices = self._indices(theta)
        single = np.ones((self.n, 1))
        out = []
        for position, (matrix, columns) in enumerate(self.rights):
            index = indices[position]
            step = STEP * np.maximum(1.0, np.abs(index))
            sides = [
                self.scalars([*indices[:position], index + sign * step, *indices[position + 1 :]]) for sign in (1, -1)
            ]
            right = single if matrix is None else matrix
            first = 0
            for left, above, below in zip(self.lefts, *sides, strict=True):
                width = 1 if left is None else left.shape[1]
                slopes = (above - below) / (2 * step)
                if slopes.any():
                    own = single if left is None else left
                    out.append((slice(first, first + width), own, slopes, right, columns))
                first += width
        return out
