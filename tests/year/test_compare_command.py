"""``evaluation compare``: what it says and writes, about drafts and releases, and its exit codes."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from pathlib import Path

import pytest
from compared_programme import ADDING, NOTEBOOKS, YEAR, build, copy_of, edit, notebook, run_year, use, write
from rich.console import Console
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.compare_command import _decimals, run_compare
from evaluation.places import open_workspace, repository
from evaluation.running.modules import Package
from evaluation.settings import Language
from evaluation.year.release import Request, release
from evaluation.year.rerun import attempts, run_apart
from evaluation.year.separation import by_rerun
from evaluation.year.sides import read_side

SIGNED = {"data": "A. Data, analyst", "analysis": "B. Model, lead", "text": "C. Text, editor"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    before = build(tmp_path / "before")
    run_year(before)
    after = copy_of(before, tmp_path / "after")
    edit(after, "data/raw/2024/answers.csv", "r2,u1,20,B", "r2,u1,25,Иванова")
    edit(after, "src/tinycode/adding.py", "values.max() - values.min()", "values.max() - values.min() + 1")
    run_year(after)
    return before, after


def said(root: Path, first: str, second: str, rerun: bool | None, language: Language = "en") -> str:
    screen = Console(file=io.StringIO(), width=200, highlight=False)
    assert run_compare(open_workspace(root), first, second, rerun, screen, language, run_year) == 0
    return screen.file.getvalue()  # type: ignore[attr-defined]


def report(root: Path) -> tuple[dict[str, object], str]:
    folder = next((root / "reports/2024/compare").iterdir())
    return json.loads((folder / "comparison.json").read_text()), (folder / "comparison.en.html").read_text()


def test_what_is_said_and_written(pair: tuple[Path, Path]) -> None:
    before, after = pair
    text = said(after, f"{before}:2024", "draft", None)
    assert "To tell the causes apart (data, code) takes 3 reruns, about 0.0 min." in text
    assert "cause, data: the input changed: source:answers (answers.csv" in text
    assert "answers.csv, answers: rows changed, by number: 3" in text
    assert "cause, code: the code changed: tinycode.adding (changed: function spread)" in text
    assert "total: 36 -> 41 (+5); data" in text
    assert "negative -> unclear" in text
    document, page = report(after)
    assert document["schema"] == "evaluation-comparison/1"
    assert document["rerun"] == ["data", "code"]
    rows = {(row["table"], row["key"], row["column"]): row for row in document["cells"]}  # type: ignore[attr-defined]
    assert rows["sums", "u2", "spread"]["cause"] == "code"
    assert rows["numbers", "r2", "amount"]["place"] == "answers · answers · 3"
    for part in ("2024, draft (before)", "Findings", "by rerunning with one change", "data + code"):
        assert part in page
    everything = page + json.dumps(document, ensure_ascii=False) + text
    assert "Иванова" not in everything
    assert str(after.parent) not in page + json.dumps(document)


def test_numbers_are_told_in_the_readers_way_and_apart(tmp_path: Path) -> None:
    before = build(tmp_path / "before")
    edit(before, "data/raw/2024/answers.csv", "r2,u1,20,B", "r2,u1,177153360.25,B")
    run_year(before)
    after = copy_of(before, tmp_path / "after")
    edit(after, "data/raw/2024/answers.csv", "177153360.25", "177153360.75")
    run_year(after)
    english, russian = (said(after, f"{before}:2024", "draft", False, language) for language in ("en", "ru"))
    assert "total: 177,153,376.250 -> 177,153,376.750 (+0.500); data" in english
    assert "total: 177\u202f153\u202f376,250 -> 177\u202f153\u202f376,750 (+0,500); данные" in russian


def test_a_small_difference_is_seen() -> None:
    assert _decimals([1235.534, 1236.232, 0.698]) == 3
    assert _decimals([0.12345, 0.12347, 0.00002]) == 7
    assert _decimals([36.0, 41.0, 5.0]) == 0
    assert _decimals([float("nan"), 2.5, float("nan")]) == 2


def test_the_same_comparison_gives_the_same_bytes(pair: tuple[Path, Path]) -> None:
    before, after = pair
    made = []
    for _ in range(2):
        said(after, f"{before}:2024", "2024", False)
        folder = next((after / "reports/2024/compare").iterdir())
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == {"comparison.en.html", "comparison.json"}


def test_without_reruns_causes_stay_together(pair: tuple[Path, Path]) -> None:
    before, after = pair
    text = said(after, f"{before}:2024", "draft", False, "ru")
    assert "запуск: " not in text
    assert "total: 36 -> 41 (+5); данные + код" in text


def test_long_reruns_are_not_begun_unasked(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.app.compare_command.PATIENCE_SECONDS", 0.0)
    before, after = pair
    text = said(after, f"{before}:2024", "draft", None)
    assert "repeat with --rerun" in text
    assert "  rerun: " in said(after, f"{before}:2024", "draft", True)


def test_a_year_and_itself(pair: tuple[Path, Path]) -> None:
    text = said(pair[1], "2024", "draft", None)
    assert "No differences." in text
    assert report(pair[1])[0]["same"] is True


@pytest.mark.parametrize("second", ["1999", "nothing", "."])
def test_what_cannot_be_compared_ends_with_2(pair: tuple[Path, Path], second: str) -> None:
    arguments = ["compare", "2024", second, "--workspace", str(pair[0]), "--language", "en"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


def test_differences_are_no_failure(pair: tuple[Path, Path]) -> None:
    before, after = pair
    arguments = ["compare", f"{before}:2024", "2024", "--no-rerun", "--plain", "--workspace", str(after)]
    answer = CliRunner().invoke(app, [*arguments, "--language", "en"])
    assert (answer.exit_code, answer.exception) == (0, None)
    assert "reports/2024/compare/before-2024-draft--2024-draft/comparison.en.html" in answer.output


# ---- releases ---------------------------------------------------------------------------------------------------


def released(root: Path, day: int) -> Path:
    packages = (Package(root / "src" / "tinycode"),)
    asked = Request(SIGNED, True, dt.date(2025, 3, day), packages, root)  # type: ignore[arg-type]
    return release(open_workspace(root), YEAR, asked)


@pytest.fixture
def releases(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A workspace whose year was released twice; in between a row, a decision, a label and a function changed."""
    root = build(tmp_path / "small")
    run_year(root)
    first = released(root, 1)
    edit(root, "data/raw/2024/answers.csv", "r2,u1,20", "r2,u1,25")
    edit(root, "config/decisions.csv", "row_id,amount\n", "row_id,amount\nr3,7\n")
    edit(root, "config/codebook.csv", "Sum", "Total")
    edit(root, "src/tinycode/adding.py", "values.max() - values.min()", "values.max() - values.min() + 1")
    run_year(root)
    return root, first, released(root, 2)


@pytest.mark.parametrize("second", ["release", "draft"])
def test_two_releases_with_four_changes(
    releases: tuple[Path, Path, Path], second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, first, later = releases
    text = said(root, str(first.relative_to(root)), "draft" if second == "draft" else str(later), True)
    assert "tell the causes apart (data, decisions, codebook, code) takes 5 reruns" in text
    document, _ = report(root)
    rows = {(row["table"], row["key"], row["column"]): row for row in document["cells"]}  # type: ignore[attr-defined]
    assert rows["sums", "u1", "amount"]["cause"] == "data"
    assert rows["sums", "u2", "amount"]["cause"] == "decisions"
    assert rows["sums", "u2", "spread"]["cause"] == "code"
    files = {row["name"]: row["cause"] for row in document["files"]}  # type: ignore[attr-defined]
    assert files["exhibit:labels.en.csv"] == "codebook"
    assert document["notes"] == [] or second == "draft"
    assert document["before"] == {"name": "2024, released 2025-03-01", "year": 2024, "released": True}


def test_a_damaged_release_is_refused(releases: tuple[Path, Path, Path]) -> None:
    root, first, _ = releases
    first.chmod(0o755)
    (first / "MANIFEST.json").chmod(0o644)
    (first / "MANIFEST.json").write_text("{}")
    arguments = ["compare", str(first), "draft", "--workspace", str(root), "--language", "en"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 2
    assert "MANIFEST.json" in answer.output


# ---- the real runner --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_reruns_with_a_code_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository of its own whose package has the small programme's steps: run by its own command line."""
    root = build(tmp_path / "before")
    shutil.rmtree(root / "src")
    shutil.copytree(repository() / "src/evaluation", root / "src/evaluation", ignore=shutil.ignore_patterns("*.pyc"))
    write(root, "src/evaluation/adding.py", ADDING)
    helper = Path(__file__).with_name("compared_programme.py").read_text(encoding="utf-8")
    steps = helper[helper.index("STEPS = (") : helper.index("NUMBERS = ")]
    tables = helper[helper.index("NUMBERS = ") : helper.index("NOTEBOOKS = ")]
    for place, more in (
        ("pipeline.py", f"{steps}STEP_NAMES = tuple(step.name for step in STEPS)\n"),
        ("tables/__init__.py", f"{tables}TABLES |= {{one.name: one for one in (NUMBERS, SUMS)}}\n"),
    ):  # fmt: skip
        path = root / "src/evaluation" / place
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{more}", encoding="utf-8")
    for step, body in NOTEBOOKS.items():
        write(root, f"notebooks/{step}.ipynb", notebook(body.replace("tinycode.adding", "evaluation.adding")))
    run_apart(root, YEAR)
    after = copy_of(root, tmp_path / "after")
    edit(after, "data/raw/2024/answers.csv", "r2,u1,20", "r2,u1,25")
    edit(after, "src/evaluation/adding.py", "values.max() - values.min()", "values.max() - values.min() + 1")
    run_apart(after, YEAR)
    from evaluation.year.compare import compare

    sides = [read_side(f"{folder}:2024", open_workspace(root), tmp_path) for folder in (root, after)]
    found = compare(*sides)
    assert found.unseparated() == ("data", "code")
    found = by_rerun(found, attempts(*sides, found.unseparated(), tmp_path / "scratch", run_apart))
    causes = found.differences.query("table == 'sums'").set_index(["key", "column"])["cause"].to_dict()
    assert causes[("u2", "spread")] == "code"
    assert causes[("u1", "amount")] == "data"
    assert causes[("u1", "spread")] == "data+code"
    assert found.notes == ()
