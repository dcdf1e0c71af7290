"""What the product prints: its fixed rule of inference, judged by the study in every cell.

The rule (``effects.regression``, docs/decisions/0010) chooses by the number trained alone, never by what the study
found best in a cell, so it is not nominal everywhere; here it is said where.
"""

from __future__ import annotations

import math

import pandas as pd

from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS, NO_RELIABLE_INTERVAL
from evaluation.simulate.study.panel_fits import OWN
from evaluation.simulate.study.summary import MUTE_BELOW, region

INTERVAL = "crv3_t"
HOLDS, CAUTIOUS, EXCEEDS, SILENT = "holds", "cautious", "exceeds", "silent"
RULE_COLUMNS = [
    "units", "treated", "spillovers", "test", "draws", "coverage", "coverage_mc", "is_reliable", "interval", "size",
    "size_mc", "level", "power", "power_mc",
]  # fmt: skip


def source_of_p(treated: int) -> str:
    """Where the product's p comes from, by the number of trained units."""
    if treated < NO_RELIABLE_INTERVAL:
        return "randomisation"
    return "wild_bootstrap" if treated < FEW_TREATED_CLUSTERS else INTERVAL


def fixed_rule(summary: pd.DataFrame, estimator: str) -> pd.DataFrame:
    """RULE_COLUMNS of own training, one row a cell of ``summarise_study``.

    ``coverage`` is that of the printed CRV3 interval, ``size`` and ``power`` those of the printed p (``test``).
    ``is_reliable``: the product does not warn of the interval. ``interval``: the interval ``holds``
    its 95 % within Monte Carlo error (exact binomial region), covers less (``exceeds`` its level) or more
    (``cautious``). ``level``: the same of the test at 5 %; ``silent`` where it rejects in less than MUTE_BELOW.
    """
    chosen = summary[(summary["estimator"] == estimator) & (summary["target"] == OWN)]
    rows = []
    for (units, treated, spillovers), part in chosen.groupby(["units", "treated", "spillovers"], sort=False):
        by = part.set_index("inference")
        test = source_of_p(int(treated))
        interval, p = by.loc[INTERVAL], by.loc[test]
        low, high = region(int(interval["computed"]), 0.95)
        rows.append(
            {
                "units": units,
                "treated": treated,
                "spillovers": spillovers,
                "test": test,
                "draws": int(interval["draws"]),
                "coverage": interval["coverage"],
                "coverage_mc": interval["coverage_mc"],
                "is_reliable": treated >= FEW_TREATED_CLUSTERS,
                "interval": _side(float(interval["coverage"]), low, high, above=CAUTIOUS, below=EXCEEDS),
                "size": p["size"],
                "size_mc": p["size_mc"],
                "level": _level(float(p["size"]), int(p["computed"])),
                "power": p["power"],
                "power_mc": p["power_mc"],
            }
        )
    return pd.DataFrame(rows, columns=RULE_COLUMNS)


def _level(size: float, tried: int) -> str:
    least, most = region(tried, 0.05)
    return SILENT if size < MUTE_BELOW else _side(size, least, most, above=EXCEEDS, below=CAUTIOUS)


def _side(share: float, low: float, high: float, *, above: str, below: str) -> str:
    if math.isnan(share):
        return SILENT
    return below if share < low else above if share > high else HOLDS
