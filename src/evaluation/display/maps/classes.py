"""Classes of a map's values, their words in the legend, and the rule they follow, named for the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from evaluation.display.palettes import ABOVE, BELOW, MIDDLE, SEQUENTIAL, ZERO
from evaluation.display.units import unit_words
from evaluation.display.wording import format_number
from evaluation.settings import Text

if TYPE_CHECKING:
    from evaluation.settings import Language

COLOURS = SEQUENTIAL
DARK_FROM = 0.5
Method = Literal["auto", "natural_breaks", "quantiles"]
# natural breaks that leave more than this share of the units in one class show nothing; below so many units they may
CROWDED, FEW_UNITS = 2 / 3, 20
REASONS = {
    "natural_breaks": Text(
        ru="естественные границы (Фишер — Дженкс): разброс внутри классов наименьший",
        en="natural breaks (Fisher-Jenks): least spread within classes",
    ),
    "quantiles": Text(
        ru="равной численности: значения так неравны, что при естественных границах почти все территории попали бы в "
        "один класс",
        en="of equal numbers: values are so uneven that natural breaks would put most territories in one class",
    ),
    "quantiles_asked": Text(ru="равной численности", en="of equal numbers of territories"),
    "distinct": Text(ru="каждое значение — свой класс", en="every value is a class"),
    "diverging": Text(
        ru="в обе стороны от {} с естественными границами (Фишер — Дженкс)",
        en="on both sides of {} with natural breaks (Fisher-Jenks)",
    ),
}
ZERO_APART = Text(ru="ноль отдельно", en="zero apart")
CLASSES = Text(ru="Классы: {}.", en="Classes: {}.")


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
        return is_dark(self.colour)


@dataclass(frozen=True)
class Classing:
    """Classes from the lowest up, and the rule they follow (``reason``; empty without classes)."""

    classes: list[MapClass]
    reason: str


def is_dark(colour: str) -> bool:
    """Whether white letters are read better than black ones on a colour (#rrggbb)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < DARK_FROM


def map_classes(values: pd.Series, classes: int, language: Language, unit: str = "") -> list[MapClass]:
    """Classes by natural breaks, as ``classing`` with the method 'natural_breaks'."""
    return classing(values, classes, language, unit, "natural_breaks").classes


def classing(
    values: pd.Series,
    classes: int,
    language: Language,
    unit: str = "",
    method: Method = "auto",
    reference: float | None = None,
) -> Classing:
    """Classes of ``values`` (index unit_id, missing values left out), from the lowest up, at most ``classes`` of them.

    Zero is a class of its own when all values are 0 or more. A few different values are classes each; otherwise
    'natural_breaks' are those of Fisher and Jenks, 'quantiles' hold about equal numbers of units, and 'auto' takes
    natural breaks unless they would put more than two thirds of 20 or more units in one class. With a ``reference``
    classes diverge from it: as many below as above, the value itself apart. Labels give the lowest and highest value
    that occur in the class, so that no value between classes is claimed. ``unit`` is a code of units (a share is
    shown in per cent). Raises ValueError for infinite values.
    """
    known = values.dropna().astype("float64")
    if known.empty:
        return Classing([], "")
    if not np.isfinite(known).all():
        raise ValueError("values of a map must be finite")
    if reference is not None:
        return _diverging(known, classes, language, unit, reference)
    apart = bool((known == 0).any() and (known >= 0).all())
    rest = known[known != 0] if apart else known
    wanted = max(1, classes - apart)
    groups, rule = _grouped(rest, wanted, method)
    colours = SEQUENTIAL[min(max(len(groups), 1), 9)]
    reason = REASONS[rule].in_language(language) + (f"; {ZERO_APART.in_language(language)}" if apart else "")
    if apart:
        groups, colours = [known[known == 0], *groups], (ZERO, *colours)
    return Classing(_described(known, groups, colours, language, unit), CLASSES.in_language(language).format(reason))


def _grouped(values: pd.Series, wanted: int, method: Method) -> tuple[list[pd.Series], str]:
    if values.empty:
        return [], "distinct"
    if values.nunique() <= wanted:
        return natural_groups(values, wanted), "distinct"
    if method == "quantiles":
        return quantile_groups(values, wanted), "quantiles_asked"
    groups = natural_groups(values, wanted)
    largest = max(len(group) for group in groups)
    if method == "auto" and len(values) >= FEW_UNITS and largest > CROWDED * len(values):
        even = quantile_groups(values, wanted)
        if max(len(group) for group in even) < largest:
            return even, "quantiles"
    return groups, "natural_breaks"


def _diverging(known: pd.Series, classes: int, language: Language, unit: str, reference: float) -> Classing:
    side = min(max(classes // 2, 1), 4)
    below, above, same = known[known < reference], known[known > reference], known[known == reference]
    low = natural_groups(below, side) if len(below) else []
    high = natural_groups(above, side) if len(above) else []
    # the class nearest to the reference is the palest on either side, however many classes a side has
    colours = [*BELOW[side][side - len(low) :], *([MIDDLE] if len(same) else []), *ABOVE[side][: len(high)]]
    groups = [*low, *([same] if len(same) else []), *high]
    named = format_number(reference, language, unit=unit or None)
    reason = CLASSES.in_language(language).format(REASONS["diverging"].in_language(language).format(named))
    return Classing(_described(known, groups, tuple(colours), language, unit), reason)


def _described(
    known: pd.Series, groups: list[pd.Series], colours: tuple[str, ...], language: Language, unit: str
) -> list[MapClass]:
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


def natural_groups(values: pd.Series, wanted: int) -> list[pd.Series]:
    """``values`` in at most ``wanted`` groups with natural breaks, from the lowest up."""
    distinct = np.unique(values)
    if len(distinct) <= wanted:
        return [values[values == value] for value in distinct]
    counts = values.groupby(values).size().to_numpy(dtype=float)
    tops = distinct[fisher_jenks(distinct, counts, wanted)]
    return _up_to(values, tops)


def quantile_groups(values: pd.Series, wanted: int) -> list[pd.Series]:
    """``values`` in at most ``wanted`` groups of about equal numbers; equal values stay together.

    The tops are quantiles with linear interpolation; groups that ties leave empty are dropped.
    """
    tops = np.unique(np.quantile(values.to_numpy(dtype=float), np.arange(1, wanted + 1) / wanted))
    return [group for group in _up_to(values, tops) if len(group)]


def _up_to(values: pd.Series, tops: np.ndarray) -> list[pd.Series]:
    place = np.minimum(np.searchsorted(tops, values.to_numpy(), side="left"), len(tops) - 1)
    return [values[place == number] for number in range(len(tops))]


def fisher_jenks(values: np.ndarray, weights: np.ndarray, classes: int) -> np.ndarray:
    """Positions of the last value of every class in sorted distinct ``values``, the optimal partition.

    Dynamic programming after Fisher (1958): the sum over classes of squared deviations from the class mean, weighted
    by ``weights``, is the least possible. The best beginning of the last class moves only up as values are added
    (the cost has the quadrangle property), so halving finds it: time grows as classes x values x log(values). Needs
    classes <= number of values.
    """
    count = len(values)
    centred = values - np.average(values, weights=weights)  # far from zero the differences of squares lose digits
    weight, first, second = (np.concatenate([[0.0], np.cumsum(part)]) for part in
                             (weights, weights * centred, weights * centred**2))  # fmt: skip

    def spread(start: np.ndarray | int, end: int) -> np.ndarray:
        """Sum of squares of the values from ``start`` up to and without ``end``."""
        total = first[end] - first[start]
        return np.maximum(second[end] - second[start] - total**2 / (weight[end] - weight[start]), 0.0)

    cost = np.array([np.inf, *(float(spread(0, end)) for end in range(1, count + 1))])
    choices = []
    for used in range(1, classes):
        best, choice = np.full(count + 1, np.inf), np.zeros(count + 1, dtype=int)
        spans = [(used + 1, count, used, count - 1)]  # ends to decide, and the starts that may be best for them
        while spans:
            low, high, least, most = spans.pop()
            if low > high:
                continue
            end = (low + high) // 2
            starts = np.arange(least, min(most, end - 1) + 1)
            total = cost[starts] + spread(starts, end)
            found = int(total.argmin())
            best[end], choice[end] = total[found], starts[found]
            spans += [(low, end - 1, least, int(choice[end])), (end + 1, high, int(choice[end]), most)]
        cost = best
        choices.append(choice)
    ends = [count]
    for choice in reversed(choices):
        ends.append(int(choice[ends[-1]]))
    return np.array(ends[::-1]) - 1


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
