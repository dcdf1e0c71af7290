"""Weighting, doubly robust estimates and standardisation against known truth and brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.estimate import collect
from evaluation.effects.inference.clusters import Array
from evaluation.effects.regressors import Regressors
from evaluation.effects.selection.outcome_model import fit_outcome_model
from evaluation.effects.selection.rows import rows_of
from evaluation.effects.selection.standardisation import standardise
from evaluation.effects.selection.weighting import SelectionFit, doubly_robust, inverse_probability
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]


@dataclass(frozen=True)
class World:
    """Support goes to those with high x; the outcome rises in x squared; effects 1 + x/2 (mean 1 over all)."""

    outcome: Array
    treated: Array
    right: Regressors
    wrong: Regressors
    groups: np.ndarray
    att: float


def world(seed: int, n: int = 3000, clusters: int = 100) -> World:
    generator = np.random.default_rng(seed)
    groups = generator.integers(0, clusters, n)
    x = generator.normal(size=n) * np.sqrt(0.5) + generator.normal(size=clusters)[groups] * np.sqrt(0.5)
    treated = (generator.random(n) < 1 / (1 + np.exp(0.3 - 0.8 * x - 0.3 * (x**2 - 1)))).astype(float)
    shared = generator.normal(0, 0.5, clusters)[groups]
    outcome = 2 + x + 0.7 * (x**2 - 1) + treated * (1 + x / 2) + shared + generator.normal(size=n)
    ones = np.ones(n)
    return World(
        outcome,
        treated,
        Regressors(["constant", "x", "square"], np.column_stack([ones, x, x**2]), []),
        Regressors(["constant", "noise"], np.column_stack([ones, generator.normal(size=n)]), []),
        groups,
        float((1 + x / 2)[treated == 1].mean()),
    )


@pytest.fixture(scope="module")
def one() -> World:
    return world(1, n=20_000, clusters=400)


def distance(fit: SelectionFit, truth: float) -> float:
    """In standard errors."""
    found = fit.difference("crv3")
    return float(abs(found["estimate"] - truth) / found["se"])


def test_naive_comparison_is_biased_and_weighting_is_not(one: World) -> None:
    naive = one.outcome[one.treated == 1].mean() - one.outcome[one.treated == 0].mean()
    assert naive > 1.7
    fits = [
        inverse_probability(one.outcome, one.treated, one.right, one.groups),
        doubly_robust(one.outcome, one.treated, one.right, one.groups),
        standardise(one.outcome, one.treated, one.right, one.groups),
    ]
    assert [distance(fit, 1.0) < 3 for fit in fits] == [True] * 3


def test_doubly_robust_survives_either_wrong_model_and_not_both(one: World) -> None:
    wrong_weights = doubly_robust(one.outcome, one.treated, one.wrong, one.groups, outcome_columns=one.right)
    wrong_outcome = doubly_robust(one.outcome, one.treated, one.right, one.groups, outcome_columns=one.wrong)
    wrong_both = doubly_robust(one.outcome, one.treated, one.wrong, one.groups, outcome_columns=one.wrong)
    assert distance(wrong_weights, 1.0) < 3
    assert distance(wrong_outcome, 1.0) < 3
    assert distance(wrong_both, 1.0) > 10
    assert distance(inverse_probability(one.outcome, one.treated, one.wrong, one.groups), 1.0) > 10
    assert distance(standardise(one.outcome, one.treated, one.wrong, one.groups), 1.0) > 10


def test_effect_on_the_supported(one: World) -> None:
    assert one.att > 1.15
    for fit in (
        inverse_probability(one.outcome, one.treated, one.right, one.groups, target="att"),
        doubly_robust(one.outcome, one.treated, one.right, one.groups, target="att"),
        standardise(one.outcome, one.treated, one.right, one.groups, target="att"),
    ):
        assert distance(fit, one.att) < 3


@pytest.mark.parametrize("estimator", [inverse_probability, doubly_robust, standardise])
def test_errors_know_that_every_stage_was_estimated(estimator: Callable[..., SelectionFit]) -> None:
    estimates, errors = [], []
    for seed in range(150):
        at = world(seed + 10, n=800, clusters=60)
        found = estimator(at.outcome, at.treated, at.right, at.groups).difference("crv1")
        estimates.append(found["estimate"])
        errors.append(found["se"])
    # the spread of 150 estimates is itself known to 6 %
    assert np.mean(errors) == pytest.approx(np.std(estimates, ddof=1), rel=0.2)
    assert abs(np.mean(estimates) - 1) < 3.5 * np.std(estimates) / np.sqrt(150)


def test_crv1_is_the_clustered_sum_of_influences_by_refitting() -> None:
    """Giving one cluster a little more weight moves the estimate by its influence: so must the error say."""
    at = world(3, n=600, clusters=20)
    fit = standardise(at.outcome, at.treated, at.right, at.groups)
    changes = []
    for group in range(20):
        keep = at.groups != group
        columns = Regressors(at.right.names, at.right.matrix[keep], [])
        again = np.unique(at.groups[keep], return_inverse=True)[1]
        without = standardise(at.outcome[keep], at.treated[keep], columns, again)
        changes.append(without.difference("crv1")["estimate"] - fit.difference("crv1")["estimate"])
    jackknife = np.sqrt(19 / 20 * np.sum(np.square(changes)))
    assert fit.difference("crv3")["se"] == pytest.approx(jackknife, rel=0.02)


def test_weights_taken_as_given_are_those_of_a_weighted_regression() -> None:
    sm = pytest.importorskip("statsmodels.api")
    at = world(4, n=600, clusters=30)
    known = inverse_probability(at.outcome, at.treated, at.right, at.groups, propensity_known=True)
    matrix = np.column_stack([np.ones(600), at.treated])
    regression = sm.WLS(at.outcome, matrix, weights=known.weights).fit(
        cov_type="cluster", cov_kwds={"groups": at.groups, "use_correction": False}, use_t=True
    )
    found = known.difference("crv1")
    assert found["estimate"] == pytest.approx(regression.params[1])
    assert found["se"] == pytest.approx(regression.bse[1] * np.sqrt(30 / 29), rel=1e-6)


def test_standardisation_without_interactions_is_the_regression_coefficient() -> None:
    at = world(5, n=600, clusters=30)
    fit = standardise(at.outcome, at.treated, at.right, at.groups, interactions=())
    matrix = np.column_stack([at.right.matrix, at.treated])
    coefficient = np.linalg.lstsq(matrix, at.outcome, rcond=None)[0][-1]
    assert fit.difference("crv1")["estimate"] == pytest.approx(coefficient)


def test_a_binary_outcome_by_logit() -> None:
    at = world(6, n=4000, clusters=80)
    won = (at.outcome > 3).astype(float)
    fit = doubly_robust(won, at.treated, at.right, at.groups, link="logit")
    model = fit_outcome_model(won, at.treated, at.right, "all", "logit")
    means = model.means(model.theta)
    assert 0 < means[1].mean() < means[0].mean() < 1
    assert fit.difference("crv3")["estimate"] == pytest.approx((means[0] - means[1]).mean(), abs=0.03)


def test_trimming_leaves_out_what_lies_outside_and_says_how_many() -> None:
    at = world(7, n=2000, clusters=50)
    every = inverse_probability(at.outcome, at.treated, at.right, at.groups)
    fit = inverse_probability(at.outcome, at.treated, at.right, at.groups, bounds=(0.2, 0.8))
    outside = ((every.propensity < 0.2) | (every.propensity > 0.8)).sum()
    assert fit.trimmed == outside > 0
    assert fit.estimate.n == 2000 - outside
    with pytest.raises(InputProblem, match="no overlap"):
        inverse_probability(at.outcome, at.treated, at.right, at.groups, bounds=(0.9999, 1.0))


def test_unknown_interactions_are_refused() -> None:
    at = world(8, n=200, clusters=10)
    with pytest.raises(InputProblem, match="unknown columns: y"):
        standardise(at.outcome, at.treated, at.right, at.groups, interactions=["y"])


@pytest.mark.parametrize("family", ["ipw", "aipw", "g_formula"])
def test_rows_of_declared_models(declare: Declare, family: str) -> None:
    at = world(9, n=2000, clusters=60)
    frame = pd.DataFrame(
        {"score": at.outcome, "trained": at.treated, "unit_id": at.groups.astype(str), "x": at.right.matrix[:, 1]}
    ).assign(square=lambda table: table["x"] ** 2, dose=lambda table: table["x"] * 2)
    model = declare("score", ("trained",), "ols", controls=("x", "square")).model_copy(update={"family": family})
    (row,) = collect(rows_of(frame, model)).frame.to_dict("records")
    assert (row["estimand"], row["inference"], row["clusters"]) == ("mean_difference", "crv3_t", 60)
    assert abs(row["estimate"] - 1) < 3.5 * row["se"]
    assert ("little_overlap" in str(row["warning"])) == (family != "g_formula")
    for change, words in (
        ({"exposures": ("dose",), "controls": ()}, "the exposure must be 0 or 1"),
        ({"offset": "square"}, "takes no offset"),
    ):
        with pytest.raises(InputProblem, match=f"Plan, model 'm': .*{words}"):
            rows_of(frame, model.model_copy(update=change))
    with pytest.raises(InputProblem, match="nobody to compare with"):
        rows_of(frame.assign(trained=1), model)
    repeated = frame.assign(same=frame["trained"])
    (lost,) = rows_of(repeated, model.model_copy(update={"controls": ("same",)}))
    assert "not_identified=trained" in str(lost["warning"])
