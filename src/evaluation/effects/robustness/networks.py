"""The plan's check of who met whom: its main model under exchange networks that might have been."""

from __future__ import annotations

import pandas as pd

from evaluation.effects.exchange.placebo_networks import Row, placebo_rows
from evaluation.indicators.exchange_tables import redraws_of_geography
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.settings import Model, Robustness
from evaluation.support.panel_exposures import NAMES


def network_rows(panel: pd.DataFrame, model: Model, settings: Robustness, years: ProgrammeYears) -> list[Row]:
    """``placebo_rows`` of a model of territories in ``settings.network_draws`` re-drawn networks.

    No rows where the plan wants none (0 draws), or the model has no exposure that comes over exchange. ``years.tables``
    as ``redraws_of_geography`` takes them; the seed is that of the exposure's settings, so that with as many draws
    these are the networks behind the panel's expected exposure.
    """
    if settings.network_draws == 0 or model.geography is None or not set(NAMES) & set(model.exposures):
        return []
    return placebo_rows(panel, model, redraws_of_geography(years, panel, model.geography, settings.network_draws))
