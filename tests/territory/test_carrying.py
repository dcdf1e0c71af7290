"""Whole tables and exact money carried across a change of territory, by hand and by any numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.settings import InputProblem
from evaluation.territory.carrying import carry_columns, carry_mean
from evaluation.territory.coins import carry_coins
from evaluation.territory.crosswalk import UNASSIGNED


def moves(*rows: tuple[str, str, float | None, float | None, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["from_unit", "to_unit", "share", "share_low", "share_high"])
    return frame.astype({"share": float, "share_low": float, "share_high": float})


SPLIT = moves(("a", "x", 0.5, None, None), ("a", "y", 0.5, None, None), ("b", "x", None, 0.2, 0.6),
              ("b", "y", None, 0.4, 0.8), ("c", UNASSIGNED, 1.0, None, None))  # fmt: skip


def test_the_odd_coin_goes_to_the_largest_remainder() -> None:
    thirds = moves(("a", "x", 1 / 3, None, None), ("a", "y", 1 / 3, None, None), ("a", "z", 1 / 3, None, None))
    found = carry_coins(pd.DataFrame({"unit_id": ["a"], "cost": [1.00]}), thirds, "cost").set_index("unit_id")
    assert found["coins"].to_dict() == {"x": 34, "y": 33, "z": 33}
    tenths = moves(("a", "x", 0.7, None, None), ("a", "y", 0.3, None, None))
    found = carry_coins(pd.DataFrame({"unit_id": ["a"], "cost": [0.11]}), tenths, "cost").set_index("unit_id")
    assert found["coins"].to_dict() == {"x": 8, "y": 3}, "7.7 and 3.3: the coin left over goes to 0.7"


def test_unknown_shares_stand_in_unassigned_with_bounds() -> None:
    frame = pd.DataFrame({"unit_id": ["a", "b", "c"], "cost": [10.01, 5.00, 1.00]})
    found = carry_coins(frame, SPLIT, "cost").set_index("unit_id")
    assert found.loc["x"].tolist() == [501, 501 + 100, 501 + 300]
    assert found.loc["y"].tolist() == [500, 500 + 200, 500 + 400]
    assert found.loc[UNASSIGNED].tolist() == [600, 600, 600]
    assert found["coins"].sum() == 1601


def test_amounts_finer_than_a_coin_and_unknown_units_are_refused() -> None:
    with pytest.raises(InputProblem, match=r"units a have amounts finer"):
        carry_coins(pd.DataFrame({"unit_id": ["a"], "cost": [1.005]}), SPLIT, "cost")
    with pytest.raises(InputProblem, match=r"q \(2\)"):
        carry_coins(pd.DataFrame({"unit_id": ["q", "q"], "cost": [1.0, 2.0]}), SPLIT, "cost")


def test_a_missing_amount_makes_its_targets_missing() -> None:
    frame = pd.DataFrame({"unit_id": ["a", "c"], "cost": [np.nan, 1.0]})
    found = carry_coins(frame, SPLIT, "cost").set_index("unit_id")["coins"]
    assert found.isna().to_dict() == {UNASSIGNED: False, "x": True, "y": True}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 10**13), min_size=1, max_size=6),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
)
def test_no_coin_is_lost_or_made(amounts: list[int], weights: list[int]) -> None:
    shares = [weight / sum(weights) for weight in weights]
    mapping = moves(*[("a", f"t{place}", share, None, None) for place, share in enumerate(shares)])
    frame = pd.DataFrame({"unit_id": "a", "cost": [amount / 100 for amount in amounts]})
    found = carry_coins(frame, mapping, "cost").set_index("unit_id")["coins"]
    assert int(found.sum()) == sum(amounts)
    for place, share in enumerate(shares):
        assert abs(int(found.get(f"t{place}", 0)) - share * sum(amounts)) <= len(amounts) * (1 + 1e-2)


def test_means_need_their_denominator_and_medians_are_refused() -> None:
    frame = pd.DataFrame({"unit_id": ["a", "b"], "people": [10, 20], "rate": [0.1, 0.4], "median_pay": [5, 7]})
    whole = moves(("a", "x", 1, None, None), ("b", "x", 1, None, None))
    found = carry_columns(frame, whole, {"people": "sum", "rate": "mean by people"}).set_index("unit_id").loc["x"]
    assert found["people"] == 30 and found["rate"] == pytest.approx((1 + 8) / 30)
    for rules, says in (
        ({"median_pay": "median"}, "column median_pay: 'median' cannot be carried"),
        ({"rate": "mean"}, "only with their denominator"),
        ({"rate": "mean by area"}, "no denominator 'area'"),
        ({"rank": "sum"}, "no column rank"),
    ):
        with pytest.raises(InputProblem, match=f"(?i){says}"):
            carry_columns(frame, whole, rules)


def test_bounds_of_a_mean_are_those_of_every_allowed_share() -> None:
    mapping = moves(("a", "x", 1, None, None), ("b", "x", None, 0.0, 1.0), ("b", "y", None, 0.0, 1.0),
                    ("c", "x", None, 0.2, 0.6), ("c", "y", None, 0.4, 0.8))  # fmt: skip
    frame = pd.DataFrame({"unit_id": ["a", "b", "c"], "rate": [5.0, 9.0, 1.0], "people": [10.0, 30.0, 20.0]})
    found = carry_mean(frame, mapping, "rate", "people").set_index("unit_id")
    tried = [
        (5 * 10 + 9 * 30 * b + 1 * 20 * c) / (10 + 30 * b + 20 * c)
        for b in np.linspace(0, 1, 41)
        for c in np.linspace(0.2, 0.6, 41)
    ]
    assert found.loc["x", "rate"] == 5.0
    assert found.loc["x", "rate_low"] == pytest.approx(min(tried)) and found.loc["x", "rate_high"] == pytest.approx(
        max(tried)
    )
    assert (found.loc["y", "rate_low"], found.loc["y", "rate_high"]) == (
        pytest.approx(1.0), pytest.approx((270 + 8) / (30 + 8))
    )  # fmt: skip
