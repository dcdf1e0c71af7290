"""Do places differ by more than chance? Counts of events against one common rate, and how far the rates lie apart.

The rates of places are Poisson counts over an exposure (residents), or Poisson counts whose rates vary as a gamma
distribution between places (negative binomial, variance mu + alpha mu^2): Cameron and Trivedi (2013, Regression
Analysis of Count Data, section 3.3). As alpha = 0 lies on the boundary, the likelihood ratio follows half a chi-squared
with one degree of freedom and half a zero (Self and Liang 1987, JASA 82, case 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from evaluation.indicators.inequality import Array
from evaluation.indicators.inequality_intervals import CELLS, checked_counts, checked_draws

SMALLEST, LARGEST = 1e-6, 1e4
GRID = 25
ROUNDS = 6
DRAWS = 1_999
SEED = 20250103


@dataclass(frozen=True)
class Overdispersion:
    """Variation of rates between ``n`` places beyond Poisson noise.

    ``between_sd``: standard deviation of the places' true rates over the common ``rate`` (0.3: they differ by some 30 %
    of their mean), with its profile-likelihood interval ``low`` to ``high`` (inf where the counts set no upper end).
    ``p``: of the likelihood ratio, boundary-corrected; with few places it rejects true equality less often than it
    says. ``dispersion``: Pearson's chi-squared over n - 1 (1 under equal rates); ``p_dispersion`` from ``draws``
    simulations of equal places with the same number of events, exact up to their number.
    """

    n: int
    events: int
    rate: float
    between_sd: float
    low: float
    high: float
    likelihood_ratio: float
    p: float
    dispersion: float
    p_dispersion: float
    draws: int


def overdispersion(
    events: Array, exposure: Array, draws: int = DRAWS, seed: int = SEED, level: float = 0.95
) -> Overdispersion:
    """Test and measure of variation between places (``events``: whole numbers; ``exposure``: above zero).

    Raises InputProblem for other numbers, fewer than two places, no events at all and draws below one.
    """
    y, e = checked_counts(events, exposure)
    checked_draws(draws)
    e = e * (y.sum() / e.sum())  # expected counts under one rate: the scale of the search is that of the data
    alpha, best = _search(y, e)
    none = float(_profile(y, e, np.array([0.0]))[0])
    ratio = max(0.0, 2 * (best - none))
    if ratio <= 1e-9:
        alpha, best, ratio = 0.0, none, 0.0
    allowed = best - float(stats.chi2.ppf(level, 1)) / 2
    dispersion = float(((y - e) ** 2 / e).sum() / (len(y) - 1))
    return Overdispersion(
        len(y), int(y.sum()), float(y.sum() / np.asarray(exposure, dtype=float).sum()), float(np.sqrt(alpha)),
        _end(y, e, allowed, SMALLEST, alpha) if none < allowed else 0.0, _end(y, e, allowed, LARGEST, alpha), ratio,
        boundary_p(ratio), dispersion, _simulated(y, e, dispersion, draws, seed), draws,
    )  # fmt: skip


def boundary_p(likelihood_ratio: float) -> float:
    """p of a variance against zero: half a zero, half a chi-squared with one degree of freedom."""
    return float(stats.chi2.sf(likelihood_ratio, 1) / 2) if likelihood_ratio > 0 else 1.0


def _profile(y: Array, e: Array, alpha: Array) -> Array:
    """Log-likelihood at each ``alpha`` (0: Poisson), with the common rate at its best there."""
    a = alpha[:, None]
    rate = np.ones((len(alpha), 1))
    for _ in range(60):
        inner = 1 + a * rate * e
        slope = (e * (1 + a * y) / inner**2).sum(axis=1, keepdims=True)
        # the score falls and is convex in the rate: steps from above may go too far and are cut
        new = np.maximum(rate / 2, rate + ((y - rate * e) / inner).sum(axis=1, keepdims=True) / slope)
        done = bool((np.abs(new - rate) <= 1e-12 * rate).all())
        rate = new
        if done:
            break
    mu = rate * e
    poisson = (special.xlogy(y, mu) - mu - special.gammaln(y + 1)).sum(axis=1)
    shape = 1 / np.where(a > 0, a, 1.0)
    gamma = special.gammaln(y + shape) - special.gammaln(shape) - special.gammaln(y + 1)
    binomial = (gamma + special.xlogy(y, mu) - y * np.log(shape + mu) - shape * np.log1p(mu / shape)).sum(axis=1)
    return np.where(alpha > 0, binomial, poisson)


def _search(y: Array, e: Array) -> tuple[float, float]:
    """The best alpha above zero and its log-likelihood: a grid drawn closer round after round."""
    low, high = np.log(SMALLEST), np.log(LARGEST)
    grid, values = np.empty(0), np.empty(0)
    for _ in range(ROUNDS):
        grid = np.linspace(low, high, GRID)
        values = _profile(y, e, np.exp(grid))
        at = int(values.argmax())
        low, high = grid[max(at - 1, 0)], grid[min(at + 1, GRID - 1)]
    return float(np.exp(grid[values.argmax()])), float(values.max())


def _end(y: Array, e: Array, allowed: float, limit: float, alpha: float) -> float:
    """Where the profile falls to ``allowed`` between the best alpha and ``limit``, as a standard deviation."""

    def above(logarithm: float) -> float:
        return float(_profile(y, e, np.array([np.exp(logarithm)]))[0]) - allowed

    if above(np.log(limit)) > 0:
        return 0.0 if limit < 1 else float("inf")
    start = float(np.log(max(alpha, SMALLEST)))
    return float(np.sqrt(np.exp(optimize.brentq(above, start, np.log(limit), xtol=1e-10))))


def _simulated(y: Array, e: Array, dispersion: float, draws: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // len(y))
    reached = 0
    for start in range(0, draws, step):
        rows = rng.multinomial(int(y.sum()), e / e.sum(), size=min(step, draws - start))
        found = ((rows - e) ** 2 / e).sum(axis=1) / (len(y) - 1)
        reached += int((found >= dispersion - 1e-10).sum())
    return (reached + 1) / (draws + 1)
