"""Sums carried across a change of territory."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.settings import InputProblem
from evaluation.territory.carrying import carry, carry_mean
from evaluation.territory.crosswalk import (
    COLUMNS,
    UNASSIGNED,
    check_crosswalk,
    geography_map,
    open_units,
    read_crosswalk,
    stable_areas,
)
from evaluation.territory.registry import in_force, read_registry

FOLDER = Path(__file__).resolve().parents[2] / "config" / "territory"
REGISTRY = read_registry(FOLDER / "units.csv")
CROSSWALK = read_crosswalk(FOLDER / "crosswalk.csv")
FIRST, BEFORE, AFTER = dt.date(2019, 2, 15), dt.date(2024, 2, 15), dt.date(2025, 12, 31)


def changes(*rows: tuple[object, ...], day: str = "2020-01-01") -> pd.DataFrame:
    """A small crosswalk from (from, to, share, low, high)."""
    frame = pd.DataFrame(rows, columns=["from_unit", "to_unit", "share", "share_low", "share_high"])
    numbers = {name: frame[name].astype("float64") for name in ("share", "share_low", "share_high")}
    dates = {"from_date": pd.Timestamp(day) - pd.Timedelta(days=1), "to_date": pd.Timestamp(day)}
    return frame.assign(**numbers, **dates, basis="population", quality="documented", evidence="")[list(COLUMNS)]


def units(day: str, *ids: str, until: str | None = None) -> pd.DataFrame:
    end = pd.Timestamp(until) if until else pd.NaT
    return pd.DataFrame({"unit_id": list(ids), "valid_from": pd.Timestamp(day), "valid_to": end})


def test_the_demonstration_crosswalk_agrees_with_the_registry() -> None:
    check_crosswalk(CROSSWALK, REGISTRY)
    assert CROSSWALK["from_unit"].nunique() == 61
    assert set(CROSSWALK["to_unit"]) == {*in_force(REGISTRY, AFTER)["unit_id"], UNASSIGNED}
    uncertain = open_units(CROSSWALK).groupby("from_unit")["to_unit"].agg(list).to_dict()
    assert uncertain == {
        "04605000": ["04505000", "04701000"], "04614000": ["04514000"], "04775000": [UNASSIGNED],
        "04780000": ["04780000"],
    }  # fmt: skip


def test_population_is_conserved_over_the_reform() -> None:
    old = in_force(REGISTRY, BEFORE).rename(columns={"reference_population": "people"})
    known = old[["unit_id", "people"]].dropna()
    mapping = geography_map("current", REGISTRY, CROSSWALK, BEFORE, FIRST, AFTER)
    new = carry(known, mapping, ["people"]).set_index("unit_id")
    assert new["people"].sum() == 2_696_596
    assert new.loc[UNASSIGNED, "people"] == 40_429 + 3_769, "Beryozovsky (shares unknown) and Kedrovy (target unknown)"
    published = in_force(REGISTRY, AFTER).set_index("unit_id")["reference_population"].dropna().astype("float64")
    assert (new["people"].reindex(published.index) - published).abs().max() == 0
    krasnoyarsk = new.loc["04701000"]
    assert (krasnoyarsk["people_low"], krasnoyarsk["people_high"]) == (1_206_237, 1_206_237 + 40_429)
    assert (new["people_low"] <= new["people"]).all() and (new["people"] <= new["people_high"]).all()


def test_a_missing_part_makes_the_sum_missing_not_smaller() -> None:
    mapping = changes(("a", "c", 1, None, None), ("b", "c", 1, None, None), ("d", "e", 1, None, None))
    frame = pd.DataFrame({"unit_id": ["a", "b", "d"], "people": [1.0, np.nan, 3.0]})
    carried = carry(frame, mapping, ["people"]).set_index("unit_id")["people"]
    assert pd.isna(carried["c"]) and carried["e"] == 3.0


def test_known_and_unknown_shares_by_hand() -> None:
    mapping = changes(("a", "x", 0.25, None, None), ("a", "y", 0.75, None, None), ("b", "x", None, 0.2, 0.6),
                      ("b", "y", None, 0.4, 0.8))  # fmt: skip
    check_crosswalk(mapping)
    frame = pd.DataFrame({"unit_id": ["a", "b", "a"], "year": [2018, 2018, 2019], "roubles": [100, 10, 8]})
    carried = carry(frame, mapping, ["roubles"], by=["year"]).set_index(["year", "unit_id"])
    assert carried.loc[(2018, "x")].tolist() == [25.0, 27.0, 31.0]
    assert carried.loc[(2018, "y")].tolist() == [75.0, 79.0, 83.0]
    assert carried.loc[(2018, UNASSIGNED)].tolist() == [10.0, 10.0, 10.0]
    assert carried.loc[(2019, "x")].tolist() == [2.0, 2.0, 2.0]
    assert (2019, UNASSIGNED) not in carried.index


def test_a_partly_known_split_leaves_the_rest_unassigned() -> None:
    mapping = changes(("a", "x", 0.5, None, None), ("a", "y", None, 0.0, 0.5), ("a", "z", None, 0.0, 0.5))
    carried = carry(pd.DataFrame({"unit_id": ["a"], "n": [8]}), mapping, ["n"]).set_index("unit_id")
    assert carried["n"].to_dict() == {"x": 4.0, "y": 0.0, "z": 0.0, UNASSIGNED: 4.0}
    assert carried.loc["y", "n_high"] == 4.0


def test_means_are_weighted_by_their_denominator() -> None:
    mapping = changes(("a", "x", 1, None, None), ("b", "x", 1, None, None), ("c", "y", 1, None, None))
    frame = pd.DataFrame({"unit_id": ["a", "b", "c"], "rate": [0.1, 0.4, 0.9], "people": [300, 100, 0]})
    mean = carry_mean(frame, mapping, "rate", "people").set_index("unit_id")
    assert mean.loc["x", "rate"] == pytest.approx((0.1 * 300 + 0.4 * 100) / 400)
    assert pd.isna(mean.loc["y", "rate"])


def test_a_unit_without_a_change_is_refused() -> None:
    with pytest.raises(InputProblem, match="99999999"):
        carry(pd.DataFrame({"unit_id": ["99999999"], "n": [1]}), CROSSWALK, ["n"])
    with pytest.raises(InputProblem, match="empty"):
        carry(pd.DataFrame({"unit_id": [None], "n": [1]}), CROSSWALK, ["n"])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("a", "x", 0.4, None, None), ("a", "y", 0.5, None, None)], "sum to 1"),
        ([("a", "x", None, None, None)], "neither share nor bounds"),
        ([("a", "x", None, 0.0, 0.4), ("a", "y", None, 0.0, 0.4)], "sum to 1"),
        ([("a", "x", None, 0.7, 1.0), ("a", "y", None, 0.7, 1.0)], "sum to 1"),
        ([("a", "x", None, 0.7, 0.1)], "exceeds"),
        ([("a", "x", 0.5, None, None), ("a", "x", 0.5, None, None)], "twice"),
    ],
)
def test_a_crosswalk_that_loses_or_invents_is_refused(rows: list[tuple[object, ...]], says: str) -> None:
    with pytest.raises(InputProblem, match=f"{says}.*a"):
        check_crosswalk(changes(*rows))


def test_units_must_be_in_force_on_the_days_of_the_change() -> None:
    registry = pd.concat([units("2006-01-01", "a", "b", until="2019-12-31"), units("2020-01-01", "x")])
    check_crosswalk(changes(("a", "x", 1, None, None), ("b", "x", 1, None, None)), registry)
    with pytest.raises(InputProblem, match="not in the registry on 2020-01-01: y"):
        check_crosswalk(changes(("a", "y", 1, None, None), ("b", "x", 1, None, None)), registry)
    with pytest.raises(InputProblem, match="ended and has no change: b"):
        check_crosswalk(changes(("a", "x", 1, None, None)), registry)


def test_a_wrong_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    head = ",".join(COLUMNS)
    path = tmp_path / "crosswalk.csv"
    path.write_text(f"{head}\na,2019-12-31,x,2020-01-01,1.5,,,exact,exact,\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 2, column share"):
        read_crosswalk(path)
    path.write_text(f"{head}\na,2019-12-31,x,2020-01-01,1,,,guess,exact,\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 2, column basis"):
        read_crosswalk(path)


def test_stable_areas_join_everything_that_ever_exchanged_territory() -> None:
    areas = stable_areas(CROSSWALK, REGISTRY["unit_id"])
    assert areas.nunique() == 39
    assert areas["04601000"] == areas["04501000"] == "04501000"
    together = {"04605000", "04701000", "04733000", "04505000"}
    assert set(areas.index[areas == "04505000+04701000"]) == together
    assert areas["04775000"] == "04775000", "no target is known"
    assert stable_areas(CROSSWALK.iloc[:0], ["b", "a"]).to_dict() == {"a": "a", "b": "b"}


def test_geographies_of_the_demonstration() -> None:
    def size(geography: str, day: dt.date) -> int:
        return geography_map(geography, REGISTRY, CROSSWALK, day, FIRST, AFTER)["to_unit"].nunique()  # type: ignore[arg-type]

    assert (size("original", BEFORE), size("stable", BEFORE), size("current", BEFORE)) == (61, 39, 40)
    assert (size("original", AFTER), size("stable", AFTER), size("current", AFTER)) == (0, 38, 39)
    before = geography_map("stable", REGISTRY, CROSSWALK, BEFORE, FIRST, AFTER)
    after = geography_map("stable", REGISTRY, CROSSWALK, AFTER, FIRST, AFTER)
    assert set(after["to_unit"]) < set(before["to_unit"])
    with pytest.raises(ValueError, match="forward in time"):
        geography_map("current", REGISTRY, CROSSWALK, AFTER, FIRST, BEFORE)


def test_a_workspace_without_changes_has_one_geography() -> None:
    registry = units("1900-01-01", "a", "b")
    for geography in ("original", "stable", "current"):
        mapping = geography_map(geography, registry, None, BEFORE, FIRST, AFTER)  # type: ignore[arg-type]
        assert mapping["to_unit"].tolist() == ["a", "b"] and (mapping["share"] == 1).all()


def test_two_changes_are_multiplied() -> None:
    registry = pd.concat(
        [units("2006-01-01", "a", "b", until="2019-12-31"), units("2020-01-01", "c", "d", until="2022-12-31"),
         units("2023-01-01", "e", "f")]
    )  # fmt: skip
    first = changes(("a", "c", 0.5, None, None), ("a", "d", 0.5, None, None), ("b", "d", 1, None, None))
    later = [("c", "e", 1, None, None), ("d", "e", 0.4, None, None), ("d", "f", 0.6, None, None)]
    second = changes(*later, day="2023-01-01")
    both = pd.concat([first, second])
    mapping = geography_map("current", registry, both, dt.date(2018, 1, 1), FIRST, AFTER)
    shares = mapping.set_index(["from_unit", "to_unit"])["share"].to_dict()
    assert shares == pytest.approx({("a", "e"): 0.7, ("a", "f"): 0.3, ("b", "e"): 0.4, ("b", "f"): 0.6})
    unknown = second.assign(
        share=second["share"].where(second["from_unit"] != "d"), share_low=[None, 0.0, 0.0], share_high=[None, 1.0, 1.0]
    ).astype({"share_low": "float64", "share_high": "float64"})
    mapping = geography_map("current", registry, pd.concat([first, unknown]), dt.date(2018, 1, 1), FIRST, AFTER)
    row = mapping.set_index(["from_unit", "to_unit"]).loc[("a", "e")]
    assert pd.isna(row["share"]) and (row["share_low"], row["share_high"]) == (0.5, 1.0)
    with pytest.raises(InputProblem, match="not said what became of units: c, d"):
        geography_map("current", registry, first, dt.date(2018, 1, 1), FIRST, AFTER)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=61, max_size=61), st.integers(2, 4))
def test_any_sum_is_conserved(values: list[float], years: int) -> None:
    mapping = geography_map("current", REGISTRY, CROSSWALK, BEFORE, FIRST, AFTER)
    ids = in_force(REGISTRY, BEFORE)["unit_id"]
    frame = pd.concat([pd.DataFrame({"unit_id": ids, "year": year, "v": values}) for year in range(years)])
    carried = carry(frame, mapping, ["v"], by=["year"])
    assert carried.groupby("year")["v"].sum().to_numpy() == pytest.approx(sum(values), rel=1e-9, abs=1e-6)
    assert (carried["v_low"] <= carried["v"] + 1e-6).all() and (carried["v"] <= carried["v_high"] + 1e-6).all()
