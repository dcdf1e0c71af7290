"""Years of teams' lives: by hand, and against the simulation's own record of who trained and who ended."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.survival.team_table import composition, cut_years, jointly_trained, team_curves, team_years
from evaluation.indicators.geographies import build_geography
from evaluation.simulate import tables as build
from evaluation.simulate.parameters import Parameters, application_deadline, territory_date
from evaluation.simulate.programme import History, run
from evaluation.simulate.team_lives import TeamLives, live
from evaluation.simulate.team_tables import team_ids, team_members, teams
from evaluation.tables import TABLES
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

TERRITORY = Path(__file__).resolve().parents[3] / "config" / "territory"
YEARS = tuple(range(2019, 2026))
DEADLINES: dict[int, dt.date | None] = {year: application_deadline(year) for year in YEARS}
DATES = {year: territory_date(year) for year in YEARS}

Places = tuple[pd.DataFrame, pd.DataFrame]
Made = tuple[History, TeamLives, dict[str, pd.DataFrame]]


@pytest.fixture(scope="module")
def places() -> Places:
    return read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv")


@pytest.fixture(scope="module")
def made(places: Places) -> Made:
    history = run(*places, Parameters(), 3, YEARS)
    lives = live(history)
    rows = build.attendance_of(history, training_only=True)
    tables = {
        "teams": teams(history, lives), "team_members": team_members(history, lives),
        "projects": build.projects(history), "support_events": build.support_events(history, rows),
        "attendance": build.attendance(history, rows),
    }  # fmt: skip
    return history, lives, tables


def test_joint_training_by_hand() -> None:
    members = pd.DataFrame(
        [("A", 2020, "p1"), ("A", 2020, "p2"), ("A", 2021, "p1"), ("A", 2021, "p3"), ("B", 2020, "p4")],
        columns=["team_id", "year", "person_key"],
    )
    events = pd.DataFrame(
        {
            "event_id": ["e1", "e2", "e3"], "stream": ["training", "training", "consulting"],
            "ends_on": pd.to_datetime(["2020-01-10", "2020-06-01", "2019-12-01"]),
        }
    )  # fmt: skip
    came = pd.DataFrame(
        [("e1", "p1", "present"), ("e1", "p2", "partial"), ("e2", "p1", "present"), ("e2", "p3", "absent"),
         ("e3", "p1", "present"), ("e3", "p3", "present"), ("e1", "p1", "present")],
        columns=["event_id", "person_key", "status"],
    )  # fmt: skip
    found = jointly_trained(members, events, came, {2020: dt.date(2020, 2, 14), 2021: dt.date(2021, 2, 15)})
    # in 2021 p2 is gone and p3 only registered; the consultation is no training
    assert dict(zip(zip(found["team_id"], found["year"], strict=True), found["trained_jointly"], strict=True)) == {
        ("A", 2020): True, ("A", 2021): False, ("B", 2020): False,
    }  # fmt: skip
    late = jointly_trained(members, events, came, {2020: dt.date(2020, 1, 10), 2021: dt.date(2021, 2, 15)})
    assert not late["trained_jointly"].any(), "an event that ends on the deadline comes too late"


def test_composition_by_hand() -> None:
    members = pd.DataFrame(
        [("A", 2020, "p1", "elected"), ("A", 2020, "p2", "community"), ("A", 2020, "p3", "business"),
         ("B", 2020, "p4", "other"), ("C", 2020, "p5", None)],
        columns=["team_id", "year", "person_key", "sector"],
    )  # fmt: skip
    found = composition(members).set_index("team_id")
    assert found["members"].tolist() == [3, 1, 1]
    assert bool(found.loc["A", "is_mixed"]) and not found.loc["B", "is_mixed"]
    assert found.loc["C", ["has_authorities", "has_residents", "has_business", "is_mixed"]].isna().all()


def test_joint_training_is_the_simulations_own(made: Made, places: Places) -> None:
    _, lives, tables = made
    table, left_out = team_years(tables, DEADLINES, DATES, *places)
    unit, year = np.nonzero(lives.number > 0)
    ids = team_ids(unit, lives.number[unit, year])
    true = dict(zip(zip(ids, np.array(YEARS)[year], strict=True), lives.trained[unit, year], strict=True))
    ours = dict(
        zip(zip(table["team_id"], table["year"].astype(int), strict=True), table["trained_jointly"], strict=True)
    )
    assert len(ours) == len(table) > 150
    assert {key: bool(value) for key, value in ours.items()} == {key: bool(true[key]) for key in ours}
    assert set(left_out) == {"teams_without_sign", "spells_too_late_to_follow"}


def test_ends_are_silences_and_the_reform_ends_only_the_following(made: Made, places: Places) -> None:
    _, _, tables = made
    table, _ = team_years(tables, DEADLINES, DATES, *places)
    table = table.reset_index(drop=True)
    assert list(table.columns) == list(TABLES["team_spells"].names)
    last = table.groupby(["team_id", "spell"])["stop"].transform("max") == table["stop"]
    assert (table["reason"].notna() == last).all()
    assert (table["fell_silent"].astype(bool) == table["reason"].eq("silent").fillna(False).astype(bool)).all()
    signs = (
        tables["teams"].dropna(subset=["project_id"]).groupby("team_id")["year"].agg(lambda years: set(map(int, years)))
    )
    for row in table[table["fell_silent"].astype(bool)].itertuples():
        assert row.year in signs[row.team_id]
        assert not {row.year + 1, row.year + 2} & signs[row.team_id]
    cut = cut_years(*(build_geography(name, *places, DATES) for name in ("original", "stable")))
    assert set(cut.values()) == {2025}
    assert "04701000" in cut, "Krasnoyarsk keeps its code and not its territory"
    assert (table.loc[table["unit_id"].isin(list(cut)), "year"] <= 2022).all()


def test_curves_count_a_team_where_it_stands(made: Made, places: Places) -> None:
    table, _ = team_years(made[2], DEADLINES, DATES, *places)
    curves = team_curves(table)
    for group, trained in (("trained_jointly", True), ("not_trained_jointly", False)):
        rows = table[table["trained_jointly"].eq(trained).astype(bool)]
        share = 1.0
        for row in curves[curves["group"] == group].itertuples():
            at = rows[rows["period"] == row.time]
            share *= 1 - at["fell_silent"].astype(float).mean()
            assert row.at_risk == len(at)
            assert row.survival == pytest.approx(share)
    assert team_curves(TABLES["team_spells"].empty()).empty


def test_without_a_register_there_are_no_rows(made: Made, places: Places) -> None:
    _, _, tables = made
    table, left_out = team_years(tables | {"teams": TABLES["teams"].empty()}, DEADLINES, DATES, *places)
    assert table.empty and left_out == {}
    no_people, _ = team_years(
        tables | {"team_members": TABLES["team_members"].empty()}, DEADLINES, DATES, *places
    )  # fmt: skip
    assert len(no_people) and no_people["trained_jointly"].isna().all() and no_people["members"].isna().all()
