"""The registry of territorial units: which units there are, from when to when, of what type and where.

A unit is identified by ``unit_id`` and the day it came into force: a code may stay the same while the territory
changes (city okrugs that absorb neighbours), so a row is a unit during one interval.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.listing import read_listing, refuse, to_dates, to_flags, to_numbers

REQUIRED = ("unit_id", "name")
OPTIONAL = (
    "short_name", "type", "district", "is_north", "is_closed", "longitude", "latitude", "valid_from", "valid_to",
    "reference_population", "reference_year", "source", "region", "other_id",
)  # fmt: skip
COLUMNS = ("unit_id", "name", *OPTIONAL)
TYPES = (
    "city_okrug", "municipal_okrug", "municipal_district", "closed_city", "settlement", "city_district", "village",
    "hamlet", "other",
)  # fmt: skip
BEGINNING = dt.date(1900, 1, 1)

Date: TypeAlias = dt.date | pd.Timestamp


def read_registry(path: Path) -> pd.DataFrame:
    """Units by ``(unit_id, valid_from)`` with COLUMNS, sorted by that key.

    Only ``unit_id`` and ``name`` must be given. Defaults: ``short_name`` = ``name``, ``type`` = other, ``valid_from``
    = 1900-01-01, no end, no coordinates. ``valid_to`` is the last day in force (inclusive), NaT while in force.
    ``district`` names the upper unit where names repeat (villages), ``region`` the region where the registry has
    several; ``other_id`` is the unit's key in another register (of statistics). Population is persons.
    Raises InputProblem with the line for an empty code or name, an unknown type, a coordinate, date or number that
    is none, and for two intervals of one unit that overlap.
    """
    text = read_listing(path, REQUIRED, OPTIONAL)
    if text.empty:
        raise InputProblem(
            f"{path}: в реестре нет ни одной единицы. Добавьте строки с unit_id и name.",
            f"{path}: the registry has no units. Add rows with unit_id and name.",
        )
    for column in REQUIRED:
        empty = text.index[text[column] == ""]
        if len(empty):
            raise refuse(path, empty[0], column, "", "непустое значение", "a value")
    wrong = text[~text["type"].isin([*TYPES, ""])]
    if len(wrong):
        raise refuse(path, wrong.index[0], "type", wrong["type"].iloc[0], ", ".join(TYPES), ", ".join(TYPES))
    registry = pd.DataFrame(
        {
            "unit_id": text["unit_id"],
            "name": text["name"],
            "short_name": text["short_name"].mask(text["short_name"] == "", text["name"]),
            "type": text["type"].replace("", "other"),
            "district": text["district"],
            "is_north": to_flags(text, "is_north", path),
            "is_closed": to_flags(text, "is_closed", path),
            "longitude": to_numbers(text, "longitude", path, -180, 180),
            "latitude": to_numbers(text, "latitude", path, -90, 90),
            "valid_from": to_dates(text, "valid_from", path).fillna(pd.Timestamp(BEGINNING)),
            "valid_to": to_dates(text, "valid_to", path),
            "reference_population": to_numbers(text, "reference_population", path, 0, 1e10, whole=True),
            "reference_year": to_numbers(text, "reference_year", path, 1900, 2200, whole=True),
            "source": text["source"],
            "region": text["region"],
            "other_id": text["other_id"],
        }
    )
    _check_intervals(registry, path)
    return registry.sort_values(["unit_id", "valid_from"], kind="stable").reset_index(drop=True)


def _check_intervals(registry: pd.DataFrame, path: Path) -> None:
    reversed_ = registry[registry["valid_to"] < registry["valid_from"]]
    if len(reversed_):
        line, row = reversed_.index[0], reversed_.iloc[0]
        value = f"{row['valid_to']:%Y-%m-%d}"
        raise refuse(path, line, "valid_to", value, "день не раньше valid_from", "a day not before valid_from")
    ordered = registry.sort_values(["unit_id", "valid_from"], kind="stable")
    same = ordered["unit_id"].eq(ordered["unit_id"].shift())
    previous_end = ordered["valid_to"].shift().fillna(pd.Timestamp.max.floor("D").as_unit("us"))
    overlap = ordered[same & (ordered["valid_from"] <= previous_end)]
    if len(overlap):
        line, unit = overlap.index[0], overlap["unit_id"].iloc[0]
        earlier = ordered.index[ordered.index.get_loc(line) - 1]
        raise InputProblem(
            f"{path}, строки {earlier} и {line}: сроки действия единицы {unit} пересекаются. "
            "Закройте первый срок (valid_to) днём раньше начала второго.",
            f"{path}, lines {earlier} and {line}: the intervals of unit {unit} overlap. "
            "End the first (valid_to) on the day before the second begins.",
        )


def in_force(registry: pd.DataFrame, on_date: Date) -> pd.DataFrame:
    """The registry's rows in force on ``on_date``, one a unit, indexed from 0."""
    day = pd.Timestamp(on_date)
    return registry[_is_in_force(registry, day)].reset_index(drop=True)


def _is_in_force(registry: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    return (registry["valid_from"] <= day) & (registry["valid_to"].isna() | (registry["valid_to"] >= day))


def names(registry: pd.DataFrame, on_date: Date | None = None, short: bool = True) -> pd.Series:
    """Name by ``unit_id``: those in force on ``on_date``, and for other units (or without a date) the latest."""
    column = "short_name" if short else "name"
    latest = registry.sort_values("valid_from", kind="stable").groupby("unit_id")[column].last()
    if on_date is not None:
        current = in_force(registry, on_date).set_index("unit_id")[column]
        latest.update(current)
    return latest.astype("str").rename(column)


def change_dates(registry: pd.DataFrame) -> list[pd.Timestamp]:
    """Days on which the set of units changed after the first: beginnings of intervals later than the earliest."""
    starts = sorted(set(registry["valid_from"]))
    return [pd.Timestamp(day) for day in starts[1:]]
