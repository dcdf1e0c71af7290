"""Whether a step's last good run still stands, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaluation.places import Workspace
from evaluation.running.fingerprint import Fingerprint, changes, fingerprint
from evaluation.running.hashes import Hashes
from evaluation.running.modules import Package
from evaluation.running.record import Record, read_record
from evaluation.running.tasks import Task, predecessors
from evaluation.settings import Text

State = Literal["fresh", "stale", "failed", "never", "not_applicable"]
NOTEBOOK = "notebook"


@dataclass(frozen=True)
class Standing:
    """What became of a step's last run, and what it would depend on now (None where it does not apply)."""

    state: State
    reasons: tuple[Text, ...] = ()
    now: Fingerprint | None = None


def destinations(workspace: Workspace, task: Task) -> dict[str, Path]:
    """Where everything that a task leaves has to lie: its declared outputs and its executed notebook."""
    return {**task.outputs, NOTEBOOK: workspace.executed_notebook(task.name, task.year)}


def standing(workspace: Workspace, task: Task, hashes: Hashes, packages: Sequence[Package] | None = None) -> Standing:
    """Where a task stands by what lies there now. A step that failed is ``failed`` until the cause changed."""
    if task.not_applicable is not None:
        return Standing("not_applicable", (task.not_applicable,))
    now = fingerprint(workspace, task.step, task.year, hashes, packages)
    folder = workspace.run_folder(task.year)
    record = read_record(folder, task.name)
    if record is not None and record.digest == now.digest:
        damaged = _damaged(workspace, task, record, hashes)
        if not damaged:
            return Standing("fresh", (), now)
        names = ", ".join(damaged)
        reason = Text(ru=f"результаты изменены или удалены: {names}", en=f"results were changed or removed: {names}")
        return Standing("stale", (reason,), now)
    failed = read_record(folder, task.name, failed=True)
    if failed is not None and failed.digest == now.digest and failed.problem is not None:
        return Standing("failed", (Text(**failed.problem["message"]),), now)
    if record is None:
        return Standing("never", (Text(ru="ещё не выполнялся", en="has not been run yet"),), now)
    return Standing("stale", tuple(changes(record.fingerprint, now.parts())), now)


def standings(
    workspace: Workspace, tasks: Sequence[Task], hashes: Hashes, packages: Sequence[Package] | None = None
) -> dict[tuple[str, int], Standing]:
    """Where every task stands. One that stands behind a step which must run again is stale as well."""
    found = {task.key: standing(workspace, task, hashes, packages) for task in tasks}
    before = predecessors(tasks)
    waiting = True
    while waiting:
        waiting = False
        for task in tasks:
            behind = [key for key in sorted(before[task.key]) if found[key].state not in ("fresh", "not_applicable")]
            if found[task.key].state == "fresh" and behind:
                name, year = behind[0]
                reason = Text(ru=f"раньше должен пройти шаг {name} {year}", en=f"step {name} {year} has to run first")
                found[task.key] = Standing("stale", (reason,), found[task.key].now)
                waiting = True
    return found


def _damaged(workspace: Workspace, task: Task, record: Record, hashes: Hashes) -> list[str]:
    """Outputs that are not there, or not as the record has them."""
    return sorted(_unlike(destinations(workspace, task).items(), record, hashes))


def _unlike(places: Iterable[tuple[str, Path]], record: Record, hashes: Hashes) -> Iterable[str]:
    for name, path in places:
        kept = record.outputs.get(name)
        if kept is None or hashes.of_file(path) != kept.sha256:
            yield name
