"""Numbers, intervals, dates and counted words against examples written out by hand."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.display import wording
from evaluation.display.units import UNITS, plural, unit_label
from evaluation.display.wording import (
    format_change,
    format_date,
    format_interval,
    format_number,
    format_p,
    label_of,
    words,
)
from evaluation.settings import Language


def spaces(text: str) -> str:
    """No-break spaces written as plain ones, so that examples can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "unit", "ru", "en"),
    [
        (1234.56, None, "1 235", "1,235"),
        (12.34, None, "12,3", "12.3"),
        (0.1234, None, "0,123", "0.123"),
        (-0.5, None, "−0,500", "−0.500"),
        (-0.00001, None, "0,000", "0.000"),
        (0.6134, "share", "61,3 %", "61.3%"),
        (36.6, "percent", "36,6 %", "36.6%"),
        (971_345_678, "RUB", "971,3 млн руб.", "971.3 million RUB"),
        (1_500_000_000, "RUB", "1,5 млрд руб.", "1.5 billion RUB"),
        (998_000, "RUB", "998 000 руб.", "998,000 RUB"),
        (12_000_000, "PLN", "12,0 млн PLN", "12.0 million PLN"),
        (1, "applications", "1 заявка", "1 application"),
        (22, "applications", "22 заявки", "22 applications"),
        (12, "applications", "12 заявок", "12 applications"),
        (111, "units", "111 территорий", "111 territories"),
        (1.5, "hours", "1,50 часа", "1.50 hours"),
        (2025, "year", "2025", "2025"),
        (971, "million_RUB", "971 млн руб.", "971 million RUB"),
        (878, "thousand_participations", "878 тыс. участий", "878 thousand participations"),
        (1204.3, "RUB_per_participation", "1 204 руб. на участие", "1,204 RUB per participation"),
        (0.791, "share_points", "79,1 п. п.", "79.1 pp"),
        (3, "bus_stops", "3 bus stops", "3 bus stops"),
        (None, "RUB", "—", "n/a"),
        (math.nan, None, "—", "n/a"),
        (math.inf, None, "—", "n/a"),
        (pd.NA, "persons", "—", "n/a"),
    ],
)
def test_format_number(value: object, unit: str | None, ru: str, en: str) -> None:
    assert spaces(format_number(value, "ru", unit=unit)) == ru
    assert spaces(format_number(value, "en", unit=unit)) == en


def test_thousands_are_parted_by_a_narrow_no_break_space() -> None:
    assert format_number(1_234_567, "ru") == "1\u202f234\u202f567"


def test_a_mean_of_counts_is_not_rounded_to_a_whole_number() -> None:
    assert spaces(format_number(2.25, "ru", unit="persons")) == "2,25 человека"


@pytest.mark.parametrize(
    ("number", "form"),
    [(0, "лет"), (1, "год"), (2, "года"), (4, "года"), (5, "лет"), (11, "лет"), (14, "лет"), (21, "год"), (1.5, "года"),
     (101, "год"), (112, "лет"), (-3, "года")],
)  # fmt: skip
def test_russian_plural(number: float, form: str) -> None:
    assert plural(number, ("год", "года", "лет"), "ru") == form


def test_change_of_a_share_is_in_percentage_points() -> None:
    assert spaces(format_change(-0.031, "ru", "share")) == "−3,1 п. п."
    assert spaces(format_change(0.031, "en", "share")) == "+3.1 pp"
    assert spaces(format_change(15, "en", "applications")) == "+15 applications"
    assert format_change(None, "ru", "share") == "—"


def test_interval_names_its_unit_once_but_each_per_cent() -> None:
    assert spaces(format_interval(-0.1, 0.354, "ru", unit="log_points")) == "от −0,100 до 0,354 лог. п."
    assert spaces(format_interval(0.487, 0.725, "en", unit="share")) == "48.7% to 72.5%"
    assert format_interval(None, 1.0, "ru") == "—"
    assert spaces(format_interval(0.019, 11.6, "en", unit="percent")) == "0.02% to 11.60%", "the near end is not zero"
    assert spaces(format_interval(0.0, 11.6, "en", unit="percent")) == "0.0% to 11.6%"


def test_p_and_date() -> None:
    assert spaces(format_p(0.0004, "ru")) == "p < 0,001"
    assert spaces(format_p(0.0321, "en")) == "p = 0.032"
    assert spaces(format_date(dt.date(2025, 2, 14), "ru")) == "14 февраля 2025 г."
    assert spaces(format_date(pd.Timestamp("2025-06-19"), "en")) == "19 June 2025"
    assert format_date(None, "en") == "n/a"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12), st.sampled_from(["ru", "en"]))
def test_number_reads_back(value: float, language: Language) -> None:
    text = format_number(value, language, 3)
    plain = text.replace("\u202f", "").replace("−", "-")
    plain = plain.replace(",", ".") if language == "ru" else plain.replace(",", "")
    # exactly: neighbouring floats of this size are further apart than a tolerance would be
    assert abs(Decimal(plain) - Decimal(value)) <= Decimal("0.0005")


@given(st.floats(), st.sampled_from(sorted(UNITS)), st.sampled_from(["ru", "en"]))
def test_any_number_can_be_written(value: float, unit: str, language: Language) -> None:
    assert format_number(value, language, unit=unit)


def test_fixed_words_exist_in_both_languages() -> None:
    assert words("simulated", "ru") == "СМОДЕЛИРОВАННЫЕ ДАННЫЕ"
    assert words("simulated", "en") == "SIMULATED DATA"
    assert all(ru and en for ru, en in wording.WORDS.values())
    assert unit_label("hours", "ru") == "часов"
    assert label_of(None, ("panel",), "trained", "ru") == "trained"
