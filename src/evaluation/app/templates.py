"""Writing the empty forms of a programme's received files into a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evaluation.aside import write_together
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Language
from evaluation.tables import FORMS, SOURCE_TABLES


def write_templates(workspace: Workspace, out: Path, names: Sequence[str], year: int, language: Language) -> list[Path]:
    """Write the forms of the sources (or tables) ``names``, of all without any, as ``<form> <year>.xlsx``.

    Returns the paths. Raises InputProblem for a name without a form, a registry that is not there, a place that cannot
    be written to, and where another file of that name lies: it may have been filled in. Nothing is written then.
    """
    from evaluation.report.templates import sheet_title, template

    sources = chosen_sources(names)
    units = units_in_force(workspace, year)
    currency = workspace.programme.currency.label
    contents = {
        out / f"{sheet_title(source, language)} {year}.xlsx": template(
            source, workspace.codebook, units, language, currency
        )
        for source in sources
    }
    taken = [path for path, content in contents.items() if path.exists() and _other(path, content)]
    if taken:
        raise InputProblem(
            f"В папке {out} уже есть другие файлы с такими именами: {', '.join(path.name for path in taken)}. "
            "Они могут быть заполнены, поэтому ничего не записано. Укажите другую папку.",
            f"The folder {out} already has other files of these names: {', '.join(path.name for path in taken)}. "
            "They may have been filled in, so nothing was written. Name another folder.",
        )
    try:
        write_together(contents)
    except OSError as error:
        raise InputProblem(
            f"В папку {out} не удаётся записать формы ({error.strerror}). Укажите папку, куда можно писать.",
            f"The forms cannot be written to {out} ({error.strerror}). Name a folder that can be written to.",
        ) from error
    return list(contents)


def chosen_sources(names: Sequence[str]) -> list[str]:
    """Sources with a form by their names or the names of their tables; all of them without any."""
    source_of = {table: source for source, tables in SOURCE_TABLES.items() for table in tables}
    unknown = [name for name in names if source_of.get(name, name) not in FORMS]
    if unknown:
        raise InputProblem(
            f"Для «{unknown[0]}» формы нет. Формы есть для: {', '.join(FORMS)}.",
            f"There is no form for '{unknown[0]}'. There are forms for: {', '.join(FORMS)}.",
        )
    return list(dict.fromkeys(source_of.get(name, name) for name in names)) or list(FORMS)


def units_in_force(workspace: Workspace, year: int) -> pd.DataFrame:
    """Units in force on the year's territory date; where the year has no settings yet, on its last day."""
    from evaluation.territory.registry import in_force, read_registry

    path = workspace.territory_file("registry")
    if path is None or not path.exists():
        place = workspace.root / workspace.programme.registry.units
        raise InputProblem(
            f"Нет реестра территорий {place}, а его названия нужны в формах. Верните файл или исправьте registry.units "
            "в config/programme.yml.",
            f"There is no registry of units {place}, whose names the forms need. Bring it back or correct "
            "registry.units in config/programme.yml.",
        )
    day = workspace.year(year).territory_date if year in workspace.years else dt.date(year, 12, 31)
    return in_force(read_registry(path), day)


def _other(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content
