"""Maps: what is drawn for values, gaps, hidden and unplaced units, and that labels do not cover each other."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import geopandas as gpd
import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, RegularPolygon
from matplotlib.text import Text
from pyproj import CRS, Transformer
from shapely.geometry import box

from evaluation.display.maps.classes import COLOURS, ZERO, fisher_jenks, map_classes
from evaluation.display.maps.keys import PATTERNS
from evaluation.display.maps.values import coverage_map
from evaluation.display.projections import albers
from evaluation.display.rendering import figure_bytes
from evaluation.territory.boundaries import merge_boundaries, read_boundaries
from evaluation.territory.crosswalk import geography_map, read_crosswalk
from evaluation.territory.registry import in_force, read_registry

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "config" / "territory"
SHARED = ROOT.parent / "shared" / "data" / "territory"
REGISTRY = read_registry(FOLDER / "units.csv")
OLD, NEW = in_force(REGISTRY, dt.date(2024, 1, 1)), in_force(REGISTRY, dt.date(2025, 7, 1))
PROJECTION = "+proj=aea +lat_1=54 +lat_2=70 +lat_0=60 +lon_0=95 +datum=WGS84 +units=m"
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"


def values(units: pd.DataFrame, seed: int = 1, scale: float = 1.0) -> pd.DataFrame:
    counts = np.random.default_rng(seed).negative_binomial(1.2, 0.12, len(units))
    return pd.DataFrame({"unit_id": units["unit_id"], "value": counts * scale})


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def labels(figure: Figure) -> list[Text]:
    """The names on the map: texts of axes above everything else."""
    return [text for axes in figure.axes for text in axes.texts if text.get_zorder() == 8]


def overlapping(figure: Figure, drawn: list[Text]) -> list[tuple[str, str]]:
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in drawn]
    return [
        (first, second)
        for (first, a), (second, b) in itertools.combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]


# ---- classes ------------------------------------------------------------------------------------------------


def _best_by_hand(numbers: np.ndarray, classes: int) -> float:
    """Least within-class sum of squares over every way to cut."""
    cuts = itertools.combinations(range(1, len(numbers)), classes - 1)
    pieces = (np.split(numbers, cut) for cut in cuts)
    return min(sum(((piece - piece.mean()) ** 2).sum() for piece in parts) for parts in pieces)


@pytest.mark.parametrize("seed", range(6))
def test_natural_breaks_are_the_best_partition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = np.sort(rng.lognormal(1, 1, 12))
    ends = fisher_jenks(numbers, np.ones(12), 4)
    pieces = np.split(numbers, ends[:-1] + 1)
    assert len(pieces) == 4
    ours = sum(((piece - piece.mean()) ** 2).sum() for piece in pieces)
    assert ours == pytest.approx(_best_by_hand(numbers, 4))


def test_natural_breaks_agree_with_an_independent_library() -> None:
    mapclassify = pytest.importorskip("mapclassify")
    sample = np.random.default_rng(5).gamma(1.5, 20, 61).round(1)
    distinct, counts = np.unique(sample, return_counts=True)
    ours = distinct[fisher_jenks(distinct, counts.astype(float), 5)]
    with pytest.warns(UserWarning, match="Numba"):
        theirs = mapclassify.FisherJenks(sample, k=5).bins
    assert ours.tolist() == theirs.tolist()


def test_zero_is_a_class_of_its_own_and_counts_add_up() -> None:
    series = pd.Series([0, 0, 1, 2, 2, 9, 10, 30, np.nan], index=list("abcdefghi"))
    classes = map_classes(series, 4, "ru")
    assert [one.label for one in classes] == ["0", "1–2", "9–10", "30"]
    assert [len(one.units) for one in classes] == [2, 3, 2, 1]
    assert classes[0].colour == ZERO and [one.colour for one in classes[1:]] == list(COLOURS[3])
    assert sorted(unit for one in classes for unit in one.units) == list("abcdefgh")


def test_labels_of_classes_in_both_languages() -> None:
    series = pd.Series([0.123, 0.131, 0.5, 0.52, 0.9], index=list("abcde"))
    assert [one.label for one in map_classes(series, 3, "ru")] == ["0,12 – 0,13", "0,50 – 0,52", "0,90"]
    assert [one.label for one in map_classes(series, 3, "en", "share")] == ["12.3 – 13.1", "50.0 – 52.0", "90.0"]
    negative = map_classes(pd.Series([-3.0, 0.0, 4.0], index=list("abc")), 5, "en")
    assert [one.label for one in negative] == ["\u22123", "0", "4"], "with negative values zero is not apart"
    assert map_classes(pd.Series(dtype="float64"), 5, "ru") == []
    assert len(map_classes(pd.Series([7.0, 7.0], index=list("ab")), 5, "ru")) == 1


def test_colours_go_from_light_to_dark() -> None:
    for steps in COLOURS.values():
        light = [
            sum(int(colour[n : n + 2], 16) * w for n, w in ((1, 0.299), (3, 0.587), (5, 0.114))) for colour in steps
        ]
        assert all(a - b > 8 for a, b in itertools.pairwise(light))


# ---- tiles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "mark"), [("ru", "СМОДЕЛИРОВАННЫЕ ДАННЫЕ"), ("en", "SIMULATED DATA")])
def test_a_tile_map_shows_every_unit(language: str, mark: str) -> None:
    frame = values(NEW, scale=0.5)
    frame.loc[3, "value"] = np.nan
    hidden = pd.Series({NEW["unit_id"][5]: True, NEW["unit_id"][6]: False})
    figure = coverage_map(frame, NEW, language, title="T", unit_label="U", simulated=True, hidden=hidden)  # type: ignore[arg-type]
    tiles = [patch for axes in figure.axes for patch in axes.patches if isinstance(patch, RegularPolygon)]
    assert len(tiles) == 39 + 2, "one a unit, and a pattern over the two without a shown value"
    fills = [to_hex(patch.get_facecolor()) for patch in tiles if patch.get_fill()]
    assert fills.count(PATTERNS["no_data"][0]) == 1 and fills.count(PATTERNS["hidden"][0]) == 1
    written = texts(figure)
    assert mark in written and not any("." in text and language == "ru" and text[:1].isdigit() for text in written)
    secret = frame.loc[5, "value"]
    shown = [value for value in frame["value"] if value == value]
    bold = [text for axes in figure.axes for text in axes.texts if text.get_fontweight() == "bold"]
    assert len(bold) == len(shown) - 1, f"the hidden value {secret} is not written"
    assert not overlapping(figure, [text for axes in figure.axes for text in axes.texts])


def test_the_legend_counts_every_unit() -> None:
    frame = values(OLD)
    hidden = pd.Series(True, index=OLD["unit_id"][:4])
    figure = coverage_map(frame.iloc[:-2], OLD, "en", hidden=hidden, classes=4)
    legend = next(axes.get_legend() for axes in figure.axes if axes.get_legend())
    rows = [text.get_text() for text in legend.get_texts()]
    assert sum(int(row.rsplit("(", 1)[1].rstrip(")")) for row in rows) == 61
    assert rows[-2:] == ["no data  (2)", "hidden: few people  (4)"]


def test_what_is_not_placed_is_said() -> None:
    extra = pd.concat([values(NEW), pd.DataFrame({"unit_id": ["unassigned"], "value": [12.0]})])
    written = " ".join(texts(coverage_map(extra, NEW, "ru"))).replace("\n", " ")
    assert "Не отнесено ни к одной территории: 12." in written


def test_wrong_frames_are_refused() -> None:
    frame = values(NEW)
    with pytest.raises(ValueError, match="lacks: 99"):
        coverage_map(pd.concat([frame, pd.DataFrame({"unit_id": ["99"], "value": [1.0]})]), NEW, "ru")
    with pytest.raises(ValueError, match="more than one value"):
        coverage_map(pd.concat([frame, frame.iloc[:1]]), NEW, "ru")
    assert isinstance(coverage_map(frame.iloc[:0], NEW.iloc[:0], "ru"), Figure)


def test_the_same_map_gives_the_same_bytes_and_no_global_state() -> None:
    before = dict(matplotlib.rcParams)
    first, second = (figure_bytes(coverage_map(values(NEW), NEW, "ru", title="T"), "svg") for _ in range(2))
    assert first == second and dict(matplotlib.rcParams) == before


# ---- boundaries ---------------------------------------------------------------------------------------------


def test_small_regions_need_no_inset() -> None:
    units = pd.DataFrame({"unit_id": list("abcd"), "short_name": ["Север", "Юг", "Запад", "Восток"],
                          "longitude": [90.5, 90.5, 91.5, 91.5], "latitude": [56.5, 57.5, 56.5, 57.5]})  # fmt: skip
    shapes = gpd.GeoDataFrame(
        {"unit_id": list("abcd")},
        geometry=[box(90, 56, 91, 57), box(90, 57, 91, 58), box(91, 56, 92, 57), box(91, 57, 92, 58)],
        crs="EPSG:4326",
    )
    frame = pd.DataFrame({"unit_id": list("abc"), "value": [1.0, 2.0, 2.0]})
    figure = coverage_map(frame, units, "ru", geometry=shapes, attribution=ATTRIBUTION)
    assert sorted(text.get_text() for text in labels(figure)) == ["Восток", "Запад", "Север", "Юг"]
    assert len(figure.axes) == 2, "the map and its legend"
    assert any(ATTRIBUTION in text for text in texts(figure)) and any("км" in text for text in texts(figure))
    patterns = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch) and patch.get_hatch()]
    assert len(patterns) == 1, "one unit has no value"


def test_the_default_projection_keeps_areas_and_regions_across_the_dateline_whole() -> None:
    units = pd.DataFrame({"longitude": [160.0, 178.0, -172.0], "latitude": [62.0, 66.0, 69.0]})
    text = albers(units)
    assert CRS.from_user_input(text).coordinate_operation.method_name == "Albers Equal Area"
    x, _ = Transformer.from_crs("EPSG:4326", text, always_xy=True).transform(units["longitude"], units["latitude"])
    assert x[0] < x[1] < x[2] and x[2] - x[0] < 2.5e6
    assert "aea" in albers(units.iloc[:0]) and "aea" in albers(units.iloc[:1])
    CRS.from_user_input(albers(units.iloc[:1]))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the repository")
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("year", [2024, 2025])
def test_the_real_map_labels_every_unit_and_no_label_covers_another(language: str, year: int) -> None:
    day = dt.date(2024, 1, 1)
    shapes = read_boundaries(SHARED / "krasnoyarsk_61_boundaries.geojson", REGISTRY, day)
    units = OLD
    if year == 2025:
        crosswalk = read_crosswalk(FOLDER / "crosswalk.csv")
        mapping = geography_map("current", REGISTRY, crosswalk, day, day, dt.date(2025, 7, 1))
        shapes, units = merge_boundaries(shapes, mapping), NEW
    figure = coverage_map(values(units), units, language, geometry=shapes, projection=PROJECTION)  # type: ignore[arg-type]
    drawn = labels(figure)
    assert len(drawn) == len(units) and not overlapping(figure, drawn)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text in drawn:
        extent, edge = text.get_window_extent(renderer), text.axes.get_window_extent(renderer)  # type: ignore[union-attr]
        assert edge.x0 - 3 <= extent.x0 and extent.x1 <= edge.x1 + 3, f"{text.get_text()} leaves the map"
    assert min(text.get_fontsize() for text in drawn) >= 6
    assert len(figure.axes) == 3, "the whole, the inset of the dense part, the legend"
    legend = [text.get_text() for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    assert ("to which unit unknown" in legend or "принадлежность неизвестна" in legend) == (year == 2025)
