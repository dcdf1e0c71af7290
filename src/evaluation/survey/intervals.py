"""Intervals of survey estimates at 95 %.

A share has an interval that stays within 0 and 1: on the logit scale, after Wilson with the effective number of
answers, or after Korn and Graubard (1998, Survey Methodology 24, 193-201), whose interval exists at 0 and 1 as well.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special

LEVEL = 0.95
ShareInterval = Literal["logit", "wilson", "korn_graubard"]


def critical(degrees: float) -> float:
    """The two-sided 95 % value of Student's t."""
    return float(special.stdtrit(degrees, (1 + LEVEL) / 2))


def plain_interval(value: float, se: float, degrees: float) -> tuple[float, float]:
    """``value`` and its error on either side."""
    half = critical(degrees) * se
    return value - half, value + half


def share_interval(
    share: float, se: float, degrees: float, n: int, kind: ShareInterval = "logit"
) -> tuple[float, float]:
    """Interval of a share with standard error ``se`` from ``n`` answers; a share of 0 or 1 gets Korn and Graubard's."""
    inside = 0 < share < 1 and se > 0
    if not inside:
        kind = "korn_graubard"
    if kind == "logit":
        centre = special.logit(share)
        half = critical(degrees) * se / (share * (1 - share))
        return float(special.expit(centre - half)), float(special.expit(centre + half))
    t = critical(degrees)
    effective = share * (1 - share) / se**2 if inside else float(n)
    if kind == "wilson":
        under = 1 + t**2 / effective
        centre = (share + t**2 / (2 * effective)) / under
        half = t / under * np.sqrt(share * (1 - share) / effective + t**2 / (4 * effective**2))
        return float(centre - half), float(centre + half)
    if n > 1:
        effective *= (critical(n - 1) / t) ** 2
    effective = min(effective, float(n))
    count, tail = share * effective, (1 - LEVEL) / 2
    low = 0.0 if count <= 0 else float(special.betaincinv(count, effective - count + 1, tail))
    high = 1.0 if count >= effective else float(special.betaincinv(count + 1, effective - count, 1 - tail))
    return low, high
