"""Clustered covariance of estimating equations: CRV1 and CRV3, for least squares, Poisson and logit alike.

All of it works on linearised estimating equations: design X (effects nested in the clusters already absorbed),
working weights W and score residuals u, with sum of X'u = 0 at the estimate. For least squares W = 1 and u is the
residual; with weights w, W = w and u = w x residual; for Poisson W is the fitted mean and u = y - mean.

Which CRV3: the cluster jackknife about the estimate, (G-1)/G x the sum over clusters of squared changes of the estimate
when that cluster is left out, as in statsmodels. Programs differ in that factor alone: 1 in clubSandwich, G/(G-1) in
pyfixest; the data of Petersen (2009) clustered by their 10 years give .0334, .0352 and .0371. ``crv3_mean`` is the
jackknife about the mean of the leave-one-out estimates.

Sources: Cameron and Miller (2015, Journal of Human Resources 50) for CRV1; MacKinnon, Nielsen and Webb (2023, Journal
of Econometrics 232) for CRV3, both kinds, and for collapsing the rows to cross-products of clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Covariance = Literal["crv1", "crv3", "crv3_mean"]

FEW_GROUPS = 256  # are multiplied one by one, without copying the rows
FEW_PRODUCTS = 64  # are summed without bringing the rows into order
BLOCK_ELEMENTS = 4_000_000  # numbers of cluster cross-products held at once: 32 MB
SINGULAR = 1e-10  # eigenvalue of a cross-product scaled to a unit diagonal, below which a direction counts as lost


@dataclass(frozen=True)
class EstimatingEquations:
    """Linearised estimating equations of a fitted model; rows are observations, ``groups`` their clusters from 0."""

    design: Array
    weights: Array
    residuals: Array
    groups: NDArray[np.intp]

    @property
    def n_groups(self) -> int:
        return int(self.groups.max()) + 1

    def weighted_design(self) -> Array:
        """WX, n x k; the design itself where all weights are 1."""
        plain = bool((self.weights == 1.0).all())
        return self.design if plain else self.weights[:, None] * self.design

    def bread(self) -> Array:
        """X'WX, k x k."""
        return np.asarray(self.design.T @ self.weighted_design())

    def scores(self) -> Array:
        """Sums of X'u by cluster, G x k."""
        blocks = grouped_products(self.design, self.residuals[:, None], self.groups, self.n_groups)
        return np.concatenate([block for _, block in blocks])[:, :, 0]


def sum_by_group(values: Array, groups: NDArray[np.intp], n_groups: int) -> Array:
    """Column sums of ``values`` (n x k) by group, n_groups x k."""
    columns = [np.bincount(groups, values[:, j], minlength=n_groups) for j in range(values.shape[1])]
    return np.column_stack(columns) if columns else np.empty((n_groups, 0))


def grouped_products(left: Array, right: Array, groups: NDArray[np.intp], n_groups: int) -> Iterator[tuple[int, Array]]:
    """Products left'right by group: blocks of (first group, array of groups x k x m), in the order of groups.

    Rows are brought into the order of groups once; many groups of one size are multiplied in one call.
    """
    unsorted = bool((groups[1:] < groups[:-1]).any())
    if unsorted and left.shape[1] * right.shape[1] <= FEW_PRODUCTS:
        sums = [sum_by_group(left * column[:, None], groups, n_groups) for column in right.T]
        yield 0, np.stack(sums, axis=2)
        return
    if unsorted:
        order = np.argsort(groups, kind="stable")
        left, right, groups = left[order], right[order], groups[order]
    bounds = np.searchsorted(groups, np.arange(n_groups + 1))
    sizes = np.diff(bounds)
    step = max(1, BLOCK_ELEMENTS // max(1, left.shape[1] * right.shape[1]))
    for first in range(0, n_groups, step):
        last = min(first + step, n_groups)
        start, size = int(bounds[first]), int(sizes[first])
        if last - first > FEW_GROUPS and (sizes[first:last] == size).all():
            shape = (last - first, size, -1)
            a, b = left[start : bounds[last]].reshape(shape), right[start : bounds[last]].reshape(shape)
            yield first, np.matmul(a.transpose(0, 2, 1), b)
        else:
            pairs = zip(bounds[first:last], bounds[first + 1 : last + 1], strict=True)
            yield first, np.stack([left[begin:end].T @ right[begin:end] for begin, end in pairs])


def cluster_covariance(equations: EstimatingEquations, kind: Covariance) -> Array:
    """Covariance of the coefficients, clustered, k x k.

    ``crv1``: G/(G-1) x (n-1)/(n-k) x sandwich, k = columns of the design (absorbed effects, which are nested in the
    clusters, are not counted). ``crv3``: (G-1)/G x the sum of squared changes of the estimate when one cluster is
    left out; exact for least squares, one Newton step for Poisson and logit. ``crv3_mean``: the same about the mean
    of those estimates. NaN with one cluster, without degrees of freedom, and, for both kinds of CRV3, in rows and
    columns of a coefficient that cannot be estimated without some one cluster.
    """
    n, k = equations.design.shape
    n_groups = equations.n_groups
    if n_groups < 2 or n <= k:
        return np.full((k, k), np.nan)
    bread, scores = equations.bread(), equations.scores()
    if kind == "crv1":
        inverse = np.linalg.pinv(bread, hermitian=True)
        factor = n_groups / (n_groups - 1) * (n - 1) / (n - k)
        return np.asarray(factor * inverse @ (scores.T @ scores) @ inverse)
    changes, lost = leave_one_out_changes(equations, bread, scores)
    if kind == "crv3_mean":
        changes = changes - changes.mean(axis=0)
    covariance = np.asarray((n_groups - 1) / n_groups * changes.T @ changes)
    covariance[lost, :] = covariance[:, lost] = np.nan
    return covariance


def leave_one_out_changes(
    equations: EstimatingEquations, bread: Array, scores: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Estimate minus the estimate without each cluster (G x k), and which coefficients some cluster alone identifies.

    Exact for least squares: without cluster g the estimate changes by the inverse of (X'WX - X_g'W_gX_g) times X_g'u_g.
    """
    scale = np.sqrt(np.diag(bread))
    scale[scale == 0] = 1.0
    changes = np.empty_like(scores)
    lost = np.zeros(len(bread), dtype=bool)
    blocks = grouped_products(equations.design, equations.weighted_design(), equations.groups, equations.n_groups)
    for first, products in blocks:
        inverse, unidentified = symmetric_inverse((bread - products) / np.outer(scale, scale))
        members = slice(first, first + len(products))
        changes[members] = np.matmul(inverse, (scores[members] / scale)[:, :, None])[:, :, 0] / scale
        lost |= unidentified.any(axis=0)
    return changes, lost


def symmetric_inverse(matrices: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Generalised inverses of symmetric matrices with a diagonal near 1 (g x k x k), and their lost columns (g x k).

    A column is lost when a direction without variation (eigenvalue below SINGULAR) has a part in it.
    """
    values, vectors = np.linalg.eigh(matrices)
    null = values < SINGULAR
    weights = np.where(null, 0.0, 1 / np.where(null, 1.0, values))
    inverse = np.matmul(vectors * weights[:, None, :], vectors.transpose(0, 2, 1))
    return inverse, (vectors**2 * null[:, None, :]).sum(axis=2) > SINGULAR


def t_interval(estimate: float, se: float, df: int, level: float = 0.95) -> tuple[float, float, float]:
    """Low, high and two-sided p of an estimate under t with ``df`` degrees of freedom; NaN without a standard error."""
    if not np.isfinite(se) or se <= 0 or df < 1:
        return float("nan"), float("nan"), float("nan")
    half = stats.t.ppf(0.5 + level / 2, df) * se
    return estimate - half, estimate + half, float(2 * stats.t.sf(abs(estimate / se), df))
