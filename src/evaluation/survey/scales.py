"""Scales with what tells how dependable their scores are.

No score is shown without its reliability: with fewer than three items there is nothing to tell it by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.survey.polychoric import Polychoric, polychoric
from evaluation.survey.reliability import (
    alpha_of_correlations,
    bootstrap_interval,
    correlation,
    cronbach_alpha,
    eigenvalues,
    feldt_interval,
    item_statistics,
    omega_total,
    one_factor,
    spearman_brown,
)
from evaluation.survey.scoring import LEAST_SHARE, SCORE_COLUMNS, Scale, item_values, scale_scores, scales_of

__all__ = ["Scale", "describe_scales", "item_values", "scale_scores", "scales_of", "shown_scores"]

FEWEST_ITEMS = 3
FEW_PEOPLE = 30
FEWEST_PEOPLE = 10
LEAST_RELIABILITY = 0.7
ONE_DIMENSION = 3.0
SCALE_COLUMNS = [
    "instrument", "scale", "items", "items_used", "asked", "n_complete", "n_scored", "mean", "sd", "alpha", "low",
    "high", "alpha_boot_low", "alpha_boot_high", "alpha_ordinal", "omega", "omega_ordinal", "spearman_brown",
    "eigenvalue_first", "eigenvalue_second", "is_shown", "note",
]  # fmt: skip
ITEM_COLUMNS = [
    "instrument", "scale", "item", "is_reversed", "n", "mean", "sd", "item_rest", "alpha_dropped", "loading",
    "loading_ordinal", "note",
]  # fmt: skip
NOTES = (
    "two_items", "one_item", "constant_item", "few_people", "too_few_people", "low_reliability", "item_against_scale",
    "not_one_dimensional", "no_bootstrap", "factor_at_bound", "polychoric_smoothed", "no_polychoric", "no_omega",
    "no_answers",
)  # fmt: skip


def describe_scales(
    answers: pd.DataFrame,
    scales: Sequence[Scale],
    instrument: str,
    *,
    least_share: float = LEAST_SHARE,
    draws: int = 1_000,
    seed: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SCALE_COLUMNS a row a scale, and ITEM_COLUMNS a row an item of a scale.

    Reliability is of those who answered every item that varies; ``low`` and ``high`` are Feldt's interval of alpha,
    ``alpha_boot_*`` that of people drawn again. ``mean`` and ``sd`` of the scores are given only where ``is_shown``:
    three items or more, and enough people for alpha and omega. ``note`` holds codes of NOTES joined by a semicolon.
    """
    described = [_describe(answers, scale, instrument, least_share, draws, seed) for scale in scales]
    counts = dict.fromkeys(("items", "items_used", "asked", "n_complete", "n_scored"), "Int64")
    table = pd.DataFrame([row for row, _ in described], columns=SCALE_COLUMNS).astype(counts)
    numbers = [name for name in SCALE_COLUMNS if name not in (*counts, "instrument", "scale", "is_shown", "note")]
    table = table.astype({**dict.fromkeys(numbers, "float64"), "is_shown": "boolean"})
    items = pd.DataFrame([row for _, rows in described for row in rows], columns=ITEM_COLUMNS)
    kinds = dict.fromkeys(("mean", "sd", "item_rest", "alpha_dropped", "loading", "loading_ordinal"), "float64")
    return table, items.astype({**kinds, "n": "Int64", "is_reversed": "boolean"})


def shown_scores(answers: pd.DataFrame, scales: Sequence[Scale], table: pd.DataFrame) -> pd.DataFrame:
    """``scale_scores`` of the scales that ``table`` (SCALE_COLUMNS) shows."""
    shown = set(table.loc[table["is_shown"].astype(bool), "scale"])
    parts = [scale_scores(answers, scale) for scale in scales if scale.name in shown]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=SCORE_COLUMNS)


def _describe(
    answers: pd.DataFrame, scale: Scale, instrument: str, least_share: float, draws: int, seed: int
) -> tuple[dict[str, object], list[dict[str, object]]]:
    wide = item_values(answers, scale)
    scores = scale_scores(answers, scale, least_share)["score"].dropna()
    constant = [item for item in scale.items if wide[item].nunique() < 2]
    used = [item for item in scale.items if item not in constant]
    complete = wide[used].dropna() if used else wide.iloc[:0]
    row: dict[str, object] = {
        "instrument": instrument, "scale": scale.name, "items": len(scale.items), "items_used": len(used),
        "asked": len(wide), "n_complete": len(complete), "n_scored": len(scores), "is_shown": False,
    }  # fmt: skip
    notes = ["no_answers"] if not wide.notna().to_numpy().any() else ["constant_item"] if constant else []
    found = pd.DataFrame(index=used, columns=["mean", "sd"], dtype="float64").iloc[:0]
    if len(scale.items) == 1:
        notes.append("one_item")
    elif len(used) >= 2 and len(complete) < FEWEST_PEOPLE:
        notes.append("too_few_people")
    elif len(used) >= 2:
        found = item_statistics(complete.to_numpy(dtype=float)).set_axis(used)
        more, said = _reliability(complete, wide[used], found, draws, seed)
        row |= more
        notes += said
        if row.get("alpha") is not None:
            row |= {"mean": float(scores.mean()), "sd": float(scores.std(ddof=1)), "is_shown": True}
    row["note"] = "; ".join(notes)
    rows: list[dict[str, object]] = []
    for item in scale.items:
        given = wide[item].dropna()
        own: dict[str, object] = {
            "instrument": instrument, "scale": scale.name, "item": item, "is_reversed": item in scale.reversed,
            "n": len(given), "mean": given.mean() if len(given) else np.nan,
            "sd": given.std(ddof=1) if len(given) > 1 else np.nan,
            "note": "constant_item" if item in constant and len(given) else "" if len(given) else "no_answers",
        }  # fmt: skip
        if item in found.index:
            own |= found.loc[item].drop(["mean", "sd"]).to_dict()
            if found.loc[item, "item_rest"] < 0:
                own["note"] = "item_against_scale"
        rows.append(own)
    return row, rows


def _reliability(
    complete: pd.DataFrame, answered: pd.DataFrame, items: pd.DataFrame, draws: int, seed: int
) -> tuple[dict[str, object], list[str]]:
    """Columns of a scale's row and notes; loadings are written into ``items``."""
    values = complete.to_numpy(dtype=float)
    n, k = values.shape
    notes = ["few_people"] if n < FEW_PEOPLE else []
    if (values.std(axis=0) == 0).any():  # an item that varies only among people with gaps elsewhere
        return {}, [*notes, "constant_item"]
    correlations = np.corrcoef(values, rowvar=False)
    if k < FEWEST_ITEMS:
        return {"spearman_brown": spearman_brown(correlation(values[:, 0], values[:, 1]))}, [*notes, "two_items"]
    alpha = cronbach_alpha(values)
    if not np.isfinite(alpha):
        return {}, [*notes, "constant_item"]
    low, high = feldt_interval(alpha, n, k)
    boot_low, boot_high = bootstrap_interval(values, draws, seed)
    factor, roots = one_factor(correlations), eigenvalues(correlations)
    items["loading"] = factor.loadings
    behind = polychoric(answered)
    row: dict[str, object] = {
        "alpha": alpha, "low": low, "high": high, "alpha_boot_low": boot_low, "alpha_boot_high": boot_high,
        "omega": omega_total(factor.loadings, values.std(axis=0, ddof=1)),
        "eigenvalue_first": float(roots[0]), "eigenvalue_second": float(roots[1]),
    }  # fmt: skip
    row |= _ordinal(behind, items)
    against = bool((items["item_rest"] < 0).any())
    said = {
        "low_reliability": alpha < LEAST_RELIABILITY,
        "item_against_scale": against,
        "not_one_dimensional": roots[0] < ONE_DIMENSION * roots[1] and roots[1] > 1,
        "no_bootstrap": not np.isfinite(boot_low),
        "factor_at_bound": factor.at_bound,
        "polychoric_smoothed": behind.smoothed,
        "no_polychoric": not behind.is_complete,
        "no_omega": any(pd.isna(row[name]) for name in ("omega", "omega_ordinal") if name in row),
    }
    return row, notes + [name for name, applies in said.items() if applies]


def _ordinal(behind: Polychoric, items: pd.DataFrame) -> dict[str, object]:
    if not behind.is_complete:
        return {}
    matrix: NDArray[np.float64] = behind.correlations.to_numpy(dtype=float)
    factor = one_factor(matrix)
    items["loading_ordinal"] = factor.loadings
    return {"alpha_ordinal": alpha_of_correlations(matrix), "omega_ordinal": omega_total(factor.loadings)}
