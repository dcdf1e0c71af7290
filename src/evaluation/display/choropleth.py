"""Drawing of boundaries filled by class, with a labelled inset of the dense part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from evaluation.display.canvas import INK, sheet
from evaluation.display.mapkeys import EDGE, EDGE_WIDTH, HATCH, MapKey, bare, draw_legend, map_text
from evaluation.display.maplabels import MapLabel, place_labels
from evaluation.display.placenames import map_names
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

LABEL_SIZE = 6.0
SEAM = 3000.0  # metres between the two halves of a generalised outline at the 180th meridian
Box = tuple[float, float, float, float]
MANY_CRAMPED = 0.4  # an inset is drawn when more units than this share have no room for their names
LABEL_ROOM, LEAST_ROOM = 900.0, 350.0  # square points of a unit in which its name stands well, and at all
DOT = 6.2  # points across: a town whose outline would be smaller is drawn as a dot of its class
HEIGHT, WIDTH, INSET_HEIGHT = 7.3, 7.4, 5.75


@dataclass(frozen=True)
class Choropleth:
    """A drawn map whose labels are placed once the layout is fixed."""

    figure: Figure
    panels: list[tuple[Axes, np.ndarray]]
    shapes: GeoDataFrame
    names: dict[str, str]
    key: MapKey

    def finish(self) -> None:
        """Draw dots of small units and all labels; to be called when the axes have their final places."""
        for axes, chosen in self.panels:
            rows = [row for row, taken in zip(self.shapes.itertuples(), chosen, strict=True) if taken]
            labels = [_label(axes, row, self.names, self.key) for row in rows]
            place_labels(axes, [label for label in labels if label is not None], LABEL_SIZE)


def draw_boundaries(
    geometry: GeoDataFrame, units: pd.DataFrame, key: MapKey, language: Language, projection: str, unit_label: str
) -> Choropleth:
    """A sheet with the whole territory, an inset of its dense part (where there is one), scale bars and the legend."""
    shapes = _whole_across_the_dateline(geometry, projection)
    points = shapes.representative_point()
    shapes = shapes.assign(area=shapes.area, x=points.x, y=points.y).sort_values("area", ascending=False, kind="stable")
    known = units[units["unit_id"].isin(shapes["unit_id"])]
    names = dict(zip(known["unit_id"], map_names(known["short_name"].tolist(), language), strict=True))
    named = shapes["unit_id"].isin(names).to_numpy()
    places = shapes[["x", "y"]].to_numpy()
    x0, y0, x1, y1 = shapes.total_bounds
    side = float(np.clip(HEIGHT * (x1 - x0) / (y1 - y0), 2.2, WIDTH))
    column = min(side, 2.9)
    area = shapes["area"].to_numpy()
    # points of the sheet in a metre: of a map that has the sheet for itself, and of one beside an inset
    alone, beside = (min(HEIGHT / (y1 - y0), width / (x1 - x0)) * 72 for width in (WIDTH, column))
    dense = None
    if (area[named] * alone**2 < LEAST_ROOM).mean() > MANY_CRAMPED:
        cramped = named & (area * beside**2 < LABEL_ROOM)
        dense = _dense_part(places[cramped], shapes.total_bounds, aspect=(WIDTH - column) / INSET_HEIGHT)
    unplaced = not bool(named.all())
    panels = []
    if dense is None:
        height = min(HEIGHT, WIDTH * (y1 - y0) / (x1 - x0))
        figure = sheet(max(side, 4.6) + 0.1, height + 1.6)
        whole, keys = figure.subplots(2, 1, height_ratios=[height, 0.9])
        inner = np.zeros(len(shapes), dtype=bool)
    else:
        figure = sheet(WIDTH + 0.1, HEIGHT + 0.75)
        spaces: Any = figure.subplot_mosaic(
            [["whole", "inset"], ["whole", "keys"]], width_ratios=[column, WIDTH - column],
            height_ratios=[INSET_HEIGHT, HEIGHT - INSET_HEIGHT],
        )  # fmt: skip
        whole, inset, keys = spaces["whole"], spaces["inset"], spaces["keys"]
        bare(inset, (dense[0], dense[2]), (dense[1], dense[3]), frame=True)
        _draw_shapes(inset, shapes, key)
        _scale_bar(inset, language, shapes, None)
        frame = (dense[0], dense[1]), dense[2] - dense[0], dense[3] - dense[1]
        whole.add_patch(Rectangle(*frame, fill=False, edgecolor=INK, linewidth=1.0, zorder=6))
        inner = _within(places, dense)
        panels.append((inset, inner & named))
    pad = 0.02 * max(y1 - y0, x1 - x0)
    bare(whole, (x0 - pad, x1 + pad), (y0 - pad, y1 + pad))
    whole.set_anchor("N")
    _draw_shapes(whole, shapes, key)
    _scale_bar(whole, language, shapes, dense)
    panels.append((whole, ~inner & named))
    keys.set_axis_off()
    draw_legend(keys, key, language, unit_label, columns=2, unplaced=unplaced)
    return Choropleth(figure, panels, shapes, names, key)


def _whole_across_the_dateline(geometry: GeoDataFrame, projection: str) -> GeoDataFrame:
    """The projected outlines; those cut at the 180th meridian are put together again."""
    bounds = geometry.to_crs("EPSG:4326").bounds
    cut = (bounds["minx"] < -179.5) & (bounds["maxx"] > 179.5)
    shapes = geometry.to_crs(projection)
    if cut.any():
        closed = shapes.geometry.buffer(SEAM).buffer(-SEAM)
        shapes = shapes.set_geometry(shapes.geometry.where(~cut, closed))
    return shapes


def _dense_part(points: np.ndarray, bounds: np.ndarray, aspect: float) -> Box | None:
    """Bounds of the part that holds most of the cramped units on little space; None where there is no such part."""
    if len(points) < 8:
        return None
    whole = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    middle = np.median(points, axis=0)
    order = np.argsort(np.abs(points - middle).max(axis=1), kind="stable")
    best: tuple[float, ...] | None = None
    best_gain = 0.0
    for count in range(len(points) // 2, len(points) + 1):
        part = points[order[:count]]
        low, high = part.min(axis=0), part.max(axis=0)
        size = 1.18 * (high - low)
        size = np.maximum(size, size[::-1] * [aspect, 1 / aspect])  # the shape of the panel, so that it is filled
        gain = count / len(points) / max(size.prod() / whole, 1e-9) ** 0.15
        if gain > best_gain and size.prod() < 0.4 * whole:
            centre = (low + high) / 2
            best, best_gain = (*(centre - size / 2), *(centre + size / 2)), gain
    return None if best is None else (float(best[0]), float(best[1]), float(best[2]), float(best[3]))


def _within(points: np.ndarray, box: Box) -> np.ndarray:
    inside = (points[:, 0] > box[0]) & (points[:, 0] < box[2]) & (points[:, 1] > box[1]) & (points[:, 1] < box[3])
    return np.asarray(inside)


def _label(axes: Axes, row: Any, names: dict[str, str], key: MapKey) -> MapLabel | None:
    """The label of one unit; a unit smaller than a dot gets a dot of its class, drawn here."""
    root = axes.get_figure(root=True)
    per_point = 1.0 if root is None else root.dpi / 72
    outline = _outline(row.geometry)
    corners = axes.transData.transform([(0.0, 0.0), (1.0, 1.0)])
    points2 = float(row.area) * float(np.prod(corners[1] - corners[0])) / per_point**2  # area in square points
    small = points2 < 2.2 * DOT**2
    if small:
        colour, hatch = key.fill(str(row.unit_id))
        axes.plot([row.x], [row.y], marker="o", markersize=DOT, color=HATCH if hatch else colour, markeredgecolor=INK,
                  markeredgewidth=0.7, zorder=6, clip_on=False)  # fmt: skip
    return MapLabel(names[str(row.unit_id)], float(row.x), float(row.y), not small, outline, DOT if small else 0.0)


def _draw_shapes(axes: Axes, shapes: GeoDataFrame, key: MapKey) -> None:
    """Outlines from the largest to the smallest, so that enclaves lie above their hosts."""
    for unit, shape in zip(shapes["unit_id"], shapes.geometry, strict=True):
        colour, hatch = key.fill(str(unit))
        outline = _outline(shape)
        axes.add_patch(PathPatch(outline, facecolor=colour, edgecolor=EDGE, linewidth=EDGE_WIDTH, zorder=2))
        if hatch:
            axes.add_patch(PathPatch(outline, fill=False, edgecolor=HATCH, linewidth=0, hatch=hatch, zorder=3))
    axes.add_patch(PathPatch(_outline(shapes.union_all()), fill=False, edgecolor=INK, linewidth=0.8, zorder=4))


def _outline(shape: object) -> Outline:
    """Matplotlib path of a polygon or of several, with their holes."""
    polygons = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and not part.is_empty]
    rings = [np.asarray(ring.coords)[:, :2] for part in polygons for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))


def _scale_bar(axes: Axes, language: Language, shapes: GeoDataFrame, frame: Box | None) -> None:
    """A scale bar in the corner where it covers least of the map and none of the inset's ``frame``."""
    from shapely.geometry import box

    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    wanted = (x1 - x0) / 4
    power = 10 ** np.floor(np.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    across, up = 0.03 * (x1 - x0), 0.025 * (y1 - y0)
    height = 0.035 * (y1 - y0)
    corners = [(x0 + across, y0 + up), (x1 - across - length, y0 + up), (x0 + across, y1 - up - height),
               (x1 - across - length, y1 - up - height)]  # fmt: skip
    spaces = [box(left, bottom, left + length, bottom + height) for left, bottom in corners]
    covered = [float(shapes.intersection(space).area.sum()) for space in spaces]
    if frame is not None:
        covered = [area + space.intersection(box(*frame)).area * 2 for area, space in zip(covered, spaces, strict=True)]
    left, bottom = corners[int(np.argmin(covered))]
    tick = 0.008 * (y1 - y0)
    axes.plot([left, left, left + length, left + length], [bottom + tick, bottom, bottom, bottom + tick], color=INK,
              linewidth=0.9, zorder=9, solid_joinstyle="miter")  # fmt: skip
    words = map_text("kilometres", language).format(format_number(length / 1000, language, 0))
    axes.text(left + length / 2, bottom + 1.5 * tick, words, ha="center", va="bottom", fontsize=6.2, zorder=9)
