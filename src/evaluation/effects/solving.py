"""Least squares on columns: which columns vary by themselves, their coefficients, residuals and (X'WX)^-1.

Cross products of scaled columns and one step of iterative refinement: as accurate as an orthogonal decomposition
for columns that are not nearly collinear (Björck 1996, Numerical Methods for Least Squares Problems, section 2.9.3),
at a fraction of the time. Nearly collinear columns are decomposed (QR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import column_lengths, independent_columns

# A column of which no larger share is left, apart from effects and earlier columns, does not vary by itself.
LEFT_OF_A_COLUMN = 1e-9
# Below this share the cross products have lost too many digits, and the columns themselves are looked at.
TELLING = 1e-4
# A correction that is a smaller share of the coefficients is rounding.
SETTLED = 1e-14


@dataclass(frozen=True)
class Solution:
    """``kept``: positions of columns that vary by themselves; ``coefficients`` and ``inverse`` (X'WX)^-1 are theirs;
    ``residuals`` are outcome less fitted values."""

    kept: list[int]
    coefficients: Array
    residuals: Array
    inverse: Array


def least_squares(columns: Array, targets: Array) -> Array:
    """Coefficients of ``targets`` (n, or n x m) on ``columns`` (n x k), k or k x m; the shortest where not unique.

    Columns are brought to unit length first: the general solver takes a column in small units for none beside one in
    large units, such as a share beside a squared population.
    """
    lengths = column_lengths(columns)
    lengths[lengths == 0] = 1.0
    found = np.linalg.lstsq(columns / lengths, targets, rcond=None)[0]
    return np.asarray((found.T / lengths).T, dtype=float)


def solve(matrix: Array, outcome: Array, weights: Array | None = None, lengths: Array | None = None) -> Solution:
    """Weighted least squares of ``outcome`` (n) on the columns of ``matrix`` (n x k).

    ``lengths``: the columns' lengths before effects were taken out, by which what is left of them is judged. A
    column that depends on columns before it is left out.
    """
    if weights is not None:
        root = np.sqrt(weights)
        scaled = solve(matrix * root[:, None], outcome * root, None, lengths)
        residuals = outcome - matrix[:, scaled.kept] @ scaled.coefficients
        return Solution(scaled.kept, scaled.coefficients, residuals, scaled.inverse)
    products = matrix.T @ matrix
    sizes = np.sqrt(np.diag(products))
    before = sizes if lengths is None else lengths
    candidates = [int(place) for place in np.flatnonzero(sizes > LEFT_OF_A_COLUMN * before)]
    correlations = products[np.ix_(candidates, candidates)] / np.outer(sizes[candidates], sizes[candidates])
    factor = _triangle(correlations)
    if factor is None:
        scaled_columns = matrix[:, candidates] / sizes[candidates]
        chosen = independent_columns(scaled_columns, LEFT_OF_A_COLUMN)
        kept = [candidates[place] for place in chosen]
        orthogonal, triangle = np.linalg.qr(scaled_columns[:, chosen])
        factor, right = triangle.T, orthogonal.T @ outcome
        coefficients = solve_triangular(triangle, right) / sizes[kept]
        residuals = outcome - matrix[:, kept] @ coefficients
    else:
        kept = candidates
        coefficients, residuals = _refined(matrix, outcome, kept, factor, sizes)
    scale = sizes[kept]
    half = solve_triangular(factor, np.eye(len(kept)), lower=True) if kept else np.empty((0, 0))
    return Solution(kept, coefficients, residuals, np.asarray(half.T @ half / np.outer(scale, scale)))


def _triangle(correlations: Array) -> Array | None:
    """Cholesky factor (lower); None when some column is nearly a combination of those before it."""
    try:
        factor: Array = np.asarray(np.linalg.cholesky(correlations), dtype=float)
    except np.linalg.LinAlgError:
        return None
    return factor if (np.diag(factor) > TELLING).all() else None


def _refined(matrix: Array, outcome: Array, kept: list[int], factor: Array, sizes: Array) -> tuple[Array, Array]:
    """Coefficients and residuals from cross products, corrected once by what they leave unexplained."""
    columns = matrix if len(kept) == matrix.shape[1] else matrix[:, kept]
    scale = sizes[kept]
    coefficients = np.zeros(len(kept))
    residuals = np.array(outcome)
    if not kept:
        return coefficients, residuals
    for _ in range(2):
        half = solve_triangular(factor, (columns.T @ residuals) / scale, lower=True)
        change = solve_triangular(factor, half, lower=True, trans="T") / scale
        if np.linalg.norm(change * scale) <= SETTLED * np.linalg.norm(coefficients * scale):
            break
        coefficients += change
        residuals -= columns @ change
    return coefficients, residuals
