"""Small workspaces for the tests of cleaning: the project's codebook, a registry, files written on the spot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.workbook import Received, read_received
from evaluation.codebook import Codebook, read_codebook
from evaluation.decisions import DECISION_COLUMNS
from evaluation.territory.registry import read_registry

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
KEY = b"a key for tests, 32 bytes long.."
NO_ALIASES = pd.DataFrame(columns=["raw", "unit_id", "reason"], dtype="str")
NO_DECISIONS = pd.DataFrame(columns=DECISION_COLUMNS, dtype="str")


@cache
def codebook() -> Codebook:
    return read_codebook(CONFIG)


@cache
def krasnoyarsk() -> pd.DataFrame:
    return read_registry(CONFIG / "territory" / "units.csv")


def plain_registry(folder: Path, units: Mapping[str, str]) -> pd.DataFrame:
    path = folder / "units.csv"
    pd.DataFrame({"unit_id": list(units), "name": list(units.values())}).to_csv(path, index=False)
    return read_registry(path)


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], merges: Sequence[str] = ()) -> Path:
    """An xlsx file of rows; ``merges`` are ranges of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for area in merges:
        book[next(iter(sheets))].merge_cells(area)
    book.save(path)
    return path


def clean(files: Mapping[str, Path], year: int, registry: pd.DataFrame, **more: Any) -> Cleaned:
    received: dict[str, Received] = {source: read_received(path, source) for source, path in files.items()}
    settings: dict[str, Any] = {
        "year": year,
        "registry": registry,
        "aliases": NO_ALIASES,
        "decisions": NO_DECISIONS,
        "codebook": codebook(),
        "pseudonym_key": KEY,
        "territory_date": dt.date(year, 12, 31),
        **more,
    }
    return clean_programme(received, **settings)


def rules(cleaned: Cleaned) -> dict[str, int]:
    counts = cleaned.issues["rule"].value_counts().to_dict()
    # the small files of these tests lack most optional columns on purpose
    counts.pop("column_missing", None)
    return counts


def issue(cleaned: Cleaned, rule: str) -> pd.Series:
    """The one issue of a rule."""
    found = cleaned.issues[cleaned.issues["rule"] == rule]
    assert len(found) == 1, f"{len(found)} issues of rule {rule}"
    return found.iloc[0]
