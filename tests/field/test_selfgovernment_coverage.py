"""Territorial self-government: coverage without double counting, and support by stage, worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from evaluation.contracts import check, conform
from evaluation.field.measures.following import follow_selfgovernment
from evaluation.field.measures.selfgovernment import existing, selfgovernment_coverage, support_by_stage
from evaluation.tables import TABLES

ENDS = {2025: dt.date(2025, 12, 31)}


def bodies(*rows: tuple[str, object, object, object]) -> pd.DataFrame:
    """Rows of unit, residents, founded and ended."""
    frame = pd.DataFrame(rows, columns=["unit_id", "residents", "founded_on", "ended_on"])
    frame["founded_on"], frame["ended_on"] = pd.to_datetime(frame["founded_on"]), pd.to_datetime(frame["ended_on"])
    more = {"tos_id": [f"T{k}" for k in range(len(rows))], "year": 2025, "name": None, "kind": None, "source": "s",
            "source_sheet": "l", "source_row": 1, "legal_entity": [k == 0 for k in range(len(rows))]}  # fmt: skip
    return conform(frame.assign(**more), TABLES["selfgovernment"])


def territories(**population: float | None) -> pd.DataFrame:
    frame = pd.DataFrame({"unit_id": list(population), "year": 2025, "population": list(population.values())})
    return frame.astype({"population": "Int64"})


def test_coverage_by_hand() -> None:
    rows = bodies(
        ("a", 100, "2020-01-01", None), ("a", 50, None, None), ("a", 999, "2020-01-01", "2025-12-31"),
        ("b", 30, "2026-01-01", None), ("b", 20, "2025-12-31", None), ("c", None, "2019-01-01", None),
    )  # fmt: skip
    told = selfgovernment_coverage(rows, territories(a=1000, b=400, c=200, d=600), ENDS).set_index("unit_id")
    check(told.reset_index(), TABLES["selfgovernment_coverage"])
    assert told["bodies"].to_dict() == {"all": 4, "a": 2, "b": 1, "c": 1, "d": 0}
    assert told.loc[["a", "b", "d"], "residents_share"].tolist() == pytest.approx([0.15, 0.05, 0.0])
    assert pd.isna(told.loc["c", "residents_share"]) and told.loc["c", "gap"] == "residents_missing"
    whole = told.loc["all"]
    assert whole["residents_share"] == pytest.approx((150 + 20 + 0) / (1000 + 400 + 600))
    assert (whole["units"], whole["units_with_bodies"], whole["gap"]) == (4, 3, "units_left_out")
    low, high = proportion_confint(3, 4, method="wilson")
    assert (whole["low"], whole["high"]) == pytest.approx((low, high))


def test_residents_counted_twice_give_no_share() -> None:
    rows = bodies(("a", 700, None, None), ("a", 400, None, None), ("b", 10, None, None))
    told = selfgovernment_coverage(rows, territories(a=1000, b=100), ENDS).set_index("unit_id")
    assert pd.isna(told.loc["a", "residents_share"]) and told.loc["a", "gap"] == "residents_over_population"
    assert told.loc["all", "residents_share"] == pytest.approx(0.1)
    assert (told["residents_share"].dropna() <= 1).all()


def test_population_that_is_not_published_is_no_zero() -> None:
    told = selfgovernment_coverage(bodies(("a", 10, None, None)), territories(a=None, b=90), ENDS).set_index("unit_id")
    assert pd.isna(told.loc["a", "residents_share"]) and told.loc["a", "gap"] == "population_missing"
    assert told.loc["all", ["population", "residents"]].tolist() == [90, 0]


def test_residents_known_of_some_bodies_are_a_lower_bound_and_say_so() -> None:
    rows = bodies(("a", 10, None, None), ("a", None, None, None))
    told = selfgovernment_coverage(rows, territories(a=100), ENDS).set_index("unit_id")
    assert told["gap"].tolist() == ["residents_partly_known"] * 2
    assert told["residents_share"].tolist() == pytest.approx([0.1, 0.1])


def test_a_unit_that_is_not_in_force_counts_nowhere_else() -> None:
    told = selfgovernment_coverage(bodies(("gone", 10, None, None)), territories(a=100), ENDS).set_index("unit_id")
    assert told.loc["gone", ["units", "units_with_bodies"]].tolist() == [0, 0]
    assert told.loc["all", ["units", "units_with_bodies", "residents"]].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("founded", "ended", "there"),
    [
        ("2025-12-31", None, True),
        ("2026-01-01", None, False),
        (None, None, True),
        ("2020-01-01", "2026-01-01", True),
        ("2020-01-01", "2025-12-31", False),
    ],
)
def test_what_exists_on_the_last_day(founded: str | None, ended: str | None, there: bool) -> None:
    assert len(existing(bodies(("a", 1, founded, ended)), ENDS[2025])) == there


def test_few_residents_are_hidden_and_so_is_what_gives_them_away() -> None:
    rows = bodies(("a", 3, None, None), ("b", 40, None, None), ("c", 500, None, None))
    grants = TABLES["selfgovernment_grants"].empty()
    told = follow_selfgovernment(rows, grants, territories(a=100, b=100, c=900), 2025, ENDS, 5)
    hidden = told.now.assign(hidden=told.hidden["residents"]).set_index("unit_id")["hidden"]
    assert hidden.to_dict() == {"all": False, "a": True, "b": True, "c": False}
    assert (told.hidden["residents_share"] == told.hidden["residents"]).all()
    assert told.support.empty


def grants(*rows: tuple[str, str | None, object, float | None, float | None]) -> pd.DataFrame:
    """Rows of body, stage, won, requested and amount."""
    frame = pd.DataFrame(rows, columns=["tos_id", "support_stage", "won", "requested", "amount"])
    more = {"grant_id": [f"G{k}" for k in range(len(rows))], "year": 2025, "contest": None, "support_kind": None,
            "applied_on": pd.NaT, "source": "s", "source_sheet": "l", "source_row": 1}  # fmt: skip
    return conform(frame.assign(**more), TABLES["selfgovernment_grants"])


def test_support_by_stage_by_hand() -> None:
    rows = grants(
        ("a", "project", True, 100.0, 80.0), ("a", "project", False, 50.0, 50.0),
        ("b", "registration", None, None, None), ("c", "project", True, 30.0, None), ("c", None, True, None, 20.0),
    )  # fmt: skip
    told = support_by_stage(rows).set_index("support_stage")
    assert told["applications"].to_dict() == {"all": 5, "project": 3, "registration": 1, "not_stated": 1}
    whole, project = told.loc["all"], told.loc["project"]
    assert whole[["bodies", "granted", "undecided", "without_amount"]].tolist() == [3, 3, 1, 1]
    assert whole["granted_share"] == pytest.approx(3 / 4) and project["granted_share"] == pytest.approx(2 / 3)
    assert whole["amount"] == 100.0  # an amount beside a refusal was not granted
    assert whole["requested"] == 180.0
    assert (whole["low"], whole["high"]) == pytest.approx(proportion_confint(3, 4, method="wilson"))
    assert np.isnan(told.loc["registration", "granted_share"])
