"""The command ``evaluation init``: what is asked of an institute, on the command line or at the terminal."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.app.speaking import LanguageOption, PlainOption, chosen_language, command, console, say
from evaluation.settings import LANGUAGES, InputProblem, Language, Text

if TYPE_CHECKING:
    from evaluation.year.init import Answers

INIT_HELP = say("Создать рабочее пространство института.", "Make an institute's own workspace.")
ID = re.compile(r"[a-z0-9-]+")


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
        typer.Option("--population", metavar="FILE", help=say("файл населения", "a file of population")),
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
    from evaluation.app.init_workspace import USUAL_SOURCES, in_words, make_workspace, refuse_taken

    spoken, screen = chosen_language(language), console(plain)
    refuse_taken(folder)
    wanted = _languages(languages)
    asked = _Asked(spoken, sys.stdin.isatty())
    titles, institutes = {"ru": title_ru, "en": title_en}, {"ru": institute_ru, "en": institute_en}
    for each in wanted:
        titles[each] = asked(f"--title-{each}", titles[each], *_WORDS["title"][each])
        institutes[each] = asked(f"--institute-{each}", institutes[each], *_WORDS["institute"][each])
    file = asked("--registry", None if registry is None else str(registry), *_WORDS["registry"]["any"])
    year = asked("--first-year", None if first_year is None else str(first_year), *_WORDS["year"]["any"])
    name = asked("--id", name or _name_of(folder), *_WORDS["id"]["any"])
    asked.refuse_missing()
    answers = _answers(
        name, _text(titles, wanted), _text(institutes, wanted), year, region, wanted, threshold, deadline,
        _sources(sources or list(USUAL_SOURCES)), own_codebook,
    )  # fmt: skip
    made = make_workspace(folder, answers, Path(file), population)
    for text in in_words(made, answers):
        screen.print(text.in_language(spoken), markup=False, highlight=False, soft_wrap=True)


_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "title": {
        "ru": ("Название программы по-русски", "The programme's title in Russian"),
        "en": ("Название программы по-английски", "The programme's title in English"),
    },
    "institute": {
        "ru": ("Институт по-русски", "The institute's name in Russian"),
        "en": ("Институт по-английски", "The institute's name in English"),
    },
    "registry": {"any": ("Файл реестра территорий (csv, xlsx)", "File of the registry of units (csv, xlsx)")},
    "year": {"any": ("Первый год программы", "The programme's first year")},
    "id": {"any": ("Короткое имя латиницей (a-z, 0-9, -)", "Short name (a-z, 0-9, -)")},
}


class _Asked:
    """Answers given as options; what lacks is asked at a terminal, elsewhere all of it is refused at once."""

    def __init__(self, language: Language, terminal: bool) -> None:
        self._language = language
        self._terminal = terminal
        self._missing: list[str] = []

    def __call__(self, option: str, given: str | None, ru: str, en: str) -> str:
        if given is not None and given.strip():
            return given.strip()
        if self._terminal:
            return str(typer.prompt(ru if self._language == "ru" else en)).strip()
        self._missing.append(option)
        return ""

    def refuse_missing(self) -> None:
        if self._missing:
            names = ", ".join(self._missing)
            raise InputProblem(
                f"Не хватает ответов: {names}. Допишите их или выполните команду в терминале: она спросит.",
                f"Answers are missing: {names}. Add them, or run the command at a terminal: it will ask.",
            )


def _languages(text: str) -> tuple[Language, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known: tuple[Language, ...] = tuple(each for name in found for each in LANGUAGES if each == name)
    if not found or len(known) != len(found):
        raise InputProblem(
            f"--languages {text}: ожидались ru, en или оба через запятую; первый язык — главный.",
            f"--languages {text}: ru, en or both with a comma were expected; the first is the main one.",
        )
    return known


def _name_of(folder: Path) -> str | None:
    """The folder's name where it will do as the programme's short name."""
    name = folder.resolve().name.lower()
    return name if ID.fullmatch(name) else None


def _text(found: dict[str, str | None], wanted: tuple[Language, ...]) -> Text:
    """Both languages; a language that no report is written in takes the words of the other where it has none."""
    main = found[wanted[0]] or ""
    words = {each: (found[each] or main) for each in LANGUAGES}
    for text in words.values():
        if not text.isprintable():
            raise InputProblem(
                f"Название {text!r} содержит переносы строк или невидимые знаки. Напишите его одной строкой.",
                f"The name {text!r} has line breaks or invisible characters. Write it on one line.",
            )
    return Text(**words)


def _sources(names: list[str]) -> tuple[str, ...]:
    from evaluation.tables import FORMS

    unknown = [name for name in names if name not in FORMS]
    if unknown:
        raise InputProblem(
            f"--source {unknown[0]}: такой формы нет. Есть: {', '.join(FORMS)}. Другие источники и анкеты впишите "
            "потом в config/years.",
            f"--source {unknown[0]}: there is no such form. There are: {', '.join(FORMS)}. Enter other sources and "
            "surveys in config/years afterwards.",
        )
    return tuple(dict.fromkeys(names))


def _answers(
    name: str,
    title: Text,
    institute: Text,
    year: str,
    region: str | None,
    languages: tuple[Language, ...],
    threshold: int,
    deadline: str | None,
    sources: tuple[str, ...],
    own_codebook: bool,
) -> Answers:
    from evaluation.year.init import Answers

    if not ID.fullmatch(name):
        raise InputProblem(
            f"--id {name}: ожидались строчные латинские буквы, цифры и дефис, например perm-2026.",
            f"--id {name}: lower-case Latin letters, digits and hyphens were expected, such as perm-2026.",
        )
    if not re.fullmatch(r"(?:19|20)\d\d", year):
        raise InputProblem(
            f"--first-year {year}: ожидался год из четырёх цифр, например 2026.",
            f"--first-year {year}: a year of four digits was expected, such as 2026.",
        )
    if region is not None and not re.fullmatch(r"\d{2,}", region):
        raise InputProblem(
            f"--region {region}: ожидались первые цифры кодов ОКТМО, например 04.",
            f"--region {region}: the first digits of the OKTMO codes were expected, such as 04.",
        )
    try:
        day = None if deadline is None else dt.date.fromisoformat(deadline)
    except ValueError as error:
        raise InputProblem(
            f"--deadline {deadline}: это не дата. Ожидалась дата вида 2026-02-15.",
            f"--deadline {deadline} is no date. A date such as 2026-02-15 was expected.",
        ) from error
    return Answers(
        name, title, institute, int(year), sources, region, languages,
        threshold=threshold, deadline=day, own_codebook=own_codebook,
    )  # fmt: skip
