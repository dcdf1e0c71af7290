"""Checks T1 to T5 on small cases by hand, and on the demonstration's own registry and crosswalk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from evaluation.ledger import ISSUE_COLUMNS
from evaluation.territory.crosswalk import COLUMNS, read_crosswalk
from evaluation.territory.registry import read_registry
from evaluation.territory.territory_checks import (
    check_changes,
    check_intervals,
    check_names,
    check_population_change,
    check_settlements,
)

FOLDER = Path(__file__).resolve().parents[2] / "config" / "territory"
REGISTRY = read_registry(FOLDER / "units.csv")
CROSSWALK = read_crosswalk(FOLDER / "crosswalk.csv")


def units(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit_id", "valid_from", "valid_to"])
    return frame.assign(valid_from=pd.to_datetime(frame["valid_from"]), valid_to=pd.to_datetime(frame["valid_to"]))


def people(*rows: tuple[str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit_id", "year", "persons"]).assign(age_group="total", sex="total")
    return frame.astype({"year": "Int64", "persons": "Int64"})


def changes(*rows: tuple[str, str, float | None], day: str = "2024-06-01") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["from_unit", "to_unit", "share"])
    dates = {"from_date": pd.Timestamp(day) - pd.Timedelta(days=1), "to_date": pd.Timestamp(day)}
    bounds = {"share_low": frame["share"].isna().map({True: 0.0}), "share_high": frame["share"].isna().map({True: 1.0})}
    frame = frame.assign(
        share=frame["share"].astype(float), **dates, **bounds, basis="exact", quality="exact", evidence=""
    )
    return frame.astype({"share_low": float, "share_high": float})[list(COLUMNS)]


def told(issues: pd.DataFrame) -> list[tuple[str, str, str]]:
    assert list(issues.columns) == ISSUE_COLUMNS
    return list(zip(issues["rule"], issues["raw"], issues["severity"], strict=True))


def test_the_demonstration_is_sound() -> None:
    assert check_intervals(REGISTRY).empty and check_changes(CROSSWALK, REGISTRY).empty


def test_t1_overlaps_and_upper_units() -> None:
    wrong = units(("1", "2018-01-01", "2020-06-30"), ("1", "2020-06-30", None), ("2", "2018-01-01", None))
    assert told(check_intervals(wrong)) == [("intervals_overlap", "1", "error")]
    held = units(("04601000", "2018-01-01", "2020-12-31"), ("04601000", "2021-01-01", None),
                 ("04601404", "2019-01-01", None))  # fmt: skip
    assert check_intervals(held).empty
    gap = units(("04601000", "2018-01-01", "2020-12-31"), ("04601404", "2019-01-01", None),
                ("04602401", "2019-01-01", None))  # fmt: skip
    issues = check_intervals(gap)
    assert told(issues) == [("parent_not_in_force", "04601404", "error")]
    assert issues["suggestion"].tolist() == ["2021-01-01"]


def test_t2_shares_and_codes_that_are_lost() -> None:
    registry = units(("a", "2018-01-01", "2024-05-31"), ("b", "2018-01-01", "2024-05-31"), ("x", "2024-06-01", None))
    assert check_changes(changes(("a", "x", 1.0), ("b", "x", 1.0)), registry).empty
    assert told(check_changes(changes(("a", "x", 1.0)), registry)) == [("code_lost", "b", "error")]
    short = changes(("a", "x", 0.6), ("b", "x", 1.0))
    assert told(check_changes(short, registry)) == [("shares_not_whole", "a", "error")]
    # over two changes: b goes to a unit that ends later without a change
    registry = units(("b", "2018-01-01", "2019-12-31"), ("m", "2020-01-01", "2024-05-31"), ("x", "2018-01-01", None))
    lost = check_changes(changes(("b", "m", 1.0), day="2020-01-01"), registry)
    assert told(lost) == [("code_lost", "b", "error"), ("code_lost", "m", "error")]
    whole = pd.concat([changes(("b", "m", 1.0), day="2020-01-01"), changes(("m", "x", None))])
    assert check_changes(whole, registry).empty, "an unknown share with bounds that reach 1 is no loss"


def test_t3_settlements_sum_to_their_district() -> None:
    good = people(("04601000", 2024, 1000), ("04601404", 2024, 600), ("04601408", 2024, 391))
    assert check_settlements(good, 2024).empty, "991 is within 1 % of 1000"
    bad = people(("04601000", 2024, 1000), ("04601404", 2024, 600), ("04601408", 2024, 389), ("04602401", 2024, 5))
    issues = check_settlements(bad, 2024)
    assert told(issues) == [("settlements_differ", "04601000", "warning")]
    assert (issues["value"].iloc[0], issues["suggestion"].iloc[0]) == ("989", "2024: 1000 (2)")


def test_t4_jumps_without_a_change_of_territory() -> None:
    rows = people(("a", 2023, 100), ("a", 2024, 115), ("b", 2023, 100), ("b", 2024, 84), ("c", 2023, 100),
                  ("c", 2024, 150), ("d", 2022, 100), ("d", 2024, 200))  # fmt: skip
    jumps = check_population_change(rows, None)
    assert told(jumps) == [("population_jump", "b", "warning"), ("population_jump", "c", "warning")]
    assert jumps["suggestion"].tolist() == ["2023: 100 (-16.0%)", "2023: 100 (+50.0%)"]
    grown = changes(("q", "c", 1.0), ("c", "c", 1.0), ("b", "b", 1.0), day="2023-06-01")
    assert told(check_population_change(rows, grown)) == [("population_jump", "b", "warning")]
    late = changes(("q", "c", 1.0), ("c", "c", 1.0), day="2024-06-01")
    assert len(check_population_change(rows, late)) == 2, "a change after the second 1 January explains nothing"


def test_t5_name_and_code() -> None:
    names = pd.Series(["Абанский район", "г. Ачинск", "ниже по списку", None, "Канск"], index=list("pqrst"))
    codes = pd.Series(["04601000", "04603000", "04601000", "04601000", ""], index=list("pqrst"))
    issues = check_names(names, codes, REGISTRY, dt.date(2024, 2, 15))
    assert told(issues) == [("name_differs_from_code", "г. Ачинск", "warning")]
    assert issues[["value", "suggestion", "record_key"]].to_numpy().tolist() == [["04603000", "04703000 Ачинск", "q"]]
