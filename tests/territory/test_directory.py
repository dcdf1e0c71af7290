"""Directories of units as others publish them, brought into the registry's shape."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.territory.directory import read_directory
from evaluation.territory.registry import COLUMNS, in_force

HEAD = "oktmo,municipal_district_name,municipal_district_type,year_from,year_to,region_name,territory_id,lon,lat"


def _csv(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "directory.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_years_codes_and_types_become_the_registrys(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        "04-601-000-000,Абанский муниципальный район,муниципальный район,2018,2025,Красноярский край,1402,96.4,56.9",
        "04-735-000-000,городской округ ЗАТО город Железногорск,городской округ,2018,9999,Красноярский край,1450,,",
    )
    registry, issues = read_directory(path)
    assert tuple(registry.columns) == COLUMNS
    first, second = registry.iloc[0], registry.iloc[1]
    assert (first["unit_id"], first["type"], first["other_id"]) == ("04601000", "municipal_district", "1402")
    assert (first["valid_from"], first["valid_to"]) == (pd.Timestamp("2018-01-01"), pd.Timestamp("2024-12-31"))
    assert (second["type"], bool(second["is_closed"]), second["valid_to"]) == ("closed_city", True, pd.NaT)
    assert in_force(registry, pd.Timestamp("2025-01-01"))["unit_id"].tolist() == ["04735000"]
    assert issues["rule"].tolist() == ["oktmo_11_to_8"] and issues["suggestion"].tolist() == ["2 / 2"]


def test_every_row_that_cannot_be_read_is_reported_with_its_row(tmp_path: Path) -> None:
    good = "04601000,Абанский район,муниципальный район,2018,9999,Край,1,96.4,56.9"
    path = _csv(
        tmp_path, good,
        "нет,Без кода,муниципальный район,2018,9999,Край,2,,",
        "04602000,,муниципальный район,2018,9999,Край,3,,",
        "04603000,Ачинский район,муниципальный район,когда-то,9999,Край,4,,",
        "04604000,Район Б,муниципальный район,2020,2019,Край,5,,",
        "04605000,Район В,волость,2018,9999,Край,6,200,север",
        good,
        "04601000,Абанский округ,муниципальный округ,2020,9999,Край,7,,",
    )  # fmt: skip
    registry, issues = read_directory(path)
    assert registry["unit_id"].tolist() == ["04601000", "04605000"]
    told = issues[["row", "rule", "action"]].to_numpy().tolist()
    assert told == [
        [3, "oktmo_unreadable", "quarantined"], [4, "required_empty", "quarantined"], [5, "not_a_date", "quarantined"],
        [6, "dates_reversed", "quarantined"], [7, "category_unknown", "emptied"], [7, "not_a_number", "emptied"],
        [7, "out_of_range", "emptied"], [8, "duplicate_row", "quarantined"], [9, "intervals_overlap", "quarantined"],
    ]  # fmt: skip
    assert pd.isna(registry["longitude"].iloc[1]) and registry["type"].iloc[1] == "other"


def test_any_list_and_workbook_will_do(tmp_path: Path) -> None:
    listed, issues = read_directory(_csv(tmp_path, "7,Сосновка", "12,Ивановка", head="Код,Название"))
    assert listed["unit_id"].tolist() == ["12", "7"] and issues.empty
    book = openpyxl.Workbook()
    book.active.append(["nothing", "here"])
    sheet = book.create_sheet("units")
    sheet.append(["ОКТМО", "Наименование"])
    sheet.append([4601000, "Абанский район"])
    sheet.append(["04603000", "Ачинский район"])
    path = tmp_path / "units.xlsx"
    book.save(path)
    registry, issues = read_directory(path)
    assert registry["unit_id"].tolist() == ["04601000", "04603000"]
    assert issues[["row", "rule"]].to_numpy().tolist() == [[2, "oktmo_lost_zero"]]


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="There is no file"):
        read_directory(tmp_path / "none.csv")
    with pytest.raises(InputProblem, match=r"no columns with a code .* Found: directory: a, b"):
        read_directory(_csv(tmp_path, "1,2", head="a,b"))
    with pytest.raises(InputProblem, match="row 2: 3 cells, expected 2"):
        read_directory(_csv(tmp_path, "1,2,3", head="код,название"))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"not a workbook")
    with pytest.raises(InputProblem, match="cannot be read"):
        read_directory(broken)
    with pytest.raises(InputProblem, match="none of 1 rows"):
        read_directory(_csv(tmp_path, "04601000,", head="oktmo,name"))
