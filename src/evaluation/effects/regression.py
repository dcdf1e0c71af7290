"""Rows of the result for regressions: least squares, Poisson and logit with clustered inference.

Unless the plan declares otherwise: with ten or more exposed clusters CRV3 and t(G - 1); with fewer, p from the
restricted wild cluster bootstrap. With fewer than five no interval is reliable and the bootstrap hardly ever rejects
(simulation study), so that p comes from dealing out whole histories at random where the exposure is an adoption by
the units of a panel. With a single one no error can be estimated from the data at all. A plan may declare ``crv1`` or
``crv3`` for errors and ``wild_bootstrap`` or ``randomisation`` for p; ``two_way`` and ``conley`` add rows
(``further_errors``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.further_errors import further_rows, refuse_columns
from evaluation.effects.inference.clusters import Covariance
from evaluation.effects.inference.inversion import ConfidenceSet, confidence_set, share_reaching
from evaluation.effects.inference.randomisation import randomisation_test
from evaluation.effects.inference.wild import WildTest, collapse, multipliers_for, statistics, wild_test
from evaluation.effects.model_matrix import codes_of
from evaluation.effects.panel import Fit, fit_model, restricted_equations
from evaluation.effects.sample import estimation_sample
from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS, NO_RELIABLE_INTERVAL
from evaluation.settings import Model

INFERENCE: Covariance = "crv3"
LEVEL = 0.95
ERRORS: tuple[Covariance, ...] = ("crv1", "crv3")
P_VALUES = ("wild_bootstrap", "randomisation")

Row = dict[str, object]


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """Rows of one declared regression: one an exposure, then those of further errors that the plan declares.

    Where nothing can be estimated they say why. Raises InputProblem as ``further_rows``.
    """
    refuse_columns(frame, model)
    sample = estimation_sample(frame, model)
    if sample.frame.empty:
        return empty_rows(model, sample.warnings)
    fit = fit_model(sample.frame, model)
    own = regression_rows(sample.frame, model, fit, sample.warnings, draws=draws, seed=seed)
    return own + further_rows(sample.frame, model, fit, {**sample.warnings, **fit.notes})


def empty_rows(model: Model, warnings: Mapping[str, object], name: str | None = None) -> list[Row]:
    """A row an exposure without numbers."""
    return [
        estimate_row(
            model, exposure, Numbers(), n=0, clusters=0, treated_clusters=0, inference="none", name=name,
            warnings=warnings,
        )
        for exposure in model.exposures
    ]  # fmt: skip


def regression_rows(
    rows: pd.DataFrame,
    model: Model,
    fit: Fit,
    left_out: Mapping[str, object],
    *,
    draws: int = 999,
    seed: int = 1,
    name: str | None = None,
    exposures: Sequence[str] | None = None,
    bootstrap_all: bool = False,
) -> list[Row]:
    """Rows of a fitted regression; ``left_out`` holds warnings already known. With ``bootstrap_all`` both p and the
    interval come from the restricted wild cluster bootstrap, however many clusters are exposed."""
    kind, p_from = declared_inference(model)
    table = fit.table(kind)
    out = []
    for exposure in model.exposures if exposures is None else exposures:
        treated = treated_clusters(rows, model, exposure)
        warnings: dict[str, object] = {**left_out, **fit.notes}
        numbers, inference = Numbers(), f"{kind}_t"
        if exposure in fit.not_identified:
            warnings["not_identified"] = exposure
        elif "outcome_constant" not in fit.notes:
            numbers = Numbers.of(table.loc[exposure])
        if np.isfinite(numbers.estimate) and not {"perfect_fit", "one_cluster"} & set(fit.notes):
            asked = "wild_interval" if bootstrap_all else p_from
            numbers, inference, more = _inference(rows, model, exposure, numbers, treated, draws, seed, kind, asked)
            warnings |= more
        elif treated < FEW_TREATED_CLUSTERS:
            warnings["few_treated_clusters"] = treated
        row = estimate_row(
            model, exposure, numbers, n=fit.n, clusters=fit.clusters, treated_clusters=treated, inference=inference,
            name=name, warnings=warnings,
        )  # fmt: skip
        out.append(row)
    return out


def declared_inference(model: Model) -> tuple[Covariance, str]:
    """Kind of errors (CRV3 unless declared) and of p (empty: by the number of exposed clusters) of a model that
    ``families.refuse_inference`` lets pass."""
    errors = [name for name in ERRORS if name in model.inference]
    p_values = [name for name in P_VALUES if name in model.inference]
    return (errors[0] if errors else INFERENCE), (p_values[0] if p_values else "")


def _inference(
    rows: pd.DataFrame,
    model: Model,
    exposure: str,
    numbers: Numbers,
    treated: int,
    draws: int,
    seed: int,
    errors: Covariance,
    asked: str,
) -> tuple[Numbers, str, dict[str, object]]:
    """Numbers, kind of inference and warnings that suit what is asked for and the number of exposed clusters."""
    if treated == 1 or not np.isfinite(numbers.se):
        p, kind, few_deals = single_cluster_p(rows, model, exposure, draws, seed)
        return Numbers(numbers.estimate, p=p), kind, {"one_treated_cluster": treated, "few_deals": few_deals}
    few = treated < FEW_TREATED_CLUSTERS
    scarce = treated < NO_RELIABLE_INTERVAL
    warnings: dict[str, object] = {"few_treated_clusters": treated} if few else {}
    if scarce:
        warnings["no_reliable_interval"] = treated
    if asked == "wild_interval":
        test = wild_regression_test(rows, model, exposure, draws, seed, LEVEL)
        found = test.interval
        assert found is not None  # asked for by LEVEL
        low, high = (end if np.isfinite(end) else float("nan") for end in (found.low, found.high))
        open_ends = [side for side, end in (("−∞", found.low), ("+∞", found.high)) if np.isinf(end)]
        warnings["unbounded_interval"] = ", ".join(open_ends)
        return replace(numbers, low=low, high=high, p=test.p), f"{errors}_wild", warnings
    if asked == "randomisation" or (scarce and not asked and is_adoption(rows, model, exposure)):
        permuted = "no_reliable_interval_permuted" if scarce else "few_treated_clusters_permuted"
        warnings = {permuted: treated} if few else {}
        dealt = randomisation_test(rows, model, exposure, draws=draws, seed=seed)
        warnings["few_deals"] = dealt.few_deals
        return replace(numbers, p=dealt.p), f"{errors}_t_permutation_p", warnings
    if few or asked == "wild_bootstrap":
        return replace(numbers, p=wild_p(rows, model, exposure, draws, seed)), f"{errors}_t_wild_p", warnings
    return numbers, f"{errors}_t", warnings


def is_adoption(rows: pd.DataFrame, model: Model, exposure: str) -> bool:
    """Whether histories of ``exposure`` may be dealt out among units: it is 0 before and 1 from some year on, rows are
    one a ``unit_id`` and ``year``, and every unit is a cluster of its own (else neighbours in a cluster adopt together
    and single histories are not exchangeable)."""
    if not {"unit_id", "year"} <= set(rows.columns) or rows.duplicated(["unit_id", "year"]).any():
        return False
    ordered = rows.sort_values(["unit_id", "year"], kind="stable")
    values = ordered[exposure].to_numpy(dtype=float)
    units, clusters = codes_of(ordered["unit_id"]), codes_of(ordered[model.clusters])
    same_unit = np.diff(units) == 0
    falls = (np.diff(values) < 0) & same_unit
    pairs = np.unique(np.column_stack([units, clusters]), axis=0)
    own_cluster = len(pairs) == np.unique(units).size == np.unique(clusters).size
    return bool(np.isin(values, (0.0, 1.0)).all() and not falls.any() and own_cluster)


def single_cluster_p(
    rows: pd.DataFrame, model: Model, exposure: str, draws: int, seed: int
) -> tuple[float, str, int | None]:
    """p where one cluster alone identifies the exposure, how, and the number of deals where they are too few:
    histories dealt out at random in a panel, the wild bootstrap elsewhere (which then hardly ever rejects: MacKinnon
    and Webb 2018, Econometrics Journal 21)."""
    if {"unit_id", "year"} <= set(rows.columns) and not rows.duplicated(["unit_id", "year"]).any():
        dealt = randomisation_test(rows, model, exposure, draws=draws, seed=seed)
        return dealt.p, "permutation_p", dealt.few_deals
    return wild_p(rows, model, exposure, draws, seed), "wild_p", None


def wild_regression_test(
    rows: pd.DataFrame, model: Model, exposure: str, draws: int, seed: int, level: float | None
) -> WildTest:
    """The restricted wild cluster bootstrap of one exposure; with ``level`` also its confidence set.

    Least squares inverts the same draws exactly; for Poisson and logit every value tried is a fit under that
    hypothesis, and the set is sought on either side of the estimate until the first refusal.
    """
    equations, column = restricted_equations(rows, model, exposure)
    if level is None or model.family == "ols":
        return wild_test(equations, column, draws=draws, seed=seed, level=level)
    row = fit_model(rows, model).table("crv1").loc[exposure]
    chosen = multipliers_for(equations.n_groups, draws, seed)
    blocks = list(chosen.blocks())

    def p_of(value: float) -> float:
        sums = collapse(*restricted_equations(rows, model, exposure, value))
        return share_reaching(statistics(sums, blocks, by_value=False).at(0.0), enumerated=chosen.enumerated)

    interval: ConfidenceSet = confidence_set(
        p_of, float(row["estimate"]), 2 * float(row["se"]), level, grid=0, tolerance=5e-3, doublings=3
    )
    return replace(wild_test(equations, column, draws=draws, seed=seed), interval=interval)


def wild_p(rows: pd.DataFrame, model: Model, exposure: str, draws: int, seed: int) -> float:
    """p of no association by the restricted wild cluster bootstrap (score version outside least squares)."""
    return wild_regression_test(rows, model, exposure, draws, seed, None).p


def treated_clusters(rows: pd.DataFrame, model: Model, exposure: str) -> int:
    """Clusters in which the exposure is ever other than zero."""
    exposed = rows[exposure].to_numpy(dtype=float) != 0
    return int(np.unique(codes_of(rows[model.clusters])[exposed]).size)
