"""Charts over the programme years: indicators with breaks of the series, and the streams of support."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from evaluation.display.canvas import (
    BLUE,
    LIGHT,
    ORANGE,
    SKY,
    VERMILLION,
    dress,
    empty,
    plain,
    sheet,
    style,
    tick_decimals,
)
from evaluation.display.units import unit_label, unit_words
from evaluation.display.wording import code_label, format_number, label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language


def indicators_by_year(
    frame: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    break_years: Mapping[int, str] | Sequence[int] = (),
    *,
    own_breaks: Mapping[str, Sequence[int]] | None = None,
    title: str = "",
    note: str = "",
    simulated: bool = False,
    currency: str = "RUB",
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """One small chart an indicator over the years; a line never crosses a break of territory or definition.

    ``frame`` has indicator, year, value, unit and optionally low, high (contract ``indicators``, all units).
    ``break_years`` are the first years after a break, with their names where a mapping is given; ``own_breaks``
    gives instead, by indicator, those that touch it.
    """
    names = list(dict.fromkeys(frame["indicator"]))
    if not names:
        return empty(title, language, simulated)
    breaks = dict(break_years) if isinstance(break_years, Mapping) else dict.fromkeys(break_years, "")
    across = min(3, len(names))
    down = -(-len(names) // across)
    with style():
        figure = sheet(max(5.0, 2.75 * across + 0.2), 2.05 * down + 0.8)
        axes = figure.subplots(down, across, squeeze=False)
        for axis in axes.flat[len(names) :]:
            axis.set_visible(False)
        for axis, indicator in zip(axes.flat, names, strict=False):
            part = frame[frame["indicator"] == indicator].sort_values("year").reset_index(drop=True)
            unit = str(part["unit"].iloc[0]).replace("currency", currency) if "unit" in part else ""
            touched = sorted(breaks) if own_breaks is None else sorted(own_breaks.get(indicator, ()))
            _one_indicator(axis, part, touched, language, unit)
            label = (labels or {}).get(indicator) or label_of(codebook, ("indicators", "panel"), indicator, language)
            extra = unit_label(unit, language) if unit_words(unit).kind in ("share", "percent", "money") else ""
            axis.set_title("\n".join(textwrap.wrap(f"{label}, {extra}" if extra else label, 34)), fontsize=8.5)
        named = "; ".join(f"{year}: {name}" for year, name in sorted(breaks.items()) if name)
        if breaks or any((own_breaks or {}).values()):
            head = "Пунктир — разрыв ряда" if language == "ru" else "Dashed line: a break of the series"
            note = f"{head}{f' ({named})' if named else ''}. {note}".strip()
        return dress(figure, title, note, language, simulated)


def _one_indicator(axis: Axes, part: pd.DataFrame, breaks: list[int], language: Language, unit: str) -> None:
    years = part["year"].astype("int64").to_numpy()
    value = part["value"].astype("float64").to_numpy()
    period = np.searchsorted(breaks, years, side="right")
    for each in np.unique(period):
        inside = period == each
        if {"low", "high"} <= set(part.columns):
            low, high = (part[name].astype("float64").to_numpy()[inside] for name in ("low", "high"))
            axis.fill_between(years[inside], low, high, color=SKY, alpha=0.3, linewidth=0)
            if inside.sum() == 1:
                axis.vlines(years[inside], low, high, color=SKY, alpha=0.45, linewidth=5)
        axis.plot(years[inside], value[inside], "-o", color=BLUE, linewidth=1.6, markersize=4)
    for year in breaks:
        if years.min() < year <= years.max():
            axis.axvline(year - 0.5, color=VERMILLION, linewidth=1, linestyle=(0, (4, 3)))
    known = np.flatnonzero(np.isfinite(value))
    if len(known):
        last = known[-1]
        upper = part["high"].astype("float64").to_numpy() if "high" in part else value
        top = np.nanmax([value[last], upper[last]])
        highest = float(np.nanmax(np.concatenate([value, upper])))
        axis.annotate(
            format_number(value[last], language, None, unit if unit_words(unit).kind in ("share", "money") else None),
            (years[last], top), xytext=(4, 5), textcoords="offset points", ha="right", fontsize=8, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
        )  # fmt: skip
        floor = min(0.0, float(np.nanmin(value)))
        axis.set_ylim(floor, floor + (highest - floor) * 1.24 if highest > floor else floor + 1)
    axis.set_xticks(years, [str(year) for year in years], fontsize=7)
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda each, _: _short(each, language, unit)))
    axis.grid(axis="y", color=LIGHT, linewidth=0.6)
    axis.set_axisbelow(True)


def _short(value: float, language: Language, unit: str) -> str:
    """A tick's number without its unit, in millions where large."""
    if unit_words(unit).kind == "share":
        value *= 100
    scale, word = (1e6, " млн" if language == "ru" else "m") if abs(value) >= 1e6 else (1.0, "")
    return format_number(round(value / scale, 6), language, tick_decimals(value / scale)) + word


def support_by_year(
    summary: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Streams of support by year: events, attendances and the share of territories reached, each bar with its number.

    ``summary`` satisfies the contract ``support_summary``; an empty value is drawn as no bar.
    """
    if summary.empty:
        return empty(title, language, simulated)
    ru = language == "ru"
    measures: list[tuple[str, str, str]] = [
        ("events", "Мероприятий" if ru else "Events", ORANGE),
        ("participants", "Участий людей" if ru else "Attendances", BLUE),
        ("reached", "Охвачено территорий, %" if ru else "Territories reached, %", SKY),
    ]
    share = summary["units_reached"].astype("float64") / summary["units_in_force"].astype("float64")
    rows = summary.assign(reached=share)
    streams = list(dict.fromkeys(rows["stream"]))
    years = sorted(rows["year"].astype("int64").unique())
    known = codebook.choice_labels("stream", language) if codebook is not None else {}
    with style():
        figure = sheet(8.4, 1.15 * len(streams) + 0.9)
        axes = figure.subplots(len(streams), len(measures), squeeze=False, sharex=True)
        for down, stream in enumerate(streams):
            part = rows[rows["stream"] == stream].set_index("year")
            for across, (measure, head, colour) in enumerate(measures):
                axis = axes[down, across]
                values = part[measure].reindex(years).astype("float64").to_numpy()
                axis.bar(years, np.nan_to_num(values), color=colour, width=0.72)
                for year, value in zip(years, values, strict=True):
                    shown = value * 100 if measure == "reached" else value
                    text = format_number(shown, language, 0) if np.isfinite(value) else "–"
                    axis.annotate(text, (year, np.nan_to_num(value)), xytext=(0, 1.5), textcoords="offset points",
                                  ha="center", va="bottom", fontsize=7)  # fmt: skip
                plain(axis)
                axis.set_yticks([])
                largest = 1.0 if measure == "reached" else float(np.nanmax(np.append(values, 0))) or 1.0
                axis.set_ylim(0, largest * 1.28)
                axis.set_xticks(years, [str(year) for year in years], fontsize=7)
                if down == 0:
                    axis.set_title(head)
            label = known.get(stream) or code_label("stream", stream, language)
            shown = "\n".join(textwrap.wrap(label, 16))
            axes[down, 0].set_ylabel(shown, rotation=0, ha="right", va="center", fontsize=9)
        head = (
            "У каждого ряда столбиков своя шкала; у долей — общая, до 100 %."
            if ru
            else "Each row of bars has a scale of its own; shares have one in common, up to 100%."
        )
        return dress(figure, title, f"{head} {note}".strip(), language, simulated)
