"""Units of measure and counted words: their names in Russian and English and how numbers with them are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from evaluation.settings import Language

UnitKind = Literal["plain", "share", "percent", "money", "bare"]


@dataclass(frozen=True)
class UnitWords:
    """Words of a unit: Russian forms for 1, 2 and 5, English forms for one and many; ``decimals`` where fixed."""

    ru: tuple[str, str, str]
    en: tuple[str, str]
    kind: UnitKind = "plain"
    decimals: int | None = None


def _same(ru: str, en: str, kind: UnitKind = "plain", decimals: int | None = None) -> UnitWords:
    return UnitWords((ru, ru, ru), (en, en), kind, decimals)


# units that a label names by itself: «Заявок», not «Заявок, заявок»
COUNTED = {
    "count", "persons", "people", "households", "participations", "projects", "applications", "units", "unit",
    "clusters", "events", "consultations", "ties", "rows", "files", "issues", "responses", "year", "years",
}  # fmt: skip

UNITS: dict[str, UnitWords] = {
    "": _same("", ""),
    "number": _same("", ""),
    "count": _same("", "", decimals=0),
    "ratio": _same("", ""),
    "score": UnitWords(("балл", "балла", "баллов"), ("point", "points")),
    "points": UnitWords(("балл", "балла", "баллов"), ("point", "points")),
    "p": _same("", "", decimals=3),
    "f": _same("", "", decimals=1),
    "year": _same("", "", "bare", 0),
    "share": _same("%", "%", "share", 1),
    "percent": _same("%", "%", "percent", 1),
    "%": _same("%", "%", "percent", 1),
    "percentage_points": _same("п. п.", "pp", decimals=1),
    "log_points": _same("лог. п.", "log points", decimals=3),
    "share_points": _same("п. п.", "pp", "share", 1),
    "log_odds": _same("лог. шансов", "log odds", decimals=3),
    "sd": _same("станд. откл.", "SD", decimals=2),
    "persons": UnitWords(("человек", "человека", "человек"), ("person", "people"), decimals=0),
    "people": UnitWords(("человек", "человека", "человек"), ("person", "people"), decimals=0),
    "households": UnitWords(("хозяйство", "хозяйства", "хозяйств"), ("household", "households"), decimals=0),
    "participations": UnitWords(("участие", "участия", "участий"), ("participation", "participations"), decimals=0),
    "projects": UnitWords(("проект", "проекта", "проектов"), ("project", "projects"), decimals=0),
    "applications": UnitWords(("заявка", "заявки", "заявок"), ("application", "applications"), decimals=0),
    "units": UnitWords(("территория", "территории", "территорий"), ("territory", "territories"), decimals=0),
    "clusters": UnitWords(("кластер", "кластера", "кластеров"), ("cluster", "clusters"), decimals=0),
    "events": UnitWords(("мероприятие", "мероприятия", "мероприятий"), ("event", "events"), decimals=0),
    "consultations": UnitWords(
        ("консультация", "консультации", "консультаций"), ("consultation", "consultations"), decimals=0
    ),
    "ties": UnitWords(("связь", "связи", "связей"), ("tie", "ties"), decimals=0),
    "hours": UnitWords(("час", "часа", "часов"), ("hour", "hours")),
    "minutes": UnitWords(("минута", "минуты", "минут"), ("minute", "minutes")),
    "years": UnitWords(("год", "года", "лет"), ("year", "years")),
    "days": UnitWords(("день", "дня", "дней"), ("day", "days"), decimals=0),
    "rows": UnitWords(("строка", "строки", "строк"), ("row", "rows"), decimals=0),
    "files": UnitWords(("файл", "файла", "файлов"), ("file", "files"), decimals=0),
    "issues": UnitWords(("замечание", "замечания", "замечаний"), ("remark", "remarks"), decimals=0),
    "responses": UnitWords(("анкета", "анкеты", "анкет"), ("questionnaire", "questionnaires"), decimals=0),
    "km": _same("км", "km"),
    "degree": _same("°", "°"),
    "byte": UnitWords(("байт", "байта", "байт"), ("byte", "bytes"), decimals=0),
    "mu": _same("му", "mu"),
    "per_1000": _same("на 1000", "per 1,000"),
    "per_10000": _same("на 10\u202f000", "per 10,000"),
    "RUB": _same("руб.", "RUB", "money"),
}
_ALIASES = {"rub": "RUB", "руб.": "RUB", "чел.": "persons", "hour": "hours", "event": "events", "unit": "units"}
_MULTIPLES = {"thousand": ("тыс.", "thousand"), "million": ("млн", "million"), "billion": ("млрд", "billion")}
_PER = {
    "participation": ("на участие", "per participation"),
    "project": ("на проект", "per project"),
    "beneficiary": ("на благополучателя", "per beneficiary"),
    "person": ("на человека", "per person"),
}


def unit_words(unit: str) -> UnitWords:
    """Words of a unit's code.

    Three capital letters are a currency; ``thousand_projects``, ``million_RUB`` and ``RUB_per_participation`` are
    read as they sound; anything unknown is shown as it stands.
    """
    code = _ALIASES.get(unit, unit)
    if code in UNITS:
        return UNITS[code]
    if re.fullmatch("[A-Z]{3}", code):
        return _same(code, code, "money")
    multiple, _, rest = code.partition("_")
    if multiple in _MULTIPLES and rest:
        (ru, en), base = _MULTIPLES[multiple], unit_words(rest)
        return _same(f"{ru} {base.ru[2]}", f"{en} {base.en[1]}")
    first, _, per = code.partition("_per_")
    if per in _PER:
        base = unit_words(first)
        return _same(f"{base.ru[2]} {_PER[per][0]}", f"{base.en[1]} {_PER[per][1]}", decimals=0)
    text = code.replace("_", " ")
    return _same(text, text)


def plural(value: float, forms: tuple[str, ...], language: Language) -> str:
    """The form of a counted word that goes with ``value``.

    Russian takes three forms (1 заявка, 2 заявки, 5 заявок; a fraction takes the second: 1,5 заявки), English two.
    """
    if language == "en":
        return forms[0] if abs(value) == 1 else forms[-1]
    if not float(value).is_integer():
        return forms[1]
    number = abs(int(value))
    if 11 <= number % 100 <= 14:
        return forms[2]
    last = number % 10
    return forms[0] if last == 1 else forms[1] if 2 <= last <= 4 else forms[2]


def forms_of(words: UnitWords, language: Language) -> tuple[str, ...]:
    return words.ru if language == "ru" else words.en


def unit_label(unit: str, language: Language) -> str:
    """A unit's name for the head of a column or an axis: «%», «часов», 'hours'; empty for bare numbers."""
    return forms_of(unit_words(unit), language)[-1]
