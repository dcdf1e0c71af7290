"""``evaluation design`` as a command line: its options and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from evaluation.app.speaking import (
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
)


@command
def design(
    year: Annotated[
        int | None,
        typer.Argument(
            metavar="[YEAR]",
            help=say("год жребия; без него следующий за последним", "the lot's year; without it the next one"),
            show_default=False,
        ),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help=say("только мощность, без жребия", "power alone, no lot is drawn"))
    ] = False,
    verify: Annotated[
        int | None, typer.Option("--verify", metavar="YEAR", help=say("проверить печать", "check the seal"))
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.design_command import run_design
    from evaluation.places import open_workspace

    lines = run_design(open_workspace(workspace), year, preview, verify, chosen_language(language))
    show(console(plain), "\n".join(lines))
