"""``evaluation verify`` as a command line: its options and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.app.speaking import (
    FAILED,
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
)

VERIFY_HELP = say(
    "Протокол рецензента: прогнать дважды с нуля и сравнить до байта. Коды: 0 подтверждено, 1 нет.",
    "The reviewer protocol: run twice from scratch, compare every byte. Exit codes: 0 it holds, 1 it does not.",
)


@command
def verify(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[YEAR|RELEASE]",
            help=say(
                "год (черновик) или папка выпуска; без них последний год", "a year (its draft) or a released folder"
            ),
            show_default=False,
        ),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help=say("один прогон вместо двух", "a single run instead of two"))
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.places import open_workspace
    from evaluation.year.verdict_page import lines, write_verdict
    from evaluation.year.verify import How, verify_release, verify_year, workspace_of

    spoken, screen, how = chosen_language(language), console(plain), How(once)
    if target is None or target.isdigit():
        opened = open_workspace(workspace)
        verdict = verify_year(opened, int(target) if target else opened.programme.last_year, how)
    else:
        opened = open_workspace(workspace or workspace_of(Path(target)))
        verdict = verify_release(Path(target), how, opened)
    written = write_verdict(opened, verdict)
    show(screen, "\n".join([*lines(verdict, spoken), *map(str, written)]))
    return 0 if verdict.holds else FAILED
