"""Log-densities of counts and their derivatives by the index u = log(mean) and by a = log(alpha).

NB2: Var(y) = m + alpha m^2; a = None is Poisson, its limit. The zero-truncated density is that of y > 0; the
zero-inflated one mixes a point at zero, with log odds z, into it. Source: Cameron and Trivedi (2013, Regression
Analysis of Count Data, sections 3.3 and 4.4).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from evaluation.effects.inference.clusters import Array

Pieces = tuple[Array, Array, Array]
"""Log-density, its derivative by u and by a (zeros for Poisson), each of length n."""
_HIGHEST = 300.0  # exp beyond this overflows in the products below


def count(y: Array, u: Array, a: float | None) -> Pieces:
    """Negative binomial, or Poisson where ``a`` is None."""
    u = np.clip(u, -_HIGHEST, _HIGHEST)
    mean = np.exp(u)
    if a is None:
        return y * u - mean - special.gammaln(y + 1), y - mean, np.zeros_like(mean)
    alpha, size, spread = _alpha(a, mean)
    logarithm = np.log1p(alpha * mean)
    value = special.gammaln(y + size) - special.gammaln(y + 1) - special.gammaln(size)
    value = value - (y + size) * logarithm + y * (a + u)
    by_a = y - size * (special.digamma(y + size) - special.digamma(size) - logarithm) - (y + size) * alpha * spread
    return value, (y - mean) / (1 + alpha * mean), by_a


def zero(u: Array, a: float | None) -> Pieces:
    """Log of the probability of zero under ``count``."""
    u = np.clip(u, -_HIGHEST, _HIGHEST)
    mean = np.exp(u)
    if a is None:
        return -mean, -mean, np.zeros_like(mean)
    alpha, size, spread = _alpha(a, mean)
    logarithm = np.log1p(alpha * mean)
    return -size * logarithm, -spread, size * logarithm - spread


def truncated(y: Array, u: Array, a: float | None) -> Pieces:
    """``count`` given y > 0."""
    value, by_u, by_a = count(y, u, a)
    none, none_u, none_a = zero(u, a)
    odds = 1 / np.expm1(np.clip(-none, 1e-300, 700.0))
    return value - np.log(-np.expm1(none)), by_u + odds * none_u, by_a + odds * none_a


def inflated(y: Array, z: Array, u: Array, a: float | None) -> tuple[Array, Array, Array, Array]:
    """Zero-inflated: log-density and its derivatives by z, u and a."""
    value, by_u, by_a = count(y, u, a)
    none, none_u, none_a = zero(u, a)
    share = special.expit(z)
    # probability that a seen zero is a structural one
    structural = special.expit(z - none)
    empty = y == 0
    return (
        np.where(empty, np.logaddexp(z, none), value) - np.logaddexp(0, z),
        np.where(empty, structural, 0.0) - share,
        np.where(empty, (1 - structural) * none_u, by_u),
        np.where(empty, (1 - structural) * none_a, by_a),
    )


def positive_mean(u: Array, a: float | None) -> Array:
    """Mean of the zero-truncated count."""
    none, _, _ = zero(u, a)
    return np.asarray(np.exp(u) / -np.expm1(none))


def _alpha(a: float, mean: Array) -> tuple[float, float, Array]:
    """alpha, 1/alpha and m/(1 + alpha m)."""
    alpha = float(np.exp(np.clip(a, -30.0, 30.0)))
    return alpha, 1 / alpha, mean / (1 + alpha * mean)
