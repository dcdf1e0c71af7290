"""The territorial unit of each record, by code and by name, with remarks on every repair and refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.context import Context
from evaluation.cleaning.distinct import combined
from evaluation.cleaning.objects import objects
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank, is_marker
from evaluation.ledger import Issue


def _text(value: Any, known: frozenset[str]) -> str:
    """A cell as text for matching: a whole number without a point, a mark of missing data as nothing.

    A mark that is also a unit's own spelling (``known``) is that unit: NA is Namibia in a list of countries.
    """
    if is_blank(value) or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if isinstance(value, str) and is_marker(value) and fold(value) not in known else str(value)


def _spellings(registry: pd.DataFrame) -> frozenset[str]:
    """Codes and names of the registry as they are compared with marks of missing data."""
    return frozenset(fold(str(text)) for column in ("unit_id", "name", "short_name") for text in registry[column])


def read_units(reading: Reading, name: str, code: str | None, context: Context, column: str = "unit_id") -> pd.Series:
    """Unit of each record from its name and code columns (or a column of unit codes); kept as ``column``.

    A column ``region`` says among which units to look. Missing where nothing certain was found; the remark says why
    and suggests units.
    """
    records = reading.records
    known = _spellings(context.registry)
    code_column = next((c for c in (column, code) if c and records.has(c)), None)
    asked = [one for one in (name, code_column, "region") if one and records.has(one)]
    # units are asked for once for equal cells: a register has many records of each
    row_of, cells = combined([records.distinct(one) for one in asked], len(reading.index))
    texts = {
        one: pd.Series([_text(cell[place], known) for cell in cells], dtype=object) for place, one in enumerate(asked)
    }
    none = pd.Series("", index=range(len(cells)), dtype=object)
    found = match(texts.get(name, none), texts[code_column] if code_column else None, context, texts.get("region"))
    units = pd.Series(objects(found["unit_id"], found.index).to_numpy()[row_of], index=reading.index, dtype=object)
    told = (found["rule"].fillna("") != "") | (found["code_rule"].fillna("") != "") | found["in_force"].eq(False)
    hits = list(found.itertuples(index=False))
    rows = np.flatnonzero(told.to_numpy(dtype=bool)[row_of])
    drafts: dict[tuple[int, str], Issue] = {}

    def remark(rule: str, row: int, place: int, variable: str, unit: str | None, hint: str | None) -> None:
        if row in records.displaced or (place, rule) not in drafts:
            issue = _as(reading, rule, row, variable, records.raw(row, variable), unit, hint)
            if row not in records.displaced:
                drafts[place, rule] = issue
        else:
            issue = records.again(drafts[place, rule], row)
        reading.issues.append(issue)

    for row, place in zip(reading.index[rows].tolist(), row_of[rows].tolist(), strict=True):
        hit = hits[place]
        unit = None if pd.isna(hit.unit_id) else str(hit.unit_id)
        hint = hit.suggestion if isinstance(hit.suggestion, str) and hit.suggestion else None
        if isinstance(hit.code_rule, str) and hit.code_rule and hit.code_rule != hit.rule and code_column:
            remark(hit.code_rule, row, place, code_column, unit, None)
        if isinstance(hit.rule, str) and hit.rule and hit.rule != "required_empty":
            by_code = hit.rule.startswith("oktmo") or not records.has(name)
            variable = code_column if code_column and by_code else name
            remark(hit.rule, row, place, variable, unit, hint)
        if unit is not None and lapsed(hit):
            variable = code_column or name
            reading.remark("unit_not_in_force", row, variable, records.raw(row, variable), value=unit, suggestion=hint)
    reading.columns[column] = units
    return units


def lapsed(hit: Any) -> bool:
    """Is the matched unit known to the registry, but not in force on the day?"""
    return not pd.isna(hit.in_force) and not bool(hit.in_force)


def _as(reading: Reading, rule: str, row: int, variable: str, raw: Any, unit: str | None, hint: str | None) -> Issue:
    issue = reading.records.remark(rule, row, variable, raw, value=unit, suggestion=hint)
    if unit is not None and RULES[rule][1] == "emptied":
        return replace(issue, action="repaired", severity="warning")
    return issue


def match(
    names: pd.Series, codes: pd.Series | None, context: Context, regions: pd.Series | None = None
) -> pd.DataFrame:
    """``territory.matching.match_units`` for this year's registry, day and decisions on names."""
    from evaluation.territory.matching import match_units

    return match_units(
        names, codes, context.registry, context.aliases, context.territory_date, context.region_code, regions
    )


def require_units(reading: Reading, variable: str, column: str = "unit_id") -> None:
    """Set aside the records whose unit is unknown."""
    records = reading.records
    name = next((n for n in (variable, "unit_code", column) if records.has(n)), None)
    for row in reading.kept_without(reading.columns[column]):
        reading.set_aside(row, "unit_unknown", name, records.raw(row, name) if name else None)


def remark_unnamed(reading: Reading, variables: Sequence[str]) -> None:
    """A remark on every kept record that names no unit; one for all of them where the file has none of ``variables``.

    ``variables`` are the columns that may name it, the preferred last. A unit that is named but not recognised has a
    remark of its own.
    """
    records = reading.records
    named = [name for name in variables if records.has(name)]
    if not named:
        reading.issues.append(records.remark("unit_not_named", variable="unit_id", value=len(reading.kept)))
        return
    told = {issue.row for issue in reading.issues if issue.field in named and issue.action == "emptied"}
    for row in reading.kept_without(reading.columns["unit_id"]):
        if row not in told:
            reading.remark("unit_not_named", row, named[-1])
