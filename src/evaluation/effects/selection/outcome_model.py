"""The outcome regression of selection estimators: one regression of which both arms' means are predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.effects.inference.clusters import Array
from evaluation.effects.link_models import Link, mean_of, refuse_outcome, separated_columns, solve_link
from evaluation.effects.model_matrix import independent_columns
from evaluation.effects.regressors import Regressors, orthonormal
from evaluation.settings import InputProblem

OutcomeLink = Literal["identity", "log", "logit"]
Interactions = Literal["all"] | Sequence[str]


@dataclass(frozen=True)
class OutcomeModel:
    """Columns as observed, with everybody supported and with nobody, on one orthonormal scale; fitted coefficients."""

    link: Link
    names: list[str]
    observed: Array
    supported: Array
    unsupported: Array
    theta: Array
    back: Array

    def means(self, theta: Array) -> tuple[Array, Array]:
        """Predicted outcome of every row with support and without."""
        return mean_of(self.link, self.supported @ theta), mean_of(self.link, self.unsupported @ theta)


def fit_outcome_model(
    outcome: Array,
    treated: Array,
    columns: Regressors,
    interactions: Interactions = "all",
    link: OutcomeLink = "identity",
) -> OutcomeModel:
    """Regression on the columns, support, and support times ``interactions`` (``all``: each arm its own regression).

    Canonical links only: their scores make the doubly robust estimator's second part an unweighted regression. Raises
    InputProblem for unknown interactions, for outcomes that the link does not allow, and for separation.
    """
    refuse_outcome(link, outcome)
    chosen = list(columns.names[1:]) if interactions == "all" else list(interactions)
    unknown = [name for name in chosen if name not in columns.names]
    if unknown:
        raise InputProblem(
            f"взаимодействие с неизвестными столбцами: {', '.join(unknown)}.",
            f"interaction with unknown columns: {', '.join(unknown)}.",
        )
    positions = [columns.names.index(name) for name in chosen]

    def design(support: Array) -> Array:
        return np.column_stack([columns.matrix, support, columns.matrix[:, positions] * support[:, None]])

    names = [*columns.names, "support", *[f"support:{name}" for name in chosen]]
    observed = design(treated)
    kept = independent_columns(observed)
    names, observed = [names[index] for index in kept], observed[:, kept]
    basis, back = orthonormal(observed)
    offset = np.zeros(len(outcome))
    theta = solve_link(link, outcome, basis, offset, lambda: separated_columns(link, outcome, observed, names))
    ones = np.ones_like(treated)
    return OutcomeModel(
        link, names, basis, design(ones)[:, kept] @ back, design(np.zeros_like(ones))[:, kept] @ back, theta, back
    )
