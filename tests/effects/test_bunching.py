"""Heaping at thresholds: found where it was built in, not where it was not, and never mistaken for a slope."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.effects.contest.bunching import BUNCHING_COLUMNS, bunching
from evaluation.settings import InputProblem

THRESHOLDS = (0.05, 0.07, 0.10)


def shares(seed: int, heaped: float, n: int = 1500) -> tuple[pd.Series, dict[float, int]]:
    """Shares of a smooth density; of those up to 0.012 below a threshold ``heaped`` lift themselves to it."""
    rng = np.random.default_rng(seed)
    values = np.clip(0.026 + rng.gamma(1.6, 0.014, n), 0.005, 0.4)
    lifted: dict[float, int] = {}
    for threshold in THRESHOLDS:
        near = (threshold > values) & (threshold - values < 0.012) & (rng.random(n) < heaped)
        lifted[threshold] = int(near.sum())
        values = np.where(near, threshold + rng.random(n) * 0.0005, values)
    return pd.Series(values), lifted


def test_built_in_heaps_are_found_with_their_size() -> None:
    excess, lifted = [], []
    for seed in range(20):
        values, moved = shares(seed, 0.45)
        table = bunching(values, THRESHOLDS, draws=99)
        assert list(table.columns) == BUNCHING_COLUMNS
        excess.append(table["excess"])
        lifted.append([moved[threshold] for threshold in THRESHOLDS])
        assert (table["p"].iloc[:2] < 0.001).all()
        assert (table["low"].iloc[:2] > 0).all()
        assert (table["ratio"].iloc[:2] > 2).all()
    assert np.mean(excess, axis=0) == pytest.approx(np.mean(lifted, axis=0), rel=0.15)


def test_nothing_is_found_where_nothing_was_built_in() -> None:
    """40 registers without heaping: hardly more false alarms of a heap than 2.5 % a threshold."""
    alarms = 0
    for seed in range(40):
        values, _ = shares(seed, 0.0)
        alarms += int((bunching(values, THRESHOLDS, draws=99)["low"] > 0).sum())
    assert alarms <= stats.binom.ppf(0.995, 120, 0.05)


def smooth(kind: str, rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    """6,000 shares of a density without a heap, and who they belong to."""
    n, who = 6000, np.arange(6000)
    if kind == "lognormal":
        values = np.exp(rng.normal(np.log(0.06), 0.5, n))
    elif kind == "two_hills":
        values = np.where(rng.random(n) < 0.5, rng.beta(4, 90, n), rng.beta(8, 80, n))
    elif kind == "flat":
        values = rng.uniform(0, 0.2, n)
    else:  # places with levels of their own
        who = np.repeat(np.arange(60), 100)
        values = np.exp(rng.normal(np.log(0.06), 0.3, 60)[who] + rng.normal(0, 0.4, n))
    return pd.Series(values), pd.Series(who)


@pytest.mark.parametrize("kind", ["lognormal", "two_hills", "flat", "places"])
@pytest.mark.slow
def test_p_holds_its_level_in_large_registers(kind: str) -> None:
    """120 registers without heaping, four thresholds each: p below 0.05 in 5 % of the tests, give or take chance.

    A test by the polynomial of the whole range refuses up to 40 % of these.
    """
    p = []
    for seed in range(120):
        values, who = smooth(kind, np.random.default_rng(seed))
        p.append(bunching(values, (0.03, 0.05, 0.07, 0.10), clusters=who, draws=0)["p"].to_numpy(dtype=float))
    known = np.concatenate(p)
    known = known[np.isfinite(known)]
    assert len(known) >= 240
    low, high = stats.binom.ppf([0.001, 0.999], len(known), 0.055)
    assert low <= (known < 0.05).sum() <= high


def test_p_knows_that_applications_of_a_place_hang_together() -> None:
    """Every application four times: p from one cluster a quadruple is that of the applications once."""
    values, _ = shares(4, 0.1)
    copied, who = pd.concat([values] * 4, ignore_index=True), pd.Series(list(range(len(values))) * 4)
    once = bunching(values, THRESHOLDS, draws=0)["p"]
    # the tails are cut at quantiles, which copies do not move
    assert bunching(copied, THRESHOLDS, clusters=who, draws=0)["p"].to_numpy() == pytest.approx(once.to_numpy())
    assert (bunching(copied, THRESHOLDS, draws=0)["p"] < once).all()


def test_a_steep_slope_is_no_heap() -> None:
    """A density that falls by half within 0.01: below is more often than above, but not more than the slope says."""
    values = pd.Series(0.02 + np.random.default_rng(3).exponential(0.0144, 4000))
    row = bunching(values, (0.06,), draws=99).iloc[0]
    assert row["ratio_high"] < 1
    assert row["p"] > 0.01
    assert row["expected_above"] < 0.45


def test_counts_ratio_and_interval_by_hand() -> None:
    values = pd.Series([0.0449, 0.0462, 0.0488, 0.05, 0.0501, 0.051, 0.0549, 0.0551, 0.15 / 3, np.nan])
    row = bunching(values, (0.05,), draws=0).iloc[0]
    # within 0.005: 0.0462 and 0.0488 below (0.0449 is too far), five from the threshold on (0.0551 is too far)
    assert (row["n_below"], row["n_above"]) == (2, 5)
    assert row["ratio"] == 2.5
    low, high = stats.binomtest(5, 7).proportion_ci()
    assert row["ratio_low"] == pytest.approx(low / (1 - low))
    assert row["ratio_high"] == pytest.approx(high / (1 - high))


def test_clusters_that_copy_themselves_widen_the_interval() -> None:
    values, _ = shares(1, 0.45, 300)
    copied = pd.concat([values] * 4, ignore_index=True)
    who = pd.Series(list(range(300)) * 4)
    plain = bunching(copied, (0.05,), draws=199)["se"].iloc[0]
    clustered = bunching(copied, (0.05,), clusters=who, draws=199)["se"].iloc[0]
    assert clustered / plain == pytest.approx(2.0, rel=0.25)  # four copies hold the information of one


def test_the_same_numbers_again() -> None:
    values, _ = shares(2, 0.3)
    pd.testing.assert_frame_equal(bunching(values, draws=99, seed=4), bunching(values, draws=99, seed=4))
    shuffled = values.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        bunching(values, draws=0).drop(columns=["se", "low", "high"]),
        bunching(shuffled, draws=0).drop(columns=["se", "low", "high"]),
    )


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [0.05], [0.05] * 50, [0.5, 0.6, 0.7]])
def test_too_little_to_compare_is_missing_not_an_error(values: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = bunching(pd.Series(values, dtype=float), (0.05, 0.07), draws=19)
    assert table["excess"].isna().all()
    assert list(table["threshold"]) == [0.05, 0.07]


def test_thresholds_that_are_no_shares_are_refused() -> None:
    with pytest.raises(InputProblem, match=r"\[5\] are no shares"):
        bunching(pd.Series([0.05]), (5,))
