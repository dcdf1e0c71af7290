"""From a frame and a declared model to the arrays that estimators take: rows used, columns, clusters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem, Model

UNASSIGNED = "unassigned"
_FUNCTION = re.compile(r"^log1p\((?P<name>\w+)\)$")


@dataclass(frozen=True)
class Sample:
    """Rows that a model uses (index reset), how many were left out and what else to say, both by warning code."""

    frame: pd.DataFrame
    left_out: dict[str, int]
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> dict[str, object]:
        """Counts and notes together, as ``estimate_row`` takes them."""
        return {**self.left_out, **self.notes}


@dataclass(frozen=True)
class Design:
    """Columns of a regression. ``absorbed`` numbers the levels of the effect taken out by centring (None: none)."""

    names: list[str]
    matrix: Array
    absorbed: np.ndarray | None

    def without(self, position: int) -> Design:
        names = [name for index, name in enumerate(self.names) if index != position]
        return Design(names, np.delete(self.matrix, position, axis=1), self.absorbed)


def source_column(outcome: str) -> str:
    """The column that an outcome such as ``applications`` or ``log1p(applications)`` is taken from."""
    found = _FUNCTION.match(outcome)
    return found["name"] if found else outcome


def outcome_values(frame: pd.DataFrame, outcome: str) -> Array:
    """The outcome as numbers. Raises InputProblem where a logarithm of one plus the value does not exist."""
    values = frame[source_column(outcome)].to_numpy(dtype=float)
    if not _FUNCTION.match(outcome):
        return values
    if (values <= -1).any():
        raise InputProblem(
            f"Исход «{outcome}»: есть значения не больше −1 (например, {values.min():g}), логарифма у них нет. "
            "Исправьте данные или исход в плане.",
            f"Outcome '{outcome}': there are values of -1 or less ({values.min():g}), which have no logarithm. Correct "
            "the data or the outcome in the plan.",
        )
    return np.log1p(values)


def select_rows(frame: pd.DataFrame, model: Model, extra: Sequence[str] = ()) -> Sample:
    """Rows of the model's geography with all needed values; nothing is left out without being counted.

    Infinite numbers count as missing. Raises InputProblem when the model names columns that the table lacks, and when a
    unit whose effect is taken out lies in more than one cluster.
    """
    needed = [
        source_column(model.outcome), *model.exposures, *model.controls, *model.fixed_effects, *model.instruments,
        model.clusters, *([model.offset] if model.offset else []), *([model.weights] if model.weights else []), *extra,
    ]  # fmt: skip
    missing = sorted({name for name in needed if name not in frame.columns})
    if missing:
        raise InputProblem(
            f"План, модель «{model.name}»: в таблице нет столбцов {', '.join(missing)}. Исправьте план.",
            f"Plan, model '{model.name}': the table has no columns {', '.join(missing)}. Correct the plan.",
        )
    if model.geography is not None and "geography" in frame.columns:
        frame = frame[frame["geography"] == model.geography]
    left_out: dict[str, int] = {}

    def keep(condition: pd.Series, code: str) -> None:
        nonlocal frame
        left_out[code] = left_out.get(code, 0) + int((~condition).sum())
        frame = frame[condition]

    if "unit_id" in frame.columns:
        keep(frame["unit_id"] != UNASSIGNED, "rows_unassigned")
    if model.offset is not None:
        known = frame[model.offset].notna() & (frame[model.offset].fillna(0) > 0)
        keep(known, "rows_without_population" if model.offset.startswith("population") else "rows_without_value")
    if model.weights is not None:
        keep(frame[model.weights].notna() & (frame[model.weights].fillna(0) > 0), "rows_without_value")
    columns = list(dict.fromkeys(needed))
    complete = frame[columns].notna().all(axis=1)
    for name in columns:
        if pd.api.types.is_float_dtype(frame[name]):
            complete &= np.isfinite(frame[name].to_numpy(dtype=float, na_value=np.nan))
    left_out["rows_without_value"] = left_out.get("rows_without_value", 0) + int((~complete).sum())
    rows = frame[complete].reset_index(drop=True)
    _refuse_changing_clusters(rows, model)
    return Sample(rows, left_out)


def _refuse_changing_clusters(rows: pd.DataFrame, model: Model) -> None:
    """Raise InputProblem where a unit with an effect of its own has rows in several clusters."""
    if "unit_id" not in model.fixed_effects or model.clusters == "unit_id" or rows.empty:
        return
    clusters = rows.groupby("unit_id")[model.clusters].nunique()
    several = clusters.index[clusters > 1]
    if len(several):
        shown = ", ".join(str(unit) for unit in several[:5]) + (", …" if len(several) > 5 else "")
        raise InputProblem(
            f"План, модель «{model.name}»: кластер «{model.clusters}» меняется внутри территории ({shown}). Возьмите "
            "кластеры, в которых территория остаётся всегда: саму территорию или связанные группы территорий.",
            f"Plan, model '{model.name}': the cluster '{model.clusters}' changes within a unit ({shown}). Take "
            "clusters that a unit never leaves: the unit itself or connected groups of units.",
        )


def codes_of(values: pd.Series) -> np.ndarray:
    """Numbers from 0 for the distinct values, in sorted order."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu" and len(values):
        numbers = values.to_numpy()
        low, high = int(numbers.min()), int(numbers.max())
        if high - low < 4 * len(numbers):  # a table of the range is much faster than hashing
            shifted = numbers.astype(np.intp, copy=False)
            if low:
                shifted = shifted - low
            present = np.zeros(high - low + 1, dtype=bool)
            present[shifted] = True
            if present.all():
                return shifted
            return np.asarray((np.cumsum(present) - 1)[shifted], dtype=np.intp)
    return np.asarray(pd.factorize(values, sort=True)[0], dtype=np.intp)


def is_nested(effect: np.ndarray, clusters: np.ndarray) -> bool:
    """Whether every level of ``effect`` lies within one cluster."""
    if effect.max(initial=-1) < clusters.max(initial=-1):
        return False  # fewer levels than clusters: some level lies in two
    cluster_of = np.empty(int(effect.max(initial=-1)) + 1, dtype=np.intp)
    cluster_of[effect] = clusters
    return bool((cluster_of[effect] == clusters).all())


def build_design(frame: pd.DataFrame, model: Model, exposures: Sequence[str]) -> Design:
    """Effects, controls and, last, the exposures as columns.

    The fixed effect with most levels is absorbed when it is nested in the clusters (so that leaving out a cluster
    leaves out its effects too); other effects and text columns become indicators without their first level.
    """
    clusters = codes_of(frame[model.clusters])
    effects = {name: codes_of(frame[name]) for name in model.fixed_effects}
    nested = [name for name, codes in effects.items() if is_nested(codes, clusters)]
    absorbed = max(nested, key=lambda name: int(effects[name].max()), default=None)
    names: list[str] = []
    columns: list[Array] = []
    if absorbed is None:
        names.append("constant")
        columns.append(np.ones(len(frame)))
    for name in [name for name in model.fixed_effects if name != absorbed] + list(model.controls):
        if name in model.fixed_effects or not _is_numeric(frame[name]):
            codes = codes_of(frame[name])
            for level in range(1, int(codes.max(initial=0)) + 1):
                names.append(f"{name}={level}")
                columns.append((codes == level).astype(float))
        else:
            names.append(name)
            columns.append(frame[name].to_numpy(dtype=float))
    for name in exposures:
        names.append(name)
        columns.append(frame[name].to_numpy(dtype=float))
    matrix = np.column_stack(columns) if columns else np.empty((len(frame), 0))
    return Design(names, matrix, None if absorbed is None else effects[absorbed])


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)


def centre(matrix: Array, groups: np.ndarray | None, weights: Array | None = None) -> Array:
    """Columns less their (weighted) group means: the within transform; unchanged without groups."""
    if groups is None or matrix.shape[1] == 0:
        return matrix
    if weights is None:
        weights = np.ones(len(matrix))
    n_groups = int(groups.max()) + 1
    totals = np.bincount(groups, weights, minlength=n_groups)
    means = np.column_stack(
        [np.bincount(groups, weights * matrix[:, j], minlength=n_groups) for j in range(matrix.shape[1])]
    )
    return np.asarray(matrix - (means / totals[:, None])[groups])


def column_lengths(matrix: Array) -> Array:
    """Euclidean length of every column."""
    return np.asarray(np.sqrt(np.einsum("nk,nk->k", matrix, matrix)))


def identified_columns(design: Design) -> list[int]:
    """Positions of columns that vary apart from the absorbed effect and from the columns before them."""
    return independent_columns(centre(design.matrix, design.absorbed), lengths=column_lengths(design.matrix))


def independent_columns(matrix: Array, tolerance: float = 1e-9, lengths: Array | None = None) -> list[int]:
    """Positions of columns that are not combinations of columns before them (Gram-Schmidt in the given order).

    ``lengths``: of the columns before effects were taken out, by which what is left of them is judged (otherwise
    their own): what centring leaves of a population that never changes is rounding, large or small as its units are.
    """
    kept: list[int] = []
    before = column_lengths(matrix) if lengths is None else lengths
    basis = np.empty((matrix.shape[0], 0))
    for position in range(matrix.shape[1]):
        column = matrix[:, position]
        length = float(before[position])
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if length > 0 and size > tolerance * length:
            kept.append(position)
            basis = np.column_stack([basis, rest / size])
    return kept
