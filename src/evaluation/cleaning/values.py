"""Typed readers of single cells. Each returns the value and what had to be done to read it; none raises or guesses.

``Parsed.rule`` is empty when the cell was taken at face value; otherwise it names the repair or, with an empty
value, the reason for refusing. An empty cell has neither value nor rule.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from evaluation.cleaning.text import fold, is_mojibake, tidy, unspoil


class Parsed(NamedTuple):
    """A cell's value, the rule that was applied to it, and a suggestion where it was refused."""

    value: Any = None
    rule: str | None = None
    suggestion: str | None = None


Parser = Callable[[Any], Parsed]
EMPTY = Parsed()
MISSING_MARKERS = frozenset(
    {
        *("-", "--", "---", "…", "...", "..", ".", "x", "х", "*", "?", "б/н", "н/д", "нд", "н.д.", "н/с", "нет_данных"),
        *("данных_нет", "нет_сведений", "не_указано", "не_указан", "не_указана", "нет_инф.", "не_определено"),
        *("отсутствует", "n/a", "na", "nan", "null", "none", "#n/a"),
    }
)
_EXCEL_ERRORS = re.compile(
    r"^#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|ДЕЛ/0!|ЗНАЧ!|ССЫЛКА!|ИМЯ\?|Н/Д|ЧИСЛО!|ПУСТО!)$", re.I
)
_DIGIT_LOOKALIKES = str.maketrans("OОоoЗзlIІ|", "0000331111")
_PLAIN_NUMBER = re.compile(r"^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)$")  # some statistics programs write .5
_UNIT = re.compile(
    r"\s*(?P<multiple>тыс|млн|млрд|thousand|million|k)?\.?\s*"
    r"(?P<unit>руб(?:лей|ля|ль)?|р|rub|₽|чел(?:овек|овека)?|балл(?:ов|а)?|б|ак|акад|ч|час(?:ов|а)?|мин(?:ут|уты)?|шт|ед|%|pln|zł)?\.?"
    r"(?:\s*(?:ч|час(?:ов|а)?)\.?)?\s*$",
    re.I,
)
_MULTIPLES = {"тыс": 1e3, "thousand": 1e3, "k": 1e3, "млн": 1e6, "million": 1e6, "млрд": 1e9}


def is_blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, float) and math.isnan(raw)) or (isinstance(raw, str) and not tidy(raw))


def is_marker(text: str) -> bool:
    """Is the text a mark of missing data («—», «н/д»)?"""
    return fold(text).replace(" ", "_") in MISSING_MARKERS


def _empty(raw: Any) -> Parsed | None:
    """What an empty cell, a mark of missing data or an Excel error comes to; None for anything else."""
    if is_blank(raw):
        return EMPTY
    if isinstance(raw, str):
        if _EXCEL_ERRORS.match(raw.strip()):
            return Parsed(None, "excel_error")
        if is_marker(raw):
            return Parsed(None, "missing_marker")
    return None


def parse_text(raw: Any) -> Parsed:
    """Text for storage. A whole number is taken without its decimal point; a damaged encoding is refused."""
    empty = _empty(raw)
    if empty:
        return empty
    if not isinstance(raw, str):
        if isinstance(raw, float) and raw.is_integer():
            return Parsed(str(int(raw)))
        return Parsed(str(raw))
    if is_mojibake(raw):
        return Parsed(None, "mojibake", unspoil(raw))
    text = tidy(raw)
    return Parsed(text, "text_trimmed" if text != raw else None)


# ---- numbers ------------------------------------------------------------------------------------------------


def parse_number(raw: Any) -> Parsed:
    """A number: Russian or English separators, thousands, units in the cell («12,5 тыс. руб.»).

    «1.234.567,89» and «1,234,567.89» are read; a lone separator is the decimal one. Words such as «около», ranges
    and look-alike letters among digits are refused, the last with a suggestion.
    """
    empty = _empty(raw)
    if empty:
        return empty
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta)):
        return Parsed(None, "not_a_number")
    if isinstance(raw, (int, float)):
        return Parsed(float(raw)) if math.isfinite(raw) else Parsed(None, "not_a_number")
    text = str(raw).strip()
    if len(text) > 60:
        return Parsed(None, "not_a_number")
    if _PLAIN_NUMBER.match(text):
        return Parsed(float(text))
    return _number_in_text(tidy(text).replace("−", "-"))


def _number_in_text(text: str) -> Parsed:
    negative = bool(re.match(r"^\(.*\)$", text))
    body = text[1:-1] if negative else text
    if re.match(
        r"^(?:около|ок\.|примерно|приблизительно|более|менее|свыше|до|от|не менее|не более|порядка|~|≈|>|<|≥|≤)",
        body,
        re.I,
    ):
        return Parsed(None, "inexact_number")
    if re.match(r"^\d[\d\s.,]*\s*[-–—…]\s*\d", body):
        return Parsed(None, "range_in_number")
    split = re.match(r"^([+-]?\s*\d[\d\s.,'’]*)(.*)$", body, re.S)
    if split is None:
        return _no_number(body)
    digits, rest = split[1].strip(), split[2]
    while digits and digits[-1] in ".,'’" and not rest.strip():
        digits = digits[:-1]
    unit = _UNIT.match(rest)
    if unit is None or (unit["multiple"] is None and unit["unit"] is None and rest.strip(". ")):
        return _no_number(body)
    number, rule = _decimal(re.sub(r"[\s'’]", "", digits.rstrip(".,")))
    if number is None:
        return Parsed(None, rule or "not_a_number")
    if re.search(r"\d\s+\d", digits) and not re.match(
        r"^[+-]?\s*\d{1,3}(?:\s+\d{3})*(?:\s*[.,]\s*\d+)?$", digits.rstrip(".,")
    ):
        return Parsed(None, "ambiguous_number", str(number))
    multiple = _MULTIPLES.get((unit["multiple"] or "").casefold(), 1.0)
    decimals = len(re.split(r"[.,]", digits)[-1]) if re.search(r"[.,]", digits) else 0
    value = round((-number if negative else number) * multiple, 6)
    if multiple > 1 and 10**-decimals * multiple >= 1:
        return Parsed(value, "rounded_number")
    return Parsed(value, "unit_in_cell" if unit["unit"] or unit["multiple"] else "number_as_text")


def _decimal(digits: str) -> tuple[float | None, str | None]:
    """A number of digits and separators without spaces; None and the reason where it is none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        thousands = "," if decimal == "." else "."
        if digits.count(decimal) > 1 or not re.match(rf"^[+-]?\d{{1,3}}(?:\{thousands}\d{{3}})+\{decimal}\d*$", digits):
            return None, "not_a_number"
        digits = digits.replace(thousands, "").replace(decimal, ".")
    elif points > 1 or commas > 1:
        if not re.match(r"^[+-]?\d{1,3}(?:[.,]\d{3})+$", digits):
            return None, "not_a_number"
        digits = re.sub("[.,]", "", digits)
    else:
        digits = digits.replace(",", ".")
    try:
        return float(digits), None
    except ValueError:
        return None, "not_a_number"


def _no_number(text: str) -> Parsed:
    repaired = text.translate(_DIGIT_LOOKALIKES)
    if repaired != text and re.search(r"\d", text) and re.match(r"^[+-]?\d[\d\s.,]*$", repaired):
        return Parsed(None, "not_a_number", repaired)
    return Parsed(None, "not_a_number")


def parse_integer(raw: Any) -> Parsed:
    """A whole number; 33.5 people are refused, not rounded."""
    parsed = parse_number(raw)
    if parsed.value is None:
        return parsed
    nearest = round(parsed.value)
    if not math.isclose(parsed.value, nearest, abs_tol=1e-9):
        return Parsed(None, "not_integer", str(nearest))
    return Parsed(int(nearest), parsed.rule)


def at_least_zero(parser: Parser) -> Parser:
    """``parser`` that refuses negative numbers and suggests the number without its sign (a dash read as minus)."""

    def parse(raw: Any) -> Parsed:
        parsed = parser(raw)
        if parsed.value is not None and parsed.value < 0:
            return Parsed(None, "negative", f"{-parsed.value:g}")
        return parsed

    return parse


def times(parser: Parser, multiplier: float) -> Parser:
    """``parser`` of a column whose header states a multiple (тыс. руб.); a unit in the cell itself is left to stand."""
    if multiplier == 1:
        return parser

    def parse(raw: Any) -> Parsed:
        parsed = parser(raw)
        if parsed.value is None or (isinstance(raw, str) and re.search(r"тыс|млн|млрд|руб", raw, re.I)):
            return parsed
        return Parsed(round(parsed.value * multiplier, 2), parsed.rule)

    return parse


# ---- categories ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choices:
    """Codes by declared spelling (``Codebook.choice_aliases``)."""

    spellings: dict[str, str]

    @cached_property
    def _folded(self) -> dict[str, str]:
        folded: dict[str, str] = {}
        for spelling, code in self.spellings.items():
            folded.setdefault(_category_key(spelling), code)
        return folded

    def parse(self, raw: Any) -> Parsed:
        """The code of a declared spelling; another spelling is refused with the nearest declared one."""
        if is_blank(raw):
            return EMPTY
        if isinstance(raw, bool):
            text = str(int(raw))
        elif isinstance(raw, (int, float)):
            text = str(int(raw)) if float(raw).is_integer() else str(raw)
        else:
            text = str(raw)
        if text in self.spellings:
            return Parsed(self.spellings[text])
        key = _category_key(text)
        if key in self._folded:
            return Parsed(self._folded[key], "category_normalised")
        empty = _empty(raw)
        if empty:
            return empty
        if is_mojibake(text):
            return Parsed(None, "mojibake", unspoil(text))
        return Parsed(None, "category_unknown", self.nearest(key))

    def nearest(self, key: str, least: float = 75.0) -> str | None:
        """The code of the declared spelling most like ``key``."""
        from rapidfuzz import fuzz, process

        found = process.extractOne(key, list(self._folded), scorer=fuzz.ratio, score_cutoff=least)
        return None if found is None else self._folded[found[0]]

    def parse_first(self, raw: Any) -> Parsed:
        """As ``parse``; of a comma list without a declared spelling the first part that has one.

        A part that only says «other» gives way to one that says more.
        """
        parsed = self.parse(raw)
        if parsed.rule != "category_unknown" or not isinstance(raw, str) or not re.search("[,;]", raw):
            return parsed
        codes = [code for part in re.split("[,;]", raw) if (code := self.parse(part).value) is not None]
        if not codes:
            return parsed
        return Parsed(next((code for code in codes if code != "other"), "other"), "first_of_several")

    def find(self, text: str) -> str | None:
        """The code of the longest declared spelling that stands in ``text`` as the beginning of a word."""
        key = f" {fold(text)}"
        best, length = None, 0
        for spelling, code in self._folded.items():
            if length < len(spelling) <= len(key) and re.search(rf"(?<!\w){re.escape(spelling)}", key):
                short = len(spelling) <= 4
                if not short or re.search(rf"(?<!\w){re.escape(spelling)}(?!\w)", key) or spelling.endswith(" "):
                    best, length = code, len(spelling)
        return best

    def find_start(self, text: str) -> str | None:
        """As ``find``, for key words given as beginnings of words («заявк», «смет»), however short."""
        key = fold(text)
        hits = [
            (found.start(), -len(spelling), code)
            for spelling, code in self._folded.items()
            if (found := re.search(rf"(?<!\w){re.escape(spelling)}", key))
        ]
        return min(hits)[2] if hits else None


def _category_key(text: str) -> str:
    return fold(text).rstrip(" .;,:")


def parse_flag(choices: Choices) -> Parser:
    """Yes or no as True or False; ``choices`` is the list yes_no."""

    def parse(raw: Any) -> Parsed:
        if isinstance(raw, bool):
            return Parsed(raw)
        parsed = choices.parse(raw)
        return Parsed(None if parsed.value is None else parsed.value == "yes", parsed.rule, parsed.suggestion)

    return parse
