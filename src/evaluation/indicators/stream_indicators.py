"""The indicators of coverage by stream: what is divided by what, and their rows with interval and n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.indicators.breaks import ALL_UNITS
from evaluation.indicators.intervals import poisson_bounds, wilson_bounds

PROGRAMME = "programme"


@dataclass(frozen=True)
class StreamIndicator:
    """value = scale x numerator / denominator (or the numerator); the names are columns of the measures.

    ``over``: column that must be known for a unit to enter. ``of_reached``: only units that the stream reached enter.
    ``distinct``: the numerator counts different people, so that the programme's is no sum of the units'.
    """

    code: str
    unit: str
    numerator: str
    denominator: str | None = None
    scale: float = 1.0
    interval: Literal["wilson", "poisson", "none"] = "none"
    over: str | None = None
    by_unit: bool = True
    of_reached: bool = False
    distinct: bool = False


OF_STREAMS: tuple[StreamIndicator, ...] = (
    StreamIndicator("units_reached_share", "share", "reached", "in_force", interval="wilson", by_unit=False),
    StreamIndicator("repeat_reach_share", "share", "reached_again", "reached_before", interval="wilson", by_unit=False),
    StreamIndicator("acts_listed_share", "share", "acts_listed", "acts_held", interval="wilson", by_unit=False),
    StreamIndicator("acts", "events", "acts"),
    StreamIndicator("acts_per_10000", "per_10000", "acts", "population", 10_000, "poisson", over="population"),
    StreamIndicator("attendances", "participations", "attendances"),
    StreamIndicator("attendances_per_1000", "per_1000", "attendances", "population", 1_000, "poisson", "population"),
    StreamIndicator(
        "persons_per_1000", "per_1000", "persons_of_all", "population", 1_000, "poisson", "population", distinct=True
    ),
    StreamIndicator("unique_reach_ratio", "ratio", "persons", "attendances_keyed", distinct=True),
    StreamIndicator("person_hours_per_team", "hours", "hours", "teams"),
    StreamIndicator("hours_known_share", "share", "attendances_timed", "attendances", interval="wilson"),
    StreamIndicator("success_rate", "share", "funded", "admissible", interval="wilson", by_unit=False, of_reached=True),
    StreamIndicator(
        "success_rate_submitted", "share", "funded", "applications", interval="wilson", by_unit=False, of_reached=True
    ),
)
OF_PROGRAMME: tuple[StreamIndicator, ...] = (
    StreamIndicator("units_applied_share", "share", "applied", "in_force", interval="wilson", by_unit=False),
    StreamIndicator("units_funded_share", "share", "won", "in_force", interval="wilson", by_unit=False),
    StreamIndicator("repeat_share", "share", "applied_again", "applied_before", interval="wilson", by_unit=False),
    StreamIndicator("projects_per_10000", "per_10000", "funded", "population", 10_000, "poisson", "population"),
    StreamIndicator("success_rate", "share", "funded", "admissible", interval="wilson"),
    StreamIndicator("success_rate_submitted", "share", "funded", "applications", interval="wilson"),
)
BY_CHANNEL = StreamIndicator(
    "participation_per_1000", "per_1000", "participations", "population_18plus", 1_000, "poisson", "population_18plus"
)


Rows = dict[str, np.ndarray]
"""Columns of a piece of a table, all of one length."""


def rows_of(
    indicator: StreamIndicator,
    measures: pd.DataFrame,
    stream: str,
    year: int,
    contacts: pd.DataFrame | None = None,
    channel: str | None = None,
) -> Rows | None:
    """The programme's row (``all``) and the units' rows of one indicator; None where its measures are not known.

    ``measures``: index unit_id; ``contacts``: who stands behind a count of different people. Where there is nothing to
    divide by there is no row.
    """
    columns = [indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]
    if any(column not in measures for column in columns):
        return None
    needed = measures[[*columns, *([indicator.over] if indicator.over else [])]].to_numpy(dtype=float)
    entering = ~np.isnan(needed).any(axis=1)
    if indicator.of_reached:
        entering &= measures["reached"].to_numpy() == 1
    if not entering.any():
        return None
    own = entering & (measures["in_force"].to_numpy() == 1)
    numbers = needed[:, [0, len(columns) - 1]]
    total = numbers[entering].sum(axis=0)
    if indicator.distinct and contacts is not None:
        total[0] = contacts.loc[contacts["unit_id"].isin(measures.index[entering]), "person_key"].nunique()
    names, counted = np.array([ALL_UNITS], dtype=object), total[None, :]
    if indicator.by_unit:
        names = np.concatenate([names, measures.index[own].to_numpy(dtype=object)])
        counted = np.concatenate([counted, numbers[own]])
    units = np.concatenate([[own.sum()], np.ones(len(names) - 1)])
    if indicator.denominator is not None:
        has = counted[:, 1] > 0
        names, counted, units = names[has], counted[has], units[has]
    numerator, denominator = counted[:, 0], counted[:, 1]
    is_ratio = indicator.denominator is not None
    low, high = _bounds(indicator, numerator, denominator)
    texts = {"stream": stream, "channel": channel, "indicator": indicator.code, "unit": indicator.unit}
    return {
        **{name: np.full(len(names), text, dtype=object) for name, text in texts.items()},
        "unit_id": names,
        "year": np.full(len(names), year),
        "value": indicator.scale * numerator / denominator if is_ratio else numerator,
        "numerator": numerator,
        "denominator": denominator if is_ratio else np.full(len(names), np.nan),
        "n": (denominator if indicator.interval == "wilson" else units).astype("int64"),
        "low": low,
        "high": high,
    }


def _bounds(
    indicator: StreamIndicator, numerator: np.ndarray, denominator: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if indicator.interval == "wilson":
        return wilson_bounds(numerator, denominator)
    if indicator.interval == "poisson":
        low, high = poisson_bounds(numerator)
        return indicator.scale * low / denominator, indicator.scale * high / denominator
    return np.full(len(numerator), np.nan), np.full(len(numerator), np.nan)
