"""What must hold after whatever happened to a run, and what happens: faults drawn by a seed."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import quick_notebooks
from faulty_run import faulty_run
from tiny_programme import Tiny

from evaluation.running.engine import hashes_of
from evaluation.running.staleness import standings
from evaluation.running.tasks import tasks_of

RESULTS = ("data/processed/**/*", "reports/*/draft/*.html", "reports/*/draft/notebooks/*")
KEPT = (*RESULTS, "reports/*/draft/run/*", ".staging/*.json", ".staging/codebook/*")
FAULTS = ("killed", "killed", "killed", "no_room", "no_right", "cut_short", "flipped", "dead_notebook")
LARGEST_FILE = 4000


def results(root: Path) -> dict[str, bytes]:
    """Everything that the steps made, by place: tables, reports, executed notebooks. No hidden file is left out."""
    found = (path for pattern in RESULTS for path in root.glob(pattern) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def change_everything(tiny: Tiny) -> None:
    """An edit that makes every step run again and every table come out different."""
    tiny.edit("code/tinycode/reading.py", ".split()", ".split() + ['7']")
    for step in ("01_read", "02_sum", "03_count", "04_tell"):
        tiny.edit(f"notebooks/{step}.ipynb", "# Title", "# Another title")


def check_whole(tiny: Tiny, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """Every result is an old one or a new one, whole; the new one, where the engine calls its step fresh."""
    for place, content in results(tiny.root).items():
        assert content in (old.get(place), new.get(place)), f"{place} is neither the old file nor the new one"
    workspace = tiny.open()
    tasks = tasks_of(workspace, [2024])
    found = standings(workspace, tasks, hashes_of(workspace), tiny.packages)
    for task in tasks:
        if found[task.key].state == "fresh":
            places = [*task.outputs.values(), workspace.executed_notebook(task.name, task.year)]
            for name in (path.relative_to(tiny.root).as_posix() for path in places):
                assert (tiny.root / name).read_bytes() == new[name], f"{name} passes for fresh"


def check_recovery(tiny: Tiny, new: dict[str, bytes]) -> None:
    """The next run comes to its end, its results are those of a run to which nothing happened, nothing is left over."""
    result = tiny.run()
    assert result.good, [outcome.failure for outcome in result.outcomes]
    assert results(tiny.root) == new
    assert {outcome.end for outcome in tiny.run().outcomes} == {"kept"}
    assert list((tiny.root / ".staging").glob("run-*")) == []
    assert [path for path in tiny.root.rglob(".*.new") if path.is_file()] == []


def disturb(tiny: Tiny, seed: int, changes: int, old: dict[str, bytes], new: dict[str, bytes]) -> str:
    """Let one fault, drawn by ``seed``, happen to the tiny programme; look after it at what must hold. Say which.

    ``changes`` is the number of changes of files in a whole run, at each of which a run can be killed.
    """
    chance = random.Random(seed)
    fault = chance.choice(FAULTS)
    if fault == "killed":
        number = chance.randint(1, changes)
        code = faulty_run(tiny.root, fault, number).code
        # two threads do not make the same number of changes each time: the last numbers may not be reached
        assert code == -9 or (code == 0 and number > changes * 0.9)
        check_whole(tiny, old, new)
        return f"{fault} before change {number}"
    if fault == "no_room":
        number = chance.randint(0, LARGEST_FILE)
        assert faulty_run(tiny.root, fault, number).code in (0, 1, 2)
        check_whole(tiny, old, new)
        return f"{fault} for more than {number} bytes"
    if fault == "no_right":
        folders = sorted(path for path in tiny.root.rglob("*") if path.is_dir())
        folder = chance.choice(folders)
        rights = folder.stat().st_mode
        folder.chmod(0o555)
        assert faulty_run(tiny.root, fault).code in (0, 1, 2)
        folder.chmod(rights)
        check_whole(tiny, old, new)
        return f"{fault} to {folder.name}"
    if fault == "dead_notebook":
        name = chance.choice(("01_read", "02_sum", "03_count", "04_tell"))
        place = tiny.root / "notebooks" / f"{name}.ipynb"
        before = place.read_text(encoding="utf-8")
        place.write_text(before.replace("import os", "import os; os.kill(os.getpid(), 9)", 1), encoding="utf-8")
        result = tiny.run()
        assert {outcome.failure.kind for outcome in result.ended("failed") if outcome.failure} == {"kernel_died"}
        place.write_text(before, encoding="utf-8")
        check_whole(tiny, old, new)
        return f"{fault} {name}"
    files = sorted({path for pattern in KEPT for path in tiny.root.glob(pattern) if path.is_file()})
    place = chance.choice([path for path in files if path.stat().st_size])
    content = bytearray(place.read_bytes())
    if fault == "cut_short":
        del content[chance.randrange(len(content)) :]
    else:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    place.write_bytes(bytes(content))
    return f"{fault} {place.name}"


def copy_of(root: Path, to: Path) -> Tiny:
    shutil.copytree(root, to)
    return Tiny(to)


def undisturbed(root: Path) -> None:
    """Run in a process of its own, to which nothing happens."""
    done = faulty_run(root)
    assert done.code == 0, done.errors


__all__ = [
    "change_everything", "check_recovery", "check_whole", "copy_of", "disturb", "quick_notebooks", "results",
    "undisturbed",
]  # fmt: skip
