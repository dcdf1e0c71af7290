"""How the indicators of the conditions hold together: alpha and omega with intervals, and what each indicator adds.

Conditions are formative, so alpha and omega are told as a property of the indicators and not as a test that the index
must pass: different kinds of help need not go together for each of them to matter. Teams of one territorial unit share
its help, so the intervals come from drawing whole units again.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.conditions import CONDITIONS, INDICATORS, item_scores
from evaluation.survey.reliability import correlation, item_statistics
from evaluation.survey.scales import FEW_PEOPLE, FEWEST_ITEMS, FEWEST_PEOPLE, LEAST_RELIABILITY

Array = NDArray[np.float64]
ALL = "all_conditions"
_STEPS = 2_000
_SETTLED = 1e-8
_TINY = 1e-12
NOTES = (
    "constant_item", "register_missing", "too_few_items", "too_few_teams", "few_teams", "low_reliability",
    "item_against_scale", "no_omega", "no_interval",
)  # fmt: skip


def index_reliability(
    conditions: pd.DataFrame, year: int, clusters: pd.Series, draws: int = 300, seed: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contracts ``team_index_scales`` (the four conditions and all of their indicators) and ``team_index_items``.

    ``conditions`` as contract ``team_conditions``, of which the rows of ``year`` enter: one row a team, so no team
    counts twice. ``clusters`` are the territorial units of the rows of ``conditions``. Teams with all indicators that
    are known of the year enter; an indicator that is the same for all of them is left out of its scale. Intervals are
    percentiles over ``draws`` samples of units; none where fewer than half of the samples give a number.
    """
    rows = conditions[conditions["year"] == year]
    scores, units = item_scores(rows), clusters.loc[rows.index]
    scales, items = [], []
    names = {name: [one.name for one in INDICATORS if one.condition == name] for name in CONDITIONS}
    for scale, members in {**names, ALL: [one.name for one in INDICATORS]}.items():
        told = [name for name in members if scores[name].notna().any()]
        complete = scores[told].dropna()
        used = [name for name in told if complete[name].min() < complete[name].max()]
        values = complete[used].to_numpy(dtype=float)
        inside = units.loc[complete.index]
        notes = ["register_missing"] if len(told) < len(members) else []
        notes += ["constant_item"] if len(used) < len(told) else []
        row = {
            "scale": scale, "year": year, "items": len(members), "items_used": len(used), "n": len(complete),
            "clusters": inside.nunique(),
            **_spread(rows, scale), **_reliability(values, inside, notes, draws, seed),
        }  # fmt: skip
        scales.append({**row, "note": "; ".join(notes)})
        if scale != ALL:
            items += _items(scale, scores, members, complete[used])
    totals = _with_total(scores)
    for row in items:
        row |= {"year": year, "item_total": totals.get(str(row["indicator"]), np.nan)}
    return _typed(scales, "team_index_scales"), _typed(items, "team_index_items")


def _typed(rows: list[dict[str, object]], name: str) -> pd.DataFrame:
    return conform(pd.DataFrame(rows).reindex(columns=list(TABLES[name].names)), TABLES[name])


def _spread(rows: pd.DataFrame, scale: str) -> dict[str, float]:
    score = rows["conditions_index" if scale == ALL else f"condition_{scale}"].dropna().astype(float)
    return {"mean": float(score.mean()), "sd": float(score.std(ddof=1))} if len(score) > 1 else {}


def _reliability(values: Array, units: pd.Series, notes: list[str], draws: int, seed: int) -> dict[str, float]:
    n, k = values.shape
    if k < FEWEST_ITEMS:
        notes.append("too_few_items")
        return {}
    if n < FEWEST_PEOPLE:
        notes.append("too_few_teams")
        return {}
    alpha, omega = (float(each[0]) for each in alpha_and_omega(values, np.ones((1, n))))
    found = {"alpha": alpha, "omega": omega}
    drawn = alpha_and_omega(values, _times_drawn(units, draws, seed))
    for name, sample in zip(("alpha", "omega"), drawn, strict=True):
        known = sample[np.isfinite(sample)]
        if np.isfinite(found[name]) and len(known) >= draws / 2:
            found[f"{name}_low"], found[f"{name}_high"] = (float(each) for each in np.quantile(known, [0.025, 0.975]))
    said = {
        "few_teams": n < FEW_PEOPLE,
        "low_reliability": alpha < LEAST_RELIABILITY,
        "item_against_scale": bool((item_statistics(values)["item_rest"] < 0).any()),
        "no_omega": not np.isfinite(omega),
        "no_interval": "alpha_low" not in found,
    }
    notes += [name for name, applies in said.items() if applies]
    return found


def _times_drawn(units: pd.Series, draws: int, seed: int) -> Array:
    """How often each team stands in each of ``draws`` samples of as many whole units as there are (draws x teams)."""
    codes, names = pd.factorize(units)
    times = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return times[:, codes].astype(float)


def alpha_and_omega(values: Array, weights: Array) -> tuple[Array, Array]:
    """Alpha and omega of teams x indicators under each row of ``weights`` (samples x teams); NaN without them."""
    k = values.shape[1]
    size = weights.sum(axis=1)
    means = weights @ values / size[:, None]
    products = np.einsum("sn,ni,nj->sij", weights, values, values, optimize=True)
    outer = means[:, :, None] * means[:, None, :] * size[:, None, None]
    covariances = (products - outer) / np.maximum(size - 1, 1)[:, None, None]
    own, total = np.trace(covariances, axis1=1, axis2=2), covariances.sum(axis=(1, 2))
    alpha = np.where(total > _TINY, k / (k - 1) * (1 - own / np.where(total > _TINY, total, 1.0)), np.nan)
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    varies, spreads = (variances > _TINY).all(axis=1), np.sqrt(np.maximum(variances, 0.0))
    omega = np.full(len(weights), np.nan)
    if varies.any():
        scale = spreads[varies]
        loadings = factor_loadings(covariances[varies] / (scale[:, :, None] * scale[:, None, :]))
        common = (loadings * scale).sum(axis=1) ** 2
        unique = (scale**2 * (1 - loadings**2)).sum(axis=1)
        omega[varies] = np.where((loadings < 0).any(axis=1), np.nan, common / (common + unique))
    return alpha, omega


def factor_loadings(correlations: Array) -> Array:
    """Loadings of one factor of many matrices of correlations at once, as ``survey.reliability.one_factor`` of each."""
    k = correlations.shape[-1]
    away = correlations * (1 - np.eye(k))
    roots, vectors = np.linalg.eigh(correlations)
    loadings = np.clip(vectors[:, :, -1] * np.sqrt(np.maximum(roots[:, -1], 0.0))[:, None], -0.99, 0.99)
    for _ in range(_STEPS):
        before = loadings.copy()
        for item in range(k):
            weight = (loadings**2).sum(axis=1) - loadings[:, item] ** 2
            best = (away[:, item] * loadings).sum(axis=1) / np.where(weight > _TINY, weight, 1.0)
            loadings[:, item] = np.where(weight > _TINY, np.clip(best, -1, 1), 0.0)
        if np.abs(loadings - before).max() < _SETTLED:
            break
    return np.where(loadings.sum(axis=1, keepdims=True) < 0, -loadings, loadings)


def _items(scale: str, scores: pd.DataFrame, members: list[str], used: pd.DataFrame) -> list[dict[str, object]]:
    enough = used.shape[1] >= 2 and len(used) >= FEWEST_PEOPLE
    told = item_statistics(used.to_numpy(dtype=float)).set_axis(list(used)) if enough else None
    known_of = {one.name: one.known_of for one in INDICATORS}
    rows = []
    for name in members:
        given = scores[name].dropna()
        shares = [float((given == level).mean()) if len(given) else np.nan for level in (0, 1, 2)]
        row: dict[str, object] = {
            "scale": scale, "indicator": name, "known_of": known_of[name], "n": len(given),
            **dict(zip(("share_none", "share_some", "share_more"), shares, strict=True)),
            "note": "register_missing" if given.empty else "constant_item" if given.nunique() < 2 else "",
        }  # fmt: skip
        if told is not None and name in told.index:
            row |= {column: told.loc[name, column] for column in ("item_rest", "alpha_dropped")}
            row["note"] = "item_against_scale" if told.loc[name, "item_rest"] < 0 else row["note"]
        rows.append(row)
    return rows


def _with_total(scores: pd.DataFrame) -> dict[str, float]:
    """Correlation of every indicator with the sum of all others over the teams of which all are known."""
    told = [name for name in scores if scores[name].notna().any()]
    complete = scores[told].dropna()
    if len(complete) < FEWEST_PEOPLE:
        return {}
    total = complete.sum(axis=1)
    return {
        name: correlation(complete[name].to_numpy(dtype=float), (total - complete[name]).to_numpy(dtype=float))
        for name in told
    }
