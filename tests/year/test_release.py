"""A year is released whole, once, with all that says how it was made; or refused with every reason in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest
from releasable import KEY, PLAN, SIGNED, STEPS, YEAR, Programme, ready, run_once

from evaluation import pipeline
from evaluation.app.release_command import signatures
from evaluation.places import refuse_released
from evaluation.running.record import write_json
from evaluation.settings import InputProblem
from evaluation.workspace import publish
from evaluation.year import release as module
from evaluation.year.archive import archive_bytes, lying_files
from evaluation.year.leaks import find_leaks, small_counts_shown
from evaluation.year.manifest import read_manifest, seeds_of

__all__ = ["ready", "run_once"]
DAY = dt.date(2025, 3, 1)


def refused(programme: Programme, **changes: object) -> dict[str, str]:
    with pytest.raises(InputProblem) as caught:
        programme.release(on=DAY, **changes)
    assert not (programme.root / f"reports/{YEAR}/released/2025-03-01").exists()
    return dict(caught.value.messages)


# ---- what a release holds ---------------------------------------------------------------------------------------


def test_a_release_holds_the_draft_the_open_tables_and_no_others(ready: Programme) -> None:
    folder = ready.release(on=DAY)
    assert folder == ready.root / "reports/2024/released/2025-03-01"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "report.en.html", "figures/dots.en.svg", "figures/dots.en.png", "tables/sums.en.html", "tables/sums.en.csv",
        "notebooks/01_read.ipynb", "notebooks/02_count.ipynb", "notebooks/03_tell.ipynb",
        "data/findings_data.parquet", "data/findings_outcomes.parquet",
        "run/2023/01_read.json", "run/2024/01_read.json", "run/2024/02_count.json", "run/2024/03_tell.json",
        "MANIFEST.json", "SHA256SUMS", "requirements.lock", "rerun.tar.gz",
    }  # fmt: skip
    assert (folder / "report.en.html").read_bytes() == (ready.root / "reports/2024/draft/report.en.html").read_bytes()
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False)
    assert checked.returncode == 0
    assert not [path for path in folder.parent.iterdir() if path != folder]


def test_files_and_folders_are_read_only(ready: Programme) -> None:
    folder = ready.release(on=DAY)
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o555 if path.is_dir() else 0o444), path


def test_the_manifest_says_how_it_was_made(ready: Programme) -> None:
    made = read_manifest(ready.release(on=DAY))
    assert made.commit == ready.git("rev-parse", "HEAD").strip()
    assert made.signed == SIGNED
    assert [(step.step, step.year) for step in made.steps] == [
        ("01_read", 2023), ("01_read", 2024), ("02_count", 2024), ("03_tell", 2024),
    ]  # fmt: skip
    assert len({step.run_id for step in made.steps}) == 1
    assert made.seconds == pytest.approx(sum(step.seconds for step in made.steps), abs=0.01)
    raw = {each.place: each for each in made.received}
    answers = raw["workspace/data/raw/2024/answers.csv"]
    assert answers.sha256 == hashlib.sha256(b"30\n40\n50\n").hexdigest()
    assert answers.given
    assert made.seeds == {
        "programme.access.seed": 1, "programme.exposure.network_seed": 1,
    }  # fmt: skip
    assert made.environment["packages"]["pandas"]
    assert made.files["report.en.html"].origin == "reports/2024/draft/report.en.html"
    assert made.steps[2].parameters["programme.access"]["seed"] == 1


def test_a_damaged_manifest_is_refused_by_its_schema(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").write_text('{"schema": "something else"}')
    with pytest.raises(InputProblem, match="does not fit the schema"):
        read_manifest(tmp_path)
    with pytest.raises(InputProblem, match="this is no release"):
        read_manifest(tmp_path / "nowhere")


def test_no_path_of_this_computer_is_in_it(ready: Programme) -> None:
    draft = ready.root / "reports/2024/draft/notebooks/02_count.ipynb"
    ready.notebook("02_count", *_cells(ready, "02_count"), "str(root.resolve())")
    ready.commit()
    assert ready.run().good
    folder = ready.release(on=DAY)
    assert draft.exists()
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            assert str(ready.root).encode() not in path.read_bytes(), path


def _cells(programme: Programme, step: str) -> list[str]:
    content = json.loads(programme.read(f"notebooks/{step}.ipynb"))
    return [cell["source"] for cell in content["cells"][2:]]


# ---- the archive ------------------------------------------------------------------------------------------------


@pytest.mark.slow  # the archive is unpacked and run
def test_a_stranger_reruns_the_archive(ready: Programme, tmp_path: Path) -> None:
    folder = ready.release(on=DAY)
    with tarfile.open(folder / "rerun.tar.gz") as archive:
        members = {member.name: member for member in archive.getmembers()}
        archive.extractall(tmp_path / "stranger", filter="data")
    assert {"workspace/config/programme.yml", "workspace/notebooks/01_read.ipynb", "RERUN.ru.md"} <= set(members)
    assert "workspace/data/raw/2023/answers.csv" in members
    assert not [name for name in members if "/reports/" in name or "/processed/" in name or ".git/" in name]
    assert {(member.mtime, member.uid, member.uname) for member in members.values()} == {(0, 0, "")}
    again = Programme(tmp_path / "stranger" / "workspace")
    assert again.run().good
    released = (folder / "report.en.html").read_bytes()
    assert (again.root / "reports/2024/draft/report.en.html").read_bytes() == released


def test_received_files_of_real_programmes_are_asked_for(ready: Programme) -> None:
    ready.edit("config/programme.yml", "simulated: true", "simulated: false")
    ready.commit()
    folder = ready.release(on=DAY)
    made = read_manifest(folder)
    assert {each.name for each in made.received if not each.given} == {
        "source:attendance@2023", "source:attendance@2024", "sources@2023", "sources@2024",
    }  # fmt: skip
    with tarfile.open(folder / "rerun.tar.gz") as archive:
        names = archive.getnames()
        told = archive.extractfile("RERUN.en.md").read().decode()  # type: ignore[union-attr]
    assert not [name for name in names if "data/raw" in name]
    assert hashlib.sha256(b"30\n40\n50\n").hexdigest() in told


def test_the_same_state_gives_the_same_bytes(ready: Programme) -> None:
    first, second = ready.release(on=DAY), ready.release(on=DAY)
    assert second.name == "2025-03-01-2"
    for path in first.rglob("*"):
        if path.is_file():
            assert (second / path.relative_to(first)).read_bytes() == path.read_bytes(), path


def test_an_archive_depends_on_content_alone() -> None:
    first = archive_bytes({"b": b"2", "a/ж": b"1"})
    assert first == archive_bytes({"a/ж": b"1", "b": b"2"})
    assert first != archive_bytes({"b": b"2", "a/ж": b"3"})


def test_results_and_received_files_never_come_from_a_folder(tmp_path: Path) -> None:
    for name in ("data/raw/x.csv", "config/a.yml", "config/__pycache__/a.pyc", "config/.hidden"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert lying_files(tmp_path, ["config", "data"]) == {"config/a.yml": b"x"}


# ---- refusals ---------------------------------------------------------------------------------------------------


def test_everything_is_refused_at_once(ready: Programme) -> None:
    ready.write("data/raw/2024/answers.csv", "30\n40\n51\n")
    ready.write("config/note.yml", "{}")
    told = refused(ready, signed={"data": "A"})
    assert told["en"].startswith("2024 cannot be released. Reasons: 6.")
    assert told["ru"].startswith("2024 год нельзя выпустить. Причин: 6.")
    for words in ("Step 01_read 2024 is stale", "Run 'evaluation run 2024'", "config/note.yml", "signed for the text"):
        assert words in told["en"]
    for words in ("Шаг 01_read 2024 устарел", "config/note.yml", "Никто не подписал анализ", "--sign analysis="):
        assert words in told["ru"]


def test_a_step_never_run_and_a_failed_one(ready: Programme) -> None:
    (ready.root / "reports/2024/draft/run/03_tell.json").unlink()
    assert "Step 03_tell 2024 was never run" in refused(ready)["en"]
    ready.notebook("03_tell", "raise ValueError('no')")
    ready.commit()
    assert not ready.run().good
    assert "Step 03_tell 2024 failed" in refused(ready)["en"]


def test_a_result_changed_by_hand(ready: Programme) -> None:
    ready.edit("reports/2024/draft/tables/sums.en.csv", "120", "121")
    told = refused(ready)["en"]
    assert "Step 02_count 2024 is stale" in told
    assert "sums.en.csv" in told


def test_without_git(ready: Programme) -> None:
    (ready.root / ".git").rename(ready.root.parent / "git")
    told = refused(ready)
    assert "is in no git" in told["en"]
    assert "--without-git" in told["ru"]
    made = read_manifest(ready.release(on=DAY, without_git=True))
    assert made.commit is None
    assert any("no git repository" in note.en for note in made.notes)


def test_another_environment(ready: Programme) -> None:
    path = ready.root / "reports/2024/draft/run/02_count.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["environment"]["packages"]["pandas"] = "0.1"
    record["environment"]["lock_sha256"] = "f" * 64
    write_json(path, record)
    told = refused(ready)["en"]
    assert "pandas: the results were made with 0.1" in told
    assert "requirements.lock" in told
    assert "--force 02_count" in told


def test_a_broken_contract(ready: Programme) -> None:
    ready.edit("notebooks/02_count.ipynb", "applications=data", "applications=-1 * data")
    ready.edit("notebooks/02_count.ipynb", "made)\\n", 'made.drop(columns=\\"unit\\"))\\n')
    ready.commit()
    assert ready.run().good
    told = refused(ready)["en"]
    assert "findings_outcomes.parquet: the table breaks its contract" in told
    assert "unit" in told


def test_people_in_an_executed_notebook(ready: Programme) -> None:
    shown = {
        '"звонить +7 (913) 555-12-34"': "a telephone number (cell 8)",
        '"ivanova@example.org"': "an e-mail address (cell 9)",
        '"Иванова Мария Петровна"': "a person's name (cell 10)",
        'pd.read_parquet(root / f"data/processed/{year}/participants.parquet")': "closed tables (cell 11)",
        '"/home/somebody/data.xlsx"': "a path on this computer's disk (cell 12)",
    }
    ready.notebook("02_count", *_cells(ready, "02_count"), *shown)
    ready.commit()
    assert ready.run().good
    told = refused(ready)["en"]
    for kind in shown.values():
        assert f"notebooks/02_count.ipynb: {kind}" in told or kind.startswith("closed"), kind
        assert kind in told
    for secret in ("555-12-34", "ivanova@", "Иванова", KEY, "somebody"):
        assert secret not in told


def test_what_may_be_published_is_no_leak(ready: Programme) -> None:
    ready.notebook("02_count", *_cells(ready, "02_count"), '"office@example.org"')
    ready.commit()
    assert ready.run().good
    assert "an e-mail address" in refused(ready)["en"]
    ready.write("config/years/2024.yml", ready.read("config/years/2024.yml") + "public_texts: [office@example.org]\n")
    ready.commit()
    ready.release(on=DAY)


def test_personal_data_in_settings(ready: Programme) -> None:
    ready.write("config/decisions.csv", "note\nивановой 8 913 555 12 34\n")
    ready.commit()
    told = refused(ready)["en"]
    assert "config/decisions.csv: a telephone number (line 2)" in told


def test_counts_too_small(ready: Programme) -> None:
    ready.edit("notebooks/02_count.ipynb", "Measure,Value", "Measure,People")
    ready.edit("notebooks/02_count.ipynb", "Total,{data['total']:g}", "Total,3")
    ready.commit()
    assert ready.run().good
    told = refused(ready)["en"]
    assert "tables/sums.en.csv: counts of fewer than 5 people are shown (row 1, column People)" in told


def test_small_finding_of_people(ready: Programme) -> None:
    ready.edit("notebooks/02_count.ipynb", '[\\"applications\\"] * n', '[\\"persons\\"] * n')
    ready.edit("notebooks/02_count.ipynb", 'data[\\"total\\"] / data', "12 / data")
    ready.commit()
    assert ready.run().good
    assert "data/findings_outcomes.parquet: counts of fewer than 5 people" in refused(ready)["en"]


def test_hidden_counts_and_means_are_no_small_counts(ready: Programme) -> None:
    codebook = ready.open().codebook
    assert small_counts_shown("Measure,People\nA,< 5\nB,×\nC,3.5\nD,5\nE,0\n".encode(), codebook, 5) == []
    assert len(small_counts_shown("Measure;Людей\nA;4\n".encode("utf-8-sig"), codebook, 5)) == 1


def test_an_unexplained_deviation_of_the_plan(ready: Programme) -> None:
    ready.write("config/plan/2024.yml", PLAN)
    ready.commit()
    ready.edit("config/plan/2024.yml", "family: poisson", "family: ols")
    ready.commit()
    told = refused(ready)
    assert "the model main was changed against the first plan, family: poisson -> ols" in told["en"]
    assert "модель main изменена против первого плана" in told["ru"]
    reason = "{date: 2024-02-01, model: main, what: {ru: иначе, en: other}, why: {ru: так надо, en: needed}}"
    ready.write("config/plan/2024.yml", ready.read("config/plan/2024.yml") + f"deviations: [{reason}]\n")
    ready.commit()
    folder = ready.release(on=DAY)
    assert read_manifest(folder).plan["history"]["first_on"] == "2024-01-15"
    with tarfile.open(folder / "rerun.tar.gz") as archive:
        assert "workspace/config/plan/2024.history.json" in archive.getnames()


def test_strangers_know_when_the_plan_was_written(ready: Programme, tmp_path: Path) -> None:
    ready.write("config/plan/2024.yml", PLAN)
    ready.commit()
    folder = ready.release(on=DAY)
    with tarfile.open(folder / "rerun.tar.gz") as archive:
        archive.extractall(tmp_path / "stranger", filter="data")
    again = Programme(tmp_path / "stranger" / "workspace").open()
    assert again.plan_history(2024) == ready.open().plan_history(2024)


def test_signatures_of_the_settings_count(ready: Programme) -> None:
    signed = "signed: {data: A, analysis: B, text: C}\n"
    ready.write("config/years/2024.yml", ready.read("config/years/2024.yml") + signed)
    ready.commit()
    assert read_manifest(ready.release(on=DAY, signed={"text": "D"})).signed == {
        "data": "A",
        "analysis": "B",
        "text": "D",
    }


def test_signatures_on_the_command_line() -> None:
    assert signatures(["data=A. B, analyst", "text=C"]) == {"data": "A. B, analyst", "text": "C"}
    for wrong in ("figures=A", "data", "data= "):
        with pytest.raises(InputProblem, match="expected PART="):
            signatures([wrong])


# ---- never again ------------------------------------------------------------------------------------------------


def test_the_engine_refuses_to_write_into_a_release(ready: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ready.release(on=DAY)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    steps = (*STEPS[:2], dataclasses.replace(STEPS[2], files=("../released/2025-03-01/report.en.html",)))
    monkeypatch.setattr(pipeline, "STEPS", steps)
    ready.edit("notebooks/03_tell.ipynb", "draft/report", "draft/../released/2025-03-01/report")
    result = ready.run()
    assert not result.good
    message = result.ended("failed")[0].failure.message  # type: ignore[union-attr]
    assert "this is a released year (2025-03-01), which never changes again" in message.en
    assert "это выпущенный год" in message.ru
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_nor_does_a_draft_that_leads_into_one(ready: Programme) -> None:
    folder = ready.release(on=DAY)
    draft = ready.root / "reports/2024/draft"
    draft.rename(ready.root.parent / "draft")
    draft.symlink_to(folder, target_is_directory=True)
    with pytest.raises(InputProblem, match="never changes again"):
        refuse_released(draft / "report.en.html")


def test_nor_by_hand(ready: Programme, tmp_path: Path) -> None:
    folder = ready.release(on=DAY)
    staged = tmp_path / "staged"
    for name in ("reports/2024/draft/first.html", "reports/2024/released/2025-03-01/report.en.html"):
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_text("other")
    before = (folder / "report.en.html").read_bytes()
    with pytest.raises(InputProblem, match="never changes again"):
        publish(staged, ready.root)
    assert (folder / "report.en.html").read_bytes() == before
    assert not (ready.root / "reports/2024/draft/first.html").exists()


def test_a_release_that_breaks_off_leaves_nothing(ready: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ready.release(on=DAY)
    left = first.parent / ".2025-03-01.1.new"
    (left / "figures").mkdir(parents=True)
    (left / "figures").chmod(0o555)

    def full(files: object) -> str:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(module, "sums_text", full)
    with pytest.raises(OSError, match="No space"):
        ready.release(on=DAY)
    assert [path.name for path in first.parent.iterdir()] == ["2025-03-01"]


# ---- looking for people -----------------------------------------------------------------------------------------


def test_numbers_digests_and_pictures_are_nobody() -> None:
    files = {
        "tables/a.csv": "A;0,780728406869\nB;143,973839412578\n".encode("utf-8-sig"),
        "run/a.json": json.dumps({"digest": "a89123456781b0", "n": 1}).encode(),
        "figures/a.svg": b'<svg><path d="M 8 913 555 12 34"/><text>38</text></svg>',
        "report.html": b'<p>2025</p><style>a{}</style><script>{"x": [89135551234]}</script>',
    }
    assert find_leaks(files) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tables/a.csv", "Телефон\n+7 913 555 12 34\n"),
        ("tables/a.csv", "Телефон\n89135551234\n"),
        ("report.html", "<main><p>8 913 555-12-34</p></main>"),
        ("report.html", '<p title="8 913 555-12-34">x</p>'),
        ("map.html", '<script type="application/json">{"name": "8 913 555-12-34"}</script>'),
        ("figures/a.svg", "<svg><text>8 913 555-12-34</text></svg>"),
    ],
)
def test_a_telephone_is_found_wherever_it_is_read(name: str, content: str) -> None:
    assert [(leak.file, leak.kind) for leak in find_leaks({name: content.encode()})] == [(name, "phone")]


def test_seeds_are_found_by_their_names() -> None:
    settings = {"a": {"seed": 3, "list": [{"network_seed": 4}]}, "b": {"seedling": 5, "seed": None}}
    assert seeds_of(settings) == {"a.seed": 3, "a.list.1.network_seed": 4}
