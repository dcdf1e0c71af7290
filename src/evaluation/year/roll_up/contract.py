"""What a region delivers to a national centre: tables of sums and estimates, never of people, projects or events.

A delivery is a ZIP file: ``DELIVERY.json`` (``Delivery``), a CSV file for each of ``TABLES`` and ``SHA256SUMS``.
``FORM`` and the columns that each delivery repeats are the contract's version.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Literal

import pandas as pd
from pydantic import ConfigDict, Field

from evaluation.settings import Settings, Text
from evaluation.tables.declaration import Column, Table, count, number
from evaluation.tables.results import ESTIMATES

FORM = "evaluation-delivery/1"
HEAD, SUMS = "DELIVERY.json", "SHA256SUMS"
ALL = "all"
"""Stream, channel and unit of what is told of all together, as in the tables of a workspace."""
SMALL, PROTECTING = "small", "protecting"
"""Why a number is hidden: it counts fewer people than the threshold, or it would give away another that does."""

UNITS = Table(
    "units",
    "territorial unit of the region, in force on the delivery's day of territory",
    ("unit_id",),
    (
        Column("unit_id", "code"),
        Column("name", "text"),
        Column("type", "category", required=False),
        Column("valid_from", "date", required=False),
        Column("valid_to", "date", required=False),
        count("population"),
    ),
    "open",
)
TOTALS = Table(
    "totals",
    "indicator of the whole region, of a stream of support or channel of participation",
    ("source", "indicator", "stream", "channel"),
    (
        Column("source", "category"),
        Column("indicator", "code"),
        Column("stream", "code"),
        Column("channel", "code"),
        Column("unit", "code"),
        number("value", low=0),
        number("numerator", low=0),
        number("denominator", low=0),
        count("n"),
        number("low", low=0),
        number("high", low=0),
        Column("hidden", "category", required=False),
    ),
    "open",
)
# no counts of people: unit by unit they would be hidden, and what the region's own report hides may be other cells,
# so that the two together could give a hidden one away
UNIT_VALUES = Table(
    "unit_values",
    "indicator that adds up and counts no people, of one territorial unit",
    ("indicator", "unit_id"),
    (
        Column("indicator", "code"),
        Column("unit_id", "code"),
        Column("unit", "code"),
        number("value", low=0, required=True),
    ),
    "open",
)
ESTIMATES_TABLE = Table(
    "estimates",
    "estimate of one model",
    ("model", "outcome", "exposure"),
    (
        *(column for column in ESTIMATES if column.name not in ("assumption", "warning")),
        Column("specification", "code"),
    ),
    "open",
)
FINDINGS_TABLE = Table(
    "findings",
    "finding of the region's report",
    ("name",),
    (
        Column("name", "code"),
        number("value"),
        Column("unit", "code"),
        count("n"),
        number("low"),
        number("high"),
        Column("step", "code"),
    ),
    "open",
)
TABLES: dict[str, Table] = {
    table.name: table for table in (UNITS, TOTALS, UNIT_VALUES, ESTIMATES_TABLE, FINDINGS_TABLE)
}
CATEGORIES: dict[tuple[str, str], tuple[str, ...]] = {
    ("totals", "source"): ("indicators", "stream_coverage", "support_summary"),
    ("totals", "hidden"): (SMALL, PROTECTING),
}
"""Allowed values of the contract's own categories."""

# counts that stand for the same people; the first of a family is what is shown where two cannot be shown together
FAMILIES: tuple[tuple[str, ...], ...] = (
    ("unique_participants", "training_persons", "persons_per_1000", "training_persons_per_1000", "unique_reach_ratio"),
    ("participants", "attendances", "attendances_per_1000"),
)
PEOPLE = frozenset({*FAMILIES[0], *FAMILIES[1], "hours_known_share"})
"""Indicators whose numerators count people or their attendances, whatever unit the quotient has."""
PEOPLE_UNITS = ("persons", "people")
PEOPLE_BELOW = frozenset({"unique_reach_ratio", "hours_known_share"})
"""Those whose denominators do."""
OF_TRAINING = frozenset({"training_persons", "training_persons_per_1000"})
"""Indicators without a stream that tell of the stream of training."""
MONEY_UNITS = ("currency", "currency_per_participation")
MONEY_SHARES = ("cofinancing_share", "cofinancing_share_without_local")
SCALES = {"per_1000": 1_000.0, "per_10000": 10_000.0}


def scale_of(unit: str) -> float:
    """What a quotient is multiplied by to be told in ``unit``."""
    return SCALES.get(unit, 1.0)


def counts_people(rows: pd.DataFrame) -> pd.Series:
    """Do the numerators of ``rows`` (indicator, unit) count people?"""
    return rows["indicator"].isin(PEOPLE) | rows["unit"].isin(PEOPLE_UNITS)


class DeliveredColumn(Settings):
    """A column as the region's tool declared it."""

    name: str
    kind: str


class DeliveredTable(Settings):
    """A table of the delivery: how many rows its file has, and its columns in order."""

    rows: int = Field(ge=0)
    columns: tuple[DeliveredColumn, ...]


class Release(Settings):
    """The release that the delivery was taken from: its folder's name, its day, the SHA-256 of its manifest."""

    name: str
    released_on: dt.date
    manifest: str


class Delivery(Settings):
    """``DELIVERY.json``: whose delivery it is, of what, under which rules."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    form: Literal["evaluation-delivery/1"] = Field("evaluation-delivery/1", alias="schema")
    region_code: str = Field(min_length=1)
    programme: str
    title: Text
    institute: Text
    simulated: bool
    year: int
    registry: Literal["oktmo", "list"]
    territory_date: dt.date
    currency: str
    threshold: int = Field(ge=1)
    release: Release
    tool_version: str
    tables: dict[str, DeliveredTable]

    def text(self) -> str:
        """The file's content; the same delivery gives the same text."""
        content = self.model_dump(mode="json", by_alias=True)
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def columns_of(table: Table) -> tuple[DeliveredColumn, ...]:
    """The columns that the contract asks of ``table``."""
    return tuple(DeliveredColumn(name=column.name, kind=column.kind) for column in table.columns)
