"""Figures of the services of a congress: waiting for an answer, and reach of training by type of municipality."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluation.display.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
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
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.settings import Language

# told apart without colour as well
STROKES = ("-", "--", "-.", ":", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))
MARKS = ("o", "s", "^", "D", "v", "P")
COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
LEVELS = (0.5, 0.1)
CHANGED = 0.1


def waiting_plot(
    curve: pd.DataFrame, language: Language, *, title: str = "", note: str = "", simulated: bool = False
) -> Figure:
    """Share of requests still waiting by days since they came in, with its band (columns of a survival curve).

    Half and a tenth are marked; the number at risk stands below some days.
    """
    if curve.empty:
        return empty(title, language, simulated)
    ru = language == "ru"
    days = np.concatenate([[0.0], curve["time"].to_numpy(dtype=float)])
    share = np.concatenate([[1.0], curve["survival"].to_numpy(dtype=float)])
    with style():
        figure = sheet(6.8, 3.6)
        axis = figure.subplots()
        low, high = (np.concatenate([[1.0], curve[name].to_numpy(dtype=float)]) for name in ("low", "high"))
        known = np.isfinite(low) & np.isfinite(high)
        axis.fill_between(days[known], low[known], high[known], step="post", color=SKY, alpha=0.3, linewidth=0)
        axis.step(days, share, where="post", color=BLUE, linewidth=1.8)
        for level in LEVELS:
            axis.axhline(level, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        axis.set_ylim(0, 1.02)
        axis.set_xlim(left=0)
        axis.yaxis.set_major_formatter(axis_numbers(language, "share"))
        axis.set_ylabel("Ещё без ответа, %" if ru else "Still unanswered, %")
        ticks = [int(tick) for tick in axis.get_xticks() if 0 <= tick <= days[-1]]
        at_risk = [int(curve.loc[curve["time"].ge(tick), "at_risk"].max()) for tick in ticks]
        axis.set_xticks(
            ticks, [f"{tick}\n{format_number(n, language, 0)}" for tick, n in zip(ticks, at_risk, strict=True)]
        )
        axis.set_xlabel("Дней от поступления; под ними — обращений ещё под наблюдением" if ru else
                        "Days since the request came in; below them requests still watched")  # fmt: skip
        legend = ("Пунктир — половина и десятая часть; полоса — 95 %." if ru else
                  "Dashed: half and a tenth; the band is 95%.")  # fmt: skip
        return dress(figure, title, f"{legend} {note}".strip(), language, simulated)


def reach_by_type(
    indicators: pd.DataFrame,
    language: Language,
    names: Mapping[str, str],
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Lines by year: share of the municipalities of each type that training reached, the latest n beside the name.

    ``indicators``: contract ``service_indicators``; ``names``: types by code.
    """
    rows = indicators[indicators["indicator"].eq("reached_share") & indicators["grouping"].eq("type")]
    if rows.empty:
        return empty(title, language, simulated)
    ru = language == "ru"
    years = sorted(rows["year"].astype("int64").unique())
    kinds = sorted(rows["member"].unique())
    with style():
        figure = sheet(7.4, 3.8)
        axis = figure.subplots()
        for place, kind in enumerate(kinds):
            own = rows[rows["member"].eq(kind)].set_index("year").sort_index()
            value = own["value"].reindex(years).to_numpy(dtype=float)
            last = int(own["n"].iloc[-1])
            label = f"{names.get(kind, kind)} (n = {format_number(last, language, 0)})"
            look: dict[str, Any] = {
                "linestyle": STROKES[place % len(STROKES)], "marker": MARKS[place % len(MARKS)], "markersize": 5,
                "color": COLOURS[place % len(COLOURS)], "linewidth": 1.6,
            }  # fmt: skip
            for number, part in enumerate(_alike(own["n"].reindex(years).to_numpy(dtype=float))):
                axis.plot(
                    np.array(years)[part], value[part], label=label if number == 0 else None, **look
                )  # fmt: skip
        axis.set_ylim(0, 1.05)
        axis.yaxis.set_major_formatter(axis_numbers(language, "share"))
        axis.set_xticks(years, [str(year) for year in years])
        axis.set_ylabel("Охвачено за год, %" if ru else "Reached in the year, %")
        figure.legend(loc="outside right upper", frameon=False, fontsize=8.5, labelcolor=INK)
        head = ("n — территорий этого типа в последнем году, где они есть. Линия прерывается, где их число изменилось "
                "больше чем на десятую часть." if ru else "n: territories of the type in the last year with any. A "
                "line breaks where their number changed by more than a tenth.")  # fmt: skip
        return dress(figure, title, f"{head} {note}".strip(), language, simulated)


def _alike(numbers: np.ndarray) -> list[slice]:
    """Runs of years in which the number of territories changes by no more than CHANGED from one year to the next."""
    before, after = numbers[:-1], numbers[1:]
    with np.errstate(invalid="ignore"):
        breaks = np.flatnonzero(~(np.abs(after - before) <= CHANGED * before)) + 1
    ends = [0, *breaks.tolist(), len(numbers)]
    return [slice(first, last) for first, last in pairwise(ends)]
