"""The command ``evaluation backup``: one archive outside the workspace, and where the key lies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from evaluation.places import Workspace
    from evaluation.settings import Text
    from evaluation.year.backup import Backup

BACKUP_HELP = say(
    "Архив настроек, решений, таблиц и выпусков.", "An archive of settings, decisions, tables and releases."
)


@command
def backup(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help=say("куда; иначе папка backups рядом", "where; else backups beside")),
    ] = None,
    with_raw: Annotated[
        bool,
        typer.Option("--with-raw", help=say("и полученные файлы: в них люди", "also received files: they name people")),
    ] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.places import open_workspace
    from evaluation.year.backup import make_backup

    opened = open_workspace(workspace)
    target = to or opened.root.parent / "backups"
    made = make_backup(opened, target, dt.date.today().isoformat(), with_raw)
    show_texts(console(plain), in_words(opened, made, with_raw), chosen_language(language))


def in_words(workspace: Workspace, made: Backup, with_raw: bool) -> list[Text]:
    """What the archive holds, what it does not, and what must be kept apart from it."""
    from evaluation.settings import Text

    size = made.size / 1e6
    key = workspace.key_file()
    lines = [
        Text(
            ru=f"Архив: {made.path} (файлов: {made.files}, {f'{size:.1f}'.replace('.', ',')} МБ)."
            + (" Такой уже был: ничего не изменилось." if made.again else ""),
            en=f"Archive: {made.path} ({made.files} files, {size:.1f} MB)."
            + (" It was there already: nothing has changed." if made.again else ""),
        )
    ]
    if with_raw:
        lines.append(
            Text(
                ru="В нём полученные файлы с персональными данными: храните его как сами эти файлы и не пересылайте.",
                en="It holds received files with personal data: keep it as you keep those files, and do not send it.",
            )
        )
    else:
        lines.append(
            Text(
                ru=f"Полученных файлов в нём нет (--with-raw). Персональные файлы data/restricted ({made.restricted}) "
                "только названы в RESTRICTED.csv: храните их копию отдельно.",
                en=f"It has no received files (--with-raw). Personal files of data/restricted ({made.restricted}) are "
                "only named in RESTRICTED.csv: keep a copy of them apart.",
            )
        )
    there_ru, there_en = ("", "") if key.exists() else (" (его ещё нет)", " (there is none yet)")
    lines.append(
        Text(
            ru=f"Ключа псевдонимов в архиве нет никогда. Он здесь: {key}{there_ru}. Храните его копию отдельно от "
            "архива: без него решения и ряды людей по годам не восстановить.",
            en=f"The pseudonym key is never in the archive. It lies here: {key}{there_en}. Keep a copy of it apart "
            "from the archive: without it decisions and people's records over years cannot be tied together again.",
        )
    )
    return lines
