"""Invented people behind the participants. They exist only for the received files, never in the clean tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate import words
from evaluation.simulate.programme import History
from evaluation.simulate.randomness import generator
from evaluation.simulate.training import TEAM


def person_keys(persons: np.ndarray) -> np.ndarray:
    """Key of a person by position: 'p' with the unit's position and the place in its team."""
    return np.array([f"p{p // TEAM:04d}{p % TEAM:02d}" for p in persons.tolist()], dtype=object)


def build_people(history: History) -> pd.DataFrame:
    """One row a person of every team (index: position), with contacts that belong to nobody.

    Columns: person_key, unit (base position), sector, surname, first_name, patronymic, position, phone, email.
    Phones use the code 000, which is not assigned in Russia; addresses use the reserved domain example.org.
    """
    size = history.geography.size
    count = size * TEAM
    rng = generator(history.seed, "people")
    female = rng.random(count) < 0.72
    surname = rng.integers(len(words.SURNAMES), size=count)
    name = rng.integers(len(words.MALE_NAMES), size=count)
    father = rng.integers(len(words.FATHERS), size=count)
    sector = history.teams.sector.reshape(-1)
    post = rng.random(count)
    rows = []
    for k in range(count):
        family = words.SURNAMES[surname[k]] + ("а" if female[k] else "")
        first = (words.FEMALE_NAMES if female[k] else words.MALE_NAMES)[name[k]]
        posts = words.POSITIONS[sector[k]]
        login = "".join(words.LATIN.get(c, "") for c in family.lower())
        rows.append(
            (
                k // TEAM, sector[k], family, first, words.FATHERS[father[k]][int(female[k])],
                posts[int(post[k] * len(posts))],
                f"+7 000 {100 + k // 10000:03d}-{(k // 100) % 100:02d}-{k % 100:02d}", f"{login}{k}@example.org",
            )
        )  # fmt: skip
    columns = ["unit", "sector", "surname", "first_name", "patronymic", "position", "phone", "email"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "person_key", person_keys(np.arange(count)))
    return frame
