"""Run as a script: all main estimators on one small fixed panel, every number as a hexadecimal float on a line.

Not a test by itself: ``test_effects_determinism`` runs it in processes with different settings and compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from evaluation.effects.families import FAMILIES
from evaluation.effects.inference.conley import conley_covariance, conley_table
from evaluation.effects.inference.multiplicity import romano_wolf_regressions
from evaluation.effects.panel import fit_model
from evaluation.effects.plan import fit_declared
from evaluation.effects.robustness.checks import check_robustness
from evaluation.effects.staggered.decomposition import decompose
from evaluation.effects.staggered.event_study import event_study
from evaluation.effects.staggered.group_time import group_time_effects
from evaluation.settings import Model, Robustness, Text

WORDS = Text(ru="слова", en="words")
TWO_WAY = {"fixed_effects": ("unit_id", "year")}
BOTH = ("trained", "exposure")
# family: outcome, exposures, what else the model declares
MODELS: dict[str, tuple[str, tuple[str, ...], dict[str, object]]] = {
    "poisson": ("applications", BOTH, {**TWO_WAY, "offset": "population"}),
    "ols": ("log_rate", BOTH, TWO_WAY),
    "logit": ("many", BOTH, {"fixed_effects": ("year",), "controls": ("kind",)}),
    "iv": ("log_rate", ("trained",), {"instruments": ("invited",), "controls": ("capacity",)}),
    "event_study": ("applications", ("trained",), {}),
    "group_time": ("applications", ("trained",), {}),
    "imputation": ("log_rate", ("trained",), {"controls": ("exposure",)}),
    "sun_abraham": ("log_rate", ("trained",), {}),
    "negative_binomial": ("applications", BOTH, {"offset": "population", "controls": ("capacity",)}),
    "zero_inflated": ("rare", ("trained",), {"controls": ("capacity",)}),
    "hurdle": ("rare", ("trained",), {"controls": ("capacity",)}),
    "ordered_logit": ("rating", BOTH, {"controls": ("capacity",)}),
    "multilevel": ("log_rate", BOTH, {}),
    "random_effects": ("log_rate", BOTH, {}),
    "exposure_response": ("applications", BOTH, {**TWO_WAY, "offset": "population"}),
    "ipw": ("log_rate", ("trained",), {"controls": ("capacity",)}),
    "aipw": ("log_rate", ("trained",), {"controls": ("capacity",)}),
    "g_formula": ("log_rate", ("trained",), {"controls": ("capacity",)}),
}
# their tables have another shape (spells, dyads, scores, a sealed assignment); their own tests repeat them
OTHER_TABLES = (
    "cox", "hazard", "diffusion", "cutoff", "local_randomisation", "intention_to_treat", "complier",
)  # fmt: skip


def panel() -> pd.DataFrame:
    """30 units in six years; 12 of them are trained for the first time in the third to fifth year."""
    rng = np.random.default_rng(20)
    units, years = 30, 6
    first = np.where(np.arange(units) < 12, 2 + np.arange(units) % 3, 99)
    capacity = rng.normal(size=units)
    population = np.round(rng.lognormal(9.8, 0.8, units))
    year = np.tile(np.arange(years), units)
    unit = np.repeat(np.arange(units), years)
    trained = (first[unit] <= year).astype(float)
    exposure = rng.poisson(0.3 + 0.4 * (year > 2)).astype(float)
    noise = rng.normal(scale=0.3, size=units * years)
    log_mean = np.log(population[unit]) - 8.6 + 0.3 * capacity[unit] + 0.3 * trained + 0.05 * exposure + 0.05 * year
    applications = rng.poisson(np.exp(log_mean + noise)).astype(float)
    latent = capacity[unit] + trained + rng.logistic(size=units * years)
    return pd.DataFrame(
        {
            "unit_id": [f"u{one:02d}" for one in unit],
            "year": year + 2019,
            "geography": "original",
            "first_trained_year": pd.array(np.where(first < 99, first + 2019, -1)[unit], dtype="Int64"),
            "trained": trained,
            "exposure": exposure,
            "capacity": capacity[unit],
            "kind": np.where(unit % 3 == 0, "city", np.where(unit % 3 == 1, "district", "okrug")),
            "invited": (rng.random(units * years) < 0.2 + 0.6 * trained).astype(float),
            "population": population[unit],
            "applications": applications,
            "rare": np.where(rng.random(units * years) < 0.4, 0.0, applications),
            "many": (applications > np.median(applications)).astype(float),
            "rating": np.digitize(latent, [-1.0, 0.0, 1.0, 2.0]) + 1.0,
            "log_rate": 0.3 * capacity[unit] + 0.3 * trained + 0.05 * exposure + noise,
        }
    ).assign(first_trained_year=lambda frame: frame["first_trained_year"].mask(frame["first_trained_year"] < 2019))


def declared(family: str) -> Model:
    outcome, exposures, more = MODELS[family]
    values = {"name": family, "question": "Q", "estimand": WORDS, "assumption": WORDS, "design": "association", **more}
    named = {"outcome": outcome, "exposures": exposures, "family": family, "geography": "original"}
    return Model(**values, **named)  # type: ignore[arg-type]  # a table of declarations has no narrower type


def numbers_of(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, float]]:
    numeric = frame.select_dtypes("number").astype("float64")
    for position, row in enumerate(numeric.to_numpy(dtype=float, na_value=np.nan)):
        for column, value in zip(numeric.columns, row, strict=True):
            yield f"{name} {position} {column}", float(value)


def everything() -> Iterator[tuple[str, float]]:
    """Name and value of every number, estimator by estimator."""
    frame = panel()
    for family in MODELS:
        if family in FAMILIES:
            yield from numbers_of(family, pd.DataFrame(fit_declared(frame, declared(family), draws=199, seed=3)))
    checks = Robustness(placebo_lead_years=1, bootstrap_draws=99, permutation_draws=99, seed=5)
    estimates, left_one_out = check_robustness(frame, declared("poisson"), checks)
    yield from numbers_of("checks", estimates.frame)
    yield from numbers_of("leave one out", left_one_out)
    for family in ("poisson", "ols"):
        yield from numbers_of(f"crv1 of {family}", fit_model(frame, declared(family)).table("crv1"))
    study = event_study(group_time_effects(frame, "log_rate", scale="difference"), draws=199, seed=7)
    yield from numbers_of("bands", study)
    yield from numbers_of("decomposition", decompose(frame, "log_rate").comparisons)
    hypotheses = [(frame, declared(family), exposure) for family in ("poisson", "ols") for exposure in BOTH]
    yield from numbers_of("romano-wolf", pd.DataFrame(romano_wolf_regressions(hypotheses, draws=199, seed=9)))
    yield from numbers_of("conley", _conley(frame))


def _conley(frame: pd.DataFrame) -> pd.DataFrame:
    unit = frame["unit_id"].str[1:].astype(int).to_numpy()
    fit = fit_model(frame, declared("ols"))
    found = conley_covariance(
        fit.equations, 54 + (unit // 6) * 1.2, 88 + (unit % 6) * 1.5, cutoff_km=300,
        period=frame["year"].to_numpy(), unit=unit, lags=2,
    )  # fmt: skip
    return conley_table(fit, found)


def main() -> None:
    for name, value in everything():
        sys.stdout.write(f"{name} {value.hex()}\n")


if __name__ == "__main__":
    main()
