"""Households of a trial of training: a plain table, mapped by the codebook's aliases."""

from __future__ import annotations

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.objects import mapped, objects
from evaluation.cleaning.records import read_records
from evaluation.cleaning.rows import account, begin, record_keys, require
from evaluation.cleaning.units import read_units, require_units
from evaluation.cleaning.values import Parsed, Parser, at_least_zero, parse_flag, parse_number, parse_text
from evaluation.cleaning.workbook import Received
from evaluation.tables import TABLES

REQUIRED = (("unit_id", "unit_name"), ("village",), ("took_up",), ("intensive_session",), ("default_enrolment",))


def _within(parser: Parser, low: float | None, high: float | None) -> Parser:
    def parse(raw: object) -> Parsed:
        parsed = parser(raw)
        if parsed.value is not None and (
            (low is not None and parsed.value < low) or (high is not None and parsed.value > high)
        ):
            return Parsed(
                None, "out_of_range", f"{low if low is not None else '-inf'}..{high if high is not None else 'inf'}"
            )
        return parsed

    return parse


def clean_trial(received: Received, context: Context) -> Part:
    """Table trial_households. A household without a number is named by its row of the file (``H00012``)."""
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, "trial_households", context.codebook, REQUIRED, constants)
    flag = parse_flag(context.choices("yes_no"))
    readings, tables = [], []
    for records in sheets:
        keys = record_keys(records, ("household_id",), context)
        if not records.has("household_id"):
            keys = objects([f"H{int(row):05d}" for row in keys.index], keys.index)
        else:
            keys = mapped(records.frame["household_id"], lambda raw: parse_text(raw).value)
        groups = None if records.has("household_id") else objects(["H"] * len(keys), keys.index)
        reading = begin(records, keys, received.source, context, groups)
        names = []
        for column in TABLES["trial_households"].columns:
            if column.name in ("household_id", "unit_id", "source", "source_sheet", "source_row"):
                continue
            names.append(column.name)
            if column.kind == "flag":
                reading.read(column.name, flag)
            elif column.kind == "code":
                reading.read(column.name, parse_text)
            else:
                parser = at_least_zero(parse_number) if column.low == 0 else parse_number
                reading.read(column.name, _within(parser, column.low, column.high))
        read_units(reading, "unit_name", None, context)
        require_units(reading, "unit_name")
        for column in TABLES["trial_households"].columns:
            if column.required and column.name in names:
                require(reading, column.name)
        seen: set[str] = set()
        for row in reading.kept:
            key = reading.keys.loc[row]
            if key is None or key in seen:
                reading.set_aside(row, "key_missing" if key is None else "duplicate_key", "household_id", key)
            seen.add(str(key))
        rows = reading.kept
        columns = reading.columns_of(rows, (*names, "unit_id"))
        columns["household_id"] = reading.keys.loc[rows]
        tables.append(to_table("trial_households", {**columns, **reading.provenance(rows)}))
        readings.append(reading)
    table = join(tables, "trial_households")
    return account({"trial_households": table}, readings, issues, other, received.source, context)
