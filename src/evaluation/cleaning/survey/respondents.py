"""What an export tells of each response beside its answers: who, where, when, how long, by which design."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.context import Context
from evaluation.cleaning.dates import date_order, parse_date
from evaluation.cleaning.objects import objects
from evaluation.cleaning.parsed import EMPTY, Parsed, Parser, plain
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.units import read_units
from evaluation.cleaning.values import is_blank, parse_integer, parse_number, parse_text
from evaluation.privacy.pseudonyms import PSEUDONYM, pseudonym

RESPONDENT_COLUMNS = (
    "person_key", "unit_id", "event_id", "started_at", "submitted_at", "duration_s", "language", "stratum", "psu",
    "w_base",
)  # fmt: skip
# what a service that exports no empty dates writes for a response that was never sent off
NEVER = "1980-01-01 00:00:00"
_CLOCK = re.compile(r"(?<![\d.])(\d{1,2}):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*([ap])?\.?(?:m\b)?", re.I)
_STAMP = re.compile(r"(\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-]\d{4})[ T](\d\d?:\d\d(?::\d\d)?)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?|[^\W\d_][\w ()-]{1,30}")


def moment_parser(is_1904: bool, cells: list[Any]) -> Parser:
    """Day and time of day of a response, as the respondent's clock showed them; a time zone is passed over.

    Days are read as ``parse_date`` reads them, with the order of the whole column (``cells``); that a day came as text
    is usual in exports and not remarked.
    """
    order = date_order(cells)
    days: dict[str, Parsed] = {}

    def day_in(raw: Any) -> Parsed:
        # nearly every response has a moment of its own, and all of them few days
        stamp = _STAMP.fullmatch(raw) if isinstance(raw, str) else None
        if stamp is None:
            return parse_date(raw, is_1904, order)
        if stamp[1] not in days:
            days[stamp[1]] = parse_date(stamp[1], is_1904, order)
        return days[stamp[1]]

    def parse(raw: Any) -> Parsed:
        raw = plain(raw)
        if is_blank(raw) or (isinstance(raw, str) and raw.strip() == NEVER):
            return EMPTY
        day = day_in(raw)
        if day.value is None:
            return day
        clock = _clock(raw)
        rule = None if day.rule in ("date_as_text", "excel_serial") else day.rule
        return Parsed(dt.datetime.combine(day.value, clock), rule, day.suggestion)

    return parse


def _clock(raw: Any) -> dt.time:
    """The time of day in a cell, to the second; midnight where there is none."""
    if isinstance(raw, dt.datetime):
        return raw.time().replace(microsecond=0, tzinfo=None)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        seconds = min(round(float(raw) % 1 * 86_400), 86_399)
        return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    found = _CLOCK.search(raw) if isinstance(raw, str) else None
    if found is None:
        return dt.time()
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4].casefold() == "p" else 0)
    return dt.time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else dt.time()


def read_respondents(reading: Reading, context: Context, events: set[str] | None) -> None:
    """Read RESPONDENT_COLUMNS of every response into ``reading``; ``events`` are those known, where they are."""
    records = reading.records
    for name in ("started_at", "submitted_at"):
        reading.read(name, moment_parser(records.is_1904, records.cells(name)))
    _read_duration(reading)
    read_units(reading, "unit_name", None, context)
    if records.has("unit_name") or records.has("unit_id"):
        for row in reading.index[reading.columns["unit_id"].isna()].tolist():
            reading.remark("unit_unknown", row, "unit_name", action="kept", severity="warning")
    _read_event(reading, context, events)
    _read_person(reading, context)
    for name in ("stratum", "psu", "language"):
        reading.read(name, _language if name == "language" else parse_text)
    reading.read("w_base", _weight)


def _weight(raw: Any) -> Parsed:
    parsed = parse_number(raw)
    if parsed.value is not None and parsed.value <= 0:
        return Parsed(None, "out_of_range", "> 0")
    return parsed._replace(rule=None) if parsed.rule == "number_as_text" else parsed


def _language(raw: Any) -> Parsed:
    text = parse_text(raw).value
    return Parsed(text) if text is not None and _LANGUAGE.fullmatch(str(text)) else EMPTY


def _read_duration(reading: Reading) -> None:
    """Seconds from the first question to the last: as exported, else from start and end."""

    def seconds(raw: Any) -> Parsed:
        parsed = parse_number(raw)
        if parsed.value is not None and parsed.value < 0:
            return Parsed(None, "negative")
        return parsed._replace(rule=None) if parsed.rule == "number_as_text" else parsed

    stated = reading.read("duration_s", seconds)
    started, ended = (pd.to_datetime(reading.columns[name]) for name in ("started_at", "submitted_at"))
    taken = (ended - started).dt.total_seconds() if len(started) else pd.Series(dtype="float64")
    for row in taken.index[taken < 0].tolist():
        reading.remark("dates_reversed", row, "submitted_at", reading.records.raw(row, "submitted_at"))
    own = np.array([value is not None for value in stated], dtype=bool)
    counted = taken.where(taken >= 0).to_numpy(dtype="float64")
    known = np.where(own, stated.to_numpy(dtype="float64", na_value=np.nan), counted)
    reading.columns["duration_s"] = objects(known.tolist(), reading.index)


def _read_event(reading: Reading, context: Context, events: set[str] | None) -> None:
    records = reading.records

    def event(raw: Any) -> Parsed:
        text = parse_text(raw).value
        if text is not None and str(text).startswith(f"{context.year}-"):
            key: str | None = str(text)
        else:
            number = parse_integer(raw)
            if number.value is None:
                return number
            key = f"{context.year}-T{number.value}"
        return Parsed(key) if events is None or key in events else Parsed(None, "reference_unknown")

    start = len(reading.issues)
    reading.columns["event_id"] = reading.read("event_id" if records.has("event_id") else "event_number", event)
    reading.issues[start:] = [
        replace(issue, action="emptied") if issue.rule == "reference_unknown" else issue
        for issue in reading.issues[start:]
    ]


def _read_person(reading: Reading, context: Context) -> None:
    """The person's key from the registration number; a key that is one already stays. The number is never kept."""

    def person(raw: Any) -> Parsed:
        text = parse_text(raw).value
        if text is None:
            return EMPTY
        value = str(text).strip()
        return Parsed(value if PSEUDONYM.match(value) else pseudonym("registration", value, context.key))

    reading.read("person_key", person)
