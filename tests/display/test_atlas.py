"""The atlas: the same units in every map, nothing hidden on the page, words in place of codes in its tables."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from display.interactive_world import RUSSIAN, grid_shapes
from evaluation.codebook import read_codebook
from evaluation.display.atlas import Atlas
from evaluation.display.exhibit import Exhibit
from evaluation.display.maps.keys import PATTERNS
from evaluation.display.palettes import CLUSTERS
from evaluation.settings import Language

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
IDS = list("abcdefghi")
UNITS = pd.DataFrame(
    {
        "unit_id": IDS, "short_name": RUSSIAN, "name": RUSSIAN, "population": 1000,
        "longitude": 90.5 + np.arange(9) % 3, "latitude": 56.5 - np.arange(9) // 3,
    }
)  # fmt: skip
SECRET = 31.25


def atlas(geometry: gpd.GeoDataFrame | None = None, **more: Any) -> Atlas:
    return Atlas(UNITS, geometry, CODEBOOK, 2025, **more)


def series() -> pd.DataFrame:
    """Applications 0 to 8 in 2024 and one more of each in 2025, costs, and the programme's own row."""
    frames = []
    for year, more in ((2025, 1), (2024, 0)):
        counts = pd.DataFrame({"unit_id": IDS, "value": np.arange(9.0) + more, "indicator": "applications"})
        costs = pd.DataFrame({"unit_id": IDS, "value": 1000.0 + np.arange(9), "indicator": "cost_total"})
        whole = pd.DataFrame({"unit_id": ["all"], "value": [777.0], "indicator": ["applications"]})
        frames.append(pd.concat([counts, costs, whole]).assign(year=year))
    frame = pd.concat(frames, ignore_index=True)
    unit = frame["indicator"].map({"applications": "applications", "cost_total": "currency"})
    return frame.assign(unit=unit, low=np.nan, high=np.nan, n=1)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


def fills(figure: Figure) -> list[str]:
    patches = [patch for axes in figure.axes for patch in axes.findobj(PathPatch) if patch.get_fill()]
    return [to_hex(patch.get_facecolor()) for patch in patches]


def page_data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.S)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def cells(exhibit: Exhibit, language: Language) -> list[list[str]]:
    text = io.StringIO(exhibit.to_csv(language).lstrip("\ufeff"))
    return list(csv.reader(text, delimiter=";" if language == "ru" else ","))


# ---- maps ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("geometry", [None, grid_shapes()], ids=["tiles", "boundaries"])
def test_years_stand_in_order_on_one_scale_without_the_programmes_row(geometry: gpd.GeoDataFrame | None) -> None:
    figure = atlas(geometry).draw_years(series(), "applications", "applications", "en")
    shown = texts(figure)
    assert [text for text in shown if text in ("2024", "2025")] == ["2024", "2025"]
    counted = [int(number) for text in shown for number in re.findall(r"\((\d+)\)$", text)]
    assert sum(counted) == 18, "nine units in each of two years, every one of them in a class"
    assert not any("777" in text for text in shown)
    assert any(text.strip().startswith("Applications, 2024–2025") for text in shown)


def clusters() -> pd.DataFrame:
    rows = [
        ("a", "high_high", True), ("b", "high_high", False), ("c", "low_low", True), ("d", "high_low", True),
        ("e", "low_high", False), ("f", "no_data", None), ("g", "no_neighbours", None), ("h", "not_significant", False),
        ("i", "low_low", None),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["unit_id", "quadrant", "is_cluster"]).astype({"is_cluster": "boolean"})
    other = frame.assign(indicator="participation_per_1000", quadrant="high_high", is_cluster=True)
    return pd.concat([frame.assign(indicator="projects_per_10000"), other], ignore_index=True)


@pytest.mark.parametrize(("language", "word"), [("ru", "много, и у соседей много"), ("en", "high among high")])
def test_only_clusters_that_survive_the_control_are_coloured(language: Language, word: str) -> None:
    figure = atlas(grid_shapes()).draw_clusters(clusters(), "projects_per_10000", language)
    drawn = fills(figure)
    assert [drawn.count(CLUSTERS[kind]) for kind in CLUSTERS] == [1, 1, 1, 0, 4], "b, e, h and i are not told apart"
    assert drawn.count(PATTERNS["no_data"][0]) == 2, "neither data nor neighbours"
    assert f"{word}  (1)" in texts(figure)


# ---- the page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("geometry", [None, grid_shapes()], ids=["tiles", "boundaries"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_hidden_values_and_the_programmes_row_are_not_on_the_page(
    geometry: gpd.GeoDataFrame | None, language: Language
) -> None:
    rows = series()
    one = (rows["unit_id"] == "c") & (rows["year"] == 2024) & (rows["indicator"] == "applications")
    rows.loc[one, "value"] = SECRET
    drawn = atlas(geometry, simulated=True)
    page = drawn.page(rows, ["applications"], language, rows.loc[one, ["unit_id", "year", "indicator"]])
    assert "31.2" not in page and "31,2" not in page and "777" not in page
    told = page_data(page)["indicators"][0]["years"]
    assert (told["2024"]["class"][2], told["2024"]["value"][2]) == ("h", None)
    assert told["2025"]["value"][2] is not None, "the same unit is hidden in that year alone"
    open_page = drawn.page(rows, ["applications"], language)
    assert "31.2" in open_page or "31,2" in open_page, "the same number would be found if it were shown"


def test_the_page_offers_what_the_series_has_in_the_order_asked_for() -> None:
    page = atlas(None, currency="EUR").page(series(), ["cost_total", "success_rate", "applications"], "en")
    offered = page_data(page)["indicators"]
    assert [len(one["years"]) for one in offered] == [2, 2], "no row tells a success rate"
    assert page.index(CODEBOOK.label("indicators", "cost_total", "en")) < page.index(
        CODEBOOK.label("indicators", "applications", "en")
    )
    assert "EUR" in page and "currency" not in json.dumps(offered)


# ---- tables -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "joined"), [("ru", "нет заявок; нет обучения"), ("en", "no application; no training")]
)
def test_gaps_are_told_in_words(language: Language, joined: str) -> None:
    words = CODEBOOK.choice_labels("coverage_gap", language)
    codes = ["no_application", "no_training"]
    spots = pd.DataFrame(
        {"unit_id": ["a", "b"], "name": ["Абан", "Бор"], "type": "city_okrug", "population": [1000, 2000],
         "reason": "not_known", "gaps": ["; ".join(codes), codes[0]], "distance_km": [np.nan, np.nan]}
    )  # fmt: skip
    made = atlas().white_spots(spots)
    assert "distance_km" not in made.columns, "nobody's distance is known"
    text = made.to_html(language)
    assert joined in text
    assert codes[0] not in text
    near = atlas().white_spots(spots.assign(distance_km=[12.4, np.nan]))
    assert "distance_km" in near.columns and "12" in near.to_html(language)
    gaps = pd.DataFrame(
        {"unit_id": "a", "name": "Абан", "type": "city_okrug", "population": 1000, "distance_km": 7.6, "gap": codes}
    )
    told = cells(atlas().gaps(gaps), language)
    assert [row[-1] for row in told[1:]] == [words[code] for code in codes]


def test_completeness_is_told_for_all_units_together() -> None:
    frame = pd.DataFrame(
        {"table": ["projects"] * 2, "field": ["score"] * 2, "unit_id": ["all", "a"], "year": 2025,
         "value": [0.75, 0.1], "numerator": [3.0, 1.0], "denominator": [4.0, 10.0], "n": [4, 10]}
    )  # fmt: skip
    _, *rows = cells(atlas().completeness(frame), "en")
    assert len(rows) == 1 and "0.75" in rows[0]
