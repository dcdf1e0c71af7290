"""The one shape of a lesson: tables as a workspace would hold them, and what is true of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Lesson:
    """``tables`` by name; ``truth`` by exposure, on the scale that the tutorial estimates."""

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, float]

    @property
    def frame(self) -> pd.DataFrame:
        """The only table. Raises ValueError where there are several."""
        if len(self.tables) != 1:
            raise ValueError(f"this lesson has several tables: {', '.join(self.tables)}")
        return next(iter(self.tables.values()))
