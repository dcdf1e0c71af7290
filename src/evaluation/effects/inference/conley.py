"""Errors for outcomes that move together in space: Conley's covariance, with serial lags for panels.

Scores of rows in one period are correlated with a weight that falls with the great-circle distance (``bartlett``,
1 - d/cutoff) or is 1 up to the cutoff (``uniform``); rows of one unit in different periods with weight 1 - l/(L + 1) up
to ``lags`` periods apart. No factor for degrees of freedom is applied. Neither kernel keeps the covariance positive
semi-definite on a sphere; where it is not, negative eigenvalues are set to zero, which is said.

Sources: Conley (1999, Journal of Econometrics 92); Newey and West (1987, Econometrica 55) for the serial part; Hsiang
(2010, PNAS 107, supporting information) for joining both; Cameron, Gelbach and Miller (2011, Journal of Business and
Economic Statistics 29) for the repair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import cKDTree

from evaluation.effects.inference.clusters import Array, EstimatingEquations, sum_by_group, t_interval
from evaluation.effects.panel import Fit
from evaluation.settings import InputProblem

Kernel = Literal["bartlett", "uniform"]

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
DENSE_PLACES = 2_000
MOST_PAIRS = 20_000_000  # neighbours held in memory; beyond, distances are computed block by block
BLOCK_ROWS = 500


@dataclass(frozen=True)
class SpatialCovariance:
    """``matrix`` (k x k); ``repaired``: negative eigenvalues were set to zero; ``places``: distinct coordinates."""

    matrix: Array
    repaired: bool
    places: int


def great_circle_km(chord: Array) -> Array:
    """Distance along the earth's surface between points whose straight distance on the unit sphere is ``chord``."""
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1)))


def conley_covariance(
    equations: EstimatingEquations,
    latitude: Array,
    longitude: Array,
    *,
    cutoff_km: float,
    kernel: Kernel = "bartlett",
    period: Array | None = None,
    unit: Array | None = None,
    lags: int = 0,
) -> SpatialCovariance:
    """Covariance of the coefficients; rows of ``latitude``, ``longitude`` (degrees), ``period`` and ``unit`` are those
    of the equations.

    Without ``period`` all rows are of one. ``lags`` > 0 needs ``period`` (whole numbers) and ``unit``. A cutoff of 0
    leaves each place alone: with one row a place, HC0. Raises InputProblem for coordinates that are missing or outside
    the earth, and for a negative cutoff.
    """
    _check(latitude, longitude, cutoff_km, period, unit, lags)
    scaled, transform = equations.orthonormalised()
    scores = scaled.design * scaled.residuals[:, None]
    points, place = np.unique(np.column_stack([latitude, longitude]), axis=0, return_inverse=True)
    times = np.zeros(len(scores), dtype=np.intp) if period is None else pd.factorize(period, sort=True)[0]
    k, n_times = scores.shape[1], int(times.max()) + 1
    sums = sum_by_group(scores, place.reshape(-1) * n_times + times, len(points) * n_times)
    by_place = sums.reshape(len(points), n_times, k)
    meat = np.zeros((k, k))
    for first, near in _weighted_blocks(points, by_place.reshape(len(points), -1), cutoff_km, kernel):
        own = by_place[first : first + len(near)]
        meat += np.einsum("itk,itl->kl", own, near.reshape(own.shape))
    if lags and period is not None and unit is not None:
        meat += _serial(scores, pd.factorize(unit)[0], np.asarray(period, dtype=np.int64), lags)
    # in orthonormal columns the meat is the covariance, and its repair does not depend on the columns' units
    matrix = (meat + meat.T) / 2
    values, vectors = np.linalg.eigh(matrix)
    repaired = bool(values.min(initial=0.0) < -1e-12 * max(float(np.abs(values).max(initial=0.0)), 1e-300))
    if repaired:
        matrix = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return SpatialCovariance(np.asarray(transform @ matrix @ transform.T), repaired, len(points))


def conley_table(fit: Fit, covariance: SpatialCovariance) -> pd.DataFrame:
    """Index: columns of the fit; estimate, se, low, high, p by t with (places - 1) degrees of freedom."""
    rows = []
    for position, estimate in enumerate(fit.coefficients):
        variance = float(covariance.matrix[position, position])
        se = float(np.sqrt(variance)) if variance > 0 else float("nan")
        rows.append((float(estimate), se, *t_interval(float(estimate), se, covariance.places - 1)))
    return pd.DataFrame(rows, index=fit.names, columns=["estimate", "se", "low", "high", "p"])


def _check(
    latitude: Array, longitude: Array, cutoff_km: float, period: Array | None, unit: Array | None, lags: int
) -> None:
    known = np.isfinite(latitude) & np.isfinite(longitude)
    inside = known & (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    if not inside.all():
        raise InputProblem(
            f"Пространственные ошибки: у {int((~inside).sum())} строк нет координат или они вне пределов (широта до "
            "90, долгота до 180 градусов). Исправьте координаты территорий.",
            f"Spatial errors: {int((~inside).sum())} rows have no coordinates, or coordinates out of range (latitude "
            "to 90, longitude to 180 degrees). Correct the coordinates of the units.",
        )
    if not cutoff_km >= 0:
        raise InputProblem(
            f"Пространственные ошибки: расстояние {cutoff_km:g} км отрицательно.",
            f"Spatial errors: the cutoff of {cutoff_km:g} km is negative.",
        )
    if lags < 0 or (lags and (period is None or unit is None)):
        raise InputProblem(
            "Пространственные ошибки: для запаздываний нужны столбцы территории и года.",
            "Spatial errors: serial lags need the columns of unit and year.",
        )


def _weights(distance: Array, cutoff_km: float, kernel: Kernel) -> Array:
    if cutoff_km == 0:
        return (distance == 0).astype(float)
    inside = distance <= cutoff_km
    return np.asarray(np.where(inside, 1 - distance / cutoff_km if kernel == "bartlett" else 1.0, 0.0))


def _weighted_blocks(points: Array, sums: Array, cutoff_km: float, kernel: Kernel) -> Iterator[tuple[int, Array]]:
    """Kernel-weighted sums of ``sums`` (places x m) over the neighbours of each place, itself among them, in blocks."""
    latitude, longitude = np.deg2rad(points).T
    globe = np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    if len(points) > DENSE_PLACES:
        tree = cKDTree(globe)
        reach = 2 * np.sin(min(cutoff_km / EARTH_RADIUS_KM, np.pi) / 2) * (1 + 1e-12)
        if tree.count_neighbors(tree, reach) <= MOST_PAIRS:
            pairs = tree.query_pairs(reach, output_type="ndarray")
            chord = np.linalg.norm(globe[pairs[:, 0]] - globe[pairs[:, 1]], axis=1)
            weights = _weights(great_circle_km(chord), cutoff_km, kernel)
            shape = (len(points), len(points))
            upper = sparse.csr_array((weights, (pairs[:, 0], pairs[:, 1])), shape=shape)
            yield 0, np.asarray(sums + upper @ sums + upper.T @ sums)
            return
    for first in range(0, len(points), BLOCK_ROWS):
        block = globe[first : first + BLOCK_ROWS]
        chord = np.sqrt(np.maximum(((block[:, None, :] - globe[None, :, :]) ** 2).sum(axis=2), 0.0))
        yield first, _weights(great_circle_km(chord), cutoff_km, kernel) @ sums


def _serial(scores: Array, unit: np.ndarray, period: np.ndarray, lags: int) -> Array:
    """Weighted cross-products of scores of one unit in different periods, both ways."""
    start, span = int(period.min()), int(period.max() - period.min()) + 1
    keys, position = np.unique(unit * span + (period - start), return_inverse=True)
    sums = sum_by_group(scores, position.reshape(-1), len(keys))
    out = np.zeros((scores.shape[1],) * 2)
    for lag in range(1, min(lags, span - 1) + 1):
        earlier = np.searchsorted(keys, keys - lag)
        there = (keys % span >= lag) & (keys[np.minimum(earlier, len(keys) - 1)] == keys - lag)
        cross = sums[there].T @ sums[earlier[there]]
        out += (1 - lag / (lags + 1)) * (cross + cross.T)
    return out
