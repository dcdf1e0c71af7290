"""How people fill in questionnaires: how long it takes, who hurries, who ticks one column, who answers twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate.parameters import Parameters
from evaluation.simulate.questionnaires import Questionnaire
from evaluation.simulate.surveys.tables import Codes

# Cut points of a latent standard-normal rating into five answers.
CUTS = np.array([-1.6, -0.7, 0.1, 1.1])


def several(rng: np.random.Generator, names: list[str], chances: np.ndarray) -> np.ndarray:
    """Choices among ``names`` with ``chances`` (people x names), joined by a blank."""
    chosen = rng.random(chances.shape) < chances
    return np.array(
        [" ".join(name for name, c in zip(names, row, strict=True) if c) for row in chosen.tolist()], dtype=object
    )


def filled_in(
    rng: np.random.Generator, days: np.ndarray, median_seconds: float, parameters: Parameters
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Columns started_at, submitted_at and duration_s (whole seconds), and who hurried.

    Times are log-normal around ``median_seconds``; speeders take a tenth to a quarter of it.
    """
    count = len(days)
    seconds = median_seconds * np.exp(0.35 * rng.normal(size=count))
    hurried = rng.random(count) < parameters.speeders
    hasty = median_seconds * rng.uniform(0.1, 0.25, count)
    seconds = np.maximum(20, np.round(np.where(hurried, hasty, np.maximum(seconds, 0.45 * median_seconds))))
    begun = rng.integers(8 * 3600, 21 * 3600, count)
    started = days.astype("datetime64[s]") + begun.astype("timedelta64[s]")
    submitted = started + seconds.astype(int).astype("timedelta64[s]")
    times = {
        "started_at": started.astype("datetime64[us]"),
        "submitted_at": submitted.astype("datetime64[us]"),
        "duration_s": seconds,
    }
    return times, hurried


def tick_one_column(
    rng: np.random.Generator, codes: Codes, questionnaire: Questionnaire, parameters: Parameters
) -> np.ndarray:
    """Give straight-liners one and the same answer on every rating, turned wording or not; returns who they are."""
    rated = [item.name for item in questionnaire.items if item.scale_id]
    count = len(codes[rated[0]]) if rated else 0
    lined = rng.random(count) < parameters.straight_liners
    column = rng.choice(["3", "4", "5"], count, p=[0.4, 0.4, 0.2]).astype(object)
    for name in rated:
        codes[name] = np.where(lined, column, codes[name])
    return lined


def answer_again(
    rng: np.random.Generator, people: pd.DataFrame, codes: Codes, count: int, changed: str, minutes: int
) -> tuple[pd.DataFrame, Codes, dict[str, str]]:
    """Responses and answers with ``count`` more at the end: the same people (or units) again, ``minutes`` later.

    The answer to the item ``changed`` is another one. Also returned: the earlier response by the later one.
    """
    if not count or len(people) < 2 * count:
        return people, codes, {}
    chosen = np.sort(rng.permutation(len(people))[:count])
    later = people.iloc[chosen].copy()
    gap = pd.Timedelta(minutes=minutes)
    later["started_at"], later["submitted_at"] = later["started_at"] + gap, later["submitted_at"] + gap
    wave_id = str(people["wave_id"].iloc[0])
    later["response_id"] = [f"{wave_id}-{len(people) + n}" for n in range(1, count + 1)]
    other = np.where(codes[changed][chosen] == "4", "5", "4").astype(object)
    both = {
        name: np.concatenate([given, other if name == changed else given[chosen]]).astype(object)
        for name, given in codes.items()
    }
    earlier: list[Any] = people["response_id"].iloc[chosen].tolist()
    twice = dict(zip(later["response_id"].tolist(), earlier, strict=True))
    return pd.concat([people, later], ignore_index=True), both, twice


def ids_of(people: pd.DataFrame, who: np.ndarray) -> list[str]:
    """Responses of the people marked in ``who`` (positions before any are repeated)."""
    return [str(name) for name in people["response_id"].to_numpy(dtype=object)[: len(who)][who]]
