"""The command ``evaluation init``: what is asked of an institute, on the command line or at the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from evaluation.app.speaking import LanguageOption, PlainOption, chosen_language, command, console, say, show_texts

INIT_HELP = say("Создать рабочее пространство института.", "Make an institute's own workspace.")


@command
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=say("новая или пустая папка", "a new or empty folder"))],
    registry: Annotated[
        Path | None,
        typer.Option("--registry", metavar="FILE", help=say("реестр территорий: csv или xlsx, также всех регионов",
                                                            "registry of units: csv or xlsx, also of all regions")),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="NN", help=say("первые цифры кодов региона", "first digits of the codes")),
    ] = None,
    first_year: Annotated[
        int | None,
        typer.Option("--first-year", min=1990, max=2100, metavar="YEAR", help=say("первый год", "the first year")),
    ] = None,
    title_ru: Annotated[
        str | None, typer.Option("--title-ru", metavar="TEXT", help=say("название программы", "its title in Russian"))
    ] = None,
    title_en: Annotated[
        str | None,
        typer.Option("--title-en", metavar="TEXT", help=say("оно же по-английски", "the programme's title")),
    ] = None,
    institute_ru: Annotated[
        str | None, typer.Option("--institute-ru", metavar="TEXT", help=say("институт", "the institute in Russian"))
    ] = None,
    institute_en: Annotated[
        str | None,
        typer.Option("--institute-en", metavar="TEXT", help=say("он же по-английски", "the institute in English")),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--id", metavar="NAME", help=say("короткое имя: a-z, цифры, дефис", "short name: a-z, digits, -")),
    ] = None,
    languages: Annotated[
        str, typer.Option("--languages", metavar="ru,en", help=say("языки отчётов", "languages of the reports"))
    ] = "ru,en",
    population: Annotated[
        Path | None,
        typer.Option("--population", metavar="FILE", help=say("файл населения", "a file of population, read at once")),
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option("--deadline", metavar="DATE", help=say("срок подачи заявок", "the application deadline")),
    ] = None,
    threshold: Annotated[
        int,
        typer.Option("--threshold", min=1, metavar="N", help=say("меньшие числа людей скрыты", "smaller counts of "
                                                                 "people are hidden")),
    ] = 5,
    sources: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help=say("ожидаемый файл (можно повторять)", "a file to expect "
                                                          "(may be repeated)")),
    ] = None,
    own_codebook: Annotated[
        bool, typer.Option("--own-codebook", help=say("своя копия кодовой книги", "a codebook of its own"))
    ] = False,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:  # fmt: skip
    from evaluation.app.init_questions import WORDS, Asked, answers_of, languages_of, name_of, sources_of, text_of
    from evaluation.app.init_workspace import USUAL_SOURCES, in_words, make_workspace, refuse_taken

    spoken, screen = chosen_language(language), console(plain)
    refuse_taken(folder)
    wanted = languages_of(languages)
    asked = Asked(spoken, sys.stdin.isatty())
    titles, institutes = {"ru": title_ru, "en": title_en}, {"ru": institute_ru, "en": institute_en}
    for each in wanted:
        titles[each] = asked(f"--title-{each}", titles[each], *WORDS["title"][each])
        institutes[each] = asked(f"--institute-{each}", institutes[each], *WORDS["institute"][each])
    file = asked("--registry", None if registry is None else str(registry), *WORDS["registry"]["any"])
    year = asked("--first-year", None if first_year is None else str(first_year), *WORDS["year"]["any"])
    name = asked("--id", name or name_of(folder), *WORDS["id"]["any"])
    asked.refuse_missing()
    answers = answers_of(
        name, text_of(titles, wanted), text_of(institutes, wanted), year, region, wanted, threshold, deadline,
        sources_of(sources or list(USUAL_SOURCES)), own_codebook,
    )  # fmt: skip
    made = make_workspace(folder, answers, Path(file), population)
    show_texts(screen, in_words(made, answers), spoken)
