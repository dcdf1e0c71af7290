"""Empty forms as workbooks: headers, drop-downs, checks, instructions in both languages, the same bytes again."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.report.templates import template, units_by_name
from evaluation.settings import Text
from evaluation.tables import FORMS, INSTRUCTION_SHEET, LIST_SHEET

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
UNITS = pd.DataFrame(
    {"unit_id": ["04601000", "04602000"], "name": ["Абанский район", "Боготол"], "short_name": ["Абан", "Боготол"]}
)
CURRENCY = Text(ru="руб.", en="RUB")


@cache
def form(source: str, language: str = "ru") -> bytes:
    return template(source, CODEBOOK, UNITS, language, CURRENCY)  # type: ignore[arg-type]


def book(source: str, language: str = "ru") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(form(source, language)))


@pytest.mark.parametrize("source", FORMS)
def test_the_same_form_has_the_same_bytes(source: str) -> None:
    first = form(source)
    assert first == template(source, CODEBOOK, UNITS, "ru", CURRENCY)
    assert first != form(source, "en")


@pytest.mark.parametrize("source", FORMS)
def test_required_columns_are_starred_and_nothing_lies_below_the_header(source: str) -> None:
    sheet = book(source).worksheets[0]
    headers = [cell.value for cell in sheet[1]]
    for column, header in zip(FORMS[source].columns, headers, strict=True):
        assert header.endswith(" *") == column.required, header
    assert sheet.max_row == 1 and sheet.freeze_panes == "A2"
    assert len(set(headers)) == len(headers)


def test_money_and_counts_name_their_unit() -> None:
    ru = [cell.value for cell in book("projects").worksheets[0][1]]
    en = [cell.value for cell in book("projects", "en").worksheets[0][1]]
    assert "Стоимость по плану, руб." in ru and "Planned cost, RUB" in en
    assert "Благополучатели, чел." in ru and "Beneficiaries, persons" in en
    assert "Балл" in ru


def test_drop_downs_hold_the_codebook_s_labels_and_the_registry_s_units() -> None:
    made = book("projects")
    lists = made[LIST_SHEET]
    assert lists.sheet_state == "hidden"
    checks = {str(check.sqref).split(":")[0]: check for check in made.worksheets[0].data_validations.dataValidation}
    names = list(FORMS["projects"].names)

    def allowed(variable: str) -> list[str]:
        letter = openpyxl.utils.get_column_letter(names.index(variable) + 1)
        check = checks[f"{letter}2"]
        assert check.type == "list" and check.showErrorMessage
        cells = made[LIST_SHEET][check.formula1.split("!")[1].replace("$", "")]
        return [row[0].value for row in cells]

    assert allowed("status") == list(CODEBOOK.choice_labels("project_status", "ru").values())
    assert allowed("unit_name") == ["Абанский район", "Боготол"]


def test_numbers_dates_and_codes_are_checked_by_the_sheet() -> None:
    sheet = book("attendance").worksheets[0]
    names = list(FORMS["attendance"].names)
    checks = {str(check.sqref).split(":")[0]: check for check in sheet.data_validations.dataValidation}

    def place(variable: str) -> str:
        return str(openpyxl.utils.get_column_letter(names.index(variable) + 1))

    test = checks[f"{place('test_before')}2"]
    assert (test.type, test.formula1, test.formula2) == ("decimal", "0", "100")
    assert sheet.column_dimensions[place("event_id")].number_format == "@"
    day = book("teams").worksheets[0].data_validations.dataValidation[3]
    assert (day.type, day.formula1) == ("date", "32874")  # the first of January 1990 as Excel counts days


@pytest.mark.parametrize("source", FORMS)
def test_every_column_is_explained_in_both_languages(source: str) -> None:
    made = book(source)
    rows = list(made[INSTRUCTION_SHEET].iter_rows(values_only=True))
    headers = [cell.value for cell in made.worksheets[0][1]]
    explained = {row[0]: row for row in rows if row[0] in headers}
    assert set(explained) == set(headers)
    for header, row in explained.items():
        assert any("а" <= letter <= "я" for letter in row[2]) and not any("а" <= letter <= "я" for letter in row[3])
        assert (row[1] is not None) == header.endswith(" *")
    assert ("Боготол", "04602000") in {row[:2] for row in rows}


def test_names_must_tell_units_apart() -> None:
    assert units_by_name(UNITS)
    twins = pd.DataFrame({"unit_id": ["1", "2"], "name": ["Ключи", "Ключи"], "short_name": ["Ключи", "Ключи"]})
    other = pd.DataFrame({"unit_id": ["1", "2"], "name": ["Ключи", "Яр"], "short_name": ["К", "ключи"]})
    assert not units_by_name(twins) and not units_by_name(other)


def test_a_value_outside_of_its_list_is_refused() -> None:
    rows = pd.DataFrame({"team_id": ["1"], "unit_name": ["99999999"]}, dtype=object)
    with pytest.raises(KeyError):
        template("teams", CODEBOOK, UNITS, "ru", CURRENCY, rows)
