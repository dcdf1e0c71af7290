"""A spreadsheet put in through the panel: checked apart, never lost, its day of arrival known."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from deciding_workspace import FILE, HEADER, make_workspace, row, write_register
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.panel.receiving import Arrival, Offered, check_offered, put_in, with_arrival
from evaluation.places import KEY_FILE, Workspace
from evaluation.running.lock import only_run
from evaluation.settings import InputProblem

DAY = dt.date(2025, 1, 15)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    made = make_workspace(tmp_path / "workspace")
    write_register(made, [row("24-001"), row("24-002")])
    return made


def register(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for cells in (HEADER, *rows):
        book.active.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def state(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def sources(workspace: Workspace) -> list[dict[str, str]]:
    with (workspace.raw_folder(2024) / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_good_file_is_checked_without_being_written(workspace: Workspace) -> None:
    before = state(workspace.root)
    check = check_offered(workspace, 2024, Offered("projects", "any.xlsx", register(row("24-009", "ок. 50"))))
    issues = check.files[0].issues
    assert len(issues[issues["cell"] == "F2"]) == 1, "the remark has the address of the offered file's cell"
    assert state(workspace.root) == before


def test_a_broken_file_says_what_the_command_line_says_and_changes_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    before = state(workspace.root)
    content = register(row("24-001"))[:900]
    (tmp_path / FILE).write_bytes(content)
    arguments = ["check", str(tmp_path / FILE), "--as", "projects", "--year", "2024", "--plain"]
    for language in ("ru", "en"):
        with pytest.raises(InputProblem) as refused:
            check_offered(workspace, 2024, Offered("projects", FILE, content))
        told = CliRunner().invoke(app, [*arguments, "--language", language, "--workspace", str(workspace.root)])
        assert told.exit_code == 2
        assert refused.value.messages[language] == told.stderr.strip().replace(str(tmp_path / FILE), FILE)
        assert "/" not in refused.value.messages[language], "no place that is gone by now"
    assert state(workspace.root) == before


def test_a_new_file_takes_the_place_and_the_earlier_one_stays(workspace: Workspace) -> None:
    place = workspace.raw_folder(2024) / FILE
    first, second, third = place.read_bytes(), register(row("24-003")), register(row("24-004"))
    put = put_in(workspace, 2024, Offered("projects", "новый.xlsx", second), Arrival(DAY, "отдел отбора"))
    assert place.read_bytes() == second
    assert put.earlier is not None and put.earlier.read_bytes() == first
    again = put_in(workspace, 2024, Offered("projects", FILE, third), Arrival(DAY + dt.timedelta(days=9)))
    assert again.earlier is not None and again.earlier.read_bytes() == second
    kept = sorted(path.read_bytes() for path in (place.parent / "replaced").iterdir())
    assert kept == sorted([first, second])
    rows = sources(workspace)
    assert [(one["source"], one["received_on"], one["received_from"]) for one in rows] == [
        ("projects", "2025-01-15", "отдел отбора"),
        ("projects", "2025-01-24", ""),
    ]
    assert rows[0]["note"] == f"новый.xlsx; replaces replaced/{put.earlier.name}"
    assert workspace.arrivals(2024)["projects"] == DAY, "the first arrival is the one that counts"


def test_the_same_file_again_changes_nothing(workspace: Workspace) -> None:
    before = state(workspace.root)
    content = (workspace.raw_folder(2024) / FILE).read_bytes()
    put = put_in(workspace, 2024, Offered("projects", FILE, content), Arrival(DAY))
    assert put.same and put.earlier is None
    after = state(workspace.root)
    after.pop(".staging/lock")
    assert after == before


@pytest.mark.parametrize(
    ("offered", "day", "told"),
    [
        (Offered("projects", "реестр.csv", b"a;b\n"), DAY, "a file of the kind .xlsx was expected"),
        (Offered("teams", "Команды.xlsx", b"x"), DAY, "have no source 'teams'"),
        (Offered("projects", FILE, b"x"), dt.date.today() + dt.timedelta(days=2), "still to come"),
    ],
)
def test_what_cannot_be_meant_is_refused(workspace: Workspace, offered: Offered, day: dt.date, told: str) -> None:
    before = state(workspace.root)
    with pytest.raises(InputProblem, match=told):
        put_in(workspace, 2024, offered, Arrival(day))
    assert state(workspace.root) == before


def test_nothing_is_put_in_while_a_run_goes_on(workspace: Workspace) -> None:
    place = workspace.raw_folder(2024) / FILE
    before = place.read_bytes()
    offered = Offered("projects", FILE, register(row("24-003")))
    with only_run(workspace.root), pytest.raises(InputProblem, match="already going on"):
        put_in(workspace, 2024, offered, Arrival(DAY))
    assert place.read_bytes() == before


def test_where_the_list_cannot_be_written_the_earlier_file_stays_in_its_place(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = workspace.raw_folder(2024) / FILE
    before = place.read_bytes()
    (place.parent / "SOURCES.csv").mkdir()  # nothing can be moved to where a folder lies
    with pytest.raises((InputProblem, OSError)):
        put_in(workspace, 2024, Offered("projects", FILE, register(row("24-003"))), Arrival(DAY))
    assert place.read_bytes() == before


def test_a_line_that_waits_for_its_day_is_filled_in() -> None:
    text = "source,file,received_on,received_from,note\r\nprojects,a.xlsx,,отдел,\r\nteams,b.xlsx,2025-01-02,,\r\n"
    new = {"source": "projects", "file": "a.xlsx", "received_on": "2025-01-15", "received_from": "", "note": ""}
    told = with_arrival(text.encode(), new).decode()
    assert told.splitlines()[1:] == ["projects,a.xlsx,2025-01-15,отдел,", "teams,b.xlsx,2025-01-02,,"]
    assert told.count("\r\n") == 3, "line endings stay"
    assert with_arrival(b"", new).decode().splitlines()[1] == "projects,a.xlsx,2025-01-15,,"
