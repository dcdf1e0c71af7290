"""Placebo networks: brute force, size where alike units meet but exchange has no effect, and power where it has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from exchange_world import World, world
from scipy import stats

from evaluation.effects.exchange.placebo_networks import (
    placebo_p,
    placebo_rows,
    placebo_test,
    positions,
    studentised_scores,
    with_expected,
)
from evaluation.effects.model_matrix import build_design
from evaluation.effects.panel import fit_model
from evaluation.settings import InputProblem, Model
from evaluation.support.placebo_exposure import RedrawnExposure

Declare = Callable[..., Model]
EFFECTS = {"fixed_effects": ("unit_id", "year")}


def _p(declare: Declare, seed: int, effect: float, draws: int, rounds: int) -> float:
    one = world(seed, effect)
    redrawn = one.redrawn(draws, seed, rounds=rounds)
    model = declare("y", ("trained", "exposure"), controls=("exposure_expected",), **EFFECTS)
    return placebo_test(one.with_expected(redrawn), model, redrawn, "exposure").p


def _plain_p(declare: Declare, seed: int) -> float:
    """p of the clustered t test, which takes the observed network as if dealt by lot."""
    model = declare("y", ("trained", "exposure"), **EFFECTS)
    return float(fit_model(world(seed).panel, model).table("crv3").loc["exposure", "p"])


def _within_region(rejections: int, studies: int, level: float = 0.99) -> bool:
    low, high = stats.binom.interval(level, studies, 0.05)
    return bool(low <= rejections <= high)


@pytest.mark.slow  # a simulation study
def test_no_effect_is_rejected_in_five_of_a_hundred_although_alike_units_meet(declare: Declare) -> None:
    studies = 120  # the fewest (but for a few) where no rejection at all lies outside of the region
    rejections = sum(_p(declare, seed, 0.0, 39, 4) <= 0.05 for seed in range(studies))
    assert _within_region(rejections, studies)


@pytest.mark.slow
def test_no_effect_in_a_thousand_studies(declare: Declare) -> None:
    found = np.array([_p(declare, seed, 0.0, 99, 8) for seed in range(1000)])
    assert _within_region(int((found <= 0.05).sum()), 1000)
    assert stats.kstest(found, "uniform").pvalue > 0.001


@pytest.mark.slow
def test_the_plain_t_test_is_deceived_in_the_same_studies(declare: Declare) -> None:
    plain = np.array([_plain_p(declare, seed) for seed in range(1000)])
    assert (plain <= 0.05).sum() > stats.binom.ppf(0.995, 1000, 0.05)


def test_power_where_exchange_acts(declare: Declare) -> None:
    rejections = sum(_p(declare, seed, 0.3, 39, 8) <= 0.05 for seed in range(25))
    assert rejections >= 18


def test_recentred_estimate_is_near_the_truth(declare: Declare) -> None:
    estimates = []
    for seed in range(30):
        one = world(seed, 0.2)
        frame = one.with_expected(one.redrawn(39, seed, rounds=4))
        model = declare("y", ("trained", "exposure"), controls=("exposure_expected",), **EFFECTS)
        estimates.append(fit_model(frame, model).coefficient("exposure"))
    error = np.std(estimates, ddof=1) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - 0.2) < 4 * error


def _small() -> tuple[World, RedrawnExposure, pd.DataFrame]:
    one = world(3, 0.2)
    redrawn = one.redrawn(7, 1, rounds=3)
    return one, redrawn, one.with_expected(redrawn)


@pytest.mark.parametrize("family", ["ols", "poisson"])
def test_statistic_is_the_clustered_score_by_brute_force(declare: Declare, family: str) -> None:
    """The score of the exposure freed from all other columns, by indicators for every effect and a plain loop."""
    _, redrawn, frame = _small()
    outcome = "y" if family == "ols" else "count"
    model = declare(outcome, ("trained", "exposure"), family=family, controls=("exposure_expected",), **EFFECTS)
    found = placebo_test(frame, model, redrawn, "exposure")
    dummies = pd.get_dummies(frame[["unit_id", "year"]].astype(str), drop_first=True).to_numpy(dtype=float)
    others = np.column_stack([np.ones(len(frame)), dummies, frame["trained"], frame["exposure_expected"]])
    if family == "ols":
        null = sm.OLS(frame[outcome], others).fit()
        mean, weights = np.asarray(null.fittedvalues), np.ones(len(frame))
    else:
        null = sm.GLM(frame[outcome], others, family=sm.families.Poisson()).fit(tol=1e-12)
        mean = weights = np.asarray(null.mu)
    residuals = frame[outcome].to_numpy() - mean
    by_hand = []
    for column in [redrawn.observed["exposure"], *redrawn.drawn["exposure"]]:
        own = column - others @ np.linalg.lstsq(others * np.sqrt(weights)[:, None], column * np.sqrt(weights))[0]
        scores = [(own * residuals)[(frame["unit_id"] == unit).to_numpy()].sum() for unit in frame["unit_id"].unique()]
        by_hand.append(sum(scores) / np.sqrt(sum(score**2 for score in scores)))
    assert found.statistic == pytest.approx(by_hand[0], rel=1e-6)
    assert found.drawn.tolist() == pytest.approx(by_hand[1:], rel=1e-6)
    reached = sum(abs(value) >= abs(by_hand[0]) for value in by_hand[1:])
    assert found.p == pytest.approx((1 + reached) / 8)


def test_rows_of_the_check(declare: Declare) -> None:
    one, redrawn, frame = _small()
    model = declare("y", ("trained", "exposure"), family="ols", name="main", is_main=True, **EFFECTS)
    (row,) = placebo_rows(one.panel, model, redrawn)
    recentred = model.model_copy(update={"controls": ("exposure_expected",)})
    plain = fit_model(frame, recentred).table("crv3").loc["exposure"]
    assert row["model"] == "main__placebo_networks"
    assert row["exposure"] == "exposure"
    assert row["inference"] == "crv3_t_placebo_networks_p"
    assert row["is_main"] is False
    assert row["estimate"] == pytest.approx(plain["estimate"])
    assert row["se"] == pytest.approx(plain["se"])
    assert row["p"] == placebo_test(frame, recentred, redrawn, "exposure").p
    assert row["warning"] is None


def test_family_exposure_response_is_checked_as_poisson(declare: Declare) -> None:
    one, redrawn, _ = _small()
    for family in ("poisson", "exposure_response"):
        model = declare("count", ("trained", "exposure"), family=family, offset="population", **EFFECTS)
        (row,) = placebo_rows(one.panel, model, redrawn)
        assert row["estimand"] == "log_rate_ratio"
        assert 0 < row["p"] <= 1


def test_a_network_that_cannot_be_dealt_anew_says_so(declare: Declare) -> None:
    one, redrawn, _ = _small()
    same = np.repeat(redrawn.observed["exposure"][None], 5, axis=0)
    rigid = RedrawnExposure(redrawn.keys, redrawn.observed, {"exposure": same}, float("nan"), {})
    (row,) = placebo_rows(one.panel, declare("y", ("trained", "exposure"), **EFFECTS), rigid)
    assert np.isnan(row["p"])
    assert "placebo_networks_rigid=0" in row["warning"]
    assert "not_identified=exposure" in row["warning"]


def test_p_counts_the_observed_network() -> None:
    drawn = np.array([0.5, -2.0, 1.9, np.nan])
    assert placebo_p(2.0, drawn) == 2 / 5
    assert placebo_p(3.0, drawn) == 1 / 5
    assert np.isnan(placebo_p(float("nan"), drawn))


def test_columns_that_others_explain_have_no_statistic(declare: Declare) -> None:
    _, _, frame = _small()
    model = declare("y", ("trained",), **EFFECTS)
    null, absorbed = fit_model(frame, model).equations, build_design(frame, model, ["trained"]).absorbed
    columns = np.column_stack([frame["trained"], frame["year"], np.ones(len(frame)), frame["exposure"]]).astype(float)
    found = studentised_scores(null, absorbed, columns)
    assert np.isnan(found[:3]).all()
    assert np.isfinite(found[3])


def test_other_units_or_exposures_are_refused(declare: Declare) -> None:
    one, redrawn, _ = _small()
    with pytest.raises(InputProblem, match="lack 1 rows"):
        positions(one.panel.iloc[:1].assign(unit_id="elsewhere"), redrawn)
    with pytest.raises(InputProblem, match="none of its exposures"):
        placebo_rows(one.panel, declare("y", ("trained",), **EFFECTS), redrawn)
    assert with_expected(one.panel, redrawn, ["exposure"])["exposure_expected"].notna().all()
