"""Classes of a map's values: natural breaks (Fisher-Jenks), zero apart, and their words in the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.units import unit_words
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from evaluation.settings import Language

# steps of YlGnBu: ordered by lightness, so they stay apart for every kind of colour vision and in print
COLOURS: dict[int, tuple[str, ...]] = {
    1: ("#7fcdbb",),
    2: ("#c7e9b4", "#2c7fb8"),
    3: ("#d9f0b8", "#5cbfc0", "#225ea8"),
    4: ("#edf8b1", "#a1dab4", "#41b6c4", "#225ea8"),
    5: ("#f3fab6", "#b4e2b6", "#5fc1c0", "#2b8cbe", "#253494"),
    6: ("#f3fab6", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494"),
    7: ("#f7fcc4", "#d9f0b8", "#a8ddb5", "#6cc6bf", "#41aec6", "#2171b5", "#253494"),
    8: ("#f7fcc4", "#dff2b6", "#bce4b5", "#7fcdbb", "#4fbac4", "#2f98c4", "#225ea8", "#1d2d83"),
    9: ("#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58"),
}
ZERO = "#ffffff"
DARK_FROM = 0.5


@dataclass(frozen=True)
class MapClass:
    """One class: its lowest and highest value seen, its colour, its words and the units in it."""

    low: float
    high: float
    colour: str
    label: str
    units: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        red, green, blue = (int(self.colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue < DARK_FROM


def map_classes(values: pd.Series, classes: int, language: Language, unit: str = "") -> list[MapClass]:
    """Classes of ``values`` (index unit_id, missing values left out), from the lowest up, at most ``classes`` of them.

    Zero is a class of its own when all values are 0 or more. A few different values are classes each; otherwise the
    breaks are those of Fisher and Jenks. Labels give the lowest and highest value that occur in the class, so that no
    value between classes is claimed. ``unit`` is a code of units (a share is shown in per cent).
    """
    known = values.dropna().astype("float64")
    if known.empty:
        return []
    apart = bool((known == 0).any() and (known >= 0).all())
    rest = known[known != 0] if apart else known
    wanted = max(1, classes - apart)
    groups = [known[known == 0]] if apart else []
    groups += _natural(rest, wanted) if len(rest) else []
    colours = ((ZERO,) if apart else ()) + COLOURS[min(max(len(groups) - apart, 1), 9)]
    decimals = _decimals(known, groups, unit)
    return [
        MapClass(
            float(group.min()),
            float(group.max()),
            colour,
            _label(float(group.min()), float(group.max()), language, decimals, unit),
            tuple(group.index),
        )
        for group, colour in zip(groups, colours, strict=True)
    ]


def _natural(values: pd.Series, wanted: int) -> list[pd.Series]:
    distinct = np.unique(values)
    if len(distinct) <= wanted:
        return [values[values == value] for value in distinct]
    counts = values.groupby(values).size().to_numpy(dtype=float)
    tops = distinct[fisher_jenks(distinct, counts, wanted)]
    place = np.searchsorted(tops, values.to_numpy(), side="left")
    return [values[place == number] for number in range(wanted)]


def fisher_jenks(values: np.ndarray, weights: np.ndarray, classes: int) -> np.ndarray:
    """Positions of the last value of every class in sorted distinct ``values``, the optimal partition.

    Dynamic programming after Fisher (1958): the sum over classes of squared deviations from the class mean, weighted
    by ``weights``, is the least possible. Needs classes <= number of values; time grows as classes x values^2.
    """
    count = len(values)
    weight, first, second = (np.concatenate([[0.0], np.cumsum(part)]) for part in
                             (weights, weights * values, weights * values**2))  # fmt: skip
    start, end = np.arange(count)[:, None], np.arange(count)[None, :] + 1
    inner = np.where(end > start, weight[end] - weight[start], 1.0)
    spread = second[end] - second[start] - (first[end] - first[start]) ** 2 / inner
    spread = np.where(end > start, np.maximum(spread, 0.0), np.inf)
    cost = spread[0]
    choices = []
    for _ in range(classes - 1):
        total = cost[:-1, None] + spread[1:, :]  # the last class begins after each possible end of the others
        choices.append(total.argmin(axis=0))
        cost = total.min(axis=0)
    ends = [count - 1]
    for choice in reversed(choices):
        ends.append(int(choice[ends[-1]]))
    return np.array(ends[::-1])


def _factor(unit: str) -> float:
    return 100.0 if unit_words(unit).kind == "share" else 1.0


def _decimals(known: pd.Series, groups: list[pd.Series], unit: str) -> int:
    """Digits after the point that keep the ends of classes apart."""
    scaled = known * _factor(unit)
    if np.allclose(scaled, scaled.round()):
        return 0
    ends = [float(end) * _factor(unit) for group in groups for end in (group.min(), group.max())]
    least = min((abs(end) for end in ends if end), default=1.0)
    largest = float(scaled.abs().max())
    start = 0 if largest >= 100 else 1 if largest >= 10 else 2
    for decimals in range(start, 4):
        rounded = [round(end, decimals) for end in ends]
        if all(a != b for a, b in zip(rounded[1::2], rounded[2::2], strict=False)) and round(least, decimals):
            return decimals
    return 3


def _label(low: float, high: float, language: Language, decimals: int, unit: str) -> str:
    first = format_number(low * _factor(unit), language, decimals)
    last = format_number(high * _factor(unit), language, decimals)
    if first == last:
        return first
    return f"{first} – {last}" if decimals or "\u2212" in first else f"{first}–{last}"


def class_of(classes: list[MapClass]) -> dict[str, MapClass]:
    """The class of every unit."""
    return {unit: one for one in classes for unit in one.units}
