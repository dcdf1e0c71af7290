"""``evaluation territory import FILE``: boundaries from whatever file an institute has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.speaking import (
    BAD_INPUT,
    DONE,
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
    from evaluation.territory.boundary_import import Imported

__all__ = ["BAD_INPUT", "TO_DECIDE", "territory"]

TO_DECIDE = 3
PRODUCT = Path("data", "processed", "territory", "boundaries.parquet")
TABLE = "boundaries"

territory = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help=say("Территории: принять границы.", "Territories: import boundaries."),
)


@territory.callback()
def _group() -> None:
    """Keeps ``import`` a command of its own, although it is the only one."""


@territory.command(
    "import",
    help=say(
        "Принять границы из файла. Коды: 0 чисто, 3 есть что решать, 2 не читается.",
        "Import boundaries from a file. Exit codes: 0 clean, 3 issues to decide, 2 unreadable.",
    ),
)
@command
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=say("GeoPackage, GeoJSON, Shapefile, Parquet, OSM PBF",
                                                      "GeoPackage, GeoJSON, Shapefile, Parquet, OSM PBF"))
    ],
    valid_on: Annotated[
        str | None,
        typer.Option("--valid-on", metavar="DATE",
                     help=say("день, который показан (ГГГГ-ММ-ДД)", "the day that is shown (YYYY-MM-DD)")),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="NN", help=say("регион: название или первые цифры кодов",
                                                        "the region: its name, or its codes' first digits")),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option("--tolerance", min=0.0, metavar="KM", help=say("упрощение, км; 0 не упрощать",
                                                                    "simplification in km; 0 for none")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=say("куда записать (.parquet)", "where to write (.parquet)")),
    ] = None,
    registry: Annotated[
        Path | None,
        typer.Option("--registry", metavar="FILE", help=say("другой реестр территорий", "another registry of units")),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option("--crs", metavar="EPSG", help=say("система координат, если файл молчит или ошибается",
                                                       "coordinate system, where the file is silent or wrong")),
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", metavar="NAME", help=say("слой файла", "the file's layer"))
    ] = None,
    admin_level: Annotated[
        str | None,
        typer.Option("--admin-level", metavar="N", help=say("уровень границ OSM", "level of OSM boundaries")),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:  # fmt: skip
    from evaluation.app.territory_outputs import in_words, write_import
    from evaluation.places import open_workspace

    opened, spoken, screen = open_workspace(workspace), chosen_language(language), console(plain)
    day = _day(valid_on, opened)
    made, aliases = _import(opened, file, day, region, tolerance, registry, crs, layer, admin_level)
    target = (out or opened.root / PRODUCT).resolve()
    lines = write_import(opened, made, file, day, target, registry, aliases)
    show_texts(screen, (*in_words(made, day), *lines), spoken)
    return TO_DECIDE if made.to_decide else DONE


def _day(text: str | None, workspace: Workspace) -> dt.date:
    """The asked day, else the day of the last programme year's codes and names."""
    from evaluation.settings import InputProblem

    if text is None:
        return workspace.year(workspace.programme.last_year).territory_date
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputProblem(
            f"--valid-on {text}: это не дата. Ожидалась дата вида 2024-07-01.",
            f"--valid-on {text} is no date. A date such as 2024-07-01 was expected.",
        ) from error


def _import(
    workspace: Workspace,
    file: Path,
    day: dt.date,
    region: str | None,
    tolerance: float | None,
    registry: Path | None,
    crs: str | None,
    layer: str | None,
    admin_level: str | None,
) -> tuple[Imported, Path]:
    from evaluation.app.cleaning_alone import any_registry
    from evaluation.decisions import read_decisions
    from evaluation.territory.boundary_import import import_boundaries
    from evaluation.territory.matching import read_aliases

    own = workspace.territory_file("registry")
    assert own is not None, "a programme names its registry"
    units, _ = any_registry(registry or own)
    decisions = read_decisions(workspace.territory_file("decisions"))
    mine = decisions[(decisions["table"] == TABLE) & (decisions["action"] == "quarantine")]
    made = import_boundaries(
        file,
        units,
        read_aliases(workspace.territory_file("aliases")),
        day,
        region=region,
        region_code=None if registry else workspace.programme.region_code,
        tolerance_km=tolerance,
        left_out=frozenset(mine["record_key"]),
        crs=crs,
        layer=layer,
        admin_level=admin_level,
    )
    return made, own.parent / "aliases.csv"
