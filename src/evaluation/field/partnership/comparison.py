"""Base municipalities beside participants and beside those outside: two comparisons, each with its checks.

Outcomes are rates by residents, so that large and small units can stand together. Base municipalities were chosen, by
contest or otherwise, for reasons that the outcomes may share; whatever passes the checks is still an association.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.effects.estimate import (
    COLUMNS,
    Estimates,
    collect,
    format_warnings,
    in_both_languages,
    with_warning_words,
)
from evaluation.field.partnership.nearest import NEIGHBOURS, Window, nearest_comparison, neighbour_weights
from evaluation.field.partnership.synthetic import (
    POOR_FIT,
    SyntheticControl,
    joint_placebo,
    synthetic_control,
)
from evaluation.field.partnership.windows import OUTCOMES, rates_of, sides_of, windows_of
from evaluation.settings import DataProblem, InputProblem, Text

EXPOSURE = "base_municipality"
LARGEST_DIFFERENCE = 0.25
"""Standardised differences above it mean that the compared were not alike (Stuart 2010, Statistical Science 25)."""
LONG_SERIES = 10  # fewer years before the start leave a synthetic control in doubt
FEW_BASE = 5
_ASSUMPTION = Text(
    ru="без работы по программе базовые муниципалитеты изменились бы так же, как похожие на них до начала",
    en="without the work base municipalities would have changed as those did that had been like them before",
)
DESIGN = "association"


@dataclass(frozen=True)
class Comparison:
    """``estimates`` of all comparisons; the other tables satisfy their contracts."""

    estimates: Estimates
    balance: pd.DataFrame
    matches: pd.DataFrame
    paths: pd.DataFrame

    @property
    def worded(self) -> pd.DataFrame:
        """The estimates with their warnings in words, in ``warning_ru`` and ``warning_en``."""
        return with_warning_words(self.estimates.frame)


def compare_roles(
    panel: pd.DataFrame, roles: pd.DataFrame, *, draws: int = 499, seed: int = 1, neighbours: int = NEIGHBOURS
) -> Comparison:
    """Base units against participants and against those outside (nearest neighbours), and each base unit against its
    synthetic control from all that are no base.

    ``panel``: contract ``panel`` of one geography; ``roles``: contract ``partnership_years`` of the same. A unit is
    base from its first year as base on; participants and outsiders are those who never were base, participants those
    who took part in any year. Units with a year without residents are left out and counted. A comparison that
    the data cannot carry is a row without estimate whose warning says why.
    """
    starts, pools = sides_of(roles)
    rows: list[dict[str, object]] = []
    balance, matches, paths = [], [], []
    for outcome in OUTCOMES:
        wide, lost = rates_of(panel, outcome)
        for pool, members in pools.items():
            name = f"nearest_{pool}"
            made, tables = _nearest(name, outcome, wide, panel, starts, members, draws, seed, neighbours)
            rows.append(_row(name, outcome, {**made, "lost": lost}))
            balance += tables[:1]
            matches += tables[1:]
        made, found = _synthetic(wide, starts, pools, draws, seed)
        rows.append(_row("synthetic_control", outcome, {**made, "lost": lost}))
        matches.append(_donors(found, outcome))
        paths += [one.path.assign(outcome=outcome, unit_id=one.unit_id) for one in found]
    return Comparison(
        collect(rows),
        _joined(balance, "partnership_balance"),
        _joined(matches, "partnership_matches"),
        _joined(paths, "synthetic_paths"),
    )


def _nearest(
    name: str, outcome: str, wide: pd.DataFrame, panel: pd.DataFrame, starts: Mapping[str, int],
    members: Sequence[str], draws: int, seed: int, neighbours: int,
) -> tuple[dict[str, object], list[pd.DataFrame]]:  # fmt: skip
    rows = wide.loc[wide.index.isin([*starts, *members])]
    windows, covariates = windows_of(rows, panel, starts)
    cohorts = np.array([starts.get(str(unit), 0) for unit in rows.index])
    seen = (cohorts == 0) | np.isin(cohorts, list(windows))
    rows, cohorts = rows[seen], cohorts[seen]
    windows, covariates = windows_of(rows, panel, starts)
    numbers: dict[str, object] = {"n": len(rows), "clusters": len(rows), "treated": int((cohorts > 0).sum())}
    try:
        found = nearest_comparison(cohorts, windows, neighbours=neighbours, draws=draws, seed=seed)
    except DataProblem as problem:
        return {**numbers, "inference": "placebo_places", "not_fitted": in_both_languages(problem)}, []
    low, high = found.inference.ends
    tables = _tables(name, outcome, rows, cohorts, windows, covariates, neighbours)
    worst = float(tables[0]["difference_after"].abs().max())
    made = {
        **numbers, "estimate": found.difference, "low": low, "high": high, "p": found.inference.p,
        "inference": "placebo_places", "poor_balance": round(worst, 2) if worst > LARGEST_DIFFERENCE else None,
        "lots_refuse_nothing_far": found.inference.draws if not np.isfinite(low) else None,
    }  # fmt: skip
    return made, tables


def _tables(
    name: str, outcome: str, rows: pd.DataFrame, cohorts: np.ndarray, windows: Mapping[int, Window],
    covariates: Sequence[str], neighbours: int,
) -> list[pd.DataFrame]:  # fmt: skip
    """Balance before and after, and the pairs. Means are over base units; standard deviations over all compared."""
    pool = cohorts == 0
    total = int((cohorts > 0).sum())
    means = {side: np.zeros(len(covariates)) for side in ("base", "pool", "matched", "spread")}
    pairs = []
    for start, window in windows.items():
        ours = cohorts == start
        _, beside = neighbour_weights(window.covariates, ours, pool, neighbours)
        part = ours.sum() / total
        means["base"] += part * window.covariates[ours].mean(axis=0)
        means["pool"] += part * window.covariates[pool].mean(axis=0)
        means["matched"] += part * window.covariates[beside["neighbour"]].mean(axis=0)
        means["spread"] += part * window.covariates[ours | pool].std(axis=0)
        pairs.append(beside)
    spread = np.where(means["spread"] > 0, means["spread"], 1.0)
    balance = pd.DataFrame(
        {
            "comparison": name, "outcome": outcome, "covariate": list(covariates), "n_base": total,
            "n_pool": int(pool.sum()), "base_mean": means["base"], "pool_mean": means["pool"],
            "matched_mean": means["matched"], "difference_before": (means["base"] - means["pool"]) / spread,
            "difference_after": (means["base"] - means["matched"]) / spread,
        }
    )  # fmt: skip
    codes = rows.index.to_numpy()
    joined = pd.concat(pairs, ignore_index=True)
    matches = pd.DataFrame(
        {
            "comparison": name, "outcome": outcome, "unit_id": codes[joined["base"]],
            "partner_unit_id": codes[joined["neighbour"]], "distance": joined["distance"], "weight": joined["weight"],
        }
    )  # fmt: skip
    return [balance, matches]


def _synthetic(
    wide: pd.DataFrame, starts: Mapping[str, int], pools: Mapping[str, Sequence[str]], draws: int, seed: int
) -> tuple[dict[str, object], list[SyntheticControl]]:
    donors = [unit for members in pools.values() for unit in members]
    inside = [unit for unit in sorted(starts) if unit in wide.index]
    seen = len(inside) + len(set(donors) & set(wide.index))
    numbers: dict[str, object] = {"n": seen, "clusters": seen, "treated": len(inside), "inference": "placebo_in_space"}
    found: list[SyntheticControl] = []
    refused = None
    for unit in inside:
        try:
            like = found[-1] if found else None
            found.append(synthetic_control(wide, unit, donors, starts[unit], like=like))
        except DataProblem as problem:
            refused = in_both_languages(problem)
    if not found:
        said = refused or in_both_languages(_NOBODY)
        return {**numbers, "not_fitted": said}, []
    p, low, high = joint_placebo(found, draws, seed)
    before = min(int(one.path["is_before"].sum()) for one in found)
    fit = max(one.relative_fit for one in found)
    made = {
        **numbers, "treated": len(found), "estimate": float(np.mean([one.gap for one in found])), "low": low,
        "high": high, "p": p, "units_refused": len(inside) - len(found),
        "short_series_before": before if before < LONG_SERIES else None,
        "poor_fit_before": round(fit, 2) if fit > POOR_FIT else None,
    }  # fmt: skip
    return made, found


_NOBODY = InputProblem(
    "базовых муниципалитетов с данными за все годы нет: сравнивать некого",
    "there is no base municipality with data of all years: there is nobody to compare",
)


def _donors(found: Sequence[SyntheticControl], outcome: str) -> pd.DataFrame:
    """Donors whose weight is not nothing."""
    parts = [
        pd.DataFrame({"unit_id": one.unit_id, "partner_unit_id": one.donors, "weight": one.weights.clip(0, 1)})
        for one in found
    ]
    columns = ["unit_id", "partner_unit_id", "weight"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table[table["weight"] > 0.0005].assign(comparison="synthetic_control", outcome=outcome, distance=np.nan)


def _row(name: str, outcome: str, made: Mapping[str, object]) -> dict[str, object]:
    """One row of the contract ``estimates`` from what a comparison made."""
    nothing = float("nan")
    treated = int(str(made["treated"]))
    warnings = {
        code: made.get(code)
        for code in ("not_fitted", "poor_balance", "lots_refuse_nothing_far", "short_series_before", "poor_fit_before",
                     "units_refused")
    }  # fmt: skip
    if 0 < treated < FEW_BASE and not made.get("not_fitted"):
        warnings["few_base_units"] = treated
    warnings["units_without_residents"] = made["lost"]
    row = {
        "model": name, "outcome": outcome, "exposure": EXPOSURE, "estimand": "mean_difference", "design": DESIGN,
        "assumption": _ASSUMPTION.en, "estimate": made.get("estimate", nothing), "se": nothing,
        "low": made.get("low", nothing), "high": made.get("high", nothing), "p": made.get("p", nothing),
        "p_adjusted": nothing, "n": made["n"], "clusters": made["clusters"], "treated_clusters": treated,
        "inference": made["inference"], "is_main": False, "warning": format_warnings(warnings),
    }  # fmt: skip
    return {column: row[column] for column in COLUMNS}


def _joined(parts: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    table = TABLES[name]
    filled = [part for part in parts if len(part)]
    return conform(pd.concat(filled, ignore_index=True)[list(table.names)], table) if filled else table.empty()
