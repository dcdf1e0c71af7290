"""The hexagonal tile grid: one tile a unit, neighbours near, the same for the same units."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.display.placenames import map_names, tile_labels, transliterate
from evaluation.display.tilegrid import ROW_HEIGHT, neighbours_kept, tile_grid
from evaluation.territory.neighbours import centre_neighbours
from evaluation.territory.registry import in_force, read_registry

REGISTRY = read_registry(Path(__file__).resolve().parents[2] / "config" / "territory" / "units.csv")
PROJECTION = "+proj=aea +lat_1=54 +lat_2=70 +lat_0=60 +lon_0=95 +datum=WGS84 +units=m"
OLD, NEW = in_force(REGISTRY, dt.date(2024, 1, 1)), in_force(REGISTRY, dt.date(2025, 7, 1))


def units(*places: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(places), columns=["unit_id", "longitude", "latitude"])


@pytest.mark.parametrize(("registered", "beside", "within_two"), [(OLD, 0.62, 0.90), (NEW, 0.85, 0.97)])
def test_neighbours_stay_near_and_north_stays_up(registered: pd.DataFrame, beside: float, within_two: float) -> None:
    grid = tile_grid(registered, PROJECTION)
    assert set(grid["unit_id"]) == set(registered["unit_id"]) and not grid.duplicated(["column", "row"]).any()
    neighbours = centre_neighbours(registered)
    kept = [neighbours_kept(grid, neighbours, steps) for steps in (1, 2)]
    rng = np.random.default_rng(3)
    shuffled = grid.assign(unit_id=rng.permutation(grid["unit_id"]))
    assert kept[0] >= beside and kept[1] >= within_two
    assert neighbours_kept(shuffled, neighbours, 1) < 0.25, "the measure tells a grid from a shuffled one"
    both = grid.merge(registered, on="unit_id")
    ranks = both[["x", "y", "longitude", "latitude"]].rank().corr()
    assert ranks.loc["x", "longitude"] > 0.8 and ranks.loc["y", "latitude"] > 0.9


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
