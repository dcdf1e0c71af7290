"""Comparisons by role: known truth on simulated panels, refusals in words, balance, reproducibility."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import check, conform
from evaluation.effects.estimate import parse_warnings, warning_text
from evaluation.field.partnership.comparison import EXPOSURE, compare_roles
from evaluation.field.partnership.windows import rates_of, sides_of, windows_of
from evaluation.tables import TABLES

YEARS = list(range(2014, 2026))
START = 2022


def panel(seed: int, effect: float, units: int = 40, base: int = 4) -> pd.DataFrame:
    """Applications are a rate by 10,000 residents times residents; base units gain ``effect`` from START on."""
    rng = np.random.default_rng(seed)
    residents = np.exp(rng.normal(10, 0.6, units)).round()
    level = 4 + rng.normal(0, 1, units)
    level[:base] += 0.5  # chosen because they had done better
    rate = level[:, None] + rng.normal(0, 0.5, (2, len(YEARS)))[0] + rng.normal(0, 0.3, (units, len(YEARS)))
    rate[:base, [year >= START for year in YEARS]] += effect
    rows = pd.DataFrame(
        {
            "geography": "stable", "unit_id": np.repeat([f"u{k:02d}" for k in range(units)], len(YEARS)),
            "year": np.tile(YEARS, units), "population": np.repeat(residents, len(YEARS)),
            "applications": (rate * residents[:, None] / 10_000).ravel(),
        }
    )  # fmt: skip
    return rows.assign(participations=rows["applications"] * 50)


def roles(units: int = 40, base: int = 4, participants: int = 12, start: int = START) -> pd.DataFrame:
    grid = pd.DataFrame(
        [(f"u{k:02d}", year, k) for k in range(units) for year in YEARS], columns=["unit_id", "year", "k"]
    )
    role = np.select(
        [(grid["k"] < base) & (grid["year"] >= start), grid["k"].between(base, base + participants - 1)
         & (grid["year"] >= start)], ["base", "participant"], "outside",
    )  # fmt: skip
    table = TABLES["partnership_years"]
    frame = grid.assign(role=role, geography="stable").reindex(columns=list(table.names))
    return conform(frame, table)


def test_the_true_difference_is_recovered_by_all_three() -> None:
    estimates: dict[str, list[float]] = {}
    covered: list[bool] = []
    for seed in range(4):
        made = compare_roles(panel(seed, 1.0), roles(), draws=39).estimates.frame
        for row in made[made["outcome"] == "applications_per_10000"].itertuples():
            estimates.setdefault(row.model, []).append(row.estimate)
            covered.append(row.low <= 1.0 <= row.high)
    assert set(estimates) == {"nearest_participants", "nearest_outside", "synthetic_control"}
    for model, values in estimates.items():
        assert np.mean(values) == pytest.approx(1.0, abs=0.3), model
    assert np.mean(covered) >= 0.8


def test_tables_satisfy_their_contracts_and_say_association() -> None:
    made = compare_roles(panel(1, 0.5), roles(), draws=19)
    for frame, name in (
        (made.estimates.frame, "partnership_estimates"), (made.balance, "partnership_balance"),
        (made.matches, "partnership_matches"), (made.paths, "synthetic_paths"),
    ):  # fmt: skip
        check(frame, TABLES[name])
        assert len(frame)
    rows = made.estimates.frame
    assert set(rows["design"]) == {"association"} and set(rows["exposure"]) == {EXPOSURE}
    assert set(rows["treated_clusters"]) == {4} and not rows["is_main"].any()
    assert set(rows.set_index("model").loc["nearest_outside", "n"]) == {28}
    assert "few_base_units" in parse_warnings(rows["warning"].iloc[0])
    weights = made.matches.groupby(["comparison", "outcome", "unit_id"])["weight"].sum()
    assert weights.to_numpy() == pytest.approx(np.ones(len(weights)), abs=0.01)
    assert made.worded["warning_ru"].str.contains("базовых муниципалитетов всего 4").all()


def test_the_same_again_gives_the_same_numbers() -> None:
    once, again = (compare_roles(panel(2, 0.5), roles(), draws=19) for _ in range(2))
    pd.testing.assert_frame_equal(once.estimates.frame, again.estimates.frame)
    pd.testing.assert_frame_equal(once.matches, again.matches)


def test_what_the_data_cannot_carry_is_a_row_that_says_why() -> None:
    few = compare_roles(panel(3, 0.5), roles(participants=3), draws=9).estimates.frame.set_index(["model", "outcome"])
    row = few.loc[("nearest_participants", "applications_per_10000")]
    assert pd.isna(row["estimate"]) and pd.isna(row["p"])
    assert "всего 3" in warning_text(row["warning"], "ru") and "only 3" in warning_text(row["warning"], "en")
    short = compare_roles(panel(3, 0.5), roles(start=2016), draws=9).estimates.frame.set_index(["model", "outcome"])
    row = short.loc[("synthetic_control", "applications_per_10000")]
    assert pd.isna(row["estimate"]) and "only 2 years before" in warning_text(row["warning"], "en")
    nobody = compare_roles(panel(3, 0.5), roles(base=0, participants=0), draws=9).estimates.frame
    assert nobody["estimate"].isna().all()
    assert all("nobody to compare" in warning_text(text, "en") or "only 0" in warning_text(text, "en")
               for text in nobody["warning"])  # fmt: skip


def test_units_without_residents_are_left_out_and_counted() -> None:
    rows = panel(4, 0.0)
    rows.loc[(rows["unit_id"] == "u07") & (rows["year"] == 2020), "population"] = np.nan
    wide, lost = rates_of(rows, "applications_per_10000")
    assert lost == 1 and "u07" not in wide.index
    found = compare_roles(rows, roles(), draws=9).estimates.frame
    assert {parse_warnings(text)["units_without_residents"] for text in found["warning"]} == {"1"}


def test_windows_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "unit_id": ["a"] * 4 + ["b"] * 4, "year": [2020, 2021, 2022, 2023] * 2, "population": 10_000,
            "applications": [1, 2, 6, 8, 3, 3, 3, 4], "participations": 0,
        }
    )  # fmt: skip
    wide, _ = rates_of(rows, "applications_per_10000")
    windows, names = windows_of(wide, rows, {"a": 2022})
    one = windows[2022]
    assert names == ["before_1", "before_2", "log_population"]
    assert one.covariates[:, :2].tolist() == [[2.0, 1.0], [3.0, 3.0]]
    assert one.outcome.tolist() == [7 - 1.5, 3.5 - 3] and one.exposure.tolist() == [1.0, 0.0]


def test_who_took_part_once_is_no_outsider() -> None:
    table = roles(units=20, base=2, participants=5)
    table.loc[(table["unit_id"] == "u04") & (table["year"] > START), "role"] = "outside"
    starts, pools = sides_of(table)
    assert starts == {"u00": START, "u01": START}
    assert "u04" in pools["participants"] and len(pools["participants"]) == 5 and len(pools["outside"]) == 13
