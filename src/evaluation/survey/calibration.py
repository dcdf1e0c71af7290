"""Margins that weights were fitted to, and residuals from them: without a matrix of rows by levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the weights were fitted to: one array of level numbers (n,) a margin, and the weights ``base`` before it."""

    codes: tuple[Codes, ...]
    levels: tuple[tuple[str, ...], ...]
    base: Array

    @property
    def starts(self) -> list[int]:
        """Where each margin's levels begin among all levels; the last is their number."""
        return [0, *np.cumsum([len(levels) for levels in self.levels]).tolist()]

    def sums(self, values: Array) -> Array:
        """Sums of ``values`` (n,) by level, all margins one after another."""
        return np.concatenate(
            [
                np.bincount(codes, weights=values, minlength=len(levels))
                for codes, levels in zip(self.codes, self.levels, strict=True)
            ]
        )

    def spread(self, by_level: Array) -> Array:
        """(n,) sums over the margins of the numbers that belong to each row's levels."""
        starts = self.starts
        found = by_level[starts[0] + self.codes[0]]
        for start, codes in zip(starts[1:-1], self.codes[1:], strict=True):
            found = found + by_level[start + codes]
        return np.asarray(found)

    def cross_products(self, values: Array) -> Array:
        """X' diag(values) X of the level indicators X, without making X."""
        starts = self.starts
        made = np.zeros((starts[-1], starts[-1]))
        for i, (one, first) in enumerate(zip(self.codes, self.levels, strict=True)):
            for j, (other, second) in enumerate(zip(self.codes[i:], self.levels[i:], strict=True), start=i):
                pairs = one * len(second) + other
                block = np.bincount(pairs, weights=values, minlength=len(first) * len(second))
                block = block.reshape(len(first), len(second))
                made[starts[i] : starts[i + 1], starts[j] : starts[j + 1]] = block
                made[starts[j] : starts[j + 1], starts[i] : starts[i + 1]] = block.T
        return made

    def residuals(self, values: Array) -> Array:
        """``values`` (n,) less their regression on the margins, by the weights before the fit."""
        return values - self.spread(self._inverse @ self.sums(self.base * values))

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.pinv(self.cross_products(self.base), hermitian=True))

    def cells(self) -> tuple[Codes, Calibration]:
        """(n,) the number of each row's combination of levels, and the same margins with one row a combination."""
        found = self.codes[0]
        for codes, levels in zip(self.codes[1:], self.levels[1:], strict=True):
            found = pd.factorize(found * len(levels) + codes)[0].astype(np.intp)
        found = pd.factorize(found)[0].astype(np.intp)
        first = np.zeros(int(found.max()) + 1, dtype=np.intp)
        first[found[::-1]] = np.arange(len(found))[::-1]
        base = np.bincount(found, weights=self.base).astype(np.float64)
        return found, Calibration(tuple(codes[first] for codes in self.codes), self.levels, base)
