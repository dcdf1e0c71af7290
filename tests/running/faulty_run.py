"""A run of the tiny programme, in a process of its own, to which something happens.

Called as a script: folder of the workspace, what happens, at which number. It prints how each task ended, as JSON.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir"}
DROP_FROM_BOUNDING_SET = 24
WITHOUT = "EVALUATION_TEST_WITHOUT_RIGHTS"
RIGHTS_OF_ROOT = (1, 2)  # to write and to read whatever the rights of a file say


@dataclass(frozen=True)
class Faulty:
    """How a faulty run came out: exit code (negative: killed), kind of each failure, number of changes of files."""

    code: int
    ends: dict[str, str]
    failures: dict[str, dict[str, str]]
    changes: int
    refused: dict[str, str] | None
    errors: str


def faulty_run(root: Path, fault: str = "none", number: int = 0) -> Faulty:
    """Run with ``fault``: ``killed`` before the ``number``-th change of a file, ``no_room`` for files of more than
    ``number`` bytes, ``no_right`` as somebody to whom the rights of files apply, ``none``."""
    child = subprocess.Popen(
        [sys.executable, str(HERE), str(root), fault, str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    said, errors = child.communicate(timeout=120)
    _wait_for_orphans(child.pid)
    found: dict[str, Any] = json.loads(said) if said else {}
    return Faulty(
        child.returncode, found.get("ends", {}), found.get("failures", {}), found.get("changes", 0),
        found.get("refused"), errors,
    )  # fmt: skip


def _without_rights_of_root() -> None:
    """Begin this script anew as somebody to whom the rights of files apply, where it is root's."""
    if os.geteuid() == 0 and WITHOUT not in os.environ:
        for right in RIGHTS_OF_ROOT:
            ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, right, 0, 0, 0)
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, WITHOUT: "1"})


def _wait_for_orphans(session: int) -> None:
    for _ in range(200):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def _watch(root: Path, at: int) -> Callable[[], int]:
    """Count the changes of files in the workspace and die before the ``at``-th (0: never)."""
    place = str(root)
    counter = itertools.count(1)
    seen = [0]

    def hook(event: str, facts: tuple[Any, ...]) -> None:
        is_open = event == "open" and isinstance(facts[2], int)
        is_change = bool(facts[2] & WRITES) if is_open else event in CHANGES
        if is_change and str(facts[0]).startswith(place):
            seen[0] = next(counter)
            if seen[0] == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return lambda: seen[0]


def main(root: Path, fault: str, number: int) -> None:
    if fault == "no_right":
        _without_rights_of_root()
    import quick_notebooks
    from tiny_programme import STEPS, Tiny, ends

    from evaluation import pipeline
    from evaluation.running import work
    from evaluation.running.engine import Options, run
    from evaluation.settings import InputProblem

    pipeline.STEPS, pipeline.STEP_NAMES = STEPS, tuple(step.name for step in STEPS)
    work.execute = quick_notebooks.execute
    tiny = Tiny(root)
    changes = _watch(root, number if fault == "killed" else 0)
    if fault == "no_room":
        resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
    try:
        result = run(tiny.open(), [2024], Options(packages=tiny.packages))
    except InputProblem as problem:
        print(json.dumps({"refused": problem.messages}))
        sys.exit(2)
    failures = {
        f"{outcome.task.name[:2]}-{outcome.task.year % 10}": {
            "kind": outcome.failure.kind, **outcome.failure.message.model_dump(),
        }
        for outcome in result.outcomes
        if outcome.failure is not None
    }  # fmt: skip
    print(json.dumps({"ends": ends(result), "failures": failures, "changes": changes()}))
    sys.exit(0 if result.good else 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
