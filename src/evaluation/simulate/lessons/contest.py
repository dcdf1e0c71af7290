"""A contest whose line the budget draws: does winning itself bring the next application?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.lessons.lesson import Lesson

STEP = 2.0  # points are given in steps


def contest_line(seed: int = 1, years: int = 6, applications: int = 400, jump: float = 0.25) -> Lesson:
    """Applications of 39 territories; better ones score higher and come again anyway.

    Table ``applications``: year, stable_unit_id, score (in steps of two points), won (True above the year's line),
    applies_again (1 where the territory applied next year). Truth: ``won``, the jump of that chance at the line.
    """
    generator = np.random.default_rng([seed, 5])
    parts = []
    for year in range(2019, 2019 + years):
        quality = generator.normal(size=applications)
        score = np.round((50 + 9 * quality + 4 * generator.normal(size=applications)) / STEP) * STEP
        line = generator.choice([46.0, 48.0, 50.0, 52.0])
        won = score >= line
        chance = np.clip(0.35 + 0.010 * (score - line) + jump * won, 0.0, 1.0)
        again = (generator.random(applications) < chance).astype(float)
        unit = [f"s{number:02d}" for number in generator.integers(0, 39, applications)]
        parts.append(
            pd.DataFrame({"year": year, "stable_unit_id": unit, "score": score, "won": won, "applies_again": again})
        )
    return Lesson({"applications": pd.concat(parts, ignore_index=True)}, {"won": jump})
