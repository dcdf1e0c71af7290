"""What a file says of its coordinates, and what the coordinates say."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, box

from evaluation.settings import InputProblem
from evaluation.territory.boundary_crs import to_degrees

SHAPES = [box(90, 56, 91, 57), box(91, 56, 92, 57)]
CENTRES = pd.DataFrame({"longitude": [90.5, 91.5], "latitude": [56.5, 56.4]})
NOWHERE = CENTRES.iloc[:0]


def frame(crs: str | None = "EPSG:4326", shapes: list[Polygon] = SHAPES) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=crs)


def same(made: gpd.GeoDataFrame) -> bool:
    return made.crs == "EPSG:4326" and bool(shapely.hausdorff_distance(made.geometry.values, SHAPES).max() < 1e-6)


def turned(shapes: list[Polygon]) -> list[Polygon]:
    return [shapely.transform(one, lambda points: points[:, ::-1]) for one in shapes]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32646", "EPSG:28416", "EPSG:4284"])
def test_any_projection_becomes_degrees(crs: str) -> None:
    made, notes = to_degrees(frame().to_crs(crs), CENTRES, "f")
    assert same(made) and notes == []


def test_degrees_without_a_statement_are_believed_and_noted() -> None:
    made, notes = to_degrees(frame(None), CENTRES, "f")
    assert same(made) and notes == [("crs_missing", "WGS 84")]


def test_degrees_called_metres_are_degrees() -> None:
    made, notes = to_degrees(frame("EPSG:32646"), CENTRES, "f")
    assert same(made) and notes[0][0] == "crs_declared_wrong"


@pytest.mark.parametrize("claimed", ["EPSG:4326", pytest.param(None, marks=pytest.mark.slow)])
@pytest.mark.parametrize("true", ["EPSG:3857", "EPSG:32646", "EPSG:28416"])
def test_metres_called_degrees_are_refused_with_the_likely_projection(true: str, claimed: str | None) -> None:
    wrong = frame().to_crs(true).set_crs(claimed, allow_override=True)
    with pytest.raises(InputProblem, match="cannot be degrees") as refused:
        to_degrees(wrong, CENTRES, "f")
    said = refused.value.messages
    if true == "EPSG:3857":
        assert "EPSG:3857" in said["en"] and "--crs EPSG:3857" in said["ru"]
    assert "--crs" in said["en"]
    made, notes = to_degrees(wrong, CENTRES, "f", crs=true)
    assert same(made) and notes == []


def test_metres_of_unknown_place_ask_for_the_projection() -> None:
    with pytest.raises(InputProblem, match="Ask the sender"):
        to_degrees(frame().to_crs("EPSG:3857").set_crs(None, allow_override=True), NOWHERE, "f")


def test_latitude_first_is_turned() -> None:
    made, notes = to_degrees(frame(shapes=turned(SHAPES)), CENTRES, "f")
    assert same(made) and notes == [("axes_swapped", "")]
    made, notes = to_degrees(frame(shapes=turned(SHAPES)), NOWHERE, "f")
    assert same(made) and notes == [("axes_swapped", "")], "91 is no latitude: no centre is needed"


def test_latitude_first_near_the_diagonal_is_told_by_the_centres() -> None:
    moscow = [box(36, 55, 38, 57)]
    centres = pd.DataFrame({"longitude": [37.6], "latitude": [55.7]})
    made, notes = to_degrees(frame(shapes=turned(moscow)), centres, "f")
    assert made.geometry.iloc[0].equals(moscow[0]) and notes == [("axes_swapped", "")]
    made, notes = to_degrees(frame(shapes=moscow), centres, "f")
    assert made.geometry.iloc[0].equals(moscow[0]) and notes == []


def test_polygons_without_any_centre_are_remarked() -> None:
    _, notes = to_degrees(frame(), pd.DataFrame({"longitude": [10.0], "latitude": [10.0]}), "f")
    assert [rule for rule, _ in notes] == ["far_from_registry"]


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(InputProblem, match="no coordinate reference system 'EPSG:1'"):
        to_degrees(frame(), CENTRES, "f", crs="EPSG:1")


def test_only_empty_geometry_has_no_coordinates_to_doubt() -> None:
    made, notes = to_degrees(frame(shapes=[Polygon(), Polygon()]), CENTRES, "f")
    assert made.crs == "EPSG:4326" and notes == []
