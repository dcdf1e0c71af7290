"""The register of applications: projects, their funding by source and residents' participation by channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.dates import date_parser
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
from evaluation.cleaning.totals import check_totals
from evaluation.cleaning.units import read_units, require_units
from evaluation.cleaning.values import Parsed, at_least_zero, is_blank, parse_integer, parse_number, parse_text, times
from evaluation.cleaning.workbook import Received
from evaluation.privacy.personal import mask_personal

SOURCES = ("regional", "local", "residents", "business", "other")
STAGES = {"planned": "cost_planned", "paid": "cost_actual"}
CHANNELS = ("meeting", "questionnaire", "online", "vote")
FUNDED = frozenset({"funded", "completed", "not_completed", "partly_completed"})
AMOUNTS = (*STAGES.values(), *(f"{stage}_{source}" for stage in STAGES for source in SOURCES))
COUNTS = (*(f"participations_{channel}" for channel in CHANNELS), "beneficiaries")
DATES = ("applied_on", "planned_end", "finished_on")
REQUIRED = (("project_id", "project_number"), ("unit_id", "unit_name", "unit_code"), ("status",))


def clean_projects(received: Received, context: Context, population: Mapping[str, int]) -> Part:
    """Tables projects, project_funding and project_participation.

    ``population`` (persons by unit) is what declared beneficiaries and participations are compared with. A register
    of several years (a column with the year) gives this year's rows; the others are set aside.
    """
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, "projects", context.codebook, REQUIRED, constants)
    readings = []
    for records in sheets:
        reading = begin(
            records, record_keys(records, ("project_number", "project_id"), context), received.source, context
        )
        _only_this_year(reading, context)
        _read(reading, context)
        _decide(reading, context)
        _compare(reading, population, context)
        check_totals(reading, [*AMOUNTS, *COUNTS])
        readings.append(reading)
    merge_across(readings)
    tables = {
        "projects": join([_projects(reading, context) for reading in readings], "projects"),
        "project_funding": join([_funding(reading) for reading in readings], "project_funding"),
        "project_participation": join([_participation(reading) for reading in readings], "project_participation"),
    }
    return account(tables, readings, issues, other, received.source, context)


def screened(raw: Any) -> Parsed:
    """Text for storage with personal data masked."""
    parsed = parse_text(raw)
    if parsed.value is None:
        return parsed
    masked, kinds = mask_personal(parsed.value)
    return Parsed(masked, "personal_data_masked", ", ".join(kinds)) if kinds else parsed


def _read(reading: Reading, context: Context) -> None:
    records = reading.records
    for name in ("title", "place_name"):
        start = len(reading.issues)
        reading.read(name, screened)
        # what was masked must not stand in the remark
        reading.issues[start:] = [
            replace(issue, raw=None, value=None) if issue.rule == "personal_data_masked" else issue
            for issue in reading.issues[start:]
        ]
    reading.read("topic", context.choices("topic").parse_first)
    reading.read("applicant_type", context.choices("applicant_type").parse)
    reading.read("status", context.choices("project_status").parse)
    reading.read("score", at_least_zero(parse_number))
    for name in DATES:
        reading.read(name, date_parser(records.is_1904, records.cells(name)))
    for name in AMOUNTS:
        reading.read(name, times(at_least_zero(parse_number), multiplier(records, name)))
    for name in COUNTS:
        reading.read(name, at_least_zero(parse_integer))
    read_units(reading, "unit_name", "unit_code", context)


def _only_this_year(reading: Reading, context: Context) -> None:
    """Set aside the rows of other years of a register of several years, before anything else of them is read."""
    if not reading.records.has("year"):
        return
    years = reading.read("year", parse_integer)
    for row in reading.kept:
        if years.loc[row] is not None and years.loc[row] != context.year:
            reading.set_aside(row, "other_year", "year", reading.records.raw(row, "year"))
    reading.records = reading.records.only(reading.kept)


def _decide(reading: Reading, context: Context) -> None:
    """Fates of the rows: missing numbers, unknown units, repeats."""
    records = reading.records
    number = "project_number" if records.has("project_number") else "project_id"
    for row in reading.kept:
        if is_blank(reading.keys.loc[row]):
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


def _compare(reading: Reading, population: Mapping[str, int], context: Context) -> None:
    """Checks between the cells of a row."""
    refused = {
        (issue.row, issue.field)
        for issue in reading.issues
        if issue.action == "emptied" and issue.rule != "missing_marker"
    }
    refused |= {
        (issue.row, issue.field) for issue in reading.issues if issue.rule in ("excel_error", "formula_without_value")
    }
    columns = pd.DataFrame({name: reading.columns[name] for name in (*AMOUNTS, *COUNTS, *DATES, "unit_id")})
    for row, cells in columns.loc[reading.kept].to_dict("index").items():
        for stage, total in STAGES.items():
            _sum_of_sources(reading, row, cells, stage, total, refused)
        residents = population.get(cells["unit_id"] or "")
        for name in COUNTS:
            value = cells[name]
            if residents is not None and value is not None and value > residents:
                rule = "beneficiaries_over_population" if name == "beneficiaries" else "participations_over_population"
                reading.remark(
                    rule, row, name, reading.records.raw(row, name), value=value, suggestion=f"<= {residents}"
                )
        applied, finished = cells["applied_on"], cells["finished_on"]
        if applied is not None and finished is not None and finished < applied:
            reading.remark("finished_before_applied", row, "finished_on", finished, suggestion=f">= {applied}")
        for name, years in (("applied_on", (-1, 0)), ("planned_end", (0, 1)), ("finished_on", (0, 1))):
            day = cells[name]
            if day is not None and not context.year + years[0] <= day.year <= context.year + years[1]:
                reading.remark("date_outside_year", row, name, day)
    _probable_duplicates(reading)


def _sum_of_sources(
    reading: Reading,
    row: Any,
    cells: Mapping[Any, Any],
    stage: str,
    total: str,
    refused: set[tuple[int | None, str | None]],
) -> None:
    """The sources must add up to the cost. One source that would close the gap if it were a thousand times more or
    less is not taken, and the remark says what it should have been; other gaps are remarked alone."""
    names = [f"{stage}_{source}" for source in SOURCES]
    known = {name: cells[name] for name in names if cells[name] is not None}
    cost = cells[total]
    if cost is None or len(known) < 2 or any((int(row), name) in refused for name in names):
        return
    # sources may be rounded one by one; a hundredth of the column's unit each
    tolerance = max(1.0, 0.03 * multiplier(reading.records, total))
    gap = sum(known.values()) - cost
    if abs(gap) <= tolerance:
        return
    hint, field = None, total
    for name, value in known.items():
        for factor, words in ((1000.0, "x 1000"), (0.001, "/ 1000")):
            if value and abs(gap - value + value * factor) <= max(tolerance, 0.001 * value * factor):
                hint, field = f"{name} {words} = {value * factor:.2f}", name
    if hint is None and cost and abs(sum(known.values()) - cost * 1000) <= tolerance:
        hint = f"{total} x 1000"
    raw = reading.records.raw(row, field)
    if field == total:
        reading.remark("sum_of_sources", row, field, raw, value=round(gap, 2), suggestion=hint)
    else:
        # an amount a thousand times off would swamp every sum it enters
        reading.remark("sum_of_sources", row, field, raw, suggestion=hint, action="emptied")
        reading.columns[field].loc[row] = None


def _probable_duplicates(reading: Reading) -> None:
    """The same unit, title and cost under another number."""
    frame = pd.DataFrame(
        {name: reading.columns[name].loc[reading.kept] for name in ("unit_id", "title", "place_name", "cost_planned")}
    )
    frame = frame.dropna(subset=["unit_id", "title", "cost_planned"])
    repeated = frame[frame.duplicated(keep="first")]
    for row in repeated.index:
        reading.remark("probable_duplicate", row, "title", frame.loc[row, "title"])


def _projects(reading: Reading, context: Context) -> pd.DataFrame:
    rows = reading.kept
    names = ("place_name", "title", "topic", "applicant_type", "applied_on", "score", "status", "cost_planned",
             "cost_actual", "beneficiaries", "planned_end", "finished_on", "unit_id")  # fmt: skip
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
