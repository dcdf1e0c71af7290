"""From a frame and a declared model to the arrays that estimators take: rows used, columns, clusters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem, Model

UNASSIGNED = "unassigned"
_FUNCTION = re.compile(r"^log1p\((?P<name>\w+)\)$")


@dataclass(frozen=True)
class Sample:
    """Rows that a model uses (index reset) and how many were left out, by warning code."""

    frame: pd.DataFrame
    left_out: dict[str, int]


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
    values = frame[source_column(outcome)].to_numpy(dtype=float)
    return np.log1p(values) if _FUNCTION.match(outcome) else values


def select_rows(frame: pd.DataFrame, model: Model, extra: Sequence[str] = ()) -> Sample:
    """Rows of the model's geography with all needed values; nothing is left out without being counted.

    Raises InputProblem when the model names columns that the table lacks.
    """
    needed = [
        source_column(model.outcome), *model.exposures, *model.controls, *model.fixed_effects, *model.instruments,
        model.clusters, *([model.offset] if model.offset else []), *extra,
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
        left_out[code] = int((~condition).sum())
        frame = frame[condition]

    if "unit_id" in frame.columns:
        keep(frame["unit_id"] != UNASSIGNED, "rows_unassigned")
    if model.offset is not None:
        known = frame[model.offset].notna() & (frame[model.offset].fillna(0) > 0)
        keep(known, "rows_without_population" if model.offset.startswith("population") else "rows_without_value")
    complete = frame[list(dict.fromkeys(needed))].notna().all(axis=1)
    left_out["rows_without_value"] = left_out.get("rows_without_value", 0) + int((~complete).sum())
    return Sample(frame[complete].reset_index(drop=True), left_out)


def codes_of(values: pd.Series) -> np.ndarray:
    """Numbers from 0 for the distinct values, in sorted order."""
    return np.asarray(pd.factorize(values, sort=True)[0], dtype=np.intp)


def is_nested(effect: np.ndarray, clusters: np.ndarray) -> bool:
    """Whether every level of ``effect`` lies within one cluster."""
    pairs = np.unique(np.column_stack([effect, clusters]), axis=0)
    return len(pairs) == len(np.unique(effect))


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
    if groups is None:
        return matrix
    if weights is None:
        weights = np.ones(len(matrix))
    n_groups = int(groups.max()) + 1
    totals = np.bincount(groups, weights, minlength=n_groups)
    means = np.column_stack(
        [np.bincount(groups, weights * matrix[:, j], minlength=n_groups) for j in range(matrix.shape[1])]
    )
    return np.asarray(matrix - (means / totals[:, None])[groups])


def independent_columns(matrix: Array, tolerance: float = 1e-9) -> list[int]:
    """Positions of columns that are not combinations of columns before them (Gram-Schmidt in the given order)."""
    kept: list[int] = []
    basis = np.empty((matrix.shape[0], 0))
    for position in range(matrix.shape[1]):
        column = matrix[:, position]
        length = float(np.linalg.norm(column))
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if length > 0 and size > tolerance * max(length, 1.0):
            kept.append(position)
            basis = np.column_stack([basis, rest / size])
    return kept
