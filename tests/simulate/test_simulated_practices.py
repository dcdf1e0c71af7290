"""Simulated practices: what they acted on is what the tables tell, and the hazard's truth comes back."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.exchange.diffusion import rows_of
from evaluation.settings import Exposure, Model, Text
from evaluation.simulate.api import SimulatedProgramme, simulate_panel
from evaluation.simulate.parameters import application_deadline
from evaluation.simulate.practices import CHANNELS, PracticeParameters, practice_adoptions, practices, spread
from evaluation.support.channels import common_trainer_ties, neighbour_ties, neighbours_by_centres
from evaluation.support.exchange import exchange_ties
from evaluation.support.practices import AdoptionRisk, adoption_risk
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"
YEARS = range(2019, 2025)
WORDS = Text(ru="слова", en="words")
OFF = PracticeParameters(exchange=0.0, neighbours=0.0, common_trainer=0.0)


@cache
def _programme(seed: int) -> SimulatedProgramme:
    return simulate_panel(read_registry(TERRITORY / "units.csv"), None, seed=seed, years=YEARS)


def _risk(programme: SimulatedProgramme, parameters: PracticeParameters) -> AdoptionRisk:
    history, tables = programme.history, programme.tables
    diffusion = spread(history, parameters)
    deadlines = {year: application_deadline(year) for year in YEARS}
    ties = {
        "exchange": exchange_ties(tables["exchange_events"], tables["exchange_participation"], deadlines, Exposure()),
        "neighbours": neighbour_ties(neighbours_by_centres(history.geography.units), YEARS),
        "common_trainer": common_trainer_ties(tables["support_events"], tables["attendance"], deadlines),
    }
    return adoption_risk(
        practices(history, diffusion), practice_adoptions(history, diffusion), history.geography.units["unit_id"],
        YEARS, ties,
    )  # fmt: skip


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    return _programme(5)


def test_exposures_from_the_tables_are_those_that_acted(programme: SimulatedProgramme) -> None:
    found = _risk(programme, PracticeParameters())
    diffusion = spread(programme.history, PracticeParameters())
    frame = found.frame
    practice = frame["practice_id"].str.removeprefix("П-").astype(int).to_numpy() - 1
    unit = pd.Index(programme.history.geography.units["unit_id"]).get_indexer(frame["unit_id"])
    year = frame["year"].to_numpy(dtype=int) - YEARS[0]
    for channel in CHANNELS:
        assert (frame[f"exposure_{channel}"] == diffusion.peers[channel][practice, unit, year]).all()
        assert frame[f"exposure_{channel}"].max() > 1
    assert frame["adopted"].sum() == (diffusion.adopted > 0).sum() - len(diffusion.titles)
    assert set(found.left_out.values()) == {0}


def test_channels_can_be_switched_off(programme: SimulatedProgramme) -> None:
    none = spread(programme.history, OFF)
    assert (none.through == -1).all()
    for position, channel in enumerate(CHANNELS):
        only = spread(programme.history, PracticeParameters(**{c: 0.5 * (c == channel) for c in CHANNELS}))
        assert set(np.unique(only.through)) == {-1, position}
        assert (only.adopted > 0).sum() > (none.adopted > 0).sum()
        assert only.truth()["hazard_ratio_per_peer"][channel] == pytest.approx(np.exp(0.5))


def test_tables_keep_their_contract_and_codes_of_the_reform() -> None:
    registry, crosswalk = read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv")
    programme = simulate_panel(registry, crosswalk, seed=5, years=range(2019, 2026))
    diffusion = spread(programme.history)
    register, adoptions = practices(programme.history, diffusion), practice_adoptions(programme.history, diffusion)
    assert not register.duplicated(["practice_id", "year"]).any()
    assert not adoptions.duplicated(["practice_id", "unit_id", "year"]).any()
    assert len(register[register["year"] == 2025]) == 12
    new = adoptions.loc[adoptions["year"] == 2025, "unit_id"]
    in_force = programme.tables["territories"].query("year == 2025")["unit_id"]
    assert new.isin(in_force).all()
    assert (adoptions["adopted_on"].dropna().dt.year == adoptions.loc[adoptions["adopted_on"].notna(), "year"]).all()
    assert adoptions["adopted_on"].isna().any()


@pytest.mark.parametrize("parameters", [PracticeParameters(), PracticeParameters(exchange=0.0, neighbours=0.5)])
def test_the_truth_comes_back(parameters: PracticeParameters) -> None:
    """Mean over programmes within four errors of the log hazard ratios, whether exchange acts or neighbours alone."""
    model = Model(
        name="diffusion", question="Q", outcome="adopted", family="diffusion", design="association", estimand=WORDS,
        assumption=WORDS, exposures=tuple(f"exposure_{channel}" for channel in CHANNELS),
        fixed_effects=("practice_id", "year"),
    )  # fmt: skip
    found = [
        [row["estimate"] for row in rows_of(_risk(_programme(seed), parameters).frame, model, draws=9)]
        for seed in range(8)
    ]
    truth = [getattr(parameters, channel) for channel in CHANNELS]
    means, errors = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(means - truth) < 4 * errors).all()
    assert (errors < 0.08).all()
