"""Kirkpatrick's four levels as a table: empty levels are shown as not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.survey.tables import hidden_below, survey_exhibit
from evaluation.settings import Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

LEVELS = ("reaction", "learning", "behaviour", "results")
_RESTS = ("value", "low", "high", "lowest", "highest", "response_rate")


def kirkpatrick_exhibit(
    table: pd.DataFrame,
    codebook: Codebook | None,
    items: Mapping[str, Text] | None = None,
    *,
    threshold: int = 5,
    simulated: bool = False,
) -> Exhibit:
    """The table of levels (columns of ``survey.kirkpatrick``), each in its unit; all four levels are there.

    Numbers that rest on fewer than ``threshold`` people are hidden. Raises ValueError for a table that lacks a level:
    a level that nobody measured has a row that says so.
    """
    lacking = [level for level in LEVELS if level not in set(table["level"])]
    if lacking:
        raise ValueError(f"levels without a row: {', '.join(lacking)}")
    frame = table.reset_index(drop=True)
    marks = hidden_below(frame, ["n", "asked"], _RESTS, threshold)
    return survey_exhibit(
        "kirkpatrick", frame, codebook, items=items, hidden=marks, threshold=threshold, simulated=simulated
    )
