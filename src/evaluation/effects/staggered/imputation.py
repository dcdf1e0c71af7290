"""Imputation: what the trained would have done, predicted from units and years without training.

Unit effects, year effects and covariates are fitted by least squares on the untrained rows alone; an effect is the
outcome less its prediction, and effects are averaged. Borusyak, Jaravel and Spiess (2024, Review of Economic Studies
91): theorem 2 for the estimator, equations 6 to 8 for the errors, section 4.4 for the test of pre-trends, which uses
the untrained rows alone and so does not disturb the estimate.

The errors are conservative by construction: the trained rows' residual is taken around the mean effect of their group
and year, so differences of effects within it count as noise. Residuals of small cohorts are too small all the same
(a cohort of one unit has none): the number of trained units behind each effect is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import centre, column_lengths, independent_columns
from evaluation.effects.staggered.cohorts import CohortRows, cohort_rows, nothing_to_compare, without_always_trained
from evaluation.effects.staggered.event_time import EventTimeEffects, sum_over_clusters
from evaluation.settings import InputProblem

_TOLERANCE = 1e-8


@dataclass(frozen=True)
class _Untrained:
    """Least squares of the untrained rows within units."""

    rows: CohortRows
    deviations: Array  # of all rows: years but the first and covariates, less the mean of the unit's untrained rows
    averages: Array  # of the outcome over the untrained rows, one a unit
    untrained: np.ndarray
    inverse: Array  # pseudo-inverse of the cross-products of the untrained rows' deviations
    identified: Array  # projection onto what the untrained rows determine
    coefficients: Array
    residuals: Array  # of the untrained rows

    @property
    def predictions(self) -> Array:
        """Outcome without training, of all rows."""
        return np.asarray(self.averages[self.rows.unit] + self.deviations @ self.coefficients)


def imputation(
    panel: pd.DataFrame,
    outcome: str,
    *,
    unit: str = "unit_id",
    year: str = "year",
    first_year: str = "first_trained_year",
    covariates: Sequence[str] = (),
    clusters: str | None = None,
    leads: int | None = None,
    anticipation: int = 0,
) -> EventTimeEffects:
    """Effects by years since first training (0 on) and, before it, the coefficients of the test of pre-trends.

    The panel may have gaps. ``average`` is the mean over all trained rows whose prediction is determined; the others
    (in years or units without untrained rows) are counted as rows_not_predicted, units never seen untrained as
    units_always_trained. Covariates must not react to training. The ``leads`` years before training (None: as many as
    the data determine, at most 4; 0: none) compare with the years before those, among untrained rows.
    ``anticipation``: years before training that count as trained. Errors: clustered by ``clusters`` (None: unit),
    without a factor for small samples; weights of rows are taken as given. Raises InputProblem when nobody is trained
    within the panel, and for what ``cohort_rows`` refuses.
    """
    read = cohort_rows(
        panel, outcome, unit=unit, year=year, first_year=first_year, covariates=covariates, clusters=clusters
    )
    return imputation_of(read, leads=leads, anticipation=anticipation)


def imputation_of(read: CohortRows, *, leads: int | None = None, anticipation: int = 0) -> EventTimeEffects:
    """``imputation`` of rows already in cohorts."""
    shifted = CohortRows(
        read.unit, read.year, read.outcome, read.covariates, read.years, read.first - anticipation, read.cluster,
        read.left_out,
    )  # fmt: skip
    rows, always = without_always_trained(shifted)
    trained = rows.since >= 0
    if not trained.any() or trained.all():
        raise nothing_to_compare()
    fit = _fit_untrained(rows, ~trained)
    deviations = fit.deviations[trained]
    determined = np.abs(deviations - deviations @ fit.identified).max(axis=1, initial=0.0) < _TOLERANCE
    used = np.flatnonzero(trained)[determined]
    effects = rows.outcome[used] - fit.predictions[used]
    since = (rows.since[used] - anticipation).astype(int)
    if not (since >= 0).any():
        raise nothing_to_compare()
    times = [int(k) for k in np.unique(since)]
    weights = np.column_stack([np.equal.outer(since, times), since >= 0]).astype(float)
    weights /= weights.sum(axis=0)
    influence = sum_over_clusters(_influence(fit, used, effects, weights), rows.cluster)
    estimates = effects @ weights
    unit_of = rows.unit[used]
    behind = [np.unique(unit_of[since == k]) for k in times]
    ever = np.unique(unit_of[since >= 0])
    before = _leads(fit, leads, anticipation)
    left_out = {
        **rows.left_out, "units_always_trained": always, "rows_not_predicted": int((~determined).sum()),
    }  # fmt: skip
    return EventTimeEffects(
        times=(*before.times, *times),
        estimates=np.concatenate([before.estimates, estimates[:-1]]),
        influence=np.column_stack([before.influence, influence[:, :-1]]),
        treated=(*before.treated, *(len(units) for units in behind)),
        treated_clusters=(*before.treated_clusters, *(_clusters(rows, units) for units in behind)),
        average=float(estimates[-1]),
        average_influence=influence[:, -1],
        average_treated=len(ever),
        average_treated_clusters=_clusters(rows, ever),
        rows=len(rows.outcome),
        common_reference=False,
        left_out=left_out,
    )


def _fit_untrained(rows: CohortRows, untrained: np.ndarray) -> _Untrained:
    unit = rows.unit[untrained]
    seen = np.bincount(unit, minlength=rows.units)

    def means(column: Array) -> Array:
        return np.asarray(np.bincount(unit, column[untrained], rows.units) / seen)

    columns = [(rows.year == year).astype(float) for year in range(1, len(rows.years))]
    columns += [_standardised(column - means(column)[rows.unit], untrained) for column in rows.covariates.T]
    deviations = np.column_stack([column - means(column)[rows.unit] for column in columns])
    averages = means(rows.outcome)
    centred = deviations[untrained]
    vectors, kept, inverse = _inverse(centred.T @ centred)
    values = rows.outcome[untrained] - averages[unit]
    coefficients = inverse @ (centred.T @ values)
    identified = vectors[:, kept] @ vectors[:, kept].T
    return _Untrained(
        rows, deviations, averages, untrained, inverse, identified, coefficients, values - centred @ coefficients
    )


def _standardised(deviations: Array, untrained: np.ndarray) -> Array:
    """A covariate less its units' means on a scale like that of years; zero where only rounding makes it vary."""
    spread = float(deviations[untrained].std())
    largest = float(np.abs(deviations).max(initial=0.0))
    if spread <= 1e-9 * largest:
        return np.where(untrained, 0.0, deviations / (largest or 1.0))
    return deviations / spread


def _inverse(bread: Array) -> tuple[Array, np.ndarray, Array]:
    """Eigenvectors, which of them have a length, and the pseudo-inverse."""
    values, vectors = np.linalg.eigh(bread)
    kept = values > 1e-10 * max(float(values.max(initial=0.0)), 1e-300)
    inverse = vectors[:, kept] @ (vectors[:, kept] / values[kept]).T
    return vectors, kept, inverse


def _influence(fit: _Untrained, used: np.ndarray, effects: Array, weights: Array) -> Array:
    """Influence of units on the weighted effects (units x columns).

    Trained rows: weight x (effect less the mean effect of its group and year, weighted by the squared weights).
    Untrained rows: residual x the row's weight in the prediction; the units' own means drop out, since residuals add
    up to zero within a unit's untrained rows.
    """
    rows = fit.rows
    cohort = np.unique(rows.first, return_inverse=True)[1]
    cell = cohort[rows.unit[used]] * len(rows.years) + rows.year[used]
    cells = int(cell.max()) + 1
    out = np.zeros((rows.units, weights.shape[1]))
    centred = fit.deviations[fit.untrained]
    pulled = (centred * fit.residuals[:, None]) @ fit.inverse @ (fit.deviations[used].T @ weights)
    unit_untrained = rows.unit[fit.untrained]
    for column in range(weights.shape[1]):
        square = weights[:, column] ** 2
        total = np.bincount(cell, square, cells)
        mean = np.bincount(cell, square * effects, cells) / np.where(total > 0, total, 1.0)
        own = np.bincount(rows.unit[used], weights[:, column] * (effects - mean[cell]), rows.units)
        out[:, column] = own - np.bincount(unit_untrained, pulled[:, column], rows.units)
    return out


@dataclass(frozen=True)
class _Leads:
    times: tuple[int, ...]
    estimates: Array
    influence: Array
    treated: tuple[int, ...]
    treated_clusters: tuple[int, ...]


def _leads(fit: _Untrained, leads: int | None, anticipation: int) -> _Leads:
    """Coefficients of the years before training among untrained rows, with clustered influence."""
    rows = fit.rows
    unit = rows.unit[fit.untrained]
    since = rows.since[fit.untrained]
    longest = int(np.max(-since[np.isfinite(since)], initial=0.0))
    wanted = min(4, max(longest - 1, 0)) if leads is None else leads
    none = _Leads((), np.empty(0), np.empty((rows.clusters, 0)), (), ())
    if wanted == 0:
        return none
    if wanted >= longest:
        raise InputProblem(
            f"Лет до обучения видно только {longest}: для {wanted} сравнить не с чем. Уменьшите число лет.",
            f"Only {longest} years before training are seen: {wanted} of them leave nothing to compare. Take fewer.",
        )
    times = list(range(-wanted, 0))
    indicators = np.equal.outer(since, times).astype(float)
    tested = centre(indicators, unit)
    centred = fit.deviations[fit.untrained]
    tested = tested - centred @ (fit.inverse @ (centred.T @ tested))
    kept = independent_columns(tested, lengths=column_lengths(indicators))
    if not kept:
        return none
    tested = tested[:, kept]
    inverse = np.linalg.inv(tested.T @ tested)
    estimates = inverse @ (tested.T @ fit.residuals)
    residuals = fit.residuals - tested @ estimates
    scores = tested * residuals[:, None]
    by_unit: Array = np.column_stack([np.bincount(unit, column, rows.units) for column in scores.T])
    behind = [np.unique(unit[since == times[column]]) for column in kept]
    shown = tuple(times[column] - anticipation for column in kept)
    influence = sum_over_clusters(by_unit, rows.cluster) @ inverse
    treated = tuple(len(units) for units in behind)
    return _Leads(shown, estimates, influence, treated, tuple(_clusters(rows, units) for units in behind))


def _clusters(rows: CohortRows, units: np.ndarray) -> int:
    return len(np.unique(rows.cluster[units]))
