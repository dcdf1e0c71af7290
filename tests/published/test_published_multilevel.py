"""Random intercepts and slopes against the published analysis of reaction times under sleep deprivation."""

from __future__ import annotations

import numpy as np
import pytest
from reference import Reference, agree, beside, rows

from evaluation.effects.model_matrix import codes_of
from evaluation.effects.multilevel import fit_multilevel
from evaluation.effects.regressors import Regressors

REFERENCES = ("sleepstudy",)


@pytest.mark.parametrize("row", rows(*REFERENCES))
def test_reaction_times(row: Reference) -> None:
    frame = beside("sleepstudy.csv")
    days = frame["Days"].to_numpy(dtype=float)
    columns = Regressors(["constant", "Days"], np.column_stack([np.ones(len(days)), days]), [])
    fit = fit_multilevel(
        frame["Reaction"].to_numpy(dtype=float), columns, codes_of(frame["Subject"]), slopes={"Days": days}
    )
    ours = {
        "REML criterion": fit.criterion,
        "Days": fit.estimate.coefficient("Days"),
        "SE Days": float(np.sqrt(fit.estimate.likelihood_covariance()[1, 1])),
        "sd intercept": fit.standard_deviations["intercept"],
        "sd Days": fit.standard_deviations["Days"],
    }
    agree(row, ours[row.quantity])
