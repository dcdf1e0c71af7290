"""What checking rules may name: columns of tables and of received sheets, and settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import get_args

from evaluation.cleaning.expression_tree import Kind
from evaluation.codebook import Codebook
from evaluation.settings import Rules, Year
from evaluation.tables import SOURCE_TABLES


@dataclass(frozen=True)
class Spread:
    """Rows of a long table that stand in columns of the received sheet of another: the columns' names and values."""

    table: str
    key: str
    pattern: str
    value: str
    lists: Mapping[str, str]


SPREADS: dict[str, tuple[Spread, ...]] = {
    "projects": (
        Spread(
            "project_funding",
            "project_id",
            "{stage}_{funding_source}",
            "amount",
            {"stage": "funding_stage", "funding_source": "funding_source"},
        ),
        Spread(
            "project_participation",
            "project_id",
            "participations_{channel}",
            "participations",
            {"channel": "channel"},
        ),
    )
}


def spread_columns(table: str, codebook: Codebook) -> dict[str, Kind]:
    """Columns that rules on a table may use beside its own: those of its received sheet that become rows elsewhere."""
    columns: dict[str, Kind] = {}
    for spread in SPREADS.get(table, ()):
        codes = [list(codebook.choice_labels(name, "en")) for name in spread.lists.values()]
        for combination in product(*codes):
            columns[spread.pattern.format(**dict(zip(spread.lists, combination, strict=True)))] = "number"
    return columns


def received_columns(table: str, codebook: Codebook) -> frozenset[str]:
    """Variables of the received sheets that a table is made from."""
    sources = {source for source, tables in SOURCE_TABLES.items() if table in tables}
    return frozenset(codebook.variables.loc[codebook.variables["table"].isin(sources), "variable"])


def setting_kinds() -> dict[str, Kind]:
    """Settings that rules may name, with their kinds."""
    kinds: dict[str, Kind] = {}
    for prefix, model in (("year.", Year), ("year.rules.", Rules)):
        for name, declared in model.model_fields.items():
            types = {declared.annotation, *get_args(declared.annotation)}
            if dt.date in types:
                kinds[prefix + name] = "date"
            elif types & {int, float}:
                kinds[prefix + name] = "number"
    return kinds
