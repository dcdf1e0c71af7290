"""Whatever happens to a run: no result is half of one, and the next run mends what was left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there is neither SIGKILL nor a limit of a file's size", allow_module_level=True)

import quick_notebooks
from fault_checks import change_everything, check_recovery, check_whole, copy_of, disturb, results
from faulty_run import faulty_run
from tiny_programme import Tiny, build, use_steps

from evaluation.running.record import read_record

FEW = (0, 1)
MANY = 100


@dataclass(frozen=True)
class Programme:
    """The tiny programme after a run and an edit that makes all of it stale, its results before and after a whole
    run, and the number of changes of files that the run makes."""

    edited: Path
    old: dict[str, bytes]
    new: dict[str, bytes]
    changes: int


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    folder = tmp_path_factory.mktemp("faults")
    tiny = build(folder / "programme")
    assert faulty_run(tiny.root).code == 0
    old = results(tiny.root)
    change_everything(tiny)
    # what a step reads belongs to one place, so that the whole run is made there and put back
    shutil.copytree(tiny.root, folder / "before")
    whole = faulty_run(tiny.root)
    assert whole.code == 0
    new = results(tiny.root)
    assert set(old) == set(new)
    assert not [place for place in old if old[place] == new[place]]
    shutil.rmtree(tiny.root)
    (folder / "before").rename(tiny.root)
    return Programme(tiny.root, old, new, whole.changes)


@pytest.fixture
def tiny_faulty(programme: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    use_steps(monkeypatch)
    quick_notebooks.use(monkeypatch)
    return copy_of(programme.edited, tmp_path / "programme")


@pytest.mark.parametrize("seed", FEW)
def test_a_fault_leaves_whole_results_and_the_next_run_mends_the_rest(
    programme: Programme, tiny_faulty: Tiny, seed: int
) -> None:
    disturb(tiny_faulty, seed, programme.changes, programme.old, programme.new)
    check_recovery(tiny_faulty, programme.new)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(len(FEW), MANY))
def test_a_hundred_faults(programme: Programme, tiny_faulty: Tiny, seed: int) -> None:
    disturb(tiny_faulty, seed, programme.changes, programme.old, programme.new)
    check_recovery(tiny_faulty, programme.new)


def test_a_run_killed_between_two_moves_of_one_step(programme: Programme, tiny_faulty: Tiny) -> None:
    """Of a step's two files one is new and one old: the record fits neither, so that the step does not pass for
    fresh, even when the edit is taken back."""
    place = "data/processed/2024/counts.parquet"
    before, after = programme.old[place], programme.new[place]
    assert before != after
    tiny_faulty.write(place, after.decode())
    check_whole(tiny_faulty, programme.old, programme.new)
    shutil.copytree(programme.edited / "code", tiny_faulty.root / "code", dirs_exist_ok=True)
    check_recovery(tiny_faulty, programme.new)


def test_a_full_disk_is_told_and_the_old_results_stay(programme: Programme, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        tiny = copy_of(programme.edited, disk / "programme")
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096) == 4096:
                    pass
            except OSError:
                pass
        os.truncate(filler, filler.stat().st_size - 3 * 4096)
        full = faulty_run(tiny.root)
        assert full.code in (1, 2), full.errors
        assert {each["kind"] for each in full.failures.values()} <= {"disk_full"}
        said = [*full.failures.values(), *([full.refused] if full.refused else [])]
        assert said
        assert all("no room left on the disk" in each["en"] and "не хватило места" in each["ru"] for each in said)
        assert results(tiny.root) == programme.old
        filler.unlink()
        assert faulty_run(tiny.root).code == 0
        assert results(tiny.root) == programme.new
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_folder_that_may_not_be_written_is_named_and_nothing_is_half_moved(
    programme: Programme, tiny_faulty: Tiny
) -> None:
    """Step 02 makes a table and its executed notebook: the table's folder is refused, so neither is new."""
    folder = tiny_faulty.root / "reports/2024/draft/notebooks"
    folder.chmod(0o555)
    refused = faulty_run(tiny_faulty.root, "no_right")
    folder.chmod(0o755)
    assert refused.code == 1
    assert refused.failures["01-4"]["kind"] == "no_permission"
    assert "reports/2024/draft/notebooks/01_read.ipynb" in refused.failures["01-4"]["en"]
    assert "не разрешает" in refused.failures["01-4"]["ru"]
    assert refused.ends["01-3"] == "ran"
    assert (
        tiny_faulty.read("data/processed/2024/numbers.parquet").encode()
        == (programme.old["data/processed/2024/numbers.parquet"])
    )
    check_whole(tiny_faulty, programme.old, programme.new)
    check_recovery(tiny_faulty, programme.new)


def test_a_source_that_may_not_be_read_is_named(tiny_faulty: Tiny) -> None:
    source = tiny_faulty.root / "data/raw/2024/answers.csv"
    source.chmod(0)
    refused = faulty_run(tiny_faulty.root, "no_right")
    source.chmod(0o644)
    assert refused.code == 1
    assert refused.failures["01-4"]["kind"] == "no_permission"
    assert "data/raw/2024/answers.csv" in refused.failures["01-4"]["en"]


def test_a_truncated_record_and_truncated_hashes_make_the_step_run_again(
    programme: Programme, tiny_faulty: Tiny
) -> None:
    assert tiny_faulty.run().good
    for place in ("reports/2024/draft/run/02_sum.json", ".staging/hashes.json"):
        content = tiny_faulty.read(place)
        tiny_faulty.write(place, content[: len(content) // 2])
    assert read_record(tiny_faulty.root / "reports/2024/draft/run", "02_sum") is None
    result = tiny_faulty.run()
    assert [outcome.task.name for outcome in result.ended("ran")] == ["02_sum"]
    assert json.loads(tiny_faulty.read(".staging/hashes.json"))["known"]
    assert results(tiny_faulty.root) == programme.new
