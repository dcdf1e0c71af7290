"""Teams that end: no overlap of teams, switches, and a hazard ratio that the draws follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.simulate.parameters import Parameters
from evaluation.simulate.programme import History, run
from evaluation.simulate.team_lives import LARGEST_TEAM, TeamParameters, live
from evaluation.simulate.team_tables import team_members, teams
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"


@pytest.fixture(scope="module")
def history() -> History:
    units, crosswalk = read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv")
    return run(units, crosswalk, Parameters(), 7, range(2019, 2026))


def test_a_new_team_follows_one_that_ended_and_no_other(history: History) -> None:
    lives = live(history)
    step = np.diff(lives.number, axis=1)
    began = (lives.number[:, :-1] == 0) & (lives.number[:, 1:] > 0)
    assert ((step == 1) == (lives.ended[:, :-1] | began)).all()
    assert ((step == 0) | (step == 1)).all()
    people = (lives.roster >= 0).sum(axis=2)
    assert (people[lives.number > 0] >= 1).all() and (people[lives.number == 0] == 0).all()
    assert people.max() <= LARGEST_TEAM
    table, members = teams(history, lives), team_members(history, lives)
    assert not table.duplicated(["team_id", "year"]).any()
    assert not members.duplicated(["team_id", "year", "person_key"]).any()
    keys = set(map(tuple, table[["team_id", "year"]].to_numpy()))
    assert set(map(tuple, members[["team_id", "year"]].to_numpy())) == keys
    assert (members["from_on"] >= members.merge(table, on=["team_id", "year"])["formed_on"]).all()


def test_switches(history: History) -> None:
    assert not live(history, TeamParameters(yearly_rate=0.0)).ended.any()
    assert live(history).truth() == live(history).truth()
    assert live(history, TeamParameters(joint_training=0.0)).truth()["hazard_ratio_joint_training"] == 1.0


def test_ends_follow_the_hazard(history: History) -> None:
    lives = live(history, TeamParameters(joint_training=-0.9, yearly_rate=0.5))
    there = lives.number > 0
    for trained, hazard in ((False, 0.5), (True, 0.5 * np.exp(-0.9))):
        rows = there & (lives.trained == trained)
        chance, count = -np.expm1(-hazard), int(rows.sum())
        error = np.sqrt(chance * (1 - chance) / count)
        assert count > 50
        assert abs(lives.ended[rows].mean() - chance) < 3.3 * error
