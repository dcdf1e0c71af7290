"""Bounds on trends: optimal and valid against independent optimisers, linear programmes and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from evaluation.effects.staggered.trend_bounds import (
    bounds_table,
    breakdown_value,
    relative_interval,
    relative_set,
    smooth_interval,
)
from evaluation.effects.staggered.trends import TrendProblem

WEIGHTS = {"first": [1.0, 0.0, 0.0], "mean": [1 / 3, 1 / 3, 1 / 3], "change": [-1.0, 0.0, 1.0]}


def problem(weights: str = "mean", estimates: np.ndarray | None = None, df: int = 10_000) -> TrendProblem:
    """Four years before, three after; errors share a reference year."""
    distance = np.array([-4.0, -3, -2, -1, 1, 2, 3])
    covariance = 0.01 * (1 + 0.6 ** np.abs(distance[:, None] - distance) + 0.2 * np.diag(np.arange(7)))
    chosen = np.array([0.02, -0.05, 0.03, 0.01, 0.9, 1.0, 1.2]) if estimates is None else estimates
    return TrendProblem(distance, chosen, covariance, np.array(WEIGHTS[weights]), df)


def bends(distance: np.ndarray) -> np.ndarray:
    """Rows that take second differences of a trend (zero at the reference) from its values at ``distance``."""
    every = np.arange(distance.min(), distance.max() + 1)
    take = np.array([[float(k == one) for one in distance] for k in every])
    return take[2:] - 2 * take[1:-1] + take[:-2]


def largest_bias(case: TrendProblem, weights: np.ndarray, bend: float) -> float:
    """By a linear programme over all trends."""
    rows = bends(case.distance)
    found = optimize.linprog(
        -weights, A_ub=np.vstack([rows, -rows]), b_ub=np.full(2 * len(rows), bend), bounds=(None, None)
    )
    assert found.status == 0, found.message
    return float(-found.fun)


def folded(shift: float, level: float = 0.95) -> float:
    return float(np.sqrt(stats.ncx2.ppf(level, 1, shift**2)))


def half_length(case: TrendProblem, before: np.ndarray, bend: float) -> float:
    """Of the affine estimator with these weights before training; its bias by a linear programme."""
    weights = np.concatenate([before, case.weights])
    sd = float(np.sqrt(weights @ case.covariance @ weights))
    return sd * folded(largest_bias(case, weights, bend) / sd)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("bend", [0.005, 0.03, 0.2])
def test_no_other_affine_estimator_has_a_shorter_interval(weights: str, bend: float) -> None:
    """Search over all weights that do not react to a straight trend, with the bias by a linear programme."""
    case = problem(weights)
    interval = smooth_interval(case, bend, critical="normal")
    half = (interval.high - interval.low) / 2
    back = case.distance[case.before]
    fixed = float(case.weights @ case.distance[~case.before])

    def length(free: np.ndarray) -> float:
        last = -(fixed + free @ back[:3]) / back[3]
        return half_length(case, np.append(free, last), bend)

    starts = [np.zeros(3), np.array([0.1, 0.1, 0.1]), np.array([-0.3, 0.2, 0.0])]
    options = {"maxiter": 260, "xatol": 1e-5, "fatol": 1e-8}
    best = min(optimize.minimize(length, one, method="Nelder-Mead", options=options).fun for one in starts[:1])
    assert half <= best * (1 + 1e-6)
    assert half == pytest.approx(best, rel=2e-3)


def test_straight_trends_are_taken_out_with_least_variance() -> None:
    """M = 0: generalised least squares with a straight line through the reference."""
    case = problem()
    columns = np.column_stack([case.distance, (~case.before).astype(float)[:, None] * np.eye(7)[:, 4:]])
    inverse = np.linalg.inv(case.covariance)
    spread = np.linalg.inv(columns.T @ inverse @ columns)
    fitted = spread @ columns.T @ inverse @ case.estimates
    target = np.append(0.0, case.weights)
    interval = smooth_interval(case, 0.0, critical="normal")
    assert interval.estimate == pytest.approx(target @ fitted, abs=1e-10)
    half = stats.norm.ppf(0.975) * np.sqrt(target @ spread @ target)
    assert (interval.high - interval.low) / 2 == pytest.approx(half, abs=1e-10)


@pytest.mark.parametrize("bend", [0.0, 0.01, 0.05])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_smooth_intervals_hold_the_truth_at_the_worst_trend(bend: float, weights: str) -> None:
    """Coverage in 20,000 draws: at least nominal for the least favourable trend, either way, and for a straight one."""
    case = problem(weights)
    middle = smooth_interval(case, bend, critical="normal")
    pull = np.array(
        [smooth_interval(problem(weights, one), bend, critical="normal").estimate for one in np.eye(7)]
    )  # the affine estimator's weights
    rows = bends(case.distance)
    worst = optimize.linprog(
        -pull, A_ub=np.vstack([rows, -rows]), b_ub=np.full(2 * len(rows), bend),
        A_eq=case.distance[None] * case.before, b_eq=[0.0], bounds=(None, None),
    ).x  # fmt: skip
    half = (middle.high - middle.low) / 2
    root = np.linalg.cholesky(case.covariance)
    noise = np.random.default_rng(5).normal(size=(20_000, 7)) @ root.T
    truth = 1.0
    effects = np.where(case.before, 0.0, truth)
    target = float(case.target @ effects)
    for trend in (worst, -worst, 0.3 * case.distance, np.zeros(7)):
        held = (np.abs((noise + trend + effects) @ pull - target) <= half).mean()
        assert held >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 20_000)
    if bend:
        tight = (np.abs((noise + worst + effects) @ pull - target) <= half).mean()
        assert tight <= 0.95 + 3 * np.sqrt(0.95 * 0.05 / 20_000)  # not longer than needed


@pytest.mark.slow  # 150 studies
def test_errors_estimated_from_clusters_still_hold_the_truth() -> None:
    """Covariance from 40 clusters: t intervals hold, and the trend bends as much as is allowed after the reference."""
    generator = np.random.default_rng(17)
    case = problem("first")
    root = np.linalg.cholesky(case.covariance) * np.sqrt(40)
    bend, held, repetitions = 0.1, 0, 150
    trend = np.where(case.before, 0.0, bend * case.distance * (case.distance + 1) / 2)
    for _ in range(repetitions):
        draws = generator.normal(size=(40, 7)) @ root.T + trend
        centred = draws - draws.mean(axis=0)
        one = TrendProblem(case.distance, draws.mean(axis=0), centred.T @ centred / 40 / 39, case.weights, 39)
        found = smooth_interval(one, bend)
        held += found.low <= 0 <= found.high
    assert held >= stats.binom.ppf(0.001, repetitions, 0.95)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("times", [0.5, 2.0])
def test_relative_set_is_that_of_linear_programmes(weights: str, times: float) -> None:
    """One programme a year before and direction in which the largest change lies; trends before are the estimates."""
    case = problem(weights)
    before = np.diff(np.append(case.estimates[:4], 0.0))
    largest = np.abs(before).max()
    after = np.array([[1.0, 0, 0], [-1, 1, 0], [0, -1, 1]])
    ends = [
        optimize.linprog(
            sign * case.weights, A_ub=np.vstack([after, -after]), b_ub=np.full(6, times * largest), bounds=(None, None)
        ).fun
        for sign in (1, -1)
    ]
    middle = float(case.weights @ case.estimates[4:])
    low, high = relative_set(case, times)
    assert high == pytest.approx(middle - ends[0], abs=1e-9)
    assert low == pytest.approx(middle + ends[1], abs=1e-9)


def test_relative_intervals_hold_every_value_of_the_set() -> None:
    """Coverage of both ends of the set at least nominal, whatever the trend before training was."""
    generator = np.random.default_rng(9)
    base = problem("mean")
    root = np.linalg.cholesky(base.covariance)
    for trend in (np.zeros(4), np.array([0.3, 0.2, 0.1, 0.1]), np.array([0.0, 0.0, 0.0, 0.4])):
        truth = problem("mean", np.concatenate([trend, [1.0, 1.0, 1.0]]))
        low, high = relative_set(truth, 1.0)
        held = 0
        for _ in range(1500):
            found = relative_interval(
                problem("mean", truth.estimates + root @ generator.normal(size=7)), 1.0, critical="normal"
            )
            held += found.low <= low and high <= found.high
        assert held >= stats.binom.ppf(0.001, 1500, 0.95)


def test_larger_violations_give_wider_intervals_that_hold_the_smaller() -> None:
    for restriction in ("smoothness", "relative_magnitudes"):
        table = bounds_table(problem("first"), restriction, [0, 0.01, 0.1, 1, 10])  # type: ignore[arg-type]
        assert (table["high"] - table["low"]).is_monotonic_increasing
        assert table["holds_zero"].iloc[-1]
        assert not table["holds_zero"].iloc[0]
    relative = bounds_table(problem("first"), "relative_magnitudes", [0, 0.01, 0.1, 1, 10])
    assert relative["low"].is_monotonic_decreasing


@pytest.mark.parametrize("restriction", ["smoothness", "relative_magnitudes"])
def test_breakdown_value_is_where_the_interval_reaches_zero(restriction: str) -> None:
    case = problem("first")
    value = breakdown_value(case, restriction)  # type: ignore[arg-type]
    interval = smooth_interval if restriction == "smoothness" else relative_interval
    assert interval(case, value).low <= 0 < interval(case, value * (1 - 3e-6)).low
    assert interval(case, value).low == pytest.approx(0, abs=1e-4)
    nothing = problem("first", np.zeros(7))
    assert breakdown_value(nothing, restriction) == 0.0  # type: ignore[arg-type]


def test_one_year_on_either_side() -> None:
    """The estimator is fixed: the change after, less the change before; its bias is one bend."""
    case = TrendProblem(np.array([-1.0, 1.0]), np.array([0.2, 0.9]), np.diag([0.01, 0.02]), np.array([1.0]), 10_000)
    found = smooth_interval(case, 0.1, critical="normal")
    assert found.estimate == pytest.approx(0.9 + 0.2)
    sd = np.sqrt(0.03)
    assert (found.high - found.low) / 2 == pytest.approx(sd * folded(0.1 / sd), abs=1e-9)
    wide = smooth_interval(case, 1e4, critical="normal")  # bias swamps the error
    assert (wide.high - wide.low) / 2 == pytest.approx(1e4 + sd * stats.norm.ppf(0.95), rel=1e-9)
