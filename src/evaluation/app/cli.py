"""The command line ``evaluation``. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.backup_command import BACKUP_HELP, backup
from evaluation.app.bench_command import BENCH_HELP, bench
from evaluation.app.best_practice_command import BEST_PRACTICE_HELP, best_practice
from evaluation.app.compare_command import COMPARE_HELP, compare
from evaluation.app.design_cli import design
from evaluation.app.document_command import READ_DOCUMENT_HELP, read_document
from evaluation.app.gallery_command import GALLERY_HELP, gallery
from evaluation.app.init_command import INIT_HELP, init
from evaluation.app.letterhead_command import LETTERHEAD_HELP, letterhead
from evaluation.app.monitoring_command import monitoring
from evaluation.app.new_year_command import NEW_YEAR_HELP, new_year
from evaluation.app.panel_command import PANEL_HELP, panel
from evaluation.app.release_command import RELEASE_HELP, release
from evaluation.app.roll_up_command import roll_up
from evaluation.app.run_command import RUN_HELP, run
from evaluation.app.speaking import (
    FAILED,
    LanguageOption,
    LastYearArgument,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
    show_texts,
)
from evaluation.app.study_command import STUDY_HELP, study
from evaluation.app.territory_command import territory
from evaluation.app.trace_command import TRACE_HELP, trace
from evaluation.app.verify_command import VERIFY_HELP, verify

if TYPE_CHECKING:
    from evaluation.places import Workspace

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=say(
        "Оценка программы: от полученных таблиц до отчётов, которые можно построить заново.",
        "Programme evaluation: from received spreadsheets to reports that can be rerun.",
    ),
)

StepArgument = Annotated[
    str, typer.Argument(metavar="STEP", help=say("шаг, как назван его блокнот", "a step, named as its notebook"))
]


app.command(help=RUN_HELP)(run)


@app.command(help=say("Что свежее, что устарело, что не прошло.", "What is fresh, stale or failed."))
@command
def status(
    year: LastYearArgument = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.status import show_status

    opened = _open(workspace)
    show_status(opened, year or opened.programme.last_year, console(plain), chosen_language(language), plain)


@app.command(help=say("Почему шаг выполнится снова.", "Why a step will run again."))
@command
def why(
    step: StepArgument,
    year: LastYearArgument = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.status import show_reasons

    opened = _open(workspace)
    show_reasons(opened, step, year or opened.programme.last_year, console(plain), chosen_language(language))


@app.command(help=say("Журнал последнего выполнения шага.", "The log of a step's last run."))
@command
def log(
    step: StepArgument,
    year: LastYearArgument = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.running.record import log_path
    from evaluation.running.tasks import check_step
    from evaluation.settings import InputProblem

    check_step(step)
    opened = _open(workspace)
    chosen = year or opened.programme.last_year
    opened.year(chosen)
    path = log_path(opened.run_folder(chosen), step)
    if not path.exists():
        raise InputProblem(
            f"Журнала шага {step} за {chosen} год нет: шаг ещё не выполнялся. Выполните «evaluation run {chosen}».",
            f"There is no log of step {step} for {chosen}: it has not been run yet. Run 'evaluation run {chosen}'.",
        )
    typer.echo(path.read_text(encoding="utf-8"), nl=False)


@app.command(
    help=say(
        "Проверить полученные файлы: только очистка. Коды: 0 чисто, 3 есть что решать, 2 не читается.",
        "Check received files: cleaning alone. Exit codes: 0 clean, 3 issues to decide, 2 unreadable.",
    )
)
@command
def check(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[PATH|YEAR]",
            help=say("файл или год; без них последний год", "a file or a year; without it the last year"),
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="SOURCE",
            help=say("какой это источник, например projects", "which source it is, such as projects"),
        ),
    ] = None,
    registry: Annotated[
        Path | None,
        typer.Option("--registry", metavar="FILE", help=say("другой реестр территорий", "another registry of units")),
    ] = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar="YEAR",
            help=say("год файла; all: каждый год, что в нём есть", "the file's year; all: every year that it has"),
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="DIR",
            help=say(
                "отчёт о качестве в эту папку, книги решений в data/restricted",
                "the quality report to this folder, workbooks of decisions to data/restricted",
            ),
        ),
    ] = None,
    rules: Annotated[
        bool,
        typer.Option("--rules", help=say("сами правила проверки, без файлов", "the checking rules alone, no files")),
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.app.check_command import run_check, run_rules

    opened, spoken = _open(workspace), chosen_language(language)
    screen, notices = console(plain), console(plain, error=True)
    if rules and target is None:
        return run_rules(opened, screen, spoken)
    return run_check(opened, target, source, year, registry, report, screen, notices, spoken)


@app.command(help=say("Принять решения из заполненной книги.", "Take decisions from a filled workbook."))
@command
def decide(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("заполненная книга", "the filled workbook"))],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.deciding import in_words, take_decisions

    opened = _open(workspace)
    lines = in_words(take_decisions(opened, file), opened.codebook)
    show_texts(console(plain), lines, chosen_language(language))


@app.command(help=say("План анализа словами.", "The analysis plan in words."))
@command
def plan(
    year: LastYearArgument = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.plan import plan_in_words

    opened = _open(workspace)
    chosen = year or opened.programme.last_year
    opened.year(chosen)
    typer.echo(plan_in_words(opened, chosen, chosen_language(language)))


app.command(help=say("Жребий следующего года: вытянуть и запечатать.", "Next year's lot: draw and seal it."))(design)


@app.command(help=say("Смоделировать данные программы с известной истиной.", "Simulate a programme with known truth."))
@command
def simulate(
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help=say("начальное число", "seed of the random numbers"))
    ] = None,
    years: Annotated[
        str | None,
        typer.Option("--years", metavar="A-B", help=say("годы, например 2019-2025", "years, such as 2019-2025")),
    ] = None,
    municipalities: Annotated[
        int | None,
        typer.Option(
            "--municipalities", min=2, metavar="N", help=say("сколько территорий придумать", "units to invent")
        ),
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help=say("чистые таблицы вместо обычных", "clean tables instead of usual ones"))
    ] = False,
    national: Annotated[
        bool,
        typer.Option(
            "--national",
            help=say("страна с отчётами муниципалитетов, в новой папке", "a country with returns, in a new folder"),
        ),
    ] = False,
    regions: Annotated[
        int | None,
        typer.Option("--regions", min=1, max=99, metavar="N", help=say("регионов в стране", "regions of the country")),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    screen = console(plain)
    if national or regions is not None:
        from evaluation.app.national_command import simulate_national

        folder = simulate_national(_new_folder(workspace), seed, regions, municipalities, years)
    else:
        from evaluation.app.simulation import simulate_files

        folder = simulate_files(_open(workspace), seed, years, municipalities, clean)
    spoken = chosen_language(language)
    show(screen, f"Смоделированные файлы: {folder}" if spoken == "ru" else f"Simulated files: {folder}")


@app.command(help=say("Проверить, чего не хватает.", "Check what is missing."))
@command
def doctor(workspace: WorkspaceOption = None, language: LanguageOption = None, plain: PlainOption = False) -> int:
    from evaluation.app.doctor.examination import examine

    spoken = chosen_language(language)
    findings = examine(workspace)
    screen = console(plain)
    for finding in findings:
        style = {"good": "green", "look": "yellow", "bad": "bold red"}[finding.state]
        word = {"good": ("годится", "good"), "look": ("внимание", "look"), "bad": ("плохо", "bad")}[finding.state]
        shown = word[0] if spoken == "ru" else word[1]
        screen.print(f"[{style}]{shown:<9}[/]", end="")
        show(screen, finding.text.in_language(spoken))
    return FAILED if any(finding.state == "bad" for finding in findings) else 0


app.command(help=COMPARE_HELP)(compare)
app.command(help=BENCH_HELP)(bench)
app.command(help=GALLERY_HELP)(gallery)
app.command(help=LETTERHEAD_HELP)(letterhead)
app.command("read-document", help=READ_DOCUMENT_HELP)(read_document)
app.command("best-practice", help=BEST_PRACTICE_HELP)(best_practice)


@app.command(help=say("Открыть JupyterLab в рабочем пространстве.", "Open JupyterLab in the workspace."))
@command
def lab(
    port: Annotated[int, typer.Option("--port", metavar="N", help=say("порт", "port"))] = 8888,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=say("не открывать браузер", "open no browser"))
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.app.lab import start_lab

    return start_lab(_open(workspace), chosen_language(language), port, no_browser)


@app.command(help=say("Пустые формы для файлов, которые присылают.", "Empty forms for the files to be received."))
@command
def templates(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=say("куда записать", "where to write"))],
    tables: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="NAME", help=say("только эта форма (можно повторять)", "this form alone")),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", min=1900, max=2200, metavar="YEAR", help=say("год форм", "the forms' year")),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.templates import write_templates

    opened = _open(workspace)
    spoken = chosen_language(language)
    screen = console(plain)
    for path in write_templates(opened, out, tables or [], year or opened.programme.last_year, spoken):
        show(screen, str(path))


app.command(help=STUDY_HELP)(study)
app.command(help=INIT_HELP)(init)
app.command("new-year", help=NEW_YEAR_HELP)(new_year)
app.command(help=BACKUP_HELP)(backup)
app.add_typer(territory, name="territory")
app.add_typer(monitoring, name="monitoring")
app.add_typer(roll_up, name="roll-up")
app.command(help=RELEASE_HELP)(release)
app.command(help=PANEL_HELP)(panel)
app.command(help=VERIFY_HELP)(verify)
app.command(help=TRACE_HELP)(trace)


def _new_folder(workspace: Path | None) -> Path:
    """The folder that ``--workspace`` names for a new workspace. Raises InputProblem without one."""
    if workspace is None:
        from evaluation.settings import InputProblem

        raise InputProblem(
            "Назовите новую папку: --workspace DIR. Страна не моделируется в открытом рабочем пространстве.",
            "Name a new folder: --workspace DIR. A country is not simulated into the workspace at hand.",
        )
    return Path(workspace)


def _open(path: Path | None) -> Workspace:
    from evaluation.places import open_workspace

    return open_workspace(path)


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 a run failed, 2 bad input or usage."""
    app()


if __name__ == "__main__":
    main()
