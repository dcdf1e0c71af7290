"""More applicants than seats: what a lot decides, and what those make of it who come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

EFFECT = 1.0  # of attending on the outcome
SIZES = ("large", "small")


@dataclass(frozen=True)
class Lottery:
    """``units`` before the lot: unit_id, size, before (last year's activity), is_north (0/1)."""

    units: pd.DataFrame
    motivation: np.ndarray
    noise: np.ndarray
    effect: float = EFFECT

    def after(self, arms: Sequence[str]) -> pd.DataFrame:
        """The year after the lot: ``units`` with invited (0/1), attended (0/1) and activity, the outcome.

        ``arms`` says of each unit, in the order of ``units``, whether it is ``invited``. Only the invited can attend;
        the motivated do, and they are also more active afterwards.
        """
        invited = np.array([arm == "invited" for arm in arms], dtype=float)
        attended = invited * (self.motivation > -0.4)
        later = 3 + 0.6 * self.units["before"].to_numpy() + 0.8 * self.motivation + self.noise
        return self.units.assign(
            invited=invited, attended=attended, activity=later + self.effect * attended, year=2026
        )  # fmt: skip

    @property
    def truth(self) -> dict[str, float]:
        """``attended``: the effect on those who follow the lot; ``invited``: that times the share who would come."""
        come = float((self.motivation > -0.4).mean())
        return {"attended": self.effect, "invited": self.effect * come}


def invitation_lottery(seed: int = 1, units: int = 80) -> Lottery:
    """Units that all asked for a seat, with a stratum by size and last year's activity."""
    generator = np.random.default_rng([seed, 8])
    frame = pd.DataFrame(
        {
            "unit_id": [f"u{number:02d}" for number in range(units)],
            "size": np.array(SIZES)[(np.arange(units) % 3 > 0).astype(int)],
            "before": generator.normal(size=units),
            "is_north": generator.integers(0, 2, units).astype(float),
        }
    )
    return Lottery(frame, generator.normal(size=units), 0.7 * generator.normal(size=units))
