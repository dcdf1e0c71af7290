"""What runs on a worker of a cluster: a look at the place, and one notebook executed in a folder of its own.

A worker writes nowhere but in the run's staging folder, which it shares with the machine that asked; that machine
checks what was made and moves it into place. So a worker that dies, or comes back late, can leave no half-written
result: every attempt has its own folder.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import traceback
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.places import key_identity
from evaluation.running import failure
from evaluation.running.failure import Failure, StepFailed
from evaluation.running.likeness import differences, facts
from evaluation.running.notebook import Execution, Stop, execute
from evaluation.settings import InputProblem, Language, Text

FORMAT = 1
OUTPUTS, FAILED, LOG, STOP = "outputs", "failed.ipynb", "log.txt", "stop"
STAGING = "EVALUATION_STAGING"
WATCH_SECONDS = 0.3


@dataclass(frozen=True)
class View:
    """What a worker sees: the token's text (None: no such file), its own file beside it, its facts, the key."""

    token: str | None
    answer: str | None
    facts: Mapping[str, str]
    key: str


@dataclass(frozen=True)
class Order:
    """One notebook to execute. ``scratch`` is the task's folder in the run's staging folder, ``executed`` the place
    of the executed notebook below the outputs, ``topic`` where progress is told, ``facts`` those of who asks."""

    name: str
    topic: str
    notebook: Path
    parameters: Mapping[str, Any]
    root: Path
    scratch: Path
    executed: Path
    environment: Mapping[str, str]
    python_path: Sequence[Path]
    time_limit: float
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """How an order ended: ``problem`` in both languages where the input was refused, else ``failure``, else done."""

    attempt: Path | None
    failure: Failure | None = None
    problem: Mapping[Language, str] | None = None
    detail: str = ""


def look(staging: Path, key_file: Path) -> View:
    """What this worker sees of the run's staging folder and of the pseudonym key (its identity alone)."""
    token = staging / "token"
    text = token.read_text(encoding="utf-8") if token.is_file() else None
    answer = None
    if text is not None:
        name = f"answer-{uuid.uuid4().hex}"
        with suppress(OSError):
            (staging / name).write_text(text, encoding="utf-8")
            answer = name
    return View(text, answer, facts(), key_identity(key_file))


def execute_order(order: Order) -> Reply:
    """Execute an order's notebook in a new folder below its scratch; nothing outside that folder is written."""
    unlike = differences(order.facts, facts())
    if unlike:
        # a worker that came after the run had begun
        return Reply(None, failure=_unlike(unlike))
    if not order.scratch.is_dir():
        return Reply(None, failure=_elsewhere(order.scratch))
    attempt = Path(tempfile.mkdtemp(prefix="attempt-", dir=order.scratch))
    stop, over = Stop(), threading.Event()
    threading.Thread(target=_watch, args=(order, _released(), stop, over), daemon=True).start()
    try:
        _execute(order, attempt, stop)
        reply = Reply(attempt)
    except StepFailed as error:
        reply = Reply(attempt, failure=error.failure)
    except InputProblem as error:
        reply = Reply(attempt, problem={**error.messages})
    except Exception as error:
        places = {str(attempt): "<tmp>", str(order.root): "."}
        refused = failure.of_system(error, places) if isinstance(error, OSError) else None
        reply = Reply(attempt, failure=refused or failure.program_failed(error), detail=traceback.format_exc())
    finally:
        over.set()
    if stop.asked:
        shutil.rmtree(attempt, ignore_errors=True)
        for folder in (order.scratch, order.scratch.parent):
            # empty only where nobody is left who would clear it
            with suppress(OSError):
                folder.rmdir()
        return Reply(None, failure=failure.interrupted())
    return reply


def _execute(order: Order, attempt: Path, stop: Stop) -> None:
    from distributed import get_worker

    worker = get_worker()
    outputs = attempt / OUTPUTS
    outputs.mkdir()
    (attempt / LOG).write_text(f"worker {worker.address}\n", encoding="utf-8")

    def on_cell(cell: int, cells: int) -> None:
        worker.log_event(order.topic, {"order": order.name, "cell": cell, "cells": cells})

    how = Execution(
        environment={**order.environment, STAGING: str(outputs)},
        python_path=order.python_path,
        folder=order.root,
        scratch=attempt,
        log=attempt / LOG,
        time_limit=order.time_limit,
        places={str(outputs): ".", str(attempt): "<tmp>", str(order.root): "."},
        on_cell=on_cell,
        stop=stop,
    )
    execute(order.notebook, outputs / order.executed, attempt / FAILED, order.parameters, how)


def _released() -> Any:
    """A function that says whether nobody wants this order any longer: who asked has cancelled it or is gone."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def released() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state == "cancelled"

    return released


def _watch(order: Order, released: Any, stop: Stop, over: threading.Event) -> None:
    while not over.wait(WATCH_SECONDS):
        if (order.scratch / STOP).exists() or not order.scratch.exists() or released():
            stop.ask()
            return


def _unlike(unlike: Sequence[Text]) -> Failure:
    return Failure(
        "cluster",
        Text(
            ru=f"рабочий процесс кластера устроен иначе: {'; '.join(each.ru for each in unlike)}",
            en=f"the cluster's worker is unlike this machine: {'; '.join(each.en for each in unlike)}",
        ),
    )


def _elsewhere(folder: Path) -> Failure:
    return Failure(
        "cluster",
        Text(
            ru=f"рабочий процесс кластера не видит папку прогона {folder}: ему нужен тот же диск.",
            en=f"the cluster's worker does not see the run's folder {folder}: it needs the same disk.",
        ),
    )
