"""Support of teams by stream: what is known of the team, what of its unit alone, and what each stream consists of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from team_world import DEADLINES, A, B, table, world

from evaluation.codebook import Codebook, read_codebook
from evaluation.contracts import TABLES, check
from evaluation.field.teams.acts import TeamYears, acts_of_teams, unit_keys
from evaluation.field.teams.cards import team_cards
from evaluation.field.teams.contents import CONTENTS, support_contents
from evaluation.field.teams.dose import match_acts, team_support
from evaluation.field.teams.reach import shown_cards, teams_reached
from evaluation.indicators.geographies import Geography
from evaluation.support.streams import STREAMS
from evaluation.tables.teams import STREAMS as DECLARED_STREAMS

NA = pd.NA


def told(support: pd.DataFrame) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    rows = support.astype(object).where(support.notna(), None)
    return {
        (row.team_id, row.year, row.stream, row.basis): (row.acts, row.hours, row.members_reached, row.taught)
        for row in rows.itertuples()
    }


def test_every_stream_is_told_of_the_team_or_of_its_unit() -> None:
    support = check(team_support(world()), TABLES["team_support"], read_codebook_of_project())
    assert told(support) == {
        ("T1", 2024, "training", "team"): (1, 8.0, 2, None),
        ("T1", 2024, "consulting", "municipality"): (1, 0.5, None, None),
        # of the other team of the unit only the visitor without a team is left
        ("T2", 2024, "training", "municipality"): (1, 8.0, None, None),
        ("T2", 2024, "consulting", "municipality"): (1, 0.5, None, None),
        ("T1", 2025, "consulting", "team"): (2, 3.0, 1, None),
        ("T1", 2025, "methodical", "team"): (1, None, None, None),
        ("T1", 2025, "exchange", "municipality"): (2, None, None, 1),
        ("T2", 2025, "exchange", "municipality"): (2, None, None, 1),
        ("T3", 2025, "exchange", "municipality"): (1, None, None, 1),
        ("T3", 2025, "consulting", "municipality"): (1, 8.0, None, None),
        ("T3", 2025, "methodical", "municipality"): (1, None, None, None),
    }


def test_nothing_on_or_after_the_deadline_counts_for_it() -> None:
    acts = acts_of_teams(world())
    assert "2025-T9" not in set(acts["act_id"]) and "2025-D3" not in set(acts["act_id"])
    assert acts.set_index("act_id").loc["2025-D1", "year"] == 2025
    early = world()
    moved = TeamYears(early.tables, {**DEADLINES, 2025: pd.Timestamp("2025-02-15").date()})
    assert told(team_support(moved))["T2", 2025, "training", "team"] == (1, 16.0, 1, None)


def test_an_act_that_names_nobody_is_no_teams() -> None:
    matched = match_acts(world())
    assert not set(matched["act_id"]) & {"2024-T4", "2024-X3", "2024-P1", "2024-P2"}


def test_units_are_followed_through_a_reform_only_where_their_code_lapsed() -> None:
    targets = pd.DataFrame({"year": [2024, 2024, 2025, 2025], "unit_id": ["A", "C", "A", "N"],
                            "target": ["A", "N", "A", "N"]}).astype({"year": "Int64"})  # fmt: skip
    units = pd.DataFrame({"unit_id": ["A", "N"], "name": ["A", "N"], "type": None, "is_north": None})
    place = Geography("current", (2024, 2025), units, targets)
    territories = table("territories", [{"unit_id": unit, "year": year} for unit, year in
                                        (("A", 2024), ("C", 2024), ("A", 2025), ("N", 2025))])  # fmt: skip
    years = TeamYears({"territories": territories}, DEADLINES, place)
    keys = unit_keys(
        years, pd.Series(["A", "C", "C", "Z", None]), pd.Series([2024] * 5), pd.Series([2025, 2025, 2024, 2025, 2025])
    )
    assert keys.tolist()[:4] == ["A", "N", "C", "unassigned"] and keys.isna().tolist() == [False] * 4 + [True]


def test_contents_say_what_is_not_recorded() -> None:
    contents = check(support_contents(world()), TABLES["support_contents"], read_codebook_of_project())
    assert len(contents) == len(CONTENTS) * 2
    now = contents[contents["year"] == 2025].set_index("content")
    assert now.loc["clock_checks", ["acts", "units_reached", "teams_reached"]].tolist() == [1, 1, 1]
    assert now.loc["immersions", ["acts", "units_reached", "teams_reached"]].tolist() == [1, 1, 1]
    assert now.loc["contest_documents", ["acts", "units_reached", "teams_reached"]].tolist() == [2, 2, 2]
    assert now.loc["meetings", ["acts", "units_reached", "teams_reached"]].tolist() == [2, 2, 3]
    assert now.loc["team_experts", ["acts", "units_reached", "teams_reached"]].tolist() == [1, 1, 1]
    assert now.loc["curators", "acts"] == 1 and now.loc["courses", "acts"] == 0
    assert now.loc["website", "acts"] == 1 and now.loc["website", "units_reached"] is NA
    assert now.loc["thematic_publications", "acts"] == 1
    # a chat is potential, not contact, whatever was written in it
    assert now.loc["messenger_group", "acts"] is NA
    before = contents[contents["year"] == 2024].set_index("content")
    assert before.loc["contest_documents", "known_of"] == "not_recorded"
    assert before.loc["contest_documents", "acts"] is NA and before.loc["courses", "acts"] == 1


def test_cards_hold_people_support_applications_and_life() -> None:
    cards = check(team_cards(world()), TABLES["team_cards"], read_codebook_of_project()).set_index(["team_id", "year"])
    first = cards.loc[("T1", 2025)]
    assert first[["members", "authorities", "residents", "business", "unstated"]].tolist() == [3, 1, 1, 1, 0]
    assert first[["consulting_team", "consulting_unit", "exchange_unit", "training_team"]].tolist() == [2, 0, 2, 0]
    assert first[["has_applied", "has_won"]].tolist() == [True, False]
    assert first[["applications_so_far", "wins_so_far", "unit_applications", "unit_wins"]].tolist() == [2, 1, 2, 1]
    assert first[["first_year", "spell", "year_of_spell"]].tolist() == [2024, 1, 2]
    assert first["continuity"] == pytest.approx(2 / 3)
    assert first[["exchange_team", "information_unit"]].isna().all()
    silent = cards.loc[("T3", 2025)]
    assert silent["members"] is NA and silent["has_won"] is NA and silent["spell"] is NA
    assert not silent["has_applied"] and cards.loc[("T2", 2024), "unstated"] == 1


def test_a_new_spell_begins_after_two_silent_years() -> None:
    years = {year: pd.Timestamp(year, 2, 14).date() for year in range(2018, 2026)}
    applied = {2018, 2020, 2023, 2024}
    teams = [{"team_id": "T", "year": year, "unit_id": A, "project_id": f"{year}-1" if year in applied else None}
             for year in years]  # fmt: skip
    tables = {"teams": table("teams", teams), "territories": table("territories", [
        {"unit_id": A, "year": year} for year in years])}  # fmt: skip
    cards = team_cards(TeamYears(tables, years)).set_index("year")
    assert cards["spell"].tolist() == [1, 1, 1, 1, 1, 2, 2, 2]
    assert cards["year_of_spell"].tolist() == [1, 2, 3, 4, 5, 1, 2, 3]
    # the register of projects does not hold these applications: their fate is not known
    assert cards["has_won"].isna().all() and cards["applications_so_far"].tolist() == [1, 1, 2, 2, 2, 3, 4, 4]


def test_reach_is_a_share_of_the_years_teams() -> None:
    cards = team_cards(world())
    reach = teams_reached(cards, 2025).set_index(["stream", "known_of"])
    assert reach.loc[("consulting", "any"), "value"] == pytest.approx(2 / 3)
    assert reach.loc[("consulting", "team"), "value"] == pytest.approx(1 / 3)
    assert reach.loc[("training", "any"), ["value", "low", "n"]].tolist() == [0, 0, 3]
    # exchange names units alone, and the campaign nobody: of a team itself neither can be known
    assert ("exchange", "any") in reach.index and ("exchange", "team") not in reach.index
    assert "information" not in reach.reset_index()["stream"].tolist()
    assert teams_reached(cards, 1999).empty
    assert DECLARED_STREAMS == STREAMS


def test_sides_of_a_team_hide_one_another() -> None:
    cards = pd.DataFrame(
        {
            "members": [6, 6, 3], "authorities": [5, 6, 2], "residents": [1, 0, 1], "business": [0, 0, 0],
            "elsewhere": [0, 0, 0], "unstated": [0, 0, 0],
        }
    ).astype("Int64")  # fmt: skip
    shown = shown_cards(cards, 5)
    assert shown.hidden["members"].tolist() == [False, False, True]
    # one hidden side would be the total less the other
    assert shown.hidden[["authorities", "residents"]].to_numpy().tolist() == [
        [True, True],
        [False, False],
        [True, True],
    ]
    assert shown.frame["authorities"].isna().tolist() == [True, False, True]
    # where the whole team is too few to be shown, nothing of it is
    assert shown.hidden["business"].tolist() == [False, False, True]


def test_without_people_or_support_there_are_still_cards() -> None:
    teams = table("teams", [{"team_id": "T", "year": 2025, "unit_id": B}])
    territories = table("territories", [{"unit_id": B, "year": 2025}])
    cards = team_cards(TeamYears({"teams": teams, "territories": territories}, DEADLINES))
    assert cards["unit_wins"].tolist() == [0]
    # no register at all: whether there was support is not known
    assert cards[["members", "training_team", "exchange_unit"]].isna().all(axis=None)


@cache
def read_codebook_of_project() -> Codebook:
    return read_codebook(Path(__file__).resolve().parents[2] / "config")
