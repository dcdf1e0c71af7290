"""Interaction-weighted effects: every cohort's own years since training in one regression, averaged by cohort size.

The regression of the outcome on unit effects, year effects and an indicator for each cohort and each of its years but
the one before training; units never trained (or, without any, the cohort trained last, before its training) are the
controls. Effects of one event time are averaged by the cohorts' shares of its rows, which are taken as given. Sun and
Abraham (2021, Journal of Econometrics 225).

Since a cohort's indicators leave none of its years in common with other cohorts, the regression falls apart into one
of years for each cohort, with common covariates alone holding them together: no wide table of indicators is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import centre, column_lengths, independent_columns
from evaluation.effects.staggered.cohorts import (
    CohortRows,
    cohort_rows,
    cohorts_within,
    nothing_to_compare,
    without_always_trained,
)
from evaluation.effects.staggered.event_time import EventTimeEffects, sum_over_clusters


@dataclass(frozen=True)
class _Cohort:
    """Years of one cohort's rows within units: columns (years but the reference), pseudo-inverse, projections.

    ``comparable``: columns whose year is tied to the reference through units that have both, or through others.
    """

    rows: np.ndarray
    years: list[int]  # positions of the columns' years
    comparable: dict[int, int]  # column by position of the year
    rank: int
    centred: Array
    inverse: Array
    of_outcome: Array
    of_covariates: Array


def sun_abraham(
    panel: pd.DataFrame,
    outcome: str,
    *,
    unit: str = "unit_id",
    year: str = "year",
    first_year: str = "first_trained_year",
    covariates: Sequence[str] = (),
    clusters: str | None = None,
) -> EventTimeEffects:
    """Effects by years since first training, before it too; the year before training is the reference.

    The panel may have gaps; units first seen trained are counted as units_always_trained, cohorts without rows in the
    year before training as units_without_reference, trained rows that no control's year answers to as
    rows_not_predicted. ``average``: the mean over all trained rows. Errors clustered by
    ``clusters`` (None: unit) x G/(G-1) x (n-1)/(n-k), where k counts cohort-year indicators, years and covariates,
    not the unit effects. Raises InputProblem when nobody can be compared, and for what ``cohort_rows`` refuses.
    """
    read = cohort_rows(
        panel, outcome, unit=unit, year=year, first_year=first_year, covariates=covariates, clusters=clusters
    )
    rows, always = without_always_trained(read)
    last = float(rows.first.max(initial=-np.inf))
    if last <= rows.years[-1]:  # nobody stays untrained: the last cohort compares until its own training
        rows = _rows_before(rows, last)
    cohorts = cohorts_within(rows)
    cohort_of_row = rows.first[rows.unit]
    usable = [one for one in cohorts if bool(((cohort_of_row == one) & (rows.since == -1)).any())]
    kept = np.isin(rows.first, usable) | ~np.isin(rows.first, cohorts)
    if not usable or bool(np.isin(rows.first, cohorts).all()):
        raise nothing_to_compare()
    counted = {"units_always_trained": always, "units_without_reference": int((~kept).sum())}
    return _interaction_weighted(rows.of_units(kept), usable, counted)


def _rows_before(rows: CohortRows, last: float) -> CohortRows:
    kept = rows.calendar < last
    years = tuple(one for one in rows.years if one < last)
    part = CohortRows(
        rows.unit[kept], rows.year[kept], rows.outcome[kept], rows.covariates[kept], years, rows.first, rows.cluster,
        {**rows.left_out, "rows_all_trained": int((~kept).sum())},
    )  # fmt: skip
    return part.of_units(np.bincount(part.unit, minlength=part.units) > 0)


def _interaction_weighted(rows: CohortRows, cohorts: list[int], counted: dict[str, int]) -> EventTimeEffects:
    position = {year: index for index, year in enumerate(rows.years)}
    cohort_of_row = rows.first[rows.unit]
    covariates = centre(rows.covariates, rows.unit)  # the unit effects would take the means out anyhow
    spread = covariates.std(axis=0)
    rounding = 1e-9 * np.abs(rows.covariates).max(axis=0, initial=0.0)
    covariates = np.where(spread > rounding, covariates / np.where(spread > rounding, spread, 1.0), 0.0)
    controls = np.flatnonzero(~np.isin(cohort_of_row, cohorts))
    members = [controls, *(np.flatnonzero(cohort_of_row == one) for one in cohorts)]
    references = [int(rows.year[controls].min()), *(position[one - 1] for one in cohorts)]
    blocks = [_cohort(rows, covariates, *one) for one in zip(members, references, strict=True)]
    slopes, residuals, of_slopes = _common_slopes(rows, covariates, blocks)
    paths = [_path(rows, block, slopes, residuals, of_slopes) for block in blocks]
    times, weights, effects, influences, units = [], [], [], [], []
    lost = 0
    for one, block, (levels, moved) in zip(cohorts, blocks[1:], paths[1:], strict=True):
        for column, year in enumerate(block.years):
            if year == position[one - 1]:
                continue
            cell = block.rows[rows.year[block.rows] == year]
            change = _change(paths[0], blocks[0], year, position[one - 1])
            if change is None or year not in block.comparable:
                lost += len(cell) if rows.years[year] >= one else 0
                continue
            times.append(rows.years[year] - one)
            weights.append(len(cell))
            units.append(np.unique(rows.unit[cell]))
            effects.append(float(levels[column]) - change[0])
            influences.append(moved[:, column] - change[1])
    if not times:
        raise nothing_to_compare()
    return _averaged(
        rows, blocks, np.array(times), np.array(weights, dtype=float), np.array(effects),
        np.column_stack(influences), units, {**counted, "rows_not_predicted": lost},
    )  # fmt: skip


def _change(path: tuple[Array, Array], block: _Cohort, year: int, reference: int) -> tuple[float, Array] | None:
    """The controls' change from ``reference`` to ``year`` and its influence; None where they cannot tell."""
    if year not in block.comparable or reference not in block.comparable:
        return None
    levels, moved = path
    after, before = block.comparable[year], block.comparable[reference]
    return float(levels[after] - levels[before]), moved[:, after] - moved[:, before]


def _averaged(
    rows: CohortRows, blocks: Sequence[_Cohort], times: np.ndarray, weights: Array, effects: Array, influence: Array,
    units: Sequence[np.ndarray], counted: dict[str, int],
) -> EventTimeEffects:  # fmt: skip
    """Effects of cohorts and years averaged by rows: one an event time, and one over all trained rows."""
    shown = [int(k) for k in np.unique(times)]
    shares = np.column_stack([np.equal.outer(times, shown) * weights[:, None], (times >= 0) * weights])
    shares = shares / np.where(shares.sum(axis=0) > 0, shares.sum(axis=0), 1.0)
    parameters = sum(block.rank for block in blocks) + rows.covariates.shape[1]
    by_cluster = sum_over_clusters(influence @ shares, rows.cluster)
    n, groups = len(rows.outcome), rows.clusters
    factor = groups / max(groups - 1, 1) * (n - 1) / max(n - parameters, 1)
    by_cluster = by_cluster * np.sqrt(factor)
    averages = effects @ shares
    every = sorted([*shown, -1])
    places = [every.index(k) for k in shown]
    estimates, all_influence = np.zeros(len(every)), np.zeros((groups, len(every)))
    estimates[places], all_influence[:, places] = averages[:-1], by_cluster[:, :-1]
    trained = np.flatnonzero(np.isin(rows.first, [rows.first[one[0]] for one in units]))
    behind = [np.concatenate([one for one, k in zip(units, times, strict=True) if k == time])
              if time != -1 else trained for time in every]  # fmt: skip
    treated_clusters = tuple(len(np.unique(rows.cluster[one])) for one in behind)
    after = np.unique(np.concatenate([one for one, k in zip(units, times, strict=True) if k >= 0] or [trained[:0]]))
    return EventTimeEffects(
        times=tuple(every),
        estimates=estimates,
        influence=all_influence,
        treated=tuple(len(one) for one in behind),
        treated_clusters=treated_clusters,
        average=float(averages[-1]),
        average_influence=by_cluster[:, -1],
        average_treated=len(after),
        average_treated_clusters=len(np.unique(rows.cluster[after])),
        rows=n,
        common_reference=True,
        left_out={**rows.left_out, **counted},
    )


def _cohort(rows: CohortRows, covariates: Array, chosen: np.ndarray, reference: int) -> _Cohort:
    """The reference year has a column too, of zeros, so that a year's level is looked up in one way."""
    unit = np.unique(rows.unit[chosen], return_inverse=True)[1]
    years = [int(one) for one in np.unique(rows.year[chosen])]
    indicators = np.equal.outer(rows.year[chosen], years).astype(float)
    indicators[:, years.index(reference)] = 0.0
    centred = centre(indicators, unit)
    lengths, vectors = np.linalg.eigh(centred.T @ centred)
    long = lengths > 1e-10 * max(float(lengths.max(initial=0.0)), 1e-300)
    inverse = vectors[:, long] @ (vectors[:, long] / lengths[long]).T
    known = vectors[:, long] @ vectors[:, long].T
    gaps = np.abs(known - np.eye(len(years))).max(axis=0)
    comparable = {year: column for column, year in enumerate(years) if gaps[column] < 1e-8 or year == reference}
    both = centre(np.column_stack([rows.outcome[chosen], covariates[chosen]]), unit)
    projected = inverse @ (centred.T @ both)
    return _Cohort(chosen, years, comparable, int(long.sum()), centred, inverse, projected[:, 0], projected[:, 1:])


def _common_slopes(rows: CohortRows, covariates: Array, blocks: Sequence[_Cohort]) -> tuple[Array, Array, Array]:
    """Slopes of the covariates, residuals of all rows, and influence of units on the slopes (units x slopes)."""
    columns = covariates.shape[1]
    rest = np.empty((len(rows.outcome), columns + 1))
    for block in blocks:
        both = np.column_stack([rows.outcome[block.rows], covariates[block.rows]])
        unit = np.unique(rows.unit[block.rows], return_inverse=True)[1]
        fitted = block.centred @ np.column_stack([block.of_outcome, block.of_covariates])
        rest[block.rows] = centre(both, unit) - fitted
    outcome, others = rest[:, 0], rest[:, 1:]
    kept = independent_columns(others, lengths=column_lengths(covariates))
    slopes, of_slopes = np.zeros(columns), np.zeros((rows.units, columns))
    residuals = outcome
    if kept:
        inverse = np.linalg.inv(others[:, kept].T @ others[:, kept])
        slopes[kept] = inverse @ (others[:, kept].T @ outcome)
        residuals = outcome - others @ slopes
        scores = others[:, kept] * residuals[:, None]
        by_unit = np.column_stack([np.bincount(rows.unit, column, rows.units) for column in scores.T])
        of_slopes[:, kept] = by_unit @ inverse
    return slopes, residuals, of_slopes


def _path(rows: CohortRows, block: _Cohort, slopes: Array, residuals: Array, of_slopes: Array) -> tuple[Array, Array]:
    """A cohort's levels of years less its reference year, and influence of units on them (units x years)."""
    levels = block.of_outcome - block.of_covariates @ slopes
    scores = block.centred * residuals[block.rows][:, None]
    unit = rows.unit[block.rows]
    by_unit = np.column_stack(
        [np.empty((rows.units, 0)), *(np.bincount(unit, column, rows.units) for column in scores.T)]
    )
    return levels, by_unit @ block.inverse - of_slopes @ block.of_covariates.T
