"""The demonstration's registry and one simulated programme, made once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.simulate import SimulatedProgramme, simulate_programme
from evaluation.simulate.mess import Ledger
from evaluation.simulate.write import simulated_files

ROOT = Path(__file__).resolve().parents[2]


def read_text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


@pytest.fixture(scope="session")
def units() -> pd.DataFrame:
    return read_text(ROOT / "config/territory/units.csv")


@pytest.fixture(scope="session")
def crosswalk() -> pd.DataFrame:
    return read_text(ROOT / "config/territory/crosswalk.csv")


@pytest.fixture(scope="session")
def programme(units: pd.DataFrame, crosswalk: pd.DataFrame) -> SimulatedProgramme:
    """The demonstration: all years, the default seed."""
    return simulate_programme(units, crosswalk)


@pytest.fixture(scope="session")
def two_years(units: pd.DataFrame, crosswalk: pd.DataFrame) -> SimulatedProgramme:
    """2024 and 2025, so across the reform."""
    return simulate_programme(units, crosswalk, years=(2024, 2025))


@pytest.fixture(scope="session")
def messy(two_years: SimulatedProgramme) -> tuple[dict[str, bytes], Ledger]:
    return simulated_files(two_years)
