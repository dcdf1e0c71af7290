"""The contest: the line of the budget, thresholds, money by source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.simulate import Parameters, SimulatedProgramme
from evaluation.simulate.contest import CRITERIA, STEPS, Contest, hold_contest
from evaluation.simulate.geography import build_geography


@pytest.fixture(scope="module")
def many(units: pd.DataFrame, crosswalk: pd.DataFrame) -> dict[bool, Contest]:
    """One contest with 6,000 applications, with and without bunching."""
    out = {}
    for bunching in (True, False):
        parameters = Parameters(bunching=bunching)
        geography = build_geography(units, crosswalk, parameters, 1, (2023,))
        unit = np.arange(6000) % geography.size
        trained = np.zeros(geography.size, dtype=bool)
        out[bunching] = hold_contest(2023, unit, geography, geography.population[:, 0], trained, parameters, 1, 61)
    return out


def test_winners_are_the_highest_scores_that_the_budget_holds(programme: SimulatedProgramme) -> None:
    for contest in programme.history.contests:
        rules = programme.history.parameters.rules(contest.year)
        admitted = np.isfinite(contest.score)
        losers = admitted & ~contest.funded
        assert contest.planned[contest.funded, 0].sum() <= rules.budget
        assert contest.score[contest.funded].min() >= contest.score[losers].max()
        assert contest.line == contest.score[contest.funded].min()
        # One more project would not have fitted.
        assert contest.planned[contest.funded, 0].sum() + rules.max_grant > rules.budget
        assert (contest.planned[:, 0] <= rules.max_grant).all()


def test_losers_keep_their_scores_and_refused_ones_have_none(programme: SimulatedProgramme) -> None:
    projects = programme.tables["projects"]
    scored = projects["score"].notna()
    assert scored[projects["status"] == "not_selected"].all()
    assert not scored[projects["status"].isin(["rejected_formally", "withdrawn"])].any()
    points = programme.tables["scores"].groupby("project_id")["points"].sum()
    np.testing.assert_allclose(points.sort_index(), projects[scored].set_index("project_id")["score"].sort_index())


def test_money_by_source_adds_up_to_the_cost(programme: SimulatedProgramme) -> None:
    projects = programme.tables["projects"].set_index("project_id")
    money = programme.tables["project_funding"].pivot_table(
        index="project_id", columns="stage", values="amount", aggfunc="sum"
    )
    np.testing.assert_allclose(money["planned"].reindex(projects.index), projects["cost_planned"])
    paid = projects["cost_actual"].notna()
    np.testing.assert_allclose(money["paid"].reindex(projects.index[paid]), projects["cost_actual"][paid])
    assert (projects["finished_on"].dropna() >= projects["applied_on"][projects["finished_on"].notna()]).all()
    assert not projects.loc[~projects["is_funded"], "planned_end"].notna().any()


def test_shares_heap_just_above_thresholds_only_with_bunching(many: dict[bool, Contest]) -> None:
    def ratio(contest: Contest) -> float:
        share = contest.planned[:, 2] / contest.planned.sum(axis=1)
        bound = STEPS["second"]["residents_contribution"][0][2]
        above = ((share >= bound) & (share < bound + 0.004)).sum()
        below = ((share < bound) & (share >= bound - 0.004)).sum()
        return float(above / below)

    assert ratio(many[True]) > 3
    assert 0.6 < ratio(many[False]) < 1.4


def test_points_are_steps_and_reach_at_most_a_hundred(many: dict[bool, Contest]) -> None:
    contest = many[True]
    scored = np.isfinite(contest.score)
    share = contest.planned[:, 2] / contest.planned.sum(axis=1)
    points = contest.points[:, CRITERIA.index("residents_contribution")]
    bounds, steps = STEPS["second"]["residents_contribution"]
    # By hand: the points of the highest bound that the share reaches.
    expected = [max(p for b, p in zip(bounds, steps, strict=True) if s + 1e-12 >= b) for s in share[scored]]
    np.testing.assert_array_equal(points[scored], expected)
    assert contest.score[scored].max() <= 100


def test_meetings_fall_in_the_pandemic_years(programme: SimulatedProgramme) -> None:
    rows = programme.tables["project_participation"].merge(
        programme.tables["projects"][["project_id", "year"]], on="project_id"
    )
    means = rows.pivot_table(index="year", columns="channel", values="participations", aggfunc="mean")
    assert means.loc[[2020, 2021], "meeting"].max() < 0.6 * means.loc[[2019, 2022], "meeting"].min()
