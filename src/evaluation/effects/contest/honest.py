"""Honest intervals for a jump at a line when the score takes few values.

With a score in steps no amount of data shows what happens between the steps; an interval is honest only about a class
of functions. Two classes of Kolesar and Rothe (2018, American Economic Review 108): the second derivative of the mean
outcome is bounded by K on each side (local linear estimate, its largest possible bias added to the critical value), or
the straight line errs at the line by no more than it does at the worst step of the window (union of intervals).
Errors are clustered and taken around the mean of each step, so that no shape of the mean enters them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from evaluation.effects.inference.clusters import Array, sum_by_group

LEAST_POINTS = 2  # distinct values of the score on a side, to draw a line through
MOST_BANDWIDTHS = 60
_ROOT_TWO_PI = math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class HonestInterval:
    """Estimate of the jump with its interval; ``bias`` is the largest possible one, ``n`` the applications used."""

    estimate: float
    se: float
    low: float
    high: float
    p: float
    n: int
    bandwidth: float
    bias: float


def support_points(distance: Array, bandwidth: float = np.inf) -> tuple[int, int]:
    """Distinct values of the score below and from the line on, closer than the bandwidth."""
    near = distance[np.abs(distance) < bandwidth]
    return len(np.unique(near[near < 0])), len(np.unique(near[near >= 0]))


def jump_weights(distance: Array, bandwidth: float) -> Array:
    """Weights by which outcomes add up to the local linear estimate of the jump (triangular kernel), n."""
    kernel = np.clip(1 - np.abs(distance) / bandwidth, 0, None)
    weights = np.zeros(len(distance))
    for side, sign in ((distance >= 0, 1.0), (distance < 0, -1.0)):
        x, k = distance[side], kernel[side]
        design = np.column_stack([np.ones(len(x)), x])
        bread = design.T @ (k[:, None] * design)
        weights[side] = sign * np.linalg.solve(bread, np.array([1.0, 0.0])) @ (design * k[:, None]).T
    return weights


def worst_bias(distance: Array, weights: Array, curvature: float) -> float:
    """Largest bias of a linear estimate of the jump that is right for straight lines, second derivative within K.

    The bias is the integral of f'' against g(s) = sum of w (x - s) over x beyond s; the worst f'' has its sign
    everywhere, so the bound is K times the integral of |g|, taken exactly between the values of the score.
    """
    total = 0.0
    for side, mirror in ((distance >= 0, 1.0), (distance < 0, -1.0)):
        x, w = distance[side] * mirror, weights[side]
        knots = np.unique(np.concatenate([[0.0], x]))
        beyond = np.clip(x[None, :] - knots[:, None], 0, None)
        values = beyond @ w
        left, right, width = values[:-1], values[1:], np.diff(knots)
        same = left * right >= 0
        spread = np.abs(left) + np.abs(right)
        crossing = (left**2 + right**2) / np.where(spread > 0, spread, 1.0)
        total += float((width * np.where(same, spread, crossing) / 2).sum())
    return curvature * total


def cell_errors(distance: Array, outcome: Array) -> Array:
    """Outcomes less the mean of their step, scaled for the lost degree of freedom; single ones keep their neighbours'.

    A step with one application has no spread of its own: its error is taken from the mean of the step nearest to it
    on the same side.
    """
    values, cells = np.unique(distance, return_inverse=True)
    counts = np.bincount(cells).astype(float)
    means = np.bincount(cells, outcome) / counts
    errors = (outcome - means[cells]) * np.sqrt(counts / np.maximum(counts - 1, 1))[cells]
    for cell in np.flatnonzero(counts == 1):
        same_side = np.flatnonzero((values >= 0) == (values[cell] >= 0))
        others = same_side[same_side != cell]
        if len(others):
            nearest = others[np.argmin(np.abs(values[others] - values[cell]))]
            gap = (means[cell] - means[nearest]) * np.sqrt(counts[nearest] / (counts[nearest] + 1))
            errors[cells == cell] = gap
    return np.asarray(errors)


def curvature_by_rule(distance: Array, outcome: Array) -> float:
    """A rule of thumb for K: the largest second derivative of a polynomial of degree four fitted on each side.

    From Armstrong and Kolesar (2020, Quantitative Economics 11). It is a guess that data cannot confirm, which is why
    twice its value is shown beside. With fewer than three steps on both sides there is no second derivative to look
    at; then that of a bend through the whole range of the outcome stands in.
    """
    largest = 0.0
    for side in (distance < 0, distance >= 0):
        x, y = distance[side], outcome[side]
        points = np.unique(x)
        degree = min(4, len(points) - 1)
        if degree < 2:
            continue
        scale = float(np.abs(points).max()) or 1.0
        fitted = np.polynomial.Polynomial(np.polynomial.polynomial.polyfit(x / scale, y, degree))
        grid = np.linspace(points.min() / scale, points.max() / scale, 201)
        largest = max(largest, float(np.abs(fitted.deriv(2)(grid)).max()) / scale**2)
    if largest > 0:
        return largest
    span = float(np.abs(distance).max(initial=0.0)) or 1.0
    return float(outcome.max() - outcome.min()) * 2 / span**2


def honest_jump(
    distance: Array,
    outcome: Array,
    clusters: np.ndarray,
    curvature: float,
    bandwidth: float | None = None,
    level: float = 0.95,
) -> HonestInterval | None:
    """The jump at zero under |f''| <= ``curvature``; the bandwidth with the shortest interval unless one is given.

    The bandwidth is chosen by a common error variance, so that it does not chase lucky steps. None where a side has
    fewer than two distinct values.
    """
    if min(support_points(distance)) < LEAST_POINTS:
        return None
    errors = cell_errors(distance, outcome)
    if bandwidth is None:
        bandwidth = _best_bandwidth(distance, float(np.mean(errors**2)), curvature, level)
    near = np.abs(distance) < bandwidth
    x, y, groups = distance[near], outcome[near], clusters[near]
    weights = jump_weights(x, bandwidth)
    estimate = float(weights @ y)
    se = float(clustered_error((weights * errors[near])[:, None], groups)[0])
    bias = worst_bias(x, weights, curvature)
    if not se > 0:
        return HonestInterval(estimate, float("nan"), float("nan"), float("nan"), float("nan"), len(x), bandwidth, bias)
    half = folded_quantile(bias / se, level) * se
    p = float(stats.norm.sf(abs(estimate / se) - bias / se) + stats.norm.sf(abs(estimate / se) + bias / se))
    return HonestInterval(estimate, se, estimate - half, estimate + half, min(p, 1.0), len(x), bandwidth, bias)


def _best_bandwidth(distance: Array, variance: float, curvature: float, level: float) -> float:
    ends = np.unique(np.abs(distance))
    beyond = ends[-1] + (ends[-1] - ends[-2] if len(ends) > 1 else 1.0)
    candidates = np.append(ends[1:], beyond)
    candidates = candidates[[min(support_points(distance, float(h))) >= LEAST_POINTS for h in candidates]]
    if len(candidates) > MOST_BANDWIDTHS:
        candidates = candidates[np.linspace(0, len(candidates) - 1, MOST_BANDWIDTHS).astype(int)]
    lengths = []
    for bandwidth in candidates:
        x = distance[np.abs(distance) < bandwidth]
        weights = jump_weights(x, float(bandwidth))
        se = float(np.sqrt(variance * (weights**2).sum()))
        bias = worst_bias(x, weights, curvature)
        lengths.append(folded_quantile(bias / se, level) * se if se > 0 else bias)
    return float(candidates[int(np.argmin(lengths))])


def folded_quantile(bias: float, level: float) -> float:
    """Quantile of |N(bias, 1)|: the critical value when the bias may be that many standard errors."""
    value = bias + float(special.ndtri(level))
    for _ in range(60):  # Newton from below: the probability is concave there, so no step overshoots
        gap = level - float(special.ndtr(value - bias) - special.ndtr(-value - bias))
        step = gap * _ROOT_TWO_PI / (math.exp(-((value - bias) ** 2) / 2) + math.exp(-((value + bias) ** 2) / 2))
        value += step
        if abs(step) < 1e-12:
            break
    return value


def clustered_error(scores: Array, clusters: np.ndarray) -> Array:
    """Standard errors of the sums of ``scores`` (n x k), clustered, G / (G - 1)."""
    return np.sqrt(np.diag(_clustered(scores, clusters)))


def _clustered(scores: Array, clusters: np.ndarray) -> Array:
    groups = np.unique(clusters, return_inverse=True)[1]
    n_groups = int(groups.max()) + 1
    sums = sum_by_group(scores, groups, n_groups)
    return np.asarray(sums.T @ sums * (n_groups / max(n_groups - 1, 1)))


def misspecification_jump(
    distance: Array, outcome: Array, clusters: np.ndarray, bandwidth: float, level: float = 0.95
) -> HonestInterval | None:
    """The jump when a straight line on each side errs at the line by at most its largest error at the window's steps.

    Each pair of steps and signs gives an estimate moved by these two errors; the interval runs from the lowest lower
    to the highest upper end. ``bias`` is the largest move seen. None where a side has fewer than two distinct values.
    """
    if min(support_points(distance, bandwidth)) < LEAST_POINTS:
        return None
    near = np.abs(distance) < bandwidth
    x, y, groups = distance[near], outcome[near], clusters[near]
    errors = cell_errors(distance, outcome)[near]
    jump = np.zeros(len(x))
    moves: list[list[Array]] = []
    for side, sign in ((x < 0, -1.0), (x >= 0, 1.0)):
        design = np.column_stack([np.ones(side.sum()), x[side]])
        solved = np.linalg.pinv(design)
        jump[side] = sign * solved[0]
        of_side = []
        for value in np.unique(x[side]):
            cell = np.zeros(len(x))
            cell[side] = (x[side] == value) / (x[side] == value).sum() - np.array([1.0, value]) @ solved
            of_side.append(cell)
        moves.append(of_side)
    basis = np.column_stack([jump, *moves[0], *moves[1]])
    estimates = y @ basis
    covariance = _clustered(basis * errors[:, None], groups)
    left = np.arange(1, 1 + len(moves[0]))[:, None, None, None]
    right = np.arange(1 + len(moves[0]), basis.shape[1])[None, :, None, None]
    one, other = np.array([-1.0, 1.0])[None, None, :, None], np.array([-1.0, 1.0])[None, None, None, :]
    moved = (estimates[0] + one * estimates[left] + other * estimates[right]).reshape(-1)
    variance = (
        covariance[0, 0] + covariance[left, left] + covariance[right, right]
        + 2 * (one * covariance[0, left] + other * covariance[0, right] + one * other * covariance[left, right])
    )  # fmt: skip
    spread = np.sqrt(np.clip(variance, 0, None)).reshape(-1)
    estimate, se = float(estimates[0]), float(np.sqrt(covariance[0, 0]))
    bias = float(np.abs(moved - estimate).max())
    if not spread.min() > 0:
        return HonestInterval(estimate, float("nan"), float("nan"), float("nan"), float("nan"), len(x), bandwidth, bias)
    z = float(stats.norm.ppf(0.5 + level / 2))
    low, high = float((moved - z * spread).min()), float((moved + z * spread).max())
    p = 2 * min(float(stats.norm.sf(moved / spread).max()), float(stats.norm.cdf(moved / spread).max()))
    return HonestInterval(estimate, se, low, high, min(p, 1.0), len(x), bandwidth, bias)
