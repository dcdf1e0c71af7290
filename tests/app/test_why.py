"""What ``why`` and ``status`` say on the screen: chains of steps, notes that run nothing, words for scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_programme import BEGIN, FINISH, SUM, Tiny
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.running import staleness
from evaluation.running.fingerprint import fingerprint

TESTS = Path(__file__).resolve().parents[1]
STATUS_AND_MODULES = """
import sys
from evaluation import pipeline
from evaluation.app.cli import app
pipeline.STEPS = tuple(
    pipeline.Step(name, "", "", **more) for name, more in (
        ("01_read", {"scope": "each_year", "sources": ("answers",), "makes": ("numbers",)}),
        ("02_sum", {"needs": ("numbers",), "makes": ("sums",)}),
        ("03_count", {"needs": ("numbers",), "makes": ("counts",)}),
        ("04_tell", {"needs": ("sums",)}),
    )
)
pipeline.STEP_NAMES = tuple(step.name for step in pipeline.STEPS)
try:
    app(["status", "--plain", "--workspace", sys.argv[1]])
except SystemExit as end:
    assert not end.code
print(sorted({"pandas", "papermill", "matplotlib", "scipy"} & set(sys.modules)))
"""


@pytest.fixture
def programme(finished: Tiny, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The finished tiny workspace, with its own little package as the code that counts."""

    def tiny_fingerprint(workspace: object, step: object, year: int, hashes: object, packages: object = None) -> object:
        return fingerprint(workspace, step, year, hashes, finished.packages)  # type: ignore[arg-type]

    monkeypatch.setattr(staleness, "fingerprint", tiny_fingerprint)
    monkeypatch.setenv("PYTHONPATH", str(finished.root / "code"))
    return finished


def lines(programme: Tiny, *arguments: str, language: str = "en") -> list[str]:
    command, *rest = arguments
    options = ["--workspace", str(programme.root), "--language", language]
    result = CliRunner().invoke(app, [command, *rest, *options])
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_a_step_that_is_fresh_has_no_reason(programme: Tiny) -> None:
    assert lines(programme, "why", "02_sum", "2024") == ["02_sum 2024: fresh"]
    assert lines(programme, "why", "02_sum", "2024", language="ru") == ["02_sum 2024: свежий"]


def test_the_chain_ends_at_what_was_edited(programme: Tiny) -> None:
    programme.edit("code/tinycode/reading.py", ".split()", ".split() + []")
    reading = "the code changed: tinycode.reading (changed: function read)"
    assert lines(programme, "why", "04_tell") == [
        "04_tell 2024: stale",
        "  step 02_sum 2024 has to run first",
        "    step 01_read 2023, 2024 has to run first",
        f"      {reading}",
        "    the step itself runs only if their results come out different",
        "  step 03_count 2024 has to run first",
        "    step 01_read 2024 has to run first (said above)",
        "    the step itself runs only if their results come out different",
        "  the step itself runs only if their results come out different",
    ]
    assert lines(programme, "why", "03_count", language="ru") == [
        "03_count 2024: устарел",
        "  раньше должен пройти шаг 01_read 2024",
        "    изменился код tinycode.reading (изменено: функция read)",
        "  сам шаг выполнится, только если их результаты окажутся другими",
    ]


def test_a_step_stale_for_its_own_sake_and_behind_another_says_both(programme: Tiny) -> None:
    programme.edit("code/tinycode/parsing.py", "int(part)", "int(part) + 0")
    (programme.root / "reports/2024/draft/report.en.html").unlink()
    assert lines(programme, "why", "04_tell") == [
        "04_tell 2024: stale",
        "  results were removed: file:report.en.html (reports/2024/draft/report.en.html)",
        "  step 02_sum 2024 has to run first",
        "    the code changed: tinycode.parsing (changed: function numbers)",
    ]


def test_another_lock_is_a_note_and_runs_nothing(
    programme: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.lock").write_text("pandas==99\n")
    monkeypatch.setattr(staleness, "repository", lambda: tmp_path)
    fresh, note = lines(programme, "why", "02_sum")
    assert fresh == "02_sum 2024: fresh"
    assert note.startswith("  note: requirements.lock changed (")
    assert note.endswith("); this runs no step again")
    assert "к сведению: изменился requirements.lock (" in lines(programme, "why", "02_sum", language="ru")[1]
    assert all(line.split("\t")[2] == "fresh" for line in lines(programme, "status", "--plain"))


def test_another_python_is_a_note(programme: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "9.9.9")
    assert lines(programme, "why", "02_sum")[1].endswith("-> 9.9.9); this runs no step again")


def test_plain_status_has_the_same_words_for_states_in_every_language(programme: Tiny) -> None:
    programme.notebook("02_sum", BEGIN, SUM, "1 / 0", FINISH)
    CliRunner().invoke(app, ["run", "--workspace", str(programme.root)])
    (programme.root / "reports/2024/draft/run/03_count.json").unlink()
    found = [[line.split("\t")[:3] for line in lines(programme, "status", "--plain", language=language)]
             for language in ("ru", "en")]  # fmt: skip
    assert found[0] == found[1]
    assert [row[2] for row in found[0]] == ["fresh", "fresh", "failed", "never", "stale"]


def test_asking_what_is_stale_loads_no_library_of_frames(programme: Tiny) -> None:
    """Half of the time of a run that finds nothing to do would be spent on it."""
    done = subprocess.run(
        [sys.executable, "-c", STATUS_AND_MODULES, str(programme.root)],
        cwd=TESTS / "running", capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    *status, loaded = done.stdout.splitlines()
    assert [line.split("\t")[0] for line in status] == ["01_read", "01_read", "02_sum", "03_count", "04_tell"]
    assert loaded == "[]"
