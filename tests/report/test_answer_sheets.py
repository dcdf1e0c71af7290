from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from evaluation.report.answer_sheets import (
    finish_sheet,
    guide_sheet,
    key_sheet,
    letter_of,
    put_columns,
    put_heading,
    put_line,
)
from evaluation.report.forms import ANSWER_FILL, new_book
from evaluation.settings import Text

COLUMNS = {
    "found": (Text(ru="Найдено", en="Found"), 20.0),
    "answer": (Text(ru="Ответ", en="Answer"), 10.0),
    "remark": (Text(ru="Замечание", en="Remark"), 30.0),
}


def sheet() -> Worksheet:
    made = new_book("t").create_sheet("answers")
    put_heading(made, "Title", "Yellow cells only")
    put_columns(made, 3, COLUMNS, "ru", hidden=("key",))
    put_line(made, 4, COLUMNS, ("answer",), {"found": "=1+1", "remark": 5})
    finish_sheet(made, 3, scrolled_from=2)
    return made


def test_only_the_answer_can_be_changed_and_it_is_yellow() -> None:
    made = sheet()
    unlocked = [cell.coordinate for row in made.iter_rows() for cell in row if not cell.protection.locked]
    yellow = [cell.coordinate for row in made.iter_rows() for cell in row if cell.fill == ANSWER_FILL]
    assert made.protection.sheet and unlocked == ["B4"] and yellow == ["A2", "B4"]
    assert made["A4"].data_type == "s" and made["A4"].value == "=1+1" and made["C4"].value == "5"


def test_headings_stand_in_their_language_and_hidden_columns_follow() -> None:
    made = sheet()
    assert [cell.value for cell in made[3]] == ["Найдено", "Ответ", "Замечание", "key"]
    assert [made.column_dimensions[letter].hidden for letter in "ABCD"] == [False, False, False, True]
    assert [made.column_dimensions[letter].width for letter in "ABC"] == [20, 10, 30]
    assert made.freeze_panes == "B4" and made.print_title_rows == "$3:$3" and letter_of(COLUMNS, "remark") == "C"


def test_the_guide_leaves_rows_out_and_the_key_is_hidden_from_the_menu() -> None:
    book = new_book("t")
    guide_sheet(book, "guide", ("first", None, "third"), width=50)
    key_sheet(book, "_key", ("mark", 2024), [("a", None), ("b", 1.0)])
    assert [cell.value for cell in book["guide"]["A"]] == ["first", None, "third"]
    assert book["_key"].sheet_state == "veryHidden"
    assert list(book["_key"].values) == [("mark", "2024"), ("a", None), ("b", "1")]
    assert all(one.protection.sheet for one in book.worksheets)
