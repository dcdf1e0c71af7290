"""The restricted wild bootstrap: brute force for weights, values and score versions; exact enumeration; intervals."""

from __future__ import annotations

import itertools
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.inference.clusters import EstimatingEquations
from evaluation.effects.inference.wild import (
    bootstrap_weights,
    collapse,
    multipliers_for,
    statistics,
    wild_cluster_bootstrap,
    wild_test,
)
from evaluation.effects.panel import fit_model, restricted_equations
from evaluation.effects.regression import wild_regression_test
from evaluation.settings import Model

Declare = Callable[..., Model]


def _grouped(seed: int, n_groups: int, treated: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, design (constant, covariate, treatment in part of the rows of some groups), groups."""
    generator = np.random.default_rng(seed)
    group = np.repeat(np.arange(n_groups), generator.integers(4, 9, n_groups))
    x = generator.normal(size=len(group)) + generator.normal(size=n_groups)[group]
    d = (group < treated) * (generator.random(len(group)) < 0.7)
    y = 1 + 0.5 * x + 0.2 * d + generator.normal(size=n_groups)[group] + generator.normal(size=len(group))
    return y, np.column_stack([np.ones(len(group)), x, d]), group.astype(np.intp)


def _restricted(
    y: np.ndarray, design: np.ndarray, group: np.ndarray, value: float = 0.0, weights: np.ndarray | None = None
) -> EstimatingEquations:
    w = np.ones(len(y)) if weights is None else weights
    fit = sm.WLS(y - value * design[:, 2], design[:, :2], weights=w).fit()
    return EstimatingEquations(design, w, w * np.asarray(fit.resid), group)


def _refit_p(
    y: np.ndarray, design: np.ndarray, group: np.ndarray, draws: np.ndarray, value: float, weights: np.ndarray
) -> float:
    """Every outcome built anew and fitted by statsmodels: the t statistic of the third coefficient less ``value``."""
    cluster = {"cov_type": "cluster", "cov_kwds": {"groups": group}, "use_t": True}
    shifted = y - value * design[:, 2]
    restricted = sm.WLS(shifted, design[:, :2], weights=weights).fit()
    observed = abs(sm.WLS(shifted, design, weights=weights).fit(**cluster).tvalues[2])
    built = [restricted.fittedvalues + restricted.resid * v[group] for v in draws]
    drawn = [abs(sm.WLS(one, design, weights=weights).fit(**cluster).tvalues[2]) for one in built]
    return (1 + int(np.sum(np.array(drawn) >= observed * (1 - 1e-9)))) / (1 + len(draws))


@pytest.mark.parametrize("value", [0.0, 0.9, -0.4])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_brute_force_for_every_value_and_with_weights(value: float, weighted: bool) -> None:
    y, design, group = _grouped(3, 13, 5)
    weights = np.random.default_rng(1).uniform(0.2, 3, len(y)) if weighted else np.ones(len(y))
    draws = bootstrap_weights(13, 99, np.random.default_rng(5))
    by_hand = _refit_p(y, design, group, draws, value, weights)
    p = wild_cluster_bootstrap(_restricted(y, design, group, value, weights), 2, draws)[1]
    assert p == pytest.approx(by_hand)
    # the same from the draws at zero, moved to the value
    drawn = statistics(collapse(_restricted(y, design, group, 0.0, weights), 2), [draws]).at(value)
    assert (1 + np.sum(drawn[1:] >= drawn[0] * (1 - 1e-9))) / 100 == pytest.approx(by_hand)


def test_few_clusters_enumerate_all_draws() -> None:
    """4 clusters: all 6^4 of Webb's draws, each once; p is their share, without one for the observed."""
    y, design, group = _grouped(8, 4, 2)
    equations = _restricted(y, design, group)
    points = np.sqrt([0.5, 1.0, 1.5])
    every = np.array(list(itertools.product([*-points, *points], repeat=4)))
    drawn = statistics(collapse(equations, 2), [every]).at(0.0)
    by_hand = np.mean(drawn[1:] >= drawn[0] * (1 - 1e-9))
    found = wild_test(equations, 2, draws=9_999)
    assert (found.enumerated, found.points, found.draws) == (True, "webb", 6**4)
    assert found.p == pytest.approx(by_hand)
    assert wild_test(equations, 2, draws=6**4 - 1).enumerated is False


@pytest.mark.parametrize(
    ("clusters", "draws", "points", "enumerated", "number"),
    [
        (5, 9_999, "webb", True, 6**5),
        (11, 9_999, "webb", False, 9_999),
        (12, 9_999, "rademacher", True, 4_096),
        (13, 9_999, "rademacher", True, 8_192),
        (14, 9_999, "rademacher", False, 9_999),
        (61, 999, "rademacher", False, 999),
    ],
)
def test_points_and_enumeration_by_number_of_clusters(
    clusters: int, draws: int, points: str, enumerated: bool, number: int
) -> None:
    chosen = multipliers_for(clusters, draws, 1)
    values = np.concatenate(list(chosen.blocks()))
    assert (chosen.points, chosen.enumerated, chosen.draws) == (points, enumerated, number)
    assert values.shape == (number, clusters)
    assert len(np.unique(values)) == (2 if points == "rademacher" else 6)
    if enumerated:
        assert len(np.unique(values, axis=0)) == number
        assert values.mean(axis=0) == pytest.approx(np.zeros(clusters), abs=1e-12)
        assert (values**2).mean(axis=0) == pytest.approx(np.ones(clusters))
    np.testing.assert_array_equal(values, np.concatenate(list(multipliers_for(clusters, draws, 1).blocks())))


def test_interval_holds_exactly_the_values_that_are_not_refused() -> None:
    y, design, group = _grouped(4, 20, 9)
    found = wild_test(_restricted(y, design, group), 2, draws=999, seed=2, level=0.95)
    assert found.interval is not None and found.interval.is_bounded
    width = found.interval.high - found.interval.low
    for value, refused in (
        (found.interval.low - 0.01 * width, True), (found.interval.low + 0.01 * width, False),
        (found.interval.high - 0.01 * width, False), (found.interval.high + 0.01 * width, True),
    ):  # fmt: skip
        at_value = wild_test(_restricted(y, design, group, value), 2, draws=999, seed=2)
        assert (at_value.p <= 0.05) is refused
    estimate = sm.OLS(y, design).fit().params[2]
    assert found.interval.low < estimate < found.interval.high


def test_interval_without_an_end_says_so() -> None:
    """Two clusters: one draw in six is a multiple of the observed outcome, so that no value has a p below 1/6."""
    y, design, group = _grouped(5, 2, 1)
    found = wild_test(_restricted(y, design, group), 2, draws=999, level=0.95)
    assert found.interval is not None
    assert not found.interval.is_bounded
    assert (found.interval.low, found.interval.high) == (-np.inf, np.inf)
    assert found.p >= 1 / 6


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    """20 clusters, 8 treated, clustered noise: 95 % within the 99.9 % region of 150 draws."""
    generator = np.random.default_rng(9)
    group = np.repeat(np.arange(20), 6).astype(np.intp)
    design = np.column_stack([np.ones(120), generator.normal(size=120), (group < 8).astype(float)])
    covered = 0
    for draw in range(150):
        y = 0.7 * design[:, 2] + generator.normal(size=20)[group] + generator.normal(size=120)
        interval = wild_test(_restricted(y, design, group), 2, draws=199, seed=draw, level=0.95).interval
        assert interval is not None
        covered += interval.low <= 0.7 <= interval.high
    assert 0.89 <= covered / 150 <= 0.993


def test_poisson_interval_is_that_of_refits(declare: Declare) -> None:
    """The values at its ends have p near 5 % when the model is fitted under them."""
    generator = np.random.default_rng(7)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(30), 5), "year": np.tile(np.arange(5), 30)})
    frame["trained"] = (frame["year"] >= np.repeat(generator.integers(1, 8, 30), 5)).astype(float)
    frame["y"] = generator.poisson(np.exp(1 + 0.4 * frame["trained"] + 0.1 * frame["year"]))
    model = declare("y", ("trained",), "poisson", fixed_effects=("unit_id", "year"))
    found = wild_regression_test(frame, model, "trained", 499, 3, 0.95).interval
    assert found is not None
    table = fit_model(frame, model).table("crv3").loc["trained"]
    assert found.low < table["estimate"] < found.high
    assert found.high - found.low == pytest.approx(table["high"] - table["low"], rel=0.35)
    for end in (found.low, found.high):
        p = wild_test(*restricted_equations(frame, model, "trained", end), draws=499, seed=3).p
        assert 0.03 <= p <= 0.07


def test_restricted_poisson_at_its_own_estimate_has_no_score(declare: Declare) -> None:
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(20), 4), "x": generator.normal(size=80)})
    frame["y"] = generator.poisson(np.exp(0.5 + 0.3 * frame["x"]))
    model = declare("y", ("x",), "poisson", fixed_effects=("unit_id",))
    fit = fit_model(frame, model)
    equations, column = restricted_equations(frame, model, "x", fit.coefficient("x"))
    assert abs(equations.scores().sum(axis=0)[column]) < 1e-6


def test_large_panels_cost_one_pass_and_little_memory() -> None:
    """264,000 rows x 11 columns, 44 clusters, 9,999 draws with the interval."""
    generator = np.random.default_rng(1)
    n, k = 264_000, 11
    design = generator.normal(size=(n, k))
    group = (np.arange(n) // 12 % 44).astype(np.intp)
    equations = EstimatingEquations(design, np.ones(n), generator.normal(size=n), group)
    tracemalloc.start()
    begun = time.perf_counter()
    found = wild_test(equations, k - 1, draws=9_999, level=0.95)
    taken = time.perf_counter() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.draws == 9_999
    assert taken < 8  # about 0.2 s on a quiet machine
    assert peak < 300_000_000


def test_nothing_to_flip_gives_no_refusal() -> None:
    """A column without variation: p is 1, no division by zero."""
    equations = EstimatingEquations(
        np.column_stack([np.ones(20), np.zeros(20)]), np.ones(20), np.random.default_rng(1).normal(size=20),
        np.repeat(np.arange(5), 4),
    )  # fmt: skip
    found = wild_test(equations, 1, draws=99, level=0.95)
    assert found.p == 1
    assert found.interval is not None
    assert np.isnan(found.interval.low)
