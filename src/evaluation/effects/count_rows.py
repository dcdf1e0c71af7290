"""Rows of results of declared count models: negative binomial, hurdle and zero-inflated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.effects.counts import DISPERSION, equations_of, fit_negative_binomial
from evaluation.effects.counts_with_zeros import ZERO_PART, ZeroFit, fit_hurdle, fit_zero_inflated
from evaluation.effects.declared_rows import Reporter, Row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.estimating_functions import linearise
from evaluation.effects.inference.wild import bootstrap_weights
from evaluation.effects.likelihood import score_bootstrap_p
from evaluation.effects.model_matrix import codes_of, outcome_values
from evaluation.effects.regressors import Regressors, log_offset, orthonormal, regressors_of, usable_rows, within
from evaluation.settings import Model


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of a model of family ``negative_binomial``, ``hurdle`` or ``zero_inflated``.

    Negative binomial: the log rate ratio of each exposure; with few exposed clusters p comes from a bootstrap of the
    scores. Hurdle and zero-inflated: for each exposure the log of the factor of the overall mean, then
    ``<exposure>__zero_part``, the log odds of having counts at all, and ``<exposure>__count_part``, the log rate ratio
    among those. Raises InputProblem naming the model.
    """
    with within(model):
        sample = usable_rows(frame, model)
        rows = sample.frame
        outcome, offset = outcome_values(rows, model.outcome), log_offset(rows, model)
        groups = codes_of(rows[model.clusters])
        columns = regressors_of(rows, model)
        if model.family == "negative_binomial":
            fit = fit_negative_binomial(outcome, columns, groups, offset)
            kind = fit.estimate.best_covariance
            reporter = Reporter(model, rows, {**sample.warnings, **fit.notes}, f"{kind}_t")
            table = fit.estimate.table(kind)
            out = []
            for name in model.exposures:
                if name in columns.lost:
                    out.append(reporter.lost(name))
                    continue
                few = reporter.few(name) and fit.estimate.information_by_cluster is not None
                p = bootstrap_p(outcome, columns, groups, offset, name, draws=draws, seed=seed) if few else None
                out.append(reporter.row(name, table.loc[name], wild_p=p))
            return out
        fitted = fit_hurdle if model.family == "hurdle" else fit_zero_inflated
        return _zero_rows(fitted(outcome, columns, groups, offset), model, rows, sample.warnings)


def _zero_rows(fit: ZeroFit, model: Model, rows: pd.DataFrame, warnings: dict[str, object]) -> list[Row]:
    kind = fit.estimate.best_covariance
    reporter = Reporter(model, rows, {**warnings, **fit.notes}, f"{kind}_t")
    table = fit.estimate.table(kind)
    out = []
    for name in model.exposures:
        if name in fit.columns.lost:
            out.append(reporter.lost(name))
            continue
        zero = table.loc[ZERO_PART + name]
        if fit.kind == "zero_inflated":  # told as the odds of having counts, so that both families read alike
            zero = pd.Series(
                {"estimate": -zero["estimate"], "se": zero["se"], "low": -zero["high"], "high": -zero["low"],
                 "p": zero["p"]}
            )  # fmt: skip
        count = "log_rate_ratio_positive" if fit.kind == "hurdle" else "log_rate_ratio_at_risk"
        out += [
            reporter.row(name, fit.overall(name, kind), estimand="log_rate_ratio"),
            reporter.row(name, zero, part="zero_part", estimand="log_odds_ratio"),
            reporter.row(name, table.loc[name], part="count_part", estimand=count),
        ]
    return out


def bootstrap_p(
    outcome: Array,
    columns: Regressors,
    groups: np.ndarray,
    offset: Array,
    name: str,
    *,
    draws: int,
    seed: int,
) -> float:
    """p of no association of ``name`` in a negative binomial (Poisson where not overdispersed) by its scores.

    The model is fitted without the exposure; scores and information are those of the model with it, at that point.
    """
    ordered = columns.last(name)
    without = fit_negative_binomial(outcome, ordered.without_last(), groups, offset)
    dispersed = without.alpha > 0
    full = equations_of(outcome, orthonormal(ordered.matrix)[0], offset, dispersed=dispersed)
    theta = without.estimate.theta
    column = len(ordered.names) - 1
    at = np.insert(theta, column, 0.0)
    names = [*ordered.names, *([DISPERSION] if dispersed else [])]
    restricted = linearise(full, at, names, groups)
    weights = bootstrap_weights(restricted.clusters, draws, np.random.default_rng(seed))
    return score_bootstrap_p(restricted, column, weights)
