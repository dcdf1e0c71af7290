"""Parts of maps: projections, classes, places of insets, labels, scale bars, keys of symbols."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely.geometry import MultiPolygon, box

from evaluation.display.bivariate import bivariate_map, category_map, thirds
from evaluation.display.flows import curve, flow_map
from evaluation.display.ground import lay_ground
from evaluation.display.insets import arrange, busiest_window
from evaluation.display.maps.caption import Caption
from evaluation.display.maps.classes import classing, quantile_groups
from evaluation.display.multiples import best_columns
from evaluation.display.page import text_size, wrapped
from evaluation.display.projections import extent_of, extent_of_shapes, projected, projection_for
from evaluation.display.scalebar import round_length
from evaluation.display.symbols import Circles, nested_values, symbol_map
from evaluation.settings import InputProblem

UNITS = pd.DataFrame({"unit_id": list("abc"), "short_name": ["А", "Б", "В"], "type": "other",
                      "longitude": [90.0, 91.0, 92.0], "latitude": [56.0, 57.0, 56.5]})  # fmt: skip


# ---- projections --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "name"),
    [
        ((19.6, 41.2, 190.3, 81.9), "aea"),
        ((77.0, 51.7, 113.9, 81.3), "laea"),
        ((157.8, 61.8, -169.0, 71.6), "laea"),
        ((-75.0, -12.0, 40.0, 12.0), "cea"),
        ((-180.0, 60.0, 180.0, 90.0), "laea"),
    ],
)
def test_the_projection_follows_the_extent_and_keeps_areas(bounds: tuple[float, ...], name: str) -> None:
    found = projection_for(bounds)  # type: ignore[arg-type]
    assert f"+proj={name} " in found.crs and found.reason.ru and found.reason.en
    west, south, east, north = bounds
    span = 360 if east - west >= 360 else (east - west) % 360
    geod = Geod(ellps="WGS84")
    project = Transformer.from_crs("EPSG:4326", found.crs, always_xy=True)
    ratios = []
    for share in (0.1, 0.5, 0.9):
        x, y = west + share * span, south + 0.5 * (north - south)
        square = box(x, y, x + 0.5, y + 0.5).segmentize(0.01)
        corners = np.array(square.exterior.coords)
        true, _ = geod.polygon_area_perimeter(*corners.T)
        plane = type(square)(np.column_stack(project.transform((corners[:, 0] + 180) % 360 - 180, corners[:, 1])))
        ratios.append(plane.area / abs(true))
    assert ratios == pytest.approx([1.0] * 3, rel=1e-4)


def test_standard_parallels_lie_a_sixth_from_the_ends() -> None:
    assert "+lat_1=45.000 +lat_2=65.000" in projection_for((20.0, 40.0, 120.0, 70.0)).crs


@pytest.mark.parametrize("bounds", [(0.0, 50.0, 10.0, 95.0), (0.0, float("nan"), 1.0, 2.0), (0.0, 60.0, 1.0, 50.0)])
def test_what_is_no_extent_is_refused(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="no bounds in degrees"):
        projection_for(bounds)


def test_extents_across_the_dateline_are_narrow() -> None:
    assert extent_of([(160, 180), (-180, -170)], 60, 70) == (160, 60, 190, 70)
    assert extent_of([(20, 180), (-180, -169)], 41, 82) == (20, 41, 191, 82)
    assert extent_of([(-180, 180)], 0, 1) == (-180, 0, 180, 1)
    assert extent_of([(159, 199), (-163, -162)], 0, 1) == (159, 0, 199, 1)
    assert extent_of([(170, 210), (-165, -140), (-145, -120), (0, 10)], 0, 1) == (170, 0, 370, 1)


@given(st.lists(st.tuples(st.floats(-180, 179), st.floats(0.01, 40)), min_size=1, max_size=8))
def test_an_extent_holds_every_interval(drawn: list[tuple[float, float]]) -> None:
    west, _, east, _ = extent_of([(start, start + width) for start, width in drawn], 0, 1)
    assert east - west <= 360 + 1e-9
    for start, width in drawn:
        assert (
            (start - west) % 360 + width <= east - west + 1e-6
            or east - west >= 360 - 1e-9
            or (
                360 - (start - west) % 360 < 1e-6  # the beginning itself, a rounding below
            )
        )


def test_a_unit_across_the_dateline_is_one_piece() -> None:
    halves = MultiPolygon([box(170, 64, 180, 68), box(-180, 64, -172, 68)])
    shapes = gpd.GeoDataFrame({"unit_id": ["a"]}, geometry=[halves.segmentize(0.5)], crs="EPSG:4326")
    drawn = projected(shapes, projection_for(extent_of_shapes(shapes)).crs)
    assert drawn.geometry.iloc[0].geom_type == "Polygon"
    assert np.ptp(drawn.total_bounds[[0, 2]]) < 1e6


# ---- classes ------------------------------------------------------------------------------------------------


def test_quantiles_agree_with_an_independent_library() -> None:
    mapclassify = pytest.importorskip("mapclassify")
    sample = pd.Series(np.random.default_rng(3).gamma(1.5, 20, 61))
    ours = [group.max() for group in quantile_groups(sample, 5)]
    theirs = mapclassify.Quantiles(sample, k=5)
    assert [len(group) for group in quantile_groups(sample, 5)] == theirs.counts.tolist()
    assert all(top <= bin_ + 1e-9 for top, bin_ in zip(ours, theirs.bins, strict=True))


def test_the_rule_of_classes_is_named() -> None:
    even = pd.Series(np.arange(40.0) + 1)
    assert "Fisher" in classing(even, 5, "en").reason
    skewed = pd.Series([*np.linspace(1, 2, 38), 1000.0, 5000.0, 9000.0])
    found = classing(skewed, 4, "en")
    assert "equal numbers" in found.reason and max(len(one.units) for one in found.classes) < 15
    assert "zero apart" in classing(pd.Series([0.0, *even]), 5, "en").reason
    assert classing(pd.Series(dtype="float64"), 5, "ru").classes == []
    with pytest.raises(ValueError, match="finite"):
        classing(pd.Series([1.0, np.inf]), 5, "ru")


def test_diverging_classes_never_cross_the_reference() -> None:
    shares = pd.Series([0.1, 0.2, 0.45, 0.5, 0.5, 0.55, 0.9], index=list("abcdefg"))
    found = classing(shares, 4, "en", "share", reference=0.5)
    assert [one.units for one in found.classes] == [("a", "b"), ("c",), ("d", "e"), ("f",), ("g",)]
    assert "both sides of 50.0%" in found.reason
    only_above = classing(shares[shares > 0.5], 4, "en", "share", reference=0.5)
    assert len(only_above.classes) == 2


def test_thirds_by_hand() -> None:
    found = thirds(pd.Series([1.0, 2, 3, 4, 5, 6, np.nan]))
    assert found.tolist()[:6] == [0, 0, 1, 1, 2, 2] and np.isnan(found.iloc[6])
    assert len(set(thirds(pd.Series([5.0, 5.0, 5.0])))) == 1, "equal values are in one third"


# ---- places -------------------------------------------------------------------------------------------------


def crowded_ground() -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Four large units around an empty corner, and a hundred small ones in a tight square."""
    large = [box(0, 0, 4, 10), box(4, 6, 10, 10), box(4, 3, 7, 6)]
    small = [box(4 + i * 0.1, 2 + j * 0.1, 4.1 + i * 0.1, 2.1 + j * 0.1) for i in range(10) for j in range(10)]
    shapes = [*large, *small]
    ids = [f"u{number:03d}" for number in range(len(shapes))]
    frame = gpd.GeoDataFrame({"unit_id": ids}, geometry=shapes, crs="EPSG:4326")
    units = pd.DataFrame({"unit_id": ids, "short_name": ids, "longitude": 5.0, "latitude": 5.0,
                          "population": np.arange(len(ids)) + 1})  # fmt: skip
    return units, frame


def test_an_inset_never_lies_over_data_nor_over_the_key() -> None:
    units, frame = crowded_ground()
    ground = lay_ground(units, frame, "ru")
    plan = arrange(ground, (1.5, 0.8))
    assert plan.insets and plan.insets[0].gain >= 1.5
    x0, y0, _, _ = ground.bounds
    scale = plan.scale / 72
    for left, low, right, high in [*(inset.place for inset in plan.insets), plan.key]:
        on_ground = box(*(
            (left - plan.whole[0]) / scale + x0, (low - plan.whole[1]) / scale + y0,
            (right - plan.whole[0]) / scale + x0, (high - plan.whole[1]) / scale + y0,
        ))  # fmt: skip
        assert not ground.shapes.intersects(on_ground).any()
    first = box(*plan.insets[0].place)
    assert not first.intersects(box(*plan.key))


def test_the_busiest_window_holds_the_cluster() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.uniform(0, 100, (50, 2)), rng.uniform(70, 75, (60, 2))])
    x0, y0, x1, y1 = busiest_window(points, np.array([10.0, 10.0]))
    inside = (points > [x0, y0]).all(axis=1) & (points < [x1, y1]).all(axis=1)
    assert inside.sum() >= 60


def test_round_lengths_and_columns() -> None:
    assert [round_length(width) for width in (1_000_000, 260_000, 99)] == [200_000, 50_000, 10]
    assert best_columns(6, (1.0, 3.0)) >= 3 and best_columns(2, (4.0, 1.0)) == 1


def test_lines_are_no_wider_than_their_room() -> None:
    text = "Классы: естественные границы, разброс внутри классов наименьший; ноль отдельно. " * 4
    assert all(text_size(line, 7)[0] <= 3 for line in wrapped(text, 7, 3).splitlines())
    assert wrapped(text, 7, 3).split() == text.split()


# ---- symbols, flows, kinds ----------------------------------------------------------------------------------


def test_a_space_that_must_not_break_a_line_does_not() -> None:
    lines = wrapped("Границы на 31\u00a0декабря\u00a02024\u00a0г. Другое", 6.6, 1.2).split("\n")
    assert "31\u00a0декабря\u00a02024\u00a0г." in lines, "on a line of its own, though the room is narrow"
    assert wrapped("", 6.6, 1.0) == wrapped(" \n ", 6.6, 1.0) == ""


def test_circles_without_room_for_their_name_are_named_below() -> None:
    names = [f"Название, которое шире половины листа и больше {letter}" for letter in "абвгд"]  # too few for an inset
    squares = [box(90 + n * 0.002, 56, 90.002 + n * 0.002, 56.002) for n in range(5)]
    ids = list("abcde")
    shapes = gpd.GeoDataFrame({"unit_id": [*ids, "far"]}, geometry=[*squares, box(89, 55, 89.5, 59)], crs="EPSG:4326")
    units = pd.DataFrame({"unit_id": shapes["unit_id"], "short_name": [*names, "Край"]})
    values = pd.DataFrame({"unit_id": ids, "value": 5.0})
    figure = symbol_map(values, units, "ru", Caption("T"), geometry=shapes)
    drawn = {text.get_text() for axes in figure.axes for text in axes.texts}
    below = " ".join(" ".join(text.get_text() for text in figure.texts).split())
    told = {name for name in names if name in below}
    assert told and "Без подписи из-за тесноты: " in below
    assert {name for name in names if name in drawn} == set(names) - told, "each name once: on the map or below it"


def test_areas_of_circles_are_proportional() -> None:
    circles = Circles(80.0, 0.4)
    assert circles.radius(80) == pytest.approx(0.4)
    assert circles.radius(20) ** 2 / circles.radius(80) ** 2 == pytest.approx(0.25)
    assert circles.radius(0) == 0 and nested_values(23) == [20, 5, 1] and nested_values(1)[0] == 1


def test_ties_there_and_back_bend_apart() -> None:
    start, end = np.array([0.0, 0.0]), np.array([10.0, 0.0])
    there, back = curve(start, end), curve(end, start)
    assert there[1] * back[1] < 0
    assert curve(start, end, 0).tolist() == [0, 0] and curve(start, end, 1).tolist() == [10, 0]


def test_bad_input_is_told_in_words() -> None:
    ties = pd.DataFrame({"from_unit": ["a"], "to_unit": ["z"], "events": [1]})
    with pytest.raises(InputProblem, match="z"):
        flow_map(ties, UNITS, "ru", Caption())
    with pytest.raises(InputProblem, match="negative"):
        symbol_map(pd.DataFrame({"unit_id": ["a"], "value": [-1.0]}), UNITS, "en", Caption())
    with pytest.raises(InputProblem, match="odd"):
        category_map(pd.DataFrame({"unit_id": ["a"], "category": ["odd"]}), UNITS, {"even": "E"}, "en", Caption())


def test_maps_of_nothing_are_drawn_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    nothing = pd.DataFrame({"unit_id": list("abc"), "value": [np.nan] * 3})
    symbol_map(nothing, UNITS, "ru", Caption("T"))
    symbol_map(nothing.assign(value=0.0), UNITS, "ru", Caption("T"))
    bivariate_map(nothing.assign(first=np.nan, second=1.0), UNITS, ("A", "B"), "en", Caption("T"))
    flow_map(pd.DataFrame({"from_unit": [], "to_unit": [], "events": []}), UNITS, "ru", Caption("T"))
    category_map(pd.DataFrame({"unit_id": ["a"], "category": ["x"]}), UNITS, {"x": "X"}, "en", Caption("T"))
    assert not [str(one.message) for one in recwarn]


def test_hidden_values_are_not_in_the_key_of_two_indicators() -> None:
    values = pd.DataFrame({"unit_id": list("abc"), "first": [1.0, 2, 777], "second": [1.0, 2, 888]})
    figure = bivariate_map(values, UNITS, ("A", "B"), "en", Caption(), hidden=pd.Series({"c": True}))
    written = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    assert "777" not in written and "888" not in written and "hidden: few people  (1)" in written
