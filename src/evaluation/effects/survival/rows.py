"""Rows of results of declared survival models: Cox and the discrete-time hazard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.effects.declared_rows import Reporter, Row
from evaluation.effects.inference.equations import IndexedEquations
from evaluation.effects.inference.estimating_functions import linearise
from evaluation.effects.inference.wild import bootstrap_weights
from evaluation.effects.likelihood import score_bootstrap_p
from evaluation.effects.link_models import fit_link, score_residual, solve_link
from evaluation.effects.model_matrix import codes_of, outcome_values
from evaluation.effects.regressors import Regressors, log_offset, orthonormal, regressors_of, usable_rows, within
from evaluation.effects.survival.hazards import fit_cox
from evaluation.settings import InputProblem, Model

START, STOP = "start", "stop"


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``cox`` or ``hazard``: the log hazard ratio of each exposure.

    ``cox`` takes spells: columns ``start`` and ``stop`` beside the outcome, 1 where the spell ended. ``hazard`` takes a
    row for every period at risk, the outcome being 1 in the period of the event; its baseline is what the plan
    declares as fixed effects or controls (``period``, ``year``). With few exposed clusters the hazard's p comes from a
    bootstrap of the scores. Raises InputProblem naming the model.
    """
    with within(model):
        return _cox_rows(frame, model) if model.family == "cox" else _hazard_rows(frame, model, draws, seed)


def _cox_rows(frame: pd.DataFrame, model: Model) -> list[Row]:
    if model.offset is not None:
        raise InputProblem("offset для cox не бывает. Уберите его.", "cox takes no offset. Remove it.")
    sample = usable_rows(frame, model, (START, STOP))
    rows = sample.frame
    columns = regressors_of(rows, model)
    start, stop = (rows[name].to_numpy(dtype=float) for name in (START, STOP))
    event = outcome_values(rows, model.outcome)
    estimate = fit_cox(start, stop, event, columns, codes_of(rows[model.clusters]))
    kind = estimate.best_covariance
    reporter = Reporter(model, rows, sample.warnings, f"{kind}_t")
    table = estimate.table(kind)
    return [
        reporter.lost(name) if name in columns.lost else reporter.row(name, table.loc[name]) for name in model.exposures
    ]


def _hazard_rows(frame: pd.DataFrame, model: Model, draws: int, seed: int) -> list[Row]:
    sample = usable_rows(frame, model)
    rows = sample.frame
    columns = regressors_of(rows, model)
    event, offset = outcome_values(rows, model.outcome), log_offset(rows, model)
    groups = codes_of(rows[model.clusters])
    estimate = fit_link("cloglog", event, columns.matrix, columns.names, groups, offset)
    kind = estimate.best_covariance
    reporter = Reporter(model, rows, sample.warnings, f"{kind}_t")
    table = estimate.table(kind)
    out = []
    for name in model.exposures:
        if name in columns.lost:
            out.append(reporter.lost(name))
            continue
        few = reporter.few(name) and estimate.information_by_cluster is not None
        p = bootstrap_p(event, columns, groups, offset, name, draws=draws, seed=seed) if few else None
        out.append(reporter.row(name, table.loc[name], wild_p=p))
    return out


def bootstrap_p(
    event: np.ndarray,
    columns: Regressors,
    groups: np.ndarray,
    offset: np.ndarray,
    name: str,
    *,
    draws: int,
    seed: int,
) -> float:
    """p of no association with the discrete hazard by a bootstrap of the scores at the model without ``name``."""
    ordered = columns.last(name)
    basis, _ = orthonormal(ordered.matrix)
    theta = np.append(solve_link("cloglog", event, basis[:, :-1], offset), 0.0)
    equations = IndexedEquations(
        len(event), [basis], [(basis, slice(0, len(theta)))],
        lambda indices: [score_residual("cloglog", event, np.asarray(indices[0] + offset))],
    )  # fmt: skip
    restricted = linearise(equations, theta, ordered.names, groups)
    weights = bootstrap_weights(restricted.clusters, draws, np.random.default_rng(seed))
    return score_bootstrap_p(restricted, len(theta) - 1, weights)
