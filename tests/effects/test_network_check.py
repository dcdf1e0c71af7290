"""The plan's check of who met whom, from received tables to the row of the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.exchange.placebo_networks import EXPECTED
from evaluation.effects.panel import fit_model
from evaluation.effects.robustness.checks import check_main_model
from evaluation.effects.robustness.networks import network_rows
from evaluation.effects.sample import estimation_sample
from evaluation.indicators.exchange_tables import REDRAWN
from evaluation.indicators.outcomes import build_panel
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.report.summaries.steps import robustness_findings
from evaluation.settings import Exposure, Model, Robustness
from evaluation.simulate.api import simulate_panel
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.tables import TABLES
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"
YEARS = range(2019, 2026)
DRAWS = 29
SETTINGS = Robustness(network_draws=DRAWS, bootstrap_draws=0, permutation_draws=0, seed=3)

Declare = Callable[..., Model]


@pytest.fixture(scope="module")
def years() -> ProgrammeYears:
    places = read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv")
    tables = simulate_panel(*places, seed=5, years=YEARS).tables
    deadlines = {year: application_deadline(year) for year in YEARS}
    dates = {year: territory_date(year) for year in YEARS}
    return ProgrammeYears(tables, deadlines, dates, *places, Exposure(network_draws=DRAWS))


@pytest.fixture(scope="module")
def panel(years: ProgrammeYears) -> pd.DataFrame:
    return build_panel(years, "original")


@pytest.fixture
def main(declare: Declare) -> Model:
    return declare(
        "applications", ("trained", "exposure"), "poisson", name="main", is_main=True, offset="population",
        fixed_effects=("unit_id", "year"), geography="original",
    )  # fmt: skip


def test_the_check_stands_among_the_others_where_the_tables_are_given(
    panel: pd.DataFrame, main: Model, years: ProgrammeYears
) -> None:
    """With as many draws as the panel was made with, the expected exposure held fixed is the panel's own."""
    few = replace(years, tables={name: years.tables[name] for name in REDRAWN})
    checks, _ = check_main_model(panel, [main], SETTINGS, few)
    row = checks.one("main__placebo_networks", "exposure")
    sample = estimation_sample(panel, main).frame
    held = main.model_copy(update={"controls": (EXPECTED.format("exposure"),)})
    by_hand = fit_model(sample, held).table("crv3").loc["exposure"]
    assert row["estimate"] == pytest.approx(by_hand["estimate"], abs=1e-9)
    assert row["se"] == pytest.approx(by_hand["se"], rel=1e-8)
    assert (row["p"] * (DRAWS + 1)) == pytest.approx(round(row["p"] * (DRAWS + 1)))
    assert 1 / (DRAWS + 1) <= row["p"] <= 1
    (finding,) = [one for one in robustness_findings(checks.frame, "main") if "networks" in one.name]
    assert (finding.name, finding.value) == ("placebo_networks_p_exposure", row["p"])
    again = check_main_model(panel, [main], SETTINGS, few)[0].frame
    pd.testing.assert_frame_equal(checks.frame, again)
    without, _ = check_main_model(panel, [main], SETTINGS)
    assert not without.frame["model"].str.endswith("__placebo_networks").any()


def test_nothing_to_check_gives_no_rows(panel: pd.DataFrame, main: Model, years: ProgrammeYears) -> None:
    cases = (
        (main, SETTINGS.model_copy(update={"network_draws": 0})),
        (main.model_copy(update={"exposures": ("trained",)}), SETTINGS),
        (main.model_copy(update={"geography": None}), SETTINGS),
    )
    assert [network_rows(panel, model, settings, years) for model, settings in cases] == [[], [], []]


def test_a_programme_without_exchange_says_so(main: Model, years: ProgrammeYears) -> None:
    nothing = {name: TABLES[name].empty() for name in ("exchange_events", "exchange_participation")}
    silent = replace(years, tables={**years.tables, **nothing})
    (row,) = network_rows(build_panel(silent, "original"), main, SETTINGS, silent)
    assert np.isnan(row["p"]) and np.isnan(row["estimate"])  # type: ignore[call-overload]  # a row's values are object
    assert "not_identified=exposure" in str(row["warning"])
    assert "placebo_networks_rigid=0" in str(row["warning"])


def test_rows_that_cannot_be_used_are_told_and_not_estimated(
    panel: pd.DataFrame, main: Model, years: ProgrammeYears
) -> None:
    (row,) = network_rows(panel.assign(population=pd.NA), main, SETTINGS, years)
    assert (row["n"], row["inference"]) == (0, "none")
    assert "no_rows" in str(row["warning"])
