"""The ordered logit: statsmodels as an independent fit, known truth, margins, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evaluation.effects.estimate import collect
from evaluation.effects.inference.clusters import Array
from evaluation.effects.link_models import fit_link
from evaluation.effects.ordinal import bootstrap_p, fit_ordered_logit, rows_of
from evaluation.effects.regressors import Regressors
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]
Sample = tuple[Array, Regressors, np.ndarray]


@pytest.fixture(scope="module")
def ratings() -> Sample:
    """Ratings 1 to 5 of 1,500 participants of 50 events; those of a longer training rate higher: log odds 0.7."""
    generator = np.random.default_rng(21)
    n = 1500
    events = generator.integers(0, 50, n)
    matrix = np.column_stack([generator.integers(0, 2, n), generator.normal(2020, 3, n)]).astype(float)
    latent = 0.7 * matrix[:, 0] + 0.1 * (matrix[:, 1] - 2020) + generator.logistic(size=n)
    outcome = 1.0 + np.digitize(latent, [-2.0, -1.0, 0.3, 2.0])
    return outcome, Regressors(["long", "year"], matrix, []), events


def test_estimates_and_likelihood_are_those_of_statsmodels(ratings: Sample) -> None:
    outcome, columns, groups = ratings
    fit = fit_ordered_logit(outcome, columns, groups)
    eased = columns.matrix - np.array([0.0, 2020.0])
    model = OrderedModel(outcome, eased, distr="logit")
    known = model.fit(disp=0, method="bfgs", maxiter=2000, gtol=1e-8)
    assert fit.estimate.coefficients[:2] == pytest.approx(known.params[:2], abs=1e-5)
    assert -fit.deviance / 2 == pytest.approx(known.llf, abs=1e-6)
    cuts = model.transform_threshold_params(known.params)[1:-1]
    assert fit.cuts() - 2020 * fit.estimate.coefficient("year") == pytest.approx(cuts, abs=1e-4)
    errors = np.sqrt(np.diag(fit.estimate.likelihood_covariance()))[:2]
    assert errors == pytest.approx(known.bse[:2], rel=1e-3)


def test_truth_is_covered(ratings: Sample) -> None:
    outcome, columns, groups = ratings
    table = fit_ordered_logit(outcome, columns, groups).estimate.table("crv3")
    for name, truth in (("long", 0.7), ("year", 0.1)):
        assert abs(table.loc[name, "estimate"] - truth) < 3 * table.loc[name, "se"]


def test_two_categories_are_the_binary_logit(ratings: Sample) -> None:
    outcome, columns, groups = ratings
    high = (outcome >= 4).astype(float)
    fit = fit_ordered_logit(high, columns, groups)
    matrix = np.column_stack([np.ones(len(high)), columns.matrix])
    logit = fit_link("logit", high, matrix, ["constant", *columns.names], groups)
    for name in columns.names:
        assert fit.estimate.coefficient(name) == pytest.approx(logit.coefficient(name), abs=1e-8)
    ours, binary = fit.estimate.table("crv3"), logit.table("crv3")
    assert ours.loc["long", "se"] == pytest.approx(binary.loc["long", "se"], rel=1e-5)


def test_margins_by_hand_and_their_errors_by_simulation(ratings: Sample) -> None:
    outcome, columns, groups = ratings
    fit = fit_ordered_logit(outcome, columns, groups)
    margins = fit.margins("long", "crv1")
    assert margins["estimate"].sum() == pytest.approx(0, abs=1e-12)
    high, low = ([[x, year] for year in columns.matrix[:, 1]] for x in (1.0, 0.0))
    shift = [np.asarray(side) @ fit.estimate.coefficients[:2] for side in (high, low)]
    top = [(1 - stats.logistic.cdf(fit.cuts()[-1] - index)).mean() for index in shift]
    assert margins.loc[5.0, "estimate"] == pytest.approx(top[0] - top[1], abs=1e-12)
    # coefficients drawn from their clustered distribution: their spread is what the delta method approximates
    generator = np.random.default_rng(1)
    draws = generator.multivariate_normal(fit.estimate.coefficients, fit.estimate.covariance("crv1"), 1500, tol=1e-6)
    sides = [np.asarray(side) for side in (high, low)]
    changes = [fit.probabilities(at, sides[0]) - fit.probabilities(at, sides[1]) for at in draws]
    assert margins["se"].to_numpy() == pytest.approx(np.std(changes, axis=0), rel=0.08)


def test_bootstrap_of_scores(ratings: Sample) -> None:
    outcome, columns, groups = ratings
    noise = np.repeat(np.random.default_rng(2).normal(size=50), 1)[groups]
    with_noise = Regressors([*columns.names, "noise"], np.column_stack([columns.matrix, noise]), [])
    assert bootstrap_p(outcome, with_noise, groups, "long", draws=199, seed=1) == pytest.approx(1 / 200)
    p = bootstrap_p(outcome, with_noise, groups, "noise", draws=999, seed=1)
    by_t = fit_ordered_logit(outcome, with_noise, groups).estimate.table("crv3").loc["noise", "p"]
    assert p == pytest.approx(by_t, abs=0.06)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (np.arange(60.0), "60 distinct values"),
        (np.ones(60), "1 distinct values"),
        (np.repeat([1.0, 2.0, 3.0], 20), "perfectly separated by the columns x:"),
    ],
)
def test_refusals(outcome: Array, words: str) -> None:
    columns = Regressors(["x"], np.linspace(0, 1, 60)[:, None], [])
    with pytest.raises(InputProblem, match=words):
        fit_ordered_logit(outcome, columns, np.arange(60) % 6)


def test_rows_of_a_declared_model(declare: Declare, ratings: Sample) -> None:
    outcome, columns, groups = ratings
    frame = pd.DataFrame({"rating": outcome, "event": groups, "long": columns.matrix[:, 0]})
    model = declare("rating", ("long",), "ols", clusters="event").model_copy(update={"family": "ordered_logit"})
    found = collect(rows_of(frame, model)).frame
    assert found["exposure"].tolist() == ["long", *[f"long__category_{k}" for k in range(1, 6)]]
    assert found["estimand"].tolist() == ["log_cumulative_odds_ratio", *["probability_difference"] * 5]
    assert found["estimate"][1:].sum() == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputProblem, match="Plan, model 'm': the outcome has 1 distinct values"):
        rows_of(frame.assign(rating=1), model)
