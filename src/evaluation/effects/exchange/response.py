"""Own training and peers' exposure together: how each relates to an outcome while the other stays the same.

Exchange is interference by design, so one unit's outcome depends on others' training. The estimands say so: the
effect of own training at a fixed exposure, and of one more tie to an earlier-trained peer at fixed own training. The
exposure mapping (how many earlier-trained peers one met) is the assumption that nothing else of the others matters
(Aronow and Samii 2017, Annals of Applied Statistics 11).

Where the table holds the exposure to be expected (``<exposure>_expected``), it is held fixed too: units that travel
much would otherwise be compared with those that do not (Borusyak and Hull 2023, Econometrica 91).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, format_warnings, parse_warnings
from evaluation.effects.exchange.placebo_networks import EXPECTED, Row
from evaluation.effects.exchange.reflection import refuse_reflection
from evaluation.effects.inference.clusters import cluster_covariance, t_interval
from evaluation.effects.model_matrix import Sample, codes_of
from evaluation.effects.panel import fit_model, rows_with_events
from evaluation.effects.regression import regression_rows
from evaluation.effects.regressors import usable_rows, within
from evaluation.settings import DataProblem, InputProblem, Model

CONDITIONS = ("neither", "own", "exposed", "both")
CONTRASTS: dict[str, tuple[str, str]] = {
    "own_when_not_exposed": ("own", "neither"),
    "own_when_exposed": ("both", "exposed"),
    "exposed_when_untrained": ("exposed", "neither"),
    "exposed_when_trained": ("both", "own"),
}
MAPPED_COLUMNS = [
    "contrast", "estimate", "se", "low", "high", "p", "n", "clusters", "treated_clusters", "rows_compared", "warning",
]  # fmt: skip


def rows_of(frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1) -> list[Row]:
    """One row an exposure of the family ``exposure_response``: all exposures of the model stand in one regression.

    Poisson with the model's offset, or least squares where the outcome is ``log1p(...)``. Expected exposures that the
    table holds are added to the controls; an exposure to peers without one is marked ``exposure_not_recentred``.
    Raises InputProblem for a current outcome among the exposures and for a negative outcome.
    """

    with within(model):
        inner, sample = _usable(frame, model)
        rows, left_out = sample.frame, sample.left_out
        fit = fit_model(rows, inner)
        out = regression_rows(rows, inner, fit, left_out, draws=draws, seed=seed)
    return [_not_recentred(row, inner) for row in out]


def with_expected_controls(frame: pd.DataFrame, model: Model) -> Model:
    """The model as Poisson or least squares, with the expected exposures that the table holds among its controls."""
    known = [EXPECTED.format(name) for name in model.exposures if EXPECTED.format(name) in frame.columns]
    family = "ols" if model.outcome.startswith("log1p(") else "poisson"
    controls = tuple(dict.fromkeys([*model.controls, *known]))
    return model.model_copy(update={"family": family, "controls": controls})


def mapped_effects(frame: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Four contrasts of the exposure mapping: own training (the model's first exposure) by whether its second is zero.

    Columns MAPPED_COLUMNS, one row for each of CONTRASTS; the same model with three indicators instead of the two
    exposures, so that the effect of training may differ with exposure. A condition without rows leaves its contrasts
    empty with the warning ``condition_empty``. Raises InputProblem unless the model has two exposures, the first 0/1.
    """
    with within(model):
        if len(model.exposures) < 2 or not _is_binary(frame, model.exposures[0]):
            raise InputProblem(
                "отображение воздействий требует двух факторов: своего обучения (да/нет) и связей с другими. Поставьте "
                "их первыми в exposures.",
                "an exposure mapping needs two exposures: own training (yes/no) and ties to others. Put them first in "
                "exposures.",
            )
        inner, sample = _usable(frame, model)
        rows = sample.frame
        own = rows[model.exposures[0]].to_numpy(dtype=float) != 0
        exposed = rows[model.exposures[1]].to_numpy(dtype=float) != 0
        condition = np.select([own & exposed, own, exposed], ["both", "own", "exposed"], "neither")
        rows = rows.assign(**{f"is_{name}": (condition == name).astype(float) for name in CONDITIONS[1:]})
        indicators = [f"is_{name}" for name in CONDITIONS[1:]]
        rest = tuple(name for name in model.exposures[2:])
        fit = fit_model(rows, inner.model_copy(update={"exposures": (*indicators, *rest)}))
        covariance = cluster_covariance(fit.equations, "crv3")
        clusters = codes_of(rows[model.clusters])
        out = []
        for name, (plus, minus) in CONTRASTS.items():
            numbers, warnings = Numbers(), {"condition_empty": ""}
            empty = [side for side in (plus, minus) if not (condition == side).any()]
            lost = [side for side in (plus, minus) if f"is_{side}" in fit.not_identified]
            if empty:
                warnings["condition_empty"] = "+".join(empty)
            elif lost:
                warnings = {"not_identified": "+".join(lost)}
            else:
                weights = np.zeros(len(fit.names))
                for side, sign in ((plus, 1.0), (minus, -1.0)):
                    if side != "neither":
                        weights[fit.position(f"is_{side}")] = sign
                numbers = _numbers(weights, fit.coefficients, covariance, fit.clusters)
            compared = np.isin(condition, (plus, minus))
            out.append(
                {
                    "contrast": name, **vars(numbers), "n": fit.n, "clusters": fit.clusters,
                    "treated_clusters": int(np.unique(clusters[condition == plus]).size),
                    "rows_compared": int(compared.sum()), "warning": format_warnings(warnings),
                }
            )  # fmt: skip
    return pd.DataFrame(out, columns=MAPPED_COLUMNS)


def _usable(frame: pd.DataFrame, model: Model) -> tuple[Model, Sample]:
    """The model to fit and its rows. Raises InputProblem for reflection and for a negative count."""
    refuse_reflection(frame, model)
    inner = with_expected_controls(frame, model)
    sample = usable_rows(frame, inner)
    if inner.family != "poisson":
        return inner, sample
    if (sample.frame[model.outcome].to_numpy(dtype=float) < 0).any():
        raise InputProblem(
            f"исход «{model.outcome}» бывает отрицательным, а здесь нужно число событий или сумма. Исправьте исход.",
            f"the outcome '{model.outcome}' is negative somewhere; a count or a sum is needed here. Correct it.",
        )
    rows, zeros = rows_with_events(sample.frame, inner)
    if rows.empty:
        raise DataProblem(
            f"исход «{model.outcome}» во всех строках равен нулю: сравнивать нечего.",
            f"the outcome '{model.outcome}' is zero in all rows: there is nothing to compare.",
        )
    return inner, Sample(rows, {**sample.left_out, "units_always_zero": zeros})


def _not_recentred(row: Row, model: Model) -> Row:
    """The row with a warning where it is an exposure to peers whose expectation is not held fixed."""
    name = str(row["exposure"])
    if not name.startswith("exposure") or EXPECTED.format(name) in model.controls:
        return row
    warnings = {**parse_warnings(row["warning"]), "exposure_not_recentred": name}
    return {**row, "warning": format_warnings(warnings)}


def _is_binary(frame: pd.DataFrame, name: str) -> bool:
    if name not in frame.columns:
        return False
    return set(frame[name].dropna().astype("float64").unique()) <= {0.0, 1.0}


def _numbers(weights: np.ndarray, coefficients: np.ndarray, covariance: np.ndarray, clusters: int) -> Numbers:
    estimate, variance = float(weights @ coefficients), float(weights @ covariance @ weights)
    se = float(np.sqrt(variance)) if variance >= 0 else float("nan")
    return Numbers(estimate, se, *t_interval(estimate, se, clusters - 1))
