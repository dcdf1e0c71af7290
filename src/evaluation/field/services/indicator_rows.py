"""Rows of the table ``service_indicators``: counts, shares and rates of a service for the members of a grouping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.intervals import poisson_bounds, wilson_bounds

TABLE = TABLES["service_indicators"]
ALL = "all"
NOT_STATED = "not_stated"
PER_RESIDENTS = 10_000
Rows = dict[str, np.ndarray]
"""Rows of the table by column: a hundred small frames would take longer than all that is counted in them."""


@dataclass(frozen=True)
class Place:
    """Where rows belong: service, year and grouping."""

    service: str
    year: int
    grouping: str = ALL

    def by(self, grouping: str) -> Place:
        """The same service and year, grouped otherwise."""
        return replace(self, grouping=grouping)


def rows(place: Place, indicator: str, unit: str, values: pd.Series, n: pd.Series | int, **more: object) -> Rows:
    """Rows of one indicator, a row each member of ``values`` (index: member).

    ``more`` are further columns: a series with the same members, or one value for all.
    """
    size = len(values)
    out: Rows = {
        name: np.full(size, value, dtype=object)
        for name, value in (
            ("service", place.service), ("indicator", indicator), ("grouping", place.grouping), ("unit", unit),
        )
    }  # fmt: skip
    out["member"] = values.index.astype("str").to_numpy(dtype=object)
    out["year"] = np.full(size, place.year)
    out["value"] = values.to_numpy(dtype="float64", na_value=np.nan)
    out["note"] = _column(more.get("note"), values.index, object)
    out["n"] = _column(n, values.index, "float64")
    for name in ("numerator", "denominator", "clusters", "low", "high"):
        out[name] = _column(more.get(name), values.index, "float64")
    return out


def _column(given: object, members: pd.Index, dtype: Any) -> np.ndarray:
    if isinstance(given, pd.Series):
        found = given.reindex(members).to_numpy(dtype=object)
        found[pd.isna(found)] = None if dtype is object else np.nan
        return found.astype(dtype)
    return np.full(len(members), np.nan if given is None and dtype is not object else given, dtype=dtype)


def one(place: Place, indicator: str, unit: str, value: float | None, n: int, **more: object) -> Rows:
    """The row of all together."""
    known = np.nan if value is None else value
    return rows(place, indicator, unit, pd.Series([known], index=[ALL], dtype="float64"), n, **more)


def counts(place: Place, indicator: str, unit: str, numbers: pd.Series) -> Rows:
    """Counts by member; n is the count itself."""
    return rows(place, indicator, unit, numbers, numbers.astype("int64"))


def shares(
    place: Place,
    indicator: str,
    parts: pd.Series,
    wholes: pd.Series,
    *,
    is_census: bool = False,
    clusters: pd.Series | None = None,
) -> Rows:
    """Shares by member with Wilson's interval, n being the whole; a census has no interval and says so."""
    part, whole = parts.astype("float64"), wholes.reindex(parts.index).astype("float64")
    value = part.div(whole.where(whole > 0))
    low, high = (np.nan, np.nan) if is_census else wilson_bounds(part, whole)
    return rows(
        place, indicator, "share", value, whole.astype("int64"), numerator=part, denominator=whole,
        low=pd.Series(low, index=parts.index), high=pd.Series(high, index=parts.index),
        note="census" if is_census else None, clusters=clusters,
    )  # fmt: skip


def rates(place: Place, indicator: str, numbers: pd.Series, residents: pd.Series) -> Rows:
    """Counts per 10,000 residents with the exact Poisson interval; nothing where the residents are not known."""
    count, exposure = numbers.astype("float64"), residents.reindex(numbers.index).astype("float64")
    known = exposure.where(exposure > 0)
    low, high = poisson_bounds(count)
    return rows(
        place, indicator, "per_10000", count / known * PER_RESIDENTS, numbers.astype("int64"), numerator=count,
        denominator=known, low=low / known * PER_RESIDENTS, high=high / known * PER_RESIDENTS,
    )  # fmt: skip


def tally(values: pd.Series, known: Iterable[str] = ()) -> pd.Series:
    """How often each value occurs, what is missing under ``not_stated``; of ``known`` values those that never do: 0.

    In the order of ``known``, then of the values.
    """
    found = values.astype("object").where(values.notna(), NOT_STATED).astype("str").value_counts()
    order = [*dict.fromkeys(known), *sorted(set(found.index) - set(known) - {NOT_STATED})]
    order += [NOT_STATED] if NOT_STATED in found.index and NOT_STATED not in order else []
    return found.reindex(order, fill_value=0)


def joined(parts: Iterable[Rows | pd.DataFrame]) -> pd.DataFrame:
    """All rows under one another, in the shape of the contract ``service_indicators``."""
    kept = [part for part in parts if len(part["member"])]
    if not kept:
        return TABLE.empty()
    columns = {name: np.concatenate([_plain(part[name]) for part in kept]) for name in TABLE.names}
    return conform(pd.DataFrame(columns), TABLE)


def _plain(column: np.ndarray | pd.Series) -> np.ndarray:
    if isinstance(column, np.ndarray):
        return column
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    return column.astype("object").where(column.notna(), None).to_numpy(dtype=object)
