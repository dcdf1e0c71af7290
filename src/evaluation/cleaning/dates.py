"""Dates in cells: days of the workbook and its serials, dd.mm.yyyy, ISO, Russian, English and Polish months.

A date is a civil day without time zone. Canonical are days of the workbook and the texts dd.mm.yyyy and yyyy-mm-dd,
with or without a time of day. Parts of dates and impossible days are refused, and so are dates with slashes that leave
open which number is the month, unless the other dates of the column tell (``date_order``).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from evaluation.cleaning.calendar_words import (
    FIRST_YEAR,
    LAST_YEAR,
    MONTHS,
    WORD,
    YEAR_MARK,
    full_year,
    month,
    part_of_year,
    without_weekday,
)
from evaluation.cleaning.markers import read_missing
from evaluation.cleaning.parsed import EMPTY, Parsed, Parser, plain
from evaluation.cleaning.text import fold

DateOrder = Literal["day_first", "month_first"]
LONGEST = 80
_CLOCK = r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
_CANONICAL = re.compile(
    rf"(?:(\d{{4}})-(\d\d)-(\d\d)(?:[T ]{_CLOCK})?|(\d\d)\.(\d\d)\.(\d{{4}})(?: {_CLOCK})?)", re.ASCII
)
_NUMERIC = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){YEAR_MARK}", re.ASCII)
_SPACED = re.compile(rf"(\d{{1,2}})\s?\.\s?(\d{{1,2}})\s?\.\s?(\d{{4}}|\d{{2}}){YEAR_MARK}", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})", re.ASCII)
_SLASHES = re.compile(r"^\s*(\d{1,2})/(\d{1,2})/\d{2,4}(?!\d)", re.ASCII)
_TIME_AFTER = re.compile(
    rf"(?:t|[\s,]+(?:в\s+|at\s+)?)(?:{_CLOCK}|[0-2]?[0-9]\.[0-5][0-9](?=$|\s))\s*(?:[ap]\.?m\.?)?"
    rf"(?:\s*(?:z|utc|msk|мск|[+-]\d\d:?\d\d))?$"
)
_TIME_BEFORE = re.compile(rf"^(?:в\s+)?{_CLOCK}[\s,]+")
_WORDS = re.compile(
    rf"(?P<day>\d{{1,2}})(?:-?го|-?е)?[\s./-]*(?P<month>{WORD})\.?,?[\s./-]*(?P<year>\d{{4}})?{YEAR_MARK}"
)
_MONTH_FIRST = re.compile(rf"(?P<month>{WORD})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})")
_MONTH_ONLY = re.compile(rf"(?:в\s+)?(?P<month>{WORD})\.?,?[\s./-]*(?P<year>\d{{4}})?{YEAR_MARK}")
_YEAR_MONTH = re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})|(?P<month2>\d{1,2})[./](?P<year2>\d{4})", re.ASCII)
_YEAR_ONLY = re.compile(rf"(?:в\s+)?(\d{{4}}){YEAR_MARK}", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})\.?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_CANONICAL_PART = re.compile(r"\d{4}(?:-\d\d)?", re.ASCII)
_LOOKALIKES = str.maketrans("оoзlі|б", "0031116")


class PartialDate(NamedTuple):
    """A year, and its month where that is known; as text ``2024-03`` or ``2024``."""

    year: int
    month: int | None = None

    def __str__(self) -> str:
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"


def date_order(cells: Iterable[Any]) -> DateOrder | None:
    """Which number of 3/4/2018 is the month, where other dates of the column leave no choice (3/25/2018); else None."""
    pairs = [_SLASHES.match(cell) for cell in cells if isinstance(cell, str)]
    firsts = [int(found[1]) > 12 for found in pairs if found]
    seconds = [int(found[2]) > 12 for found in pairs if found]
    if any(firsts) == any(seconds):
        return None
    return "day_first" if any(firsts) else "month_first"


def date_parser(is_1904: bool = False, cells: Iterable[Any] = ()) -> Parser:
    """``parse_date`` for the dates of one workbook and, where given, of one column (``cells``)."""
    order = date_order(cells)
    return lambda raw: parse_date(raw, is_1904, order)


def parse_date(raw: Any, is_1904: bool = False, order: DateOrder | None = None) -> Parsed:
    """The day of a cell as ``datetime.date``. A time of day is left out; ``order`` is that of the whole column.

    Days outside FIRST_YEAR to LAST_YEAR are refused as impossible. ``partial_date`` suggests what is known in ISO form:
    2024-03, 2024, or 2024-04/2024-06 for a quarter.
    """
    missing = read_missing(raw)
    if missing:
        return missing
    raw = plain(raw)
    if isinstance(raw, dt.datetime):
        return day_of(raw.year, raw.month, raw.day, None)
    if isinstance(raw, dt.date):
        return day_of(raw.year, raw.month, raw.day, None)
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        return _number(raw, is_1904)
    return _date_in_text(raw, is_1904, order) if isinstance(raw, str) else Parsed(None, "not_a_date")


def parse_partial_date(raw: Any) -> Parsed:
    """The ``PartialDate`` of a cell in which the day, or the month as well, is not stated («март 2024», 2024).

    Whole dates have no part missing and come out as an empty cell does. Canonical are yyyy-mm, yyyy and numbers of
    years; other writings have the rule ``date_as_text``. Of a quarter only the year is kept. A part without a year and
    everything that is no date are refused as ``parse_date`` refuses them.
    """
    parsed = parse_date(raw)
    if parsed.value is not None or parsed.rule is None:
        return EMPTY
    if parsed.rule != "partial_date" or parsed.suggestion is None:
        return parsed
    year, _, rest = parsed.suggestion.partition("-")
    value = PartialDate(int(year), int(rest) if rest.isdigit() else None)
    canonical = not isinstance(raw, str) or _CANONICAL_PART.fullmatch(raw)
    return Parsed(value, None if canonical else "date_as_text")


def plain_date(raw: str) -> str:
    """A text as dates are looked for in it: folded, of bounded length."""
    return fold(raw[: 4 * LONGEST])[:LONGEST]


def day_of(year: int, month_: int, day: int, rule: str | None) -> Parsed:
    """A civil day with ``rule``; refused where the calendar has none, or far outside of any programme."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Parsed(None, "impossible_date")
    try:
        return Parsed(dt.date(year, month_, day), rule)
    except ValueError:
        return Parsed(None, "impossible_date")


def in_words(found: re.Match[str], default_year: int | None = None) -> tuple[int, int, int] | None:
    """Year, month and day of a match of words; None where the word is no month or no year is known."""
    number = month(found["month"])
    year = int(found["year"]) if found["year"] else default_year
    return None if number is None or year is None else (year, number, int(found["day"]))


def match_words(text: str) -> re.Match[str] | None:
    """A day and month in words, with or without a year («12 мая», «12-май-2024»); None for anything else."""
    found = _WORDS.fullmatch(text)
    return found if found and month(found["month"]) else None


def match_month(text: str) -> re.Match[str] | None:
    """A month in words, with or without a year; None for anything else."""
    found = _MONTH_ONLY.fullmatch(text)
    return found if found and month(found["month"]) else None


def match_day_month(text: str) -> re.Match[str] | None:
    """Day and month in figures without a year («12.05»); None for anything else."""
    found = _DAY_MONTH.fullmatch(text)
    return found if found and 1 <= int(found[2]) <= 12 and 1 <= int(found[1]) <= 31 else None


def _number(number: float | Decimal, is_1904: bool) -> Parsed:
    """A serial of the workbook; years and dates without separators (20240312) are recognised and refused."""
    if (isinstance(number, int) and abs(number) > 10**9) or not math.isfinite(number):
        return Parsed(None, "not_a_date")
    if FIRST_YEAR <= number <= LAST_YEAR and number == int(number):
        return Parsed(None, "partial_date", str(int(number)))
    if 0 < number < 80_000:
        first = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
        day = first + dt.timedelta(days=int(number))
        return Parsed(day, "excel_serial") if FIRST_YEAR <= day.year <= LAST_YEAR else Parsed(None, "not_a_date")
    if 10_000_000 < number < 100_000_000 and number == int(number):
        digits = str(int(number))
        likely = day_of(int(digits[:4]), int(digits[4:6]), int(digits[6:]), None).value
        return Parsed(None, "not_a_date", None if likely is None else likely.isoformat())
    return Parsed(None, "not_a_date")


@lru_cache(maxsize=20_000)
def _date_in_text(raw: str, is_1904: bool, order: DateOrder | None) -> Parsed:
    canonical = _CANONICAL.fullmatch(raw) if len(raw) <= LONGEST else None
    if canonical:
        year, month_, day = canonical.group(1, 2, 3) if canonical[1] else canonical.group(6, 5, 4)
        return day_of(int(year), int(month_), int(day), None)
    if len(raw) > 4 * LONGEST:
        return Parsed(None, "not_a_date")
    text = plain_date(raw)
    if _SERIAL.fullmatch(text):
        return _number(float(text.replace(",", ".")), is_1904)
    if re.fullmatch(r"\d{8}", text, re.ASCII):
        return _number(int(text), is_1904)
    bare, weekday = without_weekday(_TIME_BEFORE.sub("", _TIME_AFTER.sub("", text)))
    parsed = _day_in_text(bare, order)
    if weekday is not None and parsed.value is not None and parsed.value.weekday() != weekday:
        return Parsed(None, "ambiguous_date", parsed.value.isoformat())
    return parsed


def _day_in_text(text: str, order: DateOrder | None) -> Parsed:
    year_first = _YEAR_FIRST.fullmatch(text)
    if year_first:
        return day_of(int(year_first[1]), int(year_first[3]), int(year_first[4]), "date_as_text")
    numeric = _NUMERIC.fullmatch(text)
    if numeric:
        return _in_figures(int(numeric[1]), int(numeric[3]), full_year(numeric[4]), numeric[2] == "/", order)
    spaced = _SPACED.fullmatch(text)
    if spaced:
        return day_of(full_year(spaced[3]), int(spaced[2]), int(spaced[1]), "date_as_text")
    words = match_words(text) or _MONTH_FIRST.fullmatch(text)
    if words and month(words["month"]) and words["year"]:
        day = in_words(words)
        return Parsed(None, "not_a_date") if day is None else day_of(*day, "date_as_text")
    return _partial(text) or Parsed(None, "not_a_date", _likely(text))


def _in_figures(first: int, second: int, year: int, slashes: bool, order: DateOrder | None) -> Parsed:
    """Figures with dots are day and month; with slashes only where one of them can be no month, or the column tells."""
    if not slashes or first == second or first > 12:
        return day_of(year, second, first, "date_as_text")
    if second > 12:
        return day_of(year, first, second, "date_as_text")
    if order is None:
        return Parsed(None, "ambiguous_date")
    day, month_ = (first, second) if order == "day_first" else (second, first)
    return day_of(year, month_, day, "date_order_of_column")


def _partial(text: str) -> Parsed | None:
    """The refusal of a part of a date, with what is known of it; None for anything else."""
    part = part_of_year(text)
    if part:
        year, first, last = part
        return Parsed(None, "partial_date", None if year is None else f"{year}-{first:02d}/{year}-{last:02d}")
    named = match_month(text)
    if named:
        return _known_part(named["year"], month(named["month"]))
    figures = _YEAR_MONTH.fullmatch(text)
    if figures:
        known = _known_part(figures["year"] or figures["year2"], int(figures["month"] or figures["month2"]))
        return known if known.suggestion else Parsed(None, "impossible_date")
    year_only = _YEAR_ONLY.fullmatch(text)
    if year_only:
        return _known_part(year_only[1], None) if _in_bounds(year_only[1]) else None
    return Parsed(None, "partial_date") if match_words(text) or match_day_month(text) else None


def _known_part(year: str | None, month_: int | None) -> Parsed:
    if year is None or not _in_bounds(year) or (month_ is not None and not 1 <= month_ <= 12):
        return Parsed(None, "partial_date")
    return Parsed(None, "partial_date", str(PartialDate(int(year), month_)))


def _in_bounds(year: str) -> bool:
    return FIRST_YEAR <= int(year) <= LAST_YEAR


def _likely(text: str) -> str | None:
    """What a text that is no date was probably meant to be: letters for digits, a misspelt month."""
    repaired = text.translate(_LOOKALIKES)
    if repaired != text and _NUMERIC.fullmatch(repaired):
        return repaired
    found = _WORDS.fullmatch(text)
    if found and found["year"] and len(found["month"]) >= 3:
        from rapidfuzz import fuzz, process

        near = process.extractOne(found["month"], list(MONTHS), scorer=fuzz.ratio, score_cutoff=75.0)
        if near:
            likely = day_of(int(found["year"]), MONTHS[near[0]], int(found["day"]), None).value
            return None if likely is None else likely.isoformat()
    return None
