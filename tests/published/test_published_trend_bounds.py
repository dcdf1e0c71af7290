"""Sensitivity to trends: Medicaid expansion and health insurance (Rambachan and Roth 2023)."""

from __future__ import annotations

import functools
import re

import pytest
from packaged import packaged
from reference import Reference, agree, rows

from evaluation.effects.staggered.sun_abraham import sun_abraham
from evaluation.effects.staggered.trend_bounds import relative_interval, smooth_interval
from evaluation.effects.staggered.trends import TrendProblem, trend_problem

REFERENCES = ("ehec_sd",)


@functools.cache
def first_year_after() -> TrendProblem:
    """States that expanded in 2014 against those that did not by 2015, in 2008 to 2015; effect in 2014."""
    frame = packaged("moderndid", "ehec_data.pkl.gz")
    kept = (frame["year"] < 2016) & (frame["yexp2"].isna() | (frame["yexp2"] != 2015))
    frame = frame[kept].assign(first=frame["yexp2"].where(frame["yexp2"] == 2014))
    effects = sun_abraham(frame, "dins", unit="stfips", first_year="first")  # one cohort: the usual event study
    return trend_problem(effects, weights=[1.0, 0.0])


@pytest.mark.parametrize("row", rows("ehec_sd"))
def test_bounded_changes_of_slope(row: Reference) -> None:
    found = re.fullmatch(r"M=([0-9.]+) (lb|ub)", row.quantity)
    assert found is not None
    interval = smooth_interval(first_year_after(), float(found[1]), critical="normal")
    agree(row, interval.low if found[2] == "lb" else interval.high)


@pytest.mark.parametrize(
    ("times", "low", "high"),
    [(0.5, 0.0240, 0.0672), (1, 0.0170, 0.0720), (1.5, 0.00824, 0.0797), (2, -0.000916, 0.0881)],
)
def test_relative_magnitudes_hold_the_published_intervals(times: float, low: float, high: float) -> None:
    """The example's conditional intervals (README of the authors' package) lie within ours, which is conservative:
    half a percentage point longer at either end, on an effect of 4.6 points."""
    interval = relative_interval(first_year_after(), times, critical="normal")
    assert low - 0.0055 < interval.low < low
    assert high < interval.high < high + 0.0055
