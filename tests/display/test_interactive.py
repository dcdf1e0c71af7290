"""The interactive map as text: outlines, numbers, what must not be in it, its size, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from display.interactive_world import INDICATORS, SECRET, grid_page, grid_shapes, grid_units, grid_values
from evaluation.display.interactive.outlines import Drawing, boundary_outlines, tile_outlines
from evaluation.display.interactive.page import map_fragment, map_page
from evaluation.display.interactive.series import MapIndicator, checked
from evaluation.display.maps.classes import classing
from evaluation.settings import InputProblem, Text

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "territory"


def points_of(path: str) -> list[list[tuple[int, int]]]:
    """Corners of every ring of a path, read back by hand."""
    rings = []
    for ring in re.findall(r"M([^z]*)z", path):
        first, _, rest = ring.partition("l")
        x, y = (int(number) for number in re.findall(r"-?\d+", first))
        corners = [(x, y)]
        steps = [int(number) for number in re.findall(r"-?\d+", rest)]
        for across, down in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + across, y + down
            corners.append((x, y))
        rings.append(corners)
    return rings


def payload(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.S)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


# ---- outlines -----------------------------------------------------------------------------------------------------


def test_outlines_keep_areas_holes_and_order() -> None:
    island = MultiPolygon([box(0, 0, 60_000, 40_000).difference(box(10_000, 10_000, 30_000, 30_000)),
                           box(70_000, 0, 80_000, 10_000)])  # fmt: skip
    shapes = gpd.GeoDataFrame(
        {"unit_id": ["hole", "host"]}, geometry=[box(10_000, 10_000, 30_000, 30_000), island], crs="EPSG:6933"
    )
    drawing = boundary_outlines(shapes, "EPSG:6933")
    assert [one.unit for one in drawing.outlines] == ["host", "hole"], "the largest first: enclaves lie on top"
    scale = 1600 / 80_000
    areas = []
    for one in drawing.outlines:
        rings = [Polygon(corners).area for corners in points_of(one.path)]
        areas.append(max(rings) - (rings[1] if one.unit == "host" else 0) + (rings[2] if len(rings) > 2 else 0))
        assert Polygon(points_of(one.path)[0]).buffer(1).contains(gpd.points_from_xy([one.x], [one.y])[0])
    assert np.allclose(areas, [2.1e9 * scale**2, 4e8 * scale**2], rtol=0.01)
    assert not any(one.is_dot for one in drawing.outlines)


def test_what_vanishes_on_the_grid_is_a_dot() -> None:
    shapes = gpd.GeoDataFrame(
        {"unit_id": ["land", "town"]},
        geometry=[box(0, 0, 1e6, 1e6), box(5e5, 5e5, 5e5 + 50, 5e5 + 50)],
        crs="EPSG:6933",
    )
    land, town = boundary_outlines(shapes, "EPSG:6933").outlines
    assert not land.is_dot and town.is_dot and town.path == ""
    units = pd.DataFrame({"unit_id": ["land", "town"], "name": ["Land", "Town"]})
    values = pd.DataFrame({"unit_id": ["town"], "year": [2024], "indicator": ["i"], "value": [1.0]})
    indicators = [MapIndicator("i", Text(ru="И", en="I"))]
    made = map_fragment(units, boundary_outlines(shapes, "EPSG:6933"), values, indicators, "en", title="T").html
    assert made.count('data-i="1"') == 1 and "A circle is a small territory" in made


def test_tiles_are_outlines_too() -> None:
    grid = pd.DataFrame({"unit_id": ["a", "b"], "x": [0.0, 1.0], "y": [0.0, 0.0]})
    for shape, corners in (("hexagon", 6), ("square", 4)):
        first, second = tile_outlines(grid, {"a": "Аба\nн"}, shape).outlines
        (ring,) = points_of(first.path)
        assert len(ring) == corners and second.x - first.x == 100 and first.y == second.y
        assert Polygon(ring).centroid.distance(gpd.points_from_xy([first.x], [first.y])[0]) < 1.5
    assert tile_outlines(grid.iloc[:0], {}).outlines == []


# ---- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_hidden_value_is_nowhere_in_the_page(language: Any) -> None:
    page = grid_page(language)
    share = payload(page)["indicators"][1]["years"]["2024"]
    assert (
        share["class"][1] == "h" and share["value"][1] is share["low"][1] is share["high"][1] is share["n"][1] is None
    )
    for trace in ("87.65", "87,65", "87.6", "87,6", "87.7", "87,7", "0.8765", "77.6", "77.7", "97.6", "97.7"):
        assert trace not in page
    shown = grid_values().assign(state="shown")
    open_page = map_page(grid_units(language), boundary_outlines(grid_shapes()), shown, INDICATORS, language, title="T")
    assert str(round(SECRET * 100, 1)) in open_page, "the same value would be found if it were shown"


def test_classes_are_those_of_the_static_map() -> None:
    values = grid_values()
    only = values[(values["year"] == 2024) & (values["indicator"] == "hours")]
    page = map_page(grid_units("en"), boundary_outlines(grid_shapes()), only, INDICATORS, "en", title="T", classes=4)
    one = payload(page)["indicators"][0]
    static = classing(only.set_index("unit_id")["value"], 4, "en", "hours")
    assert one["classes"] == [[each.colour, each.label] for each in static.classes] and one["rule"] == static.reason
    for unit, mark in zip("abcdefghi", one["years"]["2024"]["class"], strict=True):
        assert unit in static.classes[int(mark)].units


def test_the_same_arguments_give_the_same_page_with_a_policy_for_its_own_script_alone() -> None:
    page = grid_page("ru")
    assert page == grid_page("ru")
    script = re.search(r"<script>(.*?)</script>", page, re.S)
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert script and style and policy
    for found, name in ((script, "script-src"), (style, "style-src")):
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1] and "unsafe" not in policy[1]
    assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|\son\w+=|\sstyle=", page)
    assert not re.search(r"(?:src|href)=|url\((?!#)|https?://(?!www\.w3\.org/2000/svg)", page)


def test_two_maps_on_one_page_have_ids_of_their_own() -> None:
    made = [
        map_fragment(
            grid_units("en"), boundary_outlines(grid_shapes()), grid_values(), INDICATORS, "en", title="T", name=n
        )
        for n in ("first", "second")
    ]
    ids = re.findall(r'\bid="([^"]+)"', made[0].html + made[1].html)
    assert len(ids) == len(set(ids)) and made[0].script == made[1].script
    assert made[0].script_hash.startswith("sha256-") and made[0].style_hash != made[0].script_hash


def test_a_unit_without_outline_is_named_and_a_stranger_is_crossed() -> None:
    outlines = boundary_outlines(grid_shapes().replace({"unit_id": {"i": "unassigned"}}))
    page = map_page(grid_units("ru"), outlines, grid_values(), INDICATORS, "ru", title="Т")
    assert "Нет на карте, только в таблице: Пруд." in page and "map-unplaced)" in page
    assert payload(page)["units"][8] == ["Пруд"]


def test_short_names_unless_they_repeat() -> None:
    units = grid_units("ru").assign(name=[f"Полное {n}" for n in range(9)])
    units.loc[1, "short_name"] = "Абан"
    names = [
        unit[0]
        for unit in payload(map_page(units, Drawing([], 1, 1, 1), grid_values(), INDICATORS, "ru", title=""))["units"]
    ]
    assert names[:3] == ["Полное 0", "Полное 1", "Весёлое"]


# ---- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop(columns="value"), "columns are missing: value"),
        (lambda frame: frame.assign(unit_id="zz"), "unknown values in column unit_id: zz"),
        (lambda frame: frame.assign(indicator="other"), "unknown values in column indicator: other"),
        (lambda frame: frame.assign(state="maybe"), "unknown values in column state: maybe"),
        (lambda frame: pd.concat([frame, frame.iloc[:1]]), "rows are repeated: a, 2022, applications"),
        (lambda frame: frame.assign(value=np.inf), "infinite numbers in column value: a"),
        (lambda frame: frame.assign(value="many"), "column value holds no numbers: many"),
        (lambda frame: frame.assign(year="soon"), "column year holds no years: soon"),
        (lambda frame: frame.assign(year=2024.5), "column year holds no years: 2024.5"),
        (lambda frame: frame.iloc[:0], "there is no indicator or no value"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_words(
    change: Callable[[pd.DataFrame], pd.DataFrame], words: str
) -> None:
    with pytest.raises(InputProblem) as caught:
        map_page(grid_units("en"), boundary_outlines(grid_shapes()), change(grid_values()), INDICATORS, "en", title="T")
    assert words in caught.value.messages["en"] and "Ожидались" in caught.value.messages["ru"]


def test_repeated_units_and_unsafe_names_are_refused() -> None:
    units = pd.concat([grid_units("en"), grid_units("en").iloc[:1]])
    with pytest.raises(InputProblem, match="a"):
        map_page(units, Drawing([], 1, 1, 1), grid_values(), INDICATORS, "en", title="T")
    with pytest.raises(ValueError, match="letters"):
        map_fragment(grid_units("en"), Drawing([], 1, 1, 1), grid_values(), INDICATORS, "en", title="T", name='a"b')


def test_a_missing_state_follows_the_value_and_hidden_rows_lose_every_number() -> None:
    frame = pd.DataFrame({"unit_id": ["a", "b", "c"], "year": 2024, "indicator": "applications",
                          "value": [1.0, np.nan, 3.0], "n": [5, 5, 5], "state": [None, "shown", "hidden"]})  # fmt: skip
    found = checked(frame, list("abc"), INDICATORS)
    assert found["state"].tolist() == ["shown", "no_data", "hidden"]
    assert found.loc[2, ["value", "n"]].isna().all() and found.loc[0, "value"] == 1


# ---- sizes --------------------------------------------------------------------------------------------------------


def many_values(ids: list[str]) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frames = []
    for year in (2022, 2023, 2024):
        n = rng.negative_binomial(1.2, 0.12, len(ids))
        share = rng.beta(2, 3, len(ids))
        row = {"unit_id": ids, "year": year}
        frames += [
            pd.DataFrame(row | {"indicator": "applications", "value": n.astype(float)}),
            pd.DataFrame(row | {"indicator": "share", "value": share, "low": share * 0.8, "high": share, "n": n}),
            pd.DataFrame(row | {"indicator": "hours", "value": n * rng.gamma(2, 20, len(ids))}),
        ]
    return pd.concat(frames, ignore_index=True)


def boundaries(name: str, code: str) -> gpd.GeoDataFrame:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real file {name} is not beside the repository")
    frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    frame = frame[(frame["year_from"] <= 2024) & (frame["year_to"] > 2024)]
    return frame.assign(unit_id=frame[code].astype(str), short_name=frame["municipal_district_name_short"],
                        name=frame["municipal_district_name"]).reset_index(drop=True)  # fmt: skip


def test_a_region_takes_little_room() -> None:
    shapes = boundaries("krasnoyarsk_61_boundaries.geojson", "oktmo8")
    units = pd.DataFrame(shapes[["unit_id", "short_name", "name"]])
    page = map_page(
        units, boundary_outlines(shapes), many_values(units["unit_id"].tolist()), INDICATORS, "ru", title="К"
    )
    assert len(shapes) == 61 and page.count('data-i="') == 61
    assert len(page.encode()) < 150_000


def test_all_of_russia_takes_seconds_and_two_megabytes() -> None:
    shapes = boundaries("russia_municipal_boundaries_2018_2024.parquet", "territory_id")
    units = pd.DataFrame(shapes[["unit_id", "short_name", "name"]])
    values = many_values(units["unit_id"].tolist())
    start = time.process_time()
    page = map_page(units, boundary_outlines(shapes), values, INDICATORS, "ru", title="Россия")
    spent = time.process_time() - start
    assert len(shapes) == 2594 and page.count('data-i="') == int(shapes.geometry.notna().sum()) == 2593
    assert len(page.encode()) < 2_000_000 and spent < 5
    places = np.array([unit[1:] for unit in payload(page)["units"] if len(unit) == 3])
    assert len({tuple(place) for place in places.tolist()}) > 2500, "units keep places of their own"
