"""The table ``practice_years``: who could adopt which practice in which year, in every geography."""

from __future__ import annotations

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.exchange_tables import practice_risk
from evaluation.indicators.geographies import GEOGRAPHIES
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.support.practices import CHANNELS

TABLE = TABLES["practice_years"]


def practice_years(years: ProgrammeYears) -> tuple[pd.DataFrame, dict[str, int]]:
    """Contract ``practice_years`` and how many adoptions gave no event, as ``<geography>_<reason>``.

    ``years.tables`` as ``practice_risk`` takes them. Peers are counted as they stood ``lag_years`` before; no rows
    without a register of practices. Raises InputProblem for a practice without a first year.
    """
    if years.tables["practices"].empty:
        return TABLE.empty(), {}
    parts: list[pd.DataFrame] = []
    left_out: dict[str, int] = {}
    for geography in GEOGRAPHIES:
        risk = practice_risk(years, geography)
        parts.append(risk.frame.assign(geography=geography))
        left_out |= {f"{geography}_{reason}": count for reason, count in risk.left_out.items()}
    names = {f"exposure_{channel}": f"adopters_{channel}" for channel in CHANNELS}
    frame = pd.concat(parts, ignore_index=True).rename(columns=names)
    return conform(frame[list(TABLE.names)], TABLE), left_out
