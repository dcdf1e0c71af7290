"""Texts of a table's cells: what spreadsheets must not run, what stands behind the decimal sign, what needs room."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from evaluation.display.units import unit_words
from evaluation.settings import Language

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONG_TEXT = 60
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
_FRACTION = {"ru": re.compile(r"\d(?:,(\d+))?$"), "en": re.compile(r"\d(?:\.(\d+))?$")}


def padding(texts: Sequence[str], language: Language) -> list[str]:
    """What each number lacks behind its decimal sign, so that right-aligned numbers stand sign below sign.

    A page prints it unseen behind the number: «,00» for '7' beside '0,25'. Texts that end in no number get ''.
    """
    found = [_FRACTION[language].search(text) for text in texts]
    lengths = [len(match.group(1) or "") if match else None for match in found]
    longest = max((length for length in lengths if length is not None), default=0)
    sign = "," if language == "ru" else "."
    return [
        "" if length is None or length == longest else ("" if length else sign) + "0" * (longest - length)
        for length in lengths
    ]


def column_kind(column: pd.Series, unit: str) -> str:
    """What a column holds: 'number', 'share' (a number between 0 and 1, by its unit), 'date' or 'text'."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return "text"
    return "share" if unit_words(unit).kind == "share" else "number"


def is_long(texts: Sequence[str]) -> bool:
    """Whether a column holds sentences, which need room beside narrow columns."""
    return max(map(len, texts), default=0) > LONG_TEXT


def guard(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would run it as a formula; plain numbers are spared."""
    if text.lstrip(" ").startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text
