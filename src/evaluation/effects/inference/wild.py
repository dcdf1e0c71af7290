"""The restricted wild cluster bootstrap for few and unequal clusters, collapsed to sums by cluster.

Every draw flips (or rescales) the residuals of the model fitted under the hypothesis, whole clusters at a time, and
computes the clustered t statistic again. The rows enter once: numerator and cluster scores of every draw follow from
G numbers and two G x k matrices, so that 9,999 draws cost about as much as one pass over the data. Least squares (also
weighted) is exact; Poisson and logit use the score version, whose draws multiply the scores at the restricted estimate.

This is the variant WCR with the CRV1 statistic (the constant factor of CRV1 cancels); the statistic is not studentised
by a jackknife and the scores are not modified (not WCR-S).

Sources: Cameron, Gelbach and Miller (2008, Review of Economics and Statistics 90); Roodman, MacKinnon, Nielsen and Webb
(2019, Stata Journal 19) for collapsing to clusters and for the interval; Kline and Santos (2012, Journal of Econometric
Methods 1) for scores; Webb (2023, Canadian Journal of Economics 56) for six points with few clusters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from evaluation.effects.inference.clusters import Array, EstimatingEquations, grouped_products
from evaluation.effects.inference.inversion import ConfidenceSet, StatisticFamily, confidence_set, share_reaching

Points = Literal["rademacher", "webb"]

CLUSTERS_FOR_RADEMACHER = 12  # below: two points give too few distinct draws
DRAWS_AT_ONCE = 2_000_000  # draws x clusters held at once
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
POINTS: dict[Points, Array] = {"rademacher": np.array([-1.0, 1.0]), "webb": np.concatenate([-_WEBB[::-1], _WEBB])}


@dataclass(frozen=True)
class Multipliers:
    """Draws of mean 0 and variance 1 for every cluster; ``enumerated``: each possible draw once, instead of chance."""

    n_groups: int
    draws: int
    points: Points
    enumerated: bool
    seed: int

    def blocks(self) -> Iterator[Array]:
        """The draws, in blocks of draws x clusters that fit in memory; the same at every call."""
        if self.enumerated:
            grid = np.indices((len(POINTS[self.points]),) * self.n_groups)
            yield POINTS[self.points][grid.reshape(self.n_groups, -1).T]
            return
        generator = np.random.default_rng(self.seed)
        step = max(1, DRAWS_AT_ONCE // self.n_groups)
        for start in range(0, self.draws, step):
            yield _by_chance(self.n_groups, min(step, self.draws - start), self.points, generator)


@dataclass(frozen=True)
class WildTest:
    """The test of one coefficient. ``statistic`` is the t statistic without CRV1's constant factor; ``interval`` the
    set that inversion gives, None where it was not asked for."""

    statistic: float
    p: float
    interval: ConfidenceSet | None
    draws: int
    points: Points
    enumerated: bool


@dataclass(frozen=True)
class Collapsed:
    """What the draws need: scores of the tested column (G), all scores and the column's cross-products (G x k), the
    inverse of X'WX in the same columns, and the column's own variation by cluster (G), others taken out of it."""

    numerators: Array
    scores: Array
    leverage: Array
    inverse: Array
    variation: Array


def points_for(n_groups: int) -> Points:
    """Webb's six points below 12 clusters, Rademacher's two otherwise."""
    return "webb" if n_groups < CLUSTERS_FOR_RADEMACHER else "rademacher"


def bootstrap_weights(n_groups: int, draws: int, generator: np.random.Generator) -> Array:
    """Multipliers by chance, draws x n_groups, of the points that suit so many clusters."""
    return _by_chance(n_groups, draws, points_for(n_groups), generator)


def _by_chance(n_groups: int, draws: int, points: Points, generator: np.random.Generator) -> Array:
    values = POINTS[points]
    return np.asarray(values[generator.integers(0, len(values), size=(draws, n_groups), dtype=np.int8)])


def multipliers_for(n_groups: int, draws: int, seed: int) -> Multipliers:
    """All possible draws where there are no more than ``draws`` of them, ``draws`` by chance otherwise."""
    kind = points_for(n_groups)
    possible = len(POINTS[kind]) ** n_groups
    return Multipliers(n_groups, min(possible, draws), kind, possible <= draws, seed)


def collapse(restricted: EstimatingEquations, column: int) -> Collapsed:
    """One pass over the rows of a design; ``restricted`` as in ``wild_cluster_bootstrap``."""
    scaled, transform = restricted.orthonormalised()
    design, n_groups = scaled.design, scaled.n_groups
    # the tested column less its projection on the others is the design times a column of the inverse, rescaled
    own = transform[column]
    length = float(own @ own)
    direction = own / length if length > 0 else own
    tested = scaled.weights * (design @ direction)
    blocks = grouped_products(design, np.column_stack([scaled.residuals, tested]), scaled.groups, n_groups)
    sums = np.concatenate([block for _, block in blocks])
    scores, leverage = sums[:, :, 0], sums[:, :, 1]
    return Collapsed(scores @ direction, scores, leverage, np.eye(design.shape[1]), leverage @ direction)


def statistics(sums: Collapsed, blocks: Iterable[Array], *, by_value: bool = True) -> StatisticFamily:
    """The statistics of all draws (blocks of draws x G) after the observed one, for every hypothesised value.

    The value moves the restricted residuals by -b times the tested column, hence the scores by -b times its
    cross-products; outside least squares only b = 0 is meaningful, and ``by_value`` = False leaves the rest out.
    """
    pulled = (sums.leverage @ sums.inverse).T

    def numbers(block: Array) -> Array:
        p = block * sums.numerators - (block @ sums.scores) @ pulled
        square = np.einsum("dg,dg->d", p, p)
        if not by_value:
            nothing = np.zeros_like(square)
            return np.column_stack([block @ sums.numerators, nothing, square, nothing, nothing])
        q = block * sums.variation - (block @ sums.leverage) @ pulled
        others = [np.einsum("dg,dg->d", a, q) for a in (p, q)]
        return np.column_stack([block @ sums.numerators, block @ sums.variation, square, *others])

    observed = np.ones((1, len(sums.numerators)))
    return StatisticFamily(*np.concatenate([numbers(block) for block in chain([observed], blocks)]).T)


def wild_cluster_bootstrap(restricted: EstimatingEquations, column: int, multipliers: Array) -> tuple[float, float]:
    """Statistic and p of the hypothesis that the coefficient of ``column`` is zero, for given draws (draws x G).

    ``restricted`` has the full design, with weights and residuals of the model fitted without ``column``; effects
    absorbed in it are nested in the clusters. The observed statistic counts as one draw.
    """
    family = statistics(collapse(restricted, column), [multipliers], by_value=False)
    drawn = family.at(0.0)
    return float(np.copysign(drawn[0], family.n0[0])), share_reaching(drawn, enumerated=False)


def wild_test(
    restricted: EstimatingEquations, column: int, *, draws: int = 9_999, seed: int = 1, level: float | None = None
) -> WildTest:
    """The test that ``column`` has no association, by draws that suit the number of clusters (``multipliers_for``).

    With ``level`` (least squares only) also the confidence set by inversion: every value that the same draws do not
    refuse, unbounded where they refuse none. Arguments otherwise as in ``wild_cluster_bootstrap``.
    """
    chosen = multipliers_for(restricted.n_groups, draws, seed)
    family = statistics(collapse(restricted, column), chosen.blocks(), by_value=level is not None)
    drawn = family.at(0.0)
    interval = None if level is None else wild_interval(family, level, enumerated=chosen.enumerated)
    statistic = float(np.copysign(drawn[0], family.n0[0]))
    p = share_reaching(drawn, enumerated=chosen.enumerated)
    return WildTest(statistic, p, interval, chosen.draws, chosen.points, chosen.enumerated)


def wild_interval(family: StatisticFamily, level: float, *, enumerated: bool) -> ConfidenceSet:
    """The set of coefficients that the draws of ``family`` do not refuse, sought from the estimate outwards."""
    variation = float(family.n1[0])
    if not variation > 0:
        return ConfidenceSet(float("nan"), float("nan"), level)
    estimate = float(family.n0[0]) / variation
    spread = float(np.sqrt(max(family.q00[0] - 2 * estimate * family.q01[0] + estimate**2 * family.q11[0], 0.0)))
    return confidence_set(
        lambda value: share_reaching(family.at(value), enumerated=enumerated), estimate, spread / variation, level
    )
