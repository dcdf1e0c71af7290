"""The registry of units: what is read, what is refused and where the message points."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.territory.registry import COLUMNS, TYPES, change_dates, in_force, names, read_registry

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "config" / "territory" / "units.csv"
SHARED = ROOT.parent / "shared" / "data" / "territory"


def _file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "units.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_plain_list_needs_only_code_and_name(tmp_path: Path) -> None:
    registry = read_registry(_file(tmp_path, "unit_id,name\n007,Ивановка\n12,Сосновка\n"))
    assert tuple(registry.columns) == COLUMNS
    assert registry["unit_id"].tolist() == ["007", "12"], "leading zeros stay"
    row = registry.iloc[0]
    assert (row["short_name"], row["type"], row["is_north"]) == ("Ивановка", "other", False)
    assert pd.isna(row["longitude"]) and pd.isna(row["valid_to"]) and pd.isna(row["reference_population"])
    assert row["valid_from"] == pd.Timestamp("1900-01-01")
    assert str(registry["reference_population"].dtype) == "Int64"


def test_semicolons_and_cp1251_are_read_as_spreadsheets_write_them(tmp_path: Path) -> None:
    registry = read_registry(_file(tmp_path, "unit_id;name;is_north\r\n1;Ачинск;да\r\n2;Канск;нет\r\n", "cp1251"))
    assert registry["name"].tolist() == ["Ачинск", "Канск"]
    assert registry["is_north"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("unit_id,name\n1,A\n,B\n", 3, "unit_id"),
        ("unit_id,name,type\n1,A,city\n", 2, "city_okrug"),
        ("unit_id,name,longitude\n1,A,191.0\n", 2, "-180"),
        ('unit_id,name,longitude\n1,A,"92,5"\n', 2, "longitude"),
        ("unit_id,name,valid_from\n1,A,19.06.2025\n", 2, "2025-06-19"),
        ("unit_id,name,is_closed\n1,A,maybe\n", 2, "true"),
        ("unit_id,name,reference_population\n1,A,12.5\n", 2, "whole"),
        ("unit_id,name,valid_from,valid_to\n1,A,2020-01-02,2020-01-01\n", 2, "valid_to"),
        ("unit_id,name\n1,A,extra\n", 2, "3 cells"),
        ("unit_id,nmae\n1,A\n", 1, "name"),
        ("unit_id,name,colour\n1,A,red\n", 1, "colour"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    with pytest.raises(InputProblem) as caught:
        read_registry(_file(tmp_path, text))
    assert f"line {line}" in caught.value.messages["en"] and word in caught.value.messages["en"]
    assert f"строка {line}" in caught.value.messages["ru"]


def test_overlapping_intervals_of_one_code_are_refused_with_both_lines(tmp_path: Path) -> None:
    text = "unit_id,name,valid_from,valid_to\n1,A,2006-01-01,2025-06-19\n2,B,2006-01-01,\n1,A,2025-06-19,\n"
    with pytest.raises(InputProblem, match=r"lines 2 and 4.*unit 1 overlap"):
        read_registry(_file(tmp_path, text))
    open_ended = text.replace("2025-06-19\n2", "\n2")
    with pytest.raises(InputProblem, match="lines 2 and 4"):
        read_registry(_file(tmp_path, open_ended))
    assert len(read_registry(_file(tmp_path, text.replace("2025-06-19\n2", "2025-06-18\n2")))) == 3


def test_an_empty_registry_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="no units"):
        read_registry(_file(tmp_path, "unit_id,name\n"))
    with pytest.raises(InputProblem, match="There is no file"):
        read_registry(tmp_path / "absent.csv")


def test_the_day_decides_which_units_are_in_force() -> None:
    registry = read_registry(UNITS)
    assert len(in_force(registry, dt.date(2019, 1, 1))) == 61
    assert len(in_force(registry, dt.date(2025, 6, 18))) == 61
    assert len(in_force(registry, dt.date(2025, 6, 19))) == 39
    assert in_force(registry, dt.date(2025, 12, 31))["unit_id"].is_unique
    assert change_dates(registry) == [pd.Timestamp("2025-06-19")]
    assert names(registry, dt.date(2024, 1, 1))["04558000"] == "Шарыповский округ"
    assert names(registry, dt.date(2024, 1, 1))["04601000"] == "Абанский район"
    assert names(registry, short=False)["04504000"] == "Балахтинско-Новосёловский муниципальный округ"


def test_the_demonstration_registry_holds_the_published_figures() -> None:
    old = in_force(read_registry(UNITS), dt.date(2024, 1, 1))
    assert old["reference_population"].sum() == 2_696_596, "Rosstat, 58 of 61 units"
    assert old.loc[old["is_closed"], "reference_population"].isna().all() and old["is_closed"].sum() == 3
    assert old["reference_population"].notna().sum() == 58
    assert old["is_north"].sum() == 11
    assert set(old["type"]) <= set(TYPES)
    assert old["type"].value_counts().to_dict() == {
        "municipal_district": 41, "city_okrug": 14, "municipal_okrug": 3, "closed_city": 3,
    }  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the repository")
def test_units_agree_with_the_received_registers() -> None:
    registry = read_registry(UNITS)
    for name, day in (("61_municipalities_2024", "2024-01-01"), ("39_municipalities_2025", "2025-07-01")):
        received = pd.read_csv(SHARED / f"krasnoyarsk_{name}.csv", dtype="str").set_index("oktmo")
        ours = in_force(registry, pd.Timestamp(day)).set_index("unit_id")
        assert set(ours.index) == set(received.index)
        population = received["population"].astype("float64").reindex(ours.index)
        assert (ours["reference_population"].astype("float64") - population).abs().max() == 0
        assert ours["reference_population"].isna().equals(population.isna())
