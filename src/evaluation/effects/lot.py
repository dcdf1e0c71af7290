"""Drawing lots: stratified candidates, their balance, and which of them are accepted.

A candidate is stratified: every unit has the same chance of every arm, and a stratum's seats are its quota rounded up
or down. Re-randomisation then accepts only candidates whose Mahalanobis distance between the arms is among the smallest
(Morgan and Rubin 2012, Annals of Statistics 40). The threshold comes from a first stream of candidates, the lot is the
first accepted one of a second stream; so it is one draw, with equal chances, among all accepted lots, which is what a
randomisation test must repeat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evaluation.settings import InputProblem

Array = NDArray[np.float64]
Codes = NDArray[np.int8]

THRESHOLD_STREAM, LOT_STREAM, REDRAW_STREAM = 0, 1, 2
BATCH = 256
_TRIES = 30  # times the expected number of batches, before a threshold is called out of reach


class Stream:
    """Whole numbers from the raw output of PCG64, which numpy promises never to change; its derived draws may."""

    def __init__(self, seed: int, purpose: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, purpose]))

    def numbers(self, *shape: int) -> NDArray[np.uint64]:
        """Uniform on 0 to 2^64 - 1, of the given shape."""
        return np.asarray(self._bits.random_raw(math.prod(shape)), dtype=np.uint64).reshape(shape)


@dataclass(frozen=True)
class Scheme:
    """Everything that decides a lot. ``strata`` and ``values`` follow ``units``, ``sizes`` follow ``arms``.

    ``values`` holds a row of covariates a unit (NaN where not known). ``candidates`` lots set the threshold, which
    ``accepted_share`` of them reach.
    """

    units: tuple[str, ...]
    strata: tuple[str, ...]
    arms: tuple[str, ...]
    sizes: tuple[int, ...]
    covariates: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    candidates: int
    accepted_share: float
    seed: int

    @cached_property
    def stratum_codes(self) -> NDArray[np.intp]:
        return np.unique(np.array(self.strata, dtype=object).astype(str), return_inverse=True)[1].astype(np.intp)

    @cached_property
    def matrix(self) -> Array:
        """Covariates, units x covariates."""
        return np.array(self.values, dtype=float).reshape(len(self.units), len(self.covariates))

    @cached_property
    def whitened(self) -> Array:
        """Covariates turned so that their covariance is the unit matrix; values not known stand at the median.

        They are not marked: a mark that few units bear would take from these units most of their chances.
        """
        return _whitened(self.matrix)


def redraws(scheme: Scheme, threshold: float, draws: int, seed: int) -> Codes:
    """``draws`` further lots of the same scheme and acceptance rule, draws x units, for randomisation inference."""
    return accepted_draws(scheme, threshold, Stream(seed, REDRAW_STREAM), draws)[0]


def acceptance_threshold(scheme: Scheme) -> float:
    """The distance that ``accepted_share`` of the scheme's candidates do not exceed."""
    stream = Stream(scheme.seed, THRESHOLD_STREAM)
    distances = [
        imbalance(scheme, candidate_draws(scheme, stream, min(BATCH, scheme.candidates - done)))
        for done in range(0, scheme.candidates, BATCH)
    ]
    place = max(math.ceil(scheme.accepted_share * scheme.candidates), 1) - 1
    return float(np.sort(np.concatenate(distances))[place])


def accepted_draws(scheme: Scheme, threshold: float, stream: Stream, count: int) -> tuple[Codes, int]:
    """The first ``count`` candidates of the stream within the threshold, and how many it took to find the last.

    Raises InputProblem when a threshold is so low that none is found.
    """
    found: list[Codes] = []
    have = tried = 0
    most = math.ceil(_TRIES * (count / scheme.accepted_share / BATCH + 1))
    for _ in range(most):
        codes = candidate_draws(scheme, stream, BATCH)
        # equal lots must be judged alike on every machine, whatever the order of its sums
        good = np.flatnonzero(imbalance(scheme, codes) <= threshold * (1 + 1e-9) + 1e-12)[: count - have]
        found.append(codes[good])
        have += len(good)
        if have == count:
            return np.concatenate(found), tried + int(good[-1]) + 1
        tried += BATCH
    raise InputProblem(
        f"Жребий: ни одна из {tried} проб не сбалансирована лучше порога {threshold:.4g}. Проверьте порог.",
        f"Lot: none of {tried} candidates is balanced better than the threshold {threshold:.4g}. Check the threshold.",
    )


def candidate_draws(scheme: Scheme, stream: Stream, count: int) -> Codes:
    """Stratified lots before any judgement of balance: positions in ``scheme.arms``, count x units."""
    strata = scheme.stratum_codes
    order = np.argsort(strata, kind="stable")
    ordered = strata[order]
    counts = np.bincount(strata)
    cells = _cells(np.broadcast_to(counts, (count, len(counts))), scheme.sizes, stream)
    keys = (ordered.astype(np.uint64) << np.uint64(52)) | (stream.numbers(count, len(strata)) >> np.uint64(12))
    shuffled = np.argsort(keys, axis=1, kind="stable")
    within = np.arange(len(strata)) - np.concatenate([[0], np.cumsum(counts)[:-1]])[ordered]
    limits = np.cumsum(cells, axis=2)[:, ordered, :]
    labels = (within[None, :, None] >= limits).sum(axis=2).astype(np.int8)
    dealt = np.empty_like(labels)
    np.put_along_axis(dealt, shuffled, labels, axis=1)
    out = np.empty_like(dealt)
    out[:, order] = dealt
    return out


def _cells(counts: NDArray[np.int64], sizes: Sequence[int], stream: Stream) -> NDArray[np.int64]:
    """Seats by stratum and arm, draws x strata x arms: sums are exact, expectations are the quotas.

    With two arms a cell is its quota rounded up or down. With more, halves of the arms are divided in turn, and a cell
    is less than as many seats off its quota as there were divisions: two for three or four arms.
    """
    if len(sizes) == 1:
        return np.asarray(counts)[:, :, None]
    half = len(sizes) // 2
    left = _systematic(counts, sum(sizes[:half]), sum(sizes), stream)
    parts = [_cells(left, sizes[:half], stream), _cells(counts - left, sizes[half:], stream)]
    return np.concatenate(parts, axis=2)


def _systematic(counts: NDArray[np.int64], seats: int, total: int, stream: Stream) -> NDArray[np.int64]:
    """Seats by stratum: systematic rounding along a random order of strata, in whole numbers (draws x strata)."""
    order = np.argsort(stream.numbers(*counts.shape), axis=1, kind="stable")
    start = (stream.numbers(len(counts), 1) % np.uint64(total)).astype(np.int64)
    reached = (np.cumsum(np.take_along_axis(counts, order, axis=1), axis=1) * seats + start) // total
    given = np.diff(reached, axis=1, prepend=0)
    out = np.empty_like(given)
    np.put_along_axis(out, order, given, axis=1)
    return out


def imbalance(scheme: Scheme, codes: Codes) -> Array:
    """Mahalanobis distance between the arms of each lot: sum over arms of n times the squared distance from the mean.

    For two arms this is n1 n2 / n times that of their means, Morgan and Rubin's M. Zero without covariates.
    """
    total = np.zeros(len(codes))
    for arm, size in enumerate(scheme.sizes):
        sums = (codes == arm).astype(float) @ scheme.whitened
        total += (sums**2).sum(axis=1) / size
    return total


def _whitened(values: Array) -> Array:
    if values.shape[1] == 0 or len(values) < 2:
        return np.zeros((len(values), 0))
    known = np.isfinite(values)
    middles = [
        np.median(column[there]) if there.any() else 0.0 for column, there in zip(values.T, known.T, strict=True)
    ]
    filled = np.where(known, values, np.array(middles))
    columns = filled - filled.mean(axis=0)
    spread = columns.std(axis=0, ddof=1)
    columns = columns[:, spread > 0] / spread[spread > 0]
    sizes, directions = np.linalg.eigh(columns.T @ columns / (len(values) - 1))
    kept = sizes > 1e-10
    return np.asarray(columns @ directions[:, kept] / np.sqrt(sizes[kept]))
