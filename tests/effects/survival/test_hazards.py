"""Cox and discrete hazards: statsmodels, brute force, known truth, jackknife, refusals."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from statsmodels.duration.hazard_regression import PHReg

from evaluation.effects.estimate import collect
from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.equations import derivative
from evaluation.effects.regressors import Regressors
from evaluation.effects.survival.hazards import Ties, fit_cox
from evaluation.effects.survival.rows import rows_of
from evaluation.effects.survival.teams import periods_at_risk
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]


@pytest.fixture(autouse=True)
def no_library_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


class Spells:
    """400 spells in whole years, many tied, of 30 units; log hazard ratios 0.5 and -0.7."""

    def __init__(self, seed: int = 1, n: int = 400, units: int = 30) -> None:
        generator = np.random.default_rng(seed)
        self.matrix = np.column_stack([generator.normal(size=n), generator.integers(0, 2, n)]).astype(float)
        self.groups = np.concatenate([np.arange(units), generator.integers(0, units, n - units)])
        life = generator.exponential(6 * np.exp(-self.matrix @ np.array([0.5, -0.7])))
        seen = generator.uniform(2, 14, n)
        self.stop = np.ceil(np.minimum(life, seen))
        self.event = (life <= seen).astype(float)
        self.start = np.minimum(generator.integers(0, 3, n), self.stop - 1).astype(float)
        self.columns = Regressors(["dose", "trained"], self.matrix, [])


@pytest.fixture(scope="module")
def spells() -> Spells:
    return Spells()


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_is_that_of_statsmodels(spells: Spells, ties: Ties) -> None:
    # the library counts a spell as at risk at the very time of its entry; half a year earlier both agree
    start = np.where(spells.start > 0, spells.start - 0.5, 0.0)
    fit = fit_cox(start, spells.stop, spells.event, spells.columns, spells.groups, ties)
    model = PHReg(spells.stop, spells.matrix, status=spells.event, entry=start, ties=ties)
    known = model.fit()
    assert fit.coefficients == pytest.approx(known.params, abs=1e-8)
    assert fit.log_likelihood == pytest.approx(known.llf, abs=1e-6)
    assert np.sqrt(np.diag(fit.likelihood_covariance())) == pytest.approx(known.bse, rel=1e-7)


def test_clustered_errors_are_those_of_statsmodels_for_breslow(spells: Spells) -> None:
    nobody_late = np.zeros_like(spells.stop)
    fit = fit_cox(nobody_late, spells.stop, spells.event, spells.columns, spells.groups, "breslow")
    known = PHReg(spells.stop, spells.matrix, status=spells.event, ties="breslow").fit(groups=spells.groups)
    assert fit.table("crv1")["se"].to_numpy() == pytest.approx(known.bse * np.sqrt(30 / 29), rel=1e-7)


def partial_likelihood(spells: Spells, beta: Array, weights: Array, ties: Ties) -> float:
    """By its definition, with weights of the spells."""
    index, total = spells.matrix @ beta, 0.0
    risk = weights * np.exp(index)
    for time in np.unique(spells.stop[spells.event == 1]):
        at_risk = (spells.start < time) & (spells.stop >= time)
        ended = at_risk & (spells.stop == time) & (spells.event == 1)
        number, mean_weight = int(ended.sum()), float(weights[ended].mean())
        for rank in range(number):
            tied = rank / number * risk[ended].sum() if ties == "efron" else 0.0
            total -= mean_weight * np.log(risk[at_risk].sum() - tied)
        total += float((weights * index)[ended].sum())
    return total


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_score_residuals_are_influences_of_single_spells(ties: Ties) -> None:
    spells = Spells(2, n=60, units=60)
    fit = fit_cox(spells.start, spells.stop, spells.event, spells.columns, np.arange(60), ties)

    def gradient(weights: Array) -> Array:
        return derivative(lambda at: np.array([partial_likelihood(spells, at, weights, ties)]), fit.coefficients)[0]

    ones = np.ones(60)
    value = partial_likelihood(spells, fit.coefficients, ones, ties)
    assert fit.log_likelihood == pytest.approx(value, abs=1e-6)
    assert gradient(ones) == pytest.approx([0, 0], abs=1e-5)
    influence = fit.scores @ np.linalg.inv(fit.transform)
    # weighted ties have several forms; single events have one
    alone = [spell for spell in range(60) if ((spells.stop == spells.stop[spell]) & (spells.event == 1)).sum() <= 1]
    chosen = range(60) if ties == "breslow" else alone
    for spell in chosen:
        more, less = ones.copy(), ones.copy()
        more[spell], less[spell] = 1.001, 0.999
        numeric = (gradient(more) - gradient(less)) / 0.002
        assert influence[spell] == pytest.approx(numeric, abs=2e-4)


def test_late_entry_by_brute_force(spells: Spells) -> None:
    fit = fit_cox(spells.start, spells.stop, spells.event, spells.columns, spells.groups)
    ones = np.ones(400)
    found = optimize.minimize(lambda at: -partial_likelihood(spells, at, ones, "efron"), np.zeros(2), tol=1e-10)
    assert fit.coefficients == pytest.approx(found.x, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-6)


def test_cox_finds_the_truth_and_its_errors_are_right() -> None:
    found = []
    for seed in range(60):
        made = Spells(seed + 100)
        table = fit_cox(np.zeros(400), made.stop, made.event, made.columns, np.arange(400)).table("crv1")
        found.append((table.loc["trained", "estimate"], table.loc["trained", "se"]))
    estimates, errors = np.array(found).T
    assert abs(estimates.mean() + 0.7) < 0.06  # whole years blur the hazard ratio a little
    assert errors.mean() == pytest.approx(estimates.std(ddof=1), rel=0.25)


def test_crv3_is_the_fit_without_each_cluster() -> None:
    spells = Spells(3, n=200, units=12)
    fit = fit_cox(spells.start, spells.stop, spells.event, spells.columns, spells.groups)
    changes = []
    for group in range(12):
        keep = spells.groups != group
        columns = Regressors(spells.columns.names, spells.matrix[keep], [])
        again = np.unique(spells.groups[keep], return_inverse=True)[1]
        one = fit_cox(spells.start[keep], spells.stop[keep], spells.event[keep], columns, again)
        changes.append(one.coefficients - fit.coefficients)
    by_hand = np.sqrt(11 / 12 * np.square(changes).sum(axis=0))
    assert fit.table("crv3")["se"].to_numpy() == pytest.approx(by_hand, rel=1e-5)


def test_cox_refuses_what_has_no_answer(spells: Spells) -> None:
    trained = spells.matrix[:, 1]
    cases = [
        (spells.event * (1 - trained), "may have no event"),
        (np.zeros(400), "at least one spell must end"),
        (spells.event + 1, "must be 0 or 1"),
    ]
    for event, words in cases:
        with pytest.raises(InputProblem, match=words):
            fit_cox(spells.start, spells.stop, event, spells.columns, spells.groups)


def spells_frame(spells: Spells) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_id": [f"u{group:02}" for group in spells.groups], "start": 0.0, "stop": spells.stop,
            "event": spells.event.astype(int), "trained": spells.matrix[:, 1], "dose": spells.matrix[:, 0],
            "first_year": 2015,
        }
    )  # fmt: skip


def test_rows_of_cox_and_discrete_hazard_agree(declare: Declare, spells: Spells) -> None:
    frame = spells_frame(spells)
    cox = declare("event", ("trained", "dose"), "ols").model_copy(update={"family": "cox"})
    periods = periods_at_risk(frame).assign(late=lambda table: table["period"].clip(upper=8).astype(str))
    assert periods["event"].sum() == frame["event"].sum()
    hazard = cox.model_copy(update={"family": "hazard", "fixed_effects": ("late",)})
    by_cox = collect(rows_of(frame, cox)).frame.set_index("exposure")
    by_year = collect(rows_of(periods, hazard)).frame.set_index("exposure")
    assert set(by_cox["estimand"]) == set(by_year["estimand"]) == {"log_hazard_ratio"}
    for name, truth in (("dose", 0.5), ("trained", -0.7)):
        for table in (by_cox, by_year):
            assert abs(table.loc[name, "estimate"] - truth) < 3 * table.loc[name, "se"]
        # with yearly periods the complementary log-log model estimates the same ratio
        assert abs(by_cox.loc[name, "estimate"] - by_year.loc[name, "estimate"]) < 0.05
    with pytest.raises(InputProblem, match="has no columns start, stop"):
        rows_of(frame.drop(columns=["start", "stop"]), cox)


def test_hazard_with_few_exposed_units_takes_p_from_the_bootstrap(declare: Declare, spells: Spells) -> None:
    periods = periods_at_risk(spells_frame(spells))
    few = periods.assign(trained=(periods["unit_id"] < "u05").astype(float))
    model = declare("event", ("trained",), "ols").model_copy(update={"family": "hazard"})
    (row,) = rows_of(few, model, draws=499, seed=2)
    assert row["inference"] == "crv3_t_wild_p" and "few_treated_clusters=5" in str(row["warning"])
    assert 0.05 < float(str(row["p"])) <= 1
    assert rows_of(few, model, draws=499, seed=2) == [row]
