"""All municipalities of Russia in 2024: boundaries imported, neighbours found, a map and a page made, and how long.

Boundaries: OpenStreetMap contributors (ODbL), SberIndex; generalised.
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

from evaluation.display.interactive.outlines import boundary_outlines
from evaluation.display.interactive.page import map_page
from evaluation.display.interactive.series import MapIndicator
from evaluation.display.maps.values import coverage_map
from evaluation.display.rendering import figure_bytes
from evaluation.settings import Text
from evaluation.territory.boundary_import import import_boundaries
from evaluation.territory.directory import read_directory
from evaluation.territory.neighbours import contiguity

RealFile = Callable[[str], Path]
SECONDS = 20.0
YEARS = (2022, 2023, 2024)
INDICATORS = [
    MapIndicator("applications", Text(ru="Заявок", en="Applications"), "applications"),
    MapIndicator("share", Text(ru="Доля поддержанных", en="Share supported"), "share"),
]


def made_up(ids: pd.Series) -> pd.DataFrame:
    """Two indicators in every year of YEARS: values tell nothing, their number is that of a real page."""
    draw = np.random.default_rng(7)
    frames = []
    for year in YEARS:
        count, share = draw.poisson(3.0, len(ids)), draw.random(len(ids)).round(3)
        for name, values in (("applications", count.astype(float)), ("share", share)):
            frames.append(pd.DataFrame({"unit_id": ids, "year": year, "indicator": name, "value": values}))
    return pd.concat(frames, ignore_index=True)


def page_of(shapes: gpd.GeoDataFrame, units: pd.DataFrame) -> str:
    values = made_up(units["unit_id"])
    return map_page(units, boundary_outlines(shapes), values, INDICATORS, "ru", title="Охват", simulated=True)


@pytest.mark.slow  # all municipalities of the country
def test_all_russia_from_a_file_to_a_map_and_a_page(
    real_file: RealFile, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    table = gpd.read_parquet(real_file("territory/russia_municipal_boundaries_2018_2024.parquet"))
    table = table[(table["year_from"] <= 2024) & (table["year_to"] > 2024)]
    table = table.rename(columns={"municipal_district_name": "name"})[["oktmo8", "name", "region_name", "geometry"]]
    table.to_parquet(tmp_path / "russia.parquet")
    directory = read_directory(real_file("territory/russia_municipal_directory.xlsx"))[0]

    spent = {}
    began = time.process_time()

    def told(name: str) -> None:
        nonlocal began
        spent[name], began = time.process_time() - began, time.process_time()

    made = import_boundaries(tmp_path / "russia.parquet", directory, None, dt.date(2024, 6, 1))
    told("import")
    shapes = made.boundaries
    pairs = contiguity(shapes)
    told("neighbours")
    centres = shapes.representative_point()
    named = made.polygons.drop_duplicates("unit_id").set_index("unit_id")["name"]
    units = pd.DataFrame(
        {"unit_id": shapes["unit_id"], "short_name": shapes["unit_id"].map(named), "longitude": centres.x,
         "latitude": centres.y}
    )  # fmt: skip
    values = pd.DataFrame({"unit_id": units["unit_id"], "value": np.random.default_rng(2).gamma(2.0, 3.0, len(units))})
    figure = coverage_map(values, units, "ru", geometry=shapes, title="Россия, 2024", simulated=True)
    picture = figure_bytes(figure, "png")
    told("choropleth")
    page = page_of(shapes, units)
    told("page")

    size = len(page.encode())
    whole = sum(spent.values())
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items())
    print(f"\n{len(shapes)} units, {len(pairs) // 2} pairs: {parts}; {whole:.1f} s in all; page {size / 1e6:.2f} MB")
    record_property("seconds", round(whole, 1))
    assert len(shapes) > 2500 and len(pairs) // 2 > 6000 and picture.startswith(b"\x89PNG")
    assert whole < SECONDS
    assert size < 2_000_000


def test_the_krais_page_is_small(real_file: RealFile) -> None:
    shapes = gpd.read_file(real_file("territory/krasnoyarsk_61_boundaries.geojson"))
    shapes = shapes.rename(columns={"oktmo8": "unit_id", "municipal_district_name_short": "short_name"})
    units = pd.DataFrame(shapes[["unit_id", "short_name"]])
    size = len(page_of(shapes[["unit_id", "geometry"]], units).encode())
    print(f"\n{len(shapes)} units: page {size / 1e3:.0f} kB")
    assert len(shapes) == 61 and size < 150_000
