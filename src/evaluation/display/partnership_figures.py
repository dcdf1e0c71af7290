"""Small panels side by side: how far each practice has gone, and base municipalities beside their doubles."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from evaluation.display.canvas import BLUE, GREY, LIGHT, VERMILLION, axis_numbers, dress, empty, sheet, style
from evaluation.display.placenames import transliterate
from evaluation.display.wording import format_number
from evaluation.settings import Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

COLUMNS = 4
MOST_PANELS = 24
_CURVES = Text(ru="Как расходились практики", en="How practices spread")
_CURVES_NOTE = Text(
    ru="Доля территорий (%), которые могли перенять практику и переняли её к этому году, с 95 % интервалом Уилсона; в "
    "заголовке — сколько из скольких к последнему году.",
    en="Share of the units (%) that could adopt the practice and had done so by the year, with Wilson's 95% interval; "
    "the heads tell how many of how many by the last year.",
)
_DOUBLES = Text(ru="Базовые муниципалитеты и их двойники", en="Base municipalities and their doubles")
_DOUBLES_NOTE = Text(
    ru="{}. Сплошная — сама территория, пунктир — двойник: смесь других территорий, подобранная по годам до начала "
    "(слева от черты). Двойник — не доказательство: лет до начала мало.",
    en="{}. Solid: the unit itself, dashed: its double, a mixture of others fitted to the years before the start (left "
    "of the line). A double is no proof: the years before are few.",
)


def practice_curves(curves: pd.DataFrame, language: Language, *, simulated: bool = False) -> Figure:
    """One panel a practice (contract ``practice_diffusion``; ``all`` is not drawn), in order of their numbers."""
    codes = sorted(code for code in curves["practice_id"].unique() if code != "all")[:MOST_PANELS]
    top = float(np.nanmax(curves["high"].to_numpy(dtype=float))) if len(codes) else 1.0

    def draw(axes: Axes, code: str) -> str:
        rows = curves[curves["practice_id"] == code].sort_values("year")
        years, value, low, high = (rows[name].to_numpy(dtype=float) for name in ("year", "value", "low", "high"))
        axes.fill_between(years, low, high, color=BLUE, alpha=0.15, linewidth=0)
        axes.plot(years, value, "-o", color=BLUE, linewidth=1.5, markersize=2.8)
        axes.set_ylim(0, min(1.02, top * 1.05))
        axes.yaxis.set_major_formatter(axis_numbers(language, "share"))
        last = rows.iloc[-1]
        of = "из" if language == "ru" else "of"
        name = str(last["title"]) if language == "ru" else transliterate(str(last["title"]))
        return f"{name}: {int(last['adopted'])}\u00a0{of}\u00a0{int(last['eligible'])}"

    title, note = _CURVES.in_language(language), _CURVES_NOTE.in_language(language)
    return _panels(codes, draw, title, note, language, simulated, share=True)


def doubles(
    paths: pd.DataFrame, names: Mapping[str, str], outcome_label: str, language: Language, *, simulated: bool = False
) -> Figure:
    """One panel a base municipality (contract ``synthetic_paths``, rows of one outcome)."""
    codes = sorted(paths["unit_id"].unique())[:MOST_PANELS]

    def draw(axes: Axes, code: str) -> str:
        rows = paths[paths["unit_id"] == code].sort_values("year")
        years = rows["year"].to_numpy(dtype=float)
        actual, double = (rows[name].to_numpy(dtype=float) for name in ("actual", "synthetic"))
        axes.plot(years, actual, "-o", color=BLUE, linewidth=1.6, markersize=3)
        axes.plot(years, double, "--s", color=VERMILLION, linewidth=1.3, markersize=2.6)
        start = float(rows.loc[~rows["is_before"].astype(bool), "year"].min())
        axes.axvline(start - 0.5, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(axis_numbers(language))
        name = names.get(code, code)
        return name if language == "ru" else transliterate(name)

    note = _DOUBLES_NOTE.in_language(language).format(outcome_label)
    return _panels(codes, draw, _DOUBLES.in_language(language), note, language, simulated, share=False)


def _panels(
    codes: Sequence[str], draw: Callable[[Axes, str], str], title: str, note: str, language: Language, simulated: bool,
    *, share: bool,
) -> Figure:  # fmt: skip
    """Panels in rows of COLUMNS; ``share``: all have one vertical scale."""
    if not codes:
        return empty(title, language, simulated)
    across = min(COLUMNS, len(codes))
    down = -(-len(codes) // across)
    with style():
        figure = sheet(7.4, 0.9 + 1.6 * down)
        grid = figure.subplots(down, across, squeeze=False, sharex=True, sharey=share)
        for place, axes in enumerate(grid.ravel()):
            if place >= len(codes):
                axes.set_visible(False)
                continue
            head = draw(axes, codes[place])
            axes.set_title("\n".join(textwrap.wrap(head, 26)), fontsize=7.6)
            axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
            axes.yaxis.set_major_locator(MaxNLocator(4))
            axes.xaxis.set_major_formatter(lambda value, _: format_number(value, language, 0, "year"))
            axes.grid(axis="y", color=LIGHT, linewidth=0.6)
            axes.tick_params(labelsize=7)
            if share:
                axes.label_outer()
        return dress(figure, title, note, language, simulated)
