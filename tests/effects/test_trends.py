"""The test before training and its power, against simulation and closed cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.effects.staggered.event_study import by_event_time
from evaluation.effects.staggered.event_time import EventTimeEffects
from evaluation.effects.staggered.group_time import group_time_effects
from evaluation.effects.staggered.imputation import imputation
from evaluation.effects.staggered.trends import joint_test, power_against_trends, trend_problem
from evaluation.settings import InputProblem


def effects_of(
    estimates: np.ndarray, covariance: np.ndarray, times: tuple[int, ...], clusters: int = 5000, common: bool = True
) -> EventTimeEffects:
    """Effects with a given covariance; the reference -1 among the times has neither estimate nor error."""
    root = np.linalg.cholesky(covariance)
    influence = np.zeros((clusters, len(times)))
    places = [index for index, k in enumerate(times) if k != -1]
    influence[: len(places), places] = root.T
    full = np.zeros(len(times))
    full[places] = estimates
    many = tuple(50 for _ in times)
    return EventTimeEffects(times, full, influence, many, many, 0.0, influence[:, 0], 50, 50, 1000, common)


TIMES = (-5, -4, -3, -2, -1, 0, 1)


@pytest.fixture(scope="module")
def covariance() -> np.ndarray:
    """Errors share the noise of the reference year and decay with distance."""
    distance = np.array([k + 1 for k in TIMES if k != -1], dtype=float)
    return 0.04 * (1 + 0.5 ** np.abs(distance[:, None] - distance) - 0.3 * np.eye(6))


def test_joint_test_is_the_wald_test(covariance: np.ndarray) -> None:
    estimates = np.array([0.1, -0.3, 0.2, 0.4, 1.0, 1.0])
    found = joint_test(effects_of(estimates, covariance, TIMES, clusters=40))
    wald = estimates[:4] @ np.linalg.inv(covariance[:4, :4]) @ estimates[:4]
    assert found.statistic == pytest.approx(wald / 4)
    assert (found.years, found.df) == (4, 39)
    assert found.p == pytest.approx(1 - stats.f.cdf(wald / 4, 4, 39))


def test_power_and_bias_are_those_of_a_simulation(covariance: np.ndarray) -> None:
    """A linear trend of the reported slope is found as often as said, and biases those that pass as said."""
    problem = trend_problem(effects_of(np.ones(6), covariance, TIMES))
    table = power_against_trends(problem)
    generator = np.random.default_rng(6)
    root = np.linalg.cholesky(covariance)
    for row in table.itertuples():
        trend = row.slope * problem.distance
        drawn = trend + generator.normal(size=(200_000, 6)) @ root.T
        wald = np.einsum("ij,jk,ik->i", drawn[:, :4], np.linalg.inv(covariance[:4, :4]), drawn[:, :4])
        passed = wald <= 4 * stats.f.ppf(0.95, 4, problem.df)
        assert 1 - passed.mean() == pytest.approx(row.power, abs=0.005)
        after = drawn[:, 4:].mean(axis=1)
        assert row.bias == pytest.approx(trend[4:].mean())
        error = after[passed].std() / np.sqrt(passed.sum())
        assert after[passed].mean() == pytest.approx(row.bias_given_passed, abs=4 * error)
        assert row.times == pytest.approx(row.bias)
    assert table["slope"].is_monotonic_increasing
    assert (table["bias_given_passed"] > table["bias"]).all()  # passing makes it worse: a common reference year


def test_one_year_before_is_the_textbook_power() -> None:
    """One year, known variance: 80 % power at 1.96 + 0.84 standard errors."""
    problem = trend_problem(effects_of(np.array([0.0, 1.0]), np.diag([0.01, 0.01]), (-2, -1, 0), clusters=100_000))
    slope = power_against_trends(problem, [0.8])["slope"].iloc[0]
    assert slope == pytest.approx(0.1 * (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)), rel=1e-3)


@pytest.mark.slow  # a simulation study
def test_joint_test_rejects_as_often_as_it_says_when_trends_are_parallel() -> None:
    generator = np.random.default_rng(13)
    rejected = {"group_time": 0, "imputation": 0}
    repetitions = 300
    for _ in range(repetitions):
        first = np.repeat(np.resize([4.0, 5.0, np.nan], 150), 6)
        frame = pd.DataFrame(
            {"unit_id": np.repeat(np.arange(150), 6), "year": np.tile(np.arange(1, 7), 150),
             "first_trained_year": first, "y": generator.normal(size=(150, 6)).cumsum(axis=1).ravel()}
        )  # fmt: skip
        rejected["group_time"] += joint_test(by_event_time(group_time_effects(frame, "y", scale="difference"))).p < 0.05
        rejected["imputation"] += joint_test(imputation(frame, "y", leads=2)).p < 0.05
    low, high = stats.binom.ppf([0.001, 0.999], repetitions, 0.065)  # influence functions are a little short
    for times in rejected.values():
        assert 3 <= times <= high, (rejected, low)


def test_problems_that_have_no_answer(covariance: np.ndarray) -> None:
    def message(effects: EventTimeEffects, **options: object) -> str:
        with pytest.raises(InputProblem) as caught:
            trend_problem(effects, **options)  # type: ignore[arg-type]
        assert caught.value.messages["ru"]
        return caught.value.messages["en"]

    estimates = np.ones(6)
    assert "one reference year" in message(effects_of(estimates, covariance, TIMES, common=False))
    assert "There are 6 clusters for 6 years" in message(effects_of(estimates, covariance, TIMES, clusters=6))
    assert "without gaps" in message(effects_of(estimates, covariance, (-6, -4, -3, -2, -1, 0, 1)))
    assert "without gaps" in message(effects_of(estimates, covariance, (-1, 0, 1, 2, 3, 4, 5)))
    assert "3 weights for 2 years" in message(effects_of(estimates, covariance, TIMES), weights=[1, 0, 0])
    with pytest.raises(InputProblem, match="cannot be tested together: 0 years"):
        joint_test(effects_of(np.ones(2), np.eye(2), (-1, 0, 1)))
