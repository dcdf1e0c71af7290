"""One task carried out: its notebook executed apart, what it made checked and moved into place, all of it recorded."""

from __future__ import annotations

import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evaluation.aside import put_in_place
from evaluation.places import WORKSPACE, Workspace, refuse_released
from evaluation.running import failure
from evaluation.running.failure import Failure, StepFailed
from evaluation.running.fingerprint import Fingerprint
from evaluation.running.hashes import Hashes
from evaluation.running.modules import Package
from evaluation.running.notebook import CellProgress, Execution, Stop, execute
from evaluation.running.record import Output, Record, failed_notebook, log_path, now, write_record
from evaluation.running.staleness import destinations
from evaluation.running.tasks import Task
from evaluation.settings import InputProblem, Text

STAGING = "EVALUATION_STAGING"
TIME_LIMIT_SECONDS = 3600.0

Execute = Callable[[Path, Path, Path, Mapping[str, Any], Execution], None]
"""Executes a notebook as ``notebook.execute`` does, here or elsewhere."""

End = Literal["ran", "kept", "failed", "blocked", "interrupted", "not_applicable"]


@dataclass(frozen=True)
class Outcome:
    """What a run did with one task. ``reasons`` say why it ran, was held back or does not apply."""

    task: Task
    end: End
    seconds: float = 0.0
    reasons: tuple[Text, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True)
class Site:
    """What all tasks of one run share. ``staging`` is this run's own folder, on the workspace's disk;
    ``execute`` how a notebook is executed (default: in a kernel here)."""

    workspace: Workspace
    run_id: str
    staging: Path
    hashes: Hashes
    environment: Mapping[str, Any]
    stop: Stop = field(default_factory=Stop)
    time_limit: float = TIME_LIMIT_SECONDS
    packages: Sequence[Package] = ()
    execute: Execute | None = None


def carry_out(
    site: Site, task: Task, fingerprint: Fingerprint, reasons: tuple[Text, ...], on_cell: CellProgress
) -> Outcome:
    """Execute ``task`` and leave its outputs, record and log; of a failed one only record, log and notebook."""
    began, started = time.monotonic(), now()
    folder = site.workspace.run_folder(task.year)
    log = log_path(folder, task.name)
    causes = "; ".join(reason.en for reason in reasons)
    problem: Failure | None = None
    detail = ""

    def record(outputs: Mapping[str, Output]) -> Record:
        return Record(
            step=task.name,
            year=task.year,
            status="done" if problem is None else "failed",
            digest=fingerprint.digest,
            fingerprint=fingerprint.parts(),
            started=started,
            ended=now(),
            seconds=round(time.monotonic() - began, 3),
            run_id=site.run_id,
            outputs=outputs,
            environment=site.environment,
            problem=None if problem is None else _described(problem),
        )

    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{task.name} {task.year}, run {site.run_id}, {started}\nwhy: {causes}\n", encoding="utf-8")
        write_record(folder, record(_execute(site, task, log, on_cell)))
    except StepFailed as error:
        problem = error.failure
    except InputProblem as error:
        problem = failure.input_refused(error)
    except Exception as error:
        problem, detail = _unexpected(site, error), traceback.format_exc()
    seconds = time.monotonic() - began
    # where nothing can be written, what happened is still said; without a record the step counts as never run
    with suppress(OSError):
        message = "done" if problem is None else f"{detail}\n{problem.message.en}\n{problem.message.ru}"
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{message}\n{seconds:.1f} s\n")
    if problem is None:
        return Outcome(task, "ran", seconds, reasons)
    if problem.kind == "interrupted":
        return Outcome(task, "interrupted", seconds, reasons, problem)
    with suppress(OSError):
        write_record(folder, record({}))
    return Outcome(task, "failed", seconds, reasons, Failure(problem.kind, problem.message, problem.cell, log))


def _unexpected(site: Site, error: Exception) -> Failure:
    places = {str(site.workspace.root): "."}
    refused = failure.of_system(error, places) if isinstance(error, OSError) else None
    return refused or failure.program_failed(error)


def _described(found: Failure) -> dict[str, Any]:
    return {"kind": found.kind, "cell": found.cell, "message": found.message.model_dump()}


def _execute(site: Site, task: Task, log: Path, on_cell: CellProgress) -> dict[str, Output]:
    root = site.workspace.root
    site.staging.mkdir(parents=True, exist_ok=True)
    # a new one each time: a process left over from an earlier try writes elsewhere
    scratch = Path(tempfile.mkdtemp(prefix=f"{task.name}-{task.year}-", dir=site.staging))
    staged = scratch / "outputs"
    staged.mkdir()
    executed = staged / site.workspace.executed_notebook(task.name, task.year).relative_to(root)
    how = Execution(
        environment={STAGING: str(staged), WORKSPACE: str(root)},
        python_path=tuple(package.folder.parent for package in site.packages),
        folder=root,
        scratch=scratch,
        log=log,
        time_limit=site.time_limit,
        places={str(staged): ".", str(scratch): "<tmp>", str(root): "."},
        on_cell=on_cell,
        stop=site.stop,
    )
    failed = failed_notebook(site.workspace.run_folder(task.year), task.name)
    try:
        (site.execute or execute)(site.workspace.notebook(task.name), executed, failed, {"year": task.year}, how)
        return _publish(site, task, staged)
    finally:
        # at once, not at the run's end: other steps may need the room
        shutil.rmtree(scratch, ignore_errors=True)


def _publish(site: Site, task: Task, staged: Path) -> dict[str, Output]:
    """Move what a task made to its places, after making sure that all of it is there and nothing else."""
    root = site.workspace.root
    finals = destinations(site.workspace, task)
    for folder in {final.parent: None for final in finals.values()}:
        refuse_released(folder / "any")
    sources = {name: staged / final.relative_to(root) for name, final in finals.items()}
    finished = staged / "finished.json"
    missing = [name for name, source in sources.items() if not source.is_file()]
    if missing or not finished.is_file():
        raise StepFailed(failure.outputs_missing(missing, finished.is_file()))
    made = {path for path in staged.rglob("*") if path.is_file()}
    undeclared = sorted(path.relative_to(staged).as_posix() for path in made - {*sources.values(), finished})
    if undeclared:
        raise StepFailed(failure.outputs_undeclared(undeclared))
    if site.stop.asked:
        raise StepFailed(failure.interrupted())
    outputs = {
        name: Output(final.relative_to(root).as_posix(), str(site.hashes.of_file(sources[name])))
        for name, final in finals.items()
    }
    put_in_place({sources[name]: final for name, final in finals.items()}, staged.parent / "before")
    return outputs
