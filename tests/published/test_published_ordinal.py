"""The ordered logit against the published analysis of satisfaction with housing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference import Reference, agree, beside, rows

from evaluation.effects.ordinal import fit_ordered_logit
from evaluation.effects.regressors import Regressors

REFERENCES = ("housing",)

COLUMNS = ["Infl_Medium", "Infl_High", "Type_Apartment", "Type_Atrium", "Type_Terrace", "Cont_High"]


@pytest.mark.parametrize("row", rows(*REFERENCES))
def test_satisfaction_with_housing(row: Reference) -> None:
    table = beside("housing.csv")
    answers = table.loc[table.index.repeat(table["Freq"])].reset_index(drop=True)
    outcome = answers["Sat"].map({"Low": 1.0, "Medium": 2.0, "High": 3.0}).to_numpy()
    matrix = pd.get_dummies(answers[["Infl", "Type", "Cont"]], dtype=float)[COLUMNS].to_numpy()
    fit = fit_ordered_logit(outcome, Regressors(COLUMNS, matrix, []), np.arange(len(outcome)))
    if row.quantity == "deviance":
        agree(row, fit.deviance)
    elif row.quantity.startswith("SE "):
        position = fit.estimate.position(row.quantity.removeprefix("SE "))
        agree(row, float(np.sqrt(fit.estimate.likelihood_covariance()[position, position])))
    else:
        agree(row, fit.estimate.coefficient(row.quantity))
