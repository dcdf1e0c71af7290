"""The contest of one year: shares chosen with an eye to thresholds, scores in steps, the line of the budget."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from evaluation.simulate.geography import Geography
from evaluation.simulate.parameters import Parameters, YearRules
from evaluation.simulate.randomness import generator

CRITERIA = (
    "participation", "residents_contribution", "business_contribution", "local_contribution", "significance",
    "information",
)  # fmt: skip
# Lower bounds of the steps (shares; participation in participations per resident of the place) and their points.
STEPS: dict[str, dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "first": {
        "participation": ((0.0, 0.10, 0.25, 0.50, 0.80), (0, 6, 12, 18, 25)),
        "residents_contribution": ((0.0, 0.03, 0.05, 0.07, 0.10), (0, 5, 10, 15, 20)),
        "business_contribution": ((0.0, 0.07, 0.10, 0.15), (0, 5, 10, 15)),
        "local_contribution": ((0.0, 0.05, 0.10, 0.15), (0, 5, 10, 15)),
    },
    "second": {
        "participation": ((0.0, 0.10, 0.20, 0.40, 0.60, 0.90), (0, 5, 10, 15, 20, 25)),
        "residents_contribution": ((0.0, 0.03, 0.05, 0.08, 0.12), (0, 5, 10, 15, 20)),
        "business_contribution": ((0.0, 0.07, 0.10, 0.12), (0, 5, 10, 15)),
        "local_contribution": ((0.0, 0.05, 0.07, 0.10), (0, 5, 10, 15)),
    },
}
TOPICS = (
    "improvement", "playgrounds", "sport", "culture", "roads", "water", "lighting", "fire_safety", "cemeteries",
    "heritage", "other",
)  # fmt: skip
_TOPIC_SHARES = (0.24, 0.18, 0.13, 0.12, 0.09, 0.06, 0.06, 0.04, 0.04, 0.03, 0.01)
APPLICANTS = ("administration", "territorial_self_government", "initiative_group", "nonprofit", "institution")
_APPLICANT_SHARES = (0.48, 0.12, 0.25, 0.04, 0.11)
STAGES = ("planned", "paid")
SOURCES = ("regional", "local", "residents", "business", "other")
CHANNELS = ("meeting", "questionnaire", "online")


@dataclass(frozen=True)
class Contest:
    """Arrays with one entry an application of one year; ``unit`` is the base unit's position."""

    year: int
    unit: np.ndarray
    number: np.ndarray
    topic: np.ndarray
    applicant: np.ndarray
    place: np.ndarray
    place_population: np.ndarray
    applied_on: np.ndarray
    planned: np.ndarray  # applications x SOURCES, roubles
    paid: np.ndarray  # the same, NaN where nothing was paid or is not yet known
    points: np.ndarray  # applications x CRITERIA, NaN where not scored
    score: np.ndarray
    status: np.ndarray
    funded: np.ndarray
    participation: np.ndarray  # applications x CHANNELS
    beneficiaries: np.ndarray
    planned_end: np.ndarray
    finished_on: np.ndarray
    helped: np.ndarray
    line: float  # the lowest funded score


def hold_contest(
    year: int,
    unit: np.ndarray,
    geography: Geography,
    population: np.ndarray,
    trained: np.ndarray,
    parameters: Parameters,
    seed: int,
    size: int,
) -> Contest:
    """Simulate applications of ``unit`` (positions) in one contest. ``population`` and ``trained`` are by base unit.

    Every random array is drawn in a fixed order, so that an unchanged list of applications gives the same contest.
    """
    rng = generator(seed, "contest", year)
    rules = parameters.rules(year)
    count = len(unit)
    city = np.isin(geography.units["type"].to_numpy(), ("city_okrug", "closed_city"))[unit]

    topic = rng.choice(len(TOPICS), count, p=_TOPIC_SHARES)
    applicant = rng.choice(len(APPLICANTS), count, p=_APPLICANT_SHARES)
    place = rng.integers(0, 12, count)
    spread = np.exp(rng.normal(0, 0.8, count))
    place_population = np.where(city, 2600.0, 900.0) * spread
    place_population = np.round(np.clip(place_population, 60, 0.6 * population[unit]))
    helped = rng.random(count) < 1 / (1 + np.exp(0.8 - 0.9 * trained[unit]))
    quality = parameters.quality_capacity * geography.capacity[unit] + rng.normal(size=count)
    if parameters.direct_help:
        quality = quality + parameters.quality_help * helped

    planned, shares = _money(rng, count, year, quality, parameters, rules)
    participation = _participation(rng, place_population, quality, year, parameters, rules)
    applied_on = _applied(rng, count, rules.deadline)
    points = _points(rng, shares, participation, place_population, quality, rules)
    score = points.sum(axis=1)

    below = (shares["local"] < rules.min_local_share) | (shares["residents"] < rules.min_residents_share)
    refused = (rng.random(count) < parameters.rejected_share) | (below & (rng.random(count) < 0.5))
    withdrawn = ~refused & (rng.random(count) < parameters.withdrawn_share)
    admitted = ~refused & ~withdrawn

    budget = rules.budget * max(1.0, size / 61)
    tie_break = np.lexsort((rng.random(count), applied_on, -score))
    order = tie_break[admitted[tie_break]]
    spent = planned[order, 0].cumsum()
    fits = int(np.searchsorted(spent, budget, side="right"))
    funded = np.zeros(count, dtype=bool)
    funded[order[:fits]] = True
    line = float(score[order[:fits]].min()) if fits else float("nan")

    status = np.where(refused, "rejected_formally", np.where(withdrawn, "withdrawn", "not_selected")).astype(object)
    outcome = rng.random(count)
    done = parameters.completed_share
    ended = np.where(
        outcome < done, "completed", np.where(outcome < done + (1 - done) * 0.6, "partly_completed", "not_completed")
    )
    status[funded] = ended[funded]
    planned_end = _month_end(rng, count, year)
    late = rng.random(count) < 0.2
    delay = np.where(late, rng.integers(5, 60, count), -rng.integers(0, 25, count))
    finished_on = planned_end + delay
    # Works of the current year that would end after its last day are not finished when the register is compiled.
    open_now = finished_on > np.datetime64(f"{year}-12-20", "D")
    status[funded & open_now & (status == "completed")] = "funded"
    finished = funded & np.isin(status, ("completed", "partly_completed"))
    finished_on = np.where(finished, np.minimum(finished_on, np.datetime64(f"{year}-12-20", "D")), np.datetime64("NaT"))

    rate = np.round(
        np.where(rng.random((count, len(SOURCES))) < 0.6, 1.0, rng.uniform(0.92, 1.0, (count, len(SOURCES)))), 4
    )
    rate[status == "partly_completed"] *= 0.7
    paid = np.where(finished[:, None], np.round(planned * rate, -1), np.nan)
    points = np.where(admitted[:, None], points, np.nan)
    score = np.where(admitted, score, np.nan)
    number = np.empty(count, dtype=int)
    number[np.lexsort((rng.random(count), applied_on))] = np.arange(1, count + 1)
    beneficiaries = np.round(place_population * rng.uniform(0.25, 0.95, count))
    return Contest(
        year, unit, number, np.array(TOPICS, dtype=object)[topic], np.array(APPLICANTS, dtype=object)[applicant], place,
        place_population, applied_on, planned, paid, points, score, status, funded, participation, beneficiaries,
        planned_end, finished_on, helped, line,
    )  # fmt: skip


def _money(
    rng: np.random.Generator, count: int, year: int, quality: np.ndarray, parameters: Parameters, rules: YearRules
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Planned money by source in roubles (multiples of ten) and its shares of the total."""
    mean = parameters.project_cost * (1 + parameters.price_growth) ** (year - 2022)
    cost = mean * np.exp(rng.normal(-0.06, 0.35, count))
    steps = STEPS[rules.scoring]
    wanted = {
        "local": 0.045 + rng.gamma(1.6, 0.014, count) + 0.002 * quality,
        "residents": 0.026 + rng.gamma(1.6, 0.010, count) + 0.002 * quality,
        "business": 0.035 + rng.gamma(1.8, 0.016, count) + 0.002 * quality,
    }
    lift = {name: rng.random(count) for name in wanted}
    wanted = {name: np.clip(share, 0.005, 0.4) for name, share in wanted.items()}
    if parameters.bunching:
        wanted = {
            name: _heaped(share, steps[f"{name}_contribution"][0], lift[name], parameters)
            for name, share in wanted.items()
        }
    other = np.where(rng.random(count) < 0.1, rng.uniform(0.005, 0.03, count), 0.0)
    regional_share = 1 - wanted["local"] - wanted["residents"] - wanted["business"] - other
    cost = np.minimum(cost, 0.998 * rules.max_grant / regional_share)
    cost = np.maximum(np.round(cost, -3), 90_000)
    planned = np.empty((count, len(SOURCES)))
    for k, name in enumerate(("local", "residents", "business"), start=1):
        # Rounded upwards: a share lifted to a threshold must not fall below it by rounding.
        planned[:, k] = np.ceil(cost * wanted[name] / 10) * 10
    planned[:, 4] = np.round(cost * other, -1)
    planned[:, 0] = cost - planned[:, 1:].sum(axis=1)
    return planned, {name: planned[:, k] / cost for k, name in enumerate(("local", "residents", "business"), start=1)}


def _heaped(share: np.ndarray, thresholds: tuple[float, ...], draw: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Shares of which a part of those just below a threshold was lifted to it."""
    bounds = np.array(thresholds[1:])
    above = np.searchsorted(bounds, share, side="right")
    target = bounds[np.minimum(above, len(bounds) - 1)]
    near = (above < len(bounds)) & (target - share < parameters.bunching_reach) & (draw < parameters.bunching_share)
    return np.where(near, target, share)


def _participation(
    rng: np.random.Generator,
    place_population: np.ndarray,
    quality: np.ndarray,
    year: int,
    parameters: Parameters,
    rules: YearRules,
) -> np.ndarray:
    """Participations (not persons) by channel; meetings fall in 2020-21 and other channels take their place."""
    count = len(place_population)
    meeting = np.exp(rng.normal(-2.3, 0.5, count) + 0.1 * quality)
    questionnaire = np.exp(rng.normal(-1.45, 0.5, count) + 0.1 * quality)
    online = np.exp(rng.normal(-1.5, 0.7, count) + 0.1 * quality)
    if parameters.common_shocks and year in (2020, 2021):
        meeting, questionnaire, online = meeting * 0.35, questionnaire * 1.1, online * 1.2
    rates = np.column_stack([meeting, questionnaire, online]) * 0.65 * parameters.participation_scale
    lift = rng.random(count)
    total = rates.sum(axis=1)
    if parameters.bunching:
        bounds = np.array(STEPS[rules.scoring]["participation"][0][1:])
        above = np.searchsorted(bounds, total, side="right")
        target = bounds[np.minimum(above, len(bounds) - 1)] + 0.001
        near = (above < len(bounds)) & (target - total < 0.06) & (lift < parameters.bunching_share)
        rates[:, 1] += np.where(near, target - total, 0.0)
    counts = np.ceil(rates * place_population[:, None])
    no_online = (rng.random(count) < 0.15) & (year < 2022)
    counts[no_online, 2] = 0
    return np.asarray(np.minimum(counts, place_population[:, None]))


def _points(
    rng: np.random.Generator,
    shares: dict[str, np.ndarray],
    participation: np.ndarray,
    place_population: np.ndarray,
    quality: np.ndarray,
    rules: YearRules,
) -> np.ndarray:
    """Points by criterion (applications x CRITERIA)."""
    steps = STEPS[rules.scoring]
    values = {
        "participation": participation.sum(axis=1) / place_population,
        "residents_contribution": shares["residents"],
        "business_contribution": shares["business"],
        "local_contribution": shares["local"],
    }
    columns = []
    for name, value in values.items():
        bounds, points = steps[name]
        columns.append(
            np.array(points, dtype=float)[np.searchsorted(np.array(bounds), value + 1e-12, side="right") - 1]
        )
    columns.append(np.clip(np.round((7.5 + 3.2 * quality + rng.normal(0, 1.5, len(quality))) / 3) * 3, 0, 15))
    columns.append(rng.choice([0.0, 2.0, 5.0, 10.0], len(quality), p=[0.1, 0.25, 0.4, 0.25]))
    return np.column_stack(columns)


def _applied(rng: np.random.Generator, count: int, deadline: dt.date) -> np.ndarray:
    """Days of application: many on the last days."""
    before = np.minimum(rng.geometric(0.09, count) - 1, 40)
    return np.datetime64(deadline, "D") - before.astype("timedelta64[D]")


def _month_end(rng: np.random.Generator, count: int, year: int) -> np.ndarray:
    months = rng.choice([8, 9, 10, 11], count, p=[0.25, 0.35, 0.28, 0.12])
    first_of_next = (np.datetime64(f"{year}-01", "M") + months).astype("datetime64[D]")
    return np.asarray(first_of_next - np.timedelta64(1, "D"))
