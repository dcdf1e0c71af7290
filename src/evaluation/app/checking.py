"""``evaluation check``: cleaning alone. Files are read and cleaned in memory; nothing of the workspace is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from evaluation.app.cleaning_alone import Conditions, clean_each, conditions, referred
from evaluation.cleaning.context import TOTAL_COLUMNS, Cleaned
from evaluation.cleaning.recognition import Fit, guess_source
from evaluation.cleaning.records import read_records
from evaluation.cleaning.values import parse_integer
from evaluation.cleaning.workbook import Received, read_received
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Text
from evaluation.tables import SOURCE_TABLES, TABLES

ALL_YEARS = "all"
# half a rouble or person: what a total printed without decimals leaves open
WHOLE = 0.5
Stage = Callable[[Text], None]


@dataclass(frozen=True)
class FileCheck:
    """What the cleaning of one file came to, or the problem that stopped it.

    ``issues``, ``row_ledger`` and ``totals`` (``cleaning.context.TOTAL_COLUMNS``) are the file's own. ``years`` are
    those it was read for, ``other_years`` those of rows that were left to other years. ``fit`` says how the source was
    recognised where nobody named it.
    """

    source: str
    file_name: str
    years: tuple[int, ...]
    received: Received | None = None
    problem: InputProblem | None = None
    fit: Fit | None = None
    other_years: tuple[int, ...] = ()
    issues: pd.DataFrame = field(default_factory=TABLES["issues"].empty)
    row_ledger: pd.DataFrame = field(default_factory=TABLES["row_ledger"].empty)
    totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=TOTAL_COLUMNS))


@dataclass(frozen=True)
class YearCheck:
    """A year's files: each one's check, and what cleaning made of those that could be read.

    ``paths`` says where files lie that are none of the year's. ``received`` is empty where several years were read.
    ``registry_issues`` are remarks on the rows of a directory that stood in for the registry.
    """

    year: int
    files: tuple[FileCheck, ...]
    cleaned: tuple[Cleaned, ...]
    received: Mapping[str, Received]
    registry_issues: pd.DataFrame
    paths: Mapping[str, Path] = field(default_factory=dict)


def check_year(workspace: Workspace, year: int, registry_file: Path | None, stage: Stage) -> YearCheck:
    """Every received file that the settings of ``year`` name; one that cannot be read does not stop the others."""
    workspace.year(year)
    given = conditions(workspace, year, registry_file)
    received: dict[str, Received] = {}
    problems: dict[str, InputProblem] = {}
    for name, source in given.sources.items():
        stage(Text(ru=f"чтение: {source.file}", en=f"reading {source.file}"))
        try:
            received[name] = read_received(workspace.raw_folder(year) / source.file, name, source.sheet)
        except InputProblem as problem:
            problems[name] = problem
    stage(Text(ru=f"очистка: {year} год", en=f"cleaning {year}"))
    cleaned, refused = clean_each(received, given, workspace)
    problems |= refused
    files = [
        FileCheck(name, source.file, (year,), received.get(name), problems[name])
        if name in problems
        else _file_check(name, received[name], cleaned, year)
        for name, source in given.sources.items()
    ]
    read = {name: one for name, one in received.items() if name not in problems}
    return YearCheck(year, tuple(files), cleaned, read, given.registry_issues)


def check_file(
    workspace: Workspace, path: Path, source: str | None, year: str | None, registry_file: Path | None, stage: Stage
) -> YearCheck:
    """One file as ``source`` (else as the one it looks like) in ``year`` (else the last; ``all``: each that it has)."""
    stage(Text(ru=f"чтение: {path.name}", en=f"reading {path.name}"))
    last = workspace.programme.last_year
    given = conditions(workspace, last if year in (None, ALL_YEARS) else _year(str(year)), registry_file)
    received = read_received(path, source or "file")
    fit = None
    if source is None:
        fit = guess_source(received, workspace.codebook, _wordings(given))
        source = fit.source
    elif source not in SOURCE_TABLES and source not in given.surveys:
        raise _unknown_source(source, given)
    sheet = given.sources[source].sheet if source in given.sources else None
    if sheet and any(one.name == sheet for one in received.sheets):
        received = replace(received, sheets=tuple(one for one in received.sheets if one.name == sheet))
    received = replace(received, source=source)
    years = _years_in(received, given, workspace) if source == "projects" else []
    if year == ALL_YEARS:
        if not years:
            raise _no_years(received)
        checks = []
        for then in years:
            stage(Text(ru=f"очистка: {then} год", en=f"cleaning {then}"))
            of_then = conditions(workspace, then, registry_file)
            checks.append(_clean_one(received, of_then, workspace, registry_file is None))
        whole = _together([check.files[0] for check in checks], years)
        cleaned = tuple(one for check in checks for one in check.cleaned)
        return YearCheck(years[-1], (replace(whole, fit=fit),), cleaned, {}, given.registry_issues)
    stage(Text(ru=f"очистка: {path.name}", en=f"cleaning {path.name}"))
    check = _clean_one(received, given, workspace, registry_file is None)
    others = tuple(then for then in years if then != given.year)
    return replace(check, files=(replace(check.files[0], fit=fit, other_years=others),), paths={source: path})


def _clean_one(received: Received, given: Conditions, workspace: Workspace, beside: bool) -> YearCheck:
    """One file, beside those of its year's files that its records refer to (they may be absent or unreadable)."""
    together = {received.source: received}
    if beside:
        for name in referred(received.source) & set(given.sources):
            source = given.sources[name]
            try:
                together[name] = read_received(workspace.raw_folder(given.year) / source.file, name, source.sheet)
            except InputProblem:
                continue  # that file's own check tells
    cleaned, refused = clean_each(together, given, workspace)
    if received.source in refused:
        raise refused[received.source]
    check = _file_check(received.source, received, cleaned, given.year)
    return YearCheck(given.year, (check,), cleaned, {received.source: received}, given.registry_issues)


def _file_check(source: str, received: Received, cleaned: tuple[Cleaned, ...], year: int) -> FileCheck:
    def own(frames: list[pd.DataFrame]) -> pd.DataFrame:
        mine = [frame[frame["source"] == source] for frame in frames]
        return next((frame for frame in mine if len(frame)), mine[0]).reset_index(drop=True)

    return FileCheck(
        source,
        received.file_name,
        (year,),
        received,
        issues=own([one.issues for one in cleaned]),
        row_ledger=own([one.row_ledger for one in cleaned]),
        totals=own([one.totals for one in cleaned]),
    )


def _together(checks: list[FileCheck], years: list[int]) -> FileCheck:
    """One file read for several years: each row by the year it belongs to, what concerns the whole file once."""
    issues = pd.concat([check.issues for check in checks], ignore_index=True)
    ledgers = []
    for check in checks:
        elsewhere = set(check.issues.loc[check.issues["rule"] == "other_year", "row"].dropna().astype(int))
        ledgers.append(check.row_ledger.assign(elsewhere=check.row_ledger["row"].isin(elsewhere)))
    rows = pd.concat(ledgers, ignore_index=True).sort_values("elsewhere", kind="stable")
    rows = rows.drop_duplicates(["source", "sheet", "row"]).sort_values(["sheet", "row"], kind="stable")
    totals = _totals_together([check.totals for check in checks])
    agree = totals.loc[totals["agrees"].astype(bool), "cell"]
    no_more = (issues["rule"] == "other_year") | ((issues["rule"] == "total_mismatch") & issues["cell"].isin(agree))
    issues = issues[~no_more].drop_duplicates("issue_id")
    return replace(
        checks[-1],
        years=tuple(years),
        issues=issues.reset_index(drop=True),
        row_ledger=rows.drop(columns="elsewhere").reset_index(drop=True),
        totals=totals,
    )


def _totals_together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Printed totals beside the sum over all years; remarks of single years on them say nothing here."""
    totals = pd.concat(frames, ignore_index=True)
    if totals.empty:
        return totals
    ours = totals.groupby(["source", "sheet", "row", "field"], sort=False)["ours"].transform("sum")
    totals = totals.assign(ours=ours, difference=totals["printed"] - ours, causes=None)
    totals["agrees"] = totals["difference"].abs() <= WHOLE
    return totals.drop_duplicates(["source", "sheet", "row", "field"]).reset_index(drop=True)


def _years_in(received: Received, given: Conditions, workspace: Workspace) -> list[int]:
    """The years in the file's column of the year; none where it has no such column."""
    constants = dict(given.sources[received.source].constants) if received.source in given.sources else {}
    try:
        sheets, _, _ = read_records(received, received.source, workspace.codebook, (("year",),), constants)
    except InputProblem:
        return []
    cells = {raw for records in sheets for raw in records.frame["year"].dropna().unique()}
    return sorted({int(value) for value in (parse_integer(raw).value for raw in cells) if value is not None})


def _wordings(given: Conditions) -> dict[str, dict[str, str]]:
    return {name: form.headers() for name, form in given.questionnaires.items()}


def _year(text: str) -> int:
    if not re.fullmatch(r"(?:19|20)\d\d", text):
        raise InputProblem(
            f"Год «{text}» не понят. Ожидались четыре цифры, например 2025, или {ALL_YEARS}: все годы в нём.",
            f"The year '{text}' is not understood. Expected: four digits, such as 2025, or {ALL_YEARS}: those in it.",
        )
    return int(text)


def _unknown_source(source: str, given: Conditions) -> InputProblem:
    known = ", ".join([*SOURCE_TABLES, *given.surveys])
    return InputProblem(
        f"Источник «{source}» неизвестен. Есть: {known}. Анкеты бывают только у года с настройками (--year).",
        f"The source '{source}' is unknown. There are: {known}. Surveys belong to a year with settings (--year).",
    )


def _no_years(received: Received) -> InputProblem:
    return InputProblem(
        f"Файл {received.file_name}: --year {ALL_YEARS} годится только для реестра заявок, где есть столбец с "
        "годом; здесь его нет. Укажите один год.",
        f"The file {received.file_name}: --year {ALL_YEARS} is for a register of applications with a column of the "
        "year; there is none here. Name one year.",
    )
