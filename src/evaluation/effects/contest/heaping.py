"""Heaping of the declared shares of a project's cost at the thresholds that may give points, all shares together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.effects.contest.bunching import BUNCHING_COLUMNS, THRESHOLDS, bunching
from evaluation.effects.inference.multiplicity import adjust

SHARES: dict[str, tuple[float, ...]] = {
    "share_local": THRESHOLDS,
    "share_residents": THRESHOLDS,
    "share_business": THRESHOLDS,
}
HEAPING_COLUMNS = ["share", *BUNCHING_COLUMNS, "p_adjusted", "verdict"]
SIGNIFICANT = 0.05


def heaping(
    applications: pd.DataFrame,
    shares: Mapping[str, Sequence[float]] | None = None,
    *,
    clusters: str = "stable_unit_id",
    draws: int = 499,
    seed: int = 1,
) -> pd.DataFrame:
    """HEAPING_COLUMNS, a row a share and threshold; ``applications`` has the shares (0 to 1) and ``clusters``.

    ``shares``: thresholds by column; columns that the table lacks are left out. ``p_adjusted`` is p corrected by Holm
    over all rows that have one. ``verdict``: ``heap``, ``none``, or ``not_comparable`` (too little lies around the
    threshold). A heap asks for three things: p_adjusted below 0.05, the interval of the excess (by clusters) above
    zero, and more applications just above than just below (interval of the ratio above one), since the smooth density
    is itself uncertain where thresholds lie close together.
    """
    tables = [
        bunching(applications[share], thresholds, clusters=applications[clusters], draws=draws, seed=seed).assign(
            share=share
        )
        for share, thresholds in (SHARES if shares is None else shares).items()
        if share in applications.columns
    ]
    if not tables:
        return pd.DataFrame(columns=HEAPING_COLUMNS)
    frame = pd.concat(tables, ignore_index=True)
    compared = frame["p"].notna() & frame["excess"].notna()
    frame["p_adjusted"] = adjust(frame["p"].where(compared).to_numpy(dtype=float), "holm")
    heap = (frame["p_adjusted"] < SIGNIFICANT) & (frame["low"] > 0) & (frame["ratio_low"] > 1)
    frame["verdict"] = np.select([heap, compared], ["heap", "none"], "not_comparable")
    return frame[HEAPING_COLUMNS]
