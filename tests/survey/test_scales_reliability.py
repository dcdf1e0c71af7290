"""Alpha, omega and what items add, by hand, by independent programs and by simulated truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.multivariate.factor import Factor

from evaluation.survey.polychoric import polychoric
from evaluation.survey.reliability import (
    alpha_of_correlations,
    bootstrap_interval,
    cronbach_alpha,
    feldt_interval,
    item_statistics,
    omega_total,
    one_factor,
    spearman_brown,
)

pytestmark = pytest.mark.filterwarnings("error")
LOADINGS = np.array([0.8, 0.7, 0.75, 0.65, 0.6])


def answered(people: int, seed: int, loadings: np.ndarray = LOADINGS) -> np.ndarray:
    """Continuous answers of one factor with the given loadings and unit variance."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(people, 1))
    return common * loadings + rng.normal(size=(people, len(loadings))) * np.sqrt(1 - loadings**2)


def test_alpha_by_hand() -> None:
    # variances 5/3, 2/3, 11/12; sums 4, 5, 8, 9 with variance 17/3: alpha = 3/2 (1 - 3.25 / 5.666...)
    values = np.array([[1, 2, 1], [2, 1, 2], [3, 2, 3], [4, 3, 2]], dtype=float)
    assert values.sum(axis=1).tolist() == [4, 5, 8, 9]
    variances = 5 / 3 + 2 / 3 + 2 / 3
    assert cronbach_alpha(values) == pytest.approx(1.5 * (1 - variances / (17 / 3)))


def test_alpha_of_alike_items_is_spearman_browns_formula() -> None:
    matrix = 0.5 * np.eye(4) + 0.5
    assert alpha_of_correlations(matrix) == pytest.approx(4 * 0.5 / (1 + 3 * 0.5))
    assert spearman_brown(0.5) == pytest.approx(2 / 3)
    assert np.isnan(spearman_brown(-0.2))


def test_alpha_of_sums_that_never_vary_is_missing() -> None:
    assert np.isnan(cronbach_alpha(np.array([[1.0, 2], [2, 1], [1, 2]])))


def test_feldt_interval_covers_alike_normal_items() -> None:
    truth = 4 * 0.5 / (1 + 3 * 0.5)
    covered = 0
    for seed in range(600):
        low, high = feldt_interval(cronbach_alpha(answered(25, seed, np.full(4, np.sqrt(0.5)))), 25, 4)
        covered += low <= truth <= high
    assert stats.binomtest(covered, 600, 0.95).pvalue > 0.001


def test_bootstrap_is_near_feldt_and_the_same_every_time() -> None:
    values = answered(300, 1)
    drawn = bootstrap_interval(values, 500, seed=4)
    assert drawn == bootstrap_interval(values, 500, seed=4)
    assert drawn == pytest.approx(feldt_interval(cronbach_alpha(values), 300, 5), abs=0.03)
    assert np.isnan(bootstrap_interval(np.zeros((20_001, 2)))[0])


def test_bootstrap_draws_people_not_items() -> None:
    values = np.round(answered(40, 1))
    rng = np.random.default_rng(2)
    plain = [cronbach_alpha(values[rng.integers(0, 40, 40)]) for _ in range(2_000)]
    assert bootstrap_interval(values, 2_000) == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.08)


def test_minres_finds_the_loadings_of_an_exact_factor() -> None:
    matrix = np.outer(LOADINGS, LOADINGS)
    np.fill_diagonal(matrix, 1)
    found = one_factor(matrix)
    assert found.loadings == pytest.approx(LOADINGS, abs=1e-6)
    assert not found.at_bound
    by_hand = LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + (1 - LOADINGS**2).sum())
    assert omega_total(found.loadings) == pytest.approx(by_hand, abs=1e-6)


def test_minres_is_near_maximum_likelihood_of_statsmodels() -> None:
    matrix = np.corrcoef(answered(800, 2), rowvar=False)
    likely = np.abs(Factor(corr=matrix, n_factor=1, method="ml", nobs=800).fit().loadings[:, 0])
    assert one_factor(matrix).loadings == pytest.approx(likely, abs=0.02)


def test_item_without_own_variance_is_told() -> None:
    heywood = np.array([[1, 0.9, 0.9], [0.9, 1, 0.6], [0.9, 0.6, 1]])
    assert one_factor(heywood).at_bound


def test_omega_is_the_share_of_the_sum_that_the_factor_explains() -> None:
    spreads = np.array([1.0, 2.0, 0.5, 1.5, 1.0])
    rng = np.random.default_rng(8)
    common = rng.normal(size=(400_000, 1))
    values = (common * LOADINGS + rng.normal(size=(400_000, 5)) * np.sqrt(1 - LOADINGS**2)) * spreads
    explained = np.corrcoef(values.sum(axis=1), common[:, 0])[0, 1] ** 2
    assert omega_total(LOADINGS, spreads) == pytest.approx(explained, abs=0.003)


def test_loadings_of_both_signs_make_no_sum() -> None:
    assert np.isnan(omega_total(np.array([0.7, 0.6, -0.5])))


def test_ordinal_omega_sees_through_few_answers() -> None:
    # ten items, loadings that give an omega of .83; cut into four skewed answers
    loadings = np.linspace(0.45, 0.7, 10)
    truth = omega_total(loadings)
    values = pd.DataFrame(np.searchsorted([-1.8, -1.2, -0.6], answered(5_000, 7, loadings)).astype(float))
    behind = polychoric(values).correlations.to_numpy()
    assert truth == pytest.approx(0.84, abs=0.01)
    assert omega_total(one_factor(behind).loadings) == pytest.approx(truth, abs=0.012)
    assert cronbach_alpha(values.to_numpy()) < truth - 0.03
    assert alpha_of_correlations(behind) == pytest.approx(truth, abs=0.02)


def test_items_are_compared_with_the_rest_and_not_with_themselves() -> None:
    values = np.array([[1, 2, 1], [2, 1, 2], [3, 2, 3], [4, 3, 2]], dtype=float)
    found = item_statistics(values)
    rest = values[:, 1] + values[:, 2]
    assert found.loc[0, "item_rest"] == pytest.approx(np.corrcoef(values[:, 0], rest)[0, 1])
    assert found.loc[0, "alpha_dropped"] == pytest.approx(cronbach_alpha(values[:, 1:]))
    assert item_statistics(values[:, :2])["alpha_dropped"].isna().all()
