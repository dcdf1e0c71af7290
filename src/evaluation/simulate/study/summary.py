"""From blocks to tables: bias, spread, coverage, size and power of every estimator and inference, and what holds up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.simulate.study.blocks import read_blocks
from evaluation.simulate.study.panel_fits import LEVEL, OWN
from evaluation.simulate.study.process import Cell

NOMINAL, CONSERVATIVE, MUTE = "nominal", "conservative", "mute"
NARROW, UNDEFINED = "too_narrow", "not_always_defined"
REGION = 0.99  # Monte Carlo acceptance region of coverage and size
FULL_STUDY = 1_000  # draws a cell from which on verdicts are meant to be read
MUTE_BELOW = 0.02  # a test at 5 % of smaller size hardly ever finds what is there
TOLERABLE_COVERAGE, TOLERABLE_SIZE = 0.92, 0.075  # an interval that people may still use, with its faults named
ALWAYS = 0.99  # share of draws in which an estimate must exist
PREFERENCE = ("crv3_t", "wild_bootstrap", "randomisation", "crv1_t", "crv1_normal")
SUMMARY_COLUMNS = [
    "units", "treated", "spillovers", "estimator", "target", "inference", "draws", "computed", "truth", "bias",
    "bias_mc", "sd", "mean_se", "coverage", "coverage_mc", "size", "size_mc", "power", "power_mc", "verdict",
]  # fmt: skip


def region(draws: int, share: float, level: float = REGION) -> tuple[float, float]:
    """Lowest and highest share of ``draws`` that a true ``share`` brings at probability ``level`` (exact binomial)."""
    tail = (1 - level) / 2
    low, high = stats.binom.ppf([tail, 1 - tail], draws, share) / draws
    return float(low), float(high)


def summarise(rows: pd.DataFrame, cell: Cell) -> pd.DataFrame:
    """SUMMARY_COLUMNS, one row an estimator, target and inference.

    ``computed``: draws with an estimate; all numbers are over these. Size is the share of twin programmes without any
    effect of own training in which a test at 5 % finds one; for exposure, the share of programmes in which exchange
    does nothing. Power is the share of programmes in which the test finds the effect that is there. ``..._mc`` are
    Monte Carlo standard errors.
    """
    out = []
    for (estimator, target, inference), part in rows.groupby(["estimator", "target", "inference"], sort=False):
        draws = part["draw"].nunique()
        known = part[part["estimate"].notna() & part["p_zero"].notna()]
        error = known["estimate"] - known["truth"]
        n = len(known)
        detects = float((known["p_zero"] <= LEVEL).mean())
        if target == OWN:
            twins = known["p_null"].dropna()
            size, tried, power = float((twins <= LEVEL).mean()), len(twins), detects
        else:
            size, tried, power = (float("nan"), 0, detects) if cell.spillovers else (detects, n, float("nan"))
        coverage = float(known["covers"].mean())
        out.append(
            {
                "units": cell.units,
                "treated": cell.treated,
                "spillovers": cell.spillovers,
                "estimator": estimator,
                "target": target,
                "inference": inference,
                "draws": draws,
                "computed": n,
                "truth": float(known["truth"].mean()),
                "bias": float(error.mean()),
                "bias_mc": float(error.std() / np.sqrt(n)),
                "sd": float(error.std()),
                "mean_se": float(known["se"].mean()),
                "coverage": coverage,
                "coverage_mc": _share_error(coverage, n),
                "size": size,
                "size_mc": _share_error(size, tried),
                "power": power,
                "power_mc": _share_error(power, n),
                "verdict": verdict(coverage, n, size, tried, n / draws),
            }
        )
    return pd.DataFrame(out, columns=SUMMARY_COLUMNS)


def _share_error(share: float, count: int) -> float:
    return float(np.sqrt(share * (1 - share) / count)) if count else float("nan")


def verdict(coverage: float, n: int, size: float, tried: int, computed: float) -> str:
    """Of one inference in one cell, judged by the exact binomial region of its draws.

    ``too_narrow``: coverage below 95 % or size above 5 % beyond Monte Carlo error; ``nominal``: both within it;
    ``mute``: size below MUTE_BELOW; ``conservative``: else. ``not_always_defined``: estimates are lacking.
    """
    if computed < ALWAYS:
        return UNDEFINED
    low, high = region(n, 1 - LEVEL)
    least, most = region(tried, LEVEL) if tried else (0.0, 1.0)
    tested = size if tried else LEVEL
    if coverage < low or tested > most:
        return NARROW
    if low <= coverage <= high and tested >= least:
        return NOMINAL
    return MUTE if tested < MUTE_BELOW else CONSERVATIVE


def summarise_study(out: Path, cells: Iterable[Cell], draws: int) -> pd.DataFrame:
    """``summarise`` of all cells from the blocks in ``out``."""
    return pd.concat([summarise(read_blocks(out, cell, draws), cell) for cell in cells], ignore_index=True)


def recommended(summary: pd.DataFrame, estimator: str, target: str = OWN) -> pd.DataFrame:
    """One row a cell: units, treated, spillovers, inference, verdict, coverage, size, power.

    Of the inferences at their nominal level the most powerful one (equal ones: in the order of PREFERENCE). Where none
    is, the most powerful conservative one; else ``inference`` is empty and ``verdict`` that of the least bad.
    """
    chosen = summary[(summary["estimator"] == estimator) & (summary["target"] == target)]
    chosen = chosen.assign(order=chosen["inference"].map({name: place for place, name in enumerate(PREFERENCE)}))
    rows = []
    for (units, treated, spillovers), part in chosen.groupby(["units", "treated", "spillovers"], sort=False):
        ranked = part.sort_values(["power", "coverage", "order"], ascending=[False, False, True])
        good = [ranked[ranked["verdict"] == wanted] for wanted in (NOMINAL, CONSERVATIVE)]
        best = next((frame.iloc[0] for frame in good if len(frame)), None)
        row: dict[str, object] = {"units": units, "treated": treated, "spillovers": spillovers, "inference": ""}
        if best is not None:
            row |= {name: best[name] for name in ("inference", "verdict", "coverage", "size", "power")}
        rows.append(row)
    return pd.DataFrame(rows, columns=["units", "treated", "spillovers", "inference", "verdict", "coverage", "size",
                                       "power"])  # fmt: skip


def usable_intervals(summary: pd.DataFrame) -> pd.Series:
    """By number of treated units: whether some one of CRV3 with t and the wild bootstrap is tolerable throughout.

    Tolerable for own training in both two-way regressions and all cells: coverage at least TOLERABLE_COVERAGE, size
    from MUTE_BELOW to TOLERABLE_SIZE.
    """
    rows = summary[
        summary["estimator"].isin(["twfe_rate", "twfe_poisson"])
        & (summary["target"] == OWN)
        & summary["inference"].isin(["crv3_t", "wild_bootstrap"])
    ]
    tolerable = (rows["coverage"] >= TOLERABLE_COVERAGE) & rows["size"].between(MUTE_BELOW, TOLERABLE_SIZE)
    throughout = tolerable.groupby([rows["treated"], rows["inference"]]).all()
    return throughout.groupby(level="treated").any()


def fewest_treated_with_intervals(summary: pd.DataFrame) -> int | None:
    """The fewest treated units of the study from which on ``usable_intervals`` holds; None where it never does."""
    usable = usable_intervals(summary).sort_index(ascending=False)
    good = usable[usable.astype(int).cumprod().astype(bool)]
    return int(good.index.min()) if len(good) else None
