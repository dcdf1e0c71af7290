"""The reform of 2025 in Krasnoyarsk with its real list of changes: 61 units become 39, to the kopeck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.indicators.geographies import bounded_sums, build_geography
from evaluation.territory.carrying import carry
from evaluation.territory.coins import carry_coins
from evaluation.territory.crosswalk import COLUMNS, UNASSIGNED, check_crosswalk, geography_map
from evaluation.territory.territory_checks import check_changes

LAST, FIRST = pd.Timestamp("2025-06-18"), pd.Timestamp("2025-06-19")
BEFORE, AFTER = dt.date(2024, 12, 31), dt.date(2025, 12, 31)
SPLIT, UNKNOWN = "04605000", "04775000"


@pytest.fixture(scope="module")
def old(real_file: Callable[[str], Path]) -> pd.DataFrame:
    return pd.read_csv(real_file("territory/krasnoyarsk_61_municipalities_2024.csv"), dtype={"oktmo": "str"})


@pytest.fixture(scope="module")
def new(real_file: Callable[[str], Path]) -> pd.DataFrame:
    return pd.read_csv(real_file("territory/krasnoyarsk_39_municipalities_2025.csv"), dtype={"oktmo": "str"})


@pytest.fixture(scope="module")
def registry(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    parts = [
        units.assign(unit_id=units["oktmo"], short_name=units["name"], is_north=False, valid_from=start, valid_to=end)
        for units, start, end in ((old, pd.Timestamp("2018-01-01"), LAST), (new, FIRST, pd.NaT))
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(valid_to=pd.to_datetime(frame["valid_to"]))


@pytest.fixture(scope="module")
def crosswalk(real_file: Callable[[str], Path]) -> pd.DataFrame:
    """Whole shares; none for the unit that splits, and the unit without a known target goes to ``unassigned``."""
    rows = pd.read_csv(real_file("territory/krasnoyarsk_crosswalk_2025.csv"), dtype="str").fillna("")
    splits = rows["old_oktmo"].duplicated(keep=False)
    frame = pd.DataFrame(
        {
            "from_unit": rows["old_oktmo"], "from_date": LAST,
            "to_unit": rows["new_oktmo"].where(rows["new_oktmo"] != "", UNASSIGNED), "to_date": FIRST,
            "share": np.where(splits, np.nan, 1.0), "share_low": np.where(splits, 0.0, np.nan),
            "share_high": np.where(splits, 1.0, np.nan), "basis": "population",
            "quality": rows["confidence"].map({"high": "documented"}).fillna("assumed"), "evidence": rows["evidence"],
        },
        columns=list(COLUMNS),
    )  # fmt: skip
    return frame


@pytest.fixture(scope="module")
def money(old: pd.DataFrame) -> pd.DataFrame:
    """Roubles with kopecks for each of the 61 units in two years, seeded."""
    rng = np.random.default_rng(20250619)
    frame = pd.DataFrame({"unit_id": np.tile(old["oktmo"], 2), "year": np.repeat([2023, 2024], len(old))})
    return frame.assign(cost=rng.integers(0, 10**12, len(frame)) / 100)


def test_the_real_list_of_changes_is_sound(crosswalk: pd.DataFrame, registry: pd.DataFrame) -> None:
    check_crosswalk(crosswalk, registry)
    assert check_changes(crosswalk, registry).empty
    assert crosswalk["from_unit"].nunique() == 61 and len(set(crosswalk["to_unit"]) - {UNASSIGNED}) == 39
    assert set(crosswalk.loc[crosswalk["share"].isna(), "from_unit"]) == {SPLIT}
    assert crosswalk.loc[crosswalk["to_unit"] == UNASSIGNED, "from_unit"].tolist() == [UNKNOWN]


def test_sums_are_equal_to_the_kopeck(crosswalk: pd.DataFrame, registry: pd.DataFrame, money: pd.DataFrame) -> None:
    moves = geography_map("current", registry, crosswalk, BEFORE, BEFORE, AFTER)
    carried = carry_coins(money, moves, "cost", by=["year"])
    source = (money["cost"] * 100).round().astype("int64").groupby(money["year"]).sum()
    assert carried.groupby("year")["coins"].sum().to_dict() == source.to_dict()
    assert set(carried["unit_id"]) <= {*registry.loc[registry["valid_from"] == FIRST, "unit_id"], UNASSIGNED}
    assert carried["unit_id"].nunique() == 40
    unplaced = money[money["unit_id"].isin([SPLIT, UNKNOWN])].groupby("year")["cost"].sum()
    there = carried[carried["unit_id"] == UNASSIGNED].set_index("year")["coins"]
    assert (there == (unplaced * 100).round().astype("int64")).all()
    for year, rows in carried.groupby("year"):
        amount = money.loc[(money["unit_id"] == SPLIT) & (money["year"] == year), "cost"]
        split = round(float(amount.iloc[0]) * 100)
        room = (rows["coins_high"] - rows["coins_low"]).set_axis(rows["unit_id"])
        assert room[room > 0].to_dict() == {"04505000": split, "04701000": split}


def test_a_documented_split_keeps_every_kopeck(
    crosswalk: pd.DataFrame, registry: pd.DataFrame, money: pd.DataFrame
) -> None:
    """Had the split's shares been 0.41 and 0.59, the largest remainders would still lose nothing."""
    shares = crosswalk["share"].mask(
        crosswalk["from_unit"] == SPLIT, crosswalk["to_unit"].map({"04505000": 0.41, "04701000": 0.59})
    )
    known = crosswalk.assign(share=shares)
    check_crosswalk(known, registry)
    moves = geography_map("current", registry, known, BEFORE, BEFORE, AFTER)
    carried = carry_coins(money, moves, "cost", by=["year"])
    assert int(carried["coins"].sum()) == int((money["cost"] * 100).round().sum())
    plain = carry(money, moves, ["cost"], by=["year"])
    both = carried.merge(plain, on=["year", "unit_id"])
    assert (both["coins"].astype(float) - both["cost"] * 100).abs().max() < 1.01


def test_population_of_the_39_is_the_published_one(
    crosswalk: pd.DataFrame, registry: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame
) -> None:
    people = old.rename(columns={"oktmo": "unit_id"})[["unit_id", "population"]].dropna()
    moves = geography_map("current", registry, crosswalk, BEFORE, BEFORE, AFTER)
    carried = carry(people, moves, ["population"]).set_index("unit_id")["population"]
    published = new.set_index("oktmo")["population"].dropna()
    assert len(published) == 33 and carried[published.index].to_dict() == published.to_dict()
    assert carried.sum() == people["population"].sum()


def test_both_geographies_and_their_bounds(
    crosswalk: pd.DataFrame, registry: pd.DataFrame, money: pd.DataFrame
) -> None:
    """The old units tell the years before the reform; the new ones all years, with bounds, and the same sum."""
    days = {2023: dt.date(2023, 12, 31), 2024: BEFORE, 2025: AFTER}
    rows = pd.concat([money, pd.DataFrame({"unit_id": ["04701000"], "year": [2025], "cost": [1.0]})])
    original = bounded_sums(rows, ["cost"], "original", registry, crosswalk, days)
    current = bounded_sums(rows, ["cost"], "current", registry, crosswalk, days)
    assert original.groupby("year")["unit_id"].nunique().to_dict() == {2023: 61, 2024: 61}
    assert current.groupby("year")["unit_id"].nunique().to_dict() == {2023: 40, 2024: 40, 2025: 1}
    for year in (2023, 2024):
        sums = [frame.loc[frame["year"] == year, "cost"].sum() for frame in (original, current)]
        assert sums[0] == pytest.approx(sums[1], abs=0.005)
    assert (original["cost"] == original["cost_low"]).all() and (original["cost"] == original["cost_high"]).all()
    wide = current[current["cost_high"] > current["cost_low"]]
    assert set(wide["unit_id"]) == {"04505000", "04701000"}
    # the panel's unit is the certain part: the same as the lower bound
    place = build_geography("current", registry, crosswalk, days)
    certain = rows.assign(unit_id=place.place(rows["unit_id"], rows["year"])).groupby(["year", "unit_id"])["cost"].sum()
    told = current.set_index(["year", "unit_id"])["cost"]
    assert (told - certain.reindex(told.index)).abs().max() < 0.005
