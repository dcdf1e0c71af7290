"""A workspace with two hand-written tables, an empty form of nobody's ministry, and a mapping between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import yaml
from openpyxl.styles import Font, PatternFill

from evaluation.contracts import TABLES, conform
from evaluation.places import Workspace, open_workspace

YEAR = 2025
YELLOW = PatternFill("solid", fgColor="FFF2CC")
PROGRAMME: dict[str, Any] = {
    "id": "monitored", "title": {"ru": "Проверка", "en": "Test"}, "first_year": YEAR, "last_year": YEAR,
    "institute": {"ru": "=Институт", "en": "=Institute"},
    "registry": {"kind": "list", "units": "config/territory/units.csv", "unit_name": {"ru": "район", "en": "district"}},
    "currency": {"code": "RUB", "label": {"ru": "руб.", "en": "roubles"}}, "parts": ["services"],
}  # fmt: skip
MAPPING: dict[str, Any] = {
    "title": {"ru": "Пример", "en": "Example"},
    "template": "config/monitoring/example.xlsx",
    "cells": [
        {"key": "applications", "sheet": "Раздел 1", "cell": "C4", "table": "federal_applications",
         "aggregation": "rows"},
        {"key": "approved", "sheet": "Раздел 1", "cell": "C5", "table": "federal_applications",
         "filter": "year == {year} and status == 'approved'", "aggregation": "rows"},
        {"key": "other", "sheet": "Раздел 1", "cell": "C6", "table": "federal_applications",
         "filter": "status != 'approved'", "aggregation": "rows"},
        {"key": "granted", "sheet": "Раздел 1", "cell": "C8", "table": "federal_applications", "aggregation": "sum",
         "column": "amount_granted", "divide_by": 1000, "decimals": 1, "low": 0},
        {"key": "success", "sheet": "Раздел 1", "cell": "C9", "table": "federal_applications", "aggregation": "share",
         "filter": "status in ['approved', 'rejected']", "share_of": "status == 'approved'", "decimals": 2},
        {"key": "views", "sheet": "Раздел 1", "cell": "C10", "table": "media_items", "aggregation": "sum",
         "column": "views"},
    ],
    "blocks": [
        {"sheet": "Раздел 2", "first_row": 3, "last_row": 9, "codes": "A", "columns": [
            {"key": "unit_applications", "letter": "C", "table": "federal_applications", "aggregation": "rows"},
            {"key": "unit_asked", "letter": "D", "table": "federal_applications", "aggregation": "sum",
             "column": "amount_asked"},
        ]},
    ],
    "texts": [{"sheet": "Раздел 1", "cell": "B1", "text": "institute"},
              {"sheet": "Раздел 1", "cell": "B2", "text": "year"}],
    "sums": [{"total": "applications", "parts": ["approved", "other"]}],
}  # fmt: skip


def template(path: Path) -> Path:
    """The empty form: labels, a formula, a merged cell, a format of its own, codes written as numbers."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Раздел 1"
    for address, text in {
        "A1": "Организация", "A2": "Год", "A4": "Заявок", "A5": "одобрено", "A6": "прочие", "A8": "Выделено, тыс. руб.",
        "A9": "Доля одобренных", "A10": "Просмотры",
    }.items():  # fmt: skip
        first[address] = text
    first["C4"].fill, first["C8"].number_format, first["C8"].font = YELLOW, "#,##0.0", Font(bold=True)
    first["C7"] = "=C5+C6"
    first.merge_cells("D4:E4")
    first.column_dimensions["A"].width = 31
    second = book.create_sheet("Раздел 2")
    second.append(["Код", "Территория", "Заявок", "Запрошено"])
    second.append(["1", "2", "3", "4"])
    for code, name in ((4501000, "Абан"), ("04502000", "Ачинск"), (None, "Итого"), ("04503000", "Балахта")):
        second.append([code, name])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def applications() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "application_id": [f"{YEAR}-F{k}" for k in range(5)], "year": YEAR,
            "unit_id": ["04501000", "04501000", "04502000", "04502000", "04501000"], "programme": "rural",
            "helped": True, "applied_on": pd.Timestamp("2025-03-01"), "decided_on": pd.NaT,
            "status": ["approved", "rejected", "approved", "submitted", "rejected"],
            "amount_asked": [1000.0, 2000.0, 5050.0, None, 10.0], "amount_granted": [1000.0, None, 5050.0, None, None],
            "source": "federal_applications", "source_sheet": "s", "source_row": range(1, 6),
        }
    )  # fmt: skip
    return conform(frame, TABLES["federal_applications"])


def media() -> pd.DataFrame:
    """Items whose views nobody noted."""
    frame = pd.DataFrame(
        {
            "item_id": ["a", "b"], "year": YEAR, "published_on": pd.Timestamp("2025-03-01"), "channel": "journal",
            "topic": None, "unit_id": None, "views": pd.array([None, None], dtype="Int64"), "source": "media_items",
            "source_sheet": "s", "source_row": [1, 2],
        }
    )  # fmt: skip
    return conform(frame, TABLES["media_items"])


def workspace(root: Path, mapping: dict[str, Any] | None = None, **programme: Any) -> Workspace:
    def settings(place: str, content: dict[str, Any]) -> None:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")

    settings("config/programme.yml", {**PROGRAMME, **programme})
    sources = {name: {"file": f"{name}.csv"} for name in ("federal_applications", "media_items", "award_entries")}
    settings(
        f"config/years/{YEAR}.yml",
        {"year": YEAR, "starts_on": f"{YEAR}-01-01", "ends_on": f"{YEAR}-12-31", "territory_date": f"{YEAR}-12-31",
         "sources": sources},
    )  # fmt: skip
    settings("config/monitoring/example.yml", mapping or MAPPING)
    units = root / "config" / "territory" / "units.csv"
    units.parent.mkdir(parents=True)
    units.write_text("unit_id,name\n04501000,Абан\n04502000,Ачинск\n04503000,Балахта\n", encoding="utf-8")
    template(root / "config" / "monitoring" / "example.xlsx")
    opened = open_workspace(root)
    for name, frame in (("federal_applications", applications()), ("media_items", media())):
        path = opened.table_path(name, YEAR)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path, index=False)
    return opened
