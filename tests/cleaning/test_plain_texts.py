"""Texts passed for a whole column at once are texts that the readers of single cells take as they stand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluation.cleaning.plain_texts import RECORD_NUMBER, harmless, matching
from evaluation.cleaning.quantities import parse_number
from evaluation.cleaning.screening import screened
from evaluation.cleaning.values import Parsed

PIECES = ["Ремонт", "дома", "культуры", "ул.", "Мир", "№", "12", "1", "345", "ТОС", "Ё", "ё", "Ъ", "a", "٣", "@", "/",
          "-", ",", ".", ";", ":", " ", "  ", "\u00a0", "\n", "+7", "8913", "г", "н", "д", "\u0301"]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@example("Ремонт дома культуры по ул. Мирная, д. 12")
@example("с. Село 4\n")
@example("тел. 8 913 123 45 67")
def test_what_is_harmless_is_taken_as_it_stands(text: str) -> None:
    if harmless([text])[0]:
        assert screened(text) == Parsed(text)


def test_titles_and_places_are_harmless_and_contacts_are_not() -> None:
    cells = ["Ремонт дома культуры по ул. Мирная, д. 12", "с. Село 12", "звонить 8-913-123-45-67", "н/д", None, 5.0,
             "а@б.рф", "Дом", "\ud800"]  # fmt: skip
    assert harmless(cells[:-1]).tolist() == [True, True, *[False] * 6]
    assert harmless(cells).tolist() == [False] * 9  # half a pair of surrogates leaves all to the readers


@given(st.lists(st.one_of(st.from_regex(r"(19|20)\d\d-[A-ZА]?\d{1,8}\n?", fullmatch=True), st.none(), st.integers())))
def test_numbers_of_records_are_told_as_python_does(cells: list[Any]) -> None:
    whole = re.compile(r"(?:19|20)[0-9]{2}-[A-Z]?[0-9]{1,7}")
    expected = [isinstance(cell, str) and whole.fullmatch(cell) is not None for cell in cells]
    assert matching(cells, RECORD_NUMBER).tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 234 000,50 руб.", Parsed(1234000.5, "unit_in_cell")),
        ("5 чел.", Parsed(5.0, "unit_in_cell")),
        ("12,5 тыс. руб.", Parsed(12500.0, "rounded_number")),
        ("3 млн руб", Parsed(3_000_000.0, "rounded_number")),
        ("1\u00a0000\u00a0руб.", Parsed(1000.0, "unit_in_cell")),
    ],
)
def test_usual_amounts_with_units(text: str, expected: Parsed) -> None:
    # a further space sends the text the long way, which must come to the same
    assert parse_number(text) == expected == parse_number(f" {text}  ")
