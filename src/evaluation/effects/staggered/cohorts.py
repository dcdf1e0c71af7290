"""Rows of a panel in cohorts: units first trained in the same year, sorted so that order of the input never matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import codes_of, outcome_values, source_column
from evaluation.settings import DataProblem, InputProblem

Codes = np.ndarray


@dataclass(frozen=True)
class CohortRows:
    """Rows with all values, sorted by first year, unit and year. Units are numbered in that order.

    ``unit`` and ``year`` number the rows' units and ``years``; ``first`` (infinite: never trained) and ``cluster``
    (numbered from 0) have one entry a unit; ``covariates`` one row a row. ``left_out`` counts rows by warning code.
    """

    unit: Codes
    year: Codes
    outcome: Array
    covariates: Array
    years: tuple[int, ...]
    first: Array
    cluster: Codes
    left_out: dict[str, int]

    @property
    def units(self) -> int:
        return len(self.first)

    @property
    def clusters(self) -> int:
        return int(self.cluster.max(initial=-1)) + 1

    @property
    def calendar(self) -> Array:
        """Year of every row."""
        return np.array(self.years, dtype=float)[self.year]

    @property
    def since(self) -> Array:
        """Years since first training of every row; minus infinity for the never trained."""
        return np.asarray(self.calendar - self.first[self.unit])

    def of_units(self, kept: np.ndarray) -> CohortRows:
        """The same for some units (a mask), numbered anew; clusters too, years stay."""
        number = np.cumsum(kept) - 1
        rows = kept[self.unit]
        cluster = _in_order(self.cluster[kept])
        return CohortRows(
            number[self.unit[rows]], self.year[rows], self.outcome[rows], self.covariates[rows], self.years,
            self.first[kept], cluster, self.left_out,
        )  # fmt: skip

    def is_complete(self) -> np.ndarray:
        """Whether a unit has a row in every year, one entry a unit."""
        return np.asarray(np.bincount(self.unit, minlength=self.units) == len(self.years))


def cohort_rows(
    panel: pd.DataFrame,
    outcome: str,
    *,
    unit: str = "unit_id",
    year: str = "year",
    first_year: str = "first_trained_year",
    covariates: Sequence[str] = (),
    clusters: str | None = None,
) -> CohortRows:
    """Rows of ``panel`` (one a unit and year) in cohorts; rows without outcome or covariate are counted and left out.

    ``outcome`` is a column or ``log1p(column)``. ``first_year`` is empty for the never trained. ``clusters`` names
    what errors are clustered by (None: the unit). Raises InputProblem for a missing column, two rows of one unit and
    year, and a first year or cluster that changes within a unit.
    """
    _require(panel, [unit, year, source_column(outcome), first_year, *covariates, *([clusters] if clusters else [])])
    if panel.empty or bool(panel[[unit, year]].isna().to_numpy().any()):
        raise DataProblem(
            "Сравнить обученных не с кем: в таблице нет строк или есть строки без территории или года.",
            "There is nothing to compare: the table is empty or has rows without a unit or a year.",
        )
    unit_code = codes_of(panel[unit])
    years, year_code = np.unique(panel[year].to_numpy(dtype=np.int64), return_inverse=True)
    units = int(unit_code.max()) + 1
    _refuse_repeated(panel, unit, year, unit_code * len(years) + year_code)
    known = panel[first_year].to_numpy(dtype=float, na_value=np.nan)
    first = np.full(units, np.inf)
    first[unit_code] = np.where(np.isnan(known), np.inf, known)
    _refuse_change(panel, unit, first_year, first[unit_code] != np.where(np.isnan(known), np.inf, known))
    of_row = unit_code if clusters is None else codes_of(panel[clusters])
    cluster = np.empty(units, dtype=np.intp)
    cluster[unit_code] = of_row
    if clusters is not None:
        _refuse_change(panel, unit, clusters, (cluster[unit_code] != of_row) | (of_row < 0))
    values = _finite(outcome_values(panel[[source_column(outcome)]].astype("float64"), outcome))
    matrix = np.column_stack([np.empty((len(panel), 0)), *(_numbers(panel, name) for name in covariates)])
    used = ~np.isnan(values) & ~np.isnan(matrix).any(axis=1)
    rank = np.empty(units, dtype=np.intp)
    rank[np.lexsort((np.arange(units), first))] = np.arange(units)
    key = rank[unit_code] * len(years) + year_code
    order = np.argsort(key, kind="stable")
    order = order[used[order]]
    by_rank = np.argsort(rank)
    rows = CohortRows(
        rank[unit_code][order], year_code[order], values[order], matrix[order], tuple(int(one) for one in years),
        first[by_rank], _in_order(cluster[by_rank]), {"rows_without_value": int((~used).sum())},
    )  # fmt: skip
    return rows.of_units(np.bincount(rows.unit, minlength=units) > 0)


def complete_units(rows: CohortRows) -> CohortRows:
    """Units with a row in every year; the rows of the others are counted as rows_without_value."""
    kept = rows.is_complete()
    lost = int((~kept[rows.unit]).sum())
    made = rows.of_units(kept)
    made.left_out["rows_without_value"] = rows.left_out["rows_without_value"] + lost
    return made


def without_always_trained(rows: CohortRows) -> tuple[CohortRows, int]:
    """Units seen before their training, and how many were trained from their first row on."""
    starts = np.full(rows.units, np.inf)
    np.minimum.at(starts, rows.unit, rows.calendar)
    kept = rows.first > starts
    return rows.of_units(kept), int((~kept).sum())


def cohorts_within(rows: CohortRows) -> list[int]:
    """Years of first training that lie within the panel's years, ascending."""
    return [int(value) for value in np.unique(rows.first) if value <= rows.years[-1]]


def nothing_to_compare() -> InputProblem:
    return DataProblem(
        "Событийный анализ невозможен: никто не обучен впервые после первого года или сравнить не с кем. "
        "Уберите эту модель из плана.",
        "An event study is not possible: no unit was first trained after the first year, or there is none to "
        "compare with. Take this model out of the plan.",
    )


def _in_order(codes: Codes) -> Codes:
    """Codes from 0 in the order of their first appearance, so that clusters of one unit are numbered as the units."""
    return np.asarray(pd.factorize(codes)[0], dtype=np.intp)


def _numbers(panel: pd.DataFrame, name: str) -> Array:
    try:
        return _finite(panel[name].to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError):
        raise InputProblem(
            f"Поправка «{name}» — не число. Здесь годятся только числа и признаки да/нет.",
            f"The control '{name}' is not a number. Only numbers and yes/no marks serve here.",
        ) from None


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _require(panel: pd.DataFrame, names: Sequence[str]) -> None:
    missing = sorted({name for name in names if name not in panel.columns})
    if missing:
        raise InputProblem(
            f"В таблице нет столбцов {', '.join(missing)}. Исправьте план или таблицу.",
            f"The table has no columns {', '.join(missing)}. Correct the plan or the table.",
        )


def _refuse_repeated(panel: pd.DataFrame, unit: str, year: str, key: Codes) -> None:
    if len(key) and int(np.bincount(key).max()) > 1:
        row = panel.iloc[int(np.flatnonzero(np.bincount(key)[key] > 1)[0])]
        raise InputProblem(
            f"Территория {row[unit]}, год {row[year]}: строк больше одной. Нужна одна строка на территорию и год.",
            f"Unit {row[unit]}, year {row[year]}: more than one row. One row a unit and year is needed.",
        )


def _refuse_change(panel: pd.DataFrame, unit: str, column: str, changed: np.ndarray) -> None:
    if changed.any():
        name = panel[unit].iloc[int(np.flatnonzero(changed)[0])]
        raise InputProblem(
            f"Столбец «{column}» у территории {name} меняется от года к году или пуст. Ожидалось одно значение.",
            f"Column '{column}' changes over the years of unit {name}, or is empty. One value was expected.",
        )
