"""Charts of the support system: composition of teams over the years, and lines of a programme side by side."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import BLUE, GREEN, ORANGE, SKY, dress, empty, plain, sheet, style
from evaluation.display.trend import trend
from evaluation.display.units import unit_words
from evaluation.display.wording import format_number, label_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language

SHARES = ("share_authorities", "share_residents", "share_business", "mixed", "continuity")
_MEASURES = (
    ("applications", "Заявок", "Applications", ORANGE),
    ("success_rate", "Поддержано, %", "Supported, %", BLUE),
    ("millions", "Средства", "Money", GREEN),
    ("coverage", "Территорий, %", "Territories, %", SKY),
)
_IN_SHARES = ("success_rate", "coverage")


def composition_trend(
    composition: pd.DataFrame, language: Language, codebook: Codebook | None = None, *, simulated: bool = False
) -> Figure:
    """SHARES of the contract ``team_composition`` over the years, each a line with its band."""
    rows = composition[composition["indicator"].isin(SHARES)]
    series = rows.assign(side=rows["indicator"], indicator="shares", segment=1, breaks_before="")
    order = {name: place for place, name in enumerate(SHARES)}
    series = series.sort_values(["side", "year"], key=lambda column: column.map(order).fillna(column), kind="stable")
    names = {name: label_of(codebook, ("team_composition",), name, language) for name in SHARES}
    nothing = pd.DataFrame(columns=["break_id", "first_year", "note_ru", "note_en"])
    return trend(series, nothing, language, by="side", names=names, simulated=simulated)


def lines_by_year(
    lines: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    *,
    simulated: bool = False,
    currency: str = "RUB",
) -> Figure:
    """Lines of a programme (contract ``programme_line_years``): four measures in bars by year, the number on each.

    Whiskers are the intervals of the shares; a value that is not known is a dash and no bar.
    """
    if lines.empty:
        return empty("", language, simulated)
    ru = language == "ru"
    words = unit_words(f"million_{currency}")
    million = words.ru[-1] if ru else words.en[-1]
    rows = lines.assign(millions=lines["cost"] / 1e6)
    bounds = {"success_rate": ("low", "high"), "coverage": ("coverage_low", "coverage_high")}
    known = codebook.choice_labels("programme_line", language) if codebook is not None else {}
    codes = sorted(dict.fromkeys(rows["line"]), key=lambda code: list(known).index(code) if code in known else 99)
    years = sorted(rows["year"].astype("int64").unique())
    with style():
        figure = sheet(8.6, 1.3 * len(codes) + 0.9)
        axes = figure.subplots(len(codes), len(_MEASURES), squeeze=False, sharex=True)
        for down, code in enumerate(codes):
            part = rows[rows["line"] == code].set_index("year")
            for across, (measure, head_ru, head_en, colour) in enumerate(_MEASURES):
                axis = axes[down, across]
                values = part[measure].reindex(years).astype("float64").to_numpy()
                axis.bar(years, np.nan_to_num(values), color=colour, width=0.72)
                tops = np.nan_to_num(values)
                if measure in bounds:
                    low, high = (part[name].reindex(years).astype("float64").to_numpy() for name in bounds[measure])
                    axis.vlines(years, low, high, color="black", linewidth=0.9)
                    tops = np.fmax(tops, high)
                for year, value, top in zip(years, values, tops, strict=True):
                    digits = 1 if measure == "millions" and value < 10 else 0
                    text = format_number(value * (100 if measure in _IN_SHARES else 1), language, digits)
                    axis.annotate(text if np.isfinite(value) else "–", (year, top), xytext=(0, 1.5),
                                  textcoords="offset points", ha="center", va="bottom", fontsize=7)  # fmt: skip
                plain(axis)
                axis.set_yticks([])
                column = rows[measure].astype("float64")
                largest = 1.0 if measure in _IN_SHARES else float(column.max()) if column.notna().any() else 1.0
                axis.set_ylim(0, (largest or 1.0) * 1.3)
                axis.set_xticks(years, [str(year) for year in years], fontsize=7)
                if down == 0:
                    head = head_ru if ru else head_en
                    axis.set_title(f"{head}, {million}" if measure == "millions" else head, fontsize=8.5)
            shown = "\n".join(textwrap.wrap(known.get(code, code), 24))
            axes[down, 0].set_ylabel(shown, rotation=0, ha="right", va="center", fontsize=8)
        note = (
            "В столбце одна шкала для всех линий. Чёрточки — 95 % интервалы; прочерк — показателя у линии нет."
            if ru
            else "One scale a column for all lines. Whiskers: 95% intervals; a dash: the line has no such number."
        )
        return dress(figure, "", note, language, simulated)
