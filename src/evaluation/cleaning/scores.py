"""The minutes of scoring: points by application and criterion, across columns or one row a criterion."""

from __future__ import annotations

from functools import partial

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.records import read_records
from evaluation.cleaning.rows import (
    Reading,
    account,
    begin,
    merge_across,
    merge_repeated,
    record_keys,
)
from evaluation.cleaning.values import Parsed, at_least_zero, is_blank, parse_number
from evaluation.cleaning.workbook import Received

CRITERIA = (
    "participation", "residents_contribution", "business_contribution", "local_contribution", "significance",
    "information",
)  # fmt: skip
MAX_POINTS = 100.0


def points(raw: object) -> Parsed:
    """Points of one criterion, 0 to 100; «8 б.» is 8."""
    parsed = at_least_zero(parse_number)(raw)
    if parsed.value is not None and parsed.value > MAX_POINTS:
        return Parsed(None, "out_of_range", f"0-{MAX_POINTS:g}")
    return parsed


def clean_scores(received: Received, context: Context, projects: pd.DataFrame) -> Part:
    """Table scores; ``projects`` are the cleaned applications, to which the numbers must lead."""
    constants = context.constants.get(received.source, {})
    criteria = tuple(f"points_{criterion}" for criterion in CRITERIA)
    required = (("project_id", "project_number"), (*criteria, "points"))
    sheets, issues, other = read_records(received, "scores", context.codebook, required, constants)
    readings = []
    for records in sheets:
        keys = partial(record_keys, names=("project_number", "project_id"), context=context)
        reading = begin(records, keys, received.source, context)
        is_long = records.has("criterion") and records.has("points")
        if is_long:
            reading.read("criterion", context.choices("criterion").parse)
            reading.read("points", points)
        else:
            for name in criteria:
                reading.read(name, points)
            reading.read("total_points", at_least_zero(parse_number))
        _decide(reading, is_long, criteria)
        _compare(reading, is_long, criteria, projects)
        readings.append(reading)
    if not any(reading.records.has("criterion") for reading in readings):
        merge_across(readings)
    tables = [_table(reading, criteria) for reading in readings]
    return account({"scores": join(tables, "scores")}, readings, issues, other, received.source, context)


def _decide(reading: Reading, is_long: bool, criteria: tuple[str, ...]) -> None:
    number = "project_number" if reading.records.has("project_number") else "project_id"
    for row in reading.kept:
        if is_blank(reading.keys.loc[row]):
            reading.set_aside(row, "key_missing", number)
        elif is_long and reading.columns["criterion"].loc[row] is None:
            reading.set_aside(row, "required_empty", "criterion", reading.records.raw(row, "criterion"))
    if is_long:
        frame = pd.DataFrame({"key": reading.keys, "criterion": reading.columns["criterion"]}).loc[reading.kept]
        for row in frame.index[frame.duplicated()]:
            reading.remark("duplicate_row", row, number, reading.keys.loc[row])
            reading.merge(row, str(reading.keys.loc[row]))
    else:
        merge_repeated(reading, (), (*criteria, "total_points"), number)


def _compare(reading: Reading, is_long: bool, criteria: tuple[str, ...], projects: pd.DataFrame) -> None:
    """Numbers must be known; points must add up to the printed total, and the total to the register's score."""
    known = projects.set_index("project_id")["score"].to_dict()
    number = "project_number" if reading.records.has("project_number") else "project_id"
    for row in reading.kept:
        key = str(reading.keys.loc[row])
        if key not in known:
            reading.set_aside(row, "reference_unknown", number, key)
            continue
        if is_long:
            continue
        total = reading.columns["total_points"].loc[row]
        values = [reading.columns[name].loc[row] for name in criteria if reading.records.has(name)]
        if total is not None and all(value is not None for value in values) and abs(sum(values) - total) > 0.005:
            reading.remark("score_sum", row, "total_points", total, suggestion=f"{sum(values):g}")
        if total is not None and not pd.isna(known[key]) and abs(known[key] - total) > 0.005:
            reading.remark("score_differs", row, "total_points", total, suggestion=f"{known[key]:g}")


def _table(reading: Reading, criteria: tuple[str, ...]) -> pd.DataFrame:
    rows = reading.kept
    if "criterion" in reading.columns:
        columns = reading.columns_of(rows, ("criterion", "points"))
        return to_table("scores", {"project_id": reading.keys.loc[rows], **columns, **reading.provenance(rows)})
    parts = []
    for name in criteria:
        values = reading.columns[name].loc[rows]
        known = values[values.notna()]
        part = pd.DataFrame({"project_id": reading.keys.loc[known.index], "points": known}, index=known.index)
        part["criterion"] = name.removeprefix("points_")
        for column, series in reading.provenance(known.index).items():
            part[column] = series
        parts.append(part)
    filled = [part for part in parts if len(part)]
    if not filled:
        return join([], "scores")
    frame = pd.concat(filled).sort_values(["project_id", "criterion"], kind="stable").reset_index(drop=True)
    return to_table("scores", {name: frame[name] for name in frame.columns})
