"""Received files of the parts that a programme switches on: what they hold, and how their institute writes them.

Each part draws from random streams of its own, so that adding one changes no other file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from evaluation.simulate.mess import Ledger
from evaluation.simulate.year_view import YearView


@dataclass(frozen=True)
class PartFile:
    """One received file: its name with ``{year}``, the office it comes from, its clean rows and its writer.

    ``frame`` gives the year's clean rows with the declared table's columns (no file is written where there are
    none); ``write`` makes the file's bytes from them and notes every planted defect.
    """

    file: str
    office: str
    frame: Callable[[YearView], pd.DataFrame]
    write: Callable[[YearView, pd.DataFrame, str, Ledger], bytes]

    def name(self, year: int) -> str:
        return self.file.format(year=year)
