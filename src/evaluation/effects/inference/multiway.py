"""Errors clustered in one dimension or several at once, such as territory and year.

Cameron, Gelbach and Miller (2011, Journal of Business and Economic Statistics 29): the covariances clustered by every
dimension are added and those clustered by intersections taken off again (inclusion and exclusion). Each part carries
its own factor G/(G-1) x (n-1)/(n-K), G being that part's number of clusters; t has the smallest G less one degrees
of freedom. With one dimension this is CRV1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem


@dataclass(frozen=True)
class MultiwayCovariance:
    """``matrix`` k x k; ``clusters`` of each dimension; ``repaired``: negative eigenvalues were set to zero."""

    matrix: Array
    clusters: tuple[int, ...]
    repaired: bool

    @property
    def df(self) -> int:
        return min(self.clusters) - 1


def multiway_covariance(
    design: Array, residuals: Array, inverse: Array, dimensions: Sequence[NDArray[np.intp]], parameters: int
) -> MultiwayCovariance:
    """Covariance of the coefficients clustered by every one of ``dimensions`` (n codes from 0 without gaps each).

    ``design`` n x k; ``residuals``: score residuals, which least squares weighs by the weights; ``inverse`` (X'WX)^-1;
    ``parameters``: the K of the factor. A sum that is not positive semi-definite is repaired as its authors advise:
    negative eigenvalues become zero. Raises InputProblem when a dimension has fewer than two clusters.
    """
    sizes = tuple(int(codes.max()) + 1 for codes in dimensions)
    if min(sizes) < 2:
        raise InputProblem(
            "Кластеризованные ошибки невозможны: у признака кластера всего одно значение. Возьмите другой признак.",
            "Clustered errors are not possible: the cluster variable has a single value. Take another variable.",
        )
    n, k = design.shape
    meat = np.zeros((k, k))
    for size in range(1, len(dimensions) + 1):
        for chosen in combinations(dimensions, size):
            groups = chosen[0] if size == 1 else intersection(chosen)
            scores = cluster_scores(design, residuals, groups)
            meat += (-1) ** (size + 1) * len(scores) / (len(scores) - 1) * (scores.T @ scores)
    covariance = (n - 1) / (n - parameters) * inverse @ meat @ inverse
    covariance = (covariance + covariance.T) / 2
    if len(dimensions) == 1:
        return MultiwayCovariance(covariance, sizes, False)
    # eigenvalues of the scaled matrix: a repair must not depend on the columns' units
    scale = np.sqrt(np.diag(inverse))
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    # rounding leaves what is exactly zero slightly negative
    repaired = bool(values.min(initial=0.0) < -1e-10 * np.abs(values).max(initial=0.0))
    if repaired:
        covariance = (vectors * np.maximum(values, 0)) @ vectors.T * np.outer(scale, scale)
    return MultiwayCovariance(covariance, sizes, repaired)


def cluster_scores(design: Array, residuals: Array, groups: NDArray[np.intp]) -> Array:
    """Sums of X'u by cluster, G x k. One column at a time stays in the processor's cache."""
    # neighbouring rows of one cluster are summed first: much faster than adding every row to its cluster's total
    starts = np.concatenate([[0], np.flatnonzero(groups[1:] != groups[:-1]) + 1])
    of_runs = groups[starts]
    products = (design[:, place] * residuals for place in range(design.shape[1]))
    columns = [np.bincount(of_runs, np.add.reduceat(product, starts)) for product in products]
    return np.column_stack(columns) if columns else np.empty((int(groups.max()) + 1, 0))


def intersection(dimensions: Sequence[NDArray[np.intp]]) -> NDArray[np.intp]:
    """Codes from 0 of the distinct combinations, in sorted order."""
    codes = np.unique(dimensions[0], return_inverse=True)[1]
    for other in dimensions[1:]:
        # numbered anew after each dimension, so that many of them cannot overflow
        codes = np.unique(codes * (int(other.max()) + 1) + other, return_inverse=True)[1]
    return np.asarray(codes, dtype=np.intp)
