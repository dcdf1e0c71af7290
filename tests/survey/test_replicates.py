"""Replicate variances against Taylor's, closed forms and one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from samples import clustered

from evaluation.settings import InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.raking import rake
from evaluation.survey.replicates import (
    balanced_halves,
    bootstrap,
    jackknife,
    mean_of_totals,
    of_scores,
    weighted_totals,
)
from evaluation.survey.taylor import mean, total, variance

FRAME = clustered()
Y = FRAME["y"].to_numpy()
DESIGN = make_design(FRAME, "cluster", weights="w", stratum="stratum", psu="psu", fpc="fpc")


def test_jackknife_of_a_mean_is_the_textbooks() -> None:
    values = np.array([1.0, 2, 4, 9, 5])
    design = make_design(pd.DataFrame({"y": values}), "srs")
    made = jackknife(design, weighted_totals(design, values), mean_of_totals)
    np.testing.assert_allclose(np.sort(made.replicates), np.sort((values.sum() - values) / 4))
    assert made.se == pytest.approx(values.std(ddof=1) / np.sqrt(5))


@pytest.mark.parametrize("fpc", [None, "fpc"])
def test_jackknife_of_a_total_is_taylors(fpc: str | None) -> None:
    """In a total every replicate is linear: both variances are the same."""
    design = make_design(FRAME, "cluster", weights="w", stratum="stratum", psu="psu", fpc=fpc)
    made = jackknife(design, weighted_totals(design, Y), lambda found: found[:, 1])
    assert made.variance == pytest.approx(variance(design, total(design, Y)), rel=1e-10)


@pytest.mark.parametrize("fpc", [None, "fpc"])
def test_bootstrap_comes_near_taylor(fpc: str | None) -> None:
    """With 20,000 replicates the standard error of a variance is about 1 %."""
    design = make_design(FRAME, "cluster", weights="w", stratum="stratum", psu="psu", fpc=fpc)
    totals = weighted_totals(design, Y)
    made = bootstrap(design, totals, lambda found: found[:, 1], replicates=20_000)
    assert made.variance == pytest.approx(variance(design, total(design, Y)), rel=0.04)
    assert made.replicates.mean() == pytest.approx(made.value, abs=5 * made.se / np.sqrt(20_000))
    means = bootstrap(design, totals, mean_of_totals, replicates=20_000)
    assert means.variance == pytest.approx(variance(design, mean(design, Y)), rel=0.06)


def test_the_seed_decides() -> None:
    totals = weighted_totals(DESIGN, Y)
    first = bootstrap(DESIGN, totals, mean_of_totals, replicates=50, seed=4)
    np.testing.assert_array_equal(
        first.replicates, bootstrap(DESIGN, totals, mean_of_totals, replicates=50, seed=4).replicates
    )
    assert first.variance != bootstrap(DESIGN, totals, mean_of_totals, replicates=50, seed=5).variance


def test_many_psus_are_drawn_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation.survey import replicates

    totals = weighted_totals(DESIGN, Y)
    whole = bootstrap(DESIGN, totals, mean_of_totals, replicates=200)
    monkeypatch.setattr(replicates, "CELLS", 48 * 7)
    np.testing.assert_allclose(
        bootstrap(DESIGN, totals, mean_of_totals, replicates=200).replicates, whole.replicates, rtol=1e-12
    )


def test_calibrated_weights_are_replicated_by_residuals() -> None:
    shares = pd.DataFrame({"variable": "group", "level": list("abc"), "share": [0.5, 0.3, 0.2]})
    raked = rake(FRAME, FRAME["w"].to_numpy(), shares)
    design = DESIGN.calibrated(raked.weights, raked.calibration)
    linear = mean(design, Y)
    made = jackknife(design, *of_scores(design, linear))
    assert made.value == pytest.approx(linear.value) and made.variance == pytest.approx(variance(design, linear))


def test_what_replicates_cannot_do_is_refused() -> None:
    with pytest.raises(InputProblem, match=r"exactly two PSUs a stratum.*not so: stratum 0"):
        balanced_halves(DESIGN, weighted_totals(DESIGN, Y), mean_of_totals)
    alone = pd.concat([FRAME, FRAME.head(3).assign(stratum="alone", psu="00")])
    design = make_design(alone, "cluster", weights="w", stratum="stratum", psu="psu", single="centre")
    with pytest.raises(InputProblem, match="a single PSU: replicates need it declared"):
        jackknife(design, weighted_totals(design, alone["y"].to_numpy()), mean_of_totals)
    certain = make_design(alone, "cluster", weights="w", stratum="stratum", psu="psu", single="certainty")
    totals = weighted_totals(certain, alone["y"].to_numpy())
    taylor = variance(certain, total(certain, alone["y"].to_numpy()))
    assert jackknife(certain, totals, lambda found: found[:, 1]).variance == pytest.approx(taylor)
    assert bootstrap(certain, totals, lambda found: found[:, 1], 10_000).variance == pytest.approx(taylor, rel=0.06)
