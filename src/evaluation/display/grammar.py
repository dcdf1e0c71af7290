"""Grammar of sentences with numbers: a counted word in its case, lists, ranges, amounts of money, number signs.

Russian: after 1 (21, 101, not 11) stands the singular; after 2, 3, 4 in the nominative the singular's genitive; after
others the plural's genitive. In the other cases the word itself is declined: из 5 проектов, в 3 муниципалитетах, в 21
муниципалитете. A fraction always governs the singular's genitive (1,5 проекта; в 1,5 километра).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaluation.display.declension import CASES, NOUNS, Case, Noun
from evaluation.display.units import plural, unit_words
from evaluation.display.wording import MISSING, NO_BREAK_SPACE, default_decimals, format_number, is_missing

if TYPE_CHECKING:
    from evaluation.settings import Language

EN_DASH = "\u2013"
NO_BREAK_HYPHEN = "\u2011"
WORD_JOINER = "\u2060"
_AFTER_SIGN = re.compile(r"(?<=№) |(?<=No\.) (?=\d)|(?<=\d) (?=%)")
_HYPHEN = re.compile(r"(?<=[\w])-(?=\d)")
_DASH = re.compile(r"(?<=\d)\u2013(?=\d)")
_SCALES = {"unit": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}


class GrammarError(LookupError):
    """A word, case or scale that is not known."""


def noun(code: str) -> Noun:
    """The counted word of ``code``. Raises GrammarError naming those that come near."""
    if code not in NOUNS:
        near = difflib.get_close_matches(code, NOUNS, n=3, cutoff=0.5)
        raise GrammarError(f"there is no counted word '{code}'; near it: {', '.join(near) or ', '.join(NOUNS)}")
    return NOUNS[code]


def checked_case(case: str) -> Case:
    """``case`` itself where it is the name of a case. Raises GrammarError listing the names."""
    for known in CASES:
        if case == known:
            return known
    raise GrammarError(f"there is no case '{case}'; the cases are {', '.join(CASES)}")


def agreeing(value: float, code: str, language: Language, case: str = "nominative") -> str:
    """The counted word as it stands after the number ``value``, which is written in digits.

    Raises GrammarError for an unknown word or case.
    """
    word, chosen = noun(code), checked_case(case)
    if language == "en":
        return word.en[0] if abs(value) == 1 else word.en[1]
    if not float(value).is_integer():
        return word.form("genitive", is_plural=False)
    size = plural(value, ("one", "few", "many"), "ru")
    if chosen in ("nominative", "accusative"):
        return _counted_straight(int(abs(value)), size, word, chosen)
    if size == "one":
        return word.form(chosen, is_plural=False)
    # лет and человек replace the genitive after numbers alone: из 5 лет, but: в 5 годах
    return word.many if chosen == "genitive" else word.form(chosen, is_plural=True)


def _counted_straight(number: int, size: str, word: Noun, case: Case) -> str:
    if size == "one":
        return word.form(case, is_plural=False)
    if size == "many":
        return word.many
    # вижу двух жителей, but: вижу двадцать два жителя
    return (
        word.form("genitive", is_plural=True) if case == "accusative" and word.is_animate and number < 5 else word.few
    )


def counted(value: Any, code: str, language: Language, case: str = "nominative", decimals: int | None = None) -> str:
    """Number and word, held together by a no-break space: «3 муниципалитетах», '1.5 projects'.

    The word agrees with the number as it is shown; zeros at the end of a fraction are not. A missing value is the
    missing mark alone. Raises GrammarError.
    """
    if is_missing(value):
        return MISSING[language]
    places = default_decimals(float(value)) if decimals is None else decimals
    shown = round(float(value), places)
    while decimals is None and places and round(shown, places - 1) == shown:
        places -= 1
    word = agreeing(shown, code, language, case).replace(" ", NO_BREAK_SPACE)
    return f"{format_number(shown, language, places)}{NO_BREAK_SPACE}{word}"


def listed(items: Sequence[str], language: Language) -> str:
    """Words in a row: «А, Б и В», 'A, B and C'; empty for none."""
    if len(items) < 2:
        return "".join(items)
    conjunction = "и" if language == "ru" else "and"
    return f"{', '.join(items[:-1])} {conjunction}{NO_BREAK_SPACE}{items[-1]}"


def number_range(low: Any, high: Any, language: Language, unit: str | None = None, decimals: int | None = None) -> str:
    """A range with an en dash that no line breaks: «3–5 %», '2019–2025'; one number where both ends look the same.

    The unit stands once, after the second number. A missing end makes the whole missing. Between numbers of which one
    is negative stand words («от −3 до 5», '−3 to 5'), since a dash beside a minus cannot be read.
    """
    if is_missing(low) or is_missing(high):
        return MISSING[language]
    last = format_number(high, language, decimals, unit)
    first = format_number(low, language, decimals, unit)
    if first == last:
        return last
    start = first[: _digits_end(first)]
    if first[len(start) :] != last[_digits_end(last) :] and unit_words(unit or "").kind == "money":
        start = first  # 998 000 руб. and 1,2 млн руб. share no unit
    if float(low) < 0 or float(high) < 0:
        space = NO_BREAK_SPACE
        return f"от{space}{start} до{space}{last}" if language == "ru" else f"{start} to{space}{last}"
    return f"{start}{WORD_JOINER}{EN_DASH}{WORD_JOINER}{last}"


def _digits_end(text: str) -> int:
    return max(place for place, sign in enumerate(text, start=1) if sign.isdigit())


def money(value: Any, language: Language, currency: str, scale: str, decimals: int | None = None) -> str:
    """An amount on a chosen scale (unit, thousand, million, billion): «998 тыс. руб.», '1.25 million RUB'.

    Raises GrammarError for another scale.
    """
    if scale not in _SCALES:
        raise GrammarError(f"there is no scale '{scale}'; the scales are {', '.join(_SCALES)}")
    if is_missing(value):
        return MISSING[language]
    unit = f"{scale}_{currency}" if scale != "unit" else currency
    places = decimals if decimals is not None else 0 if scale in ("unit", "thousand") else 1
    if scale != "unit":
        return format_number(float(value) / _SCALES[scale], language, places, unit)
    # format_number would turn a million into millions by itself
    number = format_number(value, language, places)
    label = format_number(1, language, 0, currency).partition(NO_BREAK_SPACE)[2]
    return f"{number}{NO_BREAK_SPACE}{label}"


def with_number_sign(text: str, language: Language) -> str:
    """A document's number, held together: «№ 10-4831», 'No. 10-4831', with hyphens that no line breaks at."""
    sign = "№" if language == "ru" else "No."
    bare = text.strip().removeprefix("№").removeprefix("No.").strip()
    return f"{sign}{NO_BREAK_SPACE}{unbroken(bare)}"


def held(text: str) -> str:
    """A typed text whose numbers no line breaks: «№ 10-4831», «2019–2025», '5 %' stay together, words do not."""
    text = _AFTER_SIGN.sub(NO_BREAK_SPACE, text)
    text = _HYPHEN.sub(NO_BREAK_HYPHEN, text)
    return _DASH.sub(f"{WORD_JOINER}{EN_DASH}{WORD_JOINER}", text)


def unbroken(text: str) -> str:
    """``text`` without a place where a line could break: no-break spaces and hyphens, dashes held on both sides."""
    held = text.replace("-", NO_BREAK_HYPHEN).replace(" ", NO_BREAK_SPACE)
    return held.replace(EN_DASH, f"{WORD_JOINER}{EN_DASH}{WORD_JOINER}")
