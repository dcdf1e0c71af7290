"""Unevenness between territories drawn and told: Lorenz curves, parts between groups of territories, a table."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator

from evaluation.display.canvas import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    SKY,
    axis_numbers,
    dress,
    empty,
    plain,
    sheet,
    style,
)
from evaluation.display.placenames import transliterate
from evaluation.display.tables import exhibit
from evaluation.display.wording import format_interval, format_number, label_of, words
from evaluation.settings import LANGUAGES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.display.exhibit import Exhibit
    from evaluation.settings import Language

WRAP = 34
# the measures of a report; all others are in the table ``unevenness``
IN_SHORT = (
    "gini", "gini_left_out", "gini_by_chance", "theil_t", "theil_t_between", "dispersion", "moran_i",
    "moran_i_of_rates",
)  # fmt: skip


def lorenz_curves(
    points: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    unevenness: pd.DataFrame | None = None,
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """One small Lorenz curve an indicator, with the diagonal of equal shares and the Gini coefficient.

    ``points`` has indicator, weight_share and total_share (from 0 to 1, rising). ``unevenness`` (contract
    ``unevenness``) gives the Gini coefficients with their intervals; without it none is written.
    """
    names = list(dict.fromkeys(points["indicator"]))
    if not names:
        return empty(title, language, simulated)
    across = 2 if len(names) in (2, 4) else min(3, len(names))
    down = -(-len(names) // across)
    with style():
        figure = sheet(max(4.2, 2.9 * across + 0.3), 3.0 * down + 0.8)
        axes = figure.subplots(down, across, squeeze=False)
        for axis in axes.flat[len(names) :]:
            axis.set_visible(False)
        for axis, name in zip(axes.flat, names, strict=False):
            part = points[points["indicator"] == name]
            _curve(
                axis, part["weight_share"].to_numpy(dtype=float), part["total_share"].to_numpy(dtype=float), language
            )
            axis.set_title(_wrapped(label_of(codebook, ("indicators",), name, language)), fontsize=8.5)
            told = _gini(unevenness, name, language)
            axis.text(0.04, 0.95, told, transform=axis.transAxes, va="top", fontsize=8, color=INK)
        for axis in axes[:, 0]:
            axis.set_ylabel(words("lorenz_total", language), fontsize=8)
        for column in range(across):
            lowest = axes[(len(names) - 1 - column) // across, column]
            lowest.set_xlabel(words("lorenz_weight", language), fontsize=8)
        return dress(figure, title, f"{words('lorenz_note', language)} {note}".strip(), language, simulated)


def _curve(axis: Axes, weight: np.ndarray, total: np.ndarray, language: Language) -> None:
    axis.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axis.fill_between(weight, total, weight, color=SKY, alpha=0.25, linewidth=0)
    axis.plot(weight, total, color=BLUE, linewidth=1.8)
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1)
    axis.set_aspect("equal")
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        side.set_major_formatter(axis_numbers(language, "share"))
    axis.tick_params(labelsize=7)
    axis.grid(color=LIGHT, linewidth=0.6)
    axis.set_axisbelow(True)


def _gini(unevenness: pd.DataFrame | None, indicator: str, language: Language) -> str:
    if unevenness is None:
        return ""
    rows = unevenness[
        (unevenness["indicator"] == indicator) & (unevenness["measure"] == "gini") & (unevenness["group"] == "all")
    ]
    if rows.empty or pd.isna(rows["value"].iloc[0]):
        return ""
    row = rows.iloc[0]
    shown = f"{words('gini', language)} = {format_number(row['value'], language, 2)}"
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return shown
    return f"{shown}\n({format_interval(row['low'], row['high'], language, 2)})"


def decomposition_bars(
    unevenness: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    measure: str = "theil_t",
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """How much of an index of Theil lies between groups of territories: one panel an indicator, one bar a grouping.

    ``unevenness``: contract ``unevenness``. Bars are shares of the whole, with the part between groups in the strong
    colour and its share written; the index itself stands in the panel's title. Indicators whose index is not defined
    are passed over.
    """
    own = unevenness[unevenness["measure"].isin([f"{measure}_between", f"{measure}_within"])].dropna(subset=["value"])
    wide = own.pivot_table(index=["indicator", "group"], columns="measure", values="value", sort=False)
    if wide.empty:
        return empty(title, language, simulated)
    between, within = wide[f"{measure}_between"], wide[f"{measure}_within"]
    total = between + within
    share = (between / total.where(total > 0)).fillna(0.0)
    panels = list(dict.fromkeys(share.index.get_level_values("indicator")))
    groups = codebook.choice_labels("unevenness_group", language) if codebook is not None else {}
    name = codebook.choice_labels("unevenness_measure", language).get(measure, measure) if codebook else measure
    rows = [len(share[panel]) for panel in panels]
    with style():
        figure = sheet(7.2, 0.9 + sum(0.34 * count + 0.5 for count in rows))
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[count + 0.6 for count in rows])
        for axis, panel in zip(axes[:, 0], panels, strict=True):
            part = share[panel]
            places = np.arange(len(part))[::-1]
            axis.barh(places, np.ones(len(part)), color=LIGHT, height=0.62)
            axis.barh(places, part.to_numpy(), color=BLUE, height=0.62)
            for place, value in zip(places, part.to_numpy(), strict=True):
                axis.annotate(
                    format_number(value, language, 0, "share"), (1, place), xycoords=("axes fraction", "data"),
                    xytext=(5, 0), textcoords="offset points", va="center", fontsize=8, annotation_clip=False,
                )  # fmt: skip
            axis.set_yticks(places, [groups.get(str(group), str(group)) for group in part.index])
            axis.set_xlim(0, 1)
            axis.set_ylim(-0.6, len(part) - 0.4)
            plain(axis)
            axis.set_xticks([])
            label = label_of(codebook, ("indicators",), panel, language)
            axis.set_title(f"{label}: {name} = {format_number(total[panel].iloc[0], language, 2)}", fontsize=8.5)
        return dress(figure, title, f"{words('decomposition_note', language)} {note}".strip(), language, simulated)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, WRAP))


def unevenness_exhibit(
    unevenness: pd.DataFrame,
    units: pd.DataFrame,
    codebook: Codebook,
    *,
    title_ru: str = "Неравномерность по территориям",
    title_en: str = "Unevenness between territories",
    indicators: Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    simulated: bool = False,
) -> Exhibit:
    """The table of unevenness for people (contract ``unevenness``); ``units`` (unit_id, short_name) names territories.

    ``indicators`` and ``measures`` select rows; None takes all.
    """
    frame = unevenness
    for column, chosen in (("indicator", indicators), ("measure", measures)):
        frame = frame if chosen is None else frame[frame[column].isin(list(chosen))]
    places = dict(zip(units["unit_id"].astype("str"), units["short_name"].astype("str"), strict=True))
    names: Mapping[str, Mapping[str, Any]] = {
        "group": {
            language: codebook.choice_labels("unevenness_group", language)
            | {unit: place if language == "ru" else transliterate(place) for unit, place in places.items()}
            for language in LANGUAGES
        }
    }
    return exhibit(
        frame[["indicator", "measure", "group", "value", "low", "high", "p", "n", "missing", "note", "unit"]],
        codebook, "unevenness", title_ru, title_en, words("unevenness_note", "ru"), words("unevenness_note", "en"),
        variables_in={"indicator": "indicators"}, names=names, simulated=simulated,
    )  # fmt: skip
