"""Regressions with unit and year effects on a drawn programme, and every kind of inference on their coefficients.

Estimates, errors and tests are the package's own functions on arrays; only the way to them through frames and plans is
left out, since it would take longer than the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from evaluation.effects.inference.clusters import Covariance, EstimatingEquations, cluster_covariance
from evaluation.effects.inference.inversion import StatisticFamily, share_reaching
from evaluation.effects.inference.wild import collapse, statistics
from evaluation.effects.model_matrix import Design, centre
from evaluation.effects.panel import Fit, fit_generalised, fit_linear
from evaluation.simulate.study.permutation import permuted_statistics
from evaluation.simulate.study.process import Array, World

LEVEL = 0.05
OWN, EXPOSURE = "own", "exposure"
NOT_VARYING = 1e-8  # length of a column apart from the effects below which it cannot be estimated
COVARIANCES: tuple[tuple[str, Covariance, bool], ...] = (
    ("crv1_normal", "crv1", False),
    ("crv1_t", "crv1", True),
    ("crv3_t", "crv3", True),
)
WILD, PERMUTATION = "wild_bootstrap", "randomisation"


@dataclass(frozen=True)
class Judged:
    """One inference on one coefficient.

    ``covers``: the 95 % interval, or the set of values that the test does not refuse, holds the truth. ``p_zero``: p of
    the hypothesis that the coefficient is zero.
    """

    target: str
    inference: str
    estimate: float
    se: float
    covers: bool
    p_zero: float


@dataclass(frozen=True)
class Rows:
    """A world as rows of units and years, without units whose counts are all zero where they are counts."""

    design: Design
    outcome: Array
    offset: Array
    groups: np.ndarray
    shape: tuple[int, int]
    trained: Array
    family: str

    @property
    def columns(self) -> list[str]:
        return [name for name in (EXPOSURE, OWN) if name in self.design.names]

    def fit(self, design: Design | None = None, shift: Array | None = None) -> Fit:
        """``shift`` is added to the linear predictor with coefficient 1."""
        moved = self.offset if shift is None else self.offset + shift
        chosen = self.design if design is None else design
        if self.family == "ols":
            return fit_linear(chosen, self.outcome - moved, np.zeros(len(moved)), self.groups)
        return fit_generalised(chosen, self.outcome, moved, self.groups, "poisson")

    def column(self, name: str) -> Array:
        return self.design.matrix[:, self.design.names.index(name)]


def rows_of_world(world: World, family: str, *, exposure: bool = True) -> Rows:
    """Counts with population as offset (``poisson``) or the log rate (``ols``) on year effects, exposure and training.

    Exposure that does not vary apart from the effects is left out of the design.
    """
    used = world.applications.sum(axis=1) > 0 if family == "poisson" else np.ones(len(world.first), dtype=bool)
    trained, met = world.trained[used], world.exposure[used]
    units, years = trained.shape
    year = np.tile(np.arange(years), units)
    groups = np.repeat(np.arange(units), years)
    columns = [(year == one).astype(float) for one in range(1, years)]
    names = [f"year={one}" for one in range(1, years)]
    apart = met - met.mean(axis=1, keepdims=True) - met.mean(axis=0) + met.mean()
    if exposure and np.sqrt((apart**2).sum()) > NOT_VARYING:
        columns.append(met.ravel())
        names.append(EXPOSURE)
    columns.append(trained.ravel())
    names.append(OWN)
    outcome = world.applications[used] if family == "poisson" else world.log_rate
    offset = np.log(world.population[used]).ravel() if family == "poisson" else np.zeros(units * years)
    design = Design(names, np.column_stack(columns), groups)
    return Rows(design, outcome.ravel(), offset, groups, (units, years), trained, family)


def judge_fit(rows: Rows, truth: Mapping[str, float], multipliers: Array, orders: np.ndarray) -> Iterator[Judged]:
    """Coefficients named in ``truth`` by every inference. ``multipliers`` (draws x units) are those of the wild
    bootstrap, ``orders`` (draws x units) deal the histories of training out to the units."""
    fit = rows.fit()
    position = {name: rows.design.names.index(name) for name in rows.columns if name in truth}
    covariance = {kind: cluster_covariance(fit.equations, kind) for _, kind, _ in COVARIANCES}
    for name, place in position.items():
        estimate = float(fit.coefficients[place])
        for code, kind, student in COVARIANCES:
            variance = float(covariance[kind][place, place])
            se = float(np.sqrt(variance)) if variance > 0 else float("nan")
            yield judge_by_error(name, code, estimate, se, truth[name], fit.clusters - 1 if student else np.inf)
        at_zero = _tests(rows, name, 0.0, multipliers, orders)
        if rows.family == "ols" or truth[name] == 0:
            at_truth, shift = at_zero, truth[name]
        else:
            at_truth, shift = _tests(rows, name, truth[name], multipliers, orders), 0.0
        for code, family in at_zero.items():
            covers = share_reaching(at_truth[code].at(shift), enumerated=False) > LEVEL
            p_zero = share_reaching(family.at(0.0), enumerated=False)
            yield Judged(name, code, estimate, float("nan"), covers, p_zero)


def _tests(rows: Rows, name: str, value: float, multipliers: Array, orders: np.ndarray) -> dict[str, StatisticFamily]:
    """Wild bootstrap and, for own training, randomisation inference at the restricted fit.

    In least squares the result serves every hypothesised value; a Poisson regression is fitted anew for each.
    """
    equations, column = restricted(rows, name, value)
    units = rows.shape[0]
    tests = {WILD: statistics(collapse(equations, column), [multipliers[:, :units]])}
    if name == OWN:
        tests[PERMUTATION] = permuted_statistics(equations, column, rows.trained, orders_of(orders, units))
    return tests


def judge_by_error(target: str, code: str, estimate: float, se: float, truth: float, df: float) -> Judged:
    """By standard error and t with ``df`` degrees of freedom (infinite: normal); without an error nothing covers."""
    if not se > 0:
        return Judged(target, code, estimate, se, False, float("nan"))
    # the t distribution with so many degrees of freedom is the normal one to nine digits
    freedom = min(df, 1e10)
    half = float(stdtrit(freedom, 1 - LEVEL / 2)) * se
    p = float(2 * stdtr(freedom, -abs(estimate / se)))
    return Judged(target, code, estimate, se, abs(estimate - truth) <= half, p)


def restricted(rows: Rows, name: str, value: float) -> tuple[EstimatingEquations, int]:
    """Estimating equations of the full design at the fit in which the coefficient of ``name`` is ``value``."""
    place = rows.design.names.index(name)
    without = rows.fit(rows.design.without(place), value * rows.column(name) if value else None)
    weights = without.equations.weights
    matrix = centre(rows.design.matrix, rows.design.absorbed, weights)
    return EstimatingEquations(matrix, weights, without.equations.residuals, rows.groups), place


def orders_of(orders: np.ndarray, units: int) -> np.ndarray:
    """Permutations of the first ``units`` units, made from permutations of all."""
    if orders.shape[1] == units:
        return orders
    return np.asarray(orders[orders < units].reshape(len(orders), units))
