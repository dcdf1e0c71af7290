"""A run as a process of its own, that goes on when the page is closed, watched through the file of its events."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluation.app.language import Language
from evaluation.app.panel.run_course import RunCourse, after, course_of
from evaluation.places import Workspace
from evaluation.running.lock import holder
from evaluation.settings import InputProblem, Text

FOLDER, EVENTS, LOG = "panel", "events.jsonl", "run.log"
POLL_SECONDS = 0.3
LOG_CHARACTERS = 2000
# the kernel's own: a run in another process must not believe itself to be in it
FOREIGN = ("JPY_PARENT_PID", "JPY_SESSION_NAME", "MPLBACKEND")


def run_command(workspace: Workspace, year: int, language: Language, force: Sequence[str] = ()) -> list[str]:
    """The command line of a run of ``year`` that tells its events."""
    forced = [part for step in force for part in ("--force", step)]
    return [
        sys.executable, "-m", "evaluation.app.cli", "run", str(year), *forced, "--plain", "--language", language,
        "--workspace", str(workspace.root), "--events", str(events_file(workspace)),
    ]  # fmt: skip


def events_file(workspace: Workspace) -> Path:
    return workspace.root / ".staging" / FOLDER / EVENTS


def read_events(path: Path) -> list[dict[str, Any]]:
    """The whole lines of the file; none where there is none. A last line that is still being written is left out."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return []
    found = []
    for line in text[: text.rfind("\n") + 1].splitlines():
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


class RunWatch:
    """Starts, follows and ends one run of a workspace.

    ``on_change`` is called with every new RunCourse, from a thread of its own; ``command`` builds the command line.
    """

    def __init__(
        self,
        workspace: Workspace,
        on_change: Callable[[RunCourse], None] = lambda course: None,
        command: Callable[..., list[str]] = run_command,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.workspace, self.on_change, self.command = workspace, on_change, command
        self.course: RunCourse | None = None
        self._poll = poll_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def going_on(self) -> bool:
        return self.course is not None and not self.course.over

    def start(self, year: int, language: Language, force: Sequence[str] = ()) -> None:
        """Begin a run. Raises InputProblem where one goes on already, here or elsewhere."""
        owner = holder(self.workspace.root)
        if self.going_on or owner is not None:
            who = owner.words if owner is not None else Text(ru="эта же панель", en="this panel")
            raise InputProblem(
                f"В этом рабочем пространстве уже идёт прогон ({who.ru}). Дождитесь его конца или остановите его.",
                f"A run is already going on in this workspace ({who.en}). Wait until it ends, or stop it.",
            )
        path = events_file(self.workspace)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        with (path.parent / LOG).open("wb") as log:
            self._process = subprocess.Popen(
                self.command(self.workspace, year, language, force),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment,
                cwd=self.workspace.root, **_apart(),
            )  # fmt: skip
        self.course = RunCourse(years=(year,))
        self._follow()

    def attach(self) -> bool:
        """Follow a run that an earlier page began and that still goes on; False where there is none."""
        found = course_of(read_events(events_file(self.workspace)))
        owner = holder(self.workspace.root)
        if found.over or owner is None or owner.process != found.process:
            return False
        self.course = found
        self._follow()
        return True

    def stop(self) -> None:
        """Ask the run to end as Ctrl-C does: earlier results stay, the next run goes on from there."""
        course = self.course
        if course is None or course.over:
            return
        process = self._process.pid if self._process is not None else course.process
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                os.kill(process, signal.CTRL_BREAK_EVENT)
            else:
                os.kill(process, signal.SIGTERM)

    def wait(self, seconds: float | None = None) -> RunCourse | None:
        """Until the run is over (or ``seconds`` have passed); how it stands then."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self.course

    def _follow(self) -> None:
        self._thread = threading.Thread(target=self._watch, name="run-watch", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        path, seen, pause = events_file(self.workspace), 0, threading.Event()
        course = self.course or RunCourse()
        while True:
            gone = self._gone()  # asked before reading, so that the last lines of one that ended are read
            events = read_events(path)
            for event in events[seen:]:
                course = after(course, event)
            if len(events) > seen:
                self._tell(course)
            seen = len(events)
            if course.over:
                break
            if gone:
                self._tell(replace(course, good=False, message=self._last_words()))
                break
            pause.wait(self._poll)
        if self._process is not None:
            self._process.wait()

    def _gone(self) -> bool:
        if self._process is not None:
            return self._process.poll() is not None
        return holder(self.workspace.root) is None

    def _tell(self, course: RunCourse) -> None:
        self.course = course
        self.on_change(course)

    def _last_words(self) -> Text:
        """What the run printed last, where it ended without an event that says how."""
        with suppress(OSError):
            text = (events_file(self.workspace).parent / LOG).read_text(encoding="utf-8", errors="replace").strip()
            if text and self._process is not None:
                return Text(ru=text[-LOG_CHARACTERS:], en=text[-LOG_CHARACTERS:])
        return Text(
            ru="Прогон прекратился, не сказав почему (процесс убит?). Прежние результаты не тронуты; запустите снова.",
            en="The run ended without saying why (was its process killed?). Earlier results are untouched; run again.",
        )


def _apart() -> dict[str, Any]:
    """A group of its own: the page's server may be closed, and a Ctrl-C there is not meant for the run."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
