"""Lives of teams: those that last long have more time to train, which looks as if training made them last."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.lessons.lesson import Lesson


def team_lives(seed: int = 1, teams: int = 900, years: int = 6, effect: float = -0.5) -> Lesson:
    """Teams of 39 territories from their first application to silence, or to the end of what is known.

    Each year a team that has not trained jointly does so with the same chance, whatever its prospects; from then on its
    yearly hazard of falling silent is multiplied by exp(``effect``). Tables: ``team_years`` (team_id, unit_id, period
    counted from 1, trained_jointly by then, fell_silent in this period) and ``teams`` (team_id, unit_id, ever_trained,
    lived: periods, silent: whether it fell silent). Truth: ``trained_jointly``, the log hazard ratio.
    """
    generator = np.random.default_rng([seed, 6])
    unit = generator.integers(0, 39, teams)
    frailty = 0.3 * generator.normal(size=39)[unit]
    known = generator.integers(3, years + 1, teams)  # how many periods can be seen at all
    trained, alive = np.zeros(teams, dtype=bool), np.ones(teams, dtype=bool)
    parts = []
    for period in range(1, years + 1):
        at_risk = alive & (known >= period)
        trained = trained | (at_risk & (generator.random(teams) < 0.15))
        hazard = np.exp(-1.2 - 0.05 * (period - 1) + frailty + effect * trained)
        silent = at_risk & (generator.random(teams) < -np.expm1(-hazard))
        parts.append(
            pd.DataFrame(
                {
                    "team": np.flatnonzero(at_risk), "unit": unit[at_risk], "period": period,
                    "trained_jointly": trained[at_risk].astype(float), "fell_silent": silent[at_risk].astype(float),
                }
            )
        )  # fmt: skip
        alive = alive & ~silent
    rows = pd.concat(parts, ignore_index=True).sort_values(["team", "period"], ignore_index=True)
    rows.insert(0, "team_id", [f"t{number:03d}" for number in rows.pop("team")])
    rows.insert(1, "unit_id", [f"u{number:02d}" for number in rows.pop("unit")])
    lives = rows.groupby("team_id", as_index=False).agg(
        unit_id=("unit_id", "first"), ever_trained=("trained_jointly", "max"), lived=("period", "max"),
        silent=("fell_silent", "max"),
    )  # fmt: skip
    return Lesson({"team_years": rows, "teams": lives}, {"trained_jointly": effect})
