"""Values of units beside the weights of their neighbours: what every measure of spatial clustering starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from evaluation.settings import DataProblem, InputProblem, Text

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Style = Literal["row", "binary"]
FEWEST = 4


@dataclass(frozen=True, eq=False)
class Weighted:
    """Units with a value and with neighbours that have one.

    ``numbers`` (by unit_id, sorted) and ``matrix`` (n x n: 1 for a neighbour with style 'binary', 1 / number of
    neighbours with 'row') hold these alone. ``missing``: units without a value; ``islands``: units with a value and
    without a neighbour that has one. ``basis``: pairs of these units by the rule that made them neighbours.
    """

    numbers: pd.Series
    matrix: csr_array
    style: Style
    missing: tuple[str, ...]
    islands: tuple[str, ...]
    basis: Mapping[str, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.numbers)

    @cached_property
    def deviations(self) -> np.ndarray:
        """Values less their mean."""
        values = self.numbers.to_numpy()
        centred: np.ndarray = values - values.mean()
        return centred

    @cached_property
    def sums(self) -> tuple[float, float, float]:
        """S0, S1 and S2 of the weights (Cliff and Ord 1981, Spatial Processes, equations 1.38 and 2.24)."""
        both = self.matrix + self.matrix.T
        margins = np.asarray(both.sum(axis=1)).ravel()
        return float(self.matrix.sum()), float((both.multiply(both)).sum() / 2), float((margins**2).sum())

    def notes(self) -> tuple[Text, ...]:
        """What was left out, in words."""
        found = []
        if self.missing:
            found.append(
                Text(
                    ru=f"Без {len(self.missing)} ед., значение которых неизвестно.",
                    en=f"Without {len(self.missing)} unit(s) whose value is not known.",
                )
            )
        if self.islands:
            found.append(
                Text(
                    ru=f"Без {len(self.islands)} ед., у которых нет соседей с известным значением.",
                    en=f"Without {len(self.islands)} unit(s) that have no neighbour with a known value.",
                )
            )
        return tuple(found)


def weighted(values: pd.Series, pairs: pd.DataFrame, style: Style = "row") -> Weighted:
    """Values (index unit_id) with the weights of ``pairs`` (unit_id, neighbour_id, basis; both directions).

    Units without a value, then units without a neighbour left, are put aside and counted; pairs with units that
    ``values`` does not name are passed over. Raises InputProblem for values that are not finite numbers and a unit with
    two values; DataProblem for fewer than four units left and values that are all the same.
    """
    from scipy.sparse import csr_array

    known, missing = _known(values)
    index = known.index
    first = index.get_indexer(pairs["unit_id"].to_numpy(dtype=object))
    second = index.get_indexer(pairs["neighbour_id"].to_numpy(dtype=object))
    inside = (first >= 0) & (second >= 0) & (first != second)
    has_neighbour = np.zeros(len(index), dtype=bool)
    has_neighbour[first[inside]] = True
    place = np.cumsum(has_neighbour) - 1
    kept = known[has_neighbour]
    if len(kept) < FEWEST:
        raise DataProblem(
            f"Единиц со значением и с соседями {len(kept)}: для меры пространственной связи нужно хотя бы {FEWEST}. "
            "Возьмите показатель, известный в большем числе территорий.",
            f"{len(kept)} unit(s) with a value and with neighbours: a measure of spatial clustering needs {FEWEST} or "
            "more. Take an indicator that is known in more units.",
        )
    if np.ptp(kept.to_numpy()) <= 1e-12 * max(1.0, float(np.abs(kept.to_numpy()).max())):
        raise DataProblem(
            f"Значение одно и то же во всех {len(kept)} единицах: пространственной связи в нём быть не может.",
            f"The value is the same in all {len(kept)} units: there is no clustering to measure in it.",
        )
    ends = np.unique(np.column_stack([place[first[inside]], place[second[inside]]]), axis=0)
    matrix = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(kept), len(kept)))
    if style == "row":
        counts = np.diff(matrix.indptr)
        matrix.data /= np.repeat(counts, counts)
    basis = pairs.loc[inside & (first < second), "basis"].value_counts().sort_index()
    return Weighted(
        kept, matrix, style, missing, tuple(index[~has_neighbour].astype("str")),
        {str(rule): int(count) for rule, count in basis.items()},
    )  # fmt: skip


def _known(values: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Numbers by unit, sorted by unit_id, and the units without one."""
    repeated = sorted(values.index[values.index.duplicated()].astype("str").unique())
    if repeated:
        raise InputProblem(
            f"У единиц {', '.join(repeated)} больше одного значения. Оставьте одно (один год, один показатель).",
            f"Units {', '.join(repeated)} have more than one value. Keep one (one year, one indicator).",
        )
    try:
        numbers = values.astype("float64").sort_index(kind="stable")
    except (TypeError, ValueError):
        raise InputProblem(
            f"Значения «{values.name}» — не числа. Ожидался столбец чисел по территориям.",
            f"The values '{values.name}' are not numbers. Expected a column of numbers by unit.",
        ) from None
    endless = numbers.index[np.isinf(numbers.to_numpy())].astype("str").tolist()
    if endless:
        raise InputProblem(
            f"Бесконечное значение у единиц {', '.join(endless)}: знаменатель, вероятно, ноль. Исправьте его.",
            f"The value of units {', '.join(endless)} is infinite: its denominator is probably zero. Correct it.",
        )
    numbers.index = numbers.index.astype(object)
    return numbers.dropna(), tuple(numbers.index[numbers.isna()].astype("str"))
