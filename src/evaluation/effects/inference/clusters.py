"""Inference with few, unequal clusters: CRV1, CRV3 (cluster jackknife) and the restricted wild cluster bootstrap.

All of it works on linearised estimating equations, so that least squares, Poisson and logit share one code:
design X (unit effects already absorbed), working weights W and score residuals u, with sum of X'u = 0 at the
estimate. For least squares W = 1 and u is the residual; for Poisson W is the fitted mean and u = y - mean.

Sources: Cameron and Miller (2015, Journal of Human Resources 50) for CRV1; MacKinnon, Nielsen and Webb (2023,
Journal of Econometrics 232) for CRV3; Cameron, Gelbach and Miller (2008, Review of Economics and Statistics 90)
for the restricted wild cluster bootstrap; Kline and Santos (2012, Journal of Econometric Methods 1) for its
score version in nonlinear models; Webb (2014) for the six-point weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Covariance = Literal["crv1", "crv3"]

FEW_CLUSTERS_FOR_RADEMACHER = 12


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

    def bread(self) -> Array:
        """X'WX, k x k."""
        return np.asarray(self.design.T @ (self.weights[:, None] * self.design))

    def scores(self) -> Array:
        """Sums of X'u by cluster, G x k."""
        return sum_by_group(self.design * self.residuals[:, None], self.groups, self.n_groups)


def sum_by_group(values: Array, groups: NDArray[np.intp], n_groups: int) -> Array:
    """Column sums of ``values`` (n x k) by group, n_groups x k."""
    out = np.zeros((n_groups, values.shape[1]))
    np.add.at(out, groups, values)
    return out


def cluster_covariance(equations: EstimatingEquations, kind: Covariance) -> Array:
    """Covariance of the coefficients, clustered, k x k.

    ``crv1``: G/(G-1) x (n-1)/(n-k) x sandwich, k = columns of the design (absorbed effects, which are nested in the
    clusters, are not counted). ``crv3``: (G-1)/G x the sum of squared changes of the estimate when one cluster is
    left out; exact for least squares, one Newton step for Poisson and logit.
    """
    n, k = equations.design.shape
    n_groups = equations.n_groups
    if n_groups < 2:
        return np.full((k, k), np.nan)
    scores = equations.scores()
    bread = equations.bread()
    if kind == "crv1":
        inverse = np.linalg.inv(bread)
        factor = n_groups / (n_groups - 1) * (n - 1) / (n - k)
        return np.asarray(factor * inverse @ (scores.T @ scores) @ inverse)
    changes = np.empty_like(scores)
    weighted = equations.weights[:, None] * equations.design
    order = np.argsort(equations.groups, kind="stable")
    bounds = np.searchsorted(equations.groups[order], np.arange(n_groups + 1))
    for group in range(n_groups):
        rows = order[bounds[group] : bounds[group + 1]]
        without = bread - equations.design[rows].T @ weighted[rows]
        changes[group] = np.linalg.pinv(without, hermitian=True) @ scores[group]
    return np.asarray((n_groups - 1) / n_groups * changes.T @ changes)


def t_interval(estimate: float, se: float, df: int, level: float = 0.95) -> tuple[float, float, float]:
    """Low, high and two-sided p of an estimate under t with ``df`` degrees of freedom; NaN without a standard error."""
    if not np.isfinite(se) or se <= 0 or df < 1:
        return float("nan"), float("nan"), float("nan")
    half = stats.t.ppf(0.5 + level / 2, df) * se
    return estimate - half, estimate + half, float(2 * stats.t.sf(abs(estimate / se), df))


def bootstrap_weights(n_groups: int, draws: int, generator: np.random.Generator) -> Array:
    """Multipliers, draws x n_groups: Rademacher signs, or Webb's six points for 12 clusters and fewer."""
    if n_groups <= FEW_CLUSTERS_FOR_RADEMACHER:
        points = np.sqrt(np.array([1.5, 1.0, 0.5]))
        return np.asarray(generator.choice(np.concatenate([-points, points]), size=(draws, n_groups)))
    return np.asarray(generator.integers(0, 2, size=(draws, n_groups)) * 2.0 - 1.0)


def wild_cluster_bootstrap(restricted: EstimatingEquations, column: int, multipliers: Array) -> tuple[float, float]:
    """Statistic and p of the hypothesis that the coefficient of ``column`` is zero.

    ``restricted`` has the full design, with weights and residuals of the model fitted without ``column``. Exact
    restricted wild cluster bootstrap (CRV1 t statistic) for least squares, its score version otherwise. p counts
    the observed statistic as one draw.
    """
    design, weights, groups = restricted.design, restricted.weights, restricted.groups
    n_groups = restricted.n_groups
    others = np.delete(design, column, axis=1)
    weighted = weights[:, None] * others
    coefficients, *_ = np.linalg.lstsq(others.T @ weighted, weighted.T @ design[:, column], rcond=None)
    tested = design[:, column] - others @ coefficients
    numerators = sum_by_group((tested * restricted.residuals)[:, None], groups, n_groups)[:, 0]
    leverage = sum_by_group((weights * tested)[:, None] * design, groups, n_groups)
    pulled = leverage @ np.linalg.pinv(restricted.bread(), hermitian=True) @ restricted.scores().T

    def statistic(draws: Array) -> Array:
        scores = draws * numerators - draws @ pulled.T
        spread = np.sqrt((scores**2).sum(axis=1))
        return np.asarray((draws @ numerators) / np.where(spread > 0, spread, np.inf))

    observed = float(statistic(np.ones((1, n_groups)))[0])
    drawn = statistic(multipliers)
    p = (1 + np.sum(np.abs(drawn) >= abs(observed) * (1 - 1e-12))) / (1 + len(drawn))
    return observed, float(p)
