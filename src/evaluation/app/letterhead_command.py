"""The command ``evaluation letterhead``: the Word document that an institute's own letterhead starts from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from evaluation.app.speaking import LanguageOption, PlainOption, chosen_language, command, console, say

LETTERHEAD_HELP = say(
    "Записать образец оформления отчётов Word, чтобы сделать из него бланк института.",
    "Write the reference document of Word reports, to make an institute's letterhead of.",
)


@command
def letterhead(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE.docx",
            help=say("куда записать; файл, который там есть, не меняется", "where to write; a file there is kept"),
            show_default=False,
        ),
    ],
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    write_letterhead(out)
    said = (
        f"Образец: {out}. Измените в Word колонтитулы, шрифты и поля, сохраните имена стилей, положите файл в рабочее "
        "пространство и назовите его в config/programme.yml: report_reference: <путь>."
        if chosen_language(language) == "ru"
        else f"Reference document: {out}. Change header, footer, fonts and margins in Word, keep the names of the "
        "styles, put the file into the workspace and name it in config/programme.yml: report_reference: <path>."
    )
    console(plain).print(said, markup=False, soft_wrap=True)


def write_letterhead(path: Path) -> None:
    """Write the package's reference document to ``path``.

    Raises InputProblem where something lies there already, for another ending than .docx, and where nothing can be
    written.
    """
    from evaluation.report.office.reference import shipped_reference
    from evaluation.settings import InputProblem

    if path.suffix.lower() != ".docx":
        raise InputProblem(
            f"{path}: имя образца должно кончаться на .docx. Укажите, например, «--out бланк.docx».",
            f"{path}: the name of the document must end with .docx. Say '--out letterhead.docx', for instance.",
        )
    if path.exists():
        raise InputProblem(
            f"{path}: такой файл уже есть, он не изменён. Укажите другое имя.",
            f"{path}: there is such a file already, it was left as it is. Name another.",
        )
    aside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(shipped_reference("docx"))
        os.replace(aside, path)
    except OSError as error:
        raise InputProblem(
            f"{path}: записать не удалось ({error.strerror}). Укажите место, куда можно писать.",
            f"{path}: it could not be written ({error.strerror}). Name a place that can be written to.",
        ) from error
