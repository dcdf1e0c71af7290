"""Words and signs of dates: months, quarters, halves of the year, days of the week, years, times of day."""

from __future__ import annotations

import re

FIRST_YEAR, LAST_YEAR = 1990, 2100
# of two digits these and later ones are of the last century
_LAST_CENTURY = 70

_ENDINGS = ["ь", "я", "е", "ю", "ем", "ём"]
_MONTH_FORMS: tuple[tuple[str, ...], ...] = (
    ("янв", *(f"январ{end}" for end in _ENDINGS), "jan", "january", "stycznia", "styczeń"),
    ("фев", "февр", *(f"феврал{end}" for end in _ENDINGS), "feb", "february", "lutego", "luty"),
    ("мар", *(f"март{end}" for end in ("", "а", "е", "у", "ом")), "mar", "march", "marca", "marzec"),
    ("апр", *(f"апрел{end}" for end in _ENDINGS), "apr", "april", "kwietnia", "kwiecień"),
    ("май", "мая", "мае", "маю", "маем", "may", "maja", "maj"),
    ("июн", *(f"июн{end}" for end in _ENDINGS), "jun", "june", "czerwca", "czerwiec"),
    ("июл", *(f"июл{end}" for end in _ENDINGS), "jul", "july", "lipca", "lipiec"),
    ("авг", *(f"август{end}" for end in ("", "а", "е", "у", "ом")), "aug", "august", "sierpnia", "sierpień"),
    ("сен", "сент", *(f"сентябр{end}" for end in _ENDINGS), "sep", "sept", "september", "września", "wrzesień"),
    ("окт", *(f"октябр{end}" for end in _ENDINGS), "oct", "october", "października", "październik"),
    ("ноя", "нояб", *(f"ноябр{end}" for end in _ENDINGS), "nov", "november", "listopada", "listopad"),
    ("дек", *(f"декабр{end}" for end in _ENDINGS), "dec", "december", "grudnia", "grudzień"),
)
MONTHS = {form.replace("ё", "е"): number for number, forms in enumerate(_MONTH_FORMS, 1) for form in forms}
# a folded month: looked up in MONTHS, so that any word may stand here
WORD = r"[^\W\d_]+"
YEAR_MARK = r"(?:\s*(?:г(?:ода|оду|од)?|year)\.?)?"

_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "пн понедельник mon monday", "вт вторник tue tuesday", "ср среда среду wed wednesday",
            "чт четверг thu thursday", "пт пятница пятницу fri friday", "сб суббота субботу sat saturday",
            "вс воскресенье sun sunday",
        )
    )
    for word in words.split()
}  # fmt: skip
_WEEKDAY_BEFORE = re.compile(rf"({WORD})\.?,?\s+(?=\d)")
_WEEKDAY_AFTER = re.compile(rf"(?<=[\d.а-яa-z]),?\s+\(?({WORD})\.?\)?$")
_QUARTERS = {
    "1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4, "первый": 1, "второй": 2, "третий": 3,
    "четвертый": 4, "первое": 1, "второе": 2, "первом": 1, "втором": 2, "третьем": 3, "четвертом": 4,
}  # fmt: skip
_PART_OF_YEAR = re.compile(
    rf"(?:в(?:о)?\s+)?(?P<number>[1-4]|i{{1,3}}|iv|{WORD})\s*(?:-?\s*(?:й|ый|ой|ий|е|ое|м|ом))?\s*"
    rf"(?P<kind>кв(?:артал(?:е|а)?)?|полугоди(?:е|и|я)|п/г|пол\.?|quarter)\.?"
    rf"(?:\s*(?P<year>\d{{4}}))?{YEAR_MARK}"
)
_CODED_PART = re.compile(
    r"(?:(?P<year>\d{4})[-\s]?)(?P<kind>q|h)(?P<number>[1-4])|(?P<kind2>q|h)(?P<number2>[1-4])[-\s](?P<year2>\d{4})"
)
_MONTHS_OF_YEAR = re.compile(
    rf"(?:за\s+)?(?P<count>3|6|9|12)\s*мес(?:яц(?:ев|а))?\.?(?:\s*(?P<year>\d{{4}}))?{YEAR_MARK}"
)
_WHOLE_YEAR = re.compile(
    r"(?:в\s+теч(?:ение|\.)(?:\s+всего)?|весь|постоянно|ежемесячно)\s*(?P<year>\d{4})?(?:\s*(?:г(?:ода|од)?)\.?)?"
)
ROMAN_LOOKALIKES = str.maketrans("іiі", "iii")


def month(word: str) -> int | None:
    """Number of the month that a folded word names; None for another word."""
    return MONTHS.get(word)


def full_year(digits: str) -> int:
    """Year of two or four digits: 24 is 2024, 98 is 1998."""
    year = int(digits)
    if len(digits) != 2:
        return year
    return year + (1900 if year >= _LAST_CENTURY else 2000)


def without_weekday(text: str) -> tuple[str, int | None]:
    """A folded text without the day of the week before or after its date, and that day (Monday is 0)."""
    for pattern in (_WEEKDAY_BEFORE, _WEEKDAY_AFTER):
        found = pattern.match(text) if pattern is _WEEKDAY_BEFORE else pattern.search(text)
        if found and found[1] in _WEEKDAYS:
            return (text[: found.start()] + text[found.end() :]).strip(" ,"), _WEEKDAYS[found[1]]
    return text, None


def part_of_year(text: str) -> tuple[int | None, int, int] | None:
    """Year (None where none is named), first and last month of a folded quarter, half or number of months."""
    coded = _CODED_PART.fullmatch(text)
    if coded:
        kind, number = coded["kind"] or coded["kind2"], int(coded["number"] or coded["number2"])
        length = 3 if kind == "q" else 6
        year = int(coded["year"] or coded["year2"])
        return (year, length * (number - 1) + 1, length * number) if length * number <= 12 else None
    months = _MONTHS_OF_YEAR.fullmatch(text)
    if months:
        return _year(months["year"]), 1, int(months["count"])
    whole = _WHOLE_YEAR.fullmatch(text)
    if whole:
        return _year(whole["year"]), 1, 12
    found = _PART_OF_YEAR.fullmatch(text.translate(ROMAN_LOOKALIKES))
    number_ = _QUARTERS.get(found["number"]) if found else None
    if found is None or number_ is None:
        return None
    length = 3 if found["kind"].startswith(("кв", "q")) else 6
    if length * number_ > 12:
        return None
    return _year(found["year"]), length * (number_ - 1) + 1, length * number_


def _year(digits: str | None) -> int | None:
    return int(digits) if digits else None
