"""R-indicators against a case computed by hand, and against chances that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.field.returns.representativity import chances, representativity


def told(found: pd.DataFrame, indicator: str, variable: str | None = None, category: str | None = None) -> float:
    rows = found[found["indicator"] == indicator]
    rows = rows[rows["variable"].isna()] if variable is None else rows[rows["variable"] == variable]
    rows = rows[rows["category"].isna()] if category is None else rows[rows["category"] == category]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def test_two_groups_by_hand() -> None:
    group = pd.Series(["a"] * 4 + ["b"] * 4)
    answered = np.array([True, False, False, False, True, True, True, False])
    found = representativity({"group": group}, answered)
    # chances 1/4 and 3/4: S2 = 8 * 0.0625 / 7; their noise is 0.1875 / 4 in both groups
    assert told(found, "r") == pytest.approx(1 - 2 * np.sqrt(0.5 / 7), abs=1e-6)
    adjusted = 1 - 2 * np.sqrt(0.5 / 7 - 0.1875 / 4)
    assert told(found, "r_adjusted") == pytest.approx(adjusted, abs=1e-6)
    assert told(found, "max_bias") == pytest.approx((1 - adjusted) / (2 * 0.5), abs=1e-6)
    assert told(found, "partial_unconditional", "group") == pytest.approx(0.25, abs=1e-6)
    assert told(found, "partial_unconditional", "group", "a") == pytest.approx(-np.sqrt(0.5) * 0.25, abs=1e-6)
    assert told(found, "partial_unconditional", "group", "b") == pytest.approx(np.sqrt(0.5) * 0.25, abs=1e-6)
    # given no other variable, all of the spread is left: S2 = 0.5 / 7
    assert told(found, "partial_conditional", "group") == pytest.approx(np.sqrt(0.5 / 7), abs=1e-6)


def test_chances_are_those_of_a_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.integers(0, 4, 800), rng.integers(0, 3, 800)
    answered = rng.random(800) < 1 / (1 + np.exp(-(0.3 * one - 0.5 * two)))
    fitted = chances({"one": one, "two": two}, answered)
    dummies = np.column_stack(
        [np.ones(800), *((one == level) for level in (1, 2, 3)), *((two == level) for level in (1, 2))]
    )
    reference = sm.Logit(answered.astype(float), dummies.astype(float)).fit(disp=0)
    np.testing.assert_allclose(fitted.rho, reference.predict(), atol=1e-7)
    np.testing.assert_allclose(fitted.covariance, reference.cov_params(), atol=1e-6)


def test_a_group_that_answered_as_a_whole_is_certain() -> None:
    group = np.repeat([0, 1], 50)
    answered = np.arange(100) >= 25
    fitted = chances({"group": group}, answered)
    np.testing.assert_allclose(fitted.rho, np.repeat([0.5, 1.0], 50), atol=1e-6)


def test_equal_chances_are_representative_and_the_adjustment_takes_the_noise_away() -> None:
    rng = np.random.default_rng(2)
    plain, adjusted = [], []
    for _ in range(30):
        group = pd.Series(rng.integers(0, 40, 2000)).astype("str")
        found = representativity({"group": group}, rng.random(2000) < 0.6)
        plain.append(told(found, "r"))
        adjusted.append(told(found, "r_adjusted"))
    # forty estimated chances of fifty units vary by themselves: sqrt(0.24 / 50) = 0.07
    assert np.mean(plain) == pytest.approx(1 - 2 * np.sqrt(0.24 / 50), abs=0.02)
    assert np.mean(adjusted) > 0.95


def test_known_chances_lie_within_the_interval() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(100):
        size = rng.integers(0, 4, 1500)
        true = np.array([0.35, 0.5, 0.7, 0.9])[size]
        found = representativity({"size": pd.Series(size).astype("str")}, rng.random(1500) < true)
        row = found[found["indicator"] == "r_adjusted"].iloc[0]
        covered += row["low"] <= 1 - 2 * true.std(ddof=1) <= row["high"]
    assert 88 <= covered <= 100
