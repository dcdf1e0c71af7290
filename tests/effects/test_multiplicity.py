"""Many hypotheses: statsmodels' corrections, Romano-Wolf by brute force, and the chance of any false rejection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from evaluation.effects.inference.multiplicity import (
    JointDraws,
    Method,
    adjust,
    joint_wild_draws,
    romano_wolf,
    romano_wolf_regressions,
)
from evaluation.effects.inference.wild import wild_test
from evaluation.effects.panel import restricted_equations
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]
NAMES: dict[Method, str] = {
    "bonferroni": "bonferroni", "holm": "holm", "hochberg": "simes-hochberg", "benjamini_hochberg": "fdr_bh",
}  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12), method=st.sampled_from(sorted(NAMES)))
def test_corrections_agree_with_statsmodels(p: list[float], method: Method) -> None:
    assert adjust(p, method) == pytest.approx(multipletests(p, method=NAMES[method])[1], abs=1e-12)


@pytest.mark.parametrize("method", sorted(NAMES))
def test_an_empty_p_stays_empty_and_is_no_hypothesis(method: Method) -> None:
    found = adjust([0.01, float("nan"), 0.04], method)
    assert np.isnan(found[1])
    assert found[[0, 2]] == pytest.approx(adjust([0.01, 0.04], method))
    assert len(adjust([], method)) == 0


def test_romano_wolf_steps_down() -> None:
    """Written out: the largest of all, then the largest of those left; adjusted p never fall."""
    generator = np.random.default_rng(1)
    drawn = np.abs(generator.normal(size=(199, 4)))
    observed = np.array([1.0, 3.1, 0.2, 2.4])
    expected, floor, left = {}, 0.0, [0, 1, 2, 3]
    for one in (1, 3, 0, 2):
        floor = max(floor, (1 + np.sum(drawn[:, left].max(axis=1) >= observed[one])) / 200)
        expected[one] = floor
        left.remove(one)
    assert romano_wolf(JointDraws(observed, drawn)) == pytest.approx([expected[one] for one in range(4)])
    plain = romano_wolf(JointDraws(observed[:1], drawn[:, :1]))
    assert plain[0] == pytest.approx((1 + np.sum(drawn[:, 0] >= 1)) / 200)


def _panel(seed: int, units: int = 30, years: int = 5, alike: float = 0.0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit_id": np.repeat([f"u{i:02}" for i in range(units)], years)})
    frame["year"] = np.tile(np.arange(years), units)
    start = np.repeat(generator.integers(1, years + 3, units), years)
    frame["trained"] = (frame["year"] >= start).astype(float)
    shared = generator.normal(size=len(frame))
    for name in ("a", "b", "c"):
        frame[name] = np.sqrt(alike) * shared + np.sqrt(1 - alike) * generator.normal(size=len(frame))
    return frame


def _family(declare: Declare, frame: pd.DataFrame) -> list[tuple[pd.DataFrame, Model, str]]:
    return [(frame, declare(name, ("trained",), fixed_effects=("unit_id", "year")), "trained") for name in "abc"]


def test_joint_draws_share_multipliers_by_name_of_the_cluster(declare: Declare) -> None:
    """A model without some units gets, for the others, the multipliers that all models get."""
    frame = _panel(1)
    some = frame[frame["unit_id"] > "u04"].reset_index(drop=True)
    model = declare("a", ("trained",), fixed_effects=("unit_id", "year"))
    tests = [
        (*restricted_equations(rows, model, "trained"), sorted(rows["unit_id"].unique())) for rows in (frame, some)
    ]
    joint = joint_wild_draws(tests, draws=199, seed=3)
    assert joint.drawn.shape == (199, 2)
    alone = wild_test(*restricted_equations(frame, model, "trained"), draws=199, seed=3)
    assert (1 + np.sum(joint.drawn[:, 0] >= joint.observed[0] * (1 - 1e-9))) / 200 == pytest.approx(alone.p)
    assert np.corrcoef(joint.drawn.T)[0, 1] > 0.5  # the same units flip together


def test_dependence_makes_romano_wolf_sharper_than_holm(declare: Declare) -> None:
    frame = _panel(2, alike=0.98)
    family = _family(declare, frame)
    adjusted = romano_wolf_regressions(family, draws=999)
    single = [wild_test(*restricted_equations(*one), draws=999).p for one in family]
    assert (adjusted >= np.array(single) - 1e-12).all()
    assert adjusted.min() < 0.7 * adjust(single, "holm").min()


def test_any_false_rejection_is_as_rare_as_declared(declare: Declare) -> None:
    """Three true hypotheses, level 10 %: the 99.9 % region of 120 families."""
    wrong = sum(
        (romano_wolf_regressions(_family(declare, _panel(100 + draw, units=20)), draws=99, seed=draw) <= 0.1).any()
        for draw in range(120)
    )
    assert 0.02 <= wrong / 120 <= 0.21


def test_families_with_different_clusters_are_refused(declare: Declare) -> None:
    frame = _panel(1).assign(district="d")
    mixed = [(frame, declare("a", ("trained",), clusters=name), "trained") for name in ("unit_id", "year")]
    with pytest.raises(InputProblem, match="different clusters"):
        romano_wolf_regressions(mixed)
