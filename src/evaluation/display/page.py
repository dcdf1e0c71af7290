"""The sheet of a map in real sizes: as wide as an A4 page's text, title above, notes below, nothing overlapping."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from evaluation.display.canvas import GREY, INK, VERMILLION, style
from evaluation.display.wording import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from evaluation.settings import Language

# inches; left, bottom, right, top
Place = tuple[float, float, float, float]
PAGE_WIDTH = 170 / 25.4
MARGIN = 0.06
TITLE_SIZE, MARK_SIZE, NOTE_SIZE, LABEL_SIZE = 10.5, 8.0, 6.6, 6.2
GAP = 0.08  # inches between title, map and notes


def map_page(height: float) -> Figure:
    """An empty sheet of the map's body (``height`` inches), as wide as an A4 page's text, that has no layout engine."""
    return Figure(figsize=(PAGE_WIDTH, height))


def axes_at(figure: Figure, place: Place) -> Axes:
    """Axes at a place given in inches from the sheet's lower left corner."""
    width, height = figure.get_size_inches()
    x0, y0, x1, y1 = place
    return figure.add_axes((x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height))


def bind(figure: Figure, title: str, notes: Sequence[str], language: Language, simulated: bool) -> Figure:
    """Put the mark of simulated data and the title above the finished body, the notes below; the sheet grows by them.

    Places of axes in inches stay what they were, so that labels that were apart stay apart.
    """
    room = PAGE_WIDTH - 2 * MARGIN
    heading = wrapped(title, TITLE_SIZE, room, bold=True)
    foot = wrapped(" ".join(note for note in notes if note), NOTE_SIZE, room)
    mark = words("simulated", language) if simulated else ""
    above = [(mark, MARK_SIZE, VERMILLION), (heading, TITLE_SIZE, INK)]
    tops = [(text, size, colour, text_size(text, size, True)[1]) for text, size, colour in above if text]
    below = text_size(foot, NOTE_SIZE)[1] + GAP if foot else 0.0
    head = sum(height + GAP for *_, height in tops)
    _grow(figure, below + (MARGIN if foot else 0.0), head + (MARGIN if tops else 0.0))
    width, height = figure.get_size_inches()
    y = height - MARGIN
    for text, size, colour, tall in tops:
        figure.text(MARGIN / width, y / height, text, fontsize=size, fontweight="bold", color=colour, va="top",
                    linespacing=1.15)  # fmt: skip
        y -= tall + GAP
    if foot:
        figure.text(MARGIN / width, MARGIN / height, foot, fontsize=NOTE_SIZE, color=GREY, va="bottom",
                    linespacing=1.15)  # fmt: skip
    return figure


def _grow(figure: Figure, below: float, above: float) -> None:
    width, old = figure.get_size_inches()
    new = old + below + above
    places = [(axes, axes.get_position(original=True)) for axes in figure.axes]
    figure.set_size_inches(width, new)
    for axes, place in places:
        axes.set_position((place.x0, (place.y0 * old + below) / new, place.width, place.height * old / new))


@lru_cache(maxsize=20_000)
def text_size(text: str, size: float, bold: bool = False) -> tuple[float, float]:
    """Width and height of a text (inches) as it will be drawn; lines as notes and legends have them."""
    drawn, renderer, dpi = _measure()
    drawn.set(text=text, fontsize=size, fontweight="bold" if bold else "normal")
    extent = drawn.get_window_extent(renderer)
    return extent.width / dpi, extent.height / dpi


@lru_cache(maxsize=1)
def _measure() -> tuple[Text, Any, float]:
    """A text on a sheet that is never drawn, to measure with."""
    with style():
        figure = Figure(figsize=(1, 1))
        canvas: Any = FigureCanvasAgg(figure)
        return figure.text(0, 0, "", linespacing=1.15), canvas.get_renderer(), figure.dpi


BREAKS = re.compile(r"[ \t\n]+")


def wrapped(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text with line breaks at spaces, so that no line is wider than ``room`` inches (one long word may be).

    Spaces that must not break a line do not: a year stays beside its «г.», a number beside its unit.
    """
    lines: list[str] = []
    for word in BREAKS.split(text):
        if not word:
            continue
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_size(longer, size, bold)[0] <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def text_boxes(figure: Figure) -> list[tuple[str, np.ndarray]]:
    """Every visible text of a figure and its box (inches: left, bottom, right, top), as drawn; hidden axes left out."""
    canvas: Any = FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()
    figure.draw_without_rendering()
    found = []
    for text in figure.findobj(Text):
        shown = text.get_text().strip() and text.get_visible()
        owner = text.axes
        if shown and isinstance(text, Text) and (owner is None or owner.get_visible()):
            extent = np.array(text.get_window_extent(renderer).extents) / figure.dpi
            if owner is not None and not owner.axison and text in _ticks_of(owner):
                continue
            found.append((text.get_text(), extent))
    return found


def _ticks_of(axes: Any) -> list[Text]:
    """Numbers and names of the two axes, which are not drawn when the axes are off."""
    found: list[Text] = []
    for axis in (axes.xaxis, axes.yaxis):
        found += [part for part in axis.findobj(Text) if isinstance(part, Text)]
    return found
