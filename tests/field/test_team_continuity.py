"""Composition and continuity: hand-computed rosters, and overlaps whose expectation is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from team_world import DEADLINES, table, world

from evaluation.contracts import TABLES, check
from evaluation.field.teams.acts import TeamYears
from evaluation.field.teams.continuity import overlaps, rosters, team_composition
from evaluation.field.teams.means import cluster_mean
from evaluation.field.teams.reach import shown_composition
from evaluation.indicators.intervals import wilson_interval


def test_people_are_counted_once_by_their_side() -> None:
    members = world().of("team_members")
    twice = pd.concat([members, members.iloc[[0]]], ignore_index=True)
    counts = rosters(twice).set_index(["team_id", "year"])
    assert counts.loc[("T1", 2024)].tolist() == [2, 1, 1, 0, 0, 0]
    assert counts.loc[("T2", 2024)].tolist() == [2, 1, 0, 0, 0, 1]
    assert counts.loc[("T3", 2024)].tolist() == [1, 0, 0, 0, 1, 0]
    assert ("T3", 2025) not in counts.index


def test_continuity_is_people_of_both_years_over_people_of_either() -> None:
    years = world()
    found = overlaps(years.of("teams"), years.of("team_members")).set_index("team_id")
    assert found.loc["T1", ["stayed", "either"]].tolist() == [2, 3]
    assert found["continuity"].tolist()[:2] == [pytest.approx(2 / 3), pytest.approx(1 / 2)]
    # a team without a list is not a team that lost everybody
    assert math.isnan(found.loc["T3", "continuity"]) and found["is_missing"].tolist() == [False, False, True]


def test_composition_by_year() -> None:
    table_of_years = check(team_composition(world()), TABLES["team_composition"])
    rows = table_of_years.set_index(["year", "indicator"])
    now = rows.loc[2025]
    assert now.loc["rosters", ["value", "n", "missing"]].tolist() == [pytest.approx(2 / 3), 3, 0]
    assert now.loc["members", ["value", "n", "clusters", "missing", "people"]].tolist() == [2, 2, 1, 1, 4]
    assert now.loc["share_authorities", "value"] == pytest.approx((1 / 3 + 1) / 2)
    assert now.loc["mixed", ["value", "low", "high"]].tolist() == pytest.approx([0.5, *wilson_interval(1, 2)])
    assert now.loc["continuity", ["value", "n", "missing", "people"]].tolist() == [pytest.approx(7 / 12), 2, 1, 5]
    before = rows.loc[2024]
    # the unstated sector of one member of T2 leaves a share of one among those stated
    assert before.loc["share_authorities", "value"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert before.loc["share_authorities", "clusters"] == 2 and "continuity" not in before.index


def test_few_people_are_not_shown() -> None:
    shown = shown_composition(team_composition(world()), 5)
    rows = shown.frame.assign(people=team_composition(world())["people"])
    assert rows.loc[rows["people"] < 5, "value"].isna().all()
    assert rows.loc[rows["people"] >= 5, "value"].notna().all() and (rows["people"] >= 5).any()


def test_mean_and_interval_by_clusters() -> None:
    # residuals -1, -1, 1, 1 in two clusters: sums -2 and 2, se = sqrt(2 * 8) / 4 = 1; t of one degree is 12.706
    mean, low, high, n, clusters = cluster_mean(pd.Series([1.0, 1, 3, 3]), pd.Series(["a", "a", "b", "b"]))
    assert (mean, n, clusters) == (2, 4, 2)
    assert (low, high) == (pytest.approx(2 - 12.7062, abs=1e-3), pytest.approx(2 + 12.7062, abs=1e-3))
    assert cluster_mean(pd.Series([np.nan]), pd.Series(["a"]))[3:] == (0, 0)
    alone = cluster_mean(pd.Series([1.0, 2]), pd.Series(["a", "a"]))
    assert alone[0] == 1.5 and math.isnan(alone[1])


def test_clustered_interval_is_that_of_the_mean_where_each_team_is_its_own_cluster() -> None:
    from scipy import stats

    values = pd.Series(np.random.default_rng(1).normal(size=40))
    mean, low, high, *_ = cluster_mean(values, pd.Series(range(40)))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high)) and mean == pytest.approx(values.mean())


def test_overlap_of_teams_that_keep_each_member_with_a_known_probability() -> None:
    size, keep, teams = 6, 0.7, 1500
    rng = np.random.default_rng(3)
    stays = rng.random((teams, size)) < keep
    rows = []
    for team in range(teams):
        for place in range(size):
            person = f"{team}-{place}"
            rows.append({"team_id": f"T{team}", "year": 2024, "person_key": person, "sector": "business"})
            later = person if stays[team, place] else f"{person}-new"
            rows.append({"team_id": f"T{team}", "year": 2025, "person_key": later, "sector": "business"})
    there = [{"team_id": f"T{team}", "year": year, "unit_id": f"U{team}"} for team in range(teams)
             for year in DEADLINES]  # fmt: skip
    years = TeamYears(
        {
            "teams": table("teams", there), "team_members": table("team_members", rows),
            "territories": table("territories", [{"unit_id": f"U{team}", "year": year} for team in range(teams)
                                                 for year in DEADLINES]),
        },
        DEADLINES,
    )  # fmt: skip
    expected = sum(
        math.comb(size, kept) * keep**kept * (1 - keep) ** (size - kept) * kept / (2 * size - kept)
        for kept in range(size + 1)
    )
    row = team_composition(years).set_index(["year", "indicator"]).loc[(2025, "continuity")]
    assert row["value"] == pytest.approx((stays.sum(axis=1) / (2 * size - stays.sum(axis=1))).mean())
    assert row["low"] < expected < row["high"] and row["high"] - row["low"] < 0.03
