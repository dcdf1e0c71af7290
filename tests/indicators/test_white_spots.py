"""White spots and what every unit lacks: by hand on the programme of ``conftest.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hand_made_years import DEADLINES, TERRITORY_DATES

from evaluation.codebook import read_codebook
from evaluation.display.atlas import Atlas
from evaluation.indicators.outcomes import build_panels
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.indicators.white_spots import GAP_COLUMNS, GAPS, WHITE_SPOT_COLUMNS, coverage_gaps, white_spots
from evaluation.settings import Exposure, InputProblem

Tables = dict[str, pd.DataFrame]
CONFIG = Path(__file__).resolve().parents[2] / "config"


def of_year(tables: Tables, year: int) -> Tables:
    chosen = {name: frame[frame["year"] == year] if "year" in frame else frame for name, frame in tables.items()}
    held = chosen["exchange_events"]["exchange_id"]
    rows = tables["exchange_participation"]
    return chosen | {"exchange_participation": rows[rows["exchange_id"].isin(held)]}


def distances(**km: float) -> pd.DataFrame:
    return pd.DataFrame({"unit_id": list(km), "distance_km": list(km.values())})


def told(gaps: pd.DataFrame) -> dict[str, list[str]]:
    return {str(unit): rows["gap"].tolist() for unit, rows in gaps.groupby("unit_id")}


def test_gaps_of_a_year_without_history(tables: Tables) -> None:
    gaps = coverage_gaps(of_year(tables, 2023), 2023, distances=distances(A=10, B=500, C=200, S=201), reach_km=200)
    assert told(gaps) == {
        "B": ["no_application", "no_training", "out_of_reach", "population_not_known"],
        "C": ["no_application", "no_training"],
        "K": ["no_application", "no_training", "distance_not_known"],
        "S": ["no_training", "out_of_reach"],
    }
    assert list(gaps) == GAP_COLUMNS
    assert gaps["unit_id"].unique().tolist() == ["K", "S", "C", "B"], "most populous first, unknown last"


def test_training_of_earlier_years_counts_and_no_table_is_no_zero(
    tables: Tables, registry: pd.DataFrame, crosswalk: pd.DataFrame
) -> None:
    panel = build_panels(ProgrammeYears(tables, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure()))
    of_2025 = told(coverage_gaps(of_year(tables, 2025), 2025, panel))
    assert of_2025 == {"C": ["no_training"]}, "M was trained as A in 2023; C's person was absent"
    silent = {name: frame for name, frame in of_year(tables, 2023).items() if name != "attendance"}
    assert told(coverage_gaps(silent, 2023))["A"] == ["training_not_known"]


def test_white_spots_keep_their_columns_and_join_the_gaps(tables: Tables) -> None:
    spots = white_spots(of_year(tables, 2023), 2023, distances=distances(B=500, C=20, K=np.nan), reach_km=200)
    assert list(spots) == WHITE_SPOT_COLUMNS
    assert spots["unit_id"].tolist() == ["K", "C", "B"]
    assert spots["gaps"].tolist() == [
        "no_application; no_training; distance_not_known",
        "no_application; no_training",
        "no_application; no_training; out_of_reach; population_not_known",
    ]
    assert set(spots["reason"]) == {"not_known"}
    codebook = read_codebook(CONFIG)
    assert set(codebook.choice_labels("coverage_gap", "ru")) == set(GAPS)
    shown = Atlas(tables["territories"], None, codebook, 2023).white_spots(spots)
    assert shown.cell(1, "gaps", "ru") == "нет заявок; нет обучения"
    assert shown.cell(2, "distance_km", "en") == "500"
    bare = white_spots(of_year(tables, 2023), 2023)
    assert bare["distance_km"].isna().all()
    assert "distance_km" not in Atlas(tables["territories"], None, codebook, 2023).white_spots(bare).columns


@pytest.mark.parametrize(
    ("rows", "reach", "message"),
    [
        (distances(A=1.0), None, "the threshold of reach is not"),
        (distances(A=1.0), -5.0, "positive number of kilometres"),
        (distances(A=-1.0), 200.0, "the distance of unit A is -1"),
        (distances(A=np.inf), 200.0, "the distance of unit A is inf"),
        (pd.concat([distances(A=1.0), distances(A=2.0)]), 200.0, "units A stand twice"),
    ],
)
def test_distances_that_do_not_fit_are_refused(
    tables: Tables, rows: pd.DataFrame, reach: float | None, message: str
) -> None:
    with pytest.raises(InputProblem, match=message):
        coverage_gaps(of_year(tables, 2023), 2023, distances=rows, reach_km=reach)


def test_who_was_invited_and_did_not_come_was_not_at_the_exchange(tables: Tables) -> None:
    chosen = of_year(tables, 2024)
    rows = chosen["exchange_participation"]
    absent = rows.assign(persons=rows["persons"].mask(rows["unit_id"] == "C", 0))
    found = white_spots(chosen | {"exchange_participation": absent}, 2024).set_index("unit_id")
    assert not found.loc["C", "attended_exchange"]
    assert found.loc["A", "attended_exchange"]
