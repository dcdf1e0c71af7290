"""Outlines of units as SVG paths on a grid of whole numbers, from boundaries or from tiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.projections import extent_of_shapes, projected, projection_for

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

FINE, COARSE, MANY = 1600, 3200, 300  # steps across the map, for few units and for many
# of the map's longer side: a unit smaller than this is drawn as a dot, so that it is seen and hit; where there are
# many, dots of that size would hide one another
LEAST, LEAST_OF_MANY = 0.013, 0.004
HEXAGON = [(0.0, 0.565), (0.49, 0.28), (0.49, -0.28), (0.0, -0.565), (-0.49, -0.28), (-0.49, 0.28)]
SQUARE = [(-0.48, 0.48), (0.48, 0.48), (0.48, -0.48), (-0.48, -0.48)]


@dataclass(frozen=True)
class Outline:
    """One unit on the map: its path (relative commands, whole numbers), a point within it, and whether it is a dot."""

    unit: str
    path: str
    x: int
    y: int
    is_dot: bool = False


@dataclass(frozen=True)
class Drawing:
    """All outlines, the largest first so that enclaves lie on top; ``width`` and ``height`` of the view; a dot's size.

    ``letters`` is the height of letters within tiles; 0 where the outlines are boundaries.
    """

    outlines: list[Outline]
    width: int
    height: int
    dot: int
    letters: float = 0.0
    names: dict[str, str] = field(default_factory=dict)


def boundary_outlines(geometry: GeoDataFrame, projection: str | None = None) -> Drawing:
    """Outlines of boundaries (unit_id, geometry; any CRS) on ``projection`` (PROJ or WKT), without one on that which
    suits the extent. Points are rounded to the grid, points that fall together are left out."""
    shapes = projected(geometry, projection or projection_for(extent_of_shapes(geometry)).crs)
    if shapes.empty:
        return Drawing([], 1, 1, 1)
    west, south, east, north = shapes.total_bounds
    steps = FINE if len(shapes) <= MANY else COARSE
    scale = steps / max(east - west, north - south, 1e-9)
    least = steps * (LEAST if len(shapes) <= MANY else LEAST_OF_MANY)
    margin = round(steps * 0.012)
    points = shapes.representative_point()
    across = np.round((points.x.to_numpy() - west) * scale).astype(int) + margin
    down = np.round((north - points.y.to_numpy()) * scale).astype(int) + margin
    outer, ids = shapes.geometry.to_numpy(), shapes["unit_id"].astype(str).tolist()
    sizes = np.sqrt(shapes.area.to_numpy()) * scale
    order = np.argsort(-sizes, kind="stable")
    outlines = []
    for place in order.tolist():
        path = "".join(
            _ring((np.asarray(ring.coords)[:, :2] - [west, north]) * [scale, -scale] + margin)
            for part in getattr(outer[place], "geoms", [outer[place]])
            if part.geom_type == "Polygon" and not part.is_empty
            for ring in (part.exterior, *part.interiors)
        )
        is_dot = bool(sizes[place] < least)
        outlines.append(Outline(ids[place], path, int(across[place]), int(down[place]), is_dot))
    width, height = (round(side * scale) + 2 * margin for side in (east - west, north - south))
    return Drawing(outlines, width, height, max(3, round(least * 0.42)))


def tile_outlines(grid: pd.DataFrame, names: dict[str, str], shape: str = "hexagon") -> Drawing:
    """Outlines of tiles (``tilegrid.tile_grid``: unit_id, x, y); ``names`` are short ones, of one or two lines."""
    if grid.empty:
        return Drawing([], 1, 1, 1)
    unit = 100 if len(grid) <= MANY else 40
    corners = np.array(SQUARE if shape == "square" else HEXAGON)
    left, top = float(grid["x"].min()) - 0.65, float(grid["y"].max()) + 0.65
    outlines = []
    for row in grid.itertuples():
        x, y = (float(row.x) - left) * unit, (top - float(row.y)) * unit
        ring = np.column_stack([x + corners[:, 0] * unit, y - corners[:, 1] * unit])
        outlines.append(Outline(str(row.unit_id), _ring(ring), round(x), round(y)))
    width = round((float(grid["x"].max()) + 0.65 - left) * unit)
    height = round((top - float(grid["y"].min()) + 0.65) * unit)
    return Drawing(outlines, width, height, 1, unit * 0.145, names if len(grid) <= MANY else {})


def _ring(points: np.ndarray) -> str:
    """A closed ring with relative steps: 'm100 20 5 3-4 1z'; '' for one that has no extent on the grid."""
    places = np.round(points).astype(int)
    places = places[np.append(True, (np.diff(places, axis=0) != 0).any(axis=1))]
    if len(places) > 1 and (places[0] == places[-1]).all():
        places = places[:-1]
    if len(places) < 3:
        return ""
    numbers = [*places[0].tolist(), *np.diff(places, axis=0).ravel().tolist()]
    text = "M" + str(numbers[0])
    for number in numbers[1:2]:
        text += f" {number}" if number >= 0 else str(number)
    text += "l"
    for place, number in enumerate(numbers[2:]):
        text += f" {number}" if number >= 0 and place else str(number)
    return text + "z"
