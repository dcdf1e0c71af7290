"""Everything that is computed of practices in one geography: curves, candidates, hazard, numbers of cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.field.practices.cards import card_numbers
from evaluation.field.practices.curves import diffusion_curves
from evaluation.field.practices.hazard import adoption_hazard, hazard_ratios
from evaluation.field.practices.learning import learning_sources, placed_practices
from evaluation.indicators.geographies import Geography
from evaluation.settings import Model


@dataclass(frozen=True)
class PracticeResults:
    """``curves``: contract ``practice_diffusion``; ``sources``: ``practice_sources``; ``hazard``: ratios by exposure.

    ``declared`` says whether the hazard's model is the plan's; ``cards`` are numbers of cards by name.
    """

    curves: pd.DataFrame
    sources: pd.DataFrame
    hazard: pd.DataFrame
    declared: bool
    cards: dict[str, int]


def practice_results(
    tables: Mapping[str, pd.DataFrame],
    place: Geography,
    year: int,
    models: Sequence[Model] = (),
    lag_years: int = 1,
) -> PracticeResults:
    """``tables``: practices and practice_adoptions of all years as in their files, practice_cards of ``year``,
    practice_years, and exchange_ties in the units of ``place``."""
    practices, adoptions = placed_practices(tables["practices"], tables["practice_adoptions"], place)
    risk = tables["practice_years"]
    estimates, declared = adoption_hazard(risk, models)
    return PracticeResults(
        diffusion_curves(risk[risk["geography"] == place.name], practices),
        learning_sources(adoptions, practices, tables["exchange_ties"], lag_years),
        hazard_ratios(estimates),
        declared,
        card_numbers(practices[practices["year"] == year], tables["practice_cards"]),
    )
