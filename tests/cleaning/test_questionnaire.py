"""A questionnaire as a contract: what it declares, what it may not say, and that form services accept it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cleaning_helpers import CONFIG, workbook
from exports.respondents import CHOICES, SURVEY, questionnaire_file
from pyxform.xls2xform import convert

from evaluation.cleaning.questionnaire.xlsform import CHOICE_COLUMNS, ITEM_COLUMNS, Questionnaire, read_questionnaire
from evaluation.settings import InputProblem

EN = "label::English (en)"
FORMS = sorted((CONFIG / "survey").glob("*.xlsx"))


def write(folder: Path, survey: list[list[Any]] = SURVEY, choices: list[list[Any]] = CHOICES) -> Path:
    return workbook(folder / "q.xlsx", {"survey": survey, "choices": choices})


def changed(rows: list[list[Any]], row: int, column: str, value: Any) -> list[list[Any]]:
    """The rows of a sheet with another value in one cell (row number as in the sheet)."""
    copy = [list(one) for one in rows]
    copy[row - 1][rows[0].index(column)] = value
    return copy


def refused(path: Path) -> dict[str, str]:
    with pytest.raises(InputProblem) as caught:
        read_questionnaire(path)
    return {str(language): text for language, text in caught.value.messages.items()}


def form(folder: Path, **changes: Any) -> Questionnaire:
    return read_questionnaire(write(folder, **changes))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_form_services_accept_our_questionnaires(path: Path) -> None:
    found = convert(path)
    form = read_questionnaire(path)
    assert all(f"/{name}" in found.xform for name in form.items["name"])
    assert not found.warnings


def test_form_services_accept_every_kind_of_item(tmp_path: Path) -> None:
    found = convert(questionnaire_file(tmp_path / "q.xlsx"))
    assert "trainer/hurried" in found.xform and "sector_other" in found.xform


def test_what_is_declared(tmp_path: Path) -> None:
    found = form(tmp_path)
    assert list(found.items.columns) == ITEM_COLUMNS and list(found.choices.columns) == CHOICE_COLUMNS
    items = found.items.set_index("name")
    assert items["kind"].to_dict() == {
        "sector": "one", "useful": "one", "clear": "one", "hurried": "one", "channels": "several", "heard": "one",
        "ways": "several", "recommend": "number", "comment": "open",
    }  # fmt: skip
    assert items.index[items["reversed"]].tolist() == ["hurried"] and items.loc["hurried", "scale_id"] == "trainer"
    assert items.index[items["or_other"]].tolist() == ["sector", "channels"]
    assert items.index[items["required"]].tolist() == ["heard"] and items.index[items["pii"]].tolist() == ["comment"]
    assert items.loc["clear", ["group", "group_en"]].tolist() == ["trainer", "Rate the trainer"]
    assert items.loc["recommend", ["low", "high"]].tolist() == [0, 10]
    assert found.offered("yes_no") == ["yes", "no"], "a refusal is no answer"
    assert found.headers()["Оцените ведущего [Торопится]"] == "hurried"


def test_other_is_added_where_another_answer_may_be_written(tmp_path: Path) -> None:
    found = form(tmp_path, choices=[row for row in CHOICES if row[:2] != ["channel", "other"]])
    assert found.offered("channel")[-1] == "other"
    assert found.options("channel").loc["other", ["label_ru", "label_en"]].tolist() == ["Другое", "Other"]


def test_not_applicable_is_not_asked(tmp_path: Path) -> None:
    found = form(tmp_path, choices=changed(CHOICES, 8, "missing_role", "na"))
    assert found.options("agree").loc["dk", "missing_role"] == "not_asked"


def test_the_hash_of_an_item_tells_another_wording_or_other_answers(tmp_path: Path) -> None:
    first = form(tmp_path).items.set_index("name")["label_hash"]
    assert first.is_unique and first.str.fullmatch("[0-9a-f]{16}").all()
    again = form(tmp_path, survey=changed(SURVEY, 4, "aliases", "Q2|Полезно")).items.set_index("name")["label_hash"]
    assert again.to_dict() == first.to_dict(), "an alias changes nothing that people saw"
    reworded = form(tmp_path, survey=changed(SURVEY, 4, EN, "Useful")).items.set_index("name")["label_hash"]
    assert reworded[reworded != first].index.tolist() == ["useful"]
    answers = form(tmp_path, choices=changed(CHOICES, 5, EN, "Not at all")).items.set_index("name")["label_hash"]
    assert answers[answers != first].index.tolist() == ["useful", "clear", "hurried"]


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "cell", "words"),
    [
        ("survey", 4, "name", "Sector", "B4", "in row 3 already"),
        ("survey", 4, "name", "2 useful", "B4", "a letter first"),
        ("survey", 4, "type", "select_one nothing", "A4", "'nothing', which the sheet choices lacks"),
        ("survey", 4, "type", "select_won agree", "A4", "the type 'select_won agree' is unknown"),
        ("survey", 4, "aliases", "Q1", "J4", "'Q1' ('useful') is taken already: 'sector', row 3"),
        ("survey", 4, EN, "Whom do you represent?", "D4", "is taken already: 'sector', row 3"),
        ("survey", 7, "scale_id", None, "I7", "'hurried' is reversed, but no scale"),
        ("survey", 4, "reversed", "perhaps", "I4", "'perhaps': yes or nothing was expected"),
        ("survey", 9, "scale_id", "trainer", "H9", "it has no number"),
        ("survey", 11, "relevant", "${herd} = 'yes'", "E11", "the item 'herd', which is not there"),
        ("survey", 11, "relevant", "${heard} = 'perhaps'", "E11", "the answer 'perhaps', which the item 'heard' lacks"),
        ("survey", 11, "relevant", "${recommend} > 5", "E11", "is not supported"),
        ("survey", 12, "constraint", "regex(., '[0-9]')", "F12", "write . >= 0 and . <= 20"),
        ("survey", 8, "type", "note", "A5", "no end_group"),
        ("choices", 3, "name", "Office", "B3", "in the list sector already (row 2)"),
        ("choices", 3, "name", "my school", "B3", "a code without blanks"),
        ("choices", 8, "missing_role", "dunno", "F8", "'dunno' is unknown; possible are dont_know, refused"),
        ("choices", 6, "aliases", "A1", "G6", "'A1' ('a2') is taken already: 'a1', row 5"),
        ("choices", 6, "score", "two", "E6", "'two' is no number"),
        ("choices", 6, "list_name", None, "A6", "the answer names no list"),
    ],
)
def test_faults_are_named_with_their_cell_in_both_languages(
    tmp_path: Path, sheet: str, row: int, column: str, value: Any, cell: str, words: str
) -> None:
    survey = changed(SURVEY, row, column, value) if sheet == "survey" else SURVEY
    choices = changed(CHOICES, row, column, value) if sheet == "choices" else CHOICES
    problem = refused(write(tmp_path, survey, choices))
    assert f"sheet {sheet}, cell {cell} (column" in problem["en"] and words in problem["en"]
    assert f"лист {sheet}, ячейка {cell} (столбец" in problem["ru"]


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    survey = changed(changed(SURVEY, 4, "aliases", "Q1"), 7, "scale_id", None)
    problem = refused(write(tmp_path, survey, changed(CHOICES, 8, "missing_role", "dunno")))
    assert all(f"cell {cell} " in problem["en"] for cell in ("J4", "I7", "F8"))


def test_a_column_that_is_there_twice(tmp_path: Path) -> None:
    twice = [[*row, row[1]] for row in CHOICES]
    assert "cell H1: the column 'name' is there twice" in refused(write(tmp_path, SURVEY, twice))["en"]


def test_the_same_row_of_two_matrices_is_told_by_the_matrix(tmp_path: Path) -> None:
    second = [list(row) for row in SURVEY[4:8]]
    second[0][1:4] = ["helper", "Оцените помощника", "Rate the helper"]
    for row, name in zip(second[1:3], ("helper_clear", "helper_hurried"), strict=True):
        row[1], row[9] = name, None
    found = form(tmp_path, survey=[*SURVEY, *second]).headers()
    assert found["Оцените ведущего [Торопится]"] == "hurried"
    assert found["Оцените помощника [Торопится]"] == "helper_hurried"
    assert "Торопится" not in found, "alone it would be a guess"
