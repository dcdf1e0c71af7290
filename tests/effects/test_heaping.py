"""All shares at all thresholds: a built-in heap is named, a smooth share is not, p is corrected over all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.effects.contest.bunching import bunching
from evaluation.effects.contest.heaping import HEAPING_COLUMNS, heaping


def applications(heaped: float, n: int = 1500) -> pd.DataFrame:
    """Two smooth shares; ``heaped`` of residents' shares up to 0.012 below 7 % are lifted to it."""
    rng = np.random.default_rng(4)
    residents, local = (np.clip(0.03 + rng.gamma(2.0, 0.018, n), 0.005, 0.4) for _ in range(2))
    lifted = (residents < 0.07) & (residents > 0.058) & (rng.random(n) < heaped)
    units = [f"a{number % 40}" for number in range(n)]
    return pd.DataFrame(
        {
            "share_residents": np.where(lifted, 0.07 + rng.random(n) * 5e-4, residents),
            "share_local": local,
            "share_business": np.nan,
            "stable_unit_id": units,
        }
    )


def test_a_built_in_heap_is_named_and_nothing_else() -> None:
    found = heaping(applications(0.6)).set_index(["share", "threshold"])
    assert found.loc[("share_residents", 0.07), "verdict"] == "heap"
    others = found.drop(("share_residents", 0.07))
    assert "heap" not in set(others["verdict"])
    assert (others.loc["share_business", "verdict"] == "not_comparable").all()


def test_smooth_shares_hold_no_heap() -> None:
    found = heaping(applications(0.0))
    assert list(found.columns) == HEAPING_COLUMNS
    assert "heap" not in set(found["verdict"])
    assert (found["verdict"] == "none").sum() >= 4


def test_a_hump_below_the_threshold_is_no_heap() -> None:
    """A narrow hump around 4.7 % lies over the smooth curve on both sides of 5 %, and more of it below: p and the
    excess alone would call it a heap above the threshold."""
    rng = np.random.default_rng(6)
    values = np.concatenate([rng.uniform(0.02, 0.12, 1500), rng.normal(0.047, 0.003, 500)])
    frame = pd.DataFrame({"share_local": values, "stable_unit_id": [f"a{number % 40}" for number in range(2000)]})
    row = heaping(frame, {"share_local": (0.05,)}).iloc[0]
    assert row["p_adjusted"] < 0.05
    assert row["low"] > 0
    assert row["n_above"] < row["n_below"]
    assert row["verdict"] == "none"


def test_p_is_corrected_over_all_that_can_be_compared() -> None:
    found = heaping(applications(0.6))
    compared = found[found["verdict"] != "not_comparable"].sort_values("p")
    m = len(compared)
    steps = np.maximum.accumulate(compared["p"].to_numpy() * np.arange(m, 0, -1))
    np.testing.assert_allclose(compared["p_adjusted"], np.minimum(steps, 1.0))
    assert found.loc[found["verdict"] == "not_comparable", "p_adjusted"].isna().all()


def test_close_thresholds_do_not_let_the_density_run_wild() -> None:
    """Four thresholds leave few bins of a narrow share: the polynomial gives way, and expected counts stay sensible."""
    rng = np.random.default_rng(1)
    narrow = pd.Series(0.0255 + rng.gamma(2.4, 0.0085, 1500))
    found = bunching(narrow, draws=49)
    known = found[found["excess"].notna()]
    assert len(known) >= 1
    assert known["expected_above"].between(0.25, 0.6).all()
    assert (known["excess"].abs() < len(narrow) / 2).all()


def test_a_table_without_applications_or_shares() -> None:
    empty = applications(0.0).iloc[:0]
    assert set(heaping(empty)["verdict"]) == {"not_comparable"}
    assert heaping(empty[["stable_unit_id"]]).empty
    assert heaping(applications(0.3)).equals(heaping(applications(0.3)))
