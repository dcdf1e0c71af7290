"""Staggered adoption: county employment and minimum wages, and homicides and castle-doctrine laws."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from packaged import packaged
from reference import Reference, agree, rows

from evaluation.effects.staggered.decomposition import Decomposition, decompose
from evaluation.effects.staggered.event_study import aggregate, average_after, event_study
from evaluation.effects.staggered.group_time import GroupTimeEffects, group_time_effects
from evaluation.effects.staggered.imputation import imputation

REFERENCES = (
    "mpdta_gt", "mpdta_dyn", "mpdta_es", "mpdta_simple", "mpdta_bjs", "castle_bacon",
)  # fmt: skip


@functools.cache
def counties() -> pd.DataFrame:
    """Callaway and Sant'Anna (2021): log teen employment of counties by year of their minimum wage's rise."""
    frame = packaged("moderndid", "mpdta_long.pkl.gz")
    return frame.assign(first=frame["first.treat"].where(frame["first.treat"] > 0))


@functools.cache
def effects() -> GroupTimeEffects:
    return group_time_effects(
        counties(), "lemp", unit="countyreal", first_year="first", scale="difference", controls="never", base="varying"
    )


@pytest.mark.parametrize("row", rows("mpdta_gt"))
def test_effects_of_groups_and_years(row: Reference) -> None:
    group, year = row.quantity.removeprefix("ATT(").removesuffix(")").split(",")
    found = effects().effects.set_index(["group", "year"])["estimate"]
    agree(row, found[int(group), int(year)])


@pytest.mark.parametrize("row", rows("mpdta_es"))
def test_years_since_the_rise(row: Reference) -> None:
    study = event_study(effects()).set_index("k")
    agree(row, study.loc[int(row.quantity.removeprefix("e=")), "estimate"])


@pytest.mark.parametrize("row", rows("mpdta_dyn"))
def test_mean_over_years_since_the_rise(row: Reference) -> None:
    average, se = average_after(effects())
    agree(row, average if row.quantity == "overall ATT" else se)


@pytest.mark.parametrize("row", rows("mpdta_simple"))
def test_mean_over_groups_and_years(row: Reference) -> None:
    agree(row, aggregate(effects(), "simple").overall)


@pytest.mark.parametrize("row", rows("mpdta_bjs"))
def test_imputation(row: Reference) -> None:
    agree(row, imputation(counties(), "lemp", unit="countyreal", first_year="first").average)


@functools.cache
def castle() -> Decomposition:
    """Cheng and Hoekstra (2013): log homicides of states by year of their castle-doctrine law."""
    frame = packaged("causaldata", "castle.dta")
    first = frame[frame["post"] == 1].groupby("sid")["year"].min()
    frame = frame.assign(first=frame["sid"].map(first), log_homicides=np.log(frame["homicide"]))
    return decompose(frame, "log_homicides", unit="sid", first_year="first")


@pytest.mark.parametrize("row", rows("castle_bacon"))
def test_decomposition_of_a_two_way_coefficient(row: Reference) -> None:
    found = castle()
    if row.quantity == "TWFE":
        agree(row, found.two_way)
    else:
        kind = row.quantity.removeprefix("total_weight_")
        agree(row, found.types.set_index("type").loc[kind, "weight"])
