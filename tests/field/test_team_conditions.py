"""The index of conditions: counts by hand, unknown beside none, and reliability against its library and its truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from team_world import A, B, line, world

from evaluation.contracts import TABLES, check
from evaluation.field.teams.conditions import CONDITIONS, INDICATORS, condition_scores, item_scores, team_conditions
from evaluation.field.teams.reliability import alpha_and_omega, factor_loadings, index_reliability
from evaluation.survey.reliability import cronbach_alpha, omega_total, one_factor

NA = pd.NA


def test_counts_before_the_deadline() -> None:
    lines = [line("cleanliness", 2024, A, 3, 1), line("local_initiatives", 2024, A, 1, 1),
             line("residents_effectiveness", 2024, B, 2, 0)]  # fmt: skip
    table = check(team_conditions(world(programme_lines=lines)), TABLES["team_conditions"])
    found = table.set_index(["team_id", "year"])
    then, now = found.loc[("T1", 2024)], found.loc[("T1", 2025)]
    assert then[["joint_events", "joint_across_sectors", "trained_members"]].tolist() == [1, 1, 2]
    assert now[["joint_events", "joint_across_sectors", "trained_members"]].tolist() == [0, 0, 2]
    assert now[["exchange_meetings", "exchange_taught", "exchange_partners"]].tolist() == [2, 1, 1]
    assert now[["consultations", "sessions", "document_reviews"]].tolist() == [1, 1, 1]
    # the own line is no other line, and what was not supported is no support
    assert now[["wins_before", "unit_wins_before", "other_lines_before"]].tolist() == [1, 1, 1]
    assert found.loc[("T3", 2025), ["wins_before", "unit_wins_before", "other_lines_before"]].tolist() == [0, 0, 0]


def test_what_no_register_tells_is_unknown() -> None:
    found = team_conditions(world()).set_index(["team_id", "year"])
    assert found.loc[("T1", 2024), "document_reviews"] is NA and found.loc[("T2", 2025), "document_reviews"] == 0
    assert found["other_lines_before"].isna().all()
    assert found.loc[("T3", 2025), "joint_events"] is NA, "a team without a roster cannot be said not to have trained"
    assert found.loc[("T1", 2024), "wins_before"] is NA, "nothing is known of the time before the first year"
    assert found.loc[("T1", 2024), "conditions_index"] != found.loc[("T1", 2024), "conditions_index"]


def test_scores_follow_the_declared_steps() -> None:
    counts = pd.DataFrame({one.name: pd.array([0, one.steps[0], one.steps[1], NA], "Int64") for one in INDICATORS})
    assert item_scores(counts).T.drop_duplicates().to_numpy()[0].tolist()[:3] == [0, 1, 2]
    scores = condition_scores(counts)
    assert scores["conditions_index"].tolist()[:3] == [0, 0.5, 1] and np.isnan(scores["conditions_index"].iloc[3])
    # one unknown indicator leaves the mean of the others, a wholly unknown condition leaves no index
    counts.loc[1, "joint_events"] = NA
    assert condition_scores(counts)["condition_joint_training"].iloc[1] == 0.5
    counts.loc[1, [one.name for one in INDICATORS if one.condition == "platforms"]] = NA
    assert np.isnan(condition_scores(counts)["conditions_index"].iloc[1])
    assert [sum(one.condition == name for one in INDICATORS) for name in CONDITIONS] == [3, 3, 3, 3]


def test_alpha_and_omega_are_those_of_the_surveys() -> None:
    rng = np.random.default_rng(2)
    common = rng.normal(size=(200, 1))
    values = np.digitize(common * [0.9, 0.7, 0.5, 0.8] + rng.normal(size=(200, 4)), [0.0, 1.0]).astype(float)
    alpha, omega = alpha_and_omega(values, np.ones((1, 200)))
    assert alpha[0] == pytest.approx(cronbach_alpha(values))
    factor = one_factor(np.corrcoef(values, rowvar=False))
    assert omega[0] == pytest.approx(omega_total(factor.loadings, values.std(axis=0, ddof=1)), abs=1e-6)
    # a weight of two is the row twice
    weights = np.ones(200)
    weights[:50] = 2
    again = np.vstack([values, values[:50]])
    doubled = alpha_and_omega(values, weights[None])
    assert doubled[0][0] == pytest.approx(cronbach_alpha(again))


def test_loadings_of_many_matrices_are_those_of_each() -> None:
    rng = np.random.default_rng(5)
    matrices = np.array([np.corrcoef(rng.normal(size=(30, 5)) + rng.normal(size=(30, 1)), rowvar=False)
                         for _ in range(20)])  # fmt: skip
    together = factor_loadings(matrices)
    for matrix, loadings in zip(matrices, together, strict=True):
        assert loadings == pytest.approx(one_factor(matrix).loadings, abs=1e-5)


def conditions_with(scores: np.ndarray, year: int = 2025) -> pd.DataFrame:
    """A table of conditions whose indicators score as given (teams x indicators)."""
    counts = {
        one.name: pd.array([0 if level == 0 else one.steps[int(level) - 1] for level in scores[:, place]], "Int64")
        for place, one in enumerate(INDICATORS)
    }
    frame = pd.DataFrame(
        {"team_id": [f"T{place}" for place in range(len(scores))], "year": year, "unit_id": A, **counts}
    )
    return pd.concat([frame, condition_scores(frame)], axis=1)


def _drawn(rng: np.random.Generator, teams: int) -> np.ndarray:
    """Scores of indicators that share one cause, as strongly for all of them."""
    return np.digitize(rng.normal(size=(teams, 1)) + rng.normal(size=(teams, 12)), [-0.4, 0.9])


def test_known_reliability_is_found() -> None:
    rng = np.random.default_rng(8)
    truth = cronbach_alpha(_drawn(rng, 100_000).astype(float))
    table = conditions_with(_drawn(rng, 400))
    scales, items = index_reliability(table, 2025, table["team_id"], draws=100)
    row = scales.set_index("scale").loc["all_conditions"]
    assert row["alpha"] == pytest.approx(truth, abs=0.03) and row["alpha_low"] <= truth <= row["alpha_high"]
    assert row["omega"] == pytest.approx(row["alpha"], abs=0.02), "equal indicators have one reliability"
    assert check(scales, TABLES["team_index_scales"])["items_used"].tolist() == [3, 3, 3, 3, 12]
    assert len(items) == 12 and (check(items, TABLES["team_index_items"])["item_total"] > 0.3).all()


@pytest.mark.slow
def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(9)
    truth = cronbach_alpha(_drawn(rng, 200_000).astype(float))
    inside = 0
    for _ in range(60):
        table = conditions_with(_drawn(rng, 120))
        row = index_reliability(table, 2025, table["team_id"], draws=200)[0].set_index("scale").loc["all_conditions"]
        inside += bool(row["alpha_low"] <= truth <= row["alpha_high"])
    # of 60 intervals of 95 %, fewer than 51 would be seen less than once in two thousand
    assert inside >= 51


def test_teams_of_one_unit_widen_the_interval() -> None:
    rng = np.random.default_rng(4)
    units = np.repeat(np.arange(30), 4)
    scores = np.digitize(rng.normal(size=(30, 12))[units] + rng.normal(size=(30, 1))[units], [-0.4, 0.9])
    table = conditions_with(scores)
    width = []
    for clusters in (pd.Series(units), table["team_id"]):
        row = index_reliability(table, 2025, clusters, draws=100)[0].set_index("scale").loc["all_conditions"]
        width.append(row["alpha_high"] - row["alpha_low"])
        assert row["clusters"] == clusters.nunique()
    assert width[0] > 1.5 * width[1]


def test_too_little_to_tell_is_said() -> None:
    scores = np.zeros((40, 12))
    scores[:20, 1:3], scores[:10, 3:] = 1, 2
    table = conditions_with(scores)
    table["document_reviews"] = pd.array([NA] * 40, "Int64")
    scales, items = index_reliability(table, 2025, table["team_id"])
    notes = scales.set_index("scale")["note"]
    assert notes["joint_training"] == "constant_item; too_few_items"
    assert notes["accompaniment"] == "register_missing; too_few_items"
    assert items.set_index("indicator")["note"].loc[["joint_events", "document_reviews"]].tolist() == [
        "constant_item", "register_missing",
    ]  # fmt: skip
    few = index_reliability(table.head(5), 2025, table["team_id"].head(5))[0]
    assert few["alpha"].isna().all() and few["n"].max() == 5
