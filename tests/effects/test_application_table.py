"""Scored applications beside their year's line: by hand, without a change of territory."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from evaluation.effects.contest.application_table import KNOWN_BEFORE, scored_applications
from evaluation.tables import TABLES

DATES = {year: dt.date(year, 12, 31) for year in (2020, 2021, 2022)}
REGISTRY = pd.DataFrame(
    {
        "unit_id": ["u1", "u2"], "name": ["One", "Two"], "short_name": ["One", "Two"], "type": ["okrug", "okrug"],
        "is_north": [False, False], "valid_from": pd.to_datetime(["2000-01-01"] * 2), "valid_to": pd.NaT,
    }
)  # fmt: skip


def projects() -> pd.DataFrame:
    rows = [
        ("a", 2020, "u1", 50.0, True, "funded"), ("b", 2020, "u2", 40.0, False, "not_funded"),
        ("c", 2021, "u1", None, True, "funded"), ("d", 2021, "u1", 30.0, False, "not_funded"),
        ("e", 2021, "u2", 20.0, False, "withdrawn"), ("f", 2022, "u1", 35.0, True, "funded"),
        ("g", 2022, "u2", None, False, "not_funded"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["project_id", "year", "unit_id", "score", "is_funded", "status"])


def tables() -> dict[str, pd.DataFrame]:
    scores = pd.DataFrame({"project_id": ["c", "c"], "criterion": ["x", "y"], "points": [25.0, 20.0]})
    teams = pd.DataFrame({"team_id": ["T", "T"], "year": [2020, 2021], "unit_id": "u1", "project_id": ["a", "c"]})
    members = pd.DataFrame(
        {"team_id": "T", "year": [2020, 2020, 2020, 2021], "person_key": ["p1", "p2", "p3", "p1"],
         "sector": ["elected", "village_head", "business", "elected"]}
    )  # fmt: skip
    return {"projects": projects(), "scores": scores, "teams": teams, "team_members": members}


def before() -> pd.DataFrame:
    known = projects()[["project_id", "unit_id"]].assign(stable_unit_id=projects()["unit_id"])
    return known.assign(**dict.fromkeys(KNOWN_BEFORE))


def test_lines_next_year_and_teams_by_hand() -> None:
    found = scored_applications(tables(), before(), DATES, REGISTRY, None).set_index("project_id")
    # the withdrawn one is not admitted, the last has no score at all
    assert found.index.tolist() == ["a", "b", "c", "d", "f"]
    assert found["score"].tolist() == [50, 40, 45, 30, 35]
    assert found["line"].iloc[:4].tolist() == [50, 50, 45, 45] and pd.isna(found.loc["f", "line"])
    assert found["distance"].iloc[:4].tolist() == [0, -10, 0, -15]
    assert found["above"].iloc[:4].tolist() == [True, False, True, False] and pd.isna(found.loc["f", "above"])
    # a withdrawn application is an application; nothing is known of the year after the last
    assert found["applies_again"].iloc[:4].tolist() == [1, 1, 1, 1] and pd.isna(found.loc["f", "applies_again"])
    assert found["applications_next_year"].iloc[:4].tolist() == [2, 1, 1, 1]
    assert found.loc["a", "team_applies_again"] == 1 and pd.isna(found.loc["b", "team_applies_again"])
    assert found["is_mixed"].iloc[:3].fillna(False).tolist() == [True, False, False]
    assert found["members"].notna().tolist() == [True, False, True, False, False]


def test_without_scores_there_are_no_rows() -> None:
    without = tables() | {"projects": projects().assign(score=float("nan")), "scores": TABLES["scores"].empty()}
    assert scored_applications(without, before(), DATES, REGISTRY, None).empty
    no_teams = tables() | {"teams": TABLES["teams"].empty(), "team_members": TABLES["team_members"].empty()}
    found = scored_applications(no_teams, before(), DATES, REGISTRY, None)
    assert len(found) == 5 and found["is_mixed"].isna().all() and found["team_applies_again"].isna().all()
