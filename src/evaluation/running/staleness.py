"""Whether a step's last good run still stands, and if not, why."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaluation import pipeline
from evaluation.places import Workspace, repository
from evaluation.running.causes import changes
from evaluation.running.codebook_rows import Rows, kept
from evaluation.running.fingerprint import Fingerprint, codebook_versions, fingerprint
from evaluation.running.hashes import Hashes
from evaluation.running.modules import Package
from evaluation.running.record import Record, read_record
from evaluation.running.tasks import Task, predecessors
from evaluation.settings import Text

State = Literal["fresh", "stale", "failed", "never", "not_applicable"]
NOTEBOOK = "notebook"


@dataclass(frozen=True)
class Standing:
    """What became of a step's last run, and what it would depend on now (None where it does not apply).

    ``behind`` names the steps (and years) that stand before this one and have to run first; ``only_behind``: there is
    no other reason, so that it is kept where their results come out as they were.
    """

    state: State
    reasons: tuple[Text, ...] = ()
    now: Fingerprint | None = None
    behind: tuple[tuple[str, int], ...] = ()
    only_behind: bool = False


def destinations(workspace: Workspace, task: Task) -> dict[str, Path]:
    """Where everything that a task leaves has to lie: its declared outputs and its executed notebook."""
    return {**task.outputs, NOTEBOOK: workspace.executed_notebook(task.name, task.year)}


def standing(workspace: Workspace, task: Task, hashes: Hashes, packages: Sequence[Package] | None = None) -> Standing:
    """Where a task stands by what lies there now. A step that failed is ``failed`` until the cause changed."""
    if task.not_applicable is not None:
        return Standing("not_applicable", (task.not_applicable,))
    now = fingerprint(workspace, task.step, task.year, hashes, packages)
    digest = now.digest
    folder = workspace.run_folder(task.year)
    record = read_record(folder, task.name)
    is_same = record is not None and record.digest == digest
    damaged = () if record is None else tuple(_damaged(workspace, task, record, hashes, is_same))
    if is_same and not damaged:
        return Standing("fresh", (), now)
    failed = read_record(folder, task.name, failed=True)
    if failed is not None and failed.digest == digest and failed.problem is not None and not is_same:
        return Standing("failed", (Text(**failed.problem["message"]),), now)
    if record is None:
        return Standing("never", (_never_run(workspace, task),), now)
    if is_same:
        return Standing("stale", damaged, now)

    def rows(version: str) -> Rows | None:
        codebook = kept(version, codebook_versions(workspace))
        return None if codebook is None else codebook.rows(workspace.codebook_tables(task.step))

    places = {name: _shown(workspace, path) for name, path in task.inputs.items()}
    return Standing("stale", (*changes(record.fingerprint, now.parts(), places, rows), *damaged), now)


def standings(
    workspace: Workspace, tasks: Sequence[Task], hashes: Hashes, packages: Sequence[Package] | None = None
) -> dict[tuple[str, int], Standing]:
    """Where every task stands. One that stands behind a step which must run again is stale as well."""
    found: dict[tuple[str, int], Standing] = {}
    before = predecessors(tasks)
    own = {task.key: standing(workspace, task, hashes, packages) for task in tasks}
    waiting = dict.fromkeys(task.key for task in tasks)
    while waiting:
        # of those left, the ones whose predecessors are settled; where there is none left out, all
        ready = [key for key in waiting if not before[key] & waiting.keys()] or list(waiting)
        for key in ready:
            found[key] = _behind(own[key], [one for one in sorted(before[key]) if not _settled(found.get(one))])
            del waiting[key]
    return {task.key: found[task.key] for task in tasks}


def _settled(place: Standing | None) -> bool:
    return place is None or place.state in ("fresh", "not_applicable")


def _behind(place: Standing, steps: Sequence[tuple[str, int]]) -> Standing:
    if not steps or place.state == "not_applicable":
        return place
    if place.state != "fresh":
        return Standing(place.state, place.reasons, place.now, tuple(steps))
    name, year = steps[0]
    reason = Text(ru=f"раньше должен пройти шаг {name} {year}", en=f"step {name} {year} has to run first")
    return Standing("stale", (reason,), place.now, tuple(steps), only_behind=True)


def notes(workspace: Workspace, task: Task) -> list[Text]:
    """What is different from the last good run and makes nothing run again: the locked packages, Python."""
    record = read_record(workspace.run_folder(task.year), task.name)
    if record is None:
        return []
    found = []
    lock = repository() / "requirements.lock"
    now = hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else None
    then = record.environment.get("lock_sha256")
    if now != then:
        hashes = " -> ".join("—" if each is None else str(each)[:12] for each in (then, now))
        found.append(
            Text(
                ru=f"к сведению: изменился requirements.lock ({hashes}); из-за этого шаги не выполняются заново",
                en=f"note: requirements.lock changed ({hashes}); this runs no step again",
            )
        )
    python = record.environment.get("python")
    if python is not None and python != platform.python_version():
        versions = f"{python} -> {platform.python_version()}"
        found.append(
            Text(
                ru=f"к сведению: другая версия Python ({versions}); из-за этого шаги не выполняются заново",
                en=f"note: another version of Python ({versions}); this runs no step again",
            )
        )
    return found


def _never_run(workspace: Workspace, task: Task) -> Text:
    """That there is no record; and which step, no longer among the steps, made the same files."""
    outputs = {name for name in destinations(workspace, task) if name != NOTEBOOK}
    for path in sorted(workspace.run_folder(task.year).glob("*.json")):
        other = read_record(path.parent, path.stem)
        if other is None or other.step in pipeline.STEP_NAMES or other.status != "done":
            continue
        if outputs and {*other.outputs} - {NOTEBOOK} == outputs:
            return Text(
                ru=f"под этим именем ещё не выполнялся (те же файлы делал шаг {other.step})",
                en=f"has not been run yet under this name (step {other.step} made the same files)",
            )
    return Text(ru="ещё не выполнялся", en="has not been run yet")


def _damaged(workspace: Workspace, task: Task, record: Record, hashes: Hashes, is_same: bool) -> Iterator[Text]:
    """Outputs that the record has and that are not as it has them, or not there."""
    removed: list[str] = []
    changed: list[str] = []
    for name, path in destinations(workspace, task).items():
        output = record.outputs.get(name)
        # what is declared to lie elsewhere now has not been touched by anybody
        if output is None or (output.path != _shown(workspace, path) and not is_same):
            continue
        now = hashes.of_file(path)
        if now != output.sha256:
            (removed if now is None else changed).append(f"{name} ({_shown(workspace, path)})")
    if changed:
        names = ", ".join(sorted(changed))
        yield Text(ru=f"результаты изменены не программой: {names}", en=f"results were changed by hand: {names}")
    if removed:
        names = ", ".join(sorted(removed))
        yield Text(ru=f"результаты удалены: {names}", en=f"results were removed: {names}")


def _shown(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else str(path)
