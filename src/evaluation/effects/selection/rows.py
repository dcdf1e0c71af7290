"""Rows of results of declared selection models: weighting, doubly robust, standardisation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.effects.declared_rows import Reporter, Row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import codes_of, outcome_values
from evaluation.effects.regressors import Regressors, regressors_of, usable_rows, within
from evaluation.effects.selection.propensity import USUAL_BOUNDS, refuse_one_arm, within_bounds
from evaluation.effects.selection.standardisation import standardise
from evaluation.effects.selection.weighting import SelectionFit, doubly_robust, inverse_probability
from evaluation.settings import InputProblem, Model


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``ipw``, ``aipw`` or ``g_formula``: one mean difference an exposure (0 or 1).

    Controls and fixed effects are what selection is thought to rest on; another exposure is held fixed as a control.
    Errors are clustered and know every estimated stage; ``draws`` and ``seed`` are not needed. Raises InputProblem
    naming the model.
    """
    with within(model):
        if model.offset is not None:
            raise InputProblem(
                f"offset ({model.offset}) вид модели {model.family} не берёт. Возьмите исходом число на жителя.",
                f"a model of family {model.family} takes no offset ({model.offset}). Take a rate as the outcome.",
            )
        sample = usable_rows(frame, model)
        rows = sample.frame
        groups = codes_of(rows[model.clusters])
        outcome = outcome_values(rows, model.outcome)
        out = []
        for exposure in model.exposures:
            treated = rows[exposure].to_numpy(dtype=float)
            refuse_one_arm(treated)
            others = [name for name in model.exposures if name != exposure]
            if exposure in regressors_of(rows, model, [*others, exposure]).lost:
                out.append(Reporter(model, rows, sample.warnings, "crv3_t").lost(exposure))
                continue
            fit = _fit(model.family, outcome, treated, regressors_of(rows, model, others), groups)
            kind = fit.estimate.best_covariance
            warnings = dict(sample.warnings)
            if len(fit.propensity):
                warnings["little_overlap"] = int((~within_bounds(fit.propensity, USUAL_BOUNDS)).sum())
            out.append(Reporter(model, rows, warnings, f"{kind}_t").row(exposure, fit.difference(kind)))
        return out


def _fit(family: str, outcome: Array, treated: Array, columns: Regressors, groups: np.ndarray) -> SelectionFit:
    if family == "ipw":
        return inverse_probability(outcome, treated, columns, groups)
    if family == "aipw":
        return doubly_robust(outcome, treated, columns, groups)
    return standardise(outcome, treated, columns, groups)
