"""Standardisation (g-formula): everybody's outcome predicted with support and without, and the two means compared.

Rests on the outcome regression alone. The error is that of the stacked estimating equations of regression and means,
clustered: the delta method with the covariates' own sampling in it. Sources: Robins (1986, Mathematical Modelling 7);
Hernan and Robins (2020, Causal Inference: What If, chapter 13).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import Index, IndexedEquations
from evaluation.effects.inference.estimating_functions import linearise
from evaluation.effects.link_models import mean_of, score_residual
from evaluation.effects.regressors import Regressors
from evaluation.effects.selection.outcome_model import Interactions, OutcomeLink, fit_outcome_model
from evaluation.effects.selection.propensity import Target, refuse_one_arm
from evaluation.effects.selection.weighting import MEANS, SelectionFit, means_alone, spread_of


def standardise(
    outcome: Array,
    treated: Array,
    columns: Regressors,
    groups: np.ndarray,
    *,
    interactions: Interactions = "all",
    link: OutcomeLink = "identity",
    target: Target = "ate",
) -> SelectionFit:
    """Mean predicted outcome with support less that without, over all rows (``ate``) or the supported (``att``).

    ``interactions`` name the columns whose slope differs between the arms (``all``: each arm its own regression).
    Raises InputProblem for one-arm data and as ``fit_outcome_model``.
    """
    refuse_one_arm(treated)
    spread = spread_of(outcome) if link == "identity" else 1.0
    scaled = outcome / spread
    model = fit_outcome_model(scaled, treated, columns, interactions, link)
    over = np.ones_like(treated) if target == "ate" else treated
    k = len(model.theta)

    def scalars(indices: list[Index]) -> list[Array]:
        observed, supported, unsupported, mean_one, mean_other = indices
        one, other = (mean_of(link, np.asarray(index)) for index in (supported, unsupported))
        residual = score_residual(link, scaled, np.asarray(observed))
        return [residual, over * (one - mean_one), over * (other - mean_other)]

    own = slice(0, k)
    rights = [(model.observed, own), (model.supported, own), (model.unsupported, own), *means_alone(k)]
    equations = IndexedEquations(len(scaled), [model.observed, None, None], rights, scalars)
    one, other = model.means(model.theta)
    theta = np.append(model.theta, [np.average(one, weights=over), np.average(other, weights=over)])
    transform = linalg.block_diag(model.back * spread, np.eye(2) * spread)
    names = [f"outcome:{name}" for name in model.names]
    estimate = linearise(equations, theta, [*names, *MEANS], groups, transform=transform)
    none = np.empty(0)
    return SelectionFit(estimate, target, np.ones(len(outcome), dtype=bool), none, none)
