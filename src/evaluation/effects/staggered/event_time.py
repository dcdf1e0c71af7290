"""Effects by years since first training, from whichever estimator, with errors, joint covariance and bands.

The simultaneous band covers all event times at once: the sup-t band of the multiplier bootstrap over clusters
(Callaway and Sant'Anna 2021, Journal of Econometrics 225, section 4.1; Montiel Olea and Plagborg-Moller 2019, Journal
of Applied Econometrics 34).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.wild import CLUSTERS_FOR_RADEMACHER, bootstrap_weights

EVENT_STUDY_COLUMNS = [
    "k", "estimate", "se", "low", "high", "p", "low_simultaneous", "high_simultaneous", "n", "rows",
]  # fmt: skip
_BLOCK = 128  # draws at a time: a block of signs of 22,000 clusters takes 23 MB


@dataclass(frozen=True)
class EventTimeEffects:
    """``estimates`` by ``times`` (years since first training), ``influence`` of clusters (clusters x times).

    A covariance is ``influence.T @ influence``; a reference time has no influence. ``treated`` counts the trained
    units behind each time, ``treated_clusters`` their clusters. ``average`` is one number over the times from 0 on,
    with ``average_influence``. ``common_reference`` says that all times compare with the same year before training,
    which bounds on trends need.
    """

    times: tuple[int, ...]
    estimates: Array
    influence: Array
    treated: tuple[int, ...]
    treated_clusters: tuple[int, ...]
    average: float
    average_influence: Array
    average_treated: int
    average_treated_clusters: int
    rows: int
    common_reference: bool
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def clusters(self) -> int:
        return int(self.influence.shape[0])

    @property
    def df(self) -> int:
        """Degrees of freedom of t: clusters less one."""
        return self.clusters - 1

    @property
    def covariance(self) -> Array:
        return np.asarray(self.influence.T @ self.influence)

    def within(self, window: tuple[int, int] | None) -> EventTimeEffects:
        """The same for the event times of ``window`` alone (both ends included); the average is unchanged."""
        if window is None:
            return self
        kept = [index for index, k in enumerate(self.times) if window[0] <= k <= window[1]]
        return replace(
            self,
            times=tuple(self.times[i] for i in kept),
            estimates=self.estimates[kept],
            influence=self.influence[:, kept],
            treated=tuple(self.treated[i] for i in kept),
            treated_clusters=tuple(self.treated_clusters[i] for i in kept),
        )


def event_time_table(
    effects: EventTimeEffects, *, level: float = 0.95, draws: int = 999, seed: int = 1
) -> pd.DataFrame:
    """EVENT_STUDY_COLUMNS, one row an event time.

    Pointwise intervals use t(clusters - 1). ``n`` counts the trained units seen at that time, ``rows`` the rows of the
    whole estimation. The reference year has no error and no band.
    """
    numbers = errors_table(effects.estimates, effects.influence, level=level, draws=draws, seed=seed)
    shown = numbers.assign(k=list(effects.times), n=list(effects.treated), rows=effects.rows)
    return shown.reindex(columns=EVENT_STUDY_COLUMNS)  # without draws the band is empty


def errors_table(
    estimates: Array, influence: Array, *, level: float = 0.95, draws: int = 0, seed: int = 1
) -> pd.DataFrame:
    """estimate, se, low, high, p by t(clusters - 1), and the band of all of them together where there are draws."""
    se = np.sqrt((influence**2).sum(axis=0))
    # what is left of an error by rounding (one unit against one other) is none
    estimated = se > 1e-12 * max(float(np.abs(estimates).max(initial=0.0)), float(se.max(initial=0.0)), 1e-300)
    df = len(influence) - 1
    shown = np.where(estimated & (df > 0), se, np.nan)
    point = float(stats.t.ppf(0.5 + level / 2, df)) if df > 0 else np.nan
    frame = pd.DataFrame(
        {
            "estimate": estimates,
            "se": shown,
            "low": estimates - point * shown,
            "high": estimates + point * shown,
            "p": 2 * stats.t.sf(np.abs(estimates / shown), df),
        }
    )
    if draws:
        largest = largest_deviations(influence[:, estimated] / se[estimated], draws, seed)
        band = max(float(np.quantile(largest, level)), point)
        frame["low_simultaneous"] = estimates - band * shown
        frame["high_simultaneous"] = estimates + band * shown
    return frame


def largest_deviations(influence: Array, draws: int, seed: int) -> Array:
    """Largest absolute deviation over the columns of ``influence`` (clusters x columns, scaled to length 1), by draw.

    Clusters get random signs, or Webb's six points where there are fewer than 12.
    """
    clusters, columns = influence.shape
    if columns == 0:
        return np.zeros(draws)
    generator = np.random.default_rng(seed)
    if clusters < CLUSTERS_FOR_RADEMACHER:
        return np.asarray(np.abs(bootstrap_weights(clusters, draws, generator) @ influence).max(axis=1))
    out = np.empty(draws)
    width = -(-clusters // 8)
    totals = influence.sum(axis=0)
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        octets = np.frombuffer(generator.bytes(size * width), dtype=np.uint8).reshape(size, width)
        positive = np.unpackbits(octets, axis=1, count=clusters).astype(float)
        out[start : start + size] = np.abs(2 * (positive @ influence) - totals).max(axis=1)  # signs are 2 x bit - 1
    return out


def sum_over_clusters(influence: Array, cluster: np.ndarray) -> Array:
    """Influence of units (units x columns) summed by cluster; as it is where every unit is a cluster of its own."""
    clusters = int(cluster.max(initial=-1)) + 1
    if clusters == len(cluster) and bool((cluster == np.arange(clusters)).all()):
        return influence
    order = np.argsort(cluster, kind="stable")
    starts = np.searchsorted(cluster[order], np.arange(clusters))
    return np.asarray(np.add.reduceat(influence[order], starts, axis=0))
