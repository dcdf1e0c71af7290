"""The workbook of decisions, those for the units, and the annotated copy: what they show and what comes back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.decisions import WHOLE_FILE
from evaluation.ledger import ISSUE_COLUMNS
from evaluation.report.annotated import annotated_copy
from evaluation.report.answers import read_answers
from evaluation.report.decision_form import COLUMNS, HEADER_ROW, KEY_SHEET, decision_form
from evaluation.report.forms import ANSWER_FILL
from evaluation.report.return_form import COLUMNS as RETURN_COLUMNS
from evaluation.report.return_form import HEADER_ROW as RETURN_HEADER
from evaluation.report.return_form import return_forms
from evaluation.report.waiting import MEMBER_COLUMNS, TOGETHER, waiting
from evaluation.settings import InputProblem

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")


def remark(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "issue_id": f"id{number}",
        "source": "projects",
        "file_name": "Реестр.xlsx",
        "sheet": "Реестр",
        "cell": f"F{number}",
        "row": number,
        "field": "beneficiaries",
        "raw": f"ок. {number}",
        "rule": "inexact_number",
        "severity": "error",
        "action": "emptied",
        "suggestion": str(number),
        "table": "projects",
        "record_key": f"2024-{number:03d}",
        "raw_hash": f"hash{number}",
    }
    return {**dict.fromkeys(ISSUE_COLUMNS), **row, **changes}


def issues(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=ISSUE_COLUMNS).astype({"row": "Int64"})


def form(frame: pd.DataFrame, language: Any = "ru") -> bytes:
    return decision_form(waiting(frame), CODEBOOK, 2024, language, lambda line: "../../raw/2024/Реестр.xlsx")


def filled(
    tmp_path: Path, content: bytes, answers: dict[int, dict[str, Any]], columns: Any = COLUMNS, top: int = HEADER_ROW
) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = next(one for one in book.worksheets if one.title in ("Решения", "Уточнить"))
    for line, texts in answers.items():
        for name, text in texts.items():
            sheet.cell(top + line, list(columns).index(name) + 1).value = text
    path = tmp_path / "decisions.xlsx"
    book.save(path)
    return path


def test_only_open_errors_and_warnings_wait() -> None:
    lines = waiting(
        issues(remark(4), remark(5, severity="info"), remark(6, decision="replace"), remark(7, severity="warning"))
    )
    assert lines["issue_id"].tolist() == ["id4", "id7"] and lines["line"].tolist() == [1, 2]


def test_many_equal_remarks_share_a_line_that_decides_on_all() -> None:
    same = [remark(n, raw="?", raw_hash="same", rule="category_unknown") for n in range(4, 4 + TOGETHER)]
    other = remark(30, raw="x", raw_hash="other", rule="category_unknown")
    lines = waiting(issues(*same, other))
    assert lines["n"].tolist() == [TOGETHER, 1]
    assert [one["record_key"] for one in lines.iloc[0]["members"]] == [row["record_key"] for row in same]
    assert lines.iloc[0]["places"] == "F4, F5, F6, F7 …"
    assert len(waiting(issues(*same), together=99)) == TOGETHER


def test_what_a_line_is_about() -> None:
    rows = (remark(4), remark(5, cell=None, field=None, rule="hidden_row"), remark(6, record_key=WHOLE_FILE))
    assert waiting(issues(*rows))["kind"].tolist() == ["cell", "row", "file"]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_form_shows_what_was_received_and_takes_answers_in_yellow_cells_alone(language: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(issues(remark(4), remark(5, suggestion=None)), language)))
    sheet = book.worksheets[1]
    row = {name: sheet.cell(HEADER_ROW + 1, place) for place, name in enumerate(COLUMNS, start=1)}
    assert row["raw"].value == "ок. 4" and row["suggestion"].value == "4" and row["cell"].value == "F4"
    assert row["cell"].hyperlink.location == "'Реестр'!F4"
    assert sheet.protection.sheet and sheet.freeze_panes == "G4"
    unlocked = {
        cell.column for line in sheet.iter_rows(min_row=HEADER_ROW + 1) for cell in line if not cell.protection.locked
    }
    yellow = {
        cell.column for line in sheet.iter_rows(min_row=HEADER_ROW + 1) for cell in line if cell.fill == ANSWER_FILL
    }
    assert unlocked == yellow == {list(COLUMNS).index(name) + 1 for name in ("decision", "answer", "reason", "author")}
    for place in range(len(COLUMNS) + 1, len(COLUMNS) + len(MEMBER_COLUMNS) + 1):
        assert sheet.column_dimensions[openpyxl.utils.get_column_letter(place)].hidden
    lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    words = CODEBOOK.choice_labels("decision", language)
    assert words["accept"] in lists["L4"] and words["accept"] not in lists["L5"], "nothing is suggested for the second"
    assert book[KEY_SHEET].sheet_state == "veryHidden"


def test_the_same_issues_give_the_same_bytes() -> None:
    frame = issues(remark(4), remark(5))
    assert form(frame) == form(frame.copy())


def test_hostile_values_stay_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(issues(remark(4, raw="=1+1", value="@x", suggestion="-2+3")))))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "=1+1" in {cell.value for cell in cells} and {cell.data_type for cell in cells} <= {"s", "n"}


def test_answers_come_back_with_their_remarks(tmp_path: Path) -> None:
    content = form(issues(remark(4), remark(5)))
    answer = {"decision": "Внести значение", "answer": "42", "reason": "письмо", "author": "аналитик"}
    found = read_answers(filled(tmp_path, content, {2: answer}))
    assert (found.form, found.year, found.blank, len(found.answers)) == ("decisions", 2024, 1, 1)
    one = found.answers[0]
    assert one.texts == answer and one.cells["answer"] == f"M{HEADER_ROW + 2}" and one.sheet == "Решения"
    assert one.members[0]["record_key"] == "2024-005" and one.members[0]["raw_hash"] == "hash5" and one.offered == "5"


def test_numbers_and_dates_that_people_type_are_read_as_text(tmp_path: Path) -> None:
    path = filled(tmp_path, form(issues(remark(4))), {1: {"answer": 42.0}})
    assert read_answers(path).answers[0].texts["answer"] == "42"


def test_a_changed_line_is_refused(tmp_path: Path) -> None:
    content = form(issues(remark(4), remark(5)))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    sheet.cell(HEADER_ROW + 1, 1).value = "2"
    sheet.cell(HEADER_ROW + 1, 12).value = "Оставить как есть"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputProblem, match="row 4: the number or the hidden columns were changed"):
        read_answers(tmp_path / "a.xlsx")


@pytest.mark.parametrize("kind", ["absent", "text", "other book", "folder"])
def test_what_is_no_form_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.xlsx"
    if kind == "text":
        path.write_text("no workbook", encoding="utf-8")
    elif kind == "other book":
        openpyxl.Workbook().save(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(InputProblem, match=r"a\.xlsx"):
        read_answers(path)


def test_a_unit_gets_its_own_cells_alone_and_its_answers_come_back(tmp_path: Path) -> None:
    frame = issues(remark(4), remark(5), remark(6, cell=None, field=None, rule="hidden_row"), remark(7))
    lines = waiting(frame, together=99)
    lines["unit_id"] = ["04601000", "04703000", "04601000", None]
    forms = return_forms(lines, {"04601000": "Абанский район"}, CODEBOOK, 2024, "ru")
    assert sorted(forms) == ["04601000", "04703000"]
    book = openpyxl.load_workbook(io.BytesIO(forms["04601000"]))
    sheet = book.worksheets[0]
    texts = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=RETURN_HEADER + 1)]
    assert len(texts) == 1 and texts[0][3] == "F4" and texts[0][5] == "ок. 4", "only cells can be mended"
    assert "возможно: 4" in texts[0][7] and "Абанский район" in sheet["A1"].value
    path = filled(tmp_path, forms["04601000"], {1: {"answer": "44"}}, RETURN_COLUMNS, RETURN_HEADER)
    found = read_answers(path)
    assert (found.form, found.unit) == ("return", "04601000")
    assert found.answers[0].texts["answer"] == "44" and found.answers[0].members[0]["record_key"] == "2024-004"
    assert (
        return_forms(lines, {}, CODEBOOK, 2024, "ru")["04703000"]
        == return_forms(lines, {}, CODEBOOK, 2024, "ru")["04703000"]
    )


def source(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Реестр"
    for row in range(1, 9):
        book.active.append([f"{letter}{row}" for letter in "ABCDEFG"])
    book.active.merge_cells("F6:F7")
    book.active["C3"].value = "=1+1"
    book.save(tmp_path / "Реестр.xlsx")
    return tmp_path / "Реестр.xlsx"


def test_the_annotated_copy_marks_cells_and_leaves_the_original_alone(tmp_path: Path) -> None:
    path = source(tmp_path)
    content = path.read_bytes()
    frame = issues(
        remark(4), remark(4, rule="number_as_text", severity="info"), remark(5, severity="warning"),
        remark(7), remark(8, cell=None, field=None, rule="hidden_row", severity="warning"),
        remark(3, sheet="Нет такого"),
    )  # fmt: skip
    copy = annotated_copy(content, path.name, frame, CODEBOOK, "ru")
    assert path.read_bytes() == content and annotated_copy(content, path.name, frame, CODEBOOK, "ru") == copy
    sheet = openpyxl.load_workbook(io.BytesIO(copy))["Реестр"]
    marked = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert set(marked) == {"F4", "F5", "F6", "A8"}, "a remark inside a merged range stands on its first cell"
    assert "Число неточное" in marked["F4"] and "Подсказка: 4" in marked["F4"]
    assert sheet["F4"].fill.fgColor.rgb != sheet["F5"].fill.fgColor.rgb and sheet["C3"].value == "=1+1"
    assert sheet["F2"].fill.fgColor.rgb == "00000000"


def test_no_copy_is_made_of_other_kinds_of_files(tmp_path: Path) -> None:
    for name, content in (("a.csv", b"a,b"), ("a.xlsx", b"no workbook")):
        with pytest.raises(InputProblem, match=rf"{name}: (a copy|no copy)"):
            annotated_copy(content, name, issues(remark(4)), CODEBOOK, "ru")
