"""Running one side again with one cause of the other side put in, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation import pipeline
from evaluation.places import WORKSPACE, Workspace, open_workspace, repository
from evaluation.settings import InputProblem, Text
from evaluation.year.attribution import TERRITORY, Kind, Origins
from evaluation.year.sides import Side, draft_side

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".staging", "__pycache__", "released", "compare", "*.pyc")
METHOD = ("rules", "breaks", "evidence", "claims")
SECONDS_A_STEP = 20.0

Runner = Callable[[Path, int], None]
"""Runs a year of the workspace in a folder, with the package in its ``src``. Raises InputProblem where it fails."""


@dataclass(frozen=True)
class Attempt:
    """One side run again with one cause changed (``kind``; None: none). ``problem`` says why it did not succeed."""

    kind: Kind | None
    side: Side | None
    problem: Text | None = None


def run_apart(folder: Path, year: int) -> None:
    """Run a year with the folder's own code, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != WORKSPACE}
    environment["PYTHONPATH"] = str(folder / "src")
    command = [sys.executable, "-m", "evaluation.app.cli", "run", str(year), "--workspace", str(folder), "--plain"]
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        said = "\n".join((answer.stderr or answer.stdout).strip().splitlines()[-5:])
        raise InputProblem(f"год {year} не выполнился: {said}", f"year {year} did not run: {said}")


def estimated_seconds(before: Side, after: Side, origins: Origins, kinds: Sequence[Kind]) -> float:
    """How long the reruns will take, by how long the same steps took when they last ran."""
    total = 0.0
    for kind in kinds:
        for task in origins.steps(kind):
            record = before.records.get(task) or after.records.get(task)
            total += SECONDS_A_STEP if record is None else record.seconds
    if before.released is not None:
        total += sum(record.seconds for record in before.records.values())
    return total


def attempts(
    before: Side, after: Side, kinds: Sequence[Kind], scratch: Path, runner: Runner,
    on_attempt: Callable[[Kind | None], None] = lambda kind: None,
) -> list[Attempt]:  # fmt: skip
    """``before`` run as it is, then once for each of ``kinds`` with that cause alone taken from ``after``.

    The first run is what the others are compared with; whether it agrees with ``before`` shows whether that side can
    be made again at all. Nothing but ``scratch`` is written to.
    """
    base = scratch / "base"
    copy_side(before, base)
    made = [_attempt(None, base, before, runner, on_attempt)]
    if made[0].side is None:
        return made
    for kind in kinds:
        folder = scratch / kind
        shutil.copytree(base, folder, ignore=LEFT_OUT)
        put(kind, before, after, folder)
        made.append(_attempt(kind, folder, before, runner, on_attempt))
    return made


def _attempt(
    kind: Kind | None, folder: Path, before: Side, runner: Runner, on_attempt: Callable[[Kind | None], None]
) -> Attempt:
    on_attempt(kind)
    try:
        runner(folder, before.year)
        return Attempt(kind, draft_side(kind or "base", open_workspace(folder), before.year))
    except InputProblem as problem:
        return Attempt(kind, None, Text(**problem.messages))


def copy_side(side: Side, folder: Path) -> None:
    """All that a side was made of, and what it made, as a workspace that needs nothing from elsewhere."""
    shutil.copytree(side.workspace.root, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    # what reads no parent's files: the package, and what a workspace takes from the repository by default
    if not (folder / "src").is_dir():
        shutil.copytree(side.code, folder / "src", ignore=LEFT_OUT)
    for kind in ("codebook", "method", "data", "code"):
        for place, path in ingredients(side, kind).items():
            if not (folder / place).exists():
                _copy(path, folder / place)


def put(kind: Kind, before: Side, after: Side, folder: Path) -> None:
    """Replace in ``folder``, a copy of ``before``, everything of one kind by that of ``after``."""
    for place in ingredients(before, kind):
        (folder / place).unlink(missing_ok=True)
    for place, path in ingredients(after, kind, before).items():
        _copy(path, folder / place)
    if kind == "code":
        shutil.rmtree(folder / "src")
        shutil.copytree(after.code, folder / "src", ignore=LEFT_OUT)


def ingredients(side: Side, kind: Kind, like: Side | None = None) -> dict[str, Path]:
    """Files of one kind by their place in a workspace; territory files at the places that ``like`` gives them.

    The package is not among those of the code: it is a folder of its own.
    """
    workspace = side.workspace
    model = None if like is None else like.workspace
    territory = _named(side, TERRITORY, model)
    if kind == "territory":
        return territory
    if kind == "decisions":
        places = [workspace.decisions_file(), workspace.decisions_file(personal=True)]
        return {path.relative_to(workspace.root).as_posix(): path for path in places if path.exists()}
    if kind == "codebook":
        names = ("codebook.csv", "codebook_choices.csv")
        return {f"config/{name}": _theirs(side, workspace.codebook_folder / name) for name in names}
    if kind == "parameters":
        return _under(workspace.root, "config/programme.yml", "config/years", "config/recommendations")
    if kind == "method":
        plans = _under(workspace.root, "config/plan")
        return plans | _named(side, METHOD, model)
    if kind == "data":
        raw = {place: path for place, path in _under(workspace.root, "data/raw").items() if place not in territory}
        return _inherited("config/survey", _under(workspace.root, "config/survey")) | raw
    texts = workspace.programme.report_text
    steps = [step.name for step in pipeline.STEPS]
    own = {f"notebooks/{name}.ipynb": _theirs(side, workspace.notebook(name)) for name in steps}
    own = {place: path for place, path in own.items() if path.exists()}
    return own | (_under(workspace.root, texts) if texts else {})


def _named(side: Side, names: Sequence[str], like: Workspace | None) -> dict[str, Path]:
    """Files by place: of those outside the workspace, which it takes from the repository, the place it would have."""
    found: dict[str, Path] = {}
    workspace = side.workspace
    for name in names:
        path = workspace.territory_file(name)
        if path is None or not path.exists():
            continue
        model = None if like is None else like.territory_file(name)
        place = _place(workspace.root, path) if like is None or model is None else _place(like.root, model)
        found[place] = _theirs(side, path)
    return found


def _theirs(side: Side, path: Path) -> Path:
    """A file that a workspace takes from the repository: of a release or a copy, its own repository's."""
    own = side.code.parent
    if path.is_relative_to(repository()) and not path.is_relative_to(side.workspace.root) and own != repository():
        beside = own / path.relative_to(repository())
        return beside if beside.exists() else path
    return path


def _place(root: Path, path: Path) -> str:
    return path.relative_to(root if path.is_relative_to(root) else repository()).as_posix()


def _under(root: Path, *places: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for place in places:
        path = root / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file():
                found[file.relative_to(root).as_posix()] = file
    return found


def _inherited(place: str, own: Mapping[str, Path]) -> dict[str, Path]:
    return _under(repository(), place) | dict(own)


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)
    target.chmod(0o644)
