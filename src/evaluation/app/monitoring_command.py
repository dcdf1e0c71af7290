"""The commands ``evaluation monitoring``: a ministry's form filled from our tables, or compared with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.speaking import (
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    YearArgument,
    chosen_language,
    command,
    console,
    say,
    show,
)

if TYPE_CHECKING:
    from evaluation.places import Workspace

SHOWN = 20
monitoring = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help=say(
        "Форма мониторинга ведомства: заполнить из наших таблиц или сверить с ними.",
        "A ministry's monitoring form: fill it from our tables, or compare it with them.",
    ),
)
FormArgument = Annotated[
    str,
    typer.Argument(
        metavar="FORM",
        help=say("имя файла в config/monitoring", "name of a file in config/monitoring"),
    ),
]


@monitoring.command(help=say("Проверить форму и числа, ничего не записывая.", "Check form and numbers, write nothing."))
@command
def check(
    form: FormArgument,
    year: YearArgument,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.monitoring_work import prepare, refuse_unsendable
    from evaluation.places import open_workspace
    from evaluation.report.monitoring.values import value_at

    opened, is_russian = open_workspace(workspace), chosen_language(language) == "ru"
    ready = prepare(opened, form, year)
    refuse_unsendable(ready)
    empty = [target for target in ready.cells if value_at(ready.counted, target.entry, target.unit) is None]
    count, lacking = len(ready.cells), len(empty)
    show(
        console(plain),
        f"Форма «{form}», {year}: ячеек {count}, без значения {lacking}. {_may_be_sent(opened, is_russian)}"
        if is_russian
        else f"Form '{form}', {year}: {count} cells, {lacking} without a value. {_may_be_sent(opened, is_russian)}",
    )


def _may_be_sent(opened: Workspace, is_russian: bool) -> str:
    if opened.programme.simulated:
        return "Данные смоделированы: отправлять нельзя." if is_russian else "Simulated data: not to be sent."
    return "Отправлять можно." if is_russian else "It may be sent."


@monitoring.command(help=say("Заполнить форму числами года.", "Fill the form with the year's numbers."))
@command
def export(
    form: FormArgument,
    year: YearArgument,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE.xlsx",
            help=say("куда записать; файл, который там есть, не меняется", "where to write; a file there is kept"),
            show_default=False,
        ),
    ],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.monitoring_work import export_form
    from evaluation.places import open_workspace

    opened, is_russian = open_workspace(workspace), chosen_language(language) == "ru"
    filled, without = export_form(opened, form, year, out)
    screen = console(plain)
    lines = [f"Записано: {out}. Чисел: {filled}." if is_russian else f"Written: {out}. Numbers: {filled}."]
    for target in without[:SHOWN]:
        where = f"«{target.sheet}»!{target.cell} ({target.entry.key})"
        lines.append(f"Без значения: {where}" if is_russian else f"Without a value: {where}")
    if len(without) > SHOWN:
        lines.append(f"и ещё {len(without) - SHOWN}" if is_russian else f"and {len(without) - SHOWN} more")
    if opened.programme.simulated:
        lines.append(_may_be_sent(opened, is_russian))
    for line in lines:
        show(screen, line)


@monitoring.command("import", help=say("Сверить заполненную форму с нашими числами.", "Compare a filled form."))
@command
def import_(
    form: FormArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help=say("заполненная форма", "the filled form"))],
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", help=say("год; без него последний", "year; without it the last")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help=say("список расхождений", "the list of differences")),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    """Differences are no failure: the exit code is 0."""
    from evaluation.app.monitoring_work import compare_with, write_differences
    from evaluation.display.wording import format_number
    from evaluation.places import open_workspace
    from evaluation.report.monitoring.compare import SAME, STATES

    opened, spoken = open_workspace(workspace), chosen_language(language)
    found = compare_with(opened, form, year or opened.programme.last_year, file)
    differing = found[~found["state"].isin(SAME)]
    if out is not None:
        write_differences(out, differing)
    screen, position = console(plain), 0 if spoken == "ru" else 1
    head = (
        f"Ячеек сверено: {len(found)}, расхождений: {len(differing)}."
        if spoken == "ru"
        else f"Cells compared: {len(found)}, differences: {len(differing)}."
    )
    show(screen, head)
    for row in differing.head(SHOWN).itertuples():
        numbers = " / ".join(format_number(value, spoken) for value in (row.form, row.ours))
        where = f"«{row.sheet}»!{row.cell}" if spoken == "ru" else f"'{row.sheet}'!{row.cell}"
        show(screen, f"{where} ({row.key}): {STATES[row.state][position]}, {numbers}")
    if len(differing) > SHOWN:
        more = len(differing) - SHOWN
        show(screen, f"и ещё {more}" if spoken == "ru" else f"and {more} more")
    if out is not None:
        show(screen, str(out))
