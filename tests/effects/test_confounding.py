"""Breakdown values: adding the confounder itself, brute force over confounders, Oster's model with known truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evaluation.effects.panel import fit_model
from evaluation.effects.robustness.breakdown import benchmark, breakdown_values, classical_estimate, selection_of
from evaluation.effects.robustness.confounding import (
    Selection,
    adjusted_estimate,
    benchmark_bounds,
    e_value,
    e_value_of_limit,
    risk_ratio_of_odds,
    robustness_value,
    selection_adjusted,
    selection_delta,
    sensitivity,
)
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]


def _confounded(seed: int = 1, n: int = 300) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit_id": np.arange(n), "w": generator.normal(size=n), "z": generator.normal(size=n)})
    frame["d"] = 0.4 * frame["w"] + 0.5 * frame["z"] + generator.normal(size=n)
    return frame.assign(y=0.6 * frame["d"] + 0.3 * frame["w"] + 0.7 * frame["z"] + generator.normal(size=n))


def test_adjusting_for_the_confounder_gives_the_regression_with_it(declare: Declare) -> None:
    """The partial R2 of z with exposure and outcome say exactly what including z does to estimate and error."""
    frame = _confounded()
    estimate, se, df = classical_estimate(frame, declare("y", ("d",), controls=("w",)), "d")
    full = sm.OLS(frame["y"], sm.add_constant(frame[["w", "d", "z"]])).fit()
    r2_outcome = full.tvalues["z"] ** 2 / (full.tvalues["z"] ** 2 + full.df_resid)
    exposure = sm.OLS(frame["d"], sm.add_constant(frame[["w", "z"]])).fit()
    r2_exposure = exposure.tvalues["z"] ** 2 / (exposure.tvalues["z"] ** 2 + exposure.df_resid)
    value, error = adjusted_estimate(estimate, se, df, r2_exposure, r2_outcome)
    assert value == pytest.approx(full.params["d"], rel=1e-9)
    assert error == pytest.approx(full.bse["d"], rel=1e-9)


def test_classical_error_with_absorbed_effects_is_that_of_indicators(declare: Declare) -> None:
    frame = _confounded().assign(unit_id=lambda rows: rows["unit_id"] // 6, year=lambda rows: rows.index % 6)
    model = declare("y", ("d",), controls=("w",), fixed_effects=("unit_id", "year"))
    estimate, se, df = classical_estimate(frame, model, "d")
    indicators = pd.get_dummies(frame["unit_id"]).join(pd.get_dummies(frame["year"], prefix="y", drop_first=True))
    reference = sm.OLS(frame["y"], frame[["d", "w"]].join(indicators.astype(float))).fit()
    assert (estimate, se) == pytest.approx((reference.params["d"], reference.bse["d"]), rel=1e-9)
    assert df == reference.df_resid


@pytest.mark.parametrize(("t", "df"), [(1.5, 40), (2.5, 40), (4.0, 783), (9.0, 30), (30.0, 12)])
@pytest.mark.parametrize("q", [1.0, 0.5])
def test_robustness_values_are_the_least_confounders_that_overturn(t: float, df: int, q: float) -> None:
    """Every pair (r2_exposure, r2_outcome) up to r, on a grid: just below r none overturns, just above some does."""
    found = sensitivity(t, 1.0, df, q=q)
    critical = stats.t.ppf(0.975, df - 1)

    def worst(r: float) -> tuple[float, float]:
        grid = np.linspace(0, r, 60)
        pairs = [adjusted_estimate(q * t, 1.0, df, a, b) for a in grid for b in grid]
        return min(value for value, _ in pairs), min(value / error for value, error in pairs)

    r = found.robustness_value
    assert worst(max(r - 1e-3, 0))[0] > 0 > worst(r + 1e-3)[0]
    r = found.robustness_value_alpha
    if r == 0:
        assert q * t / np.sqrt(df) <= critical / np.sqrt(df - 1)
    else:
        assert worst(r - 2e-3)[1] > critical > worst(r + 2e-3)[1]


def test_robustness_value_in_numbers() -> None:
    """f = 0.75: (sqrt(.75^4 + 4 x .75^2) - .75^2)/2 = .5196; with critical 2 > 1/f the extreme branch is off."""
    assert robustness_value(0.75) == pytest.approx((np.sqrt(0.75**4 + 4 * 0.75**2) - 0.75**2) / 2)
    assert robustness_value(3.0, 1.0) == pytest.approx((9 - 1) / 10)
    assert robustness_value(0.1, 0.2) == 0


def test_bound_of_a_covariate_is_what_an_equal_and_independent_one_does(declare: Declare) -> None:
    """With a confounder of the same strength as w, orthogonal to it, the bound at 1 x w is the adjusted estimate."""
    generator = np.random.default_rng(3)
    n = 400
    base = np.linalg.qr(np.column_stack([np.ones(n), generator.normal(size=(n, 4))]))[0] * np.sqrt(n)
    w, z, v, e = base[:, 1:].T  # exactly orthogonal, so that strengths are exactly equal
    d = 0.5 * w + 0.5 * z + v
    y = 0.4 * d + 0.6 * w + 0.6 * z + e
    frame = pd.DataFrame({"unit_id": np.arange(n), "w": w, "d": d, "y": y})
    bounds = benchmark(frame, declare("y", ("d",), controls=("w",)), "d", "w", (1.0,))
    assert bounds.loc[0, "estimate"] == pytest.approx(0.4, abs=1e-9)


def test_a_benchmark_may_be_a_text_column_or_another_exposure(declare: Declare) -> None:
    frame = _confounded().assign(kind=lambda rows: np.where(rows["w"] > 0.3, "a", np.where(rows["w"] < -0.3, "b", "c")))
    model = declare("y", ("d", "z"), controls=("kind",))
    assert benchmark(frame, model, "d", "kind")["estimate"].is_monotonic_decreasing
    assert benchmark(frame, model, "d", "z").loc[0, "r2_exposure"] > 0
    with pytest.raises(InputProblem, match="'w' is not among its variables"):
        benchmark(frame, model, "d", "w")


def test_a_confounder_that_cannot_be_is_an_empty_row() -> None:
    bounds = benchmark_bounds(1.0, 0.2, 50, r2_exposure=0.4, r2_outcome=0.1, multiples=(1.0, 2.0, 3.0))
    assert bounds["estimate"].isna().tolist() == [False, True, True]


def test_e_values_in_numbers() -> None:
    assert e_value(2.0) == pytest.approx(2 + np.sqrt(2))
    assert e_value(0.5) == pytest.approx(e_value(2.0))
    assert e_value(1.0) == 1
    assert e_value_of_limit(0.8, 3.0) == 1
    assert e_value_of_limit(1.8, 8.7) == pytest.approx(3.0)
    assert e_value_of_limit(0.2, 0.5) == pytest.approx(e_value(2.0))
    assert risk_ratio_of_odds(4.0) == 2
    with pytest.raises(InputProblem, match="above zero"):
        e_value(0.0)


def _oster_world(beta: float, with_seen: float, with_unseen: float) -> tuple[Selection, float, float]:
    """Population moments of y = beta x + w1 + w2 + e, w1 and w2 independent: (what is seen, R2 with all, delta)."""
    var_x, var_seen, var_unseen, var_e = 2.0, 1.5, 0.8, 1.0
    var_y = beta**2 * var_x + var_seen + var_unseen + var_e + 2 * beta * (with_seen + with_unseen)
    x_y, seen_y = beta * var_x + with_seen + with_unseen, beta * with_seen + var_seen
    short = x_y / var_x
    moments = np.array([[var_x, with_seen], [with_seen, var_seen]])
    long = np.linalg.solve(moments, [x_y, seen_y])
    selection = Selection(
        short, short * x_y / var_y, float(long[0]), float(long @ [x_y, seen_y] / var_y), var_y, var_x,
        var_x - with_seen**2 / var_seen,
    )  # fmt: skip
    return selection, 1 - var_e / var_y, (with_unseen / var_unseen) / (with_seen / var_seen)


@pytest.mark.parametrize(
    ("beta", "with_seen", "with_unseen"), [(0.5, 0.4, 0.3), (-0.3, 0.5, 0.1), (0.0, 0.3, 0.16), (1.0, 0.6, 0.32)]
)
def test_oster_recovers_the_truth_of_her_model(beta: float, with_seen: float, with_unseen: float) -> None:
    selection, r_max, delta = _oster_world(beta, with_seen, with_unseen)
    assert selection_delta(selection, r_max, beta) == pytest.approx(delta, rel=1e-9)
    assert min(abs(value - beta) for value in selection_adjusted(selection, r_max, delta)) < 1e-9


def test_oster_with_equal_selection_solves_a_quadratic() -> None:
    """delta = 1: the cubic term vanishes; the roots solve delta(beta*) = 1."""
    selection, r_max, _ = _oster_world(0.5, 0.4, 0.4 * 0.8 / 1.5)
    found = selection_adjusted(selection, r_max, 1.0)
    assert 1 <= len(found) <= 2
    assert found[0] == pytest.approx(0.5, abs=1e-9)
    for value in found:
        assert selection_delta(selection, r_max, value) == pytest.approx(1.0, rel=1e-8)


def test_oster_from_rows_is_two_regressions(declare: Declare) -> None:
    frame = _confounded().assign(unit_id=lambda rows: rows["unit_id"] // 6, year=lambda rows: rows.index % 6)
    model = declare("y", ("d",), controls=("w",), fixed_effects=("unit_id", "year"))
    found = selection_of(frame, model, "d")
    without = declare("y", ("d",), fixed_effects=("unit_id", "year"))
    assert found.short_estimate == pytest.approx(fit_model(frame, without).coefficient("d"))
    assert found.long_estimate == pytest.approx(fit_model(frame, model).coefficient("d"))
    assert 0 < found.short_r2 < found.long_r2 < 1
    with pytest.raises(InputProblem, match="must lie above"):
        selection_delta(found, found.long_r2)


def test_breakdown_values_by_family(declare: Declare) -> None:
    generator = np.random.default_rng(4)
    frame = _confounded().assign(unit_id=lambda rows: rows["unit_id"] // 6)
    frame = frame.assign(n=generator.poisson(np.exp(0.3 * frame["d"])), won=(generator.random(300) < 0.5).astype(float))
    linear = breakdown_values(frame, declare("y", ("d",), controls=("w",)))
    assert linear["measure"].tolist() == [
        "partial_r2", "robustness_value", "robustness_value_alpha", "oster_delta", "oster_estimate",
    ]  # fmt: skip
    counts = breakdown_values(frame, declare("n", ("d",), "poisson", fixed_effects=("unit_id",))).set_index("measure")
    table = fit_model(frame, declare("n", ("d",), "poisson", fixed_effects=("unit_id",))).table("crv3").loc["d"]
    assert counts.loc["e_value", "value"] == pytest.approx(e_value(np.exp(table["estimate"])))
    assert counts.loc["e_value_limit", "value"] == pytest.approx(e_value(np.exp(table["low"])))
    yes_no = breakdown_values(frame, declare("won", ("d",), "logit"))
    assert yes_no["measure"].tolist() == ["e_value", "e_value_limit"]
    assert breakdown_values(frame.assign(d=1.0), declare("y", ("d",))).empty


def test_sensitivity_without_an_error_is_refused() -> None:
    with pytest.raises(InputProblem, match="standard error"):
        sensitivity(1.0, float("nan"), 20)
