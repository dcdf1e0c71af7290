"""Days, parts of dates and periods in every writing; dates with slashes, which the column may tell apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from cleaning_helpers import clean, krasnoyarsk, workbook

from evaluation.cleaning.date_ranges import Period, parse_period
from evaluation.cleaning.dates import PartialDate, date_order, date_parser, parse_date, parse_partial_date
from evaluation.cleaning.values import Parsed


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["9/8/18 15:29", "6/26/18 19:42"], "month_first"),
        (["03/04/2024", "25/04/2024", None, 45000], "day_first"),
        (["03/04/2024", "04/03/2024"], None),
        (["25/04/2024", "04/25/2024"], None),
        (["25.04.2024", "2024-04-25", "3/4/2024"], None),
        ([], None),
    ],
)
def test_the_order_is_told_only_where_all_dates_agree(cells: list[object], order: str | None) -> None:
    assert date_order(cells) == order


def test_an_open_date_follows_its_column_and_says_so() -> None:
    assert parse_date("9/8/18 15:29") == Parsed(None, "ambiguous_date")
    month_first = date_parser(cells=["9/8/18 15:29", "6/26/18 19:42"])
    assert month_first("9/8/18 15:29") == Parsed(dt.date(2018, 9, 8), "date_order_of_column")
    assert month_first("6/26/18 19:42") == Parsed(dt.date(2018, 6, 26), "date_as_text")
    day_first = date_parser(cells=["03/04/2024", "25/04/2024"])
    assert day_first("03/04/2024") == Parsed(dt.date(2024, 4, 3), "date_order_of_column")
    undecided = date_parser(cells=["25/04/2024", "04/25/2024", "03/04/2024"])
    assert undecided("03/04/2024") == Parsed(None, "ambiguous_date")


DAY = dt.date(2025, 1, 28)


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("28.01.2025", None),
        ("2025-01-28", None),
        ("2025-01-28T09:30:00", None),
        ("28.01.2025 14:30", None),
        (dt.datetime(2025, 1, 28, 14, 30), None),
        (DAY, None),
        (" 28.01.2025\u00a0", "date_as_text"),
        ("28.1.2025", "date_as_text"),
        ("28-01-2025", "date_as_text"),
        ("28/01/2025", "date_as_text"),
        ("2025/01/28", "date_as_text"),
        ("2025.01.28", "date_as_text"),
        ("28.01.25", "date_as_text"),
        ("28. 01. 2025 г.", "date_as_text"),
        ("28 января 2025", "date_as_text"),
        ("28 ЯНВАРЯ 2025 года", "date_as_text"),
        ("28 янв. 2025", "date_as_text"),
        ("28-янв-2025", "date_as_text"),
        ("28-го января 2025", "date_as_text"),
        ("28-Jan-2025", "date_as_text"),
        ("January 28, 2025", "date_as_text"),
        ("28 stycznia 2025", "date_as_text"),
        ("вт, 28.01.2025", "date_as_text"),
        ("28.01.2025 (вторник)", "date_as_text"),
        ("28 января 2025 г., 14:30", "date_as_text"),
        ("28 января 2025 в 10.00", "date_as_text"),
        ("10:00 28.01.2025", "date_as_text"),
        ("2025-01-28T09:30:00Z", "date_as_text"),
        ("2025-01-28 09:30:00+07:00", "date_as_text"),
        ("２８.０１.２０２５", "date_as_text"),
        (45685, "excel_serial"),
        (45685.6, "excel_serial"),
        ("45685", "excel_serial"),
        ("45685,5", "excel_serial"),
    ],
)
def test_one_day_in_many_writings(raw: object, rule: str | None) -> None:
    assert parse_date(raw) == Parsed(DAY, rule)


@pytest.mark.parametrize(
    ("raw", "rule", "suggestion"),
    [
        ("2025-01-28 и далее", "not_a_date", None),
        ("31.04.2024", "impossible_date", None),
        ("29 февраля 2023", "impossible_date", None),
        ("12.03.75", "impossible_date", None),
        (dt.date(1900, 1, 5), "impossible_date", None),
        ("12.O3.2024", "not_a_date", "12.03.2024"),
        ("12 мрата 2024", "not_a_date", "2024-03-12"),
        (20240312, "not_a_date", "2024-03-12"),
        ("20240312", "not_a_date", "2024-03-12"),
        ("24 сентябряв", "not_a_date", None),
        ("ср, 28.01.2025", "ambiguous_date", "2025-01-28"),
        ("март 2024", "partial_date", "2024-03"),
        ("в марте 2024 г.", "partial_date", "2024-03"),
        ("03.2024", "partial_date", "2024-03"),
        ("2024-03", "partial_date", "2024-03"),
        ("2024", "partial_date", "2024"),
        ("2024 г.", "partial_date", "2024"),
        (2024, "partial_date", "2024"),
        (2024.0, "partial_date", "2024"),
        ("II квартал 2024", "partial_date", "2024-04/2024-06"),
        ("2 полугодие 2024 г.", "partial_date", "2024-07/2024-12"),
        ("2024-Q3", "partial_date", "2024-07/2024-09"),
        ("12 мая", "partial_date", None),
        ("ноябрь", "partial_date", None),
        ("12.05", "partial_date", None),
        ("13.2024", "impossible_date", None),
        ("29 мая - 2 июня 2024", "not_a_date", None),
        (float("inf"), "not_a_date", None),
        (dt.time(10, 0), "not_a_date", None),
        ("н/д", "missing_marker", None),
        ("не применимо", "missing_skip", None),
    ],
)
def test_no_day_is_made_up(raw: object, rule: str, suggestion: str | None) -> None:
    assert parse_date(raw) == Parsed(None, rule, suggestion)


def test_two_digits_of_a_year() -> None:
    assert parse_date("12.03.69").value == dt.date(2069, 3, 12)
    assert parse_date("12.03.98").value == dt.date(1998, 3, 12)


@pytest.mark.parametrize(
    ("raw", "text", "rule"),
    [
        ("2024-03", "2024-03", None),
        ("2024", "2024", None),
        (2024, "2024", None),
        ("март 2024", "2024-03", "date_as_text"),
        ("Мартом 2024 года", "2024-03", "date_as_text"),
        ("03.2024", "2024-03", "date_as_text"),
        ("2024 г.", "2024", "date_as_text"),
        ("I полугодие 2024", "2024", "date_as_text"),
    ],
)
def test_parts_of_dates_keep_their_precision(raw: object, text: str, rule: str | None) -> None:
    parsed = parse_partial_date(raw)
    assert (str(parsed.value), parsed.rule) == (text, rule)
    assert parse_partial_date(str(parsed.value)) == Parsed(parsed.value), "written down and read again"


def test_what_is_no_part_of_a_date() -> None:
    assert parse_partial_date("28.01.2025") == Parsed(), "nothing is missing from a whole day"
    assert parse_partial_date(None) == Parsed()
    assert parse_partial_date("12 мая") == Parsed(None, "partial_date"), "no year"
    assert parse_partial_date("скоро") == Parsed(None, "not_a_date")
    assert parse_partial_date("—") == Parsed(None, "missing_marker")


def test_every_form_of_a_month() -> None:
    forms = {
        1: "январь января январе январю январём янв янв.", 2: "февраль февраля феврале февр. фев",
        3: "март марта марте марту мар.", 4: "апрель апреля апреле апр.", 5: "май мая мае маем",
        6: "июнь июня июне июнем июн", 7: "июль июля июле июл.", 8: "август августа августе авг.",
        9: "сентябрь сентября сентябре сент. сен", 10: "октябрь октября октябре окт.",
        11: "ноябрь ноября ноябре нояб. ноя", 12: "декабрь декабря декабре дек.",
    }  # fmt: skip
    for number, words in forms.items():
        for word in words.split():
            assert parse_date(f"7 {word} 2024").value == dt.date(2024, number, 7), word
            assert parse_partial_date(f"{word} 2024").value == PartialDate(2024, number), word


@pytest.mark.parametrize(
    ("raw", "start", "end", "rule"),
    [
        ("29 мая - 2 июня 2024", (2024, 5, 29), (2024, 6, 2), "date_range"),
        ("29 мая 2024 г. – 2 июня 2024 г.", (2024, 5, 29), (2024, 6, 2), "date_range"),
        ("с 3 июня по 5 июля", (2024, 6, 3), (2024, 7, 5), "date_range"),
        ("28.12.2024 - 03.01.2025", (2024, 12, 28), (2025, 1, 3), "date_range"),
        ("22-25.04", (2024, 4, 22), (2024, 4, 25), "date_range"),
        ("2024-05-01/2024-05-03", (2024, 5, 1), (2024, 5, 3), "date_range"),
        ("12.05.2024, 14.05.2024", (2024, 5, 12), (2024, 5, 14), "date_range"),
        ("с января по март 2023 г.", (2023, 1, 1), (2023, 3, 31), "months_range"),
        ("IV кв. 2024", (2024, 10, 1), (2024, 12, 31), "months_range"),
        ("третий квартал", (2024, 7, 1), (2024, 9, 30), "months_range"),
        ("1-е полугодие", (2024, 1, 1), (2024, 6, 30), "months_range"),
        ("второе полугодие 2023", (2023, 7, 1), (2023, 12, 31), "months_range"),
        ("9 месяцев 2023 г.", (2023, 1, 1), (2023, 9, 30), "months_range"),
        ("в течение 2023 года", (2023, 1, 1), (2023, 12, 31), "months_range"),
    ],
)
def test_more_periods(raw: str, start: tuple[int, int, int], end: tuple[int, int, int], rule: str) -> None:
    assert parse_period(raw, 2024) == Parsed(Period(dt.date(*start), dt.date(*end)), rule)


def test_a_period_over_new_year_without_its_first_year_is_only_suggested() -> None:
    for text in ("28 декабря - 3 января 2025", "28.12-03.01.2025"):
        assert parse_period(text, 2024) == Parsed(None, "dates_reversed", "2024-12-28/2025-01-03")
    assert parse_period("5 полугодие", 2024).value is None
    assert parse_period("2024", 2024) == Parsed(None, "partial_date", "2024")


def test_a_register_keeps_what_is_known_of_its_dates(tmp_path: Path) -> None:
    rows = [
        ["№ заявки", "Муниципальное образование", "Стоимость проекта, тыс. руб.", "Плановый срок", "Статус"],
        [1, "Абанский район", 101, "март 2025", "Подана"],
        [2, "Абанский район", 102, "2025", "Подана"],
        [3, "Абанский район", 103, "12.03.2025", "Подана"],
        [4, "Абанский район", 104, None, "Подана"],
    ]
    file = workbook(tmp_path / "Реестр.xlsx", {"Реестр": rows})
    cleaned = clean({"projects": file}, 2024, krasnoyarsk())
    table = cleaned.tables["projects"]
    days = [None if pd.isna(day) else day.date() for day in table["planned_end"]]
    parts = [None if pd.isna(part) else part for part in table["planned_end_partial"]]
    assert list(zip(days, parts, strict=True)) == [
        (None, "2025-03"), (None, "2025"), (dt.date(2025, 3, 12), None), (None, None),
    ]  # fmt: skip
    remarks = cleaned.issues[cleaned.issues["rule"] == "partial_date"]
    assert remarks["suggestion"].tolist() == ["2025-03", "2025"], "and each is remarked with its cell"
    assert remarks["cell"].tolist() == ["D2", "D3"]
