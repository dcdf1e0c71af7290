"""What was true: parameters, unit-years with their log means, and estimands by counterfactual simulation.

Counterfactuals change one thing in the generating process and keep every random draw (common random numbers).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate import outcomes
from evaluation.simulate.parameters import Parameters
from evaluation.simulate.programme import History, run


@dataclass(frozen=True)
class Truth:
    """``estimands`` by name, ``unit_years`` one row a base unit and year, ``settings`` as they were."""

    seed: int
    settings: dict[str, Any]
    estimands: dict[str, Any]
    unit_years: pd.DataFrame

    def as_json(self) -> dict[str, Any]:
        return {"simulated": True, "seed": self.seed, "parameters": self.settings, "estimands": self.estimands}


def unit_years(history: History) -> pd.DataFrame:
    """Base unit and year: what it had received before the deadline, its log mean and its outcome.

    Columns: unit_id, year, population (assumed where not published), trained, first_trained_year (NA = never),
    training_term (log effect of own training), exposure, exposure_wins, consultations_before_deadline, log_mean,
    applications, funded, capacity, activity, has_curator.
    """
    geography = history.geography
    size, count = geography.size, len(geography.years)
    years = np.array(geography.years)
    first = history.first_trained
    terms = np.column_stack(
        [outcomes.training_term(first, y, history.noise, history.parameters) for y in geography.years]
    )
    flat = {
        "unit_id": np.repeat(geography.units["unit_id"].to_numpy(dtype=object), count),
        "year": np.tile(years, size),
        "population": geography.population.ravel(),
        "trained": history.trained.ravel(),
        "first_trained_year": np.repeat(np.where(first > 0, first, np.nan), count),
        "training_term": terms.ravel(),
        "exposure": history.exposure.ravel(),
        "exposure_wins": history.exposure_wins.ravel(),
        "consultations_before_deadline": history.consultations_before.ravel(),
        "log_mean": history.log_mean.ravel(),
        "applications": history.applications.ravel(),
        "funded": history.funded.ravel(),
        "capacity": np.repeat(geography.capacity, count),
        "activity": np.repeat(geography.activity, count),
        "has_curator": np.repeat(geography.curator, count),
    }
    frame = pd.DataFrame(flat)
    frame["first_trained_year"] = frame["first_trained_year"].astype("Int64")
    return frame


def build_truth(
    history: History,
    units: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    full: bool = True,
    further: dict[str, dict[str, Any]] | None = None,
) -> Truth:
    """Truth of one history. ``full`` adds a second run: the programme without any effect of training.

    ``further``: what is true of surveys, practices and teams, by name.
    """
    parameters = history.parameters
    found = own_training(history) | exposure_response(history)
    if full:
        found |= whole_programme(history, units, crosswalk)
    found["line_by_year"] = {str(contest.year): contest.line for contest in history.contests}
    found |= {name: truth for name, truth in (further or {}).items() if truth}
    settings = dataclasses.asdict(parameters)
    return Truth(history.seed, settings, found, unit_years(history))


def own_training(history: History) -> dict[str, Any]:
    """Effect of own training on the trained at fixed exposure, on the log scale, as a ratio and in applications.

    Each trained unit-year is compared with itself, untrained, under the same exposure and the same random draws.
    ``att_log_first6`` is the same over the first six years (before the reform of the demonstration).
    """
    with_training, without, since, counted = [], [], [], []
    position = []
    for k, year in enumerate(history.geography.years):
        term = outcomes.training_term(history.first_trained, year, history.noise, history.parameters)
        treated = history.trained[:, k]
        mean = history.log_mean[:, k]
        untrained = mean - term
        with_training.append(mean[treated])
        without.append(untrained[treated])
        since.append(year - history.first_trained[treated])
        factual, counter = history.applications[:, k], outcomes.counts(untrained, k, history.noise)
        counted.append((factual - counter)[treated])
        position.append(np.full(int(treated.sum()), k))
    mean, base, k_since, draws, place = (
        np.concatenate(parts) for parts in (with_training, without, since, counted, position)
    )
    if not len(mean):
        return {
            "att_log": None,
            "att_ratio": None,
            "att_applications": None,
            "att_by_years_since": {},
            "treated_unit_years": 0,
        }
    by_since = {
        str(int(s)): {
            "log": float((mean - base)[k_since == s].mean()),
            "applications": float((np.exp(mean) - np.exp(base))[k_since == s].mean()),
            "unit_years": int((k_since == s).sum()),
        }
        for s in np.unique(k_since)
    }
    early = place < 6
    return {
        "att_log": float((mean - base).mean()),
        "att_log_first6": float((mean - base)[early].mean()) if early.any() else None,
        "att_log_weighted_first6": _weighted(mean[early], base[early]),
        "att_ratio": float(np.exp(mean).sum() / np.exp(base).sum()),
        "att_applications": float((np.exp(mean) - np.exp(base)).mean()),
        "att_applications_common_random_numbers": float(draws.mean()),
        "att_by_years_since": by_since,
        "treated_unit_years": len(mean),
    }


def _weighted(mean: np.ndarray, base: np.ndarray) -> float | None:
    """Log of the ratio of expected applications with and without training: what a Poisson regression aims at."""
    return float(np.log(np.exp(mean).sum() / np.exp(base).sum())) if len(mean) else None


def exposure_response(history: History) -> dict[str, Any]:
    """Effect of one more tie with an earlier-trained peer, own training fixed (log scale; applications)."""
    beta = history.parameters.exposure_effect if history.parameters.spillover else 0.0
    extra = np.exp(history.log_mean + beta) - np.exp(history.log_mean)
    one_more = [
        outcomes.counts(history.log_mean[:, k] + beta, k, history.noise) for k in range(len(history.geography.years))
    ]
    return {
        "exposure_log_per_tie": float(beta),
        "exposure_applications_per_tie": float(extra.mean()),
        "exposure_applications_common_random_numbers": float((np.column_stack(one_more) - history.applications).mean()),
        "mean_exposure": float(history.exposure.mean()),
    }


def whole_programme(history: History, units: pd.DataFrame, crosswalk: pd.DataFrame | None) -> dict[str, Any]:
    """Applications that training brought in all, also through exchange and feedback: a second run without it."""
    parameters: Parameters = history.parameters.changed(training_effect=0.0, exposure_effect=0.0)
    other = run(units, crosswalk, parameters, history.seed, history.geography.years)
    return {
        "applications": int(history.applications.sum()),
        "applications_without_training": int(other.applications.sum()),
        "applications_brought_by_training": int(history.applications.sum() - other.applications.sum()),
        "funded": int(history.funded.sum()),
        "never_trained_units": int((history.first_trained == 0).sum()),
    }
