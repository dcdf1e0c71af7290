"""Rows beside a regression's own with errors that its clusters do not allow for: a second dimension, or nearness.

``<model>__two_way`` clusters by the model's ``clusters`` and ``second_clusters`` at once; ``<model>__conley`` lets rows
be related up to a distance between the units' centres and over some years (``inference.multiway``,
``inference.conley``). Estimates are those of the model; t with the smaller number of clusters, or the number of places,
less one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.inference.clusters import Array, t_interval
from evaluation.effects.inference.conley import conley_covariance
from evaluation.effects.inference.multiway import multiway_covariance
from evaluation.effects.model_matrix import codes_of
from evaluation.effects.panel import Fit
from evaluation.effects.regressors import exposed_clusters
from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS, NO_RELIABLE_INTERVAL
from evaluation.settings import InputProblem, Model

Row = dict[str, object]

COORDINATES = ("latitude", "longitude")


def refuse_columns(frame: pd.DataFrame, model: Model) -> None:
    """Raise InputProblem where the table lacks what the declared errors need."""
    second = [model.second_clusters] if model.second_clusters else []
    needed = [*second, *(COORDINATES if "conley" in model.inference else ())]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputProblem(
            f"План, модель «{model.name}»: для inference {', '.join(model.inference)} в таблице нет столбцов "
            f"{', '.join(missing)}. Уберите этот вывод или возьмите таблицу, где они есть (центры есть в панели).",
            f"Plan, model '{model.name}': for inference {', '.join(model.inference)} the table has no columns "
            f"{', '.join(missing)}. Take this inference out, or a table that has them (the panel has centres).",
        )
    if "conley" in model.inference and model.conley and model.conley.serial_lags:
        lacking = [name for name in ("unit_id", "year") if name not in frame.columns]
        if lacking:
            raise InputProblem(
                f"План, модель «{model.name}»: conley.serial_lags связывает годы одной территории, а столбцов "
                f"{', '.join(lacking)} в таблице нет. Напишите serial_lags: 0.",
                f"Plan, model '{model.name}': conley.serial_lags relates the years of one unit, and the table has no "
                f"columns {', '.join(lacking)}. Write serial_lags: 0.",
            )


def further_rows(rows: pd.DataFrame, model: Model, fit: Fit, warnings: Mapping[str, object]) -> list[Row]:
    """Rows of the kinds that the model declares, one an exposure that has an estimate; ``warnings`` as its own rows'.

    Raises InputProblem as the covariances do.
    """
    if {"outcome_constant", "perfect_fit"} & set(fit.notes):
        return []
    out = []
    if "two_way" in model.inference:
        out += _rows(rows, model, fit, warnings, "two_way", *two_way(rows, model, fit))
    if "conley" in model.inference:
        out += _rows(rows, model, fit, warnings, "conley", *spatial(rows, model, fit))
    return out


def two_way(rows: pd.DataFrame, model: Model, fit: Fit) -> tuple[Array, int, bool]:
    """Covariance of the coefficients clustered in two dimensions, degrees of freedom of t, whether it was repaired."""
    second = rows[str(model.second_clusters)]
    empty = int(second.isna().sum())
    if empty:
        raise InputProblem(
            f"План, модель «{model.name}»: столбец {model.second_clusters} пуст в строках, числом {empty}: их группа "
            "неизвестна. Заполните столбец или уберите two_way.",
            f"Plan, model '{model.name}': the column {model.second_clusters} is empty in {empty} rows: their cluster "
            "is not known. Fill it in, or take two_way out.",
        )
    scaled, transform = fit.equations.orthonormalised()
    dimensions = (scaled.groups, codes_of(second))
    found = multiway_covariance(
        scaled.design, scaled.residuals, np.eye(scaled.design.shape[1]), dimensions, fit.equations.design.shape[1]
    )
    return np.asarray(transform @ found.matrix @ transform.T), found.df, found.repaired


def spatial(rows: pd.DataFrame, model: Model, fit: Fit) -> tuple[Array, int, bool]:
    """Conley's covariance of the coefficients with Bartlett's kernel, degrees of freedom of t, whether repaired."""
    assert model.conley is not None  # families.refuse_inference asks for it
    latitude, longitude = (rows[name].to_numpy(dtype=float) for name in COORDINATES)
    panel = {"unit_id", "year"} <= set(rows.columns)
    found = conley_covariance(
        fit.equations, latitude, longitude, cutoff_km=model.conley.cutoff_km, lags=model.conley.serial_lags,
        period=rows["year"].to_numpy() if panel else None, unit=rows["unit_id"].to_numpy() if panel else None,
    )  # fmt: skip
    return found.matrix, found.places - 1, found.repaired


def _rows(
    rows: pd.DataFrame,
    model: Model,
    fit: Fit,
    warnings: Mapping[str, object],
    kind: str,
    covariance: Array,
    df: int,
    repaired: bool,
) -> list[Row]:
    out = []
    for exposure in model.exposures:
        if exposure in fit.not_identified:
            continue
        treated = exposed_clusters(rows, model, exposure)
        position = fit.position(exposure)
        estimate, variance = fit.coefficient(exposure), float(covariance[position, position])
        se = float(np.sqrt(variance)) if variance > 0 else float("nan")
        said = {**warnings, "covariance_repaired": "1" if repaired else None}
        if treated < FEW_TREATED_CLUSTERS:
            said["few_treated_clusters_t"] = treated
        if treated < NO_RELIABLE_INTERVAL:
            said["no_reliable_interval"] = treated
        made = estimate_row(
            model, exposure, Numbers(estimate, se, *t_interval(estimate, se, df)), n=fit.n, clusters=df + 1,
            treated_clusters=treated, inference=f"{kind}_t", name=f"{model.name}__{kind}", warnings=said,
        )  # fmt: skip
        out.append(made)
    return out
