"""Patterns of missing answers by hand, and Little's test against closed forms and under known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from response_samples import matrix_of
from scipy import stats

from evaluation.settings import DataProblem
from evaluation.survey.patterns import little_mcar, missing_patterns, normal_moments

ROWS: dict[str, dict[str, str | None]] = {
    "a": {"x": "1", "y": "2", "z": "!not_asked"},
    "b": {"x": "1", "y": None, "z": "1"},
    "c": {"x": "2", "y": "!dont_know", "z": "2"},
    "d": {"x": "1", "y": "1", "z": "2"},
    "e": {"x": "3", "y": "!refused", "z": "2"},
}


def test_patterns_are_counted_and_the_commonest_comes_first() -> None:
    table = missing_patterns(matrix_of(ROWS), ["x", "y", "z"])
    assert table["n"].tolist() == [3, 1, 1]
    assert table["share"].tolist() == pytest.approx([0.6, 0.2, 0.2])
    assert table.loc[0, ["x", "y", "z", "missing_items"]].tolist() == ["observed", "missing", "observed", 1]
    assert table.loc[1, ["x", "y", "z", "not_asked_items"]].tolist() == ["observed", "observed", "not_asked", 1]


def test_patterns_by_group_and_the_rest_add_up_to_all() -> None:
    group = pd.Series(["p", "p", "q", "q", None])
    table = missing_patterns(matrix_of(ROWS), ["x", "y", "z", "w"], group, most=1)
    assert table.groupby("group")["n"].sum().to_dict() == {"p": 2, "q": 2, "unknown": 1}
    assert table.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    assert table["pattern"].isna().sum() == 2
    assert (table["w"].dropna() == "not_asked").all()


def monotone(seed: int = 3, n: int = 60, seen: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(3, 1, n)
    y = 1 + 0.7 * x + rng.normal(0, 1, n)
    y[seen:] = np.nan
    return pd.DataFrame({"x": x, "y": y})


def test_moments_and_statistic_of_a_monotone_sample_are_those_of_the_closed_form() -> None:
    frame = monotone()
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    complete = np.isfinite(y)
    # maximum likelihood where y alone is missing: the regression of y on x from complete rows, x from all
    slope = np.cov(x[complete], y[complete], ddof=0)[0, 1] / np.var(x[complete])
    mean = np.array([x.mean(), y[complete].mean() + slope * (x.mean() - x[complete].mean())])
    left = np.var(y[complete] - slope * x[complete])
    covariance = np.var(x) * np.array([[1, slope], [slope, slope**2]]) + np.array([[0, 0], [0, left]])
    found_mean, found_covariance = normal_moments(frame.to_numpy())
    assert found_mean == pytest.approx(mean, abs=1e-6)
    assert found_covariance == pytest.approx(covariance, abs=1e-6)
    gap = np.array([x[complete].mean(), y[complete].mean()]) - mean
    alone = x[~complete].mean() - mean[0]
    by_hand = 40 * gap @ np.linalg.solve(covariance, gap) + 20 * alone**2 / np.var(x)
    test = little_mcar(frame)
    assert test.statistic == pytest.approx(by_hand, rel=1e-5)
    assert (test.df, test.n, test.patterns) == (1, 60, 2)
    assert test.p == pytest.approx(stats.chi2.sf(by_hand, 1), rel=1e-4)


def test_missing_by_lot_is_rejected_about_as_often_as_it_should_and_missing_by_x_is_seen() -> None:
    rng = np.random.default_rng(8)
    rejected, seen = 0, 0
    for _ in range(120):
        values = rng.normal(size=(150, 3)) @ np.array([[1, 0.4, 0.3], [0, 1, 0.5], [0, 0, 1]])
        frame = pd.DataFrame(values, columns=["x", "y", "z"])
        lot = frame.mask(rng.random(frame.shape) < 0.1)
        rejected += little_mcar(lot).p < 0.05
        by_x = frame.assign(y=frame["y"].mask((frame["x"] > 0.5) & (rng.random(150) < 0.7)))
        seen += little_mcar(by_x).p < 0.05
    assert 1 <= rejected <= 15  # 6 of 120 expected; beyond these bounds with probability below 0.003
    assert seen > 110


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"x": [1.0, np.nan]}), "at least two"),
        (pd.DataFrame({"x": [1.0, 2], "y": ["a", None]}), "'y' is no number"),
        (pd.DataFrame({"x": [1.0, 2, 3], "y": [np.nan] * 3}), "'y' has no two different"),
        (pd.DataFrame({"x": [1.0, 2, 3], "y": [4.0, 4.0, np.nan]}), "'y' has no two different"),
        (pd.DataFrame({"x": np.arange(9.0), "y": np.arange(9.0) ** 2}), "nothing is missing"),
        (pd.DataFrame({"x": [1.0, 2, np.nan], "y": [4.0, 5.0, 9.0]}), "3 rows, more than 4"),
        (pd.DataFrame({"x": np.arange(20.0), "y": [*np.arange(19.0), np.nan], "z": [np.nan, *np.ones(18), 2]}).assign(
            z=lambda one: one["x"].where(one["x"] < 15)), "follows exactly"),
    ],
)  # fmt: skip
def test_what_little_cannot_tell_is_refused_in_words(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(DataProblem, match=words) as caught:
        little_mcar(frame)
    assert caught.value.messages["ru"].startswith("Тест Литтла")
