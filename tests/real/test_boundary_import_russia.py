"""Boundaries as published: three regions with names alone (2020), and all municipalities of the country (2024).

Boundaries: OpenStreetMap contributors (ODbL); directory and municipal outlines: SberIndex.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from evaluation.settings import InputProblem
from evaluation.territory.boundary_import import Imported, import_boundaries
from evaluation.territory.directory import read_directory
from evaluation.territory.polygons import equal_area_for, extent, projected, unwrapped
from evaluation.territory.topology import unit_at

RealFile = Callable[[str], Path]
DAY = dt.date(2020, 6, 1)
REGIONS = ("amur", "khakassia", "chukotka")
CERTAIN = 46


@pytest.fixture(scope="module")
def directory(real_file: RealFile) -> pd.DataFrame:
    return read_directory(real_file("territory/russia_municipal_directory.xlsx"))[0]


@pytest.fixture(scope="module")
def imports(directory: pd.DataFrame, real_file: RealFile) -> dict[str, Imported]:
    """Each region's file against the directory of the whole country, without a word on which region it is."""
    return {
        name: import_boundaries(real_file(f"territory/{name}_2020_boundaries.geojson"), directory, None, DAY)
        for name in REGIONS
    }


def test_names_find_their_codes(imports: dict[str, Imported], real_file: RealFile) -> None:
    truth = pd.read_csv(real_file("territory/amur_khakassia_chukotka_name_to_oktmo.csv"), dtype="str")
    certain = truth[truth["oktmo_certain"] == "True"]
    assert len(certain) == CERTAIN
    made = pd.concat([one.polygons.assign(region_name=one.region) for one in imports.values()])
    found = certain.merge(made, left_on=["district", "region_name"], right_on=["name", "region_name"], how="left")
    right = found["unit_id"] == found["oktmo8"]
    print(f"\n{right.sum()} of {len(found)} certain names found, {(found['unit_id'] == '').sum()} left to people")
    assert right.sum() >= 0.95 * CERTAIN
    warned = {name: set(one.remarks.loc[one.remarks["severity"] != "info", "key"]) for name, one in imports.items()}
    wrong = found[~right & (found["unit_id"] != "")]
    assert set(wrong["district"]) <= set().union(*warned.values()), "none is wrong without a warning"


def test_names_without_a_code_are_left_to_people_with_a_candidate(imports: dict[str, Imported]) -> None:
    offered = {"ЗАТО Углегорск": "10770000", "Иультинский район": "77715000", "Чаунский район": "77705000"}
    polygons = pd.concat([one.polygons for one in imports.values()]).set_index("name")
    for name, unit in offered.items():
        assert polygons.loc[name, "fate"] == "left_over" and polygons.loc[name, "suggestion"].startswith(unit)
    renamed = polygons.loc["Провиденский район"]
    assert (renamed["unit_id"], renamed["basis"]) == ("77710000", "name_and_centre")


def test_the_damage_in_the_files_is_measured(imports: dict[str, Imported]) -> None:
    amur, khakassia, chukotka = (imports[name] for name in REGIONS)
    assert amur.overlaps.empty and amur.gaps.empty and not amur.enclaves.empty
    assert len(khakassia.gaps) == 3 and khakassia.gaps["area_km2"].max() < 1
    assert "gap_small" in set(khakassia.remarks["rule"])
    pair = chukotka.overlaps.iloc[0]
    assert {pair["unit_id"], pair["other_id"]} == {"Иультинский район", "Чаунский район"}
    assert 0.05 < pair["area_km2"] < 0.3 and {"overlap_small", "gap_small"} <= set(chukotka.remarks["rule"])


def test_chukotka_is_drawn_in_one_piece(imports: dict[str, Imported], real_file: RealFile) -> None:
    received = gpd.read_file(real_file("territory/chukotka_2020_boundaries.geojson"))
    kept = imports["chukotka"].boundaries
    for frame in (received, kept):
        shapes = frame.geometry.to_numpy(dtype=object)
        assert frame.total_bounds[0] == pytest.approx(-180) and frame.total_bounds[2] == pytest.approx(180)
        plane = projected(unwrapped(shapes), equal_area_for(extent(shapes)))
        west, south, east, north = shapely.total_bounds(plane) / 1000
        assert east - west < 1700 and north - south < 1300, "kilometres: not once round the globe"
    whole = projected(unwrapped(received.geometry.to_numpy(dtype=object)), equal_area_for(extent(shapes)))
    parts = np.sort(shapely.area(shapely.get_parts(shapely.union_all(whole)))) / 1e6
    assert parts[-1] > 0.97 * parts.sum(), "the mainland is one piece, the rest are islands"
    towns = pd.DataFrame({"longitude": [-175.85, -171.03, 177.51], "latitude": [67.05, 66.16, 64.73]})
    assert unit_at(towns, kept).tolist()[1:] == ["77633000", "77701000"]


@pytest.mark.parametrize("region", [REGIONS[0], *(pytest.param(one, marks=pytest.mark.slow) for one in REGIONS[1:])])
def test_spoiled_coordinates_are_told(
    region: str, directory: pd.DataFrame, real_file: RealFile, tmp_path: Path
) -> None:
    frame = gpd.read_file(real_file(f"territory/{region}_2020_boundaries.geojson"))
    frame.geometry = frame.geometry.simplify(0.01)
    turned = frame.set_geometry(
        gpd.GeoSeries(shapely.transform(frame.geometry.to_numpy(), lambda points: points[:, ::-1]), crs="EPSG:4326")
    )
    turned.to_file(tmp_path / "turned.gpkg")
    made = import_boundaries(tmp_path / "turned.gpkg", directory, None, DAY)
    assert "axes_swapped" in set(made.remarks["rule"]) and made.polygons["unit_id"].ne("").sum() >= len(frame) - 2
    frame.to_crs("EPSG:3857").set_crs("EPSG:4326", allow_override=True).to_file(tmp_path / "metres.gpkg")
    with pytest.raises(InputProblem, match="cannot be degrees"):
        import_boundaries(tmp_path / "metres.gpkg", directory, None, DAY)
    made = import_boundaries(tmp_path / "metres.gpkg", directory, None, DAY, crs="EPSG:3857")
    assert made.polygons["unit_id"].ne("").sum() >= len(frame) - 2


def test_the_whole_country_is_imported_in_seconds(directory: pd.DataFrame, real_file: RealFile) -> None:
    path = real_file("territory/russia_municipal_boundaries_2018_2024.parquet")
    start, busy = time.perf_counter(), time.process_time()
    made = import_boundaries(path, directory, None, dt.date(2024, 7, 1))
    took, worked = time.perf_counter() - start, time.process_time() - busy
    print(f"\n{len(made.polygons)} polygons imported in {took:.1f} s ({worked:.1f} s of one processor)")
    assert worked < 10
    assert len(made.polygons) == 2594 and len(made.boundaries) == 2593, "one has no geometry"
    assert set(made.boundaries["unit_id"]) == set(made.polygons.loc[made.polygons["fate"] == "kept", "code"])
    found = set(made.remarks.loc[made.remarks["severity"] != "info", "rule"])
    assert {"geometry_empty", "unit_without_polygon", "overlap", "gap"} == found


def test_a_detailed_region_is_simplified_with_common_borders(directory: pd.DataFrame, real_file: RealFile) -> None:
    made = import_boundaries(
        real_file("territory/khakassia_2020_boundaries.geojson"), directory, None, DAY, tolerance_km=1.0
    )
    assert made.generalised is not None and made.generalised.vertices_after < made.generalised.vertices_before / 5
    shapes = made.boundaries.geometry.to_numpy(dtype=object)
    assert len(shapes) == 13 and shapely.coverage_is_valid(shapes) and shapely.is_valid(shapes).all()
    assert set(made.enclaves["unit_id"]) == {"95702000", "95715000"}, "Abaza and Chernogorsk are still enclaves"
    changes = made.generalised.changes
    assert (changes["area_after"] / changes["area_before"]).between(0.95, 1.05).all()
