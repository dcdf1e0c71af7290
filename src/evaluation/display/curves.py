"""Curves of methods: survival with numbers at risk, power of a design, overlap of propensities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from evaluation.display.canvas import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION, axis_numbers, dress, empty, sheet
from evaluation.display.canvas import style as letters
from evaluation.display.units import unit_label
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.settings import Language

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE)
LINES = ("-", "--", "-.", ":", "-")
NOMINAL_POWER = 0.8
WORDS: dict[str, tuple[str, str]] = {
    "survival": ("доля действующих", "share still active"),
    "time": ("годы от первой заявки", "years since first application"),
    "at_risk": ("под наблюдением", "at risk"),
    "effect": ("истинная величина", "true size"),
    "power": ("вероятность заметить", "probability of noticing"),
    "mde": ("с вероятностью 80 % заметно: {size}", "noticed with 80% probability: {size}"),
    "estimate": ("наша оценка по величине: {size}", "our estimate in size: {size}"),
    "propensity": ("расчётная вероятность получить поддержку", "estimated probability of support"),
    "number": ("наблюдений", "observations"),
    "supported": ("с поддержкой", "supported"),
    "others": ("без поддержки", "not supported"),
    "trained_jointly": ("учились вместе", "trained jointly"),
    "not_trained_jointly": ("вместе не учились", "not trained jointly"),
    "trimmed": ("вне сравнения", "outside the comparison"),
}


def _word(name: str, language: Language) -> str:
    return WORDS[name][0 if language == "ru" else 1]


def survival_plot(
    curves: pd.DataFrame,
    language: Language,
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
    labels: Mapping[str, str] | None = None,
    time_label: str = "",
    value_label: str = "",
) -> Figure:
    """Steps of survival by group with 95 % intervals, and the numbers at risk under the axis.

    ``curves`` has group, time, survival, low, high, at_risk: one row a group and time of an event or of leaving
    observation, ``at_risk`` counted just before it.
    """
    if curves.empty:
        return empty(title, language, simulated)
    groups = list(dict.fromkeys(curves["group"]))
    names = {group: (labels or {}).get(str(group), str(group)) for group in groups}
    last = float(curves["time"].max())
    ticks = np.unique(np.round(np.linspace(0, last, min(8, int(last) + 1)))) if last >= 1 else np.array([0.0, last])
    with letters():
        figure = sheet(7.4, 3.6 + 0.22 * len(groups))
        axis, table = figure.subplots(2, 1, height_ratios=[3.2, 0.24 * (len(groups) + 1)], sharex=True)
        for number, group in enumerate(groups):
            rows = curves[curves["group"] == group].sort_values("time")
            colour, line = COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]
            time = np.r_[0.0, rows["time"].to_numpy(dtype=float), last]
            share, low, high = (rows[name].to_numpy(dtype=float) for name in ("survival", "low", "high"))
            ends = (share[-1], low[-1], high[-1])
            share, low, high = (np.r_[1.0, each, end] for each, end in zip((share, low, high), ends, strict=True))
            axis.step(time, share, where="post", color=colour, linestyle=line, linewidth=1.6)
            axis.fill_between(time, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
            axis.annotate(names[group], (last, share[-1]), xytext=(5, 0), textcoords="offset points", color=colour,
                          va="center", fontsize=8.5, annotation_clip=False)  # fmt: skip
            for tick in ticks:
                table.text(tick, -number, _at_risk(rows, float(tick), language), ha="center", va="center", fontsize=8,
                           color=colour)  # fmt: skip
        axis.set_ylim(0, 1.02)
        axis.yaxis.set_major_formatter(axis_numbers(language, "share"))
        axis.set_ylabel(f"{value_label or _word('survival', language)}, %")
        axis.set_xticks(ticks)
        table.set_ylim(-len(groups) + 0.4, 0.6)
        table.set_yticks([-number for number in range(len(groups))], [names[group] for group in groups])
        table.set_title(_word("at_risk", language), fontsize=8.5, fontweight="normal")
        table.tick_params(length=0)
        for side in ("left", "bottom"):
            table.spines[side].set_visible(False)
        table.set_xlabel(time_label or _word("time", language))
        return dress(figure, title, note, language, simulated)


def team_survival_plot(curves: pd.DataFrame, language: Language, *, simulated: bool = False) -> Figure:
    """Survival of teams trained jointly and of others; ``curves`` as ``survival_plot`` takes them, with such groups.

    A group in which nobody is seen is not drawn; without any there is a figure that says so.
    """
    ru = language == "ru"
    labels = {group: _word(group, language) for group in ("trained_jointly", "not_trained_jointly")}
    title = "Сколько живут команды" if ru else "How long teams last"
    note = (
        "Конец — два года без заявки. Полоса — 95 % интервал; команда переходит к учившимся вместе с года обучения."
        if ru
        else "The end is two years without an application. Band: 95% interval; a team joins those trained jointly "
        "from the year of training on."
    )
    return survival_plot(curves, language, title=title, note=note, simulated=simulated, labels=labels)


def _at_risk(rows: pd.DataFrame, time: float, language: Language) -> str:
    """Those still observed at ``time``: the number at risk of the next event."""
    later = rows[rows["time"] >= time]
    return format_number(later["at_risk"].iloc[0] if len(later) else 0, language, 0)


def power_plot(
    curve: pd.DataFrame,
    language: Language,
    *,
    title: str = "",
    note: str = "",
    unit: str = "log_points",
    estimate: float | None = None,
    simulated: bool = False,
) -> Figure:
    """Probability of finding an effect against its true size, with the error of simulation.

    ``curve`` has effect, power, low, high (the interval of the simulated share). The smallest size found with 80 %
    probability, read off by a straight line between points, is marked where the curve reaches it, and beside it the
    size of the ``estimate``, where one is given.
    """
    rows = curve.sort_values("effect").reset_index(drop=True)
    if rows.empty:
        return empty(title, language, simulated)
    with letters():
        figure = sheet(6.6, 3.8)
        axis = figure.subplots()
        effect, power, low, high = (rows[name].to_numpy(dtype=float) for name in ("effect", "power", "low", "high"))
        axis.fill_between(effect, low, high, color=BLUE, alpha=0.18, linewidth=0)
        axis.plot(effect, power, "-o", color=BLUE, linewidth=1.6, markersize=5)
        axis.axhline(NOMINAL_POWER, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        found = detectable(effect, power)
        if found is not None:
            axis.axvline(found, color=VERMILLION, linewidth=1, linestyle=(0, (4, 3)))
            told = _word("mde", language).format(size=format_number(found, language, 2))
            axis.annotate(
                told, (found, 0.04), xytext=(5, 0), textcoords="offset points", color=VERMILLION, fontsize=8.5
            )
        if estimate is not None and np.isfinite(estimate):
            axis.axvline(abs(estimate), color=GREEN, linewidth=1, linestyle=":")
            told = _word("estimate", language).format(size=format_number(abs(estimate), language, 2))
            # to the left where there is room and the mark of the detectable size stands to the right
            left = found is not None and 0.4 * effect.max() < abs(estimate) < found
            axis.annotate(
                told, (abs(estimate), 0.9 if left else 0.12), xytext=(-5 if left else 5, 0),
                textcoords="offset points", color=GREEN, fontsize=8.5, ha="right" if left else "left",
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
            )  # fmt: skip
        axis.set_ylim(0, 1.02)
        axis.yaxis.set_major_formatter(axis_numbers(language, "share"))
        axis.xaxis.set_major_formatter(axis_numbers(language, unit))
        axis.set_ylabel(f"{_word('power', language)}, %")
        axis.set_xlabel(", ".join(part for part in (_word("effect", language), unit_label(unit, language)) if part))
        return dress(figure, title, note, language, simulated)


def detectable(effect: np.ndarray, power: np.ndarray) -> float | None:
    """Smallest positive effect at which power reaches 80 %, by a straight line between points; None: it does not."""
    positive = effect >= 0
    effect, power = effect[positive], power[positive]
    reached = np.flatnonzero(power >= NOMINAL_POWER)
    if not len(reached):
        return None
    first = int(reached[0])
    if first == 0:
        return float(effect[0])
    part = (NOMINAL_POWER - power[first - 1]) / (power[first] - power[first - 1])
    return float(effect[first - 1] + part * (effect[first] - effect[first - 1]))


def overlap_plot(
    scores: pd.DataFrame,
    language: Language,
    *,
    bounds: tuple[float, float] | None = None,
    bins: int = 20,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Estimated probabilities of support: supported above the line, others below it; what is trimmed lies in grey.

    ``scores`` has propensity (0 to 1) and treated; ``bounds`` are those of the declared trimming.
    """
    rows = scores[scores["propensity"].notna()]
    if rows.empty:
        return empty(title, language, simulated)
    edges = np.linspace(0, 1, bins + 1)
    treated = rows["treated"].astype("float64").to_numpy() != 0
    values = rows["propensity"].to_numpy(dtype=float)
    counts = [np.histogram(values[side], edges)[0] for side in (treated, ~treated)]
    top = max(int(counts[0].max()), int(counts[1].max()), 1)
    with letters():
        figure = sheet(7.0, 3.8)
        axis = figure.subplots()
        width = edges[1] - edges[0]
        for count, sign, colour, name in zip(counts, (1, -1), (BLUE, ORANGE), ("supported", "others"), strict=True):
            axis.bar(
                edges[:-1], sign * count, width=width, align="edge", color=colour, edgecolor="white", linewidth=0.6
            )
            told = f"{_word(name, language)} (n = {format_number(int(count.sum()), language, 0)})"
            axis.text(0.01, sign * top * 1.06, told, color=colour, fontsize=8.5, fontweight="bold", va="center")
        if bounds is not None:
            for low, high in ((0.0, bounds[0]), (bounds[1], 1.0)):
                axis.axvspan(low, high, color=GREY, alpha=0.18, linewidth=0)
            share = float(((values < bounds[0]) | (values > bounds[1])).mean())
            note = f"{note} {_word('trimmed', language)}: {format_number(share, language, unit='share')}.".strip()
        axis.axhline(0, color=GREY, linewidth=0.9)
        axis.set_xlim(0, 1)
        axis.set_ylim(-top * 1.16, top * 1.16)
        axis.yaxis.set_major_formatter(_both_sides_upwards(language))
        axis.xaxis.set_major_formatter(axis_numbers(language, "share"))
        axis.set_xlabel(f"{_word('propensity', language)}, %")
        axis.set_ylabel(_word("number", language))
        return dress(figure, title, note, language, simulated)


def _both_sides_upwards(language: Language) -> FuncFormatter:
    return FuncFormatter(lambda value, _: format_number(abs(value), language, 0))
