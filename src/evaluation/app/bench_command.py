"""The command ``evaluation bench``; the modules ``bench*.py`` beside it do the measuring."""

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

BENCH_HELP = say("Измерить скорость и память.", "Measure speed and memory.")


@command
def bench(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help=say("что измерить: clean, effects, engine, survey", "what to measure: clean, effects, engine, survey"),
        ),
    ],
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows",
            min=100,
            metavar="N",
            help=say(
                "строк: в реестре 200000, в панели 264000, ответов 1000000",
                "rows: 200000 of the register, 264000 of the panel, 1000000 responses",
            ),
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.bench.cleaning import ROWS, bench_cleaning
    from evaluation.app.bench.effects import PANEL_ROWS, bench_effects
    from evaluation.app.bench.engine import bench_engine
    from evaluation.app.bench.survey import RESPONSES, bench_survey
    from evaluation.places import open_workspace
    from evaluation.settings import InputProblem

    screen, spoken = console(plain), chosen_language(language)
    if name == "clean":
        words = bench_cleaning(open_workspace(workspace), rows or ROWS).in_words(spoken)
    elif name == "effects":
        words = bench_effects(rows or PANEL_ROWS).in_words(spoken)
    elif name == "engine":
        words = bench_engine().in_words(spoken)
    elif name == "survey":
        words = bench_survey(rows or RESPONSES).in_words(spoken)
    else:
        raise InputProblem(
            f"Измерения «{name}» нет. Есть: clean, effects, engine, survey.",
            f"There is no measurement '{name}'. There are: clean, effects, engine, survey.",
        )
    show(screen, words)
