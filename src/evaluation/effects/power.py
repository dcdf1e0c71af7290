"""What the design at hand could find: power and the smallest detectable effect, by simulation.

Design matrix, clusters and the exposure stay as they are. Each draw makes an outcome without any effect from the model
fitted without the exposure: residuals of whole clusters change sign (``wild``), or units get each other's residual
histories (``histories``, least squares only, which also spreads noise over clusters unlike in size or treatment). An
effect times the exposure is added, and the declared inference is applied. For least squares an effect moves the
estimate by itself and leaves the errors as they are, so one set of draws serves every effect. Poisson and logit are
taken at their estimating equations without the effect: right for small effects, on the scale of the coefficient.

The residuals hold the effect that is in the data, if there is one: the smallest detectable effect is then too large
rather than too small.

Sources: Bloom (1995, Evaluation Review 19) for the smallest detectable effect; MacKinnon, Nielsen and Webb (2023,
Journal of Econometrics 232) for the collapsed draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse, stats

from evaluation.effects.inference.clusters import (
    Array,
    EstimatingEquations,
    grouped_products,
    symmetric_inverse,
)
from evaluation.effects.inference.inversion import share_reaching
from evaluation.effects.inference.wild import Collapsed, bootstrap_weights, multipliers_for, statistics
from evaluation.effects.panel import restricted_equations
from evaluation.effects.regression import treated_clusters
from evaluation.settings import InputProblem, Model

Noise = Literal["wild", "histories"]
Test = Literal["crv1", "crv3", "wild_bootstrap"]
Progress = Callable[[int, int], None]

POWER_COLUMNS = ["effect", "power", "error", "low", "high"]
WIDEST = 6.0  # grid of effects, in standard errors
STEPS = 48
NUMBERS_AT_ONCE = 2_000_000
ROUNDS_OF_BOOTSTRAP = 25


@dataclass(frozen=True)
class PowerCurve:
    """``frame``: POWER_COLUMNS, the share of draws that reject no association at each effect, its Monte Carlo error and
    95 % interval (Wilson's).

    ``smallest`` is the least effect found with the ``target`` power, infinite where no effect of the grid is;
    ``smallest_low`` and ``smallest_high`` hold its Monte Carlo 95 % range. ``size`` is the power at no effect.
    """

    frame: pd.DataFrame
    smallest: float
    smallest_low: float
    smallest_high: float
    size: float
    target: float
    level: float
    draws: int
    clusters: int
    treated_clusters: int
    test: Test
    noise: Noise


@dataclass(frozen=True)
class _Design:
    """The restricted model in orthonormal columns, the first of which is the tested column, the others taken out of it
    and scaled to length one: an estimate is ``unit`` times the first coefficient. Cluster sums of its scores (G x k)
    and cross-products (G x k x k).

    Cross-products of raw years and populations would lose half of all digits."""

    equations: EstimatingEquations
    unit: float
    scores: Array
    products: Array


def power_curve(
    rows: pd.DataFrame,
    model: Model,
    exposure: str,
    *,
    effects: Sequence[float] | None = None,
    test: Test = "crv3",
    noise: Noise = "wild",
    target: float = 0.8,
    level: float = 0.95,
    draws: int = 999,
    bootstrap_draws: int = 199,
    seed: int = 1,
    progress: Progress | None = None,
) -> PowerCurve:
    """Power of the test of ``exposure`` in the rows and model at hand; ``rows`` as for ``panel.fit_model``.

    ``effects``: rising from 0 in the coefficient's units; by default up to six standard errors. ``progress(done,
    draws)`` is called after each block. Raises InputProblem where one cluster alone identifies the exposure (its error
    cannot be estimated) and for residual histories outside least squares.
    """
    design = _collapse(*restricted_equations(rows, model, exposure))
    n_groups = len(design.scores)
    per_cluster = _error_weights(design, test, len(rows))
    grid = np.array([]) if effects is None else np.asarray(effects, dtype=float)
    quantile = float(stats.t.ppf(0.5 + level / 2, n_groups - 1))
    hits: list[Array] = []
    done = 0
    for raw in _noise(rows, model, design, noise, draws, seed, per_round=test == "wild_bootstrap"):
        total = raw.sum(axis=1)
        estimates = design.unit * total[:, 0]
        errors = _errors(raw, total, per_cluster)
        if not len(grid):
            grid = np.linspace(0, WIDEST * float(np.median(errors)), STEPS + 1)
        if test == "wild_bootstrap":
            hits.append(_bootstrap_hits(design, raw, grid, bootstrap_draws, seed, 1 - level))
        else:
            hits.append(np.abs(estimates[:, None] + grid) > quantile * errors[:, None])
        done += len(raw)
        if progress is not None:
            progress(done, draws)
    power = np.concatenate(hits).mean(axis=0)
    low, high = _wilson(power, draws)
    frame = pd.DataFrame(
        {"effect": grid, "power": power, "error": np.sqrt(power * (1 - power) / draws), "low": low, "high": high}
    )
    margin = 1.96 * float(np.sqrt(target * (1 - target) / draws))
    wanted = (target, target - margin, target + margin)
    smallest, nearest, farthest = (_first_effect(grid, power, share) for share in wanted)
    size = float(power[0]) if grid[0] == 0 else float("nan")
    return PowerCurve(
        frame[POWER_COLUMNS], smallest, nearest, farthest, size, target, level, draws, n_groups,
        treated_clusters(rows, model, exposure), test, noise,
    )  # fmt: skip


def _collapse(restricted: EstimatingEquations, column: int) -> _Design:
    scaled, transform = restricted.orthonormalised()
    own = transform[column]
    turn = np.linalg.qr(np.column_stack([own, np.eye(len(own))]))[0]
    turn[:, 0] *= np.sign(turn[:, 0] @ own)
    equations = replace(scaled, design=np.asarray(scaled.design @ turn))
    blocks = grouped_products(equations.design, equations.weighted_design(), equations.groups, equations.n_groups)
    products = np.concatenate([block for _, block in blocks])
    return _Design(equations, float(np.linalg.norm(own)), equations.scores(), products)


def _error_weights(design: _Design, test: Test, n: int) -> tuple[Array, Array, float]:
    """(a, b, factor): a draw's variance is factor x the sum over clusters of (a_g . raw score_g - b_g . total)^2."""
    n_groups, k = design.scores.shape
    if test == "crv3":
        left_out, lost = symmetric_inverse(np.eye(k) - design.products)
        if lost[:, 0].any():
            raise InputProblem(
                "Мощность: переменная воздействия держится на одном кластере, погрешность оценить нельзя.",
                "Power: the exposure hangs on one cluster alone, and its error cannot be estimated.",
            )
        own = design.unit * left_out[:, 0, :]
        factor = (n_groups - 1) / n_groups
    else:
        own = np.broadcast_to(design.unit * np.eye(1, k), (n_groups, k))
        factor = n_groups / (n_groups - 1) * (n - 1) / (n - k)
    return own, np.einsum("gk,gkl->gl", own, design.products), factor


def _errors(raw: Array, total: Array, weights: tuple[Array, Array, float]) -> Array:
    own, pulled, factor = weights
    parts = np.einsum("dgk,gk->dg", raw, own) - total @ pulled.T
    return np.asarray(np.sqrt(factor * np.einsum("dg,dg->d", parts, parts)))


def _noise(
    rows: pd.DataFrame, model: Model, design: _Design, noise: Noise, draws: int, seed: int, *, per_round: bool
) -> Iterator[Array]:
    """Blocks of raw scores by cluster, X'u of outcomes without effect: draws x G x k."""
    n_groups, k = design.scores.shape
    size = max(1, NUMBERS_AT_ONCE // max(n_groups * k, len(rows)))
    size = min(size, ROUNDS_OF_BOOTSTRAP) if per_round else size
    generator = np.random.default_rng(seed)
    swap = _history_swapper(rows, model, design) if noise == "histories" else None
    for start in range(0, draws, size):
        count = min(size, draws - start)
        if swap is None:
            yield bootstrap_weights(n_groups, count, generator)[:, :, None] * design.scores
        else:
            yield swap(count, generator)


def _history_swapper(rows: pd.DataFrame, model: Model, design: _Design) -> Callable[[int, np.random.Generator], Array]:
    """Draws in which every unit has the residuals of a unit drawn among those seen in the same years."""
    if model.family != "ols" or model.weights is not None:
        raise InputProblem(
            f"План, модель «{model.name}»: истории остатков переставляются только для family: ols без весов.",
            f"Plan, model '{model.name}': residual histories are exchanged for family: ols without weights only.",
        )
    keys = rows[["unit_id", "year"]].reset_index(drop=True)
    pools: dict[tuple[int, ...], list[Array]] = {}
    for _, members in keys.groupby("unit_id", sort=True):
        ordered = members.sort_values("year")
        pools.setdefault(tuple(ordered["year"].tolist()), []).append(ordered.index.to_numpy())
    places = [np.array(found) for found in pools.values()]
    equations, n_groups = design.equations, len(design.scores)
    members_of = sparse.csr_array((np.ones(len(rows)), (equations.groups, np.arange(len(rows)))))

    def swapped(count: int, generator: np.random.Generator) -> Array:
        residuals = np.empty((len(rows), count))
        for place in places:
            chosen = generator.integers(0, len(place), size=(count, len(place)))
            residuals[place] = equations.residuals[place[chosen]].transpose(1, 2, 0)
        out = np.empty((count, n_groups, equations.design.shape[1]))
        for position, column in enumerate(equations.design.T):
            out[:, :, position] = (members_of @ (column[:, None] * residuals)).T
        return out

    return swapped


def _bootstrap_hits(design: _Design, raw: Array, grid: Array, draws: int, seed: int, alpha: float) -> Array:
    """Whether the restricted wild bootstrap rejects, draws x effects.

    An effect e adds e times the tested column to the restricted residuals, as a hypothesised value of -e would.
    """
    k = design.scores.shape[1]
    others = np.eye(k)
    others[0, 0] = 0.0
    direction = np.eye(1, k)[0] / design.unit  # one of the tested column, others taken out, in these columns
    leverage = design.products @ direction
    chosen = multipliers_for(len(design.scores), draws, seed)
    blocks = list(chosen.blocks())
    out = np.empty((len(raw), len(grid)), dtype=bool)
    for number, scores in enumerate(raw):
        restricted = scores - design.products @ (others @ scores.sum(axis=0))
        sums = Collapsed(restricted @ direction, restricted, leverage, np.eye(k), leverage @ direction)
        family = statistics(sums, blocks)
        p_values = [share_reaching(family.at(-effect), enumerated=chosen.enumerated) for effect in grid]
        out[number] = np.array(p_values) <= alpha
    return out


def _wilson(share: Array, draws: int) -> tuple[Array, Array]:
    """Interval of a simulated share that stays within 0 and 1 (Wilson 1927)."""
    z2 = 1.96**2 / draws
    centre = (share + z2 / 2) / (1 + z2)
    half = np.sqrt(share * (1 - share) * z2 + z2**2 / 4) / (1 + z2)
    return centre - half, centre + half


def _first_effect(grid: Array, power: Array, wanted: float) -> float:
    """Least effect with the wanted power, between grid points by a line; infinite where there is none."""
    rising = np.maximum.accumulate(power)
    reached = np.flatnonzero(rising >= wanted)
    if not len(reached):
        return float("inf")
    last = int(reached[0])
    if last == 0:
        return float(grid[0])
    low, high = rising[last - 1], rising[last]
    return float(grid[last - 1] + (wanted - low) / (high - low) * (grid[last] - grid[last - 1]))
