"""Models of first training declared in the plan: rows, scales, counts, warnings and refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.estimate import collect, warning_text
from evaluation.effects.staggered.declared import event_study_of, rows_of
from evaluation.effects.staggered.event_study import aggregate
from evaluation.effects.staggered.group_time import group_time_effects
from evaluation.effects.staggered.imputation import imputation
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]
FAMILIES = ("event_study", "group_time", "imputation", "sun_abraham")


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """40 units in two geographies, first training in 2015 (12 units) or 2017 (3), two rows of no unit."""
    generator = np.random.default_rng(14)
    first = np.repeat([2015.0, 2017.0, np.nan], [12, 3, 25])
    year = np.arange(2012, 2020)
    mean = np.exp(1 + 0.05 * (year - 2012) + 0.4 * (year >= first[:, None]) + generator.normal(0, 0.2, (40, 1)))
    frame = pd.DataFrame(
        {"geography": "original", "unit_id": np.repeat([f"u{i:02d}" for i in range(40)], 8), "year": np.tile(year, 40),
         "first_trained_year": pd.array(np.repeat(first, 8), dtype="Float64").astype("Int64"),
         "applications": generator.poisson(mean).ravel(), "district": np.repeat(np.arange(40) % 9, 8),
         "size": np.repeat(generator.normal(size=40), 8)}
    )  # fmt: skip
    frame["trained"] = (frame["year"] >= frame["first_trained_year"]).fillna(False)
    stray = frame.iloc[:2].assign(unit_id="unassigned")
    other = frame.assign(geography="stable", applications=0)
    return pd.concat([frame, stray, other], ignore_index=True)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("clusters", ["unit_id", "district"])
def test_rows_satisfy_the_contract(panel: pd.DataFrame, declare: Declare, family: str, clusters: str) -> None:
    model = declare("applications", ("trained",), family, geography="original", clusters=clusters)
    estimates = collect(rows_of(panel, model, draws=99, seed=1))
    frame = estimates.frame.set_index("exposure")
    assert {"event_time_+0", "event_time_+1", "event_time_-2"} <= set(frame.index)
    assert ("trained" in frame.index) == (family != "event_study")
    ratio = family in ("event_study", "group_time")
    assert set(frame["estimand"]) == {"log_rate_ratio" if ratio else "mean_difference"}
    assert set(frame["clusters"]) == {40 if clusters == "unit_id" else 9}
    assert set(frame["n"]) == {320}
    assert frame[["estimate", "se", "low", "high", "p"]].notna().all().all()
    assert (frame["low"] < frame["high"]).all()
    assert frame.loc["event_time_+3", "treated_clusters"] == (12 if clusters == "unit_id" else 9)
    assert (
        frame.loc["event_time_+0", "warning"].startswith("rows_unassigned=2")
        or "rows_unassigned=2" in (frame.loc["event_time_+0", "warning"])
    )


def test_few_trained_units_are_said_in_words(panel: pd.DataFrame, declare: Declare) -> None:
    late = panel[(panel["first_trained_year"] != 2015).fillna(True)]
    model = declare("applications", ("trained",), "group_time", geography="original")
    frame = collect(rows_of(late, model, draws=99)).frame
    assert set(frame["treated_clusters"]) == {3}
    for row in frame.itertuples():
        assert "trust no interval" in warning_text(row.warning, "en")
        assert "интервалу верить нельзя" in warning_text(row.warning, "ru")
    both = collect(rows_of(panel[panel["year"] < 2018], model, draws=99)).frame.set_index("exposure")
    assert "few_treated" not in str(both.loc["event_time_+0", "warning"])
    seven = panel[~panel["unit_id"].isin([f"u{i:02d}" for i in range(5)])]
    some = collect(rows_of(seven, model, draws=99)).frame.set_index("exposure")
    assert "few_treated_units=7" in some.loc["event_time_+3", "warning"]


def test_rows_are_the_estimators_numbers(panel: pd.DataFrame, declare: Declare) -> None:
    original = panel[(panel["geography"] == "original") & (panel["unit_id"] != "unassigned")]
    rows = collect(rows_of(panel, declare("applications", ("trained",), "group_time", geography="original")))
    direct = aggregate(group_time_effects(original, "applications"), "dynamic")
    assert rows.one("m", "trained")["estimate"] == direct.overall
    adjusted = declare("log1p(applications)", ("trained",), "group_time", controls=("size",), geography="original")
    rows = collect(rows_of(panel, adjusted))
    result = group_time_effects(original, "log1p(applications)", scale="difference", covariates=["size"])
    assert rows.one("m", "trained")["estimate"] == aggregate(result, "dynamic").overall
    assert rows.one("m", "trained")["estimand"] == "mean_difference"
    rows = collect(rows_of(panel, declare("applications", ("trained",), "imputation", geography="original")))
    assert rows.one("m", "trained")["estimate"] == imputation(original, "applications").average


def test_first_year_is_taken_from_any_exposure_that_stays(panel: pd.DataFrame, declare: Declare) -> None:
    renamed = panel.drop(columns="first_trained_year").rename(columns={"trained": "has_curator"})
    one = rows_of(renamed, declare("applications", ("has_curator",), "imputation", geography="original"))
    other = rows_of(panel, declare("applications", ("trained",), "imputation", geography="original"))
    assert [row["estimate"] for row in one] == [row["estimate"] for row in other]


def test_drawing_takes_the_same_numbers(panel: pd.DataFrame, declare: Declare) -> None:
    model = declare("applications", ("trained",), "event_study", geography="original")
    study, left_out = event_study_of(panel, model, draws=99)
    rows = {row["exposure"]: row["estimate"] for row in rows_of(panel, model, draws=99)}
    shown = study.set_index("k")["estimate"].drop(-1)
    assert {f"event_time_{k:+d}": value for k, value in shown.items()} == rows
    assert left_out["rows_unassigned"] == 2


@pytest.mark.parametrize("family", FAMILIES)
def test_what_would_be_passed_over_is_refused(panel: pd.DataFrame, declare: Declare, family: str) -> None:
    def message(exposures: tuple[str, ...] = ("trained",), outcome: str = "applications", **more: object) -> str:
        with pytest.raises(InputProblem) as caught:
            rows_of(panel, declare(outcome, exposures, family, geography="original", **more))
        assert caught.value.messages["ru"].startswith("План, модель «m»: ")
        return caught.value.messages["en"].removeprefix("Plan, model 'm': ")

    assert "takes one exposure; 2" in message(("trained", "size"))
    assert "the key offset (size)" in message(offset="size")
    assert "the key weights (size)" in message(weights="size")
    assert "the key fixed_effects (district)" in message(fixed_effects=("unit_id", "year", "district"))
    assert "must be 0 or 1 in every row and never return to 0" in message(("size",))
    assert "the table has no columns absent" in message(("absent",))
    if family == "event_study":
        assert "take group_time" in message(outcome="log1p(applications)")
        assert "take group_time" in message(controls=("size",))
    else:
        assert "no columns absent" in message(controls=("absent",))


@pytest.mark.parametrize("family", FAMILIES)
def test_without_an_error_there_is_no_interval(panel: pd.DataFrame, declare: Declare, family: str) -> None:
    model = declare("applications", ("trained",), family, geography="original")
    original = panel[(panel["geography"] == "original") & (panel["unit_id"] != "unassigned")]
    with pytest.raises(InputProblem, match="all rows lie in one cluster"):
        rows_of(original.assign(area=1), model.model_copy(update={"clusters": "area"}))
    with pytest.raises(InputProblem, match="never changes"):
        rows_of(original.assign(applications=2), model)
    pair = original[original["unit_id"].isin(["u00", "u39"])].assign(applications=lambda one: one["year"] % 3 + 1)
    frame = collect(rows_of(pair.assign(applications=pair["applications"] + pair["trained"]), model)).frame
    assert frame[["se", "low", "high", "p"]].isna().all().all()  # one unit against one other: nothing varies
    assert frame["warning"].str.contains("no_reliable_interval=1").all()
    assert len(frame) >= 7
