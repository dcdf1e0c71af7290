"""A light programme for studies of inference: one panel of units and years with its truth by formula.

It shares the features of the full simulation that make inference hard (few and very unequal units, staggered first
training that follows capacity and last year's activity, heterogeneous effects, serial correlation, over-dispersed
counts, common shocks, spillovers along exchange ties) and leaves out everything else, so that a draw takes
milliseconds. Nothing here knows of any estimator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEVER = 10_000


@dataclass(frozen=True)
class Strengths:
    """What the process does. ``changed(name=value)`` gives a copy; a switch set to False takes one nuisance away."""

    years: int = 7
    selection: bool = True  # who trains follows capacity and last year's activity
    heterogeneity: bool = True  # effects of training differ by unit and by years since first training
    serial_correlation: bool = True
    overdispersion: bool = True
    common_shocks: bool = True
    unequal_sizes: bool = True

    training_effect: float = 0.35  # mean over units on the log scale, once it has unfolded
    exposure_effect: float = 0.08  # on the log scale, per tie to a peer trained at least a year earlier
    assisted_share: float = 0.6  # units whose training is followed by on-site help
    alone_ratio: float = 0.5  # effect without that help, relative to the mean
    profile: tuple[float, ...] = (0.9, 1.05, 1.05, 1.0)  # by years since first training; the last one stays

    largest_share: float = 0.42  # of all residents in the largest unit
    median_population: float = 18_000.0
    population_sd: float = 0.8  # of its logarithm, without the largest unit
    applications_at_median: float = 2.0  # mean applications a year of an untrained unit of median population
    population_elasticity: float = 0.35
    capacity_in_outcome: float = 0.30  # unobserved, constant: what naive comparisons mistake for training
    unit_sd: float = 0.25
    noise_sd: float = 0.15
    noise_autocorrelation: float = 0.4
    dispersion: float = 0.06  # negative binomial: variance = mean + dispersion x mean^2
    rate_noise_sd: float = 0.20  # of the continuous outcome alone
    shock_sd: float = 0.10

    select_capacity: float = 0.45  # log odds per standard deviation
    select_activity: float = 0.10  # the same, of last year's applications given population
    ties: float = 3.0  # peers that a unit of mean capacity learns from, beyond the first, mean
    ties_by_capacity: float = 0.4  # log of that number per standard deviation of capacity
    tie_capacity: float = 0.5  # log odds of a peer per standard deviation of its capacity
    tie_distance: float = 1.5  # log odds lost per unit of distance (the region is a unit square)

    def changed(self, **values: Any) -> Strengths:
        return replace(self, **values)


@dataclass(frozen=True)
class Cell:
    """One design of the study: how many units, how many of them are ever trained, whether exchange acts."""

    units: int
    treated: int
    spillovers: bool

    @property
    def number(self) -> int:
        """A number of the cell's own, part of the seed of its draws."""
        return self.units * 10_000 + self.treated * 10 + int(self.spillovers)

    @property
    def name(self) -> str:
        return f"units{self.units}_treated{self.treated}_spillovers_{'on' if self.spillovers else 'off'}"


CELLS = tuple(
    Cell(units, treated, spillovers) for units in (61, 39) for treated in (3, 5, 10, 22) for spillovers in (True, False)
)


@dataclass(frozen=True)
class Frame:
    """What does not depend on the effects: units, ties and every random number; arrays are units x years.

    ``ties[i, j]`` is 1 where unit i learns from unit j. ``base``: log mean of applications without training and
    exposure; ``rate_base``: the same for the log rate of participation.
    """

    population: Array
    capacity: Array
    ties: Array
    base: Array
    rate_base: Array
    unit_ratio: Array  # effect of training of each unit relative to the mean
    frailty: Array
    poisson_seed: int
    selection_noise: Array


@dataclass(frozen=True)
class World:
    """A drawn programme; arrays are units x years.

    ``own``: what own training adds to the log mean; ``exposure``: ties to peers trained by the year before.
    """

    first: NDArray[np.intp]  # position of the first trained year, NEVER without
    trained: Array
    exposure: Array
    population: Array
    applications: Array
    log_rate: Array
    own: Array
    log_mean: Array
    exposure_effect: float

    @property
    def own_mean(self) -> float:
        """Effect of own training at fixed exposure: mean over treated unit-years, on the log scale."""
        return float(self.own[self.trained > 0].mean())

    @property
    def own_ratio(self) -> float:
        """Log of the ratio of the treated unit-years' expected applications with and without own training."""
        treated = self.trained > 0
        mean, own = self.log_mean[treated], self.own[treated]
        return float(np.log(np.exp(mean).sum() / np.exp(mean - own).sum()))

    @property
    def own_ratio_by_cohort(self) -> float:
        """The same within each cohort and year, averaged over treated unit-years."""
        total, size = 0.0, 0
        for cohort in np.unique(self.first[self.first < NEVER]):
            members = self.first == cohort
            with_training = np.exp(self.log_mean[members, cohort:])
            without = np.exp(self.log_mean[members, cohort:] - self.own[members, cohort:])
            ratios = np.log(with_training.sum(axis=0) / without.sum(axis=0))
            total += float(ratios.sum()) * int(members.sum())
            size += len(ratios) * int(members.sum())
        return total / size


def generator_of(cell: Cell, draw: int) -> np.random.Generator:
    """The generator of one draw of one cell: the same whatever other draws are made, and in whichever order."""
    return np.random.default_rng(np.random.SeedSequence([cell.number, draw]))


def draw_frame(units: int, strengths: Strengths, rng: np.random.Generator) -> Frame:
    """Units, ties and noise of one draw."""
    shape = (units, strengths.years)
    log_size = rng.normal(size=units)
    residents = strengths.median_population * np.exp(strengths.population_sd * log_size)
    if strengths.unequal_sizes:
        largest = int(residents.argmax())
        rest = residents.sum() - residents[largest]
        residents[largest] = strengths.largest_share / (1 - strengths.largest_share) * rest
    else:
        residents[:] = strengths.median_population
    growth = rng.normal(-0.006, 0.006, units)
    population = residents[:, None] * np.exp(growth[:, None] * np.arange(strengths.years))
    capacity = 0.3 * log_size + np.sqrt(1 - 0.3**2) * rng.normal(size=units)
    activity = rng.normal(size=units)
    shocks = rng.normal(0.0, strengths.shock_sd, (2, strengths.years)) * strengths.common_shocks
    noise = strengths.noise_sd * _autocorrelated(rng.normal(size=shape), strengths)
    rate_noise = strengths.rate_noise_sd * rng.normal(size=shape)
    unit = strengths.capacity_in_outcome * capacity + strengths.unit_sd * activity
    size_part = (strengths.population_elasticity - 1) * np.log(residents / strengths.median_population)
    level = np.log(strengths.applications_at_median / strengths.median_population)
    base = level + np.log(population) + (unit + size_part)[:, None] + shocks[0] + noise
    assisted = rng.random(units) < strengths.assisted_share
    more = (1 - (1 - strengths.assisted_share) * strengths.alone_ratio) / strengths.assisted_share
    ratio = np.where(assisted, more, strengths.alone_ratio) if strengths.heterogeneity else np.ones(units)
    spread = strengths.dispersion
    frailty = rng.gamma(1 / spread, spread, shape) if strengths.overdispersion else np.ones(shape)
    return Frame(
        population=population,
        capacity=capacity,
        ties=_ties(capacity, strengths, rng),
        base=base,
        rate_base=unit[:, None] + shocks[1] + noise + rate_noise,
        unit_ratio=ratio,
        frailty=frailty,
        poisson_seed=int(rng.integers(2**62)),
        selection_noise=rng.gumbel(size=shape),
    )


def _autocorrelated(innovations: Array, strengths: Strengths) -> Array:
    """Noise of unit variance that carries over from year to year."""
    rho = strengths.noise_autocorrelation if strengths.serial_correlation else 0.0
    noise = innovations.copy()
    for year in range(1, noise.shape[1]):
        noise[:, year] = rho * noise[:, year - 1] + np.sqrt(1 - rho**2) * innovations[:, year]
    return noise


def _ties(capacity: Array, strengths: Strengths, rng: np.random.Generator) -> Array:
    """Who learns from whom: near peers and capable ones are sought; no unit learns from itself."""
    units = len(capacity)
    place = rng.random((units, 2))
    distance = np.sqrt(((place[:, None, :] - place[None, :, :]) ** 2).sum(axis=2))
    utility = strengths.tie_capacity * capacity[None, :] - strengths.tie_distance * distance
    utility = utility + rng.gumbel(size=(units, units))
    np.fill_diagonal(utility, -np.inf)
    sought = strengths.ties * np.exp(strengths.ties_by_capacity * np.clip(capacity, -3, 3))
    count = np.minimum(1 + rng.poisson(sought), units - 1)
    rank = np.argsort(np.argsort(-utility, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray((rank < count[:, None]).astype(float))


def newcomers(treated: int, years: int) -> NDArray[np.intp]:
    """How many units train for the first time in each year: ``treated`` in all, spread over all years but the first."""
    slots = 1 + (np.arange(treated) * (years - 1)) // treated
    return np.bincount(slots, minlength=years)


def unfold(frame: Frame, cell: Cell, strengths: Strengths, training_effect: float | None = None) -> World:
    """The programme year by year: training by selection, exposure from the year before, outcomes.

    ``training_effect`` stands in for the mean effect; worlds of one frame share units, ties, noise and the seed of
    their counts.
    """
    units, years = frame.base.shape
    mean_effect = strengths.training_effect if training_effect is None else training_effect
    exposure_effect = strengths.exposure_effect if cell.spillovers else 0.0
    profile = np.array(strengths.profile if strengths.heterogeneity else (1.0,))
    counting = np.random.default_rng(frame.poisson_seed)
    count_by_year = newcomers(cell.treated, years)
    first = np.full(units, NEVER)
    trained, exposure, own, log_mean, applications = (np.zeros((units, years)) for _ in range(5))
    for year in range(years):
        if count_by_year[year]:
            utility = frame.selection_noise[:, year].copy()
            if strengths.selection:
                activity = np.log((applications[:, year - 1] + 0.5) / frame.population[:, year - 1] ** 0.35)
                activity = (activity - activity.mean()) / activity.std()
                utility += strengths.select_capacity * frame.capacity + strengths.select_activity * activity
            utility[first < NEVER] = -np.inf
            first[np.argsort(-utility, kind="stable")[: count_by_year[year]]] = year
        trained[:, year] = first <= year
        if year:
            exposure[:, year] = frame.ties @ trained[:, year - 1]
        since = np.clip(year - first, 0, len(profile) - 1)
        own[:, year] = np.where(first <= year, mean_effect * frame.unit_ratio * profile[since], 0.0)
        log_mean[:, year] = frame.base[:, year] + own[:, year] + exposure_effect * exposure[:, year]
        applications[:, year] = counting.poisson(np.exp(log_mean[:, year]) * frame.frailty[:, year])
    log_rate = frame.rate_base + own + exposure_effect * exposure
    return World(
        first=first,
        trained=trained,
        exposure=exposure,
        population=frame.population,
        applications=applications,
        log_rate=log_rate,
        own=own,
        log_mean=log_mean,
        exposure_effect=exposure_effect,
    )
