"""Ratings as bars that diverge from the middle, by item or by item and group, on one scale."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from matplotlib.transforms import blended_transform_factory

from evaluation.display.canvas import GREY, INK, LIGHT, dress, empty, plain, sheet, style
from evaluation.display.exhibit import HIDDEN
from evaluation.display.survey.words import has_interval, remarks_of, word
from evaluation.display.wording import below_mark, format_number, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text as Drawn

    from evaluation.settings import Language

Neutral = Literal["centre", "apart"]
Order = Literal["given", "agreement"]
WIDTH = 7.6  # inches; text of 6.8 points is still 6 points where the page leaves 6.7 inches
SMALL, LABEL = 7.0, 7.6
TOP = "top_share"
_NOTES = ("not_probability", "census", "census_nonresponse", "no_degrees_of_freedom")


@dataclass(frozen=True)
class _Row:
    """One bar: where it belongs, its shares (None: hidden), its bases and the share of the highest answers."""

    item: str
    group: str
    shares: np.ndarray | None
    counts: pd.Series
    top: pd.Series | None
    mark: str = ""


def diverging_bars(
    estimates: pd.DataFrame,
    language: Language,
    levels: Mapping[str, str],
    items: Mapping[str, str],
    *,
    groups: Mapping[str, str] | None = None,
    neutral: Neutral = "centre",
    order: Order = "agreement",
    turned: Collection[str] = (),
    hidden: pd.Series | None = None,
    threshold: int = 5,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Shares of answers, disagreement to the left and agreement to the right.

    ``estimates`` has the columns item, choice, group, statistic, value (a share), low, high, n, n_weighted, asked,
    dont_know, refused, no_answer, note: rows with statistic ``share`` and a choice of ``levels`` (labels by code from
    the lowest to the highest) are drawn, rows ``top_share`` are written at the right with their interval. Without
    ``groups`` there is one bar an item (``items``: labels by item); with ``groups`` (labels by group) one small panel
    an item with one bar a group, all on one scale. An odd middle level is split between both sides or stands ``apart``.
    ``order`` agreement puts the items with the largest share above the middle on top. Items ``turned`` are marked as
    worded the other way. Where ``hidden`` (index as ``estimates``) marks a row of an item and group, its bar is not
    drawn; where ``asked`` is empty, those without a rating are not. Intervals are drawn for probability samples alone;
    the note says so.
    """
    rows = _rows(estimates, list(levels), items, groups, order, hidden, threshold)
    if not rows:
        return empty(title, language, simulated)
    panels = list(dict.fromkeys(row.item for row in rows)) if groups else [""]
    inside = [[row for row in rows if not groups or row.item == panel] for panel in panels]
    apart = neutral == "apart" and len(levels) % 2 == 1
    low, high = _limits(rows, len(levels), apart)
    with style():
        height = 1.5 + sum(0.44 * len(part) + (0.42 if groups else 0) for part in inside)
        figure = sheet(WIDTH, height)
        widths = [10, *([1.7] if apart else []), 1.7, 4.4]
        heights = [*(len(part) + (0.6 if groups else 0) for part in inside), 0.9]
        axes = figure.subplots(len(panels) + 1, len(widths), squeeze=False, width_ratios=widths, height_ratios=heights)
        fits: list[tuple[Drawn, Rectangle]] = []
        for place, part in enumerate(inside):
            first = place == 0
            fits += _bars(axes[place, 0], part, levels, (low, high), language, apart, bool(groups))
            if apart:
                _side(axes[place, 1], part, "neutral", language, first, levels)
            _side(axes[place, -2], part, "none", language, first, levels)
            _numbers(axes[place, -1], part, language, first)
            _names(axes[place, 0], part, items, groups, turned, language)
            if groups:
                axes[place, 0].set_title("\n".join(textwrap.wrap(items[panels[place]], 62)), fontsize=LABEL)
        _legend(axes[-1], axes[0, 0])
        dress(figure, title, _note(estimates, rows, language, note), language, simulated)
        figure.draw_without_rendering()
        keep_fitting(figure, fits)
        return figure


def keep_fitting(figure: Figure, pairs: Sequence[tuple[Drawn, Rectangle]]) -> None:
    """Take away the texts that are wider than their bars, once the figure is laid out."""
    for text, bar in pairs:
        room, own = bar.get_window_extent(), text.get_window_extent()
        if own.width + 2 > room.width:
            text.remove()


def _legend(below: Sequence[Axes], bars: Axes) -> None:
    """The legend in a row of its own, from whose width the panels above do not follow."""
    for axis in below:
        axis.set_axis_off()
    handles, labels = bars.get_legend_handles_labels()
    figure = below[0].get_figure()
    assert figure is not None
    legend = below[0].legend(
        handles, labels, loc="upper left", ncols=min(3, len(labels)), frameon=False, fontsize=LABEL, handlelength=1.1,
        columnspacing=1.2, borderaxespad=0, bbox_to_anchor=(0.01, 1),
        bbox_transform=blended_transform_factory(figure.transFigure, below[0].transAxes),
    )  # fmt: skip
    legend.set_in_layout(False)


def _rows(
    estimates: pd.DataFrame,
    levels: list[str],
    items: Mapping[str, str],
    groups: Mapping[str, str] | None,
    order: Order,
    hidden: pd.Series | None,
    threshold: int,
) -> list[_Row]:
    is_hidden = pd.Series("", index=estimates.index) if hidden is None else hidden.map(_mark)
    frame = estimates.assign(mark=is_hidden)
    wanted = [""] if groups is None else list(groups)
    frame = frame[frame["item"].isin(list(items)) & frame["group"].fillna("").isin(wanted)]
    shares = frame[(frame["statistic"] == "share") & frame["choice"].isin(levels)]
    tops = frame[frame["statistic"] == TOP]
    found = {}
    for (item, group), part in shares.groupby([shares["item"], shares["group"].fillna("")], sort=False):
        values = part.set_index("choice")["value"].reindex(levels).fillna(0.0).to_numpy(dtype=float)
        marks = [mark for mark in part["mark"] if mark]
        best = tops[(tops["item"] == item) & (tops["group"].fillna("") == group)]
        known = values.sum() > 0 or bool(marks)
        if known:
            found[item, group] = _Row(
                str(item),
                str(group),
                None if marks else values,
                part.iloc[0],
                best.iloc[0] if len(best) else None,
                "" if not marks else below_mark(threshold) if "primary" in marks else HIDDEN,
            )
    ordered = [found[item, group] for item in items for group in wanted if (item, group) in found]
    if order == "given" or groups is not None:
        return ordered
    half = (len(levels) + 1) // 2
    return sorted(ordered, key=lambda row: -1.0 if row.shares is None else row.shares[half:].sum(), reverse=True)


def _mark(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or pd.isna(value) or not value else "hidden"


def _split(shares: np.ndarray, apart: bool) -> tuple[np.ndarray, float]:
    """Shares that are drawn (the middle is taken out where it stands apart) and where the first one starts."""
    count = len(shares)
    half = count // 2
    drawn = shares.copy()
    middle = shares[half] / 2 if count % 2 else 0.0
    if apart and count % 2:
        drawn[half] = middle = 0.0
    return drawn, -(shares[:half].sum() + middle)


def _limits(rows: list[_Row], levels: int, apart: bool) -> tuple[float, float]:
    ends = [(-0.05, 0.05)]
    for row in rows:
        if row.shares is not None:
            drawn, start = _split(row.shares, apart)
            ends.append((start, start + drawn.sum()))
    return min(low for low, _ in ends) - 0.01, max(high for _, high in ends) + 0.01


def _bars(
    axis: Axes,
    rows: list[_Row],
    levels: Mapping[str, str],
    limits: tuple[float, float],
    language: Language,
    apart: bool,
    grouped: bool,
) -> list[tuple[Drawn, Rectangle]]:
    colours = level_colours(len(levels))
    dark = {0, len(levels) - 1} if len(levels) > 2 else set()
    y = np.arange(len(rows))[::-1]
    pairs = []
    split = [_split(np.zeros(len(levels)) if row.shares is None else row.shares, apart) for row in rows]
    starts = np.array([start for _, start in split])
    for position, label in enumerate(levels.values()):
        widths = np.array([drawn[position] for drawn, _ in split])
        bars = axis.barh(y, widths, left=starts, color=colours[position], height=0.68, label=label,
                         edgecolor="white", linewidth=0.6)  # fmt: skip
        for bar, width, start, place in zip(bars, widths, starts, y, strict=True):
            if width > 0:
                text = axis.text(start + width / 2, place, format_number(100 * width, language, 0), ha="center",
                                 va="center", fontsize=SMALL, color="white" if position in dark else INK)  # fmt: skip
                pairs.append((text, bar))
        starts = starts + widths
    for row, place in zip(rows, y, strict=True):
        if row.shares is None:
            axis.text(0.01, place, row.mark, ha="left", va="center", fontsize=LABEL, color=GREY)
    axis.axvline(0, color=GREY, linewidth=0.9, zorder=0)
    axis.set_xlim(*limits)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    plain(axis)
    axis.set_xticks([])
    return pairs


def level_colours(levels: int) -> list[str]:
    """Colours from orange through grey to blue; told apart by lightness as well as by hue."""
    low, high = ["#B35806", "#F1A340", "#FEE0B6"], ["#D1E5F0", "#67A9CF", "#2166AC"]
    side = levels // 2
    middle = ["#E6E6E6"] if levels % 2 else []
    if side > 3:
        steps = np.linspace(0, 1, side)
        ends = (("#B35806", "#FEE0B6"), ("#D1E5F0", "#2166AC"))
        left, right = ([_between(*pair, float(step)) for step in steps] for pair in ends)
        return [*left, *middle, *right]
    return [*low[:side], *middle, *high[3 - side :]]


def _between(first: str, last: str, share: float) -> str:
    ends = [[int(text[k : k + 2], 16) for k in (1, 3, 5)] for text in (first, last)]
    mixed = [round(a + (b - a) * share) for a, b in zip(*ends, strict=True)]
    return "#" + "".join(f"{value:02X}" for value in mixed)


def _side(axis: Axes, rows: list[_Row], kind: str, language: Language, first: bool, levels: Mapping[str, str]) -> None:
    """A narrow panel of grey bars: those without a rating among those asked, or the middle answer."""
    y = np.arange(len(rows))[::-1]
    if kind == "neutral":
        middle = np.array([0.0 if row.shares is None else row.shares[len(levels) // 2] for row in rows])
        axis.barh(y, middle, color="#C9CED6", height=0.68)
        shown = middle
    else:
        asked = np.array([_number(row.counts["asked"]) for row in rows])
        doubt = np.array([_number(row.counts["dont_know"]) for row in rows])
        silent = np.array([_number(row.counts["refused"]) + _number(row.counts["no_answer"]) for row in rows])
        base = np.where(asked > 0, asked, np.nan)
        is_hidden = np.array([row.shares is None for row in rows])
        doubt, silent = (np.where(is_hidden, 0.0, np.nan_to_num(part / base)) for part in (doubt, silent))
        axis.barh(y, doubt, color="#8A94A3", height=0.4)
        axis.barh(y, silent, left=doubt, color=LIGHT, height=0.4)
        shown = doubt + silent
        for row, place in zip(rows, y, strict=True):
            if _gaps_hidden(row):
                axis.text(0.03, place, HIDDEN, va="center", fontsize=SMALL)
    for share, place in zip(shown, y, strict=True):
        if share > 0:
            axis.text(share + 0.03, place, format_number(100 * share, language, 0), va="center", fontsize=SMALL)
    axis.set_xlim(0, 1.25)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    plain(axis)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.axvline(0, color=GREY, linewidth=0.7)
    if first:
        label = word("neutral" if kind == "neutral" else "no_rating", language)
        axis.set_title("\n".join(textwrap.wrap(label, 9)), fontsize=SMALL, fontweight="normal", loc="left")


def _numbers(axis: Axes, rows: list[_Row], language: Language, first: bool) -> None:
    """n, weighted n and, where given, the share of the highest answers, in columns."""
    plain(axis)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.set_xlim(0, 1)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    tops = any(row.top is not None for row in rows)
    places = (0.12, 0.58, 1.0) if tops else (0.4, 0.95)
    for row, y in zip(rows, np.arange(len(rows))[::-1], strict=True):
        texts = [row.mark or format_number(row.counts["n"], language, 0)]
        texts.append(HIDDEN if row.mark else format_number(row.counts["n_weighted"], language, 0))
        if tops:
            texts.append("" if row.mark or row.top is None else _top(row.top, language))
        for text, x in zip(texts, places, strict=True):
            axis.text(x, y, text, ha="right", va="center", fontsize=SMALL)
    if first:
        heads = ["n", word("weighted", language), *([word("top", language)] if tops else [])]
        for text, x in zip(heads, places, strict=True):
            head = "\n".join(textwrap.wrap(text, 8, break_long_words=False))
            axis.text(x, 1.0, head, transform=axis.transAxes, ha="right", va="bottom", fontsize=SMALL)


def _top(row: pd.Series, language: Language) -> str:
    text = format_number(row["value"], language, 0, "share")
    if not has_interval(row.to_frame().T).iloc[0]:
        return text
    ends = (format_number(100 * float(row[name]), language, 0) for name in ("low", "high"))
    return f"{text}\n({'–'.join(ends)})"


def _names(
    axis: Axes,
    rows: list[_Row],
    items: Mapping[str, str],
    groups: Mapping[str, str] | None,
    turned: Collection[str],
    language: Language,
) -> None:
    labels = [items[row.item] if groups is None else groups[row.group] for row in rows]
    if groups is None:
        mark = word("turned", language)
        labels = [f"{text} ({mark})" if row.item in turned else text for text, row in zip(labels, rows, strict=True)]
    wrapped = ["\n".join(textwrap.wrap(text, 34)) for text in labels]
    axis.set_yticks(np.arange(len(rows))[::-1], wrapped, fontsize=LABEL)


def _note(estimates: pd.DataFrame, rows: list[_Row], language: Language, note: str) -> str:
    parts = [word("percent_rated", language) + ".", word("no_rating_note", language)]
    tops = [row.top for row in rows if row.top is not None]
    if tops and has_interval(pd.DataFrame(tops)).any():
        parts.append(word("interval", language))
    parts.append(remarks_of(estimates["note"], language, _NOTES))
    marks = {row.mark for row in rows if row.mark} | {HIDDEN for row in rows if _gaps_hidden(row)}
    if marks:
        value = next((mark for mark in marks if mark != HIDDEN), HIDDEN)
        key = "hidden" if value != HIDDEN else "hidden_also"
        threshold = "".join(character for character in value if character.isdigit()) or "5"
        parts.append(words(key, language).format(mark=value, threshold=threshold))
        if key == "hidden" and HIDDEN in marks:
            parts.append(words("hidden_also", language).format(mark=HIDDEN, threshold=threshold))
    return " ".join(part for part in [*parts, note] if part)


def _gaps_hidden(row: _Row) -> bool:
    """Whether the estimates keep back how many were asked: those without a rating are then too few to show."""
    return not row.mark and bool(pd.isna(row.counts["asked"]))


def _number(value: object) -> float:
    return 0.0 if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type]  # a cell of numbers
