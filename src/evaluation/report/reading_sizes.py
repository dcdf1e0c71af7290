"""The size of an estimate on the scale in which people are told it: per cent, times, percentage points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evaluation.display.wording import format_interval, format_number
from evaluation.report.reading_words import outcome_words
from evaluation.settings import Language

Scale = Literal["percent", "odds", "points", "number", "logarithm"]

NEAR_ONE = 0.01


@dataclass(frozen=True)
class Size:
    """An estimate with its interval on the scale in which it is told."""

    scale: Scale
    value: float
    low: float
    high: float


def size_of(row: Mapping[str, Any]) -> Size:
    """Per cent for logarithms of rates and risks, times for odds, percentage points for shares, else as it is.

    A logarithm of one plus a count has no unit that people know: its direction alone is told.
    """
    estimand, outcome = str(row["estimand"]), str(row["outcome"])
    values = [float(row[name]) for name in ("estimate", "low", "high")]
    if estimand.startswith(("log_rate", "log_hazard")):
        return Size("percent", *(_percent(value) for value in values))
    if "odds" in estimand:
        return Size("odds", *(_exponent(value) for value in values))
    if outcome.startswith("log1p("):
        return Size("logarithm", *values)
    if outcome_words(outcome).is_share:
        return Size("points", *(100 * value for value in values))
    return Size("number", *values)


def _exponent(value: float) -> float:
    """exp(b); infinite beyond any sensible ratio."""
    return math.exp(value) if value < 50 else math.inf


def _percent(value: float) -> float:
    return 100 * (_exponent(value) - 1)


def unit_of(size: Size) -> str:
    return {"percent": "percent", "points": "percentage_points"}.get(size.scale, "")


def decimals(size: Size, value: float) -> int:
    if size.scale == "percent":
        return 0 if abs(value) >= 10 else 1
    if size.scale == "odds" and abs(value - 1) < NEAR_ONE:
        return 3  # a ratio near one must not look like one: which side it lies on matters
    return 1 if size.scale == "points" else 2


def amount(size: Size, language: Language) -> str:
    """The size without a sign, as it stands beside 'more' or 'less'."""
    value = size.value
    if size.scale == "logarithm":
        return ""
    if size.scale == "odds":
        value = value if value >= 1 else 1 / value
    return format_number(abs(value), language, decimals(size, value), unit_of(size))


def signed(size: Size, value: float, language: Language) -> str:
    return format_number(value, language, decimals(size, value), unit_of(size), signed=size.scale != "odds")


def bound(size: Size, upper: bool, language: Language) -> str:
    """How far the interval reaches from no change, without a sign."""
    value = size.high if upper else size.low
    if size.scale == "odds":
        value = value if upper else 1 / value
    return format_number(abs(value), language, decimals(size, value), unit_of(size))


def interval(size: Size, language: Language) -> str:
    ends = [end for end in (size.low, size.high) if math.isfinite(end)]
    digits = (max if size.scale == "odds" else min)((decimals(size, end) for end in ends), default=2)
    return format_interval(size.low, size.high, language, digits, unit_of(size))
