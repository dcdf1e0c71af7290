"""Randomisation inference that respects the timing of adoption: whole histories change hands, nothing else does.

Under the sharp hypothesis that the exposure does nothing, each unit would have had the same outcomes with another
unit's history. Histories are dealt out at random among units that have rows in the same years and lie in the same
stratum, so that the number of units adopting in each year (and stratum) stays what it was, and the exposure keeps its
course over time. Other columns, such as ties to peers, stay with their unit: the statement is about this exposure at
fixed other columns. The statistic is studentised by clusters, which keeps the test valid asymptotically for the
hypothesis of no average association too.

Sources: Rosenbaum (2002, Observational Studies, section 2); MacKinnon and Webb (2020, Journal of Econometrics 218) for
studentised statistics with few treated clusters; DiCiccio and Romano (2017, Journal of the American Statistical
Association 112) for studentising in regressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import factorial, prod

import numpy as np
import pandas as pd
from scipy import sparse

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.inversion import ConfidenceSet, StatisticFamily, confidence_set, share_reaching
from evaluation.effects.model_matrix import build_design, centre
from evaluation.effects.panel import restricted_equations
from evaluation.settings import InputProblem, Model

NUMBERS_AT_ONCE = 4_000_000
FEWEST_DEALS = 20  # with fewer the smallest possible p is above 5 %


@dataclass(frozen=True)
class RandomisationTest:
    """``p`` of no association; ``interval`` by inversion (least squares, where asked for). ``enumerated``: every
    distinct deal was tried once; ``deals`` says how many were."""

    statistic: float
    p: float
    interval: ConfidenceSet | None
    deals: int
    enumerated: bool

    @property
    def few_deals(self) -> int | None:
        """Number of distinct deals where p could not fall to 5 % whatever the data, else None."""
        return self.deals if self.enumerated and self.deals < FEWEST_DEALS else None


@dataclass(frozen=True)
class _Pool:
    """Units that may exchange histories: their rows (units x years) and a number for each distinct history."""

    rows: np.ndarray
    kinds: np.ndarray

    @property
    def arrangements(self) -> int:
        counts = np.bincount(self.kinds)
        return factorial(len(self.kinds)) // prod(factorial(int(count)) for count in counts)


def randomisation_test(
    rows: pd.DataFrame,
    model: Model,
    exposure: str,
    *,
    draws: int = 999,
    seed: int = 1,
    strata: str | None = None,
    level: float | None = None,
) -> RandomisationTest:
    """Test of no association of ``exposure`` in a panel with one row a ``unit_id`` and ``year``.

    ``rows`` are those of ``sample.estimation_sample``; ``strata`` names a column constant within units. p counts the
    observed deal; where no more than ``draws`` distinct deals exist, each is tried once. With ``level`` (least squares
    only) also the set of constant effects b that are not refused when b times the exposure is taken from the outcome.
    Raises InputProblem for a unit with two rows in a year and for strata that change within a unit.
    """
    rows = rows.sort_values(["unit_id", "year"], kind="stable").reset_index(drop=True)
    values = rows[exposure].to_numpy(dtype=float)
    pools = _pools(rows, values, strata)
    arrangements = prod(pool.arrangements for pool in pools)
    enumerated = arrangements <= draws
    blocks = _all_deals(values, pools) if enumerated else _deals(values, pools, draws, seed)
    family = _statistics(rows, model, exposure, blocks, by_value=level is not None)
    drawn = family.at(0.0)
    interval = None
    if level is not None:
        if model.family != "ols":
            raise InputProblem(
                f"План, модель «{model.name}»: интервал перестановками есть только для family: ols.",
                f"Plan, model '{model.name}': an interval by permutations exists for family: ols only.",
            )
        estimate = float(family.n0[0] / family.n1[0])
        spread = np.sqrt(family.q00[0] - 2 * estimate * family.q01[0] + estimate**2 * family.q11[0]) / family.n1[0]
        interval = confidence_set(
            lambda value: share_reaching(family.at(value), enumerated=enumerated), estimate, float(spread), level
        )
    statistic = float(np.copysign(drawn[0], family.n0[0]))
    return RandomisationTest(
        statistic, share_reaching(drawn, enumerated=enumerated), interval, len(drawn) - 1, enumerated
    )


def _pools(rows: pd.DataFrame, values: Array, strata: str | None) -> list[_Pool]:
    """Units alike in years and stratum, in the order of their first unit; ``rows`` sorted by unit and year."""
    units = pd.factorize(rows["unit_id"])[0]
    starts = np.flatnonzero(np.diff(units, prepend=-1))
    lengths = np.diff(np.append(starts, len(units)))
    years = rows["year"].to_numpy(dtype=int)
    labels = pd.factorize(rows[strata])[0] if strata is not None else np.zeros(len(rows), dtype=np.intp)
    spans = [slice(start, start + length) for start, length in zip(starts, lengths, strict=True)]
    if any((np.diff(years[span]) == 0).any() for span in spans):
        raise InputProblem(
            "Перестановка историй: у территории две строки за один год. Оставьте по одной строке на территорию и год.",
            "Permuting histories: a unit has two rows in one year. Keep one row a unit and year.",
        )
    if any(len(set(labels[span].tolist())) > 1 for span in spans):
        raise InputProblem(
            f"Перестановка историй: слой «{strata}» меняется внутри территории. Возьмите постоянный признак.",
            f"Permuting histories: the stratum '{strata}' changes within a unit. Take a constant characteristic.",
        )
    members: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for unit, span in enumerate(spans):
        members.setdefault((int(labels[span][0]), tuple(years[span].tolist())), []).append(unit)
    pools = []
    for found in members.values():
        index = np.array([np.arange(starts[unit], starts[unit] + lengths[unit]) for unit in found])
        pools.append(_Pool(index, np.unique(values[index], axis=0, return_inverse=True)[1].reshape(-1)))
    return pools


def _deals(values: Array, pools: list[_Pool], draws: int, seed: int) -> Iterator[Array]:
    """Blocks (n x deals) of the exposure with histories dealt out at random."""
    generator = np.random.default_rng(seed)
    step = max(1, NUMBERS_AT_ONCE // len(values))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        out = np.empty((len(values), size))
        for pool in pools:
            order = generator.random((size, len(pool.rows))).argsort(axis=1)
            out[pool.rows] = values[pool.rows][order].transpose(1, 2, 0)
        yield out


def _all_deals(values: Array, pools: list[_Pool]) -> Iterator[Array]:
    """Every distinct deal once, as one block."""
    arranged = [list(_distinct(pool.kinds.tolist())) for pool in pools]
    deals = list(product(*arranged))
    out = np.empty((len(values), len(deals)))
    for number, pool in enumerate(pools):
        histories = values[pool.rows][np.unique(pool.kinds, return_index=True)[1]]
        out[pool.rows] = np.stack([histories[list(deal[number])] for deal in deals], axis=2)
    yield out


def _distinct(kinds: list[int]) -> Iterator[tuple[int, ...]]:
    """Distinct orders of ``kinds``, in lexical order."""
    if not kinds:
        yield ()
        return
    for kind in sorted(set(kinds)):
        rest = list(kinds)
        rest.remove(kind)
        for tail in _distinct(rest):
            yield (kind, *tail)


def _statistics(
    rows: pd.DataFrame, model: Model, exposure: str, blocks: Iterator[Array], *, by_value: bool
) -> StatisticFamily:
    """Scores of the dealt exposure, summed by cluster, as functions of the hypothesised value."""
    equations, column = restricted_equations(rows, model, exposure)
    absorbed = build_design(rows, model, []).absorbed
    without = replace(equations, design=np.delete(equations.design, column, axis=1))
    others = without.orthonormalised()[0].design
    projection = (equations.weights[:, None] * others).T
    members = sparse.csr_array((np.ones(len(rows)), (equations.groups, np.arange(len(rows)))))

    def tested(block: Array) -> Array:
        centred = centre(block, absorbed, equations.weights)
        return np.asarray(centred - others @ (projection @ centred))

    own = tested(rows[exposure].to_numpy(dtype=float)[:, None])
    residuals, own_weighted = equations.residuals[:, None], equations.weights[:, None] * own

    def numbers(scored: Array) -> Array:
        p = members @ (scored * residuals)
        q = members @ (scored * own_weighted) if by_value else np.zeros_like(p)
        return np.column_stack([p.sum(0), q.sum(0), (p * p).sum(0), (p * q).sum(0), (q * q).sum(0)])

    return StatisticFamily(*np.concatenate([numbers(own), *(numbers(tested(block)) for block in blocks)]).T)
