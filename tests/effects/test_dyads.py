"""Dyad regression: every permutation by brute force, size with dependent rows and columns, power, and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evaluation.effects.exchange.dyads import dyad_regression, tie_matrix
from evaluation.settings import InputProblem


def _matrices(seed: int, size: int, effect: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Distance between units, alike in type, and ties that depend on both and on how sociable the two units are."""
    generator = np.random.default_rng(seed)
    place, kind, social = generator.random(size), generator.random(size) < 0.5, generator.normal(size=(2, size))
    distance = np.abs(place[:, None] - place[None, :]) + 0.3 * (kind[:, None] != kind[None, :])
    alike = (kind[:, None] == kind[None, :]).astype(float)
    noise = social[0][:, None] + social[1][None, :] + generator.normal(size=(size, size))
    return effect * distance + 0.5 * alike + noise, {"distance": distance, "alike": alike}


@pytest.mark.parametrize("directed", [True, False])
def test_as_permutations_one_by_one(directed: bool) -> None:
    ties, traits = _matrices(1, 9, -0.5)
    if not directed:
        ties = ties + ties.T
    found = dyad_regression(ties, traits, draws=60, seed=4, directed=directed).set_index("trait")
    rows, columns = np.nonzero(~np.eye(9, dtype=bool)) if directed else np.tril_indices(9, -1)
    generator = np.random.default_rng(4)
    orders = [generator.permutation(9) for _ in range(60)]
    for name, other in (("distance", "alike"), ("alike", "distance")):
        y, own, rest = (m[rows, columns] for m in (ties, traits[name], traits[other]))
        fit = sm.OLS(y, np.column_stack([np.ones(len(y)), own, rest])).fit()
        assert found.loc[name, "estimate"] == pytest.approx(fit.params[1])
        assert found.loc[name, "statistic"] == pytest.approx(fit.tvalues[1])
        residual = np.zeros((9, 9))
        residual[rows, columns] = sm.OLS(own, sm.add_constant(rest)).fit().resid
        residual = residual if directed else residual + residual.T
        reached = 0
        for order in orders:
            moved = residual[np.ix_(order, order)][rows, columns]
            drawn = sm.OLS(y, np.column_stack([np.ones(len(y)), moved, rest])).fit().tvalues[1]
            reached += abs(drawn) >= abs(fit.tvalues[1])
        assert found.loc[name, "p"] == pytest.approx((1 + reached) / 61)


def test_size_where_rows_and_columns_depend_on_each_other() -> None:
    """Ordinary t tests reject far too often with sociable units; permuted units keep five of a hundred."""
    permuted = plain = 0
    for seed in range(200):
        ties, traits = _matrices(seed, 14, 0.0)
        row = dyad_regression(ties, traits, draws=39, seed=seed).iloc[0]
        permuted += row["p"] <= 0.05
        plain += 2 * stats.t.sf(abs(row["statistic"]), row["n"] - 3) <= 0.05
    low, high = stats.binom.interval(0.99, 200, 0.05)
    assert low <= permuted <= high
    assert plain > high


def test_power() -> None:
    found = [dyad_regression(*_matrices(seed, 20, -4.0), draws=99, seed=seed).iloc[0]["p"] for seed in range(10)]
    assert np.mean(np.array(found) <= 0.05) >= 0.8


def test_a_trait_that_the_others_explain_has_no_numbers() -> None:
    ties, traits = _matrices(2, 8, 0.0)
    found = dyad_regression(ties, {**traits, "twice": 2 * traits["alike"] + 1}, draws=9).set_index("trait")
    assert found.loc["twice", "warning"] == "not_identified=twice"
    assert np.isnan(found.loc["twice", "p"])
    assert np.isfinite(found.loc["distance", "p"])


def test_same_seed_same_p() -> None:
    ties, traits = _matrices(3, 8, 0.0)
    pd.testing.assert_frame_equal(
        dyad_regression(ties, traits, draws=50, seed=2), dyad_regression(ties, traits, draws=50, seed=2)
    )


def test_tie_matrix_runs_from_who_teaches_to_who_learns() -> None:
    ties = pd.DataFrame({"from_unit": ["a", "a", "c", "z"], "to_unit": ["b", "b", "a", "a"], "events": [1, 2, 5, 9]})
    assert tie_matrix(ties, ["a", "b", "c"]).tolist() == [[0, 2, 0], [0, 0, 0], [1, 0, 0]]
    assert tie_matrix(ties, ["a", "b", "c"], ties["events"]).tolist() == [[0, 3, 0], [0, 0, 0], [5, 0, 0]]


def test_bad_matrices_are_refused() -> None:
    ties, traits = _matrices(4, 8, 0.0)
    gap = ties.copy()
    gap[1, 2] = np.nan
    with pytest.raises(InputProblem, match="empty cells"):
        dyad_regression(gap, traits)
    with pytest.raises(InputProblem, match="8 x 8 is needed"):
        dyad_regression(ties, {"distance": traits["distance"][:5, :5]})
    with pytest.raises(InputProblem, match="not symmetric"):
        dyad_regression(ties, traits, directed=False)
    with pytest.raises(InputProblem, match="at least 5"):
        dyad_regression(ties[:4, :4], {"distance": traits["distance"][:4, :4]})
