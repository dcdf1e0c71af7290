"""Estimating equations: derivatives by indices and by parameters agree; an M-estimate by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import Index, IndexedEquations, NumericEquations
from evaluation.effects.inference.estimating_functions import linearise, newton


@pytest.fixture(scope="module")
def indexed() -> IndexedEquations:
    """A curved pair of indices that share a slice of theta, and a parameter of its own."""
    generator = np.random.default_rng(1)
    first, second = generator.normal(size=(2, 90, 3))

    def scalars(indices: list[Index]) -> list[Array]:
        one, other, alone = indices
        return [np.sin(one) * np.exp(alone), np.asarray(one * other - alone)]

    rights = [(first, slice(0, 3)), (second, slice(0, 3)), (None, slice(3, 4))]
    return IndexedEquations(90, [second, None], rights, scalars)


def test_both_ways_to_differentiate_agree(indexed: IndexedEquations) -> None:
    numeric = NumericEquations(indexed.psi)
    theta = np.array([0.3, -0.2, 0.5, 0.1])
    groups = np.random.default_rng(2).integers(0, 7, 90)
    assert indexed.psi(theta).shape == (90, 4)
    assert indexed.total(theta) == pytest.approx(numeric.total(theta))
    assert indexed.information(theta) == pytest.approx(numeric.information(theta), abs=1e-6)
    by_cluster = indexed.information_by_cluster(theta, groups, 7)
    assert by_cluster == pytest.approx(numeric.information_by_cluster(theta, groups, 7), abs=1e-6)
    assert by_cluster.sum(axis=0) == pytest.approx(indexed.information(theta))


def test_mean_by_hand() -> None:
    values, groups = np.array([1.0, 2.0, 3.0, 10.0]), np.array([0, 0, 1, 1])
    equations = NumericEquations(lambda theta: (values - theta[0])[:, None])
    theta, solved = newton(equations, np.array([0.0]))
    assert solved and theta[0] == pytest.approx(4.0)
    estimate = linearise(equations, theta, ["mean"], groups)
    # deviations of the clusters sum to -5 and 5; two clusters: 2/1 times (25 + 25)/16
    assert estimate.covariance("crv1")[0, 0] == pytest.approx(2 * 50 / 16)
    # the mean without a cluster is that of the other: 6.5 or 1.5
    assert estimate.covariance("crv3")[0, 0] == pytest.approx(0.5 * (2.5**2 + 2.5**2))
    doubled = estimate.contrast(lambda at: 2 * float(at[0]), "crv1")
    assert doubled["estimate"] == pytest.approx(8) and doubled["se"] == pytest.approx(2 * 2.5)


def test_one_cluster_has_no_error() -> None:
    equations = NumericEquations(lambda theta: (np.array([1.0, 3.0]) - theta[0])[:, None])
    estimate = linearise(equations, np.array([2.0]), ["mean"], np.array([0, 0]))
    assert np.isnan(estimate.table("crv3").loc["mean", ["se", "low", "high", "p"]].to_numpy(dtype=float)).all()


def test_equations_without_a_solution_say_so() -> None:
    equations = NumericEquations(lambda theta: np.full((3, 1), np.exp(-theta[0])))
    _, solved = newton(equations, np.array([0.0]))
    assert not solved
