"""Drawing of a tile grid, hexagons or squares, with names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle, RegularPolygon

from evaluation.display.canvas import INK, sheet
from evaluation.display.maps.keys import EDGE, HATCH, Corner, MapKey, bare, draw_legend
from evaluation.display.placenames import tile_labels
from evaluation.display.tiles.grid import Shape, tile_grid
from evaluation.display.units import unit_words
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    from evaluation.settings import Language

LEAST_SIZE = 6.0  # points: smaller letters are not read on a printed page
FEWEST_LETTERS = 5  # a name cut shorter tells nothing
LETTER_WIDTH = 0.64  # of a letter's height: with room for wide ones
LEGEND_WIDTH, LEGEND_ROW, LEGEND_HEAD = 2.1, 0.185, 0.42
CORNERS: dict[Corner, tuple[int, int]] = {
    "lower left": (0, 0),
    "lower right": (1, 0),
    "upper right": (1, 1),
    "upper left": (0, 1),
}


def draw_tiles(
    shown: pd.Series,
    units: pd.DataFrame,
    key: MapKey,
    language: Language,
    projection: str,
    unit: str,
    unit_label: str,
    neighbours: pd.DataFrame | None = None,
    shape: Shape = "hexagon",
) -> Figure:
    """A sheet with one tile a unit, its short name and value; the legend in a free corner, otherwise below.

    ``neighbours`` (unit_id, neighbour_id) are kept side by side where possible. Letters are 6 points at least; where
    tiles are too small for names of that size (from about 150 units on) they stay empty.
    """
    grid = tile_grid(units, projection, neighbours, shape).merge(units[["unit_id", "short_name"]], on="unit_id")
    left, right = float(grid["x"].min()) - 0.55, float(grid["x"].max()) + 0.55
    low, high = float(grid["y"].min()) - 0.62, float(grid["y"].max()) + 0.62
    tile = min(0.76, 7.2 / (right - left), 8.2 / (high - low))
    size = max(LEAST_SIZE, 9.3 * tile)
    room = int(0.96 * tile * 72 / (LETTER_WIDTH * size))
    named = room >= FEWEST_LETTERS
    texts = tile_labels(grid["short_name"].tolist(), language, min(10, room - 1)) if named else [""] * len(grid)
    rows = len(key.classes) + sum(1 for listed in key.special.values() if listed)
    needed = (LEGEND_WIDTH / tile, (LEGEND_HEAD + LEGEND_ROW * rows) / tile)
    corner = _free_corner(grid, (left, right, low, high), needed)
    width, height = max((right - left) * tile + 0.15, 4.4), (high - low) * tile
    if corner is None:
        figure = sheet(width, height + 1.75)
        axes, below = figure.subplots(2, 1, height_ratios=[height, 1.0])
        below.set_axis_off()
        draw_legend(below, key, language, unit_label, columns=2 if width < 6 else 3)
    else:
        figure = sheet(width, height + 0.75)
        axes = figure.subplots()
        draw_legend(axes, key, language, unit_label, columns=1, place=corner)
    bare(axes, (left, right), (low, high))
    factor = 100 if unit_words(unit).kind == "share" else 1
    decimals = 0 if np.allclose((shown.dropna() * factor) % 1, 0) else 1
    for row, text in zip(grid.itertuples(), texts, strict=True):
        one = key.of.get(str(row.unit_id))
        written = named and one is not None
        value = format_number(shown[str(row.unit_id)] * factor, language, decimals) if written else ""
        _draw_tile(axes, float(row.x), float(row.y), text, value, key, str(row.unit_id), size, shape)
    return figure


def _free_corner(
    grid: pd.DataFrame, bounds: tuple[float, float, float, float], needed: tuple[float, float]
) -> Corner | None:
    """A corner of the sheet where the legend (``needed``: tiles across and up) covers no tile; None without one."""
    left, right, low, high = bounds
    for name, (east, north) in CORNERS.items():
        x0 = right - needed[0] if east else left
        y0 = high - needed[1] if north else low
        across = grid["x"].between(x0 - 0.5, x0 + needed[0] + 0.5)
        if not (across & grid["y"].between(y0 - 0.6, y0 + needed[1] + 0.6)).any():
            return name
    return None


def _draw_tile(
    axes: Axes, x: float, y: float, text: str, value: str, key: MapKey, unit: str, size: float, shape: Shape
) -> None:
    colour, hatch = key.fill(unit)
    axes.add_patch(_tile(x, y, shape, 1.0, facecolor=colour, edgecolor=EDGE, linewidth=0.6, zorder=2))
    if hatch:
        axes.add_patch(_tile(x, y, shape, 0.95, fill=False, edgecolor=HATCH, linewidth=0, hatch=hatch, zorder=3))
    ink = "white" if unit in key.of and key.of[unit].is_dark else INK
    two_lines = "\n" in text
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.88, "pad": 0.6} if hatch and text else None
    lift = 0.14 if value else 0.0
    axes.text(x, y + lift, text, ha="center", va="center", fontsize=size, color=ink, linespacing=1.05, zorder=5,
              bbox=box)  # fmt: skip
    if value:
        axes.text(x, y - (0.27 if two_lines else 0.19), value, ha="center", va="center", fontsize=size * 1.12,
                  fontweight="bold", color=ink, zorder=5)  # fmt: skip


def _tile(x: float, y: float, shape: Shape, scale: float, **look: Any) -> Patch:
    if shape == "square":
        half = 0.48 * scale
        return Rectangle((x - half, y - half), 2 * half, 2 * half, **look)
    return RegularPolygon((x, y), 6, radius=0.565 * scale, **look)
