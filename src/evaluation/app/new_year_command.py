"""The command ``evaluation new-year``: last year's settings carried over, and a checklist of what to supply."""

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
    show_texts,
)

NEW_YEAR_HELP = say(
    "Подготовить следующий год: перенести настройки, составить список дел.",
    "Prepare the next year: carry the settings over, write its checklist.",
)


@command
def new_year(
    year: Annotated[int, typer.Argument(metavar="YEAR", help=say("новый год", "the new year"))],
    gap: Annotated[
        bool,
        typer.Option("--gap", help=say("годы между ними программа не работала", "the programme paused in between")),
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.preparing_year import prepare_year
    from evaluation.places import open_workspace

    opened = open_workspace(workspace)
    show_texts(console(plain), prepare_year(opened, year, gap), chosen_language(language))
