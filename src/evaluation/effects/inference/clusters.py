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
from dataclasses import dataclass, replace
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
DEPENDENT = 1e-12  # singular value of unit columns, relative to the largest, below which columns count as dependent


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

    def orthonormalised(self) -> tuple[EstimatingEquations, Array]:
        """(the same equations in columns Z = XT with Z'WZ = 1, T of k x r): a coefficient vector g of Z is Tg of X.

        r < k where columns depend on one another under the weights. Cross-products of raw years and populations lose
        half of all digits, and an inverse that cuts off small eigenvalues then takes a column in small units for none;
        columns of unit length are decomposed here instead, never their cross-products.
        """
        root = np.sqrt(self.weights)
        rooted = self.design if bool((root == 1.0).all()) else self.design * root[:, None]
        lengths = np.sqrt(np.einsum("nk,nk->k", rooted, rooted))
        lengths[lengths == 0] = 1.0
        upper = np.linalg.qr(rooted / lengths, mode="r")
        values, right = np.linalg.svd(upper)[1:]
        kept = values > DEPENDENT * values.max(initial=0.0)
        transform = right[: len(values)][kept].T / values[kept] / lengths[:, None]
        return replace(self, design=np.asarray(self.design @ transform)), np.asarray(transform)

    def inverse(self) -> Array:
        """(X'WX)^-1, k x k, generalised where columns depend on one another."""
        transform = self.orthonormalised()[1]
        return np.asarray(transform @ transform.T)


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
    scaled, transform = equations.orthonormalised()
    if kind == "crv1":
        changes = scaled.scores() @ transform.T
        return np.asarray(n_groups / (n_groups - 1) * (n - 1) / (n - k) * changes.T @ changes)
    changes, lost = leave_one_out_changes(scaled, transform)
    if kind == "crv3_mean":
        changes = changes - changes.mean(axis=0)
    covariance = np.asarray((n_groups - 1) / n_groups * changes.T @ changes)
    covariance[lost, :] = covariance[:, lost] = np.nan
    return covariance


def leave_one_out_changes(scaled: EstimatingEquations, transform: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Estimate minus the estimate without each cluster (G x k), and which coefficients some cluster alone identifies.

    ``scaled`` and ``transform`` as from ``orthonormalised``. Exact for least squares: without cluster g the estimate
    changes by the inverse of (1 - Z_g'W_gZ_g) times Z_g'u_g, carried to the k coefficients by ``transform``.
    """
    scores = scaled.scores()
    unit = np.eye(scores.shape[1])
    changes = np.empty_like(scores)
    lost = np.zeros(len(transform), dtype=bool)
    # directions of the coefficients: what a lost direction of Z takes from each of them
    parts = transform / np.maximum(np.sqrt((transform**2).sum(axis=1)), np.finfo(float).tiny)[:, None]
    blocks = grouped_products(scaled.design, scaled.weighted_design(), scaled.groups, scaled.n_groups)
    for first, products in blocks:
        inverse, null = _inverse_and_null(unit - products)
        members = slice(first, first + len(products))
        changes[members] = np.matmul(inverse, scores[members][:, :, None])[:, :, 0]
        if null.any():
            lost |= ((parts @ null) ** 2).sum(axis=2).max(axis=0) > SINGULAR
    return changes @ transform.T, lost


def symmetric_inverse(matrices: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Generalised inverses of symmetric matrices with a diagonal near 1 (g x k x k), and their lost columns (g x k).

    A column is lost when a direction without variation (eigenvalue below SINGULAR) has a part in it.
    """
    inverse, null = _inverse_and_null(matrices)
    return inverse, (null**2).sum(axis=2) > SINGULAR


def _inverse_and_null(matrices: Array) -> tuple[Array, Array]:
    """Generalised inverses (g x k x k), and the eigenvectors without variation as columns, zeros in place of others."""
    values, vectors = np.linalg.eigh(matrices)
    null = values < SINGULAR
    weights = np.where(null, 0.0, 1 / np.where(null, 1.0, values))
    inverse = np.matmul(vectors * weights[:, None, :], vectors.transpose(0, 2, 1))
    return inverse, vectors * null[:, None, :]


def t_interval(estimate: float, se: float, df: int, level: float = 0.95) -> tuple[float, float, float]:
    """Low, high and two-sided p of an estimate under t with ``df`` degrees of freedom; NaN without a standard error."""
    if not np.isfinite(se) or se <= 0 or df < 1:
        return float("nan"), float("nan"), float("nan")
    half = stats.t.ppf(0.5 + level / 2, df) * se
    return estimate - half, estimate + half, float(2 * stats.t.sf(abs(estimate / se), df))
