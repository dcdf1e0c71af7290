"""Dates and periods in cells: Excel dates and serials, dd.mm.yyyy, Russian and English months, ranges.

A date is a civil day without time zone. Parts of dates and impossible days are refused, and so are dates with
slashes that leave open which number is the month, unless the other dates of the column tell (``date_order``).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from evaluation.cleaning.text import fold
from evaluation.cleaning.values import EMPTY, Parsed, Parser, _empty

FIRST_YEAR, LAST_YEAR = 1990, 2100
DateOrder = Literal["day_first", "month_first"]
_MONTHS = {
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "мая": 5, "май": 5, "мае": 5, "июн": 6, "июл": 7, "авг": 8, "сен": 9,
    "окт": 10, "ноя": 11, "дек": 12, "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_MONTHS["march"] = 3
_MONTH = (
    r"(?P<{0}>янв(?:ар[ьяе])?|фев(?:рал[ьяе])?|мар(?:т[ае]?)?|апр(?:ел[ьяе])?|ма[йяе]|июн[ьяе]?|июл[ьяе]?|авг(?:уст[ае]?)?"
    r"|сент?(?:ябр[ьяе])?|окт(?:ябр[ьяе])?|ноя(?:бр[ьяе])?|дек(?:абр[ьяе])?|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sep|oct|nov|dec)\.?"
)
_TAIL = r"(?:\s*(?P<year>\d{4}))?\s*(?:г(?:ода|од)?\.?)?\s*$"
_NUMERIC = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\s*(?:г(?:ода|од)?\.?)?$")
_SLASHES = re.compile(r"^\s*(\d{1,2})/(\d{1,2})/\d{2,4}(?!\d)")
_ISO = re.compile(r"^(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ].*)?$")
_TIME = re.compile(r"[\s,]+(?:в\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]m)?$", re.I)
_WORDS = re.compile(rf"^(?P<day>\d{{1,2}})(?:-?го)?\s*{_MONTH.format('month')}{_TAIL}")
_MONTH_ONLY = re.compile(rf"^{_MONTH.format('month')}{_TAIL}")
_DAY_RANGE = re.compile(
    rf"^(?:с\s+)?(?P<first>\d{{1,2}})\s*(?:-|по|и|,|до)\s*(?P<last>\d{{1,2}})\s*{_MONTH.format('month')}{_TAIL}"
)
_MONTH_RANGE = re.compile(rf"^{_MONTH.format('month')}\s*(?:-|по|—)\s*{_MONTH.format('month2')}{_TAIL}")
_NUMERIC_RANGE = re.compile(
    r"^(\d{1,2})(?:\.(\d{1,2}))?(?:\.(\d{4}|\d{2}))?\s*-\s*(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\s*(?:г(?:ода|од)?\.?)?$"
)
_SHORT_RANGE = re.compile(r"^(\d{1,2})\.(\d{1,2})\s*-\s*(\d{1,2})\.(\d{1,2})$")
_DAY_MONTH = re.compile(r"^(\d{1,2})\.(\d{1,2})\.?$")
_SERIAL = re.compile(r"^\d{5}(?:[.,]\d+)?$")


class Period(NamedTuple):
    """First and last day, both included."""

    start: dt.date
    end: dt.date


def date_order(cells: Iterable[Any]) -> DateOrder | None:
    """Which number of 3/4/2018 is the month, where other dates of the column leave no choice (3/25/2018); else None."""
    pairs = [_SLASHES.match(cell) for cell in cells if isinstance(cell, str)]
    firsts = [int(found[1]) > 12 for found in pairs if found]
    seconds = [int(found[2]) > 12 for found in pairs if found]
    if any(firsts) == any(seconds):
        return None
    return "day_first" if any(firsts) else "month_first"


def parse_date(raw: Any, is_1904: bool = False, order: DateOrder | None = None) -> Parsed:
    """The day of a cell as ``datetime.date``. A time of day is left out; ``order`` is that of the whole column."""
    empty = _empty(raw)
    if empty:
        return empty
    if isinstance(raw, dt.datetime):
        return Parsed(raw.date())
    if isinstance(raw, dt.date):
        return Parsed(raw)
    if isinstance(raw, (bool, dt.time, dt.timedelta)):
        return Parsed(None, "not_a_date")
    if isinstance(raw, (int, float)):
        return _serial(float(raw), is_1904)
    return _date_in_text(str(raw), is_1904, order)


def _serial(number: float, is_1904: bool) -> Parsed:
    first = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    if not 0 < number < 80_000:
        return Parsed(None, "not_a_date")
    day = first + dt.timedelta(days=int(number))
    return Parsed(day, "excel_serial") if FIRST_YEAR <= day.year <= LAST_YEAR else Parsed(None, "not_a_date")


def _date_in_text(raw: str, is_1904: bool, order: DateOrder | None) -> Parsed:
    text = _plain(raw)
    face_value = text == raw.strip().casefold()
    if _SERIAL.match(text):
        return _serial(float(text.replace(",", ".")), is_1904)
    iso = _ISO.match(text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]), None if face_value else "date_as_text")
    text = _TIME.sub("", text)
    numeric = _NUMERIC.match(text)
    if numeric:
        parsed = _numeric(int(numeric[1]), int(numeric[2]), numeric[3], "/" in text, face_value)
        if parsed.rule == "ambiguous_date" and order is not None:
            day, month = (numeric[1], numeric[2]) if order == "day_first" else (numeric[2], numeric[1])
            return _day(_full_year(numeric[3]), int(month), int(day), "date_order_of_column")
        return parsed
    words = _WORDS.match(text)
    if words and words["year"]:
        return _day(int(words["year"]), _month(words["month"]), int(words["day"]), "date_as_text")
    if words or _MONTH_ONLY.match(text) or re.match(r"^\d{4}\s*(?:г|год|года)?\.?$", text) or _DAY_MONTH.match(text):
        return Parsed(None, "partial_date")
    repaired = text.translate(str.maketrans("оoзlі", "00311"))
    if repaired != text and _NUMERIC.match(repaired):
        return Parsed(None, "not_a_date", repaired)
    return Parsed(None, "not_a_date")


def _plain(raw: str) -> str:
    return fold(raw)[:80]


def _numeric(first: int, second: int, year: str, slashes: bool, face_value: bool) -> Parsed:
    if len(year) == 2:
        # day, month and year cannot be told apart unless one of them leaves no choice
        if slashes and first <= 12 and second <= 12 and first != second:
            return Parsed(None, "ambiguous_date")
        if slashes and first <= 12 < second:
            return _day(2000 + int(year), first, second, "date_as_text")
        return _day(2000 + int(year), second, first, "date_as_text")
    if slashes and first <= 12 and second <= 12 and first != second:
        return Parsed(None, "ambiguous_date")
    if slashes and first <= 12 < second:
        return _day(int(year), first, second, "date_as_text")
    return _day(int(year), second, first, None if face_value and not slashes else "date_as_text")


def _day(year: int, month: int, day: int, rule: str | None) -> Parsed:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Parsed(None, "impossible_date")
    try:
        return Parsed(dt.date(year, month, day), rule)
    except ValueError:
        return Parsed(None, "impossible_date")


def _month(word: str) -> int:
    return 3 if word.startswith("march") else _MONTHS[word[:3]]


def date_parser(is_1904: bool = False, cells: Iterable[Any] = ()) -> Parser:
    """``parse_date`` for the dates of one workbook and, where given, of one column (``cells``)."""
    order = date_order(cells)
    return lambda raw: parse_date(raw, is_1904, order)


def parse_period(raw: Any, year: int, is_1904: bool = False) -> Parsed:
    """First and last day (``Period``): «22-25 апреля», «29 мая - 2 июня 2024», «январь-март», one day.

    ``year`` stands in where the text names none. Months alone are read as whole months, with ``months_range``.
    """
    if not isinstance(raw, str):
        return _single(parse_date(raw, is_1904))
    single = parse_date(raw, is_1904)
    if single.value is not None or single.rule in (None, "missing_marker", "excel_error", "ambiguous_date"):
        return _single(single)
    text = re.sub(r"\s*-\s*", "-", _plain(raw)).rstrip(" .;")
    return _range_in_words(text, year) or _range_in_numbers(text, year) or Parsed(None, single.rule, single.suggestion)


def _single(parsed: Parsed) -> Parsed:
    if parsed.value is None:
        return parsed if parsed.rule else EMPTY
    return Parsed(Period(parsed.value, parsed.value), parsed.rule)


def _range_in_words(text: str, default: int) -> Parsed | None:
    found = _DAY_RANGE.match(text)
    if found:
        year, month = int(found["year"] or default), _month(found["month"])
        return _period((year, month, int(found["first"])), (year, month, int(found["last"])), "date_range")
    found = _WORDS.match(text)
    if found:
        day = (int(found["year"] or default), _month(found["month"]), int(found["day"]))
        return _period(day, day, "year_filled")
    found = _MONTH_RANGE.match(text)
    if found:
        year = int(found["year"] or default)
        return _months(year, _month(found["month"]), _month(found["month2"]))
    found = _MONTH_ONLY.match(text)
    if found:
        return _months(int(found["year"] or default), _month(found["month"]), _month(found["month"]))
    halves = re.split(r"-|\s+по\s+", re.sub(r"^с\s+", "", text))
    if len(halves) == 2:
        second = _WORDS.match(halves[1])
        first = _WORDS.match(halves[0])
        if first and second:
            year = int(second["year"] or default)
            start = (int(first["year"] or year), _month(first["month"]), int(first["day"]))
            return _period(start, (year, _month(second["month"]), int(second["day"])), "date_range")
    quarter = re.match(rf"^(?P<quarter>[1-4]|i{{1,3}}|iv)\s*(?:-?й\s*)?кв(?:артал)?\.?{_TAIL}", text)
    if quarter:
        number = {"i": 1, "ii": 2, "iii": 3, "iv": 4}.get(quarter["quarter"]) or int(quarter["quarter"])
        return _months(int(quarter["year"] or default), 3 * number - 2, 3 * number)
    if re.match(r"^(?:в течение(?: всего)? года|весь год|ежемесячно|постоянно|в теч\. года)", text):
        return _months(default, 1, 12)
    return None


def _range_in_numbers(text: str, default: int) -> Parsed | None:
    found = _NUMERIC_RANGE.match(text)
    if found:
        last = (_full_year(found[6]), int(found[5]), int(found[4]))
        first = (_full_year(found[3]) if found[3] else last[0], int(found[2]) if found[2] else last[1], int(found[1]))
        return _period(first, last, "date_range")
    found = _SHORT_RANGE.match(text)
    if found:
        return _period((default, int(found[2]), int(found[1])), (default, int(found[4]), int(found[3])), "date_range")
    found = _DAY_MONTH.match(text)
    if found:
        return _period((default, int(found[2]), int(found[1])), (default, int(found[2]), int(found[1])), "year_filled")
    days = re.findall(r"\d{1,2}\.\d{1,2}\.\d{4}", text)
    if len(days) > 1 and re.fullmatch(r"[\d.,;\s]+|[\d.,;\s]*и[\d.\s]+", text):
        parsed = [parse_date(day).value for day in days]
        if all(parsed):
            return Parsed(Period(min(parsed), max(parsed)), "date_range")
    return None


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _period(first: tuple[int, int, int], last: tuple[int, int, int], rule: str) -> Parsed:
    start, end = _day(*first, None), _day(*last, None)
    if start.value is None or end.value is None:
        return Parsed(None, "impossible_date")
    if end.value < start.value:
        return Parsed(None, "dates_reversed")
    return Parsed(Period(start.value, end.value), rule)


def _months(year: int, first: int, last: int) -> Parsed:
    if not FIRST_YEAR <= year <= LAST_YEAR or last < first:
        return Parsed(None, "dates_reversed" if last < first else "impossible_date")
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Parsed(Period(dt.date(year, first, 1), end), "months_range")
