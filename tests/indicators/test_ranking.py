"""Ranks of rates with what chance leaves open: by hand, beside scipy's exact test, and held against known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.indicators.ranking import RANK_COLUMNS, project_ranks, rank_rates
from evaluation.settings import InputProblem


def counts(observed: list[float], exposure: list[float | None]) -> pd.DataFrame:
    names = [f"u{place}" for place in range(len(observed))]
    return pd.DataFrame({"unit_id": names, "observed": observed, "exposure": exposure})


def test_two_places_by_hand() -> None:
    # 10 of 10 at equal exposures: 1/1024 is below 0.025; 10 of 13: 378/8192 = 0.046 is not
    apart = rank_rates(counts([0, 10], [100, 100]), scale=100)
    assert apart[["rank", "rank_low", "rank_high", "alike"]].to_numpy().tolist() == [[2, 2, 2, 0], [1, 1, 1, 0]]
    near = rank_rates(counts([3, 10], [100, 100]))
    assert near[["rank", "rank_low", "rank_high", "alike"]].to_numpy().tolist() == [[2, 1, 2, 1], [1, 1, 2, 1]]
    assert apart["value"].tolist() == [0, 10]
    # exact Poisson interval of nothing counted: 0 to 3.69
    assert apart["high"].iloc[0] == pytest.approx(3.6889, abs=1e-3)


def test_three_places_share_the_error() -> None:
    # limit 0.0125: 0 of 10 (1/1024) is told apart, 0 of 5 (1/32) and 5 of 15 are not
    found = rank_rates(counts([0, 10, 5], [100, 100, 100]))
    assert list(found.columns) == RANK_COLUMNS
    assert found[["rank", "rank_low", "rank_high"]].to_numpy().tolist() == [[3, 2, 3], [1, 1, 2], [2, 1, 3]]
    assert found["above"].tolist() == [1, 0, 0]
    assert found["below"].tolist() == [0, 1, 0]
    assert found["ranked"].tolist() == [3, 3, 3]


def test_equal_rates_share_a_rank_and_places_without_residents_have_none() -> None:
    found = rank_rates(counts([2, 4, 0, 0], [100, 200, None, 100]))
    assert found["rank"].tolist() == [1, 1, pd.NA, 3]
    assert found["ranked"].tolist() == [3, 3, pd.NA, 3]
    assert found.loc[2, ["value", "low", "high"]].isna().all()


def test_one_place_and_none() -> None:
    alone = rank_rates(counts([7], [50]))
    assert alone[["rank", "rank_low", "rank_high", "alike", "ranked"]].to_numpy().tolist() == [[1, 1, 1, 0, 1]]
    assert rank_rates(counts([], [])).empty


def test_the_tail_is_scipys_exact_test() -> None:
    rng = np.random.default_rng(4)
    observed = rng.poisson([1, 4, 9, 20, 60])
    exposure = np.array([900.0, 400.0, 1300.0, 800.0, 1000.0])
    found = rank_rates(counts(observed.tolist(), exposure.tolist()))
    for own in range(5):
        tails = [
            stats.binomtest(int(observed[own]), int(observed[own] + observed[other]),
                            exposure[own] / (exposure[own] + exposure[other]), alternative="less").pvalue
            for other in range(5)
            if other != own and observed[own] + observed[other] > 0
        ]  # fmt: skip
        assert found["above"].iloc[own] == sum(p <= 0.025 / 4 for p in tails)


@pytest.mark.slow  # a simulation study
def test_ranges_hold_the_true_ranks_at_least_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    rate = np.array([1.0, 1.0, 1.5, 2.0, 4.0, 4.5, 9.0, 12.0])
    truth = np.array([(rate > each).sum() + 1 for each in rate])
    exposure = np.array([3.0, 1.0, 2.0, 4.0, 1.0, 3.0, 2.0, 1.0])
    held = np.zeros(8)
    draws = 400
    for _ in range(draws):
        found = rank_rates(counts(rng.poisson(rate * exposure).tolist(), exposure.tolist()))
        held += (found["rank_low"].to_numpy() <= truth) & (truth <= found["rank_high"].to_numpy())
    # three standard errors of 400 draws below 0.95
    assert (held / draws >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)).all()


def test_a_range_narrows_with_more_years() -> None:
    year = rank_rates(counts([2, 4, 8], [100, 100, 100]))
    decade = rank_rates(counts([20, 40, 80], [1000, 1000, 1000]))
    assert (year["rank_high"] - year["rank_low"]).sum() > (decade["rank_high"] - decade["rank_low"]).sum() == 0


def test_many_places_are_compared_piece_by_piece() -> None:
    rng = np.random.default_rng(2)
    observed = rng.poisson(5, 1203)
    frame = counts(observed.tolist(), [10.0] * 1203)
    whole = rank_rates(frame)
    assert whole["rank"].max() <= 1203
    assert (whole["rank_low"] <= whole["rank"]).all()
    assert (whole["rank"] <= whole["rank_high"]).all()
    assert (whole["above"] + whole["below"] + whole["alike"] == 1202).all()


def test_wrong_counts_are_refused() -> None:
    with pytest.raises(InputProblem, match="u1"):
        rank_rates(counts([1, -1], [10, 10]))


def test_ranks_of_projects_of_the_year_and_of_all_years() -> None:
    indicators = pd.DataFrame(
        {
            "indicator": ["projects_per_10000"] * 4 + ["applications"],
            "unit_id": ["all", "a", "b", "a", "a"],
            "year": [2025, 2025, 2025, 2024, 2025],
            "numerator": [5.0, 1.0, 4.0, 9.0, 7.0],
            "denominator": [30_000.0, 10_000.0, 20_000.0, 10_000.0, None],
        }
    )
    panel = pd.DataFrame(
        {
            "geography": ["current"] * 5 + ["original"],
            "unit_id": ["a", "a", "b", "b", "unassigned", "a"],
            "year": [2024, 2025, 2024, 2025, 2025, 2025],
            "funded": [9, 1, 3, 4, 8, 50],
            "population": pd.array([10_000, 10_000, None, 20_000, 5_000, 1], dtype="Int64"),
        }
    )
    now, whole = project_ranks(indicators, panel, 2025)
    assert now[["unit_id", "value", "rank"]].to_numpy().tolist() == [["a", 1.0, 2], ["b", 2.0, 1]]
    # 10 of 20 000 residents-years; of b only the year counts in which its residents are known
    assert whole[["unit_id", "value", "rank"]].to_numpy().tolist() == [["a", 5.0, 1], ["b", 2.0, 2]]
