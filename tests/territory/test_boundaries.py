"""Boundaries: what is read for a day, what is mended and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from evaluation.settings import InputProblem
from evaluation.territory.boundaries import merge_boundaries, read_boundaries, without_boundaries
from evaluation.territory.crosswalk import UNASSIGNED, geography_map, read_crosswalk
from evaluation.territory.registry import read_registry

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "config" / "territory"
SHARED = ROOT.parent / "shared" / "data" / "territory"
DAY = dt.date(2020, 6, 1)


def registry(folder: Path, *ids: str) -> pd.DataFrame:
    path = folder / "units.csv"
    path.write_text("unit_id,name\n" + "".join(f"{unit},{unit}\n" for unit in ids), encoding="utf-8")
    return read_registry(path)


def shapes(**columns: list[object]) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[box(90 + n, 56, 91 + n, 57) for n in range(count)], crs="EPSG:4326")


def test_geojson_geopackage_and_parquet_give_the_same(tmp_path: Path) -> None:
    frame = shapes(oktmo8=["04601000", "04701000", "45000000"])
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    frame.to_crs("EPSG:3857").to_file(tmp_path / "a.gpkg", driver="GPKG")
    pd.DataFrame({"oktmo8": frame["oktmo8"], "geometry": frame.geometry.to_wkb()}).to_parquet(tmp_path / "a.parquet")
    units = registry(tmp_path, "04601000", "04701000", "04703000")
    for name in ("a.geojson", "a.gpkg", "a.parquet"):
        read = read_boundaries(tmp_path / name, units, DAY)
        assert list(read.columns) == ["unit_id", "geometry", "note"] and read.crs == "EPSG:4326"
        assert read["unit_id"].tolist() == ["04601000", "04701000"], "another region's polygon is left out"
        assert read.geometry.iloc[0].symmetric_difference(box(90, 56, 91, 57)).area < 1e-9
        assert without_boundaries(read, units, DAY) == ["04703000"]


def test_the_year_of_the_day_chooses_the_outline(tmp_path: Path) -> None:
    frame = shapes(unit_id=["v1", "v1"], year_from=[2018, 2021], year_to=[2021, 9999])
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    units = registry(tmp_path, "v1")
    assert read_boundaries(tmp_path / "a.geojson", units, DAY).bounds["minx"].iloc[0] == 90
    assert read_boundaries(tmp_path / "a.geojson", units, dt.date(2021, 1, 1)).bounds["minx"].iloc[0] == 91


def test_an_invalid_outline_is_mended_and_noted(tmp_path: Path) -> None:
    frame = shapes(unit_id=["a", "b"])
    frame.loc[0, "geometry"] = Polygon([(90, 56), (91, 57), (91, 56), (90, 57)])
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    read = read_boundaries(tmp_path / "a.geojson", registry(tmp_path, "a", "b"), DAY)
    assert read["note"].tolist() == ["repaired", ""] and read.is_valid.all()
    assert read.geometry.iloc[0].area == pytest.approx(0.5)


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    units = registry(tmp_path, "a")
    with pytest.raises(InputProblem, match="There is no file"):
        read_boundaries(tmp_path / "absent.geojson", units, DAY)
    (tmp_path / "broken.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(InputProblem, match="cannot be read"):
        read_boundaries(tmp_path / "broken.geojson", units, DAY)
    pd.DataFrame({"unit_id": ["a"]}).to_parquet(tmp_path / "flat.parquet")
    with pytest.raises(InputProblem, match="cannot be read"):
        read_boundaries(tmp_path / "flat.parquet", units, DAY)
    wrong = (({"name": ["a"]}, "no column"), ({"unit_id": ["z"]}, "no polygon"), ({"unit_id": ["a", "a"]}, "more than"))
    for columns, says in wrong:
        shapes(**columns).to_file(tmp_path / "x.geojson", driver="GeoJSON")
        with pytest.raises(InputProblem, match=says):
            read_boundaries(tmp_path / "x.geojson", units, DAY)


def test_boundaries_after_a_change_are_put_together_from_those_before() -> None:
    before = shapes(unit_id=["a", "b", "c", "d"]).assign(note="")
    shares = {"a": 1, "b": 1, "c": None, "d": 1}
    moves = [("a", "x"), ("b", "x"), ("c", "x"), ("c", "y"), ("d", UNASSIGNED)]
    mapping = pd.DataFrame([(old, new, shares[old]) for old, new in moves], columns=["from_unit", "to_unit", "share"])
    after = merge_boundaries(before, mapping).set_index("unit_id")
    assert after.loc["x"].geometry.equals(box(90, 56, 92, 57)) and after.loc["x", "note"] == "incomplete"
    assert after.loc[UNASSIGNED].geometry.equals(box(92, 56, 94, 57))
    assert "y" not in after.index, "nothing of it is known"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the repository")
def test_the_real_boundaries_of_the_demonstration() -> None:
    units = read_registry(FOLDER / "units.csv")
    day = dt.date(2024, 1, 1)
    read = read_boundaries(SHARED / "krasnoyarsk_61_boundaries.geojson", units, day)
    assert len(read) == 61 and read.is_valid.all() and without_boundaries(read, units, day) == []
    area = read.to_crs("EPSG:6933").area.sum() / 1e6
    assert 2.3e6 < area < 2.6e6, "the krai has 2.37 million square kilometres; Taimyr's outline includes sea"
    crosswalk = read_crosswalk(FOLDER / "crosswalk.csv")
    mapping = geography_map("current", units, crosswalk, day, day, dt.date(2025, 7, 1))
    merged = merge_boundaries(read, mapping)
    assert without_boundaries(merged, units, dt.date(2025, 7, 1)) == [] and len(merged) == 40
    assert merged.to_crs("EPSG:6933").area.sum() / 1e6 == pytest.approx(area, rel=1e-6)
    assert set(merged.loc[merged["note"] == "incomplete", "unit_id"]) == {"04505000", "04701000"}
