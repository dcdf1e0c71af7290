"""The command ``evaluation study``; ``study.py`` does the work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.app.speaking import LanguageOption, PlainOption, chosen_language, command, console, say, show, telling

STUDY_HELP = say(
    "Проверить на моделированных программах, каким оценкам и интервалам можно верить.",
    "Test on simulated programmes which estimates and intervals can be trusted.",
)


@command
def study(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            help=say("папка промежуточных блоков; прерванное продолжится", "folder of blocks; an ended run goes on"),
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="DIR",
            help=say("куда записать документ; без этого туда же", "where to write the document; else the same folder"),
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=2, metavar="N", help=say("программ на ячейку", "programmes a cell"))
    ] = 2_000,
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help=say("сколько сразу", "how many at once"))] = 2,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.study import run_study

    screen, spoken = console(plain), chosen_language(language)

    tell = telling(screen, spoken)
    for path in run_study(out, report or out, draws, jobs, tell):
        show(screen, str(path))
