"""Trend of an indicator over years: segments between breaks, never joined across a break that nothing bridges."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from evaluation.display.canvas import (
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    axis_numbers,
    dress,
    empty,
    sheet,
    style,
)
from evaluation.display.units import COUNTED, unit_label, unit_words
from evaluation.display.wording import code_label, format_number, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

_COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
MOST_SERIES = len(_COLOURS)
# names at the end of lines keep this far apart, as a share of the axis' height
_NAME_GAP = 0.065


def trend(
    series: pd.DataFrame,
    breaks: pd.DataFrame,
    language: Language,
    *,
    by: str | None = None,
    names: Mapping[str, str] | None = None,
    title: str = "",
    value_label: str = "",
    note: str = "",
    simulated: bool = False,
    currency: str = "RUB",
) -> Figure:
    """One indicator over the years, one line a value of the column ``by`` (such as ``stream``), named at its end.

    ``series`` as ``indicators.comparing.bridged_series`` makes it: year, value, unit, segment, breaks_before and, where
    there are some, low, high (drawn as a band) and n (under the years of a single line). ``breaks``: break_id,
    first_year, note_ru, note_en; those that cut a drawn line stand as numbered dashed lines, with their words under the
    figure by number. Years without a value leave a gap. At most MOST_SERIES lines; raises ValueError beyond, and where
    the rows are of several indicators.
    """
    if series.empty or series["value"].isna().all():
        return empty(title, language, simulated)
    if "indicator" in series.columns and len(series["indicator"].unique()) > 1:
        raise ValueError(f"one indicator is drawn, not {', '.join(sorted(series['indicator'].unique()))}")
    codes = [""] if by is None else list(dict.fromkeys(series[by]))
    if len(codes) > MOST_SERIES:
        raise ValueError(f"{len(codes)} lines in one chart; at most {MOST_SERIES} can be told apart")
    unit = str(series["unit"].iloc[0]).replace("currency", currency) if "unit" in series.columns else ""
    parts = {code: series if by is None else series[series[by] == code] for code in codes}
    with style():
        figure = sheet(7.2, 4.0)
        axes = figure.subplots()
        ends = []
        for code, colour in zip(codes, _COLOURS, strict=False):
            part = parts[code].sort_values("year", kind="stable")
            last = _line(axes, part, colour)
            label = (names or {}).get(code) or (code_label(by, code, language) if by else "")
            kind = unit if unit_words(unit).kind in ("share", "money") else None
            ends.append((*last, f"{label} {format_number(last[1], language, None, kind)}".strip(), colour))
        _axes(axes, series, language, unit, single=by is None, label=value_label)
        _names(axes, ends)
        key = _breaks(axes, series, breaks, language)
        told = [words("segments", language)] if key else []
        if {"low", "high"} <= set(series.columns) and series["low"].notna().any():
            told.insert(0, words("band", language))
        return dress(figure, title, " ".join([*told, *key, note]).strip(), language, simulated)


def _line(axes: Axes, part: pd.DataFrame, colour: str) -> tuple[float, float]:
    """Draw one line segment by segment; its last known year and value."""
    for _, segment in part.groupby("segment", sort=True):
        years = segment["year"].to_numpy(dtype=float)
        value = segment["value"].to_numpy(dtype=float)
        if {"low", "high"} <= set(part.columns):
            low, high = (segment[name].to_numpy(dtype=float) for name in ("low", "high"))
            axes.fill_between(years, low, high, color=colour, alpha=0.14, linewidth=0)
            if len(years) == 1:
                axes.vlines(years, low, high, color=colour, alpha=0.3, linewidth=5)
        # every year between its neighbours is on the axis, so that a year without a row leaves a gap
        whole = np.arange(years.min(), years.max() + 1)
        filled = np.full(len(whole), np.nan)
        filled[(years - years.min()).astype(int)] = value
        axes.plot(whole, filled, "-o", color=colour, linewidth=1.7, markersize=4.2, zorder=3)
    known = part.dropna(subset=["value"])
    if known.empty:
        return float("nan"), float("nan")
    return float(known["year"].iloc[-1]), float(known["value"].iloc[-1])


def _axes(axes: Axes, series: pd.DataFrame, language: Language, unit: str, *, single: bool, label: str) -> None:
    years = list(range(int(series["year"].min()), int(series["year"].max()) + 1))
    counts = {}
    if single and "n" in series.columns:
        counts = {int(row.year): row.n for row in series.dropna(subset=["n"]).itertuples()}
    ticks = [
        f"{year}\nn\u00a0=\u00a0{format_number(counts[year], language, 0)}" if year in counts else str(year)
        for year in years
    ]
    axes.set_xticks(years, ticks)
    room = 0.28 * max(len(years) - 1, 1)
    axes.set_xlim(years[0] - 0.4, years[-1] + (0.4 if single else room) + 0.5)
    columns = [name for name in ("value", "high") if name in series.columns]
    top = float(np.nanmax(series[columns].to_numpy(dtype=float)))
    floor = min(0.0, float(np.nanmin(series["value"].to_numpy(dtype=float))))
    height = (top - floor) * 1.2 if top > floor else 1.0
    axes.set_ylim(floor, floor + (min(height, 1.06) if unit_words(unit).kind == "share" and top <= 1 else height))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(axis_numbers(language, unit))
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    axes.set_axisbelow(True)
    extra = "" if unit in COUNTED else unit_label(unit, language)
    text = f"{label}, {extra}" if label and extra else label or extra
    axes.set_ylabel("\n".join(textwrap.wrap(text, 38)))


def _names(axes: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Names right of the lines' ends, moved apart where they would touch."""
    low, high = axes.get_ylim()
    gap = _NAME_GAP * (high - low)
    placed: list[float] = []
    for year, value, text, colour in sorted(ends, key=lambda end: (end[1], end[2])):
        if not np.isfinite(value):
            continue
        at = max(value, placed[-1] + gap) if placed else value
        placed.append(at)
        axes.annotate(
            text, (year, value), xytext=(year + 0.15, at), textcoords="data", fontsize=8, va="center",
            fontweight="bold", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.4, "shrinkB": 3},
        )  # fmt: skip


def _breaks(axes: Axes, series: pd.DataFrame, breaks: pd.DataFrame, language: Language) -> list[str]:
    """Numbered lines of the breaks that cut the series; their words by number."""
    cut = {name for text in series["breaks_before"] for name in str(text).split("; ") if name}
    rows = breaks[breaks["break_id"].isin(sorted(cut))].sort_values(["first_year", "break_id"], kind="stable")
    key = []
    for number, row in enumerate(rows.itertuples(), start=1):
        year = int(row.first_year)
        same = int((rows["first_year"].iloc[: number - 1] == year).sum())
        if not same:
            axes.axvline(year - 0.5, color=GREY, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            str(number), (year - 0.5, 1.0), xycoords=axes.get_xaxis_transform(), xytext=(13 * same, 2),
            textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color=GREY, annotation_clip=False,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": GREY, "linewidth": 0.8},
        )  # fmt: skip
        key.append(f"({number}) {year}: {getattr(row, f'note_{language}')}")
    return key
