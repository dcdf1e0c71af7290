"""Cells: what stands behind the decimal sign, which columns hold what, and what a page carries beside its texts."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.display.cell_texts import column_kind, is_long, padding
from evaluation.display.exhibit import Exhibit, Format
from evaluation.settings import Language, Text

SPACE = "\u202f"
TO = Text(ru="от {} до {}", en="{} to {}")


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        (["7", "0,25", f"1{SPACE}234,5", "—"], "ru", [",00", "", "0", ""]),
        (["7", "0.25", "1,234.5", "n/a"], "en", [".00", "", "0", ""]),
        (["1,234", "5"], "en", ["", ""]),
        (["от 0,1 до 0,25", "от 1 до 2"], "ru", ["", ",00"]),
        (["<\u00a00,001", "0,04"], "ru", ["", "0"]),
        (["50 %", "0,5"], "ru", ["", ""]),
        ([], "ru", []),
    ],
)
def test_what_a_number_lacks_behind_its_sign(texts: list[str], language: Language, expected: list[str]) -> None:
    assert padding(texts, language) == expected


@settings(deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=9999, places=3), min_size=1, max_size=8), st.data())
def test_padded_numbers_end_at_one_place(values: list[object], data: st.DataObject) -> None:
    texts = [f"{value:.{data.draw(st.integers(0, 3))}f}" for value in values]
    behind = {len((text + pad).partition(".")[2]) for text, pad in zip(texts, padding(texts, "en"), strict=True)}
    assert len(behind) == 1


def test_kinds_of_columns() -> None:
    assert column_kind(pd.Series([1.0]), "") == "number" and column_kind(pd.Series([1.0]), "share") == "share"
    assert column_kind(pd.Series(pd.to_datetime(["2025-01-01"])), "") == "date"
    assert column_kind(pd.Series([True]), "") == "text" and column_kind(pd.Series(["1"]), "") == "text"


def test_sentences_are_long_and_words_are_not() -> None:
    assert is_long(["a" * 61]) and not is_long(["a" * 60]) and not is_long([])


def shown(table: Exhibit) -> list[list[Tag]]:
    page = BeautifulSoup(table.to_html("en"), "html.parser")
    return [row.find_all(["th", "td"]) for row in page.select("tbody tr")]


def test_a_cell_carries_its_full_value_but_never_a_hidden_one() -> None:
    frame = pd.DataFrame(
        {
            "name": ["a", "b"], "share": [0.123456, None], "people": [3, 40], "code": ["x", "y"],
            "day": pd.to_datetime(["2025-02-03", None]), "big": [89_135_551_234.0, 5.0], "low": [1.5, 2.0],
            "high": [2.5, 3.0],
        }
    )  # fmt: skip
    table = Exhibit(
        "t", frame, {}, Text(ru="т", en="t"), hidden=pd.DataFrame({"people": ["primary", ""]}),
        formats={"share": Format("share", 1), "low": Format(beside="high", pattern=TO)},
    )  # fmt: skip
    first, second = shown(table)
    assert [cell.get("data-value") for cell in first] == [
        None, "0.123456", None, None, "2025-02-03", "8.91355512340e+10", "1.5",
    ]  # fmt: skip
    assert [cell.get("data-value") for cell in second] == [None, None, "40", None, None, "5", "2"]
    assert float(str(first[5]["data-value"])) == 89_135_551_234.0
    assert table.kinds() == ["text", "share", "number", "text", "date", "number", "number", "number"]


def test_wide_tables_and_long_columns_say_so() -> None:
    frame = pd.DataFrame({f"c{place}": ["x" * (61 if place == 2 else 3)] for place in range(13)})
    page = BeautifulSoup(Exhibit("t", frame, {}, Text(ru="т", en="t")).to_html("en"), "html.parser")
    assert page.table is not None and page.table["class"] == ["wide", "widest"]
    assert [cell.get("class") for cell in shown(Exhibit("t", frame, {}, Text(ru="т", en="t")))[0]].index(["long"]) == 2
