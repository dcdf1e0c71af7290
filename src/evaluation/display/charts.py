"""Charts of estimates, years, support and ratings as matplotlib figures, in the reader's language.

Every function takes frames and returns a Figure; nothing global is touched, nothing is saved. Colours can be told
apart by colour-blind readers, series are named where they lie, and simulated data carry their mark.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from evaluation.display.canvas import (
    BLUE,
    GREY,
    INK,
    SKY,
    VERMILLION,
    axis_numbers,
    dress,
    empty,
    sheet,
    style,
)
from evaluation.display.network import exchange_network
from evaluation.display.ratings import diverging_likert
from evaluation.display.units import unit_label, unit_words
from evaluation.display.wording import format_interval, format_number, label_of, words
from evaluation.display.yearly import indicators_by_year, support_by_year

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language


__all__ = [
    "coefficient_plot",
    "diverging_likert",
    "event_study_plot",
    "exchange_network",
    "indicators_by_year",
    "support_by_year",
]

VARIABLE_TABLES = ("panel", "project_table", "trial_households", "indicators")


def coefficient_plot(
    estimates: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    *,
    title: str = "",
    note: str = "",
    unit: str = "log_points",
    simulated: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Estimates with 95 % intervals: one panel an exposure, one line a model; main models in the strong colour.

    ``estimates`` has the columns of the contract ``estimates``; rows without an estimate are left blank with their
    label. Estimate, interval and numbers of observations and clusters stand at the right of each line. ``labels``
    gives names by code of models, outcomes and exposures where the codebook has none.
    """
    frame = estimates.reset_index(drop=True)
    if frame["estimate"].notna().sum() == 0:
        return empty(title, language, simulated)
    own = labels or {}
    panels = list(dict.fromkeys(frame["exposure"]))
    several = frame.groupby(["model", "exposure"])["outcome"].transform("size") > 1
    rows = [len(frame[frame["exposure"] == exposure]) for exposure in panels]
    with style():
        figure = sheet(8.2, 0.9 + sum(0.46 * count + 0.55 for count in rows))
        heights = [count + 0.6 for count in rows]
        axes = figure.subplots(len(panels), 1, squeeze=False, sharex=len(panels) > 1, height_ratios=heights)
        for axis, exposure in zip(axes[:, 0], panels, strict=True):
            part = frame.assign(several=several)[frame["exposure"] == exposure].reset_index(drop=True)
            axis.axvline(0, color=GREY, linewidth=0.9, zorder=1)
            ticks = []
            for place, row in enumerate(part.itertuples()):
                y = len(part) - 1 - place
                colour = BLUE if row.is_main is True or row.is_main == 1 else GREY
                if not pd.isna(row.estimate):
                    if not pd.isna(row.low) and not pd.isna(row.high):
                        axis.plot([row.low, row.high], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
                    axis.plot(row.estimate, y, "o", color=colour, markersize=6, zorder=3)
                shown = own.get(row.model) or label_of(codebook, ("models",), row.model, language)
                if row.several:
                    shown += ": " + (own.get(row.outcome) or label_of(codebook, VARIABLE_TABLES, row.outcome, language))
                ticks.append("\n".join(textwrap.wrap(shown, 40)))
                axis.annotate(
                    _estimate_text(row, language, unit), (1, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
                    textcoords="offset points", va="center", fontsize=8, color=INK, annotation_clip=False,
                )  # fmt: skip
            axis.set_yticks(range(len(part) - 1, -1, -1), ticks)
            axis.set_ylim(-0.6, len(part) - 0.4)
            axis.tick_params(axis="y", length=0)
            axis.spines["left"].set_visible(False)
            axis.set_title(own.get(exposure) or label_of(codebook, VARIABLE_TABLES, exposure, language))
            axis.xaxis.set_major_formatter(axis_numbers(language, unit))
            axis.xaxis.set_major_locator(MaxNLocator(6))
        parts = (words("estimate", language), words("interval", language), unit_label(unit, language))
        axes[-1, 0].set_xlabel(", ".join(part for part in parts if part))
        return dress(figure, title, note, language, simulated)


def _estimate_text(row: object, language: Language, unit: str) -> str:
    estimate, low, high = row.estimate, row.low, row.high  # type: ignore[attr-defined]
    scaled = unit_words(unit).kind == "share"
    decimals = 1 if scaled else 2
    shown = format_number(estimate, language, decimals, unit if scaled else None)
    interval = format_interval(low, high, language, decimals, unit if scaled else None)
    counts = f"n = {format_number(row.n, language, 0)}"  # type: ignore[attr-defined]
    clusters = row.clusters  # type: ignore[attr-defined]
    if not pd.isna(clusters):
        counts += f", {format_number(clusters, language, unit='clusters')}"
    return f"{shown}  ({interval})\n{counts}"


def event_study_plot(
    frame: pd.DataFrame,
    language: Language,
    *,
    title: str = "",
    note: str = "",
    unit: str = "log_points",
    simulated: bool = False,
) -> Figure:
    """Estimates by years since the first training, with pointwise intervals (bars) and simultaneous bands (area).

    ``frame`` has k (years since), estimate, low, high, optionally low_simultaneous, high_simultaneous and n; a year
    without estimate is the reference and is drawn at zero.
    """
    rows = frame.sort_values("k").reset_index(drop=True)
    if rows.empty:
        return empty(title, language, simulated)
    with style():
        figure = sheet(7.4, 4.2)
        axis = figure.subplots()
        axis.axhline(0, color=GREY, linewidth=0.9)
        axis.axvline(-0.5, color=VERMILLION, linewidth=1, linestyle=(0, (4, 3)))
        k = rows["k"].to_numpy(dtype=float)
        estimate = rows["estimate"].astype("float64").fillna(0).to_numpy()
        if "low_simultaneous" in rows:
            sides = ("low_simultaneous", "high_simultaneous")
            lower, upper = (rows[name].astype("float64").to_numpy() for name in sides)
            banded = np.isfinite(lower) & np.isfinite(upper) & (lower != upper)
            runs = np.cumsum(~banded)  # the band must not run through the year compared with, where nothing is known
            for run in np.unique(runs[banded]):
                side = banded & (runs == run)
                axis.fill_between(k[side], lower[side], upper[side], color=SKY, alpha=0.28, linewidth=0)
        axis.plot(k, estimate, color=BLUE, linewidth=1.2, zorder=3)
        low, high = rows["low"].astype("float64").to_numpy(), rows["high"].astype("float64").to_numpy()
        known = np.isfinite(low) & np.isfinite(high) & (low != high)
        axis.vlines(k[known], low[known], high[known], color=BLUE, linewidth=2, zorder=3)
        axis.plot(k[known], estimate[known], "o", color=BLUE, markersize=6, zorder=4)
        axis.plot(k[~known], estimate[~known], "o", color="white", markeredgecolor=BLUE, markersize=6, zorder=4)
        counts = rows["n"] if "n" in rows else pd.Series([None] * len(rows))
        axis.set_xticks(k, [_lag_label(each, count, language) for each, count in zip(k, counts, strict=True)])
        axis.yaxis.set_major_formatter(axis_numbers(language, unit))
        ru = language == "ru"
        axis.set_xlabel("лет от первого обучения (0 — первый год, к которому оно состоялось)" if ru
                        else "years since first training (0: the first year it could count)")  # fmt: skip
        axis.set_ylabel((words("estimate", language) + ", " + unit_label(unit, language)).strip(", "))
        axis.text(-0.56, 0.98, "до" if ru else "before", transform=axis.get_xaxis_transform(), ha="right", va="top",
                  color=VERMILLION, fontsize=8.5)  # fmt: skip
        axis.text(-0.44, 0.98, "после" if ru else "after", transform=axis.get_xaxis_transform(), ha="left", va="top",
                  color=VERMILLION, fontsize=8.5)  # fmt: skip
        legend = ("Черта — 95 % интервал для года; полоса — 95 % для всех лет сразу; пустой кружок — год сравнения."
                  if ru else "Line: 95% interval for one year; area: 95% for all years at once; open circle: the year "
                  "compared with.")  # fmt: skip
        return dress(figure, title, f"{legend} {note}".strip(), language, simulated)


def _lag_label(k: float, count: object, language: Language) -> str:
    text = format_number(k, language, 0, signed=k > 0)
    return text if count is None or pd.isna(count) else f"{text}\nn = {format_number(count, language, 0)}"
