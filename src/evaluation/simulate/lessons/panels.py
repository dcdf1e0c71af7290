"""Territories and years: training that goes to the capable, and training that starts at different times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.lessons.lesson import Lesson
from evaluation.simulate.study.process import NEVER, Cell, Strengths, World, draw_frame, generator_of, unfold

FIRST_YEAR = 2018
GROWING = (0.2, 0.6, 1.0, 1.4, 1.8)  # effect by years since first training, relative to the mean


def selected_training(seed: int = 1) -> Lesson:
    """61 territories over seven years; the capable train first, and capable ones apply more anyway.

    Table ``panel``: unit_id, year, population, trained (0/1), exposure (ties to peers trained by the year before),
    applications (a count). Truth, as logs of rate ratios: ``trained`` (over trained territory-years, at unchanged
    exposure) and ``exposure`` (one more tie).
    """
    cell = Cell(units=61, treated=40, spillovers=True)
    strengths = Strengths(
        capacity_in_outcome=0.5, select_capacity=1.5, applications_at_median=4.0, unequal_sizes=False
    )  # fmt: skip
    world = unfold(draw_frame(cell.units, strengths, generator_of(cell, seed)), cell, strengths)
    return Lesson({"panel": _panel(world)}, {"trained": world.own_ratio, "exposure": world.exposure_effect})


def staggered_training(seed: int = 1) -> Lesson:
    """60 territories over seven years, 50 of them trained at different times; what training does grows for years.

    Table ``panel`` as in ``selected_training``, without ties. Truth: ``trained``, the log of the ratio of expected
    applications with and without training, in each cohort and year, averaged over cohorts by their size and then over
    years since first training, every year counting alike.
    """
    cell = Cell(units=60, treated=50, spillovers=False)
    strengths = Strengths(
        selection=False, common_shocks=True, overdispersion=False, unequal_sizes=False, training_effect=0.4,
        profile=GROWING, applications_at_median=12.0, noise_sd=0.1,
    )  # fmt: skip
    world = unfold(draw_frame(cell.units, strengths, generator_of(cell, seed)), cell, strengths)
    return Lesson({"panel": _panel(world).drop(columns="exposure")}, {"trained": mean_by_years_since(world)})


def mean_by_years_since(world: World) -> float:
    """Mean over years since first training of the mean log ratio of the cohorts, weighted by their size."""
    since: dict[int, list[tuple[float, int]]] = {}
    years = world.trained.shape[1]
    for cohort in np.unique(world.first[world.first < NEVER]):
        members = world.first == cohort
        for year in range(int(cohort), years):
            with_training = np.exp(world.log_mean[members, year]).sum()
            without = np.exp(world.log_mean[members, year] - world.own[members, year]).sum()
            since.setdefault(year - int(cohort), []).append(
                (float(np.log(with_training / without)), int(members.sum()))
            )
    means = [np.average([ratio for ratio, _ in found], weights=[size for _, size in found]) for found in since.values()]
    return float(np.mean(means))


def _panel(world: World) -> pd.DataFrame:
    units, years = world.trained.shape
    first = np.where(world.first < NEVER, FIRST_YEAR + world.first, np.nan)
    return pd.DataFrame(
        {
            "unit_id": np.repeat([f"u{number:02d}" for number in range(units)], years),
            "year": np.tile(np.arange(FIRST_YEAR, FIRST_YEAR + years), units),
            "population": world.population.ravel(),
            "trained": world.trained.ravel(),
            "first_trained_year": pd.array(np.repeat(first, years), dtype="Int64"),
            "exposure": world.exposure.ravel(),
            "applications": world.applications.ravel(),
        }
    )
