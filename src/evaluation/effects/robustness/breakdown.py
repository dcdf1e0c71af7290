"""Breakdown values of declared models: from rows and a model to the numbers of ``confounding``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import build_design, centre, identified_columns, outcome_values
from evaluation.effects.panel import fit_model
from evaluation.effects.robustness.confounding import (
    Selection,
    benchmark_bounds,
    e_value,
    e_value_of_limit,
    risk_ratio_of_odds,
    selection_adjusted,
    selection_delta,
    sensitivity,
)
from evaluation.effects.solving import least_squares
from evaluation.settings import InputProblem, Model

BREAKDOWN_COLUMNS = ["exposure", "measure", "value"]


@dataclass(frozen=True)
class _Columns:
    """Outcome, exposure, other columns (by declared name) after absorbed effects; ``absorbed`` counts their levels."""

    outcome: Array
    exposure: Array
    nuisance: Array
    controls: dict[str, Array]
    absorbed: int


def breakdown_values(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """BREAKDOWN_COLUMNS for every exposure of a fitted model; ``rows`` as for ``panel.fit_model``.

    Least squares: partial_r2, robustness_value, robustness_value_alpha (5 %; classical errors, as the method has it),
    and, where the model declares controls, oster_delta (for zero) and oster_estimate (for equal selection), both at
    1.3 x R2. Poisson: e_value and e_value_limit of the rate ratio per unit of exposure (CRV3 interval). Logit: the
    same of the square root of the odds ratio. Exposures that are not identified have no rows.
    """
    fit = fit_model(rows, model)
    out: list[tuple[str, str, float]] = []
    for exposure in model.exposures:
        if exposure in fit.not_identified or fit.notes.keys() & {"outcome_constant", "perfect_fit"}:
            continue
        if model.family == "ols":
            out += [(exposure, *pair) for pair in _least_squares(rows, model, exposure)]
            continue
        row = np.exp(fit.table("crv3").loc[exposure, ["estimate", "low", "high"]].to_numpy(dtype=float))
        if model.family == "logit":
            row = np.array([risk_ratio_of_odds(ratio) for ratio in row])
        out.append((exposure, "e_value", e_value(row[0])))
        if np.isfinite(row[1:]).all():
            out.append((exposure, "e_value_limit", e_value_of_limit(row[1], row[2])))
    return pd.DataFrame(out, columns=BREAKDOWN_COLUMNS)


def _least_squares(rows: pd.DataFrame, model: Model, exposure: str) -> list[tuple[str, float]]:
    estimate, se, df = classical_estimate(rows, model, exposure)
    found = sensitivity(estimate, se, df)
    out = [
        ("partial_r2", found.partial_r2),
        ("robustness_value", found.robustness_value),
        ("robustness_value_alpha", found.robustness_value_alpha),
    ]
    if not model.controls:
        return out
    selection = selection_of(rows, model, exposure)
    r_max = selection.largest_r2()
    out.append(("oster_delta", selection_delta(selection, r_max)))
    return out + [("oster_estimate", value) for value in selection_adjusted(selection, r_max)[:1]]


def classical_estimate(rows: pd.DataFrame, model: Model, exposure: str) -> tuple[float, float, int]:
    """Estimate, standard error under equal independent errors, and residual degrees of freedom (absorbed effects
    counted) of an exposure by least squares."""
    parts = _columns(rows, model, exposure)
    others = np.column_stack([parts.nuisance, *parts.controls.values()])
    x, y = _residuals(others, np.column_stack([parts.exposure, parts.outcome])).T
    df = len(rows) - others.shape[1] - 1 - parts.absorbed
    estimate = float(x @ y / (x @ x))
    rest = y - estimate * x
    return estimate, float(np.sqrt(rest @ rest / df / (x @ x))), df


def benchmark(
    rows: pd.DataFrame, model: Model, exposure: str, covariate: str, multiples: Sequence[float] = (1.0, 2.0, 3.0)
) -> pd.DataFrame:
    """``confounding.benchmark_bounds`` with the partial R2 of a declared control or other exposure (all its columns).

    Raises InputProblem where ``covariate`` is not in the model or does not vary apart from the other columns.
    """
    parts = _columns(rows, model, exposure)
    if covariate not in parts.controls or not parts.controls[covariate].shape[1]:
        raise InputProblem(
            f"План, модель «{model.name}»: «{covariate}» нет среди её переменных или она не меняется отдельно от них: "
            "сравнивать скрытую переменную не с чем.",
            f"Plan, model '{model.name}': '{covariate}' is not among its variables or does not vary apart from them: "
            "there is nothing to compare a hidden variable with.",
        )
    others = np.column_stack([parts.nuisance, *(part for name, part in parts.controls.items() if name != covariate)])
    own = parts.controls[covariate]
    r2_exposure = _partial_r2(others, own, parts.exposure)
    r2_outcome = _partial_r2(np.column_stack([others, parts.exposure]), own, parts.outcome)
    estimate, se, df = classical_estimate(rows, model, exposure)
    return benchmark_bounds(
        estimate, se, df, r2_exposure=r2_exposure, r2_outcome=r2_outcome, multiples=tuple(multiples)
    )


def selection_of(rows: pd.DataFrame, model: Model, exposure: str) -> Selection:
    """What Oster's method needs: fixed effects taken out of everything, controls and other exposures as observed."""
    parts = _columns(rows, model, exposure)
    n = len(rows)
    controls = np.column_stack([*parts.controls.values()]) if parts.controls else np.empty((n, 0))
    bare = _residuals(parts.nuisance, np.column_stack([parts.outcome, parts.exposure, controls]))
    y, x, observed = bare[:, 0], bare[:, 1], bare[:, 2:]
    total = float(y @ y)
    short = float(x @ y / (x @ x))
    y_rest, x_rest = _residuals(observed, np.column_stack([y, x])).T
    long = float(x_rest @ y_rest / (x_rest @ x_rest))
    left_short, left_long = y - short * x, y_rest - long * x_rest
    return Selection(
        short, 1 - float(left_short @ left_short) / total, long, 1 - float(left_long @ left_long) / total,
        total / n, float(x @ x) / n, float(x_rest @ x_rest) / n,
    )  # fmt: skip


def _columns(rows: pd.DataFrame, model: Model, exposure: str) -> _Columns:
    others = [name for name in model.exposures if name != exposure]
    design = build_design(rows, model, [*others, exposure])
    kept = identified_columns(design)
    matrix = centre(design.matrix[:, kept], design.absorbed)
    owner = [design.names[index].split("=")[0] for index in kept]
    declared = [*model.controls, *others]
    controls = {name: matrix[:, [i for i, own in enumerate(owner) if own == name]] for name in declared}
    nuisance = matrix[:, [i for i, own in enumerate(owner) if own not in (*declared, exposure)]]
    outcome = centre(outcome_values(rows, model.outcome)[:, None], design.absorbed)[:, 0]
    absorbed = 0 if design.absorbed is None else int(design.absorbed.max()) + 1
    return _Columns(outcome, matrix[:, owner.index(exposure)], nuisance, controls, absorbed)


def _residuals(columns: Array, targets: Array) -> Array:
    if columns.shape[1] == 0:
        return targets
    return np.asarray(targets - columns @ least_squares(columns, targets))


def _partial_r2(others: Array, own: Array, target: Array) -> float:
    """Share of what ``others`` leave of ``target`` that ``own`` explains."""
    left = _residuals(others, target[:, None])[:, 0]
    after = _residuals(np.column_stack([others, own]), target[:, None])[:, 0]
    return 1 - float(after @ after) / float(left @ left)
