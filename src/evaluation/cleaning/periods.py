"""First and last day of events, from one cell in words or from two columns."""

from __future__ import annotations

import pandas as pd

from evaluation.cleaning.context import Context
from evaluation.cleaning.date_ranges import parse_period
from evaluation.cleaning.dates import date_parser
from evaluation.cleaning.rows import Reading

MANY_YEARS = 0.2


def read_period(reading: Reading, context: Context) -> None:
    """Fill the columns ``starts_on`` and ``ends_on``; records without a first day are set aside."""
    records = reading.records
    starts = reading.read("starts_on", date_parser(records.is_1904, records.cells("starts_on"))).copy()
    ends = reading.read("ends_on", date_parser(records.is_1904, records.cells("ends_on"))).copy()
    if records.has("period"):
        periods = reading.read("period", lambda raw: parse_period(raw, context.year, records.is_1904))
        for row, period in periods.items():
            if period is not None and starts.loc[row] is None:
                starts.loc[row], ends.loc[row] = period.start, period.end
    for row in reading.index:
        if starts.loc[row] is not None and ends.loc[row] is None:
            ends.loc[row] = starts.loc[row]
            if records.has("ends_on"):
                reading.remark("end_filled", row, "ends_on", None, value=starts.loc[row])
    reading.columns["starts_on"], reading.columns["ends_on"] = starts, ends
    _reversed(reading)
    name = "period" if records.has("period") else "starts_on"
    for row in reading.kept:
        if reading.columns["starts_on"].loc[row] is None:
            reading.set_aside(row, "required_empty", name, records.raw(row, name))
    outside_year(reading, reading.columns["starts_on"], name, context)


def _reversed(reading: Reading) -> None:
    starts, ends = reading.columns["starts_on"], reading.columns["ends_on"]
    for row in reading.index:
        if starts.loc[row] is not None and ends.loc[row] is not None and ends.loc[row] < starts.loc[row]:
            reading.remark("dates_reversed", row, "ends_on", ends.loc[row], suggestion=f">= {starts.loc[row]}")


def outside_year(reading: Reading, days: pd.Series, name: str, context: Context) -> None:
    """Days outside the programme year: an error to look at, or, where a file holds many years, rows of other years."""
    rows = [row for row in reading.kept if days.loc[row] is not None]
    outside = [row for row in rows if days.loc[row].year != context.year]
    many = len(rows) > 0 and len(outside) > MANY_YEARS * len(rows)
    for row in outside:
        if many:
            reading.set_aside(row, "other_year", name, days.loc[row])
        else:
            reading.remark("date_outside_year", row, name, days.loc[row])
