"""Numbers in cells: separators, units and multiples beside them, and what is only nearly a number.

Canonical, that is taken without a remark, are numbers of the workbook and texts such as ``-1234.5``: ASCII digits, a
point, a minus. Everything else that is read is remarked, and nothing is read that can be read in two ways.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from evaluation.cleaning.markers import read_missing
from evaluation.cleaning.measures import CURRENCIES, is_cents, read_currency, read_measure, states_amount
from evaluation.cleaning.parsed import Parsed, Parser, plain
from evaluation.cleaning.text import tidy

LONGEST = 80
EXACT = 2**53  # every whole number up to here has a float of its own
_PLAIN_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)")  # some statistics programs write .5
# the commonest writing, read without the steps below, which come to the same
_USUAL_NUMBER = re.compile(r"(?:[1-9][0-9]{0,2}(?:[ \u00a0\u202f\u2009][0-9]{3})+|0|[1-9][0-9]*)(?:,[0-9]+)?")
# the same with a unit: what the steps below look for beside numbers and units is not there
_USUAL_AMOUNT = re.compile(_USUAL_NUMBER.pattern + r"[ \u00a0\u202f\u2009]?(?:(?:тыс|млн)\.? ?)?(?:руб|чел|шт)\.?")
_SPACE = re.compile(r"\s")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_SIGNS = str.maketrans("−‐‑‒–—﹣－＋，．（）％٫٬’‘ʼ＇", "--------+,.()%.,''''")
_LOOKALIKES = str.maketrans("OОоoЗзlIІі|SsBВб", "0000331111155886")
_INEXACT = re.compile(
    r"(?P<word>около|ок\.|прим(?:ерно|\.)|приблизительно|приблиз\.|ориентировочно|порядка|почти|более|больше|менее|меньше"
    r"|свыше|св\.|до|от|не\s+(?:менее|более|выше|ниже|меньше|больше)|~|≈|±|>=?|<=?|≥|≤|about|approx\.?|circa|ca\.?|over"
    r"|under|up\s+to|at\s+least)(?![^\W\d_])\s*(?P<number>[-+\d].*)",
    re.I | re.S,
)
_INEXACT_AFTER = re.compile(
    r"(?P<number>[-+\d].*?)\s*(?:\+|с\s+лишним|и\s+(?:более|менее|больше|выше|меньше)|примерно|or\s+more)\s*",
    re.I | re.S,
)
_RANGE = re.compile(
    r"(?:(?:от|с|from)\s+)?\d[\d\s.,']*[^\d]{0,12}?\s*(?:-|…|\.{2,}|\s(?:до|по|to)\s)\s*\d[\d\s.,']*[^\d]*", re.I
)
_SCIENTIFIC = re.compile(r"([-+]?)([0-9]{1,3})(?:[.,]([0-9]+))?\s*[eEеЕ]\s*([-+]?)([0-9]{1,3})")
_IN_BRACKETS = re.compile(r"\(\s*([^()]*?)\s*\)\s*([^()\d]*)")
_PART = re.compile(r"\s*(\d[\d\s.,']*)([^\d]*)")
_GROUPED = re.compile(r"\d{1,3}(?:[\s']+\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_FOOTNOTE = re.compile(r"([-+]?\d[\d\s.,']*?)\s*[*†‡¹²³⁴⁵⁶⁷⁸⁹)]+")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::00)?")


class Quantity(NamedTuple):
    """An exact amount with the stated multiple applied, and the stated unit (a currency's code, persons, ...)."""

    amount: Decimal
    unit: str | None = None


def shown_number(value: float | Decimal) -> str:
    """A number in plain digits, as the parsers take it without a remark: no exponent, no needless zeros."""
    text = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_quantity(raw: Any) -> Parsed:
    """A ``Quantity``: Russian, Polish or English separators, thousands, a unit in the cell («12,5 тыс. руб.»).

    «1.234.567,89» and «1,234,567.89» are read; a lone separator is the decimal one. ``rounded_number`` says that the
    digits given leave kopecks (or single people) open, or that they are more than a float keeps.
    Refused: ``inexact_number`` («около 500»), ``range_in_number``, ``ambiguous_number`` («12 34»),
    ``scientific_lossy`` (4,6E+06 shows two digits of seven) and ``not_a_number``, with a suggestion where one
    reading is likely, such as digits for the letters that look like them.
    """
    missing = read_missing(raw)
    if missing:
        return missing
    raw = plain(raw)
    if isinstance(raw, bool):
        return Parsed(None, "not_a_number")
    if isinstance(raw, int):
        return _exact(Decimal(raw), None) if abs(raw) < 10**LONGEST else Parsed(None, "not_a_number")
    if isinstance(raw, float):
        return Parsed(Quantity(Decimal(repr(raw)))) if math.isfinite(raw) else Parsed(None, "not_a_number")
    if isinstance(raw, Decimal):
        return _exact(raw, None) if raw.is_finite() and abs(raw.adjusted()) < LONGEST else Parsed(None, "not_a_number")
    if not isinstance(raw, str) or len(raw) > 4 * LONGEST:
        return Parsed(None, "not_a_number")
    return _in_text(raw)


@lru_cache(maxsize=20_000)
def _in_text(raw: str) -> Parsed:
    if len(raw) <= LONGEST and _PLAIN_NUMBER.fullmatch(raw):
        return _exact(Decimal(raw), None)
    if len(raw) <= LONGEST and _USUAL_NUMBER.fullmatch(raw):
        return _exact(Decimal(_SPACE.sub("", raw).replace(",", ".")), "number_as_text")
    if len(raw) <= LONGEST and _USUAL_AMOUNT.fullmatch(raw):
        parsed = _unsigned(_SPACE.sub(" ", raw), None)
        if parsed.rule != "not_a_number":
            return parsed
    text = tidy(raw).translate(_SIGNS)
    if _OTHER_DIGIT.search(text):
        text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    if len(text) > LONGEST:
        return Parsed(None, "not_a_number")
    text = text.removeprefix("'").strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return _exact(Decimal(text), "number_as_text")
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        return _scientific(scientific)
    inexact = _INEXACT.fullmatch(text) or _INEXACT_AFTER.fullmatch(text)
    if inexact and (number := _signed(inexact["number"])).value is not None:
        return Parsed(None, "inexact_number", shown_number(number.value.amount))
    if _RANGE.fullmatch(text):
        return Parsed(None, "range_in_number")
    if inexact:
        return Parsed(None, "inexact_number")
    parsed = _signed(text)
    return parsed if parsed.rule != "not_a_number" else _no_number(text)


def _exact(amount: Decimal, rule: str | None, unit: str | None = None) -> Parsed:
    """The quantity, with ``rounded_number`` where a float would change its whole part."""
    too_long = abs(amount) > EXACT and Decimal(float(amount)) != amount
    return Parsed(Quantity(amount, unit), "rounded_number" if too_long else rule)


def _scientific(found: re.Match[str]) -> Parsed:
    """A number as a workbook shows it in a narrow column; what it does not show is lost."""
    sign, whole, fraction, exponent = found[1], found[2], found[3] or "", int(found[4] + found[5])
    amount = Decimal(f"{sign}{whole}.{fraction or 0}").scaleb(exponent)
    if exponent > len(fraction):
        return Parsed(None, "scientific_lossy", shown_number(amount) if exponent <= 15 else None)
    return _exact(amount, "scientific_number")


def _signed(text: str) -> Parsed:
    """A number with its sign, which may be brackets, and its currency, which may stand before it."""
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed:
        inner = _signed(f"{bracketed[1]} {bracketed[2]}".strip())
        if inner.value is None or not re.match("[-+]", bracketed[1]):
            return _negated(inner)
        return Parsed(None, "ambiguous_number", shown_number(inner.value.amount))
    if re.fullmatch(r"\d[\d\s.,']*-", text):
        inner = _signed(text[:-1])
        likely = None if inner.value is None else shown_number(-inner.value.amount)
        return Parsed(None, "ambiguous_number", likely)
    found = re.match(r"([-+]?)\s*([^\d\s+-]*)\s*([-+]?)\s*(?=\d)", text)
    if found is None or (found[1] and found[3]):
        return Parsed(None, "not_a_number")
    currency = read_currency(found[2]) if found[2] else None
    if (found[2] and currency is None) or (found[3] and not found[2]):
        return Parsed(None, "not_a_number")
    parsed = _unsigned(text[found.end() :], currency)
    return _negated(parsed) if "-" in (found[1], found[3]) else parsed


def _negated(parsed: Parsed) -> Parsed:
    if parsed.value is not None:
        return parsed._replace(value=Quantity(-parsed.value.amount, parsed.value.unit))
    if parsed.suggestion is not None and _PLAIN_NUMBER.fullmatch(parsed.suggestion):
        return parsed._replace(suggestion=f"-{parsed.suggestion}")
    return parsed


def _unsigned(text: str, currency: str | None) -> Parsed:
    """One number with its unit, or several parts of one amount."""
    parts = _PART.findall(text)
    if len(parts) > 1:
        return _composite(parts, currency)
    written, word = parts[0]
    parsed = _digits(written.strip().rstrip(".,'"))
    if parsed.value is None:
        return parsed
    measure = read_measure(word)
    if measure is None or (currency and measure.unit not in (None, currency)):
        return Parsed(None, "not_a_number")
    number: Decimal = parsed.value
    unit = currency or measure.unit
    step = measure.factor.scaleb(int(number.as_tuple().exponent))
    finest = Decimal(1) if unit and unit not in CURRENCIES else Decimal("0.01")
    if measure.multiple is not None and step > finest:
        return Parsed(Quantity(number * measure.factor, unit), "rounded_number")
    stated = unit is not None or measure.multiple is not None
    return _exact(number * measure.factor, "unit_in_cell" if stated else "number_as_text", unit)


def _composite(parts: list[tuple[str, str]], currency: str | None) -> Parsed:
    """«1 млн 200 тыс. руб.», «12 руб. 50 коп.»: whole amounts, each less than one of the part before it."""
    total, limit, unit = Decimal(0), None, currency
    for written, word in parts:
        amount = _digits(written.strip().rstrip(".,'")).value
        measure = read_measure(word)
        if unit in CURRENCIES and is_cents(word):
            factor = Decimal("0.01")
        elif measure is not None and (unit is None or measure.unit in (None, unit)):
            factor, unit = measure.factor, unit or measure.unit
        else:
            return Parsed(None, "not_a_number")
        if amount is None or amount % 1 or (limit is not None and amount * factor >= limit):
            return Parsed(None, "not_a_number")
        total, limit = total + amount * factor, factor
    return Parsed(Quantity(total, unit), "rounded_number") if factor > 1 else _exact(total, "unit_in_cell", unit)


def _digits(text: str) -> Parsed:
    """A Decimal of digits and separators."""
    if re.search(r"[\s'][.,]|[.,][\s']", text) or (re.search(r"\d[\s']+\d", text) and not _GROUPED.fullmatch(text)):
        likely = _decimal(re.sub(r"[\s']", "", text))
        return Parsed(None, "ambiguous_number", None if likely is None else shown_number(likely))
    number = _decimal(re.sub(r"[\s']", "", text))
    return Parsed(None, "not_a_number") if number is None else Parsed(number)


def _decimal(digits: str) -> Decimal | None:
    """A number of digits and separators without spaces; None where it is none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        thousands = "," if decimal == "." else "."
        if not re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{3}})+\{decimal}\d+", digits):
            return None
        digits = digits.replace(thousands, "").replace(decimal, ".")
    elif points > 1 or commas > 1:
        if not re.fullmatch(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+", digits):
            return None
        digits = re.sub("[.,]", "", digits)
    else:
        digits = digits.replace(",", ".")
    return Decimal(digits) if re.fullmatch(r"\d+(?:\.\d+)?", digits) else None


def _no_number(text: str) -> Parsed:
    noted = _FOOTNOTE.fullmatch(text)
    repaired = noted[1] if noted else text.translate(_LOOKALIKES)
    if repaired != text and re.search(r"\d", text) and re.fullmatch(r"[-+]?\d[\d\s.,']*", repaired):
        return Parsed(None, "not_a_number", repaired.strip())
    return Parsed(None, "not_a_number")


# ---- parsers of columns --------------------------------------------------------------------------------------


def parse_number(raw: Any) -> Parsed:
    """A float: the amount of ``parse_quantity`` whatever its unit."""
    if isinstance(raw, float) and math.isfinite(raw):
        return Parsed(float(raw))
    if isinstance(raw, str) and len(raw) < 16 and _PLAIN_NUMBER.fullmatch(raw):
        return Parsed(float(raw))
    parsed = parse_quantity(raw)
    return parsed if parsed.value is None else Parsed(float(parsed.value.amount), parsed.rule)


def parse_integer(raw: Any) -> Parsed:
    """A whole number up to EXACT; 33.5 people are refused, not rounded."""
    if type(raw) is int and abs(raw) <= EXACT:
        return Parsed(raw)
    if isinstance(raw, float) and raw.is_integer() and abs(raw) <= EXACT:
        return Parsed(int(raw))
    parsed = parse_quantity(raw)
    if parsed.value is None:
        return parsed
    return _whole(parsed.value.amount, parsed.rule, raw)


def _whole(amount: Decimal, rule: str | None, raw: Any = None) -> Parsed:
    if abs(amount) > EXACT:
        return Parsed(None, "out_of_range")
    nearest = int(amount.to_integral_value())
    if abs(amount - nearest) > Decimal("1e-9"):
        # people write 1,234 and 1.234 for thousands as well
        thousands = isinstance(raw, str) and re.fullmatch(r"-?\d{1,3}[.,]\d{3}", raw.strip())
        return Parsed(None, "not_integer", re.sub("[.,]", "", raw.strip()) if thousands else str(nearest))
    return Parsed(nearest, rule)


def number_in(unit: str) -> Parser:
    """A parser of a column in ``unit`` (hours, minutes, persons, points, percent, share or a currency's code).

    Hours and minutes are converted into each other, per cent into a share, times of a workbook into hours or minutes
    (``unit_converted``); any other unit in a cell is refused (``unit_unexpected``). Academic hours count as hours.
    """

    def parse(raw: Any) -> Parsed:
        clock = _clock(raw, unit)
        if clock is not None:
            return clock
        parsed = parse_quantity(raw)
        if parsed.value is None:
            return parsed
        amount, stated = parsed.value
        if stated in (None, unit) or (unit, stated) == ("hours", "academic_hours"):
            return Parsed(float(amount), parsed.rule)
        factor = _CONVERSIONS.get((stated, unit))
        if factor is None:
            return Parsed(None, "unit_unexpected", f"{shown_number(amount)} {stated}")
        return Parsed(float(amount * factor[0] / factor[1]), "unit_converted")

    return parse


_CONVERSIONS = {
    ("minutes", "hours"): (1, 60),
    ("hours", "minutes"): (60, 1),
    ("percent", "share"): (1, 100),
}


def _clock(raw: Any, unit: str) -> Parsed | None:
    """A time or duration of a workbook, or «1:30» in a column of hours; None for anything else."""
    raw = plain(raw)
    if unit not in ("hours", "minutes"):
        return None
    seconds: float | None = None
    if isinstance(raw, dt.timedelta):
        seconds = raw.total_seconds()
    elif isinstance(raw, dt.time):
        seconds = 3600 * raw.hour + 60 * raw.minute + raw.second
    elif isinstance(raw, str) and unit == "hours" and (found := _CLOCK.fullmatch(tidy(raw))):
        seconds = 3600 * int(found[1]) + 60 * int(found[2])
    if seconds is None:
        return None
    return Parsed(seconds / (3600 if unit == "hours" else 60), "unit_converted")


def stated_in(unit: str, parser: Parser) -> Parser:
    """``parser`` that refuses a text which states another unit (``unit_unexpected``): «90 %» is no number of people.

    ``unit`` is persons, hours, ... or a currency's code; any currency is taken where one is expected.
    """
    known = {None, *(CURRENCIES if unit in CURRENCIES else (unit,))}

    def parse(raw: Any) -> Parsed:
        if isinstance(raw, str):
            quantity = parse_quantity(raw).value
            if quantity is not None and quantity.unit not in known:
                return Parsed(None, "unit_unexpected", f"{shown_number(quantity.amount)} {quantity.unit}")
        return parser(raw)

    return parse


def at_least_zero(parser: Parser) -> Parser:
    """``parser`` that refuses negative numbers and suggests the number without its sign (a dash read as minus)."""

    def parse(raw: Any) -> Parsed:
        parsed = parser(raw)
        if parsed.value is not None and parsed.value < 0:
            return Parsed(None, "negative", shown_number(-Decimal(repr(parsed.value))))
        return parsed

    return parse


def times(parser: Parser, multiplier: float) -> Parser:
    """``parser`` of a column whose header states a multiple (тыс. руб.); a unit in the cell itself is left to stand."""
    if multiplier == 1:
        return parser

    def parse(raw: Any) -> Parsed:
        parsed = parser(raw)
        if parsed.value is None or (isinstance(raw, str) and states_amount(raw)):
            return parsed
        return Parsed(round(parsed.value * multiplier, 2), parsed.rule)

    return parse
