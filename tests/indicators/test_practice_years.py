"""The table of practices at risk: all geographies, the counts of ``practice_risk``, empty without a register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.contracts import check
from evaluation.effects.analysis_tables import analysis_tables
from evaluation.indicators.exchange_tables import practice_risk
from evaluation.indicators.practice_years import practice_years
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.settings import Exposure
from evaluation.simulate.api import SimulatedProgramme, simulate_panel
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.simulate.practices import practice_adoptions, practices, spread
from evaluation.tables import TABLES
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"
YEARS = range(2023, 2026)
PLACE: tuple[Any, ...] = (
    {year: application_deadline(year) for year in YEARS}, {year: territory_date(year) for year in YEARS},
    read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv"),
)  # fmt: skip


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    return simulate_panel(PLACE[2], PLACE[3], seed=5, years=YEARS)


def test_every_geography_with_its_own_peers(programme: SimulatedProgramme) -> None:
    diffusion = spread(programme.history)
    tables = programme.tables | {
        "practices": practices(programme.history, diffusion),
        "practice_adoptions": practice_adoptions(programme.history, diffusion),
    }
    table, left_out = practice_years(ProgrammeYears(tables, *PLACE, Exposure()))
    check(table, TABLES["practice_years"])
    for geography in ("original", "stable", "current"):
        risk = practice_risk(ProgrammeYears(tables, *PLACE, Exposure()), geography)
        ours = table[table["geography"] == geography]
        assert len(ours) == len(risk.frame) > 0
        assert ours["adopted"].sum() == risk.frame["adopted"].sum()
        for channel in ("exchange", "neighbours", "common_trainer"):
            assert ours[f"adopters_{channel}"].tolist() == risk.frame[f"exposure_{channel}"].tolist()
        assert {f"{geography}_{reason}": count for reason, count in risk.left_out.items()}.items() <= left_out.items()


def test_sources_that_were_not_received_leave_empty_tables(programme: SimulatedProgramme) -> None:
    absent = {
        name: TABLES[name].empty() for name in ("practices", "practice_adoptions", "teams", "team_members", "scores")
    }
    projects = programme.tables["projects"].assign(score=float("nan"))
    tables = programme.tables | absent | {"projects": projects}
    made = analysis_tables(ProgrammeYears(tables, *PLACE, Exposure()), pd.DataFrame(columns=["project_id"]))
    assert set(made.frames) == {"practice_years", "team_spells", "scored_applications"}
    for name, frame in made.frames.items():
        assert frame.empty
        assert list(frame.columns) == list(TABLES[name].names)
    assert made.left_out == {}
