"""Every strength of the simulated programme, with a switch for each nuisance.

The defaults give the published order of magnitude over 2019-2025: about 867 funded projects, 971 mln roubles of
their total cost and 878 thousand participations in them. Everything here is invented; nothing is estimated.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal

Assignment = Literal["selected", "random"]

BUDGETS: dict[int, float] = {
    2019: 81_000_000.0,
    2020: 89_000_000.0,
    2021: 94_000_000.0,
    2022: 108_000_000.0,
    2023: 130_000_000.0,
    2024: 138_000_000.0,
    2025: 146_000_000.0,
}


@dataclass(frozen=True)
class YearRules:
    """Rules of one year's contest. Money in roubles, shares of the total cost from 0 to 1."""

    deadline: dt.date
    max_grant: float
    min_local_share: float
    min_residents_share: float
    min_business_share: float
    budget: float
    scoring: Literal["first", "second"]


@dataclass(frozen=True)
class Parameters:
    """Strengths of the generating process. ``replace(parameters, name=value)`` gives a changed copy."""

    # ---- switches of nuisances: False takes the nuisance away and leaves everything else as it is -------------
    selection: bool = True  # who trains depends on last year's activity, capacity and distance
    spillover: bool = True  # peers' earlier training acts through exchange
    heterogeneity: bool = True  # effect of training differs by assistance, type and years since training
    spatial_dependence: bool = True  # capacity is alike among neighbours
    serial_correlation: bool = True  # a unit's noise carries over to the next year
    overdispersion: bool = True  # counts vary more than Poisson
    bunching: bool = True  # applicants lift shares just above scoring thresholds
    reform: bool = True  # units change as the crosswalk says
    common_shocks: bool = True  # years differ; meetings fall in 2020-21
    direct_help: bool = True  # methodical help raises the score itself

    # ---- units ------------------------------------------------------------------------------------------------
    population_growth: float = -0.006  # yearly, mean over units
    population_growth_sd: float = 0.006
    adult_share: float = 0.78
    closed_population: float = 40_000.0  # assumed inside the simulation where none is published
    spatial_range_km: float = 250.0  # distance over which capacity is alike
    capacity_activity_correlation: float = 0.5

    # ---- applications: log mean = log population + unit + year + training + exposure + assistance + noise ------
    applications_at_median: float = 2.0  # mean applications a year of a unit of 18 thousand people, untrained
    population_elasticity: float = 0.35  # mean applications grow with population to this power
    unit_sd: float = 0.25  # of unobserved community activity in the unit effect
    capacity_in_unit_effect: float = 0.10
    year_drift: float = 0.02
    year_dip: float = -0.10  # in 2020 and 2021
    training_effect: float = 0.35  # mean effect of own training on the log mean
    alone_ratio: float = 0.5  # effect without on-site assistance, relative to the mean effect
    assisted_share: float = 0.6  # units with a curator
    city_ratio: float = 0.85  # effect in city okrugs relative to others
    profile: tuple[float, ...] = (0.9, 1.05, 1.05, 1.0)  # by years since first training; the last one stays
    exposure_effect: float = 0.05  # on the log mean, per tie with a peer trained a year earlier
    assistance_effect: float = 0.03  # on the log mean, per log(1 + consultations before the deadline)
    noise_sd: float = 0.15
    noise_autocorrelation: float = 0.4
    dispersion: float = 0.06  # negative binomial: variance = mean + dispersion x mean^2

    # ---- training ---------------------------------------------------------------------------------------------
    assignment: Assignment = "selected"  # "random": sealed stratified invitations instead of self-selection
    newcomers_per_training: float = 1.5  # units a training event that were never trained before, mean
    newcomers_first: float = 5.0  # the same at the events before the first deadline, when nobody was trained
    returning_per_training: float = 4.0  # units a training event that come again, mean
    select_activity: float = 0.10  # per standard deviation of last year's applications given population
    select_capacity: float = 0.45
    select_distance: float = 0.35  # per 300 km, in-person events only
    persons_per_unit: float = 1.8  # at an event, beyond the first person
    absent_units: float = 0.6  # units a training event that register and do not come, mean
    compliance: float = 0.85  # under random assignment: invited units that come

    # ---- exchange ---------------------------------------------------------------------------------------------
    exchange_events: tuple[int, int] = (6, 10)  # a year, at 61 units
    guests: tuple[int, int] = (6, 12)
    host_success: float = 0.8  # log odds per log(1 + funded projects of last year)
    guest_distance: float = 0.7  # per 300 km
    old_tie: float = 0.3  # log odds per log(1 + earlier meetings of guest and host)

    # ---- consultations ----------------------------------------------------------------------------------------
    consultations_mean: float = 1.6  # a unit and year without a curator
    curator_ratio: float = 2.5

    # ---- contest ----------------------------------------------------------------------------------------------
    project_cost: float = 1_120_000.0  # roubles, mean of 2022; follows prices by 4 % a year
    price_growth: float = 0.04
    quality_capacity: float = 0.4
    quality_help: float = 0.6  # methodical help, in standard deviations of quality
    bunching_share: float = 0.45  # of those within reach below a threshold who lift themselves to it
    bunching_reach: float = 0.012
    participation_scale: float = 0.95
    rejected_share: float = 0.04
    withdrawn_share: float = 0.02
    completed_share: float = 0.93

    # ---- surveys ----------------------------------------------------------------------------------------------
    participant_response: float = 0.6
    reaction_mean: float = 1.1  # latent mean on a scale with unit variance: ratings are near their ceiling
    learning_gain: float = 0.8  # standard deviations of the test before
    attrition_by_gain: float = 0.5  # log odds of leaving the second test per standard deviation of gain
    residents_sample: int = 540  # drawn in equal parts from three strata
    resident_response: float = 0.55
    response_by_satisfaction: float = 0.4  # log odds per standard deviation of satisfaction
    item_loading: float = 0.75  # of every rating on its scale's latent variable
    event_quality_sd: float = 0.35  # by which people like one training event better than another
    behaviour_by_gain: float = 0.5  # log odds of applying what was learnt per standard deviation of gain
    precinct_sd: float = 0.25  # of satisfaction between polling precincts of one unit
    speeders: float = 0.04
    straight_liners: float = 0.03

    # ---- reform -----------------------------------------------------------------------------------------------
    old_code_rows: int = 4  # rows of the files after the reform that still stand under an old unit

    def rules(self, year: int) -> YearRules:
        """The contest's rules in ``year``: cap and scoring steps change once, in 2022."""
        first, last = min(BUDGETS), max(BUDGETS)
        if year in BUDGETS:
            budget = BUDGETS[year]
        elif year < first:
            budget = BUDGETS[first]
        else:
            budget = round(BUDGETS[last] * (1 + self.price_growth) ** (year - last), -6)
        later = year >= 2022
        return YearRules(
            deadline=application_deadline(year),
            max_grant=2_000_000.0 if later else 1_500_000.0,
            min_local_share=0.05,
            min_residents_share=0.03,
            min_business_share=0.07,
            budget=budget,
            scoring="second" if later else "first",
        )

    def changed(self, **values: Any) -> Parameters:
        """A copy with ``values`` instead of the defaults."""
        return replace(self, **values)


def application_deadline(year: int) -> dt.date:
    """The 15th of February, or the Friday before where that is a weekend."""
    day = dt.date(year, 2, 15)
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def territory_date(year: int) -> dt.date:
    """The day on which the codes and names in a year's files are valid."""
    return dt.date(year, 12, 31)
