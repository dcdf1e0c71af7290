"""What is missing before work begins: the doctor's look, and what the year itself still lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evaluation.app.doctor.examination import examine
from evaluation.app.doctor.finding import Finding, good, look
from evaluation.display.wording import SOURCES
from evaluation.places import Workspace, open_workspace
from evaluation.settings import InputProblem, Language

SHOWN = 6
WORDS = {
    "good": ("годится", "good"),
    "look": ("внимание", "look"),
    "bad": ("плохо", "bad"),
}


def first_look(root: Path | None) -> list[Finding]:
    """The doctor's findings on machine and workspace, then those on the last year: its files, its plan.

    A workspace that cannot be opened is itself a finding, so that there is always something to show.
    """
    found = examine(root)
    try:
        workspace = open_workspace(root)
        year = workspace.programme.last_year
        return [*found, *of_year(workspace, year)] if year in workspace.years else found
    except InputProblem:
        return found  # the doctor's own findings name the problem


def of_year(workspace: Workspace, year: int) -> Iterator[Finding]:
    """Files that the year's settings name and that are not there or empty; a plan that is not declared."""
    yield forms(workspace, year)
    if workspace.plan(year) is None:
        place = f"config/plan/{year}.yml"
        yield look(
            f"у {year} года нет плана анализа ({place}): выводы останутся описанием; запишите план до того, как "
            "придут результаты",
            f"{year} has no analysis plan ({place}): conclusions stay descriptions; write the plan before the outcomes "
            "arrive",
        )
    else:
        yield good(f"план анализа {year} года записан", f"the analysis plan of {year} is written")


def forms(workspace: Workspace, year: int) -> Finding:
    """Are the files there that the year is waiting for?"""
    sources = workspace.year(year).sources
    missing = [name for name, source in sources.items() if not _filled(workspace.raw_folder(year) / source.file)]
    if not missing:
        return good(f"файлы {year} года на месте: {len(sources)}", f"the files of {year} are there: {len(sources)}")
    names = {
        place: "; ".join(f"{SOURCES.get(name, (name, name))[place]} ({sources[name].file})" for name in missing[:SHOWN])
        for place in (0, 1)
    }
    more = len(missing) - SHOWN
    return look(
        f"нет файлов {year} года: {names[0]}" + (f" и ещё {more}" if more > 0 else "")
        + f"; положите их в data/raw/{year} или через раздел «Файлы» панели; пустые формы: «evaluation templates»",
        f"files of {year} are missing: {names[1]}" + (f" and {more} more" if more > 0 else "")
        + f"; put them into data/raw/{year}, or the panel's section 'Files'; empty forms: 'evaluation templates'",
    )  # fmt: skip


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def told(findings: list[Finding], language: Language) -> Iterator[str]:
    """A line a finding that wants attention; one line for all where there is none."""
    place = 0 if language == "ru" else 1
    wanting = [finding for finding in findings if finding.state != "good"]
    for finding in wanting:
        yield f"{WORDS[finding.state][place]:<9}{finding.text.in_language(language)}"
    if not wanting:
        yield ("Всё нужное есть.", "Everything needed is there.")[place]
