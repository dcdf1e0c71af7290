"""The journal of consultations. Topics are free text with phones in it: they become categories and are dropped."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.dates import date_parser
from evaluation.cleaning.periods import outside_year
from evaluation.cleaning.records import read_records
from evaluation.cleaning.registers import RECORD_LETTERS, record_number
from evaluation.cleaning.rows import (
    Reading,
    account,
    begin,
    merge_across,
    merge_repeated,
    record_keys,
    require,
)
from evaluation.cleaning.units import read_units
from evaluation.cleaning.values import Parsed, Parser, at_least_zero, is_blank, number_in, parse_text
from evaluation.cleaning.workbook import Received
from evaluation.privacy.personal import find_personal
from evaluation.privacy.pseudonyms import PSEUDONYM, pseudonym
from evaluation.settings import LANGUAGES

REQUIRED = (("consultation_id", "consultation_number"), ("consulted_on",))
MAX_MINUTES = 600.0


def topic_parser(context: Context) -> Parser:
    """A code or label of consultation_topic, or free text turned into a code by its first key word (else other)."""
    topics = context.choices("consultation_topic")
    declared = {code: code for code in topics.spellings.values()}
    for language in LANGUAGES:
        labels = context.codebook.choice_labels("consultation_topic", language)
        declared |= {label: code for code, label in labels.items()}

    def parse(raw: Any) -> Parsed:
        if is_blank(raw):
            return Parsed()
        text = str(raw).strip()
        if text in declared:
            return Parsed(declared[text])
        masked = "personal_data_masked" if find_personal(text, names=True) else "category_by_keyword"
        return Parsed(topics.find_start(text) or "other", masked)

    return parse


def minutes(raw: Any) -> Parsed:
    """Minutes of a consultation, 0 to MAX_MINUTES."""
    parsed = at_least_zero(number_in("minutes"))(raw)
    if parsed.value is not None and parsed.value > MAX_MINUTES:
        return Parsed(None, "out_of_range", f"0-{MAX_MINUTES:g}")
    return parsed


def clean_consultations(received: Received, context: Context) -> Part:
    """Table consultations. A consultation whose unit is unknown is kept without one."""
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, "consultations", context.codebook, REQUIRED, constants, ("topic",))
    readings = []
    for records in sheets:
        letter = "" if records.has("consultation_id") else "C"
        numbers = ("consultation_id", "consultation_number")
        keys = partial(record_keys, names=numbers, context=context, letter=letter)
        reading = begin(records, keys, received.source, context)
        reading.read("consulted_on", date_parser(records.is_1904, records.cells("consulted_on")))
        reading.read("channel", context.choices("consultation_channel").parse)
        reading.read("topic", topic_parser(context))
        reading.read("minutes", minutes)
        _person(reading, context)
        _project(reading, context)
        read_units(reading, "unit_name", None, context)
        _decide(reading, context)
        readings.append(reading)
    merge_across(readings)
    tables = [_table(reading, context) for reading in readings]
    return account({"consultations": join(tables, "consultations")}, readings, issues, other, received.source, context)


def _person(reading: Reading, context: Context) -> None:
    def key(raw: Any) -> Parsed:
        text = parse_text(raw).value
        if text is None:
            return Parsed()
        return Parsed(text if PSEUDONYM.match(text) else pseudonym("registration", text, context.key))

    reading.read("person_key", key)


def _project(reading: Reading, context: Context) -> None:
    number = "project_number" if reading.records.has("project_number") else "project_id"
    reading.columns["project_id"] = reading.read(number, record_number(RECORD_LETTERS["project_id"], context))


def _decide(reading: Reading, context: Context) -> None:
    number = "consultation_id" if reading.records.has("consultation_id") else "consultation_number"
    for row in reading.kept:
        if is_blank(reading.keys.loc[row]):
            reading.set_aside(row, "key_missing", number)
        elif reading.columns["unit_id"].loc[row] is None:
            reading.remark("unit_unknown", row, "unit_name", action="kept", severity="warning")
    require(reading, "consulted_on")
    merge_repeated(reading, ("consulted_on", "unit_id"), ("channel", "minutes"), number)
    outside_year(reading, reading.columns["consulted_on"], "consulted_on", context)


def _table(reading: Reading, context: Context) -> pd.DataFrame:
    rows = reading.kept
    columns = reading.columns_of(
        rows, ("consulted_on", "unit_id", "person_key", "project_id", "channel", "topic", "minutes")
    )
    columns["consultation_id"] = reading.keys.loc[rows]
    columns["year"] = pd.Series(context.year, index=rows, dtype=object)
    return to_table("consultations", {**columns, **reading.provenance(rows)})
