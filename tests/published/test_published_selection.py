"""Weighting and standardisation against the published analysis of smoking cessation and weight gain."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from packaged import packaged
from reference import Reference, agree, rows

from evaluation.effects.inference.clusters import Array
from evaluation.effects.regressors import Regressors
from evaluation.effects.selection.standardisation import standardise
from evaluation.effects.selection.weighting import inverse_probability

REFERENCES = ("nhefs",)

Data = tuple[Array, Array, Regressors, np.ndarray]


@functools.cache
def weight_gain() -> Data:
    """Outcome, cessation, confounders and rows as clusters, of those whose weight was measured again."""
    frame = packaged("causaldata", "nhefs.dta")
    frame = frame[frame["wt82_71"].notna()].reset_index(drop=True)
    curved = frame[["age", "smokeintensity", "smokeyrs", "wt71"]]
    groups = [pd.get_dummies(frame[name].astype(int), prefix=name) for name in ("education", "exercise", "active")]
    indicators = [group.iloc[:, 1:] for group in groups]
    columns = pd.concat([frame[["sex", "race"]], curved, (curved**2).add_suffix("_squared"), *indicators], axis=1)
    columns.insert(0, "constant", 1.0)
    columns = columns.astype(float)
    return (
        frame["wt82_71"].to_numpy(dtype=float),
        frame["qsmk"].to_numpy(dtype=float),
        Regressors(list(columns.columns), columns.to_numpy(), []),
        np.arange(len(frame)),
    )


@pytest.mark.parametrize("row", rows(*REFERENCES))
def test_weight_gain(row: Reference) -> None:
    outcome, treated, columns, groups = weight_gain()
    if row.what == "standardisation":
        fit = standardise(outcome, treated, columns, groups, interactions=["smokeintensity"])
        agree(row, float(fit.difference("crv1")["estimate"]))
        return
    # the published interval takes the weights as given
    weighted = inverse_probability(outcome, treated, columns, groups, propensity_known=True).difference("crv1")
    agree(row, float(weighted[{"ATE": "estimate", "CI low": "low", "CI high": "high"}[row.quantity]]))
