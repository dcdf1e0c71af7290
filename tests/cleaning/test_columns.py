"""Columns are read once for each distinct cell, and what is remarked names the right cell."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd
import pytest
from cleaning_helpers import codebook
from hypothesis import given
from hypothesis import strategies as st
from test_layout import ALIASES, as_sheet

from evaluation.cleaning import values
from evaluation.cleaning.layout import lay_out
from evaluation.cleaning.records import Records, ledger_rows, read_column
from evaluation.cleaning.values import Parsed, parse_text
from evaluation.ledger import Issue, issues_frame
from evaluation.privacy import personal

HEADER = ["№ заявки", "Муниципальное образование", "Наименование проекта", "Балл", "Статус"]


def records(cells: list[Any]) -> Records:
    rows = [[number, "Ачинск", "Сквер", cell, "Подана"] for number, cell in enumerate(cells)]
    layout = lay_out(as_sheet([HEADER, *rows]), ALIASES)
    return Records("projects", "a.xlsx", "projects", layout, layout.records)


def kind(raw: Any) -> Parsed:
    """A parser that tells cells apart by type as well as by value."""
    return Parsed(f"{type(raw).__name__}:{raw}", "number_as_text" if isinstance(raw, str) else None)


_CELLS = st.lists(
    st.one_of(
        st.none(), st.booleans(), st.sampled_from([0, 1, 1.0, 0.0, "1", "0", "x", "1,5"]),
        st.just(dt.date(2025, 1, 1)), st.just(dt.datetime(2025, 1, 1)),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(_CELLS)
def test_equal_cells_of_different_types_are_read_each_by_itself(cells: list[Any]) -> None:
    read = records(cells)
    column, issues = read_column(read, "score", kind)
    received = read.frame["score"].tolist()
    assert column.tolist() == [kind(cell).value for cell in received]
    expected = [(row, f"D{row}") for row, cell in read.frame["score"].items() if isinstance(cell, str)]
    assert [(issue.row, issue.cell) for issue in issues] == expected


def test_each_distinct_cell_is_parsed_once() -> None:
    asked: list[Any] = []

    def parser(raw: Any) -> Parsed:
        asked.append(raw)
        return Parsed(raw)

    read_column(records([5, 5, "а", "а", 5]), "score", parser)
    assert asked == [5, "а"]


def test_the_same_remark_on_another_cell_differs_in_its_place_alone() -> None:
    issue = Issue("projects", "negative", "error", "emptied", "a.xlsx", "Лист", "D2", 2, "score", "-5")
    other = issue.but(cell="D9", row=9)
    assert other == Issue("projects", "negative", "error", "emptied", "a.xlsx", "Лист", "D9", 9, "score", "-5")
    assert issue.row == 2 and type(other) is Issue
    frame = issues_frame([issue, other, issue])
    assert frame["issue_id"].is_unique and frame["row"].tolist() == [2, 9, 2]
    assert list(issues_frame([]).columns) == list(frame.columns)


def test_a_column_that_is_not_there_is_empty() -> None:
    column, issues = read_column(records([1]), "cost_actual", parse_text)
    assert column.tolist() == [None] and issues == []


def test_the_ledger_of_a_sheet() -> None:
    rows = [HEADER, [1, "Ачинск", "Сквер", 5, "Подана"], [], ["Показатель", "Часть", "Раздел", "Значение"],
            ["Подано", "шт", "А", 118]]  # fmt: skip
    rows.insert(2, [2, "Канск", "Клуб", 6, "Подана"])
    layout = lay_out(as_sheet(rows), ALIASES)
    ledger = ledger_rows("projects", layout, {2: ("kept", "2024-1"), 3: ("merged", "2024-1")})
    assert ledger.drop(columns=["source", "sheet"]).fillna("").to_numpy().tolist() == [
        [1, "header", "", ""], [2, "data", "kept", "2024-1"], [3, "data", "merged", "2024-1"], [4, "blank", "", ""],
        [5, "header", "", ""], [6, "data", "quarantined", ""],
    ]  # fmt: skip
    whole = ledger_rows("projects", layout, dict.fromkeys(range(1, 7), ("merged", None)))
    assert whole["fate"].tolist() == [None, "merged", "merged", None, None, "merged"] or (
        pd.isna(whole["fate"].iloc[0]) and whole["fate"].iloc[5] == "merged"
    )


@given(st.text(alphabet="абвРСрсЁёъЬйИН№ 12.,-«»АЫэяо/;:дТ", max_size=50))
def test_the_short_way_for_sound_texts_gives_what_the_long_way_gives(text: str) -> None:
    short = parse_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "is_sound", lambda _: False)
        assert parse_text(text) == short


@given(st.text(alphabet="0123456789 -()+@./тел:паспорт vk.comабв", max_size=40))
def test_texts_passed_over_without_a_look_hold_nothing_personal(text: str) -> None:
    short = personal.find_personal(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(personal, "_FIVE_DIGITS", re.compile(""))
        assert personal.find_personal(text) == short


def test_the_codebook_names_the_columns_of_these_tests() -> None:
    assert {"score", "cost_actual"} <= set(codebook().aliases("projects"))
