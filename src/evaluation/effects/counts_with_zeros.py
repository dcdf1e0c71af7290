"""Counts with more zeros than a count model expects: hurdle and zero-inflated negative binomial.

Hurdle: a logit says whether anything happens, a zero-truncated count how much where it does. Zero-inflated: a logit
says who can never have a count, a negative binomial what the others have, zeros included. Both say by what factor the
mean changes with an exposure (``overall``), which compares with Poisson. Sources: Mullahy (1986, Journal of
Econometrics 33); Lambert (1992, Technometrics 34); Zeileis, Kleiber and Jackman (2008, Journal of Statistical
Software 27).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import linalg, special

from evaluation.effects.count_density import inflated, positive_mean, truncated
from evaluation.effects.counts import DISPERSION, fit_poisson
from evaluation.effects.inference.clusters import Array, Covariance
from evaluation.effects.inference.equations import Index, IndexedEquations
from evaluation.effects.inference.estimating_functions import MEstimate, linearise
from evaluation.effects.likelihood import Likelihood, maximise
from evaluation.effects.link_models import fit_link, refuse_counts
from evaluation.effects.regressors import Regressors, orthonormal
from evaluation.settings import DataProblem, InputProblem

ZERO_PART = "zero_part:"
_NEARLY_POISSON = float(np.log(1e-4))
_TRUNCATED = ("усечённая отрицательная биномиальная модель", "zero-truncated negative binomial model")
_INFLATED = (
    "модель с избытком нулей; возможно, лишних нулей нет, и достаточно negative_binomial",
    "zero-inflated model; there may be no zeros in excess, and negative_binomial be enough",
)


@dataclass(frozen=True)
class ZeroFit:
    """A fitted hurdle or zero-inflated model.

    ``estimate`` names the columns of the zero part as ``zero_part:<name>``, those of the count part by their names,
    and ``log_alpha`` last (absent where the counts are not overdispersed). The zero part of a hurdle is the log odds of
    a count above zero; of a zero-inflated model the log odds of a zero that is certain.
    """

    estimate: MEstimate
    kind: str
    columns: Regressors
    zero_columns: Regressors
    offset: Array
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def log_likelihood(self) -> float:
        return self.estimate.log_likelihood

    @property
    def alpha(self) -> float:
        has = self.estimate.names[-1] == DISPERSION
        return float(np.exp(self.estimate.coefficients[-1])) if has else 0.0

    def mean(self, coefficients: Array, name: str | None = None, shift: Callable[[Array], Array] = np.asarray) -> Array:
        """Mean of every row, with ``shift`` applied to the column ``name`` in both parts."""
        zero_matrix = _shifted(self.zero_columns, name, shift)
        matrix = _shifted(self.columns, name, shift)
        k = zero_matrix.shape[1]
        z = zero_matrix @ coefficients[:k]
        u = matrix @ coefficients[k : k + matrix.shape[1]] + self.offset
        a = float(coefficients[-1]) if self.alpha > 0 else None
        if self.kind == "hurdle":
            return np.asarray(special.expit(z) * positive_mean(u, a))
        return np.asarray(special.expit(-z) * np.exp(u))

    def overall(self, name: str, kind: Covariance) -> pd.Series:
        """Log of the factor by which the mean over all rows changes with the exposure, by the delta method.

        An exposure of 0 and 1 is set to 1 against 0 in every row; any other is raised by one unit from where it is.
        """
        column = self.columns.matrix[:, self.columns.names.index(name)]
        binary = bool(np.isin(column, (0.0, 1.0)).all())

        def ratio(coefficients: Array) -> float:
            high = self.mean(coefficients, name, _one if binary else _one_more)
            low = self.mean(coefficients, name, _zero if binary else np.asarray)
            return float(np.log(high.mean() / low.mean()))

        return self.estimate.contrast(ratio, kind)


def fit_hurdle(
    outcome: Array,
    columns: Regressors,
    groups: np.ndarray,
    offset: Array | None = None,
    zero_columns: Regressors | None = None,
) -> ZeroFit:
    """Logit of y > 0 on ``zero_columns`` (default: ``columns``) and zero-truncated NB2 of the positive counts.

    The offset belongs to the counts; where size also decides whether anything happens, give it to ``zero_columns``.
    Positive counts that are not overdispersed are fitted as zero-truncated Poisson, with the note
    ``not_overdispersed``. Raises InputProblem for values that are not counts, for counts without zeros or with zeros
    alone, for separation, and where no maximum is found.
    """
    offset, zero_columns = _checked(outcome, columns, offset, zero_columns)
    some = outcome > 0
    zero = fit_link("logit", some.astype(float), zero_columns.matrix, zero_columns.names, groups)
    zero_basis, zero_back = orthonormal(zero_columns.matrix)
    rest = columns.matrix[some]
    if np.linalg.matrix_rank(rest) < rest.shape[1]:
        raise DataProblem(
            "среди строк с положительным исходом переменные не различить. Уберите редкие значения.",
            "among the rows with a positive outcome the variables cannot be told apart. Remove rare values.",
        )
    _, back = orthonormal(rest)
    basis = columns.matrix @ back
    positive = np.maximum(outcome, 1.0)

    def pieces(u: Index, a: float | None) -> tuple[Array, Array, Array]:
        """Value and derivatives of the truncated count, none in rows without an event."""
        value, by_u, by_a = truncated(positive, np.asarray(u + offset), a)
        return np.where(some, value, 0.0), np.where(some, by_u, 0.0), np.where(some, by_a, 0.0)

    start = _start(outcome[some], rest, offset[some], back)
    theta, dispersed, value = _best(pieces, basis, start, _TRUNCATED)

    def scalars(indices: list[Index]) -> list[Array]:
        _, by_u, by_a = pieces(indices[1], float(indices[2]) if dispersed else None)
        return [some - special.expit(indices[0]), by_u, by_a][: 3 if dispersed else 2]

    equations = _equations(zero_basis, basis, scalars, dispersed)
    estimate = linearise(
        equations, np.concatenate([zero.theta, theta]), _names(zero_columns, columns, dispersed), groups,
        transform=_transform(zero_back, back, dispersed), columns=len(theta),
        log_likelihood=zero.log_likelihood + value,
    )  # fmt: skip
    return ZeroFit(estimate, "hurdle", columns, zero_columns, offset, _notes(dispersed))


def fit_zero_inflated(
    outcome: Array,
    columns: Regressors,
    groups: np.ndarray,
    offset: Array | None = None,
    zero_columns: Regressors | None = None,
) -> ZeroFit:
    """Zero-inflated NB2, or Poisson where its counts are not overdispersed. Raises as ``fit_hurdle``."""
    offset, zero_columns = _checked(outcome, columns, offset, zero_columns)
    zero_basis, zero_back = orthonormal(zero_columns.matrix)
    basis, back = orthonormal(columns.matrix)
    k = zero_basis.shape[1]

    def likelihood(dispersed: bool) -> Likelihood:
        def value(theta: Array) -> float:
            end = len(theta) - dispersed
            a = float(theta[-1]) if dispersed else None
            return float(inflated(outcome, zero_basis @ theta[:k], basis @ theta[k:end] + offset, a)[0].sum())

        def scalars(indices: list[Index]) -> list[Array]:
            a = float(indices[2]) if dispersed else None
            return list(inflated(outcome, np.asarray(indices[0]), np.asarray(indices[1] + offset), a)[1:])[
                : 3 if dispersed else 2
            ]

        return Likelihood(value, _equations(zero_basis, basis, scalars, dispersed), len(outcome))

    some = outcome > 0
    zero = fit_link("logit", (~some).astype(float), zero_columns.matrix, zero_columns.names, groups)
    start = np.concatenate([zero.theta, np.linalg.solve(back, _coefficients(outcome, columns, groups, offset))])
    theta = maximise(likelihood(False), start, _INFLATED)
    nearly = inflated(outcome, zero_basis @ theta[:k], basis @ theta[k:] + offset, _NEARLY_POISSON)
    dispersed = float(nearly[3].sum()) > 0
    if dispersed:
        theta = maximise(likelihood(True), np.append(theta, 0.0), _INFLATED)
    chosen = likelihood(dispersed)
    estimate = linearise(
        chosen.equations, theta, _names(zero_columns, columns, dispersed), groups,
        transform=_transform(zero_back, back, dispersed), columns=len(theta), log_likelihood=chosen.value(theta),
    )  # fmt: skip
    return ZeroFit(estimate, "zero_inflated", columns, zero_columns, offset, _notes(dispersed))


def _equations(
    zero_basis: Array, basis: Array, scalars: Callable[[list[Index]], list[Array]], dispersed: bool
) -> IndexedEquations:
    """Scores of the zero part, the count part and, where ``dispersed``, log alpha."""
    k, j = zero_basis.shape[1], zero_basis.shape[1] + basis.shape[1]
    lefts: list[Array | None] = [zero_basis, basis, None]
    rights: list[tuple[Array | None, slice]] = [
        (zero_basis, slice(0, k)), (basis, slice(k, j)), (None, slice(j, j + 1)),
    ]  # fmt: skip
    parts = 3 if dispersed else 2
    return IndexedEquations(len(basis), lefts[:parts], rights[:parts], scalars)


def _best(
    pieces: Callable[[Index, float | None], tuple[Array, Array, Array]],
    basis: Array,
    start: Array,
    what: tuple[str, str],
) -> tuple[Array, bool, float]:
    """Maximum in the index and, where that raises the likelihood, alpha: (theta, whether with log alpha, value)."""
    n, k = basis.shape
    poisson = Likelihood(
        lambda theta: float(pieces(basis @ theta, None)[0].sum()),
        IndexedEquations(n, [basis], [(basis, slice(0, k))], lambda indices: [pieces(indices[0], None)[1]]),
        n,
    )
    theta = maximise(poisson, start, what)
    if float(pieces(basis @ theta, _NEARLY_POISSON)[2].sum()) <= 0:
        return theta, False, poisson.value(theta)
    full = Likelihood(
        lambda theta: float(pieces(basis @ theta[:-1], theta[-1])[0].sum()),
        IndexedEquations(
            n, [basis, None], [(basis, slice(0, k)), (None, slice(k, k + 1))],
            lambda indices: list(pieces(indices[0], float(indices[1]))[1:]),
        ),
        n,
    )  # fmt: skip
    theta = maximise(full, np.append(theta, 0.0), what)
    return theta, True, full.value(theta)


def _start(positive: Array, matrix: Array, offset: Array, back: Array) -> Array:
    """Least squares of log counts, as coefficients of the basis."""
    coefficients = np.linalg.lstsq(matrix, np.log(positive) - offset, rcond=None)[0]
    return np.asarray(np.linalg.solve(back, coefficients))


def _coefficients(outcome: Array, columns: Regressors, groups: np.ndarray, offset: Array) -> Array:
    return fit_poisson(outcome, columns, groups, offset).estimate.coefficients


def _checked(
    outcome: Array, columns: Regressors, offset: Array | None, zero_columns: Regressors | None
) -> tuple[Array, Regressors]:
    refuse_counts(outcome, whole=True)
    zeros = int((outcome == 0).sum())
    if zeros in (0, len(outcome)):
        raise InputProblem(
            f"нулей {zeros} из {len(outcome)} строк: модель нулей не нужна. Возьмите family: negative_binomial.",
            f"{zeros} zeros in {len(outcome)} rows: zeros need no model of their own. Take family: negative_binomial.",
        )
    return np.zeros(len(outcome)) if offset is None else offset, columns if zero_columns is None else zero_columns


def _names(zero_columns: Regressors, columns: Regressors, dispersed: bool) -> list[str]:
    parts = [ZERO_PART + name for name in zero_columns.names] + list(columns.names)
    return [*parts, DISPERSION] if dispersed else parts


def _transform(zero_back: Array, back: Array, dispersed: bool) -> Array:
    return np.asarray(linalg.block_diag(zero_back, back, *([np.eye(1)] if dispersed else [])))


def _notes(dispersed: bool) -> dict[str, object]:
    return {} if dispersed else {"not_overdispersed": 1}


def _shifted(columns: Regressors, name: str | None, shift: Callable[[Array], Array]) -> Array:
    if name is None or name not in columns.names:
        return columns.matrix
    matrix = columns.matrix.copy()
    position = columns.names.index(name)
    matrix[:, position] = shift(matrix[:, position])
    return matrix


def _one(values: Array) -> Array:
    return np.ones_like(values)


def _zero(values: Array) -> Array:
    return np.zeros_like(values)


def _one_more(values: Array) -> Array:
    return values + 1
