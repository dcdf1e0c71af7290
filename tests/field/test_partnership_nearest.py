"""Nearest neighbours: ties, weights by hand, known truth, exact p of enumerated deals, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.field.partnership.nearest import (
    FEWEST_POOL,
    Window,
    nearest_comparison,
    neighbour_weights,
    standardised,
)
from evaluation.settings import DataProblem


def window(covariates: np.ndarray, outcome: np.ndarray, base: np.ndarray) -> Window:
    return Window(covariates, outcome, base.astype(float))


def cohort(units: int, base: int) -> np.ndarray:
    return np.array([2022] * base + [0] * (units - base))


def test_the_nearest_are_taken_and_of_equally_near_the_first_by_code() -> None:
    covariates = np.array([[0.0], [1.0], [-1.0], [1.0], [5.0]])
    base = np.array([True, False, False, False, False])
    _, pairs = neighbour_weights(covariates, base, ~base, neighbours=2)
    assert pairs["neighbour"].tolist() == [1, 2]
    assert pairs["distance"].tolist() == pytest.approx([1 / covariates.std(), 1 / covariates.std()])
    assert pairs["weight"].tolist() == [0.5, 0.5]


def test_by_hand_without_a_difference_left_the_weights_are_the_plain_means() -> None:
    # neighbours 1 and 2 stand evenly on both sides: nothing is left for the line to take out
    covariates = np.array([[0.0], [1.0], [-1.0], [4.0], [-4.0]])
    base = np.array([True, False, False, False, False])
    weights, _ = neighbour_weights(covariates, base, ~base, neighbours=2)
    assert weights == pytest.approx([1.0, -0.5, -0.5, 0.0, 0.0])


def test_by_hand_the_line_takes_out_what_is_left() -> None:
    # y = 2 x among the pool; the base unit lies at 3 with y = 10: 10 - 2 * 3 = 4 whoever is its neighbour
    covariates = np.array([[3.0], [0.0], [1.0], [2.0]])
    base = np.array([True, False, False, False])
    weights, pairs = neighbour_weights(covariates, base, ~base, neighbours=1)
    assert pairs["neighbour"].tolist() == [3]
    assert weights @ np.array([10.0, 0.0, 2.0, 4.0]) == pytest.approx(4.0)


def test_weights_add_up_and_leave_no_covariate() -> None:
    rng = np.random.default_rng(1)
    covariates = rng.normal(size=(40, 3))
    base = np.arange(40) < 5
    weights, _ = neighbour_weights(covariates, base, ~base)
    assert weights[base].sum() == pytest.approx(1) and weights.sum() == pytest.approx(0, abs=1e-12)
    assert weights @ covariates == pytest.approx(np.zeros(3), abs=1e-12)


def test_a_constant_covariate_is_no_covariate() -> None:
    covariates = np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]])
    assert standardised(covariates)[:, 1].tolist() == [0.0, 0.0, 0.0]


def test_a_known_effect_is_recovered_where_the_chosen_were_better_before() -> None:
    found, covered = [], 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        covariates = rng.normal(size=(50, 3))
        covariates[:5] += 0.7  # who is chosen had done better
        outcome = covariates @ [1.0, 0.5, 0.0] + rng.normal(scale=0.5, size=50)
        outcome[:5] += 2.0
        base = np.arange(50) < 5
        one = nearest_comparison(cohort(50, 5), {2022: window(covariates, outcome, base)}, draws=99)
        found.append(one.difference)
        covered += one.inference.low <= 2.0 <= one.inference.high
    assert np.mean(found) == pytest.approx(2.0, abs=3 * np.std(found, ddof=1) / np.sqrt(20))
    assert covered >= 16


def test_the_p_of_all_deals_is_a_rank() -> None:
    rng = np.random.default_rng(4)
    covariates = rng.normal(size=(12, 1))
    outcome = rng.normal(size=12)
    outcome[0] += 30
    base = np.arange(12) < 1
    one = nearest_comparison(cohort(12, 1), {2022: window(covariates, outcome, base)}, draws=999)
    assert one.enumerated and one.inference.draws == 11
    assert one.inference.p == pytest.approx(1 / 12)


def test_without_an_effect_p_is_spread_evenly() -> None:
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        covariates, outcome = rng.normal(size=(14, 1)), rng.normal(size=14)
        base = np.arange(14) < 1
        p.append(nearest_comparison(cohort(14, 1), {2022: window(covariates, outcome, base)}).inference.p)
    assert 0.4 < np.mean(p) < 0.65
    assert np.mean(np.array(p) <= 0.15) < 0.3


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(9)
    covariates, outcome = rng.normal(size=(40, 2)), rng.normal(size=40)
    made = [
        nearest_comparison(cohort(40, 4), {2022: window(covariates, outcome, np.arange(40) < 4)}, draws=49)
        for _ in range(2)
    ]
    assert made[0].inference == made[1].inference and not made[0].enumerated


def test_two_starting_years_are_weighed_by_their_units() -> None:
    rng = np.random.default_rng(2)
    covariates = rng.normal(size=(30, 1))
    cohorts = np.array([2021] * 3 + [2023] + [0] * 26)
    early, late = (cohorts == 2021).astype(float), (cohorts == 2023).astype(float)
    windows = {
        2021: Window(covariates, 1.0 * early, early + late / 3), 2023: Window(covariates, 5.0 * late, late + early / 3)
    }  # fmt: skip
    # three units gain 1, one gains 5: (3 x 1 + 5) / 4
    assert nearest_comparison(cohorts, windows, draws=9).difference == pytest.approx(2.0)


def test_nobody_to_compare_is_said_in_plain_words() -> None:
    covariates, outcome = np.zeros((FEWEST_POOL, 1)), np.zeros(FEWEST_POOL)
    with pytest.raises(DataProblem) as few:
        nearest_comparison(cohort(FEWEST_POOL, 1), {2022: window(covariates, outcome, outcome == 0)})
    assert f"only {FEWEST_POOL - 1} municipalities" in few.value.messages["en"]
    with pytest.raises(DataProblem, match="nobody to compare"):
        nearest_comparison(np.zeros(20, dtype=int), {})
