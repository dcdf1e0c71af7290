"""The command ``evaluation letterhead``: the Word document that an institute's own letterhead starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.app.speaking import LanguageOption, PlainOption, chosen_language, command, console, say, show

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
    show(console(plain), said)


def write_letterhead(path: Path) -> None:
    """Write the package's reference document to ``path``.

    Raises InputProblem where something lies there already, for another ending than .docx, and where nothing can be
    written.
    """
    from evaluation.app.writing import refuse_existing, write_or_refuse
    from evaluation.report.office.reference import shipped_reference
    from evaluation.settings import InputProblem

    if path.suffix.lower() != ".docx":
        raise InputProblem(
            f"{path}: имя образца должно кончаться на .docx. Укажите, например, «--out бланк.docx».",
            f"{path}: the name of the document must end with .docx. Say '--out letterhead.docx', for instance.",
        )
    refuse_existing(path)
    write_or_refuse(path, shipped_reference("docx"))
