"""What holds for every reader of cells and every cell: an answer, silence only about canonical cells, stability.

Canonical is: for numbers ASCII digits with a point and a minus; for days dd.mm.yyyy and yyyy-mm-dd with or without a
time; for parts of dates yyyy and yyyy-mm; for categories a declared spelling; for text what ``tidy`` leaves as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.cleaning.choices import Choices, parse_flag
from evaluation.cleaning.date_ranges import parse_period
from evaluation.cleaning.dates import parse_date, parse_partial_date
from evaluation.cleaning.parsed import MISSING_RULES, Parsed, Parser
from evaluation.cleaning.quantities import (
    at_least_zero,
    number_in,
    parse_integer,
    parse_number,
    parse_quantity,
    shown_number,
    times,
)
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.text import tidy
from evaluation.cleaning.values import is_blank, parse_text

TOPICS = Choices(
    {
        "roads": "roads", "Дороги": "roads", "sport": "sport", "Спорт": "sport", "1": "sport", "lighting": "lighting",
        "Освещение, фонари": "lighting",
    }
)  # fmt: skip
YES_NO = Choices({"да": "yes", "1": "yes", "+": "yes", "нет": "no", "0": "no", "-": "no"})

PARSERS: dict[str, Parser] = {
    "text": parse_text,
    "number": parse_number,
    "integer": parse_integer,
    "quantity": parse_quantity,
    "count": at_least_zero(parse_integer),
    "money in thousands": times(at_least_zero(parse_number), 1000.0),
    "hours": number_in("hours"),
    "share": number_in("share"),
    "date": parse_date,
    "date of 1904": lambda raw: parse_date(raw, True),
    "part of a date": parse_partial_date,
    "period": lambda raw: parse_period(raw, 2024),
    "category": TOPICS.parse,
    "first category": TOPICS.parse_first,
    "several categories": TOPICS.parse_several,
    "flag": parse_flag(YES_NO),
}
NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)")
DATE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}\.[0-9]{2}\.[0-9]{4})(?:[T ][0-9:.,]+)?")
NUMERIC = ("number", "integer", "quantity", "count", "money in thousands", "hours", "share")
CANONICAL: dict[str, Callable[[str], bool]] = {
    "text": lambda text: tidy(text) == text,
    **dict.fromkeys(NUMERIC, lambda text: NUMBER.fullmatch(text) is not None),
    **dict.fromkeys(("date", "date of 1904", "period"), lambda text: DATE.fullmatch(text) is not None),
    "part of a date": lambda text: re.fullmatch("[0-9]{4}(?:-[0-9]{2})?", text) is not None,
    **dict.fromkeys(("category", "first category"), lambda text: text in TOPICS.spellings),
    "several categories": lambda text: (
        text in TOPICS.spellings or set(text.split(" ")) <= {"roads", "sport", "lighting"}
    ),
    "flag": lambda text: text in YES_NO.spellings,
}

PIECES = st.sampled_from(
    [
        *"0123456789", *" .,-–—−()%/:;'’*?+…№#«»\n\t\u00a0\u202f\u200b\u00ad", "12", "2024", "31", "05", "1 234",
        "12,5",
        "тыс.", "млн", "руб.", "zł", "чел.", "EUR", "$", "ч", "E+06", "е", "О", "l", "З", "около", "от", "до", "по",
        "и", "январь", "мая", "сент.", "May", "квартал", "полугодие", "II", "г.", "г", "года", "пн", "Дороги", "Спорт",
        "Освещение, фонари", "roads", "н/д", "отказ", "не знаю", "да", "нет", "Рё", "СЃ", "ÐÐ", "тЕН", "\ufffd",
        "\ud800", "½", "²", "٣", "５", "_x000D_",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=40), st.lists(PIECES, max_size=9).map("".join), st.lists(PIECES, max_size=6).map(" ".join)
)
CELLS = st.one_of(
    TEXTS,
    st.integers(),
    st.integers(10**300, 10**320),
    st.floats(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.decimals(),
    st.sampled_from(
        [
            pd.NA, pd.NaT, np.nan, pd.Timestamp("2024-05-01 10:00"), np.int64(5), np.float32(2.5), np.bool_(True),
            np.datetime64("2024-05-01"), np.timedelta64(90, "m"), 10**5000, -(10**5000), Decimal("sNaN"),
            Decimal("1E+999999"), dt.datetime(1, 1, 1), dt.date(9999, 12, 31), b"bytes", "1" * 5000, "5 " * 3000,
        ]
    ),
)  # fmt: skip


@pytest.mark.parametrize("name", PARSERS)
@given(cell=CELLS)
@settings(max_examples=100, deadline=None)
def test_every_cell_is_answered_with_a_known_rule(name: str, cell: Any) -> None:
    parsed = PARSERS[name](cell)
    assert isinstance(parsed, Parsed)
    assert parsed.rule is None or parsed.rule in RULES
    if is_blank(cell):
        assert parsed == Parsed(), "an empty cell has neither value nor rule"
    if parsed.value is not None:
        assert parsed.rule not in MISSING_RULES and parsed.missing is None
        assert parsed.rule is None or RULES[parsed.rule][1] != "emptied" or parsed.rule == "partial_date"
    else:
        assert parsed.missing is not None


@pytest.mark.parametrize("name", PARSERS)
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_only_canonical_texts_are_taken_without_a_remark(name: str, text: str) -> None:
    parsed = PARSERS[name](text)
    if parsed.value is not None and parsed.rule is None:
        assert CANONICAL[name](text)
    if parsed.value is None and parsed.rule is None:
        whole_day = name == "part of a date" and parse_date(text).value is not None
        assert is_blank(text) or whole_day


@pytest.mark.parametrize("name", PARSERS)
@given(
    text=TEXTS,
    before=st.sampled_from(["", " ", "\u00a0", "\u2009", "\n", "\t ", "\u200b", "\ufeff"]),
    after=st.sampled_from(["", " ", "\u00a0", "\u202f", "\r\n", "\u00ad"]),
)
@settings(max_examples=100, deadline=None)
def test_surrounding_space_changes_no_value(name: str, text: str, before: str, after: str) -> None:
    parsed, surrounded = PARSERS[name](text), PARSERS[name](f"{before}{text}{after}")
    assert surrounded.value == parsed.value
    assert (surrounded.missing == "invalid") == (parsed.missing == "invalid")


def rendered(value: Any) -> Any:
    """The canonical writing of a value."""
    if isinstance(value, (bool, dt.date)) or value is None:
        return value
    if isinstance(value, (int, float)):
        return shown_number(Decimal(repr(value)))
    return " ".join(value) if isinstance(value, tuple) and all(isinstance(part, str) for part in value) else str(value)


@pytest.mark.parametrize(
    "name", ["text", "number", "integer", "count", "hours", "date", "part of a date", "category", "several categories"]
)
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_value_written_canonically_is_read_again_without_a_remark(name: str, text: str) -> None:
    value = PARSERS[name](text).value
    if value is not None and name == "text" and parse_text(value).value is None:
        return  # tidied, the text turned out to be damaged or a mark of missing data
    if value is not None:
        again = PARSERS[name](rendered(value))
        assert (again.value, again.rule) == (value, None)
        day = PARSERS[name](f"{value:%d.%m.%Y}") if isinstance(value, dt.date) else again
        assert (day.value, day.rule) == (value, None)


@given(text=st.text(max_size=30), code=st.sampled_from(sorted(set(TOPICS.spellings.values()))))
def test_no_text_but_a_declared_one_becomes_a_category(text: str, code: str) -> None:
    if TOPICS.parse(text).value == code:
        declared = {spelling.casefold() for spelling, its in TOPICS.spellings.items() if its == code}
        assert tidy(text).casefold().strip(" .;,:\"'«»„“”’`").replace("ё", "е") in declared or not text.isascii()


def test_the_readers_are_fast_enough_for_large_tables() -> None:
    import time

    cells = [f"{number // 100} {number % 1000:03d},{number % 97:02d} руб." for number in range(20_000)]
    days = [f"{1 + number % 28} января {2000 + number % 99}" for number in range(20_000)]
    start = time.process_time()
    for cell, day in zip(cells, days, strict=True):
        parse_number(cell)
        parse_date(day)
        parse_text(cell)
    assert time.process_time() - start < 20, "three readers of 20,000 different cells each"
