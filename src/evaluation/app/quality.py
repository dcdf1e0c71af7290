"""What ``evaluation check`` leaves for people: the quality report, the workbook of decisions, annotated copies."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from evaluation.aside import write_whole
from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.workbook import Received
from evaluation.places import Workspace
from evaluation.privacy.personal import find_personal
from evaluation.report.annotated import annotated_copy
from evaluation.report.answers import read_answers
from evaluation.report.decision_form import decision_form
from evaluation.report.quality import quality_report
from evaluation.report.return_form import return_forms
from evaluation.report.waiting import waiting
from evaluation.settings import InputProblem, Language, Text
from evaluation.tables import SOURCE_TABLES

DECISIONS = "decisions.xlsx"
RETURNS = "return"
ANNOTATED = "annotated"


@dataclass
class Written:
    """Places of what was written; ``notes`` say what was not, and why."""

    report: Path
    decisions: Path | None = None
    annotated: list[Path] = field(default_factory=list)
    returns: list[Path] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


def write_quality(
    workspace: Workspace,
    year: int,
    cleaned: Cleaned | Sequence[Cleaned],
    received: Mapping[str, Received],
    language: Language,
    folder: Path | None = None,
    effect: pd.DataFrame | None = None,
    paths: Mapping[str, Path] | None = None,
) -> Written:
    """Write the quality report of the cleaned files of ``year`` to ``folder`` (default: the year's draft reports).

    The workbooks with received values go to ``data/restricted/<year>``: the workbook of decisions, a copy with remarks
    of every xlsx file, one workbook a unit to return. A workbook that people have begun to fill in is left alone; the
    new one gets a number. ``effect`` is ``indicators.headline.effect_of_decisions``; ``paths`` gives the files by
    source where they do not lie in the year's folder. Raises InputProblem when a file cannot be written.
    """
    parts = [cleaned] if isinstance(cleaned, Cleaned) else list(cleaned)
    issues, ledger, files, units = (
        pd.concat([getattr(part, name) for part in parts], ignore_index=True)
        for name in ("issues", "row_ledger", "source_files", "units")
    )
    places = {name: workspace.raw_folder(year) / one.file_name for name, one in received.items()} | dict(paths or {})
    programme = workspace.programme
    html = quality_report(
        year, files, ledger, issues, workspace.codebook, language, effect, programme.currency.code, programme.simulated
    )
    target = (folder or workspace.report_folder(year)) / f"quality.{language}.html"
    written = Written(_put(target, html.encode("utf-8")))
    restricted = workspace.restricted_folder(year)
    if workspace.key_file().exists():
        _write_forms(written, workspace, year, issues, units, received, places, language)
    else:
        written.notes.append(
            Text(
                ru="Книга решений не создана: ещё нет ключа псевдонимов. Выполните «evaluation run».",
                en="No workbook of decisions was made: there is no key of pseudonyms yet. Run 'evaluation run'.",
            )
        )
    for source, one in received.items():
        own = issues[issues["source"] == source]
        try:
            copy = annotated_copy(places[source].read_bytes(), one.file_name, own, workspace.codebook, language)
        except InputProblem as problem:
            written.notes.append(Text(ru=problem.messages["ru"], en=problem.messages["en"]))
            continue
        written.annotated.append(_put(restricted / ANNOTATED / one.file_name, copy))
    return written


def _write_forms(
    written: Written,
    workspace: Workspace,
    year: int,
    issues: pd.DataFrame,
    units: pd.DataFrame,
    received: Mapping[str, Received],
    places: Mapping[str, Path],
    language: Language,
) -> None:
    folder = workspace.restricted_folder(year)
    raw_of = received_values(received)
    lines = waiting(issues, raw_of)
    if lines.empty:
        return

    def link_of(line: Mapping[str, Any]) -> str | None:
        place = places.get(line["source"])
        if place is None:
            return None
        try:
            return os.path.relpath(place, folder)
        except ValueError:  # another drive
            return str(place)

    form = decision_form(lines, workspace.codebook, year, language, link_of)
    written.decisions = _put(_free(folder / DECISIONS, form), form)
    single = waiting(issues, raw_of, together=len(issues) + 1)
    single["row"] = single["row"].astype("Int64")
    known = units.astype({"row": "Int64"}).drop_duplicates(["source", "sheet", "row"])
    single = single.merge(known, on=["source", "sheet", "row"], how="left")
    single = single[[_may_return(line, workspace) for line in single.to_dict("records")]]
    registry = workspace.territory_file("registry")
    names = _unit_names(registry) if registry is not None else {}
    for unit, content in return_forms(single, names, workspace.codebook, year, language).items():
        place = folder / RETURNS / f"{_file_name(unit)}.xlsx"
        written.returns.append(_put(_free(place, content), content))


def _may_return(line: Mapping[str, Any], workspace: Workspace) -> bool:
    """Answers of respondents and personal data are for those who collected them alone."""
    personal = workspace.codebook.sensitivity(line["source"], line["field"] or "") == "personal"
    return line["source"] in SOURCE_TABLES and not personal and not find_personal(str(line["raw"]), names=True)


def _unit_names(path: Path) -> dict[str, str]:
    from evaluation.territory.registry import read_registry

    registry = read_registry(path)
    return dict(zip(registry["unit_id"], registry["short_name"], strict=True))


def received_values(received: Mapping[str, Received]) -> Callable[[Mapping[str, Any]], Any]:
    """What stands in the cell of an issue, by the files as received; the issue's own words where it has no cell."""
    sheets = {(source, sheet.name): sheet for source, one in received.items() for sheet in one.sheets}

    def value(issue: Mapping[str, Any]) -> Any:
        sheet = sheets.get((issue["source"], issue["sheet"]))
        if sheet is None or not issue["cell"]:
            return issue["raw"]
        letters, row = coordinate_from_string(issue["cell"])
        column = column_index_from_string(letters)
        inside = row <= sheet.cells.shape[0] and column <= sheet.cells.shape[1]
        return sheet.cells[row - 1, column - 1] if inside else issue["raw"]

    return value


def _file_name(unit: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in unit)


def _free(place: Path, content: bytes) -> Path:
    """``place``, unless a workbook lies there that people have begun to fill in: then the next free number."""
    number = 1
    free = place
    while free.exists() and free.read_bytes() != content and _has_answers(free):
        number += 1
        free = place.with_name(f"{place.stem}-{number}{place.suffix}")
    return free


def _has_answers(place: Path) -> bool:
    try:
        return bool(read_answers(place).answers)
    except InputProblem:
        return True  # not ours, or changed: never overwrite it


def _put(place: Path, content: bytes) -> Path:
    try:
        write_whole(place, content)
    except PermissionError as error:
        raise InputProblem(
            f"Файл {place} нельзя записать: он открыт в другой программе или нет прав. Закройте его и повторите.",
            f"The file {place} cannot be written: it is open in another program, or you may not. Close it and repeat.",
        ) from error
    return place
