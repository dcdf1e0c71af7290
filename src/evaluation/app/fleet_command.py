"""``evaluation run --workspaces FILE`` and ``--cluster ADDRESS``: many workspaces, and where notebooks are executed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.language import Language
from evaluation.app.speaking import BAD_INPUT, DONE, FAILED, say, show

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from evaluation.places import Workspace
    from evaluation.running.cluster import Cluster
    from evaluation.running.engine import Event, Options
    from evaluation.running.fleet import Member, MemberResult

ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help=say("на кластере Dask, например tcp://host:8786", "on a Dask cluster, such as tcp://host:8786"),
        show_default=False,
    ),
]
WorkspacesOption = Annotated[
    Path | None,
    typer.Option(
        "--workspaces",
        metavar="FILE",
        help=say("все рабочие пространства из списка", "every workspace of a list"),
        show_default=False,
    ),
]
JOBS = 2
COLUMNS: dict[Language, tuple[str, ...]] = {
    "en": ("workspace", "year", "ran", "kept", "failed", "not run", "does not apply", "report"),
    "ru": ("рабочее пространство", "год", "выполнено", "оставлено", "с ошибкой", "не выполнялось", "не применяется",
           "отчёт"),
}  # fmt: skip
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "line": "{number} of {total}  {name} ... {end}", "good": "ok, ran {ran}, kept {kept} in {seconds}",
        "failed": "failed after {seconds}", "interrupted": "interrupted", "failure": "{name}, {what}: {message}",
        "log": "  Log: {path}", "refused": "{name}: {message}",
        "summary": "{total} workspaces: {good} done, {bad} failed.",
        "stopped": "Interrupted. Earlier results are untouched; the next run goes on from here.",
    },
    "ru": {
        "line": "{number} из {total}  {name} ... {end}",
        "good": "готово, выполнено {ran}, оставлено {kept} за {seconds}", "failed": "ошибка через {seconds}",
        "interrupted": "прерван", "failure": "{name}, {what}: {message}", "log": "  Журнал: {path}",
        "refused": "{name}: {message}",
        "summary": "Рабочих пространств {total}: готово {good}, с ошибкой {bad}.",
        "stopped": "Прервано. Прежние результаты не тронуты; следующий прогон продолжит отсюда.",
    },
}  # fmt: skip


def opened_cluster(address: str | None) -> AbstractContextManager[Cluster | None]:
    """The cluster at ``address``, not connected yet; None where none is wanted."""
    if address is None:
        return nullcontext()
    from evaluation.running.cluster import Cluster

    return Cluster(address)


def jobs_at_once(jobs: int | None, cluster: str | None) -> int:
    """As asked; else two here, and as many as its workers take on a cluster."""
    if jobs is not None:
        return jobs
    if cluster is None:
        return JOBS
    from evaluation.running.cluster import WAITING

    return WAITING


def run_workspaces(
    file: Path,
    years: Sequence[int],
    options: Options,
    prepare: Callable[[Workspace, int], None],
    screen: Console,
    language: Language,
    plain: bool,
) -> int:
    """Run every workspace that ``file`` lists, a line for each that ended and a table of all; the exit code."""
    from evaluation.running.fleet import read_members, run_fleet

    members = read_members(file)
    with FleetProgress(screen, language, len(members), live=screen.is_terminal and not plain) as progress:
        results = run_fleet(members, years, options, prepare, progress.on_event, progress.on_end)
    _tell(screen, results, language, plain)
    bad = [result for result in results if not result.good]
    if not bad:
        return DONE
    return BAD_INPUT if all(result.input_refused for result in bad) else FAILED


class FleetProgress:
    """A line for each workspace that ended, and on a terminal the step at which each running one is."""

    def __init__(self, screen: Console, language: Language, total: int, live: bool) -> None:
        from rich.progress import BarColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bars

        self.screen = screen
        self.language = language
        self.total = total
        self._ended = 0
        self._lock = threading.Lock()
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
        self._bars = Bars(*columns, console=screen, transient=True, disable=not live)
        self._rows: dict[Member, TaskID] = {}

    def __enter__(self) -> FleetProgress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def on_event(self, member: Member, event: Event) -> None:
        with self._lock:
            if member not in self._rows:
                self._rows[member] = self._bars.add_task(member.name, total=event.total)
            shown = f"{member.name}  {event.task.name} {event.task.year}"
            self._bars.update(self._rows[member], description=shown, total=event.total, completed=event.number)

    def on_end(self, result: MemberResult) -> None:
        with self._lock:
            if result.member in self._rows:
                self._bars.remove_task(self._rows.pop(result.member))
            self._ended += 1
            line = WORDS[self.language]["line"].format(
                number=f"{self._ended:>{len(str(self.total))}}", total=self.total, name=result.member.name,
                end=_end(result, self.language),
            )  # fmt: skip
            style = "yellow" if result.interrupted else "green" if result.good else "bold red"
            show(self.screen, line, style)


def _end(result: MemberResult, language: Language) -> str:
    from evaluation.app.progress import spoken_seconds

    words, seconds = WORDS[language], spoken_seconds(result.seconds, language)
    if result.interrupted:
        return words["interrupted"]
    if not result.good or result.result is None:
        return words["failed"].format(seconds=seconds)
    counts = {end: len(result.result.ended(end)) for end in ("ran", "kept")}
    return words["good"].format(**counts, seconds=seconds)


def table_rows(results: Sequence[MemberResult]) -> list[tuple[str, ...]]:
    """A row for each workspace and year asked for, and for each earlier year in which something ran or failed.

    Columns as in ``COLUMNS``: numbers of tasks that ran, were kept, failed, were held back or interrupted, do not
    apply; the reports that lie there. A workspace whose run did not begin has dashes.
    """
    rows = []
    for result in results:
        outcomes = result.result.outcomes if result.result is not None else ()
        eventful = {outcome.task.year for outcome in outcomes if outcome.end not in ("kept", "not_applicable")}
        for year in sorted({*result.years, *eventful}):
            if result.result is None:
                rows.append((result.member.name, str(year), *["-"] * (len(COLUMNS["en"]) - 2)))
                continue
            ends = [outcome.end for outcome in outcomes if outcome.task.year == year]
            held = ends.count("blocked") + ends.count("interrupted")
            counts = (ends.count("ran"), ends.count("kept"), ends.count("failed"), held, ends.count("not_applicable"))
            reports = [
                str(path)
                for outcome in outcomes
                if outcome.task.year == year and outcome.end in ("ran", "kept")
                for name, path in outcome.task.outputs.items()
                if name.startswith("file:report.") and path.exists()
            ]
            rows.append((result.member.name, str(year), *map(str, counts), " ".join(reports) or "-"))
    return rows


def _tell(screen: Console, results: Sequence[MemberResult], language: Language, plain: bool) -> None:
    say_line = partial(show, screen)
    words, rows = WORDS[language], table_rows(results)
    if plain:
        for row in (COLUMNS[language], *rows):
            # a console would make blanks of the tabs
            typer.echo("\t".join(row))
    else:
        from rich.table import Table

        table = Table(*COLUMNS[language])
        for row in rows:
            table.add_row(*(cell.replace("[", r"\[") for cell in row))
        screen.print(table)
    for result in results:
        name = result.member.name
        if result.failure is not None and not result.interrupted:
            say_line(
                words["refused"].format(name=name, message=result.failure.message.in_language(language)), "bold red"
            )
            if result.failure.log is not None:
                say_line(words["log"].format(path=result.failure.log))
        for outcome in result.result.ended("failed") if result.result is not None else ():
            if outcome.failure is not None:
                what, message = (
                    f"{outcome.task.name} {outcome.task.year}",
                    outcome.failure.message.in_language(language),
                )
                say_line(words["failure"].format(name=name, what=what, message=message), "bold red")
                if outcome.failure.log is not None:
                    say_line(words["log"].format(path=outcome.failure.log))
    good = sum(result.good for result in results)
    say_line(words["summary"].format(total=len(results), good=good, bad=len(results) - good))
    if any(result.interrupted for result in results):
        say_line(words["stopped"], "yellow")
