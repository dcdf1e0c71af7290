"""Declension of the words that reports count: six Russian cases in both numbers, two English forms.

A noun is a stem with a pattern of endings, an adjective before it a stem alone; what follows no pattern is written out.
The endings are those of the school grammar (nominative, genitive, dative, accusative, instrumental, prepositional;
first the singular, then the plural).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Case = Literal["nominative", "genitive", "dative", "accusative", "instrumental", "prepositional"]
CASES: tuple[Case, ...] = get_args(Case)
Gender = Literal["masculine", "feminine", "neuter"]

Forms = tuple[str, str, str, str, str, str]
_NO_ENDING = "-"


@dataclass(frozen=True)
class Noun:
    """A counted word. ``few`` goes with 2, 3 and 4 in the nominative; ``many`` with 5 and more where it is not the
    plural's genitive (5 человек, but: из числа людей)."""

    singular: Forms
    plural: Forms
    few: str
    many: str
    is_animate: bool
    en: tuple[str, str]

    def form(self, case: Case, is_plural: bool) -> str:
        """The Russian word itself, without a number before it."""
        return (self.plural if is_plural else self.singular)[CASES.index(case)]


@dataclass(frozen=True)
class _Pattern:
    gender: Gender
    singular: Forms
    plural: Forms


def _pattern(gender: Gender, singular: str, plural: str) -> _Pattern:
    return _Pattern(gender, _six(singular), _six(plural))


def _six(text: str) -> Forms:
    one, two, three, four, five, six = ("" if part == _NO_ENDING else part for part in text.split())
    return one, two, three, four, five, six


_PATTERNS: Mapping[str, _Pattern] = {
    "проект": _pattern("masculine", "- а у - ом е", "ы ов ам ы ами ах"),
    "округ": _pattern("masculine", "- а у - ом е", "а ов ам а ами ах"),
    "участник": _pattern("masculine", "- а у - ом е", "и ов ам и ами ах"),
    "месяц": _pattern("masculine", "- а у - ем е", "ы ев ам ы ами ах"),
    "рубль": _pattern("masculine", "ь я ю ь ём е", "и ей ям и ями ях"),
    "житель": _pattern("masculine", "ь я ю ь ем е", "и ей ям и ями ях"),
    "команда": _pattern("feminine", "а ы е у ой е", "ы - ам ы ами ах"),
    "таблица": _pattern("feminine", "а ы е у ей е", "ы - ам ы ами ах"),
    "заявка": _pattern("feminine", "а и е у ой е", "и - ам и ами ах"),
    "встреча": _pattern("feminine", "а и е у ей е", "и - ам и ами ах"),
    "территория": _pattern("feminine", "я и и ю ей и", "и й ям и ями ях"),
    "связь": _pattern("feminine", "ь и и ь ью и", "и ей ям и ями ях"),
    "мероприятие": _pattern("neuter", "е я ю е ем и", "я й ям я ями ях"),
    "хозяйство": _pattern("neuter", "о а у о ом е", "а - ам а ами ах"),
}
_ADJECTIVES: Mapping[Gender, Forms] = {
    "masculine": _six("ый ого ому ый ым ом"),
    "feminine": _six("ая ой ой ую ой ой"),
    "neuter": _six("ое ого ому ое ым ом"),
}
_ADJECTIVES_PLURAL = _six("ые ых ым ые ыми ых")


def _declined(stem: str, endings: Forms) -> Forms:
    one, two, three, four, five, six = (stem + ending for ending in endings)
    return one, two, three, four, five, six


def _with_case(forms: Forms, case: Case, word: str) -> Forms:
    one, two, three, four, five, six = (word if each == case else form for each, form in zip(CASES, forms, strict=True))
    return one, two, three, four, five, six


def _noun(
    stem: str,
    like: str,
    en: str,
    *,
    genitive_plural: str | None = None,
    is_animate: bool = False,
    adjective: str = "",
) -> Noun:
    """A noun that is declined ``like`` a word of the patterns; ``en`` is 'singular|plural', ``adjective`` a stem."""
    pattern = _PATTERNS[like]
    singular, plural = _declined(stem, pattern.singular), _declined(stem, pattern.plural)
    if genitive_plural is not None:
        plural = _with_case(plural, "genitive", genitive_plural)
    if is_animate:
        plural = _with_case(plural, "accusative", plural[1])
        singular = _with_case(singular, "accusative", singular[1 if pattern.gender == "masculine" else 3])
    few = singular[1]
    if adjective:
        alone = _ADJECTIVES[pattern.gender]
        if is_animate and pattern.gender == "masculine":
            alone = _with_case(alone, "accusative", alone[1])
        before = _declined(adjective, alone)
        many = _declined(adjective, _ADJECTIVES_PLURAL)
        if is_animate:
            many = _with_case(many, "accusative", many[1])
        # два поддержанных проекта, but: две проектные команды
        few = f"{many[0 if pattern.gender == 'feminine' else 1]} {few}"
        singular, plural = _joined(before, singular), _joined(many, plural)
    one, _, two = en.partition("|")
    return Noun(singular, plural, few, plural[1], is_animate, (one, two or f"{one}s"))


def _joined(first: Forms, second: Forms) -> Forms:
    one, two, three, four, five, six = (f"{a} {b}" for a, b in zip(first, second, strict=True))
    return one, two, three, four, five, six


def _written(singular: str, plural: str, en: str, many: str = "", is_animate: bool = False) -> Noun:
    alone, together = _six(singular), _six(plural)
    one, _, two = en.partition("|")
    return Noun(alone, together, alone[1], many or together[1], is_animate, (one, two))


NOUNS: Mapping[str, Noun] = {
    # territory and programme
    "municipality": _noun("муниципалитет", "проект", "municipality|municipalities"),
    "municipal_district": _noun("округ", "округ", "municipal district", adjective="муниципальн"),
    "territory": _noun("территори", "территория", "territory|territories"),
    "unit": _noun("территори", "территория", "territory|territories"),
    "settlement": _noun("поселени", "мероприятие", "settlement"),
    "region": _noun("регион", "проект", "region"),
    "programme": _noun("программ", "команда", "programme"),
    "stream": _noun("поток", "участник", "stream"),
    # contest and projects
    "project": _noun("проект", "проект", "project"),
    "funded_project": _noun("проект", "проект", "supported project", adjective="поддержанн"),
    "application": _noun("заявк", "заявка", "application", genitive_plural="заявок"),
    "team": _noun("команд", "команда", "team"),
    "project_team": _noun("команд", "команда", "project team", adjective="проектн"),
    "practice": _noun("практик", "заявка", "practice"),
    "adoption": _noun("внедрени", "мероприятие", "adoption"),
    "recommendation": _noun("рекомендаци", "территория", "recommendation"),
    "publication": _noun("публикаци", "территория", "publication"),
    # support
    "event": _noun("мероприяти", "мероприятие", "event"),
    "training_event": _noun("мероприяти", "мероприятие", "training event", adjective="учебн"),
    "session": _noun("заняти", "мероприятие", "session"),
    "meeting": _noun("встреч", "встреча", "meeting"),
    "consultation": _noun("консультаци", "территория", "consultation"),
    "tie": _noun("связ", "связь", "tie"),
    # people
    "participant": _noun("участник", "участник", "participant", is_animate=True),
    "resident": _noun("жител", "житель", "resident", is_animate=True),
    "respondent": _noun("респондент", "проект", "respondent", is_animate=True),
    "applicant": _noun("заявител", "житель", "applicant", is_animate=True),
    "household": _noun("хозяйств", "хозяйство", "household"),
    "person": _written(
        "человек человека человеку человека человеком человеке", "люди людей людям людей людьми людях",
        "person|people", many="человек", is_animate=True,
    ),
    "participation": _noun("участи", "мероприятие", "participation"),
    # surveys
    "questionnaire": _noun("анкет", "команда", "questionnaire"),
    "answer": _noun("ответ", "проект", "answer"),
    "question": _noun("вопрос", "проект", "question"),
    "point": _noun("балл", "проект", "point"),
    # data and its account
    "row": _noun("строк", "заявка", "row"),
    "file": _noun("файл", "проект", "file"),
    "sheet": _noun("лист", "проект", "sheet"),
    "cell": _noun("ячейк", "заявка", "cell", genitive_plural="ячеек"),
    "remark": _noun("замечани", "мероприятие", "remark"),
    "error": _noun("ошибк", "заявка", "error", genitive_plural="ошибок"),
    "warning": _noun("предупреждени", "мероприятие", "warning"),
    "decision": _noun("решени", "мероприятие", "decision"),
    "change": _noun("изменени", "мероприятие", "change"),
    # the report
    "finding": _noun("вывод", "проект", "finding"),
    "indicator": _noun("показател", "житель", "indicator"),
    "estimate": _noun("оценк", "заявка", "estimate", genitive_plural="оценок"),
    "check": _noun("проверк", "заявка", "check", genitive_plural="проверок"),
    "model": _noun("модел", "связь", "model"),
    "cluster": _noun("кластер", "проект", "cluster"),
    "specification": _noun("спецификаци", "территория", "specification"),
    "departure": _noun("отступлени", "мероприятие", "departure"),
    "table": _noun("таблиц", "таблица", "table"),
    "figure": _written(
        "рисунок рисунка рисунку рисунок рисунком рисунке",
        "рисунки рисунков рисункам рисунки рисунками рисунках", "figure|figures",
    ),
    # time and money
    "year": _written(
        "год года году год годом году", "годы годов годам годы годами годах", "year|years", many="лет"
    ),
    "month": _noun("месяц", "месяц", "month"),
    "day": _written("день дня дню день днём дне", "дни дней дням дни днями днях", "day|days"),
    "hour": _noun("час", "проект", "hour"),
    "minute": _noun("минут", "команда", "minute"),
    "time": _written("раз раза разу раз разом разе", "разы раз разам разы разами разах", "time|times"),
    "rouble": _noun("рубл", "рубль", "rouble"),
    "kilometre": _noun("километр", "проект", "kilometre"),
}  # fmt: skip
"""The field's counted words by code."""
