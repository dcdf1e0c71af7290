"""What all charts share: the sheet, its colours and letters, its title, note and the mark of simulated data."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from evaluation.display.units import unit_words
from evaluation.display.wording import format_number, words

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from matplotlib.axes import Axes

    from evaluation.settings import Language

# Okabe and Ito's colours stay apart for every kind of colour vision
BLUE, VERMILLION, GREEN, SKY, ORANGE, PURPLE = "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#E69F00", "#CC79A7"
INK, GREY, LIGHT = "#1f2933", "#5f6b7a", "#d9dee5"
# places of axes, as shares of the figure, are rounded to these decimals: far less than a pixel
PLACE_DECIMALS = 8

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def style() -> AbstractContextManager[None]:
    """The charts' letters and colours, for the time of drawing only."""
    context: AbstractContextManager[None] = mpl.rc_context(STYLE)
    return context


class SteadyLayout(ConstrainedLayoutEngine):
    """Constrained layout whose result is the same to the last bit each time.

    Its solver adds up in an order that depends on addresses in memory. The last bits of the axes' places would
    then differ from run to run, and with them the identifiers in an SVG file.
    """

    def execute(self, fig: Figure) -> None:
        super().execute(fig)
        for axes in fig.axes:
            if axes.get_in_layout():
                place = axes.get_position(original=True)
                axes.set_position(Bbox(place.get_points().round(PLACE_DECIMALS)), which="original")
                # setting a place by hand takes the axes out of the layout
                axes.set_in_layout(True)


def sheet(width: float, height: float) -> Figure:
    """An empty figure, sizes in inches, that belongs to no global state."""
    return Figure(figsize=(width, height), layout=SteadyLayout(h_pad=0.06, w_pad=0.06))


def dress(figure: Figure, title: str, note: str, language: Language, simulated: bool) -> Figure:
    """Put the title above, the note below and, where data are simulated, the mark beside the title."""
    width = figure.get_figwidth()
    lines = textwrap.wrap(title, max(20, int(width * 11))) if title else []
    if simulated:
        lines = [words("simulated", language), *lines]
    if lines:
        figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=11, fontweight="bold")
    if simulated:
        _colour_first_line(figure, lines)
    if note:
        text = "\n".join(textwrap.wrap(note, max(30, int(width * 14.5))))
        figure.supxlabel(text, x=0.01, ha="left", fontsize=7.8, color=GREY)
    return figure


def _colour_first_line(figure: Figure, lines: list[str]) -> None:
    # a text has one colour: the mark is the first line of the title, kept free by an empty line and drawn over it
    figure.suptitle("\n".join(["", *lines[1:]]) if len(lines) > 1 else " ", x=0.01, ha="left", fontsize=11,
                    fontweight="bold")  # fmt: skip
    figure.text(0.01, 0.995, lines[0], ha="left", va="top", fontsize=8, fontweight="bold", color=VERMILLION)


def empty(title: str, language: Language, simulated: bool = False) -> Figure:
    """A sheet that says there is nothing to draw."""
    figure = sheet(6, 1.6)
    figure.text(0.5, 0.4, words("nothing", language), ha="center", va="center", color=GREY)
    return dress(figure, title, "", language, simulated)


def plain(axes: Axes) -> None:
    """Axes without frame and ticks, for panels of bars and labels."""
    for side in ("left", "bottom", "top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def axis_numbers(language: Language, unit: str = "") -> FuncFormatter:
    """Ticks' numbers in the reader's language; shares in per cent."""
    factor = 100 if unit_words(unit).kind == "share" else 1
    return FuncFormatter(
        lambda value, _: format_number(round(value * factor, 6), language, tick_decimals(value * factor))
    )


def tick_decimals(value: float) -> int:
    """Digits after the point that a tick's number has by itself."""
    return len(f"{round(value, 3):g}".partition(".")[2])
