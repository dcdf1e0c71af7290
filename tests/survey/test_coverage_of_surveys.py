"""Surveys of a population whose truth is known: 95 % intervals hold it in 95 % of samples, and naive ones do not.

The quick version draws a few hundred samples, the slow one 2,000; both allow four Monte Carlo errors.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.survey.design import make_design
from evaluation.survey.intervals import critical
from evaluation.survey.raking import rake
from evaluation.survey.taylor import Linearised, domain_degrees_of_freedom, mean, variance

Sampled = tuple[float, float, float]
STRATA = (60, 90, 150)


@functools.cache
def population() -> pd.DataFrame:
    """300 places in three strata, 20 to 60 people in each; people of a place and of a stratum are alike."""
    random = np.random.default_rng(11)
    stratum = np.repeat(np.arange(3), STRATA)
    size = random.integers(20, 60, 300)
    frame = pd.DataFrame({"place": np.repeat(np.arange(300), size)})
    frame["stratum"] = stratum[frame["place"]]
    frame["size"] = size[frame["place"]]
    frame["old"] = random.random(len(frame)) < 0.25 + 0.15 * frame["stratum"]
    frame["woman"] = random.random(len(frame)) < 0.54
    shift = random.normal(size=300)[frame["place"]] * 0.5
    frame["y"] = frame["stratum"] + frame["old"] * 1.5 + frame["woman"] * 0.5 + shift + random.normal(size=len(frame))
    return frame.sample(frac=1, random_state=1).reset_index(drop=True)


def held(design_mean: Linearised, se: float, degrees: int) -> bool:
    truth = float(population()["y"].mean())
    return abs(design_mean.value - truth) <= critical(degrees) * se


def stratified(random: np.random.Generator) -> tuple[bool, bool]:
    """40 people of each stratum, whatever its size."""
    people = population()[["stratum", "y"]]
    parts = []
    for one in range(3):
        inside = np.flatnonzero(people["stratum"] == one)
        parts.append(people.iloc[random.choice(inside, 40, replace=False)].assign(w=len(inside) / 40, fpc=len(inside)))
    frame = pd.concat(parts)
    design = make_design(frame, "stratified", weights="w", stratum="stratum", fpc="fpc")
    made = mean(design, frame["y"].to_numpy())
    return held(made, np.sqrt(variance(design, made)), design.degrees_of_freedom), False


def drawn_places(random: np.random.Generator, each: int = 12, people_each: int = 6) -> pd.DataFrame:
    """``each`` places of every stratum, and ``people_each`` people of each place."""
    people = population()
    parts = []
    for one, count in enumerate(STRATA):
        first = sum(STRATA[:one])
        chosen = first + random.choice(count, each, replace=False)
        inside = people[people["place"].isin(chosen)]
        inside = inside.iloc[random.permutation(len(inside))]
        some = inside[inside.groupby("place").cumcount() < people_each]
        parts.append(some.assign(w=count / each * some["size"] / people_each))
    return pd.concat(parts)


def clustered(random: np.random.Generator) -> tuple[bool, bool]:
    """36 places; beside it the interval that forgets that people of a place are alike."""
    frame = drawn_places(random)
    design = make_design(frame, "cluster", weights="w", stratum="stratum", psu="place")
    alone = make_design(frame, "stratified", weights="w", stratum="stratum")
    made = mean(design, frame["y"].to_numpy())
    naive = mean(alone, frame["y"].to_numpy())
    return (
        held(made, np.sqrt(variance(design, made)), domain_degrees_of_freedom(design, None)),
        held(naive, np.sqrt(variance(alone, naive)), alone.degrees_of_freedom),
    )


def raked(random: np.random.Generator) -> tuple[bool, bool]:
    """The places again, where the old and women answer more often; beside it the weights without raking."""
    people = population()
    frame = drawn_places(random, people_each=20)
    chance = 0.25 + 0.4 * frame["old"] + 0.1 * frame["woman"]
    frame = frame[random.random(len(frame)) < chance].assign(
        age=lambda answered: answered["old"].astype(str), sex=lambda answered: answered["woman"].astype(str)
    )
    rows = [
        (variable, str(level), float((people[column] == level).sum()))
        for variable, column in (("age", "old"), ("sex", "woman"))
        for level in (True, False)
    ]
    margins = pd.DataFrame(rows, columns=["variable", "level", "count"])
    fitted = rake(frame, frame["w"].to_numpy(), margins, (0.1, 10))
    base = make_design(frame, "cluster", weights="w", stratum="stratum", psu="place")
    design = base.calibrated(fitted.weights, fitted.calibration)
    made, biased = mean(design, frame["y"].to_numpy()), mean(base, frame["y"].to_numpy())
    return (
        held(made, np.sqrt(variance(design, made)), design.degrees_of_freedom),
        held(biased, np.sqrt(variance(base, biased)), design.degrees_of_freedom),
    )


Draw = Callable[[np.random.Generator], tuple[bool, bool]]
DRAWS: dict[str, Draw] = {"stratified": stratified, "clustered": clustered, "raked": raked}


def coverage(draw: Draw, times: int) -> tuple[float, float]:
    random = np.random.default_rng(2025)
    found = np.array([draw(random) for _ in range(times)])
    return float(found[:, 0].mean()), float(found[:, 1].mean())


def check(name: str, times: int) -> None:
    ours, naive = coverage(DRAWS[name], times)
    assert ours == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / times)), f"{name}: {ours:.4f} of {times}"
    if name != "stratified":
        assert naive < ours - 0.05, f"{name}: {naive:.4f} without what the design knows, {ours:.4f} with it"


@pytest.mark.parametrize("name", DRAWS)
def test_intervals_hold_the_truth(name: str) -> None:
    check(name, 100)


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWS)
def test_intervals_hold_the_truth_in_two_thousand_samples(name: str) -> None:
    check(name, 2_000)
