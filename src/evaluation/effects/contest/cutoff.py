"""Winning against almost winning: what changes at the line of the contest.

Scores are stepped and each year has its own line, so the main estimate is a local linear one with an interval honest
about the steps (``honest.py``); beside it stand the other class of functions, twice the curvature, a donut without the
steps next to the line, the jump of funding itself where the line is not sharp, and a plain local regression only where
the score takes many values. ``local_randomisation`` compares applications next to the line within years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.contest.applications import with_next_year
from evaluation.effects.contest.honest import (
    HonestInterval,
    cell_errors,
    clustered_error,
    curvature_by_rule,
    honest_jump,
    jump_weights,
    misspecification_jump,
    support_points,
)
from evaluation.effects.contest.line import add_distance, find_lines
from evaluation.effects.contest.local_randomisation import choose_window, compare_within_years
from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.inference.clusters import Array, t_interval
from evaluation.settings import DataProblem, InputProblem, Model

Row = dict[str, object]
NEAR_CONTINUOUS = 20  # distinct values of the score on each side of the line within the bandwidth
SCORE = "score"


@dataclass(frozen=True)
class NearLine:
    """Applications with a distance from their year's line; ``warnings`` say what was left out, ``fuzzy`` how sharp.

    ``frame`` holds those that are compared, ``every`` all with a score and a line, tied ones too, for the density.
    """

    frame: pd.DataFrame
    every: pd.DataFrame
    lines: pd.DataFrame
    warnings: dict[str, object]
    fuzzy: float


def near_line(frame: pd.DataFrame, model: Model) -> NearLine:
    """The applications that a model of the contest uses, from the project table or ``applications.contest_frame``.

    ``exposures`` is the column of funding, ``instruments`` the score (``score`` without one), ``clusters`` the area
    whose outcomes hang together, ``controls`` what was known before. The outcome ``applies_again`` (and
    ``applications_next_year``) is made from the frame where it lacks: it must then hold all applications. Tied
    applications at a line are left out, since what divided them was not the score. Raises InputProblem for missing
    columns and where nothing is left.
    """
    score = model.instruments[0] if model.instruments else SCORE
    funded = model.exposures[0]
    made = model.outcome in ("applies_again", "applications_next_year") and model.outcome not in frame.columns
    if made and {model.clusters, "year"} <= set(frame.columns):
        frame = with_next_year(frame, model.clusters)
    needed = ["year", score, funded, model.outcome, model.clusters, *model.controls]
    missing = sorted({name for name in needed if name not in frame.columns})
    if missing:
        raise InputProblem(
            f"План, модель «{model.name}»: в таблице нет столбцов {', '.join(missing)}. Исправьте план.",
            f"Plan, model '{model.name}': the table has no columns {', '.join(missing)}. Correct the plan.",
        )
    scored = frame[frame[score].notna() & frame[funded].notna()]
    scored = scored.assign(**{funded: scored[funded].astype(float)})
    lines = find_lines(scored, score, funded)
    placed = add_distance(scored, lines, score)
    usable = placed["distance"].notna()
    known = placed[model.outcome].notna() & placed[model.clusters].notna()
    rows = placed[usable & ~placed["tied"] & known].reset_index(drop=True)
    rows = rows.assign(**{model.outcome: rows[model.outcome].astype(float)})
    warnings: dict[str, object] = {
        "rows_without_value": len(frame) - len(scored) + int((usable & ~placed["tied"] & ~known).sum()),
        "tied_at_line": int((usable & placed["tied"]).sum()),
        "years_without_line": int((lines["kind"] == "none").sum()),
    }
    if rows.empty:
        raise DataProblem(
            f"План, модель «{model.name}»: не осталось ни одной заявки с баллом, чертой и исходом «{model.outcome}» "
            f"({len(frame)} строк). Нужны баллы непрошедших и следующий год.",
            f"Plan, model '{model.name}': no application is left with a score, a line and the outcome "
            f"'{model.outcome}' ({len(frame)} rows). The scores of losers and a following year are needed.",
        )
    fuzzy = float(((rows[funded] == 1) != (rows["above"] == 1)).mean())
    if fuzzy > 0:
        warnings["line_not_sharp"] = f"{fuzzy:.3f}"
    return NearLine(rows, placed[usable].reset_index(drop=True), lines, warnings, fuzzy)


def rows_of(
    frame: pd.DataFrame, model: Model, *, draws: int = 999, seed: int = 1, curvature: float | None = None
) -> list[Row]:
    """Rows of the families ``cutoff`` and ``local_randomisation`` (see ``near_line`` for what the model names).

    ``curvature`` bounds the second derivative of the mean outcome in the score; without it, and it can only be known
    from outside, a rule of thumb stands in and is stated in the warning.
    """
    found = near_line(frame, model)
    if model.family == "local_randomisation":
        return [_window_row(found, model, draws, seed)]
    return _cutoff_rows(found, model, curvature)


def _cutoff_rows(found: NearLine, model: Model, curvature: float | None) -> list[Row]:
    rows, warnings = found.frame, dict(found.warnings)
    distance, outcome, clusters = _arrays(rows, model, model.outcome)
    if np.ptp(outcome) == 0:
        warnings["outcome_constant"] = model.outcome
        return [_row(rows, model, None, "honest_curvature", warnings)]
    bound = curvature_by_rule(distance, outcome) if curvature is None else curvature
    warnings["curvature_assumed"] = f"{bound:.3g}"
    main = honest_jump(distance, outcome, clusters, bound)
    if main is None:
        warnings["score_in_steps"] = sum(support_points(distance))
        return [_row(rows, model, None, "honest_curvature", {**warnings, "not_identified": model.exposures[0]})]
    below, above = support_points(distance, main.bandwidth)
    continuous = min(below, above) >= NEAR_CONTINUOUS
    if not continuous:
        warnings["score_in_steps"] = below + above
    out = [_row(rows, model, main, "honest_curvature", warnings)]

    def add(check: str, interval: HonestInterval | None, inference: str, more: Mapping[str, object]) -> None:
        if interval is not None:
            out.append(_row(rows, model, interval, inference, more, f"{model.name}__{check}"))

    other_class = misspecification_jump(distance, outcome, clusters, main.bandwidth)
    add("misspecification", other_class, "honest_misspecification", {})
    add("curvature_doubled", honest_jump(distance, outcome, clusters, 2 * bound), "honest_curvature",
        {"curvature_assumed": f"{2 * bound:.3g}"})  # fmt: skip
    away = outside_donut(distance)
    add("donut", honest_jump(distance[away], outcome[away], clusters[away], bound), "honest_curvature",
        {"curvature_assumed": f"{bound:.3g}"})  # fmt: skip
    if found.fuzzy > 0:
        funded = _arrays(rows, model, model.exposures[0])[1]
        bend = curvature_by_rule(distance, funded)
        add("funding", honest_jump(distance, funded, clusters, bend), "honest_curvature",
            {"curvature_assumed": f"{bend:.3g}"})  # fmt: skip
    if continuous:
        add("local_linear", plain_local_linear(distance, outcome, clusters, main.bandwidth), "crv1_t", {})
    return out


def outside_donut(distance: Array) -> np.ndarray:
    """Applications not on the steps next to the line: the lowest one from it on and the highest one below it."""
    above, below = distance[distance >= 0], distance[distance < 0]
    next_to_line = [*([above.min()] if len(above) else []), *([below.max()] if len(below) else [])]
    return ~np.isin(distance, next_to_line)


def plain_local_linear(distance: Array, outcome: Array, clusters: np.ndarray, bandwidth: float) -> HonestInterval:
    """The textbook's local linear estimate: clustered t interval that takes the lines for true within the bandwidth."""
    near = np.abs(distance) < bandwidth
    x, y, groups = distance[near], outcome[near], clusters[near]
    weights = jump_weights(x, bandwidth)
    estimate = float(weights @ y)
    se = float(clustered_error((weights * cell_errors(distance, outcome)[near])[:, None], groups)[0])
    low, high, p = t_interval(estimate, se, len(np.unique(groups)) - 1)
    return HonestInterval(estimate, se, low, high, p, len(x), bandwidth, 0.0)


def _window_row(found: NearLine, model: Model, draws: int, seed: int) -> Row:
    rows, warnings = found.frame, dict(found.warnings)
    windows = choose_window(rows, model.controls, draws=draws, seed=seed)
    chosen = windows[windows["chosen"]]
    if chosen.empty:
        warnings["not_identified"] = model.exposures[0]
        if len(windows):
            warnings["window_unbalanced"] = f"{windows['p'].iloc[0]:.3f}"
        return _row(rows.iloc[:0], model, None, "fisher_within_years", warnings)
    window = float(chosen["window"].iloc[0])
    near = rows[rows["distance"].abs() <= window]
    warnings["window_of_score"] = f"{window:g}"
    outcome = near[model.outcome].to_numpy(dtype=float)
    if np.ptp(outcome) == 0:
        warnings["outcome_constant"] = model.outcome
    compared = compare_within_years(
        outcome, near["above"].to_numpy(dtype=float), near["year"].to_numpy(dtype=int), draws, seed
    )
    if compared is None or np.ptp(outcome) == 0:
        warnings["not_identified"] = model.exposures[0]
        return _row(near, model, None, "fisher_within_years", warnings)
    low, high = compared.kept.ends
    if not np.isfinite(low):
        warnings["lots_refuse_nothing_far"] = compared.kept.draws
    result = HonestInterval(compared.estimate, float("nan"), low, high, compared.kept.p, len(near), window, 0.0)
    return _row(near, model, result, "fisher_within_years", warnings)


def _arrays(rows: pd.DataFrame, model: Model, outcome: str) -> tuple[Array, Array, np.ndarray]:
    clusters = np.unique(rows[model.clusters].astype(str), return_inverse=True)[1]
    return rows["distance"].to_numpy(dtype=float), rows[outcome].to_numpy(dtype=float), clusters


def _row(
    rows: pd.DataFrame,
    model: Model,
    found: HonestInterval | None,
    inference: str,
    warnings: Mapping[str, object],
    name: str | None = None,
) -> Row:
    near = rows if found is None else rows[rows["distance"].abs() <= found.bandwidth]
    numbers = Numbers() if found is None else Numbers(found.estimate, found.se, found.low, found.high, found.p)
    return estimate_row(
        model, model.exposures[0], numbers, n=0 if found is None else found.n,
        clusters=int(near[model.clusters].nunique()),
        treated_clusters=int(near.loc[near["above"] == 1, model.clusters].nunique()), inference=inference, name=name,
        warnings=warnings,
    )  # fmt: skip
