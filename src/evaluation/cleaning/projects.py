"""The register of applications: projects, their funding by source and residents' participation by channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.cross_checks import surroundings_of
from evaluation.cleaning.partial_dates import read_date
from evaluation.cleaning.place_codes import place_code
from evaluation.cleaning.reconciling import reconciling_items
from evaluation.cleaning.record_checks import check_records
from evaluation.cleaning.records import multiplier, read_records
from evaluation.cleaning.rows import (
    Reading,
    account,
    begin,
    merge_across,
    merge_repeated,
    record_keys,
    require,
)
from evaluation.cleaning.screening import read_screened
from evaluation.cleaning.totals import check_totals
from evaluation.cleaning.units import read_units, require_units
from evaluation.cleaning.values import at_least_zero, is_blank, parse_integer, parse_number, stated_in, times
from evaluation.cleaning.workbook import Received

SOURCES = ("regional", "local", "residents", "business", "other")
STAGES = {"planned": "cost_planned", "paid": "cost_actual"}
CHANNELS = ("meeting", "questionnaire", "online", "vote")
FUNDED = frozenset({"funded", "completed", "not_completed", "partly_completed"})
AMOUNTS = (*STAGES.values(), *(f"{stage}_{source}" for stage in STAGES for source in SOURCES))
BUDGET = "contest_budget"
COUNTS = (*(f"participations_{channel}" for channel in CHANNELS), "beneficiaries")
DATES = ("applied_on", "decided_on", "started_on", "planned_end", "finished_on")
REQUIRED = (("project_id", "project_number"), ("unit_id", "unit_name", "unit_code"), ("status",))


def clean_projects(received: Received, context: Context, tables: Mapping[str, pd.DataFrame]) -> Part:
    """Tables projects, project_funding, project_participation and reconciling_items.

    ``tables`` are those read before (the units' population), which checking rules may look into. A register of several
    years (a column with the year) gives this year's rows; the others are set aside.
    """
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, "projects", context.codebook, REQUIRED, constants)
    readings = []
    for records in sheets:
        keys = partial(record_keys, names=("project_number", "project_id"), context=context)
        reading = begin(records, keys, received.source, context)
        _only_this_year(reading, context)
        _read(reading, context)
        _decide(reading, context)
        _check(reading, context, tables)
        check_totals(reading, [*AMOUNTS, *COUNTS])
        readings.append(reading)
    merge_across(readings)
    tables = {
        "projects": join([_projects(reading, context) for reading in readings], "projects"),
        "project_funding": join([_funding(reading) for reading in readings], "project_funding"),
        "project_participation": join([_participation(reading) for reading in readings], "project_participation"),
        "reconciling_items": join(
            [reconciling_items(reading, context.year, FUNDED, STAGES, SOURCES, CHANNELS) for reading in readings],
            "reconciling_items",
        ),
    }
    return account(tables, readings, issues, other, received.source, context)


def _read(reading: Reading, context: Context) -> None:
    records = reading.records
    for name in ("title", "place_name"):
        read_screened(reading, name)
    reading.read("place_code", place_code(context))
    reading.read("topic", context.choices("topic").parse_first)
    reading.read("applicant_type", context.choices("applicant_type").parse)
    reading.read("status", context.choices("project_status").parse)
    reading.read("score", at_least_zero(parse_number))
    for name in DATES:
        read_date(reading, name)
    for name in (*AMOUNTS, BUDGET):
        currency = context.codebook.unit("projects", name)
        reading.read(name, stated_in(currency, times(at_least_zero(parse_number), multiplier(records, name))))
    for name in COUNTS:
        reading.read(name, stated_in("persons", at_least_zero(parse_integer)))
    read_units(reading, "unit_name", "unit_code", context)


def _only_this_year(reading: Reading, context: Context) -> None:
    """Set aside the rows of other years of a register of several years, before anything else of them is read."""
    if not reading.records.has("year"):
        return
    years = reading.read("year", parse_integer)
    elsewhere = years[years.notna() & (years != context.year)].index.intersection(reading.kept)
    for row, raw in reading.records.frame["year"].loc[elsewhere].items():
        reading.set_aside(row, "other_year", "year", raw)
    reading.records = reading.records.only(reading.kept)


def _decide(reading: Reading, context: Context) -> None:
    """Fates of the rows: missing numbers, unknown units, repeats."""
    records = reading.records
    number = "project_number" if records.has("project_number") else "project_id"
    for row in reading.kept_without(reading.keys):
        reading.set_aside(row, "key_missing", number)
    _status_from_strike(reading)
    merge_repeated(
        reading, ("title", "unit_id"), ("place_name", "topic", "status", "cost_planned", "applied_on"), number
    )
    require_units(reading, "unit_name")
    require(reading, "status")


def _status_from_strike(reading: Reading) -> None:
    """A struck-through application without a decision was withdrawn."""
    status = reading.columns["status"].copy()
    for row in sorted(reading.records.layout.sheet.struck_rows & set(reading.index)):
        if is_blank(status.loc[row]) or status.loc[row] == "submitted":
            status.loc[row] = "withdrawn"
            reading.remark("status_from_strike", row, "status", reading.records.raw(row, "status"), value="withdrawn")
    reading.columns["status"] = status


def _check(reading: Reading, context: Context, tables: Mapping[str, pd.DataFrame]) -> None:
    """The checking rules on each application and between the applications of a sheet."""
    extra = {
        "project_id": reading.keys,
        "year": pd.Series(context.year, index=reading.index, dtype=object),
        "is_funded": reading.columns["status"].isin(FUNDED),
    }
    check_records(reading, "projects", context.rules, surroundings_of(context, tables), extra)


def _projects(reading: Reading, context: Context) -> pd.DataFrame:
    rows = reading.kept
    names = ("place_name", "place_code", "title", "topic", "applicant_type", "score", "status", "cost_planned",
             "cost_actual", BUDGET, "beneficiaries", "unit_id", *DATES,
             *(f"{name}_partial" for name in DATES))  # fmt: skip
    columns = reading.columns_of(rows, names)
    columns["project_id"] = reading.keys.loc[rows]
    columns["year"] = pd.Series(context.year, index=rows, dtype=object)
    columns["is_funded"] = columns["status"].isin(FUNDED)
    return to_table("projects", {**columns, **reading.provenance(rows)})


def _funding(reading: Reading) -> pd.DataFrame:
    parts = []
    for stage in STAGES:
        for source in SOURCES:
            values = reading.columns[f"{stage}_{source}"].loc[reading.kept]
            parts.append(_long(reading, values, {"funding_source": source, "stage": stage}, "amount"))
    return _stack(parts, "project_funding", ["project_id", "stage", "funding_source"])


def _participation(reading: Reading) -> pd.DataFrame:
    parts = []
    for channel in CHANNELS:
        values = reading.columns[f"participations_{channel}"].loc[reading.kept]
        counted = "persons" if channel == "vote" else "participations"
        parts.append(_long(reading, values, {"channel": channel, "counted_as": counted}, "participations"))
    return _stack(parts, "project_participation", ["project_id", "channel"])


def _long(reading: Reading, values: pd.Series, constants: Mapping[str, str], name: str) -> pd.DataFrame:
    """One row a project with a value; ``constants`` say of what."""
    known = values[values.notna()]
    frame = pd.DataFrame({"project_id": reading.keys.loc[known.index], name: known}, index=known.index)
    for column, constant in constants.items():
        frame[column] = constant
    for column, series in reading.provenance(known.index).items():
        frame[column] = series
    return frame


def _stack(parts: list[pd.DataFrame], table: str, order: list[str]) -> pd.DataFrame:
    frame = pd.concat([part for part in parts if len(part)]) if any(len(part) for part in parts) else pd.DataFrame()
    if frame.empty:
        return join([], table)
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    return to_table(table, {name: frame[name] for name in frame.columns})
