"""Covariates in group-time effects: against regressions of statsmodels, stacked estimating equations, known effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.staggered.adjusted import Method, adjusted_difference
from evaluation.effects.staggered.event_study import aggregate
from evaluation.effects.staggered.group_time import group_time_effects
from evaluation.settings import InputProblem

METHODS: tuple[Method, ...] = ("regression", "weighting", "doubly_robust")


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Change, treated, covariates of 400 units: treatment and change depend on the covariates; the effect is 1."""
    generator = np.random.default_rng(12)
    covariates = generator.normal(size=(400, 2)) * [1.0, 30.0] + [0.0, 500.0]
    lean = 0.8 * covariates[:, 0] + 0.02 * (covariates[:, 1] - 500) - 0.5
    treated = generator.random(400) < 1 / (1 + np.exp(-lean))
    change = 1.0 * treated + 1.5 * covariates[:, 0] + 0.03 * (covariates[:, 1] - 500) + generator.normal(size=400)
    return change, treated, covariates


def by_library(change: np.ndarray, treated: np.ndarray, covariates: np.ndarray, method: Method) -> float:
    matrix = sm.add_constant(covariates)
    rest = change - sm.OLS(change[~treated], matrix[~treated]).fit().predict(matrix)
    if method == "regression":
        return float(rest[treated].mean())
    if method == "weighting":
        rest = change
    probability = sm.Logit(treated.astype(float), matrix).fit(disp=0, tol=1e-12).predict(matrix)
    odds = (probability / (1 - probability))[~treated]
    return float(rest[treated].mean() - np.average(rest[~treated], weights=odds))


@pytest.mark.parametrize("method", METHODS)
def test_estimates_are_those_of_the_library(pair: tuple[np.ndarray, ...], method: Method) -> None:
    found = adjusted_difference(*pair, method)
    assert found is not None
    assert found[0] == pytest.approx(by_library(*pair, method), abs=1e-9)
    assert abs(found[0] - 1) < 4 * np.sqrt((found[1] ** 2).sum())


@pytest.mark.parametrize("method", METHODS)
def test_influence_is_the_derivative_of_the_estimate(pair: tuple[np.ndarray, ...], method: Method) -> None:
    """Doubling a unit moves the estimate by its influence, to first order: the bootstrap's jackknife, unit by unit."""
    found = adjusted_difference(*pair, method)
    assert found is not None
    estimate, influence = found
    n = len(pair[0])
    for unit in range(0, n, 40):
        doubled = np.append(np.arange(n), unit)
        moved = adjusted_difference(*(one[doubled] for one in pair), method)
        assert moved is not None
        assert moved[0] - estimate == pytest.approx(influence[unit] * n / (n + 1), abs=2e-4)
    assert influence.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("wrong", ["regression", "weighting"])
def test_both_is_right_when_either_is(wrong: Method) -> None:
    """Known effect 2: the wrong half alone is off, the doubly robust estimate is not."""
    generator = np.random.default_rng(3)
    n = 60_000
    x = generator.normal(size=n)
    lean = x if wrong == "regression" else np.abs(x) - 0.5 + x  # the odds are no logit of x
    level = np.exp(x) if wrong == "regression" else 2 * x
    treated = generator.random(n) < 1 / (1 + np.exp(-0.7 * lean + 0.5))
    change = 2.0 * treated + level + generator.normal(size=n)
    estimates = {}
    for method in (wrong, "doubly_robust"):
        found = adjusted_difference(change, treated, x[:, None], method)
        assert found is not None
        estimates[method] = found[0]
    assert abs(estimates[wrong] - 2) > 0.1
    assert abs(estimates["doubly_robust"] - 2) < 0.05


@pytest.fixture(scope="module")
def leaning() -> pd.DataFrame:
    """Units with more of x train sooner and grow faster: only the covariate makes their trends parallel. Effect 1."""
    generator = np.random.default_rng(31)
    units, years = 600, 7
    x = generator.normal(size=units)
    first = np.where(x + generator.normal(size=units) > 0.4, generator.choice([4.0, 6.0], units), np.nan)
    year = np.arange(1, years + 1)
    outcome = x[:, None] * 0.5 * year + (year >= first[:, None]) + generator.normal(scale=0.5, size=(units, years))
    return pd.DataFrame(
        {"unit_id": np.repeat(np.arange(units), years), "year": np.tile(year, units), "y": outcome.ravel(),
         "first_trained_year": np.repeat(first, years), "x": np.repeat(x, years), "same": 3.0,
         "twice": np.repeat(2 * x, years)}
    )  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_covariates_restore_parallel_trends(leaning: pd.DataFrame, method: Method) -> None:
    plain = aggregate(group_time_effects(leaning, "y", scale="difference"), "simple").overall_numbers()
    assert plain["low"] > 1.5
    result = group_time_effects(leaning, "y", scale="difference", covariates=["x"], method=method)
    numbers = aggregate(result, "simple").overall_numbers()
    assert abs(numbers["estimate"] - 1) < (0.25 if method == "weighting" else 3.5 * numbers["se"])
    before = result.table().query("k < -1")
    if method != "weighting":
        assert (before["estimate"].abs() < 4 * before["se"]).all()


def test_repeated_and_constant_covariates_change_nothing(leaning: pd.DataFrame) -> None:
    one = group_time_effects(leaning, "y", scale="difference", covariates=["x"])
    three = group_time_effects(leaning, "y", scale="difference", covariates=["x", "same", "twice"])
    np.testing.assert_allclose(one.effects["estimate"], three.effects["estimate"], atol=1e-8)


def test_without_variation_it_is_the_plain_difference(leaning: pd.DataFrame) -> None:
    plain = group_time_effects(leaning, "y", scale="difference").table()
    same = group_time_effects(leaning, "y", scale="difference", covariates=["same"]).table()
    pd.testing.assert_frame_equal(plain, same, rtol=1e-9)


def test_covariates_of_the_earlier_year_are_taken(leaning: pd.DataFrame) -> None:
    """What happens to a covariate after both years' earlier one does not matter: it may be a consequence."""
    later = leaning.assign(x=leaning["x"] + 9.0 * (leaning["year"] >= 5) * leaning["unit_id"] % 7)
    pair = [group_time_effects(one, "y", scale="difference", covariates=["x"]).effects for one in (leaning, later)]
    untouched = (pair[0]["group"] == 4) | (pair[0]["year"] < 5)
    np.testing.assert_allclose(pair[0].loc[untouched, "estimate"], pair[1].loc[untouched, "estimate"], atol=1e-10)


def test_no_overlap_is_counted_not_estimated(leaning: pd.DataFrame) -> None:
    """Cohort 4 alone stands apart: its effects are counted as left out, those of cohort 6 are there."""
    apart = leaning.assign(x=leaning["x"] * 0.01 + 10.0 * (leaning["first_trained_year"] == 4))
    result = group_time_effects(apart, "y", scale="difference", covariates=["x"])
    shown = result.effects[result.effects["k"] != -1]
    assert set(shown["group"]) == {6}
    assert result.left_out["cells_without_overlap"] == 6
    everybody = leaning.assign(x=leaning["x"] * 0.01 + 10.0 * leaning["first_trained_year"].notna())
    with pytest.raises(InputProblem, match="nobody to compare with in any year"):
        group_time_effects(everybody, "y", scale="difference", controls="never", covariates=["x"])


def test_separated_covariates_have_no_estimate() -> None:
    generator = np.random.default_rng(5)
    treated = np.arange(60) < 20
    covariates = (treated * 10.0 + generator.normal(size=60))[:, None]
    change = generator.normal(size=60)
    assert adjusted_difference(change, treated, covariates, "doubly_robust") is None
    assert adjusted_difference(change, treated, covariates, "weighting") is None
    assert adjusted_difference(change[:21], treated[:21], covariates[:21], "regression") is None  # one control
    assert adjusted_difference(change, np.zeros(60, dtype=bool), covariates, "regression") is None
