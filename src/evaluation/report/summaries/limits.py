"""Findings on what the design could have seen and what would overturn it: power, breakdown, trends, heaping."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from evaluation.report.findings import Finding

# measures of a breakdown table that the report may quote, with their units
_BREAKDOWN_UNITS = {
    "e_value": "ratio",
    "e_value_limit": "ratio",
    "robustness_value": "share",
    "robustness_value_alpha": "share",
    "oster_delta": "ratio",
}
_QUOTED_POWER = 0.8


class Curve(Protocol):
    """Smallest size found with the wanted power and its Monte Carlo range; infinite where none is."""

    @property
    def smallest(self) -> float: ...
    @property
    def smallest_low(self) -> float: ...
    @property
    def smallest_high(self) -> float: ...


class Found(Protocol):
    """Power curves by exposure, breakdown values and trends, as ``effects.robustness.limits`` gives them."""

    @property
    def power(self) -> Mapping[str, Curve]: ...
    @property
    def breakdown(self) -> pd.DataFrame: ...
    @property
    def trends(self) -> pd.DataFrame: ...


def limit_findings(limits: Found, heaps: pd.DataFrame, estimates: pd.DataFrame) -> list[Finding]:
    """All findings of this module; ``estimates`` and ``heaps`` as for the functions below."""
    main = estimates[estimates["is_main"].fillna(False)]
    of_limits = power_findings(limits.power, main) + breakdown_findings(limits.breakdown)
    return of_limits + trend_findings(limits.trends) + heaping_findings(heaps)


def power_findings(curves: Mapping[str, Curve], main: pd.DataFrame) -> list[Finding]:
    """By exposure the smallest size that the design tells from zero, and the estimate's size in it.

    ``main``: rows of ``estimates`` of the main model. ``detectable_<exposure>`` in the model's units (with the range
    of simulation), ``detectable_<exposure>_percent`` where those are logarithms, ``detectable_reached_<exposure>`` =
    |estimate| / smallest size. A size that no simulated effect reached has no value.
    """
    findings = []
    for row in main.itertuples():
        curve = curves.get(row.exposure)
        if curve is None:
            continue
        is_log = row.estimand == "log_rate_ratio"
        ends = (curve.smallest, curve.smallest_low, curve.smallest_high)
        value, low, high = (number if math.isfinite(number) else None for number in ends)
        name = f"detectable_{row.exposure}"
        findings.append(Finding(name, value, "log_points" if is_log else "number", row.n, low, high))
        if value is None or not value > 0:
            continue
        findings.append(Finding(f"detectable_reached_{row.exposure}", abs(row.estimate) / value, "ratio", row.n))
        if is_log:
            findings.append(Finding(f"{name}_percent", 100 * math.expm1(value), "percent", row.n))
    return findings


def breakdown_findings(breakdown: pd.DataFrame) -> list[Finding]:
    """``<measure>_<exposure>`` of the measures that texts may quote; of the first model that has each.

    ``breakdown`` has measure, exposure, value and n. Infinite values have none.
    """
    quoted = breakdown[breakdown["measure"].isin(list(_BREAKDOWN_UNITS))].drop_duplicates(["measure", "exposure"])
    return [
        Finding(
            f"{row.measure}_{row.exposure}", row.value if math.isfinite(row.value) else None,
            _BREAKDOWN_UNITS[row.measure], row.n,
        )
        for row in quoted.itertuples()
    ]  # fmt: skip


def trend_findings(trends: pd.DataFrame) -> list[Finding]:
    """``pretrend_p``; ``trend_found`` (a year, with 80 % power), ``trend_bias`` after training, ``trend_bias_times``
    the estimate; ``trends_as_before``: the mean after training if trends part as much as before.

    ``trends`` has the columns of ``Limits.trends``.
    """
    findings = []
    for row in trends.itertuples():
        if row.measure == "joint_test":
            findings.append(Finding("pretrend_p", row.value, "p", row.n))
        elif row.measure == "trend_found" and row.size == _QUOTED_POWER:
            times = row.times if math.isfinite(row.times) else None
            findings += [
                Finding("trend_found", row.value, "number", row.n),
                Finding("trend_bias", row.bias, "number", row.n),
                Finding("trend_bias_times", times, "ratio", row.n),
            ]
        elif row.measure == "relative_magnitudes" and row.size == 1:
            findings.append(Finding("trends_as_before", row.value, "number", row.n, row.low, row.high))
    return findings


def heaping_findings(heaps: pd.DataFrame) -> list[Finding]:
    """``heaping_compared``: pairs of share and threshold that can be judged; ``heaping_found``: those with a heap.

    ``heaps`` has the columns of ``effects.contest.heaping``.
    """
    compared = int((heaps["verdict"] != "not_comparable").sum())
    if not compared:
        return []
    found = int((heaps["verdict"] == "heap").sum())
    return [Finding("heaping_compared", compared, "count"), Finding("heaping_found", found, "count")]
