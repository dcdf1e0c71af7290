"""Periods in cells: «22-25 апреля», «29 мая - 2 июня 2024», «январь-март», quarters and halves of the year."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any, NamedTuple

from evaluation.cleaning.calendar_words import FIRST_YEAR, LAST_YEAR, WORD, YEAR_MARK, full_year, month, part_of_year
from evaluation.cleaning.dates import (
    day_of,
    in_words,
    match_day_month,
    match_month,
    match_words,
    parse_date,
    plain_date,
)
from evaluation.cleaning.parsed import EMPTY, MISSING_RULES, Parsed

_DAY_RANGE = re.compile(
    rf"(?:с\s+)?(?P<first>\d{{1,2}})(?:-?го)?\s*(?:-|по|и|,|до)\s*(?P<day>\d{{1,2}})(?:-?го)?\s*(?P<month>{WORD})\.?"
    rf"(?:\s*(?P<year>\d{{4}}))?{YEAR_MARK}"
)
_MONTH_RANGE = re.compile(
    rf"(?:с\s+)?(?P<first>{WORD})\.?\s*(?:-|\sпо\s)\s*(?P<month>{WORD})\.?(?:\s*(?P<year>\d{{4}}))?{YEAR_MARK}"
)
_NUMERIC_RANGE = re.compile(
    rf"(\d{{1,2}})(?:\.(\d{{1,2}}))?(?:\.(\d{{4}}|\d{{2}}))?{YEAR_MARK}-(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}|\d{{2}}){YEAR_MARK}",
    re.ASCII,
)
_SHORT_RANGE = re.compile(r"(\d{1,2})(?:\.(\d{1,2}))?\.?-(\d{1,2})\.(\d{1,2})\.?", re.ASCII)
_ISO_RANGE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\s*(?:/|-|—|по|\.\.)\s*(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_FIGURES = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}", re.ASCII)
_ALREADY_CERTAIN = {None, "excel_error", "ambiguous_date", *MISSING_RULES}

Day = tuple[int, int, int]


class Period(NamedTuple):
    """First and last day, both included."""

    start: dt.date
    end: dt.date


def parse_period(raw: Any, year: int, is_1904: bool = False) -> Parsed:
    """First and last day (``Period``) of a cell; one day is a period as well.

    ``year`` stands in where the text names none. Months, quarters and halves alone are read as whole months, with
    ``months_range``. ``dates_reversed`` suggests the same period from the year before where that would be in order.
    """
    single = parse_date(raw, is_1904)
    if single.value is not None:
        return Parsed(Period(single.value, single.value), single.rule)
    if not isinstance(raw, str) or single.rule in _ALREADY_CERTAIN:
        return single if single.rule else EMPTY
    iso = _ISO_RANGE.fullmatch(plain_date(raw))
    if iso:
        numbers = [int(digits) for digits in iso.groups()]
        return _period((numbers[0], numbers[1], numbers[2]), (numbers[3], numbers[4], numbers[5]), "date_range")
    text = re.sub(r"\s*-\s*", "-", plain_date(raw)).rstrip(" .;")
    refused = Parsed(None, single.rule, single.suggestion)
    return _in_words(text, year) or _whole_months(text, year) or _in_figures(text, year) or refused


def _in_words(text: str, default: int) -> Parsed | None:
    found = _DAY_RANGE.fullmatch(text)
    if found and (last := in_words(found, default)):
        return _period((last[0], last[1], int(found["first"])), last, "date_range")
    found = match_words(text)
    if found and (day := in_words(found, default)):
        return _period(day, day, "year_filled")
    halves = re.split(r"-|\s+(?:по|до)\s+", re.sub(r"^(?:с|от)\s+", "", text))
    if len(halves) == 2:
        first, second = match_words(halves[0]), match_words(halves[1])
        if first and second and (last := in_words(second, default)) and (start := in_words(first, last[0])):
            return _period(start, last, "date_range", guessed_year=not first["year"])
    return None


def _whole_months(text: str, default: int) -> Parsed | None:
    found = _MONTH_RANGE.fullmatch(text)
    if found and (start := month(found["first"])) and (end := month(found["month"])):
        return _months(int(found["year"] or default), start, end)
    found = match_month(text)
    if found and (number := month(found["month"])):
        return _months(int(found["year"] or default), number, number)
    part = part_of_year(text)
    if part:
        year, start, end = part
        return _months(default if year is None else year, start, end)
    return None


def _in_figures(text: str, default: int) -> Parsed | None:
    found = _NUMERIC_RANGE.fullmatch(text)
    if found:
        end = (full_year(found[6]), int(found[5]), int(found[4]))
        start = (full_year(found[3]) if found[3] else end[0], int(found[2]) if found[2] else end[1], int(found[1]))
        return _period(start, end, "date_range", guessed_year=not found[3])
    found = _SHORT_RANGE.fullmatch(text)
    if found:
        last_month = int(found[4])
        return _period(
            (default, int(found[2] or last_month), int(found[1])), (default, last_month, int(found[3])), "date_range"
        )
    found = match_day_month(text)
    if found:
        day = (default, int(found[2]), int(found[1]))
        return _period(day, day, "year_filled")
    days = _FIGURES.findall(text)
    if len(days) > 1 and re.fullmatch(r"[\d.,;\s]+|[\d.,;\s]*и[\d.\s]+", text):
        parsed = [parse_date(day).value for day in days]
        if all(parsed):
            return Parsed(Period(min(parsed), max(parsed)), "date_range")
    return None


def _period(first: Day, last: Day, rule: str, guessed_year: bool = False) -> Parsed:
    start, end = day_of(*first, None).value, day_of(*last, None).value
    if start is None or end is None:
        return Parsed(None, "impossible_date")
    if end < start:
        earlier = day_of(first[0] - 1, first[1], first[2], None).value if guessed_year else None
        return Parsed(None, "dates_reversed", None if earlier is None else f"{earlier}/{end}")
    return Parsed(Period(start, end), rule)


def _months(year: int, first: int, last: int) -> Parsed:
    if not FIRST_YEAR <= year <= LAST_YEAR or last < first:
        return Parsed(None, "dates_reversed" if last < first else "impossible_date")
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Parsed(Period(dt.date(year, first, 1), end), "months_range")
