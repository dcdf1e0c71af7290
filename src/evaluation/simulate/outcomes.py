"""How many applications a unit makes: the log mean, its parts, and counts under common random numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import pdtr, pdtrik

from evaluation.simulate.geography import Geography
from evaluation.simulate.parameters import Parameters
from evaluation.simulate.randomness import generator


@dataclass(frozen=True)
class Noise:
    """Everything random in the applications (units x years), drawn once and for all counterfactuals alike."""

    log_noise: np.ndarray
    frailty: np.ndarray
    uniform: np.ndarray
    base: np.ndarray  # log mean without training, exposure and assistance (units x years)
    unit_training: np.ndarray  # effect of training of each unit, before the profile over years


def draw_noise(geography: Geography, parameters: Parameters, seed: int) -> Noise:
    """Fixed parts of the log mean and the noise of all years."""
    shape = (geography.size, len(geography.years))
    log_noise = np.empty(shape)
    innovations = [generator(seed, "outcome noise", year).normal(size=geography.size) for year in geography.years]
    rho = parameters.noise_autocorrelation if parameters.serial_correlation else 0.0
    previous = innovations[0]
    for k, innovation in enumerate(innovations):
        previous = innovation if k == 0 else rho * previous + np.sqrt(1 - rho**2) * innovation
        log_noise[:, k] = parameters.noise_sd * previous
    frailty = np.ones(shape)
    uniform = np.empty(shape)
    for k, year in enumerate(geography.years):
        rng = generator(seed, "outcome counts", year)
        if parameters.dispersion > 0 and parameters.overdispersion:
            frailty[:, k] = rng.gamma(1 / parameters.dispersion, parameters.dispersion, geography.size)
        uniform[:, k] = generator(seed, "outcome uniforms", year).random(geography.size)

    log_population = np.log(geography.population)
    reference = log_population[:, [0]]
    slope = parameters.population_elasticity - 1
    unit = (
        np.log(parameters.applications_at_median)
        - parameters.population_elasticity * np.log(18_000)
        + slope * (reference - 0.0)
        + parameters.unit_sd * geography.activity[:, None]
        + parameters.capacity_in_unit_effect * geography.capacity[:, None]
    )
    base = log_population + unit + year_effects(geography.years, parameters)[None, :] + log_noise
    return Noise(log_noise, frailty, uniform, base, unit_training_effects(geography, parameters))


def year_effects(years: tuple[int, ...], parameters: Parameters) -> np.ndarray:
    """Common shocks on the log mean: a drift, and a dip in 2020-21."""
    if not parameters.common_shocks:
        return np.zeros(len(years))
    return np.array(
        [parameters.year_drift * k + parameters.year_dip * (y in (2020, 2021)) for k, y in enumerate(years)]
    )


def unit_training_effects(geography: Geography, parameters: Parameters) -> np.ndarray:
    """Effect of own training on the log mean of each unit, before the profile over years since training.

    Training alone does little, training with on-site assistance more; the mean over units is ``training_effect``.
    """
    if not parameters.heterogeneity:
        return np.full(geography.size, parameters.training_effect)
    share = parameters.assisted_share
    assisted_ratio = (1 - (1 - share) * parameters.alone_ratio) / share if share > 0 else 1.0
    ratio = np.where(geography.curator, assisted_ratio, parameters.alone_ratio)
    city = np.isin(geography.units["type"].to_numpy(), ("city_okrug", "closed_city"))
    ratio = ratio * np.where(city, parameters.city_ratio, 1.0)
    return np.asarray(parameters.training_effect * ratio / ratio.mean())


def training_term(first_trained: np.ndarray, year: int, noise: Noise, parameters: Parameters) -> np.ndarray:
    """Effect of own training in ``year`` on the log mean; 0 for units not yet trained (first year 0 = never)."""
    since = year - first_trained
    profile = np.array(parameters.profile) if parameters.heterogeneity else np.ones(1)
    trained = (first_trained > 0) & (since >= 0)
    level = profile[np.clip(since, 0, len(profile) - 1)]
    return np.where(trained, noise.unit_training * level, 0.0)


def log_mean(
    k: int,
    year: int,
    first_trained: np.ndarray,
    exposure: np.ndarray,
    consultations: np.ndarray,
    noise: Noise,
    parameters: Parameters,
) -> np.ndarray:
    """Log mean of applications in the ``k``-th year, given training, exposure and consultations before the deadline."""
    beta = parameters.exposure_effect if parameters.spillover else 0.0
    return np.asarray(
        noise.base[:, k]
        + training_term(first_trained, year, noise, parameters)
        + beta * exposure
        + parameters.assistance_effect * np.log1p(consultations)
    )


def counts(mean_log: np.ndarray, k: int, noise: Noise) -> np.ndarray:
    """Applications of the ``k``-th year: the Poisson quantile of the fixed uniform at mean x fixed frailty.

    Over the frailty (gamma, mean 1) these are negative binomial; the same uniforms make counterfactuals comparable.
    """
    mean = np.exp(np.clip(mean_log, -20, 20)) * noise.frailty[:, k]
    uniform = noise.uniform[:, k]
    upper = np.ceil(pdtrik(uniform, mean))
    lower = np.maximum(upper - 1, 0)
    return np.asarray(np.where(pdtr(lower, mean) >= uniform, lower, upper), dtype=int)
