"""``evaluation templates``: which forms are written where, and what is never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.templates import chosen_sources, write_templates
from evaluation.places import open_workspace, repository
from evaluation.settings import InputProblem
from evaluation.tables import FORMS


def test_one_form_is_written_and_written_again(tmp_path: Path) -> None:
    out = tmp_path / "forms"
    arguments = ["templates", "--out", str(out), "--table", "teams", "--year", "2025", "--language", "ru", "--plain"]
    first = CliRunner().invoke(app, [*arguments, "--workspace", str(repository())])
    assert first.exit_code == 0, first.output
    assert [path.name for path in out.iterdir()] == ["Команды проектов 2025.xlsx"]
    again = CliRunner().invoke(app, [*arguments, "--workspace", str(repository())])
    assert again.exit_code == 0


def test_a_filled_form_is_never_overwritten(tmp_path: Path) -> None:
    workspace = open_workspace(repository())
    [path] = write_templates(workspace, tmp_path, ["publications"], 2025, "en")
    path.write_bytes(b"filled in")
    with pytest.raises(InputProblem) as refused:
        write_templates(workspace, tmp_path, ["teams", "publications"], 2025, "en")
    assert path.name in refused.value.messages["ru"] and path.name in refused.value.messages["en"]
    assert path.read_bytes() == b"filled in"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_table_names_its_form_and_an_unknown_name_is_refused() -> None:
    assert chosen_sources(["exchange_participation", "exchange_events"]) == ["exchange_events"]
    assert chosen_sources([]) == list(FORMS)
    with pytest.raises(InputProblem, match="no form for 'panel'"):
        chosen_sources(["panel"])


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("no folder", encoding="utf-8")
    with pytest.raises(InputProblem) as refused:
        write_templates(open_workspace(repository()), place, ["teams"], 2025, "ru")
    assert str(place) in refused.value.messages["en"]
    assert place.read_text(encoding="utf-8") == "no folder"
