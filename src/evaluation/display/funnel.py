"""Funnel plot: every place's value against what it rests on, between the limits that chance alone would keep."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from evaluation.display.canvas import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    ORANGE,
    SKY,
    VERMILLION,
    axis_numbers,
    dress,
    empty,
    sheet,
    style,
)
from evaluation.display.maps.labels import MapLabel, place_labels
from evaluation.display.placenames import map_names
from evaluation.display.units import unit_label, unit_words
from evaluation.display.wording import format_number, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

# colour and mark of each flag; the mark alone tells them apart in grey
_MARKS: dict[str, tuple[str, str, float]] = {
    "within": (GREY, "o", 4.0),
    "above_95": (ORANGE, "^", 6.0),
    "above_998": (VERMILLION, "^", 8.0),
    "below_95": (SKY, "v", 6.0),
    "below_998": (BLUE, "v", 8.0),
}
_LEVELS = (("998", "99.8", (0, (5, 3))), ("95", "95", (0, (1.5, 2))))
LABEL_SIZE = 7.5
MOST_LABELS = 25


def funnel(
    points: pd.DataFrame,
    limits: pd.DataFrame,
    names: Mapping[str, str],
    language: Language,
    *,
    title: str = "",
    unit: str = "",
    exposure_label: str = "",
    value_label: str = "",
    phi: float | None = None,
    is_widened: bool = False,
    winsorised: float = 0.0,
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """The funnel of one indicator.

    ``points`` (unit_id, exposure, value, flag, chance_95, chance_998) and ``limits`` (exposure, target, low_*,
    high_*) are those of ``indicators.funnel``; values in ``unit``. Places outside the limits are marked and
    named (``names`` by unit_id; beyond MOST_LABELS only those outside 99.8 % and then the largest), none over another.
    The note tells how many places there are, how many lie outside, how many would by chance, and, with ``phi``,
    whether the limits were widened. Exposures are on a logarithmic axis where they differ tenfold.
    """
    known = points[points["flag"] != "no_exposure"].reset_index(drop=True)
    if known.empty:
        return empty(title, language, simulated)
    with style():
        figure = sheet(7.4, 4.9)
        axes = figure.subplots()
        _limits(axes, limits, language, unit)
        for flag, (colour, mark, size) in _MARKS.items():
            rows = known[known["flag"] == flag]
            axes.plot(
                rows["exposure"], rows["value"], linestyle="none", marker=mark, markersize=size, color=colour,
                markeredgecolor="white" if flag == "within" else INK, markeredgewidth=0.5, zorder=4,
            )  # fmt: skip
        _scales(axes, known, limits, language, unit)
        axes.set_xlabel(exposure_label)
        extra = unit_label(unit, language)
        label = f"{value_label}, {extra}" if value_label and extra else value_label or extra
        axes.set_ylabel("\n".join(textwrap.wrap(label, 44)))
        dress(figure, title, _note(points, phi, is_widened, winsorised, note, language), language, simulated)
        figure.draw_without_rendering()
        place_labels(axes, _labels(known, names, language), LABEL_SIZE)
    return figure


def _limits(axes: Axes, limits: pd.DataFrame, language: Language, unit: str) -> None:
    exposure = limits["exposure"].to_numpy(dtype=float)
    target = float(limits["target"].iloc[0])
    kind = unit if unit_words(unit).kind == "share" else None
    mean = words("funnel_target", language).format(value=format_number(target, language, None, kind))
    axes.axhline(target, color=INK, linewidth=0.9, zorder=2, label=mean)
    for name, told, dashes in _LEVELS:
        share = format_number(float(told) / 100, language, 1 if "." in told else 0, "share")
        for side, label in (("high", words("funnel_limits", language).format(share=share)), ("low", None)):
            axes.plot(
                exposure, limits[f"{side}_{name}"], color=GREY, linewidth=1.0, linestyle=dashes, zorder=2, label=label
            )
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=8, borderaxespad=0, handlelength=2.6
    )


def _scales(axes: Axes, known: pd.DataFrame, limits: pd.DataFrame, language: Language, unit: str) -> None:
    exposure, value = known["exposure"].to_numpy(dtype=float), known["value"].to_numpy(dtype=float)
    if exposure.max() >= 10 * exposure.min():
        axes.set_xscale("log")
        axes.set_xlim(exposure.min() / 1.25, exposure.max() * 1.25)
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ticks = axes.xaxis.get_major_locator().tick_values(exposure.min(), exposure.max())
        inside = [tick for tick in ticks if exposure.min() / 1.25 <= tick <= exposure.max() * 1.25]
        axes.xaxis.set_major_locator(FixedLocator(inside[:: 1 + len(inside) // 8]))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda each, _: format_number(round(each, 6), language)))
    axes.yaxis.set_major_formatter(axis_numbers(language, unit))
    # tiny places have limits far off; what is drawn reaches a little beyond every place and the inner limits
    top = max(float(value.max()), float(limits["high_95"].quantile(0.9)), float(limits["target"].iloc[0]))
    axes.set_ylim(-0.03 * top if top > 0 else 0, 1.12 * top if top > 0 else 1)
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    axes.set_axisbelow(True)


def _labels(known: pd.DataFrame, names: Mapping[str, str], language: Language) -> list[MapLabel]:
    rows = known[known["flag"] != "within"]
    rows = rows.assign(far=rows["flag"].str.endswith("998"))
    rows = rows.sort_values(["far", "exposure", "unit_id"], ascending=[False, False, True], kind="stable")
    rows = rows.head(MOST_LABELS)
    told = map_names([str(names.get(unit, unit)) for unit in rows["unit_id"]], language)
    return [
        MapLabel(text, float(x), float(y), inside=False, dot=8.0)
        for text, x, y in zip(told, rows["exposure"], rows["value"], strict=True)
    ]


def _note(
    points: pd.DataFrame, phi: float | None, is_widened: bool, winsorised: float, note: str, language: Language
) -> str:
    flags = points["flag"]
    known, absent = int((flags != "no_exposure").sum()), int((flags == "no_exposure").sum())
    far = int(flags.str.endswith("998").sum())
    outside = int(flags.str.startswith(("above", "below")).sum())
    chance = {
        name: format_number(float(points[f"chance_{name}"].sum()), language, 1 if name == "95" else 2)
        for name in ("95", "998")
    }
    ru = language == "ru"
    text = words("funnel_note", language).format(
        n=known, outside=outside, far=far, **{f"c{k}": v for k, v in chance.items()}
    )
    parts = [text]
    if absent:
        parts.append(words("funnel_absent", language).format(n=absent))
    if phi is not None and np.isfinite(phi):
        key = "funnel_widened" if is_widened else "funnel_not_widened"
        drawn = format_number(winsorised, language, 0, "share")
        parts.append(words(key, language).format(phi=format_number(phi, language, 2), share=drawn))
    if outside > MOST_LABELS:
        named = f"Подписаны {MOST_LABELS} из них." if ru else f"{MOST_LABELS} of them are named."
        parts.append(named)
    return " ".join([*parts, note]).strip()
