"""What is shown while a run goes on and when it has ended."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from evaluation.app.language import Language
from evaluation.app.speaking import show

if TYPE_CHECKING:
    from evaluation.running.engine import Event, RunResult
    from evaluation.running.work import Outcome

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "of": "of", "ran": "ok in {seconds}", "kept": "kept, nothing changed", "failed": "failed after {seconds}",
        "blocked": "not run: {reason}", "interrupted": "interrupted", "not_applicable": "does not apply: {reason}",
        "cell": "cell {cell} of {cells}", "seconds": "s", "summary": "Ran {ran}, kept {kept}, failed {failed}, "
        "held back {blocked}, does not apply {not_applicable}. {seconds} in all.",
        "stopped": "Interrupted. Earlier results are untouched; the next run goes on from here.",
        "report": "Report: {path}", "results": "Results: {path}", "log": "Log: {path}", "failure": "{task}: {message}",
        "nothing": "There is nothing to do.",
    },
    "ru": {
        "of": "из", "ran": "готово за {seconds}", "kept": "оставлен, ничего не изменилось",
        "failed": "ошибка через {seconds}", "blocked": "не выполнялся: {reason}", "interrupted": "прерван",
        "not_applicable": "не применяется: {reason}", "cell": "ячейка {cell} из {cells}", "seconds": "с",
        "summary": "Выполнено {ran}, оставлено {kept}, с ошибкой {failed}, не выполнялось {blocked}, "
        "не применяется {not_applicable}. Всего {seconds}.",
        "stopped": "Прервано. Прежние результаты не тронуты; следующий прогон продолжит отсюда.",
        "report": "Отчёт: {path}", "results": "Результаты: {path}", "log": "Журнал: {path}",
        "failure": "{task}: {message}", "nothing": "Делать нечего.",
    },
}  # fmt: skip
STYLES = {"ran": "green", "kept": "dim", "failed": "bold red", "blocked": "yellow", "interrupted": "yellow"}


def spoken_seconds(seconds: float, language: Language) -> str:
    text = f"{seconds:.1f}"
    return f"{text.replace('.', ',') if language == 'ru' else text} {WORDS[language]['seconds']}"


class Progress:
    """Prints a line for each task that ended, and on a terminal the cell at which each running task is.

    Use as a context; ``on_event`` may be called from several threads.
    """

    def __init__(self, console: Console, language: Language, live: bool) -> None:
        self.console = console
        self.language = language
        self.words = WORDS[language]
        self._lock = threading.Lock()
        self._bars: Any = None
        self._rows: dict[tuple[str, int], Any] = {}
        if live:
            from rich.progress import BarColumn, SpinnerColumn, TextColumn
            from rich.progress import Progress as Bars

            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20))
            self._bars = Bars(*columns, console=console, transient=True)

    def __enter__(self) -> Progress:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def on_event(self, event: Event) -> None:
        with self._lock:
            if event.outcome is not None:
                self._drop(event)
                self.console.print(self._line(event, event.outcome), highlight=False, soft_wrap=True)
            elif self._bars is not None:
                self._show(event)

    def _line(self, event: Event, outcome: Outcome) -> str:
        reason = "; ".join(text.in_language(self.language) for text in outcome.reasons)
        facts = {"seconds": spoken_seconds(outcome.seconds, self.language), "reason": escape(reason)}
        end = self.words[outcome.end].format(**facts)
        width = len(str(event.total))
        count = f"{event.number:>{width}} {self.words['of']} {event.total}"
        style = STYLES.get(outcome.end, "default")
        return f"{count}  {escape(_task_name(outcome))} ... [{style}]{end}[/]"

    def _show(self, event: Event) -> None:
        name = f"{event.task.name} {event.task.year}"
        if event.task.key not in self._rows:
            self._rows[event.task.key] = self._bars.add_task(name, total=None)
        if event.kind == "cell":
            cell = self.words["cell"].format(cell=event.cell, cells=event.cells)
            row = self._rows[event.task.key]
            self._bars.update(row, description=f"{name}  {cell}", total=event.cells, completed=event.cell - 1)

    def _drop(self, event: Event) -> None:
        row = self._rows.pop(event.task.key, None)
        if row is not None:
            self._bars.remove_task(row)


def _task_name(outcome: Outcome) -> str:
    return f"{outcome.task.name} {outcome.task.year}"


def tell_result(console: Console, result: RunResult, reports: list[Path], folder: Path, language: Language) -> None:
    """Print what failed and why, what was done, and where the reports or else the results lie."""
    words = WORDS[language]
    say = partial(show, console)
    for outcome in result.ended("failed"):
        if outcome.failure is not None:
            message = outcome.failure.message.in_language(language)
            say(words["failure"].format(task=_task_name(outcome), message=message), "bold red")
            if outcome.failure.log is not None:
                say("  " + words["log"].format(path=outcome.failure.log))
    counts = {end: len(result.ended(end)) for end in ("ran", "kept", "failed", "blocked", "not_applicable")}
    say(words["summary"].format(**counts, seconds=spoken_seconds(result.seconds, language)))
    if result.ended("interrupted"):
        say(words["stopped"], "yellow")
    if result.good:
        for path in reports:
            say(words["report"].format(path=path))
        if not reports:
            say(words["results"].format(path=folder))
