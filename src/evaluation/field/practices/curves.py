"""How far each practice has gone: the share of units that could adopt it and had, by year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.intervals import wilson_bounds

TABLE = TABLES["practice_diffusion"]
ALL = "all"


def diffusion_curves(risk: pd.DataFrame, practices: pd.DataFrame) -> pd.DataFrame:
    """Contract ``practice_diffusion``: every practice and year, and ``all`` of them together.

    ``risk``: contract ``practice_years`` of one geography; ``practices``: its register (practice_id, year, title; the
    latest title counts). Eligible are the units that could still adopt in the practice's first year at risk; the place
    where it began and those who had it before the years told are not among them. ``new`` are the year's adoptions,
    ``adopted`` all so far; ``value`` their share with Wilson's interval. Of ``all`` there is no interval: one unit's
    adoptions of several practices are not independent.
    """
    by_year = risk.groupby(["practice_id", "year"], sort=True).agg(at_risk=("unit_id", "size"), new=("adopted", "sum"))
    table = by_year.reset_index()
    table["new"] = table["new"].astype("int64")
    table["adopted"] = table.groupby("practice_id")["new"].cumsum()
    eligible = table.groupby("practice_id")["at_risk"].first()
    table["eligible"] = table["practice_id"].map(eligible).astype("int64")
    every = table.groupby("year", as_index=False)[["eligible", "adopted", "new"]].sum().assign(practice_id=ALL)
    table["low"], table["high"] = wilson_bounds(table["adopted"], table["eligible"])
    table = pd.concat([table, every], ignore_index=True)
    table["value"] = table["adopted"] / table["eligible"].replace(0, np.nan)
    titles = practices.sort_values("year", kind="stable").groupby("practice_id")["title"].last()
    return conform(table.assign(title=table["practice_id"].map(titles))[list(TABLE.names)], TABLE)
