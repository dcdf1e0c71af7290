"""Estimands by counterfactual simulation, and the switches of the nuisances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.simulate import Parameters, SimulatedProgramme, simulate_panel
from evaluation.simulate.outcomes import counts, draw_noise, training_term, unit_training_effects
from evaluation.simulate.programme import History, run
from evaluation.simulate.truth import exposure_response, own_training, whole_programme

YEARS = tuple(range(2019, 2025))


@pytest.fixture(scope="module")
def default(units: pd.DataFrame, crosswalk: pd.DataFrame) -> History:
    return run(units, crosswalk, Parameters(), 3, YEARS)


def rerun(units: pd.DataFrame, crosswalk: pd.DataFrame, **changes: object) -> History:
    return run(units, crosswalk, Parameters().changed(**changes), 3, YEARS)


def test_without_effects_every_counterfactual_is_zero(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    history = rerun(units, crosswalk, training_effect=0.0, exposure_effect=0.0)
    own = own_training(history)
    assert own["att_log"] == 0 and own["att_applications"] == 0 and own["att_ratio"] == 1
    assert own["att_applications_common_random_numbers"] == 0
    assert exposure_response(history)["exposure_applications_common_random_numbers"] == 0
    assert whole_programme(history, units, crosswalk)["applications_brought_by_training"] == 0


def test_without_heterogeneity_the_effect_on_the_trained_is_the_parameter(
    units: pd.DataFrame, crosswalk: pd.DataFrame
) -> None:
    own = own_training(rerun(units, crosswalk, heterogeneity=False))
    assert own["att_log"] == pytest.approx(0.35, abs=1e-12)
    assert own["att_ratio"] == pytest.approx(np.exp(0.35), abs=1e-12)
    assert {round(row["log"], 12) for row in own["att_by_years_since"].values()} == {0.35}


def test_heterogeneous_effects_average_to_the_parameter_and_differ_by_assistance(default: History) -> None:
    effects = unit_training_effects(default.geography, default.parameters)
    assert effects.mean() == pytest.approx(0.35)
    assert effects[default.geography.curator].mean() > 2 * effects[~default.geography.curator].mean()


def test_log_mean_is_the_sum_of_its_parts(default: History) -> None:
    k, year = 4, YEARS[4]
    term = training_term(default.first_trained, year, default.noise, default.parameters)
    expected = (
        default.noise.base[:, k] + term + 0.05 * default.exposure[:, k]
        + 0.03 * np.log1p(default.consultations_before[:, k])
    )  # fmt: skip
    np.testing.assert_allclose(default.log_mean[:, k], expected)
    assert (term[default.first_trained > year] == 0).all() and (term[default.first_trained == 0] == 0).all()


def test_common_random_numbers_follow_the_mean(default: History) -> None:
    mean = default.log_mean[:, 2]
    more = counts(mean + 0.5, 2, default.noise)
    assert (more >= default.applications[:, 2]).all()
    np.testing.assert_array_equal(counts(mean, 2, default.noise), default.applications[:, 2])


def test_counts_have_the_negative_binomial_mean_and_variance(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    from evaluation.simulate.geography import build_geography, sampled_units

    parameters = Parameters(dispersion=0.2)
    geography = build_geography(sampled_units(20_000, 2), None, parameters, 1, (2019,))
    noise = draw_noise(geography, parameters, 1)
    drawn = counts(np.full(geography.size, np.log(4.0)), 0, noise)
    # Mean 4, variance 4 + 0.2 x 16 = 7.2; the margins are four standard errors.
    assert drawn.mean() == pytest.approx(4.0, abs=4 * np.sqrt(7.2 / 20_000))
    assert drawn.var() == pytest.approx(7.2, rel=0.06)


@pytest.mark.parametrize(
    ("switch", "attribute"),
    [
        ("selection", "trained"), ("spillover", "log_mean"), ("heterogeneity", "log_mean"), ("serial_correlation",
        "log_mean"),
        ("overdispersion", "applications"), ("common_shocks", "log_mean"), ("spatial_dependence", "log_mean"),
        ("direct_help", "funded"), ("bunching", "funded"),
    ],
)  # fmt: skip
def test_every_switch_changes_something(
    default: History, units: pd.DataFrame, crosswalk: pd.DataFrame, switch: str, attribute: str
) -> None:
    other = rerun(units, crosswalk, **{switch: False})
    assert not np.array_equal(getattr(default, attribute), getattr(other, attribute))


def test_without_spillover_exposure_does_nothing(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    history = rerun(units, crosswalk, spillover=False)
    assert exposure_response(history)["exposure_log_per_tie"] == 0
    assert history.exposure.sum() > 0


def test_selection_prefers_capable_units_and_random_assignment_does_not(
    units: pd.DataFrame, crosswalk: pd.DataFrame
) -> None:
    def gap(**changes: object) -> float:
        found = []
        for seed in range(12):
            history = run(units, crosswalk, Parameters().changed(**changes), seed, YEARS[:3])
            early = history.trained[:, -1]
            found.append(history.geography.capacity[early].mean() - history.geography.capacity[~early].mean())
        return float(np.mean(found))

    assert gap(select_capacity=1.5) > 0.4
    assert abs(gap(assignment="random")) < 0.25


def test_without_reform_the_units_stay(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    kept = simulate_panel(units, crosswalk, Parameters(reform=False), years=(2024, 2025))
    assert kept.tables["territories"].groupby("year").size().tolist() == [61, 61]


def test_more_serial_correlation_makes_neighbouring_years_alike(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    def alike(rho: float) -> float:
        noise = rerun(units, crosswalk, noise_autocorrelation=rho).noise.log_noise
        return float(np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1])

    assert alike(0.8) > 0.6 > 0.3 > alike(0.0)


def test_the_truth_carries_what_a_study_needs(programme: SimulatedProgramme) -> None:
    found = programme.truth.estimands
    assert found["att_log"] == pytest.approx(0.35, abs=0.06)
    assert found["exposure_log_per_tie"] == 0.05
    assert found["applications_brought_by_training"] > 0
    assert sum(row["unit_years"] for row in found["att_by_years_since"].values()) == found["treated_unit_years"]
    surveys = found["surveys"]["2025-residents"]
    assert surveys["answered"] < surveys["invited"]
