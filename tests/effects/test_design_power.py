"""Power of a lot beforehand: nominal size, the textbook's power where it applies, bad input in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import TTestIndPower

from evaluation.effects.design import scheme_of
from evaluation.effects.design_power import CURVE_COLUMNS, power_beforehand
from evaluation.effects.lot import Scheme, acceptance_threshold
from evaluation.settings import InputProblem


def histories(n: int = 80, years: int = 4, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(f"u{unit:02d}", year, 10 + rng.normal()) for unit in range(n) for year in range(2020, 2020 + years)]
    return pd.DataFrame(rows, columns=["unit_id", "year", "amount"])


def scheme(n: int = 80, invited: int = 40) -> Scheme:
    units = pd.DataFrame({"unit_id": [f"u{unit:02d}" for unit in range(n)]})
    return scheme_of(units, {"invited": invited, "waiting": n - invited}, [], [], 1, 1.0, 5)


def test_power_is_the_textbooks_for_independent_normal_outcomes() -> None:
    """An amount of mean 10 and deviation 1 raised by 4, 6 or 8 %: 0.4, 0.6 and 0.8 deviations, two groups of 40."""
    panel = histories()
    found = power_beforehand(panel, scheme(), np.inf, "amount", [0.04, 0.06, 0.08], simulations=3000, draws=399, seed=2)
    assert list(found.curve.columns) == CURVE_COLUMNS
    power = found.curve.set_index("effect")["power"]
    for effect in (0.04, 0.06, 0.08):
        bases = panel[panel["year"] > 2020].groupby("year")["amount"]
        # those invited vary more, since the effect multiplies
        wider = np.sqrt((1 + (1 + effect) ** 2) / 2)
        known = [effect * values.mean() / (values.std() * wider) for _, values in bases]
        expected = np.mean([TTestIndPower().power(size, 40, 0.05) for size in known])
        assert power[effect] == pytest.approx(expected, abs=0.03)
    assert power[0.0] == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 3000))
    assert found.curve["se"].iloc[2] == pytest.approx(np.sqrt(power[0.06] * (1 - power[0.06]) / 3000))
    assert found.smallest_low < found.smallest < found.smallest_high
    assert found.smallest == pytest.approx(0.066, abs=0.004)  # 0.64 deviations: power 0.8 in two groups of 40
    assert found.years == (2021, 2022, 2023)


def test_the_same_numbers_again_and_more_effect_more_power() -> None:
    rng = np.random.default_rng(6)
    panel = histories(30, 5).assign(applications=lambda frame: rng.poisson(4, len(frame)))
    lot = scheme(30, 12)
    limit = acceptance_threshold(lot)
    calls: list[tuple[int, int]] = []
    one, other = (
        power_beforehand(
            panel, lot, limit, "log1p(applications)", [0.5, 1.0, 3.0], simulations=400, draws=199, seed=4,
            progress=lambda done, total: calls.append((done, total)),
        )
        for _ in range(2)
    )  # fmt: skip
    pd.testing.assert_frame_equal(one.curve, other.curve)
    assert calls[:4] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    power = list(one.curve["power"])
    assert power == sorted(power)
    assert power[-1] > 0.95


def test_no_effect_of_the_curve_is_found_often_enough() -> None:
    found = power_beforehand(histories(), scheme(), np.inf, "amount", [0.01], simulations=200, draws=99, seed=1)
    assert np.isnan(found.smallest)


@pytest.mark.parametrize(
    ("panel", "outcome", "effects", "words"),
    [
        (histories(), "projects", [0.1], "no column projects"),
        (histories(), "amount", [-0.1], "must not be below zero"),
        (histories(years=1), "amount", [0.1], "at least two years"),
        (histories(70), "amount", [0.1], "units without: u70"),
        (histories()[lambda frame: frame["year"] != 2021], "amount", [0.1], "a gap before the years 2022"),
    ],
)
def test_bad_input_is_said_in_words(panel: pd.DataFrame, outcome: str, effects: list[float], words: str) -> None:
    with pytest.raises(InputProblem, match=words):
        power_beforehand(panel, scheme(), np.inf, outcome, effects, simulations=20, draws=19)
