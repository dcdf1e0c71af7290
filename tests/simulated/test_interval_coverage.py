"""Do the intervals of the main model cover the truth? A study over simulated programmes of 61 units and six years.

Each replication simulates a programme with selection on last year's applications, serial correlation, spillovers and
heterogeneous effects, rebuilds the panel from its tables, fits the main model of the committed plan and looks whether
the 95 % intervals hold that programme's own truth: own training at fixed exposure (log of the ratio of expected
applications of the trained with and without their training) and exposure at fixed training (log mean per tie). The
share that does must lie in the exact binomial acceptance region at 99 %.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.effects.plan import fit_declared
from evaluation.indicators.geographies import build_geography
from evaluation.indicators.outcomes import panel_in
from evaluation.settings import Exposure, Model, read_plan
from evaluation.simulate import Parameters, simulate_panel
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

CONFIG = Path(__file__).resolve().parents[2] / "config"
YEARS = range(2019, 2025)
REPLICATIONS = 400
FIRST_SEED = 100_000


def main_model() -> Model:
    plan = read_plan(CONFIG / "plan" / "2025.yml")
    return next(model for model in plan.models if model.is_main)


def replicate(parameters: Parameters, replications: int, first_seed: int = FIRST_SEED) -> pd.DataFrame:
    """One row a replication and exposure: truth, estimate, se, low, high."""
    registry = read_registry(CONFIG / "territory" / "units.csv")
    crosswalk = read_crosswalk(CONFIG / "territory" / "crosswalk.csv")
    deadlines = {year: application_deadline(year) for year in YEARS}
    place = build_geography("original", registry, crosswalk, {year: territory_date(year) for year in YEARS})
    model = main_model()
    rows = []
    for seed in range(first_seed, first_seed + replications):
        programme = simulate_panel(registry, crosswalk, parameters, seed, YEARS)
        panel = panel_in(programme.tables, deadlines, place, Exposure())
        estimands = programme.truth.estimands
        truth = {"trained": _own(programme.truth.unit_years), "exposure": estimands["exposure_log_per_tie"]}
        rows += [{"seed": seed, "truth": truth[str(row["exposure"])], **row} for row in fit_declared(panel, model)]
    return pd.DataFrame(rows)


def _own(unit_years: pd.DataFrame) -> float:
    """Log ratio of the trained units' expected applications with and without their training, published units only."""
    registry = read_registry(CONFIG / "territory" / "units.csv")
    closed = set(registry.loc[registry["is_closed"].astype(bool), "unit_id"])
    trained = unit_years[unit_years["trained"] & ~unit_years["unit_id"].isin(closed)]
    with_training = np.exp(trained["log_mean"]).sum()
    return float(np.log(with_training / np.exp(trained["log_mean"] - trained["training_term"]).sum()))


def acceptance_region(replications: int, level: float = 0.99, nominal: float = 0.95) -> tuple[int, int]:
    """Exact binomial: fewest and most covering intervals that the nominal coverage would bring."""
    tail = (1 - level) / 2
    low, high = stats.binom.ppf([tail, 1 - tail], replications, nominal)
    return int(low), int(high)


@pytest.mark.slow
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(Parameters(), id="every nuisance"),
        pytest.param(
            Parameters(selection=False, heterogeneity=False, serial_correlation=False, overdispersion=False),
            id="no nuisance",
        ),
    ],
)
def test_intervals_cover_the_truth(parameters: Parameters) -> None:
    results = replicate(parameters, REPLICATIONS)
    least, most = acceptance_region(REPLICATIONS)
    for exposure, part in results.groupby("exposure"):
        assert part["estimate"].notna().all()
        covered = int(((part["low"] <= part["truth"]) & (part["truth"] <= part["high"])).sum())
        bias = float((part["estimate"] - part["truth"]).mean())
        spread = float((part["estimate"] - part["truth"]).std())
        print(
            f"{exposure}: {covered} of {REPLICATIONS} cover; bias {bias:+.4f}, spread {spread:.4f}, "
            f"mean se {part['se'].mean():.4f}"
        )
        assert least <= covered <= most, f"{exposure}: {covered} of {REPLICATIONS}, accepted {least} to {most}"


def test_acceptance_region_is_exact() -> None:
    least, most = acceptance_region(400)
    assert stats.binom.cdf(least - 1, 400, 0.95) < 0.005 <= stats.binom.cdf(least, 400, 0.95)
    assert stats.binom.sf(most, 400, 0.95) <= 0.005 < stats.binom.sf(most - 1, 400, 0.95)


def test_replications_estimate_what_they_claim() -> None:
    """Two replications: the truth is of the strength set, estimates lie within four standard errors of it."""
    results = replicate(Parameters(), 2)
    assert len(results) == 4
    own = results[results["exposure"] == "trained"]
    assert own["truth"].between(0.25, 0.5).all()
    assert (results.loc[results["exposure"] == "exposure", "truth"] == Parameters().exposure_effect).all()
    assert ((results["estimate"] - results["truth"]).abs() < 4 * results["se"]).all()
    assert (results["n"] == 58 * 6).all()
