"""Figures of measures: the matrix of projects by status, the way to the target, recommendations not yet done."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from evaluation.display.canvas import BLUE, GREY, INK, LIGHT, axis_numbers, dress, empty, plain, sheet, style
from evaluation.display.curves import survival_plot
from evaluation.display.wording import format_number
from evaluation.settings import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

# more rows than these fill more than a page
MOST_PROJECTS, MOST_MEASURES = 24, 40
# from white to dark grey; figures are readable on every shade, in colour and in print
_LIGHTEST, _DARKEST = 0.97, 0.30
_WORDS: dict[str, Text] = {
    "matrix": Text(ru="Меры по проектам и состоянию", en="Measures by project and status"),
    "matrix_note": Text(
        ru="Чем темнее клетка, тем больше мер проекта в этом состоянии; число мер написано в клетке.",
        en="The darker a cell, the more of the project's measures are in this status; their number is in the cell.",
    ),
    "no_project": Text(ru="Без проекта", en="Without a project"),
    "more": Text(ru="Ещё проектов не показано: {}.", en="Further projects not shown: {}."),
    "way": Text(ru="Путь мер к цели", en="The measures' way to the target"),
    "way_axis": Text(ru="пройдено пути к цели от исходного, %", en="part of the way from baseline to target, %"),
    "way_note": Text(
        ru="Закрашенный кружок — {now} год, пустой — последний год до него. Ноль — исходное значение, сто — цель; за "
        "краем шкалы — треугольник. Мер без посчитанного пути: {without}.",
        en="Filled dot: {now}; hollow dot: the last year before it. Zero is the baseline, one hundred the target; a "
        "triangle lies beyond the scale. Measures whose way cannot be computed: {without}.",
    ),
    "changed": Text(
        ru="Прежний год не показан, где изменена цель: {}.",
        en="The earlier year is left out where the target was changed: {}.",
    ),
    "more_measures": Text(ru="Ещё мер не показано: {}.", en="Further measures not shown: {}."),
    "curve": Text(ru="Сколько рекомендаций ещё не выполнено", en="How many recommendations are not done yet"),
    "curve_note": Text(
        ru="Сплошная линия: отклонённые и неактуальные остаются невыполненными. Пунктир: ещё ничем не кончились. "
        "Полоса — 95 % интервал; он не учитывает, что рекомендации одного мероприятия похожи.",
        en="Solid line: those refused or no longer relevant stay not done. Dashed line: ended in no way yet. Band: "
        "95% interval, which does not allow for recommendations of one event being alike.",
    ),
    "curve_time": Text(ru="дней от принятия", en="days since adoption"),
    "curve_value": Text(ru="доля рекомендаций", en="share of recommendations"),
}  # fmt: skip


def status_matrix_plot(
    matrix: pd.DataFrame, labels: Mapping[str, str], language: Language, *, simulated: bool = False
) -> Figure:
    """Projects by status as shades of grey with their numbers.

    ``matrix`` has project, one column a status of ``labels`` (names by code, in order) and n. Statuses that no
    measure has are left out; at most MOST_PROJECTS projects are drawn, the note says how many more there are.
    """
    title = _WORDS["matrix"].in_language(language)
    statuses = [name for name in labels if name in matrix and matrix[name].sum() > 0]
    if matrix.empty or not statuses:
        return empty(title, language, simulated)
    shown = matrix.head(MOST_PROJECTS)
    counts = shown[statuses].to_numpy(dtype=float)
    with style():
        figure = sheet(7.4, 1.7 + 0.46 * len(shown))
        axes = figure.subplots()
        for row, column in np.ndindex(*counts.shape):
            _cell(axes, column, row, counts[row, column], counts.max(), language)
        axes.set_xlim(0, len(statuses))
        axes.set_ylim(len(shown), 0)
        axes.set_xticks(np.arange(len(statuses)) + 0.5, [_wrapped(labels[name], 14) for name in statuses])
        axes.xaxis.tick_top()
        none = _WORDS["no_project"].in_language(language)
        names = [none if pd.isna(name) else _wrapped(str(name), 34) for name in shown["project"]]
        counted = [f"{name} (n = {format_number(n, language, 0)})" for name, n in zip(names, shown["n"], strict=True)]
        axes.set_yticks(np.arange(len(shown)) + 0.5, counted)
        plain(axes)
        note = _WORDS["matrix_note"].in_language(language)
        if len(matrix) > len(shown):
            note += " " + _WORDS["more"].in_language(language).format(len(matrix) - len(shown))
        return dress(figure, title, note, language, simulated)


def _cell(axes: Axes, column: int, row: int, count: float, most: float, language: Language) -> None:
    shade = _LIGHTEST - (_LIGHTEST - _DARKEST) * count / most
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=str(shade), edgecolor="white", linewidth=2))
    if count:
        axes.text(column + 0.5, row + 0.5, format_number(count, language, 0), ha="center", va="center", fontsize=9.5,
                  fontweight="bold", color="white" if shade < 0.6 else INK)  # fmt: skip


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def progress_plot(progress: pd.DataFrame, year: int, language: Language, *, simulated: bool = False) -> Figure:
    """Every measure's part of the way to its target in ``year`` and in the last year before it.

    ``progress`` as contract ``measure_progress``. Measures whose progress cannot be computed are counted in the note;
    where the target was changed the earlier year is left out, because its way was another.
    at most MOST_MEASURES are drawn. The scale runs from -25 to 150 %; what lies beyond stands at its edge as a
    triangle with its number.
    """
    title = _WORDS["way"].in_language(language)
    now = progress[progress["year"] == year]
    rows = now.dropna(subset=["progress"])
    if rows.empty:
        return empty(title, language, simulated)
    shown = rows.sort_values("measure_id", kind="stable").head(MOST_MEASURES)
    past = progress[(progress["year"] < year) & progress["progress"].notna()].sort_values("year", kind="stable")
    last = past.drop_duplicates("measure_id", keep="last").set_index("measure_id")["progress"]
    changed = shown["target_changed"].fillna(False).astype(bool)
    before = shown["measure_id"].map(last).mask(changed)
    low, high = -0.25, 1.5
    with style():
        figure = sheet(7.2, 1.6 + 0.27 * len(shown))
        axes = figure.subplots()
        for place, (value, earlier) in enumerate(zip(shown["progress"], before, strict=True)):
            if pd.notna(earlier):
                ends = np.clip([earlier, value], low, high)
                axes.plot(ends, [place, place], color=GREY, linewidth=1.2, zorder=2)
                axes.plot(
                    ends[:1], [place], "o", markerfacecolor="white", markeredgecolor=GREY, markersize=5.5, zorder=3
                )
            _dot(axes, float(value), place, (low, high), language)
        for line in (0.0, 1.0):
            axes.axvline(line, color=GREY, linewidth=0.9, linestyle="-" if line else (0, (4, 3)), zorder=1)
        axes.set_xlim(low - 0.03, high + 0.03)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.set_yticks(range(len(shown)), shown["measure_id"].tolist())
        axes.xaxis.set_major_formatter(axis_numbers(language, "share"))
        axes.set_xlabel(_WORDS["way_axis"].in_language(language))
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        axes.set_axisbelow(True)
        note = _WORDS["way_note"].in_language(language).format(now=year, without=len(now) - len(rows))
        if changed.any():
            note += " " + _WORDS["changed"].in_language(language).format(int(changed.sum()))
        if len(rows) > len(shown):
            note += " " + _WORDS["more_measures"].in_language(language).format(len(rows) - len(shown))
        return dress(figure, title, note, language, simulated)


def _dot(axes: Axes, value: float, place: int, limits: tuple[float, float], language: Language) -> None:
    low, high = limits
    beyond = value < low or value > high
    marker = "o" if not beyond else "<" if value < low else ">"
    at = min(max(value, low), high)
    axes.plot([at], [place], marker, color=BLUE, markersize=6, zorder=4)
    if beyond:
        side = 7 if value < low else -7
        axes.annotate(f"{format_number(value * 100, language, 0)}\u00a0%", (at, place), xytext=(side, 0),
                      textcoords="offset points", ha="left" if side > 0 else "right", va="center", fontsize=7.5,
                      color=INK, zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip


def not_done_plot(
    curve: pd.DataFrame, labels: Mapping[str, str], language: Language, *, simulated: bool = False
) -> Figure:
    """Share of recommendations not yet done by days since adoption (``not_done_curve``), with numbers observed."""
    return survival_plot(
        curve, language, title=_WORDS["curve"].in_language(language), note=_WORDS["curve_note"].in_language(language),
        simulated=simulated, labels=labels, time_label=_WORDS["curve_time"].in_language(language),
        value_label=_WORDS["curve_value"].in_language(language),
    )  # fmt: skip
