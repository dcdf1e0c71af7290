"""One-index regressions against statsmodels, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import NumericEquations
from evaluation.effects.inference.estimating_functions import linearise
from evaluation.effects.link_models import Link, fit_link, score_residual
from evaluation.effects.regressors import orthonormal
from evaluation.settings import InputProblem

FAMILIES = {
    "log": sm.families.Poisson(),
    "logit": sm.families.Binomial(),
    "cloglog": sm.families.Binomial(sm.families.links.CLogLog()),
}
NAMES = ["constant", "year", "population", "trained"]


@pytest.fixture(scope="module")
def columns() -> Array:
    """Columns of very different sizes, as panels have them: a year, a population, an indicator."""
    generator = np.random.default_rng(3)
    return np.column_stack(
        [
            np.ones(2000),
            2019.0 + generator.integers(0, 7, 2000),
            generator.normal(20_000, 5_000, 2000),
            generator.integers(0, 2, 2000),
        ]
    )


def drawn(link: Link, columns: Array, offset: Array) -> Array:
    generator = np.random.default_rng(4)
    index = -0.8 + 0.1 * (columns[:, 1] - 2022) + 2e-5 * (columns[:, 2] - 20_000) + 0.4 * columns[:, 3] + offset
    if link == "log":
        return generator.poisson(np.exp(index)).astype(float)
    chance = 1 / (1 + np.exp(-index)) if link == "logit" else 1 - np.exp(-np.exp(index))
    return (generator.random(len(index)) < chance).astype(float)


@pytest.mark.parametrize("link", ["log", "logit", "cloglog"])
def test_estimates_and_clustered_errors_are_those_of_statsmodels(link: Link, columns: Array) -> None:
    generator = np.random.default_rng(5)
    offset, groups = generator.normal(0, 0.3, 2000), generator.integers(0, 40, 2000)
    outcome = drawn(link, columns, offset)
    fit = fit_link(link, outcome, columns, NAMES, groups, offset)
    scale = np.array([1.0, 1.0, 1e4, 1.0])
    eased = np.column_stack([columns[:, 0], columns[:, 1] - 2022, columns[:, 2] / 1e4, columns[:, 3]])
    known = sm.GLM(outcome, eased, family=FAMILIES[link], offset=offset).fit(
        tol=1e-13, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups}
    )
    table = fit.table("crv1")
    assert table["estimate"].to_numpy()[1:] * scale[1:] == pytest.approx(known.params[1:], rel=1e-7)
    assert table["se"].to_numpy()[1:] * scale[1:] == pytest.approx(known.bse[1:], rel=1e-7)
    assert fit.log_likelihood == pytest.approx(known.llf, rel=1e-9)


@pytest.mark.parametrize("link", ["identity", "log", "logit", "cloglog"])
def test_the_information_is_the_derivative_of_the_scores(link: Link, columns: Array) -> None:
    outcome = drawn("log" if link == "identity" else link, columns, np.zeros(2000))
    groups = np.arange(2000) % 25
    fit = fit_link(link, outcome, columns, NAMES, groups)
    basis, _ = orthonormal(columns)
    numeric = linearise(
        NumericEquations(lambda theta: basis * score_residual(link, outcome, basis @ theta)[:, None]),
        fit.theta,
        NAMES,
        groups,
    )
    assert fit.information_by_cluster is not None and numeric.information_by_cluster is not None
    assert fit.information_by_cluster == pytest.approx(numeric.information_by_cluster, abs=1e-6 * 2000)
    assert np.abs(fit.scores.sum(axis=0)).max() < 1e-6


def test_leaving_out_clusters_is_exact_for_least_squares(columns: Array) -> None:
    generator = np.random.default_rng(6)
    groups = generator.integers(0, 12, 2000)
    outcome = columns[:, 3] + generator.normal(0, 1, 2000) + groups / 10
    fit = fit_link("identity", outcome, columns, NAMES, groups)
    changes = np.array(
        [
            np.linalg.lstsq(columns[groups != group], outcome[groups != group], rcond=None)[0] - fit.coefficients
            for group in range(12)
        ]
    )
    jackknife = 11 / 12 * (changes[:, 3] ** 2).sum()
    assert fit.covariance("crv3")[3, 3] == pytest.approx(jackknife, rel=1e-6)


@pytest.mark.parametrize("link", ["log", "logit", "cloglog"])
def test_separation_is_refused_by_the_column_that_separates(link: Link, columns: Array) -> None:
    outcome = drawn(link, columns, np.zeros(2000))
    outcome[columns[:, 3] == 1] = 0.0
    with pytest.raises(InputProblem, match="perfectly separated by the columns trained:") as caught:
        fit_link(link, outcome, columns, NAMES, np.arange(2000) % 9)
    assert "разделён столбцами trained:" in caught.value.messages["ru"]


@pytest.mark.parametrize(
    ("link", "values", "words"),
    [
        ("logit", [0, 1, 2, 1], "must be 0 or 1"),
        ("log", [0, -1, 2, 1], "must be a count"),
        ("logit", [1, 1, 1, 1], "the same in all rows"),
        ("identity", [3, 3, 3, 3], "the same in all rows"),
    ],
)
def test_impossible_outcomes_are_refused(link: Link, values: list[float], words: str) -> None:
    with pytest.raises(InputProblem, match=words):
        fit_link(link, np.array(values, dtype=float), np.ones((4, 1)), ["constant"], np.arange(4))
