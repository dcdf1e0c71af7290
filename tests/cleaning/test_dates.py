"""Dates with slashes: one alone may be open, the other dates of its column may tell."""

from __future__ import annotations

import datetime as dt

import pytest

from evaluation.cleaning.dates import date_order, date_parser, parse_date
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
