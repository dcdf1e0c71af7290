"""The way of a survey's responses as a chart: from invited to analysed, and the base of every item."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import FancyBboxPatch

from evaluation.display.canvas import BLUE, GREY, INK, LIGHT, dress, empty, plain, sheet, style
from evaluation.display.wording import format_number
from evaluation.settings import InputProblem, Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language

MOST_ITEMS = 14
ROW = 0.5  # inches a stage
_BASE = Text(ru="Ответили на вопрос (в скобках — скольких спросили)", en="Answered the item (in brackets: asked)")
_MORE = Text(
    ru="Показаны вопросы с наименьшим основанием, {shown} из {all}.",
    en="Shown are the items of the smallest base, {shown} of {all}.",
)
_MAIN = (0.02, 0.5)  # left edge and width, as shares of the chart
_SIDE = 0.6  # left edge of what was lost


@dataclass
class _Stage:
    name: str
    n: int
    losses: list[tuple[str, int]] = field(default_factory=list)


def survey_flow(
    flow: pd.DataFrame,
    language: Language,
    codebook: Codebook | None = None,
    items: Mapping[str, str] | None = None,
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """The flow of one wave: what is left at each stage at the left, what was lost on the way and why at the right.

    ``flow`` has stage, n, lost, reason and item, in order (columns of the contract ``survey_flow``); ``items`` are
    labels of items. Below stand the MOST_ITEMS items with the smallest base: who answered, of those asked.

    Raises InputProblem where the numbers of a stage and its losses are not those of the stage before it.
    """
    stages = _stages(flow)
    if not stages:
        return empty(title, language, simulated)
    bases = flow[flow["stage"] == "item"].assign(asked=lambda frame: frame["n"] + frame["lost"])
    shown = bases.sort_values(["n", "step"], kind="stable").head(MOST_ITEMS)
    shown = shown.sort_values("step", kind="stable")
    if len(shown) < len(bases):
        more = _MORE.in_language(language).format(shown=len(shown), all=len(bases))
        note = f"{more} {note}".strip()
    heights = [ROW * len(stages) + 0.15, *([0.27 * len(shown) + 0.35] if len(shown) else [])]
    with style():
        figure = sheet(7.4, sum(heights) + (0.9 if title or simulated else 0.3))
        axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        _draw_stages(axes[0], stages, language, codebook)
        if len(shown):
            _draw_bases(axes[1], shown, language, items or {})
        return dress(figure, title, note, language, simulated)


def _stages(flow: pd.DataFrame) -> list[_Stage]:
    """Stages with their losses; steps of reading belong to what was read."""
    stages: list[_Stage] = []
    waiting: list[tuple[str, int]] = []
    before: int | None = None
    for row in flow[flow["stage"] != "item"].itertuples():
        n, lost = int(row.n), int(row.lost)
        if before is not None and n + lost != before:
            raise InputProblem(
                f"Путь анкет, шаг «{row.stage}»: было {before}, осталось {n} и выбыло {lost}. Числа не сходятся.",
                f"Flow of responses, step '{row.stage}': {before} before, {n} left and {lost} lost. The counts do not "
                "add up.",
            )
        before = n
        if isinstance(row.reason, str):
            waiting.append((row.reason, lost))
        if row.stage != "reading":
            stages.append(_Stage(str(row.stage), n, waiting))
            waiting = []
    return stages


def _label(codebook: Codebook | None, list_name: str, code: str, language: Language) -> str:
    return code if codebook is None else codebook.choice_labels(list_name, language).get(code, code)


def _draw_stages(axes: Axes, stages: list[_Stage], language: Language, codebook: Codebook | None) -> None:
    plain(axes)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(0, 1)
    axes.set_ylim(-len(stages) + 0.5, 0.5)
    left, width = _MAIN
    middle = left + width / 2
    for place, stage in enumerate(stages):
        y = -place
        strong = stage.name in ("received", "analysed")
        _box(axes, left, y, width, "#e6f1f8" if strong else "white", BLUE if strong else GREY)
        name = _label(codebook, "survey_stage", stage.name, language)
        axes.text(left + 0.02, y, name, va="center", fontsize=9, fontweight="bold" if strong else "normal")
        axes.text(left + width - 0.02, y, format_number(stage.n, language, 0), va="center", ha="right", fontsize=9.5,
                  fontweight="bold")  # fmt: skip
        if place:
            axes.annotate("", (middle, y + 0.33), (middle, y + 0.67), arrowprops={"arrowstyle": "-|>", "color": GREY})
        if stage.losses:
            _draw_losses(axes, stage.losses, y + 0.5, middle, language, codebook)


def _draw_losses(
    axes: Axes, losses: list[tuple[str, int]], y: float, middle: float, language: Language, codebook: Codebook | None
) -> None:
    left = _SIDE
    axes.plot([middle, left], [y, y], color=GREY, linewidth=0.8, zorder=1)
    lines = []
    for reason, lost in losses:
        text = f"{_label(codebook, 'survey_loss', reason, language)}: {format_number(lost, language, 0)}"
        lines += textwrap.wrap(text, 46)
    axes.text(left + 0.01, y, "\n".join(lines), va="center", fontsize=8, color=INK, linespacing=1.15,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip


def _box(axes: Axes, left: float, y: float, width: float, fill: str, edge: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (left, y - 0.32), width, 0.64, boxstyle="round,pad=0,rounding_size=0.012", mutation_aspect=12,
            facecolor=fill, edgecolor=edge, linewidth=0.9, zorder=2,
        )
    )  # fmt: skip


def _draw_bases(axes: Axes, bases: pd.DataFrame, language: Language, items: Mapping[str, str]) -> None:
    y = np.arange(len(bases))[::-1]
    asked, answered = bases["asked"].to_numpy(dtype=float), bases["n"].to_numpy(dtype=float)
    axes.barh(y, asked, color=LIGHT, height=0.6)
    axes.barh(y, answered, color=BLUE, height=0.6)
    for place, given, of in zip(y, answered, asked, strict=True):
        text = f"{format_number(given, language, 0)} ({format_number(of, language, 0)})"
        axes.annotate(text, (of, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(y, [textwrap.shorten(items.get(name, name), 46, placeholder="…") for name in bases["item"]])
    plain(axes)
    axes.set_xticks([])
    axes.set_xlim(0, max(float(asked.max()) * 1.16, 1.0))
    axes.set_title(_BASE.in_language(language), fontsize=8.5)
