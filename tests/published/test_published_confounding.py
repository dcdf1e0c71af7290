"""Breakdown values for an unobserved confounder: the published examples."""

from __future__ import annotations

import functools

import pandas as pd
import pytest
from packaged import packaged
from reference import Reference, agree, rows

from evaluation.effects.inference.clusters import Array
from evaluation.effects.robustness.breakdown import benchmark, classical_estimate
from evaluation.effects.robustness.confounding import e_value, sensitivity
from evaluation.settings import Model, Text

REFERENCES = ("darfur", "darfur_bound", "evalue")
WORDS = Text(ru="опубликованный пример", en="published example")
MODEL = Model(
    name="darfur", question="Q", outcome="peacefactor", exposures=("directlyharmed",), family="ols", estimand=WORDS,
    design="association", assumption=WORDS, fixed_effects=("village",), clusters="village",
    controls=("age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", "female"),
)  # fmt: skip


@functools.cache
def darfur() -> pd.DataFrame:
    return packaged("pysensemakr", "darfur.csv")


@pytest.mark.parametrize("row", rows("darfur"))
def test_directly_harmed(row: Reference) -> None:
    """Cinelli and Hazlett (2020), section 5: village effects absorbed, 783 degrees of freedom."""
    estimate, se, df = classical_estimate(darfur(), MODEL, "directlyharmed")
    assert df == 783
    found = sensitivity(estimate, se, df)
    ours = {
        "estimate": estimate, "SE": se, "partial R2": found.partial_r2, "RV q=1": found.robustness_value,
        "RV q=1 alpha=.05": found.robustness_value_alpha,
    }  # fmt: skip
    agree(row, ours[row.quantity])


@pytest.mark.parametrize("row", rows("darfur_bound"))
def test_as_strong_as_gender(row: Reference) -> None:
    bounds = benchmark(darfur(), MODEL, "directlyharmed", "female")
    agree(row, float(bounds.loc[0, "estimate"]))


@pytest.mark.parametrize("row", rows("evalue"))
def test_breastfeeding(row: Reference) -> None:
    """VanderWeele and Ding (2017): risk ratio 3.9, lower limit 1.8."""
    agree(row, e_value(3.9 if row.what.endswith("RR=3.9") else 1.8))


def test_design_of_the_example_is_what_it_should_be() -> None:
    frame = darfur()
    counted: Array = frame[["directlyharmed", "female"]].to_numpy()
    assert counted.shape == (1276, 2)
    assert frame["village"].nunique() == 486
