"""The gallery on the real boundaries of the krai, and a map of all Russia.

Boundaries: OpenStreetMap contributors (ODbL), SberIndex; generalised.
"""

from __future__ import annotations

import datetime as dt
import importlib
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "display"))
from gallery_checks import LEAST_POINTS, overlapping_texts, smallest_points, texts_outside

from evaluation.app.gallery_data import gallery_data
from evaluation.display.gallery import GalleryData, gallery_figures
from evaluation.display.maps.values import coverage_map
from evaluation.display.rendering import figure_bytes
from evaluation.places import open_workspace

# every picture of the gallery with real boundaries, twice
pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 5.0


@pytest.fixture(scope="module")
def krai(tmp_path_factory: pytest.TempPathFactory, real_file: Callable[[str], Path]) -> GalleryData:
    boundaries = real_file("territory/krasnoyarsk_61_boundaries.geojson")
    root = tmp_path_factory.mktemp("gallery")
    shutil.copytree(REPOSITORY / "config", root / "config")
    settings = yaml.safe_load((root / "config" / "programme.yml").read_text(encoding="utf-8"))
    settings["registry"] |= {"boundaries": str(boundaries), "boundaries_date": dt.date(2024, 12, 31)}
    (root / "config" / "programme.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return gallery_data(open_workspace(root))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_texts_are_apart_inside_and_large_enough(krai: GalleryData, language: str) -> None:
    for name, figure in gallery_figures(krai, language):  # type: ignore[arg-type]
        assert not overlapping_texts(figure), name
        assert not texts_outside(figure), name
        assert smallest_points(figure) >= LEAST_POINTS - 0.005, name


def test_the_reform_goes_from_61_to_39_and_outlines_what_changed(krai: GalleryData) -> None:
    before, after = krai.years[-2:]
    assert (len(before.units), len(after.units)) == (61, 39)
    assert 0 < len(after.changed) < 39 and 0 < len(before.changed) < 61


def test_the_same_boundaries_give_the_same_bytes(krai: GalleryData) -> None:
    first, second = (dict(gallery_figures(krai, "en"))["choropleth"] for _ in range(2))
    assert figure_bytes(first, "svg") == figure_bytes(second, "svg")


def test_all_russia_in_one_piece_and_in_time(real_file: Callable[[str], Path]) -> None:
    table = pd.read_parquet(real_file("territory/russia_municipal_boundaries_2018_2024.parquet"))
    table = table[(table["year_from"] <= 2024) & (table["year_to"] > 2024)].reset_index(drop=True)
    text = isinstance(table["geometry"].iloc[0], str)
    read = gpd.GeoSeries.from_wkt if text else gpd.GeoSeries.from_wkb
    ids = table["territory_id"].astype("str")
    shapes = gpd.GeoDataFrame({"unit_id": ids}, geometry=read(table["geometry"]), crs="EPSG:4326")
    assert len(shapes) == 2594
    centres = shapes.representative_point()
    units = pd.DataFrame({"unit_id": ids, "short_name": table["municipal_district_name_short"],
                          "longitude": centres.x, "latitude": centres.y})  # fmt: skip
    values = pd.DataFrame({"unit_id": ids, "value": np.random.default_rng(2).gamma(2.0, 3.0, len(ids))})
    for library in ("scipy.sparse.csgraph", "scipy.spatial"):  # read from disk once a session, not once a map
        importlib.import_module(library)
    started = time.process_time()
    figure = coverage_map(values, units, "ru", geometry=shapes, title="Россия, 2024", simulated=True)
    figure_bytes(figure, "png")
    assert time.process_time() - started < SECONDS
    assert not overlapping_texts(figure) and not texts_outside(figure)
    x0, x1 = figure.axes[0].get_xlim()
    assert x1 - x0 < 8.5e6, "Chukotka stands in the east of the map, not at its western end"
