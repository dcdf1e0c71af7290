"""Does the conclusion hang on one territory? The model without each unit in turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row, parse_warnings
from evaluation.effects.model_matrix import Sample
from evaluation.effects.panel import fit_model
from evaluation.effects.regression import Row, empty_rows, regression_rows, treated_clusters
from evaluation.effects.sample import usable_rows
from evaluation.settings import Model

LEAVE_OUT_COLUMNS = ["unit_id", "exposure", "estimate", "se", "low", "high", "p", "n", "clusters", "warning"]
EXTREMES = (("leave_out_low", "idxmin"), ("leave_out_high", "idxmax"))
DRAWS = 99


def leave_one_out(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """The model without each unit in turn: LEAVE_OUT_COLUMNS, one row a unit and exposure.

    ``rows`` are those of ``sample.estimation_sample``. Where nothing can be estimated without a unit, the row is empty
    and its warning says why.
    """
    out: list[Row] = []
    for unit in rows["unit_id"].unique():
        sample = usable_rows(rows[rows["unit_id"] != unit].reset_index(drop=True), model)
        if sample.frame.empty:
            found = empty_rows(model, sample.warnings)
        else:
            found = regression_rows(
                sample.frame, model, fit_model(sample.frame, model), sample.warnings, draws=DRAWS
            )  # fmt: skip
        out += [{**row, "unit_id": unit} for row in found]
    return pd.DataFrame(out, columns=LEAVE_OUT_COLUMNS)


def leave_one_out_rows(
    sample: Sample, model: Model, left_one_out: pd.DataFrame, drop_units: Sequence[str]
) -> list[Row]:
    """Rows ``<model>__without_<unit>`` for declared units, and the extreme estimates over all units."""
    rows: list[Row] = []
    for unit in drop_units:
        rows += _named(left_one_out[left_one_out["unit_id"] == unit], sample, model, f"without_{unit}")
    for name, pick in EXTREMES:
        for exposure in model.exposures:
            estimates = left_one_out.loc[left_one_out["exposure"] == exposure, "estimate"]
            if estimates.notna().any():
                rows += _named(left_one_out.loc[[getattr(estimates, pick)()]], sample, model, name)
    return rows


def _named(found: pd.DataFrame, sample: Sample, model: Model, check: str) -> list[Row]:
    out = []
    for _, row in found.iterrows():
        others = sample.frame[sample.frame["unit_id"] != row["unit_id"]]
        exposure = str(row["exposure"])
        made = estimate_row(
            model, exposure, Numbers.of(row), n=int(row["n"]), clusters=int(row["clusters"]),
            treated_clusters=treated_clusters(others, model, exposure), inference="crv3_t",
            name=f"{model.name}__{check}", warnings=dict(parse_warnings(row["warning"])),
        )  # fmt: skip
        out.append(made)
    return out


def extremes(left_one_out: pd.DataFrame, exposures: Sequence[str]) -> pd.DataFrame:
    """Lowest and highest estimate over the left-out units: exposure, low, low_unit, high, high_unit."""
    rows = []
    for exposure in exposures:
        estimates = left_one_out[left_one_out["exposure"] == exposure].set_index("unit_id")["estimate"].dropna()
        known = len(estimates) > 0
        rows.append(
            {
                "exposure": exposure,
                "low": estimates.min() if known else np.nan,
                "low_unit": estimates.idxmin() if known else None,
                "high": estimates.max() if known else np.nan,
                "high_unit": estimates.idxmax() if known else None,
            }
        )
    return pd.DataFrame(rows, columns=["exposure", "low", "low_unit", "high", "high_unit"])
