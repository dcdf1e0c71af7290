"""Help that goes where it is expected to work, by what is known of a settlement: weighting and its relatives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.lessons.lesson import Lesson


def chosen_support(seed: int = 1, settlements: int = 2400, districts: int = 80) -> Lesson:
    """Settlements of districts; a consultant goes to those with an active council, and activity raises the outcome.

    Table ``settlements``: district, activity, activity_squared (known beforehand), helped (0/1), score (the outcome).
    Truth: ``helped``, the mean difference that help makes over all settlements: 1, since it makes 1 + activity / 2 in
    each and activity has mean 0.
    """
    generator = np.random.default_rng([seed, 4])
    district = generator.integers(0, districts, settlements)
    common = generator.normal(size=districts)[district]
    activity = np.sqrt(0.5) * (generator.normal(size=settlements) + common)
    log_odds = -0.3 + 0.8 * activity + 0.3 * (activity**2 - 1)
    helped = (generator.random(settlements) < 1 / (1 + np.exp(-log_odds))).astype(float)
    score = 5 + activity + 0.7 * (activity**2 - 1) + helped * (1 + activity / 2)
    score = score + generator.normal(0, 0.5, districts)[district] + generator.normal(size=settlements)
    frame = pd.DataFrame(
        {
            "district": [f"d{number:02d}" for number in district], "activity": activity,
            "activity_squared": activity**2, "helped": helped, "score": score,
        }
    )  # fmt: skip
    return Lesson({"settlements": frame}, {"helped": 1.0})
