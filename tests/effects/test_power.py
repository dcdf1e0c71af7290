"""Power by simulation: against full refits, the normal formula, and the size of each inference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from evaluation.effects.inference.wild import bootstrap_weights, wild_test
from evaluation.effects.panel import fit_model, restricted_equations
from evaluation.effects.power import PowerCurve, power_curve
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]


def _panel(units: int = 40, years: int = 6, treated: int = 15, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(units), years), "year": np.tile(np.arange(years), units)})
    start = np.where(np.arange(units) < treated, generator.integers(2, years, units), 99)
    frame["trained"] = (frame["year"] >= np.repeat(start, years)).astype(float)
    frame["exposure"] = generator.poisson(1, len(frame)).astype(float)
    noise = np.repeat(generator.normal(size=units), years) * frame["year"] * 0.1 + generator.normal(size=len(frame))
    return frame.assign(y=noise)


@pytest.fixture
def model(declare: Declare) -> Model:
    return declare("y", ("trained", "exposure"), fixed_effects=("unit_id", "year"))


@pytest.mark.parametrize("test", ["crv1", "crv3"])
def test_collapsed_draws_equal_refits(model: Model, test: str) -> None:
    """The same multipliers, every outcome built and the model fitted to it in full."""
    frame = _panel()
    equations, _ = restricted_equations(frame, model, "trained")
    draws = 60
    multipliers = bootstrap_weights(40, draws, np.random.default_rng(5))
    hits = np.zeros(3)
    effects = [0.0, 0.4, 0.8]
    for row in multipliers:
        bare = equations.residuals * row[equations.groups]
        for position, effect in enumerate(effects):
            table = fit_model(frame.assign(y=bare + effect * frame["trained"]), model).table(test)  # type: ignore[arg-type]
            hits[position] += table.loc["trained", "p"] < 0.05
    curve = power_curve(frame, model, "trained", effects=effects, test=test, draws=draws, seed=5)  # type: ignore[arg-type]
    assert curve.frame["power"].tolist() == pytest.approx((hits / draws).tolist())
    assert 0 < hits[1] < draws


def test_wild_bootstrap_inside_the_draws_equals_the_test_of_each_outcome(model: Model) -> None:
    frame = _panel(units=14, treated=4, seed=2)
    equations, _ = restricted_equations(frame, model, "trained")
    draws, effects = 25, [0.0, 0.7, 1.4]  # one block of draws
    multipliers = bootstrap_weights(14, draws, np.random.default_rng(3))
    hits = np.zeros(3)
    for row in multipliers:
        bare = equations.residuals * row[equations.groups]
        for position, effect in enumerate(effects):
            changed = frame.assign(y=bare + effect * frame["trained"])
            inner, column = restricted_equations(changed, model, "trained")
            hits[position] += wild_test(inner, column, draws=99, seed=3).p <= 0.05
    curve = power_curve(
        frame, model, "trained", effects=effects, test="wild_bootstrap", draws=draws, bootstrap_draws=99, seed=3
    )
    assert curve.frame["power"].tolist() == pytest.approx((hits / draws).tolist())


def test_many_equal_clusters_come_near_the_normal_formula(model: Model) -> None:
    """Smallest detectable effect at 80 % = (1.96 + 0.84) standard errors."""
    frame = _panel(units=300, treated=150, seed=4)
    curve = power_curve(frame, model, "trained", draws=3_999)
    se = fit_model(frame, model).table("crv3").loc["trained", "se"]
    assert curve.smallest == pytest.approx((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * se, rel=0.05)
    assert curve.smallest_low < curve.smallest < curve.smallest_high
    assert abs(curve.size - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 3_999)
    assert curve.frame["power"].is_monotonic_increasing
    low, high = proportion_confint(round(curve.frame["power"][9] * 3_999), 3_999, method="wilson")
    assert curve.frame.loc[9, ["low", "high"]].tolist() == pytest.approx([low, high], abs=1e-5)
    assert (curve.clusters, curve.treated_clusters, curve.test) == (300, 150, "crv3")


def test_histories_and_wild_noise_agree_where_clusters_are_alike(model: Model) -> None:
    frame = _panel(units=200, treated=100, seed=6)
    wild = power_curve(frame, model, "trained", draws=1_999)
    histories = power_curve(frame, model, "trained", noise="histories", draws=1_999)
    assert histories.smallest == pytest.approx(wild.smallest, rel=0.1)


def test_more_noise_needs_larger_effects_in_proportion(model: Model) -> None:
    frame = _panel()
    once = power_curve(frame, model, "trained", draws=499)
    thrice = power_curve(frame.assign(y=3 * frame["y"]), model, "trained", draws=499)
    assert thrice.smallest == pytest.approx(3 * once.smallest, rel=1e-9)


def test_three_treated_units_find_little(model: Model) -> None:
    few = power_curve(_panel(treated=3), model, "trained", noise="histories", draws=999)
    many = power_curve(_panel(treated=20), model, "trained", noise="histories", draws=999)
    assert few.smallest > 1.5 * many.smallest


def test_poisson_is_near_simulated_counts(declare: Declare) -> None:
    """The local approximation against counts drawn anew and fitted in full, at the effect found."""
    generator = np.random.default_rng(8)
    frame = _panel(units=60, treated=25, seed=8).assign(population=1_000)
    frame["y"] = generator.poisson(6.0, len(frame))
    counts = declare("y", ("trained",), "poisson", fixed_effects=("unit_id", "year"), offset="population")
    curve = power_curve(frame, counts, "trained", draws=1_999)
    found, draws = 0, 150
    for _ in range(draws):
        drawn = frame.assign(y=generator.poisson(6.0 * np.exp(curve.smallest * frame["trained"])))
        found += fit_model(drawn, counts).table("crv3").loc["trained", "p"] < 0.05
    assert 0.66 <= found / draws <= 0.92  # 80 % within binomial error and the error of the approximation


def test_progress_and_repetition(model: Model) -> None:
    seen: list[tuple[int, int]] = []
    frame = _panel(units=12, treated=5)
    first = power_curve(frame, model, "trained", draws=120, test="wild_bootstrap", bootstrap_draws=19,
                        progress=lambda done, all_of: seen.append((done, all_of)))  # fmt: skip
    again = power_curve(frame, model, "trained", draws=120, test="wild_bootstrap", bootstrap_draws=19)
    assert seen[-1] == (120, 120)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert isinstance(first, PowerCurve)
    pd.testing.assert_frame_equal(first.frame, again.frame)


def test_an_effect_out_of_reach_is_infinite(model: Model) -> None:
    curve = power_curve(_panel(), model, "trained", effects=[0.0, 0.01], draws=199)
    assert curve.smallest == np.inf


def test_one_treated_unit_and_other_families_are_refused(model: Model, declare: Declare) -> None:
    with pytest.raises(InputProblem, match="hangs on one cluster"):
        power_curve(_panel(treated=1), model, "trained", draws=19)
    counts = declare("y", ("trained",), "poisson", fixed_effects=("unit_id", "year"))
    frame = _panel().assign(y=np.random.default_rng(1).poisson(3, 240))
    with pytest.raises(InputProblem, match="family: ols"):
        power_curve(frame, counts, "trained", noise="histories", draws=19)
