"""Group-time effects put together: by years since training, by group, by calendar year, or in one number.

Weights are the groups' shares of units, and their estimation is part of the influence functions (Callaway and
Sant'Anna 2021, Journal of Econometrics 225, section 3 and corollary 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.staggered.event_time import (
    EVENT_STUDY_COLUMNS,
    EventTimeEffects,
    errors_table,
    event_time_table,
    sum_over_clusters,
)
from evaluation.effects.staggered.group_time import GroupTimeEffects

Kind = Literal["simple", "dynamic", "group", "calendar"]
AGGREGATE_COLUMNS = [
    "label", "estimate", "se", "low", "high", "p", "low_simultaneous", "high_simultaneous", "n",
]  # fmt: skip

__all__ = ["AGGREGATE_COLUMNS", "EVENT_STUDY_COLUMNS", "Aggregate", "aggregate", "average_after", "by_event_time",
           "event_study"]  # fmt: skip


@dataclass(frozen=True)
class Aggregate:
    """Averages of group-time effects: one a ``label``, and one ``overall``; ``influence`` of clusters.

    ``labels``: groups, years since training or calendar years; none for the simple average. ``treated``: units behind
    each label; ``treated_clusters``: their clusters.
    """

    kind: Kind
    labels: tuple[int, ...]
    estimates: Array
    influence: Array
    treated: tuple[int, ...]
    treated_clusters: tuple[int, ...]
    overall: float
    overall_influence: Array

    def table(self, *, level: float = 0.95, draws: int = 999, seed: int = 1) -> pd.DataFrame:
        """AGGREGATE_COLUMNS, one row a label; t(clusters - 1) and the band over all labels."""
        numbers = errors_table(self.estimates, self.influence, level=level, draws=draws, seed=seed)
        return numbers.assign(label=list(self.labels), n=list(self.treated)).reindex(columns=AGGREGATE_COLUMNS)

    def overall_numbers(self, level: float = 0.95) -> pd.Series:
        """estimate, se, low, high, p of the one number."""
        return errors_table(np.array([self.overall]), self.overall_influence[:, None], level=level).iloc[0]


def aggregate(result: GroupTimeEffects, kind: Kind) -> Aggregate:
    """Averages of the effects from first training on; ``dynamic`` also gives the years before it.

    simple: all effects, weighted by group size. group: each group's mean over its years, overall by group size.
    calendar: each year's mean over groups by size, overall the mean over years. dynamic: each event time's mean over
    groups by size, overall the mean over event times from 0 on.
    """
    effects = result.effects
    after = (effects["k"] >= 0).to_numpy()
    if kind == "simple":
        estimate, influence = _weighted(result, [np.flatnonzero(after)])
        none = np.empty(0)
        return Aggregate(kind, (), none, influence[:, :0], (), (), float(estimate[0]), influence[:, 0])
    column = {"dynamic": "k", "group": "group", "calendar": "year"}[kind]
    label = effects[column].to_numpy()
    shown = np.ones(len(label), dtype=bool) if kind == "dynamic" else after
    labels = [int(one) for one in np.unique(label[shown])]
    cells = [np.flatnonzero(shown & (label == one)) for one in labels]
    estimates, influence = _weighted(result, cells)
    groups = effects["group"].to_numpy()
    members = [np.isin(result.group_of_unit, groups[found]) for found in cells]
    treated = tuple(int(found.sum()) for found in members)
    treated_clusters = tuple(len(np.unique(result.cluster_of_unit[found])) for found in members)
    if kind == "group":
        shares, of_shares = _shares(result, np.array(labels))
        overall = float(shares @ estimates)
        of_weights = sum_over_clusters((of_shares @ estimates)[:, None], result.cluster_of_unit)[:, 0]
        overall_influence = influence @ shares + of_weights
    else:
        averaged = np.array(labels) >= 0 if kind == "dynamic" else np.ones(len(labels), dtype=bool)
        overall = float(estimates[averaged].mean()) if averaged.any() else float("nan")
        overall_influence = influence[:, averaged].sum(axis=1) / max(int(averaged.sum()), 1)
    return Aggregate(
        kind, tuple(labels), estimates, influence, treated, treated_clusters, overall, overall_influence
    )  # fmt: skip


def by_event_time(result: GroupTimeEffects) -> EventTimeEffects:
    """The dynamic aggregation as effects by event time; the reference times have no influence."""
    found = aggregate(result, "dynamic")
    ever = np.isin(result.group_of_unit, result.effects.loc[result.effects["k"] >= 0, "group"])
    return EventTimeEffects(
        times=found.labels,
        estimates=found.estimates,
        influence=found.influence,
        treated=found.treated,
        treated_clusters=found.treated_clusters,
        average=found.overall,
        average_influence=found.overall_influence,
        average_treated=int(ever.sum()),
        average_treated_clusters=len(np.unique(result.cluster_of_unit[ever])),
        rows=result.n_rows,
        common_reference=result.base == "universal",
        left_out=result.left_out,
    )


def event_study(
    result: GroupTimeEffects,
    *,
    level: float = 0.95,
    draws: int = 999,
    seed: int = 1,
    window: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Effects by years since first training: EVENT_STUDY_COLUMNS (see ``event_time_table``).

    ``window`` limits the event times, and with them what the simultaneous band covers.
    """
    return event_time_table(by_event_time(result).within(window), level=level, draws=draws, seed=seed)


def average_after(result: GroupTimeEffects) -> tuple[float, float]:
    """Mean of the effects over all event times from 0 on, and its standard error."""
    found = aggregate(result, "dynamic")
    return found.overall, float(np.sqrt((found.overall_influence**2).sum()))


def _weighted(result: GroupTimeEffects, cells: list[np.ndarray]) -> tuple[Array, Array]:
    """Means over cells by group size, and influence of clusters (clusters x means)."""
    effects = result.effects["estimate"].to_numpy()
    groups = result.effects["group"].to_numpy()
    labels, member = np.unique(result.group_of_unit, return_inverse=True)
    size = np.bincount(member)[np.searchsorted(labels, groups)] / result.units
    shares = np.zeros((len(effects), len(cells)))
    of_shares = np.zeros((len(labels), len(cells)))
    for column, found in enumerate(cells):
        total = size[found].sum()
        share = size[found] / total
        shares[found, column] = share
        membership = np.equal.outer(labels, groups[found]).astype(float) - size[found]
        of_share = (membership - np.outer(membership.sum(axis=1), share)) / total / result.units
        of_shares[:, column] = of_share @ effects[found]
    influence = result.influence.on(shares) + of_shares[member]
    return effects @ shares, sum_over_clusters(influence, result.cluster_of_unit)


def _shares(result: GroupTimeEffects, groups: np.ndarray) -> tuple[Array, Array]:
    """Shares of groups among their units, and influence of units on them (units x groups)."""
    size = np.array([(result.group_of_unit == group).mean() for group in groups])
    share = size / size.sum()
    membership = np.equal.outer(result.group_of_unit, groups).astype(float) - size
    return share, (membership - np.outer(membership.sum(axis=1), share)) / size.sum() / result.units
