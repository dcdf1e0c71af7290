"""Typed readers of single cells. Each returns the value and what had to be done to read it; none raises or guesses.

The readers of text are here; those of numbers, categories and marks of missing data are gathered from their modules.
Dates are read by ``dates`` and ``date_ranges``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from evaluation.cleaning.choices import Choices, Several, parse_flag
from evaluation.cleaning.markers import LONGEST, is_blank, is_marker, missing_reason, read_missing
from evaluation.cleaning.mojibake import damage
from evaluation.cleaning.parsed import EMPTY, Missing, Parsed, Parser, as_text, plain
from evaluation.cleaning.quantities import (
    Quantity,
    at_least_zero,
    number_in,
    parse_integer,
    parse_number,
    parse_quantity,
    shown_number,
    stated_in,
    times,
)
from evaluation.cleaning.text import tidy

# words are in small letters, with or without a capital, or in capitals; ъ, ы and ь begin none
_SOUND = re.compile(
    r"(?:[А-ЩЭ-Яа-щэ-яё][а-яё]*+|[А-Я]{2,}+|\d++)"
    r"(?:(?:[,.;:]? (?:№ ?)?|[-/])(?:[А-ЩЭ-Яа-щэ-яё][а-яё]*+|[А-Я]{2,}+|\d++))*+\.?"
)
_DIGIT = re.compile(r"\d")

__all__ = [
    "EMPTY",
    "Choices",
    "Missing",
    "Parsed",
    "Parser",
    "Quantity",
    "Several",
    "at_least_zero",
    "is_blank",
    "is_marker",
    "missing_reason",
    "number_in",
    "parse_flag",
    "parse_integer",
    "parse_number",
    "parse_quantity",
    "parse_text",
    "shown_number",
    "stated_in",
    "times",
]


def is_sound(text: str) -> bool:
    """Is a text certainly what it seems: Russian words and numbers with single spaces and plain punctuation?

    It is then neither damaged nor a mark of missing data (marks have no digits and are short), and ``tidy`` leaves it
    alone. Most texts of a register are, and this is found out ten times faster than by asking for each fault.
    """
    return (len(text) > LONGEST or _DIGIT.search(text) is not None) and _SOUND.fullmatch(text) is not None


def parse_text(raw: Any) -> Parsed:
    """Text for storage; canonical is a text that ``tidy`` leaves as it is.

    A whole number is taken without its decimal point. A date in a column of text (``date_in_text``) is often a number
    such as 1-2 that the workbook took for a day. A damaged encoding is refused with the text it was.
    """
    if type(raw) is str and is_sound(raw):
        return Parsed(raw)
    missing = read_missing(raw, only_marks=True)
    if missing:
        return missing
    raw = plain(raw)
    if not isinstance(raw, str):
        moment = isinstance(raw, (dt.date, dt.time, dt.timedelta))
        return Parsed(as_text(raw), "date_in_text" if moment else None)
    damaged = damage(raw)
    if damaged:
        return Parsed(None, "mojibake", damaged.proposal)
    text = tidy(raw)
    return Parsed(text, "text_trimmed" if text != raw else None)
