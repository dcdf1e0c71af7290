"""The panel's exposures on the simulated programme: as the truth, expected ones beside, nothing of the same year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.settings import Exposure
from evaluation.simulate.api import SimulatedProgramme, simulate_panel
from evaluation.simulate.parameters import application_deadline
from evaluation.support.panel_exposures import panel_exposures, panel_redraws
from evaluation.support.training import training_dose
from evaluation.territory.registry import read_registry

YEARS = range(2019, 2023)
DEADLINES = {year: application_deadline(year) for year in YEARS}
SETTINGS = Exposure(network_draws=39)


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    registry = read_registry(Path(__file__).resolve().parents[2] / "config" / "territory" / "units.csv")
    return simulate_panel(registry, None, seed=5, years=YEARS)


@pytest.fixture(scope="module")
def units(programme: SimulatedProgramme) -> list[str]:
    return sorted(programme.truth.unit_years["unit_id"].unique())


@pytest.fixture(scope="module")
def funded(programme: SimulatedProgramme) -> pd.DataFrame:
    return programme.truth.unit_years[["unit_id", "year", "funded"]].astype({"year": "Int64"})


def _exposures(programme: SimulatedProgramme, units: list[str], funded: pd.DataFrame) -> pd.DataFrame:
    dose = training_dose(programme.tables["support_events"], programme.tables["attendance"], DEADLINES, units)
    return panel_exposures(programme.tables, DEADLINES, dose, funded, SETTINGS, units)


@pytest.fixture(scope="module")
def found(programme: SimulatedProgramme, units: list[str], funded: pd.DataFrame) -> pd.DataFrame:
    return _exposures(programme, units, funded)


def test_observed_exposure_is_that_of_the_truth(programme: SimulatedProgramme, found: pd.DataFrame) -> None:
    both = found.merge(programme.truth.unit_years, on=["unit_id", "year"], suffixes=("", "_true"))
    assert len(both) == len(found) == 61 * 4
    assert (both["exposure"] == both["exposure_true"]).all()
    assert (both["exposure_wins"] == both["exposure_wins_true"]).all()


def test_expected_exposure_keeps_the_year_s_total_near_and_smooths(found: pd.DataFrame) -> None:
    """Guests change places within a form and year, so totals stay near while single units move towards their group."""
    totals = found.groupby("year")[["exposure", "exposure_expected"]].sum()
    later = totals[totals["exposure"] > 0]
    assert (abs(later["exposure_expected"] / later["exposure"] - 1) < 0.1).all()
    exposed = found[found["exposure"] > 0]
    assert 0.5 < np.corrcoef(exposed["exposure"], exposed["exposure_expected"])[0, 1] < 0.9999
    assert (found["exposure"] != found["exposure_expected"]).any()


def test_rival_channels_count_units(found: pd.DataFrame, units: list[str]) -> None:
    for name in ("exposure_neighbours", "exposure_common_trainer"):
        assert found[name].between(0, len(units) - 1).all()
        assert (found[name] == found[name].round()).all()
        assert found[name].max() > 0
        assert (found.loc[found["year"] == 2019, name] == 0).all()


def test_outcomes_of_the_same_year_leave_every_exposure_bit_equal(
    programme: SimulatedProgramme, units: list[str], funded: pd.DataFrame, found: pd.DataFrame
) -> None:
    changed = funded.assign(funded=funded["funded"].mask(funded["year"] == 2021, 50))
    again = _exposures(programme, units, changed)
    until = found["year"] <= 2021
    pd.testing.assert_frame_equal(again[until], found[until], check_exact=True)
    assert (again.loc[~until, "exposure_wins"] != found.loc[~until, "exposure_wins"]).any()


def test_draws_can_be_more_for_a_test(programme: SimulatedProgramme, units: list[str], funded: pd.DataFrame) -> None:
    dose = training_dose(programme.tables["support_events"], programme.tables["attendance"], DEADLINES, units)
    redrawn = panel_redraws(programme.tables, DEADLINES, dose, funded, SETTINGS, units, draws=5)
    assert redrawn.drawn["exposure"].shape == (5, 61 * 4)
    assert redrawn.moved > 0.3


def test_without_coordinates_neighbours_are_unknown(
    programme: SimulatedProgramme, units: list[str], funded: pd.DataFrame
) -> None:
    tables = {**programme.tables, "territories": programme.tables["territories"][["unit_id", "year"]]}
    dose = training_dose(tables["support_events"], tables["attendance"], DEADLINES, units)
    bare = panel_exposures(tables, DEADLINES, dose, funded, SETTINGS, units)
    assert (bare["exposure_neighbours"] == 0).all()
    assert bare["exposure_expected"].notna().all()
