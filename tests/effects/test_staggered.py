"""Group-time effects against published values, the Poisson regression they equal, and known effects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from evaluation.effects.staggered.group_time import average_after, event_study, group_time_effects
from evaluation.settings import InputProblem

Published = Callable[[str, str, str], tuple[float, float]]


@pytest.fixture(scope="module")
def counties(benchmark: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    frame = benchmark("mpdta.csv")
    return frame.assign(first=frame["first.treat"].where(frame["first.treat"] > 0))


def _published_effects(frame: pd.DataFrame) -> pd.DataFrame:
    result = group_time_effects(
        frame, "lemp", unit="countyreal", first_year="first", scale="difference", controls="never", base="varying"
    )
    return result.effects.set_index(["group", "year"])["estimate"]


def test_published_group_time_effects(counties: pd.DataFrame, published: Published) -> None:
    effects = _published_effects(counties)
    for group in (2004, 2006, 2007):
        for year in range(2004, 2008):
            value, tolerance = published("mpdta_gt", "att_gt", f"ATT({group},{year})")
            assert effects[group, year] == pytest.approx(value, abs=tolerance)


def test_published_event_study_and_average(counties: pd.DataFrame, published: Published) -> None:
    result = group_time_effects(
        counties, "lemp", unit="countyreal", first_year="first", scale="difference", controls="never", base="varying"
    )
    study = event_study(result).set_index("k")
    for k in range(-3, 4):
        value, tolerance = published("mpdta_es", "dynamic", f"e={k}")
        assert study.loc[k, "estimate"] == pytest.approx(value, abs=tolerance)
    average, se = average_after(result)
    value, tolerance = published("mpdta_dyn", "dynamic", "overall ATT")
    assert average == pytest.approx(value, abs=tolerance)
    assert se == pytest.approx(0.019965, abs=1e-6)  # the analytic error computed by a second library


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """500 units, three cohorts and never-trained; log effect 0.3 in the first year, 0.5 afterwards."""
    generator = np.random.default_rng(8)
    units, years = 500, list(range(2015, 2022))
    first = generator.choice([2017, 2018, 2020, 0], units, p=[0.25, 0.25, 0.2, 0.3])
    unit = generator.normal(1.0, 0.4, units)
    rows = []
    for i in range(units):
        for year in years:
            since = year - first[i] if first[i] else -9
            effect = 0.0 if since < 0 else 0.3 if since == 0 else 0.5
            rows.append(
                (f"u{i}", year, first[i] or None, generator.poisson(np.exp(unit[i] + 0.1 * (year - 2015) + effect)))
            )
    frame = pd.DataFrame(rows, columns=["unit_id", "year", "first_trained_year", "applications"])
    return frame.astype({"first_trained_year": "Int64"})


def test_known_effects_are_recovered(counts: pd.DataFrame) -> None:
    study = event_study(group_time_effects(counts, "applications")).set_index("k")
    truth = {-3: 0.0, -2: 0.0, 0: 0.3, 1: 0.5, 2: 0.5}
    for k, effect in truth.items():
        assert abs(study.loc[k, "estimate"] - effect) < 3.2 * study.loc[k, "se"]
        assert study.loc[k, "se"] < 0.08
    assert study.loc[-1, "estimate"] == 0
    assert np.isnan(study.loc[-1, "se"])


def test_ratio_of_counts_is_the_poisson_regression(counts: pd.DataFrame) -> None:
    """One cohort against never-trained in two years: interaction of group and period in a Poisson regression."""
    pair = counts[
        counts["year"].isin([2016, 2018])
        & (counts["first_trained_year"].isna() | (counts["first_trained_year"] == 2017))
    ]
    effects = group_time_effects(pair, "applications", controls="never").effects.set_index("year")["estimate"]
    pair = pair.assign(
        group=pair["first_trained_year"].notna().astype(float), later=(pair["year"] == 2018).astype(float)
    )
    reference = smf.glm("applications ~ group * later", pair, family=sm.families.Poisson()).fit()
    assert effects[2018] == pytest.approx(reference.params["group:later"], abs=1e-8)


def test_units_trained_this_year_are_no_controls() -> None:
    """By hand: cohort 2 (units a, b) in year 2 against the not yet trained c and d, though d trains in year 3."""
    frame = pd.DataFrame(
        {
            "unit_id": list("aaabbbcccddd"),
            "year": [1, 2, 3] * 4,
            "first_trained_year": [2.0] * 6 + [np.nan] * 3 + [3.0] * 3,
            "y": [1, 5, 6, 3, 5, 9, 2, 3, 3, 4, 5, 20],
        }
    )
    effects = group_time_effects(frame, "y", scale="difference").effects.set_index(["group", "year"])["estimate"]
    assert effects[2, 2] == (4 + 2) / 2 - (1 + 1) / 2
    assert effects[2, 3] == (5 + 6) / 2 - 1  # in year 3 unit d is trained: c alone compares
    assert effects[3, 3] == 15 - 0  # d's reference is year 2, when it was not yet trained


def test_simultaneous_band_is_wider_and_holds_all_years_together() -> None:
    generator = np.random.default_rng(21)
    held = 0
    repetitions = 120
    for draw in range(repetitions):
        units, years = 80, range(1, 7)
        first = np.repeat(generator.choice([3.0, 4.0, np.nan], units), 6)
        frame = pd.DataFrame(
            {"unit_id": np.repeat(np.arange(units), 6), "year": np.tile(years, units), "first_trained_year": first,
             "y": generator.normal(size=units * 6)}
        )  # fmt: skip
        study = event_study(group_time_effects(frame, "y", scale="difference"), draws=299, seed=draw)
        shown = study.dropna(subset=["se"])
        assert (shown["low_simultaneous"] <= shown["low"]).all()
        held += bool(((shown["low_simultaneous"] <= 0) & (shown["high_simultaneous"] >= 0)).all())
    assert 0.90 <= held / repetitions <= 0.99


def test_what_is_left_out_is_counted(counts: pd.DataFrame) -> None:
    gap = counts[~((counts["unit_id"] == "u0") & (counts["year"] == 2016))]
    always = gap.assign(first_trained_year=gap["first_trained_year"].mask(gap["unit_id"] == "u1", 2015))
    result = group_time_effects(always, "applications")
    assert result.left_out["rows_without_value"] == 7
    assert result.left_out["units_always_trained"] == 1
    assert result.units == 498


def test_nobody_first_trained_later(counts: pd.DataFrame) -> None:
    with pytest.raises(InputProblem, match="event study is not possible"):
        group_time_effects(counts.assign(first_trained_year=pd.NA), "applications")
