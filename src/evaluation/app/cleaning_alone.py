"""Received files of one year cleaned in memory, with what the workspace's settings say of that year."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.questionnaire.xlsform import Questionnaire, read_questionnaire
from evaluation.cleaning.ruleset import RuleSet, read_rules
from evaluation.cleaning.survey.export import clean_surveys
from evaluation.cleaning.workbook import Received
from evaluation.decisions import read_decisions
from evaluation.places import Workspace
from evaluation.privacy.pseudonyms import read_or_create_key
from evaluation.settings import InputProblem, Source, Survey
from evaluation.tables import SOURCE_TABLES, TABLES
from evaluation.territory.matching import read_aliases
from evaluation.territory.registry import read_registry

# tables whose figures a source's own are compared with, although it does not refer to their records
_COMPARED = {"projects": ("territories",)}


@dataclass(frozen=True)
class Conditions:
    """What the files of one year are read with; of a year without settings only the year and its last day.

    ``rules`` are the checking rules, ``named_settings`` what they may name.
    """

    year: int
    territory_date: dt.date
    registry: pd.DataFrame
    registry_issues: pd.DataFrame
    aliases: pd.DataFrame
    decisions: pd.DataFrame
    key: bytes
    region_code: str | None
    sources: Mapping[str, Source]
    surveys: Mapping[str, Survey]
    rules: RuleSet
    named_settings: Mapping[str, Any]
    questionnaires: Mapping[str, Questionnaire]


def conditions(workspace: Workspace, year: int, registry_file: Path | None = None) -> Conditions:
    """What ``year`` is read with; ``registry_file`` stands in for the workspace's registry.

    A key of pseudonyms is used where there is one; otherwise a passing one, that is not kept.
    """
    settings = workspace.year(year) if year in workspace.years else None
    key = workspace.key_file()
    own = workspace.territory_file("registry")
    assert own is not None
    registry, remarks = any_registry(registry_file or own)
    return Conditions(
        year,
        settings.territory_date if settings else dt.date(year, 12, 31),
        registry,
        remarks,
        read_aliases(None if registry_file else workspace.territory_file("aliases")),
        read_decisions(workspace.territory_file("decisions"), workspace.territory_file("personal_decisions")),
        read_or_create_key(key) if key.exists() else secrets.token_bytes(32),
        None if registry_file else workspace.programme.region_code,
        settings.sources if settings else {},
        settings.surveys if settings else {},
        checking_rules(workspace),
        {"year": settings} if settings else {},
        {name: read_questionnaire(path) for name, path in workspace.questionnaires(year).items()} if settings else {},
    )


def checking_rules(workspace: Workspace) -> RuleSet:
    """The workspace's own checking rules, else the project's."""
    path = workspace.territory_file("rules")
    assert path is not None
    return read_rules(path, workspace.codebook)


def any_registry(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A registry in the project's shape (csv), or a directory as others publish it (a workbook); remarks on its rows.

    Raises InputProblem as their readers do.
    """
    if path.suffix.casefold() in (".xlsx", ".xlsm", ".xls", ".ods"):
        from evaluation.territory.directory import read_directory

        return read_directory(path)
    return read_registry(path), TABLES["issues"].empty()


def referred(source: str) -> set[str]:
    """Sources whose records those of ``source`` refer to or are compared with, at any depth."""
    owner = {table: name for name, tables in SOURCE_TABLES.items() for table in tables}
    found: set[str] = set()
    waiting = [source]
    while waiting:
        name = waiting.pop()
        tables = SOURCE_TABLES.get(name, ("survey_responses",))
        targets = [
            owner[target] for table in tables for target, _ in TABLES[table].references.values() if target in owner
        ]
        new = {*targets, *_COMPARED.get(name, ())} - found - {source}
        found |= new
        waiting += new
    return found


def clean_each(
    received: Mapping[str, Received], given: Conditions, workspace: Workspace
) -> tuple[tuple[Cleaned, ...], dict[str, InputProblem]]:
    """Clean all files at once; where one is refused, find which, and clean the others without it."""
    try:
        return _clean(received, given, workspace), {}
    except InputProblem as problem:
        if len(received) == 1:
            return (), dict.fromkeys(received, problem)
    good: dict[str, Received] = {}
    refused: dict[str, InputProblem] = {}
    order = [*SOURCE_TABLES, *given.surveys]
    for name in sorted(received, key=order.index):
        beside = {other: good[other] for other in good if other in referred(name)}
        try:
            _clean({**beside, name: received[name]}, given, workspace)
            good[name] = received[name]
        except InputProblem as problem:
            refused[name] = problem
    return (_clean(good, given, workspace) if good else ()), refused


def _clean(received: Mapping[str, Received], given: Conditions, workspace: Workspace) -> tuple[Cleaned, ...]:
    programme = {name: one for name, one in received.items() if name in SOURCE_TABLES}
    surveys = {name: one for name, one in received.items() if name not in SOURCE_TABLES}
    common = (given.year, given.registry, given.aliases, given.decisions, workspace.codebook, given.key)
    constants = {name: source.constants for name, source in given.sources.items()}
    found: list[Cleaned] = []
    if programme:
        found.append(
            clean_programme(
                programme,
                *common,
                given.territory_date,
                given.region_code,
                constants,
                given.rules,
                given.named_settings,
            )
        )
    if surveys:
        tables = found[0].tables if found else {}
        events, attendance = (tables[name] if name in programme else None for name in ("support_events", "attendance"))
        found.append(
            clean_surveys(
                surveys,
                given.surveys,
                given.questionnaires,
                *common,
                given.territory_date,
                events,
                given.region_code,
                attendance,
            )
        )
    return tuple(found)
