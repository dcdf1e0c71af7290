"""Ratings counted by answer as diverging bars: counts become shares, ``diverging`` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.diverging import TOP, diverging_bars

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.settings import Language


def diverging_likert(
    counts: pd.DataFrame,
    language: Language,
    levels: Mapping[str, str],
    items: Mapping[str, str],
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Ratings as bars that diverge from the middle: disagreement to the left, agreement to the right.

    ``counts`` has item, code, n; ``levels`` gives labels by code from the lowest to the highest, ``items`` labels by
    item in the order shown. An odd middle level is split between both sides. Percentages are of those who rated.
    """
    shares = shares_of_counts(counts, list(levels))
    return diverging_bars(shares, language, levels, items, order="given", title=title, note=note, simulated=simulated)


def shares_of_counts(counts: pd.DataFrame, levels: list[str], top: tuple[str, ...] = ()) -> pd.DataFrame:
    """Unweighted shares in the columns of ``diverging.diverging_bars``, without errors.

    ``counts`` has item, code, n; codes outside ``levels`` do not count. ``top`` are the codes of the highest answers.
    """
    known = counts[counts["code"].isin(levels)]
    table = known.pivot_table(index="item", columns="code", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=levels, fill_value=0)
    totals = table.sum(axis=1)
    table, totals = table[totals > 0], totals[totals > 0]
    shares = table.div(totals, axis=0).reset_index().melt("item", levels, "choice", "value").assign(statistic="share")
    if top:
        best = table[list(top)].sum(axis=1).div(totals).rename("value").reset_index()
        shares = pd.concat([shares, best.assign(choice="", statistic=TOP)], ignore_index=True)
    n = shares["item"].map(totals)
    nothing = {"dont_know": 0, "refused": 0, "no_answer": 0, "low": np.nan, "high": np.nan, "note": ""}
    return shares.assign(group="", n=n, n_weighted=n, asked=n, **nothing)
