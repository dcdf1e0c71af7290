"""Diffusion of practices: known hazard ratios, rival channels, an independent fit, placebo networks, bad input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.estimate import collect
from evaluation.effects.exchange.diffusion import placebo_hazard_p, rows_at_risk, rows_of
from evaluation.effects.inference.multiway import multiway_covariance
from evaluation.settings import InputProblem, Model
from evaluation.support.practices import adoption_risk

Declare = Callable[..., Model]
YEARS = list(range(2018, 2025))
CHANNELS = ("exposure_exchange", "exposure_neighbours", "exposure_common_trainer")


def history(seed: int, exchange: float, neighbours: float, units: int = 60, practices: int = 15) -> pd.DataFrame:
    """Practices spread by a continuous-time hazard, exp(constant + exchange x peers + neighbours x peers) a year.

    Units stand in a row; neighbours are the next two on either side; whom one meets is mostly from nearby.
    """
    generator = np.random.default_rng(seed)
    names = [f"u{k:02d}" for k in range(units)]
    apart = np.abs(np.arange(units)[:, None] - np.arange(units)[None, :])
    near = (apart > 0) & (apart <= 2)
    met = [(generator.random((units, units)) < np.where(apart <= 3, 0.45, 0.05)) & (apart > 0) for _ in YEARS]
    origin = generator.integers(0, units, practices)
    adopted = np.full((practices, units), np.inf)
    adopted[np.arange(practices), origin] = 2017
    for ties, year in zip(met, YEARS, strict=True):
        had = (adopted < year).astype(float)
        log_hazard = -3.2 + 0.05 * (year - 2018) + exchange * (had @ ties) + neighbours * (had @ near)
        fresh = generator.random(adopted.shape) < -np.expm1(-np.exp(log_hazard))
        adopted[fresh & np.isinf(adopted)] = year
    practice, unit = np.nonzero(np.isfinite(adopted))
    adoptions = pd.DataFrame(
        {"practice_id": practice, "unit_id": np.array(names)[unit], "year": adopted[practice, unit]}
    ).astype({"practice_id": str, "year": "Int64"})
    register = pd.DataFrame(
        {
            "practice_id": [str(k) for k in range(practices)],
            "first_year": 2017,
            "origin_unit_id": np.array(names)[origin],
        }
    )
    tables = {"exchange": met, "neighbours": [near] * len(YEARS)}
    ties = {
        channel: pd.concat(
            [
                pd.DataFrame({"year": year, "from_unit": np.array(names)[a], "to_unit": np.array(names)[b]})
                for year, matrix in zip(YEARS, matrices, strict=True)
                for a, b in [np.nonzero(matrix)]
            ]
        )
        for channel, matrices in tables.items()
    }
    return adoption_risk(register, adoptions, names, YEARS, ties).frame


@pytest.fixture
def diffusion(declare: Declare) -> Callable[..., Model]:
    def make(exposures: tuple[str, ...] = CHANNELS[:2], **more: object) -> Model:
        values = {"family": "diffusion", "fixed_effects": ("practice_id", "year")} | more
        return declare("adopted", exposures, **values)

    return make


def _estimates(model: Model, exchange: float, neighbours: float, studies: int = 15) -> tuple[np.ndarray, np.ndarray]:
    found = [
        [row["estimate"] for row in rows_of(history(seed, exchange, neighbours), model, draws=9)]
        for seed in range(studies)
    ]
    return np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(studies)


def test_known_hazard_ratios_are_recovered(diffusion: Callable[..., Model]) -> None:
    means, errors = _estimates(diffusion(), 0.25, 0.3)
    assert (np.abs(means - [0.25, 0.3]) < 4 * errors).all()
    assert (errors < 0.03).all()


def test_exchange_vanishes_once_neighbours_are_held_fixed(diffusion: Callable[..., Model]) -> None:
    """Only neighbours matter, and one meets neighbours: alone, exchange seems to matter; beside them it does not."""
    alone, error = _estimates(diffusion(("exposure_exchange",)), 0.0, 0.8, studies=8)
    assert alone[0] > 4 * error[0]
    assert alone[0] > 0.1
    beside, error = _estimates(diffusion(), 0.0, 0.8, studies=8)
    assert abs(beside[0]) < 4 * error[0]
    assert abs(beside[0]) < alone[0] / 3


def test_intervals_hold_the_truth(diffusion: Callable[..., Model]) -> None:
    held = 0
    for seed in range(25):
        row = rows_of(history(100 + seed, 0.2, 0.0, units=40, practices=10), diffusion(), draws=9)[0]
        held += row["low"] <= 0.2 <= row["high"]
    assert held >= 20  # 99.9 % of the time at a coverage of 95 %


def test_as_statsmodels_with_indicators(diffusion: Callable[..., Model]) -> None:
    frame = history(1, 0.2, 0.2, units=30, practices=8)
    model = diffusion()
    rows = rows_of(frame, model, draws=9)
    used = rows_at_risk(frame, model).frame
    dummies = pd.get_dummies(used[["practice_id", "year"]].astype(str), drop_first=True).astype(float)
    design = sm.add_constant(pd.concat([used[list(model.exposures)], dummies], axis=1))
    plain = sm.GLM(used["adopted"], design, family=sm.families.Binomial(sm.families.links.CLogLog())).fit(tol=1e-12)
    for row in rows:
        assert row["estimate"] == pytest.approx(plain.params[row["exposure"]], abs=1e-6)
        assert row["estimand"] == "log_hazard_ratio"
        assert row["n"] == len(used)
        assert row["inference"] == "crv3_t"
        assert row["low"] < row["estimate"] < row["high"]
    assert len(collect(rows).frame) == 2


def test_two_way_clustering_by_unit_and_practice(diffusion: Callable[..., Model]) -> None:
    frame = history(2, 0.2, 0.2, units=30, practices=8)
    model = diffusion(inference=("two_way",))
    rows = rows_of(frame, model, draws=9)
    assert [row["model"] for row in rows] == ["m", "m", "m__two_way", "m__two_way"]
    by_unit, two_way = rows[0], rows[2]
    assert two_way["estimate"] == by_unit["estimate"]
    assert two_way["clusters"] == frame["practice_id"].nunique()
    assert two_way["se"] > 0
    assert two_way["se"] != by_unit["se"]
    from evaluation.effects.exchange.diffusion import fit_hazard

    fit = fit_hazard(rows_at_risk(frame, model).frame, model)
    one = multiway_covariance(
        fit.equations.design, fit.equations.residuals, np.linalg.inv(fit.equations.bread()), [fit.equations.groups],
        fit.equations.design.shape[1],
    )  # fmt: skip
    assert np.sqrt(one.matrix[fit.position("exposure_exchange")][fit.position("exposure_exchange")]) < by_unit["se"]


def test_silent_levels_are_left_out_and_counted(diffusion: Callable[..., Model]) -> None:
    frame = history(3, 0.2, 0.2, units=30, practices=8)
    frame.loc[frame["practice_id"] == "4", "adopted"] = 0.0
    rows = rows_of(frame, diffusion(), draws=9)
    assert rows[0]["warning"] == "levels_without_events=1"
    assert rows[0]["n"] == (frame["practice_id"] != "4").sum()


def test_few_exposed_clusters_are_tested_by_the_wild_bootstrap(diffusion: Callable[..., Model]) -> None:
    frame = history(4, 0.0, 0.0, units=30, practices=8)
    some = frame["unit_id"].isin(["u03", "u10", "u17", "u24", "u29"])
    frame["exposure_exchange"] = frame["exposure_exchange"].where(some, 0.0)
    row = rows_of(frame, diffusion(), draws=99)[0]
    assert row["treated_clusters"] <= 5
    assert row["inference"] == "crv3_t_wild_p"
    assert "few_treated_clusters" in str(row["warning"])
    assert 0 < row["p"] <= 1


def test_placebo_networks_of_a_hazard(diffusion: Callable[..., Model]) -> None:
    """Exposure dealt anew by chance: rarely as far from zero as where it acts, and evenly spread where it does not."""
    generator = np.random.default_rng(0)

    def p(effect: float, seed: int) -> float:
        size = 1500
        drawn = generator.poisson(1.0, (40, size)).astype(float)
        outcome = generator.random(size) < -np.expm1(-np.exp(-1.5 + effect * drawn[0]))
        frame = pd.DataFrame(
            {"adopted": outcome.astype(float), "exposure_exchange": drawn[0], "unit_id": np.arange(size) % 40}
        ).assign(year=seed)
        model = diffusion(("exposure_exchange",), fixed_effects=())
        return placebo_hazard_p(frame, model, "exposure_exchange", drawn[1:])

    assert np.mean([p(0.5, seed) <= 0.05 for seed in range(10)]) >= 0.9
    assert 0.25 < np.mean([p(0.0, seed) for seed in range(40)]) < 0.75


def test_bad_input_is_refused_in_words(diffusion: Callable[..., Model]) -> None:
    frame = history(5, 0.2, 0.2, units=30, practices=8)
    with pytest.raises(InputProblem, match="no unit adopted any practice"):
        rows_of(frame.assign(adopted=0.0), diffusion())
    with pytest.raises(InputProblem, match="must be 0 or 1"):
        rows_of(frame.assign(adopted=frame["adopted"] * 2), diffusion())
    with pytest.raises(InputProblem, match="perfectly separated by the columns exposure_exchange"):
        rows_of(frame.assign(exposure_exchange=frame["adopted"] * 3), diffusion(fixed_effects=()))
    with pytest.raises(InputProblem, match="of the same year"):
        rows_of(frame.assign(peers_adopted=1.0), diffusion(("peers_adopted",)))
    with pytest.raises(InputProblem, match="column practice_id"):
        rows_of(frame.drop(columns="practice_id"), diffusion(fixed_effects=("year",), inference=("two_way",)))


def test_channel_without_ties_is_named(diffusion: Callable[..., Model]) -> None:
    rows = rows_of(history(6, 0.2, 0.2, units=30, practices=8), diffusion(CHANNELS), draws=9)
    assert "not_identified=exposure_common_trainer" in str(rows[2]["warning"])
    assert np.isnan(rows[2]["estimate"])
    assert np.isfinite(rows[0]["estimate"])
