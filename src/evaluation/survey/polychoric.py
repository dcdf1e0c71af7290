"""Polychoric correlations: how strongly the continuous opinions behind two ordered answers go together.

Answers on few steps understate the correlation of what lies behind them. Under a bivariate normal opinion, cut into
answers at thresholds, the correlation is estimated in two steps: thresholds from each item's own shares, then the
correlation by maximum likelihood (Olsson 1979, Psychometrika 44, 443-460). Standard errors count the thresholds'
own error (Jöreskog 1994, Psychometrika 59, 381-389) and the cells as observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

LIMIT = 0.999  # beyond it the two answers are one
MOST_CATEGORIES = 20
FEWEST_PAIRS = 10
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_STEPS = 60
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Polychoric:
    """``correlations`` and ``errors`` (items x items; NaN where a pair tells nothing), ``n`` answers to both of a pair.

    ``notes`` (first, second, note): constant_item, few_answers, too_many_categories, empty_cell_filled, at_the_limit.
    ``smoothed`` is true where the matrix of pairs was no correlation matrix and the nearest one by its eigenvalues is
    given instead.
    """

    correlations: pd.DataFrame
    errors: pd.DataFrame
    n: pd.DataFrame
    notes: pd.DataFrame
    smoothed: bool

    @property
    def is_complete(self) -> bool:
        return bool(self.correlations.notna().to_numpy().all())


def bivariate_normal(upper: Array, other: Array, correlation: Array) -> Array:
    """P(X <= upper, Y <= other) of standard normals, element by element; infinite bounds are allowed.

    By the integral over the angle whose sine is the correlation (Plackett 1954, Biometrika 41); to about 1e-8 within
    ``LIMIT``.
    """
    h, k, r = np.broadcast_arrays(upper, other, correlation)
    bounded = np.isfinite(h) & np.isfinite(k)
    x, y = np.where(bounded, h, 0.0), np.where(bounded, k, 0.0)
    angle = np.arcsin(r)
    theta = angle[..., None] * (_NODES + 1) / 2
    sine, cosine = np.sin(theta), np.cos(theta)
    x, y = x[..., None], y[..., None]
    inside = np.exp(-(x * x + y * y - 2 * x * y * sine) / (2 * cosine**2)) @ _WEIGHTS
    beyond = np.where(bounded, inside * angle / (4 * np.pi), 0.0)
    return np.asarray(special.ndtr(h) * special.ndtr(k) + beyond)


def polychoric(values: pd.DataFrame) -> Polychoric:
    """Polychoric correlations of the columns of ``values`` (rows: people; NaN: no answer), pair by pair.

    Each pair uses the people who answered both. In a 2 x 2 table one empty cell is filled with half a person, without
    which the correlation would be one (Brown and Benedetti 1977, Psychometrika 42, 347-355).
    """
    names = [str(name) for name in values.columns]
    count = len(names)
    numbers = values.to_numpy(dtype=float)
    correlations, errors, n = np.eye(count), np.zeros((count, count)), np.zeros((count, count))
    answered = ~np.isnan(numbers)
    coded = [_numbered(column) for column in numbers.T]
    n[np.diag_indices(count)] = answered.sum(axis=0)
    tables: list[tuple[int, int, Array]] = []
    notes: list[tuple[str, str, str]] = []
    for i in range(count):
        for j in range(i + 1, count):
            both = answered[:, i] & answered[:, j]
            n[i, j] = n[j, i] = both.sum()
            table, note = _table(coded[i], coded[j], both)
            if note:
                notes.append((names[i], names[j], note))
            if table is None:
                correlations[i, j] = correlations[j, i] = errors[i, j] = errors[j, i] = np.nan
            else:
                tables.append((i, j, table))
    for (i, j, table), found in zip(tables, _fit([table for *_, table in tables]), strict=True):
        correlations[i, j] = correlations[j, i] = found
        at_limit = abs(found) >= LIMIT - 1e-6
        errors[i, j] = errors[j, i] = np.nan if at_limit else _error(table, found)
        if at_limit:
            notes.append((names[i], names[j], "at_the_limit"))
    nearest = nearest_correlations(correlations)
    smoothed = bool(np.isfinite(correlations).all() and not np.allclose(nearest, correlations, atol=1e-10))
    return Polychoric(
        pd.DataFrame(nearest if smoothed else correlations, index=names, columns=names),
        pd.DataFrame(errors, index=names, columns=names),
        pd.DataFrame(n, index=names, columns=names).astype("Int64"),
        pd.DataFrame(notes, columns=["first", "second", "note"]),
        smoothed,
    )


def nearest_correlations(matrix: Array) -> Array:
    """The matrix with its negative eigenvalues raised to a small positive one and its diagonal made one again."""
    if not np.isfinite(matrix).all():
        return matrix
    roots, vectors = np.linalg.eigh(matrix)
    if roots[0] > 0:
        return matrix
    raised = (vectors * np.maximum(roots, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    return np.asarray(raised / np.outer(scale, scale))


def _numbered(values: Array) -> tuple[NDArray[np.intp], int]:
    """Each answer's number among the answers that occur (no answer: -1), and how many there are."""
    known = ~np.isnan(values)
    levels, numbers = np.unique(values[known], return_inverse=True)
    codes = np.full(len(values), -1, dtype=np.intp)
    codes[known] = numbers
    return codes, len(levels)


def _table(
    first: tuple[NDArray[np.intp], int], second: tuple[NDArray[np.intp], int], both: NDArray[np.bool_]
) -> tuple[Array | None, str]:
    """Counts of the pairs of answers, over the answers that occur; or why there are none."""
    (one, rows), (other, columns) = first, second
    if both.sum() < FEWEST_PAIRS:
        return None, "few_answers"
    if max(rows, columns) > MOST_CATEGORIES:
        return None, "too_many_categories"
    counts = np.bincount(one[both] * columns + other[both], minlength=rows * columns).astype(float)
    table = counts.reshape(rows, columns)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return None, "constant_item"
    if table.shape == (2, 2) and (table == 0).any():
        return np.where(table == 0, 0.5, table), "empty_cell_filled"
    return table, ""


def _cuts(table: Array, axis: int) -> Array:
    """Thresholds between the answers of one side, with minus and plus infinity at the ends."""
    shares = np.cumsum(table.sum(axis=axis))[:-1] / table.sum()
    return np.concatenate([[-np.inf], special.ndtri(shares), [np.inf]])


def _padded(tables: list[Array]) -> tuple[Array, Array, Array]:
    """Counts (tables, rows, columns) and thresholds (tables, rows + 1) and (tables, columns + 1), all of one size.

    A table with fewer answers gets empty ones at plus infinity.
    """
    rows, columns = (max(table.shape[side] for table in tables) for side in (0, 1))
    counts = np.zeros((len(tables), rows, columns))
    first, second = np.full((len(tables), rows + 1), np.inf), np.full((len(tables), columns + 1), np.inf)
    for number, table in enumerate(tables):
        counts[number, : table.shape[0], : table.shape[1]] = table
        first[number, : table.shape[0] + 1] = _cuts(table, 1)
        second[number, : table.shape[1] + 1] = _cuts(table, 0)
    return counts, first, second


def _density(first: Array, second: Array, correlation: Array) -> Array:
    """Bivariate normal density; zero at infinite thresholds."""
    bounded = np.isfinite(first) & np.isfinite(second)
    x, y = np.where(bounded, first, 0.0), np.where(bounded, second, 0.0)
    rest = 1 - correlation**2
    value = np.exp(-(x * x + y * y - 2 * correlation * x * y) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    return np.where(bounded, value, 0.0)


def _cells(corners: Array) -> Array:
    return np.diff(np.diff(corners, axis=-1), axis=-2)


def _fit(tables: list[Array]) -> Array:
    """The most likely correlation of every table: Fisher scoring, kept between bounds that close in on the root."""
    if not tables:
        return np.zeros(0)
    counts, first, second = _padded(tables)
    one, other = first[:, :, None], second[:, None, :]
    total = counts.sum(axis=(1, 2))
    low, high = np.full(len(tables), -LIMIT), np.full(len(tables), LIMIT)
    at = np.zeros(len(tables))
    for _ in range(_STEPS):
        r = at[:, None, None]
        chance = np.maximum(_cells(bivariate_normal(one, other, r)), _TINY)
        slope = _cells(_density(one, other, r))
        score = (counts * slope / chance).sum(axis=(1, 2))
        information = total * np.maximum((slope**2 / chance).sum(axis=(1, 2)), _TINY)
        low, high = np.where(score > 0, at, low), np.where(score > 0, high, at)
        step = at + score / information
        following = np.where((step > low) & (step < high), step, (low + high) / 2)
        if np.abs(following - at).max() < 1e-9:
            return np.asarray(following)
        at = following
    return np.asarray(at)


def _error(table: Array, correlation: float) -> float:
    """Standard error of one correlation: each person's influence, that on the thresholds included."""
    first, second = _cuts(table, 1), _cuts(table, 0)
    one, other = first[:, None], second[None, :]
    shares = table / table.sum()
    chance = np.maximum(_cells(bivariate_normal(one, other, np.array(correlation))), _TINY)
    score = _cells(_density(one, other, np.array(correlation))) / chance
    expected = chance * score
    influence = score.copy()
    for cuts, across, side in ((first, second, 0), (second, first, 1)):
        marginal = np.cumsum(shares.sum(axis=1 - side))[:-1]
        inner = cuts[1:-1]
        spread = np.sqrt(1 - correlation**2)
        # moving one threshold shifts chance between the two answers beside it
        part = np.exp(-(inner**2) / 2) / np.sqrt(2 * np.pi)
        moved = part[:, None] * np.diff(special.ndtr((across[None, :] - correlation * inner[:, None]) / spread), axis=1)
        turned = expected / chance if side == 0 else (expected / chance).T
        cross = ((turned[:-1] - turned[1:]) * moved).sum(axis=1)
        below = np.tri(len(marginal) + 1, len(marginal), -1) == 0
        threshold = (below.astype(float) - marginal) / part
        effect = -(threshold @ cross)
        influence = influence + (effect[:, None] if side == 0 else effect[None, :])
    information = float((chance * score**2).sum())
    variance = float((shares * influence**2).sum()) / information**2 / table.sum()
    return float(np.sqrt(variance))
