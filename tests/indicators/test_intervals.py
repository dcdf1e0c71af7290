"""Intervals of whole columns: Wilson as for one number, exact Poisson against published values and the law itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.indicators.intervals import poisson_bounds, wilson_bounds, wilson_interval


def test_wilson_of_a_column_is_wilson_of_each() -> None:
    successes, trials = [0, 3, 10, 5, 7], [10, 10, 10, 0, 5]
    low, high = wilson_bounds(successes, trials)
    for place in range(3):
        assert (low[place], high[place]) == wilson_interval(successes[place], trials[place])
    assert np.isnan(low[3:]).all(), "no trials, and more successes than trials, have no interval"
    assert np.isnan(high[3:]).all()


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.624, 11.668), (10, 4.795, 18.390)]
)
def test_poisson_published(count: int, low: float, high: float) -> None:
    """Garwood's limits as in any table of them (Pearson and Hartley, Biometrika Tables for Statisticians, Table 40)."""
    found = poisson_bounds(count)
    assert found[0] == pytest.approx(low, abs=6e-4)
    assert found[1] == pytest.approx(high, abs=6e-4)


@given(st.integers(0, 100_000))
def test_each_poisson_limit_leaves_its_tail(count: int) -> None:
    low, high = (float(end) for end in poisson_bounds(count))
    assert stats.poisson.cdf(count, high) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, low) == pytest.approx(0.025, rel=1e-6)
    assert low <= count <= high


def test_an_unknown_count_has_no_interval() -> None:
    low, high = poisson_bounds([np.nan, 2.0])
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1], high[1]]).all()
