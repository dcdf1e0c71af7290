"""How far the nearest event is, now and as proposed: shares of residents by distance, and the words that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import BLUE, GREY, LIGHT, ORANGE, VERMILLION, axis_numbers, dress, empty, sheet, style
from evaluation.display.units import unit_label
from evaluation.display.wording import format_number
from evaluation.settings import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.settings import Language

PLAN_NAMES: dict[str, Text] = {
    "now": Text(ru="сейчас", en="now"),
    "plan_at_hand": Text(ru="имеющийся план", en="plan at hand"),
    "proposed": Text(ru="предложение", en="proposed"),
}
_LOOKS = {"now": (GREY, "--", 1.6), "plan_at_hand": (VERMILLION, "-.", 1.6), "proposed": (BLUE, "-", 2.2)}
GREAT_CIRCLE = Text(
    ru="Расстояние — по дуге большого круга от центра до центра: это нижняя граница, дорога длиннее.",
    en="Distances run along the great circle from centre to centre: a lower bound, roads are longer.",
)
NOT_KNOWN = Text(
    ru="Расчёт не знает состояния дорог, паромов и зимников, вместимости залов и расписаний; его проверяет тот, кто "
    "знает место.",
    en="The calculation knows nothing of the state of roads, of ferries and winter roads, of halls and timetables; "
    "somebody who knows the place must check it.",
)
# what a proposal warns of (territory.proposal.Proposal.warnings), in words
WARNINGS: dict[str, Text] = {
    "great_circle": GREAT_CIRCLE,
    "assumed_speed": Text(
        ru="Где матрица не даёт времени в пути, оно посчитано по дуге при допущенной скорости: не меньше этого.",
        en="Where the matrix has no travel time it comes from the great circle at an assumed speed: no less than this.",
    ),
    "not_proven": Text(
        ru="Поиск остановлен по времени: лучшее размещение не доказано.",
        en="The search was stopped by the clock: that this is the best placement is not proven.",
    ),
    "units_without_way": Text(
        ru="Есть территории, от которых путь ни до одного места не известен: в средних их нет.",
        en="From some units the way to every venue is unknown (or no capacity is left): they enter no mean.",
    ),
    "capacity": Text(
        ru="Места выбраны с учётом вместимости, а сравнение планов — по ближайшему месту без неё.",
        en="Venues were chosen under their capacity; plans are compared by the nearest venue whatever it can take.",
    ),
}


def access_plot(
    ways: pd.DataFrame,
    language: Language,
    *,
    measure: str = "km",
    thresholds: Sequence[float] = (),
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Share of residents whose nearest event is at most so far, one line a plan.

    ``ways`` has plan (now, plan_at_hand, proposed), way (km or minutes by ``measure``; missing: not known) and
    residents (missing: not published), one row a plan and unit. Shares are of the residents with a known way; how many
    units that leaves out is said in the note. ``thresholds`` are marked by thin lines. The scale of ways is a square
    root.
    """
    ru = language == "ru"
    title = title or ("Как далеко до ближайшего мероприятия" if ru else "How far the nearest event is")
    counted = ways[ways["way"].notna() & ways["residents"].fillna(0).gt(0)]
    plans = [name for name in PLAN_NAMES if name in set(counted["plan"])]
    if not plans:
        return empty(title, language, simulated)
    last = max(float(counted["way"].max()), *thresholds, 1.0)
    with style():
        figure = sheet(7.4, 4.0)
        axis = figure.subplots()
        for threshold in thresholds:
            axis.axvline(threshold, color=LIGHT, linewidth=1, zorder=0)
        for name in plans:
            way, share = cumulative_share(counted[counted["plan"] == name])
            colour, line, width = _LOOKS.get(name, (ORANGE, ":", 1.6))
            axis.step(
                np.r_[0.0, way, last], np.r_[0.0, share, 1.0], where="post", color=colour, linestyle=line,
                linewidth=width, label=PLAN_NAMES[name].in_language(language),
            )  # fmt: skip
        # near ways are what plans differ in; the farthest units would press them together on an even scale
        axis.set_xscale("function", functions=(lambda way: np.sqrt(np.maximum(way, 0)), np.square))
        axis.set_xlim(0, last * 1.02)
        axis.set_xticks(sorted({0.0, *map(float, thresholds), round(last)}))
        axis.minorticks_off()
        axis.set_ylim(0, 1.02)
        axis.yaxis.set_major_formatter(axis_numbers(language, "share"))
        axis.xaxis.set_major_formatter(axis_numbers(language))
        axis.set_ylabel("доля жителей, %" if ru else "share of residents, %")
        unit = unit_label(measure, language)
        axis.set_xlabel(f"до ближайшего мероприятия не дальше, {unit}" if ru else f"nearest event at most, {unit}")
        axis.legend(loc="lower right", frameon=False)
        words = [note, _left_out(ways, language)]
        words.append("Шкала расстояний — квадратный корень." if ru else "The scale of distances is a square root.")
        if measure == "km":
            words.append(GREAT_CIRCLE.in_language(language))
        return dress(figure, title, " ".join(word for word in words if word), language, simulated)


def cumulative_share(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Different ways in rising order, and the share of residents at most so far (``rows``: way, residents, known)."""
    sums = rows.groupby("way", sort=True)["residents"].sum().astype("float64")
    return sums.index.to_numpy(dtype=float), (sums.cumsum() / sums.sum()).to_numpy()


def _left_out(ways: pd.DataFrame, language: Language) -> str:
    """How many units enter no share: those without published population, and by plan those without a known way."""
    one = ways[ways["plan"] == ways["plan"].iloc[0]]
    no_people = format_number(int(one["residents"].isna().sum()), language, 0, "units")
    unknown = int(ways[ways["way"].isna()].groupby("plan").size().max()) if ways["way"].isna().any() else 0
    no_way = format_number(unknown, language, 0, "units")
    if language == "ru":
        return f"Не вошли: без опубликованного населения — {no_people}, без известного пути — {no_way}."
    return f"Left out: without published population {no_people}, without a known way {no_way}."
