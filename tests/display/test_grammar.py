"""Counted words in their cases, lists, ranges and money, against forms written out by hand and Babel's rules."""

from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from evaluation.display.declension import CASES, NOUNS, Case
from evaluation.display.grammar import (
    GrammarError,
    agreeing,
    counted,
    held,
    listed,
    money,
    noun,
    number_range,
    unbroken,
    with_number_sign,
)
from evaluation.display.units import UNITS, plural
from evaluation.settings import Language


def spaces(text: str) -> str:
    """No-break spaces, hyphens and joiners written so that examples can be read."""
    for sign, plain in (("\u00a0", " "), ("\u202f", " "), ("\u2060", ""), ("\u2011", "-")):
        text = text.replace(sign, plain)
    return text


@pytest.mark.parametrize(
    ("number", "ru", "en"),
    [
        (0, "0 проектов", "0 projects"),
        (1, "1 проект", "1 project"),
        (2, "2 проекта", "2 projects"),
        (4, "4 проекта", "4 projects"),
        (5, "5 проектов", "5 projects"),
        (11, "11 проектов", "11 projects"),
        (12, "12 проектов", "12 projects"),
        (14, "14 проектов", "14 projects"),
        (20, "20 проектов", "20 projects"),
        (21, "21 проект", "21 projects"),
        (22, "22 проекта", "22 projects"),
        (101, "101 проект", "101 projects"),
        (111, "111 проектов", "111 projects"),
        (112, "112 проектов", "112 projects"),
        (1001, "1 001 проект", "1,001 projects"),
        (12345, "12 345 проектов", "12,345 projects"),
        (1.5, "1,5 проекта", "1.5 projects"),
        (2.25, "2,25 проекта", "2.25 projects"),
        (-3, "−3 проекта", "−3 projects"),
        (None, "—", "n/a"),
    ],
)
def test_counted_in_the_nominative(number: float | None, ru: str, en: str) -> None:
    assert spaces(counted(number, "project", "ru")) == ru
    assert spaces(counted(number, "project", "en")) == en


@pytest.mark.parametrize(
    ("case", "number", "expected"),
    [
        ("genitive", 1, "из 1 проекта"),
        ("genitive", 2, "из 2 проектов"),
        ("genitive", 5, "из 5 проектов"),
        ("genitive", 21, "из 21 проекта"),
        ("genitive", 111, "из 111 проектов"),
        ("genitive", 1.5, "из 1,5 проекта"),
    ],
)
def test_counted_in_the_genitive(case: str, number: float, expected: str) -> None:
    assert f"из {spaces(counted(number, 'project', 'ru', case))}" == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, "в 1 муниципалитете"),
        (3, "в 3 муниципалитетах"),
        (5, "в 5 муниципалитетах"),
        (11, "в 11 муниципалитетах"),
        (21, "в 21 муниципалитете"),
        (101, "в 101 муниципалитете"),
        (111, "в 111 муниципалитетах"),
        (0, "в 0 муниципалитетах"),
    ],
)
def test_counted_in_the_prepositional(number: int, expected: str) -> None:
    assert f"в {spaces(counted(number, 'municipality', 'ru', 'prepositional'))}" == expected


@pytest.mark.parametrize(
    ("code", "number", "case", "expected"),
    [
        # the other cases
        ("event", 2, "dative", "2 мероприятиям"),
        ("event", 1, "instrumental", "1 мероприятием"),
        ("team", 3, "instrumental", "3 командами"),
        ("team", 5, "nominative", "5 команд"),
        ("application", 21, "accusative", "21 заявку"),
        ("application", 22, "accusative", "22 заявки"),
        ("application", 5, "accusative", "5 заявок"),
        ("application", 1, "instrumental", "1 заявкой"),
        ("territory", 1, "accusative", "1 территорию"),
        ("territory", 6, "genitive", "6 территорий"),
        ("territory", 61, "prepositional", "61 территории"),
        ("territory", 62, "prepositional", "62 территориях"),
        # people: the accusative is the genitive, but not after a compound number
        ("participant", 1, "accusative", "1 участника"),
        ("participant", 2, "accusative", "2 участников"),
        ("participant", 22, "accusative", "22 участника"),
        ("participant", 5, "accusative", "5 участников"),
        ("resident", 2, "nominative", "2 жителя"),
        ("resident", 1000, "genitive", "1 000 жителей"),
        # words whose counted form is another one
        ("person", 5, "nominative", "5 человек"),
        ("person", 2, "nominative", "2 человека"),
        ("person", 5, "genitive", "5 человек"),
        ("person", 5, "dative", "5 людям"),
        ("year", 5, "nominative", "5 лет"),
        ("year", 5, "genitive", "5 лет"),
        ("year", 3, "prepositional", "3 годах"),
        ("year", 1, "nominative", "1 год"),
        ("time", 5, "nominative", "5 раз"),
        ("day", 2, "instrumental", "2 днями"),
        ("rouble", 1, "instrumental", "1 рублём"),
        ("rouble", 7, "nominative", "7 рублей"),
        ("questionnaire", 330, "genitive", "330 анкет"),
        ("row", 11, "nominative", "11 строк"),
        ("check", 5, "nominative", "5 проверок"),
        ("estimate", 4, "nominative", "4 оценки"),
        ("model", 2, "prepositional", "2 моделях"),
        ("indicator", 21, "genitive", "21 показателя"),
        ("household", 12, "nominative", "12 хозяйств"),
        ("figure", 2, "prepositional", "2 рисунках"),
        ("month", 5, "nominative", "5 месяцев"),
        # a word with its adjective
        ("training_event", 1, "nominative", "1 учебное мероприятие"),
        ("training_event", 2, "nominative", "2 учебных мероприятия"),
        ("training_event", 5, "nominative", "5 учебных мероприятий"),
        ("training_event", 3, "prepositional", "3 учебных мероприятиях"),
        ("funded_project", 1, "instrumental", "1 поддержанным проектом"),
        ("project_team", 2, "nominative", "2 проектные команды"),
        ("project_team", 1, "accusative", "1 проектную команду"),
        ("municipal_district", 2, "nominative", "2 муниципальных округа"),
        ("municipal_district", 5, "genitive", "5 муниципальных округов"),
    ],
)
def test_words_of_the_field(code: str, number: float, case: str, expected: str) -> None:
    assert spaces(counted(number, code, "ru", case)) == expected


@pytest.mark.parametrize(
    ("code", "plural_forms"),
    [
        ("settlement", "поселения поселений поселениям поселения поселениями поселениях"),
        ("territory", "территории территорий территориям территории территориями территориях"),
        ("application", "заявки заявок заявкам заявки заявками заявках"),
        ("event", "мероприятия мероприятий мероприятиям мероприятия мероприятиями мероприятиях"),
        ("meeting", "встречи встреч встречам встречи встречами встречах"),
        ("resident", "жители жителей жителям жителей жителями жителях"),
        ("tie", "связи связей связям связи связями связях"),
        ("household", "хозяйства хозяйств хозяйствам хозяйства хозяйствами хозяйствах"),
        ("table", "таблицы таблиц таблицам таблицы таблицами таблицах"),
    ],
)  # fmt: skip
def test_words_alone(code: str, plural_forms: str) -> None:
    assert " ".join(noun(code).form(case, is_plural=True) for case in CASES) == plural_forms


@given(st.integers(min_value=0, max_value=10**7))
def test_number_agreement_is_that_of_babel(number: int) -> None:
    ru, en = Locale("ru").plural_form(number), Locale("en").plural_form(number)
    assert plural(number, ("one", "few", "many"), "ru") == ru
    assert agreeing(number, "project", "en") == {"one": "project", "other": "projects"}[en]
    assert agreeing(number, "project", "ru") == {"one": "проект", "few": "проекта", "many": "проектов"}[ru]


@given(st.floats(min_value=0.01, max_value=999).filter(lambda value: not float(value).is_integer()))
def test_a_fraction_takes_the_genitive_singular_as_in_babel(number: float) -> None:
    assert Locale("ru").plural_form(number) == "other"
    for case in CASES:
        assert agreeing(number, "municipality", "ru", case) == "муниципалитета"


@pytest.mark.parametrize("code", sorted(NOUNS))
def test_every_word_has_all_forms(code: str) -> None:
    word = NOUNS[code]
    forms = [*word.singular, *word.plural, word.few, word.many, *word.en]
    assert all(form and form == form.strip() for form in forms)
    animate: tuple[Case, Case] = ("genitive", "accusative")
    is_same = word.form(animate[0], is_plural=True) == word.form(animate[1], is_plural=True)
    assert is_same == word.is_animate or code == "time"


@pytest.mark.parametrize(
    ("unit", "code"),
    [("projects", "project"), ("applications", "application"), ("units", "territory"), ("events", "event"),
     ("households", "household"), ("participations", "participation"), ("persons", "person"), ("ties", "tie"),
     ("consultations", "consultation"), ("clusters", "cluster"), ("hours", "hour"), ("minutes", "minute"),
     ("years", "year"), ("days", "day"), ("rows", "row"), ("files", "file"), ("issues", "remark"),
     ("responses", "questionnaire"), ("points", "point")],
)  # fmt: skip
def test_units_and_counted_words_say_the_same(unit: str, code: str) -> None:
    word = NOUNS[code]
    assert UNITS[unit].ru == (word.singular[0], word.few, word.many)
    assert UNITS[unit].en == word.en


def test_what_is_not_known_is_refused_with_what_is() -> None:
    with pytest.raises(GrammarError, match="no counted word 'projct'; near it: project"):
        counted(1, "projct", "ru")
    with pytest.raises(GrammarError, match="no case 'ablative'; the cases are nominative"):
        counted(1, "project", "en", "ablative")
    with pytest.raises(GrammarError, match="no scale 'dozen'"):
        money(1, "ru", "RUB", "dozen")


@pytest.mark.parametrize(
    ("items", "ru", "en"),
    [
        ([], "", ""),
        (["А"], "А", "А"),
        (["А", "Б"], "А и Б", "А and Б"),
        (["А", "Б", "В"], "А, Б и В", "А, Б and В"),
    ],
)
def test_lists(items: list[str], ru: str, en: str) -> None:
    assert spaces(listed(items, "ru")) == ru
    assert spaces(listed(items, "en")) == en


@pytest.mark.parametrize(
    ("low", "high", "unit", "language", "expected"),
    [
        (2019, 2025, "year", "ru", "2019–2025"),
        (3, 5, "applications", "ru", "3–5 заявок"),
        (3, 4, "applications", "ru", "3–4 заявки"),
        (3, 5, "applications", "en", "3–5 applications"),
        (0.03, 0.05, "share", "ru", "3,0–5,0 %"),
        (0.03, 0.05, "share", "en", "3.0–5.0%"),
        (1e6, 2.5e6, "RUB", "ru", "1,0–2,5 млн руб."),
        (998_000, 1.2e6, "RUB", "ru", "998 000 руб.–1,2 млн руб."),
        (-3, 5, "", "ru", "от −3 до 5"),
        (-3, 5, "", "en", "−3 to 5"),
        (5, 5, "days", "ru", "5 дней"),
        (None, 5, "days", "ru", "—"),
    ],
)
def test_ranges(low: float | None, high: float, unit: str, language: Language, expected: str) -> None:
    assert spaces(number_range(low, high, language, unit)) == expected


def test_a_range_is_never_broken_at_its_dash() -> None:
    assert number_range(2019, 2025, "ru", "year") == "2019\u2060\u2013\u20602025"
    assert unbroken("10-4831 от 2011–2012") == "10\u20114831\u00a0от\u00a02011\u2060\u2013\u20602012"


@pytest.mark.parametrize(
    ("value", "scale", "decimals", "ru", "en"),
    [
        (998_000, "thousand", None, "998 тыс. руб.", "998 thousand RUB"),
        (998_499, "thousand", 1, "998,5 тыс. руб.", "998.5 thousand RUB"),
        (1_234_567, "thousand", None, "1 235 тыс. руб.", "1,235 thousand RUB"),
        (1_234_567, "million", None, "1,2 млн руб.", "1.2 million RUB"),
        (1_234_567, "million", 2, "1,23 млн руб.", "1.23 million RUB"),
        (1_234_567, "unit", None, "1 234 567 руб.", "1,234,567 RUB"),
        (-2_000_000_000, "billion", 0, "−2 млрд руб.", "−2 billion RUB"),
        (None, "million", None, "—", "n/a"),
    ],
)
def test_money_on_a_chosen_scale(value: float | None, scale: str, decimals: int | None, ru: str, en: str) -> None:
    assert spaces(money(value, "ru", "RUB", scale, decimals)) == ru
    assert spaces(money(value, "en", "RUB", scale, decimals)) == en


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("закон № 10-4831 от 2022 года", "закон №\u00a010\u20114831 от 2022 года"),
        ("No. 5 in 2019–2025", "No.\u00a05 in 2019\u2060\u2013\u20602025"),
        ("по-русски, 95 % и А–Б", "по-русски, 95\u00a0% и А–Б"),
        ("ИСО-9001", "ИСО\u20119001"),
    ],
)
def test_typed_numbers_are_held_together(text: str, expected: str) -> None:
    assert held(text) == expected


def test_number_sign() -> None:
    assert with_number_sign("10-4831", "ru") == "№\u00a010\u20114831"
    assert with_number_sign("№ 10-4831", "ru") == with_number_sign("10-4831", "ru")
    assert with_number_sign("№ 10-4831", "en") == "No.\u00a010\u20114831"
