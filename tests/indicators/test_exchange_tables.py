"""Networks dealt anew and practices at risk, in the geographies of the demonstration's reform."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.exchange.placebo_networks import placebo_rows
from evaluation.indicators.exchange_tables import REDRAWN, practice_risk, redraws_of_geography
from evaluation.indicators.outcomes import build_panel
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.settings import Exposure, Model, Text
from evaluation.simulate.api import SimulatedProgramme, simulate_panel
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.simulate.practices import practice_adoptions, practices, spread
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"
YEARS = range(2019, 2026)
DEADLINES = {year: application_deadline(year) for year in YEARS}
DATES = {year: territory_date(year) for year in YEARS}
SETTINGS = Exposure(network_draws=19)


@pytest.fixture(scope="module")
def places() -> tuple[pd.DataFrame, pd.DataFrame]:
    return read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv")


@pytest.fixture(scope="module")
def programme(places: tuple[pd.DataFrame, pd.DataFrame]) -> SimulatedProgramme:
    return simulate_panel(*places, seed=5, years=YEARS)


@pytest.fixture(scope="module")
def tables(programme: SimulatedProgramme) -> dict[str, pd.DataFrame]:
    diffusion = spread(programme.history)
    made = {
        "practices": practices(programme.history, diffusion),
        "practice_adoptions": practice_adoptions(programme.history, diffusion),
    }
    return programme.tables | made


def test_redrawn_networks_are_those_behind_the_panel(
    tables: dict[str, pd.DataFrame], places: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    years = ProgrammeYears(tables, DEADLINES, DATES, *places, SETTINGS)
    panel = build_panel(years, "original")
    fewer = replace(years, tables={name: tables[name] for name in REDRAWN})
    redrawn = redraws_of_geography(fewer, panel, "original")
    for name in ("exposure", "exposure_wins"):
        both = panel.merge(redrawn.keys.assign(seen=redrawn.observed[name], mean=redrawn.expected(name)))
        assert len(both) == len(panel)
        assert (both["seen"] == both[name]).all()
        assert np.allclose(both["mean"], both[f"{name}_expected"])
    words = Text(ru="слова", en="words")
    model = Model(
        name="main", question="Q", outcome="applications", exposures=("trained", "exposure"), family="poisson",
        offset="population", fixed_effects=("unit_id", "year"), geography="original", design="association",
        estimand=words, assumption=words,
    )  # fmt: skip
    (row,) = placebo_rows(panel, model, redrawn)
    assert 0 < float(str(row["p"])) <= 1
    assert np.isfinite(float(str(row["se"])))


def test_practices_at_risk_before_and_across_the_reform(
    tables: dict[str, pd.DataFrame], places: tuple[pd.DataFrame, pd.DataFrame], programme: SimulatedProgramme
) -> None:
    years = ProgrammeYears(tables, DEADLINES, DATES, *places, SETTINGS)
    before = practice_risk(years, "original")
    assert before.frame["year"].max() == 2024
    adopted = spread(programme.history).adopted
    assert before.frame["adopted"].sum() == ((adopted > 2018) & (adopted <= 2024)).sum() - (
        spread(programme.history).first_year > 2018
    ).sum()  # fmt: skip
    assert before.left_out["unknown_unit"] == before.left_out["repeated"] == 0
    stable = practice_risk(years, "stable")
    assert stable.frame["year"].max() == 2025
    assert stable.frame["unit_id"].nunique() < before.frame["unit_id"].nunique()
    assert 0 < stable.frame["adopted"].sum() <= (adopted > 0).sum()
    assert not stable.frame.duplicated(["practice_id", "unit_id", "year"]).any()
    once = stable.frame.groupby(["practice_id", "unit_id"])["adopted"].sum()
    assert once.max() == 1
