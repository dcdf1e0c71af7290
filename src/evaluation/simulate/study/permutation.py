"""Randomisation inference on arrays: whole histories of training dealt out to the units, many deals at once."""

from __future__ import annotations

import numpy as np

from evaluation.effects.inference.clusters import Array, EstimatingEquations
from evaluation.effects.inference.inversion import StatisticFamily


def permuted_statistics(
    equations: EstimatingEquations, column: int, histories: Array, orders: np.ndarray
) -> StatisticFamily:
    """Studentised scores of the tested column under every deal, after the observed one.

    ``equations``: full design (unit effects absorbed) at the restricted fit, rows sorted by unit and year;
    ``histories`` (units x years): the tested column before centring; ``orders`` (deals x units): whose history each
    unit gets. Whole histories keep how many units train in which year. For least squares the result serves every
    hypothesised value.

    A unit's sums depend only on whose history it has: they are computed once for every pair of unit and history and
    then looked up. Histories need no centring, since whatever they are multiplied with sums to zero in every unit.
    """
    units, years = histories.shape
    weights = equations.weights.reshape(units, years)
    others = np.delete(equations.design, column, axis=1)
    weighted = equations.weights[:, None] * others
    inverse = np.linalg.pinv(others.T @ weighted, hermitian=True)
    observed = equations.design[:, column] - others @ (inverse @ (weighted.T @ equations.design[:, column]))
    factors = np.concatenate(
        [
            equations.residuals.reshape(units, years, 1),
            (weights * observed.reshape(units, years))[:, :, None],
            weighted.reshape(units, years, -1),
        ],
        axis=2,
    )
    by_pair = np.tensordot(histories, factors, axes=(1, 1))  # history x unit x factor
    deals = np.concatenate([np.arange(units)[None, :], orders])
    sums = by_pair[deals, np.arange(units)]  # deal x unit x factor
    coefficients = sums[:, :, 2:].sum(axis=1) @ inverse
    along = np.einsum("utk,utf->fuk", others.reshape(units, years, -1), factors[:, :, :2])
    moved = sums[:, :, 0] - coefficients @ along[0].T
    own = sums[:, :, 1] - coefficients @ along[1].T
    squares = [np.einsum("du,du->d", a, b) for a, b in ((moved, moved), (moved, own), (own, own))]
    return StatisticFamily(moved.sum(axis=1), own.sum(axis=1), *squares)
