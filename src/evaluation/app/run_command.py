"""The command ``evaluation run``: what is stale, in one workspace or in many, here or on a cluster."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.fleet_command import ClusterOption, WorkspacesOption, jobs_at_once, opened_cluster, run_workspaces
from evaluation.app.speaking import (
    BAD_INPUT,
    DONE,
    FAILED,
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    telling,
)

if TYPE_CHECKING:
    from evaluation.places import Workspace

RUN_HELP = say("Выполнить всё, что устарело.", "Run what is stale.")

YearsArgument = Annotated[
    list[int] | None,
    typer.Argument(
        metavar="[YEAR ...]", help=say("годы; без них последний", "years; without them the last"), show_default=False
    ),
]


@command
def run(
    years: YearsArgument = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="STEP", help=say("только этот шаг", "this step alone"))
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help=say("начиная с этого шага", "this step and later ones"))
    ] = None,
    force: Annotated[
        list[str] | None,
        typer.Option("--force", metavar="STEP", help=say("заново, даже если не устарел", "again, even when fresh")),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            min=1,
            metavar="N",
            help=say("сколько сразу (2; на кластере сколько он берёт)", "how many at once (2; all a cluster takes)"),
            show_default=False,
        ),
    ] = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=0.01, metavar="MINUTES", help=say("минут на шаг", "minutes a step"))
    ] = 60.0,
    wait: Annotated[
        bool, typer.Option("--wait", help=say("дождаться конца другого прогона", "wait for another run to end"))
    ] = False,
    cluster: ClusterOption = None,
    workspaces: WorkspacesOption = None,
    events: Annotated[
        Path | None,
        typer.Option(
            "--events",
            metavar="FILE",
            help=say("ход прогона в этот файл, строка JSON на событие", "the run's course to this file, JSON a line"),
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.app.progress import Progress, tell_result
    from evaluation.app.run_events import told_to
    from evaluation.places import open_workspace
    from evaluation.running import engine
    from evaluation.running.engine import Options
    from evaluation.settings import InputProblem

    if workspaces is not None and events is not None:
        raise InputProblem(
            "--events рассказывает об одном рабочем пространстве: с --workspaces его дать нельзя.",
            "--events tells of one workspace: it cannot be given with --workspaces.",
        )
    if workspaces is not None and workspace is not None:
        raise InputProblem(
            "Дайте либо --workspace, либо --workspaces: одно рабочее пространство или список.",
            "Give either --workspace or --workspaces: one workspace or a list.",
        )
    # A polite end from outside, or of the terminal, leaves the same clean state as Ctrl-C.
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    screen = console(plain)
    options = Options(only, start, tuple(force or ()), jobs_at_once(jobs, cluster), time_limit * 60, wait=wait)
    spoken = chosen_language(language)
    if workspaces is not None:
        with opened_cluster(cluster) as place:
            how = replace(options, elsewhere=place.at if place else None)
            return run_workspaces(workspaces, years or [], how, _make_pseudonym_key, screen, spoken, plain)
    opened = open_workspace(workspace)
    chosen = years or [opened.programme.last_year]
    _make_pseudonym_key(opened, max(chosen))

    tell = telling(screen, spoken)
    live = screen.is_terminal and not plain
    with (
        told_to(events, chosen) as teller,
        opened_cluster(cluster) as place,
        Progress(screen, spoken, live=live) as progress,
    ):
        options = replace(options, elsewhere=place.at if place else None)

        def on_event(event: engine.Event) -> None:
            progress.on_event(event)
            teller.on_event(event)

        result = engine.run(opened, chosen, options, on_event=on_event, on_wait=tell)
        teller.finished(result)
    reports = [
        path
        for outcome in result.outcomes
        for name, path in outcome.task.outputs.items()
        if name.startswith("file:report.") and path.exists()
    ]
    tell_result(screen, result, reports, opened.report_folder(max(chosen)), spoken)
    if result.good:
        return DONE
    return BAD_INPUT if result.input_refused else FAILED


def _make_pseudonym_key(opened: Workspace, year: int) -> None:
    """Make the key before the first step: which key it is belongs to the fingerprints of the steps that use it."""
    from evaluation.tables import PSEUDONYM_SOURCES

    named = any(set(PSEUDONYM_SOURCES) & set(opened.year(known).sources) for known in opened.years_up_to(year))
    if named and not opened.key_file().exists():
        from evaluation.privacy.pseudonyms import read_or_create_key

        read_or_create_key(opened.key_file())
