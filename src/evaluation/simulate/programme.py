"""The programme year by year: support before a deadline, applications, the contest, support after it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluation.simulate import exchange, outcomes, schedule, training
from evaluation.simulate.contest import Contest, hold_contest
from evaluation.simulate.geography import Geography, build_geography
from evaluation.simulate.parameters import Parameters, application_deadline
from evaluation.simulate.randomness import generator

YEARS = tuple(range(2019, 2026))


@dataclass
class History:
    """What happened, by position of base units (see Geography); arrays are units x years unless said otherwise."""

    geography: Geography
    parameters: Parameters
    seed: int
    noise: outcomes.Noise
    teams: training.Teams
    support_events: list[schedule.Event]
    hosts: dict[str, int]  # base position of the place of each support event; -1 online
    exchange_events: list[schedule.Event]
    first_trained: np.ndarray  # units; 0 = never
    trained: np.ndarray
    exposure: np.ndarray
    exposure_wins: np.ndarray
    consultations_before: np.ndarray
    log_mean: np.ndarray
    applications: np.ndarray
    funded: np.ndarray
    contests: list[Contest] = field(default_factory=list)
    meetings: list[exchange.Meeting] = field(default_factory=list)
    attendance: training.Attendance = field(default_factory=training.Attendance)
    consultations: pd.DataFrame = field(default_factory=pd.DataFrame)
    invited: list[tuple[str, np.ndarray]] = field(default_factory=list)  # event, units that registered but did not come


def run(
    units: pd.DataFrame, crosswalk: pd.DataFrame | None, parameters: Parameters, seed: int, years: tuple[int, ...]
) -> History:
    """Simulate the history of all base units. Years must be consecutive."""
    geography = build_geography(units, crosswalk, parameters, seed, years)
    size, count = geography.size, len(years)
    noise = outcomes.draw_noise(geography, parameters, seed)
    teams = training.build_teams(geography, seed)
    support = [event for y in years for event in schedule.support_events(y, parameters, seed, size)]
    meetings_plan = [event for y in years for event in schedule.exchange_events(y, parameters, seed, size)]
    draw = generator(seed, "support hosts")
    hosts = {event.event_id: training.choose_host(draw, geography, event.mode) for event in support}
    blank = np.zeros((size, count))
    history = History(
        geography, parameters, seed, noise, teams, support, hosts, meetings_plan, np.zeros(size, dtype=int),
        blank.astype(bool), blank.copy(), blank.copy(), blank.copy(), blank.copy(), blank.astype(int),
        blank.astype(int),
    )  # fmt: skip
    history.consultations = _consultations(geography, parameters, seed)
    consulted = _consultations_before(history.consultations, geography)
    met: dict[int, dict[int, int]] = {}
    strata = training.strata_of(geography)
    for k, year in enumerate(years):
        taught = _train(history, k, strata)
        history.first_trained[taught & (history.first_trained == 0)] = year
        history.trained[:, k] = history.first_trained > 0
        window = _exchange(history, k, met)
        before = history.trained[:, k - 1].astype(float) if k else np.zeros(size)
        wins = history.funded[:, k - 1].astype(float) if k else np.zeros(size)
        history.exposure[:, k] = exchange.exposure(window, before)
        history.exposure_wins[:, k] = exchange.exposure(window, wins)
        history.consultations_before[:, k] = consulted[:, k]
        mean = outcomes.log_mean(
            k, year, history.first_trained, history.exposure[:, k], consulted[:, k], noise, parameters
        )
        history.log_mean[:, k] = mean
        history.applications[:, k] = outcomes.counts(mean, k, noise)
        contest = hold_contest(
            year, np.repeat(np.arange(size), history.applications[:, k]), geography, geography.population[:, k],
            history.trained[:, k], parameters, seed, size,
        )  # fmt: skip
        history.contests.append(contest)
        history.funded[:, k] = np.bincount(contest.unit[contest.funded], minlength=size)
    # Events after the last deadline belong to the last year's files, though they act on no outcome here.
    _train(history, count, strata)
    _exchange(history, count, met)
    return history


def in_window(events: list[schedule.Event], years: tuple[int, ...], k: int) -> list[schedule.Event]:
    """Events that ended before the ``k``-th deadline and not before the one earlier (all earlier ones for k = 0)."""
    first = np.datetime64(application_deadline(years[k - 1])) if k else np.datetime64("0001-01-01")
    last = np.datetime64(application_deadline(years[k])) if k < len(years) else np.datetime64("9999-12-31")
    return sorted((e for e in events if first <= e.ends_on < last), key=lambda e: (e.ends_on, e.event_id))


def _train(history: History, k: int, strata: np.ndarray) -> np.ndarray:
    """Hold the training events of one window; returns which units were taught."""
    geography, parameters, years = history.geography, history.parameters, history.geography.years
    size = geography.size
    rng = generator(history.seed, "training", years[0] + k)
    taught = np.zeros(size, dtype=bool)
    if k:
        expected = np.log1p(geography.population[:, k - 1] ** parameters.population_elasticity)
        raw = np.log1p(history.applications[:, k - 1])
        raw = raw - np.polyval(np.polyfit(expected, raw, 1), expected) if np.ptp(expected) > 0 else raw
        activity = (raw - raw.mean()) / (raw.std() or 1.0)
    else:
        activity = np.zeros(size)
    for event in in_window(history.support_events, years, k):
        if event.stream != "training":
            continue
        host = history.hosts[event.event_id]
        trained = (history.first_trained > 0) | taught
        present, absent = training.training_units(rng, geography, parameters, host, trained, activity, strata)
        training.send_people(
            rng, history.attendance, event.event_id, event.hours, event.year, history.teams, present, absent,
            parameters.persons_per_unit, event.mode == "online",
        )  # fmt: skip
        taught[present] = True
        history.invited.append((event.event_id, np.concatenate([present, absent])))
    return taught


def _exchange(history: History, k: int, met: dict[int, dict[int, int]]) -> list[exchange.Meeting]:
    """Hold the exchange events of one window."""
    years, size = history.geography.years, history.geography.size
    rng = generator(history.seed, "exchange", years[0] + k)
    funded = history.funded[:, k - 1] if k else np.zeros(size)
    held = []
    for event in in_window(history.exchange_events, years, k):
        if event.form == "publication":
            continue
        trained = history.first_trained > 0
        held.append(
            exchange.hold(
                rng, event.event_id, event.mode == "online", history.geography, history.parameters, funded, trained, met
            )
        )
    history.meetings += held
    return held


def _consultations(geography: Geography, parameters: Parameters, seed: int) -> pd.DataFrame:
    """Consultations of all years: unit (base position), moment, channel, topic, minutes; in order of time."""
    parts: dict[str, list[np.ndarray]] = {}
    topics = np.array(["application", "funding", "participation", "reporting", "other"], dtype=object)
    channels = np.array(["phone", "in_person", "video", "chat", "letter"], dtype=object)
    rate = parameters.consultations_mean * np.where(geography.curator, parameters.curator_ratio, 1.0)
    rate = rate * np.exp(0.2 * geography.activity)
    for year in geography.years:
        rng = generator(seed, "consultations", year)
        unit = np.repeat(np.arange(geography.size), rng.poisson(rate))
        count = len(unit)
        # A third of the year's questions come in the six weeks before the deadline.
        winter = rng.random(count) < 0.35
        day = np.where(winter, rng.integers(8, 45, count), rng.integers(45, 350, count))
        when = np.busday_offset(np.datetime64(f"{year}-01-01", "D") + day, 0, roll="backward")
        moment = when.astype("datetime64[m]") + (rng.integers(9 * 12, 17 * 12 + 6, count) * 5).astype("timedelta64[m]")
        order = np.lexsort((unit, moment))
        columns = {
            "year": np.full(count, year),
            "unit": unit[order],
            "moment": moment[order].astype("datetime64[us]"),
            "topic": topics[rng.choice(5, count, p=[0.35, 0.25, 0.2, 0.15, 0.05])],
            "channel": channels[rng.choice(5, count, p=[0.5, 0.1, 0.15, 0.15, 0.1])],
            "minutes": np.clip(np.round(rng.gamma(2.2, 8, count)), 3, 120),
            "number": np.arange(1, count + 1),
        }
        for name, values in columns.items():
            parts.setdefault(name, []).append(values)
    out = pd.DataFrame({name: np.concatenate(values) for name, values in parts.items()})
    out["consultation_id"] = [f"{y}-C{n}" for y, n in zip(out["year"], out["number"], strict=True)]
    return out


def _consultations_before(consultations: pd.DataFrame, geography: Geography) -> np.ndarray:
    """Consultations between two deadlines (units x years); all earlier ones for the first year."""
    out = np.zeros((geography.size, len(geography.years)))
    moment = consultations["moment"].to_numpy()
    unit = consultations["unit"].to_numpy()
    for k, year in enumerate(geography.years):
        inside = moment < np.datetime64(application_deadline(year), "us")
        if k:
            inside &= moment >= np.datetime64(application_deadline(geography.years[k - 1]), "us")
        out[:, k] = np.bincount(unit[inside], minlength=geography.size)
    return out
