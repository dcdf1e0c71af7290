"""Many workspaces in one command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_programme import BEGIN, FINISH, SUM, Tiny, ends
from typer.testing import CliRunner, Result

from evaluation.app.cli import app
from evaluation.pipeline import Step
from evaluation.places import Workspace
from evaluation.running import engine, staleness
from evaluation.running.engine import Event, Options
from evaluation.running.fingerprint import fingerprint
from evaluation.running.fleet import Member, MemberResult, read_members, run_fleet
from evaluation.running.hashes import Hashes
from evaluation.running.lock import only_run
from evaluation.settings import InputProblem


def listed(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def three(finished: Tiny, tmp_path: Path) -> dict[str, Tiny]:
    """Three finished tiny workspaces."""
    places = {name: tmp_path / "fleet" / name for name in ("alpha", "beta", "gamma")}
    return {name: Tiny(shutil.copytree(finished.root, place)) for name, place in places.items()}


@pytest.fixture
def own_code(finished_programme: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The little package counts as the code, for every workspace of the test."""
    packages = Tiny(finished_programme).packages

    def tiny_fingerprint(workspace: Workspace, step: Step, year: int, hashes: Hashes, _: object = None) -> object:
        return fingerprint(workspace, step, year, hashes, packages)

    monkeypatch.setattr(staleness, "fingerprint", tiny_fingerprint)
    monkeypatch.setenv("PYTHONPATH", str(finished_programme / "code"))
    monkeypatch.delenv("EVALUATION_WORKSPACE", raising=False)
    return Tiny(finished_programme)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["run", *map(str, arguments), "--plain", "--language", "en"])


# ---- the list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("alpha\n\n# a remark\nbeta\n", [("alpha", 1), ("beta", 4)]),
        ("workspace\nalpha\nbeta\n", [("alpha", 2), ("beta", 3)]),
        ("\ufeffназвание;папка\nПервый;alpha\n;beta\n", [("Первый", 2), ("beta", 3)]),
        ('name,note,workspace\n"A, the first",x,alpha\n,,\nB,,beta\n', [("A, the first", 2), ("B", 4)]),
    ],
)
def test_a_list_is_a_folder_a_line_or_a_table(
    three: dict[str, Tiny], tmp_path: Path, text: str, named: list[tuple[str, int]]
) -> None:
    members = read_members(listed(tmp_path / "fleet", text))
    assert [(member.name, member.line) for member in members] == named
    assert [member.root for member in members] == [three["alpha"].root, three["beta"].root]


def test_folders_of_one_name_are_told_apart(three: dict[str, Tiny], tmp_path: Path) -> None:
    shutil.copytree(three["alpha"].root, tmp_path / "other" / "alpha")
    members = read_members(listed(tmp_path, "fleet/alpha\nother/alpha\nfleet/beta\n"))
    assert [member.name for member in members] == ["fleet/alpha", "other/alpha", "beta"]


def test_every_wrong_line_is_named_and_nothing_runs(three: dict[str, Tiny], tmp_path: Path) -> None:
    (tmp_path / "fleet" / "empty").mkdir()
    text = "workspace,name\nalpha,a\nnowhere,b\n../fleet/alpha,c\nempty,d\nbeta,a\n"
    path = listed(tmp_path / "fleet", text)
    with pytest.raises(InputProblem) as caught:
        read_members(path)
    lines = caught.value.messages["en"].splitlines()
    root = tmp_path / "fleet"
    assert lines == [
        f"Correct the list of workspaces {path}; nothing was run:",
        f"  line 3: {root / 'nowhere'}: there is no such folder",
        f"  line 4: {root / 'alpha'} is the same workspace as line 2",
        f"  line 5: {root / 'empty'} is not a workspace: it has no config/programme.yml",
        f"  line 6: {root / 'beta'}: the name 'a' stands in line 2 as well",
    ]
    assert "строка 4" in caught.value.messages["ru"]
    assert "строке 2" in caught.value.messages["ru"]
    result = call("--workspaces", path)
    assert result.exit_code == 2
    assert "line 3" in result.output


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"# nothing\n", None])
def test_a_list_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "list.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputProblem, match="cannot be read" if content in (None, b"\xff\xfe\x00") else "no workspace"):
        read_members(path)


def test_one_workspace_or_a_list(tmp_path: Path) -> None:
    result = call("--workspaces", tmp_path / "x", "--workspace", tmp_path)
    assert result.exit_code == 2
    assert "Give either --workspace or --workspaces" in result.output


# ---- the runs -------------------------------------------------------------------------------------------------------


def members_of(tinies: dict[str, Tiny]) -> list[Member]:
    return [Member(name, tiny.root, line) for line, (name, tiny) in enumerate(tinies.items(), 1)]


def by_name(results: list[MemberResult]) -> dict[str, MemberResult]:
    return {result.member.name: result for result in results}


def test_what_goes_wrong_in_one_leaves_the_others_whole(three: dict[str, Tiny], finished: Tiny) -> None:
    three["alpha"].edit("config/programme.yml", "first_year: 2023", "first_year: never")
    events: list[tuple[str, Event]] = []
    ended: list[str] = []
    with only_run(three["beta"].root):
        results = run_fleet(
            members_of(three), [2024], Options(packages=finished.packages, jobs=3),
            on_event=lambda member, event: events.append((member.name, event)),
            on_end=lambda result: ended.append(result.member.name),
        )  # fmt: skip
    found = by_name(results)
    assert [result.member.name for result in results] == [*three]
    assert sorted(ended) == sorted(three)
    assert [result.good for result in results] == [False, False, True]
    assert all(found[name].input_refused for name in ("alpha", "beta"))
    alpha, beta, gamma = found["alpha"].failure, found["beta"].failure, found["gamma"].result
    assert alpha is not None
    assert "first_year" in alpha.message.en
    assert beta is not None
    assert "already going on" in beta.message.en
    assert gamma is not None
    assert {*ends(gamma).values()} == {"kept"}
    assert {name for name, _ in events} == {"gamma"}


def test_an_error_of_the_program_stays_in_its_workspace(
    three: dict[str, Tiny], finished: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(workspace: Workspace, *rest: object) -> None:
        if workspace.root.name == "beta":
            raise RuntimeError("out of order")

    monkeypatch.setattr(engine, "check_ready", broken)
    results = by_name(run_fleet(members_of(three), [2024], Options(packages=finished.packages)))
    failed = results["beta"].failure
    assert failed is not None
    assert (failed.kind, failed.message.en) == ("program", "an error of the program: RuntimeError: out of order")
    assert failed.log == three["beta"].root / ".staging" / "error.log"
    assert "Traceback" in failed.log.read_text()
    assert not results["beta"].input_refused
    assert results["alpha"].good
    assert results["gamma"].good


@pytest.mark.parametrize(("jobs", "at_once", "each"), [(1, 1, 1), (2, 2, 1), (7, 3, 2)])
def test_jobs_are_shared_out(
    three: dict[str, Tiny], monkeypatch: pytest.MonkeyPatch, jobs: int, at_once: int, each: int
) -> None:
    import threading

    seen, now, most, lock = [], [0], [0], threading.Lock()
    meet = threading.Barrier(at_once)

    def run(workspace: Workspace, years: object, how: Options, on_event: object) -> None:
        with lock:
            seen.append(how.jobs)
            now[0] += 1
            most[0] = max(most[0], now[0])
        if len(seen) <= at_once:
            meet.wait(10)
        with lock:
            now[0] -= 1

    monkeypatch.setattr("evaluation.running.fleet.run", run)
    run_fleet(members_of(three), [2024], Options(jobs=jobs))
    assert seen == [each] * 3
    assert most[0] == at_once


@pytest.mark.slow
def test_twenty_workspaces_and_three_years_in_one_command(finished: Tiny, tmp_path: Path, own_code: Tiny) -> None:
    """Nineteen have one stale step to run; one fails at it, and its results stay as they were."""
    year = finished.read("config/years/2024.yml")
    finished.write("config/years/2025.yml", year.replace("2024", "2025"))
    finished.write("data/raw/2025/answers.csv", "6\n7\n")
    for made in (2023, 2024, 2025):
        assert finished.run(made).good
    fleet = {f"w{number:02}": Tiny(tmp_path / "fleet" / f"w{number:02}") for number in range(1, 21)}
    for tiny in fleet.values():
        shutil.copytree(finished.root, tiny.root)
        tiny.write("data/raw/2025/answers.csv", "6\n8\n")
    fleet["w07"].notebook("01_read", BEGIN, "1 / 0", FINISH)
    path = listed(tmp_path / "fleet", "workspace,name\n" + "".join(f"{name},{name}\n" for name in fleet))
    result = call("2023", "2024", "2025", "--workspaces", path, "--only", "01_read", "--jobs", "4")
    assert result.exit_code == 1, result.output
    lines = result.stdout.splitlines()
    assert [line.split("  ")[0].strip() for line in lines[:20]] == [f"{number} of 20" for number in range(1, 21)]
    assert sorted(line.split()[3] for line in lines[:20]) == [*fleet]
    table = [line.split("\t") for line in lines[20:81]]
    assert table[0][:5] == ["workspace", "year", "ran", "kept", "failed"]
    rows = {(row[0], row[1]): row[2:5] for row in table[1:]}
    assert len(rows) == 60
    for name in fleet:
        good = name != "w07"
        assert rows[name, "2024"] == (["0", "1", "0"] if good else ["0", "0", "1"])
        assert rows[name, "2025"] == (["1", "0", "0"] if good else ["0", "0", "1"])
        assert fleet[name].read("data/processed/2025/numbers.parquet") == ("6,8" if good else "6,7")
        assert not list((fleet[name].root / ".staging").glob("run-*"))
    assert "w07, 01_read 2025: cell 3: ZeroDivisionError: division by zero" in lines
    assert lines[-1] == "20 workspaces: 19 done, 1 failed."
    assert "Traceback" not in result.output


def test_the_table_names_reports_and_bad_input_is_two(three: dict[str, Tiny], tmp_path: Path, own_code: Tiny) -> None:
    path = listed(tmp_path / "fleet", "alpha\nbeta\ngamma\n")
    good = call("--workspaces", path)
    assert good.exit_code == 0, good.output
    report = three["beta"].root / "reports/2024/draft/report.en.html"
    assert f"beta\t2024\t0\t4\t0\t0\t0\t{report}" in good.stdout.splitlines()
    refuse = "from evaluation.settings import InputProblem\nraise InputProblem('Нет столбца.', 'No column.')"
    three["beta"].notebook("02_sum", BEGIN, SUM, refuse, FINISH)
    refused = call("--workspaces", path)
    assert refused.exit_code == 2, refused.output
    assert "beta\t2024\t0\t2\t1\t1\t0\t-" in refused.stdout.splitlines()
    assert "beta, 02_sum 2024: cell 4: No column." in refused.stdout
    late = call("2031", "--workspaces", path)
    assert late.exit_code == 2
    assert "alpha\t2031\t-\t-\t-\t-\t-\t-" in late.stdout.splitlines()
    assert "gamma: Year 2031 is not set up" in late.stdout
