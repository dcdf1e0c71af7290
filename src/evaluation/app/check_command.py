"""The command ``evaluation check``: what was asked, the words printed, the exit code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.app.check_outputs import write_report
from evaluation.app.check_texts import RULES_SAID
from evaluation.app.check_words import STYLES, Line, Words
from evaluation.app.checking import YearCheck, check_file, check_year
from evaluation.app.cleaning_alone import checking_rules
from evaluation.app.language import Language
from evaluation.app.speaking import BAD_INPUT, DONE, show, show_texts
from evaluation.app.waiting import Waiting
from evaluation.cleaning.consistency import examine_rules
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Text
from evaluation.year.unconfirmed import unconfirmed_lines

if TYPE_CHECKING:
    from rich.console import Console

TO_DECIDE = 3


def run_check(
    workspace: Workspace,
    target: str | None,
    source: str | None,
    year: str | None,
    registry: Path | None,
    report: Path | None,
    screen: Console,
    notices: Console,
    language: Language,
) -> int:
    """Check a file or a year, print what was found and return the exit code: 0 clean, 2 unreadable, 3 to decide.

    Only with ``report`` is anything written: the quality report in that folder, workbooks in ``data/restricted``.
    """
    with Waiting(notices, language, live=notices.is_terminal) as stage:
        check = _checked(workspace, target, source, year, registry, stage)
    print_lines(screen, Words(workspace.codebook, language).lines(check))
    if not check.paths:
        print_lines(screen, not_confirmed(workspace, check.year, language))
    if report is not None:
        show_texts(screen, write_report(workspace, check, report, registry, language), language)
    if any(one.problem is not None for one in check.files):
        return BAD_INPUT
    serious = any(one.issues["severity"].isin(["error", "warning"]).any() for one in check.files)
    return TO_DECIDE if serious else DONE


def not_confirmed(workspace: Workspace, year: int, language: Language) -> list[Line]:
    """Lines of the year's settings that were carried over from last year and that nobody confirmed yet."""
    lines = unconfirmed_lines(workspace, year)
    if not lines:
        return []
    head = Text(
        ru=f"Не подтверждено строк в настройках: {len(lines)} (проверьте и сотрите пометку «confirm»)",
        en=f"Lines of the settings not confirmed: {len(lines)} (check them, then delete the mark 'confirm')",
    )
    return [
        Line(0, "warning", head.in_language(language)),
        *(Line(2, "", f"{one.file}:{one.line} {one.text}") for one in lines),
    ]


def run_rules(workspace: Workspace, screen: Console, language: Language) -> int:
    """Examine the checking rules without data; exit code 3 where some contradict one another or never apply or fail."""
    year = workspace.programme.last_year
    settings = {"year": workspace.year(year)} if year in workspace.years else {}
    rules = checking_rules(workspace)
    found = examine_rules(rules, settings)
    faults = found[found["finding"] != "not_analysed"]
    said = RULES_SAID[0 if language == "ru" else 1]
    show(screen, said.format(n=len(rules.rules), faults=len(faults)))
    for row in [*faults.to_dict("records"), *found[found["finding"] == "not_analysed"].to_dict("records")]:
        style = "" if row["finding"] == "not_analysed" else "yellow"
        text = f"  {row['table']}: {row[language]}"
        show(screen, text, style)
    return TO_DECIDE if (faults["finding"] != "redundant").any() else DONE


def print_lines(screen: Console, lines: Iterable[Line]) -> None:
    for line in lines:
        style = STYLES.get(line.style, "")
        show(screen, " " * line.indent + line.text, style)


def _checked(
    workspace: Workspace,
    target: str | None,
    source: str | None,
    year: str | None,
    registry: Path | None,
    stage: Waiting,
) -> YearCheck:
    path = None if target is None else Path(target)
    named_year = target if target and re.fullmatch(r"(?:19|20)\d\d", target) and not Path(target).exists() else None
    if target is not None and named_year is None:
        assert path is not None
        if path.is_dir():
            raise InputProblem(
                f"{path} — папка. Ожидался один файл (таблица) или год. Укажите файл внутри неё.",
                f"{path} is a folder. One file (a table) or a year was expected. Name a file inside it.",
            )
        return check_file(workspace, path, source, year, registry, stage)
    if source is not None:
        raise InputProblem(
            "Ключ --as относится к одному файлу. Назовите файл: «evaluation check ФАЙЛ --as ИСТОЧНИК».",
            "The option --as is for one file. Name the file: 'evaluation check FILE --as SOURCE'.",
        )
    if named_year and year and year != named_year:
        raise InputProblem(
            f"Названы два года: {named_year} и --year {year}. Оставьте один.",
            f"Two years are named: {named_year} and --year {year}. Keep one.",
        )
    chosen = named_year or year or str(workspace.programme.last_year)
    if not chosen.isdigit():
        raise InputProblem(
            f"--year {chosen} относится к одному файлу. Назовите файл или год.",
            f"--year {chosen} is for one file. Name a file, or a year.",
        )
    return check_year(workspace, int(chosen), registry, stage)
