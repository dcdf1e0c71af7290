"""Spatial errors: a formula written out, statsmodels on a line, clusters of one place, and many points."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.inference import conley
from evaluation.effects.inference.clusters import EstimatingEquations
from evaluation.effects.inference.conley import EARTH_RADIUS_KM, conley_covariance, conley_table
from evaluation.effects.panel import Fit
from evaluation.settings import InputProblem


def _equations(n: int, seed: int = 1) -> tuple[EstimatingEquations, sm.OLS]:
    generator = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), generator.normal(size=n), generator.normal(size=n)])
    outcome = design @ [1.0, 0.5, 0.0] + generator.normal(size=n).cumsum() * 0.3 + generator.normal(size=n)
    model = sm.OLS(outcome, design)
    residuals = np.asarray(model.fit().resid)
    return EstimatingEquations(design, np.ones(n), residuals, np.arange(n)), model


def _haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The textbook formula, unlike the package's chords."""
    (p, q), (r, s) = np.deg2rad(a), np.deg2rad(b)
    inner = np.sin((r - p) / 2) ** 2 + np.cos(p) * np.cos(r) * np.sin((s - q) / 2) ** 2
    return float(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(inner)))


@pytest.mark.parametrize("kernel", ["bartlett", "uniform"])
@pytest.mark.parametrize("dense", [True, False])
def test_panel_equals_the_double_sum(monkeypatch: pytest.MonkeyPatch, kernel: str, dense: bool) -> None:
    """12 units x 4 years, space within a year, two lags within a unit; by both ways of finding neighbours."""
    monkeypatch.setattr(conley, "DENSE_PLACES", 10_000 if dense else 0)
    generator = np.random.default_rng(2)
    units, years, cutoff = 12, 4, 300.0
    equations, _ = _equations(units * years)
    unit, year = np.repeat(np.arange(units), years), np.tile(np.arange(2019, 2019 + years), units)
    places = np.column_stack([generator.uniform(55, 60, units), generator.uniform(88, 96, units)])
    latitude, longitude = places[unit].T
    scores = equations.design * equations.residuals[:, None]
    meat = np.zeros((3, 3))
    for i in range(len(unit)):
        for j in range(len(unit)):
            weight = 0.0
            if year[i] == year[j]:
                distance = _haversine(tuple(places[unit[i]]), tuple(places[unit[j]]))
                weight = (1 - distance / cutoff if kernel == "bartlett" else 1.0) * (distance <= cutoff)
            elif unit[i] == unit[j] and abs(year[i] - year[j]) <= 2:
                weight = 1 - abs(year[i] - year[j]) / 3
            meat += weight * np.outer(scores[i], scores[j])
    inverse = np.linalg.inv(equations.bread())
    by_hand = inverse @ meat @ inverse
    found = conley_covariance(
        equations,
        latitude,
        longitude,
        cutoff_km=cutoff,
        kernel=kernel,
        period=year,
        unit=unit,
        lags=2,  # type: ignore[arg-type]
    )
    assert np.linalg.eigvalsh(by_hand).min() > 0
    assert not found.repaired
    assert found.matrix == pytest.approx(by_hand, rel=1e-9)
    assert found.places == units


def test_points_on_a_line_are_newey_west() -> None:
    """Points one step apart along the equator: Bartlett's weights by distance are those by lag."""
    equations, model = _equations(80)
    step = np.rad2deg(100 / EARTH_RADIUS_KM)
    reference = model.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False})
    found = conley_covariance(equations, np.zeros(80), step * np.arange(80), cutoff_km=500.0)
    assert found.matrix == pytest.approx(reference.cov_params(), rel=1e-7)


def test_no_cutoff_is_hc0_and_lags_of_one_unit_are_newey_west() -> None:
    equations, model = _equations(50)
    here = np.full(50, 56.0)
    alone = conley_covariance(equations, here, np.linspace(90, 95, 50), cutoff_km=0.0)
    assert alone.matrix == pytest.approx(model.fit(cov_type="HC0").cov_params(), rel=1e-9)
    one = conley_covariance(
        equations, here, here, cutoff_km=10.0, period=np.arange(50), unit=np.zeros(50), lags=3
    )  # fmt: skip
    reference = model.fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": False})
    assert one.matrix == pytest.approx(reference.cov_params(), rel=1e-9)


def test_rows_of_one_place_are_a_cluster() -> None:
    equations, model = _equations(60)
    village = np.repeat(np.arange(12), 5)
    found = conley_covariance(equations, 50.0 + village, np.full(60, 92.0), cutoff_km=50.0, kernel="uniform")
    reference = model.fit(cov_type="cluster", cov_kwds={"groups": village, "use_correction": False})
    assert found.matrix == pytest.approx(reference.cov_params(), rel=1e-9)


def test_uniform_kernel_that_is_not_positive_is_repaired_and_said() -> None:
    """Three places in a row, ends out of each other's reach: scores (1, -2, 1) give 1 + 4 + 1 - 4 - 4 < 0."""
    equations = EstimatingEquations(np.ones((3, 1)), np.ones(3), np.array([1.0, -2.0, 1.0]), np.arange(3))
    step = np.rad2deg(100 / EARTH_RADIUS_KM)
    found = conley_covariance(equations, np.zeros(3), step * np.arange(3), cutoff_km=150.0, kernel="uniform")
    assert found.repaired
    assert found.matrix[0, 0] == 0
    table = conley_table(Fit(["x"], np.array([0.5]), equations, 3, 3, 0.0), found)
    assert table.loc["x"].isna().tolist() == [False, True, True, True, True]


def test_many_points_take_seconds_by_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    equations, _ = _equations(5_000)
    generator = np.random.default_rng(4)
    latitude, longitude = generator.uniform(52, 72, 5_000), generator.uniform(80, 110, 5_000)
    start = time.perf_counter()
    near = conley_covariance(equations, latitude, longitude, cutoff_km=100.0)
    assert time.perf_counter() - start < 10
    monkeypatch.setattr(conley, "MOST_PAIRS", 0)
    blocks = conley_covariance(equations, latitude, longitude, cutoff_km=100.0)
    assert near.matrix == pytest.approx(blocks.matrix, rel=1e-9)


def test_unclustered_errors_reject_too_often_where_space_matters_and_these_less() -> None:
    """A regressor and an outcome that both vary over 300 km, unrelated: the level is 5 %."""
    generator = np.random.default_rng(6)
    places = np.column_stack([generator.uniform(55, 62, 150), generator.uniform(88, 100, 150)])
    frame = pd.DataFrame(places, columns=["latitude", "longitude"])
    radians = np.deg2rad(places)
    distance = np.array([[_haversine(tuple(a), tuple(b)) for b in places] for a in places])
    root = np.linalg.cholesky(np.exp(-distance / 150) + 1e-9 * np.eye(len(radians)))
    rejected = {"hc0": 0, "conley": 0}
    draws = 120
    for _ in range(draws):
        x, y = root @ generator.normal(size=150), root @ generator.normal(size=150)
        design = np.column_stack([np.ones(150), x])
        beta = np.linalg.lstsq(design, y, rcond=None)[0]
        equations = EstimatingEquations(design, np.ones(150), y - design @ beta, np.arange(150))
        for name, cutoff in (("hc0", 0.0), ("conley", 450.0)):
            covariance = conley_covariance(
                equations, frame["latitude"].to_numpy(), frame["longitude"].to_numpy(), cutoff_km=cutoff
            )
            rejected[name] += abs(beta[1]) > 1.976 * np.sqrt(covariance.matrix[1, 1])
    assert rejected["hc0"] / draws > 0.2
    assert rejected["conley"] < 0.75 * rejected["hc0"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latitude": np.array([np.nan, 1, 1, 1])}, "1 rows have no coordinates"),
        ({"longitude": np.array([0.0, 200, 1, 1])}, "out of range"),
        ({"cutoff_km": -5.0}, "negative"),
        ({"lags": 2}, "lags need"),
    ],
)
def test_what_cannot_be_computed_is_said(change: dict[str, object], words: str) -> None:
    equations = EstimatingEquations(np.ones((4, 1)), np.ones(4), np.array([1.0, -1, 2, -2]), np.arange(4))
    arguments: dict[str, object] = {"latitude": np.ones(4), "longitude": np.ones(4), "cutoff_km": 10.0} | change
    with pytest.raises(InputProblem, match=words):
        conley_covariance(equations, **arguments)  # type: ignore[arg-type]
