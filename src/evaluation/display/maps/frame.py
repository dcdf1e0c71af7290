"""A map's frame, the same for every kind of map: the whole, its insets, scale bars, the key and the units' names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from evaluation.display.canvas import INK
from evaluation.display.ground import Box, Fill, Ground, paint
from evaluation.display.insets import Arrangement, arrange
from evaluation.display.maps.keys import HATCH, bare, map_text
from evaluation.display.maps.labels import MANY, RINGS, MapLabel, place_labels
from evaluation.display.page import LABEL_SIZE, axes_at, map_page
from evaluation.display.scalebar import places_in, scale_bar
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

# draws a key into axes whose units are inches from the upper left corner
DrawKey = Callable[["Axes"], Any]
DOT = 6.2  # points across: a unit whose outline would be smaller is drawn as a dot of its class
LETTERS = {"ru": "АБВ", "en": "ABC"}
MOST_NUMBERS = 40
MOST_DOTS = 60  # more of them would hide the map
OUTSIDE = "#eef1f4"  # of insets: what lies outside the territory


@dataclass(frozen=True, eq=False)
class Panel:
    """Axes that show a part of the ground; ``members``: the units named here; ``avoid``: what labels must not cover."""

    axes: Axes
    members: np.ndarray
    scale: float  # points in a unit of the ground
    avoid: list[Artist] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class MapFrame:
    """A sheet with painted ground, ready for symbols and names."""

    figure: Figure
    ground: Ground
    panels: list[Panel]
    arrangement: Arrangement


def frame_map(
    ground: Ground,
    fill: Fill,
    key_size: tuple[float, float],
    draw_key: DrawKey,
    language: Language,
    *,
    insets: bool = True,
    tallest: float | None = None,
) -> MapFrame:
    """A sheet with the whole, insets of the crowded parts in free places, scale bars and the key (size in inches)."""
    plan = arrange(ground, key_size, insets=insets) if tallest is None else arrange(ground, key_size, tallest, insets)
    figure = map_page(plan.height)
    whole = axes_at(figure, plan.whole)
    x0, y0, x1, y1 = ground.bounds
    bare(whole, (x0, x1), (y0, y1))
    paint(whole, ground, fill)
    inner = np.zeros(len(ground.shapes), dtype=bool)
    panels: list[Panel] = []
    avoid: list[Artist] = []
    for letter, inset in zip(LETTERS[language], plan.insets, strict=False):
        axes = axes_at(figure, inset.place)
        left, low, right, high = inset.box
        bare(axes, (left, right), (low, high), frame=True)
        axes.set_facecolor(OUTSIDE)
        paint(axes, ground, fill, inset.box)
        point = 1 / (plan.scale * inset.gain)
        heading = left, high - 18 * point, left + 150 * point, high  # where the words below stand
        bar = scale_bar(axes, ground, language, [heading])
        words = map_text("larger", language).format(letter, format_number(round(inset.gain, 1), language, 1))
        tag = axes.annotate(words, (0, 1), xycoords="axes fraction", xytext=(3, -3), textcoords="offset points",
                            ha="left", va="top", fontsize=LABEL_SIZE + 0.4, fontweight="bold", color=INK, zorder=9,
                            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})  # fmt: skip
        members = _within(ground.places, inset.box) & ~inner
        inner |= members
        panels.append(Panel(axes, members, plan.scale * inset.gain, [tag, *bar]))
        whole.add_patch(Rectangle((left, low), right - left, high - low, fill=False, edgecolor=INK, linewidth=0.9,
                                  zorder=6))  # fmt: skip
        avoid.append(whole.annotate(letter, (left, high), xytext=(2, -2), textcoords="offset points", ha="left",
                                    va="top", fontsize=LABEL_SIZE + 0.4, fontweight="bold", color=INK,
                                    zorder=9))  # fmt: skip
    taken = places_in(whole, [plan.key, *(inset.place for inset in plan.insets)])
    bar = scale_bar(whole, ground, language, [*taken, *(inset.box for inset in plan.insets)])
    keys = axes_at(figure, plan.key)
    keys.set_axis_off()
    keys.set_xlim(0, key_size[0])
    keys.set_ylim(-key_size[1], 0)
    draw_key(keys)
    avoid += [keys, *(panel.axes for panel in panels), *bar]
    panels.insert(0, Panel(whole, ~inner, plan.scale, avoid))
    return MapFrame(figure, ground, panels, plan)


def name_units(
    frame: MapFrame, language: Language, fill: Fill | None = None, only: Sequence[str] | None = None
) -> list[str]:
    """Write the units' names (``only`` those, where given) and return what the note must tell of it.

    With ``fill`` units too small to be seen get a dot, where they are few. Names for which there is no room become
    numbers that the returned notes explain, or are counted there.
    """
    numbered: list[str] = []
    silent = 0
    outlines = dict(zip(frame.ground.shapes["unit_id"].astype("str"), frame.ground.outlines, strict=True))
    for panel in frame.panels:
        rows = frame.ground.shapes[panel.members & frame.ground.shapes["named"].to_numpy()]
        if only is not None:
            rows = rows[rows["unit_id"].isin(list(only))]
        small = rows["area"].to_numpy() * panel.scale**2 < 2.2 * DOT**2
        dotted = small & (small.sum() <= MOST_DOTS)
        if fill is not None:
            _draw_dots(panel, rows[dotted], fill)
        known = rows.assign(outline=[outlines[str(unit)] for unit in rows["unit_id"]])
        labels = [label_of(row, bool(dot)) for row, dot in zip(known.itertuples(), dotted, strict=True)]
        rings = RINGS if len(labels) < MANY else 0.5  # on a crowded map a leader line would lead nowhere
        texts, dropped = place_labels(panel.axes, labels, LABEL_SIZE, avoid=panel.avoid, rings=rings)
        if len(dropped) > MOST_NUMBERS:
            silent += len(dropped)
            continue
        marks = [_numbered(label, len(numbered) + place) for place, label in enumerate(dropped, 1)]
        _, lost = place_labels(panel.axes, marks, LABEL_SIZE, avoid=[*panel.avoid, *texts], rings=1.0)
        silent += len(lost)
        gone = {label.text for label in lost}
        numbered += [
            f"{mark.text} — {label.text}" for mark, label in zip(marks, dropped, strict=True) if mark.text not in gone
        ]
    notes = [map_text("numbered", language).format(", ".join(numbered))] if numbered else []
    if silent:
        notes.append(map_text("unnamed", language).format(format_number(silent, language)))
    return notes


def _numbered(label: MapLabel, number: int) -> MapLabel:
    return MapLabel(str(number), label.x, label.y, label.inside, label.outline, label.dot, label.weight)


def _draw_dots(panel: Panel, rows: GeoDataFrame, fill: Fill) -> None:
    for unit, x, y in zip(rows["unit_id"], rows["x"], rows["y"], strict=True):
        colour, hatch = fill(str(unit))
        panel.axes.plot([x], [y], marker="o", markersize=DOT, color=HATCH if hatch else colour, markeredgecolor=INK,
                        markeredgewidth=0.7, zorder=6, clip_on=False)  # fmt: skip


def label_of(row: Any, small: bool) -> MapLabel:
    """A unit's label (``row``: of the ground's shapes, with its path ``outline``), beside the dot of a small one."""
    outline = None if small else row.outline
    return MapLabel(row.name, float(row.x), float(row.y), not small, outline, DOT if small else 0.0, float(row.weight))


def _within(points: np.ndarray, box: Box) -> np.ndarray:
    inside = (points[:, 0] > box[0]) & (points[:, 0] < box[2]) & (points[:, 1] > box[1]) & (points[:, 1] < box[3])
    return np.asarray(inside)
