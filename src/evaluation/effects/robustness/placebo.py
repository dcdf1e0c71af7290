"""What should show nothing: training imagined too early, earlier outcomes, outcomes that the programme cannot touch.

A placebo that differs from zero demotes the conclusion; one that does not proves little, since it may lack power. All
use only rows in which the real training has not happened, except negative controls, which change the outcome alone.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from evaluation.effects.model_matrix import source_column
from evaluation.effects.panel import fit_model
from evaluation.effects.regression import Row, empty_rows, regression_rows
from evaluation.effects.sample import estimation_sample
from evaluation.settings import Model

TRAINED = "trained"


def placebo_lead(panel: pd.DataFrame, model: Model, lead: int) -> list[Row]:
    """The model on years before first training, with training imagined ``lead`` years too early.

    Where the later trained already differed before their training, the placebo is not zero. The last years, whose
    later training is not known, are left out. The exposure is named ``trained_lead_<k>`` and stands in the place of
    ``trained``; models without it have no such placebo.
    """
    return _imagined(panel, model, f"lead_{lead}", lambda first, year: first <= year + lead, last_known=lead)


def placebo_year(panel: pd.DataFrame, model: Model, false_year: int) -> list[Row]:
    """The model on years before first training, with everyone who was trained later imagined trained in ``false_year``.

    The exposure is named ``trained_from_<year>``. Units trained by the false year have rows before it only.
    """
    return _imagined(panel, model, f"from_{false_year}", lambda first, year: first.notna() & (year >= false_year))


def _imagined(
    panel: pd.DataFrame,
    model: Model,
    label: str,
    treated: Callable[[pd.Series, pd.Series], pd.Series],
    last_known: int = 0,
) -> list[Row]:
    """Rows ``<model>__placebo_<label>`` with ``treated`` (first year, year) in the place of training."""
    if TRAINED not in model.exposures:
        return []
    name = f"{TRAINED}_{label}"
    first = panel["first_trained_year"].astype("float64")
    year = panel["year"].astype("float64")
    usable = (year + last_known <= year.max()) & ~(first <= year)
    before = panel.assign(**{name: treated(first, year).astype(float)})[usable]
    exposures = tuple(name if exposure == TRAINED else exposure for exposure in model.exposures)
    return _check(before, model.model_copy(update={"exposures": exposures}), f"placebo_{label}", name)


def earlier_outcome(panel: pd.DataFrame, model: Model, lag: int) -> list[Row]:
    """The model with the outcome of ``lag`` years before, where the unit was not yet trained then.

    The present exposure cannot have moved it. The outcome is named ``<outcome>_before_<lag>``.
    """
    if TRAINED not in model.exposures:
        return []
    column = source_column(model.outcome)
    keys = [name for name in ("geography", "unit_id", "year") if name in panel.columns]
    name = f"{column}_before_{lag}"
    past = panel[[*keys, column]].rename(columns={column: name})
    past = past[~past.duplicated(keys, keep=False)]
    frame = panel.merge(past.assign(year=past["year"] + lag), on=keys, how="left")
    untouched = ~(frame["first_trained_year"].astype("float64") <= frame["year"].astype("float64") - lag)
    changed = model.model_copy(update={"outcome": model.outcome.replace(column, name)})
    return _check(frame[untouched], changed, f"earlier_outcome_{lag}", TRAINED)


def negative_control(panel: pd.DataFrame, model: Model, outcome: str) -> list[Row]:
    """The model with an ``outcome`` that the programme cannot touch, all exposures.

    Raises InputProblem where the table has no such column, or where it cannot be an outcome of the model's family.
    """
    return _check(panel, model.model_copy(update={"outcome": outcome}), f"negative_control_{outcome}")


def _check(frame: pd.DataFrame, model: Model, check: str, exposure: str | None = None) -> list[Row]:
    """Rows of the changed model, named after the check; of one exposure, or of all."""
    name = f"{model.name}__{check}"
    sample = estimation_sample(frame, model)
    if sample.frame.empty:
        rows = empty_rows(model, sample.warnings, name)
        return [row for row in rows if exposure in (None, row["exposure"])]
    return regression_rows(
        sample.frame, model, fit_model(sample.frame, model), sample.warnings, name=name,
        exposures=None if exposure is None else [exposure],
    )  # fmt: skip
