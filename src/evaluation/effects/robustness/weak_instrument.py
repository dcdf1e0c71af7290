"""What would change an instrumented conclusion: a weak instrument, other clusters, single villages left out.

The usual interval of two-stage least squares errs when the instrument moves the exposure little. The set of Anderson
and Rubin does not: it holds every value b for which the instrument is unrelated to outcome - b x exposure, and keeps
its 95 % whatever the strength of the instrument; a weak one makes it wide or unbounded.

Sources: Anderson and Rubin (1949, Annals of Mathematical Statistics 20) for the test; Andrews, Stock and Sun (2019,
Annual Review of Economics 11) for reporting it with clustered errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.effects.estimate import Estimates, Numbers, collect, estimate_row
from evaluation.effects.inference.clusters import Array, sum_by_group, t_interval
from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.model_matrix import (
    build_design,
    centre,
    codes_of,
    identified_columns,
    outcome_values,
    select_rows,
)
from evaluation.effects.panel import fit_model
from evaluation.effects.regression import Row, regression_rows, treated_clusters
from evaluation.effects.solving import least_squares
from evaluation.settings import InputProblem, Model, Robustness

Shape = Literal["interval", "rays", "line"]
LEAVE_OUT_COLUMNS = ["left_out", "exposure", "estimate", "se", "low", "high", "p", "n", "clusters"]


@dataclass(frozen=True)
class ConfidenceSet:
    """Values of the exposure's influence that the data do not refuse at the chosen level.

    ``shape`` is ``interval`` (from ``low`` to ``high``), ``rays`` (all up to ``low`` and all from ``high`` on) or
    ``line`` (every value: ``low`` and ``high`` are infinite). ``p`` is that of no influence.
    """

    shape: Shape
    low: float
    high: float
    p: float
    n: int
    clusters: int

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies in the set."""
        return value <= self.low or value >= self.high if self.shape == "rays" else self.low <= value <= self.high


@dataclass(frozen=True)
class _Stages:
    """Coefficients of the instrument for outcome and exposure, their clustered (co)variances."""

    outcome: float
    exposure: float
    variance_outcome: float
    covariance: float
    variance_exposure: float
    n: int
    clusters: int


def anderson_rubin(frame: pd.DataFrame, model: Model, level: float = 0.95) -> ConfidenceSet:
    """The set of Anderson and Rubin for one exposure and one instrument, errors clustered, t with G - 1.

    ``frame`` holds the rows that ``select_rows`` made. The test of b is the clustered t test of the instrument in the
    regression of outcome - b x exposure on instrument, controls and fixed effects, with the correction
    G/(G-1) x (n-1)/(n-k); solved for b in closed form, since the squared t is a ratio of quadratics in b. Raises
    InputProblem for more exposures or instruments than one, and for an instrument that does not vary.
    """
    found = _stages(frame, model)
    df = found.clusters - 1
    limit = float(stats.t.ppf(0.5 + level / 2, df)) ** 2
    a = found.exposure**2 - limit * found.variance_exposure
    b = found.outcome * found.exposure - limit * found.covariance
    c = found.outcome**2 - limit * found.variance_outcome
    p = t_interval(found.outcome, float(np.sqrt(found.variance_outcome)), df)[2]
    within = b * b - a * c
    if a < 0 and within <= 0:
        return ConfidenceSet("line", -np.inf, np.inf, p, found.n, found.clusters)
    root = float(np.sqrt(max(within, 0.0)))
    low, high = sorted(((b - root) / a, (b + root) / a))
    return ConfidenceSet("interval" if a > 0 else "rays", low, high, p, found.n, found.clusters)


def _stages(frame: pd.DataFrame, model: Model) -> _Stages:
    """Both reduced forms of a model with one instrument, after everything else was taken out of it."""
    if len(model.exposures) != 1 or len(model.instruments) != 1:
        raise InputProblem(
            f"План, модель «{model.name}»: эта проверка знает только одну переменную воздействия и один инструмент.",
            f"Plan, model '{model.name}': this check knows one exposure and one instrument only.",
        )
    design = build_design(frame, model, [])
    included = centre(design.matrix[:, identified_columns(design)], design.absorbed)

    def numbers(column: str) -> Array:
        return centre(frame[column].to_numpy(dtype=float)[:, None], design.absorbed)[:, 0]

    instrument = numbers(model.instruments[0])
    rest = instrument - included @ least_squares(included, instrument)
    strength = float(rest @ rest)
    raw = frame[model.instruments[0]].to_numpy(dtype=float)
    if strength <= 1e-18 * float(raw @ raw):  # a length of 1e-9 of the instrument's own: rounding
        raise InputProblem(
            f"План, модель «{model.name}»: инструмент не меняется отдельно от остальных переменных.",
            f"Plan, model '{model.name}': the instrument does not vary apart from the other variables.",
        )
    outcome = centre(outcome_values(frame, model.outcome)[:, None], design.absorbed)[:, 0]
    pair = np.column_stack([outcome, numbers(model.exposures[0])])
    slopes = rest @ pair / strength
    columns = np.column_stack([included, instrument])
    residuals = pair - columns @ least_squares(columns, pair)
    groups = codes_of(frame[model.clusters])
    n, clusters = len(frame), int(groups.max()) + 1
    scores = sum_by_group(rest[:, None] * residuals, groups, clusters)
    factor = clusters / (clusters - 1) * (n - 1) / (n - columns.shape[1])
    spread = factor * (scores.T @ scores) / strength**2
    return _Stages(
        float(slopes[0]), float(slopes[1]), float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1]), n, clusters
    )


def leave_each_out(frame: pd.DataFrame, model: Model, column: str) -> pd.DataFrame:
    """The instrumented model without each value of ``column`` in turn: LEAVE_OUT_COLUMNS, a row a value."""
    rows: list[Row] = []
    for value in sorted(frame[column].unique()):
        fit = two_stage_least_squares(frame[frame[column] != value].reset_index(drop=True), model)
        for exposure in model.exposures:
            numbers = fit.table.loc[exposure].to_dict()
            rows.append({**numbers, "left_out": value, "exposure": exposure, "n": fit.n, "clusters": fit.clusters})
    return pd.DataFrame(rows, columns=LEAVE_OUT_COLUMNS)


def check_instrument(
    frame: pd.DataFrame, models: Sequence[Model], settings: Robustness, wider: str
) -> tuple[Estimates, pd.DataFrame]:
    """All checks of the plan's main model, which must be an instrumented one: (estimates, leave-one-out frame).

    Rows are named ``<model>__<check>``: anderson_rubin (the estimate with the set of that name; no ends where the set
    is no interval), wider_clusters (errors clustered by ``wider``), leave_out_low and leave_out_high (extremes without
    one ``wider`` each), reduced_form and first_stage (outcome and exposure on the instrument; p from the wild cluster
    bootstrap). Raises InputProblem where no single main model of the family ``iv`` is declared.
    """
    main = [model for model in models if model.is_main and model.family == "iv"]
    if len(main) != 1:
        raise InputProblem(
            f"План анализа: основных моделей с инструментом {len(main)}, а нужна одна (is_main: true, family: iv).",
            f"Analysis plan: {len(main)} main models have an instrument; one is needed (is_main: true, family: iv).",
        )
    model = main[0]
    sample = select_rows(frame, model, [wider])
    rows, exposure = sample.frame, model.exposures[0]
    found = anderson_rubin(rows, model)
    bounded = found.shape == "interval"
    fit = two_stage_least_squares(rows, model)
    estimate = float(fit.table.loc[exposure, "estimate"])
    robust = Numbers(estimate, low=found.low if bounded else np.nan, high=found.high if bounded else np.nan, p=found.p)
    out = [_row(rows, model, robust, "anderson_rubin", "anderson_rubin_t", found.n, found.clusters)]
    by_wider = model.model_copy(update={"clusters": wider})
    refit = two_stage_least_squares(rows, by_wider)
    numbers = Numbers.of(refit.table.loc[exposure])
    out.append(_row(rows, by_wider, numbers, "wider_clusters", "crv1_t", refit.n, refit.clusters))
    left_one_out = leave_each_out(rows, model, wider)
    for name, pick in (("leave_out_low", "idxmin"), ("leave_out_high", "idxmax")):
        row = left_one_out.loc[getattr(left_one_out["estimate"], pick)()]
        others = rows[rows[wider] != row["left_out"]]
        out.append(_row(others, model, Numbers.of(row), name, "crv1_t", int(row["n"]), int(row["clusters"])))
    for name, outcome in (("reduced_form", model.outcome), ("first_stage", exposure)):
        plain = model.model_copy(
            update={"family": "ols", "outcome": outcome, "exposures": model.instruments, "instruments": ()}
        )
        out += regression_rows(
            rows, plain, fit_model(rows, plain), {}, draws=settings.bootstrap_draws, seed=settings.seed,
            name=f"{model.name}__{name}", bootstrap_all=settings.bootstrap_draws > 0,
        )  # fmt: skip
    return collect(out), left_one_out


def _row(rows: pd.DataFrame, model: Model, numbers: Numbers, check: str, inference: str, n: int, clusters: int) -> Row:
    exposure = model.exposures[0]
    return estimate_row(
        model, exposure, numbers, n=n, clusters=clusters, treated_clusters=treated_clusters(rows, model, exposure),
        inference=inference, name=f"{model.name}__{check}",
    )  # fmt: skip
