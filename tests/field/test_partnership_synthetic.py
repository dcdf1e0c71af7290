"""Synthetic control: weights by hand and against another solver, known truth, placebos, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from evaluation.field.partnership.synthetic import (
    FEWEST_DONORS,
    joint_placebo,
    simplex_weights,
    synthetic_control,
)
from evaluation.settings import DataProblem

YEARS = list(range(2010, 2026))


def world(seed: int, units: int = 30, effect: float = 0.0, start: int = 2022) -> pd.DataFrame:
    """Units driven by two common factors and noise; ``u00`` moves by ``effect`` from ``start`` on."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(2, len(YEARS))).cumsum(axis=1)
    loadings = rng.dirichlet((1.0, 1.0, 1.0), units)[:, :2] * 3
    values = 10 + loadings @ factors + rng.normal(scale=0.2, size=(units, len(YEARS)))
    values[0, [year >= start for year in YEARS]] += effect
    return pd.DataFrame(values, index=[f"u{k:02d}" for k in range(units)], columns=YEARS)


def test_the_weights_of_a_known_mixture_are_found() -> None:
    donors = np.random.default_rng(1).normal(size=(20, 6))
    true = np.array([0.3, 0.0, 0.7, 0.0, 0.0, 0.0])
    assert simplex_weights(donors @ true, donors) == pytest.approx(true, abs=1e-4)


def test_by_hand_two_donors_around_the_target() -> None:
    # 1 = w 0 + (1 - w) 4 in every year: w = 3/4
    donors = np.array([[0.0, 4.0], [0.0, 4.0], [0.0, 4.0]])
    assert simplex_weights(np.ones(3), donors) == pytest.approx([0.75, 0.25], abs=1e-4)


def test_of_equally_good_weights_the_most_even_are_taken() -> None:
    donors = np.array([[0.0, 2.0, 1.0], [0.0, 2.0, 1.0]])
    assert simplex_weights(np.ones(2), donors) == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_a_target_outside_takes_the_nearest_donor() -> None:
    assert simplex_weights(np.array([9.0, 9.0]), np.array([[1.0, 2.0], [1.0, 2.0]])) == pytest.approx([0, 1], abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(
    years=st.integers(2, 8),
    units=st.integers(2, 12),
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([1e-3, 1, 1e4]),
)
def test_weights_lie_on_the_simplex_and_fit_as_well_as_another_solver(
    years: int, units: int, seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    donors, target = scale * rng.normal(size=(years, units)), scale * rng.normal(size=years)
    found = simplex_weights(target, donors)
    assert found.min() >= 0 and found.sum() == pytest.approx(1)
    other = minimize(
        lambda w: float((((target - donors @ w) / scale) ** 2).sum()), np.full(units, 1 / units), method="SLSQP",
        bounds=[(0, 1)] * units, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-13, "maxiter": 1000},
    )  # fmt: skip
    assert (((target - donors @ found) / scale) ** 2).sum() <= other.fun + 1e-4


def test_a_known_effect_is_recovered_and_its_absence_too() -> None:
    found = {}
    for effect in (0.0, 2.0):
        gaps = []
        for seed in range(12):
            outcome = world(seed, effect=effect)
            gaps.append(synthetic_control(outcome, "u00", list(outcome.index), 2022).gap)
        found[effect] = (np.mean(gaps), np.std(gaps, ddof=1) / np.sqrt(12))
    for effect, (mean, error) in found.items():
        assert abs(mean - effect) < 3 * error + 0.05


def test_placebo_p_is_the_rank_among_all_units_and_holds_its_level() -> None:
    outcome = world(3, effect=6.0)
    one = synthetic_control(outcome, "u00", list(outcome.index), 2022)
    assert len(one.donors) == 29 and "u00" not in one.donors
    assert one.p == pytest.approx((1 + (one.placebo_ratios >= one.ratio).sum()) / 30)
    assert one.p == pytest.approx(1 / 30)
    null = [
        synthetic_control(outcome, "u00", list(outcome.index), 2022).p for outcome in (world(k, 16) for k in range(30))
    ]
    assert 0.3 < np.mean(null) < 0.7
    assert np.mean(np.array(null) <= 0.1) < 0.3


def test_another_units_placebos_serve_again_only_for_the_same_start() -> None:
    outcome = world(6)
    pool = list(outcome.index[2:])
    first = synthetic_control(outcome, "u00", pool, 2022)
    for start in (2022, 2021):
        alone = synthetic_control(outcome, "u01", pool, start)
        beside = synthetic_control(outcome, "u01", pool, start, like=first)
        assert beside.placebo_ratios.tolist() == alone.placebo_ratios.tolist()
        assert beside.p == alone.p and beside.placebo_gaps.tolist() == alone.placebo_gaps.tolist()


def test_the_path_is_the_weighted_donors() -> None:
    outcome = world(5, effect=1.0)
    one = synthetic_control(outcome, "u00", list(outcome.index), 2022)
    mixed = one.weights @ outcome.loc[list(one.donors)].to_numpy()
    assert one.path["synthetic"].to_numpy() == pytest.approx(mixed)
    after = one.path[~one.path["is_before"]]
    assert one.gap == pytest.approx((after["actual"] - after["synthetic"]).mean())
    assert one.path["is_before"].sum() == 12


def test_joint_placebos_of_one_unit_are_all_its_donors() -> None:
    outcome = world(7, effect=3.0)
    one = synthetic_control(outcome, "u00", list(outcome.index), 2022)
    p, low, high = joint_placebo([one], 50, 1)
    assert p == pytest.approx(one.p)
    assert (low, high) == pytest.approx((one.gap - np.quantile(one.placebo_gaps, 0.975),
                                         one.gap - np.quantile(one.placebo_gaps, 0.025)))  # fmt: skip


def test_joint_placebos_never_take_one_donor_twice_in_a_draw() -> None:
    outcome = world(8, 13)
    # ten donors whose ratios are 1, 10, 100 ...: a sum of two equal ones would show
    both = [synthetic_control(outcome, unit, list(outcome.index[3:]), 2022) for unit in ("u00", "u01")]
    ratios = 10.0 ** np.arange(10)
    marked = [type(one)(**{**vars(one), "placebo_ratios": ratios, "placebo_gaps": ratios}) for one in both]
    observed = [type(one)(**{**vars(one), "ratio": 10.0**9}) for one in marked]
    # the mean of two ratios reaches 10^9 only where both were the largest, which one donor cannot be for both
    p, _, _ = joint_placebo(observed, 2000, 1)
    assert p == pytest.approx(1 / 2001)


def test_too_short_a_series_and_too_few_donors_are_refused_in_plain_words() -> None:
    outcome = world(1, 30)
    with pytest.raises(DataProblem) as short:
        synthetic_control(outcome[[2019, 2020, 2021, 2022]], "u00", list(outcome.index), 2022)
    assert "3 years" in short.value.messages["en"] and "лет до начала" in short.value.messages["ru"]
    with pytest.raises(DataProblem) as few:
        synthetic_control(outcome, "u00", list(outcome.index[:FEWEST_DONORS]), 2022)
    assert f"only {FEWEST_DONORS - 1} units" in few.value.messages["en"]
    with pytest.raises(DataProblem, match="after the start"):
        synthetic_control(outcome, "u00", list(outcome.index), 2030)


def test_donors_with_a_gap_are_left_out() -> None:
    outcome = world(2)
    outcome.loc["u05", 2015] = np.nan
    assert "u05" not in synthetic_control(outcome, "u00", list(outcome.index), 2022).donors
