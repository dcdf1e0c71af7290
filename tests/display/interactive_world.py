"""A small country of nine square units for the tests of the interactive map, with numbers of every kind."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from evaluation.display.interactive.outlines import boundary_outlines, tile_outlines
from evaluation.display.interactive.page import map_page
from evaluation.display.interactive.series import MapIndicator
from evaluation.settings import Language, Text

INDICATORS = [
    MapIndicator("applications", Text(ru="Заявок", en="Applications"), "applications"),
    MapIndicator("share", Text(ru="Доля поддержанных", en="Share funded"), "share"),
    MapIndicator("hours", Text(ru="Часов обучения", en="Hours of training"), "hours"),
]
RUSSIAN = ["Абан", "Бор", "Весёлое", "Грачи", "Елово", "Жуки", "Новосёлово", "Озеро", "Пруд"]
SECRET = 0.8765


def grid_units(language: Language) -> pd.DataFrame:
    """Units a to i, row by row from the north-west; English names tell column and place: A0, B1, C2, D0 ..."""
    names = RUSSIAN if language == "ru" else [f"Unit {'ABCDEFGHI'[n]}{n % 3}" for n in range(9)]
    return pd.DataFrame({"unit_id": list("abcdefghi"), "short_name": names})


def grid_shapes() -> gpd.GeoDataFrame:
    squares = [box(90 + n % 3, 56 - n // 3, 91 + n % 3, 57 - n // 3) for n in range(9)]
    return gpd.GeoDataFrame({"unit_id": list("abcdefghi")}, geometry=squares, crs="EPSG:4326")


def grid_values() -> pd.DataFrame:
    """Three indicators in three years; one share is hidden (``SECRET``), one number is missing."""
    frames = []
    earlier = np.array([3, 0, 1, 9, 2, 0, 0, 0, 0])
    for year in (2022, 2023, 2024):
        row = {"unit_id": list("abcdefghi"), "year": year}
        count = np.array([0, 1, 2, 3, 14, 5, 21, 1200, np.nan]) + (0 if year == 2024 else earlier)
        frames.append(pd.DataFrame(row | {"indicator": "applications", "value": count}))
        share = np.array([0.123, SECRET, 0.25, 0.3333, 0.5, 1.0, 0.0, 0.051, 0.7])
        ends = {"low": np.maximum(share - 0.1, 0), "high": np.minimum(share + 0.1, 1), "n": 25}
        state = ["shown", "hidden", *["shown"] * 7]
        frames.append(pd.DataFrame(row | {"indicator": "share", "value": share, "state": state} | ends))
        hours = np.array([1.0, 2.5, 11.0, 21.4, 1234.5, 0.0, 5.5, 31.0, 101.1])
        frames.append(pd.DataFrame(row | {"indicator": "hours", "value": hours}))
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(state=frame["state"].fillna("shown").mask(frame["value"].isna(), "no_data"))


def grid_page(language: Language, tiles: bool = False) -> str:
    units = grid_units(language)
    places = pd.DataFrame({"unit_id": list("abcdefghi"), "x": np.arange(9) % 3, "y": -(np.arange(9) // 3)}).astype(
        {"x": float, "y": float}
    )
    names = dict(zip(units["unit_id"], units["short_name"], strict=True))
    drawing = tile_outlines(places, names, "square") if tiles else boundary_outlines(grid_shapes())
    title = "Охват программы" if language == "ru" else "Reach <of> the programme"
    return map_page(units, drawing, grid_values(), INDICATORS, language, title=title, simulated=True)
