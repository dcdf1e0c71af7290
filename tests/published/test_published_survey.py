"""Means, totals, ratios and a regression of the samples of Californian schools that other packages document."""

from __future__ import annotations

import functools

import pandas as pd
import pytest
from reference import Reference, agree, beside, rows

from evaluation.survey.design import Design, make_design
from evaluation.survey.estimates import mean_of, ratio_of, total_of
from evaluation.survey.regression import survey_glm

REFERENCES = ("api_clus1", "api_strat", "api_ratio", "api_nofpc", "api_glm")


@functools.cache
def districts() -> tuple[pd.DataFrame, Design]:
    """All 183 schools of 15 school districts of 757."""
    frame = beside("apiclus1.csv")
    return frame, make_design(frame, "cluster", weights="pw", psu="dnum", fpc="fpc")


@functools.cache
def strata() -> tuple[pd.DataFrame, Design]:
    """200 schools, drawn within elementary, middle and high schools."""
    frame = beside("apistrat.csv")
    return frame, make_design(frame, "stratified", weights="pw", stratum="stype", fpc="fpc")


def agree_with(row: Reference, found: pd.DataFrame) -> None:
    agree(row, float(found.iloc[0]["se" if row.quantity == "SE" else "value"]))


@pytest.mark.parametrize("row", rows("api_clus1"))
def test_districts_of_schools(row: Reference) -> None:
    frame, design = districts()
    if row.what == "mean(api00)":
        agree_with(row, mean_of(design, frame["api00"].to_numpy(float)))
    else:
        assert row.what == "total(enroll)"
        agree_with(row, total_of(design, frame["enroll"].to_numpy(float)))


@pytest.mark.parametrize("row", rows("api_nofpc"))
def test_districts_without_a_correction_for_their_share(row: Reference) -> None:
    frame, _ = districts()
    agree_with(row, mean_of(make_design(frame, "cluster", weights="pw", psu="dnum"), frame["api00"].to_numpy(float)))


@pytest.mark.parametrize("row", rows("api_strat"))
def test_strata_of_schools(row: Reference) -> None:
    frame, design = strata()
    agree_with(row, mean_of(design, frame["api00"].to_numpy(float)))


@pytest.mark.parametrize("row", rows("api_ratio"))
def test_ratio_of_tested_to_enrolled(row: Reference) -> None:
    frame, design = strata()
    agree_with(row, ratio_of(design, frame["api.stu"].to_numpy(float), frame["enroll"].to_numpy(float)))


@pytest.mark.parametrize("row", rows("api_glm"))
def test_regression_of_schools(row: Reference) -> None:
    frame, design = strata()
    fit = survey_glm(design, frame, "api00", ["ell", "meals", "mobility"]).table.set_index("term")
    agree(row, float(fit.loc["meals", "se" if row.quantity.endswith("SE") else "estimate"]))
