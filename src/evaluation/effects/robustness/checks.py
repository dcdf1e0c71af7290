"""What would change the conclusion: every check of the main model that the plan declares."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evaluation.effects.estimate import Estimates, collect
from evaluation.effects.families import refuse_inference
from evaluation.effects.inference.randomisation import randomisation_test
from evaluation.effects.model_matrix import Sample
from evaluation.effects.panel import Fit, fit_model
from evaluation.effects.regression import Row, empty_rows, regression_rows
from evaluation.effects.robustness.leave_one_out import LEAVE_OUT_COLUMNS, leave_one_out, leave_one_out_rows
from evaluation.effects.robustness.networks import network_rows
from evaluation.effects.robustness.placebo import negative_control, placebo_lead, placebo_year
from evaluation.effects.sample import estimation_sample
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.settings import InputProblem, Model, Robustness


def check_main_model(
    panel: pd.DataFrame, models: Sequence[Model], settings: Robustness, years: ProgrammeYears | None = None
) -> tuple[Estimates, pd.DataFrame]:
    """``check_robustness`` of the plan's main model. Raises InputProblem where the plan declares none or several."""
    main = [model for model in models if model.is_main]
    if len(main) != 1:
        raise InputProblem(
            f"План анализа: основных моделей (is_main: true) {len(main)}, а нужна одна. Отметьте одну.",
            f"Analysis plan: {len(main)} models are marked as main (is_main: true); one is needed. Mark one.",
        )
    return check_robustness(panel, main[0], settings, years)


def check_robustness(
    panel: pd.DataFrame, model: Model, settings: Robustness, years: ProgrammeYears | None = None
) -> tuple[Estimates, pd.DataFrame]:
    """All checks of the main model: (estimates, leave-one-out frame).

    Rows are named ``<model>__<check>``: wild_bootstrap, permutation, without_<unit> for the declared units,
    leave_out_low and leave_out_high (the extreme estimates over all units), placebo_lead_<k>, placebo_from_<year>,
    negative_control_<outcome> and, where ``years`` are given, placebo_networks (``network_rows``). Where no row can be
    used, one row a check and exposure says why.
    """
    refuse_inference(model)
    sample = estimation_sample(panel, model)
    if sample.frame.empty:
        empty = empty_rows(model, sample.warnings, f"{model.name}__wild_bootstrap")
        return collect(empty), pd.DataFrame(columns=LEAVE_OUT_COLUMNS)
    fit = fit_model(sample.frame, model)
    rows = [*_bootstrap_rows(sample, model, fit, settings), *permutation_rows(sample, model, settings, fit)]
    left_one_out = leave_one_out(sample.frame, model)
    rows += leave_one_out_rows(sample, model, left_one_out, settings.drop_units)
    for lead in range(1, settings.placebo_lead_years + 1):
        rows += placebo_lead(panel, model, lead)
    for year in settings.placebo_years:
        rows += placebo_year(panel, model, year)
    for outcome in settings.negative_control_outcomes:
        rows += negative_control(panel, model, outcome)
    if years is not None:
        rows += network_rows(panel, model, settings, years)
    return collect(rows), left_one_out


def _bootstrap_rows(sample: Sample, model: Model, fit: Fit, settings: Robustness) -> list[Row]:
    if settings.bootstrap_draws == 0:
        return []
    return regression_rows(
        sample.frame, model, fit, sample.warnings, draws=settings.bootstrap_draws, seed=settings.seed,
        name=f"{model.name}__wild_bootstrap", bootstrap_all=True,
    )  # fmt: skip


def permutation_rows(sample: Sample, model: Model, settings: Robustness, fit: Fit) -> list[Row]:
    """p of no association when whole histories of an exposure are dealt out to the units at random
    (``inference.randomisation``); errors and intervals stay those of the clusters."""
    if settings.permutation_draws == 0 or fit.notes.keys() & {"outcome_constant", "perfect_fit"}:
        return []
    out = []
    for exposure in model.exposures:
        if exposure in fit.not_identified:
            continue
        dealt = randomisation_test(sample.frame, model, exposure, draws=settings.permutation_draws, seed=settings.seed)
        warnings = {**sample.warnings, "few_deals": dealt.few_deals}
        row = regression_rows(
            sample.frame, model, fit, warnings, name=f"{model.name}__permutation", exposures=[exposure]
        )[0]
        out.append({**row, "p": dealt.p, "inference": "crv3_t_permutation_p"})
    return out
