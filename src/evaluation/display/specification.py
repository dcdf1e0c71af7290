"""The specification curve as a figure: estimates in order of size above, the choices behind each below."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import BLUE, GREY, INK, LIGHT, VERMILLION, axis_numbers, dress, empty, sheet, style
from evaluation.display.units import plural, unit_label
from evaluation.display.wording import format_number, label_of, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language

VARIABLES = ("panel", "project_table", "trial_households", "*")
SIGNIFICANT = 0.05
CHOICES = ("outcome", "family", "geography", "controls", "fixed_effects", "sample")
FORMS: dict[str, tuple[str, ...]] = {
    "ru": ("спецификация", "спецификации", "спецификаций"), "en": ("specification", "specifications"),
}  # fmt: skip
WORDS: dict[str, tuple[str, str]] = {
    "outcome": ("Результат", "Outcome"),
    "family": ("Модель", "Model"),
    "geography": ("Границы", "Boundaries"),
    "controls": ("Поправки", "Controls"),
    "fixed_effects": ("Постоянные различия", "Fixed effects"),
    "sample": ("Строки", "Rows"),
    "none": ("без поправок", "none"),
    "all": ("все", "all"),
    "poisson": ("Пуассон", "Poisson"),
    "negative_binomial": ("отрицательная биномиальная", "negative binomial"),
    "ols": ("линейная", "linear"),
    "original": ("исходные территории", "original units"),
    "stable": ("неизменные области", "stable areas"),
    "current": ("нынешние территории", "current units"),
    "order": ("{n} по величине оценки", "{n} by size of the estimate"),
    "legend": (
        "Точка — оценка, черта — 95 % интервал; синие — p < 0,05, серые — нет; кольцо — основная модель плана. "
        "Внизу отмечены решения, принятые в каждой спецификации.",
        "Dot: estimate, line: 95% interval; blue: p < 0.05, grey: not; ring: the plan's main model. Below, the "
        "decisions taken in each specification are marked.",
    ),
}


def specification_plot(
    curve: pd.DataFrame,
    exposure: str,
    language: Language,
    codebook: Codebook | None = None,
    *,
    title: str = "",
    note: str = "",
    unit: str = "log_points",
    simulated: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """The curve of one exposure; ``curve`` has the columns of ``effects.robustness.specification_curve``.

    Choices that are the same everywhere are not shown. ``labels`` names samples and other codes that neither the
    package nor the codebook knows.
    """
    rows = curve[(curve["exposure"] == exposure) & curve["estimate"].notna()]
    if rows.empty:
        return empty(title, language, simulated)
    rows = rows.sort_values(["estimate", "specification"], kind="stable").reset_index(drop=True)
    alternatives = {name: list(dict.fromkeys(rows[name])) for name in CHOICES}
    varying = {name: values for name, values in alternatives.items() if len(values) > 1}
    lines = sum(len(values) + 1 for values in varying.values())
    with style():
        figure = sheet(8.2, 3.4 + 0.19 * lines)
        axes = figure.subplots(2 if varying else 1, 1, squeeze=False, sharex=True,
                               height_ratios=[2.4, 0.19 * lines] if varying else [1])  # fmt: skip
        _estimates(axes[0, 0], rows, language, unit)
        if varying:
            _choices(axes[1, 0], rows, varying, language, codebook, labels or {})
        counted = f"{format_number(len(rows), language, 0)} {plural(len(rows), FORMS[language], language)}"
        told = _word("order", language).format(n=counted)
        axes[-1, 0].set_xlabel(f"{label_of(codebook, VARIABLES, exposure, language)}: {told}")
        return dress(figure, title, f"{_word('legend', language)} {note}".strip(), language, simulated)


def _estimates(axis: Axes, rows: pd.DataFrame, language: Language, unit: str) -> None:
    place = np.arange(len(rows))
    estimate, low, high = (rows[name].to_numpy(dtype=float) for name in ("estimate", "low", "high"))
    clear = rows["p"].to_numpy(dtype=float) < SIGNIFICANT
    axis.axhline(0, color=GREY, linewidth=0.9, zorder=1)
    for mask, colour in ((~clear, GREY), (clear, BLUE)):
        known = mask & np.isfinite(low) & np.isfinite(high)
        axis.vlines(place[known], low[known], high[known], color=colour, linewidth=1.4, alpha=0.55)
        axis.plot(place[mask], estimate[mask], "o", color=colour, markersize=4, zorder=3)
    main = rows["is_main"].fillna(False).to_numpy(dtype=bool)
    axis.plot(place[main], estimate[main], "o", color="none", markeredgecolor=VERMILLION, markeredgewidth=1.6,
              markersize=9, zorder=4)  # fmt: skip
    axis.yaxis.set_major_formatter(axis_numbers(language, unit))
    axis.set_ylabel(", ".join(part for part in (words("estimate", language), unit_label(unit, language)) if part))
    axis.tick_params(axis="x", length=0, labelbottom=False)


def _choices(
    axis: Axes,
    rows: pd.DataFrame,
    varying: Mapping[str, list[str]],
    language: Language,
    codebook: Codebook | None,
    labels: Mapping[str, str],
) -> None:
    place = np.arange(len(rows))
    ticks: list[float] = []
    names: list[str] = []
    heads: list[bool] = []
    y = 0.0
    for choice, values in varying.items():
        ticks.append(y)
        names.append(_word(choice, language))
        heads.append(True)
        y -= 1
        for value in values:
            made = (rows[choice] == value).to_numpy()
            axis.plot(place, np.full(len(place), y), "|", color=LIGHT, markersize=6)
            axis.plot(place[made], np.full(made.sum(), y), "|", color=INK, markersize=8, markeredgewidth=1.8)
            ticks.append(y)
            names.append(textwrap.shorten(_choice_label(choice, value, language, codebook, labels), 42))
            heads.append(False)
            y -= 1
    axis.set_yticks(ticks, names)
    for label, head in zip(axis.get_yticklabels(), heads, strict=True):
        label.set_fontweight("bold" if head else "normal")
    axis.set_ylim(y + 0.4, 0.6)
    axis.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)


def _choice_label(
    choice: str, value: str, language: Language, codebook: Codebook | None, labels: Mapping[str, str]
) -> str:
    if value in labels:
        return labels[value]
    if not value:
        return _word("none", language)
    if value in WORDS:
        return _word(value, language)
    if choice in ("outcome", "controls", "fixed_effects"):
        return " + ".join(label_of(codebook, VARIABLES, part, language) for part in value.split(" + "))
    return value


def _word(name: str, language: Language) -> str:
    return WORDS[name][0 if language == "ru" else 1]
