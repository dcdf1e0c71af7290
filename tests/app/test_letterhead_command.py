"""``evaluation letterhead`` writes a document that reports accept, and harms none that is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.report.office.reference import check_reference, shipped_reference


@pytest.mark.parametrize(("language", "word"), [("ru", "Образец"), ("en", "Reference document")])
def test_it_writes_a_document_that_reports_take(tmp_path: Path, language: str, word: str) -> None:
    path = tmp_path / "new" / "letterhead.docx"
    done = CliRunner().invoke(app, ["letterhead", "--out", str(path), "--language", language, "--plain"])
    assert done.exit_code == 0
    assert word in done.output
    assert check_reference(path) == shipped_reference("docx")
    assert [each.name for each in path.parent.iterdir()] == ["letterhead.docx"]


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_text("mine")
    done = CliRunner().invoke(app, ["letterhead", "--out", str(path), "--plain"])
    assert done.exit_code == 2
    assert path.read_text() == "mine"


def test_another_ending_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["letterhead", "--out", str(tmp_path / "a.doc"), "--plain"])
    assert done.exit_code == 2
    assert not list(tmp_path.iterdir())
