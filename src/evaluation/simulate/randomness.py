"""One generator a component and year: adding a component or a year never shifts the draws of the others."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, component: str, year: int = 0) -> np.random.Generator:
    """The generator of one component (a name) in one year (0: not tied to a year)."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(component.encode()), year]))


def gumbel_top(rng: np.random.Generator, utility: np.ndarray, count: int) -> np.ndarray:
    """Positions of ``count`` units drawn without replacement with log weights ``utility`` (Gumbel top-k)."""
    keys = utility + rng.gumbel(size=len(utility))
    keys = np.where(np.isfinite(utility), keys, -np.inf)
    count = min(count, int(np.isfinite(utility).sum()))
    return np.argsort(-keys, kind="stable")[:count]
