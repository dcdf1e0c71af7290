"""Count models: known truth, statsmodels as an independent fit, limits, inference with few exposed, refusals."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.discrete.count_model import ZeroInflatedNegativeBinomialP
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.discrete.truncated_model import TruncatedLFNegativeBinomialP

from evaluation.effects import count_density
from evaluation.effects.count_rows import rows_of
from evaluation.effects.counts import fit_negative_binomial, fit_poisson, overdispersion
from evaluation.effects.counts_with_zeros import fit_hurdle, fit_zero_inflated
from evaluation.effects.estimate import collect
from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import derivative
from evaluation.effects.regressors import Regressors
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]
NAMES = ["constant", "trained", "years"]


@pytest.fixture(autouse=True)
def no_library_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def world() -> dict[str, Array]:
    """Overdispersed counts per resident, alpha 0.5, log rate ratio 0.4, some units without a chance of any."""
    generator = np.random.default_rng(8)
    n = 3000
    matrix = np.column_stack([np.ones(n), generator.integers(0, 2, n), generator.normal(0, 1, n)])
    offset = generator.normal(0, 0.4, n)
    mean = np.exp(0.8 + 0.4 * matrix[:, 1] + 0.2 * matrix[:, 2] + offset)
    counts = generator.poisson(mean * generator.gamma(2, 0.5, n)).astype(float)
    never = generator.random(n) < 1 / (1 + np.exp(1.0 + 0.5 * matrix[:, 1]))
    return {
        "matrix": matrix, "offset": offset, "counts": counts, "zeros": np.where(never, 0.0, counts),
        "poisson": generator.poisson(mean).astype(float), "groups": generator.integers(0, 60, n),
    }  # fmt: skip


def columns_of(world: dict[str, Array]) -> Regressors:
    return Regressors(NAMES, world["matrix"], [])


def at(fit_names: list[str], wanted: list[str]) -> list[int]:
    return [fit_names.index(name) for name in wanted]


def test_negative_binomial_is_that_of_statsmodels(world: dict[str, Array]) -> None:
    fit = fit_negative_binomial(world["counts"], columns_of(world), world["groups"], world["offset"])
    known = NegativeBinomial(world["counts"], world["matrix"], offset=world["offset"]).fit(
        disp=0, method="newton", maxiter=200, cov_type="cluster", cov_kwds={"groups": world["groups"]}
    )
    table = fit.estimate.table("crv1")
    assert table["estimate"].to_numpy()[:3] == pytest.approx(known.params[:3], abs=1e-6)
    assert fit.alpha == pytest.approx(known.params[3], abs=1e-6)
    # both CRV1, but statsmodels counts its dispersion on another scale and takes the normal distribution
    assert table["se"].to_numpy()[:3] == pytest.approx(known.bse[:3], rel=1e-3)
    assert fit.log_likelihood == pytest.approx(known.llf, abs=1e-6)


def test_negative_binomial_finds_the_truth(world: dict[str, Array]) -> None:
    fit = fit_negative_binomial(world["counts"], columns_of(world), world["groups"], world["offset"])
    table = fit.estimate.table("crv3")
    for name, truth in (("trained", 0.4), ("years", 0.2), ("log_alpha", np.log(0.5))):
        assert abs(table.loc[name, "estimate"] - truth) < 3 * table.loc[name, "se"]
    assert fit.theta == pytest.approx(1 / fit.alpha)


def test_counts_that_are_not_overdispersed_give_poisson(world: dict[str, Array]) -> None:
    outcome = np.round(np.exp(world["matrix"] @ np.array([2.0, 0.4, 0.2])))  # hardly any variation about the mean
    fit = fit_negative_binomial(outcome, columns_of(world), world["groups"])
    poisson = fit_poisson(outcome, columns_of(world), world["groups"])
    assert fit.notes == {"not_overdispersed": 1}
    assert fit.alpha == 0 and fit.theta == float("inf")
    assert fit.estimate.coefficients == pytest.approx(poisson.estimate.coefficients)


def test_overdispersion_by_hand_and_known_truth(world: dict[str, Array]) -> None:
    # y = 0, 4 about mean 2 by hand: sum of ((y-m)^2 - y) = (4 - 0) + (4 - 4) = 4, over sum m^2 = 8
    hand = overdispersion(np.array([0.0, 4.0]), np.array([2.0, 2.0]), np.array([0, 1]), 1)
    assert hand.alpha == pytest.approx(0.5)
    assert hand.pearson == pytest.approx((4 / 2 + 4 / 2) / 1)
    for name, dispersed in (("counts", True), ("poisson", False)):
        fit = fit_poisson(world[name], columns_of(world), world["groups"], world["offset"])
        mean = np.exp(world["matrix"] @ fit.estimate.coefficients + world["offset"])
        found = overdispersion(world[name], mean, world["groups"], 3)
        assert (found.p < 0.001) == dispersed
    assert abs(found.pearson - 1) < 0.1


@pytest.mark.parametrize("a", [None, -3.0, 0.3])
def test_densities_sum_to_one_and_their_derivatives_are_right(a: float | None) -> None:
    y, u, z = np.arange(0.0, 4000.0), np.full(4000, 1.3), np.full(4000, -0.4)
    assert np.exp(count_density.count(y, u, a)[0]).sum() == pytest.approx(1, abs=1e-9)
    assert np.exp(count_density.truncated(y[1:], u[1:], a)[0]).sum() == pytest.approx(1, abs=1e-9)
    assert np.exp(count_density.inflated(y, z, u, a)[0]).sum() == pytest.approx(1, abs=1e-9)
    chances = np.exp(count_density.truncated(y[1:], u[1:], a)[0])
    assert count_density.positive_mean(u[:1], a)[0] == pytest.approx((chances * y[1:]).sum(), rel=1e-6)
    few = y[:6]
    theta = np.array([1.3, -0.4, 0.0 if a is None else a])

    def inflated(at: Array) -> Array:
        return count_density.inflated(few, np.full(6, at[1]), np.full(6, at[0]), None if a is None else at[2])[0]

    _, by_z, by_u, by_a = count_density.inflated(few, z[:6], u[:6], a)
    assert np.column_stack([by_u, by_z, by_a]) == pytest.approx(derivative(inflated, theta), abs=1e-7)

    def truncated(at: Array) -> Array:
        return count_density.truncated(few + 1, np.full(6, at[0]), None if a is None else at[2])[0]

    _, by_u, by_a = count_density.truncated(few + 1, u[:6], a)
    assert np.column_stack([by_u, 0 * by_u, by_a]) == pytest.approx(derivative(truncated, theta), abs=1e-7)


def test_count_density_is_that_of_scipy() -> None:
    y = np.arange(0.0, 9.0)
    size, mean = 1 / np.exp(0.3), np.exp(1.1)
    known = stats.nbinom.logpmf(y, size, size / (size + mean))
    assert count_density.count(y, np.full(9, 1.1), 0.3)[0] == pytest.approx(known)
    assert count_density.zero(np.array([1.1]), 0.3)[0][0] == pytest.approx(known[0])


def test_zero_inflated_is_that_of_statsmodels_and_finds_the_truth(world: dict[str, Array]) -> None:
    fit = fit_zero_inflated(world["zeros"], columns_of(world), world["groups"], world["offset"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own search, not ours
        known = ZeroInflatedNegativeBinomialP(
            world["zeros"], world["matrix"], exog_infl=world["matrix"], offset=world["offset"], p=2
        ).fit(disp=0, method="bfgs", maxiter=2000, gtol=1e-7)
    assert fit.log_likelihood == pytest.approx(known.llf, abs=1e-4)
    assert fit.estimate.coefficients[:6] == pytest.approx(np.asarray(known.params)[:6], abs=1e-3)
    table = fit.estimate.table("crv3")
    for name, truth in (("zero_part:trained", -0.5), ("trained", 0.4)):
        assert abs(table.loc[name, "estimate"] - truth) < 3 * table.loc[name, "se"]


def test_hurdle_parts_are_a_logit_and_a_truncated_count(world: dict[str, Array]) -> None:
    outcome, offset = world["zeros"], world["offset"]
    fit = fit_hurdle(outcome, columns_of(world), world["groups"], offset)
    some = outcome > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own search, not ours
        known = TruncatedLFNegativeBinomialP(
            outcome[some], world["matrix"][some], offset=offset[some], truncation=0, p=2
        ).fit(disp=0, method="bfgs", maxiter=2000, gtol=1e-7)
    names = fit.estimate.names
    assert fit.estimate.coefficients[at(names, NAMES)] == pytest.approx(known.params[:3], abs=1e-4)
    assert np.abs(fit.estimate.scores.sum(axis=0)).max() < 1e-5
    logit = sm.Logit(some.astype(float), world["matrix"]).fit(disp=0, tol=1e-12)
    assert fit.estimate.coefficients[:3] == pytest.approx(logit.params, abs=1e-6)
    mean = np.exp(world["matrix"] @ fit.estimate.coefficients[3:6] + offset)
    size = 1 / fit.alpha
    chance = 1 - stats.nbinom.pmf(0, size, size / (size + mean))
    by_hand = logit.predict(world["matrix"]) * mean / chance
    assert fit.mean(fit.estimate.coefficients) == pytest.approx(by_hand, rel=1e-5)


def test_overall_factor_agrees_with_the_simulated_means(world: dict[str, Array]) -> None:
    chance = [1 / (1 + np.exp(-1.0 - 0.5 * trained)) for trained in (1, 0)]
    truth = 0.4 + np.log(chance[0] / chance[1])
    for fitted in (fit_hurdle, fit_zero_inflated):
        fit = fitted(world["zeros"], columns_of(world), world["groups"], world["offset"])
        found = fit.overall("trained", "crv3")
        assert abs(found["estimate"] - truth) < 3 * found["se"]
        assert found["low"] < found["estimate"] < found["high"]
        shifted = [fit.mean(fit.estimate.coefficients, "trained", shift).mean() for shift in (ones, zeros)]
        assert found["estimate"] == pytest.approx(np.log(shifted[0] / shifted[1]))


def ones(values: Array) -> Array:
    return np.ones_like(values)


def zeros(values: Array) -> Array:
    return np.zeros_like(values)


def panel(exposed_units: int, effect: float, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    units, years = 40, 8
    frame = pd.DataFrame(
        {
            "unit_id": np.repeat([f"u{i:02}" for i in range(units)], years),
            "year": np.tile(np.arange(2018, 2018 + years), units),
            "population": np.repeat(generator.integers(3000, 60000, units), years),
        }
    )
    frame["trained"] = ((frame["unit_id"] < f"u{exposed_units:02}") & (frame["year"] >= 2022)).astype(float)
    level = np.repeat(generator.normal(0, 0.3, units), years)
    mean = frame["population"] * np.exp(-8 + level + effect * frame["trained"])
    return frame.assign(applications=generator.poisson(mean * generator.gamma(3, 1 / 3, len(frame))))


def model_of(declare: Declare, family: str, **more: object) -> Model:
    values = {"offset": "population", "fixed_effects": ("year",)} | more
    return declare("applications", ("trained",), "poisson", **values).model_copy(update={"family": family})


def test_rows_of_negative_binomial(declare: Declare) -> None:
    frame = panel(20, 0.5)
    model = model_of(declare, "negative_binomial")
    (row,) = collect(rows_of(frame, model)).frame.to_dict("records")
    assert row["estimand"] == "log_rate_ratio" and row["inference"] == "crv3_t"
    assert abs(row["estimate"] - 0.5) < 3 * row["se"]
    assert (row["n"], row["clusters"], row["treated_clusters"]) == (320, 40, 20)
    assert collect(rows_of(frame, model)).frame.equals(collect(rows_of(frame, model)).frame)


def test_few_exposed_clusters_get_p_from_the_bootstrap(declare: Declare) -> None:
    found = [
        collect(rows_of(panel(4, effect), model_of(declare, "negative_binomial"), draws=499, seed=3)).frame.iloc[0]
        for effect in (0.0, 1.5)
    ]
    assert [row["inference"] for row in found] == ["crv3_t_wild_p"] * 2
    assert all("few_treated_clusters=4" in row["warning"] for row in found)
    assert found[0]["p"] > 0.05 > found[1]["p"]


def test_bootstrap_of_scores_has_its_size(declare: Declare) -> None:
    model = model_of(declare, "negative_binomial", fixed_effects=())
    ps = np.array([rows_of(panel(8, 0.0, seed), model, draws=99, seed=seed)[0]["p"] for seed in range(60)])
    # of 60 at 5 %, more than 9 have probability 0.0006; of 60 at 50 %, fewer than 18 have 0.0007
    assert (ps <= 0.05).sum() <= 9
    assert (ps <= 0.5).sum() >= 18


@pytest.mark.parametrize("family", ["hurdle", "zero_inflated"])
def test_rows_of_models_with_zeros(declare: Declare, family: str) -> None:
    frame = panel(20, 0.5)
    generator = np.random.default_rng(2)
    frame["applications"] = np.where(generator.random(len(frame)) < 0.3, 0, frame["applications"])
    found = collect(rows_of(frame, model_of(declare, family))).frame.set_index("exposure")
    assert list(found.index) == ["trained", "trained__zero_part", "trained__count_part"]
    count = "log_rate_ratio_positive" if family == "hurdle" else "log_rate_ratio_at_risk"
    assert found["estimand"].tolist() == ["log_rate_ratio", "log_odds_ratio", count]
    assert (found["low"] < found["estimate"]).all() and (found["estimate"] < found["high"]).all()


def test_refusals_name_the_model_and_the_cause(declare: Declare) -> None:
    frame = panel(20, 0.5)
    model = model_of(declare, "negative_binomial")
    cases = [
        (frame.assign(applications=frame["applications"] + 0.5), model, "must be a count"),
        (frame.assign(applications=np.nan), model, "no row has all the values"),
        (frame.assign(unit_id="u01"), model, "lie in one cluster"),
        (frame.assign(applications=3), model, "the same in all rows"),
        (
            frame.assign(applications=frame["applications"] * (1 - frame["trained"])),
            model,
            "separated by the columns tr",
        ),
        (frame.assign(applications=frame["applications"] + 1), model_of(declare, "hurdle"), "0 zeros in 320 rows"),
        (frame.head(3).assign(unit_id=["a", "b", "c"]), model, "3 rows for 3 variables"),
    ]
    for table, declared, words in cases:
        with pytest.raises(InputProblem, match=f"Plan, model 'm': .*{words}") as caught:
            rows_of(table, declared)
        assert caught.value.messages["ru"].startswith("План, модель «m»:")


def test_an_exposure_that_repeats_a_control_is_not_identified(declare: Declare) -> None:
    frame = panel(20, 0.5).assign(same=lambda table: table["trained"] * 2)
    (row,) = rows_of(frame, model_of(declare, "negative_binomial", controls=("same",)))
    assert np.isnan(row["estimate"]) and "not_identified=trained" in str(row["warning"])
