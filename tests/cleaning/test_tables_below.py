"""Deep headers, odd spellings of headers, and further tables on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cleaning_helpers import clean, codebook, krasnoyarsk, rules, workbook
from test_layout import ALIASES, as_sheet

from evaluation.cleaning.headers import Aliases, find_header
from evaluation.cleaning.layout import lay_out
from evaluation.cleaning.records import read_records
from evaluation.cleaning.workbook import read_received
from evaluation.ledger import check_accounts
from evaluation.settings import InputProblem

HEADER = ["№ заявки", "Муниципальное образование", "Наименование проекта", "Стоимость проекта, руб.", "Статус"]
FIRST = [["24-001", "г. Ачинск", "Сквер", 100, "Победитель"], ["24-002", "г. Канск", "Клуб", 200, "Отозвана"]]


def test_a_header_of_four_levels() -> None:
    rows: list[list[Any]] = [
        ["№ заявки", "Сведения о проекте", None, None, None, None, None],
        [None, "Территория", "Финансирование", None, None, None, "Итоги"],
        [None, None, "Стоимость проекта, тыс. руб.", None, "Фактические расходы", None, None],
        [None, "Муниципальное образование", "всего", "краевой бюджет", "всего", "краевой бюджет", "Статус"],
        ["24-001", "г. Ачинск", 100, 90, 80, 70, "Реализован"],
    ]
    merged = ((1, 1, 4, 1), (1, 2, 1, 7), (2, 3, 2, 6), (3, 3, 3, 4), (3, 5, 3, 6), (2, 7, 3, 7), (2, 2, 3, 2))
    for areas in (merged, ()):
        header = find_header(as_sheet(rows, merged=areas), ALIASES)
        assert header is not None and header.rows == (1, 2, 3, 4)
        assert [column.variable for column in header.columns] == [
            "project_number", "unit_name", "cost_planned", "planned_regional", "cost_actual", "paid_regional", "status",
        ]  # fmt: skip
        assert header.columns[2].multiplier == 1000.0


@pytest.mark.parametrize(
    "text",
    [
        "Благо-\nполучатели, чел.", "БЛАГОПОЛУЧАТЕЛИ", "Благо\u00adполучатели", "Благ\nополучатели",
        "Благополучатели *", "Блaгoпoлучaтeли", "  Благополучатели :", "Благополу- чатели",
    ],
)  # fmt: skip
def test_a_header_however_it_is_broken(text: str) -> None:
    assert ALIASES.find([text]) == "beneficiaries"


def test_latin_letters_alone_and_missing_spaces() -> None:
    aliases = Aliases({"мо": "unit_name", "номер заявки": "project_number", "сумма": "cost"})
    assert aliases.find(["MO"]) == "unit_name" and aliases.find(["Номерзаявки"]) == "project_number"
    assert aliases.find(["Сумма проекта"]) is None


def test_a_spelling_that_would_mean_two_columns_means_none() -> None:
    aliases = Aliases({"a b": "one", "ab": "two"})
    assert (aliases.find(["a b"]), aliases.find(["ab"]), aliases.find(["a-b"])) == ("one", "two", None)


def second(rows: list[list[Any]]) -> tuple[list[str], tuple[int, ...], frozenset[int]]:
    layout = lay_out(as_sheet(rows), ALIASES)
    return layout.row_classes.tolist(), layout.second_headers, layout.aside


def test_a_second_table_with_the_columns_in_another_order() -> None:
    rows = [HEADER, *FIRST, [], ["Статус", "№ заявки", "Муниципальное образование"], ["Подана", "24-003", "г. Канск"]]
    assert second(rows) == (["header", "data", "data", "blank", "header", "data"], (5,), frozenset({6}))


def test_a_second_table_of_something_else() -> None:
    rows = [HEADER, *FIRST, [], ["Показатель", "Единица", "Раздел", "Значение"], ["Подано", "шт", "А", 118]]
    assert second(rows)[1:] == ((5,), frozenset({6}))


def test_the_same_header_again_is_no_second_table() -> None:
    rows = [HEADER, *FIRST, HEADER, ["24-003", "г. Канск", "Парк", 5, "Подана"]]
    assert second(rows) == (["header", "data", "data", "header", "data"], (), frozenset())


@pytest.mark.parametrize(
    "row",
    [
        ["24-003", "г. Канск", "Парк", "нет данных", "Подана"],
        [None, "г. Канск", "Проект", "Тема", "Статус неизвестен"],
        ["не присвоен", "г. Канск", "Парк", "—", "Подана"],
        ["без номера", "г. Канск", "Парк", "н/д", "Подана"],
    ],
)
def test_a_record_of_texts_is_no_second_header(row: list[Any]) -> None:
    rows = [HEADER, *FIRST, [], row, ["24-004", "г. Канск", "Парк", 5, "Подана"]]
    assert second(rows)[1] == ()


def test_rows_of_a_second_table_are_accounted_for(tmp_path: Path) -> None:
    rows = [HEADER, *FIRST, [], ["Показатель", "Единица", "Раздел", "Значение"], ["Подано", "шт", "А", 118]]
    cleaned = clean({"projects": workbook(tmp_path / "a.xlsx", {"Лист": rows})}, 2024, krasnoyarsk())
    check_accounts(cleaned.row_ledger, cleaned.physical_rows)
    ledger = cleaned.row_ledger.set_index("row")
    assert ledger.loc[5, "row_class"] == "header" and ledger.loc[6, "fate"] == "quarantined"
    assert cleaned.tables["projects"]["project_id"].tolist() == ["2024-001", "2024-002"]
    assert rules(cleaned)["second_table"] == 1 and "key_missing" not in rules(cleaned)
    remark = cleaned.issues[cleaned.issues["rule"] == "second_table"].iloc[0]
    assert (remark["cell"], remark["raw"]) == ("A5", "Показатель | Единица | Раздел | Значение")


def test_a_file_without_the_columns_shows_what_it_begins_with(tmp_path: Path) -> None:
    rows = [[], ["Список"], ["Фамилия", "Телефон 8 913 123-45-67"], ["x", 1]]
    received = read_received(workbook(tmp_path / "a.xlsx", {"Лист": rows}), "projects")
    with pytest.raises(InputProblem) as raised:
        read_records(received, "projects", codebook(), (("project_number",),))
    text = raised.value.messages["en"]
    assert "the first filled row (3): «Фамилия», «[скрыто]»" in text, text
    assert "первая заполненная строка (3): «Фамилия»" in raised.value.messages["ru"]


def test_missing_columns_are_named_once_a_file(tmp_path: Path) -> None:
    sheets = {"А": [HEADER, *FIRST], "Б": [[*HEADER, "Балл"], ["24-003", "г. Канск", "Парк", 5, "Подана", 7]]}
    received = read_received(workbook(tmp_path / "a.xlsx", sheets), "projects")
    _, issues, _ = read_records(received, "projects", codebook(), (("project_number", "project_id"), ("unit_name",)))
    (missing,) = [one for one in issues if one.rule == "column_missing"]
    names = missing.suggestion.split(", ")
    assert {"beneficiaries", "topic", "finished_on"} <= set(names) and missing.sheet is None
    assert not {"score", "status", "unit_name", "project_id", "contact"} & set(names)
