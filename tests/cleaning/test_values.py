"""Single cells: what is read at face value, what is repaired and said so, what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.cleaning.date_ranges import Period, parse_period
from evaluation.cleaning.dates import parse_date
from evaluation.cleaning.mojibake import is_mojibake
from evaluation.cleaning.text import fold, tidy
from evaluation.cleaning.values import (
    Choices,
    Parsed,
    at_least_zero,
    parse_flag,
    parse_integer,
    parse_number,
    parse_text,
    times,
)

NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"
TOPICS = Choices({"roads": "roads", "Дороги": "roads", "Спорт": "sport", "Освещение": "lighting"})


@pytest.mark.parametrize(
    ("raw", "value", "rule"),
    [
        (5, 5.0, None),
        (5.5, 5.5, None),
        ("123", 123.0, None),
        ("-12.5", -12.5, None),
        (f"1{NBSP}234{NARROW}567,89", 1234567.89, "number_as_text"),
        (f"12{THIN}000", 12000.0, "number_as_text"),
        ("1.234.567,89", 1234567.89, "number_as_text"),
        ("1,234,567.89", 1234567.89, "number_as_text"),
        ("39\n409,2", 39409.2, "number_as_text"),
        ("(5)", -5.0, "number_as_text"),
        ("8 б.", 8.0, "unit_in_cell"),
        ("16 ак.ч.", 16.0, "unit_in_cell"),
        ("16 ак. часов", 16.0, "unit_in_cell"),
        ("120 чел.", 120.0, "unit_in_cell"),
        ("1 250 000 руб.", 1250000.0, "unit_in_cell"),
        ("12,5 тыс. руб.", 12500.0, "rounded_number"),
        ("2,458886 млн", 2458886.0, "rounded_number"),
        ("2,45888612 млн", 2458886.12, "unit_in_cell"),
        ("1O0", None, "not_a_number"),
        ("10-15", None, "range_in_number"),
        ("около 500", None, "inexact_number"),
        ("ок. 1245", None, "inexact_number"),
        ("12 34", None, "ambiguous_number"),
        ("#DIV/0!", None, "excel_error"),
        ("#ССЫЛКА!", None, "excel_error"),
        ("—", None, "missing_marker"),
        ("н/д", None, "missing_marker"),
        ("", None, None),
        (None, None, None),
        (float("nan"), None, None),
        (True, None, "not_a_number"),
        (dt.date(2024, 1, 1), None, "not_a_number"),
        (float("inf"), None, "not_a_number"),
        ("пять", None, "not_a_number"),
    ],
)
def test_numbers(raw: Any, value: float | None, rule: str | None) -> None:
    parsed = parse_number(raw)
    assert (parsed.value, parsed.rule) == (value, rule)


def test_a_letter_among_digits_is_only_suggested() -> None:
    assert parse_number("1O0") == Parsed(None, "not_a_number", "100")
    assert parse_number("З5") == Parsed(None, "not_a_number", "35")


def test_half_a_person_is_refused() -> None:
    assert parse_integer("33,5").rule == "not_integer"
    assert parse_integer(33.0) == Parsed(33)


def test_negative_counts_are_refused_with_the_likely_reading() -> None:
    assert at_least_zero(parse_number)("-11") == Parsed(None, "negative", "11")
    assert at_least_zero(parse_number)(0) == Parsed(0.0)


def test_thousands_of_the_header_do_not_multiply_a_unit_of_the_cell() -> None:
    amount = times(parse_number, 1000.0)
    assert amount("12,5").value == 12500.0
    assert amount(12.5).value == 12500.0
    assert amount("12 500 руб.").value == 12500.0
    assert amount("12,5 тыс. руб.").value == 12500.0


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_numbers_survive_russian_writing(number: Any) -> None:
    text = f"{number:,.2f}".replace(",", NBSP).replace(".", ",")
    assert parse_number(text).value == pytest.approx(float(number), abs=1e-9)


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.none()))
@settings(max_examples=400)
def test_parsers_never_raise_nor_change_in_silence(raw: Any) -> None:
    for parser in (
        parse_number,
        parse_integer,
        parse_date,
        parse_text,
        TOPICS.parse,
        lambda cell: parse_period(cell, 2024),
    ):
        parsed = parser(raw)
        assert parsed.value is None or parsed.rule is None or parsed.rule not in ("missing_marker", "excel_error")
    number = parse_number(raw)
    if isinstance(raw, str) and number.value is not None and number.rule is None:
        assert float(raw) == number.value, "text taken at face value must be a plain number"
    text = parse_text(raw)
    if isinstance(raw, str) and text.value is not None and text.rule is None:
        assert text.value == raw
    category = TOPICS.parse(raw)
    if isinstance(raw, str) and category.value is not None and category.rule is None:
        assert raw in TOPICS.spellings


@given(st.text(alphabet="0123456789 .,-/оО№ru", max_size=14))
@settings(max_examples=400)
def test_number_like_texts_never_raise(text: str) -> None:
    parse_number(text)
    parse_date(text)
    parse_period(text, 2024)


@pytest.mark.parametrize(
    ("raw", "value", "rule"),
    [
        (dt.datetime(2025, 1, 28), dt.date(2025, 1, 28), None),
        (dt.date(2025, 1, 28), dt.date(2025, 1, 28), None),
        ("28.01.2025", dt.date(2025, 1, 28), None),
        ("2025-01-28", dt.date(2025, 1, 28), None),
        ("2025-01-28 09:30", dt.date(2025, 1, 28), None),
        ("28.01.2025 14:30", dt.date(2025, 1, 28), None),
        ("28.01.25", dt.date(2025, 1, 28), "date_as_text"),
        ("28 января 2025 г.", dt.date(2025, 1, 28), "date_as_text"),
        ("28 ЯНВАРЯ 2025", dt.date(2025, 1, 28), "date_as_text"),
        (45353, dt.date(2024, 3, 2), "excel_serial"),
        ("45353", dt.date(2024, 3, 2), "excel_serial"),
        ("25/12/2024", dt.date(2024, 12, 25), "date_as_text"),
        ("12/25/2024", dt.date(2024, 12, 25), "date_as_text"),
        ("03/04/24", None, "ambiguous_date"),
        ("03/04/2024", None, "ambiguous_date"),
        ("31.02.2024", None, "impossible_date"),
        ("31.09.2024", None, "impossible_date"),
        ("28.01.0205", None, "impossible_date"),
        ("март 2024", None, "partial_date"),
        ("2024", None, "partial_date"),
        ("12 мая", None, "partial_date"),
        ("12.O3.2024", None, "not_a_date"),
        ("скоро", None, "not_a_date"),
        (5.0, None, "not_a_date"),
        (True, None, "not_a_date"),
        ("-", None, "missing_marker"),
        ("", None, None),
    ],
)
def test_dates(raw: Any, value: dt.date | None, rule: str | None) -> None:
    parsed = parse_date(raw)
    assert (parsed.value, parsed.rule) == (value, rule)


def test_serials_of_1904_workbooks_lie_1462_days_later() -> None:
    assert (parse_date(45353, is_1904=True).value - parse_date(45353).value).days == 1462


def test_a_letter_in_a_date_is_only_suggested() -> None:
    assert parse_date("12.O3.2024").suggestion == "12.03.2024"


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_dates_survive_writing(day: dt.date) -> None:
    months = [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ]
    for text in (f"{day:%d.%m.%Y}", day.isoformat(), f"{day.day} {months[day.month - 1]} {day.year} г."):
        assert parse_date(text).value == day
    assert parse_date((day - dt.date(1899, 12, 30)).days).value == day


@pytest.mark.parametrize(
    ("raw", "start", "end", "rule"),
    [
        ("28.01.2025", (2025, 1, 28), (2025, 1, 28), None),
        ("22-25 апреля", (2024, 4, 22), (2024, 4, 25), "date_range"),
        ("22–25 апреля 2025", (2025, 4, 22), (2025, 4, 25), "date_range"),
        ("с 3 по 5 июня", (2024, 6, 3), (2024, 6, 5), "date_range"),
        ("12, 13 мая", (2024, 5, 12), (2024, 5, 13), "date_range"),
        ("29 мая - 2 июня", (2024, 5, 29), (2024, 6, 2), "date_range"),
        ("28-30.01.2025", (2025, 1, 28), (2025, 1, 30), "date_range"),
        ("28.01-02.02.2025", (2025, 1, 28), (2025, 2, 2), "date_range"),
        ("28.01.2025-30.01.2025", (2025, 1, 28), (2025, 1, 30), "date_range"),
        ("12 мая", (2024, 5, 12), (2024, 5, 12), "year_filled"),
        ("январь-март", (2024, 1, 1), (2024, 3, 31), "months_range"),
        ("февраль", (2024, 2, 1), (2024, 2, 29), "months_range"),
        ("1 квартал", (2024, 1, 1), (2024, 3, 31), "months_range"),
        ("в течение года", (2024, 1, 1), (2024, 12, 31), "months_range"),
    ],
)
def test_periods(raw: str, start: tuple[int, int, int], end: tuple[int, int, int], rule: str | None) -> None:
    assert parse_period(raw, 2024) == Parsed(Period(dt.date(*start), dt.date(*end)), rule)


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("25-22 апреля", "dates_reversed"),
        ("30-31 февраля", "impossible_date"),
        ("03/04/24", "ambiguous_date"),
        ("-", "missing_marker"),
    ],
)
def test_periods_that_cannot_be(raw: str, rule: str) -> None:
    assert parse_period(raw, 2024)[:2] == (None, rule)


def test_categories() -> None:
    assert TOPICS.parse("Дороги") == Parsed("roads")
    assert TOPICS.parse(" дороги.") == Parsed("roads", "category_normalised")
    assert TOPICS.parse("Cпорт") == Parsed("sport", "category_normalised"), "a Latin letter that looks Russian"
    assert TOPICS.parse("Освещенеи") == Parsed(None, "category_unknown", "lighting")
    assert TOPICS.parse("кладбище") == Parsed(None, "category_unknown")
    assert TOPICS.parse("—").rule == "missing_marker"
    assert TOPICS.parse_first("прочее, Спорт, Дороги") == Parsed("sport", "first_of_several")


def test_a_declared_dash_is_an_answer_and_not_a_gap() -> None:
    marks = Choices({"+": "present", "-": "absent"})
    assert marks.parse("-") == Parsed("absent")
    assert marks.parse("–") == Parsed("absent", "category_normalised")


def test_flags() -> None:
    yes_no = parse_flag(Choices({"да": "yes", "1": "yes", "нет": "no", "0": "no"}))
    assert [yes_no(raw).value for raw in ("да", 1, 1.0, True, "Нет", 0, None)] == [
        True,
        True,
        True,
        True,
        False,
        False,
        None,
    ]


def test_text_is_stored_as_it_was_but_tidy() -> None:
    assert parse_text("Школа № 5") == Parsed("Школа № 5"), "№ must not become No"
    assert parse_text("  два\u00a0 слова\n") == Parsed("два слова", "text_trimmed")
    assert parse_text("и\u0306") == Parsed("й", "text_trimmed"), "composed"
    assert tidy("a\u200bb") == "ab"


def test_mojibake_is_refused_with_what_it_was() -> None:
    spoilt = "Муниципальное".encode().decode("cp1251", errors="ignore")
    assert is_mojibake(spoilt)
    text = "Ремонт".encode().decode("cp1251")
    assert parse_text(text) == Parsed(None, "mojibake", "Ремонт")
    for good in ("Ремонт дороги", "ТОС «Рассвет»", "с. Сосновка", "РСО", "Сбор средств", "Средства края"):
        assert not is_mojibake(good), good


def test_fold_is_for_comparing_only() -> None:
    assert fold("Новосёлово") == fold("НОВОСЕЛОВО ")
    assert fold("МОСКВA") == fold("москва"), "a Latin A"
    assert fold("WARSAW") == "warsaw", "a Latin word stays Latin"
    assert fold("№ 5") == "№ 5"
