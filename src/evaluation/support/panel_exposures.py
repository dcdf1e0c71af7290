"""The panel's exposures: peers met in exchange, what could be expected of that, and the rival channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.settings import Exposure
from evaluation.support.channels import (
    channel_exposures,
    common_trainer_ties,
    neighbour_ties,
    neighbours_by_centres,
    unit_centres,
)
from evaluation.support.placebo_exposure import RedrawnExposure, redrawn_exposure

NAMES = ("exposure", "exposure_wins")


def panel_exposures(
    tables: Mapping[str, pd.DataFrame],
    deadlines: Mapping[int, dt.date],
    dose: pd.DataFrame,
    funded: pd.DataFrame,
    settings: Exposure,
    units: Sequence[str],
) -> pd.DataFrame:
    """unit_id, year, exposure, exposure_wins, the same with ``_expected``, exposure_neighbours,
    exposure_common_trainer.

    ``tables`` in one geography's units; ``dose``: unit_id, year, trained; ``funded``: unit_id, year, funded. Nothing of
    the same year enters: all of it stood ``settings.lag_years`` earlier.
    """
    redrawn = panel_redraws(tables, deadlines, dose, funded, settings, units)
    frame = redrawn.keys.copy()
    for name in NAMES:
        frame[name] = redrawn.observed[name]
    for name in NAMES:
        frame[f"{name}_expected"] = redrawn.expected(name)
    neighbours = neighbours_by_centres(unit_centres(tables["territories"], units))
    common = common_trainer_ties(tables["support_events"], tables["attendance"], deadlines)
    keys = pd.MultiIndex.from_frame(redrawn.keys)
    rivals = channel_exposures(dose, neighbour_ties(neighbours, deadlines), common, settings.lag_years, keys)
    return frame.merge(rivals, on=["unit_id", "year"], how="left", validate="one_to_one")


def panel_redraws(
    tables: Mapping[str, pd.DataFrame],
    deadlines: Mapping[int, dt.date],
    dose: pd.DataFrame,
    funded: pd.DataFrame,
    settings: Exposure,
    units: Sequence[str],
    draws: int | None = None,
) -> RedrawnExposure:
    """The panel's exposures in re-drawn networks (``draws``: as the settings say), for placebo tests as well."""
    attributes = dose[["unit_id", "year", "trained"]].merge(funded[["unit_id", "year", "funded"]], how="left")
    attributes = attributes.rename(columns={"trained": "exposure", "funded": "exposure_wins"})
    return redrawn_exposure(
        tables["exchange_events"], tables["exchange_participation"], deadlines, attributes, settings, units,
        draws=draws or settings.network_draws, seed=settings.network_seed,
        centres=unit_centres(tables["territories"], units),
    )  # fmt: skip
