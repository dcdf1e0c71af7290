"""Combinations of streams and lines of the programme: by hand, pooled where rare, with Wilson's interval."""

from __future__ import annotations

import pandas as pd
import pytest
from team_world import A, B, line, table, world

from evaluation.contracts import TABLES, check
from evaluation.field.teams.acts import TeamYears
from evaluation.field.teams.combinations import combination, pool_rare, stream_combinations
from evaluation.field.teams.portfolio import line_overlap, line_years
from evaluation.field.teams.reach import shown_lines
from evaluation.field.teams.results import team_results
from evaluation.indicators.intervals import wilson_interval
from evaluation.report.findings import findings_frame
from evaluation.report.summaries.teams import team_findings

LINES = [
    line("local_initiatives", 2025, A, 4, 1, cost_regional=100.0, cost_local=20.0, participants=50,
         counted_as="participations"),
    line("local_initiatives", 2025, B, 2, 0),
    line("cleanliness", 2025, A, 3, 2, cost_regional=10.0, participants=3, counted_as="persons"),
    line("cleanliness", 2025, B, 5, 1, participants=4, counted_as="participations"),
    # more supported than applied for: remarked when read, and out of the success rate
    line("cleanliness", 2025, "C", 1, 4),
    line("consulting_measure", 2025, A, None, None, cost_regional=7.0, participants=9, counted_as="persons"),
]  # fmt: skip


def test_combinations_are_named_in_the_usual_order() -> None:
    assert combination(["exchange", "training", "training"]) == "training+exchange"
    assert combination([]) == "none"


def test_rare_combinations_are_pooled_until_the_pool_is_not_rare_itself() -> None:
    names = pd.Series(["a"] * 9 + ["b"] * 6 + ["c"] * 2 + ["d"])
    teams = pd.Series([f"T{place}" for place in range(9)] + [f"S{place}" for place in range(6)] + ["X", "Y", "Z"])
    # c and d are three teams together: too few, so b goes into the pool with them
    assert pool_rare(names, teams, 5).tolist() == ["a"] * 9 + ["others"] * 9
    assert pool_rare(names, teams, 3).tolist() == ["a"] * 9 + ["b"] * 6 + ["others"] * 3
    assert pool_rare(names, teams, 1).tolist() == names.tolist()
    # a team that is there in many years is one team
    assert pool_rare(pd.Series(["a"] * 9), pd.Series(["T"] * 9), 5).tolist() == ["others"] * 9


def test_combinations_of_the_small_world() -> None:
    found = check(stream_combinations(world(), 1), TABLES["stream_combinations"])
    rows = found.set_index(["known_of", "combination"])
    both = rows.loc[("any", "methodical+consulting+exchange")]
    assert both[["teams", "clusters", "team_years", "applications", "wins"]].tolist() == [2, 2, 2, 1, 0]
    own = rows.loc[("team", "training")]
    assert own[["teams", "applications", "wins", "success_rate"]].tolist() == [1, 1, 1, 1]
    assert own[["low", "high"]].tolist() == pytest.approx(list(wilson_interval(1, 1)))
    assert rows.loc[("any", "none"), ["team_years", "applications"]].tolist() == [1, 0]
    assert pd.isna(rows.loc[("any", "none"), "success_rate"])
    for _, part in found.groupby("known_of"):
        assert part["team_years"].sum() == 6 and part["applications"].sum() == 3 and part["wins"].sum() == 2
    pooled = stream_combinations(world(), 5)
    assert pooled["combination"].tolist() == ["others", "others"] and (pooled["teams"] == 3).all()


def test_lines_side_by_side() -> None:
    found = check(line_years(world(programme_lines=LINES)), TABLES["programme_line_years"]).set_index("line")
    own = found.loc["local_initiatives"]
    assert own[["applications", "supported", "success_rate"]].tolist() == [6, 1, pytest.approx(1 / 6)]
    assert own[["low", "high"]].tolist() == pytest.approx(list(wilson_interval(1, 6)))
    assert own[["cost_regional", "cost"]].tolist() == [100, 120] and pd.isna(own["cost_business"])
    assert own[["units_listed", "units_supported", "units_in_force", "coverage"]].tolist() == [2, 1, 2, 0.5]
    # 2025-001, -002 and -003 in the register of projects, of which one is funded
    assert own[["register_applications", "register_supported"]].tolist() == [3, 1]
    clean = found.loc["cleanliness"]
    assert clean[["applications", "supported", "success_rate"]].tolist() == [9, 7, pytest.approx(3 / 8)]
    assert clean["applications_compared"] == 8
    assert clean["participants"] == 7 and pd.isna(clean["counted_as"]), "people and participations are not one unit"
    measure = found.loc["consulting_measure"]
    assert measure["applications"] is pd.NA and pd.isna(measure["success_rate"]) and measure["units_supported"] == 1


def test_territories_in_several_lines() -> None:
    found = check(line_overlap(world(programme_lines=LINES[:4] + LINES[5:])), TABLES["programme_line_overlap"])
    rows = found.set_index("lines")
    assert rows["units"].to_dict() == {
        "none": 0, "cleanliness": 1, "cleanliness+consulting_measure+local_initiatives": 1,
    }  # fmt: skip
    assert rows["share"].sum() == 1 and (rows["n"] == 2).all()
    assert rows.loc["cleanliness", ["low", "high"]].tolist() == pytest.approx(list(wilson_interval(1, 2)))


def test_few_participants_are_not_shown() -> None:
    few = [line("cleanliness", 2025, A, 3, 2, participants=4, counted_as="persons"), LINES[0]]
    shown = shown_lines(line_years(world(programme_lines=few)), 5).frame.set_index("line")["participants"]
    assert shown["cleanliness"] is pd.NA and shown["local_initiatives"] == 50


def test_everything_holds_its_contract_without_lines_too() -> None:
    made = team_results(world(), 2025, 5)
    for name, frame in made.items():
        check(frame, TABLES[name])
    reach = pd.DataFrame(columns=["stream", "known_of", "value", "low", "high", "n"])
    findings = findings_frame(team_findings(made, reach, 2025), "05b_follow_teams").set_index("name")["value"]
    assert findings["team_count"] == 3 and findings["team_rosters_missing"] == 1
    assert findings["team_continuity_missing"] == 1
    assert not [name for name in findings.index if name.startswith("line_")]


def test_no_line_is_no_row() -> None:
    bare = TeamYears({"territories": table("territories", [{"unit_id": A, "year": 2025}])}, world().deadlines)
    assert line_years(bare).empty and line_overlap(bare).empty
