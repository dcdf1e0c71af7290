"""The contest's line: found from scores and decisions; honest intervals hold the truth where plain ones do not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from evaluation.effects.contest.applications import CONTEST_COLUMNS, contest_frame, with_next_year
from evaluation.effects.contest.cutoff import near_line, outside_donut, plain_local_linear, rows_of
from evaluation.effects.contest.density import density_at_line
from evaluation.effects.contest.honest import (
    cell_errors,
    curvature_by_rule,
    folded_quantile,
    honest_jump,
    jump_weights,
    misspecification_jump,
    worst_bias,
)
from evaluation.effects.contest.line import add_distance, find_lines
from evaluation.effects.contest.local_randomisation import choose_window, compare_within_years
from evaluation.effects.estimate import collect
from evaluation.effects.plan import fit_plan
from evaluation.settings import InputProblem, Model

# ---- the line -----------------------------------------------------------------------------------------------


def applications(scores: list[float], funded: list[int], year: int = 2024) -> pd.DataFrame:
    return pd.DataFrame({"year": year, "score": scores, "funded": np.array(funded, dtype=float)})


@pytest.mark.parametrize(
    ("scores", "funded", "line", "kind", "tied", "wrong"),
    [
        ([9, 8, 7, 6], [1, 1, 0, 0], 8, "sharp", 0, 0.0),
        ([9, 8, 8, 8, 6], [1, 1, 0, 1, 0], 8, "ties", 3, 0.0),
        ([9, 8, 7, 6, 5, 4], [1, 0, 1, 1, 0, 0], 6, "fuzzy", 0, 1 / 6),
        ([9, 8, 7], [1, 1, 1], np.nan, "none", 0, 0.0),
        ([9, 8, 7], [0, 0, 0], np.nan, "none", 0, 0.0),
        ([5, 5, 5, 5], [1, 0, 1, 0], 5, "ties", 4, 0.0),
    ],
)
def test_lines_by_hand(scores: list[float], funded: list[int], line: float, kind: str, tied: int, wrong: float) -> None:
    row = find_lines(applications(scores, funded)).iloc[0]
    assert (row["kind"], row["tied"]) == (kind, tied)
    assert row["line"] == line or (np.isnan(line) and np.isnan(row["line"]))
    assert row["misordered_share"] == pytest.approx(wrong)


def test_each_year_has_its_own_line_and_distance() -> None:
    frame = pd.concat([applications([9, 8, 7], [1, 0, 0], 2023), applications([5, 4, 3], [1, 1, 0], 2024)])
    placed = add_distance(frame, find_lines(frame))
    assert list(placed["distance"]) == [0, -1, -2, 1, 0, -1]
    assert list(placed["above"]) == [1, 0, 0, 1, 1, 0]
    assert not placed["tied"].any()


# ---- honest intervals ---------------------------------------------------------------------------------------


def stepped(seed: int, jump: float, curvature: float, n: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A score of 31 steps; the mean bends upwards above and downwards below, which fools a straight line."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-15, 16, n).astype(float)
    mean = np.where(x >= 0, jump + curvature * x**2 / 2, -curvature * x**2 / 2) + 0.01 * x
    return x, mean + rng.normal(0, 0.5, n), rng.integers(0, 60, n)


def test_worst_bias_is_the_largest_that_a_bounded_bend_can_make() -> None:
    """Against a linear programme over second derivatives on a fine grid."""
    rng = np.random.default_rng(2)
    for _ in range(5):
        x = np.concatenate([-rng.integers(1, 12, 12), rng.integers(0, 12, 12)]).astype(float)
        weights = jump_weights(x, 14.0) + 0.0
        total = 0.0
        for side, mirror in ((x >= 0, 1.0), (x < 0, -1.0)):
            grid = (np.arange(2400) + 0.5) / 200
            effect = np.clip(x[side][:, None] * mirror - grid, 0, None).T @ weights[side] / 200
            best = optimize.linprog(-effect, bounds=[(-1, 1)] * len(grid))
            total -= best.fun
        assert worst_bias(x, weights, 1.0) == pytest.approx(total, rel=1e-3)


def test_weights_reproduce_lines_and_the_jump() -> None:
    x, _, _ = stepped(1, 0.0, 0.0)
    weights = jump_weights(x, 8.0)
    for intercept, slope, jump in ((1.0, 0.3, 0.7), (-2.0, -0.1, 0.0)):
        y = intercept + slope * x + np.where(x >= 0, jump + 0.2 * x, 0.0)
        assert weights @ y == pytest.approx(jump, abs=1e-10)


def test_honest_intervals_hold_the_truth_where_plain_ones_fail() -> None:
    """200 contests with a bend that just keeps to its bound: 95 % at least, up to the exact binomial region."""
    curvature, held, plain = 0.03, 0, 0
    for seed in range(200):
        x, y, clusters = stepped(seed, 0.3, curvature)
        found = honest_jump(x, y, clusters, curvature)
        assert found is not None
        held += found.low <= 0.3 <= found.high
        usual = plain_local_linear(x, y, clusters, 12.0)
        plain += usual.low <= 0.3 <= usual.high
    assert held >= stats.binom.ppf(0.005, 200, 0.95)
    assert plain < 100


def test_bounded_misspecification_and_the_rule_of_thumb_are_on_the_safe_side() -> None:
    held = {"misspecification": 0, "rule": 0}
    for seed in range(100):
        x, y, clusters = stepped(seed, 0.3, 0.01)
        other = misspecification_jump(x, y, clusters, 6.0)
        ruled = honest_jump(x, y, clusters, curvature_by_rule(x, y))
        assert other is not None
        assert ruled is not None
        held["misspecification"] += other.low <= 0.3 <= other.high
        held["rule"] += ruled.low <= 0.3 <= ruled.high
    assert min(held.values()) >= stats.binom.ppf(0.005, 100, 0.95)


def test_folded_quantiles() -> None:
    assert folded_quantile(0.0, 0.95) == pytest.approx(stats.norm.ppf(0.975))
    draws = np.abs(np.random.default_rng(1).normal(1.2, 1, 400_000))
    assert folded_quantile(1.2, 0.95) == pytest.approx(np.quantile(draws, 0.95), abs=0.01)
    for bias in (0.0, 0.01, 0.5, 2.0, 7.0, 30.0):
        assert folded_quantile(bias, 0.95) == pytest.approx(stats.foldnorm.ppf(0.95, bias), rel=1e-8)


def test_errors_of_steps_by_hand() -> None:
    x = np.array([0.0, 0.0, 1.0, -1.0])
    y = np.array([1.0, 3.0, 5.0, 9.0])
    errors = cell_errors(x, y)
    assert errors[:2] == pytest.approx([-np.sqrt(2), np.sqrt(2)])
    assert errors[2] == pytest.approx((5 - 2) * np.sqrt(2 / 3))  # alone on its step: from the step beside it
    assert errors[3] == 0.0


def test_curvature_of_a_known_parabola() -> None:
    x = np.arange(-10.0, 11.0)
    assert curvature_by_rule(x, 0.02 * x**2) == pytest.approx(0.04, rel=1e-6)
    assert curvature_by_rule(np.array([-2.0, -1, 0, 1]), np.array([0.0, 0, 1, 1])) > 0


def test_too_few_steps_give_no_interval() -> None:
    x = np.array([-1.0, -1.0, 0.0, 0.0, 1.0])
    assert honest_jump(x, x, np.arange(5), 1.0) is None
    assert misspecification_jump(x, x, np.arange(5), 3.0) is None


# ---- local randomisation ------------------------------------------------------------------------------------


def test_fishers_test_counts_every_deal_of_a_small_window() -> None:
    """Two years, each dealt by itself: 3 of 5 and 1 of 3, 30 deals in all, by hand."""
    years = np.array([1, 1, 1, 1, 1, 2, 2, 2])
    above = np.array([1.0, 1, 1, 0, 0, 1, 0, 0])
    y = np.array([4.0, 3, 5, 1, 0, 2, 2, 1])
    found = compare_within_years(y, above, years, draws=999, seed=1)
    assert found is not None
    assert found.is_exact

    def gap(first: tuple[int, ...], second: tuple[int, ...]) -> float:
        dealt = np.zeros(8)
        dealt[list(first)] = 1
        dealt[list(second)] = 1
        centred = dealt - np.array([0.6] * 5 + [1 / 3] * 3)
        return float(centred @ y / (centred @ centred))

    gaps = [gap(a, b) for a in combinations(range(5), 3) for b in combinations(range(5, 8), 1)]
    assert len(gaps) == 30
    observed = gap((0, 1, 2), (5,))
    assert found.estimate == pytest.approx(observed)
    assert found.kept.p == pytest.approx(np.mean([abs(one) >= abs(observed) - 1e-9 for one in gaps]))
    many = compare_within_years(np.tile(y, 4), np.tile(above, 4), np.tile(years, 4), draws=499, seed=1)
    assert many is not None
    assert not many.is_exact


def test_fishers_test_of_two_by_two_is_scipys() -> None:
    above = np.repeat([1.0, 0.0], [9, 11])
    y = np.array([1.0] * 7 + [0.0] * 2 + [1.0] * 3 + [0.0] * 8)
    found = compare_within_years(y, above, np.ones(20), draws=170_000, seed=1)
    assert found is not None
    assert found.is_exact
    expected = stats.fisher_exact([[7, 2], [3, 8]])[1]
    # both count deals with as large a difference; Fisher's two sides go by probability, here the same deals
    assert found.kept.p == pytest.approx(expected, rel=1e-6)


def contest_with_capacity(seed: int) -> pd.DataFrame:
    """900 scored applications whose capacity differs from the fifth point on and whose type nowhere does."""
    rng = np.random.default_rng(seed)
    distance = rng.integers(-12, 12, 900).astype(float)
    frame = pd.DataFrame({"distance": distance, "above": (distance >= 0).astype(float), "year": 2024})
    frame["capacity"] = np.where(np.abs(distance) > 4, np.sign(distance) * 1.5, 0.0) + rng.normal(size=900)
    return frame.assign(type=np.where(rng.random(900) < 0.4, "city", "okrug"))


def test_the_window_ends_where_covariates_begin_to_differ() -> None:
    """Thirty contests: never past the fifth point, and not before it but by chance.

    Two covariates alike on both sides look unlike (p below 0.15) in a window with 1 - 0.85 x 0.85 = 0.28 chance, the
    narrowest included; then there is none to use.
    """
    ends = []
    for seed in range(30):
        table = choose_window(contest_with_capacity(seed), ["capacity", "type"], draws=199, seed=1)
        assert table["p"].iloc[-1] < 0.15
        assert table["chosen"].sum() <= 1
        ends.append(float(table.loc[table["chosen"], "window"].max()) if table["chosen"].any() else 0.0)
        if ends[-1] >= 4:  # it stopped where capacity begins to differ
            assert table["covariate"].iloc[-1] == "capacity"
    assert max(ends) <= 5
    assert sum(end == 0 for end in ends) <= stats.binom.ppf(0.999, 30, 0.28)
    assert sum(end >= 4 for end in ends) >= 8


def test_without_covariates_the_narrowest_window_is_taken() -> None:
    nearest = choose_window(contest_with_capacity(5), [], draws=19, seed=1)
    assert nearest["chosen"].sum() == 1
    assert len(nearest) == 1


# ---- density ------------------------------------------------------------------------------------------------


def contests(seed: int, piled: float = 0.0, years: int = 6, n: int = 120) -> pd.DataFrame:
    """Scores with the line where a budget ends; ``piled``: of those just below, this share is lifted over it."""
    rng = np.random.default_rng(seed)
    frames = []
    for year in range(years):
        score = np.round(rng.normal(50, 9, n))
        order = np.argsort(-score, kind="stable")
        funded = np.zeros(n)
        funded[order[: int(rng.integers(45, 75))]] = 1
        line = score[funded == 1].min()
        funded = (score >= line).astype(float)  # all with the line's score
        lifted = (score < line) & (score >= line - 2) & (rng.random(n) < piled)
        score = np.where(lifted, line, score)
        funded = np.where(lifted, 1.0, funded)
        frames.append(pd.DataFrame({"year": 2018 + year, "score": score, "funded": funded}))
    frame = pd.concat(frames, ignore_index=True)
    return add_distance(frame, find_lines(frame))


@pytest.mark.slow  # 180 contests
def test_density_tests_keep_their_level_and_notice_piling_up() -> None:
    quiet = np.array([density_at_line(contests(seed), 3)["p"] for seed in range(150)])
    assert (quiet[:, 0] < 0.05).sum() <= stats.binom.ppf(0.995, 150, 0.05)
    piled = np.array([density_at_line(contests(seed, 0.6), 3)["p"] for seed in range(30)])
    assert (piled[:, 0] < 0.05).mean() > 0.9


def test_density_by_hand() -> None:
    frame = pd.DataFrame({"year": [1] * 9, "distance": [-2.0, -1, -1, 0, 0, 0, 1, 2, 5]})
    table = density_at_line(frame, 3, curvature=0.0).set_index("test")
    assert list(table.loc["steps", ["n_below", "n_line", "n_above"]]) == [2, 2, 1]  # one at the line is the marginal
    upper, lower = stats.binom.sf(1, 5, 1 / 3), stats.binom.cdf(2, 5, 1 / 3)
    assert table.loc["steps", "p"] == pytest.approx(min(1, 2 * min(upper, lower)))
    assert list(table.loc["window", ["n_below", "n_above"]]) == [3, 4]
    assert np.isnan(density_at_line(frame.iloc[:0], 3)["p"]).all()


# ---- the frame and the rows ---------------------------------------------------------------------------------


def register(seed: int = 1, effect: float = 0.3, years: int = 6, ordered: bool = True) -> pd.DataFrame:
    """A project table: winning raises the chance that the team's area applies again."""
    rng = np.random.default_rng(seed)
    frames = []
    for year in range(2019, 2019 + years):
        n = 150
        score = np.round(rng.normal(50, 10, n) / 2) * 2
        line = rng.choice([46.0, 48.0, 50.0, 52.0])
        funded = score >= line
        if not ordered:
            funded = funded ^ (rng.random(n) < 0.05)
        chance = np.clip(0.3 + 0.004 * (score - line) + effect * funded, 0, 1)
        frames.append(
            pd.DataFrame(
                {
                    "year": year, "score": score, "is_funded": funded, "again": (rng.random(n) < chance).astype(float),
                    "stable_unit_id": rng.integers(0, 39, n).astype(str), "trained": rng.integers(0, 2, n),
                }
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def winning(declare: Callable[..., Model]) -> Model:
    return declare("again", ("is_funded",), "cutoff", clusters="stable_unit_id", design="cutoff")


def test_rows_in_the_shape_of_a_result(winning: Model) -> None:
    rows = rows_of(register(), winning, curvature=0.002)
    result = collect(rows)
    main = result.one("m", "is_funded")
    assert (main["estimand"], main["inference"]) == ("difference_at_cutoff", "honest_curvature")
    assert main["low"] < 0.3 < main["high"]
    assert main["clusters"] == 39
    assert "curvature_assumed=0.002" in main["warning"]
    assert "score_in_steps=" in main["warning"]
    assert list(result.frame["model"]) == ["m", "m__misspecification", "m__curvature_doubled", "m__donut"]
    doubled = result.one("m__curvature_doubled", "is_funded")
    assert doubled["high"] - doubled["low"] > main["high"] - main["low"]
    assert rows == rows_of(register(), winning, curvature=0.002)
    pd.testing.assert_frame_equal(result.frame, collect(rows_of(register().sample(frac=1, random_state=1), winning,
                                                                curvature=0.002)).frame, rtol=1e-9)  # fmt: skip


def test_a_known_jump_is_found(winning: Model) -> None:
    found = [rows_of(register(seed), winning, curvature=0.002)[0] for seed in range(40)]
    estimates = [float(row["estimate"]) for row in found]  # type: ignore[arg-type]
    assert np.mean(estimates) == pytest.approx(0.3, abs=4 * np.std(estimates) / np.sqrt(40) + 0.01)
    held = sum(float(row["low"]) <= 0.3 <= float(row["high"]) for row in found)  # type: ignore[arg-type]
    assert held >= stats.binom.ppf(0.005, 40, 0.95)


def test_a_line_that_is_not_sharp_is_said_and_the_jump_of_funding_shown(winning: Model) -> None:
    rows = collect(rows_of(register(ordered=False), winning, curvature=0.002))
    assert "line_not_sharp=0.0" in rows.one("m", "is_funded")["warning"]
    funding = rows.one("m__funding", "is_funded")
    assert 0.8 < funding["estimate"] < 1.0


def test_a_score_of_many_values_also_shows_the_plain_regression(winning: Model) -> None:
    frame = register()
    frame["score"] = frame["score"] + np.random.default_rng(1).uniform(-0.9, 0.9, len(frame))
    frame["is_funded"] = frame["score"] >= 50
    rows = collect(rows_of(frame, winning, curvature=0.0005))
    assert "m__local_linear" in set(rows.frame["model"])
    assert "score_in_steps" not in str(rows.one("m", "is_funded")["warning"])


def test_local_randomisation_row(winning: Model) -> None:
    model = winning.model_copy(update={"family": "local_randomisation", "controls": ("trained",)})
    row = rows_of(register(), model, draws=499, seed=1)[0]
    assert (row["estimand"], row["inference"]) == ("difference_near_cutoff", "fisher_within_years")
    assert float(row["low"]) < 0.35 < float(row["high"])  # type: ignore[arg-type]
    assert "window_of_score=" in str(row["warning"])
    split = register().assign(trained=lambda frame: frame["is_funded"].astype(int))
    refused = rows_of(split, model, draws=199, seed=1)[0]
    assert "window_unbalanced" in str(refused["warning"])
    assert np.isnan(float(refused["estimate"]))  # type: ignore[arg-type]


def test_applies_again_is_made_from_all_applications(declare: Callable[..., Model]) -> None:
    frame = pd.DataFrame({"unit": ["a", "b", "a", "c"], "year": [2023, 2023, 2024, 2024]})
    again = with_next_year(frame, "unit")
    assert list(again["applies_again"].iloc[:2]) == [1.0, 0.0]
    assert again["applies_again"].iloc[2:].isna().all()
    model = declare("applies_again", ("is_funded",), "cutoff", clusters="stable_unit_id")
    found = near_line(register(), model)
    assert set(found.frame["year"]) == {2019, 2020, 2021, 2022, 2023}
    assert found.warnings["rows_without_value"] == 150


def test_the_plan_executes_models_of_the_line(declare: Callable[..., Model]) -> None:
    """The outcome is made from the project table; tied applications stay in the density's frame alone."""
    model = declare("applies_again", ("is_funded",), "cutoff", clusters="stable_unit_id")
    found = fit_plan(None, register(), [model, model.model_copy(update={"name": "w", "family": "local_randomisation"})])
    assert {"m", "m__donut", "w"} <= set(found.frame["model"])
    tied = register()
    line = tied.loc[tied["is_funded"] & (tied["year"] == 2020), "score"].min()
    at_line = tied.index[(tied["year"] == 2020) & (tied["score"] == line)]
    tied.loc[at_line[0], "is_funded"] = False
    near = near_line(tied, model)
    assert near.every["tied"].sum() == len(at_line) == near.warnings["tied_at_line"]
    assert not near.frame["tied"].any()


def test_the_frame_from_projects_scores_and_teams() -> None:
    projects = pd.DataFrame(
        {
            "project_id": ["p1", "p2", "p3", "p4"], "year": [2023, 2023, 2024, 2023], "unit_id": ["a", "b", "a", "b"],
            "score": [60.0, np.nan, 55.0, np.nan], "is_funded": [True, False, False, False],
            "status": ["completed", "not_selected", "not_selected", "rejected_formally"],
        }
    )  # fmt: skip
    scores = pd.DataFrame({"project_id": ["p2", "p2"], "criterion": ["x", "y"], "points": [20.0, 15.0]})
    teams = pd.DataFrame({"team_id": ["t1", "t2", "t2"], "year": [2023, 2023, 2024], "project_id": ["p1", "p2", "p3"]})
    frame = contest_frame(projects, scores, teams).set_index("project_id")
    assert list(frame.reset_index().columns) == CONTEST_COLUMNS
    assert list(frame.index) == ["p1", "p2", "p3"]
    assert frame["score"].to_dict() == {"p1": 60.0, "p2": 35.0, "p3": 55.0}
    assert frame.loc["p1", "applies_again"] == 1.0
    assert frame.loc["p2", "applies_again"] == 0.0
    assert np.isnan(frame.loc["p3", "applies_again"])
    assert (frame.loc["p1", "team_applies_again"], frame.loc["p2", "team_applies_again"]) == (0.0, 1.0)
    moved = contest_frame(projects, scores, teams, pd.Series({"p1": "area", "p3": "area"}))
    assert list(moved["unit_id"]) == ["area", "b", "area"]


def test_the_donut_leaves_out_the_steps_at_the_line() -> None:
    distance = np.array([-4.0, -2, -2, 0, 0, 2, 4])
    assert list(distance[outside_donut(distance)]) == [-4, 2, 4]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda frame: frame.drop(columns="score"), "no columns score"),
        (lambda frame: frame.assign(score=np.nan), "no application is left"),
        (lambda frame: frame.assign(again=np.nan), "no application is left"),
        (lambda frame: frame.assign(is_funded=True), "no application is left"),
        (lambda frame: frame.iloc[:0], "no application is left"),
    ],
)
@pytest.mark.parametrize("family", ["cutoff", "local_randomisation"])
def test_bad_input_is_said_in_words(
    winning: Model, family: str, spoil: Callable[[pd.DataFrame], pd.DataFrame], words: str
) -> None:
    with pytest.raises(InputProblem, match=words):
        rows_of(spoil(register()), winning.model_copy(update={"family": family}), draws=19)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda frame: frame.assign(again=1.0), "outcome_constant"),
        (lambda frame: frame.assign(score=frame["is_funded"].astype(float)), "not_identified"),
        (lambda frame: frame.head(3).assign(score=[1.0, 2, 3], is_funded=[False, True, True]), "not_identified"),
    ],
)
@pytest.mark.parametrize("family", ["cutoff", "local_randomisation"])
def test_nothing_to_estimate_is_a_named_warning(
    winning: Model, family: str, spoil: Callable[[pd.DataFrame], pd.DataFrame], code: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found: Any = rows_of(spoil(register()), winning.model_copy(update={"family": family}), draws=19)
    if code == "not_identified" and family == "local_randomisation" and len(found) and found[0]["n"] > 0:
        return  # a score of two values leaves no line to draw, but applications to compare
    assert code in str(found[0]["warning"])
