"""Decisions taken in the panel are those of a filled workbook: the same rows, the same refusals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from deciding_workspace import fill, make_workspace, row, write, write_register

from evaluation.app.checking import check_year
from evaluation.app.deciding import take_decisions
from evaluation.app.panel.lines import (
    Decision,
    offered_actions,
    save_decision,
    short_texts,
    texts_of,
    waiting_lines,
)
from evaluation.decisions import read_decisions
from evaluation.places import KEY_FILE, Workspace
from evaluation.settings import InputProblem

ROWS = [row("24-001", "ок. 50"), row("24-002", "пятьдесят"), row("24-003", "100-200"), row("24-004", cost="много")]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    made = make_workspace(tmp_path / "workspace")
    write_register(made, ROWS)
    return made


def found(workspace: Workspace) -> pd.DataFrame:
    return waiting_lines(check_year(workspace, 2024, None, lambda text: None))


def line_at(lines: pd.DataFrame, cell: str) -> dict[str, object]:
    return lines[lines["cell"] == cell].to_dict("records")[0]


def test_lines_are_named_by_their_address(workspace: Workspace) -> None:
    lines = found(workspace)
    labels = short_texts(lines, texts_of(lines, workspace.codebook, "ru"))
    places = {label.split(" · ")[1] for label, _ in labels}
    assert places == {"Реестр!F2", "Реестр!F3", "Реестр!F4", "Реестр!E5"}
    assert [number for _, number in labels] == list(lines["line"])
    assert any("ок. 50" in label for label, _ in labels)


def test_a_decision_in_the_panel_equals_the_one_in_the_workbook(workspace: Workspace, tmp_path: Path) -> None:
    book = write(workspace).decisions
    assert book is not None
    answer = {"decision": "Внести значение", "answer": "52", "reason": "письмо", "author": "аналитик"}
    by_book = take_decisions(workspace, fill(book, {"F2": answer})).decisions
    workspace.decisions_file().unlink()
    line = line_at(found(workspace), "F2")
    by_panel = save_decision(workspace, 2024, line, Decision("replace", "52", "письмо", "аналитик"), "ru")
    pd.testing.assert_frame_equal(by_panel.decisions, by_book)
    kept = read_decisions(workspace.decisions_file())
    assert kept[["action", "value", "reason"]].to_dict("records") == [
        {"action": "replace", "value": "52", "reason": "письмо"}
    ]
    assert "F2" not in set(found(workspace)["cell"]), "it waits no more"


@pytest.mark.parametrize(
    ("decision", "ru", "en"),
    [
        (Decision("replace", "", "письмо", "аналитик"), "верное значение: не написано", "the right value is missing"),
        (Decision("empty", "", "", "аналитик"), "основание: не названо", "the reason is missing"),
        (Decision("empty", "", "письмо Иванова Ивана Ивановича", "аналитик"), "личные данные", "personal data"),
        (Decision("replace", "столько же", "письмо", "аналитик"), "не принимается", "cannot be taken"),
    ],
)
def test_a_decision_that_cannot_stand_is_refused_with_its_address(
    workspace: Workspace, decision: Decision, ru: str, en: str
) -> None:
    place = workspace.decisions_file()
    before = place.read_bytes()
    line = line_at(found(workspace), "F2")
    with pytest.raises(InputProblem) as refused:
        save_decision(workspace, 2024, line, decision, "ru")
    assert ru in refused.value.messages["ru"] and "Реестр!F2" in refused.value.messages["ru"]
    assert en in refused.value.messages["en"] and "None" not in refused.value.messages["ru"]
    assert place.read_bytes() == before


def test_only_what_the_workbook_offers_is_offered(workspace: Workspace) -> None:
    line = line_at(found(workspace), "F2")
    words = dict(offered_actions(line, workspace.codebook, "ru"))
    assert set(words.values()) - {"accept"} == {"replace", "keep", "empty", "quarantine"}
    assert ("accept" in words.values()) == bool(line["offered"])
    assert "Внести значение" in words


def test_a_year_without_readable_files_has_no_lines(workspace: Workspace) -> None:
    (workspace.raw_folder(2024) / "Реестр.xlsx").write_bytes(b"not a workbook")
    check = check_year(workspace, 2024, None, lambda text: None)
    assert check.files[0].problem is not None
    assert waiting_lines(check).empty
