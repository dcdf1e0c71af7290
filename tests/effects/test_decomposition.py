"""The decomposition of the two-way coefficient: weights add up, parts add up to the regression, types by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from evaluation.effects.staggered.decomposition import decompose
from evaluation.settings import InputProblem


def panel(first: list[float], years: int, seed: int = 1) -> pd.DataFrame:
    outcome = np.random.default_rng(seed).normal(size=len(first) * years)
    return pd.DataFrame(
        {"unit_id": np.repeat(np.arange(len(first)), years), "year": np.tile(np.arange(1, years + 1), len(first)),
         "first_trained_year": np.repeat(first, years), "y": outcome}
    )  # fmt: skip


@pytest.mark.parametrize(
    "first",
    [
        [2.0, 2.0, 3.0, 5.0, 5.0, 5.0, np.nan, np.nan],
        [1.0, 0.0, 3.0, 4.0, 4.0, np.nan],
        [3.0, 3.0, 4.0, 6.0],
        [1.0, 4.0, 4.0],
        [2.0, 9.0, 9.0],
    ],
)
def test_parts_add_up_to_the_regression(first: list[float]) -> None:
    frame = panel(first, 6)
    frame["trained"] = (frame["year"] >= frame["first_trained_year"]).astype(float)
    reference = smf.ols("y ~ trained + C(unit_id) + C(year)", frame).fit().params["trained"]
    found = decompose(frame, "y")
    assert found.two_way == pytest.approx(reference, abs=1e-10)
    assert (found.comparisons["weight"] * found.comparisons["estimate"]).sum() == pytest.approx(reference, abs=1e-10)
    assert found.comparisons["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert (found.comparisons["weight"] > 0).all()
    assert (found.types["weight"] * found.types["estimate"]).sum() == pytest.approx(reference, abs=1e-10)


def test_types_and_comparisons_by_hand() -> None:
    frame = panel([2.0, 4.0, np.nan, 0.0], 4)
    found = decompose(frame, "y").comparisons.set_index(["treated", "control"])
    y = frame["y"].to_numpy().reshape(4, 4)
    gap = y[0] - y[1]
    earlier = found.loc[(2, 4)]
    assert earlier["type"] == "earlier_vs_later"
    assert earlier["estimate"] == pytest.approx(gap[1:3].mean() - gap[0])
    later = found.loc[(4, 2)]
    assert later["type"] == "later_vs_earlier"
    assert later["estimate"] == pytest.approx(-gap[3] + gap[1:3].mean())
    always = found.loc[(4, 1)]
    assert always["type"] == "treated_vs_always"
    assert always["estimate"] == pytest.approx((y[1] - y[3])[3] - (y[1] - y[3])[:3].mean())
    never = decompose(frame, "y").comparisons.query("control.isna()")
    assert set(never["type"]) == {"treated_vs_never"}
    types = decompose(frame, "y").types.set_index("type")["weight"]
    assert decompose(frame, "y").weight_on_already_trained == pytest.approx(
        types["later_vs_earlier"] + types["treated_vs_always"]
    )


def test_input_that_cannot_be_decomposed() -> None:
    frame = panel([2.0, 3.0, np.nan], 4)
    with pytest.raises(InputProblem, match="a row for every unit and year; 1 units have gaps"):
        decompose(frame.drop(index=2), "y")
    with pytest.raises(InputProblem, match="not possible"):
        decompose(frame.assign(first_trained_year=np.nan), "y")
    with pytest.raises(InputProblem, match="not possible"):
        decompose(frame.assign(first_trained_year=1.0), "y")
