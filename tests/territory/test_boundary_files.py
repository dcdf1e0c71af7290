"""Every format that polygons come in gives the same polygons; what cannot be read is said in words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import Point, box

from evaluation.settings import InputProblem
from evaluation.territory.boundary_files import read_polygons, text_column
from evaluation.territory.boundary_osm import hstore, osm_units

NAMES = ["Абанский район", "город Канск"]


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    columns = {"oktmo": ["04601000", "04720000"], "name": NAMES}
    return gpd.GeoDataFrame(columns, geometry=[box(90, 56, 91, 57), box(91, 56, 92, 57)], crs="EPSG:4326")


def written(frame: gpd.GeoDataFrame, folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".zip"):
        inner = folder / "inner"
        inner.mkdir()
        frame.to_file(inner / "границы.shp", encoding="UTF-8")
        with zipfile.ZipFile(path, "w") as archive:
            for one in sorted(inner.iterdir()):
                archive.write(one, f"папка/{one.name}")
    elif name.endswith("wkt.parquet"):
        frame.drop(columns="geometry").assign(wkt=frame.geometry.to_wkt()).to_parquet(path)
    elif name.endswith("hex.parquet"):
        frame.drop(columns="geometry").assign(wkb=frame.geometry.to_wkb(hex=True)).to_parquet(path)
    elif name.endswith("wkb.parquet"):
        frame.drop(columns="geometry").assign(geometry=frame.geometry.to_wkb()).to_parquet(path)
    elif name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize(
    ("name", "has_crs"),
    [("a.gpkg", True), ("a.geojson", True), ("a.shp", True), ("a.zip", True), ("a.fgb", True), ("a.geoparquet", True),
     ("a_wkt.parquet", False), ("a_hex.parquet", False), ("a_wkb.parquet", False)],
)  # fmt: skip
def test_every_format_gives_the_same(name: str, has_crs: bool, frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    received = read_polygons(written(frame, tmp_path, name))
    # FlatGeobuf keeps rows in an order of its own
    read = received.frame.sort_values("oktmo")
    assert read["name"].tolist() == NAMES and read["oktmo"].tolist() == ["04601000", "04720000"]
    assert shapely.equals(read.geometry.to_numpy(), frame.geometry.to_numpy()).all()
    assert (received.frame.crs is not None) == has_crs and received.notes == ()


def test_the_projection_of_a_geoparquet_is_kept(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = written(frame.to_crs("EPSG:3857"), tmp_path, "a.parquet")
    assert read_polygons(path).frame.crs == "EPSG:3857"


def test_a_shapefile_without_a_statement_of_its_encoding(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    frame.to_file(tmp_path / "a.shp", encoding="CP1251")
    (tmp_path / "a.cpg").unlink()
    # some writers leave a mark of the code page in the header as well
    table = bytearray((tmp_path / "a.dbf").read_bytes())
    table[29] = 0
    (tmp_path / "a.dbf").write_bytes(table)
    received = read_polygons(tmp_path / "a.shp")
    assert received.frame["name"].tolist() == NAMES and received.notes == (("encoding_guessed", "Windows-1251"),)


def test_one_of_several_layers_is_chosen(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame.to_file(path, layer="units")
    gpd.GeoDataFrame(geometry=[Point(90, 56)], crs="EPSG:4326").to_file(path, layer="places")
    assert read_polygons(path).layer == "units", "the only one of polygons"
    frame.to_file(path, layer="old")
    with pytest.raises(InputProblem, match="units, places, old"):
        read_polygons(path)
    assert read_polygons(path, "old").layer == "old"
    with pytest.raises(InputProblem, match="no layer 'new'"):
        read_polygons(path, "new")


def test_what_cannot_be_read_is_said(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="no file"):
        read_polygons(tmp_path / "absent.gpkg")
    for name in ("a.gpkg", "a.geojson", "a.shp", "a.parquet", "a.zip", "a.osm"):
        (tmp_path / name).write_bytes(b"{ this is no map")
        with pytest.raises(InputProblem, match="cannot be read") as refused:
            read_polygons(tmp_path / name)
        assert "файл границ не читается" in refused.value.messages["ru"]
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with pytest.raises(InputProblem, match="one file of boundaries"):
        read_polygons(tmp_path / "b.zip")
    with pytest.raises(InputProblem, match="no polygon in the file"):
        read_polygons(written(frame.iloc[:0], tmp_path, "empty.gpkg"))


def test_whole_numbers_are_codes_without_a_point() -> None:
    read = pd.DataFrame({"code": [4601000.0, None], "text": [" a ", None], "number": [7, 8]})
    assert text_column(read, "code").tolist() == ["4601000", ""]
    assert text_column(read, "text").tolist() == ["a", ""] and text_column(read, "number").tolist() == ["7", "8"]


# ---- OpenStreetMap ------------------------------------------------------------------------------------------


def test_tags_are_read_from_their_text() -> None:
    tags = hstore('"oktmo"=>"04601000","note"=>"said \\"so\\", twice","wikidata"=>"Q1"')
    assert tags == {"oktmo": "04601000", "note": 'said "so", twice', "wikidata": "Q1"}
    assert hstore(None) == {} and hstore("nothing of the kind") == {}


def test_boundaries_of_osm_become_columns() -> None:
    """Rows as the driver returns them: tags without a column of their own stand in other_tags."""
    rows = [
        (
            "1",
            None,
            "Абанский район",
            "administrative",
            "6",
            '"oktmo:user"=>"04601000","addr:region"=>"Красноярский край"',
        ),
        ("2", None, None, "administrative", "6", '"official_name"=>"город Канск","ref"=>"12"'),
        (None, "3", "Роща", "protected_area", None, None),
        ("4", None, "Тасеевский район", "administrative", "6", '"ref"=>"4652000"'),
    ]
    columns = ["osm_id", "osm_way_id", "name", "boundary", "admin_level", "other_tags"]
    shapes = [box(90 + n, 56, 91 + n, 57) for n in range(4)]
    units = osm_units(gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=shapes, crs="EPSG:4326"))
    assert units["name"].tolist() == ["Абанский район", "город Канск", "Тасеевский район"]
    assert units["oktmo"].tolist() == ["04601000", "", "4652000"], "a short ref is a number of its own"
    assert units["region"].tolist() == ["Красноярский край", "", ""] and units["admin_level"].tolist() == ["6"] * 3
    assert units.geometry.iloc[2].equals(shapes[3])


OSM_FILE = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="56" lon="90"/><node id="2" lat="56" lon="91"/><node id="3" lat="57" lon="91"/>
<node id="4" lat="57" lon="90"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/></way><way id="11"><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
<relation id="100"><member type="way" ref="10" role="outer"/><member type="way" ref="11" role="outer"/>
<tag k="type" v="boundary"/><tag k="boundary" v="administrative"/><tag k="admin_level" v="6"/>
<tag k="name" v="Абанский район"/><tag k="oktmo" v="04601000"/></relation></osm>"""


@pytest.mark.skipif("OSM" not in pyogrio.list_drivers(), reason="the reading library was built without the OSM driver")
def test_the_osm_driver_puts_ways_together(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(OSM_FILE, encoding="utf-8")
    received = read_polygons(tmp_path / "a.osm")
    assert received.frame[["name", "oktmo", "admin_level"]].to_numpy().tolist() == [["Абанский район", "04601000", "6"]]
    assert received.frame.geometry.iloc[0].equals(box(90, 56, 91, 57)) and received.frame.crs == "EPSG:4326"


def test_without_the_driver_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.osm").write_text(OSM_FILE, encoding="utf-8")
    monkeypatch.setattr(pyogrio, "list_drivers", dict)
    with pytest.raises(InputProblem, match="without the OSM driver"):
        read_polygons(tmp_path / "a.osm")
