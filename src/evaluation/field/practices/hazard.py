"""The hazard of adopting a practice, by the model that the year's plan declares or by one for workspaces without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Estimates, Numbers, collect, estimate_row, in_both_languages
from evaluation.effects.exchange.diffusion import rows_of
from evaluation.settings import DataProblem, Model, Text

FAMILY = "diffusion"
EXPOSURES = ("adopters_exchange", "adopters_neighbours", "adopters_common_trainer")
UNDECLARED = Model(
    name="adoption_undeclared",
    question="",
    outcome="adopted",
    exposures=EXPOSURES,
    family=FAMILY,
    estimand=Text(
        ru="отношение рисков перенять практику при ещё одной территории, которая её переняла и с которой встречались",
        en="ratio of hazards of adopting with one more unit met that had adopted",
    ),
    design="association",
    assumption=Text(
        ru="встречи не выбирают под практику, которую и так собирались перенять",
        en="units do not choose whom to meet for a practice that they would adopt anyway",
    ),
    fixed_effects=("practice_id", "year"),
    clusters="unit_id",
    geography="original",
)


def adoption_hazard(
    risk: pd.DataFrame, models: Sequence[Model] = (), *, draws: int = 199, seed: int = 1
) -> tuple[Estimates, bool]:
    """Log hazard ratios per peer who had the practice, and whether the plan declared the model.

    ``risk``: contract ``practice_years``, all geographies; ``models``: the plan's, of which the first of the family
    ``diffusion`` counts. Data that cannot carry the model give rows without estimate that say why.
    """
    declared = next((model for model in models if model.family == FAMILY), None)
    model = declared or UNDECLARED
    rows = risk[risk["geography"] == (model.geography or "original")]
    frame = rows.assign(adopted=rows["adopted"].astype("boolean").astype("float64")).reset_index(drop=True)
    try:
        made = rows_of(frame, model, draws=draws, seed=seed)
    except DataProblem as problem:
        said = {"not_fitted": in_both_languages(problem)}
        made = [
            estimate_row(model, exposure, Numbers(), n=len(frame), clusters=int(frame["unit_id"].nunique()),
                         treated_clusters=None, inference="none", warnings=said)
            for exposure in model.exposures
        ]  # fmt: skip
    return collect(made), declared is not None


def hazard_ratios(estimates: Estimates) -> pd.DataFrame:
    """exposure, ratio, low, high, p, n, clusters: exp of the rows of one model."""
    frame = estimates.frame
    named = {"estimate": "ratio", "low": "low", "high": "high"}
    ratios = {new: np.exp(frame[old].astype("float64")) for old, new in named.items()}
    return pd.DataFrame({"exposure": frame["exposure"], **ratios, "p": frame["p"], "n": frame["n"],
                         "clusters": frame["clusters"]})  # fmt: skip
