"""Peers' take-up through an instrument: the published numbers of a trial."""

from __future__ import annotations

import pytest
from packaged import packaged
from reference import Reference, agree, rows

from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.model_matrix import select_rows
from evaluation.settings import Model, Text

REFERENCES = ("cai_iv",)
CONTROLS = ("male", "age", "agpop", "ricearea_2010", "literacy", "intensive", "risk_averse", "disaster_prob")
WORDS = Text(ru="опубликованный пример", en="published example")


@pytest.mark.parametrize("row", rows(*REFERENCES))
def test_take_up_of_friends(row: Reference) -> None:
    """Huntington-Klein, The Effect, chapter 19, after Cai, de Janvry and Sadoulet (2015)."""
    model = Model(
        name="friends", question="Q", outcome="takeup_survey", exposures=("pre_takeup_rate",), family="iv",
        estimand=WORDS, design="instrument", assumption=WORDS, instruments=("default",), controls=CONTROLS,
        fixed_effects=("village",), clusters="address",
    )  # fmt: skip
    sample = select_rows(packaged("causaldata", "Cai_2015.csv"), model)
    effect = two_stage_least_squares(sample.frame, model).table.loc["pre_takeup_rate"]
    agree(row, effect[{"coef": "estimate", "SE": "se"}[row.quantity]])
