"""Clustered covariances and the wild bootstrap: published values, statsmodels, and brute force."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.inference.clusters import (
    EstimatingEquations,
    cluster_covariance,
    grouped_products,
    t_interval,
)
from evaluation.effects.inference.wild import bootstrap_weights, wild_cluster_bootstrap
from evaluation.effects.panel import fit_model
from evaluation.settings import Model

Declare = Callable[..., Model]
Published = Callable[[str, str, str], tuple[float, float]]


@pytest.mark.parametrize(("clusters", "quantity"), [("firm", "SE firm"), ("year", "SE year")])
def test_petersen_clustered_errors(
    declare: Declare, benchmark: Callable[[str], pd.DataFrame], published: Published, clusters: str, quantity: str
) -> None:
    value, tolerance = published("petersen", "y~x", quantity)
    fit = fit_model(benchmark("PetersenCL.csv"), declare("y", ("x",), clusters=clusters))
    assert fit.table("crv1").loc["x", "se"] == pytest.approx(value, abs=tolerance)


def _grouped(seed: int, n_groups: int, treated: int) -> tuple[pd.DataFrame, np.ndarray]:
    generator = np.random.default_rng(seed)
    size = generator.integers(4, 9, n_groups)
    group = np.repeat(np.arange(n_groups), size)
    x = generator.normal(size=len(group)) + generator.normal(size=n_groups)[group]
    d = (group < treated).astype(float) * (generator.random(len(group)) < 0.7)
    y = 1 + 0.5 * x + 0.2 * d + generator.normal(size=n_groups)[group] + generator.normal(size=len(group))
    return pd.DataFrame({"y": y, "x": x, "d": d, "unit_id": group}), group


@pytest.mark.parametrize("kind", ["crv1", "crv3"])
def test_least_squares_agree_with_statsmodels(declare: Declare, kind: str) -> None:
    frame, group = _grouped(1, 14, 6)
    fit = fit_model(frame, declare("y", ("x", "d")))
    design = sm.add_constant(frame[["x", "d"]])
    cov_type = "cluster" if kind == "crv1" else "cluster-crv3"
    reference = sm.OLS(frame["y"], design).fit(cov_type=cov_type, cov_kwds={"groups": group}, use_t=True)
    table = fit.table(kind)  # type: ignore[arg-type]
    assert table["se"].tolist() == pytest.approx(reference.bse.tolist(), rel=1e-9)
    assert table.loc["d", "p"] == pytest.approx(reference.pvalues["d"], rel=1e-8)
    assert table.loc["d", ["low", "high"]].tolist() == pytest.approx(reference.conf_int().loc["d"].tolist(), rel=1e-8)


def test_crv3_is_the_jackknife_over_clusters_also_with_absorbed_effects(declare: Declare) -> None:
    frame, _ = _grouped(2, 12, 5)
    frame["year"] = frame.groupby("unit_id").cumcount()
    model = declare("y", ("x", "d"), fixed_effects=("unit_id", "year"))
    fit = fit_model(frame, model)
    clusters = frame["unit_id"].unique()
    changes = []
    for cluster in clusters:
        without = fit_model(frame[frame["unit_id"] != cluster].reset_index(drop=True), model)
        changes.append([without.coefficient(name) - fit.coefficient(name) for name in ("x", "d")])
    by_hand = (len(clusters) - 1) / len(clusters) * np.array(changes).T @ np.array(changes)
    positions = [fit.position("x"), fit.position("d")]
    ours = cluster_covariance(fit.equations, "crv3")[np.ix_(positions, positions)]
    assert ours == pytest.approx(by_hand, rel=1e-7)


def test_one_cluster_gives_no_standard_error() -> None:
    equations = EstimatingEquations(np.ones((4, 1)), np.ones(4), np.array([1.0, -1, 2, -2]), np.zeros(4, dtype=np.intp))
    assert np.isnan(cluster_covariance(equations, "crv1")).all()
    assert all(np.isnan(t_interval(1.0, float("nan"), 0)))


def test_wild_bootstrap_equals_brute_force() -> None:
    """Every draw refitted by least squares, with statsmodels' CRV1 statistic."""
    frame, group = _grouped(3, 13, 5)
    design = sm.add_constant(frame[["x", "d"]]).to_numpy()
    outcome = frame["y"].to_numpy()
    restricted = sm.OLS(outcome, design[:, :2]).fit()
    multipliers = bootstrap_weights(13, 99, np.random.default_rng(5))
    cluster = {"cov_type": "cluster", "cov_kwds": {"groups": group}, "use_t": True}
    observed = sm.OLS(outcome, design).fit(**cluster).tvalues[2]
    drawn = np.array(
        [
            sm.OLS(restricted.fittedvalues + restricted.resid * v[group], design).fit(**cluster).tvalues[2]
            for v in multipliers
        ]
    )
    by_hand = (1 + np.sum(np.abs(drawn) >= abs(observed))) / 100
    equations = EstimatingEquations(design, np.ones(len(design)), np.asarray(restricted.resid), group.astype(np.intp))
    statistic, p = wild_cluster_bootstrap(equations, 2, multipliers)
    n, k = design.shape
    factor = np.sqrt(13 / 12 * (n - 1) / (n - k))
    assert statistic / factor == pytest.approx(observed, rel=1e-9)
    assert p == pytest.approx(by_hand)
    assert 0.01 < p < 0.99


def test_wild_bootstrap_keeps_its_level_with_few_treated_clusters() -> None:
    """Under the hypothesis, 5 of 20 clusters treated: rejection near 5 % where normal CRV1 rejects far more often."""
    generator = np.random.default_rng(7)
    group = np.repeat(np.arange(20), 6).astype(np.intp)
    treated = (group < 5).astype(float)
    design = np.column_stack([np.ones(120), treated])
    multipliers = bootstrap_weights(20, 399, generator)
    rejected_bootstrap = rejected_normal = 0
    draws = 400
    for _ in range(draws):
        outcome = generator.normal(size=20)[group] + generator.normal(size=120)
        equations = EstimatingEquations(design, np.ones(120), outcome - outcome.mean(), group)
        rejected_bootstrap += wild_cluster_bootstrap(equations, 1, multipliers)[1] <= 0.05
        slope = np.linalg.lstsq(design, outcome, rcond=None)[0]
        full = EstimatingEquations(design, np.ones(120), outcome - design @ slope, group)
        rejected_normal += abs(slope[1]) > 1.96 * np.sqrt(cluster_covariance(full, "crv1")[1, 1])
    assert 0.02 <= rejected_bootstrap / draws <= 0.085
    assert rejected_normal / draws > 0.085


def test_weights_of_the_bootstrap() -> None:
    generator = np.random.default_rng(1)
    many, few = bootstrap_weights(40, 50, generator), bootstrap_weights(8, 4000, generator)
    assert set(np.unique(many)) == {-1.0, 1.0}
    assert len(np.unique(few)) == 6
    assert few.var() == pytest.approx(1, abs=0.03)


def test_which_crv3_the_panel_of_petersen(declare: Declare, benchmark: Callable[[str], pd.DataFrame]) -> None:
    """By its 10 years: .0334 as in statsmodels; clubSandwich has no (G-1)/G (.0352), pyfixest turns it over (.0371)."""
    fit = fit_model(benchmark("PetersenCL.csv"), declare("y", ("x",), clusters="year"))
    ours = fit.table("crv3").loc["x", "se"]
    assert ours == pytest.approx(0.0334, abs=5e-5)
    assert ours * np.sqrt(10 / 9) == pytest.approx(0.0352, abs=5e-5)
    assert ours * 10 / 9 == pytest.approx(0.0371, abs=5e-5)


@pytest.mark.parametrize("kind", ["crv3", "crv3_mean"])
def test_weighted_crv3_is_the_jackknife_about_the_estimate_or_the_mean(declare: Declare, kind: str) -> None:
    frame, _ = _grouped(4, 11, 4)
    frame = frame.assign(w=np.random.default_rng(2).uniform(0.1, 4, len(frame)))
    model = declare("y", ("x", "d"), weights="w")
    fit = fit_model(frame, model)
    without = [
        fit_model(frame[frame["unit_id"] != unit].reset_index(drop=True), model).coefficient("d") for unit in range(11)
    ]
    centre = fit.coefficient("d") if kind == "crv3" else np.mean(without)
    by_hand = np.sqrt(10 / 11 * sum((one - centre) ** 2 for one in without))
    assert fit.table(kind).loc["d", "se"] == pytest.approx(by_hand, rel=1e-9)  # type: ignore[arg-type]


def test_weighted_least_squares_agree_with_statsmodels(declare: Declare) -> None:
    frame, group = _grouped(6, 15, 7)
    frame = frame.assign(w=np.random.default_rng(2).uniform(0.1, 4, len(frame)))
    fit = fit_model(frame, declare("y", ("x", "d"), weights="w"))
    design = sm.add_constant(frame[["x", "d"]])
    reference = sm.WLS(frame["y"], design, weights=frame["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": group}, use_t=True
    )  # fmt: skip
    assert fit.table("crv1")["se"].tolist() == pytest.approx(reference.bse.tolist(), rel=1e-9)
    assert fit.log_likelihood == pytest.approx(reference.llf, rel=1e-9)


def test_one_cluster_that_alone_identifies_a_coefficient_leaves_it_without_error() -> None:
    """CRV1 of a treatment of one cluster is far too small; the jackknife cannot be computed, and is not."""
    generator = np.random.default_rng(3)
    group = np.repeat(np.arange(8), 5).astype(np.intp)
    design = np.column_stack([np.ones(40), generator.normal(size=40), (group == 2) & (np.arange(40) % 2 == 0)])
    y = generator.normal(size=8)[group] + generator.normal(size=40)
    residuals = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    covariance = cluster_covariance(EstimatingEquations(design, np.ones(40), residuals, group), "crv3")
    assert np.isnan(covariance[2]).all() and np.isnan(covariance[:, 2]).all()
    assert np.isfinite(covariance[:2, :2]).all()


@pytest.mark.parametrize("sizes", [[3] * 400, [2, 5] * 200, [4] * 5])
@pytest.mark.parametrize("shuffled", [False, True])
def test_products_by_group_equal_a_plain_loop(sizes: list[int], shuffled: bool) -> None:
    generator = np.random.default_rng(1)
    group = np.repeat(np.arange(len(sizes)), sizes)
    if shuffled:
        generator.shuffle(group)
    left, right = generator.normal(size=(len(group), 9)), generator.normal(size=(len(group), 9))
    found = np.concatenate([block for _, block in grouped_products(left, right, group, len(sizes))])
    by_hand = np.array([left[group == one].T @ right[group == one] for one in range(len(sizes))])
    assert found == pytest.approx(by_hand, rel=1e-10, abs=1e-12)
    few = np.concatenate([block for _, block in grouped_products(left, right[:, :2], group, len(sizes))])
    assert few == pytest.approx(by_hand[:, :, :2], rel=1e-10, abs=1e-12)
