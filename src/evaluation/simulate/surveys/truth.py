"""What is true of a population that a simulated survey asks: exact means and shares, by normal integrals."""

from __future__ import annotations

import numpy as np
from scipy import special

from evaluation.simulate.surveys.habits import CUTS

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(60)


def rating_shares(mean: np.ndarray, variance: float, loading: float, turned: bool = False) -> np.ndarray:
    """Shares of the answers 1 to 5 (groups x 5) where the latent variable is normal with ``mean`` and ``variance``.

    The rating's own latent is loading x latent + noise, of variance loading^2 x variance + 1 - loading^2; ``turned``
    is an item of reversed wording.
    """
    spread = np.sqrt(loading**2 * variance + 1 - loading**2)
    centre = loading * np.atleast_1d(mean)[:, None] * (-1 if turned else 1)
    below = special.ndtr((CUTS[None, :] - centre) / spread)
    edges = np.column_stack([np.zeros(len(below)), below, np.ones(len(below))])
    return np.asarray(np.diff(edges, axis=1))


def rating_mean(mean: np.ndarray, variance: float, loading: float, share: np.ndarray, turned: bool = False) -> float:
    """Mean rating (1 to 5) of groups with population shares ``share``."""
    return float(share @ rating_shares(mean, variance, loading, turned) @ np.arange(1, 6))


def logistic_share(intercept: float, slope: float, mean: np.ndarray, variance: float, share: np.ndarray) -> float:
    """Population share of yes where its log odds are intercept + slope x latent (Gauss-Hermite quadrature)."""
    latent = np.atleast_1d(mean)[:, None] + np.sqrt(variance) * _NODES[None, :]
    inside = special.expit(intercept + slope * latent) @ _WEIGHTS / _WEIGHTS.sum()
    return float(share @ inside)
