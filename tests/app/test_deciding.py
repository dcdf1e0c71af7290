"""``evaluation decide``: a filled workbook becomes decisions, all or none, and they hold in the next cleaning."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from deciding_workspace import clean, fill, make_workspace, row, write, write_register
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.deciding import take_decisions
from evaluation.app.decision_file import appended
from evaluation.decisions import DECISION_COLUMNS, read_decisions
from evaluation.places import KEY_FILE, Workspace
from evaluation.settings import InputProblem

DAY = dt.date(2025, 1, 10)
ROWS = [
    row("24-001", "ок. 50"),
    row("24-002", "пятьдесят"),
    row("24-003", "100-200"),
    row("24-004", cost="много"),
    row("24-005"),
]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    made = make_workspace(tmp_path / "workspace")
    write_register(made, ROWS)
    return made


def answer(
    decision: str, value: str = "", reason: str = "письмо администрации", author: str = "аналитик"
) -> dict[str, Any]:
    return {"decision": decision, "answer": value, "reason": reason, "author": author}


def form(workspace: Workspace, answers: dict[str, dict[str, Any]], language: Any = "ru") -> Path:
    place = write(workspace, language).decisions
    assert place is not None
    return fill(place, answers)


def people(workspace: Workspace) -> dict[str, Any]:
    frame = clean(workspace)[0].tables["projects"]
    return dict(
        zip(
            frame["project_id"],
            frame["beneficiaries"].astype(object).where(frame["beneficiaries"].notna(), None),
            strict=True,
        )
    )


def test_every_kind_of_decision_is_taken_and_holds(workspace: Workspace) -> None:
    before = people(workspace)
    assert before == {"2024-001": None, "2024-002": None, "2024-003": None, "2024-004": 50, "2024-005": 50}
    path = form(
        workspace,
        {
            "F2": answer("Внести значение", "52"),
            "F3": answer("Оставить как есть"),
            "F4": answer("Очистить ячейку"),
            "E5": answer("Отложить строку"),
        },
    )
    taken = take_decisions(workspace, path, DAY)
    assert taken.decisions["action"].tolist().count("replace") == 1 and len(taken.decisions) == 4
    kept = read_decisions(workspace.decisions_file())
    assert kept.to_dict("records") == taken.decisions.to_dict("records")
    assert set(kept["decided_by_role"]) == {"аналитик"} and set(kept["decided_on"]) == {"2025-01-10"}
    assert people(workspace) == {"2024-001": 52, "2024-002": None, "2024-003": None, "2024-005": 50}
    cleaned, _ = clean(workspace)
    assert cleaned.issues["severity"].isin(["error", "warning"]).sum() == 0, "nothing waits any more"
    assert write(workspace).decisions is None
    effect = taken.effect
    assert effect is not None
    assert effect.set_index("name").loc["applications"].tolist() == [5.0, 4.0, -1.0]
    assert effect.set_index("name").loc["cost", "difference"] == 0.0, (
        "the cost that could not be read counted for nothing"
    )


def test_a_suggestion_is_accepted(workspace: Workspace) -> None:
    write_register(workspace, [row("24-001", "1O0")])
    taken = take_decisions(workspace, form(workspace, {"F2": answer("Принять предложенное")}), DAY)
    assert taken.decisions[["action", "value"]].to_numpy().tolist() == [["accept", "100"]]
    assert people(workspace) == {"2024-001": 100}


def test_english_forms_are_read_as_well(workspace: Workspace) -> None:
    take_decisions(workspace, form(workspace, {"F2": answer("Enter a value", "52")}, "en"), DAY)
    assert people(workspace)["2024-001"] == 52


@pytest.mark.parametrize(
    ("cell", "changes", "words"),
    [
        ("F2", {"decision": "Наверное"}, "cell L4: unknown decision 'Наверное'"),
        ("F2", {"decision": ""}, "cell L4: no decision chosen"),
        ("F2", {"answer": ""}, "cell M4: the right value is missing"),
        ("F2", {"decision": "Очистить ячейку"}, "cell M4: a value is given, but the decision is another"),
        ("F3", {"decision": "Принять предложенное", "answer": ""}, "L5: the decision 'Принять предложенное' is not"),
        ("F2", {"reason": ""}, "cell N4: the reason is missing"),
        ("F2", {"author": ""}, "cell O4: the role of whoever decided is missing"),
        ("F2", {"author": "Иванова М.П."}, "cell O4: personal data stand here"),
        ("F2", {"reason": "звонок +7 913 123-45-67"}, "cell N4: personal data stand here"),
        ("F2", {"answer": "пять"}, "cell M4: the value 'пять' cannot be taken: Not a number"),
    ],
)
def test_one_wrong_line_and_nothing_is_taken(
    workspace: Workspace, cell: str, changes: dict[str, str], words: str
) -> None:
    before = workspace.decisions_file().read_bytes()
    numbered = {"F3": answer("Внести значение", "53"), cell: {**answer("Внести значение", "52"), **changes}}
    path = form(workspace, numbered)
    with pytest.raises(InputProblem) as caught:
        take_decisions(workspace, path, DAY)
    english = caught.value.messages["en"]
    assert words in english and "sheet 'Решения'" in english and "no decision was taken" in english
    assert caught.value.messages["ru"].count("\n- ") == english.count("\n- ") == 1, "the good line is not complained of"
    assert workspace.decisions_file().read_bytes() == before


def test_all_wrong_lines_are_listed(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("?"), "F3": answer("Внести значение")})
    with pytest.raises(InputProblem) as caught:
        take_decisions(workspace, path, DAY)
    assert caught.value.messages["ru"].count("\n- лист") == 2


def test_a_value_that_changed_since_is_not_decided_on(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("Внести значение", "52")})
    write_register(workspace, [row("24-001", "ок. 60"), *ROWS[1:]])
    with pytest.raises(InputProblem, match="M4: the received files have this remark no more"):
        take_decisions(workspace, path, DAY)


def test_a_form_fits_the_file_saved_again_with_rows_in_another_order(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("Внести значение", "52")})
    write_register(workspace, ROWS[::-1])
    take_decisions(workspace, path, DAY)
    assert people(workspace)["2024-001"] == 52


def test_taking_the_same_form_twice_changes_nothing(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("Внести значение", "52")})
    take_decisions(workspace, path, DAY)
    content = workspace.decisions_file().read_bytes()
    again = take_decisions(workspace, path, dt.date(2025, 2, 1))
    assert (again.again, len(again.decisions), again.files) == (1, 0, [])
    assert workspace.decisions_file().read_bytes() == content


def test_a_new_decision_overrules_the_earlier_one(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("Внести значение", "52")})
    take_decisions(workspace, path, DAY)
    taken = take_decisions(workspace, fill(path, {"F2": answer("Внести значение", "57")}), DAY)
    assert taken.overruled == 1 and people(workspace)["2024-001"] == 57
    assert len(read_decisions(workspace.decisions_file())) == 2, "the history stays"


def test_two_lines_must_not_give_one_cell_two_values(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("Внести значение", "52")})
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet, key = book["Решения"], book["_form"]
    last = sheet.max_row + 1
    for column in range(1, sheet.max_column + 1):
        sheet.cell(last, column).value = sheet.cell(4, column).value
    sheet.cell(last, 1).value = "99"
    sheet.cell(last, 13).value = "53"
    number = sheet.cell(4, 1).value
    for values in [[cell.value for cell in line] for line in key.iter_rows(min_row=2)]:
        if values[0] == number:
            key.append(["99", *values[1:]])
    book.save(path)
    with pytest.raises(InputProblem, match="another decision on the same cell of the file stands in M4"):
        take_decisions(workspace, path, DAY)


def names_the_telephone(text: str) -> bool:
    """Whether its digits stand in the text however they are parted; three of them alone may stand in a check sum."""
    return "9131234567" in re.sub(r"\D", "", text) or "123-45-67" in text


def test_decisions_on_personal_columns_lie_outside_git(workspace: Workspace, tmp_path: Path) -> None:
    import yaml

    settings = yaml.safe_load(workspace.year_file(2024).read_text(encoding="utf-8"))
    settings["sources"]["consultations"] = {"file": "Журнал.csv"}
    workspace.year_file(2024).write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (workspace.raw_folder(2024) / "Журнал.csv").write_text(
        "№,Дата консультации,Муниципальное образование,Канал,Тема консультации,Минут\n"
        '1,12.03.2024,Абанский район,телефон,"Смета, перезвонить +7 913 123-45-67",10\n',
        encoding="utf-8",
    )
    from evaluation.places import open_workspace

    workspace = open_workspace(workspace.root)
    path = form(workspace, {"E2": answer("Внести значение", "Финансирование, тел. +7 913 123-45-67")})
    taken = take_decisions(workspace, path, DAY)
    personal = workspace.decisions_file(personal=True)
    assert taken.files == [personal] and len(read_decisions(personal)) == 1
    assert not names_the_telephone(workspace.decisions_file().read_text(encoding="utf-8-sig"))
    assert "decision_applied" in set(clean(workspace)[0].issues["rule"])
    assert not names_the_telephone(clean(workspace)[0].issues.to_csv())


def test_a_municipality_mends_its_own_cells(workspace: Workspace) -> None:
    rows = [*ROWS, row("24-006", "ок. 9", code="04703000", unit="Ачинск")]
    write_register(workspace, rows)
    returns = {path.stem: path for path in write(workspace).returns}
    assert sorted(returns) == ["04601000", "04703000"]
    path = fill(returns["04703000"], {"F7": {"answer": "9"}})
    taken = take_decisions(workspace, path, DAY)
    one = taken.decisions.iloc[0]
    assert (one["record_key"], one["action"], one["value"]) == ("2024-006", "replace", "9")
    assert one["decided_by_role"] == "муниципалитет 04703000" and people(workspace)["2024-006"] == 9
    with pytest.raises(InputProblem, match="cell I5: the value 'девять' cannot be taken"):
        take_decisions(workspace, fill(returns["04601000"], {"F2": {"answer": "девять"}}), DAY)


def test_a_workbook_in_work_is_not_overwritten(workspace: Workspace) -> None:
    first = form(workspace, {"F2": answer("Внести значение", "52")})
    content = first.read_bytes()
    second = write(workspace).decisions
    assert second is not None and second != first and first.read_bytes() == content
    assert write(workspace).decisions == second, "an empty one is simply renewed"


def test_without_the_key_nothing_can_be_tied(workspace: Workspace) -> None:
    path = form(workspace, {"F2": answer("Внести значение", "52")})
    workspace.key_file().unlink()
    with pytest.raises(InputProblem, match=r"The key .* is missing"):
        take_decisions(workspace, path, DAY)


def test_the_command_speaks_and_exits(workspace: Workspace, tmp_path: Path) -> None:
    path = form(workspace, {"E5": answer("Внести значение", "2500")})
    arguments = ["decide", str(path), "--workspace", str(workspace.root), "--plain"]
    done = CliRunner().invoke(app, [*arguments, "--language", "en"])
    assert done.exit_code == 0, done.output
    assert "Enter a value: 1" in done.output and "Cost of supported projects: 4,000 → 6,500" in done.output
    assert "evaluation run 2024" in done.output
    wrong = CliRunner().invoke(app, ["decide", str(tmp_path / "no.xlsx"), "--workspace", str(workspace.root)])
    assert wrong.exit_code == 2


def test_rows_are_appended_and_what_stood_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    names = [*DECISION_COLUMNS, "note"]
    before = "\ufeff" + ",".join(names) + "\r\nprojects,2024-001,cost,abc,empty,,письмо,аналитик,2025-01-01,мой ком."
    path.write_bytes(before.encode("utf-8"))
    new = pd.DataFrame([dict.fromkeys(DECISION_COLUMNS, "x") | {"value": 'a,"b"\nc'}])
    content = appended(path, new)
    assert content.startswith(before.encode("utf-8") + b"\r\n")
    path.write_bytes(content)
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    assert (
        len(frame) == 2 and frame["value"].tolist() == ["", 'a,"b"\nc'] and frame["note"].tolist() == ["мой ком.", ""]
    )
    assert appended(tmp_path / "none.csv", new).decode().splitlines()[0] == ",".join(DECISION_COLUMNS)
