"""Counts in running Russian text: figures and words, without dates, numbers of laws, clocks, money and shares."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluation.cleaning.calendar_words import MONTHS

_ONES = (
    "ноль нуля", "один одного одна одной одну одно одним", "два двух две двумя двум", "три трех трёх тремя трем трём",
    "четыре четырех четырёх четырьмя четырем", "пять пяти пятью", "шесть шести шестью", "семь семи семью",
    "восемь восьми восемью", "девять девяти девятью", "десять десяти десятью", "одиннадцать одиннадцати",
    "двенадцать двенадцати", "тринадцать тринадцати", "четырнадцать четырнадцати", "пятнадцать пятнадцати",
    "шестнадцать шестнадцати", "семнадцать семнадцати", "восемнадцать восемнадцати", "девятнадцать девятнадцати",
)  # fmt: skip
_TENS = ("двадцать двадцати", "тридцать тридцати", "сорок сорока", "пятьдесят пятидесяти", "шестьдесят шестидесяти",
         "семьдесят семидесяти", "восемьдесят восьмидесяти", "девяносто девяноста")  # fmt: skip
_HUNDREDS = ("сто ста", "двести двухсот", "триста трехсот трёхсот", "четыреста четырехсот четырёхсот",
             "пятьсот пятисот", "шестьсот шестисот", "семьсот семисот", "восемьсот восьмисот",
             "девятьсот девятисот")  # fmt: skip
_TOGETHER = ("двое двоих", "трое троих", "четверо четверых", "пятеро пятерых", "шестеро шестерых", "семеро семерых")
_VALUES: dict[str, int] = {
    **{word: number for number, words in enumerate(_TOGETHER, 2) for word in words.split()},
    **{word: number for number, words in enumerate(_ONES) for word in words.split()},
    **{word: 10 * number for number, words in enumerate(_TENS, 2) for word in words.split()},
    **{word: 100 * number for number, words in enumerate(_HUNDREDS, 1) for word in words.split()},
}
NUMBER_WORDS = frozenset(_VALUES)
_WORDS = "|".join(sorted(_VALUES, key=len, reverse=True))
_DIGIT = re.compile(r"\d")
_IN_WORDS = re.compile(rf"(?<!\w)(?:{_WORDS})(?:\s+(?:{_WORDS}))*(?!\w)", re.I)
_COUNTED = re.compile(
    r"\s*(?:$|[.;:!?)]|(?:человек|чел|участник|докладчик|выступ|спикер|вопрос|голос|представител|гост|делегат|"
    r"специалист|руководител|сотрудник|доклад|сообщени|лиц(?:о|а)?\b|тренинг|проект|направлени|ключев|стратегическ))",
    re.I,
)
_FIGURES = re.compile(
    r"(?<![\w/№.,:§])(?<!\d[-–—−])(?P<dash>(?<!\S)[-–—−](?=\d))?(?<!\d[-–—−])"
    r"(?P<figures>\d{1,3}(?: \d{3})+(?!\d)|\d{1,9})(?![\w%]|[.,/:–—−-]\d|-[А-ЯЁа-яёA-Za-z]|\s?%|\s?‰)"
)
_MONTH = "|".join(sorted((re.escape(form) for form in MONTHS if len(form) > 2), key=len, reverse=True))
# numbers that count nobody and nothing: dates, years, laws, articles, clocks, money, ages, lengths
_NOT_COUNTS = re.compile(
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}-\d\d-\d\d|(?<!\d)\d{{1,4}}[-–—]\d{{1,4}}(?!\d|\s+(?:{_MONTH}))"
    rf"|«?\d{{1,2}}»?(?:\s*[-–—]\s*\d{{1,2}})?(?:-?го)?\s+(?:{_MONTH})\w?(?:\s+\d{{4}})?(?:\s*г\w*\.?)?"
    rf"|(?:{_MONTH})\s+\d{{1,2}},?\s+\d{{4}}"
    r"|(?<!\d)(?:19|20)\d\d\s*(?:[-–—]\s*(?:19|20)\d\d\s*)?(?:г\.?г?\.?(?!\w)|год\w*)"
    r"|(?<=:\s)1[.)](?=\s)|(?<=;\s)\d{1,2}[.)](?=\s)"  # marks of items inside of a sentence
    r"|№\s*\d[\w./-]*(?:\s?-\s?ФЗ)?|\d+\s?-\s?ФЗ"
    r"|(?<!\w)(?:ст(?:ать[яеию]\w*|\.)|п(?:ункт\w*|\.)|ч(?:аст\w+|\.)|глав\w+)\s*\d+(?:\.\d+)*"
    r"|\d{1,2}[:.]\d{2}(?=\s*(?:час|ч\b|$|[,;)]))"
    r"|\d[\d ]{0,12}(?:[.,]\d+)?\s*(?:час|минут|руб|тыс|млн|млрд|км\b|лет\b|дн|месяц|кв\.|га\b|%|процент|балл)\w*",
    re.I,
)


class Count(NamedTuple):
    """A count in a text: its value, its places, whether in words, whether a dash is glued to its figures."""

    value: int
    start: int
    end: int
    in_words: bool = False
    dashed: bool = False


def counts(text: str) -> list[Count]:
    """Counts of a text in order. Words count before a counted noun or at an end («один из участников» does not)."""
    bare = _NOT_COUNTS.sub(lambda found: " " * len(found[0]), text) if _DIGIT.search(text) else text
    found = [
        Count(int(hit["figures"].replace(" ", "")), hit.start(), hit.end(), dashed=hit["dash"] is not None)
        for hit in _FIGURES.finditer(bare)
    ]
    for hit in _IN_WORDS.finditer(bare):
        value = number_of(hit[0])
        if value is not None and _COUNTED.match(bare, hit.end()):
            found.append(Count(value, hit.start(), hit.end(), in_words=True))
    return sorted(found, key=lambda count: count.start)


def number_of(words: str) -> int | None:
    """Value of a number in words up to 999; None for words that make no one number («два три»)."""
    total, least = 0, 1000
    for word in words.casefold().split():
        value = _VALUES[word]
        size = 100 if value >= 100 else 10 if value >= 20 else 1
        if size >= least or (least == 10 and 10 <= value < 20) or (value == 0 and total):
            return None
        total, least = total + value, size
    return total
