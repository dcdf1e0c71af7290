"""The rows that a regression can use: complete, with effects that are defined, and without perfect prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import (
    Sample,
    build_design,
    codes_of,
    identified_columns,
    independent_columns,
    is_nested,
    outcome_values,
    select_rows,
    source_column,
)
from evaluation.effects.panel import fit_model, refuse_outcome, rows_with_events
from evaluation.effects.separation import separating_direction
from evaluation.settings import InputProblem, Model

LARGEST_PROGRAMME = 4_000_000  # rows x columns for which separation is sought by a linear programme
SEPARATED = 1e-6


def estimation_sample(frame: pd.DataFrame, model: Model, extra: Sequence[str] = ()) -> Sample:
    """Rows of ``select_rows`` that say something about the coefficients; everything left out is counted and named.

    Where no row is left, the note ``no_rows`` names the columns that are empty. Raises InputProblem as ``select_rows``
    and ``usable_rows`` do.
    """
    sample = select_rows(frame, model, extra)
    if sample.frame.empty:
        wanted = [source_column(model.outcome), *model.exposures, *model.controls, model.clusters]
        empty = [name for name in dict.fromkeys(wanted) if frame[name].isna().all()]
        return Sample(sample.frame, sample.left_out, {"no_rows": ", ".join(empty) or str(model.geography or "*")})
    refined = usable_rows(sample.frame, model)
    return Sample(refined.frame, {**sample.left_out, **refined.left_out}, refined.notes)


def usable_rows(rows: pd.DataFrame, model: Model) -> Sample:
    """Complete rows less those that no coefficient depends on.

    Left out and counted: units that never have an event and levels without one (Poisson), levels of an effect whose
    outcomes are all alike (logit), rows alone in the absorbed effect, and rows that other columns predict without error
    (separation: their likelihood has no maximum, and the rest of the estimates is that without them; Correia, Guimaraes
    and Zylkin 2019, arXiv 1903.01633). Raises InputProblem for an outcome that the family cannot have.
    """
    refuse_outcome(outcome_values(rows, model.outcome), model)
    left_out: dict[str, int] = {}
    if model.family == "poisson":
        before = rows
        rows, left_out["units_always_zero"] = rows_with_events(rows, model)
        in_units = 0
        if left_out["units_always_zero"]:
            in_units = int((~before["unit_id"].isin(rows["unit_id"])).sum())
        left_out["rows_separated"] = len(before) - len(rows) - in_units
    elif model.family == "logit":
        rows, left_out["rows_separated"] = _varying_levels(rows, model)
    rows, left_out["singleton_rows"] = _without_singletons(rows, model)
    if model.family == "ols" or rows.empty:
        return Sample(rows, left_out, {} if len(rows) else {"outcome_constant": model.outcome})
    return _without_separation(rows, model, left_out)


def _varying_levels(rows: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, int]:
    """Rows in levels of the fixed effects that hold both outcomes, and how many others there were."""
    before = -1
    total = len(rows)
    while before != len(rows):
        before = len(rows)
        for name in model.fixed_effects:
            share = rows[model.outcome].astype(float).groupby(rows[name]).transform("mean")
            rows = rows[(share > 0) & (share < 1)]
    return rows.reset_index(drop=True), total - len(rows)


def _without_singletons(rows: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, int]:
    """Rows that share their level of the effect to be absorbed with another row, and how many do not."""
    if rows.empty or not model.fixed_effects:
        return rows, 0
    clusters = codes_of(rows[model.clusters])
    effects = [codes_of(rows[name]) for name in model.fixed_effects]
    nested = [codes for codes in effects if is_nested(codes, clusters)]
    if not nested:
        return rows, 0
    absorbed = max(nested, key=lambda codes: int(codes.max()))
    alone = np.bincount(absorbed)[absorbed] == 1
    if alone.all():  # one row a level: nothing is left once the effect is taken out, which the caller says
        return rows, 0
    return rows[~alone].reset_index(drop=True), int(alone.sum())


def _without_separation(rows: pd.DataFrame, model: Model, left_out: dict[str, int]) -> Sample:
    """Rows without those that a combination of columns predicts perfectly; exposures lost with them are named."""
    try:
        fit_model(rows, model)
        return Sample(rows, left_out)
    except InputProblem:
        removed = 0
        full = _identified(rows, model)
        while len(rows):
            predicted = _predicted(rows, model)
            if predicted is None:
                raise
            if not predicted.any():
                break
            removed += int(predicted.sum())
            rows = rows[~predicted].reset_index(drop=True)
    if not removed:
        fit_model(rows, model)  # no separation: the search itself failed, and says so
    left_out["rows_separated"] = left_out.get("rows_separated", 0) + removed
    lost = [name for name in full if name not in (_identified(rows, model) if len(rows) else [])]
    return Sample(rows, left_out, {"separated": ", ".join(lost)} if lost else {})


def _identified(rows: pd.DataFrame, model: Model) -> list[str]:
    design = build_design(rows, model, list(model.exposures))
    kept = identified_columns(design)
    return [design.names[index] for index in kept if design.names[index] in model.exposures]


def _predicted(rows: pd.DataFrame, model: Model) -> np.ndarray | None:
    """Rows whose outcome a combination of columns predicts without error; None where the search would be too large."""
    design = build_design(rows, model, list(model.exposures))
    matrix: Array = design.matrix
    if design.absorbed is not None:
        levels = int(design.absorbed.max()) + 1
        if len(rows) * (levels + matrix.shape[1]) > LARGEST_PROGRAMME:
            return None
        matrix = np.column_stack([matrix, np.equal.outer(design.absorbed, np.arange(levels)).astype(float)])
    matrix = matrix[:, independent_columns(matrix)]
    matrix = matrix / np.abs(matrix).max(axis=0)
    outcome = outcome_values(rows, model.outcome)
    if model.family == "poisson":
        bounded = -matrix[outcome == 0]
        direction = separating_direction(bounded, matrix[outcome > 0]) if len(bounded) else None
        own = -matrix * (outcome == 0)[:, None]
    else:
        own = (2 * outcome - 1)[:, None] * matrix
        direction = separating_direction(own)
    if direction is None:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(own @ direction > SEPARATED)
