"""The schedule of training and other support events."""

from __future__ import annotations

from functools import partial

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.objects import mapped, objects
from evaluation.cleaning.periods import read_period
from evaluation.cleaning.records import read_records
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
from evaluation.cleaning.units import read_units
from evaluation.cleaning.values import at_least_zero, is_blank, number_in, parse_integer
from evaluation.cleaning.workbook import Received

REQUIRED = (("event_id", "event_number"), ("stream",), ("period", "starts_on"))


def clean_events(received: Received, context: Context) -> Part:
    """Table support_events. An event without a known place is kept without a host."""
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, "support_events", context.codebook, REQUIRED, constants)
    readings = []
    for records in sheets:
        letter = "" if records.has("event_id") else "T"
        keys = partial(record_keys, names=("event_id", "event_number"), context=context, letter=letter)
        reading = begin(records, keys, received.source, context)
        _read(reading, context)
        number = "event_id" if records.has("event_id") else "event_number"
        for row in reading.kept:
            if is_blank(reading.keys.loc[row]):
                reading.set_aside(row, "key_missing", number)
        require(reading, "stream")
        merge_repeated(reading, ("title",), ("starts_on", "ends_on", "form", "hours"), number)
        readings.append(reading)
    merge_across(readings)
    table = join([_table(reading, context) for reading in readings], "support_events")
    return account({"support_events": table}, readings, issues, other, received.source, context)


def _read(reading: Reading, context: Context) -> None:
    read_screened(reading, "title")
    reading.read("stream", context.choices("stream").parse)
    reading.read("form", context.choices("event_form").parse)
    reading.read("mode", context.choices("mode").parse)
    reading.read("hours", at_least_zero(number_in("hours")))
    reading.read("cohort", context.choices("cohort").parse)
    for name in ("invited", "reported_participants"):
        reading.read(name, at_least_zero(parse_integer))
    read_period(reading, context)
    _without_online(reading, context)
    for name in ("host_unit", "recipient_unit"):
        read_units(reading, f"{name}_name", None, context, f"{name}_id")


def _without_online(reading: Reading, context: Context) -> None:
    """«онлайн» in the column of places names no place."""
    records = reading.records
    if records.has("host_unit_name"):
        modes = context.choices("mode")
        named = mapped(records.frame["host_unit_name"], lambda raw: modes.parse(raw).value)
        cells = zip(records.frame["host_unit_name"], named.notna(), strict=True)
        places = objects([None if online else cell for cell, online in cells], named.index)
        reading.records = records.corrected(records.frame.assign(host_unit_name=places), ["host_unit_name"])


def _table(reading: Reading, context: Context) -> pd.DataFrame:
    rows = reading.kept
    names = (
        "title",
        "stream",
        "form",
        "starts_on",
        "ends_on",
        "hours",
        "mode",
        "host_unit_id",
        "recipient_unit_id",
        "cohort",
        "invited",
        "reported_participants",
    )
    columns = reading.columns_of(rows, names)
    columns["event_id"] = reading.keys.loc[rows]
    columns["year"] = pd.Series(context.year, index=rows, dtype=object)
    return to_table("support_events", {**columns, **reading.provenance(rows)})
