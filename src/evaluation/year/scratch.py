"""Scratch copies of a workspace without its results, and ways to run them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from evaluation.places import Workspace, open_workspace
from evaluation.running.engine import Options, run
from evaluation.running.modules import Package
from evaluation.running.tasks import Task
from evaluation.settings import InputProblem
from evaluation.year.archive import WORKSPACE_PLACES, unpack
from evaluation.year.contents import RECEIVED_KINDS
from evaluation.year.manifest import ARCHIVE, Manifest
from evaluation.year.repository import copy_with_history, replace_folder

RESULTS = ("data/processed", "reports", ".staging")
SECONDS = 6 * 3600
SAID = 2000
Rerun = Callable[[Path, int], None]
"""Run a year in a scratch workspace; raises InputProblem where it does not come to its end."""


def scratch_of(workspace: Workspace, tasks: Sequence[Task], folder: Path, packages: Sequence[Package] = ()) -> Path:
    """A copy of the workspace in ``folder`` with its history, its settings and notebooks as they lie there now, what
    was received, and no results."""
    root = workspace.root.resolve()
    copy = copy_with_history(root, folder)
    own = [*WORKSPACE_PLACES, *([workspace.programme.report_text] if workspace.programme.report_text else [])]
    own += [each.folder.relative_to(root).as_posix() for each in packages if each.folder.is_relative_to(root)]
    for place in own:
        replace_folder(root / place, copy / place)
    for result in RESULTS:
        shutil.rmtree(copy / result, ignore_errors=True)
    for task in tasks:
        received = [path for name, path in task.inputs.items() if name.partition(":")[0] in RECEIVED_KINDS]
        for path in [*received, workspace.raw_folder(task.year) / "SOURCES.csv"]:
            if path.is_file() and path.is_relative_to(workspace.root):
                target = copy / path.relative_to(workspace.root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    return copy


def scratch_of_release(release: Path, manifest: Manifest, workspace: Workspace, folder: Path) -> Path:
    """The release's archive unpacked in ``folder``; what it does not hold is taken from ``workspace``.

    Raises InputProblem listing every received file that is no longer there or no longer the same.
    """
    unpack(release / ARCHIVE, folder)
    lost: list[tuple[str, str]] = []
    for each in manifest.received:
        place = folder / each.place
        if not each.given:
            kind, _, rest = each.place.partition("/")
            source = workspace.root / rest
            if kind != "workspace" or not source.is_file():
                lost.append((f"{each.place}: файла нет", f"{each.place}: no such file"))
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        if not place.is_file() or hashlib.sha256(place.read_bytes()).hexdigest() != each.sha256:
            lost.append((f"{each.place}: файл не тот, что был", f"{each.place}: not the file that it was"))
    if lost:
        raise InputProblem(
            "Выпуск нельзя повторить, полученные файлы изменились:\n" + "\n".join(ru for ru, _ in lost) + "\n"
            "Верните их из резервной копии (контрольные суммы — в MANIFEST.json).",
            "The release cannot be run again, received files have changed:\n" + "\n".join(en for _, en in lost) + "\n"
            "Bring them back from a backup (their check sums stand in MANIFEST.json).",
        )
    return folder / "workspace"


def run_here(packages: Sequence[Package] | None = None, jobs: int = 2) -> Rerun:
    """Run with the code of this process. Packages inside the workspace are taken from its scratch copy."""

    def rerun(root: Path, year: int) -> None:
        own = None if packages is None else [_moved(each, root) for each in packages]
        result = run(open_workspace(root), [year], Options(jobs=jobs, packages=own))
        if not result.good:
            failed = [(done.task, done.failure.message) for done in result.outcomes if done.failure is not None]
            ru = "; ".join(f"{task.name} {task.year}: {message.ru}" for task, message in failed)
            en = "; ".join(f"{task.name} {task.year}: {message.en}" for task, message in failed)
            raise InputProblem(f"Прогон с нуля не прошёл. {ru}", f"The run from scratch did not succeed. {en}")

    return rerun


def _moved(package: Package, root: Path) -> Package:
    """The package of the same name in the scratch copy, where it has one at the same place."""
    for above in package.folder.parents:
        place = root / package.folder.relative_to(above)
        if place.is_dir() and (above / "config" / "programme.yml").exists():
            return Package(place)
    return package


def run_apart(root: Path, year: int) -> None:
    """Run with the code that lies in the unpacked archive, in a process of its own."""
    sources = [place for place in (root.parent / "project" / "src", root / "src") if place.is_dir()]
    path = os.pathsep.join([*map(str, sources), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [sys.executable, "-m", "evaluation.app.cli", "run", str(year), "--workspace", str(root), "--plain"]
    try:
        answer = subprocess.run(
            command, cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True, encoding="utf-8",
            errors="replace", timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InputProblem(
            f"Прогон с нуля не кончился за {SECONDS // 3600} ч.", f"The run from scratch took over {SECONDS // 3600} h."
        ) from error
    if answer.returncode:
        said = (answer.stdout + answer.stderr)[-SAID:]
        raise InputProblem(
            f"Прогон выпущенного кода не прошёл:\n{said}", f"The run of the released code did not succeed:\n{said}"
        )
