"""The ground of a map: outlines on the sheet's plane, or hexagons of equal size, painted the largest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from evaluation.display.canvas import INK
from evaluation.display.maps.keys import EDGE, EDGE_WIDTH, HATCH, map_text
from evaluation.display.placenames import map_names, tile_labels
from evaluation.display.projections import SETTINGS_REASON, MapProjection, albers, extent_of_shapes, projected
from evaluation.display.projections import projection_for as projection_for_extent
from evaluation.display.tiles.grid import tile_grid

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

    from evaluation.settings import Language

# colour and hatching of a unit
Fill = Callable[[str], tuple[str, str | None]]
Box = tuple[float, float, float, float]
MANY_OUTLINES = 300  # from so many on they are drawn as one collection, with thinner lines
TILE_RADIUS = 0.565  # of a hexagon, the distance of neighbouring centres being 1


@dataclass(frozen=True, eq=False)
class Ground:
    """Where the units of a map lie.

    ``shapes``: unit_id, geometry, area, x, y (a point inside), name, weight (residents, else area), named (False for
    the part whose unit is not known), the largest outline first, in metres of ``projection`` or, without one, in
    tiles.
    """

    shapes: GeoDataFrame
    projection: MapProjection | None

    @property
    def tiles(self) -> bool:
        return self.projection is None

    @property
    def bounds(self) -> Box:
        x0, y0, x1, y1 = (float(end) for end in self.shapes.total_bounds)
        return x0, y0, x1, y1

    @property
    def places(self) -> np.ndarray:
        found: np.ndarray = self.shapes[["x", "y"]].to_numpy(dtype=float)
        return found

    @cached_property
    def border(self) -> Outline:
        """The outer border of all units."""
        return outline_of(self.shapes.union_all())

    @cached_property
    def outlines(self) -> list[Outline]:
        """The paths of all units, in the order of ``shapes``."""
        return [outline_of(shape) for shape in self.shapes.geometry]

    def touching(self, box: Box) -> list[int]:
        """Positions in ``shapes`` of the units that a box touches, in order."""
        from shapely import box as rectangle

        return sorted(int(number) for number in self.shapes.sindex.query(rectangle(*box)))

    def words(self, language: Language) -> str:
        """How the ground was laid, for the note under the map."""
        if self.projection is None:
            return map_text("tiles", language)
        return f"{map_text('projection', language)}: {self.projection.reason.in_language(language)}."


def lay_ground(
    units: pd.DataFrame, geometry: GeoDataFrame | None, language: Language, projection: str | None = None
) -> Ground:
    """The ground for ``units`` (unit_id, short_name, longitude, latitude and, where known, population).

    With ``geometry`` (unit_id, geometry) its outlines in ``projection`` (PROJ or WKT), without one in the equal-area
    projection that suits their extent; without ``geometry`` a hexagonal tile grid.
    """
    if geometry is None:
        return _named(_tiles(units, projection or albers(units)), units, language, None)
    taken = (
        MapProjection(projection, SETTINGS_REASON) if projection else projection_for_extent(extent_of_shapes(geometry))
    )
    shapes = projected(geometry, taken.crs)[["unit_id", "geometry"]]
    return _named(shapes, units, language, taken)


def _named(shapes: GeoDataFrame, units: pd.DataFrame, language: Language, taken: MapProjection | None) -> Ground:
    points = shapes.representative_point()
    known = units[units["unit_id"].isin(shapes["unit_id"])].drop_duplicates("unit_id")
    naming = map_names if taken else tile_labels
    names = dict(zip(known["unit_id"], naming(known["short_name"].tolist(), language), strict=True))
    area = shapes.area
    residents = known.set_index("unit_id")["population"] if "population" in known else pd.Series(dtype="float64")
    weight = shapes["unit_id"].map(residents.astype("float64")).fillna(area / max(float(area.max()), 1e-9))
    named = shapes["unit_id"].isin(list(names))
    laid = shapes.assign(
        area=area, x=points.x, y=points.y, name=shapes["unit_id"].map(names).fillna(""), weight=weight, named=named
    )
    return Ground(laid.sort_values(["area", "unit_id"], ascending=[False, True], kind="stable"), taken)


def _tiles(units: pd.DataFrame, projection: str) -> GeoDataFrame:
    import geopandas as gpd
    from shapely.geometry import Polygon

    grid = tile_grid(units, projection)
    angles = np.radians(np.arange(6) * 60 + 30)
    corners = TILE_RADIUS * np.column_stack([np.cos(angles), np.sin(angles)])
    shapes = [Polygon(corners + np.array([x, y])) for x, y in grid[["x", "y"]].to_numpy()]
    return gpd.GeoDataFrame({"unit_id": grid["unit_id"].astype("str")}, geometry=shapes)


def paint(axes: Axes, ground: Ground, fill: Fill, box: Box | None = None) -> None:
    """Outlines from the largest to the smallest, so that enclaves lie above their hosts, and the outer border.

    With ``box`` only what it touches. The axes' limits must be set.
    """
    seen = range(len(ground.shapes)) if box is None else ground.touching(box)
    units = [str(unit) for unit in ground.shapes["unit_id"]]
    fills = {number: fill(units[number]) for number in seen}
    width = EDGE_WIDTH if len(fills) <= MANY_OUTLINES else EDGE_WIDTH / 3
    if len(fills) <= MANY_OUTLINES:
        for number, (colour, _) in fills.items():
            # add_patch would look at every corner to widen the limits
            axes.add_artist(
                PathPatch(ground.outlines[number], facecolor=colour, edgecolor=EDGE, linewidth=width, zorder=2)
            )
    else:
        paths = [ground.outlines[number] for number in fills]
        colours = [colour for colour, _ in fills.values()]
        axes.add_collection(
            PathCollection(paths, facecolors=colours, edgecolors=EDGE, linewidths=width, zorder=2), autolim=False
        )
    for number, (_, hatch) in fills.items():
        if hatch:
            axes.add_artist(
                PathPatch(ground.outlines[number], fill=False, edgecolor=HATCH, linewidth=0, hatch=hatch, zorder=3)
            )
    if not ground.tiles:
        axes.add_artist(PathPatch(ground.border, fill=False, edgecolor=INK, linewidth=0.8, zorder=4))


def outline_of(shape: Any) -> Outline:
    """Matplotlib path of a polygon or of several, with their holes."""
    polygons = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and not part.is_empty]
    rings = [np.asarray(ring.coords)[:, :2] for part in polygons for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))
