"""Means of yearly cross-sections: by hand, beside linearmodels, and what is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from linearmodels import FamaMacBeth

from evaluation.effects.fama_macbeth import fama_macbeth
from evaluation.settings import InputProblem


@pytest.fixture
def panel() -> pd.DataFrame:
    random = np.random.default_rng(9)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(30), 8), "year": np.tile(np.arange(2018, 2026), 30)})
    frame["x"], frame["z"] = random.normal(size=(2, len(frame)))
    frame["y"] = 1 + 0.4 * frame["x"] + random.normal(size=8)[frame["year"] - 2018] + random.normal(size=len(frame))
    return frame


def test_by_hand() -> None:
    """Slopes 1, 2 and 6 in three years: mean 3, sd sqrt(7), so se = sqrt(7/3)."""
    slopes = {2023: 1.0, 2024: 2.0, 2025: 6.0}
    rows = [(year, x, 10 + slope * x) for year, slope in slopes.items() for x in (0.0, 1.0, 2.0, 5.0)]
    result = fama_macbeth(pd.DataFrame(rows, columns=["year", "x", "y"]), "y", ["x"])
    row = result.table.loc["x"]
    assert row["estimate"] == pytest.approx(3.0) and row["se"] == pytest.approx(np.sqrt(7 / 3))
    assert (row["n"], row["periods"]) == (12, 3) and result.warnings == {}
    assert result.by_period["x"].tolist() == pytest.approx([1.0, 2.0, 6.0])
    assert row["high"] - row["estimate"] == pytest.approx(4.30265273 * np.sqrt(7 / 3))


def test_linearmodels_agrees(panel: pd.DataFrame) -> None:
    result = fama_macbeth(panel, "y", ["x", "z"])
    indexed = panel.set_index(["unit_id", "year"])
    other = FamaMacBeth(indexed["y"], indexed[["x", "z"]].assign(constant=1.0)).fit()
    for name in ("constant", "x", "z"):
        assert result.table.loc[name, "estimate"] == pytest.approx(other.params[name], rel=1e-9)
        assert result.table.loc[name, "se"] == pytest.approx(other.std_errors[name], rel=1e-9)


def test_periods_without_a_regression_are_counted(panel: pd.DataFrame) -> None:
    whole = fama_macbeth(panel[panel["year"] < 2024], "y", ["x"])
    spoiled = panel.copy()
    spoiled.loc[spoiled["year"] == 2024, "x"] = 1.0
    spoiled.loc[(spoiled["year"] == 2025) & (spoiled["unit_id"] > 1), "x"] = np.nan
    result = fama_macbeth(spoiled, "y", ["x"])
    assert result.warnings == {"rows_without_value": 28, "periods_left_out": 2}
    pd.testing.assert_frame_equal(result.table, whole.table)


def test_too_few_periods_are_refused(panel: pd.DataFrame) -> None:
    with pytest.raises(InputProblem, match="There are 1 periods"):
        fama_macbeth(panel[panel["year"] == 2020], "y", ["x"])
    with pytest.raises(InputProblem, match="columns unit are no numbers"):
        fama_macbeth(panel.assign(unit="a"), "y", ["unit"])
