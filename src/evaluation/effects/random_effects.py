"""Random effects of units: quasi-demeaned least squares with the variance components of Swamy and Arora.

For balanced panels the components are those of Swamy and Arora (1972, Econometrica 40); for unbalanced ones those of
Baltagi and Chang (1994, Journal of Econometrics 62), which equal them where the panel is balanced:

- within units: s2_e = RSS of the regression with unit effects / its residual degrees of freedom;
- between units: s2_u = (sum of T_i x squared residuals of the means' regression, weighted by T_i, less (N - K) x s2_e)
  / (n - trace[(X'PX)^-1 X'ZZ'X]), never below zero. P takes means by unit, Z holds the units' indicators.

Every row then loses the share 1 - sqrt(s2_e / (T_i s2_u + s2_e)) of its unit's mean. What a random effect assumes is
strong: that what is particular to a unit has nothing to do with its exposure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.absorption import Codes, absorb
from evaluation.effects.declared_rows import Reporter, Row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.linear import CONSTANT, Kind, LinearFit, complete_rows, fit_columns
from evaluation.effects.model_matrix import codes_of, outcome_values
from evaluation.effects.regressors import regressors_of, usable_rows, within
from evaluation.effects.solving import solve
from evaluation.settings import DataProblem, InputProblem, Model


@dataclass(frozen=True)
class RandomEffectsFit:
    """``linear``: the quasi-demeaned regression (its n, df and warnings are the model's). ``within_variance`` and
    ``unit_variance`` are the components; ``theta``: the smallest and largest share of a unit's mean taken out."""

    linear: LinearFit
    within_variance: float
    unit_variance: float
    theta: tuple[float, float]
    units: int


def random_effects(
    frame: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    unit: str = "unit_id",
    kind: Kind = "iid",
    clusters: Sequence[str] = (),
) -> RandomEffectsFit:
    """Regress ``outcome`` on numeric ``regressors`` and a constant with a random effect of every ``unit``.

    ``kind`` and ``clusters`` as in ``least_squares``; ``iid`` trusts the variance components. Rows with an empty needed
    value are left out and counted. Raises InputProblem as ``least_squares`` does, and when there are too few units or
    no unit has two rows, so that a component cannot be estimated.
    """
    used, left_out = complete_rows(frame, [outcome, *regressors], [unit, *clusters])
    matrix = np.column_stack([np.ones(len(used)), *[used[name].to_numpy(dtype=float) for name in regressors]])
    groups = [codes_of(used[name]) for name in clusters]
    values, units = used[outcome].to_numpy(dtype=float), codes_of(used[unit])
    return fit_random_effects(values, matrix, [CONSTANT, *regressors], units, kind, groups, left_out)


def fit_random_effects(
    outcome: Array,
    matrix: Array,
    names: Sequence[str],
    units: Codes,
    kind: Kind = "iid",
    clusters: Sequence[Codes] = (),
    left_out: int = 0,
) -> RandomEffectsFit:
    """``random_effects`` on arrays: outcome (n), matrix (n x k) of columns ``names`` with the constant among them,
    codes from 0 without gaps."""
    within, between = variance_components(outcome, matrix, units)
    theta = 1 - np.sqrt(within / (np.bincount(units) * between + within))
    both = np.column_stack([outcome, matrix])
    partly = both - theta[units][:, None] * (both - absorb(both, [units]))
    fit = fit_columns(
        partly[:, 0], partly[:, 1:], names, kind=kind, clusters=clusters, left_out=left_out, constant=False
    )
    if between == 0:
        fit.warnings["no_unit_variance"] = 1
    return RandomEffectsFit(fit, within, between, (float(theta.min()), float(theta.max())), len(theta))


def variance_components(outcome: Array, matrix: Array, units: Codes) -> tuple[float, float]:
    """Variances within and between units. ``matrix`` has the constant among its columns; ``units`` codes from 0.

    Raises InputProblem when there are not enough rows within units, or units, to estimate them.
    """
    n, rows = len(outcome), np.bincount(units)
    both = np.column_stack([outcome, matrix])
    lengths = np.sqrt((matrix**2).sum(axis=0))
    centred = absorb(both, [units])
    inside = solve(centred[:, 1:], centred[:, 0], None, lengths)
    free = n - len(rows) - len(inside.kept)
    means = both - centred
    outside = solve(means[:, 1:], means[:, 0])
    enough = len(rows) - len(outside.kept)
    if free < 1 or enough < 1:
        raise DataProblem(
            f"Случайные эффекты оценить нельзя: строк {n}, единиц {len(rows)}, переменных {matrix.shape[1]}. "
            "Нужно больше единиц, чем переменных, и повторные наблюдения внутри единиц.",
            f"Random effects cannot be estimated: {n} rows, {len(rows)} units, {matrix.shape[1]} columns. "
            "There must be more units than columns and repeated rows within units.",
        )
    within = float(inside.residuals @ inside.residuals) / free
    kept = matrix[:, outside.kept]
    sums = np.column_stack([np.bincount(units, column) for column in kept.T])
    trace = float(np.trace(outside.inverse @ sums.T @ sums))
    squares = float(outside.residuals @ outside.residuals)
    return within, max(0.0, (squares - enough * within) / (n - trace))


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``random_effects``, one an exposure; CRV3 by its clusters, t(G - 1).

    The random effects are of ``unit_id`` where the table has it, of the clusters otherwise; declared fixed effects
    (such as years) are indicators. ``draws`` and ``seed`` are not needed. Raises InputProblem naming the model.
    """
    with within(model):
        unit = "unit_id" if "unit_id" in frame.columns else model.clusters
        if unit in model.fixed_effects or model.offset is not None:
            raise InputProblem(
                f"эффект «{unit}» здесь случайный: уберите его из fixed_effects (или возьмите family: ols); offset не "
                "бывает.",
                f"the effect of '{unit}' is random here: take it out of fixed_effects (or take family: ols); there is "
                "no offset.",
            )
        sample = usable_rows(frame, model)
        rows = sample.frame
        columns = regressors_of(rows, model)
        values, groups = outcome_values(rows, model.outcome), codes_of(rows[model.clusters])
        fit = fit_random_effects(values, columns.matrix, columns.names, codes_of(rows[unit]), "crv3", [groups]).linear
    shared = {"no_unit_variance": fit.warnings.get("no_unit_variance", 0)}
    reporter = Reporter(model, rows, {**sample.warnings, **shared}, "crv3_t")
    alone = str(fit.warnings.get("one_treated_cluster", "")).split(", ")
    return [
        reporter.lost(name)
        if name in columns.lost
        else reporter.row(name, fit.table.loc[name], warnings={"one_treated_cluster": name if name in alone else ""})
        for name in model.exposures
    ]
