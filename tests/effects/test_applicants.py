"""Bounds for outcomes of applicants: hand-made cases and a truth that lies between them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.estimate import parse_warnings
from evaluation.effects.robustness.applicants import arms_of, bounds_rows, lee_bounds, worst_case_bounds
from evaluation.settings import InputProblem, Model


def frame(treated: list[float | None], others: list[float | None], year: int = 1) -> pd.DataFrame:
    rows = [(1, value) for value in treated] + [(0, value) for value in others]
    made = pd.DataFrame(rows, columns=["support", "outcome"]).assign(year=year)
    return made.assign(unit=np.arange(len(made)), outcome=made["outcome"].astype("float64"))


def test_lee_trims_the_fuller_group_by_hand() -> None:
    # 4 of 4 supported apply, 2 of 4 others: half of the supported applicants are trimmed
    arms = arms_of(frame([1, 2, 3, 6], [2, 4, None, None]), "outcome", "support", "unit")
    found = lee_bounds(arms, draws=0)
    assert (found.low, found.high) == (1.5 - 3, 4.5 - 3)
    assert found.applied == (1.0, 0.5)
    assert found.trimmed == 0.5


def test_a_value_on_the_edge_counts_in_part() -> None:
    # 3 of 3 and 1 of 2 apply: half of three values is one and a half
    arms = arms_of(frame([0, 6, 9], [5, None]), "outcome", "support", "unit")
    found = lee_bounds(arms, draws=0)
    assert found.low == pytest.approx((0 + 0.5 * 6) / 1.5 - 5)
    assert found.high == pytest.approx((9 + 0.5 * 6) / 1.5 - 5)


def test_resamples_without_both_kinds_are_counted(declare: Callable[..., Model]) -> None:
    """Two supported applicants among six clusters: a resample has none of them with probability (4/6)^6, 8.8 %."""
    data = frame([3, 4], [1, 2, 0, 5])
    arms = arms_of(data, "outcome", "support", "unit")
    found = lee_bounds(arms, draws=2000, seed=4)
    drawn = np.random.default_rng(4).multinomial(6, np.full(6, 1 / 6), size=2000)
    without = (drawn[:, :2].sum(axis=1) == 0) | (drawn[:, 2:].sum(axis=1) == 0)
    assert found.draws_left_out == without.sum()
    assert abs(without.mean() - (4 / 6) ** 6 - (2 / 6) ** 6) < 0.025
    assert lee_bounds(arms, draws=0).draws_left_out == 0
    panel = pd.DataFrame(
        {"geography": "g", "unit_id": list("abcdef"), "year": 2020, "support": [1, 1, 0, 0, 0, 0],
         "applications": 2, "funded": [2, 1, 1, 0, 0, 1]}
    )  # fmt: skip
    model = declare("is_funded", ("support",), "logit", name="winning")
    rows = bounds_rows(panel, [model], "g", draws=200, seed=4)
    left = {str(parse_warnings(row["warning"])["draws_without_both_kinds"]) for row in rows}
    assert left == {str(lee_bounds(arms, draws=200, seed=4).draws_left_out)}


def test_worst_case_by_hand() -> None:
    arms = arms_of(frame([1, 0, 1, None], [0, 1, None, None]), "outcome", "support", "unit")
    found = worst_case_bounds(arms, 0, 1, draws=0)
    assert (found.low, found.high) == (2 / 4 - 3 / 4, 3 / 4 - 1 / 4)
    with pytest.raises(InputProblem, match="leaves the declared range"):
        worst_case_bounds(arms, 0, 0.5)


def test_no_selection_gives_one_number() -> None:
    arms = arms_of(frame([1, 2, 3], [0, 1, 2]), "outcome", "support", "unit")
    found = lee_bounds(arms, draws=99)
    assert found.low == found.high == pytest.approx(1)
    assert found.interval[0] < 1 < found.interval[1]


def test_strata_are_averaged_by_those_who_apply_in_any_case() -> None:
    # the first year gives exactly 1 for 6 units, the second exactly 3 for 2
    both = pd.concat([frame([2, 2, 2], [1, 1, 1], 1), frame([3], [0], 2)], ignore_index=True)
    both["unit"] = np.arange(len(both))
    found = lee_bounds(arms_of(both, "outcome", "support", "unit", "year"), draws=0)
    assert found.low == found.high == pytest.approx((6 * 1 + 2 * 3) / 8)


def simulate(generator: np.random.Generator, units: int = 400) -> pd.DataFrame:
    """Support draws weaker units into applying; the effect among those who always apply is 0.5."""
    support = np.arange(units) % 2
    strength = generator.normal(size=units)
    applies = strength + 0.8 * support > -0.2
    outcome = np.where(applies, strength + 0.5 * support + 0.3 * generator.normal(size=units), np.nan)
    return pd.DataFrame({"unit": np.arange(units), "support": support, "outcome": outcome})


def test_bounds_hold_the_truth_where_the_plain_difference_misses_it() -> None:
    generator = np.random.default_rng(5)
    covered, plain, repetitions = 0, [], 60
    for _ in range(repetitions):
        data = simulate(generator)
        found = lee_bounds(arms_of(data, "outcome", "support", "unit"), draws=49, seed=1)
        covered += found.interval[0] <= 0.5 <= found.interval[1]
        means = data.groupby("support")["outcome"].mean()
        plain.append(means[1] - means[0])
        worst = worst_case_bounds(arms_of(data, "outcome", "support", "unit"), -6, 6, draws=0)
        assert worst.low <= found.low <= found.high <= worst.high
    assert np.mean(plain) < 0.3, "the plain difference is biased: support brings in weaker units"
    assert covered >= 52  # at least 95 %: 99 % of a binomial of 60 draws lies at 52 and above


def test_the_same_seed_gives_the_same_interval() -> None:
    arms = arms_of(simulate(np.random.default_rng(1)), "outcome", "support", "unit")
    assert lee_bounds(arms, draws=50, seed=3) == lee_bounds(arms, draws=50, seed=3)


def test_one_kind_only_is_refused_in_plain_words() -> None:
    with pytest.raises(InputProblem, match="with and without support applied"):
        arms_of(frame([1, 2], []), "outcome", "support", "unit")
    with pytest.raises(InputProblem, match="with and without support applied"):
        arms_of(frame([1, 2], [None, None]), "outcome", "support", "unit")


def test_rows_of_a_secondary_model(declare) -> None:  # type: ignore[no-untyped-def]
    generator = np.random.default_rng(2)
    panel = pd.DataFrame({"unit_id": np.repeat([f"u{n}" for n in range(40)], 3), "year": np.tile([1, 2, 3], 40)})
    panel["geography"] = "original"
    panel["trained"] = (panel.index // 3 % 2 == 0) & (panel["year"] > 1)
    panel["exposure"] = generator.poisson(2, len(panel))
    panel["applications"] = generator.poisson(1.5, len(panel))
    panel["funded"] = generator.binomial(panel["applications"], 0.5)
    winning = declare("is_funded", ("trained", "exposure"), "logit", name="winning")
    primary = declare("applications", ("trained",), "poisson", name="main", geography="original")
    rows = pd.DataFrame(bounds_rows(panel, [winning, primary], "original", draws=50))
    assert rows["model"].tolist() == [f"winning__{kind}" for kind in ("lee_low", "lee_high", "worst_low", "worst_high")]
    assert rows["exposure"].unique().tolist() == ["trained"], "a dose has no two groups"
    low, high = rows["estimate"].iloc[0], rows["estimate"].iloc[1]
    assert rows["estimate"].iloc[2] <= low <= high <= rows["estimate"].iloc[3]
    assert (rows["low"] <= rows["estimate"]).all()
    assert (rows["high"] >= rows["estimate"]).all()


def test_who_is_not_known_to_be_supported_is_in_neither_group(declare: Callable[..., Model]) -> None:
    """Ten supported units apply, eight of ten others; a row without the exposure changes nothing but the count."""
    units = 21
    frame = pd.DataFrame({"y": [*range(10), *range(8), np.nan, np.nan, 1000.0], "unit_id": range(units), "year": 2024})
    frame["d"] = [1.0] * 10 + [0.0] * 10 + [np.nan]
    arms = arms_of(frame, "y", "d", "unit_id")
    assert len(arms.outcome) == 20
    found = lee_bounds(arms, draws=0)
    # two of the ten supported are surplus: the mean of the lowest, or of the highest, eight less 3.5
    assert (found.low, found.high) == (pytest.approx(0.0), pytest.approx(2.0))
    panel = frame.assign(geography="stable", applications=1.0, funded=(np.arange(units) % 2).astype(float))
    rows = bounds_rows(panel, [declare("is_funded", ("d",), "logit")], "stable", draws=9)
    assert {row["n"] for row in rows} == {20}
    assert {row["warning"] for row in rows} == {"rows_without_value=1"}
