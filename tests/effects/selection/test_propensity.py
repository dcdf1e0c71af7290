"""Propensity, overlap, trimming and balance: by hand and by their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.effects.regressors import Regressors
from evaluation.effects.selection.propensity import (
    balance,
    effective_size,
    fit_propensity,
    overlap,
    refuse_no_overlap,
    weights_of,
    within_bounds,
)
from evaluation.settings import InputProblem


def test_propensity_of_groups_is_their_share() -> None:
    group = np.repeat([0.0, 1.0], 50)
    treated = np.concatenate([np.repeat([1.0, 0.0], [10, 40]), np.repeat([1.0, 0.0], [30, 20])])
    columns = Regressors(["constant", "north"], np.column_stack([np.ones(100), group]), [])
    found = fit_propensity(treated, columns, np.arange(100) % 10)
    assert found.probabilities == pytest.approx(np.where(group == 1, 0.6, 0.2), abs=1e-9)
    assert found.outside((0.3, 0.9)) == 50


def test_weights_by_hand() -> None:
    treated, share = np.array([1.0, 0.0]), np.array([0.25, 0.2])
    assert weights_of(treated, share, "ate") == pytest.approx([4.0, 1.25])
    assert weights_of(treated, share, "att") == pytest.approx([1.0, 0.25])


def test_effective_size() -> None:
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7)
    assert effective_size(np.array([3.0, 1.0])) == pytest.approx(16 / 10)


def test_overlap_summary_by_hand() -> None:
    treated = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    share = np.array([0.5, 0.25, 0.5, 0.2, 0.2])
    found = overlap(treated, share).set_index("arm")
    assert found["n"].tolist() == [2, 3]
    assert found.loc["treated", "effective_n"] == pytest.approx(36 / 20)  # weights 2 and 4
    assert found.loc["treated", "largest_weight_share"] == pytest.approx(4 / 6)
    assert found.loc["treated", "q050"] == pytest.approx(0.375)
    assert found.loc["untreated", "q100"] == 0.5


def test_balance_before_and_after_by_hand() -> None:
    treated = np.array([1.0, 1.0, 0.0, 0.0])
    values = np.array([[1.0], [3.0], [0.0], [2.0]])
    weights = np.array([3.0, 1.0, 1.0, 3.0])
    (row,) = balance(values, ["age"], treated, weights).to_dict("records")
    assert (row["mean_treated"], row["mean_untreated"]) == (2.0, 1.0)
    assert row["difference_before"] == pytest.approx(1.0)  # both variances are one
    assert row["difference_after"] == pytest.approx(1.5 - 1.5)
    assert row["variance_ratio_after"] == pytest.approx(1.0)


def test_weighting_balances_what_the_propensity_holds() -> None:
    generator = np.random.default_rng(1)
    x = generator.normal(size=4000)
    treated = (generator.random(4000) < 1 / (1 + np.exp(-x))).astype(float)
    columns = Regressors(["constant", "x"], np.column_stack([np.ones(4000), x]), [])
    share = fit_propensity(treated, columns, np.arange(4000)).probabilities
    (row,) = balance(x[:, None], ["x"], treated, weights_of(treated, share, "ate")).to_dict("records")
    assert abs(row["difference_before"]) > 0.5
    assert abs(row["difference_after"]) < 0.05


@pytest.mark.parametrize("bounds", [(0.5, 0.4), (-0.1, 0.9), (0.1, 1.2), (0.5, 0.5)])
def test_impossible_bounds_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(InputProblem, match="are impossible"):
        within_bounds(np.array([0.3]), bounds)
    assert within_bounds(np.array([0.1, 0.05, 0.9]), (0.1, 0.9)).tolist() == [True, False, True]


def test_bad_data_are_refused() -> None:
    columns = Regressors(["constant", "x"], np.column_stack([np.ones(6), np.arange(6.0)]), [])
    groups = np.arange(6)
    for treated, words in (
        (np.ones(6), "nobody to compare with"),
        (np.array([0.0, 0.5, 1, 0, 1, 0]), "must be 0 or 1"),
        (np.array([0.0, 0, 0, 1, 1, 1]), "perfectly separated by the columns x:"),
    ):
        with pytest.raises(InputProblem, match=words):
            fit_propensity(treated, columns, groups)


def test_one_row_that_carries_its_arm_means_no_overlap() -> None:
    treated = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    share = np.array([0.6, 0.7, 0.01, 0.4, 0.3, 0.2])
    with pytest.raises(InputProblem, match="one exposed row carries 97%"):
        refuse_no_overlap(treated, share, "ate")
    refuse_no_overlap(treated, share, "att")
