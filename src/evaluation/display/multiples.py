"""Small maps side by side on one scale with one key: years, or before and after a change of territory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch

from evaluation.display.canvas import INK, empty, style
from evaluation.display.ground import Fill, Ground, lay_ground, paint
from evaluation.display.maps.caption import Caption
from evaluation.display.maps.classes import Method, classing
from evaluation.display.maps.keys import MapKey, bare, draw_legend, legend_size, map_text
from evaluation.display.maps.values import checked_values, split_hidden
from evaluation.display.page import PAGE_WIDTH, axes_at, bind, map_page, wrapped
from evaluation.display.projections import extent_of_shapes, projection_for
from evaluation.display.scalebar import scale_bar
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from evaluation.settings import Language

GAP, HEAD, HEAD_SIZE, COUNT_SIZE = 0.12, 0.34, 7.6, 6.4
TALLEST, LARGEST_BODY = 4.2, 7.4  # inches of one map, and of all rows
WITH_OUTLINE = 0.985  # of the room: half of the outermost outline lies beyond the shapes


@dataclass(frozen=True, eq=False)
class SmallMap:
    """One of several maps: its heading, values (unit_id, value), the units and boundaries of its time.

    ``changed``: units to be drawn with a thick outline; ``hidden`` as in ``maps.coverage_map``.
    """

    heading: str
    values: pd.DataFrame
    units: pd.DataFrame
    geometry: GeoDataFrame | None = None
    hidden: pd.Series | None = None
    changed: tuple[str, ...] = ()


def small_maps(
    maps: Sequence[SmallMap],
    language: Language,
    caption: Caption,
    *,
    unit_label: str = "",
    unit: str = "",
    projection: str | None = None,
    classes: int = 5,
    method: Method = "auto",
    reference: float | None = None,
    columns: int | None = None,
) -> Figure:
    """Maps of one indicator at several times, in the order given, with the same classes, colours, scale and extent.

    Classes are made from the values of all maps together. Columns are chosen so that the maps come out largest.
    Without boundaries of every map all are tile grids. Raises ValueError as ``maps.coverage_map``.
    """
    if not maps or all(one.units.empty for one in maps):
        return empty(caption.title, language, caption.simulated)
    shown, special = zip(*(_values(one) for one in maps), strict=True)
    keyed = pd.concat([one.rename(index=lambda name, n=number: f"{n}|{name}") for number, one in enumerate(shown)])
    classed = classing(keyed, classes, language, unit, method, reference)
    gaps = {
        kind: [f"{number}|{name}" for number, one in enumerate(special) for name in one[kind]]
        for kind in ("no_data", "hidden")
    }
    key = MapKey(classed.classes, gaps)
    drawn = all(one.geometry is not None for one in maps)
    with style():
        grounds = _grounds(maps, language, projection, drawn)
        unplaced = any(not bool(ground.shapes["named"].all()) for ground in grounds)

        def legend(axes: Axes) -> Legend:
            return draw_legend(axes, key, language, unit_label, columns=4, unplaced=unplaced)

        figure = _drawn(maps, grounds, key, legend, legend_size(legend), language, columns)
        notes = [caption.note, classed.reason, map_text("one_scale", language)]
        notes += [map_text("changed", language)] if any(one.changed for one in maps) else []
        notes += [grounds[0].words(language), *caption.notes(language, drawn)]
        return bind(figure, caption.title, notes, language, caption.simulated)


def _values(one: SmallMap) -> tuple[pd.Series, dict[str, list[str]]]:
    return split_hidden(checked_values(one.values, one.units), one.units, one.hidden)


def _grounds(maps: Sequence[SmallMap], language: Language, projection: str | None, drawn: bool) -> list[Ground]:
    """Grounds in one projection: that of the settings, or the one that suits the first map's extent."""
    if drawn and projection is None and maps[0].geometry is not None:
        projection = projection_for(extent_of_shapes(maps[0].geometry)).crs
    known: dict[tuple[int, int], Ground] = {}
    found = []
    for one in maps:
        same = id(one.units), id(one.geometry)
        if same not in known:
            known[same] = lay_ground(one.units, one.geometry if drawn else None, language, projection)
        found.append(known[same])
    return found


def _drawn(
    maps: Sequence[SmallMap],
    grounds: list[Ground],
    key: MapKey,
    legend: Callable[[Axes], Legend],
    size: tuple[float, float],
    language: Language,
    columns: int | None,
) -> Figure:
    ends = np.array([ground.bounds for ground in grounds])
    # tile grids of different times have different sizes: each is set in the middle of the largest
    span = (ends[:, 2] - ends[:, 0]).max(), (ends[:, 3] - ends[:, 1]).max()
    across = columns or best_columns(len(maps), span)
    down = -(-len(maps) // across)
    wide = (PAGE_WIDTH - GAP * (across + 1)) / across
    high = min(wide * span[1] / span[0], TALLEST, LARGEST_BODY / down - HEAD)
    scale = WITH_OUTLINE * min(wide / span[0], high / span[1])
    last = len(maps) - across * (down - 1)
    free = (across - last) * (wide + GAP)
    beside = free > size[0] + GAP and high > size[1]
    body = down * (high + HEAD) + GAP + (0.0 if beside else size[1] + GAP)
    figure = map_page(body)
    for number, (one, ground) in enumerate(zip(maps, grounds, strict=True)):
        left = GAP + (number % across) * (wide + GAP)
        top = body - HEAD - (number // across) * (high + HEAD)
        axes = axes_at(figure, (left, top - high, left + wide, top))
        x0, y0, x1, y1 = ground.bounds
        half = wide / scale / 2, high / scale / 2
        bare(
            axes, ((x0 + x1) / 2 - half[0], (x0 + x1) / 2 + half[0]), ((y0 + y1) / 2 - half[1], (y0 + y1) / 2 + half[1])
        )
        paint(axes, ground, _filling(key, number))
        for unit, outline in zip(ground.shapes["unit_id"], ground.outlines, strict=True):
            if unit in one.changed:
                axes.add_artist(PathPatch(outline, fill=False, edgecolor=INK, linewidth=1.0, zorder=5))
        if not number:
            scale_bar(axes, ground, language)
        count = map_text("units_short", language).format(format_number(len(one.units), language))
        heading = wrapped(one.heading, HEAD_SIZE, wide, bold=True)
        for text, size_of, up, weight in ((count, COUNT_SIZE, 2, "normal"), (heading, HEAD_SIZE, 11, "bold")):
            axes.annotate(
                text, (0, 1), xycoords="axes fraction", xytext=(0, up), textcoords="offset points", fontsize=size_of,
                fontweight=weight, va="bottom", color=INK, annotation_clip=False,
            )  # fmt: skip
    place = (GAP, GAP, GAP + size[0], GAP + size[1])
    if beside:
        left = GAP + last * (wide + GAP)
        place = (left, GAP + high - size[1], left + size[0], GAP + high)
    keys = axes_at(figure, place)
    keys.set_axis_off()
    legend(keys)
    return figure


def _filling(key: MapKey, number: int) -> Fill:
    return lambda name: key.fill(f"{number}|{name}")


def best_columns(count: int, span: tuple[float, float]) -> int:
    """Number of columns with which ``count`` maps of the given width and height come out largest on the page."""

    def size(columns: int) -> float:
        rows = -(-count // columns)
        wide = (PAGE_WIDTH - GAP * (columns + 1)) / columns
        return min(wide / span[0], min(LARGEST_BODY / rows - HEAD, TALLEST) / span[1])

    return max(range(1, count + 1), key=lambda columns: (round(size(columns), 12), -columns))
