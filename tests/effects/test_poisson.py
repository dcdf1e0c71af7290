"""The Poisson regression with an absorbed effect against statsmodels with indicators, and where it has no maximum."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from evaluation.effects.poisson import fit_poisson
from evaluation.settings import InputProblem

UNITS, YEARS = 61, 7
Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def data(seed: int = 1, mean: float = 4.0) -> Data:
    """Columns (year indicators, two regressors), counts, offset and unit, in shuffled order."""
    rng = np.random.default_rng(seed)
    unit, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(YEARS), UNITS)
    columns = [(year == value).astype(float) for value in range(1, YEARS)]
    regressors = [rng.normal(size=len(unit)), (rng.random(len(unit)) < 0.3).astype(float)]
    population = rng.lognormal(np.log(18_000), 1.0, UNITS)[unit]
    log_mean = np.log(mean) + rng.normal(scale=0.5, size=UNITS)[unit] + 0.2 * regressors[0] - 0.4 * regressors[1]
    outcome = rng.poisson(np.exp(log_mean)).astype(float)
    outcome[::YEARS] += 1  # no unit is always zero
    order = rng.permutation(len(unit))
    return np.column_stack(columns + regressors)[order], outcome[order], np.log(population)[order], unit[order]


@pytest.mark.parametrize("mean", [0.3, 4.0, 4_000.0])
def test_equals_the_regression_with_indicators(mean: float) -> None:
    matrix, outcome, offset, unit = data(mean=mean)
    indicators = np.equal.outer(unit, np.arange(UNITS)).astype(float)
    design = np.column_stack([matrix, indicators])
    expected = sm.GLM(outcome, design, family=sm.families.Poisson(), offset=offset).fit(tol=1e-13, maxiter=200)
    fit = fit_poisson(matrix, outcome, offset, unit)
    np.testing.assert_allclose(fit.coefficients, expected.params[: matrix.shape[1]], atol=1e-8, rtol=0)
    np.testing.assert_allclose(fit.mean, expected.mu, rtol=1e-8)
    assert fit.log_likelihood == pytest.approx(expected.llf, abs=1e-6)


def test_equals_statsmodels_without_an_absorbed_effect() -> None:
    matrix, outcome, offset, _ = data(seed=2)
    design = sm.add_constant(matrix)
    expected = sm.GLM(outcome, design, family=sm.families.Poisson(), offset=offset).fit(tol=1e-13, maxiter=200)
    np.testing.assert_allclose(fit_poisson(design, outcome, offset).coefficients, expected.params, atol=1e-8, rtol=0)


def test_two_by_two_is_the_ratio_of_ratios() -> None:
    """Two units, two years, one trained in the second: the estimate is the log of (6/3) / (4/5)."""
    outcome = np.array([3.0, 6.0, 5.0, 4.0])
    matrix = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    fit = fit_poisson(matrix, outcome, absorbed=np.array([0, 0, 1, 1]))
    assert fit.coefficients[1] == pytest.approx(np.log((6 / 3) / (4 / 5)), abs=1e-10)
    np.testing.assert_allclose(fit.mean, outcome, rtol=1e-8)


def test_a_unit_without_events_is_refused() -> None:
    matrix, outcome, offset, unit = data()
    outcome[unit == 5] = 0
    with pytest.raises(InputProblem, match="no event at all"):
        fit_poisson(matrix, outcome, offset, unit)


@pytest.mark.filterwarnings("error")
def test_a_column_that_marks_only_zeros_is_refused() -> None:
    matrix, outcome, offset, unit = data()
    outcome[matrix[:, -1] == 1] = 0
    outcome[matrix[:, -1] == 0] += 1
    with pytest.raises(InputProblem, match="no event at all"):
        fit_poisson(matrix, outcome, offset, unit)


@pytest.mark.filterwarnings("error")
def test_a_column_of_zeros_is_refused() -> None:
    """It has no single best coefficient: a refusal in words, never NaN."""
    matrix, outcome, offset, unit = data()
    zero = np.column_stack([matrix, np.zeros(len(matrix))])
    with pytest.raises(InputProblem):
        fit_poisson(zero, outcome, offset, unit)
