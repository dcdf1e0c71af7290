"""The interval for weak instruments against tests at its ends, its coverage, and the checks of the published trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import causaldata
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels import IV2SLS
from threadpoolctl import threadpool_limits

from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.model_matrix import select_rows
from evaluation.effects.robustness.weak_instrument import (
    ConfidenceSet,
    anderson_rubin,
    check_instrument,
    leave_each_out,
)
from evaluation.settings import InputProblem, Model, Robustness

CONTROLS = ("male", "age", "agpop", "ricearea_2010", "literacy", "intensive", "risk_averse", "disaster_prob")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Matrices here are small: with more threads, and other tests beside, they mostly wait for each other."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="module")
def model(declare: Callable[..., Model]) -> Model:
    return declare(
        "takeup_survey", ("pre_takeup_rate",), "iv", name="peers", instruments=("default",), controls=CONTROLS,
        fixed_effects=("village",), clusters="address", is_main=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def trial(model: Model) -> pd.DataFrame:
    return select_rows(causaldata.social_insure.load_pandas().data, model).frame


@pytest.fixture(scope="module")
def simple(declare: Callable[..., Model]) -> Model:
    return declare("y", ("x",), "iv", instruments=("z",))


def simulated(generator: np.random.Generator, strength: float, clusters: int = 60, size: int = 5) -> pd.DataFrame:
    """True influence 0.5; outcome and exposure share an unseen cause, chance is shared within clusters."""
    unit = np.repeat(np.arange(clusters), size)
    z = generator.integers(0, 2, clusters)[unit].astype(float)
    hidden = generator.normal(size=clusters)[unit] + generator.normal(size=clusters * size)
    x = strength * z + hidden
    y = 0.5 * x + 0.9 * hidden + 0.4 * generator.normal(size=clusters * size)
    return pd.DataFrame({"y": y, "x": x, "z": z, "unit_id": unit})


def p_of_instrument(frame: pd.DataFrame, model: Model, value: float) -> float:
    """p of the instrument in outcome - value x exposure, by statsmodels' clustered t test with t(G - 1)."""
    villages = pd.get_dummies(frame["village"], drop_first=True, dtype=float)
    columns = pd.concat([frame[["default", *CONTROLS]].astype(float), villages], axis=1)
    outcome = frame[model.outcome] - value * frame[model.exposures[0]]
    groups = pd.factorize(frame[model.clusters])[0]
    fit = sm.OLS(outcome, sm.add_constant(columns)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    return float(fit.pvalues["default"])


def test_the_ends_are_values_that_the_test_just_refuses(trial: pd.DataFrame, model: Model) -> None:
    found = anderson_rubin(trial, model)
    assert found.shape == "interval"
    assert (found.n, found.clusters) == (1378, 166)
    assert p_of_instrument(trial, model, found.low) == pytest.approx(0.05, abs=1e-8)
    assert p_of_instrument(trial, model, found.high) == pytest.approx(0.05, abs=1e-8)
    assert p_of_instrument(trial, model, 0.0) == pytest.approx(found.p, rel=1e-8)
    assert found.holds(0.791097) and not found.holds(0.0)


def test_a_strong_instrument_gives_the_usual_interval(simple: Model) -> None:
    frame = simulated(np.random.default_rng(1), strength=8.0, clusters=400)
    usual = two_stage_least_squares(frame, simple).table.loc["x"]
    found = anderson_rubin(frame, simple)
    assert found.low == pytest.approx(usual["low"], abs=0.003)
    assert found.high == pytest.approx(usual["high"], abs=0.003)


def test_coverage_holds_where_the_usual_interval_fails(simple: Model) -> None:
    generator = np.random.default_rng(7)
    draws = 300
    robust = usual = 0
    for _ in range(draws):
        frame = simulated(generator, strength=0.25)
        robust += anderson_rubin(frame, simple).holds(0.5)
        row = two_stage_least_squares(frame, simple).table.loc["x"]
        usual += bool(row["low"] <= 0.5 <= row["high"])
    assert 0.915 <= robust / draws <= 0.98  # 95 % +- 2.7 standard errors of 300 draws
    assert usual / draws < 0.9


def test_an_irrelevant_instrument_bounds_nothing(simple: Model) -> None:
    shapes = {anderson_rubin(simulated(np.random.default_rng(seed), 0.0), simple).shape for seed in range(12)}
    assert shapes & {"line", "rays"}
    line = next(
        found
        for found in (anderson_rubin(simulated(np.random.default_rng(seed), 0.0), simple) for seed in range(12))
        if found.shape == "line"
    )
    assert np.isinf(line.low) and np.isinf(line.high) and line.holds(1e9)


def test_two_rays_leave_out_the_middle() -> None:
    rays = ConfidenceSet("rays", -1.0, 2.0, 0.01, 10, 5)
    assert rays.holds(-1.5) and rays.holds(2.0) and not rays.holds(0.0)


def test_rays_are_the_values_that_the_test_does_not_refuse(simple: Model) -> None:
    """A weak instrument with a clear reduced form: everything but a middle part stays possible."""
    generator = np.random.default_rng(3)
    unit = np.arange(200)
    z = np.repeat([0.0, 1.0], 100)
    frame = pd.DataFrame(
        {"z": z, "x": generator.normal(size=200), "y": z + generator.normal(size=200), "unit_id": unit}
    )
    found = anderson_rubin(frame, simple)
    assert found.shape == "rays"
    for value in (found.low, found.high):
        tested = frame["y"] - value * frame["x"]
        fit = sm.OLS(tested, sm.add_constant(frame[["z"]])).fit(
            cov_type="cluster", cov_kwds={"groups": unit}, use_t=True
        )
        assert fit.pvalues["z"] == pytest.approx(0.05, abs=1e-8)
    assert not found.holds(0.0)


def test_it_knows_one_instrument_that_varies(trial: pd.DataFrame, model: Model) -> None:
    with pytest.raises(InputProblem, match="one exposure and one instrument only"):
        anderson_rubin(trial, model.model_copy(update={"instruments": ("default", "intensive")}))
    with pytest.raises(InputProblem, match="does not vary apart"):
        anderson_rubin(trial.assign(default=1.0), model)


def test_each_village_is_left_out_once(trial: pd.DataFrame, model: Model) -> None:
    some = trial[trial["village"].isin(sorted(trial["village"].unique())[:12])].reset_index(drop=True)
    found = leave_each_out(some, model, "village").set_index("left_out")
    assert sorted(found.index) == sorted(some["village"].unique())
    village = found.index[3]
    alone = two_stage_least_squares(some[some["village"] != village].reset_index(drop=True), model)
    assert found.loc[village, "estimate"] == pytest.approx(alone.table.loc["pre_takeup_rate", "estimate"], abs=1e-12)
    assert found.loc[village, "n"] == (some["village"] != village).sum()


def test_all_checks_of_the_trial(trial: pd.DataFrame, model: Model) -> None:
    checks, left_one_out = check_instrument(trial, [model], Robustness(bootstrap_draws=199, seed=5), "village")
    rows = checks.frame.assign(model=checks.frame["model"].str.removeprefix("peers__")).set_index("model")
    assert list(rows.index) == [
        "anderson_rubin", "wider_clusters", "leave_out_low", "leave_out_high", "reduced_form", "first_stage",
    ]  # fmt: skip
    assert rows.loc["reduced_form", "estimate"] / rows.loc["first_stage", "estimate"] == pytest.approx(
        0.791097, abs=5e-7
    )
    assert rows.loc["leave_out_low", "estimate"] == left_one_out["estimate"].min() < 0.791097
    assert rows.loc["leave_out_high", "estimate"] == left_one_out["estimate"].max() > 0.791097
    assert len(left_one_out) == trial["village"].nunique() == 44
    assert rows.loc["reduced_form", "p"] < 0.05
    assert not checks.frame["is_main"].any()
    assert (rows["treated_clusters"] <= rows["clusters"]).all()

    villages = pd.get_dummies(trial["village"], drop_first=True, dtype=float)
    exogenous = pd.concat([trial[list(CONTROLS)].assign(constant=1.0), villages], axis=1)
    reference = IV2SLS(trial["takeup_survey"], exogenous, trial[["pre_takeup_rate"]], trial[["default"]]).fit(
        cov_type="clustered", clusters=pd.factorize(trial["village"])[0], debiased=True
    )
    assert rows.loc["wider_clusters", "clusters"] == 44
    # effects of villages lie within clusters that are villages: this package does not count them as parameters
    counted = np.sqrt((1378 - exogenous.shape[1] - 1) / (1378 - len(CONTROLS) - 1))
    expected = reference.std_errors["pre_takeup_rate"] * counted
    assert rows.loc["wider_clusters", "se"] == pytest.approx(expected, rel=1e-7)


def test_checks_want_one_instrumented_main_model(trial: pd.DataFrame, model: Model) -> None:
    plain = model.model_copy(update={"is_main": False})
    with pytest.raises(InputProblem, match="0 main models have an instrument"):
        check_instrument(trial, [plain], Robustness(), "village")


def test_an_unbounded_set_has_no_ends_in_the_table(declare: Callable[..., Model]) -> None:
    found = next(
        frame
        for frame in (simulated(np.random.default_rng(seed), 0.0) for seed in range(12))
        if anderson_rubin(frame, declare("y", ("x",), "iv", instruments=("z",))).shape != "interval"
    )
    model = declare("y", ("x",), "iv", instruments=("z",), is_main=True)
    frame = found.assign(place=found["unit_id"] % 6)
    checks, _ = check_instrument(frame, [model], Robustness(bootstrap_draws=0), "place")
    row = checks.one("m__anderson_rubin", "x")
    assert pd.isna(row["low"]) and pd.isna(row["high"]) and pd.notna(row["p"])
