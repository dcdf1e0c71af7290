"""Distances against hand-computed arcs and an independent geodesic; the road matrix as people write it."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from evaluation.settings import InputProblem
from evaluation.territory.neighbours import EARTH_RADIUS_KM
from evaluation.territory.travel import distances, great_circle_km, nearest_of, read_travel, travel_times, ways_to

DEGREE = math.pi / 180 * EARTH_RADIUS_KM
SPHERE = Geod(a=EARTH_RADIUS_KM, b=EARTH_RADIUS_KM)
UNITS = pd.DataFrame({"unit_id": ["b", "a", "c"], "longitude": [91.0, 90.0, None], "latitude": [0.0, 0.0, None]})


def km(*points: float) -> float:
    return float(great_circle_km(*(np.array([each]) for each in points))[0, 0])


@pytest.mark.parametrize(
    ("points", "degrees"),
    [
        ((0, 0, 1, 0), 1),
        ((0, 0, 0, 90), 90),
        ((179.5, 0, -179.5, 0), 1),  # across the antimeridian
        ((-170, 66, 190, 66), 0),  # one meridian, told in two ways
        ((0, 0, 180, 0), 180),
        ((10, 89, -170, 89), 2),  # over the pole
        ((0, 60, 180, 60), 60),
    ],
)
def test_arcs_computed_by_hand(points: tuple[float, ...], degrees: float) -> None:
    assert km(*points) == pytest.approx(degrees * DEGREE, rel=1e-12, abs=1e-9)


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89))
def test_as_an_independent_geodesic_on_the_sphere(lon: float, lat: float, to_lon: float, to_lat: float) -> None:
    _, _, expected = SPHERE.inv(lon, lat, to_lon, to_lat)
    # the haversine loses digits only near the antipode
    assert km(lon, lat, to_lon, to_lat) == pytest.approx(expected, rel=1e-7, abs=1e-3)


def test_a_unit_without_a_centre_is_known_only_from_itself() -> None:
    costs = distances(UNITS)
    assert costs.origins == ("a", "b", "c")
    np.testing.assert_allclose(costs.matrix, [[0, DEGREE, np.nan], [DEGREE, 0, np.nan], [np.nan, np.nan, 0]])


def test_repeated_units_are_refused() -> None:
    with pytest.raises(InputProblem, match="Codes are repeated: a"):
        distances(pd.concat([UNITS, UNITS[UNITS["unit_id"] == "a"]]))


def test_nearest_prefers_the_own_venue_then_the_first_code() -> None:
    units = pd.DataFrame({"unit_id": ["a", "b", "c"], "longitude": [0.0, 0.0, 1.0], "latitude": [0.0, 0.0, 0.0]})
    costs = distances(units)
    found = nearest_of(costs, ["b", "a"])
    assert found.to_dict() == {"a": "a", "b": "b", "c": "a"}
    np.testing.assert_allclose(ways_to(costs, found), [0, 0, DEGREE])
    assert nearest_of(costs, []).isna().all()


# ---- the road matrix -----------------------------------------------------------------------------------------


def write(folder: Path, text: str) -> Path:
    path = folder / "travel.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_directions_differ_and_missing_pairs_stay_unknown(tmp_path: Path) -> None:
    path = write(tmp_path, "from_unit,to_unit,minutes,km\na,b,100,120\nb,a,130,\na,c,,\n")
    costs = travel_times(UNITS, read_travel(path, ["a", "b", "c"]))
    np.testing.assert_array_equal(costs.matrix, [[0, 100, np.nan], [130, 0, np.nan], [np.nan, np.nan, 0]])
    assert costs.road_km is not None
    assert costs.road_km[0, 1] == 120
    assert np.isnan(costs.road_km[1, 0])
    assert not costs.is_assumed.any()


def test_an_assumed_speed_is_used_only_when_asked_and_is_marked(tmp_path: Path) -> None:
    travel = read_travel(write(tmp_path, "from_unit,to_unit,minutes\na,b,100\n"))
    costs = travel_times(UNITS, travel, assumed_kmh=60)
    assert costs.matrix[0, 1] == 100
    assert costs.matrix[1, 0] == pytest.approx(DEGREE)  # 60 km/h: a minute a kilometre
    assert costs.is_assumed.tolist() == [[False, False, False], [True, False, False], [False, False, False]]
    assert np.isnan(costs.matrix[2, 0])  # without a centre there is nothing to assume
    with pytest.raises(InputProblem, match="greater than zero"):
        travel_times(UNITS, travel, assumed_kmh=0)


def test_a_workbook_reads_as_the_csv_does(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["from_unit", "to_unit", "minutes", "km"], ["04", "05", 90, 80.5], [], ["05", "04", 95.5, None]):
        book.active.append(row)
    path = tmp_path / "travel.xlsx"
    book.save(path)
    text = write(tmp_path, "from_unit,to_unit,minutes,km\n04,05,90,80.5\n\n05,04,95.5,\n")
    pd.testing.assert_frame_equal(read_travel(path, ["04", "05"]), read_travel(text, ["04", "05"]))
    assert read_travel(path).index.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,b,ten", "line 2, column minutes: the value 'ten'"),
        ("a,b,-1", "line 2, column minutes"),
        ("a,b,nan", "line 2, column minutes"),
        ("a,b,0", "leave a time that is not known empty"),
        ("a,b,5\na,x,7", "line 3, column to_unit: the value 'x'"),
        ("a,b,5\n,b,7", "line 3, column from_unit"),
        ("a,b,5\nb,a,5\na,b,7", "line 4, column from_unit: the value 'a - b' does not fit. Expected: every pair once"),
        ("a,b", "line 2: 2 cells, expected 3"),
        ("a,4701000,5", "its first zero is lost"),
    ],
)
def test_refusals_name_the_line(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(InputProblem, match=re.escape(said)):
        read_travel(write(tmp_path, f"from_unit,to_unit,minutes\n{rows}\n"), ["a", "b", "04701000"])


def test_a_book_without_the_columns_is_refused_and_so_is_what_is_no_book(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["from", "to_unit", "minutes"])
    book.save(tmp_path / "travel.xlsx")
    with pytest.raises(InputProblem, match=r"first row of the sheet: the columns do not fit \(from_unit, from\?\)"):
        read_travel(tmp_path / "travel.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"no book")
    with pytest.raises(InputProblem, match="cannot be read"):
        read_travel(tmp_path / "broken.xlsx")
    with pytest.raises(InputProblem, match="There is no file"):
        read_travel(tmp_path / "absent.xlsx")


@given(st.lists(st.text(alphabet='ab,;"\n 019.-', max_size=12), max_size=6))
def test_any_text_is_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = write(tmp_path_factory.mktemp("travel"), "from_unit,to_unit,minutes\n" + "\n".join(lines))
    try:
        found = read_travel(path)
    except InputProblem as problem:
        assert str(path) in problem.messages["ru"]
    else:
        assert not (found["minutes"] < 0).any()
