"""Estimates that solve estimating equations, sum of psi(theta) = 0, with clustered covariance.

Likelihoods (psi is the score) and estimators in several stages (psi stacks the equations of every stage, so that the
covariance knows that the first stage was estimated: Newey and McFadden 1994, section 6) share this one code.
Derivatives are numerical; parameters are therefore expected on a scale of about one (``regressors.orthonormal`` sees
to it), and ``transform`` carries them to the coefficients that people read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array, Covariance, t_interval
from evaluation.effects.inference.equations import Equations, cluster_sums, derivative

NUMBERS = ["estimate", "se", "low", "high", "p"]
LARGEST_CLUSTER_INFORMATION = 20_000_000
"""Numbers (clusters x parameters squared) beyond which the derivative is kept in total only: CRV3 is then not given."""


@dataclass(frozen=True)
class MEstimate:
    """A solved set of estimating equations in k parameters theta and G clusters.

    ``scores`` (G x k) are sums of psi by cluster, ``information`` (k x k) is minus the derivative of their total,
    ``information_by_cluster`` (G x k x k) the same cluster by cluster (None where it would be too large). What is
    named and reported are the coefficients ``transform`` @ theta; the linear algebra stays on the scale of theta.
    ``small_sample`` multiplies CRV1 beside G/(G - 1). ``left_out`` (G x k), where it was computed, holds theta less its
    value fitted anew without each cluster; CRV3 then rests on it instead of on Newton steps.
    """

    names: list[str]
    theta: Array
    transform: Array
    scores: Array
    information: Array
    information_by_cluster: Array | None
    n: int
    small_sample: float = 1.0
    log_likelihood: float = float("nan")
    left_out: Array | None = None

    @property
    def coefficients(self) -> Array:
        return np.asarray(self.transform @ self.theta)

    @property
    def clusters(self) -> int:
        return len(self.scores)

    @property
    def best_covariance(self) -> Covariance:
        """CRV3, or CRV1 where there are too many clusters and parameters for it."""
        return "crv3" if self._has_jackknife else "crv1"

    @property
    def _has_jackknife(self) -> bool:
        return self.information_by_cluster is not None or self.left_out is not None

    def position(self, name: str) -> int:
        return self.names.index(name)

    def coefficient(self, name: str) -> float:
        return float(self.coefficients[self.position(name)])

    def likelihood_covariance(self) -> Array:
        """Inverse information, k x k: the covariance of a likelihood's coefficients without clusters."""
        return np.asarray(self.transform @ np.linalg.inv(self.information) @ self.transform.T)

    def covariance(self, kind: Covariance) -> Array:
        """Covariance of the coefficients, k x k.

        ``crv1``: G/(G - 1) x ``small_sample`` x sandwich. ``crv3``: (G - 1)/G x sum of squared changes when a cluster
        is left out, by one Newton step or by a fit anew (CRV1 where neither
        the information by cluster nor the fits without each cluster were kept).
        NaN with fewer than two clusters.
        """
        changes = self._changes(kind) @ self.transform.T
        n_groups = self.clusters
        if n_groups < 2:
            return np.full((len(self.theta), len(self.theta)), np.nan)
        if kind == "crv1" or not self._has_jackknife:
            return np.asarray(n_groups / (n_groups - 1) * self.small_sample * changes.T @ changes)
        return np.asarray((n_groups - 1) / n_groups * changes.T @ changes)

    def table(self, kind: Covariance) -> pd.DataFrame:
        """Index: names; estimate, se, low, high, p by t with G - 1 degrees of freedom."""
        covariance = self.covariance(kind)
        rows = [self._row(float(value), float(covariance[i, i])) for i, value in enumerate(self.coefficients)]
        return pd.DataFrame(rows, index=self.names, columns=NUMBERS)

    def contrast(self, value: Callable[[Array], float], kind: Covariance) -> pd.Series:
        """Estimate, se, low, high, p of a smooth function of the coefficients, by the delta method."""
        gradient = derivative(lambda at: np.array([value(self.transform @ at)]), self.theta)[0]
        by_coefficient = np.linalg.solve(self.transform.T, gradient)
        variance = float(by_coefficient @ self.covariance(kind) @ by_coefficient)
        return pd.Series(self._row(float(value(self.coefficients)), variance), index=NUMBERS)

    def _changes(self, kind: Covariance) -> Array:
        """Theta less its value when each cluster is left out, G x k."""
        if kind == "crv3" and self.left_out is not None:
            return self.left_out
        if kind == "crv1" or self.information_by_cluster is None:
            return np.asarray(np.linalg.solve(self.information, self.scores.T).T)
        changes = np.empty_like(self.scores)
        for group, own in enumerate(self.information_by_cluster):
            changes[group] = np.linalg.pinv(self.information - own) @ self.scores[group]
        return changes

    def _row(self, estimate: float, variance: float) -> tuple[float, float, float, float, float]:
        se = float(np.sqrt(variance)) if variance >= 0 else float("nan")
        return (estimate, se, *t_interval(estimate, se, self.clusters - 1))


def linearise(
    equations: Equations,
    theta: Array,
    names: Sequence[str],
    groups: np.ndarray,
    *,
    transform: Array | None = None,
    columns: int = 0,
    log_likelihood: float = float("nan"),
) -> MEstimate:
    """The estimate ``theta`` of the equations with scores and information by cluster.

    ``columns`` > 0 makes CRV1 carry (n - 1)/(n - columns), the convention for regressions.
    """
    n_groups, k = int(groups.max()) + 1, len(theta)
    by_cluster = None
    if n_groups * k * k <= LARGEST_CLUSTER_INFORMATION:
        by_cluster = equations.information_by_cluster(theta, groups, n_groups)
    information = equations.information(theta) if by_cluster is None else by_cluster.sum(axis=0)
    return MEstimate(
        list(names), theta, np.eye(k) if transform is None else transform,
        cluster_sums(equations.psi(theta), groups, n_groups), information, by_cluster, len(groups),
        small_sample=regression_factor(len(groups), columns), log_likelihood=log_likelihood,
    )  # fmt: skip


def regression_factor(n: int, columns: int) -> float:
    """(n - 1)/(n - columns), one where no columns are counted."""
    return (n - 1) / (n - columns) if columns else 1.0


def newton(equations: Equations, theta: Array, *, tolerance: float = 1e-8, most: int = 40) -> tuple[Array, bool]:
    """Solve the equations from ``theta``; (solution, whether steps became smaller than ``tolerance``).

    Where a coefficient runs off to infinity (separation), steps never shrink, however flat the likelihood is.
    """
    for _ in range(most):
        information = equations.information(theta)
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e14:
            return theta, False
        step = np.linalg.solve(information, equations.total(theta))
        if not np.isfinite(step).all():
            return theta, False
        # Longer steps leave the region in which the equations are nearly linear.
        theta = theta + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < tolerance * max(1.0, float(np.abs(theta).max())):
            return theta, True
    return theta, False
