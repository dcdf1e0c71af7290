"""``evaluation release`` as a command line: its options and what it prints."""

from __future__ import annotations

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
    show_texts,
)

if TYPE_CHECKING:
    from evaluation.settings import SignedRole

RELEASE_HELP = say(
    "Выпустить год: заморозить результаты со всем, чем они получены.",
    "Release a year: freeze its results with all that made them.",
)


@command
def release(
    year: YearArgument,
    sign: Annotated[
        list[str] | None,
        typer.Option(
            "--sign",
            metavar='PART="NAME, ROLE"',
            help=say("кто отвечает за часть: data, analysis, text", "who answers for a part: data, analysis, text"),
        ),
    ] = None,
    without_git: Annotated[
        bool,
        typer.Option("--without-git", help=say("репозитория нет, так и записать", "there is no repository: say so")),
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.app.waiting import Waiting
    from evaluation.places import open_workspace
    from evaluation.settings import Text
    from evaluation.year.manifest import read_manifest
    from evaluation.year.release import Request
    from evaluation.year.release import release as release_year

    spoken, screen = chosen_language(language), console(plain)
    notices = console(plain, error=True)
    with Waiting(notices, spoken, live=notices.is_terminal and not plain) as stage:
        folder = release_year(open_workspace(workspace), year, Request(signatures(sign or []), without_git), stage)
    made = read_manifest(folder)
    given = sum(each.given for each in made.received)
    files, received = len(made.files), len(made.received)
    lines = [
        Text(ru=f"Выпущено: {folder}", en=f"Released: {folder}"),
        Text(
            ru=f"Файлов: {files}; полученных файлов в архиве: {given} из {received}",
            en=f"Files: {files}; received files in the archive: {given} of {received}",
        ),
        *made.notes,
    ]
    show_texts(screen, lines, spoken)


def signatures(given: list[str]) -> dict[SignedRole, str]:
    """Name by part of ``data=...`` and the like. Raises InputProblem for another part or an empty name."""
    from evaluation.settings import InputProblem
    from evaluation.year.manifest import ROLES

    found: dict[SignedRole, str] = {}
    for text in given:
        part, _, name = text.partition("=")
        role = next((role for role in ROLES if role == part.strip()), None)
        if role is None or not name.strip():
            raise InputProblem(
                f'--sign {text}: ожидалось ЧАСТЬ="Имя, должность", где часть — одна из: {", ".join(ROLES)}.',
                f'--sign {text}: expected PART="Name, role", where the part is one of: {", ".join(ROLES)}.',
            )
        found[role] = name.strip()
    return found
