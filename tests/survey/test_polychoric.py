"""Polychoric correlations against exact cases, a direct maximum of the likelihood, and simulated truth."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from evaluation.survey.polychoric import LIMIT, bivariate_normal, nearest_correlations, polychoric

pytestmark = pytest.mark.filterwarnings("error")
CUTS = [-1.0, -0.2, 0.5, 1.2]


def pair(table: np.ndarray) -> pd.DataFrame:
    """People behind a table of counts."""
    rows, columns = np.indices(table.shape)
    times = table.ravel()
    return pd.DataFrame({"a": np.repeat(rows.ravel(), times), "b": np.repeat(columns.ravel(), times)}).astype(float)


def ordered(correlation: float, people: int, seed: int) -> pd.DataFrame:
    latent = np.random.default_rng(seed).multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], people)
    five, three = np.searchsorted(CUTS, latent[:, 0]), np.searchsorted([-0.5, 0.3], latent[:, 1])
    return pd.DataFrame({"a": five, "b": three}).astype(float)


@pytest.mark.parametrize("correlation", [-0.95, -0.3, 0.0, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("at", [(-1.2, 0.4), (1.0, 1.1), (2.5, -2.0)])
def test_bivariate_normal_agrees_with_scipy(correlation: float, at: tuple[float, float]) -> None:
    expected = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf(at)
    found = bivariate_normal(np.array(at[0]), np.array(at[1]), np.array(correlation))
    assert found == pytest.approx(expected, abs=1e-8)


def test_bivariate_normal_at_infinity_is_the_margin() -> None:
    found = bivariate_normal(np.array([np.inf, -np.inf, 0.3]), np.array([0.3, 0.3, np.inf]), np.array(0.5))
    assert found == pytest.approx([stats.norm.cdf(0.3), 0.0, stats.norm.cdf(0.3)])


def test_halves_have_a_closed_form() -> None:
    # both items cut at the median: P(both high) = 1/4 + asin(r) / (2 pi)
    table = np.array([[40, 10], [10, 40]])
    found = polychoric(pair(table)).correlations.loc["a", "b"]
    assert found == pytest.approx(np.sin(2 * np.pi * (0.4 - 0.25)), abs=1e-7)


def test_is_the_maximum_of_the_likelihood() -> None:
    values = ordered(0.56, 500, seed=3)
    table = pd.crosstab(values["a"], values["b"]).to_numpy()
    cuts = [stats.norm.ppf(np.cumsum(table.sum(axis=side))[:-1] / table.sum()) for side in (1, 0)]
    a, b = (np.concatenate([[-9], side, [9]]) for side in cuts)

    def minus_log_likelihood(correlation: float) -> float:
        cdf = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf
        corners = np.array([[cdf([x, y]) for y in b] for x in a])
        return -float((table * np.log(np.diff(np.diff(corners, axis=0), axis=1))).sum())

    best = optimize.minimize_scalar(minus_log_likelihood, bounds=(0.2, 0.9), method="bounded")
    assert polychoric(values).correlations.loc["a", "b"] == pytest.approx(best.x, abs=1e-4)


def test_recovers_what_answers_hide_with_the_right_error() -> None:
    found = [polychoric(ordered(0.56, 400, seed)) for seed in range(200)]
    estimates = np.array([one.correlations.loc["a", "b"] for one in found])
    errors = np.array([one.errors.loc["a", "b"] for one in found])
    assert estimates.mean() == pytest.approx(0.56, abs=4 * estimates.std() / np.sqrt(200))
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.15)  # 200 draws know an SD to about 5 %
    plain = np.mean([ordered(0.56, 400, seed).corr().loc["a", "b"] for seed in range(50)])
    assert plain < 0.52  # what Pearson's correlation of the answers makes of it


def test_ten_items_of_five_thousand_people_take_about_a_second() -> None:
    matrix = 0.4 * np.eye(10) + 0.6
    latent = np.random.default_rng(1).multivariate_normal(np.zeros(10), matrix, 5_000)
    values = pd.DataFrame(np.searchsorted(CUTS, latent).astype(float))
    start = time.process_time()
    found = polychoric(values)
    assert time.process_time() - start < 2
    assert found.correlations.to_numpy()[np.triu_indices(10, 1)] == pytest.approx(0.6, abs=0.05)
    assert not found.smoothed


def test_gaps_are_left_out_pair_by_pair() -> None:
    values = ordered(0.5, 200, seed=5)
    gaps = values.copy()
    gaps.loc[:49, "a"] = np.nan
    found = polychoric(gaps)
    assert found.n.loc["a", "b"] == 150
    assert found.n.loc["a", "a"] == 150
    assert found.correlations.loc["a", "b"] == polychoric(values.iloc[50:]).correlations.loc["a", "b"]


def test_what_tells_nothing_is_named() -> None:
    values = ordered(0.5, 60, seed=1).assign(c=3.0, d=np.nan)
    values.loc[:5, "d"] = [1.0, 2, 1, 2, 1, 2]
    found = polychoric(values)
    said = {(row.first, row.second): row.note for row in found.notes.itertuples()}
    assert said[("a", "c")] == "constant_item"
    assert said[("a", "d")] == "few_answers"
    assert np.isnan(found.correlations.loc["a", "c"])
    assert not found.is_complete


def test_empty_cell_of_two_by_two_is_filled_and_perfect_order_is_at_the_limit() -> None:
    filled = polychoric(pair(np.array([[30, 0], [20, 10]])))
    assert filled.notes["note"].tolist() == ["empty_cell_filled"]
    assert 0.5 < filled.correlations.loc["a", "b"] < 0.99
    same = polychoric(pair(np.diag([20, 20, 20])))
    assert "at_the_limit" in same.notes["note"].tolist()
    assert same.correlations.loc["a", "b"] == pytest.approx(LIMIT, abs=1e-4)
    assert np.isnan(same.errors.loc["a", "b"])


def test_impossible_matrix_is_brought_to_a_possible_one() -> None:
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    nearest = nearest_correlations(impossible)
    assert np.linalg.eigvalsh(nearest)[0] >= 0
    assert np.diag(nearest) == pytest.approx(np.ones(3))
    possible = np.array([[1, 0.5], [0.5, 1]])
    assert (nearest_correlations(possible) == possible).all()
