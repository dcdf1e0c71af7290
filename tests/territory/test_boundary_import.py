"""An import: which polygon is which unit, what is left to decide, and decisions applied on the next import."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from evaluation.settings import InputProblem
from evaluation.territory.boundaries import boundaries_on, read_boundaries
from evaluation.territory.boundary_import import Imported, import_boundaries, write_boundaries
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

DAY = dt.date(2024, 7, 1)
UNITS = """unit_id,name,short_name,type,longitude,latitude,valid_from,valid_to,region
04601000,Абанский муниципальный район,Абанский,municipal_district,90.5,56.5,,2025-06-18,Красноярский край
04720000,городской округ город Канск,Канск,city_okrug,91.2,56.2,,,Красноярский край
04621000,Канский муниципальный район,Канский,municipal_district,91.2,56.2,,,Красноярский край
04501000,Абанский муниципальный округ,Абанский,municipal_okrug,90.5,56.5,2025-06-19,,Красноярский край
04737000,городской округ Лесной,Лесной,city_okrug,92.5,56.5,,,Красноярский край
95605000,Алтайский муниципальный район,Алтайский,municipal_district,89.5,53.5,,,Республика Хакасия
95615000,Боградский муниципальный район,Боградский,municipal_district,90.5,54.2,,,Республика Хакасия
"""
CROSSWALK = """from_unit,from_date,to_unit,to_date,share,share_low,share_high,basis,quality,evidence
04601000,2025-06-18,04501000,2025-06-19,1,,,exact,documented,law
"""
ABAN, TOWN = box(90, 56, 91, 57), box(91.1, 56.1, 91.3, 56.3)
AROUND = Polygon(box(91, 56, 92, 57).exterior, [TOWN.exterior])
FOREST = box(92, 56, 93, 57)
WHOLE = {"Абанский район": ABAN, "г. Канск": TOWN, "Канский р-н": AROUND, "ГО Лесной": FOREST}


@pytest.fixture
def registry(tmp_path: Path) -> pd.DataFrame:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    return read_registry(tmp_path / "units.csv")


def imported(
    folder: Path, registry: pd.DataFrame, shapes: list[Any], day: dt.date = DAY, aliases: pd.DataFrame | None = None,
    columns: dict[str, list[Any]] | None = None, **options: Any,
) -> Imported:  # fmt: skip
    path = folder / "received.gpkg"
    path.unlink(missing_ok=True)
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(path)
    return import_boundaries(path, registry, aliases, day, **options)


def rules(made: Imported) -> list[str]:
    return made.remarks["rule"].tolist()


def by_names(folder: Path, registry: pd.DataFrame, shapes: dict[str, Any], **options: Any) -> Imported:
    return imported(folder, registry, list(shapes.values()), columns={"name": list(shapes)}, **options)


def test_names_alone_find_their_units(tmp_path: Path, registry: pd.DataFrame) -> None:
    made = by_names(tmp_path, registry, WHOLE)
    assert made.polygons["unit_id"].tolist() == ["04601000", "04720000", "04621000", "04737000"]
    assert made.region == "Красноярский край" and made.columns.name == "name" and made.columns.code == ""
    assert made.boundaries["unit_id"].tolist() == sorted(made.polygons["unit_id"])
    assert not made.to_decide and set(rules(made)) <= {"region_by_place", "name_matched"}
    assert made.units_without.empty, "the other region's units are not missing"
    assert made.enclaves[["unit_id", "host_id", "cut_out"]].to_numpy().tolist() == [["04720000", "04621000", True]]
    day = pd.Timestamp(DAY)
    assert (made.boundaries["shown_on"] == day).all() and made.boundaries["valid_from"].isna().all()


def test_codes_are_repaired_and_believed(tmp_path: Path, registry: pd.DataFrame) -> None:
    columns = {"okato_no": [4601000, 4720000, 4621000, 4737000], "label": ["?", "Канск", "", "Лесной"]}
    made = imported(tmp_path, registry, list(WHOLE.values()), columns=columns, region_code="04")
    assert made.columns.code == "okato_no", "by what stands in it"
    assert made.polygons["unit_id"].tolist() == ["04601000", "04720000", "04621000", "04737000"]
    assert made.polygons["basis"].unique().tolist() == ["code"]
    assert "name_unmatched_code_used" in rules(made), "a name that says nothing is remarked"


def test_a_code_and_a_name_that_disagree_are_for_people(tmp_path: Path, registry: pd.DataFrame) -> None:
    columns = {"oktmo": ["04601000", "04601000"], "name": ["Абанский район", "Канский район"]}
    made = imported(tmp_path, registry, [ABAN, AROUND], columns=columns)
    assert made.polygons["fate"].tolist() == ["kept", "left_over"]
    assert made.polygons["rule"].iloc[1] == "oktmo_name_conflict" and "04621000" in made.polygons["suggestion"].iloc[1]


def test_name_and_centre_together_are_shown_to_people(tmp_path: Path, registry: pd.DataFrame) -> None:
    made = by_names(tmp_path, registry, {"Абанский район": ABAN, "Лесной район": FOREST, "Рощинский район": AROUND})
    forest, other = made.polygons.iloc[1], made.polygons.iloc[2]
    assert (forest["unit_id"], forest["basis"]) == ("04737000", "name_and_centre")
    assert other["fate"] == "left_over" and "04621000" in other["suggestion"] and "04720000" in other["suggestion"]
    assert made.to_decide and {"name_and_centre", "name_not_found", "unit_without_polygon"} <= set(rules(made))
    assert made.units_without["unit_id"].tolist() == ["04621000", "04720000"]


def test_a_decision_on_a_name_is_applied_and_one_to_do_without(tmp_path: Path, registry: pd.DataFrame) -> None:
    shapes = {"Абанский район": ABAN, "Рощинский район": AROUND, "Остров": FOREST}
    aliases = pd.DataFrame({"raw": ["Рощинский район"], "unit_id": ["04621000"], "reason": ["asked"]})
    made = by_names(
        tmp_path, registry, shapes, aliases=aliases, left_out=frozenset({"Остров", "04720000", "04737000"})
    )  # fmt: skip
    assert made.polygons["fate"].tolist() == ["kept", "kept", "left_out"]
    assert made.polygons["basis"].tolist()[1] == "alias" and made.boundaries["unit_id"].tolist() == [
        "04601000",
        "04621000",
    ]
    # the hole that the town would fill is still there to look at
    assert set(made.remarks.loc[made.remarks["severity"] != "info", "rule"]) == {"gap"}


def test_namesakes_far_away_are_not_taken(tmp_path: Path, registry: pd.DataFrame) -> None:
    away = {"Абанский район": ABAN, "ГО Лесной": box(40, 56, 41, 57), "Боградский район": box(39, 55, 40, 56)}
    made = by_names(tmp_path, registry, away, region="Красноярский край")
    assert made.polygons["unit_id"].tolist() == ["04601000", "", ""]
    assert made.polygons["fate"].tolist() == ["kept", "outside", "outside"]
    assert made.remarks.set_index("rule").loc["outside_region", "count"] == 2
    coded = {"oktmo": ["04601000", "95605000", "45000000"], "name": ["Абанский район", "Алтайский район", "Москва"]}
    made = imported(
        tmp_path, registry[registry["unit_id"].str[:2] == "04"], [ABAN, box(89, 53, 90, 54), box(37, 55, 38, 56)],
        columns=coded,
    )  # fmt: skip
    assert made.polygons["fate"].tolist() == ["kept", "outside", "outside"]


def test_one_polygon_a_unit(tmp_path: Path, registry: pd.DataFrame) -> None:
    parts = [box(90, 56, 91, 57), box(89, 56, 89.5, 56.5), box(90, 56, 91, 57)]
    made = imported(tmp_path, registry, parts, columns={"oktmo": ["04601000"] * 3})
    assert sorted(made.polygons["fate"]) == ["joined", "kept", "left_over"]
    assert {"parts_joined", "unit_repeated"} <= set(rules(made))
    assert made.boundaries.geometry.iloc[0].area == pytest.approx(1.25)
    rivals = {"Абанский район": ABAN, "Абанский": AROUND}
    made = by_names(tmp_path, registry, rivals, region="04")
    assert made.polygons["unit_id"].tolist() == ["04601000", ""] and "unit_taken" in rules(made)


def test_the_day_decides_between_vintages(tmp_path: Path, registry: pd.DataFrame) -> None:
    columns = {"name": ["Абанский район", "Абанский округ"], "year_from": [2018, 2026], "year_to": [2026, 9999]}
    made = imported(tmp_path, registry, [ABAN, ABAN], columns=columns, region="04")
    assert made.polygons["unit_id"].tolist() == ["04601000"]
    kept = made.boundaries.iloc[0]
    assert (kept["valid_from"], kept["valid_to"]) == (pd.Timestamp("2018-01-01"), pd.Timestamp("2025-12-31"))
    made = imported(tmp_path, registry, [ABAN, ABAN], columns=columns, region="04", day=dt.date(2026, 5, 1))
    assert made.polygons["unit_id"].tolist() == ["04501000"] and pd.isna(made.boundaries["valid_to"].iloc[0])
    with pytest.raises(InputProblem, match="no polygon holds on 2010-01-01"):
        imported(tmp_path, registry, [ABAN, ABAN], columns=columns, day=dt.date(2010, 1, 1))
    with pytest.raises(InputProblem, match="column valid_from: the value 'soon'"):
        imported(tmp_path, registry, [ABAN], columns={"name": ["Абанский район"], "valid_from": ["soon"]})


def test_a_unit_of_another_day_is_not_taken(tmp_path: Path, registry: pd.DataFrame) -> None:
    columns = {"oktmo": ["04501000", "04720000"]}
    made = imported(tmp_path, registry, [ABAN, TOWN], columns=columns)
    assert made.polygons["unit_id"].tolist() == ["", "04720000"] and "unit_not_in_force" in rules(made)
    assert "04501000" in made.polygons["suggestion"].iloc[0]


def test_damaged_geometry_is_set_aside_or_mended_and_said(tmp_path: Path, registry: pd.DataFrame) -> None:
    bow = Polygon([(90, 56), (91, 57), (91, 56), (90, 57)])
    shapes = [bow, Point(91.2, 56.2), Polygon(), FOREST]
    path = tmp_path / "received.geojson"
    gpd.GeoDataFrame({"name": list(WHOLE)}, geometry=shapes, crs="EPSG:4326").to_file(path)
    made = import_boundaries(path, registry, None, DAY, region="04")
    assert made.polygons["fate"].tolist() == ["kept", "set_aside", "set_aside", "kept"]
    found = made.remarks.set_index("rule")
    assert (
        found.loc["geometry_not_polygon", "key"] == "г. Канск" and found.loc["geometry_empty", "key"] == "Канский р-н"
    )
    assert found.loc["geometry_repaired_much", "unit_id"] == "04601000"
    assert made.boundaries["note"].tolist() == ["repaired", ""] and made.boundaries.is_valid.all()
    assert made.units_without["unit_id"].tolist() == ["04621000", "04720000"]


def test_overlaps_and_gaps_are_remarked_by_size(tmp_path: Path, registry: pd.DataFrame) -> None:
    shapes = {"Абанский район": box(90, 56, 91.05, 57), "Канский район": AROUND, "ГО Лесной": FOREST}
    made = by_names(tmp_path, registry, shapes)
    found = made.remarks.set_index("rule")
    assert {found.loc["overlap", "unit_id"], found.loc["overlap", "detail"]} == {"04601000", "04621000"}
    assert found.loc["overlap", "share"] == pytest.approx(0.05, rel=0.1)
    assert found.loc["gap", "unit_id"] in ("04621000", "04720000"), "the town's centre lies in the hole"


def test_outlines_are_simplified_only_where_asked_or_worth_it(tmp_path: Path, registry: pd.DataFrame) -> None:
    fine = {name: shapely.segmentize(shape, 0.01) for name, shape in WHOLE.items()}
    assert by_names(tmp_path, registry, fine).generalised is None
    made = by_names(tmp_path, registry, fine, tolerance_km=2.0)
    assert made.generalised is not None and made.generalised.vertices_after < made.generalised.vertices_before / 5
    assert len(made.boundaries) == 4 and "generalised" in rules(made) and not made.to_decide


def test_levels_of_administration_are_told_apart(tmp_path: Path, registry: pd.DataFrame) -> None:
    names = ["Красноярский край", *WHOLE]
    columns = {"name": names, "admin_level": ["4", "6", "6", "6", "6"]}
    shapes = [box(80, 50, 100, 70), *WHOLE.values()]
    assert imported(tmp_path, registry, shapes, columns=columns).polygons["name"].tolist() == list(WHOLE)
    with pytest.raises(InputProblem, match="no polygons with admin_level = 8"):
        imported(tmp_path, registry, shapes, columns=columns, admin_level="8")


def test_what_is_no_map_of_the_registry_is_refused(tmp_path: Path, registry: pd.DataFrame) -> None:
    with pytest.raises(InputProblem, match="no column holds codes or names"):
        imported(tmp_path, registry, [ABAN], columns={"a": ["x"], "b": [1]})
    with pytest.raises(InputProblem, match="no polygon could be matched"):
        imported(tmp_path, registry, [ABAN], columns={"name": ["Абанский район"]}, region="Республика Хакасия")


def test_what_is_written_is_read_again_for_any_day(tmp_path: Path, registry: pd.DataFrame) -> None:
    made = by_names(tmp_path, registry, WHOLE)
    path = tmp_path / "made" / "boundaries.parquet"
    write_boundaries(made.boundaries, path)
    first = path.read_bytes()
    write_boundaries(by_names(tmp_path, registry, WHOLE).boundaries, path)
    assert path.read_bytes() == first and [one.name for one in path.parent.iterdir()] == [path.name]
    read = read_boundaries(path, registry, DAY)
    assert read["unit_id"].tolist() == made.boundaries["unit_id"].tolist()
    assert read.geometry.geom_equals(made.boundaries.geometry).all()
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK, encoding="utf-8")
    crosswalk = read_crosswalk(tmp_path / "crosswalk.csv")
    before = boundaries_on(path, registry, crosswalk, DAY)
    assert before is not None and "04601000" in before["unit_id"].tolist()
    after = boundaries_on(path, registry, crosswalk, dt.date(2025, 7, 1))
    assert after is not None and "04501000" in after["unit_id"].tolist(), "the file itself tells the day that it shows"
