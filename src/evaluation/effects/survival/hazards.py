"""Proportional hazards: Cox's partial likelihood with late entry and ties, and its errors clustered.

Every sum over risk sets is a difference of cumulative sums, so that a fit costs a few passes over the rows. Sources:
Cox (1972, Journal of the Royal Statistical Society B 34); Efron (1977, Journal of the American Statistical
Association 72) for ties; Lin and Wei (1989, Journal of the American Statistical Association 84) for the sandwich of
score residuals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import cluster_sums
from evaluation.effects.inference.estimating_functions import MEstimate
from evaluation.effects.regressors import Regressors, orthonormal
from evaluation.effects.separation import no_convergence
from evaluation.effects.survival.curves import refuse_spells
from evaluation.settings import DataProblem, InputProblem

Ties = Literal["efron", "breslow"]
MOST_REFITS = 200
MOST_ROWS_REFITTED = 1_000_000
"""Clusters, and rows times clusters, up to which CRV3 fits the model anew without each cluster."""
_WHAT = (
    "модель Кокса; возможно, в одной из групп нет ни одного события",
    "Cox model; one of the groups may have no event at all",
)


@dataclass(frozen=True)
class _Spells:
    """Spells and where they stand among the event times."""

    basis: Array
    event: np.ndarray
    first: np.ndarray  # event times up to the start: those the spell was not yet at risk at
    last: np.ndarray  # event times up to the stop
    n_times: int
    share: Array  # of each event among those tied with it: 0, 1/d, 2/d, … (zeros for Breslow)
    share_time: np.ndarray  # event time of each share

    @classmethod
    def of(cls, basis: Array, start: Array, stop: Array, event: np.ndarray, ties: Ties) -> _Spells:
        times, counts = np.unique(stop[event], return_counts=True)
        share_time = np.repeat(np.arange(len(times)), counts)
        order = np.arange(len(share_time)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = order / counts[share_time] if ties == "efron" else np.zeros(len(share_time))
        first = np.searchsorted(times, start, side="right")
        last = np.searchsorted(times, stop, side="right")
        return cls(basis, event, first, last, len(times), share, share_time)

    def at_risk(self, values: Array) -> Array:
        """Sums of ``values`` (n x m) over those at risk at each event time, times x m."""
        size = self.n_times + 1
        out = np.zeros((size, values.shape[1]))
        for column in range(values.shape[1]):
            entered = np.bincount(self.first, values[:, column], minlength=size)
            left = np.bincount(self.last, values[:, column], minlength=size)
            out[:, column] = np.cumsum(entered - left)
        return out[: self.n_times]

    def failing(self, values: Array) -> Array:
        """Sums over those whose event is at each time."""
        return cluster_sums(values[self.event], self.last[self.event] - 1, self.n_times)


@dataclass(frozen=True)
class _Point:
    """The partial likelihood at one theta."""

    value: float
    score_rows: Array
    information: Array


def fit_cox(
    start: Array,
    stop: Array,
    event: Array,
    columns: Regressors,
    groups: np.ndarray,
    ties: Ties = "efron",
) -> MEstimate:
    """Log hazard ratios of the columns that vary (others are left to the baseline), with scores by cluster.

    Spells are at risk over (start, stop]; ``event`` is 1 where they ended. CRV3 leaves out each cluster and fits anew
    where there are at most 200 clusters, the rows are not too many, and every such fit exists. Raises InputProblem for
    impossible spells, no events, and a likelihood without maximum.
    """
    refuse_spells(start, stop, event)
    ended = np.asarray(event, dtype=float) == 1
    if not np.isin(event, (0, 1)).all() or not ended.any():
        raise DataProblem(
            "исход отрезков должен быть 0 или 1, и хотя бы один отрезок должен закончиться событием.",
            "the outcome of spells must be 0 or 1, and at least one spell must end in an event.",
        )
    varying = np.flatnonzero(np.ptp(columns.matrix, axis=0) > 0)
    names, matrix = [columns.names[index] for index in varying], columns.matrix[:, varying]
    basis, back = orthonormal(matrix - matrix.mean(axis=0))
    spells = _Spells.of(basis, start, stop, ended, ties)
    theta, point = _maximise(spells, np.zeros(len(names)))
    n_groups = int(groups.max()) + 1
    estimate = MEstimate(
        list(names), theta, back, cluster_sums(point.score_rows, groups, n_groups), point.information, None, len(stop),
        log_likelihood=point.value,
    )  # fmt: skip
    return replace(estimate, left_out=_left_out(theta, basis, start, stop, ended, groups, ties))


def _maximise(spells: _Spells, theta: Array) -> tuple[Array, _Point]:
    point = _evaluate(spells, theta)
    for _ in range(50):
        if np.linalg.cond(point.information) > 1e13:
            raise no_convergence(*_WHAT)
        step = np.linalg.solve(point.information, point.score_rows.sum(axis=0))
        step *= min(1.0, 3.0 / max(float(np.abs(step).max(initial=0.0)), 1e-300))
        for _ in range(30):
            proposed = _evaluate(spells, theta + step)
            if proposed.value >= point.value - 1e-10 * abs(point.value):
                break
            step = step / 2
        theta, point = theta + step, proposed
        if np.abs(step).max(initial=0.0) < 1e-9 * max(1.0, float(np.abs(theta).max(initial=0.0))):
            return theta, point
    raise no_convergence(*_WHAT)


def _evaluate(spells: _Spells, theta: Array) -> _Point:
    """Value, score residuals by spell and information."""
    index = spells.basis @ theta
    index = index - index.max()
    weight = np.exp(index)
    weighted = weight[:, None] * spells.basis
    time, share = spells.share_time, spells.share
    both = np.column_stack([weight, weighted])
    risk, failing = spells.at_risk(both)[time], spells.failing(both)[time]
    pool = risk - share[:, None] * failing
    total = np.maximum(pool[:, 0], 1e-300)
    mean = pool[:, 1:] / total[:, None]
    value = float(index[spells.event].sum() - np.log(total).sum())
    # increments of the hazard at each event time, whole and for the share that a tied event itself has left
    whole = np.bincount(time, 1 / total, minlength=spells.n_times)
    tied = np.bincount(time, share / total, minlength=spells.n_times)
    whole_mean = cluster_sums(mean / total[:, None], time, spells.n_times)
    tied_mean = cluster_sums(mean * (share / total)[:, None], time, spells.n_times)
    hazard = np.concatenate([[0.0], np.cumsum(whole)])
    moving = np.vstack([np.zeros(mean.shape[1]), np.cumsum(whole_mean, axis=0)])
    at_risk = hazard[spells.last] - hazard[spells.first]
    own = spells.last[spells.event] - 1
    at_risk[spells.event] -= tied[own]
    shifted = moving[spells.last] - moving[spells.first]
    shifted[spells.event] -= tied_mean[own]
    rows = -weight[:, None] * (spells.basis * at_risk[:, None] - shifted)
    number = np.bincount(time, minlength=spells.n_times)
    average = cluster_sums(mean, time, spells.n_times) / number[:, None]
    rows[spells.event] += spells.basis[spells.event] - average[own]
    information = spells.basis.T @ ((weight * at_risk)[:, None] * spells.basis) - mean.T @ mean
    return _Point(value, rows, information)


def _left_out(
    theta: Array, basis: Array, start: Array, stop: Array, event: np.ndarray, groups: np.ndarray, ties: Ties
) -> Array | None:
    """Theta less its value without each cluster; None where a cluster holds what the fit cannot do without."""
    n_groups = int(groups.max()) + 1
    if n_groups > MOST_REFITS or n_groups * len(stop) > MOST_ROWS_REFITTED:
        return None
    changes = np.zeros((n_groups, len(theta)))
    for group in range(n_groups):
        others = groups != group
        if not event[others].any():
            return None
        spells = _Spells.of(basis[others], start[others], stop[others], event[others], ties)
        try:
            changes[group] = theta - _maximise(spells, theta)[0]
        except InputProblem:
            return None
    return changes
