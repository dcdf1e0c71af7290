"""Rubin's rules by hand, and multiple imputation where the truth is known."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evaluation.settings import DataProblem
from evaluation.survey.imputation import impute, rubin


def test_rubin_by_hand() -> None:
    # one term, three imputations: Q = 2, W = 0.5, B = 1, T = 0.5 + 4/3
    row = rubin(np.array([[1.0], [2.0], [3.0]]), np.array([[0.4], [0.5], [0.6]]), 50, ["x"]).iloc[0]
    total = 0.5 + 4 / 3
    lam = (4 / 3) / total
    observed = 51 / 53 * 50 * (1 - lam)
    df = 1 / (lam**2 / 2 + 1 / observed)
    riv = (4 / 3) / 0.5
    fmi = (riv + 2 / (df + 3)) / (riv + 1)
    assert row["estimate"] == 2
    assert row["se"] == pytest.approx(np.sqrt(total))
    assert [row["df"], row["riv"], row["fmi"]] == pytest.approx([df, riv, fmi])
    assert row["relative_efficiency"] == pytest.approx(1 / (1 + fmi / 3))
    half = stats.t.ppf(0.975, df) * np.sqrt(total)
    assert [row["low"], row["high"]] == pytest.approx([2 - half, 2 + half])
    assert row["p"] == pytest.approx(2 * stats.t.sf(2 / np.sqrt(total), df))


def test_imputations_that_agree_add_nothing_but_the_small_sample_factor() -> None:
    row = rubin(np.array([[2.0], [2.0]]), np.array([[0.5], [0.5]]), 100, ["x"]).iloc[0]
    assert row["se"] == pytest.approx(np.sqrt(0.5))
    assert row["df"] == pytest.approx(101 / 103 * 100)
    assert row["riv"] == 0
    with pytest.raises(DataProblem, match="at least two imputations"):
        rubin(np.array([[2.0]]), np.array([[0.5]]), 100, ["x"])


TRUTH = {"intercept": 1.0, "x": 0.5, "z": -0.4}


def sample(seed: int, n: int, kind: str = "linear") -> tuple[pd.DataFrame, pd.DataFrame]:
    """y on x and z, complete and with x missing the more, the higher the outcome: complete rows alone mislead."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=n), rng.normal(size=n)
    index = TRUTH["intercept"] + TRUTH["x"] * x + TRUTH["z"] * z
    if kind == "linear":
        y = index + rng.normal(size=n)
        lacks = 0.9 / (1 + np.exp(-3.0 * (y - 1.0)))
    else:
        y = (rng.random(n) < 1 / (1 + np.exp(-index))).astype(float)
        lacks = np.where((y > 0) & (z > 0), 0.75, 0.1)
    whole = pd.DataFrame({"item-1 (x)": x, "z": z, "y": y})
    return whole, whole.assign(**{"item-1 (x)": np.where(rng.random(n) < lacks, np.nan, x)})


def missing_at_random(seed: int, n: int) -> pd.DataFrame:
    return sample(seed, n)[1]


def test_truth_is_covered_and_complete_rows_are_biased() -> None:
    covered, imputed, alone, fractions = 0, [], [], []
    for seed in range(10):
        whole, frame = sample(seed, 400)
        fit = impute(frame, "y", ["item-1 (x)", "z"], "linear", seed, imputations=10, burn_in=1, between=1)
        row = fit.estimates.set_index("term").loc["item-1 (x)"]
        covered += row["low"] <= TRUTH["x"] <= row["high"]
        # what the sample would have told without missing values: its own sampling error is no fault of the method
        told = sm.OLS(whole["y"], sm.add_constant(whole[["item-1 (x)", "z"]])).fit().params["item-1 (x)"]
        imputed.append(row["estimate"] - told)
        alone.append(row["complete_estimate"] - told)
        fractions.append(row["fmi"])
    assert covered >= 7  # of 95 % intervals fewer than 7 of 10 would cover with probability 0.001
    assert 0.1 < np.mean(fractions) < 0.8
    assert np.mean(alone) < -0.1
    assert abs(np.mean(imputed)) < abs(np.mean(alone)) / 3


def test_logit_with_values_missing_by_the_outcome() -> None:
    whole, frame = sample(5, 1500, "logit")
    fit = impute(frame, "y", ["item-1 (x)", "z"], "logit", 1, imputations=10, burn_in=1, between=1)
    table = fit.estimates.set_index("term")
    told = sm.Logit(whole["y"], sm.add_constant(whole[["item-1 (x)", "z"]])).fit(disp=0)
    assert table.loc["item-1 (x)", "low"] <= TRUTH["x"] <= table.loc["item-1 (x)", "high"]
    # complete rows lose those with y = 1 and z > 0: the association with z is far too low
    assert table.loc["z", "complete_estimate"] < told.params["z"] - 0.2
    assert table.loc["z", "estimate"] == pytest.approx(told.params["z"], abs=0.03)
    assert (table["se"].to_numpy()[1:] > told.bse.to_numpy()[1:]).any()
    assert fit.n == 1500
    assert fit.complete == 1500 - fit.missing.set_index("variable").loc["item-1 (x)", "missing"]


def test_same_seed_same_numbers_and_the_global_random_numbers_stay_untouched() -> None:
    frame = missing_at_random(1, 200)
    np.random.seed(7)  # noqa: NPY002  the global state is what is tested
    wanted = np.random.random(3)  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = impute(frame, "y", ["item-1 (x)", "z"], "linear", 3, imputations=3, burn_in=2, between=1).estimates
    assert np.random.random(3).tolist() == wanted.tolist()  # noqa: NPY002
    two = impute(frame, "y", ["item-1 (x)", "z"], "linear", 3, imputations=3, burn_in=2, between=1).estimates
    other = impute(frame, "y", ["item-1 (x)", "z"], "linear", 4, imputations=3, burn_in=2, between=1).estimates
    pd.testing.assert_frame_equal(one, two)
    assert not np.allclose(one["estimate"], other["estimate"], atol=1e-12)


BASE = pd.DataFrame({"x": np.arange(60.0) % 7, "z": np.arange(60.0) % 11, "y": (np.arange(60) % 3 == 0).astype(float)})


def lacking(name: str, share: float) -> pd.DataFrame:
    return BASE.assign(**{name: BASE[name].where(np.arange(60) >= 60 * share)})


@pytest.mark.parametrize(
    ("frame", "model", "words"),
    [
        (lacking("x", 1.0), "linear", "'x' lacks 100%"),
        (lacking("x", 0.6), "linear", "'x' lacks 60%"),
        (lacking("x", 0.2).assign(z=1.0), "linear", "'z' has no two different"),
        (lacking("x", 0.2).assign(z="a"), "linear", "'z' is no numeric column"),
        (lacking("x", 0.2).drop(columns="z"), "linear", "'z' is no numeric column"),
        (BASE, "linear", "nothing is missing"),
        (lacking("x", 0.2).iloc[6:26], "linear", "complete rows"),
        (lacking("x", 0.2).assign(y=BASE["z"]), "logit", "must be 0 or 1"),
        (lacking("x", 0.2).assign(y=(BASE["z"] > 5).astype(float)), "logit", "cannot be estimated"),
    ],
)
def test_what_cannot_be_imputed_is_refused_in_words(frame: pd.DataFrame, model: str, words: str) -> None:
    with pytest.raises(DataProblem, match=words) as caught:
        impute(frame, "y", ["x", "z"], model, 1, imputations=2, burn_in=1, between=1)  # type: ignore[arg-type]
    assert caught.value.messages["ru"].startswith("Множественное заполнение")
