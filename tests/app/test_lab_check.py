"""What is missing before work begins is said in words: files of the year, its plan, what the doctor finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from deciding_workspace import FILE, make_workspace, row, write_register

from evaluation.app.doctor.finding import bad, good, look
from evaluation.app.lab_check import first_look, of_year, told
from evaluation.places import KEY_FILE, Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    return make_workspace(tmp_path / "workspace")


def test_missing_files_and_an_absent_plan_are_named(workspace: Workspace) -> None:
    files, plan = of_year(workspace, 2024)
    assert files.state == "look" and FILE in files.text.ru and FILE in files.text.en
    assert plan.state == "look" and "config/plan/2024.yml" in plan.text.en
    write_register(workspace, [row("24-001")])
    assert next(iter(of_year(workspace, 2024))).state == "good"
    (workspace.raw_folder(2024) / FILE).write_bytes(b"")
    assert next(iter(of_year(workspace, 2024))).state == "look", "an empty file is no file"


def test_the_doctors_findings_come_first_and_a_broken_workspace_is_one(workspace: Workspace, tmp_path: Path) -> None:
    found = first_look(workspace.root)
    assert found[0].text.en.startswith("Python")
    nowhere = first_look(tmp_path)
    assert nowhere[-1].state == "bad" and "не рабочее пространство" in nowhere[-1].text.ru


def test_only_what_wants_attention_is_told() -> None:
    lines = list(told([good("да", "yes"), look("может быть", "maybe"), bad("нет", "no")], "ru"))
    assert lines == ["внимание может быть", "плохо    нет"]
    assert list(told([good("да", "yes")], "en")) == ["Everything needed is there."]
