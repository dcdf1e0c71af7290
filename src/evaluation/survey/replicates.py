"""Replicate variances: the statistic computed again on samples with PSUs left out, halved, or drawn anew.

A replicate multiplies all weights of a PSU by one number, so that what it needs are the PSUs' totals: no matrix of
rows by replicates is ever made. Jackknife JK1/JKn, balanced half samples (Wolter 2007, chapters 3 and 4) and the
rescaling bootstrap of Rao and Wu (1988, JASA 83, 231-241; with n-1 draws a stratum). Variances are around the
statistic of the whole sample.

With calibrated weights the totals are those of residuals from the margins, so that a statistic must be a smooth
function of totals; it is then linear in them (``of_scores``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import hadamard

from evaluation.settings import InputProblem
from evaluation.survey.design import Array, Design
from evaluation.survey.taylor import Linearised, psu_totals

Statistic = Callable[[Array], Array]
"""(R, k) totals of replicates to (R,) statistics."""

CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Replicated:
    """``value`` of the whole sample, its ``variance``, and the statistics of the ``replicates`` (R,)."""

    value: float
    variance: float
    replicates: Array

    @property
    def se(self) -> float:
        return float(np.sqrt(self.variance))


def weighted_totals(design: Design, *columns: Array) -> Array:
    """(P, 1 + k) totals by PSU of the weight itself and of weight times each column (n,), without missing values."""
    count = len(design.stratum_of)
    made = np.empty((count, 1 + len(columns)))
    made[:, 0] = np.bincount(design.psu, weights=design.weights, minlength=count)
    for place, column in enumerate(columns, start=1):
        made[:, place] = np.bincount(design.psu, weights=design.weights * column, minlength=count)
    return made


def mean_of_totals(totals: Array) -> Array:
    """The mean of the first column, from totals of weights and weighted values."""
    return np.asarray(totals[:, 1] / totals[:, 0])


def jackknife(design: Design, totals: Array, statistic: Statistic) -> Replicated:
    """Each PSU left out in turn, its stratum's others raised to make up for it (JKn; JK1 with one stratum)."""
    _ready(design)
    counts = design.psus[design.stratum_of]
    of_stratum = _by_stratum(design, totals)[design.stratum_of]
    raised = counts / np.maximum(counts - 1, 1)
    without = totals.sum(axis=0) - of_stratum + raised[:, None] * (of_stratum - totals)
    whole = float(statistic(totals.sum(axis=0)[None, :])[0])
    found = statistic(without)
    shares = (1 - design.drawn_share[design.stratum_of]) * (counts - 1) / counts
    return Replicated(whole, float(shares @ (found - whole) ** 2), found)


def bootstrap(design: Design, totals: Array, statistic: Statistic, replicates: int = 1000, seed: int = 1) -> Replicated:
    """``replicates`` rescaled bootstrap samples of n_h - 1 PSUs a stratum; ``seed`` makes them the same every time."""
    _ready(design)
    whole = float(statistic(totals.sum(axis=0)[None, :])[0])
    found = np.concatenate([statistic(multipliers @ totals) for multipliers in _resampled(design, replicates, seed)])
    return Replicated(whole, float(((found - whole) ** 2).mean()), found)


def balanced_halves(design: Design, totals: Array, statistic: Statistic) -> Replicated:
    """Balanced repeated replication; every stratum must have exactly two PSUs, and none a correction for its share."""
    other = [design.strata[h] for h in np.flatnonzero(design.psus != 2)]
    if other or design.drawn_share.any():
        where = other[0] if other else "fpc"
        raise InputProblem(
            f"полувыборки требуют ровно двух единиц отбора в страте и отбора с возвращением; не так: {where}.",
            f"balanced halves need exactly two PSUs a stratum, drawn with replacement; not so: {where}.",
        )
    strata = len(design.strata)
    size = 1 << int(strata).bit_length()
    signs = hadamard(size, dtype=np.int8)[:, 1 : strata + 1]
    order = np.lexsort((np.arange(len(design.stratum_of)), design.stratum_of))
    halves = totals[order].reshape(strata, 2, -1)
    apart = (halves[:, 0] - halves[:, 1]).reshape(strata, -1)
    whole = float(statistic(totals.sum(axis=0)[None, :])[0])
    found = statistic(totals.sum(axis=0) + signs @ apart)
    return Replicated(whole, float(((found - whole) ** 2).mean()), found)


def of_scores(design: Design, linearised: Linearised) -> tuple[Array, Statistic]:
    """Totals and statistic for any linearised statistic, also under calibrated weights."""
    totals = psu_totals(design, linearised.scores[:, None])
    centre = linearised.value - float(totals.sum())
    return totals, lambda found: np.asarray(centre + found[:, 0])


def _resampled(design: Design, replicates: int, seed: int) -> Iterator[Array]:
    """Blocks (b, P) of multipliers of the PSUs' weights."""
    random = np.random.default_rng(seed)
    strata, count = len(design.strata), len(design.stratum_of)
    order = np.argsort(design.stratum_of, kind="stable")
    drawn = (design.psus - 1).astype(np.int64)
    stretch = np.sqrt(1 - design.drawn_share[design.stratum_of])
    starts = np.concatenate([[0], np.cumsum(design.psus)[:-1]]).astype(np.int64)
    # every draw of a replicate belongs to a stratum, in their order: it falls on one of its PSUs
    first, sizes = np.repeat(starts, drawn), np.repeat(design.psus, drawn)
    factor = np.divide(design.psus, drawn, out=np.ones(strata), where=drawn > 0)[design.stratum_of]
    alone = (design.psus == 1)[design.stratum_of]
    block = max(1, CELLS // max(count, 1))
    for begin in range(0, replicates, block):
        many = min(block, replicates - begin)
        chosen = first + (random.random((many, len(first))) * sizes).astype(np.int64)
        chosen += (np.arange(many) * count)[:, None]
        times = np.bincount(chosen.ravel(), minlength=many * count).reshape(many, count)
        multipliers = np.empty((many, count))
        multipliers[:, order] = times
        yield 1 + stretch * np.where(alone, 0.0, factor * multipliers - 1)


def _by_stratum(design: Design, totals: Array) -> Array:
    return np.column_stack(
        [np.bincount(design.stratum_of, weights=one, minlength=len(design.strata)) for one in totals.T]
    )


def _ready(design: Design) -> None:
    if not design.probability:
        raise InputProblem(
            "выборка не вероятностная: повторные выборки из неё ничего не говорят о погрешности.",
            "this is not a probability sample: drawing from it again says nothing of a margin of error.",
        )
    if ((design.psus == 1) & (design.drawn_share < 1)).any() and design.single != "certainty":
        raise InputProblem(
            "в страте одна единица отбора: повторные выборки возможны, если она объявлена отобранной наверняка.",
            "a stratum has a single PSU: replicates need it declared as drawn for certain.",
        )
