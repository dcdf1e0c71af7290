"""What the comparisons by role rest on: outcomes as rates, who is compared, and the years before and after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.field.partnership.nearest import Window

OUTCOMES: dict[str, tuple[str, float]] = {
    "applications_per_10000": ("applications", 10_000.0),
    "participations_per_1000": ("participations", 1_000.0),
}
"""Outcome by name: the panel's column and the residents that it is counted by."""
YEARS_BEFORE = 4  # outcomes of so many years before the start are matched on
_NEVER = 10_000


def sides_of(roles: pd.DataFrame) -> tuple[dict[str, int], dict[str, list[str]]]:
    """First year as base by unit; codes of those who never were base, by whether they ever took part."""
    base = roles[roles["role"] == "base"].groupby("unit_id")["year"].min()
    others = sorted(set(roles["unit_id"]) - set(base.index))
    took_part = set(roles.loc[roles["role"] == "participant", "unit_id"])
    pools = {
        "participants": [unit for unit in others if unit in took_part],
        "outside": [unit for unit in others if unit not in took_part],
    }
    return {str(unit): int(year) for unit, year in base.items()}, pools


def rates_of(panel: pd.DataFrame, outcome: str) -> tuple[pd.DataFrame, int]:
    """The rate by unit and year, of units with residents in all years; how many were left out."""
    column, by = OUTCOMES[outcome]
    population = panel["population"].astype("float64")
    rate = panel[column].astype("float64") * by / population.where(population > 0)
    wide = panel.assign(rate=rate).pivot(index="unit_id", columns="year", values="rate").sort_index()
    complete = wide.dropna()
    return complete, len(wide) - len(complete)


def windows_of(
    wide: pd.DataFrame, panel: pd.DataFrame, starts: Mapping[str, int]
) -> tuple[dict[int, Window], list[str]]:
    """What is known before and after every starting year, over the units of ``wide``; names of the covariates.

    Covariates: the outcome one, two ... years before the start (as many as all base units have, at most YEARS_BEFORE)
    and the logarithm of residents. Starting years without a year before or after have no window.
    """
    years = np.array([int(year) for year in wide.columns])
    values = wide.to_numpy(dtype=float)
    since = np.array([starts.get(str(unit), _NEVER) for unit in wide.index])
    is_base = (years[None, :] >= since[:, None]).astype(float)
    residents = panel.pivot(index="unit_id", columns="year", values="population").reindex(wide.index)
    size = np.log(residents.to_numpy(dtype=float))
    used = sorted({start for unit, start in starts.items() if unit in wide.index})
    used = [start for start in used if (years < start).any() and (years >= start).any()]
    told = min((int((years < start).sum()) for start in used), default=0)
    length = min(YEARS_BEFORE, told)
    windows = {}
    for start in used:
        before, after = years < start, years >= start
        past = values[:, before][:, -length:][:, ::-1]
        windows[start] = Window(
            np.column_stack([past, size[:, before].mean(axis=1)]),
            values[:, after].mean(axis=1) - values[:, before].mean(axis=1),
            is_base[:, after].mean(axis=1) - is_base[:, before].mean(axis=1),
        )
    return windows, [*(f"before_{place + 1}" for place in range(length)), "log_population"]
