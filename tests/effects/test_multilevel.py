"""Multilevel models: statsmodels as an independent fit, balanced formulas by hand, the boundary, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evaluation.effects.estimate import collect
from evaluation.effects.inference.clusters import Array
from evaluation.effects.multilevel import MultilevelFit, fit_multilevel, rows_of
from evaluation.effects.regressors import Regressors
from evaluation.effects.variance_components import mixture_p
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]


def made(between: float, seed: int = 5, units: int = 40, size: int | None = None) -> pd.DataFrame:
    """Unequal units with intercepts of standard deviation ``between`` and errors of one; effect 0.5."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(3, 15, units) if size is None else np.full(units, size)
    unit = np.repeat(np.arange(units), sizes)
    frame = pd.DataFrame({"unit_id": unit, "year": generator.integers(2019, 2026, len(unit)).astype(float)})
    frame["trained"] = generator.integers(0, 2, len(unit)).astype(float)
    noise = generator.normal(0, between, units)[unit] + generator.normal(0, 1, len(unit))
    return frame.assign(score=10 + 0.5 * frame["trained"] + 0.1 * (frame["year"] - 2019) + noise)


def fitted(frame: pd.DataFrame, slopes: dict[str, Array] | None = None) -> MultilevelFit:
    matrix = np.column_stack([np.ones(len(frame)), frame["year"], frame["trained"]])
    columns = Regressors(["constant", "year", "trained"], matrix, [])
    return fit_multilevel(frame["score"].to_numpy(), columns, frame["unit_id"].to_numpy(), slopes)


def test_random_intercepts_are_those_of_statsmodels() -> None:
    frame = made(0.7)
    fit = fitted(frame)
    matrix = np.column_stack([np.ones(len(frame)), frame["year"] - 2019, frame["trained"]])
    known = sm.MixedLM(frame["score"], matrix, groups=frame["unit_id"]).fit(reml=True)
    assert fit.random_covariance[0, 0] == pytest.approx(float(known.cov_re.iloc[0, 0]), rel=1e-3)
    assert fit.residual_variance == pytest.approx(known.scale, rel=1e-4)
    assert fit.estimate.coefficients[1:] == pytest.approx(np.asarray(known.fe_params)[1:], rel=1e-4)
    same = np.equal.outer(frame["unit_id"].to_numpy(), frame["unit_id"].to_numpy())
    covariance = fit.residual_variance * np.eye(len(frame)) + fit.random_covariance[0, 0] * same
    direct = np.linalg.inv(matrix.T @ np.linalg.solve(covariance, matrix))
    assert fit.estimate.likelihood_covariance()[1:, 1:] == pytest.approx(direct[1:, 1:], rel=1e-6)
    assert np.sqrt(np.diag(direct))[1:] == pytest.approx(known.bse_fe[1:], rel=5e-3)
    # moving the origin of a column does not change the determinant, so that the criteria agree
    assert fit.criterion == pytest.approx(-2 * known.llf, abs=1e-4)
    effects = np.array([float(known.random_effects[unit].iloc[0]) for unit in range(40)])
    assert fit.effects[:, 0] == pytest.approx(effects, abs=1e-3)


def test_balanced_one_way_layout_by_hand() -> None:
    frame = made(0.8, size=6)
    columns = Regressors(["constant"], np.ones((len(frame), 1)), [])
    fit = fit_multilevel(frame["score"].to_numpy(), columns, frame["unit_id"].to_numpy())
    table = frame["score"].to_numpy().reshape(40, 6)
    within = ((table - table.mean(axis=1, keepdims=True)) ** 2).sum() / (40 * 5)
    between = 6 * table.mean(axis=1).var(ddof=1)
    assert fit.residual_variance == pytest.approx(within, rel=1e-5)
    assert fit.random_covariance[0, 0] == pytest.approx((between - within) / 6, rel=1e-4)
    assert fit.estimate.coefficient("constant") == pytest.approx(table.mean())
    error = float(np.sqrt(fit.estimate.likelihood_covariance()[0, 0]))
    assert error == pytest.approx(np.sqrt(between / 240), rel=1e-4)
    # the best predictor shrinks a unit's mean by 1 - within/between
    shrunk = (table.mean(axis=1) - table.mean()) * (1 - within / between)
    assert fit.effects[:, 0] == pytest.approx(shrunk, abs=1e-4)


def test_units_do_not_matter() -> None:
    frame = made(0.7)
    fit, other = fitted(frame), fitted(frame.assign(score=frame["score"] * 1e6, year=frame["year"] * 100))
    assert other.intraclass_correlation == pytest.approx(fit.intraclass_correlation, rel=1e-4)
    assert other.estimate.coefficient("trained") == pytest.approx(1e6 * fit.estimate.coefficient("trained"), rel=1e-5)
    ours, theirs = fit.estimate.table("crv3"), other.estimate.table("crv3")
    assert theirs.loc["trained", "se"] == pytest.approx(1e6 * ours.loc["trained", "se"], rel=1e-5)


def test_correlation_interval_covers_the_truth_and_test_finds_it() -> None:
    truth = 0.7**2 / (0.7**2 + 1)
    covered = 0
    for seed in range(40):
        fit = fitted(made(0.7, seed))
        low, high = fit.correlation_interval
        assert 0 <= low <= fit.intraclass_correlation <= high <= 1
        covered += low <= truth <= high
        assert fit.p_of_last_term < 0.01
    assert covered >= 33  # of 40 at 95 %: fewer has probability 0.001


def test_no_variance_between_units_is_an_answer_with_nominal_test() -> None:
    ps, zeros = [], 0
    for seed in range(100):
        fit = fitted(made(0.0, seed))
        ps.append(fit.p_of_last_term)
        zeros += fit.at_zero
        if fit.at_zero:
            assert fit.intraclass_correlation == pytest.approx(0, abs=1e-9)
            assert fit.p_of_last_term == 1.0
    assert 30 <= zeros <= 70  # about half lie on the boundary
    assert sum(p < 0.05 for p in ps) <= 13  # of 100 at 5 %: more has probability 0.0005


def test_mixture_by_hand() -> None:
    assert mixture_p(2.7055, 0) == pytest.approx(0.05, abs=1e-5)
    assert mixture_p(0.0, 0) == 1.0
    assert mixture_p(5.0, 1) == pytest.approx((stats.chi2.sf(5, 1) + stats.chi2.sf(5, 2)) / 2)


def test_random_slopes_are_found() -> None:
    frame = made(0.5, units=60)
    generator = np.random.default_rng(9)
    slopes = generator.normal(0, 1.5, 60)[frame["unit_id"].to_numpy()]
    dose = generator.normal(0, 1, len(frame))
    without = fitted(frame, {"dose": dose})
    varied = fitted(frame.assign(score=frame["score"] + slopes * dose), {"dose": dose})
    assert varied.standard_deviations["dose"] == pytest.approx(1.5, abs=0.35)
    assert varied.p_of_last_term < 1e-6 < without.p_of_last_term
    assert np.isnan(varied.intraclass_correlation)
    assert np.corrcoef(varied.effects[:, 1], pd.Series(slopes).groupby(frame["unit_id"]).first())[0, 1] > 0.8


def test_refusals() -> None:
    frame = made(0.7)
    with pytest.raises(InputProblem, match="cannot be told apart"):
        fitted(frame.assign(unit_id=np.arange(len(frame))))
    with pytest.raises(InputProblem, match="the same in all rows"):
        fitted(frame.assign(score=1.0))
    with pytest.raises(InputProblem, match="reproduce the outcome exactly"):
        fitted(frame.assign(score=2 + 3 * frame["trained"]))


def test_rows_of_a_declared_model(declare: Declare) -> None:
    frame = made(0.7)
    model = declare("score", ("trained",), "ols", controls=("year",)).model_copy(update={"family": "multilevel"})
    found = collect(rows_of(frame, model)).frame
    assert found["exposure"].tolist() == ["trained", "unit_id__intraclass_correlation"]
    assert found["estimand"].tolist() == ["mean_difference", "intraclass_correlation"]
    trained, share = found.to_dict("records")
    assert abs(trained["estimate"] - 0.5) < 3 * trained["se"]
    assert share["low"] < share["estimate"] < share["high"] and share["p"] < 0.001
    with pytest.raises(InputProblem, match="Plan, model 'm': multilevel takes no offset"):
        rows_of(frame, model.model_copy(update={"offset": "year"}))
