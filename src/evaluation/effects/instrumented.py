"""Peers' influence through an instrument: two-stage least squares with clustered errors.

An outcome regressed on the peers' own take-up mixes influence with what peers share. Where a lottery moved the
peers' take-up (for instance a random default option in the earlier session), the lottery is the instrument.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.inference.clusters import Array, EstimatingEquations, cluster_covariance, t_interval
from evaluation.effects.model_matrix import (
    build_design,
    centre,
    codes_of,
    column_lengths,
    identified_columns,
    independent_columns,
    outcome_values,
    select_rows,
)
from evaluation.effects.regression import Row, treated_clusters
from evaluation.effects.solving import least_squares
from evaluation.effects.warning_texts import WEAK_FIRST_STAGE
from evaluation.settings import DataProblem, InputProblem, Model


@dataclass(frozen=True)
class InstrumentedFit:
    """``table``: index exposures and controls, columns estimate, se, low, high, p. ``first_stage_f`` by exposure."""

    table: pd.DataFrame
    first_stage_f: dict[str, float]
    n: int
    clusters: int


def two_stage_least_squares(frame: pd.DataFrame, model: Model) -> InstrumentedFit:
    """2SLS of the outcome on ``exposures`` (endogenous), instrumented by ``instruments``, with controls and effects.

    Standard errors: sandwich clustered by ``clusters`` x G/(G-1) x (n-1)/(n-k), where k counts exposures, controls,
    the constant and every indicator of a fixed effect that is not nested in the clusters; intervals use t(G-1).
    First-stage F: clustered Wald statistic of the excluded instruments / their number, same correction.
    Raises InputProblem when there are fewer instruments than exposures or the instruments do not vary.
    """
    if len(model.instruments) < len(model.exposures):
        raise InputProblem(
            f"План, модель «{model.name}»: инструментов меньше, чем переменных воздействия. Добавьте инструмент.",
            f"Plan, model '{model.name}': fewer instruments than exposures. Add an instrument.",
        )
    design = build_design(frame, model, [])
    kept = identified_columns(design)
    included = centre(design.matrix[:, kept], design.absorbed)
    names = [design.names[position] for position in kept]
    instruments = _columns(frame, model.instruments)
    excluded = centre(instruments, design.absorbed)
    endogenous = centre(_columns(frame, model.exposures), design.absorbed)
    outcome = centre(outcome_values(frame, model.outcome)[:, None], design.absorbed)[:, 0]
    groups = codes_of(frame[model.clusters])

    stage_one = np.column_stack([included, excluded])
    before = column_lengths(np.column_stack([design.matrix[:, kept], instruments]))
    if len(independent_columns(stage_one, lengths=before)) < stage_one.shape[1]:
        raise DataProblem(
            f"План, модель «{model.name}»: инструмент не меняется отдельно от остальных переменных.",
            f"Plan, model '{model.name}': an instrument does not vary apart from the other variables.",
        )
    coefficients = least_squares(stage_one, endogenous)
    fitted = np.asarray(stage_one @ coefficients, dtype=float)
    strengths = {
        name: _wald_f(stage_one, endogenous[:, j] - fitted[:, j], coefficients[:, j], groups, len(model.instruments))
        for j, name in enumerate(model.exposures)
    }
    stage_two = np.column_stack([endogenous, included])
    projected = np.column_stack([fitted, included])
    own = column_lengths(np.column_stack([design.matrix[:, kept], _columns(frame, model.exposures)]))
    if len(independent_columns(np.column_stack([included, fitted]), lengths=own)) < projected.shape[1]:
        raise InputProblem(
            f"План, модель «{model.name}»: инструменты не двигают переменных воздействия отдельно друг от друга и от "
            "остальных переменных. Возьмите другой инструмент.",
            f"Plan, model '{model.name}': the instruments do not move the exposures apart from each other and from the "
            "other variables. Take another instrument.",
        )
    estimates = least_squares(projected, outcome)  # fitted exposures are orthogonal to what is left of them
    residuals = outcome - stage_two @ estimates
    equations = EstimatingEquations(projected, np.ones(len(projected)), residuals, groups)
    covariance = cluster_covariance(equations, "crv1")
    rows = {}
    for position, name in enumerate([*model.exposures, *names]):
        se = float(np.sqrt(covariance[position, position]))
        estimate = float(estimates[position])
        rows[name] = (estimate, se, *t_interval(estimate, se, equations.n_groups - 1))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "se", "low", "high", "p"])
    return InstrumentedFit(table, strengths, len(frame), equations.n_groups)


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``iv``, one an exposure. Nothing is drawn: ``draws`` and ``seed`` are not used."""
    if model.weights is not None:
        raise InputProblem(
            f"План, модель «{model.name}»: family: iv не берёт весов строк (weights). Уберите их.",
            f"Plan, model '{model.name}': family: iv takes no weights of rows (weights). Remove them.",
        )
    sample = select_rows(frame, model)
    fit = two_stage_least_squares(sample.frame, model)
    out = []
    for exposure in model.exposures:
        strength = fit.first_stage_f[exposure]
        warnings: dict[str, object] = dict(sample.left_out)
        if strength < WEAK_FIRST_STAGE:
            warnings["weak_first_stage"] = f"{strength:.1f}"
        row = estimate_row(
            model, exposure, Numbers.of(fit.table.loc[exposure]), n=fit.n, clusters=fit.clusters,
            treated_clusters=treated_clusters(sample.frame, model, exposure), inference="crv1_t", warnings=warnings,
        )  # fmt: skip
        out.append(row)
    return out


def _columns(frame: pd.DataFrame, names: tuple[str, ...]) -> Array:
    return np.column_stack([frame[name].to_numpy(dtype=float) for name in names])


def _wald_f(design: Array, residuals: Array, coefficients: Array, groups: np.ndarray, excluded: int) -> float:
    """Clustered F of the last ``excluded`` coefficients."""
    covariance = cluster_covariance(EstimatingEquations(design, np.ones(len(design)), residuals, groups), "crv1")
    tested = coefficients[-excluded:]
    return float(tested @ np.linalg.solve(covariance[-excluded:, -excluded:], tested) / excluded)
