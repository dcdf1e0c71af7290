"""Running what is stale: every step in its turn, as many at once as asked, each notebook in its own kernel."""

from __future__ import annotations

import shutil
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal

from evaluation.aside import clear_asides
from evaluation.pipeline import Step
from evaluation.places import Workspace
from evaluation.running import failure
from evaluation.running.fingerprint import Fingerprint
from evaluation.running.hashes import Hashes
from evaluation.running.lock import only_run
from evaluation.running.modules import Package
from evaluation.running.notebook import Stop
from evaluation.running.record import environment, forget_failure, now, write_json
from evaluation.running.staleness import standing
from evaluation.running.tasks import Task, check_ready, check_step, chosen, predecessors, tasks_of
from evaluation.running.work import TIME_LIMIT_SECONDS, End, Execute, Outcome, Site, carry_out
from evaluation.settings import InputProblem, Text


@dataclass(frozen=True)
class Event:
    """Something to show while a run goes on; ``number`` of ``total`` tasks have ended."""

    kind: Literal["began", "cell", "ended"]
    task: Task
    number: int
    total: int
    cell: int = 0
    cells: int = 0
    outcome: Outcome | None = None


@dataclass(frozen=True)
class RunResult:
    """Every task's outcome, in the order in which they ended."""

    run_id: str
    outcomes: tuple[Outcome, ...]
    seconds: float

    def ended(self, end: End) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.end == end]

    @property
    def good(self) -> bool:
        return not any(outcome.end in ("failed", "blocked", "interrupted") for outcome in self.outcomes)

    @property
    def input_refused(self) -> bool:
        """Is everything that failed a matter of the input, which people can mend?"""
        failed = [outcome.failure for outcome in self.ended("failed")]
        interrupted = self.ended("interrupted")
        return bool(failed) and not interrupted and all(each is not None and each.kind == "input" for each in failed)


@dataclass(frozen=True)
class Options:
    """How to run.

    ``only`` and ``start`` narrow the steps that are considered; ``force`` names steps that run even when nothing
    changed; ``time_limit`` is in seconds a step; ``packages`` are those whose code counts (default: this one).
    ``wait``: another run in this workspace is waited for, and is no reason to refuse. ``elsewhere``: where notebooks
    are executed, given the workspace and the run's own folder; asked when the first one has to be (default: in kernels
    here). ``stop`` ends the run from another thread.
    """

    only: str | None = None
    start: str | None = None
    force: Sequence[str] = ()
    jobs: int = 2
    time_limit: float = TIME_LIMIT_SECONDS
    packages: Sequence[Package] | None = None
    wait: bool = False
    elsewhere: Callable[[Workspace, Path], Execute] | None = None
    stop: Stop | None = None


def run(
    workspace: Workspace,
    years: Sequence[int],
    options: Options | None = None,
    steps: Sequence[Step] | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    on_wait: Callable[[Text], None] = lambda text: None,
) -> RunResult:
    """Run the stale steps for ``years`` (steps of each year: for all years up to them), and keep the others.

    A step's files are moved into place after its notebook came to its end and all of them are there; of a failed
    step nothing is touched, and steps that do not depend on it go on. ``on_event`` is called from several threads,
    ``on_wait`` with the run that is waited for.
    Raises InputProblem before anything begins when a year, a source or a notebook is missing, or when another run
    is going on in this workspace.
    """
    how = options or Options()
    for name in how.force:
        check_step(name)
    tasks = chosen(tasks_of(workspace, years, steps), years, how.only, how.start)
    check_ready(workspace, tasks)
    with only_run(workspace.root, how.wait, on_wait):
        return _Run(workspace, tasks, how, on_event).go()


def hashes_of(workspace: Workspace) -> Hashes:
    """The workspace's remembered hashes of files."""
    return Hashes(workspace.root / ".staging" / "hashes.json")


class _Run:
    """One run: decides in the main thread, has tasks carried out in others."""

    def __init__(
        self, workspace: Workspace, tasks: Sequence[Task], how: Options, on_event: Callable[[Event], None]
    ) -> None:
        self.workspace = workspace
        self.tasks = {task.key: task for task in tasks}
        self.before = predecessors(tasks)
        self.how = how
        self.on_event = on_event
        self.run_id = uuid.uuid4().hex[:12]
        self.staging = workspace.root / ".staging" / f"run-{self.run_id}"
        self.hashes = hashes_of(workspace)
        self.stop = how.stop or Stop()
        self.outcomes: dict[tuple[str, int], Outcome] = {}

    @cached_property
    def site(self) -> Site:
        """Made when the first task runs: a run that finds nothing stale asks neither git nor packages."""
        return Site(
            self.workspace, self.run_id, self.staging, self.hashes, environment(self.workspace.root), self.stop,
            self.how.time_limit, tuple(self.how.packages or ()),
            self.how.elsewhere and self.how.elsewhere(self.workspace, self.staging),
        )  # fmt: skip

    def go(self) -> RunResult:
        began, started = time.monotonic(), now()
        self._clear_leftovers()
        pool = ThreadPoolExecutor(max_workers=max(1, self.how.jobs), thread_name_prefix="notebook")
        running: dict[Future[Outcome], Task] = {}
        try:
            self._go(pool, running)
        except KeyboardInterrupt:
            self.stop.ask()
            pool.shutdown(wait=True, cancel_futures=True)
            for future, task in running.items():
                self._end(_interrupted(task) if future.cancelled() else future.result())
            for task in self.tasks.values():
                if task.key not in self.outcomes:
                    self._end(_interrupted(task))
        finally:
            self.stop.ask()
            pool.shutdown(wait=True, cancel_futures=True)
            self._clear_leftovers()
            self.hashes.save()
        result = RunResult(self.run_id, tuple(self.outcomes.values()), time.monotonic() - began)
        self._write_summary(result, started)
        return result

    def _clear_leftovers(self) -> None:
        """Remove this run's own folder and what killed runs left: while the lock is held, no other run lives.

        Asked at the end too, since a kernel of a killed run lives, and may write, a moment longer than the run.
        """
        for left in self.staging.parent.glob("run-*"):
            shutil.rmtree(left, ignore_errors=True)
        clear_asides(self.staging.parent)
        for year in {task.year for task in self.tasks.values()}:
            clear_asides(self.workspace.run_folder(year))

    def _go(self, pool: ThreadPoolExecutor, running: dict[Future[Outcome], Task]) -> None:
        sorter = TopologicalSorter(self.before)
        sorter.prepare()
        order = {key: place for place, key in enumerate(self.tasks)}
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=order.__getitem__)
            for key in ready:
                task = self.tasks[key]
                decided = self._decide(task)
                if isinstance(decided, Outcome):
                    self._end(decided)
                    sorter.done(key)
                else:
                    # here, so that a place which refuses ends the run before anything begins
                    self.site  # noqa: B018  made once, by the first task that runs
                    running[pool.submit(self._carry_out, task, *decided)] = task
            if running and not ready:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._end(future.result())
                    sorter.done(running.pop(future).key)

    def _decide(self, task: Task) -> Outcome | tuple[Fingerprint, tuple[Text, ...]]:
        """The outcome of a task that does not run; what it depends on and why it runs, of one that does."""
        before = [self.outcomes[key] for key in sorted(self.before[task.key])]
        bad = [outcome.task for outcome in before if outcome.end in ("failed", "blocked", "interrupted")]
        if bad:
            step = f"{bad[0].name} {bad[0].year}"
            reason = Text(ru=f"не прошёл шаг {step}", en=f"step {step} did not succeed")
            return Outcome(task, "blocked", reasons=(reason,))
        try:
            found = standing(self.workspace, task, self.hashes, self.how.packages)
        except InputProblem as problem:
            return Outcome(task, "failed", failure=failure.input_refused(problem))
        except OSError as error:
            refused = failure.of_system(error, {str(self.workspace.root): "."})
            return Outcome(task, "failed", failure=refused or failure.program_failed(error))
        if found.now is None:
            return Outcome(task, "not_applicable", reasons=found.reasons)
        if task.name in self.how.force:
            return found.now, (Text(ru="велено выполнить заново", en="asked to run again"),)
        if found.state == "fresh":
            forget_failure(self.workspace.run_folder(task.year), task.name)
            return Outcome(task, "kept")
        return found.now, found.reasons

    def _carry_out(self, task: Task, fingerprint: Fingerprint, reasons: tuple[Text, ...]) -> Outcome:
        if self.stop.asked:
            return _interrupted(task)
        self._tell("began", task)
        return carry_out(
            self.site, task, fingerprint, reasons, lambda cell, cells: self._tell("cell", task, cell=cell, cells=cells)
        )

    def _end(self, outcome: Outcome) -> None:
        self.outcomes[outcome.task.key] = outcome
        self._tell("ended", outcome.task, outcome=outcome)

    def _tell(self, kind: Literal["began", "cell", "ended"], task: Task, **facts: Any) -> None:
        self.on_event(Event(kind, task, len(self.outcomes), len(self.tasks), **facts))

    def _write_summary(self, result: RunResult, started: str) -> None:
        """Leave ``run.json`` beside the records of the last year that the run considered."""
        if not self.tasks:
            return
        year = max(task.year for task in self.tasks.values())
        tasks = [
            {"step": done.task.name, "year": done.task.year, "end": done.end, "seconds": round(done.seconds, 3)}
            for done in result.outcomes
        ]
        content = {
            "run_id": self.run_id,
            "started": started,
            "ended": now(),
            "seconds": round(result.seconds, 3),
            "counts": Counter(outcome.end for outcome in result.outcomes),
            "tasks": tasks,
        }
        # where it cannot be written, the outcomes still say what happened
        with suppress(OSError):
            write_json(self.workspace.run_folder(year) / "run.json", content)


def _interrupted(task: Task) -> Outcome:
    return Outcome(task, "interrupted", failure=failure.interrupted())
