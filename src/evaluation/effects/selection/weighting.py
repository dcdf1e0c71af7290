"""Effects of support on those alike in what was observed: inverse-probability weighting, plain and doubly robust.

Every stage (propensity, outcome regressions, means) is one set of stacked estimating equations, so that the clustered
error knows that the propensity and the regressions were estimated; as it happens, that makes weighting more precise
than the usual error says (Hirano, Imbens and Ridder 2003, Econometrica 71). Sources: Hajek (1971) for the normalised
means; Robins, Rotnitzky and Zhao (1994, Journal of the American Statistical Association 89) and Moodie, Saarela and
Stephens (2018, Statistics in Medicine 37) for the doubly robust means over all and over the supported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg, special

from evaluation.effects.inference.clusters import Array, Covariance
from evaluation.effects.inference.equations import Index, IndexedEquations
from evaluation.effects.inference.estimating_functions import MEstimate, linearise
from evaluation.effects.link_models import mean_of, score_residual
from evaluation.effects.regressors import Regressors, orthonormal
from evaluation.effects.selection.outcome_model import OutcomeLink, fit_outcome_model
from evaluation.effects.selection.propensity import (
    Target,
    fit_propensity,
    refuse_no_overlap,
    weights_of,
    within_bounds,
)
from evaluation.settings import DataProblem

MEANS = ["mean_supported", "mean_unsupported"]


@dataclass(frozen=True)
class SelectionFit:
    """Means with and without support, last of the stacked estimate's names (MEANS), and their difference.

    ``propensity`` and ``weights`` are by row of the rows used (``used`` marks them among those given); both are empty
    for standardisation, which has none.
    """

    estimate: MEstimate
    target: Target
    used: np.ndarray
    propensity: Array
    weights: Array

    @property
    def trimmed(self) -> int:
        """Rows outside the declared bounds of the propensity."""
        return int((~self.used).sum())

    def difference(self, kind: Covariance) -> pd.Series:
        """Estimate, se, low, high, p (t with G - 1 degrees of freedom) of mean_supported less mean_unsupported."""
        return self.estimate.contrast(lambda at: float(at[-2] - at[-1]), kind)


def inverse_probability(
    outcome: Array,
    treated: Array,
    columns: Regressors,
    groups: np.ndarray,
    *,
    target: Target = "ate",
    bounds: tuple[float, float] | None = None,
    propensity_known: bool = False,
) -> SelectionFit:
    """Normalised inverse-probability weighted difference, over all rows (``ate``) or over the supported (``att``).

    ``bounds`` leave out rows by their propensity, which is then fitted anew. ``propensity_known`` treats the weights as
    given, as a weighted regression's robust error does; it is there for comparison with such numbers. Raises
    InputProblem for one-arm data, separation, and arms that do not overlap.
    """
    used = _used(treated, columns, groups, bounds)
    outcome, treated, columns, groups = _kept(outcome, treated, columns, groups, used)
    fitted = fit_propensity(treated, columns, groups)
    refuse_no_overlap(treated, fitted.probabilities, target)
    basis, back = orthonormal(columns.matrix)
    spread = spread_of(outcome)
    scaled = outcome / spread
    k = 0 if propensity_known else basis.shape[1]

    def scalars(indices: list[Index]) -> list[Array]:
        share = fitted.probabilities if propensity_known else special.expit(indices[0])
        weights = weights_of(treated, share, target)
        one, other = indices[-2:]
        means = [weights * treated * (scaled - one), weights * (1 - treated) * (scaled - other)]
        return means if propensity_known else [treated - share, *means]

    lefts: list[Array | None] = [None, None] if propensity_known else [basis, None, None]
    rights = [*([] if propensity_known else [(basis, slice(0, k))]), *means_alone(k)]
    equations = IndexedEquations(len(scaled), lefts, rights, scalars)
    weights = weights_of(treated, fitted.probabilities, target)
    means = [np.average(scaled[treated == arm], weights=weights[treated == arm]) for arm in (1, 0)]
    gamma = np.empty(0) if propensity_known else fitted.estimate.theta
    names = [] if propensity_known else [f"propensity:{name}" for name in columns.names]
    transform = linalg.block_diag(*([] if propensity_known else [back]), np.eye(2) * spread)
    estimate = linearise(equations, np.append(gamma, means), [*names, *MEANS], groups, transform=transform)
    return SelectionFit(estimate, target, used, fitted.probabilities, weights)


def doubly_robust(
    outcome: Array,
    treated: Array,
    columns: Regressors,
    groups: np.ndarray,
    *,
    outcome_columns: Regressors | None = None,
    link: OutcomeLink = "identity",
    target: Target = "ate",
    bounds: tuple[float, float] | None = None,
) -> SelectionFit:
    """Augmented inverse-probability weighting: right where either the propensity or the outcome regression is right.

    The propensity uses ``columns``, each arm's outcome regression ``outcome_columns`` (default: the same). Raises as
    ``inverse_probability`` and as ``fit_outcome_model``.
    """
    used = _used(treated, columns, groups, bounds)
    richer = columns if outcome_columns is None else outcome_columns
    richer = Regressors(richer.names, richer.matrix[used], richer.lost)
    outcome, treated, columns, groups = _kept(outcome, treated, columns, groups, used)
    fitted = fit_propensity(treated, columns, groups)
    refuse_no_overlap(treated, fitted.probabilities, target)
    spread = spread_of(outcome) if link == "identity" else 1.0
    scaled = outcome / spread
    model = fit_outcome_model(scaled, treated, richer, "all", link)
    basis, back = orthonormal(columns.matrix)
    k = basis.shape[1]
    j = k + len(model.theta)

    def contributions(share: Array, with_support: Array, without: Array) -> tuple[Array, Array, Array]:
        """Each arm's contributions before the mean is taken off, and what they are averaged over."""
        weights = weights_of(treated, share, target)
        if target == "ate":
            return (
                with_support + weights * treated * (scaled - with_support),
                without + weights * (1 - treated) * (scaled - without),
                np.ones_like(scaled),
            )
        return treated * scaled, treated * without + weights * (1 - treated) * (scaled - without), treated

    def scalars(indices: list[Index]) -> list[Array]:
        propensity_index, observed, supported, unsupported, mean_one, mean_other = indices
        share = np.asarray(special.expit(propensity_index))
        predicted = [mean_of(link, np.asarray(index)) for index in (supported, unsupported)]
        one, other, over = contributions(share, *predicted)
        residual = score_residual(link, scaled, np.asarray(observed))
        return [treated - share, residual, one - over * mean_one, other - over * mean_other]

    own = slice(k, j)
    rights = [
        (basis, slice(0, k)),
        (model.observed, own),
        (model.supported, own),
        (model.unsupported, own),
        *means_alone(j),
    ]
    equations = IndexedEquations(len(scaled), [basis, model.observed, None, None], rights, scalars)
    one, other, over = contributions(fitted.probabilities, *model.means(model.theta))
    start = np.concatenate([fitted.estimate.theta, model.theta])
    theta = np.append(start, [one.sum() / over.sum(), other.sum() / over.sum()])
    names = [f"propensity:{name}" for name in columns.names] + [f"outcome:{name}" for name in model.names]
    transform = linalg.block_diag(back, model.back * spread, np.eye(2) * spread)
    estimate = linearise(equations, theta, [*names, *MEANS], groups, transform=transform)
    return SelectionFit(estimate, target, used, fitted.probabilities, weights_of(treated, fitted.probabilities, target))


def means_alone(first: int) -> list[tuple[Array | None, slice]]:
    """The two means as parameters of their own, from position ``first``."""
    return [(None, slice(first, first + 1)), (None, slice(first + 1, first + 2))]


def _used(treated: Array, columns: Regressors, groups: np.ndarray, bounds: tuple[float, float] | None) -> np.ndarray:
    """Rows within the bounds by a first propensity; all where no bounds are declared."""
    if bounds is None:
        return np.ones(len(treated), dtype=bool)
    used = within_bounds(fit_propensity(treated, columns, groups).probabilities, bounds)
    if not used.any() or np.ptp(treated[used]) == 0:
        raise DataProblem(
            f"в границах склонности {bounds[0]:g}–{bounds[1]:g} нет строк обеих групп: группы не пересекаются.",
            f"no rows of both arms lie within the propensity bounds {bounds[0]:g} to {bounds[1]:g}: no overlap.",
        )
    return used


def _kept(
    outcome: Array, treated: Array, columns: Regressors, groups: np.ndarray, used: np.ndarray
) -> tuple[Array, Array, Regressors, np.ndarray]:
    """The rows used, clusters numbered anew."""
    numbered = np.unique(groups[used], return_inverse=True)[1]
    return outcome[used], treated[used], Regressors(columns.names, columns.matrix[used], columns.lost), numbered


def spread_of(outcome: Array) -> float:
    """Standard deviation, by which the outcome is divided inside; 1 where it never changes."""
    spread = float(outcome.std())
    return spread if spread > 0 else 1.0
