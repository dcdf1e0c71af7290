"""The whole way of practices: spread with known hazard ratios, written as an institute's files, cleaned, estimated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.workbook import read_received
from evaluation.codebook import read_codebook
from evaluation.decisions import DECISION_COLUMNS
from evaluation.field.practices.hazard import UNDECLARED, adoption_hazard, hazard_ratios
from evaluation.field.practices.learning import learning_sources, placed_practices
from evaluation.indicators.outcomes import ties_of_geography
from evaluation.indicators.practice_years import practice_years
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.settings import Exposure
from evaluation.simulate.api import simulate_panel
from evaluation.simulate.files.practices import write_practice_adoptions, write_practices
from evaluation.simulate.mess import Ledger, file_names, names_of
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.simulate.practices import PracticeParameters, practice_adoptions, practices, spread
from evaluation.simulate.programme import History
from evaluation.simulate.year_view import YearView
from evaluation.tables import TABLES
from evaluation.territory.registry import read_registry

CONFIG = Path(__file__).resolve().parents[2] / "config"
YEARS = range(2019, 2025)  # before the reform: units stay the same
FILE_YEARS = (2023, 2024)  # whose registers go through their files; the habits of odd and even years differ
WRITERS = {"practices": write_practices, "practice_adoptions": write_practice_adoptions}


def received(folder: Path, history: History, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The registers of all years, those of FILE_YEARS as their files tell them: written with their habits, cleaned."""
    registry, codebook = read_registry(CONFIG / "territory" / "units.csv"), read_codebook(CONFIG)
    units = history.geography.units
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in WRITERS}
    for year in YEARS:
        of_year = {name: frame[frame["year"] == year].reset_index(drop=True) for name, frame in tables.items()}
        if year not in FILE_YEARS:
            for name in WRITERS:
                parts[name].append(of_year[name])
            continue
        view = YearView(None, year, history.seed, of_year, names_of(units, units), file_names(year), pd.Series(), {},
                        {})  # type: ignore[arg-type]  # fmt: skip
        files = {}
        for name, write in WRITERS.items():
            path = folder / view.files[name]
            path.write_bytes(write(view, Ledger()))
            files[name] = read_received(path, name)
        cleaned = clean_programme(
            files, year, registry, pd.DataFrame(columns=["raw", "unit_id", "reason"], dtype="str"),
            pd.DataFrame(columns=DECISION_COLUMNS, dtype="str"), codebook, b"a key for tests, 32 bytes long..",
            dt.date(year, 12, 31), "04",
        )  # fmt: skip
        for name in WRITERS:
            parts[name].append(cleaned.tables[name])
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def history_of(seed: int) -> tuple[History, dict[str, pd.DataFrame]]:
    units = pd.read_csv(CONFIG / "territory" / "units.csv", dtype="str", keep_default_na=False)
    programme = simulate_panel(units, None, seed=seed, years=YEARS)
    return programme.history, programme.tables


def years_of(tables: dict[str, pd.DataFrame]) -> ProgrammeYears:
    return ProgrammeYears(
        tables, {year: application_deadline(year) for year in YEARS}, {year: territory_date(year) for year in YEARS},
        read_registry(CONFIG / "territory" / "units.csv"), None, Exposure(),
    )  # fmt: skip


def test_the_files_tell_the_adoptions_and_the_estimate_covers_the_known_ratio(tmp_path: Path) -> None:
    history, tables = history_of(11)
    parameters = PracticeParameters(exchange=0.6)
    diffusion = spread(history, parameters)
    true = {"practices": practices(history, diffusion), "practice_adoptions": practice_adoptions(history, diffusion)}
    ours = received(tmp_path, history, true)
    key = ["practice_id", "unit_id", "year"]
    both = [frame["practice_adoptions"][[*key, "adopted_on"]].sort_values(key, ignore_index=True)
            for frame in (ours, true)]  # fmt: skip
    pd.testing.assert_frame_equal(*both)
    known = years_of(tables | ours)
    risk, _ = practice_years(known)
    estimates, declared = adoption_hazard(risk)
    assert not declared and set(estimates.frame["model"]) == {UNDECLARED.name}
    ratios = hazard_ratios(estimates).set_index("exposure")
    row = ratios.loc["adopters_exchange"]
    assert row["low"] < np.exp(parameters.exchange) < row["high"]
    assert row["low"] > 1 and row["clusters"] == 61
    # who is told to have learnt in exchange had met somebody who had it
    place = known.in_geography("original").place
    found = learning_sources(
        placed_practices(ours["practices"], ours["practice_adoptions"], place)[1], ours["practices"],
        ties_of_geography(known, "original"),
    )  # fmt: skip
    through = found[found["told_channel"] == "exchange"]
    assert len(through) > 20 and (through["candidates"] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("exchange", [0.0, 0.45])
def test_over_many_programmes_the_known_ratio_is_recovered(exchange: float) -> None:
    found, covered = [], 0
    for seed in range(20):
        history, tables = history_of(seed)
        diffusion = spread(history, PracticeParameters(exchange=exchange))
        registers = {
            "practices": practices(history, diffusion), "practice_adoptions": practice_adoptions(history, diffusion),
        }  # fmt: skip
        risk, _ = practice_years(years_of(tables | registers))
        row = adoption_hazard(risk)[0].one(UNDECLARED.name, "adopters_exchange")
        found.append(row["estimate"])
        covered += row["low"] <= exchange <= row["high"]
    assert np.mean(found) == pytest.approx(exchange, abs=3 * np.std(found, ddof=1) / np.sqrt(len(found)))
    assert covered >= 16


def test_data_without_adoptions_give_rows_that_say_why() -> None:
    risk = pd.DataFrame(
        {
            "geography": "original", "practice_id": "П-01", "unit_id": [f"u{k}" for k in range(12)], "year": 2020,
            "adopted": False, "adopters_exchange": 0, "adopters_neighbours": 0, "adopters_common_trainer": 0,
        }
    )  # fmt: skip
    estimates, _ = adoption_hazard(risk)
    assert estimates.frame["estimate"].isna().all() and len(estimates.frame) == 3
    assert "nothing to estimate" in estimates.warnings["value"].iloc[0]
    assert adoption_hazard(TABLES["practice_years"].empty())[0].frame["estimate"].isna().all()
