"""Ratings of a survey as diverging bars."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import GREY, INK, dress, empty, plain, sheet, style
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.settings import Language


def diverging_likert(
    counts: pd.DataFrame,
    language: Language,
    levels: Mapping[str, str],
    items: Mapping[str, str],
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Ratings as bars that diverge from the middle: disagreement to the left, agreement to the right.

    ``counts`` has item, code, n; ``levels`` gives labels by code from the lowest to the highest, ``items`` labels by
    item in the order shown. An odd middle level is split between both sides. Percentages are of those who rated.
    """
    table = counts.pivot_table(index="item", columns="code", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(index=[item for item in items if item in table.index], columns=list(levels), fill_value=0)
    totals = table.sum(axis=1)
    table = table[totals > 0]
    if table.empty:
        return empty(title, language, simulated)
    shares = table.div(totals[totals > 0], axis=0).to_numpy(dtype=float)
    colours = _diverging(len(levels))
    half = len(levels) / 2
    left = -(shares[:, : int(half)].sum(axis=1) + (shares[:, int(half)] / 2 if len(levels) % 2 else 0))
    with style():
        figure = sheet(8.2, 0.55 * len(table) + 1.35)
        axis = figure.subplots()
        start = left.copy()
        y = np.arange(len(table))[::-1]
        for position, label in enumerate(levels.values()):
            width = shares[:, position]
            axis.barh(y, width, left=start, color=colours[position], height=0.66, label=label, edgecolor="white",
                      linewidth=0.6)  # fmt: skip
            dark = position in (0, len(levels) - 1) and len(levels) > 2
            for place, size, begin in zip(y, width, start, strict=True):
                if size >= 0.055:
                    axis.text(begin + size / 2, place, format_number(100 * size, language, 0), ha="center",
                              va="center", fontsize=8, color="white" if dark else INK)  # fmt: skip
            start = start + width
        axis.axvline(0, color=GREY, linewidth=0.9, zorder=0)
        names = [f"{items[item]} (n\u00a0=\u00a0{format_number(totals[item], language, 0)})" for item in table.index]
        axis.set_yticks(y, ["\n".join(textwrap.wrap(name, 38)) for name in names])
        plain(axis)
        axis.set_xticks([])
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(5, len(levels)), frameon=False, fontsize=8,
                    handlelength=1.1, columnspacing=1.2, borderaxespad=0.2)  # fmt: skip
        head = "Проценты от тех, кто поставил оценку." if language == "ru" else "Per cent of those who rated."
        return dress(figure, title, f"{head} {note}".strip(), language, simulated)


def _diverging(levels: int) -> list[str]:
    """Colours from orange through grey to blue; told apart by lightness as well as by hue."""
    low, high = ["#B35806", "#F1A340", "#FEE0B6"], ["#D1E5F0", "#67A9CF", "#2166AC"]
    side = levels // 2
    middle = ["#E6E6E6"] if levels % 2 else []
    return [*low[: max(side, 1)][:side], *middle, *high[3 - side :]] if side <= 3 else [GREY] * levels
