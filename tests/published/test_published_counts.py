"""Poisson, negative binomial, hurdle and zero-inflated models against published and rerun results."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import patsy
import pytest
from reference import Reference, agree, beside, rows

from evaluation.effects.counts import CountFit, fit_negative_binomial, fit_poisson
from evaluation.effects.counts_with_zeros import fit_hurdle, fit_zero_inflated
from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import independent_columns
from evaluation.effects.regressors import Regressors

REFERENCES = ("nmes", "nmes_hurdle", "nmes_zinb", "quine", "recreation")

VISITS = "visits ~ hospital + health + chronic + gender + school + insurance"
WITHOUT_HEALTH = "visits ~ hospital + chronic + gender + school + insurance"
DAYS = "Days ~ Sex / (Age + Eth * Lrn)"
TRIPS = "trips ~ quality + ski + income + userfee + costC + costS + costH"


def columns_of(formula: str, frame: pd.DataFrame) -> tuple[Array, Regressors]:
    outcome, matrix = patsy.dmatrices(formula, frame, return_type="dataframe")
    values = matrix.to_numpy()
    kept = independent_columns(values)
    names = [str(matrix.columns[position]) for position in kept]
    return outcome.to_numpy()[:, 0], Regressors(names, values[:, kept], [])


@functools.cache
def fitted(name: str, formula: str, kind: str) -> CountFit:
    outcome, columns = columns_of(formula, beside(name))
    fit = fit_poisson if kind == "poisson" else fit_negative_binomial
    return fit(outcome, columns, np.arange(len(outcome)))


def white_error(fit: CountFit, name: str) -> float:
    """HC0: rows as clusters, without the small-sample factors of CRV1."""
    n = fit.estimate.n
    factor = n / (n - 1) * fit.estimate.small_sample
    position = fit.estimate.position(name)
    return float(np.sqrt(fit.estimate.covariance("crv1")[position, position] / factor))


@pytest.mark.parametrize("row", rows("nmes"))
def test_physician_visits(row: Reference) -> None:
    poisson = fitted("NMES1988.csv", VISITS, "poisson")
    binomial = fitted("NMES1988.csv", VISITS, "negative_binomial")
    ours = {
        "Poisson logLik": poisson.log_likelihood,
        "Poisson insurance coef": poisson.estimate.coefficient("insurance[T.yes]"),
        "HC0 SE insurance": white_error(poisson, "insurance[T.yes]"),
        "NB2 logLik": binomial.log_likelihood,
        "theta=1/alpha": binomial.theta,
    }
    agree(row, ours[row.quantity])


@pytest.mark.parametrize("row", rows("nmes_hurdle", "nmes_zinb"))
def test_physician_visits_with_zeros(row: Reference) -> None:
    frame = beside("NMES1988.csv")
    outcome, columns = columns_of(VISITS, frame)
    _, zero_columns = columns_of(WITHOUT_HEALTH, frame)
    fit = fit_hurdle if row.id == "nmes_hurdle" else fit_zero_inflated
    agree(row, fit(outcome, columns, np.arange(len(outcome)), zero_columns=zero_columns).log_likelihood)


@pytest.mark.parametrize("row", rows("quine"))
def test_days_absent_from_school(row: Reference) -> None:
    fit = fitted("quine.csv", DAYS, "negative_binomial")
    agree(row, fit.theta if row.quantity == "theta" else 2 * fit.log_likelihood)


@pytest.mark.parametrize("row", rows("recreation"))
def test_boating_trips(row: Reference) -> None:
    kind = "poisson" if row.quantity.startswith("Poisson") else "negative_binomial"
    agree(row, fitted("RecreationDemand.csv", TRIPS, kind).log_likelihood)
