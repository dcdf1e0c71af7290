"""Options of multiple choice, changes between two measurements, and readiness to recommend, as figures."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    ORANGE,
    SKY,
    axis_numbers,
    dress,
    empty,
    plain,
    sheet,
    style,
)
from evaluation.display.diverging import LABEL, SMALL, WIDTH
from evaluation.display.exhibit import HIDDEN
from evaluation.display.survey.words import has_interval, remarks_of, word
from evaluation.display.units import unit_label
from evaluation.display.wording import below_mark, format_change, format_number, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language


_BEFORE_AFTER = {"before": "mean_before", "after": "mean_after"}


def option_bars(
    estimates: pd.DataFrame,
    language: Language,
    options: Mapping[str, str],
    *,
    groups: Mapping[str, str] | None = None,
    hidden: pd.Series | None = None,
    threshold: int = 5,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Shares of all who were asked that chose each option of one question; small panels by group, on one scale.

    ``estimates`` are rows of one item with choice, group, statistic ``share``, value, low, high, n, n_weighted, asked,
    note; ``options`` are labels by choice. Options are sorted by the first group's share. Where ``hidden`` (index as
    ``estimates``) marks a row its bar is not drawn. Intervals stand for probability samples alone.
    """
    wanted = {"": ""} if groups is None else dict(groups)
    frame = estimates[(estimates["statistic"] == "share") & estimates["choice"].isin(list(options))]
    frame = frame.assign(group=frame["group"].fillna(""), drawn=has_interval(frame))
    marked = pd.Series(False, index=estimates.index) if hidden is None else hidden.map(_is_marked)
    frame = frame.assign(marked=marked.reindex(frame.index).fillna(False))
    shown = [group for group in wanted if (frame["group"] == group).any()]
    if not shown or frame["value"].notna().sum() == 0:
        return empty(title, language, simulated)
    first = frame[frame["group"] == shown[0]].set_index("choice")["value"]
    ordered = sorted(options, key=lambda code: -float(first.get(code, 0.0)) if pd.notna(first.get(code)) else 0.0)
    ordered = [code for code in ordered if code in set(frame["choice"])]
    top = float(np.nanmax(frame[["value", "high"]].to_numpy(dtype=float)))
    with style():
        figure = sheet(WIDTH, 1.3 + 0.36 * len(ordered) + 0.2)
        axes = figure.subplots(1, len(shown), squeeze=False, sharey=True)[0]
        for axis, group in zip(axes, shown, strict=True):
            part = frame[frame["group"] == group].set_index("choice").reindex(ordered)
            _options(axis, part, top, language, threshold)
            base = f"n\u00a0=\u00a0{format_number(part['n'].max(), language, 0)}"
            weighted = (
                f"{word('weighted', language)}\u00a0=\u00a0{format_number(part['n_weighted'].max(), language, 0)}"
            )
            head = textwrap.wrap(wanted[group], max(14, 44 // len(shown)))
            axis.set_title("\n".join([*head, f"{base}, {weighted}"]), fontsize=LABEL)
        labels = ["\n".join(textwrap.wrap(options[code], 34)) for code in ordered]
        axes[0].set_yticks(np.arange(len(ordered))[::-1], labels, fontsize=LABEL)
        parts = [word("percent_asked", language) + "."]
        parts += [word("interval", language)] if frame["drawn"].any() else []
        parts += [remarks_of(frame["note"], language, ("not_probability", "census", "census_nonresponse")), note]
        parts += [words("hidden", language).format(mark=below_mark(threshold), threshold=threshold)] * int(
            bool(frame["marked"].any())
        )
        return dress(figure, title, " ".join(part for part in parts if part), language, simulated)


def _is_marked(value: object) -> bool:
    return value is not None and not pd.isna(value) and bool(value)


def _options(axis: Axes, part: pd.DataFrame, top: float, language: Language, threshold: int) -> None:
    y = np.arange(len(part))[::-1]
    marked = part["marked"].fillna(False).to_numpy(dtype=bool)
    value = part["value"].where(~marked).to_numpy(dtype=float)
    axis.barh(y, np.nan_to_num(value), color=SKY, height=0.62)
    drawn = part["drawn"].fillna(False).to_numpy(dtype=bool) & ~marked
    low, high = part["low"].to_numpy(dtype=float), part["high"].to_numpy(dtype=float)
    axis.hlines(y[drawn], low[drawn], high[drawn], color=INK, linewidth=1.1)
    for place, share, upper, has, hide in zip(y, value, high, drawn, marked, strict=True):
        end = upper if has else (0.0 if np.isnan(share) else share)
        text = below_mark(threshold) if hide else format_number(share, language, 0, "share")
        axis.text(end + 0.015 * max(top, 0.1), place, text, va="center", fontsize=SMALL)
    axis.set_xlim(0, 1.22 * max(top, 0.05))
    axis.set_ylim(-0.6, len(part) - 0.4)
    plain(axis)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.set_xticks([])


def change_dumbbells(
    changes: pd.DataFrame,
    language: Language,
    labels: Mapping[str, str],
    *,
    unit: str = "points",
    hidden: pd.Series | None = None,
    threshold: int = 5,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Before and after of the same people: an open dot, a filled dot, the change with its interval and the pairs.

    ``changes`` has measure, before, after, change, low, high (of the change), n (pairs), note, one row a measure;
    ``labels`` by measure in the order shown. Nothing is drawn where ``hidden`` marks a row.
    """
    frame = changes.set_index("measure").reindex([name for name in labels if name in set(changes["measure"])])
    marked = pd.Series(False, index=changes.index) if hidden is None else hidden.map(_is_marked)
    marked.index = pd.Index(changes["measure"])
    if frame.empty or frame[["before", "after"]].notna().sum().sum() == 0:
        return empty(title, language, simulated)
    with style():
        figure = sheet(WIDTH, 1.5 + 0.5 * len(frame))
        axis = figure.subplots()
        y = np.arange(len(frame))[::-1]
        shown = has_interval(frame)
        for place, (name, row) in zip(y, frame.iterrows(), strict=True):
            if bool(marked.get(name, False)):
                text = below_mark(threshold)
            else:
                axis.plot([row["before"], row["after"]], [place, place], color=LIGHT, linewidth=4, zorder=1)
                axis.plot(
                    row["before"], place, "o", color="white", markeredgecolor=ORANGE, markeredgewidth=1.6, zorder=3
                )
                axis.plot(row["after"], place, "o", color=BLUE, zorder=3)
                text = _change_text(row, bool(shown[name]), language)
            axis.annotate(text, (1, place), xycoords=("axes fraction", "data"), xytext=(8, 0), va="center",
                          textcoords="offset points", fontsize=SMALL, annotation_clip=False)  # fmt: skip
        axis.set_yticks(y, ["\n".join(textwrap.wrap(labels[str(name)], 34)) for name in frame.index], fontsize=LABEL)
        axis.set_ylim(-0.6, len(frame) - 0.4)
        axis.margins(x=0.08)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
        axis.grid(axis="x", color=LIGHT, linewidth=0.6)
        axis.xaxis.set_major_formatter(axis_numbers(language, unit))
        axis.set_xlabel(unit_label(unit, language))
        axis.plot(
            [], [], "o", color="white", markeredgecolor=ORANGE, markeredgewidth=1.6, label=word("before", language)
        )
        axis.plot([], [], "o", color=BLUE, label=word("after", language))
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=LABEL, borderaxespad=0.1)
        parts = [
            "Только те, у кого есть оба измерения; справа — среднее изменение и его 95 % интервал."
            if language == "ru"
            else "Only people with both measurements; at the right the mean change and its 95% interval.",
            remarks_of(frame["note"], language, ("not_probability",)),
            note,
        ]
        return dress(figure, title, " ".join(part for part in parts if part), language, simulated)


def change_rows(changes: pd.DataFrame) -> pd.DataFrame:
    """Rows for ``change_dumbbells`` from a long table of changes (measure, statistic, value, low, high, n, note)."""
    wide = changes.pivot_table(index="measure", columns="statistic", values="value", sort=False)
    rows = changes[changes["statistic"] == "mean_change"].set_index("measure")
    made = rows[["value", "low", "high", "n", "note"]].rename(columns={"value": "change"})
    found = {name: wide.reindex(columns=[column])[column] for name, column in _BEFORE_AFTER.items()}
    return made.assign(**found).reset_index()


def _change_text(row: pd.Series, has: bool, language: Language) -> str:
    text = format_change(row["change"], language, None, 2)
    if has:
        ends = [format_number(row[name], language, 2) for name in ("low", "high")]
        text += f" ({'; '.join(ends)})"
    return f"{text}\n{word('pairs', language)}: {format_number(row['n'], language, 0)}"


def promoter_bars(
    scores: pd.DataFrame,
    language: Language,
    labels: Mapping[str, str],
    *,
    hidden: pd.Series | None = None,
    threshold: int = 5,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Net promoter score (promoters less detractors, from -100 to 100) by group, with its interval and n.

    ``scores`` has group, statistic ``nps``, value, low, high, n, n_weighted, note; ``labels`` by group in the order
    shown. The interval stands for probability samples alone.
    """
    marked = pd.Series(False, index=scores.index) if hidden is None else hidden.map(_is_marked)
    frame = scores.assign(group=scores["group"].fillna(""), marked=marked)
    frame = frame[(frame["statistic"] == "nps") & frame["group"].isin(list(labels))].set_index("group")
    frame = frame.reindex([name for name in labels if name in frame.index])
    if frame.empty or frame["value"].notna().sum() == 0:
        return empty(title, language, simulated)
    with style():
        figure = sheet(WIDTH, 1.3 + 0.42 * len(frame))
        axis = figure.subplots()
        y = np.arange(len(frame))[::-1]
        drawn = (has_interval(frame) & ~frame["marked"].astype(bool)).to_numpy(dtype=bool)
        hide = frame["marked"].to_numpy(dtype=bool)
        value = np.where(hide, 0.0, np.nan_to_num(frame["value"].to_numpy(dtype=float)))
        axis.barh(y, value, color=np.where(value < 0, ORANGE, SKY).tolist(), height=0.5)
        axis.hlines(y[drawn], frame["low"][drawn], frame["high"][drawn], color=INK, linewidth=1.3)
        for place, (_, row), has in zip(y, frame.iterrows(), drawn, strict=True):
            axis.annotate(_score_text(row, bool(has), threshold, language), (1, place), xytext=(8, 0), va="center",
                          xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=SMALL,
                          annotation_clip=False)  # fmt: skip
        axis.axvline(0, color=GREY, linewidth=0.9)
        axis.set_xlim(-100, 100)
        axis.set_xticks([-100, -50, 0, 50, 100])
        axis.xaxis.set_major_formatter(axis_numbers(language))
        axis.set_yticks(y, ["\n".join(textwrap.wrap(labels[str(name)], 34)) for name in frame.index], fontsize=LABEL)
        axis.set_ylim(-0.6, len(frame) - 0.4)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
        start = (
            "Доля готовых рекомендовать (9–10) минус доля неготовых (0–6), пунктов от −100 до 100."
            if language == "ru"
            else "Share of promoters (9–10) less share of detractors (0–6), in points from −100 to 100."
        )
        parts = [start, word("interval", language) if drawn.any() else ""]
        parts += [remarks_of(frame["note"], language, ("not_probability", "census", "census_nonresponse")), note]
        return dress(figure, title, " ".join(part for part in parts if part), language, simulated)


def _score_text(row: pd.Series, has: bool, threshold: int, language: Language) -> str:
    if row["marked"]:
        return f"{HIDDEN} (n\u00a0{below_mark(threshold)})"
    text = format_number(row["value"], language, 0, signed=True)
    if has:
        text += f" ({'; '.join(format_number(row[name], language, 0) for name in ('low', 'high'))})"
    counts = f"n\u00a0=\u00a0{format_number(row['n'], language, 0)}"
    return f"{text}\n{counts}, {word('weighted', language)}\u00a0=\u00a0{format_number(row['n_weighted'], language, 0)}"
