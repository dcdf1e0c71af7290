"""Design-based regressions against independent libraries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from samples import clustered, svy_sample
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evaluation.settings import DataProblem, InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.estimates import mean_of
from evaluation.survey.likelihoods import Family
from evaluation.survey.regression import CONSTANT, survey_glm, survey_ordered_logit

FRAME = clustered().assign(rating=lambda frame: np.clip(frame["y"] // 3 - 3, 1, 5))
DESIGN = make_design(FRAME, "cluster", weights="w", stratum="stratum", psu="psu", fpc="fpc")
ALONE = make_design(FRAME, "srs")


@pytest.mark.parametrize(("outcome", "family"), [("y", "gaussian"), ("yes", "binomial"), ("count", "poisson")])
def test_generalised_linear_models_are_those_of_svy(outcome: str, family: Family) -> None:
    sample = svy_sample(FRAME, wgt="w", stratum="stratum", psu="place", pop_size="fpc")
    theirs = sample.glm.fit(outcome, x=["x", "h"], family=family, tol=1e-12)
    ours = survey_glm(DESIGN, FRAME, outcome, ["x", "h"], family).table
    coefficients = theirs.coefs
    np.testing.assert_allclose(ours["estimate"], [one.est for one in coefficients], rtol=1e-7)
    np.testing.assert_allclose(ours["se"], [one.se for one in coefficients], rtol=1e-7)


def test_a_regression_on_a_constant_is_the_mean() -> None:
    fit = survey_glm(DESIGN, FRAME, "y", [])
    row, mean = fit.table.iloc[0], mean_of(DESIGN, FRAME["y"].to_numpy()).iloc[0]
    assert row["term"] == CONSTANT and fit.df == mean["df"]
    assert [row["estimate"], row["se"], row["low"]] == pytest.approx([mean["value"], mean["se"], mean["low"]])


def test_a_domain_and_missing_values_stay_in_the_design() -> None:
    frame = FRAME.assign(x=FRAME["x"].mask(FRAME["group"] == "c"))
    inside = (FRAME["group"] != "b").to_numpy()
    fit = survey_glm(DESIGN, frame, "y", ["x"], domain=inside)
    only_a = survey_glm(DESIGN, FRAME, "y", ["x"], domain=(FRAME["group"] == "a").to_numpy())
    pd.testing.assert_frame_equal(fit.table, only_a.table)
    assert (fit.n, fit.dropped) == ((FRAME["group"] == "a").sum(), (FRAME["group"] == "c").sum())


def test_texts_become_indicators() -> None:
    table = survey_glm(DESIGN, FRAME, "y", ["group"]).table.set_index("term")
    assert table.index.tolist() == [CONSTANT, "group=b", "group=c"]
    means = [mean_of(DESIGN, FRAME["y"].to_numpy(), (FRAME["group"] == one).to_numpy()).loc[0, "value"] for one in "ac"]
    assert table.loc["group=c", "estimate"] == pytest.approx(means[1] - means[0])


def test_ordered_logit_is_that_of_statsmodels() -> None:
    """With equal weights the maximum is theirs; the sandwich is made of their scores and Hessian."""
    ours = survey_ordered_logit(ALONE, FRAME, "rating", ["x", "h"])
    model = OrderedModel(FRAME["rating"].astype(int), FRAME[["x", "h"]], distr="logit")
    fit = model.fit(method="newton", disp=False, maxiter=200)
    cuts = model.transform_threshold_params(fit.params.to_numpy())[1:-1]
    theirs = np.concatenate([fit.params.to_numpy()[:2], cuts])
    np.testing.assert_allclose(ours.table["estimate"], theirs, rtol=1e-5)
    scores, bread = model.score_obs(fit.params.to_numpy()), np.linalg.inv(model.hessian(fit.params.to_numpy()))
    robust = bread @ (scores.T @ scores) @ bread * len(FRAME) / (len(FRAME) - 1)
    np.testing.assert_allclose(ours.table["se"][:2], np.sqrt(np.diag(robust))[:2], rtol=1e-4)


def test_weights_count_as_repeated_rows_in_the_ordered_logit() -> None:
    frame = FRAME.assign(w=np.arange(900) % 3 + 1.0)
    weighted = survey_ordered_logit(make_design(frame, "srs", weights="w"), frame, "rating", ["x"])
    repeated = frame.loc[frame.index.repeat(frame["w"].astype(int))].reset_index(drop=True)
    np.testing.assert_allclose(
        weighted.table["estimate"],
        survey_ordered_logit(make_design(repeated, "srs"), repeated, "rating", ["x"]).table["estimate"],
        rtol=1e-9,
    )
    # rows of one response are one PSU: its error is that of the weighted rows
    together = make_design(repeated.assign(psu=frame.index.repeat(frame["w"].astype(int))), "cluster", psu="psu")
    np.testing.assert_allclose(
        weighted.table["se"], survey_ordered_logit(together, repeated, "rating", ["x"]).table["se"], rtol=1e-8
    )


def test_two_categories_are_a_logit() -> None:
    ordered = survey_ordered_logit(DESIGN, FRAME, "yes", ["x"]).table.set_index("term")
    binary = survey_glm(DESIGN, FRAME, "yes", ["x"], "binomial").table.set_index("term")
    assert ordered.loc["x", ["estimate", "se"]].tolist() == pytest.approx(
        binary.loc["x", ["estimate", "se"]].tolist(), rel=1e-7
    )
    assert ordered.loc["cut_1", "estimate"] == pytest.approx(-binary.loc[CONSTANT, "estimate"])
    plain = sm.Logit(FRAME["yes"], sm.add_constant(FRAME["x"])).fit(disp=False, tol=1e-12)
    alone = survey_glm(ALONE, FRAME, "yes", ["x"], "binomial").table
    np.testing.assert_allclose(alone["estimate"], plain.params, rtol=1e-7)


ODD = FRAME.assign(twice=2 * FRAME["x"], sure=FRAME["yes"], one=1.0, many=FRAME["y"], same=FRAME["rating"])


@pytest.mark.parametrize(
    ("outcome", "regressors", "family", "problem", "words"),
    [
        ("y", ["x", "twice"], "gaussian", InputProblem, "regressor 'twice' is constant or made up"),
        ("y", ["absent"], "gaussian", InputProblem, "lacks the columns absent"),
        ("y", ["x"], "binomial", InputProblem, "must consist of 0 or 1"),
        ("one", ["x"], "binomial", DataProblem, "does not vary"),
        ("yes", ["sure"], "binomial", DataProblem, "did not converge"),
    ],
)
def test_impossible_linear_models_are_refused(
    outcome: str, regressors: list[str], family: Family, problem: type[InputProblem], words: str
) -> None:
    with pytest.raises(problem, match=words) as told:
        survey_glm(DESIGN, ODD, outcome, regressors, family)
    assert set(told.value.messages) == {"ru", "en"}


@pytest.mark.parametrize(
    ("outcome", "regressor", "problem", "words"),
    [
        ("rating", "one", InputProblem, "regressor 'one' is constant"),
        ("many", "x", InputProblem, "has 900 values"),
        ("rating", "same", DataProblem, "did not converge"),
    ],
)
def test_impossible_ordered_models_are_refused(
    outcome: str, regressor: str, problem: type[InputProblem], words: str
) -> None:
    with pytest.raises(problem, match=words):
        survey_ordered_logit(DESIGN, ODD, outcome, [regressor])
