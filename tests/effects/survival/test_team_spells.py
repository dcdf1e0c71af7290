"""From rosters to spells: every rule by hand, and survival of simulated teams against its truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.survival.curves import survival_curve
from evaluation.effects.survival.teams import periods_at_risk, team_spells, with_history
from evaluation.settings import InputProblem


def rosters(**applied: list[int]) -> pd.DataFrame:
    """Teams in the rosters of every year from 2018 to 2025; project_id in the years named."""
    rows = [
        {
            "team_id": team,
            "year": year,
            "unit_id": f"unit_{team}",
            "project_id": f"{team}{year}" if year in years else None,
        }
        for team, years in applied.items()
        for year in range(2018, 2026)
    ]
    return pd.DataFrame(rows)


def test_every_rule_by_hand() -> None:
    teams = rosters(
        a=[2018, 2019],  # silent from 2020 on: ended after two years of life
        b=[2019, 2021, 2023],  # never two silent years in a row before the end of data
        c=[2018, 2022, 2023],  # came back after three silent years: two spells
        d=[2025],  # begins too late for a silence to be confirmed
        e=[],  # never applied
        f=[2023],  # silent in 2024 and 2025: the last end that can be confirmed
    )
    found = team_spells(teams)
    frame = found.frame.set_index("team_key")
    assert list(frame.index) == ["a/1", "b/1", "c/1", "c/2", "f/1"]
    assert frame["stop"].tolist() == [2, 5, 1, 2, 1]
    assert frame["event"].tolist() == [1, 1, 1, 1, 1]
    assert frame.loc["b/1", "last_year"] == 2023
    assert found.left_out == {"teams_without_sign": 1, "spells_too_late_to_follow": 1}
    assert frame["began_before_data"].tolist() == [True, False, True, False, False]


def test_life_beyond_what_can_be_confirmed_is_not_used() -> None:
    # alive in 2024, but whether a silence began in 2024 will be known only in 2026: followed to the end of 2023
    frame = team_spells(rosters(a=[2018, 2020, 2022, 2024])).frame
    assert frame[["stop", "event", "reason"]].to_numpy().tolist() == [[6.0, 0, "end_of_data"]]


def test_reform_is_censoring_never_an_event() -> None:
    teams = rosters(a=[2018, 2019, 2020, 2021, 2022, 2023, 2024], b=[2018, 2020])
    frame = team_spells(teams, reform=2025).frame.set_index("team_id")
    # nothing from 2025 on is used: silence can be confirmed up to one beginning after 2022
    assert frame.loc["a", ["stop", "event", "reason"]].tolist() == [5, 0, "reform"]
    assert frame.loc["b", ["stop", "event", "reason"]].tolist() == [3, 1, "silent"]
    one = team_spells(teams, reform={"unit_a": 2023}).frame.set_index("team_id")
    assert one.loc["a", ["stop", "event", "reason"]].tolist() == [3, 0, "reform"]
    gone = team_spells(rosters(a=[2018, 2019, 2020, 2021, 2022, 2023, 2024]).query("year < 2025"), reform=2025)
    assert gone.frame["reason"].tolist() == ["end_of_data"]


def test_silence_may_be_longer_or_shorter() -> None:
    teams = rosters(a=[2018, 2021, 2024])
    assert team_spells(teams, silent_years=2).frame["event"].tolist() == [1, 1]
    assert team_spells(teams, silent_years=3).frame[["stop", "event"]].to_numpy().tolist() == [[5.0, 0.0]]


def test_signs_of_life_by_roster_and_by_either() -> None:
    teams = rosters(a=[2018])
    members = pd.DataFrame({"team_id": "a", "year": [2018, 2018, 2019, 2020], "person_key": list("xyxx")})
    assert team_spells(teams).frame["stop"].tolist() == [1]
    assert team_spells(teams, members, sign="roster").frame["stop"].tolist() == [3]
    assert team_spells(teams, members, sign="either").frame["stop"].tolist() == [3]
    with pytest.raises(InputProblem, match="needs the table team_members"):
        team_spells(teams, sign="roster")


def test_an_application_counts_in_its_own_year() -> None:
    teams = rosters(a=[2018])
    projects = pd.DataFrame({"project_id": ["a2018"], "year": [2020]})
    assert team_spells(teams, projects=projects).frame["first_year"].tolist() == [2020]


def test_bad_rosters_and_settings_are_refused() -> None:
    teams = rosters(a=[2018])
    with pytest.raises(InputProblem, match="at least one year"):
        team_spells(teams, silent_years=0)
    twice = pd.concat([teams, teams.assign(unit_id="elsewhere")])
    with pytest.raises(InputProblem, match="team a is in several units in 2018"):
        team_spells(twice)
    assert team_spells(rosters(a=[])).frame.empty


def test_periods_and_their_history() -> None:
    frame = team_spells(rosters(a=[2018, 2020], b=[2019, 2020, 2021, 2022, 2023, 2024])).frame
    periods = periods_at_risk(frame)
    assert periods["team_id"].tolist() == ["a"] * 3 + ["b"] * 5
    assert periods["year"].tolist() == [2018, 2019, 2020, 2019, 2020, 2021, 2022, 2023]
    assert periods["event"].tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert periods["start"].tolist() == [0, 1, 2, 0, 1, 2, 3, 4]
    panel = pd.DataFrame({"unit_id": "unit_a", "year": range(2017, 2021), "trained": [0, 0, 1, 1]})
    assert with_history(periods, panel, ["trained"])["trained"].tolist()[:3] == [0, 1, 1]
    assert with_history(periods, panel, ["trained"], lag=1)["trained"].tolist()[:3] == [0, 0, 1]
    assert with_history(periods, panel, ["trained"])["trained"].isna().sum() == 5
    with pytest.raises(InputProblem, match="after the outcome"):
        with_history(periods, panel, ["trained"], lag=-1)
    with pytest.raises(InputProblem, match="several rows of one unit and year"):
        with_history(periods, pd.concat([panel, panel]), ["trained"])


def test_survival_of_simulated_teams_is_recovered() -> None:
    """Teams that apply every year, and stop for good with probability 0.2 after each: S(t) = 0.8^t, seen to 2023."""
    generator = np.random.default_rng(5)
    n = 4000
    first = generator.integers(2018, 2025, n)
    life = generator.geometric(0.2, n)
    years = np.arange(2018, 2026)
    seen = years >= first[:, None]
    applied = seen & (years < (first + life)[:, None])
    team, year = np.nonzero(seen)
    teams = pd.DataFrame(
        {
            "team_id": [f"t{number:04}" for number in team], "year": years[year],
            "unit_id": [f"u{number % 60:02}" for number in team],
            "project_id": np.where(applied[team, year], "p", None),
        }
    )  # fmt: skip
    frame = team_spells(teams).frame
    curve = survival_curve(frame["stop"].to_numpy(), frame["event"].to_numpy())
    for row in curve.itertuples():
        assert abs(row.survival - 0.8**row.time) < 3.5 * row.se
    # the reform of 2025 cuts what is known, not what is estimated
    cut = team_spells(teams, reform=2025).frame
    shorter = survival_curve(cut["stop"].to_numpy(), cut["event"].to_numpy())
    assert set(cut["reason"]) == {"silent", "reform"}
    for row in shorter.itertuples():
        assert abs(row.survival - 0.8**row.time) < 3.5 * row.se
