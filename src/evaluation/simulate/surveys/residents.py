"""Residents' questionnaires: a stratified sample of polling precincts, with non-response that satisfaction drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate.parameters import Parameters
from evaluation.simulate.programme import History
from evaluation.simulate.questionnaires import RESIDENTS
from evaluation.simulate.randomness import generator
from evaluation.simulate.surveys.habits import answer_again, filled_in, ids_of, several, tick_one_column
from evaluation.simulate.surveys.participants import ratings
from evaluation.simulate.surveys.tables import NOT_ASKED, Codes, Wave, people_frame, wave_row
from evaluation.simulate.surveys.truth import logistic_share, rating_mean
from evaluation.simulate.tables import row_codes

AGES = ("18_34", "35_54", "55_plus")
AGE_SHARES = (0.27, 0.36, 0.37)
FEMALE_SHARE = 0.54
AGE_SATISFACTION = 0.25  # standard deviations of satisfaction from one age group to the next
STRATA = ("city", "large", "small")
STRATUM_SATISFACTION = np.array([-0.35, 0.0, 0.45])  # people are the more content the smaller the place
_PRECINCT = 2_000  # adults
_PRECINCTS_DRAWN = 12  # in each stratum
_MARGINS_SOURCE = "численность взрослых по полу и возрасту (смоделировано)"
# Share that learns of projects from each source, by age group.
_LEARNT = {
    "meeting": (0.12, 0.22, 0.30), "social": (0.60, 0.40, 0.15), "media": (0.12, 0.25, 0.45),
    "site": (0.20, 0.18, 0.08), "people": (0.30, 0.30, 0.30),
}  # fmt: skip
_TOOK_PART = 0.35  # of those who have heard of the programme
_HOW = {"voted": 0.7, "money": 0.4, "work": 0.35, "papers": 0.1}
_PAY = {"yes": 0.2, "perhaps": 0.35, "no": 0.28}


@dataclass(frozen=True)
class Frame:
    """Units with open population in one year: base position, adults, precincts and stratum (position in STRATA)."""

    units: np.ndarray
    adults: np.ndarray
    precincts: np.ndarray
    stratum: np.ndarray
    mean: np.ndarray  # of latent satisfaction, for the middle age group


def sampling_frame(history: History, k: int) -> Frame:
    """The largest unit is a stratum of its own; the others are halved by population."""
    geography = history.geography
    units = np.flatnonzero(geography.published)
    population = geography.population[units, k]
    adults = np.round(population * history.parameters.adult_share)
    others = np.delete(population, int(np.argmax(population)))
    middle = np.median(others) if len(others) else 0.0
    stratum = np.where(population >= middle, 1, 2)
    stratum[int(np.argmax(population))] = 0
    mean = 0.25 * history.trained[units, k] + 0.3 * geography.capacity[units] + STRATUM_SATISFACTION[stratum]
    return Frame(units, adults, np.maximum(2, np.ceil(adults / _PRECINCT)).astype(int), stratum, mean)


def margins(history: History, k: int) -> pd.DataFrame:
    """population_margins of one year: adults by sex, age group and stratum (counts; shares of all adults)."""
    year = history.geography.years[k]
    frame = sampling_frame(history, k)
    total = frame.adults.sum()
    levels = {
        "sex": {"male": 1 - FEMALE_SHARE, "female": FEMALE_SHARE},
        "age_group": dict(zip(AGES, AGE_SHARES, strict=True)),
        "stratum": {name: float(frame.adults[frame.stratum == code].sum() / total) for code, name in enumerate(STRATA)},
    }
    rows = []
    for variable, shares in levels.items():
        names = list(shares)
        counts = np.round(total * np.array([shares[name] for name in names]))
        counts[-1] = total - counts[:-1].sum()  # all margins add up to the same people
        rows += [
            {"variable": variable, "level": name, "count": int(count), "share": round(count / total, 6)}
            for name, count in zip(names, counts, strict=True)
        ]
    out = pd.DataFrame(rows)
    out.insert(0, "margins_id", f"residents-{year}")
    return out.assign(source=_MARGINS_SOURCE, as_of=f"{year}-01-01")


def _draw(rng: np.random.Generator, frame: Frame, parameters: Parameters) -> pd.DataFrame:
    """Precincts drawn with equal chances within a stratum, without repetition; one row a precinct.

    Columns place (position in ``frame``), precinct (number over all), stratum, people (asked in it), w_base.
    """
    offsets = np.concatenate([[0], np.cumsum(frame.precincts)])
    strata = [code for code in range(len(STRATA)) if (frame.stratum == code).any()]
    parts = []
    for code in strata:
        inside = np.flatnonzero(frame.stratum == code)
        place = np.repeat(inside, frame.precincts[inside])
        number = np.concatenate([offsets[u] + np.arange(frame.precincts[u]) for u in inside])
        size = min(_PRECINCTS_DRAWN, len(number))
        drawn = np.sort(rng.permutation(len(number))[:size])
        people = int(np.ceil(parameters.residents_sample / len(strata) / size))
        adults = frame.adults[place[drawn]] / frame.precincts[place[drawn]]
        parts.append(
            pd.DataFrame(
                {
                    "place": place[drawn],
                    "precinct": number[drawn] + 1,
                    "stratum": STRATA[code],
                    "people": people,
                    "w_base": np.round(len(number) / size * adults / people, 4),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def simulate_residents(history: History, k: int, year: int) -> Wave:
    """One wave of the residents' survey, face to face, every October."""
    parameters = history.parameters
    rng = generator(history.seed, "residents sample", year)
    frame = sampling_frame(history, k)
    drawn = _draw(rng, frame, parameters)
    points = drawn.assign(
        unit_id=row_codes(history, year, frame.units[drawn["place"]], "residents codes"),
        effect=parameters.precinct_sd * rng.normal(size=len(drawn)),
        psu=[f"УИК-{number:04d}" for number in drawn["precinct"]],
    )
    sample = points.loc[points.index.repeat(points["people"])].reset_index(drop=True)
    size = len(sample)
    female = rng.random(size) < FEMALE_SHARE
    age = rng.choice(3, size, p=AGE_SHARES)
    latent = frame.mean[sample["place"]] + sample["effect"].to_numpy() + AGE_SATISFACTION * (age - 1)
    latent = latent + rng.normal(size=size)
    logit = np.log(parameters.resident_response / (1 - parameters.resident_response))
    willing = logit + parameters.response_by_satisfaction * latent + 0.35 * (age - 1) + 0.2 * female
    answered = rng.random(size) < 1 / (1 + np.exp(-willing))
    sample, latent, female, age = sample[answered], latent[answered], female[answered], age[answered]
    count = len(sample)
    codes = _answers(rng, latent, female, age, year, parameters)
    days = np.datetime64(f"{year}-10-05", "D") + rng.integers(0, 26, count)
    times, hurried = filled_in(rng, days, 540.0, parameters)
    people = people_frame(
        f"{year}-residents",
        count,
        **{name: sample[name].to_numpy(dtype=object) for name in ("unit_id", "stratum", "psu")},
        w_base=sample["w_base"].to_numpy(dtype=float),
        **times,
    )
    lined = tick_one_column(rng, codes, RESIDENTS, parameters)
    people, codes, twice = answer_again(rng, people, codes, round(0.01 * count), "satisfied_place", 55)
    words = {
        "population": "жители края 18 лет и старше, кроме закрытых городов",
        "mode": "личное интервью на планшете",
        "margins_id": f"residents-{year}",
    }
    counts = (int(frame.adults.sum()), size, len(people))
    row = wave_row("residents", year, "stratified", counts, (f"{year}-10-05", f"{year}-10-31"), words)
    truth = {
        "invited": size,
        "answered": count,
        "mean_latent_satisfaction_population": _population_mean(frame),
        "mean_latent_satisfaction_answered": float(latent.mean()) if count else None,
        "margins": {"female": FEMALE_SHARE} | dict(zip(AGES, AGE_SHARES, strict=True)),
        "item_loading": parameters.item_loading,
        **_population_truth(frame, year, parameters),
        "speeders": ids_of(people, hurried),
        "straight_liners": ids_of(people, lined),
        "answered_again": twice,
    }
    return Wave(row, people, codes, truth)


def _answers(
    rng: np.random.Generator, latent: np.ndarray, female: np.ndarray, age: np.ndarray, year: int, parameters: Parameters
) -> Codes:
    count = len(latent)
    heard = rng.random(count) < 1 / (1 + np.exp(-(_heard(year) + 0.3 * latent)))
    codes: Codes = {
        "sex": np.where(female, "female", "male").astype(object),
        "age_group": np.array(AGES, dtype=object)[age],
        "heard": _with_missing(rng, np.where(heard, "yes", "no"), 0.03, ""),
    }
    took = _with_missing(rng, np.where(rng.random(count) < _TOOK_PART, "yes", "no"), 0.03, "refused")
    # A few interviewers do not keep to the condition.
    asked = (codes["heard"] == "yes") | (rng.random(count) < 0.01)
    codes["took_part"] = np.where(asked, took, NOT_ASKED).astype(object)
    how = several(rng, list(_HOW), np.tile(list(_HOW.values()), (count, 1)))
    how = np.where(how == "", "voted", how)
    codes["how_took_part"] = np.where(codes["took_part"] == "yes", how, NOT_ASKED).astype(object)
    for item in RESIDENTS.items:
        if item.scale_id:
            codes[item.name] = ratings(rng, latent, item, parameters)
    learnt = several(rng, list(_LEARNT), np.array(list(_LEARNT.values())).T[age])
    learnt = np.where(learnt == "", "nowhere", learnt)
    codes["learnt_from"] = np.where(rng.random(count) < 0.03, "", learnt).astype(object)
    codes["ready_to_pay"] = rng.choice(
        [*_PAY, "dont_know", "refused", ""], count, p=[*_PAY.values(), 0.1, 0.04, 0.03]
    ).astype(object)
    return codes


def _heard(year: int) -> float:
    return -0.1 + 0.06 * (year - 2019)


def _with_missing(rng: np.random.Generator, answers: np.ndarray, share: float, mark: str) -> np.ndarray:
    out = answers.astype(object)
    draw = rng.random(len(out))
    out[draw < share] = "dont_know"
    out[draw > 1 - share] = mark
    return out


def _population_mean(frame: Frame) -> float:
    return float(frame.mean @ frame.adults / frame.adults.sum() + AGE_SATISFACTION * np.dot(AGE_SHARES, (-1, 0, 1)))


def _population_truth(frame: Frame, year: int, parameters: Parameters) -> dict[str, Any]:
    """Exact means of ratings and shares of answers among all adults, and the size of each stratum.

    Shares are of those who would give an answer at all (don't know and refusals are drawn at random); took_part is
    of those who have heard, how_took_part of those who took part.
    """
    ages = np.array(AGE_SHARES)
    means = (frame.mean[:, None] + AGE_SATISFACTION * np.array([-1, 0, 1])[None, :]).ravel()
    share = (frame.adults[:, None] / frame.adults.sum() * ages[None, :]).ravel()
    variance = 1 + parameters.precinct_sd**2
    rated = [item for item in RESIDENTS.items if item.scale_id]
    sources = np.array(list(_LEARNT.values()))
    shares = {"heard=yes": logistic_share(_heard(year), 0.3, means, variance, share), "took_part=yes": _TOOK_PART}
    nobody = np.prod([1 - chance for chance in _HOW.values()])
    shares |= {f"how_took_part={name}": chance for name, chance in _HOW.items() if name != "voted"}
    shares["how_took_part=voted"] = float(_HOW["voted"] + nobody)
    shares |= {f"learnt_from={name}": float(sources[n] @ ages) for n, name in enumerate(_LEARNT)}
    shares["learnt_from=nowhere"] = float(np.prod(1 - sources, axis=0) @ ages)
    shares |= {f"ready_to_pay={name}": chance / sum(_PAY.values()) for name, chance in _PAY.items()}
    return {
        "population_means": {
            item.name: rating_mean(means, variance, parameters.item_loading, share, item.reversed) for item in rated
        },
        "population_shares": shares,
        "strata": {
            name: {
                "adults": int(frame.adults[frame.stratum == code].sum()),
                "precincts": int(frame.precincts[frame.stratum == code].sum()),
            }
            for code, name in enumerate(STRATA)
            if (frame.stratum == code).any()
        },
    }
