"""A scale bar of a round number of kilometres, where it covers least of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evaluation.display.canvas import INK
from evaluation.display.maps.keys import map_text
from evaluation.display.page import LABEL_SIZE, Place
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from evaluation.display.ground import Box, Ground
    from evaluation.settings import Language

SHARE = 5  # the bar is at most this part of the map's width


def round_length(width: float) -> float:
    """The largest of 1, 2, 5, 10, ... metres that is at most a fifth of ``width``."""
    wanted = width / SHARE
    power = 10 ** np.floor(np.log10(wanted))
    return float(max(step * power for step in (1, 2, 5) if step * power <= wanted))


def scale_bar(axes: Axes, ground: Ground, language: Language, avoid: Sequence[Box] = ()) -> list[Artist]:
    """Draw the bar in the corner where it covers least of the map and none of ``avoid`` (ground units).

    The length is true in the middle of the map: equal-area projections stretch one direction a little towards the
    ends. Tiles have no scale. Returns what was drawn.
    """
    from shapely.geometry import box

    if ground.tiles:
        return []
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    length = round_length(x1 - x0)
    across, up = 0.03 * (x1 - x0), 0.03 * (y1 - y0)
    inches = axes.get_window_extent().height / axes.figure.dpi
    height = 0.19 * (y1 - y0) / inches
    corners = [
        (left, bottom)
        for bottom in (y0 + up, y1 - up - height, (y0 + y1) / 2)
        for left in (x0 + across, x1 - across - length)
    ]
    spaces = [box(left, bottom, left + length, bottom + height) for left, bottom in corners]
    covered = [float(ground.shapes.intersection(space).area.sum()) for space in spaces]
    for taken in avoid:
        covered = [area + 3 * space.intersection(box(*taken)).area for area, space in zip(covered, spaces, strict=True)]
    left, bottom = corners[int(np.argmin(covered))]
    tick = 0.04 * (y1 - y0) / inches
    across_up = [left, left, left + length, left + length], [bottom + tick, bottom, bottom, bottom + tick]
    (bar,) = axes.plot(*across_up, color=INK, linewidth=0.9, zorder=9, solid_joinstyle="miter")
    words = map_text("kilometres", language).format(format_number(length / 1000, language))
    text = axes.text(left + length / 2, bottom + 1.4 * tick, words, ha="center", va="bottom", fontsize=LABEL_SIZE,
                     zorder=9, color=INK)  # fmt: skip
    return [bar, text]


def places_in(axes: Axes, places: Sequence[Place]) -> list[Box]:
    """Places of the sheet (inches) in the units of ``axes``."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # axes of a map stand on a sheet
    width, height = figure.get_size_inches()
    frame = axes.get_position()
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    found = []
    for left, low, right, high in places:
        across = [x0 + (end / width - frame.x0) / frame.width * (x1 - x0) for end in (left, right)]
        up = [y0 + (end / height - frame.y0) / frame.height * (y1 - y0) for end in (low, high)]
        found.append((across[0], up[0], across[1], up[1]))
    return found
