"""What is asked of an institute before its workspace is made: words, and answers checked."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evaluation.settings import LANGUAGES, InputProblem, Language, Text

if TYPE_CHECKING:
    from evaluation.year.init import Answers

ID = re.compile(r"[a-z0-9-]+")

WORDS: dict[str, dict[str, tuple[str, str]]] = {
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


class Asked:
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


def languages_of(text: str) -> tuple[Language, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known: tuple[Language, ...] = tuple(each for name in found for each in LANGUAGES if each == name)
    if not found or len(known) != len(found):
        raise InputProblem(
            f"--languages {text}: ожидались ru, en или оба через запятую; первый язык — главный.",
            f"--languages {text}: ru, en or both with a comma were expected; the first is the main one.",
        )
    return known


def name_of(folder: Path) -> str | None:
    """The folder's name where it will do as the programme's short name."""
    name = folder.resolve().name.lower()
    return name if ID.fullmatch(name) else None


def text_of(found: dict[str, str | None], wanted: tuple[Language, ...]) -> Text:
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


def sources_of(names: list[str]) -> tuple[str, ...]:
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


def answers_of(
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
