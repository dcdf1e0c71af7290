"""What would change the conclusion: leaving units out, placebo leads, the wild bootstrap, permuted histories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.effects.estimate import Estimates, Numbers, collect, estimate_row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import Sample, centre, select_rows
from evaluation.effects.panel import fit_model, restricted_equations, rows_with_events
from evaluation.effects.plan import Row, regression_rows, treated_clusters
from evaluation.settings import InputProblem, Model, Robustness

LEAVE_OUT_COLUMNS = ["unit_id", "exposure", "estimate", "se", "low", "high", "p", "n", "clusters"]


def check_robustness(panel: pd.DataFrame, model: Model, settings: Robustness) -> tuple[Estimates, pd.DataFrame]:
    """All checks of the main model: (estimates, leave-one-out frame).

    Rows are named ``<model>__<check>``: wild_bootstrap, permutation, without_<unit> for the declared units,
    leave_out_low and leave_out_high (the extreme estimates over all units), placebo_lead_<k>.
    """
    sample = _sample(panel, model)
    left_one_out = leave_one_out(sample.frame, model)
    rows = [*_bootstrap_rows(sample, model, settings), *permutation_rows(sample, model, settings)]
    for unit in settings.drop_units:
        rows += _named(left_one_out[left_one_out["unit_id"] == unit], sample, model, f"without_{unit}")
    for name, pick in (("leave_out_low", "idxmin"), ("leave_out_high", "idxmax")):
        for exposure in model.exposures:
            estimates = left_one_out.loc[left_one_out["exposure"] == exposure, "estimate"]
            if estimates.notna().any():
                rows += _named(left_one_out.loc[[getattr(estimates, pick)()]], sample, model, name)
    for lead in range(1, settings.placebo_lead_years + 1):
        rows += placebo_lead(panel, model, lead)
    return collect(rows), left_one_out


def _sample(panel: pd.DataFrame, model: Model) -> Sample:
    sample = select_rows(panel, model)
    if model.family != "poisson":
        return sample
    rows, zeros = rows_with_events(sample.frame, model)
    return Sample(rows, {**sample.left_out, "units_always_zero": zeros})


def leave_one_out(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """The model without each unit in turn: LEAVE_OUT_COLUMNS, one row a unit and exposure."""
    out: list[Row] = []
    for unit in rows["unit_id"].unique():
        without = rows[rows["unit_id"] != unit].reset_index(drop=True)
        if model.family == "poisson":
            without, _ = rows_with_events(without, model)
        fit = fit_model(without, model)
        out += [{**row, "unit_id": unit} for row in regression_rows(without, model, fit, {}, draws=99)]
    return pd.DataFrame(out, columns=LEAVE_OUT_COLUMNS)


def _named(found: pd.DataFrame, sample: Sample, model: Model, check: str) -> list[Row]:
    out = []
    for _, row in found.iterrows():
        others = sample.frame[sample.frame["unit_id"] != row["unit_id"]]
        exposure = str(row["exposure"])
        made = estimate_row(
            model, exposure, Numbers.of(row), n=int(row["n"]), clusters=int(row["clusters"]),
            treated_clusters=treated_clusters(others, model, exposure), inference="crv3_t",
            name=f"{model.name}__{check}",
        )  # fmt: skip
        out.append(made)
    return out


def _bootstrap_rows(sample: Sample, model: Model, settings: Robustness) -> list[Row]:
    if settings.bootstrap_draws == 0:
        return []
    fit = fit_model(sample.frame, model)
    return regression_rows(
        sample.frame, model, fit, sample.left_out, draws=settings.bootstrap_draws, seed=settings.seed,
        name=f"{model.name}__wild_bootstrap", bootstrap_all=True,
    )  # fmt: skip


def permutation_rows(sample: Sample, model: Model, settings: Robustness) -> list[Row]:
    """p of no association when whole histories of an exposure are dealt out to the units at random.

    Whole histories keep the timing of training; units change places only with units that have rows in the same
    years. The statistic is the studentised score under the hypothesis, so no draw needs a new fit.
    """
    if settings.permutation_draws == 0:
        return []
    fit = fit_model(sample.frame, model)
    out = []
    for exposure in model.exposures:
        if exposure in fit.not_identified:
            continue
        p = permutation_p(sample.frame, model, exposure, settings.permutation_draws, settings.seed)
        row = regression_rows(
            sample.frame, model, fit, sample.left_out, name=f"{model.name}__permutation", exposures=[exposure]
        )[0]
        out.append({**row, "p": p, "inference": "crv3_t_permutation_p"})
    return out


def permutation_p(rows: pd.DataFrame, model: Model, exposure: str, draws: int, seed: int) -> float:
    """Share of deals with a statistic at least as large as the observed one (which counts as one deal)."""
    rows = rows.sort_values(["unit_id", "year"], kind="stable").reset_index(drop=True)
    equations, column = restricted_equations(rows, model, exposure)
    others = np.delete(equations.design, column, axis=1)
    weighted = equations.weights[:, None] * others
    projection = np.linalg.pinv(others.T @ weighted, hermitian=True) @ weighted.T
    absorbed = pd.factorize(rows[model.fixed_effects[0]])[0] if model.fixed_effects else None
    units = pd.factorize(rows["unit_id"])[0]
    values = rows[exposure].to_numpy(dtype=float)
    starts = np.flatnonzero(np.diff(units, prepend=-1))
    lengths = np.diff(np.append(starts, len(units)))
    years = rows["year"].to_numpy(dtype=int)
    pattern = [tuple(years[start : start + length]) for start, length in zip(starts, lengths, strict=True)]
    alike = [np.array([i for i, other in enumerate(pattern) if other == kind]) for kind in dict.fromkeys(pattern)]
    generator = np.random.default_rng(seed)

    def statistic(exposed: Array) -> float:
        centred = centre(exposed[:, None], absorbed, equations.weights)[:, 0]
        tested = centred - others @ (projection @ centred)
        scores = np.bincount(units, tested * equations.residuals)
        return float(abs(scores.sum()) / np.sqrt((scores**2).sum()))

    observed = statistic(values)
    reached = 1
    for _ in range(draws):
        order = np.arange(len(starts))
        for members in alike:
            order[members] = generator.permutation(members)
        source = np.concatenate([np.arange(starts[unit], starts[unit] + lengths[unit]) for unit in order])
        reached += statistic(values[source]) >= observed * (1 - 1e-12)
    return reached / (draws + 1)


def placebo_lead(panel: pd.DataFrame, model: Model, lead: int) -> list[Row]:
    """The model on years before first training, with training imagined ``lead`` years too early.

    Where the later trained already differed before their training, the placebo is not zero. The last years, whose
    later training is not known, are left out. The exposure is named
    ``trained_lead_<k>`` and stands in the place of ``trained``.
    """
    if "trained" not in model.exposures:
        return []
    name = f"trained_lead_{lead}"
    first = panel["first_trained_year"].astype("float64")
    year = panel["year"].astype("float64")
    known = year + lead <= year.max()
    before = panel.assign(**{name: (first <= year + lead).astype(float)})[known & ~(first <= year)]
    exposures = [name if exposure == "trained" else exposure for exposure in model.exposures]
    changed = model.model_copy(update={"exposures": tuple(exposures)})
    sample = _sample(before, changed)
    fit = fit_model(sample.frame, changed)
    return regression_rows(
        sample.frame, changed, fit, sample.left_out, name=f"{model.name}__placebo_lead_{lead}", exposures=[name]
    )


def extremes(left_one_out: pd.DataFrame, exposures: Sequence[str]) -> pd.DataFrame:
    """Lowest and highest estimate over the left-out units: exposure, low, low_unit, high, high_unit."""
    rows = []
    for exposure in exposures:
        estimates = left_one_out[left_one_out["exposure"] == exposure].set_index("unit_id")["estimate"].dropna()
        rows.append(
            {
                "exposure": exposure,
                "low": estimates.min(),
                "low_unit": estimates.idxmin(),
                "high": estimates.max(),
                "high_unit": estimates.idxmax(),
            }
        )
    return pd.DataFrame(rows, columns=["exposure", "low", "low_unit", "high", "high_unit"])


def check_main_model(
    panel: pd.DataFrame, models: Sequence[Model], settings: Robustness
) -> tuple[Estimates, pd.DataFrame]:
    """``check_robustness`` of the plan's main model. Raises InputProblem where the plan declares none or several."""
    main = [model for model in models if model.is_main]
    if len(main) != 1:
        raise InputProblem(
            f"План анализа: основных моделей (is_main: true) {len(main)}, а нужна одна. Отметьте одну.",
            f"Analysis plan: {len(main)} models are marked as main (is_main: true); one is needed. Mark one.",
        )
    return check_robustness(panel, main[0], settings)
