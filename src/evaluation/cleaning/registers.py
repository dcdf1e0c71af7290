"""Simple registers read by the declaration of their table alone: each column's kind says how its cells are read.

Text is screened for personal data, codes of records get their year, categories are looked up in the codebook's list,
numbers are held to the declared range, territorial units are recognised by name or code, and people become keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.dates import date_parser
from evaluation.cleaning.members import PERSONAL, identify_members
from evaluation.cleaning.objects import nothing, objects
from evaluation.cleaning.periods import outside_year
from evaluation.cleaning.records import Records, multiplier, read_records
from evaluation.cleaning.rows import Reading, account, begin
from evaluation.cleaning.screening import read_screened
from evaluation.cleaning.totals import check_totals
from evaluation.cleaning.units import read_units, remark_unnamed, require_units
from evaluation.cleaning.values import (
    Parsed,
    Parser,
    at_least_zero,
    is_blank,
    parse_flag,
    parse_integer,
    parse_number,
    parse_text,
    times,
)
from evaluation.cleaning.workbook import Received
from evaluation.tables import TABLES, Column, Table
from evaluation.tables.services import UNIT_ASKED_FOR

PROVENANCE = frozenset({"source", "source_sheet", "source_row"})
# numbers of records are counted anew every year; the letter says of what kind a record is (3 of 2025 is 2025-T3)
RECORD_LETTERS = {
    "project_id": "", "event_id": "T", "exchange_id": "X", "consultation_id": "C", "review_id": "D",
    "publication_id": "P", "recommendation_id": "R", "resolution_id": "M", "problem_id": "Q", "achievement_id": "A",
    "grant_id": "G",
    "request_id": "S", "entry_id": "N", "application_id": "F", "item_id": "I",
}  # fmt: skip
_WITH_YEAR = re.compile(r"^((?:19|20)\d\d)-")


def clean_register(
    received: Received, context: Context, tables: Mapping[str, pd.DataFrame], name: str | None = None
) -> Part:
    """The declared table ``name`` (default: named as the source) from a received file.

    ``tables`` are those cleaned before, to which the table's references must lead; references into a table that is
    empty or to records of another year cannot be checked here and are kept. Rows without a key or a required value
    are set aside; a row that repeats an earlier one is merged, one that contradicts it is set aside.
    Raises InputProblem where the file lacks needed columns.
    """
    table = TABLES[name or received.source]
    wanted = [column for column in table.columns if column.name not in PROVENANCE and column.name != "year"]
    required = tuple(alternatives(column.name) for column in wanted if column.required)
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, table.name, context.codebook, required, constants, PERSONAL)
    readings = []
    for records in sheets:
        keys = partial(_record_keys, table=table, wanted=wanted, context=context)
        groups = keys(records) if "person_key" in table.key else None
        reading = begin(records, keys, received.source, context, groups)
        _only_this_year(reading, context)
        for column in wanted:
            _read(reading, column, table, context)
        _decide(reading, wanted, table, tables, context)
        readings.append(reading)
    if "person_key" in table.names:
        identify_members(readings, tables, context)
    _merge_repeats(readings, table)
    for reading in readings:
        check_totals(reading, [column.name for column in wanted if column.kind in ("integer", "number", "money")])
    frames = [_frame(reading, table, context) for reading in readings]
    return account({table.name: join(frames, table.name)}, readings, issues, other, received.source, context)


def alternatives(name: str) -> tuple[str, ...]:
    """Received columns of which one is enough to fill the declared column ``name``, the preferred first."""
    if name == "unit_id":
        return ("unit_id", "unit_code", "unit_name")
    if name.endswith("_unit_id"):
        return (name, f"{name.removesuffix('_id')}_name")
    if name == "project_id":
        return ("project_number", "project_id")
    if name == "person_key":
        return ("person_key", "person_name")
    return (name,)


def parser_of(column: Column, table: Table, records: Records, context: Context, variable: str) -> Parser:
    """How the cells of ``variable`` become values of ``column``."""
    if column.kind == "category":
        return context.choices(context.codebook.list_of(table.name, column.name)).parse
    if column.kind == "flag":
        return parse_flag(context.choices("yes_no"))
    if column.kind == "date":
        return date_parser(records.is_1904, records.cells(variable))
    if column.kind == "integer":
        return within(parse_integer, column.low, column.high)
    if column.kind == "number":
        return within(parse_number, column.low, column.high)
    if column.kind == "money":
        return within(times(parse_number, multiplier(records, variable)), column.low, column.high)
    if column.name in RECORD_LETTERS:
        return record_number(RECORD_LETTERS[column.name], context)
    return parse_text


def within(parser: Parser, low: float | None, high: float | None) -> Parser:
    """``parser`` that refuses numbers outside the declared range; the suggestion is the range."""
    checked = at_least_zero(parser) if low == 0 else parser

    def parse(raw: Any) -> Parsed:
        parsed = checked(raw)
        if parsed.value is None:
            return parsed
        if (low is not None and parsed.value < low) or (high is not None and parsed.value > high):
            text = f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
            return Parsed(None, "out_of_range", text)
        return parsed

    return parse


def record_number(letter: str, context: Context) -> Parser:
    """Number of a record with its year and letter; one that has them is left as it is."""

    def parse(raw: Any) -> Parsed:
        parsed = parse_text(raw)
        if parsed.value is None:
            return parsed
        text = str(parsed.value).rstrip(".")
        return Parsed(context.record_id(text, "" if letter and letter in text else letter))

    return parse


def _received_name(name: str, records: Records) -> str:
    return next((variable for variable in alternatives(name) if records.has(variable)), name)


def _record_keys(records: Records, table: Table, wanted: Sequence[Column], context: Context) -> pd.Series:
    """Keys that decisions name: the key columns joined by ``/``, without the year, so that they hold next year.

    People have no key yet; ``begin`` takes what is left as groups.
    """
    index = records.frame.index
    by_name = {column.name: column for column in wanted}
    parts: list[list[str | None]] = []
    for name in table.key:
        if name in ("person_key", "year"):
            continue
        variable = _received_name(name, records)
        if not records.has(variable):
            return nothing(index)
        parser = parser_of(by_name[name], table, records, context, variable)
        cells = [(type(raw), raw) for raw in records.frame[variable]]
        known = {cell: parser(cell[1]).value for cell in dict.fromkeys(cells)}
        parts.append([None if known[cell] is None else str(known[cell]) for cell in cells])
    rows = ([part for part in row if part is not None] for row in zip(*parts, strict=True))
    return objects([None if len(row) < len(parts) else "/".join(row) for row in rows], index)


def _only_this_year(reading: Reading, context: Context) -> None:
    """Set aside the rows of other years of a register that holds several."""
    if not reading.records.has("year"):
        return
    years = reading.read("year", parse_integer)
    for row, year in years.items():
        if year is not None and year != context.year:
            reading.set_aside(row, "other_year", "year", reading.records.raw(row, "year"))
    reading.records = reading.records.only(reading.kept)


def _read(reading: Reading, column: Column, table: Table, context: Context) -> None:
    records, name = reading.records, column.name
    if name == "person_key":
        return
    if name == "unit_id" or name.endswith("_unit_id"):
        if any(records.has(variable) for variable in alternatives(name)):
            code = "unit_code" if name == "unit_id" else None
            read_units(reading, f"{name.removesuffix('_id')}_name", code, context, name)
        else:
            reading.columns[name] = nothing(reading.index)
        return
    variable = _received_name(name, records)
    if column.kind == "text":
        reading.columns[name] = read_screened(reading, variable, names=True)
    else:
        reading.columns[name] = reading.read(variable, parser_of(column, table, records, context, variable))


def _missing(reading: Reading, name: str) -> list[Any]:
    """Rows that are still kept and have no value."""
    values = reading.columns[name].loc[reading.kept]
    return [row for row, value in values.items() if is_blank(value)]


def _decide(
    reading: Reading, wanted: Sequence[Column], table: Table, tables: Mapping[str, pd.DataFrame], context: Context
) -> None:
    for column in wanted:
        name = column.name
        if not column.required or name == "person_key":
            continue
        if name == "unit_id" or name.endswith("_unit_id"):
            require_units(reading, f"{name.removesuffix('_id')}_name", name)
            continue
        variable = _received_name(name, reading.records)
        rule = "key_missing" if name in table.key else "required_empty"
        for row in _missing(reading, name):
            reading.set_aside(row, rule, variable, reading.records.raw(row, variable))
    if table.name in UNIT_ASKED_FOR:
        remark_unnamed(reading, alternatives("unit_id"))
    for name, (target, target_column) in table.references.items():
        if len(tables[target]):
            _follow(reading, name, set(tables[target][target_column].dropna()), context)
    day = next((column.name for column in wanted if column.kind == "date" and column.required), None)
    if day is not None and "year" in table.names:
        outside_year(reading, reading.columns[day], day, context)


def _follow(reading: Reading, name: str, known: set[str], context: Context) -> None:
    """Set aside the records that refer to a record of this year which is not there."""
    variable = _received_name(name, reading.records)
    for row, value in reading.columns[name].loc[reading.kept].items():
        if value is None or value in known:
            continue
        year = _WITH_YEAR.match(value)
        if year is None or int(year[1]) == context.year:
            reading.set_aside(row, "reference_unknown", variable, value)


def _merge_repeats(readings: Sequence[Reading], table: Table) -> None:
    """A row with the key of an earlier one repeats it, or contradicts it and is set aside."""
    content = [name for name in table.names if name not in (*table.key, *PROVENANCE, "year")]
    first: dict[tuple[Any, ...], tuple[Reading, Any]] = {}
    for reading in readings:
        rows = reading.kept
        parts = [reading.columns[name].loc[rows] for name in table.key if name != "year"]
        for row, key in zip(rows, zip(*parts, strict=True), strict=True):
            if key not in first:
                first[key] = (reading, row)
                continue
            earlier, before = first[key]
            place = f"{earlier.records.sheet}, {before}"
            contradicting = [
                name
                for name in content
                if reading.columns[name].loc[row] is not None
                and reading.columns[name].loc[row] != earlier.columns[name].loc[before]
            ]
            variable = _received_name(table.key[0], reading.records)
            raw = reading.records.raw(row, variable)
            if contradicting:
                hint = f"{place}: {', '.join(contradicting)}"
                reading.set_aside(row, "duplicate_key", variable, raw, suggestion=hint)
            else:
                reading.remark("duplicate_row", row, variable, raw, value=f"= {place}")
                reading.merge(row, earlier.keys.loc[before])


def _frame(reading: Reading, table: Table, context: Context) -> pd.DataFrame:
    rows = reading.kept
    columns = {name: series for name, series in reading.columns_of(rows, table.names).items() if name != "year"}
    if "year" in table.names:
        columns["year"] = pd.Series(context.year, index=rows, dtype=object)
    return to_table(table.name, {**columns, **reading.provenance(rows)})
