"""Numbers with separators, units and multiples; what is refused, and what is suggested then."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.cleaning.headers import header_key, money_multiplier
from evaluation.cleaning.measures import Measure, money_measure, read_measure, trailing_measure
from evaluation.cleaning.quantities import (
    EXACT,
    Quantity,
    at_least_zero,
    number_in,
    parse_integer,
    parse_number,
    parse_quantity,
    shown_number,
    times,
)

NBSP, THIN, NARROW, FIGURE, WORD_JOINER = "\u00a0", "\u2009", "\u202f", "\u2007", "\u2060"


@pytest.mark.parametrize(
    ("raw", "value", "rule"),
    [
        # spaces of every width, apostrophes, decimal commas
        (f"1{NBSP}234{NBSP}567,89", 1234567.89, "number_as_text"),
        (f"12{THIN}000", 12000.0, "number_as_text"),
        (f"12{NARROW}000,5", 12000.5, "number_as_text"),
        (f"12{FIGURE}000", 12000.0, "number_as_text"),
        (f"{WORD_JOINER}12", 12.0, "number_as_text"),
        ("1'234'567.89", 1234567.89, "number_as_text"),
        ("1’234’567", 1234567.0, "number_as_text"),
        ("'123", 123.0, "number_as_text"),
        ("39 \n 409,2", 39409.2, "number_as_text"),
        ("39\r\n409,2", 39409.2, "number_as_text"),
        ("12,5", 12.5, "number_as_text"),
        ("12.5", 12.5, None),
        (" 12.5", 12.5, "number_as_text"),
        ("007", 7.0, "number_as_text"),
        ("+5", 5.0, "number_as_text"),
        ("5.", 5.0, "number_as_text"),
        ("1.234.567", 1234567.0, "number_as_text"),
        ("1,234,567", 1234567.0, "number_as_text"),
        # signs
        ("-12.5", -12.5, None),
        ("−12,5", -12.5, "number_as_text"),
        ("–12", -12.0, "number_as_text"),
        ("- 12", -12.0, "number_as_text"),
        ("(1 250,50)", -1250.5, "number_as_text"),
        ("(5) руб.", -5.0, "unit_in_cell"),
        ("(5 тыс. руб.)", -5000.0, "rounded_number"),
        # digits of other widths and scripts
        ("１２３", 123.0, "number_as_text"),
        ("１２，５", 12.5, "number_as_text"),
        ("١٢٣", 123.0, "number_as_text"),
        # units and multiples
        ("1 250 000 руб.", 1250000.0, "unit_in_cell"),
        ("1250000руб", 1250000.0, "unit_in_cell"),
        ("500 рублей", 500.0, "unit_in_cell"),
        ("500 р.", 500.0, "unit_in_cell"),
        ("500 ₽", 500.0, "unit_in_cell"),
        ("12,5 тыс. руб.", 12500.0, "rounded_number"),
        ("12,5 т.р.", 12500.0, "rounded_number"),
        ("12,50050 тыс. руб.", 12500.5, "unit_in_cell"),
        ("12,5005 тыс. руб.", 12500.5, "rounded_number"),
        ("2,458886 млн", 2458886.0, "rounded_number"),
        ("2,45888612 млн", 2458886.12, "unit_in_cell"),
        ("1 млрд руб.", 1e9, "rounded_number"),
        ("1 млн 200 тыс. руб.", 1200000.0, "rounded_number"),
        ("1 млн 200 тыс. 300 руб.", 1200300.0, "unit_in_cell"),
        ("12 руб. 50 коп.", 12.5, "unit_in_cell"),
        ("1 234 руб 05 коп", 1234.05, "unit_in_cell"),
        ("12 500,00 zł", 12500.0, "unit_in_cell"),
        ("12,5 tys. zł", 12500.0, "rounded_number"),
        ("1,2 mln PLN", 1200000.0, "rounded_number"),
        ("PLN 12 500", 12500.0, "unit_in_cell"),
        ("€5,000.50", 5000.5, "unit_in_cell"),
        ("-$5", -5.0, "unit_in_cell"),
        ("$-5", -5.0, "unit_in_cell"),
        ("5000 EUR", 5000.0, "unit_in_cell"),
        ("120 чел.", 120.0, "unit_in_cell"),
        ("1,234 тыс. чел.", 1234.0, "unit_in_cell"),
        ("1,2 тыс. чел.", 1200.0, "rounded_number"),
        ("12 %", 12.0, "unit_in_cell"),
        ("12,5％", 12.5, "unit_in_cell"),
        ("16 ак. часов", 16.0, "unit_in_cell"),
        ("8 б.", 8.0, "unit_in_cell"),
        # as a narrow column shows them
        ("4,601234E+06", 4601234.0, "scientific_number"),
        ("4.6012340E+06", 4601234.0, "scientific_number"),
        ("1.5E-03", 0.0015, "scientific_number"),
        ("4,601234Е+06", 4601234.0, "scientific_number"),
        # more digits than a float keeps
        (str(2**53 + 1), float(2**53), "rounded_number"),
        (2**53 + 1, float(2**53), "rounded_number"),
        (2**60, float(2**60), None),
        (Decimal("12.50"), 12.5, None),
    ],
)
def test_read(raw: Any, value: float, rule: str | None) -> None:
    parsed = parse_number(raw)
    assert (parsed.value, parsed.rule) == (value, rule)
    assert type(parsed.value) is float


@pytest.mark.parametrize(
    ("raw", "rule", "suggestion"),
    [
        ("1O0", "not_a_number", "100"),
        ("1О0", "not_a_number", "100"),
        ("З5", "not_a_number", "35"),
        ("l2", "not_a_number", "12"),
        ("120*", "not_a_number", "120"),
        ("120¹", "not_a_number", "120"),
        ("около 500", "inexact_number", "500"),
        ("ок. 1 245", "inexact_number", "1245"),
        ("~500", "inexact_number", "500"),
        ("> 500", "inexact_number", "500"),
        ("не менее 500 чел.", "inexact_number", "500"),
        ("более 1,5 тыс.", "inexact_number", "1500"),
        ("500+", "inexact_number", "500"),
        ("500 и более", "inexact_number", "500"),
        ("ca. 500", "inexact_number", "500"),
        ("10-15", "range_in_number", None),
        ("10–15 чел.", "range_in_number", None),
        ("10 … 15", "range_in_number", None),
        ("от 10 до 15", "range_in_number", None),
        ("10 чел. - 15 чел.", "range_in_number", None),
        ("12 34", "ambiguous_number", "1234"),
        ("1 2345", "ambiguous_number", "12345"),
        ("12, 5", "ambiguous_number", "12.5"),
        ("1234 567", "ambiguous_number", "1234567"),
        ("-12 34", "ambiguous_number", "-1234"),
        ("(-5)", "ambiguous_number", "-5"),
        ("5-", "ambiguous_number", "-5"),
        ("4,6E+06", "scientific_lossy", "4600000"),
        ("4.601E+06", "scientific_lossy", "4601000"),
        ("1E+05", "scientific_lossy", "100000"),
        ("-4,6E+06", "scientific_lossy", "-4600000"),
        ("12.03.2024", "not_a_number", None),
        ("8-913-123-45-67", "not_a_number", None),
        ("1,23.45", "not_a_number", None),
        ("5 яблок", "not_a_number", None),
        ("5 т", "not_a_number", None),
        ("XII", "not_a_number", None),
        ("12/20", "not_a_number", None),
        ("--5", "not_a_number", None),
        ("5 руб. 7 чел.", "not_a_number", None),
        ("5 руб. 6 руб.", "not_a_number", None),
        ("1 200 тыс. 5 млн", "not_a_number", None),
        ("#ДЕЛ/0!", "excel_error", None),
        ("#ПЕРЕНОС!", "excel_error", None),
        ("—", "missing_marker", None),
        ("отказ", "missing_refused", None),
        ("затрудняюсь ответить", "missing_dont_know", None),
        ("неприменимо", "missing_skip", None),
        ("[скрыто]", "missing_suppressed", None),
        (True, "not_a_number", None),
        (float("inf"), "not_a_number", None),
        (10**400, "not_a_number", None),
        (Decimal("1E+5000"), "not_a_number", None),
        (dt.timedelta(hours=2), "not_a_number", None),
        ("1" * 500, "not_a_number", None),
    ],
)
def test_refused(raw: Any, rule: str, suggestion: str | None) -> None:
    assert parse_number(raw) == (None, rule, suggestion)


def test_a_whole_number_is_whole_and_exact() -> None:
    assert parse_integer(str(EXACT)) == (EXACT, None, None)
    assert parse_integer(EXACT + 1) == (None, "out_of_range", None)
    assert parse_integer("33,5") == (None, "not_integer", "34")
    assert parse_integer("1,234") == (None, "not_integer", "1234"), "thousands to an English writer"
    assert parse_integer(33.0) == (33, None, None) and type(parse_integer(33.0).value) is int
    assert parse_integer("1 тыс. чел.") == (1000, "rounded_number", None)


def test_the_unit_of_a_cell_is_known() -> None:
    assert parse_quantity("12,50 zł").value == Quantity(Decimal("12.50"), "PLN")
    assert parse_quantity("120 чел.").value == Quantity(Decimal(120), "persons")
    assert parse_quantity(12).value == Quantity(Decimal(12), None)


@pytest.mark.parametrize(
    ("unit", "raw", "value", "rule"),
    [
        ("hours", "90 мин", 1.5, "unit_converted"),
        ("hours", "16 ак. ч.", 16.0, "unit_in_cell"),
        ("hours", 2, 2.0, None),
        ("hours", dt.time(1, 30), 1.5, "unit_converted"),
        ("hours", dt.timedelta(hours=26), 26.0, "unit_converted"),
        ("hours", "1:30", 1.5, "unit_converted"),
        ("minutes", "1,5 ч", 90.0, "unit_converted"),
        ("minutes", dt.time(0, 20), 20.0, "unit_converted"),
        ("minutes", "1:30", None, "not_a_number"),
        ("share", "12 %", 0.12, "unit_converted"),
        ("percent", "12 %", 12.0, "unit_in_cell"),
        ("hours", "12 чел.", None, "unit_unexpected"),
        ("persons", "12 руб.", None, "unit_unexpected"),
        ("PLN", "5 000 zł", 5000.0, "unit_in_cell"),
        ("PLN", "5 000 EUR", None, "unit_unexpected"),
    ],
)
def test_a_column_in_a_unit(unit: str, raw: Any, value: float | None, rule: str | None) -> None:
    assert number_in(unit)(raw)[:2] == (value, rule)


def test_the_header_multiplies_cells_without_a_unit_of_their_own_in_any_currency() -> None:
    amount = times(parse_number, 1000.0)
    assert [amount(raw).value for raw in (12.5, "12,5", "12 500 zł", "12,5 tys. zł", "12 500 EUR", "12,5 т.р.")] == [
        12500.0, 12500.0, 12500.0, 12500.0, 12500.0, 12500.0,
    ]  # fmt: skip
    assert amount(0.07).value == 70.0, "without the noise of binary fractions"


def test_a_negative_count_is_suggested_with_all_its_digits() -> None:
    assert at_least_zero(parse_number)("-1 234 567,25") == (None, "negative", "1234567.25")


@pytest.mark.parametrize(
    ("header", "key", "multiplier"),
    [
        ("Стоимость проекта, тыс. руб.", "стоимость проекта", 1000.0),
        ("Бюджет (млн рублей)", "бюджет", 1e6),
        ("Стоимость, в рублях", "стоимость", 1.0),
        ("Сумма (т.р.)", "сумма", 1000.0),
        ("Koszt (tys. zł)", "koszt", 1000.0),
        ("Koszt, mln PLN", "koszt", 1e6),
        ("Cost (EUR thousand)", "cost", 1000.0),
        ("Cost, EUR", "cost", 1.0),
        ("Население, чел.", "население", None),
        ("Часы (ак. ч.)", "часы", None),
        ("руб.", "руб", None),
        ("Ремонт р-на", "ремонт р-на", None),
    ],
)
def test_units_of_headers(header: str, key: str, multiplier: float | None) -> None:
    assert header_key(header) == (key, multiplier)


def test_units_of_titles() -> None:
    assert money_multiplier("Реестр заявок (в тыс. руб.)") == 1000.0
    assert money_multiplier("Kwoty w tys. zł") == 1000.0
    assert money_multiplier("Реестр р-на за 2024 г.") is None
    assert money_measure("Суммы в рублях") == Measure(None, "RUB")
    assert trailing_measure("тыс. руб.") is None, "a header of nothing but a unit keeps it"
    assert read_measure("тонн") is None and read_measure("") == Measure()


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_number_shown_is_the_number_read_without_a_remark(number: float) -> None:
    text = shown_number(number)
    if len(text) <= 80:
        assert parse_number(text) == (number, None, None)


@given(st.decimals(min_value=0, max_value=10**12, places=2), st.sampled_from(["руб.", "zł", "EUR", "₽", "USD"]))
def test_money_survives_writing_to_the_kopeck(amount: Decimal, currency: str) -> None:
    written = f"{amount:,.2f}".replace(",", NBSP).replace(".", ",")
    assert parse_quantity(f"{written} {currency}").value.amount == amount
    assert parse_quantity(f"{amount / 1000:.5f} тыс. {currency}").value.amount == amount


@given(st.integers(0, 999), st.integers(1, 999), st.integers(0, 99))
def test_parts_of_an_amount_add_up(thousands: int, roubles: int, kopecks: int) -> None:
    text = f"{thousands} тыс. {roubles} руб. {kopecks:02d} коп."
    assert parse_quantity(text).value.amount == thousands * 1000 + roubles + Decimal(kopecks) / 100
