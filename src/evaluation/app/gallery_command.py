"""The command ``evaluation gallery``: every kind of map in both languages, and a page that shows them."""

from __future__ import annotations

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
    show,
)
from evaluation.aside import write_whole

if TYPE_CHECKING:
    from evaluation.places import Workspace
    from evaluation.settings import Language

GALLERY_HELP = say("Нарисовать все виды карт на придуманных данных.", "Draw every kind of map from made-up data.")
FORMATS = ("svg", "png")


@command
def gallery(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help=say("куда записать; без этого reports/gallery", "where to write; without it reports/gallery"),
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.places import open_workspace

    opened = open_workspace(workspace)
    page = write_gallery(opened, out or opened.root / "reports" / "gallery")
    said = "Галерея карт" if chosen_language(language) == "ru" else "Gallery of maps"
    show(console(plain), f"{said}: {page}")


def write_gallery(workspace: Workspace, folder: Path) -> Path:
    """Write the pictures (SVG and PNG) and index.html into ``folder``; the page's path."""
    from evaluation.app.gallery_data import gallery_data
    from evaluation.display.gallery import gallery_figures, gallery_page
    from evaluation.display.rendering import figure_bytes

    data = gallery_data(workspace)
    _make(folder)
    files: dict[tuple[str, Language], str] = {}
    languages: tuple[Language, ...] = ("ru", "en")
    for language in languages:
        for name, figure in gallery_figures(data, language):
            for ending in FORMATS:
                write_whole(folder / f"{name}.{language}.{ending}", figure_bytes(figure, ending))
            files[name, language] = f"{name}.{language}.svg"
    page = folder / "index.html"
    write_whole(page, gallery_page(data, files))
    return page


def _make(folder: Path) -> None:
    from evaluation.settings import InputProblem

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputProblem(
            f"Папка {folder} не создаётся ({error.strerror}). Укажите другую: --out.",
            f"The folder {folder} cannot be made ({error.strerror}). Name another one: --out.",
        ) from error
