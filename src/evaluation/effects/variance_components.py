"""Variance components of a multilevel model: the profiled restricted likelihood and its search.

All sums are over cluster cross-products, so that rows are passed once; the covariance factor of the random terms,
relative to the residual variance, is searched alone, and zero is an allowed answer. Sources: Bates, Maechler, Bolker
and Walker (2015, Journal of Statistical Software 67, equations 34 to 42); Self and Liang (1987) and Stram and Lee
(1994, Biometrics 50) for the boundary mixture of the likelihood-ratio test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from evaluation.effects.inference.clusters import Array

LARGEST_RATIO = 1e6


def mixture_p(likelihood_ratio: float, terms_before: int) -> float:
    """p of adding one random term to ``terms_before``: half chi-squared with that many, half with one more degrees."""
    if likelihood_ratio <= 0:
        return 1.0
    tails = stats.chi2.sf(likelihood_ratio, terms_before) if terms_before else 0.0
    return float(0.5 * tails + 0.5 * stats.chi2.sf(likelihood_ratio, terms_before + 1))


@dataclass(frozen=True)
class Products:
    """Cross-products: of columns and outcome (total), of random terms with them and among themselves by cluster."""

    total: Array
    mixed: Array
    random: Array
    n: int

    def pieces(self, factor: Array) -> tuple[Array, Array, Array]:
        """Weighted total cross-product, log determinants and inverses of the clusters' inner matrices."""
        q = len(factor)
        inner = factor.T @ self.random @ factor + np.eye(q)
        inverse = np.linalg.inv(inner)
        turned = factor.T @ self.mixed
        columns = turned.shape[2]
        total = self.total - turned.reshape(-1, columns).T @ (inverse @ turned).reshape(-1, columns)
        return total, np.asarray(np.linalg.slogdet(inner)[1], dtype=float), np.asarray(inverse, dtype=float)

    def criterion(self, factor: Array) -> float:
        """-2 x restricted log-likelihood at the factor, other parameters at their best."""
        total, logarithms, _ = self.pieces(factor)
        p = len(total) - 1
        cross, own = total[:p, p], total[:p, :p]
        rest = float(total[p, p] - cross @ np.linalg.solve(own, cross))
        df = self.n - p
        if rest <= 0:
            return float("inf")
        return float(logarithms.sum() + np.linalg.slogdet(own)[1] + df * (1 + np.log(2 * np.pi * rest / df)))


def collect(basis: Array, outcome: Array, random: Array, groups: np.ndarray, n_groups: int) -> Products:
    """Cross-products of ``basis`` (n x p), outcome and random terms (n x q)."""
    joined = np.column_stack([basis, outcome])
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(n_groups))
    ordered, terms = joined[order], random[order]
    q = random.shape[1]
    mixed = np.stack([np.add.reduceat(ordered * terms[:, [i]], starts, axis=0) for i in range(q)], axis=1)
    own = np.stack([np.add.reduceat(terms * terms[:, [i]], starts, axis=0) for i in range(q)], axis=1)
    return Products(joined.T @ joined, mixed, own, len(outcome))


def search(products: Products, q: int) -> Array:
    """The relative covariance factor (lower triangular, q x q) with the best criterion."""
    size = products.random.shape[1]
    if q < size:
        products = Products(products.total, products.mixed[:, :q], products.random[:, :q, :q], products.n)
    if q == 1:
        return _search_share(products)
    lower = np.tril_indices(q)

    def factor_of(values: Array) -> Array:
        factor = np.zeros((q, q))
        factor[lower] = values
        return factor

    is_diagonal = lower[0] == lower[1]
    bounds = [(0.0, LARGEST_RATIO) if diagonal else (None, None) for diagonal in is_diagonal]
    best_values, best = np.zeros(len(bounds)), products.criterion(np.zeros((q, q)))
    for start in (0.1, 0.5, 2.0):
        found = optimize.minimize(
            lambda values: products.criterion(factor_of(values)), np.where(is_diagonal, start, 0.0),
            method="L-BFGS-B", jac="3-point", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 500},
        )  # fmt: skip
        if found.fun < best - 1e-10:
            best_values, best = found.x, float(found.fun)
    return factor_of(best_values)


def _search_share(products: Products) -> Array:
    """The factor of a single random term, searched as the share of variance that is its own."""

    def ratio(share: float) -> float:
        return float(np.sqrt(share / (1 - share)))

    found = optimize.minimize_scalar(
        lambda share: products.criterion(np.array([[ratio(share)]])), bounds=(0.0, 1 - 1e-9), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    at_zero = products.criterion(np.zeros((1, 1))) <= found.fun + 1e-10
    return np.array([[0.0 if at_zero else ratio(float(found.x))]])


def correlation_interval(products: Products, ratio: float, level: float = 0.95) -> tuple[float, float]:
    """Intraclass correlations whose restricted criterion is no worse than the best by the chi-squared quantile."""

    def excess(at: float) -> float:
        return products.criterion(np.array([[at]])) - best - stats.chi2.ppf(level, 1)

    def share(at: float) -> float:
        return at**2 / (1 + at**2)

    best = products.criterion(np.array([[ratio]]))
    low = 0.0 if excess(0.0) <= 0 else float(optimize.brentq(excess, 0.0, ratio, xtol=1e-10))
    far = max(1.0, 2 * ratio)
    while excess(far) <= 0 and far < LARGEST_RATIO:
        far *= 2
    high = far if excess(far) <= 0 else float(optimize.brentq(excess, ratio, far, xtol=1e-10))
    return share(low), share(high)
