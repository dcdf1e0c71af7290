"""Markdown tables of the study's document, and what its codes are called there."""

from __future__ import annotations

import math

import pandas as pd

CELL = ["territories", "trained", "exchange acts"]
INFERENCES = {
    "crv1_normal": "CRV1, normal",
    "crv1_t": "CRV1, t",
    "crv3_t": "CRV3, t",
    "wild_bootstrap": "wild bootstrap",
    "randomisation": "randomisation",
    "influence_t": "influence function, t",
}
REGRESSIONS = (
    ("twfe_poisson", "Poisson of applications: own training (the plan's main model)"),
    ("twfe_rate", "Least squares of the log rate: own training"),
)


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [" | ".join(header), " | ".join(["---"] * len(header)), *[" | ".join(row) for row in rows]]
    return "\n".join(f"| {line} |" for line in lines)


def cell(row: pd.Series) -> list[str]:
    """What stands in the columns CELL."""
    return [str(row["units"]), str(row["treated"]), "yes" if row["spillovers"] else "no"]


def number(value: float, decimals: int = 3) -> str:
    return "–" if math.isnan(value) else f"{value:.{decimals}f}"


def share(value: float, error: float) -> str:
    """A share with its Monte Carlo standard error."""
    return "–" if math.isnan(value) else f"{value:.3f} ({error:.3f})"


def span(values: pd.Series) -> str:
    """Lowest and highest, one where they are the same."""
    low, high = f"{values.min():.3f}", f"{values.max():.3f}"
    return low if low == high else f"{low} to {high}"
