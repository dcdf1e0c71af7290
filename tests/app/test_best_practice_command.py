"""``evaluation best-practice``: where it writes, what it refuses and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.app import best_practice_command as made
from evaluation.app.cli import app
from evaluation.settings import InputProblem

PAGE = "<html><body><main><p>code</p></main></body></html>"


class Settings:
    reported_on = None
    territory_date = None


class FakeWorkspace:
    """What the command asks of a workspace before it reads anything."""

    class programme:  # noqa: N801 - stands in for an attribute
        languages = ("ru", "en")

    def year(self, year: int) -> Settings:
        return Settings()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> FakeWorkspace:
    """Pages and documents are replaced by short texts: only places and refusals are tested."""
    monkeypatch.setattr(made, "code_pages", lambda workspace, year, languages: dict.fromkeys(languages, PAGE))
    monkeypatch.setattr(made, "_content", lambda *told: f"{told[3]} {told[4]}".encode())
    return FakeWorkspace()


def test_a_file_is_one_document_and_a_folder_all_of_them(written: FakeWorkspace, tmp_path: Path) -> None:
    one = made.write_code(written, 2025, tmp_path / "code.docx", "en")  # type: ignore[arg-type]
    assert [path.name for path in one] == ["code.docx"] and one[0].read_text() == "docx en"
    every = made.write_code(written, 2025, tmp_path / "codes", "ru")  # type: ignore[arg-type]
    assert sorted(path.name for path in every) == [
        f"best_practice_2025.{language}.{ending}" for language in ("en", "ru") for ending in ("docx", "html", "pdf")
    ]
    assert (tmp_path / "codes" / "best_practice_2025.en.pdf").read_text() == "pdf en"
    assert not list(tmp_path.rglob(".*.new"))


def test_an_existing_file_stays_as_it_is(written: FakeWorkspace, tmp_path: Path) -> None:
    (tmp_path / "best_practice_2025.ru.pdf").write_text("mine")
    with pytest.raises(InputProblem) as refused:
        made.write_code(written, 2025, tmp_path, "ru")  # type: ignore[arg-type]
    assert "ничего не записано" in refused.value.messages["ru"]
    assert [path.name for path in tmp_path.iterdir()] == ["best_practice_2025.ru.pdf"]
    assert (tmp_path / "best_practice_2025.ru.pdf").read_text() == "mine"


def test_another_ending_is_refused_in_both_languages(written: FakeWorkspace, tmp_path: Path) -> None:
    with pytest.raises(InputProblem) as refused:
        made.write_code(written, 2025, tmp_path / "code.odt", "ru")  # type: ignore[arg-type]
    assert ".docx" in refused.value.messages["ru"] and "must end with" in refused.value.messages["en"]


def test_a_part_that_is_switched_off_is_said_with_exit_code_two(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "social-insurance"
    year = sorted(path.stem for path in (example / "config" / "years").glob("*.yml"))[-1]
    told = ["best-practice", year, "--out", str(tmp_path / "x.docx"), "--workspace", str(example), "--language", "en"]
    result = CliRunner().invoke(app, told)
    assert result.exit_code == 2 and not (tmp_path / "x.docx").exists()
    assert "does not apply" in result.output + str(result.stderr)
