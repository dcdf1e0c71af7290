"""Is the association with exchange more than who is who? The same model under networks that might have been.

Units that meet are alike and active, and so are their outcomes. Dealt anew, the guests of an event are other units of
the same zeal; what remains of the association then is not exchange. The observed statistic is compared with that of
every re-drawn network (``support.placebo_exposure``); the exposure to be expected stands among the controls, so that
only the luck of who met whom is left (Borusyak and Hull 2023, Econometrica 91).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.inference.clusters import Array, EstimatingEquations, sum_by_group
from evaluation.effects.model_matrix import build_design, centre
from evaluation.effects.panel import fit_model
from evaluation.effects.regressors import exposed_clusters
from evaluation.effects.sample import estimation_sample
from evaluation.settings import InputProblem, Model
from evaluation.support.placebo_exposure import RedrawnExposure

RIGID = 0.1  # seats that change hands, below which the placebos are too like what happened
EXPECTED = "{}_expected"

Row = dict[str, object]


@dataclass(frozen=True)
class PlaceboTest:
    """``statistic``: studentised score of the exposure under no association; ``drawn``: that of every placebo.

    ``p`` = (1 + placebos at least as far from zero) / (1 + placebos); NaN where the exposure does not vary apart from
    what can be expected.
    """

    exposure: str
    statistic: float
    drawn: Array
    p: float


def studentised_scores(null: EstimatingEquations, absorbed: np.ndarray | None, candidates: Array) -> Array:
    """Score of each candidate column (n x D) under the model without it, over its clustered error; NaN without any.

    ``null`` has the design of the model fitted without the exposure, ``absorbed`` the effect taken out of it by
    centring. The candidate is first freed from all other columns, so that the score knows that they were estimated.
    """
    scaled = null.orthonormalised()[0]
    tested = centre(candidates, absorbed, null.weights)
    length = np.sqrt((null.weights[:, None] * tested**2).sum(axis=0))
    tested = tested - scaled.design @ (scaled.weighted_design().T @ tested)
    left = np.sqrt((null.weights[:, None] * tested**2).sum(axis=0))
    scores = sum_by_group(tested * null.residuals[:, None], null.groups, null.n_groups)
    spread = np.sqrt((scores**2).sum(axis=0))
    varies = (left > 1e-8 * np.maximum(length, 1.0)) & (spread > 0)
    return np.asarray(np.divide(scores.sum(axis=0), spread, out=np.full(len(spread), np.nan), where=varies))


def placebo_p(observed: float, drawn: Array) -> float:
    """Share of networks, the observed one among them, whose statistic is at least as far from zero."""
    if not np.isfinite(observed):
        return float("nan")
    reached = np.nan_to_num(np.abs(drawn), nan=0.0) >= abs(observed) * (1 - 1e-12)
    return float((1 + reached.sum()) / (1 + len(drawn)))


def placebo_test(frame: pd.DataFrame, model: Model, redrawn: RedrawnExposure, exposure: str) -> PlaceboTest:
    """The test of one exposure of a least-squares, Poisson or logit model on rows with unit_id and year.

    ``frame``: the rows that the model uses, with the column ``<exposure>_expected`` (``with_expected``) among the
    model's controls. Raises InputProblem where rows have no re-drawn exposure.
    """
    others = [name for name in model.exposures if name != exposure]
    fit = fit_model(frame, model, others)
    absorbed = build_design(frame, model, others).absorbed
    place = positions(frame, redrawn)
    columns = np.column_stack([redrawn.observed[exposure][place], redrawn.drawn[exposure][:, place].T])
    statistics = studentised_scores(fit.equations, absorbed, columns)
    return PlaceboTest(exposure, float(statistics[0]), statistics[1:], placebo_p(float(statistics[0]), statistics[1:]))


def positions(frame: pd.DataFrame, redrawn: RedrawnExposure) -> np.ndarray:
    """Row of ``redrawn.keys`` for each row of the frame. Raises InputProblem naming units and years that it lacks."""
    place = pd.MultiIndex.from_frame(redrawn.keys).get_indexer(pd.MultiIndex.from_frame(frame[["unit_id", "year"]]))
    if (place < 0).any():
        missing = frame.loc[place < 0, ["unit_id", "year"]].iloc[0]
        count = int((place < 0).sum())
        raise InputProblem(
            f"Перестановки сети обмена не охватывают {count} строк (например, {missing['unit_id']}, "
            f"{missing['year']}). Постройте их для тех же территорий и лет.",
            f"The re-drawn networks lack {count} rows (for example {missing['unit_id']}, {missing['year']}). Draw them "
            "for the same units and years.",
        )
    return np.asarray(place)


def with_expected(frame: pd.DataFrame, redrawn: RedrawnExposure, exposures: Sequence[str]) -> pd.DataFrame:
    """The frame with ``<exposure>_expected`` of the re-drawn networks, whatever stood there before."""
    place = positions(frame, redrawn)
    return frame.assign(**{EXPECTED.format(name): redrawn.expected(name)[place] for name in exposures})


def placebo_rows(frame: pd.DataFrame, model: Model, redrawn: RedrawnExposure) -> list[Row]:
    """Rows ``<model>__placebo_networks``: the model's exposures that were re-drawn, expected exposure held fixed.

    Estimate and interval are clustered (CRV3) as the model's own; p is that of the placebo networks.
    """
    tested = [name for name in model.exposures if name in redrawn.drawn]
    if not tested:
        raise InputProblem(
            f"План, модель «{model.name}»: ни один из факторов ({', '.join(model.exposures)}) не меняется вместе с "
            f"сетью обмена ({', '.join(sorted(redrawn.drawn))}).",
            f"Plan, model '{model.name}': none of its exposures ({', '.join(model.exposures)}) changes with the "
            f"exchange network ({', '.join(sorted(redrawn.drawn))}).",
        )
    family = "ols" if model.outcome.startswith("log1p(") else model.family
    family = "poisson" if family == "exposure_response" else family
    own = model.model_copy(update={"family": family})
    sample = estimation_sample(frame, own)
    if sample.frame.empty:
        return [_row(own, name, Numbers(), sample.warnings) for name in tested]
    rows = with_expected(sample.frame, redrawn, tested)
    controls = dict.fromkeys([*model.controls, *(EXPECTED.format(name) for name in tested)])
    inner = own.model_copy(update={"controls": tuple(controls)})
    fit = fit_model(rows, inner)
    table = fit.table("crv3")
    out = []
    for name in tested:
        warnings: dict[str, object] = {**sample.warnings, **fit.notes}
        numbers = Numbers()
        if name in fit.not_identified:
            warnings["not_identified"] = name
        elif not {"outcome_constant", "perfect_fit"} & set(fit.notes):
            numbers = replace(Numbers.of(table.loc[name]), p=placebo_test(rows, inner, redrawn, name).p)
        if not redrawn.moved >= RIGID:
            warnings["placebo_networks_rigid"] = f"{100 * np.nan_to_num(redrawn.moved):.0f}"
        treated = exposed_clusters(rows, inner, name)
        out.append(_row(inner, name, numbers, warnings, n=fit.n, clusters=fit.clusters, treated_clusters=treated))
    return out


def _row(
    model: Model,
    exposure: str,
    numbers: Numbers,
    warnings: Mapping[str, object],
    *,
    n: int = 0,
    clusters: int = 0,
    treated_clusters: int = 0,
) -> Row:
    return estimate_row(
        model, exposure, numbers, n=n, clusters=clusters, treated_clusters=treated_clusters,
        inference="crv3_t_placebo_networks_p" if n else "none", name=f"{model.name}__placebo_networks",
        warnings=warnings,
    )  # fmt: skip
