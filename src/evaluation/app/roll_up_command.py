"""``evaluation roll-up``: a region packs what it delivers, a national centre adds deliveries up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from evaluation.app.speaking import (
    DONE,
    FAILED,
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    YearArgument,
    chosen_language,
    command,
    console,
    say,
    show,
    show_texts,
)

DEFAULT = "combine"
HELP = (
    "Свести регионы: посылки выпущенных лет — в общие таблицы и отчёт. Коды: 0 учтены все, 1 часть не учтена (отчёт "
    "есть), 2 свести нечего.",
    "Roll up regions: deliveries of released years become national tables and a report. Exit codes: 0 all were taken, "
    "1 some were refused (there is a report), 2 nothing to roll up.",
)


class _Group(TyperGroup):
    """``roll-up FILES`` stands for ``roll-up combine FILES``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "--show-completion"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


roll_up = typer.Typer(
    cls=_Group, add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=say(*HELP)
)  # fmt: skip


@roll_up.command(
    "pack",
    help=say(
        "Собрать посылку региона из выпущенного года: только суммы, без людей.",
        "Pack a region's delivery from a released year: sums alone, no people.",
    ),
)
@command
def pack(
    year: YearArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.zip", help=say("куда записать", "where to write"))],
    released: Annotated[
        str | None,
        typer.Option(
            "--released",
            metavar="DATE",
            help=say("какой выпуск года; без него последний", "which release of the year; without it the last"),
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:
    from evaluation.places import open_workspace
    from evaluation.settings import Text
    from evaluation.year.roll_up.pack import pack as pack_year

    made = pack_year(open_workspace(workspace), year, out, released)
    delivery = made.delivery
    lines = (
        Text(ru=f"Посылка: {made.path}", en=f"Delivery: {made.path}"),
        Text(
            ru=f"Регион {delivery.region_code}, {delivery.year} год, выпуск {delivery.release.name}; скрыто чисел: "
            f"{made.hidden}",
            en=f"Region {delivery.region_code}, {delivery.year}, release {delivery.release.name}; numbers hidden: "
            f"{made.hidden}",
        ),
        Text(
            ru=f"SHA-256: {made.sha256}  (сообщите центру другим путём, чем файл)",
            en=f"SHA-256: {made.sha256}  (tell it to the centre by another way than the file)",
        ),
    )
    screen, spoken = console(plain), chosen_language(language)
    show_texts(screen, lines, spoken)


@roll_up.command(
    DEFAULT,
    help=say(
        "Свести посылки регионов в общие таблицы и отчёт; слово combine можно опустить.",
        "Add regions' deliveries up to national tables and a report; the word combine may be left out.",
    ),
)
@command
def combine(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help=say("посылки (ZIP)", "deliveries (ZIP)"))],
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help=say("какой год сводится", "the year"))],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=say("папка сводки", "the roll-up's folder"))],
    regions: Annotated[
        Path | None,
        typer.Option(
            "--regions",
            metavar="FILE",
            help=say(
                "кто должен прислать: CSV с code, name_ru, name_en",
                "who is to deliver: CSV with code, name_ru, name_en",
            ),
            show_default=False,
        ),
    ] = None,
    sums: Annotated[
        Path | None,
        typer.Option(
            "--sums",
            metavar="FILE",
            help=say(
                "SHA-256 посылок, сообщённые регионами, как у sha256sum",
                "SHA-256 of the deliveries as the regions told them, in the form of sha256sum",
            ),
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        int,
        typer.Option(
            "--threshold",
            min=1,
            metavar="N",
            help=say("числа людей меньше этого должны быть скрыты", "counts of people below this must be hidden"),
        ),
    ] = 5,
    with_simulated: Annotated[
        bool,
        typer.Option(
            "--with-simulated",
            help=say("складывать смоделированные данные с настоящими", "add simulated data to real ones"),
        ),
    ] = False,
    documents: Annotated[bool, typer.Option("--documents", help=say("ещё PDF и Word", "PDF and Word as well"))] = False,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> int:
    from evaluation.app.waiting import Waiting
    from evaluation.year.roll_up.documents import codebook_of, read_deliveries, read_told_sums, with_documents
    from evaluation.year.roll_up.national import STAGES, read_region_names, roll_up_files, write_folder
    from evaluation.year.roll_up.national import roll_up as add_up
    from evaluation.year.roll_up.read import Asked

    spoken, screen, notices = chosen_language(language), console(plain), console(plain, error=True)
    names = read_region_names(regions) if regions is not None else None
    asked = Asked(year, threshold, read_told_sums(sums) if sums is not None else None)
    with Waiting(notices, spoken, live=notices.is_terminal and not plain) as stage:
        made = add_up(read_deliveries(files), asked, names, with_simulated, stage)
        stage(STAGES["report"])
        pages = roll_up_files(made, codebook_of(workspace), names, threshold)
        write_folder(out, with_documents(pages, made) if documents else pages)

    def tell(ru: str, en: str) -> None:
        show(screen, ru if spoken == "ru" else en)

    for each in made.refused:
        tell(f"Не учтена {each.file}:", f"Refused {each.file}:")
        for text in each.reasons:
            tell(f"  {text.ru}.", f"  {text.en}.")
    if made.missing:
        tell(f"Не прислали: {', '.join(made.missing)}", f"Nothing from: {', '.join(made.missing)}")
    tell(
        f"Сведено регионов: {len(made.taken)}, не учтено посылок: {len(made.refused)}. Отчёт: {out / 'report.ru.html'}",
        f"Regions rolled up: {len(made.taken)}, deliveries refused: {len(made.refused)}. Report: "
        f"{out / 'report.en.html'}",
    )
    return FAILED if made.refused else DONE
