"""Words for multiples (тыс., mln) and for units (руб., zł, чел., ч) as they stand beside numbers and in headers."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from evaluation.cleaning.text import fold

_MULTIPLE_WORDS = {
    1_000: r"тыс(?:яч(?:а|и|у)?)?|т(?=[.\s]*р)|tys(?:i[aą]c[ae]?|i[eę]cy)?|thousand|tsd|k",
    1_000_000: r"млн|миллион(?:а|ов)?|mln|milion(?:y|ow|ów)?|million|mio|mn",
    1_000_000_000: r"млрд|миллиард(?:а|ов)?|mld|mrd|miliard(?:y|ow|ów)?|billion|bn",
}
_CURRENCY_WORDS = {
    "RUB": r"руб(?:л(?:ей|я|ях|ь|ю|и|ем))?|р|rub|rur|₽",
    "PLN": r"z[łl](?:ot(?:y|e|ych))?|pln|злот(?:ых|ый|ые|ого)",
    "EUR": r"€|eur|euro|евро",
    "USD": r"\$|usd|долл(?:ар(?:ов|а|ы)?)?",
    "GBP": r"£|gbp",
    "KZT": r"₸|kzt|тенге",
    "BYN": r"byn",
    "UAH": r"₴|uah",
    "CZK": r"kč|kc|czk",
    "CNY": r"¥|cny",
    "RWF": r"rwf|frw",
}
_COUNT_WORDS = {
    "persons": r"чел(?:овек(?:а)?)?|persons?|people|os(?:ob(?:y)?|ób)?",
    "points": r"балл(?:ов|а|ы)?|б|points?|pkt",
    "academic_hours": r"ак(?:ад(?:емическ(?:их|ий|ие))?)?[.\s]*(?:ч(?:ас(?:ов|а|ы)?)?)?",
    "hours": r"ч(?:ас(?:ов|а|ы)?)?|h|hours?|godz",
    "minutes": r"мин(?:ут(?:ы|а)?)?|min|minutes?",
    "pieces": r"шт(?:ук(?:и|а)?)?|ед(?:иниц(?:ы|а)?)?|pcs|szt",
    "percent": r"%|процент(?:ов|а)?|проц",
}
_CENTS = re.compile(r"\s*(?:коп(?:ее?к|ейки|ейка)?|gr(?:oszy)?|cents?)[.\s]*")


def _alternatives(words: dict[str, str]) -> str:
    return "|".join(f"(?P<{name}>{pattern})" for name, pattern in words.items())


_MULTIPLE = "|".join(f"(?P<x{factor}>{pattern})" for factor, pattern in _MULTIPLE_WORDS.items())
_MONEY = rf"(?:(?:{_MULTIPLE})[.\s]*)?(?:{_alternatives(_CURRENCY_WORDS)})"
_UNIT = re.compile(
    rf"[\s.]*(?:(?:{_MULTIPLE})[.\s]*)?(?:(?:{_alternatives(_CURRENCY_WORDS)}|{_alternatives(_COUNT_WORDS)})[.\s]*)?"
)
# «р.» alone is taken for roubles only at the end of a header: elsewhere it shortens other words
_LONE_R = re.compile(r"[^\W\d_](?![.\s]*\)?\s*$)")
_STATED_MONEY = re.compile(rf"(?<![^\W\d_]){_MONEY}(?![^\W\d_])")
_TRAILING = re.compile(rf"(?:,|\(|\[|\s-\s|^)\s*(?:(?:в|in|w)\s+)?(?P<measure>{_UNIT.pattern})[)\]]?$")
_MULTIPLE_LAST = re.compile(r"\b(rub|pln|eur|usd|gbp)\s+(thousand|million|billion)\b")
_STATED_MULTIPLE = re.compile(rf"(?<![^\W\d_])(?:{_MULTIPLE})(?![^\W\d_])")
_CURRENCY = re.compile(_alternatives(_CURRENCY_WORDS))
CURRENCIES = frozenset(_CURRENCY_WORDS)


class Measure(NamedTuple):
    """A multiple (None where none is stated) and a unit: a currency's code, persons, hours, ...; None for none."""

    multiple: Decimal | None = None
    unit: str | None = None

    @property
    def factor(self) -> Decimal:
        return Decimal(1) if self.multiple is None else self.multiple


def _measure(found: re.Match[str]) -> Measure:
    names = [name for name, part in found.groupdict().items() if part]
    multiple = next((Decimal(name[1:]) for name in names if name[0] == "x" and name[1:].isdigit()), None)
    unit = next((name for name in names if name in _CURRENCY_WORDS or name in _COUNT_WORDS), None)
    return Measure(multiple, unit)


@lru_cache(maxsize=20_000)
def read_measure(text: str) -> Measure | None:
    """The measure that a text after a number states, and nothing else; None where it says anything more.

    An empty text is a measure without multiple and unit.
    """
    found = _UNIT.fullmatch(fold(text))
    return None if found is None else _measure(found)


def is_cents(text: str) -> bool:
    """Does the text after a number say that it counts hundredths of the currency («коп.»)?"""
    return _CENTS.fullmatch(fold(text)) is not None


def read_currency(text: str) -> str | None:
    """Code of the currency that a sign or word before a number names («$», «PLN»); None for anything else."""
    found = _CURRENCY.fullmatch(fold(text))
    return None if found is None else _measure(found).unit


def money_measure(text: str) -> Measure | None:
    """Multiple and currency stated anywhere in a header or title («Стоимость, тыс. руб.», «w tys. zł»); None if none.

    The last one counts: «(тыс. руб.)» closes a header.
    """
    key = _multiple_first(text)
    last = None
    for found in _STATED_MONEY.finditer(key):
        if len(found[0]) > 1 or found[0] in "€$£₽₸₴¥" or not _LONE_R.match(key, found.start()):
            last = found
    return None if last is None else _measure(last)


def trailing_measure(text: str) -> tuple[str, Measure] | None:
    """A folded header without the unit that closes it («стоимость, тыс. руб.», «koszt (tys. zł)»), and that unit.

    None where no unit closes it, or where there is nothing but a unit.
    """
    key = _multiple_first(text)
    found = _TRAILING.search(key)
    if found is None or _measure(found).unit is None or not key[: found.start()].strip(" .,:;("):
        return None
    return key[: found.start()].strip(" .,:;(["), _measure(found)


def _multiple_first(text: str) -> str:
    """A text folded, with «EUR thousand» as «thousand EUR»."""
    return _MULTIPLE_LAST.sub(r"\2 \1", fold(text))


def states_amount(text: str) -> bool:
    """Does a cell state a multiple or a currency of its own, so that its column's does not apply to it?"""
    key = re.sub(r"(?<=\d)(?=[^\W\d_])", " ", fold(text))
    return bool(_STATED_MONEY.search(key) or _STATED_MULTIPLE.search(key))
