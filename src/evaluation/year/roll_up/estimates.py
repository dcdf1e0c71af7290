"""Regions' estimates side by side, and one summary where they are estimates of the same thing made in the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.effects.meta_analysis import FEWEST_PLACES, random_effects
from evaluation.year.roll_up.frames import UNPLANNED
from evaluation.year.roll_up.read import Taken

SAME = ["model", "outcome", "exposure", "estimand", "design", "specification"]
SUMMARY_COLUMNS = [
    *SAME, "regions", "regions_used", "estimate", "se", "low", "high", "p", "tau2", "i2", "q", "q_p", "expected_low",
    "expected_high", "n", "clusters", "is_main", "reason",
]  # fmt: skip


def side_by_side(taken: Sequence[Taken]) -> pd.DataFrame:
    """The deliveries' estimates one under the other: ``region`` and the columns of estimates."""
    rows = pd.concat([each.frames["estimates"].assign(region=each.region) for each in taken], ignore_index=True)
    return rows.sort_values([*SAME, "region"], ignore_index=True)


def summaries(regional: pd.DataFrame) -> pd.DataFrame:
    """SUMMARY_COLUMNS, one row for each model, outcome and exposure that is estimated in the same way (SAME).

    Only estimates with a standard error above zero enter (``regions_used`` of ``regions``). There is no summary, and
    ``reason`` says why, with fewer than three of them (``few``), for a model that no plan declares, of which nobody
    knows whether it was fitted alike (``unplanned``), and for a model of one name that regions specify differently:
    each way has its own row, and those with enough regions their own summary.
    """
    rows = [_summary(key, group) for key, group in regional.groupby(SAME, sort=True)]
    frame = pd.DataFrame(rows, columns=SUMMARY_COLUMNS)
    return frame.astype({"regions": "int64", "regions_used": "int64", "is_main": "boolean", "reason": "str"})


def _summary(key: tuple[str, ...], rows: pd.DataFrame) -> dict[str, object]:
    usable = rows[np.isfinite(rows["estimate"]) & np.isfinite(rows["se"]) & (rows["se"] > 0)]
    found: dict[str, object] = {
        **dict(zip(SAME, key, strict=True)), "regions": rows["region"].nunique(), "regions_used": len(usable),
        "n": float(usable["n"].sum()), "clusters": float(usable["clusters"].sum()),
        "is_main": bool(rows["is_main"].fillna(value=False).any()), "reason": None,
    }  # fmt: skip
    if key[SAME.index("specification")] == UNPLANNED:
        return found | {"reason": "unplanned"}
    if len(usable) < FEWEST_PLACES:
        return found | {"reason": "few"}
    made = random_effects(usable["estimate"].to_numpy(), usable["se"].to_numpy())
    names = (
        "estimate", "se", "low", "high", "p", "tau2", "i2", "q", "q_p", "expected_low", "expected_high",
    )  # fmt: skip
    return found | {name: getattr(made, name) for name in names}


def split_models(summary: pd.DataFrame) -> list[str]:
    """Models of one name and exposure that regions specify in more than one way."""
    ways = summary.groupby(["model", "outcome", "exposure"])["specification"].nunique()
    return sorted({str(model) for model, _, _ in ways[ways > 1].index})
