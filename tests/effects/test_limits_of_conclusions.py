"""What the design could have seen: put together from the plan's models, with reasons where something does not apply."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.power import power_curve
from evaluation.effects.robustness.breakdown import breakdown_values
from evaluation.effects.robustness.limits import BREAKDOWN_COLUMNS, TREND_COLUMNS, largest_bend, limits_of_main
from evaluation.effects.sample import estimation_sample
from evaluation.effects.staggered.declared import effects_of
from evaluation.effects.staggered.trend_bounds import breakdown_value, relative_interval
from evaluation.effects.staggered.trends import TrendProblem, joint_test, trend_problem
from evaluation.settings import Model, Robustness, SpecificationCurve

Declare = Callable[..., Model]
QUIET = Robustness(bootstrap_draws=0, permutation_draws=0, seed=3)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """60 units, 9 years, a third never trained; effects 0.4 of training and 0.05 of exposure on the log mean."""
    rng = np.random.default_rng(8)
    units, years = 60, 9
    first = np.repeat(rng.choice([2014, 2015, 2016, 9999], units), years)
    frame = pd.DataFrame(
        {
            "geography": "original",
            "unit_id": np.repeat([f"u{i:02}" for i in range(units)], years),
            "year": np.tile(np.arange(2010, 2010 + years), units),
            "first_trained_year": pd.array(np.where(first == 9999, 0, first), dtype="Int64"),
            "exposure": rng.poisson(1.0, units * years).astype(float),
            "consulted": rng.poisson(0.7, units * years).astype(float),
        }
    )
    frame["first_trained_year"] = frame["first_trained_year"].mask(first == 9999)
    frame["trained"] = (frame["year"].to_numpy() >= first).astype(float)
    level = np.repeat(rng.normal(2.0, 0.4, units), years)
    frame["applications"] = rng.poisson(np.exp(level + 0.4 * frame["trained"] + 0.05 * frame["exposure"]))
    return frame


@pytest.fixture
def models(declare: Declare) -> list[Model]:
    both = ("trained", "exposure")
    common = {"geography": "original", "fixed_effects": ("unit_id", "year"), "clusters": "unit_id"}
    return [
        declare("applications", both, "poisson", name="main", is_main=True, **common),
        declare("log1p(applications)", both, name="linear", **common),
        declare("applications", ("trained",), "event_study", name="timing", geography="original",
                clusters="unit_id", design="event_study"),
    ]  # fmt: skip


def test_the_parts_are_those_of_their_own_functions(panel: pd.DataFrame, models: list[Model]) -> None:
    found = limits_of_main(panel, models, QUIET, draws=199)
    assert found.missing == {}
    rows = estimation_sample(panel, models[0]).frame
    own = power_curve(rows, models[0], "trained", draws=199, seed=3)
    assert found.power["trained"].smallest == own.smallest
    assert list(found.power) == ["trained", "exposure"]
    assert list(found.breakdown.columns) == BREAKDOWN_COLUMNS
    value = found.breakdown.set_index(["model", "exposure", "measure"])["value"]
    expected = breakdown_values(rows, models[0]).set_index(["exposure", "measure"])["value"]
    assert value["main", "trained", "e_value"] == expected["trained", "e_value"]
    assert value["linear", "trained", "robustness_value"] > 0
    effects = effects_of(panel, models[2]).within((-4, 4))
    problem = trend_problem(effects)
    assert value["timing", "trained", "trends_smoothness"] == breakdown_value(problem, "smoothness")
    assert list(found.trends.columns) == TREND_COLUMNS
    trends = found.trends.set_index(["measure", "size"])
    test = joint_test(effects)
    assert trends.loc[("joint_test", test.statistic), "value"] == test.p
    bounds = relative_interval(problem, 1.0)
    row = trends.loc[("relative_magnitudes", 1.0)]
    assert (row["low"], row["high"]) == (bounds.low, bounds.high)
    assert (found.trends["clusters"] == effects.clusters).all()


def test_the_same_numbers_again(panel: pd.DataFrame, models: list[Model]) -> None:
    one, other = (limits_of_main(panel, models, QUIET, draws=99) for _ in range(2))
    pd.testing.assert_frame_equal(one.trends, other.trends)
    pd.testing.assert_frame_equal(one.breakdown, other.breakdown)
    pd.testing.assert_frame_equal(one.power["trained"].frame, other.power["trained"].frame)


def test_controls_of_the_specification_curve_serve_oster(panel: pd.DataFrame, models: list[Model]) -> None:
    without = limits_of_main(panel, models, QUIET, draws=19).breakdown
    assert "oster_delta" not in set(without["measure"])
    declared = QUIET.model_copy(update={"specification_curve": SpecificationCurve(controls=((), ("consulted",)))})
    found = limits_of_main(panel, models, declared, draws=19).breakdown
    delta = found[(found["measure"] == "oster_delta") & (found["exposure"] == "trained")].iloc[0]
    controlled = models[1].model_copy(update={"controls": ("consulted",)})
    own = breakdown_values(estimation_sample(panel, controlled).frame, controlled)
    own = own[(own["measure"] == "oster_delta") & (own["exposure"] == "trained")].iloc[0]
    assert delta["value"] == own["value"]


def test_what_does_not_apply_is_left_out_with_its_reason(panel: pd.DataFrame, models: list[Model]) -> None:
    """Two years leave no year before training but the reference; no rows leave nothing at all."""
    short = limits_of_main(panel[panel["year"].between(2015, 2016)], models, QUIET, draws=19)
    assert set(short.missing) == {"trends"}
    assert short.missing["trends"].en
    assert short.missing["trends"].ru != short.missing["trends"].en
    assert short.trends.empty
    assert len(short.breakdown)
    nothing = limits_of_main(panel.assign(applications=np.nan), models, QUIET, draws=19)
    assert set(nothing.missing) == {"power", "breakdown_main", "breakdown_linear", "trends"}
    assert nothing.power == {}
    assert nothing.breakdown.empty
    alone = limits_of_main(panel, models[:1], QUIET, draws=19)
    assert "event_study" in alone.missing["trends"].en


def test_largest_bend_by_hand() -> None:
    """Before: -0.3, 0.1, then 0 in the reference year; slopes 0.4 and -0.1, so that the slope changes by 0.5."""
    distance = np.array([-2.0, -1.0, 1.0])
    problem = TrendProblem(distance, np.array([-0.3, 0.1, 0.6]), np.eye(3), np.ones(1), 20)
    assert largest_bend(problem) == pytest.approx(0.5)
    single = TrendProblem(distance[1:], np.array([0.1, 0.6]), np.eye(2), np.ones(1), 20)
    assert largest_bend(single) == 0.0
