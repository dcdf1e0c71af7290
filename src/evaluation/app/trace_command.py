"""``evaluation trace``: from a number of the report back to the received cells."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.speaking import (
    LanguageOption,
    LastYearArgument,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
)

if TYPE_CHECKING:
    from rich.console import Console

    from evaluation.places import Workspace
    from evaluation.settings import Language

TRACE_HELP = say(
    "От числа в отчёте назад к ячейкам полученных файлов.",
    "From a number of the report back to the cells of the received files.",
)


@command
def trace(
    finding: Annotated[
        str | None,
        typer.Argument(
            metavar="[FINDING]",
            help=say("имя находки (наведите указатель на число отчёта)", "a finding's name (point at a number)"),
            show_default=False,
        ),
    ] = None,
    year: LastYearArgument = None,
    listing: Annotated[bool, typer.Option("--list", help=say("все находки года", "all findings of the year"))] = False,
    every: Annotated[
        bool, typer.Option("--all", help=say("все строки, в файл CSV", "every row, into a CSV file"))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=say("файл для --all; без этого reports/ГОД/trace", "the file of --all; else reports/YEAR/trace"),
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("для программ", "for programs"))] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.places import open_workspace

    opened, spoken, screen = open_workspace(workspace), chosen_language(language), console(plain)
    if listing and finding is not None and finding.isdigit() and year is None:
        year = int(finding)
    chosen = year or opened.programme.last_year
    if listing:
        _show_list(opened, chosen, spoken, as_json)
        return
    if finding is None:
        from evaluation.settings import InputProblem

        raise InputProblem(
            "Назовите находку: «evaluation trace ИМЯ ГОД». Все имена: «evaluation trace --list».",
            "Name a finding: 'evaluation trace NAME YEAR'. All names: 'evaluation trace --list'.",
        )
    _show(opened, finding, chosen, screen, spoken, every, out, as_json)


def _show(
    workspace: Workspace, finding: str, year: int, screen: Console, language: Language, every: bool, out: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    from evaluation.year.trace.finding import FIRST
    from evaluation.year.trace.finding import trace as trace_of
    from evaluation.year.trace.page import content, lines, to_csv

    found = trace_of(workspace, finding, year, None if every else FIRST)
    place = None
    if every:
        from evaluation.aside import write_whole

        place = out or workspace.root / "reports" / str(year) / "trace" / f"{finding}.csv"
        _make_folder(place.parent)
        write_whole(place, "\ufeff" + to_csv(found))
    if as_json:
        typer.echo(json.dumps(content(found), ensure_ascii=False, indent=1, default=str))
        return
    shown = dataclasses.replace(found, origins=found.origins.head(FIRST))
    for line in lines(shown, workspace.codebook, language, workspace.programme.currency.code):
        style = "bold" if line.depth == 0 else None
        show(screen, "  " * line.depth + line.text, style)
    if place is not None:
        told = "Все строки" if language == "ru" else "Every row"
        show(screen, f"{told}: {place}")


def _make_folder(folder: Path) -> None:
    from evaluation.settings import InputProblem

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputProblem(
            f"Не удалось создать папку {folder}: {error.strerror}. Назовите другое место: --out.",
            f"The folder {folder} cannot be made: {error.strerror}. Name another place: --out.",
        ) from error


def _show_list(workspace: Workspace, year: int, language: Language, as_json: bool) -> None:
    """A line a finding with tabs between name, value, step and label, so that programs can read it too."""
    from evaluation.display.wording import format_number
    from evaluation.year.trace.finding import findings_of

    rows = findings_of(workspace, year).to_dict("records")
    if as_json:
        typer.echo(json.dumps([{key: row[key] for key in ("name", "unit", "step")} for row in rows], indent=1))
        return
    currency = workspace.programme.currency.code
    for row in rows:
        unit = str(row["unit"]).replace("currency", currency)
        label = workspace.codebook.label("findings", row["name"], language)
        value = format_number(row["value"], language, None, unit)
        typer.echo("\t".join((row["name"], value, row["step"], label if label != row["name"] else "")).rstrip())
