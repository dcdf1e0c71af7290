"""How unevenly something is spread over units: Gini, Theil, variation, shares of the top, and their parts by group.

A unit weighs 1, or its residents (or any other denominator of its rate): then inequality is that between residents,
each with the rate of his unit. Formulas: Cowell (2011, Measuring Inequality, appendix A.1); Theil's indices and their
parts: Theil (1967) and Shorrocks (1980, Econometrica 48). No small-sample factor is applied.

Rules. Units without a value or a weight are left out and counted. Negative values have no inequality. A zero is a
value like another, except for Theil L and the ratio 90/10, which it can make undefined: that is said, not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import DataProblem, InputProblem

Array = np.ndarray
Kernel = Callable[[Array, Array], Array]

FEWEST = 2


@dataclass(frozen=True, eq=False)
class Spread:
    """Amounts (values) and weights of the units that have both, sorted by unit_id; ``missing`` units were left out."""

    unit_id: tuple[str, ...]
    amounts: Array
    weights: Array
    missing: int

    @property
    def n(self) -> int:
        return len(self.amounts)


def spread(values: pd.Series, weights: pd.Series | None = None) -> Spread:
    """Values (index unit_id) with their weights (the same index; None: 1 each), checked.

    Raises InputProblem for a unit with two values, negative or infinite values, and weights that are not above zero;
    DataProblem for fewer than two units left and for values that are all zero.
    """
    index = values.index.astype("str")
    if index.has_duplicates:
        units = ", ".join(sorted(set(index[index.duplicated()])))
        raise InputProblem(
            f"У единиц {units} больше одного значения. Оставьте одно (один год, один показатель).",
            f"Units {units} have more than one value. Keep one (one year, one indicator).",
        )
    x = values.astype("float64").to_numpy()
    w = np.ones(len(x)) if weights is None else weights.reindex(values.index).astype("float64").to_numpy()
    known = ~(np.isnan(x) | np.isnan(w))
    wrong = known & ((x < 0) | np.isinf(x) | (w <= 0) | np.isinf(w))
    if wrong.any():
        units = ", ".join(index[wrong])
        raise InputProblem(
            f"Единицы {units}: для меры неравенства нужны значения от нуля и веса больше нуля. Исправьте их.",
            f"Units {units}: a measure of inequality needs values from zero and weights above zero. Correct them.",
        )
    if known.sum() < FEWEST:
        raise DataProblem(
            f"Единиц с известным значением {known.sum()}: для неравенства нужны хотя бы две.",
            f"{known.sum()} unit(s) with a known value: inequality needs two or more.",
        )
    if not x[known].any():
        raise DataProblem(
            "Все значения равны нулю: делить между единицами нечего.",
            "All values are zero: there is nothing spread over the units.",
        )
    order = np.flatnonzero(known)[np.argsort(index.to_numpy()[known], kind="stable")]
    return Spread(tuple(index[order]), x[order], w[order], int((~known).sum()))


# ---- measures: rows of values and weights in, one number a row out; nan where a row has none ---------------------


def _ranked(x: Array, w: Array) -> tuple[Array, Array, Array, Array]:
    """Values and weights from the lowest value up, with cumulative shares of weight and of the total."""
    order = np.argsort(x, axis=-1, kind="stable")
    x, w = np.take_along_axis(x, order, -1), np.take_along_axis(w, order, -1)
    people, total = np.cumsum(w, axis=-1), np.cumsum(x * w, axis=-1)
    whole = total[..., -1:]
    return x, w, people / people[..., -1:], np.divide(total, whole, out=np.full_like(total, np.nan), where=whole > 0)


def _gini(x: Array, w: Array) -> Array:
    _, w, _, total = _ranked(x, w)
    below = np.concatenate([np.zeros_like(total[..., :1]), total[..., :-1]], axis=-1)
    # equal values leave the last bit of a sum, which must not show as an inequality below zero
    return np.maximum(1 - ((total + below) * w).sum(axis=-1) / w.sum(axis=-1), 0.0)


def _mean(x: Array, w: Array) -> Array:
    mean: Array = (x * w).sum(axis=-1, keepdims=True) / w.sum(axis=-1, keepdims=True)
    return np.where(mean > 0, mean, np.nan)


def _theil_t(x: Array, w: Array) -> Array:
    ratio = x / _mean(x, w)
    logarithm = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return np.asarray((w * ratio * logarithm).sum(axis=-1) / w.sum(axis=-1))


def _theil_l(x: Array, w: Array) -> Array:
    ratio = x / _mean(x, w)
    logarithm = np.log(ratio, out=np.full_like(ratio, np.nan), where=ratio > 0)
    return np.asarray(-(w * logarithm).sum(axis=-1) / w.sum(axis=-1))


def _variation(x: Array, w: Array) -> Array:
    mean = _mean(x, w)
    return np.sqrt((w * (x / mean - 1) ** 2).sum(axis=-1) / w.sum(axis=-1))


def _top_tenth(x: Array, w: Array) -> Array:
    """1 - Lorenz curve at 0.9, on the straight line between its points."""
    _, _, people, total = _ranked(x, w)
    at = (people >= 0.9).argmax(axis=-1)[..., None]
    before = np.maximum(at - 1, 0)
    first = at == 0
    low_people = np.where(first, 0.0, np.take_along_axis(people, before, -1))
    low_total = np.where(first, 0.0, np.take_along_axis(total, before, -1))
    high_people, high_total = np.take_along_axis(people, at, -1), np.take_along_axis(total, at, -1)
    part = (0.9 - low_people) / (high_people - low_people)
    return np.asarray((1 - low_total - part * (high_total - low_total))[..., 0])


def _ratio(x: Array, w: Array) -> Array:
    """Value that nine tenths of the weight do not exceed, over the one that a tenth does not exceed."""
    x, _, people, _ = _ranked(x, w)
    high, low = (
        np.take_along_axis(x, (people >= share - 1e-12).argmax(axis=-1)[..., None], -1)[..., 0] for share in (0.9, 0.1)
    )
    return np.divide(high, low, out=np.full_like(high, np.nan), where=low > 0)


KERNELS: Mapping[str, Kernel] = {
    "gini": _gini,
    "theil_t": _theil_t,
    "theil_l": _theil_l,
    "cv": _variation,
    "top_tenth_share": _top_tenth,
    "ratio_90_10": _ratio,
}


def inequality(measure: str, units: Spread) -> float:
    """One measure of KERNELS of all units.

    Raises KeyError for an unknown measure and DataProblem where zeros leave it undefined.
    """
    value = float(KERNELS[measure](units.amounts, units.weights))
    if np.isnan(value):
        zeros = int((units.amounts == 0).sum())
        raise DataProblem(
            f"Мера {measure} не определена: значение равно нулю в {zeros} ед. Возьмите gini или theil_t.",
            f"The measure {measure} is not defined: the value is zero in {zeros} unit(s). Take gini or theil_t.",
        )
    return value


def lorenz(units: Spread) -> pd.DataFrame:
    """Points of the Lorenz curve: ``weight_share`` and ``total_share``, from (0, 0) to (1, 1), lowest values first."""
    _, _, people, total = _ranked(units.amounts, units.weights)
    return pd.DataFrame(
        {"weight_share": np.concatenate([[0.0], people]), "total_share": np.concatenate([[0.0], total])}
    )


# ---- parts by group ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Decomposition:
    """An index of Theil and its parts: ``total`` = ``between`` + ``within``.

    ``groups``: group, n, weight_share, total_share, mean, index (within the group; missing where the group's values are
    all zero), between and within (its contributions).
    """

    measure: str
    total: float
    between: float
    within: float
    groups: pd.DataFrame


UNKNOWN_GROUP = "unknown"


def codes_of(units: Spread, groups: pd.Series) -> tuple[Array, list[str]]:
    """Number of each unit's group among the sorted names; units without one are the group ``unknown``."""
    named = groups.set_axis(groups.index.astype("str")).reindex(list(units.unit_id))
    text = named.astype("object").where(named.notna(), UNKNOWN_GROUP).astype("str")
    names, codes = np.unique(text.to_numpy(dtype=object).astype(str), return_inverse=True)
    return np.ravel(codes), [str(name) for name in names]


def decompose(measure: str, units: Spread, groups: pd.Series) -> Decomposition:
    """Theil T (``theil_t``) or L (``theil_l``) within and between ``groups`` (index unit_id).

    T weighs groups by their share of the total, L by their share of the weight (Shorrocks 1980). Raises DataProblem
    where zeros leave L undefined.
    """
    total = inequality(measure, units)
    codes, names = codes_of(units, groups)
    rows = []
    for code, name in enumerate(names):
        own = codes == code
        x, w = units.amounts[own], units.weights[own]
        people = w.sum() / units.weights.sum()
        share = (x * w).sum() / (units.amounts * units.weights).sum()
        index = float(KERNELS[measure](x, w)) if share > 0 else np.nan
        if measure == "theil_t":
            between, within = (share * np.log(share / people), share * index) if share > 0 else (0.0, 0.0)
        else:
            between, within = people * np.log(people / share), people * index
        rows.append((name, int(own.sum()), people, share, (x * w).sum() / w.sum(), index, between, within))
    frame = pd.DataFrame(
        rows, columns=["group", "n", "weight_share", "total_share", "mean", "index", "between", "within"]
    )
    return Decomposition(measure, total, float(frame["between"].sum()), float(frame["within"].sum()), frame)


def between_groups(measure: str, x: Array, w: Array, codes: Array) -> Array:
    """The part of Theil T or L between groups, a row each (``codes``: number of the group, of the shape of ``x``)."""
    whole = (x * w).sum(axis=-1)
    people, total = [], []
    for code in range(int(codes.max()) + 1):
        own = codes == code
        people.append(np.where(own, w, 0.0).sum(axis=-1) / w.sum(axis=-1))
        part = np.where(own, x * w, 0.0).sum(axis=-1)
        total.append(np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0))
    a, b = np.stack(people), np.stack(total)
    ratio = np.divide(b, a, out=np.ones_like(b), where=a > 0)
    if measure == "theil_t":
        terms = b * np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    else:
        terms = -a * np.log(ratio, out=np.full_like(ratio, np.nan), where=ratio > 0)
    return np.asarray(terms.sum(axis=0))
