"""Bounds for outcomes that exist only for those who applied.

Whether a unit applies may itself depend on support, so comparing applicants compares different sets of units. Two
bounds say how far that can move the difference:

- worst case (Manski 1990, American Economic Review 80): the unseen outcomes could be anything between the least and the
  greatest possible value. No assumption on who applies.
- Lee (2009, Review of Economic Studies 76): support moves units into applying only, or out of it only; then the group
  that applies more often is trimmed by the surplus, and the difference is bounded for units that apply in any case.

With strata (years) the bounds are made within each and averaged. Intervals cover the unknown difference, not the set
(Imbens and Manski 2004, Econometrica 72), with errors from resampling whole clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from evaluation.effects.estimate import Estimates, Numbers, collect, estimate_row
from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import UNASSIGNED, codes_of
from evaluation.settings import InputProblem, Model, Robustness

Row = dict[str, object]


@dataclass(frozen=True)
class Bounds:
    """``low`` and ``high`` bound the difference; ``interval`` covers it with 95 %. ``applied`` are the shares that
    applied among supported and others; ``trimmed`` is the share of the fuller group that Lee's bounds leave out.
    ``draws_left_out``: resamples without applicants of both kinds, which have no bounds and no part in the errors."""

    low: float
    high: float
    low_se: float
    high_se: float
    interval: tuple[float, float]
    applied: tuple[float, float]
    trimmed: float
    n: int
    clusters: int
    treated_clusters: int
    draws_left_out: int = 0


@dataclass(frozen=True)
class Arms:
    """Arrays of one row a unit and year: outcome (NaN where none), supported, stratum, cluster."""

    outcome: Array
    treated: np.ndarray
    stratum: np.ndarray
    cluster: np.ndarray


def arms_of(frame: pd.DataFrame, outcome: str, exposure: str, clusters: str, strata: str | None = None) -> Arms:
    """From rows of all units, whether they applied or not; an empty outcome means that the unit did not apply.

    Rows without the exposure, cluster or stratum are left out: who is not known to be supported is in neither group.
    Raises InputProblem where nobody is supported, all are, or no stratum holds applicants of both kinds.
    """
    frame = frame[frame[_needed(exposure, clusters, strata)].notna().all(axis=1)]
    values = frame[outcome].astype("float64").to_numpy()
    treated = frame[exposure].astype("float64").to_numpy() != 0
    stratum = codes_of(frame[strata]) if strata else np.zeros(len(frame), dtype=np.intp)
    arms = Arms(values, treated, stratum, codes_of(frame[clusters]))
    if frame.empty or not np.isfinite(_lee(arms, np.ones((1, len(frame))))).all():
        raise InputProblem(
            f"Границы для «{outcome}» по «{exposure}» посчитать нельзя: нет года, где подавали заявки и территории с "
            "поддержкой, и территории без неё. Уберите эту проверку или добавьте годы.",
            f"Bounds of '{outcome}' by '{exposure}' cannot be made: there is no year in which units with and without "
            "support applied. Take this check out, or add years.",
        )
    return arms


def _needed(exposure: str, clusters: str, strata: str | None) -> list[str]:
    return [exposure, clusters, *([strata] if strata else [])]


def lee_bounds(arms: Arms, *, draws: int = 999, seed: int = 1) -> Bounds:
    """Lee's bounds of the difference of means among units that apply with and without support."""
    return _bounds(arms, lambda weights: _lee(arms, weights), draws, seed)


def worst_case_bounds(arms: Arms, least: float, greatest: float, *, draws: int = 999, seed: int = 1) -> Bounds:
    """Manski's bounds of the difference of means among all units, outcomes lying in ``least``..``greatest``."""
    seen = arms.outcome[np.isfinite(arms.outcome)]
    if len(seen) and (seen.min() < least or seen.max() > greatest):
        raise InputProblem(
            f"Исход выходит за объявленные пределы {least:g}–{greatest:g}: границы были бы неверны. Исправьте пределы.",
            f"The outcome leaves the declared range {least:g} to {greatest:g}: bounds would be wrong. Correct it.",
        )
    return _bounds(arms, lambda weights: _worst(arms, weights, least, greatest), draws, seed)


def _sides(arms: Arms, weights: Array) -> Iterator[tuple[list[np.ndarray], list[Array]]]:
    """Rows of the supported and of the others in every stratum, and their weight in each draw (draws)."""
    for level in range(int(arms.stratum.max(initial=0)) + 1):
        here = arms.stratum == level
        sides = [np.flatnonzero(here & arms.treated), np.flatnonzero(here & ~arms.treated)]
        if all(len(side) for side in sides):
            yield sides, [weights[:, side].sum(axis=1) for side in sides]


def _averaged(pairs: list[tuple[Array, Array, Array]]) -> Array:
    """[low, high] by draw from (weight, low, high) of strata; a stratum without weight in a draw has no part in it."""
    if not pairs:
        return np.full((1, 2), np.nan)
    mass = np.array([weight for weight, _, _ in pairs])
    total = mass.sum(axis=0)
    both = [np.where(mass > 0, np.array([pair[side] for pair in pairs]), 0.0) for side in (1, 2)]
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw without both kinds has no bounds, and is left out
        return np.column_stack([(mass * side).sum(axis=0) / total for side in both])


def _lee(arms: Arms, weights: Array) -> Array:
    """[low, high] by draw; ``weights`` (draws x rows) says how often each row's cluster was drawn."""
    pairs = []
    for sides, sizes in _sides(arms, weights):
        seen = [side[np.isfinite(arms.outcome[side])] for side in sides]
        applied = [weights[:, side].sum(axis=1) for side in seen]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = [part / size for part, size in zip(applied, sizes, strict=True)]
            both = np.minimum(*shares)
            means = [
                _trimmed(arms.outcome[side], weights[:, side], np.minimum(1.0, both / share))
                for side, share in zip(seen, shares, strict=True)
            ]
        mass = np.nan_to_num((sizes[0] + sizes[1]) * both)  # units of the stratum that apply in any case
        pairs.append((mass, means[0][0] - means[1][1], means[0][1] - means[1][0]))
    return _averaged(pairs)


def _trimmed(values: Array, weights: Array, part: Array) -> tuple[Array, Array]:
    """Weighted means by draw of the lowest and the highest ``part`` of the values; one on the edge counts in part."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[:, order]
    room = (part * weights.sum(axis=1))[:, None]
    means = []
    for step in (1, -1):
        ranked, sizes = values[::step], weights[:, ::step]
        kept = np.clip(room - (np.cumsum(sizes, axis=1) - sizes), 0, sizes)
        means.append(kept @ ranked / kept.sum(axis=1))
    return means[0], means[1]


def _worst(arms: Arms, weights: Array, least: float, greatest: float) -> Array:
    pairs = []
    for sides, sizes in _sides(arms, weights):
        ends = []
        for side, size in zip(sides, sizes, strict=True):
            outcome = arms.outcome[side]
            filled = [np.where(np.isfinite(outcome), outcome, end) for end in (least, greatest)]
            with np.errstate(invalid="ignore", divide="ignore"):
                ends.append([weights[:, side] @ values / size for values in filled])
        mass = np.where(np.minimum(*sizes) > 0, sizes[0] + sizes[1], 0.0)
        pairs.append((mass, ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]))
    return _averaged(pairs)


def _bounds(arms: Arms, compute: Callable[[Array], Array], draws: int, seed: int) -> Bounds:
    low, high = compute(np.ones((1, len(arms.outcome))))[0]
    generator = np.random.default_rng(seed)
    groups = int(arms.cluster.max()) + 1
    drawn = generator.multinomial(groups, np.full(groups, 1 / groups), size=draws).astype(float)
    repeated = compute(drawn[:, arms.cluster]) if draws else np.empty((0, 2))
    defined = np.isfinite(repeated).all(axis=1)
    repeated = repeated[defined]
    enough = len(repeated) > 1
    errors = repeated.std(axis=0, ddof=1) if enough else np.full(2, np.nan)
    seen = np.isfinite(arms.outcome)
    shares = (float(seen[arms.treated].mean()), float(seen[~arms.treated].mean()))
    return Bounds(
        float(low), float(high), float(errors[0]), float(errors[1]),
        _interval(float(low), float(high), errors), shares, 1 - min(shares) / max(shares), len(arms.outcome), groups,
        len(np.unique(arms.cluster[arms.treated])), int((~defined).sum()),
    )  # fmt: skip


def _interval(low: float, high: float, errors: Array, level: float = 0.95) -> tuple[float, float]:
    """Imbens and Manski's interval: between the one-sided and the two-sided critical value, as the set is wide."""
    largest = float(errors.max())
    if not np.isfinite(largest):
        return float("nan"), float("nan")
    if largest == 0:
        return low, high

    def excess(critical: float) -> float:
        return float(stats.norm.cdf(critical + (high - low) / largest) - stats.norm.cdf(-critical) - level)

    critical = optimize.brentq(excess, 0.0, 5.0)
    return low - critical * float(errors[0]), high + critical * float(errors[1])


def check_secondary(
    panel: pd.DataFrame, models: Sequence[Model], settings: Robustness, geography: str | None = None
) -> Estimates:
    """``bounds_rows`` with the plan's draws and seed, in the main model's geography unless another is named.

    Where bounds cannot be made a row says so; without secondary models there are no rows.
    """
    main = [model.geography for model in models if model.is_main and model.geography]
    chosen = geography or (main[0] if main else None)
    rows: list[Row] = []
    for model in models:
        if chosen is None or model.kind != "secondary" or model.outcome != "is_funded":
            continue
        try:
            rows += bounds_rows(panel, [model], chosen, draws=settings.bootstrap_draws, seed=settings.seed)
        except InputProblem:
            rows += [
                estimate_row(
                    model, exposure, Numbers(), n=0, clusters=0, treated_clusters=0, inference="none",
                    name=f"{model.name}__lee_low", outcome="success_rate", estimand="mean_difference",
                    warnings={"bounds_undefined": exposure},
                )
                for exposure in model.exposures
            ]  # fmt: skip
    return collect(rows)


def bounds_rows(
    panel: pd.DataFrame, models: Sequence[Model], geography: str, *, draws: int = 999, seed: int = 1
) -> list[Row]:
    """Bounds beside every secondary model of winning: rows ``<model>__lee_low``, ``_lee_high``, ``__worst_low``,
    ``_worst_high`` on the share of a unit's applications that win, supported against others within each year.

    The interval of all four rows is the one that covers the difference. Raises InputProblem as ``arms_of``.
    """
    rows: list[Row] = []
    known = panel[(panel["geography"] == geography) & (panel["unit_id"] != UNASSIGNED)]
    applied = known["applications"].astype("float64")
    frame = known.assign(success_rate=known["funded"].astype("float64") / applied.where(applied > 0))
    for model in models:
        if model.kind != "secondary" or model.outcome != "is_funded":
            continue
        for exposure in model.exposures:
            if not frame[exposure].dropna().astype("float64").isin([0.0, 1.0]).all():
                continue  # bounds compare two groups; a dose has none
            arms = arms_of(frame, "success_rate", exposure, "unit_id", "year")
            unknown = {"rows_without_value": len(frame) - len(arms.outcome)}
            for kind, found in (
                ("lee", lee_bounds(arms, draws=draws, seed=seed)),
                ("worst", worst_case_bounds(arms, 0.0, 1.0, draws=draws, seed=seed)),
            ):
                told = {**unknown, "draws_without_both_kinds": found.draws_left_out}
                for side, value, error in (("low", found.low, found.low_se), ("high", found.high, found.high_se)):
                    made = estimate_row(
                        model, exposure, Numbers(value, error, *found.interval), n=found.n, clusters=found.clusters,
                        treated_clusters=found.treated_clusters, inference="cluster_bootstrap_imbens_manski",
                        name=f"{model.name}__{kind}_{side}", outcome="success_rate", estimand="mean_difference",
                        warnings=told,
                    )  # fmt: skip
                    rows.append(made)
    return rows
