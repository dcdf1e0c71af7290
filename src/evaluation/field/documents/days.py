"""Days and periods named in running text: «27 января 2021 г.», «22-25 апреля», «двадцать седьмого января ...».

Pieces of text are found here; what day they are, the readers of dates in cells say (``cleaning.dates``), so that
a date in a document and in a table mean the same. No year is ever supplied that the text does not name.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from evaluation.cleaning.calendar_words import MONTHS
from evaluation.cleaning.date_ranges import Period, parse_period

_MONTH = "|".join(sorted((re.escape(form) for form in MONTHS if len(form) > 2), key=len, reverse=True))
_YEAR = r"(?:(?:19|20)\d\d(?!\d))"
_ORDINALS = (
    "перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят", "одиннадцат", "двенадцат",
    "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат", "двадцат",
)  # fmt: skip
_ORDINAL = {f"{stem}{end}": number for number, stem in enumerate(_ORDINALS, 1) for end in ("ого", "ое", "ый", "ой")}
_ORDINAL |= {"третьего": 3, "третье": 3, "тридцатого": 30, "тридцатое": 30}
_TENS = {"двадцать": 20, "тридцать": 30}
_DAY_WORDS = rf"(?:(?:двадцать|тридцать)\s+)?(?:{'|'.join(sorted(_ORDINAL, key=len, reverse=True))})"
_YEAR_WORDS = (
    rf"две\s+тысячи\s+(?:(?:двадцать|тридцать)\s+)?(?:{'|'.join(sorted(_ORDINAL, key=len, reverse=True))})(?:\s+года)?"
)
_PATTERN = re.compile(
    rf"(?P<figures>(?<![\d.№-])\d{{1,2}}\.\d{{1,2}}\.{_YEAR}(?:\s*(?:г\.?|года))?"
    rf"(?:\s*[-–—]\s*\d{{1,2}}\.\d{{1,2}}\.{_YEAR})?)"
    rf"|(?P<iso>(?<!\d){_YEAR}-\d\d-\d\d(?!\d))"
    rf"|(?P<slashes>(?<![\d/])\d{{1,2}}/\d{{1,2}}/{_YEAR})"
    rf"|(?P<words>(?<![\d.№-])[«\"“]?\d{{1,2}}[»\"”]?(?:-?го)?"
    rf"(?:\s+(?:{_MONTH}))?(?:\s*(?:[-–—]|и|по)\s*[«\"“]?\d{{1,2}}[»\"”]?(?:-?го)?)?\s+(?P<month>{_MONTH})"
    rf"(?P<joined>в(?=\s))?(?!\w)(?:,?\s+(?P<year>{_YEAR})(?:\s*(?:г\.|г(?!\w)|год\w?))?)?)"
    rf"|(?P<first>(?<!\w)(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR})"
    rf"|(?P<spoken>(?<!\w){_DAY_WORDS}\s+(?:{_MONTH})(?:\s+(?:{_YEAR}(?:\s*(?:г\.|года))?|{_YEAR_WORDS}))?)",
    re.I,
)
_NAMED_YEAR = re.compile(rf"(?<![\d.№-])({_YEAR})\s*(?:г\.|г(?!\w)|год\w{{0,2}})", re.I)


_BY = re.compile(r"(?:(?<!\w)до|не\s+позднее|(?<!\w)к|(?<!\w)срок\w*(?:\s+\w+){0,2}\s*[:–—-]?(?:\s*до)?)\s*$", re.I)


@dataclass(frozen=True)
class Day:
    """A day or period in a text: its words and places, the period (None: refused), and remarks on its reading."""

    text: str
    start: int
    end: int
    period: Period | None
    remarks: tuple[str, ...] = ()


def days(text: str) -> list[Day]:
    """Days and periods of a text in order. Where no year stands with a day, that of its sentence is not taken here."""
    return [_day(found, None) for found in _PATTERN.finditer(text)]


def days_with_year(text: str) -> list[Day]:
    """As ``days``; a day without a year takes that of the last named year («В 2008 г.») or full date before it."""
    years = [(found.start(), int(found[1])) for found in _NAMED_YEAR.finditer(text)]
    made: list[Day] = []
    for found in _PATTERN.finditer(text):
        before = [year for place, year in years if place < found.start()]
        made.append(_day(found, before[-1] if before else None))
    return made


def due_in(text: str) -> Day | None:
    """The day by which something is to be done, where a text names one: «до 1 июня 2025 г.», «срок: 01.06.2025».

    The first such day; its period is None where it cannot be told (no year is named, say).
    """
    return next((day for day in days(text) if _BY.search(text[: day.start])), None)


def _day(found: re.Match[str], year: int | None) -> Day:
    text, remarks = found[0].strip(), []
    if found["spoken"]:
        plain = _figures_of(text)
        remarks.append("number_in_words")
    else:
        plain = re.sub(r"[«»\"“”]", "", text)
    if found["joined"]:
        plain = plain.removesuffix("в") if plain.endswith("в") else plain.replace(found["month"] + "в", found["month"])
        remarks.append("joined_words")
    if not re.search(r"(?:19|20)\d\d", plain):
        if year is None:
            return Day(text, found.start(), found.end(), None, (*remarks, "without_year"))
        remarks.append("year_of_sentence")
    parsed = parse_period(plain, year or 0)
    if parsed.value is None:
        refused = "ambiguous_date" if parsed.rule == "ambiguous_date" else "impossible_date"
        return Day(text, found.start(), found.end(), None, (*remarks, refused))
    return Day(text, found.start(), found.end(), parsed.value, tuple(remarks))


def _figures_of(text: str) -> str:
    """«двадцать седьмого января две тысячи двадцать первого года» as «27 января 2021»."""
    words = text.casefold().split()
    place = next(n for n, word in enumerate(words) if word in MONTHS)
    rest = [word for word in words[place + 1 :] if word not in ("года", "г.")]
    year = ""
    if rest and rest[0].isdigit():
        year = rest[0]
    elif rest[:2] == ["две", "тысячи"]:
        year = str(2000 + _ordinal(rest[2:]))
    return f"{_ordinal(words[:place])} {words[place]} {year}".strip()


def _ordinal(words: list[str]) -> int:
    return sum(_TENS.get(word) or _ORDINAL[word] for word in words)


def iso(day: dt.date) -> str:
    """A day as it is stored: 2021-01-27."""
    return day.isoformat()
