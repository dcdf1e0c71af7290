"""Simulated registers of measures, self-government and resolutions: what is read equals the truth behind them."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from cleaning_helpers import clean, codebook

from evaluation.cleaning.context import Cleaned
from evaluation.contracts import TABLES, check, dangling
from evaluation.simulate import simulate_programme
from evaluation.simulate.canonical import canonical_bytes, canonical_frames
from evaluation.simulate.files.decisions import FILES as DECISION_FILES
from evaluation.simulate.files.journals import write_exchange
from evaluation.simulate.files.measures import FILES as MEASURE_FILES
from evaluation.simulate.files.territories import write_territories
from evaluation.simulate.geography import sampled_units
from evaluation.simulate.mess import Ledger
from evaluation.simulate.year_view import YearView, view
from evaluation.territory.registry import read_registry

UNITS = 12
FILES = {**MEASURE_FILES, **DECISION_FILES}
KEYS = {
    "measures": "measure_id", "selfgovernment": "tos_id", "selfgovernment_grants": "grant_id",
    "resolutions": "resolution_id", "recommendations": "recommendation_id", "problems": "problem_id",
    "achievements": "achievement_id",
    "recommendation_status": "recommendation_id",
}  # fmt: skip
# what each kind of planted defect costs: a cell that cannot be known, or one that is read as it is written
COSTS = {
    ("measures", "due_on"): {"month_instead_of_day"},
    ("measures", "evidence"): {"done_without_evidence"},
    ("measures", "owner"): {"person_beside_owner"},
    ("selfgovernment", "residents"): {"residents_over_population", "left_empty"},
    ("selfgovernment_grants", "amount"): {"amount_without_decision"},
    ("resolutions", "discussants"): {"dash_before_count"},
    ("resolutions", "participants"): {"sectors_do_not_add_up"},
    ("recommendations", "text"): {"phone_in_free_text"},
    ("recommendation_status", "evidence"): {"done_without_evidence"},
    ("problems", "theme"): {"theme_not_in_code_frame"},
    ("achievements", "text"): {"email_in_free_text"},
}


class Case(NamedTuple):
    """One year of files: what was read, the clean rows behind it and the planted defects."""

    year: int
    cleaned: Cleaned
    truth: dict[str, pd.DataFrame]
    ledger: pd.DataFrame


@cache
def of_year(year: int) -> YearView:
    return view(simulate_programme(sampled_units(UNITS, 3), None, seed=11, years=(year,)), year)


def read_files(folder: Path, one: YearView, plain: bool) -> Case:
    units = folder / "units.csv"
    sampled_units(UNITS, 3)[["unit_id", "name"]].to_csv(units, index=False)
    ledger = Ledger()
    truth = {source: part.frame(one) for source, part in FILES.items()}
    frames = canonical_frames(one)
    files = {}
    for source, write in (("territories", write_territories), ("exchange_events", write_exchange)):
        content = canonical_bytes(frames[source], one.files[source]) if plain else write(one, Ledger())
        files[source] = folder / one.files[source]
        files[source].write_bytes(content)
    for source, part in FILES.items():
        name = part.name(one.year)
        rows = truth[source]
        files[source] = folder / name
        files[source].write_bytes(canonical_bytes(rows, name) if plain else part.write(one, rows, name, ledger))
    return Case(one.year, clean(files, one.year, read_registry(units)), truth, ledger.frame())


@pytest.fixture(scope="module", params=[2024, pytest.param(2025, marks=pytest.mark.slow)])
def messy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return read_files(tmp_path_factory.mktemp("messy"), of_year(request.param), plain=False)


def unlike(ours: pd.DataFrame, true: pd.DataFrame, column: str) -> int:
    """Number of rows in which a column differs from the truth; a missing value equals a missing one."""
    one, other = ours[column].reset_index(drop=True), true[column].reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(one):
        far = ~np.isclose(one.astype("float64"), pd.to_numeric(other).astype("float64"), equal_nan=True)
        return int(far.sum())
    if pd.api.types.is_datetime64_any_dtype(one):
        other = pd.to_datetime(other)
    same = (one.astype("object") == other.astype("object")) | (one.isna() & other.isna())
    return int((~same).sum())


def differences(case: Case) -> dict[tuple[str, str], int]:
    found = {}
    for source in FILES:
        keys = [KEYS[source], *(["checked_on"] if source == "recommendation_status" else [])]
        ours, true = (tables[source].sort_values(keys) for tables in (case.cleaned.tables, case.truth))
        assert ours[KEYS[source]].tolist() == true[KEYS[source]].tolist(), source
        for column in true.columns:
            if number := unlike(ours, true, column):
                found[(source, column)] = number
    return found


def test_what_is_read_equals_the_truth_but_for_what_cannot_be_known(messy: Case) -> None:
    found = differences(messy)
    for place, number in found.items():
        planted = messy.ledger[messy.ledger["source"] == place[0]]["defect"].isin(COSTS.get(place, set())).sum()
        assert 0 < number <= planted, (place, number)
    assert len(found) >= 8


def test_every_defect_to_report_has_its_remark(messy: Case) -> None:
    issues = messy.cleaned.issues
    places = set(zip(issues["source"], issues["cell"], strict=True))
    asked = messy.ledger[messy.ledger["reader_must"] == "report"]
    assert len(asked) >= 10
    missed = [(row.source, row.cell, row.defect) for row in asked.itertuples() if (row.source, row.cell) not in places]
    assert not missed


def test_contracts_hold_and_nobody_is_named(messy: Case) -> None:
    for source in FILES:
        check(messy.cleaned.tables[source], TABLES[source], codebook())
    tables = {name: messy.cleaned.tables[name] for name in FILES}
    lost = dangling(tables | {"exchange_events": messy.cleaned.tables["exchange_events"]})
    assert lost.empty
    text = " ".join(frame.to_csv() for frame in (*tables.values(), messy.cleaned.issues))
    for secret in ("Петров", "Иванова", "000 200", "000 300"):
        assert secret not in text


def test_rows_with_an_unknown_theme_keep_the_rest(messy: Case) -> None:
    problems = messy.cleaned.tables["problems"]
    assert problems["theme"].isna().sum() == 1 and problems["text"].notna().all()


def test_plain_files_need_no_remark(tmp_path: Path) -> None:
    case = read_files(tmp_path, of_year(2024), plain=True)
    ours = case.cleaned.issues[case.cleaned.issues["source"].isin(list(FILES))]
    # what the institute does not know it does not know in plain files either
    assert set(ours["rule"]) <= {"measure_lacking", "column_missing"}, ours[["source", "cell", "rule", "raw"]]
    assert differences(case) == {}


def test_other_years_have_no_files() -> None:
    earlier = dataclasses.replace(of_year(2024), year=2022)
    assert all(part.frame(earlier).empty for part in FILES.values())


def test_same_seed_gives_the_same_bytes() -> None:
    def made() -> dict[str, bytes]:
        one = of_year(2024)
        return {source: part.write(one, part.frame(one), "f.xlsx", Ledger()) for source, part in MEASURE_FILES.items()}

    assert made() == made()
