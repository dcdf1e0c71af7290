"""Titles, headers of several rows, sections, totals and footnotes are told from records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cleaning_helpers import codebook, workbook

from evaluation.cleaning.headers import find_header, header_aliases, header_key, money_multiplier
from evaluation.cleaning.layout import lay_out
from evaluation.cleaning.records import multiplier, read_records
from evaluation.cleaning.workbook import Sheet, read_received
from evaluation.settings import InputProblem
from evaluation.tables import TABLES

ALIASES = header_aliases(codebook(), "projects", TABLES["projects"].names)
REGISTER: list[list[Any]] = [
    [None] * 9 + ["Приложение № 3"],
    ["Реестр заявок, 2024 год, тыс. руб."],
    [],
    [
        "№ п/п",
        "№ заявки",
        "Муниципальное\nобразование",
        "Наименование проекта",
        "Стоимость проекта",
        None,
        None,
        "Благополучатели, чел.",
        "Статус",
        "Контакт (ФИО, телефон)",
    ],
    [None, None, None, None, "всего", "краевой  бюджет", "Местный бюджет", None, None, None],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ["Муниципальные районы"],
    [
        1,
        "24-001",
        "Абанский район",
        "Ремонт клуба",
        100,
        90,
        10,
        50,
        "Победитель",
        "Иванова Анна Петровна, 8 913 000-00-00",
    ],
    [2, "24-002", "Ачинский район", "Итоговая сцена", 200, 190, 10, 60, "Отозвана", None],
    ["Итого по разделу", None, None, None, 300, 280, 20, 110],
    [],
    ["ИТОГО", None, None, None, 300, 280, 20, 110],
    ["* по данным заявок"],
    ["Примечание. Суммы округлены."],
    ["Исполнитель: Сорокина Е. В., тел. 8 391 000-00-00"],
]
MERGES = ["E4:G4", *[f"{letter}4:{letter}5" for letter in "ABCDHIJ"]]


def as_sheet(rows: list[list[Any]], **more: Any) -> Sheet:
    width = max(len(row) for row in rows)
    cells = np.full((len(rows), width), None, dtype=object)
    for place, row in enumerate(rows):
        cells[place, : len(row)] = row
    return Sheet("Лист1", cells, len(rows), **more)


@pytest.mark.parametrize("merges", [MERGES, []], ids=["merged ranges listed", "merged ranges missing"])
def test_a_register_of_an_institute(tmp_path: Path, merges: list[str]) -> None:
    received = read_received(workbook(tmp_path / "a.xlsx", {"Лист1": REGISTER}, merges), "projects")
    layout = lay_out(received.sheets[0], ALIASES)
    assert layout.row_classes.tolist() == [
        "title",
        "title",
        "blank",
        "header",
        "header",
        "numbering",
        "section",
        "data",
        "data",
        "subtotal",
        "blank",
        "total",
        "footnote",
        "footnote",
        "footnote",
    ]
    assert list(layout.positions) == [
        "row_number",
        "project_number",
        "unit_name",
        "title",
        "cost_planned",
        "planned_regional",
        "planned_local",
        "beneficiaries",
        "status",
        "contact",
    ]
    assert layout.records.loc[9, "title"] == "Итоговая сцена"
    assert layout.records.index.tolist() == [8, 9] and layout.totals.index.tolist() == [10, 12]
    assert layout.header is not None and layout.header.title_multiplier == 1000.0


@pytest.mark.parametrize(
    ("unit_in_title", "unit_in_header", "expected", "rule"),
    [
        ("тыс. руб.", "", 1000.0, "unit_from_title"),
        ("тыс. руб.", ", руб.", 1.0, None),
        ("", ", тыс. рублей", 1000.0, None),
        ("в рублях", "", 1.0, "unit_from_title"),
        ("", "", 1.0, "unit_not_stated"),
        ("", " (млн руб.)", 1_000_000.0, None),
    ],
)
def test_the_unit_of_amounts(
    tmp_path: Path, unit_in_title: str, unit_in_header: str, expected: float, rule: str | None
) -> None:
    rows = [
        [f"Реестр, {unit_in_title}"],
        [
            "№ заявки",
            "Муниципальное образование",
            "Благополучатели, чел.",
            f"Стоимость проекта{unit_in_header}",
            "Статус",
        ],
        ["24-001", "Абанский район", 12, 5, "Победитель"],
    ]
    received = read_received(workbook(tmp_path / "a.xlsx", {"Лист1": rows}), "projects")
    (records,), issues, _ = read_records(received, "projects", codebook(), (("project_number",),))
    assert multiplier(records, "cost_planned") == expected
    assert multiplier(records, "beneficiaries") == 1.0, "people are never counted in thousands of roubles"
    assert [one.rule for one in issues if one.field == "cost_planned"] == ([rule] if rule else [])


def test_header_keys() -> None:
    assert header_key("Стоимость  проекта,\nтыс. руб.*") == ("стоимость проекта", 1000.0)
    assert header_key("Благополучатели (чел.)") == ("благополучатели", None)
    assert header_key("Часы") == header_key("ЧАСЫ:")
    assert header_key("Длительность, мин")[0] == "длительность"
    assert header_key("руб.")[0], "a header that is only a unit keeps its text"
    assert money_multiplier("Реестр, тыс. рублей") == 1000.0 and money_multiplier("Реестр") is None


def test_without_a_known_header_nothing_is_a_record() -> None:
    sheet = as_sheet([["Памятка"], [None], ["текст", "ещё"]])
    assert find_header(sheet, ALIASES) is None
    layout = lay_out(sheet, ALIASES)
    assert layout.row_classes.tolist() == ["title", "blank", "title"] and layout.records.empty


def test_cells_merged_downwards_are_filled_but_headers_are_not_records() -> None:
    rows = [
        ["№ заявки", "Муниципальное образование", "Статус"],
        ["1", "Абанский район", "Подана"],
        ["2", None, "Подана"],
        ["3", None, "Подана"],
    ]
    layout = lay_out(as_sheet(rows, merged=((2, 2, 3, 2),)), ALIASES)
    assert layout.records["unit_name"].tolist() == ["Абанский район", "Абанский район", None], "only within the range"
    assert layout.filled == ((3, "unit_name"),)


def test_a_number_with_a_zero_padded_format_is_read_as_shown() -> None:
    rows = [["№ заявки", "Код ОКТМО", "Статус"], ["1", 4601000.0, "Подана"]]
    layout = lay_out(as_sheet(rows, formats={(2, 2): 8}), ALIASES)
    assert layout.records["unit_code"].tolist() == ["04601000"]


def test_a_header_repeated_at_a_page_break_is_no_record() -> None:
    header = ["№ заявки", "Муниципальное образование", "Наименование проекта", "Статус"]
    layout = lay_out(
        as_sheet([header, ["1", "Ачинск", "Сквер", "Подана"], header, ["2", "Ачинск", "Клуб", "Подана"]]), ALIASES
    )
    assert layout.row_classes.tolist() == ["header", "data", "header", "data"]


def test_of_two_columns_of_one_variable_the_empty_one_gives_way() -> None:
    rows = [["district", "election_subunit", "project_id"], [None, "Wola", "1"], [None, "Ochota", "2"]]
    layout = lay_out(as_sheet(rows), ALIASES)
    assert layout.records["unit_name"].tolist() == ["Wola", "Ochota"] and layout.repeated == ()


def test_unknown_and_repeated_columns_are_remarked_with_a_suggestion(tmp_path: Path) -> None:
    rows = [["№ заявки", "Статус", "Благополучатили", "Статус проекта"], ["1", "Подана", 5, "Подана"]]
    received = read_received(workbook(tmp_path / "a.xlsx", {"Лист1": rows}), "projects")
    _, issues, _ = read_records(received, "projects", codebook(), (("project_number",),))
    assert [(one.rule, one.cell) for one in issues] == [
        ("unmapped_column", "C1"),
        ("repeated_column", "D1"),
        ("column_missing", None),
    ]
    assert "beneficiaries" in issues[2].suggestion.split(", ") and "status" not in issues[2].suggestion.split(", ")
    assert issues[0].suggestion == "благополучатели (beneficiaries)"


def test_needed_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    rows = [["№ заявки", "Ремонт"], ["1", "да"]]
    received = read_received(workbook(tmp_path / "Реестр.xlsx", {"Лист1": rows}), "projects")
    with pytest.raises(InputProblem) as raised:
        read_records(received, "projects", codebook(), (("project_number",), ("unit_name", "unit_code")))
    text = raised.value.messages["ru"]
    for part in (
        "Реестр.xlsx",
        "projects",
        "Лист1",
        "«Муниципальное образование» (unit_name)",
        "«Ремонт»",
        "codebook.csv",
    ):
        assert part in text


def test_personal_data_never_reach_a_remark(tmp_path: Path) -> None:
    rows = [["№ заявки", "Статус", "Контакт"], ["1", "Петрова Анна Ивановна, 8 913 123-45-67", "Петрова А. И."]]
    received = read_received(workbook(tmp_path / "a.xlsx", {"Лист1": rows}), "projects")
    (records,), _, _ = read_records(received, "projects", codebook(), (("project_number",),))
    remark = records.remark("category_unknown", 2, "status", records.raw(2, "status"))
    assert remark.raw == "[скрыто]", "what lies beside a name or phone may be personal as well"
    assert records.remark("missing_marker", 2, "contact", records.raw(2, "contact")).raw is None
