"""The tile grid: one tile a unit, neighbours side by side, the same for the same units."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.display.maps.classes import map_classes
from evaluation.display.maps.keys import MapKey
from evaluation.display.placenames import map_names, tile_labels, transliterate
from evaluation.display.tiles.drawing import LEAST_SIZE, draw_tiles
from evaluation.display.tiles.grid import ROW_HEIGHT, directions_kept, neighbours_kept, tile_grid
from evaluation.settings import InputProblem
from evaluation.territory.neighbours import centre_neighbours, contiguity
from evaluation.territory.registry import in_force, read_registry

REGISTRY = read_registry(Path(__file__).resolve().parents[2] / "config" / "territory" / "units.csv")
PROJECTION = "+proj=aea +lat_1=54 +lat_2=70 +lat_0=60 +lon_0=95 +datum=WGS84 +units=m"
OLD, NEW = in_force(REGISTRY, dt.date(2024, 1, 1)), in_force(REGISTRY, dt.date(2025, 7, 1))


def units(*places: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(places), columns=["unit_id", "longitude", "latitude"])


@pytest.mark.parametrize(("registered", "beside", "within_two"), [(OLD, 0.74, 0.97), (NEW, 0.92, 0.99)])
def test_neighbours_stay_near_and_north_stays_up(registered: pd.DataFrame, beside: float, within_two: float) -> None:
    grid = tile_grid(registered, PROJECTION, centre_neighbours(registered))
    assert set(grid["unit_id"]) == set(registered["unit_id"]) and not grid.duplicated(["column", "row"]).any()
    neighbours = centre_neighbours(registered)
    kept = [neighbours_kept(grid, neighbours, steps) for steps in (1, 2)]
    rng = np.random.default_rng(3)
    shuffled = grid.assign(unit_id=rng.permutation(grid["unit_id"]))
    assert kept[0] >= beside and kept[1] >= within_two
    assert neighbours_kept(shuffled, neighbours, 1) < 0.25, "the measure tells a grid from a shuffled one"
    both = grid.merge(registered, on="unit_id")
    ranks = both[["x", "y", "longitude", "latitude"]].rank().corr()
    # a long, narrow territory gives up some order from west to east for its neighbours
    assert ranks.loc["x", "longitude"] > 0.74 and ranks.loc["y", "latitude"] > 0.9


def lattice(width: int, height: int, hexagons: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units that lie as tiles do, half a degree apart on the equator, and the pairs of them that touch."""
    places = [(column + 0.5 * (row % 2) * hexagons, row * (ROW_HEIGHT if hexagons else 1.0))
              for row in range(height) for column in range(width)]  # fmt: skip
    named = units(*((f"u{n:02d}", 0.5 * x, 0.5 * y) for n, (x, y) in enumerate(places)))
    points = np.array(places)
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    first, second = np.nonzero((apart > 0) & (apart < 1.01))
    ids = named["unit_id"].to_numpy()
    return named, pd.DataFrame({"unit_id": ids[first], "neighbour_id": ids[second]})


@pytest.mark.parametrize("shape", ["hexagon", "square"])
@pytest.mark.parametrize(("width", "height"), [(3, 3), (5, 4), (7, 2)])
def test_units_that_lie_as_tiles_keep_every_neighbour_and_direction(shape: str, width: int, height: int) -> None:
    named, pairs = lattice(width, height, shape == "hexagon")
    flat = "+proj=eqc +datum=WGS84 +units=m"
    grid = tile_grid(named, flat, pairs, shape)  # type: ignore[arg-type]
    assert neighbours_kept(grid, pairs, 1) == 1.0
    assert directions_kept(grid, named, pairs, flat) == pytest.approx(1.0, abs=1e-6)


def test_given_neighbours_count_for_more_than_nearness() -> None:
    named, _ = lattice(6, 3, False)
    ids = named["unit_id"].tolist()
    chain = pd.DataFrame({"unit_id": ids[:-1], "neighbour_id": ids[1:]})
    chain = pd.concat([chain, pd.DataFrame({"unit_id": ["u00"], "neighbour_id": ["of another region"]})])
    own = chain.iloc[:-1]
    with_pairs, without = tile_grid(named, PROJECTION, chain), tile_grid(named, PROJECTION)
    assert neighbours_kept(with_pairs, own, 1) > neighbours_kept(without, own, 1)
    assert neighbours_kept(with_pairs, own, 1) >= 0.9


@pytest.mark.parametrize("registered", [OLD, NEW])
def test_squares_keep_neighbours_too(registered: pd.DataFrame) -> None:
    neighbours = centre_neighbours(registered)
    grid = tile_grid(registered, PROJECTION, neighbours, "square")
    assert not grid.duplicated(["column", "row"]).any() and (grid["x"] == grid["column"]).all()
    assert neighbours_kept(grid, neighbours, 1.5) >= 0.83, "a common side or corner"
    assert (
        neighbours_kept(grid, neighbours, 1) >= 0.5 and directions_kept(grid, registered, neighbours, PROJECTION) > 0.6
    )


def test_true_borders_of_a_region_and_of_the_country() -> None:
    gpd = pytest.importorskip("geopandas")
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "territory"
    wide = "+proj=aea +lat_1=52 +lat_2=64 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m"
    for file, code, projection, beside, within_two, seconds in (
        ("krasnoyarsk_61_boundaries.geojson", "oktmo8", PROJECTION, 0.74, 0.95, 10),
        ("russia_municipal_boundaries_2018_2024.parquet", "territory_id", wide, 0.6, 0.88, 20),
    ):
        if not (folder / file).exists():
            pytest.skip(f"the real file {file} is not beside the repository")
        shapes = gpd.read_parquet(folder / file) if file.endswith("parquet") else gpd.read_file(folder / file)
        shapes = shapes[(shapes["year_from"] <= 2024) & (shapes["year_to"] > 2024) & shapes.geometry.notna()]
        shapes = shapes.assign(unit_id=shapes[code].astype(str)).reset_index(drop=True)
        centres = shapes.to_crs(projection).representative_point().to_crs("EPSG:4326")
        named = pd.DataFrame({"unit_id": shapes["unit_id"], "longitude": centres.x, "latitude": centres.y})
        neighbours = contiguity(shapes[["unit_id", "geometry"]])
        start = time.process_time()
        grid = tile_grid(named, projection, neighbours)
        assert time.process_time() - start < seconds
        assert not grid.duplicated(["column", "row"]).any() and len(grid) == len(named)
        assert neighbours_kept(grid, neighbours, 1) >= beside and neighbours_kept(grid, neighbours, 2) >= within_two
        assert directions_kept(grid, named, neighbours, projection) > 0.68


def test_coordinates_off_the_map_are_refused() -> None:
    with pytest.raises(InputProblem, match="wrong") as caught:
        tile_grid(units(("a", 93, 56), ("wrong", 93, 156)), PROJECTION)
    assert "широта" in caught.value.messages["ru"]


@pytest.mark.parametrize("shape", ["hexagon", "square"])
@pytest.mark.parametrize("registered", [OLD, NEW])
def test_letters_on_tiles_are_legible_and_stay_within(registered: pd.DataFrame, shape: str) -> None:
    shown = pd.Series(np.arange(len(registered), dtype=float), index=registered["unit_id"].tolist())
    key = MapKey(map_classes(shown, 5, "ru"), {"no_data": [], "hidden": []})
    figure = draw_tiles(shown, registered, key, "ru", PROJECTION, "count", "", None, shape)  # type: ignore[arg-type]
    figure.draw_without_rendering()
    (axes,) = [axes for axes in figure.axes if len(axes.texts) > 10]
    tile = np.diff(axes.transData.transform([(0, 0), (1, 0)]), axis=0)[0, 0]
    assert figure.get_figwidth() <= 8.27, "a page of A4"
    assert min(text.get_fontsize() for text in axes.texts) >= LEAST_SIZE
    widths = [text.get_window_extent().width for text in axes.texts]
    assert max(widths) <= 1.06 * tile


def test_tiles_too_small_for_letters_stay_empty() -> None:
    named, _ = lattice(30, 20, True)
    named = named.assign(short_name="Имя", unit_id=[f"u{n:03d}" for n in range(600)])
    shown = pd.Series(1.0, index=named["unit_id"].tolist())
    key = MapKey(map_classes(shown, 5, "ru"), {"no_data": [], "hidden": []})
    figure = draw_tiles(shown, named, key, "ru", PROJECTION, "count", "")
    assert not [text for axes in figure.axes for text in axes.texts if text.get_text()]


def test_the_order_of_units_does_not_matter() -> None:
    first = tile_grid(NEW, PROJECTION)
    again = tile_grid(NEW.sample(frac=1, random_state=4), PROJECTION)
    pd.testing.assert_frame_equal(first, again)


def test_tiles_are_a_hexagonal_lattice() -> None:
    grid = tile_grid(NEW, PROJECTION)
    assert np.allclose(grid["x"], grid["column"] + 0.5 * (grid["row"] % 2))
    assert np.allclose(grid["y"], grid["row"] * ROW_HEIGHT)
    places = grid[["x", "y"]].to_numpy()
    distance = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    assert distance[distance > 0].min() == pytest.approx(1.0)
    assert grid["column"].min() == 0 and grid["row"].min() in (0, 1)


def test_few_units_same_places_and_unknown_places() -> None:
    assert len(tile_grid(units(), PROJECTION)) == 0
    assert tile_grid(units(("a", 93, 56)), PROJECTION)[["column", "row"]].to_numpy().tolist() == [[0, 0]]
    pair = tile_grid(units(("city", 93, 56), ("district", 93, 56)), PROJECTION)
    assert np.linalg.norm(np.diff(pair[["x", "y"]].to_numpy(), axis=0)) == pytest.approx(1.0)
    west_east = tile_grid(units(("w", 90, 56), ("e", 96, 56)), PROJECTION).set_index("unit_id")
    assert west_east.loc["w", "x"] < west_east.loc["e", "x"]
    unknown = tile_grid(units(("a", 93, 56), ("b", 93, 57), ("u", np.nan, np.nan)), PROJECTION).set_index("unit_id")
    assert unknown.loc["u", "y"] < unknown[["y"]].drop("u")["y"].min() and len(unknown) == 3
    nowhere = tile_grid(units(*((str(n), np.nan, np.nan) for n in range(9))), PROJECTION)
    assert not nowhere.duplicated(["column", "row"]).any()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("registered", [OLD, NEW])
def test_labels_differ_and_fit(registered: pd.DataFrame, language: str) -> None:
    labels = tile_labels(registered["short_name"].tolist(), language)  # type: ignore[arg-type]
    assert len(set(labels)) == len(registered)
    assert all(len(line) <= 11 for label in labels for line in label.split("\n"))
    assert all(label.count("\n") <= 1 for label in labels)


def test_labels_by_hand() -> None:
    names = ["Абанский район", "Балахтинско-Новосёловский округ", "Железногорск", "Минусинский район", "Минусинск",
             "Большемуртинский район"]  # fmt: skip
    assert tile_labels(names, "ru") == [
        "Абанский", "Балахтин.-\nНовосёлов.", "Железно-\nгорск", "Минусин-\nский", "Минусинск", "Большемур.",
    ]  # fmt: skip
    assert tile_labels(["Дом", "Дом"], "ru") == ["Дом", "Дом 2"]
    assert map_names(["Пировский район", "Пировский округ", "Канск"], "ru") == [
        "Пировский район", "Пировский округ", "Канск",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("Енисейский район", "Yeniseysky district"),
        ("Берёзовский район", "Beryozovsky district"),
        ("Таймырский округ", "Taymyrsky okrug"),
        ("Большеулуйский", "Bolsheuluysky"),
        ("Шушенский", "Shushensky"),
        ("Щёлково", "Shchyolkovo"),
        ("Кедровый", "Kedrovy"),
        ("ЗАТО", "ZATO"),
        ("Harbour East", "Harbour East"),
    ],
)
def test_names_in_english(name: str, english: str) -> None:
    assert transliterate(name) == english
