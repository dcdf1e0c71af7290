"""The theory of change as a figure: columns of boxes, and arrows from what is done to what is to follow."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.display.canvas import BLUE, GREY, INK, LIGHT, dress, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

WIDTH = 9.2
LETTERS = 24
LINE, PADDING, GAP = 0.165, 0.14, 0.12  # inches: a line of text, a box's inner edges together, between boxes
HEAD = 0.42
BOX_SHARE = 0.78


def theory_of_change_plot(
    columns: Sequence[tuple[str, Sequence[str]]], language: Language, *, title: str = ""
) -> Figure:
    """Heads and boxes of each column, from left to right.

    Boxes of two neighbouring columns of equal length are joined one to one, others all at once by one arrow. Raises
    ValueError without columns.
    """
    if not columns:
        raise ValueError("a theory of change needs at least one column")
    from matplotlib.figure import Figure

    wrapped = [[textwrap.wrap(text, LETTERS) or [""] for text in boxes] for _, boxes in columns]
    heights = [[len(lines) * LINE + PADDING for lines in boxes] for boxes in wrapped]
    # boxes that belong together row by row share their height
    for first in range(len(heights) - 1):
        if len(heights[first]) == len(heights[first + 1]) > 1:
            shared = [max(pair) for pair in zip(heights[first], heights[first + 1], strict=True)]
            heights[first] = heights[first + 1] = shared
    tall = max(sum(each) + GAP * (len(each) - 1) for each in heights)
    with style():
        figure = Figure(figsize=(WIDTH, tall + HEAD + 0.1))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(tall + HEAD + 0.1, 0)
        axes.axis("off")
        step = WIDTH / len(columns)
        middles: list[list[float]] = []
        for number, (head, _) in enumerate(columns):
            left = number * step + step * (1 - BOX_SHARE) / 2
            axes.text(left, 0.2, head, fontsize=9.5, fontweight="bold", color=INK, va="center")
            middles.append(_column(axes, left, step * BOX_SHARE, wrapped[number], heights[number], tall))
        for number in range(len(columns) - 1):
            start = number * step + step * (1 + BOX_SHARE) / 2
            _arrows(axes, start, start + step * (1 - BOX_SHARE), middles[number], middles[number + 1])
    return dress(figure, title, "", language, simulated=False) if title else figure


def _column(
    axes: Axes, left: float, width: float, texts: list[list[str]], heights: list[float], tall: float
) -> list[float]:
    """Draw one column's boxes, centred in height; return the heights of their middles."""
    from matplotlib.patches import FancyBboxPatch

    top = HEAD + (tall - sum(heights) - GAP * (len(heights) - 1)) / 2
    middles = []
    for lines, height in zip(texts, heights, strict=True):
        axes.add_patch(
            FancyBboxPatch(
                (left, top), width, height, boxstyle="round,pad=0,rounding_size=0.06", facecolor="#eef4f9",
                edgecolor=BLUE, linewidth=0.9,
            )
        )  # fmt: skip
        middle = top + height / 2
        axes.text(left + 0.08, middle, "\n".join(lines), fontsize=8, color=INK, va="center", linespacing=1.2)
        middles.append(middle)
        top += height + GAP
    return middles


def _arrows(axes: Axes, start: float, end: float, before: list[float], after: list[float]) -> None:
    arrow = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.0, "shrinkA": 2, "shrinkB": 2}
    if len(before) == len(after):
        for first, second in zip(before, after, strict=True):
            axes.annotate("", xy=(end, second), xytext=(start, first), arrowprops=arrow)
        return
    # a bracket gathers the one side and an arrow leads to the other
    joint = (start + end) / 2
    middle = (min(before) + max(before)) / 2
    for height in before:
        axes.plot([start + 0.02, joint], [height, height], color=LIGHT, linewidth=1.2)
    for height in after:
        axes.annotate("", xy=(end, height), xytext=(joint, height), arrowprops=arrow)
    ends = [*before, *after, middle]
    axes.plot([joint, joint], [min(ends), max(ends)], color=LIGHT, linewidth=1.2)
