"""Corrected p-values of the families of hypotheses that a plan declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from evaluation.effects.inference.multiplicity import adjust, romano_wolf_regressions
from evaluation.effects.sample import estimation_sample
from evaluation.settings import HypothesisFamily, InputProblem, Model

REGRESSIONS = ("ols", "poisson", "logit")

TableOf = Callable[[Model], pd.DataFrame]


def adjusted_p(
    estimates: pd.DataFrame,
    models: Sequence[Model],
    families: Sequence[HypothesisFamily],
    table_of: TableOf,
    *,
    draws: int = 9_999,
    seed: int = 1,
) -> pd.Series:
    """Corrected p by row of ``estimates``; empty for rows outside every family and for rows without p.

    A family's hypotheses are all rows with p of the models that name it. Romano-Wolf draws the family jointly and so
    needs regressions with the same clusters; ``table_of`` gives the table that a model is fitted on. Raises
    InputProblem where a family that asks for Romano-Wolf holds other models.
    """
    out = pd.Series(np.nan, index=estimates.index, dtype="float64")
    by_name = {model.name: model for model in models}
    for family in families:
        names = [model.name for model in models if model.hypothesis_family == family.name]
        rows = estimates.index[estimates["model"].isin(names) & estimates["p"].notna()]
        if not len(rows):
            continue
        if family.method == "romano_wolf":
            out.loc[rows] = _romano_wolf(estimates.loc[rows], by_name, family, table_of, draws, seed)
        else:
            out.loc[rows] = adjust(estimates.loc[rows, "p"].to_numpy(dtype=float), family.method)
    return out


def _romano_wolf(
    rows: pd.DataFrame,
    models: dict[str, Model],
    family: HypothesisFamily,
    table_of: TableOf,
    draws: int,
    seed: int,
) -> np.ndarray:
    tested = [(models[str(row["model"])], str(row["exposure"])) for row in rows.to_dict("records")]
    others = sorted({model.name for model, exposure in tested if not _is_plain(model, exposure)})
    if others:
        raise InputProblem(
            f"План, семейство гипотез «{family.name}»: поправка romano_wolf знает только регрессии "
            f"({', '.join(REGRESSIONS)}), а в семействе есть {', '.join(others)}. Возьмите holm.",
            f"Plan, family of hypotheses '{family.name}': romano_wolf knows only regressions "
            f"({', '.join(REGRESSIONS)}), and the family holds {', '.join(others)}. Take holm.",
        )
    samples = {model.name: estimation_sample(table_of(model), model).frame for model, _ in tested}
    hypotheses = [(samples[model.name], model, exposure) for model, exposure in tested]
    return np.asarray(romano_wolf_regressions(hypotheses, draws=draws, seed=seed))


def _is_plain(model: Model, exposure: str) -> bool:
    return model.family in REGRESSIONS and exposure in model.exposures
