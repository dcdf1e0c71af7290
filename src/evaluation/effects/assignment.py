"""Analysis by assignment: what the lot decided, not who came.

Intention to treat compares the units as the lot assigned them, within strata and at equal earlier outcomes; its p and
interval come from drawing the lot again, with the strata and the acceptance rule by which it was really drawn. The
complier effect divides by how far the lot moved attendance (two-stage least squares); its interval is the set of
Anderson and Rubin, from the same lots. Sources: Morgan and Rubin (2012, Annals of Statistics 40) for tests after
re-randomisation; Imbens and Rosenbaum (2005, Journal of the Royal Statistical Society A 168) for the instrument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evaluation.effects.arms import lots_again
from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.sharp_null import SharpNullSet, sharp_null_p, sharp_null_set
from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.lot import Scheme
from evaluation.effects.model_matrix import (
    build_design,
    centre,
    identified_columns,
    outcome_values,
    select_rows,
)
from evaluation.effects.panel import fit_model, restricted_equations, rows_with_events
from evaluation.effects.warning_texts import WEAK_FIRST_STAGE
from evaluation.settings import DataProblem, InputProblem, Model

Row = dict[str, object]


def rows_of(
    frame: pd.DataFrame,
    model: Model,
    *,
    draws: int = 999,
    seed: int = 1,
    scheme: Scheme | None = None,
    threshold: float | None = None,
    reached: Sequence[str] = ("invited",),
) -> list[Row]:
    """Rows of the families ``intention_to_treat`` and ``complier``.

    Intention to treat: ``exposures`` is the column of assignment (1 or 0), ``fixed_effects`` the strata, ``controls``
    the earlier outcome; with an ``offset`` counts are compared by Poisson, otherwise means by least squares. Complier:
    ``exposures`` is attendance and ``instruments`` the assignment. ``scheme`` and ``threshold`` are the sealed ones
    (``seal.sealed_scheme``), ``reached`` the arms that count as assigned; without them the lot is drawn again within
    the strata alone, which leaves the acceptance rule out and is said in a warning (p then errs to the high side).
    """
    instrumented = model.family == "complier"
    if len(model.exposures) != 1 or (instrumented and len(model.instruments) != 1):
        raise InputProblem(
            f"План, модель «{model.name}»: анализ по жребию знает одно воздействие и, для пришедших, один инструмент.",
            f"Plan, model '{model.name}': analysis by assignment knows one exposure and one instrument for compliers.",
        )
    assigned = model.instruments[0] if instrumented else model.exposures[0]
    sample = select_rows(frame, model)
    counted = model.offset is not None and not instrumented
    rows = sample.frame
    warnings: dict[str, object] = dict(sample.left_out)
    _check_assignment(rows, model, assigned)
    if counted:
        rows, _ = rows_with_events(rows, model)
    warnings["strata_without_both_arms"] = _one_sided(rows, model, assigned)
    lots = lots_again(rows, model, assigned, draws, seed, scheme, threshold, reached)
    if scheme is None:
        warnings["acceptance_rule_not_known"] = draws
    if instrumented:
        return [_complier_row(rows, model, lots, warnings)]
    if counted:
        return [_count_row(rows, model, lots, warnings)]
    return [_difference_row(rows, model, lots, warnings)]


def _check_assignment(rows: pd.DataFrame, model: Model, assigned: str) -> None:
    values = rows[assigned].astype(float)
    if not values.isin([0.0, 1.0]).all() or values.nunique() < 2:
        raise DataProblem(
            f"Модель «{model.name}»: в «{assigned}» должны быть и 0, и 1 ({len(rows)} строк с исходом). Проверьте, "
            "что в таблице есть обе части жребия.",
            f"Model '{model.name}': '{assigned}' must hold both 0 and 1 ({len(rows)} rows with an outcome). Check that "
            "both arms of the lot are in the table.",
        )


def _one_sided(rows: pd.DataFrame, model: Model, assigned: str) -> int:
    """Strata whose units are all in one arm: they tell nothing about the effect."""
    if not model.fixed_effects:
        return 0
    arms = rows.groupby(list(model.fixed_effects))[assigned].nunique()
    return int((arms < 2).sum())


def _others(rows: pd.DataFrame, model: Model) -> Array:
    """Strata, controls and constant: orthonormal columns of what is held fixed."""
    design = build_design(rows, model, [])
    kept = centre(design.matrix[:, identified_columns(design)], design.absorbed)
    return np.asarray(np.linalg.qr(kept)[0])


def _ratios(lots: Array, others: Array, values: Array) -> tuple[Array, Array]:
    """Lots less what the fixed columns tell of them, draws x rows, and values times them over their squared length."""
    rest = lots - (lots @ others) @ others.T
    length = (rest**2).sum(axis=1)
    usable = length > 1e-12 * max(float(length.max(initial=0.0)), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (rest @ values) / length[:, None]
    # a lot in which the strata leave nothing to compare gives no difference at all
    return rest, np.where(usable[:, None], ratios, 0.0)


def sharp_null(
    rows: pd.DataFrame, model: Model, assigned: str, lots: Array, exposure: str | None = None
) -> SharpNullSet:
    """Constant effects of ``assigned`` (or of ``exposure``, moved by it) that drawing the lot again does not refuse.

    The statistic is the difference between the arms within strata and at equal controls.
    """
    others = _others(rows, model)
    outcome = outcome_values(rows, model.outcome)
    observed = rows[assigned].to_numpy(dtype=float)
    moved = observed if exposure is None else rows[exposure].to_numpy(dtype=float)
    pair = np.column_stack([outcome, moved])
    pair = pair - others @ (others.T @ pair)
    _, seen = _ratios(observed[None, :], others, pair)
    _, drawn = _ratios(lots, others, pair)
    return sharp_null_set(float(seen[0, 0]), float(seen[0, 1]), drawn[:, 0], drawn[:, 1])


def _difference_row(rows: pd.DataFrame, model: Model, lots: Array, warnings: dict[str, object]) -> Row:
    exposure = model.exposures[0]
    plain = model.model_copy(update={"family": "ols"})
    fit = fit_model(rows, plain)
    if exposure in fit.not_identified:
        return _not_identified(rows, model, warnings, fit.clusters)
    found = fit.table("crv3").loc[exposure]
    kept = sharp_null(rows, model, exposure, lots)
    low, high = kept.ends
    if not np.isfinite(low):
        warnings["lots_refuse_nothing_far"] = kept.draws
    numbers = Numbers(float(found["estimate"]), float(found["se"]), low, high, kept.p)
    return _row(rows, model, exposure, numbers, fit.clusters, "randomisation_sharp_null", warnings)


def _count_row(rows: pd.DataFrame, model: Model, lots: Array, warnings: dict[str, object]) -> Row:
    """Poisson: interval from the clustered jackknife, p from the score of assignment in every lot."""
    exposure = model.exposures[0]
    counted = model.model_copy(update={"family": "poisson"})
    fit = fit_model(rows, counted)
    if exposure in fit.not_identified:
        return _not_identified(rows, model, warnings, fit.clusters)
    found = fit.table("crv3").loc[exposure]
    equations, column = restricted_equations(rows, counted, exposure)
    root = np.sqrt(equations.weights)
    others = np.linalg.qr(np.delete(equations.design, column, axis=1) * root[:, None])[0]
    scores = equations.residuals / root

    def statistic(values: Array) -> Array:
        rest = values * root
        rest = rest - (rest @ others) @ others.T
        length = np.sqrt((rest**2).sum(axis=1))
        return np.asarray(rest @ scores / np.where(length > 0, length, np.inf))

    observed = statistic(rows[exposure].to_numpy(dtype=float)[None, :])
    p = sharp_null_p(float(observed[0]), statistic(lots))
    numbers = replace(Numbers.of(found), p=p)
    return _row(rows, model, exposure, numbers, fit.clusters, "crv3_t_randomisation_p", warnings, "log_rate_ratio")


def _complier_row(rows: pd.DataFrame, model: Model, lots: Array, warnings: dict[str, object]) -> Row:
    exposure, assigned = model.exposures[0], model.instruments[0]
    fit = two_stage_least_squares(rows, model.model_copy(update={"family": "iv"}))
    strength = fit.first_stage_f[exposure]
    if not strength >= WEAK_FIRST_STAGE:
        warnings["weak_first_stage"] = f"{strength:.1f}"
    kept = sharp_null(rows, model, assigned, lots, exposure)
    low, high = kept.ends
    if not np.isfinite(low):
        warnings["lots_refuse_nothing_far"] = kept.draws
    found = fit.table.loc[exposure]
    numbers = Numbers(float(found["estimate"]), float(found["se"]), low, high, kept.p)
    return _row(rows, model, exposure, numbers, fit.clusters, "randomisation_anderson_rubin", warnings)


def _not_identified(rows: pd.DataFrame, model: Model, warnings: Mapping[str, object], clusters: int) -> Row:
    exposure = model.exposures[0]
    said = {**warnings, "not_identified": exposure}
    return _row(rows, model, exposure, Numbers(), clusters, "randomisation_sharp_null", said)


def _row(
    rows: pd.DataFrame,
    model: Model,
    exposure: str,
    numbers: Numbers,
    clusters: int,
    inference: str,
    warnings: Mapping[str, object],
    estimand: str | None = None,
) -> Row:
    treated = int(rows.loc[rows[exposure].astype(float) != 0, model.clusters].nunique())
    return estimate_row(
        model, exposure, numbers, n=len(rows), clusters=clusters, treated_clusters=treated, inference=inference,
        estimand=estimand, warnings=warnings,
    )  # fmt: skip
