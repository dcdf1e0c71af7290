"""Data that no estimator can use: a plain refusal or a named warning, never a bare NaN or a RuntimeWarning."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.estimate import parse_warnings, warning_text
from evaluation.effects.panel import fit_model
from evaluation.effects.plan import fit_plan
from evaluation.effects.robustness.checks import check_robustness
from evaluation.effects.sample import estimation_sample, usable_rows
from evaluation.effects.warning_texts import WARNINGS
from evaluation.settings import InputProblem, Model, Robustness

Declare = Callable[..., Model]
FAMILIES = ["ols", "poisson", "logit"]


@pytest.fixture(autouse=True)
def no_silent_arithmetic() -> Iterator[None]:
    """Every warning of Python or NumPy is an error."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("error")
        yield


def _panel(units: int = 24, years: int = 5, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit_id": np.repeat([f"u{i:02}" for i in range(units)], years)})
    frame["year"] = np.tile(np.arange(2020, 2020 + years), units)
    start = np.repeat(generator.integers(2021, 2020 + years + 4, units), years)
    frame["trained"] = (frame["year"] >= start).astype(float)
    frame["exposure"] = generator.poisson(1.0, len(frame)).astype(float)
    frame["applications"] = generator.poisson(4.0, len(frame)).astype(float)
    frame["won"] = (generator.random(len(frame)) < 0.5).astype(float)
    frame["score"] = generator.normal(size=len(frame))
    frame["size"] = generator.normal(size=len(frame))
    frame["population"] = 1_000.0
    return frame.assign(geography="original")


def _model(declare: Declare, family: str, **more: object) -> Model:
    outcome = {"ols": "score", "poisson": "applications", "logit": "won"}[family]
    effects = ("year",) if family == "logit" else ("unit_id", "year")
    values = {"fixed_effects": effects, "geography": "original", "name": "m"} | more
    return declare(values.pop("outcome", outcome), values.pop("exposures", ("trained", "exposure")), family, **values)


def _rows(frame: pd.DataFrame, model: Model) -> pd.DataFrame:
    """All rows of the result; every row without a number says why, in both languages."""
    found = fit_plan(frame, None, [model], draws=99).frame
    for row in found.itertuples():
        incomplete = any(pd.isna(getattr(row, name)) for name in ("estimate", "se", "low", "high", "p"))
        codes = parse_warnings(row.warning)
        explained = {
            "not_identified", "no_rows", "outcome_constant", "perfect_fit", "one_cluster", "one_treated_cluster",
            "separated",
        }  # fmt: skip
        assert not incomplete or explained & set(codes), row
        for language in ("ru", "en"):
            assert "{" not in warning_text(row.warning, language)  # type: ignore[arg-type]
    return found.set_index("exposure")


@pytest.mark.parametrize("family", FAMILIES)
def test_ordinary_data_pass(declare: Declare, family: str) -> None:
    found = _rows(_panel(), _model(declare, family))
    assert found[["estimate", "se", "low", "high", "p"]].notna().all().all()
    assert found["warning"].isna().all()


# ---- nothing to estimate from -------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("column", ["trained", "outcome"])
def test_a_column_that_is_empty_is_named(declare: Declare, family: str, column: str) -> None:
    model = _model(declare, family)
    name = model.outcome if column == "outcome" else column
    found = _rows(_panel().assign(**{name: np.nan}), model)
    assert parse_warnings(found.loc["trained", "warning"])["no_rows"] == name
    assert (found["n"] == 0).all()
    assert found["estimate"].isna().all()


@pytest.mark.parametrize("family", FAMILIES)
def test_fitting_nothing_is_refused(declare: Declare, family: str) -> None:
    model = _model(declare, family)
    with pytest.raises(InputProblem, match="no row is left"):
        fit_model(_panel().iloc[:0], model)


def test_infinite_values_count_as_missing(declare: Declare) -> None:
    frame = _panel()
    frame.loc[3, "score"] = np.inf
    frame.loc[9, "size"] = -np.inf
    found = _rows(frame, _model(declare, "ols", controls=("size",)))
    assert parse_warnings(found.loc["trained", "warning"])["rows_without_value"] == "2"


# ---- no variation -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_outcome_that_never_changes(declare: Declare, family: str, value: float) -> None:
    model = _model(declare, family)
    found = _rows(_panel().assign(**{model.outcome: value}), model)
    codes = parse_warnings(found.loc["trained", "warning"])
    assert {"outcome_constant", "perfect_fit", "separated"} & set(codes)
    assert found[["se", "p"]].isna().all().all()


def test_outcome_that_only_differs_between_units(declare: Declare) -> None:
    frame = _panel()
    found = _rows(frame.assign(score=frame["unit_id"].str[1:].astype(float) * 1e5), _model(declare, "ols"))
    assert "outcome_constant" in parse_warnings(found.loc["trained", "warning"])


@pytest.mark.parametrize("family", FAMILIES)
def test_exposure_that_never_changes(declare: Declare, family: str) -> None:
    found = _rows(_panel().assign(trained=1.0), _model(declare, family))
    assert parse_warnings(found.loc["trained", "warning"])["not_identified"] == "trained"
    assert np.isfinite(found.loc["exposure", "p"])


def test_exposure_that_only_differs_between_units(declare: Declare) -> None:
    frame = _panel()
    found = _rows(frame.assign(trained=(frame["unit_id"] < "u12").astype(float)), _model(declare, "poisson"))
    assert parse_warnings(found.loc["trained", "warning"])["not_identified"] == "trained"


def test_outcome_that_is_its_columns_exactly(declare: Declare) -> None:
    frame = _panel().assign(score=lambda rows: 2 * rows["trained"] - rows["exposure"] + rows["year"] / 7)
    found = _rows(frame, _model(declare, "ols"))
    assert "perfect_fit" in parse_warnings(found.loc["trained", "warning"])
    assert found.loc["trained", "estimate"] == pytest.approx(2)
    assert np.isnan(found.loc["trained", "se"])


# ---- perfect prediction -------------------------------------------------------------------------------------


def test_logit_separated_by_the_exposure_is_named_and_the_rest_estimated(declare: Declare) -> None:
    """Every trained project wins: the coefficient is infinite; the other exposure is that without those rows."""
    frame = _panel()
    frame.loc[frame["trained"] == 1, "won"] = 1.0
    found = _rows(frame, _model(declare, "logit"))
    codes = parse_warnings(found.loc["trained", "warning"])
    assert codes["separated"] == "trained"
    assert int(codes["rows_separated"]) == int((frame["trained"] == 1).sum())
    rest = frame[frame["trained"] == 0].reset_index(drop=True)
    expected = fit_model(usable_rows(rest, _model(declare, "logit")).frame, _model(declare, "logit"))
    assert found.loc["exposure", "estimate"] == pytest.approx(expected.coefficient("exposure"), abs=1e-7)


def test_logit_separated_by_a_continuous_column_altogether(declare: Declare) -> None:
    frame = _panel().assign(won=lambda rows: (rows["size"] > 0).astype(float))
    found = _rows(frame, _model(declare, "logit", exposures=("size",)))
    assert parse_warnings(found.loc["size", "warning"])["separated"] == "size"


def test_logit_leaves_out_years_in_which_all_or_none_won(declare: Declare) -> None:
    frame = _panel()
    frame.loc[frame["year"] == 2020, "won"] = 0.0
    frame.loc[frame["year"] == 2022, "won"] = 1.0
    found = _rows(frame, _model(declare, "logit"))
    assert parse_warnings(found.loc["trained", "warning"])["rows_separated"] == "48"
    assert found.loc["trained", "n"] == 72
    assert np.isfinite(found.loc["trained", "p"])


def test_poisson_separated_by_the_exposure(declare: Declare) -> None:
    """No application ever after training: a rate ratio of zero."""
    frame = _panel()
    frame.loc[frame["trained"] == 1, "applications"] = 0.0
    found = _rows(frame, _model(declare, "poisson"))
    assert parse_warnings(found.loc["trained", "warning"])["separated"] == "trained"
    assert np.isfinite(found.loc["exposure", "p"])


def test_poisson_separated_by_a_control_estimates_the_exposures_without_those_rows(declare: Declare) -> None:
    frame = _panel().assign(closed=0.0)
    frame.loc[[2, 8, 31, 77], ["closed", "applications"]] = [1.0, 0.0]
    found = _rows(frame, _model(declare, "poisson", controls=("closed",)))
    codes = parse_warnings(found.loc["trained", "warning"])
    assert codes["rows_separated"] == "4"
    assert "separated" not in codes
    rest = frame.drop([2, 8, 31, 77]).reset_index(drop=True)
    assert found.loc["trained", "estimate"] == pytest.approx(
        fit_model(rest, _model(declare, "poisson")).coefficient("trained"), abs=1e-8
    )


def test_years_without_any_event_are_left_out_and_counted(declare: Declare) -> None:
    frame = _panel()
    frame.loc[frame["year"] == 2021, "applications"] = 0.0
    found = _rows(frame, _model(declare, "poisson"))
    assert parse_warnings(found.loc["trained", "warning"])["rows_separated"] == "24"
    both = frame.assign(applications=frame["applications"].mask(frame["unit_id"] == "u03", 0.0))
    codes = parse_warnings(_rows(both, _model(declare, "poisson")).loc["trained", "warning"])
    assert codes["units_always_zero"] == "1"
    assert codes["rows_separated"] == "23"


# ---- clusters -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_one_treated_cluster_has_no_error_and_p_from_permutations(declare: Declare, family: str) -> None:
    frame = _panel()
    frame["trained"] = ((frame["unit_id"] == "u05") & (frame["year"] >= 2022)).astype(float)
    found = _rows(frame, _model(declare, family))
    row = found.loc["trained"]
    assert parse_warnings(row["warning"])["one_treated_cluster"] == "1"
    assert np.isfinite(row["estimate"])
    assert row[["se", "low", "high"]].isna().all()
    assert row["inference"] == "permutation_p"
    assert row["p"] >= 1 / 24 - 1e-12  # 24 units could have been the one
    assert row["p"] * 24 == pytest.approx(round(row["p"] * 24))


def test_one_untreated_cluster_is_the_same(declare: Declare) -> None:
    """Without the single comparison the exposure does not vary at all."""
    generator = np.random.default_rng(2)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(9), 6), "score": generator.normal(size=54)})
    frame["trained"] = (frame["unit_id"] != 4).astype(float)
    model = declare("score", ("trained",))
    found = fit_plan(None, frame, [model], draws=99).frame.iloc[0]
    assert parse_warnings(found["warning"])["one_treated_cluster"] == "8"
    assert np.isnan(found["se"])
    assert found["inference"] == "wild_p"


@pytest.mark.parametrize("family", FAMILIES)
def test_all_rows_in_one_cluster(declare: Declare, family: str) -> None:
    found = _rows(_panel().assign(region="R"), _model(declare, family, fixed_effects=("year",), clusters="region"))
    assert parse_warnings(found.loc["trained", "warning"])["one_cluster"] == "region"
    assert np.isfinite(found.loc["trained", "estimate"])
    assert np.isnan(found.loc["trained", "se"])


def test_units_seen_once_are_left_out_and_counted(declare: Declare) -> None:
    frame = _panel()
    extra = frame.iloc[:3].assign(unit_id=["x1", "x2", "x3"], score=[100.0, -50.0, 7.0], trained=1.0)
    model = _model(declare, "ols")
    with_them, without = _rows(pd.concat([frame, extra]), model), _rows(frame, model)
    assert parse_warnings(with_them.loc["trained", "warning"])["singleton_rows"] == "3"
    columns = ["estimate", "se", "p", "n", "clusters"]
    pd.testing.assert_frame_equal(with_them[columns], without[columns])


def test_a_cluster_of_one_row_without_unit_effects_is_no_trouble(declare: Declare) -> None:
    frame = _panel().assign(unit_id=lambda rows: [f"r{i:03}" for i in range(len(rows))])
    found = _rows(frame, _model(declare, "ols", fixed_effects=("year",)))
    assert np.isfinite(found.loc["trained", "se"])
    assert found.loc["trained", "clusters"] == len(frame)


def test_a_cluster_that_changes_within_a_unit_is_refused(declare: Declare) -> None:
    frame = _panel().assign(district=lambda rows: np.where(rows["year"] > 2022, "new", rows["unit_id"]))
    with pytest.raises(InputProblem, match=r"'district' changes within a unit \(u00, u01") as problem:
        fit_plan(frame, None, [_model(declare, "poisson", clusters="district")])
    assert "меняется внутри территории" in problem.value.messages["ru"]


# ---- columns ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_controls_that_repeat_others_are_named_and_harmless(declare: Declare, family: str) -> None:
    frame = _panel().assign(twice=lambda rows: 2 * rows["size"], same=lambda rows: rows["year"] + 0.0)
    once = _rows(frame, _model(declare, family, controls=("size",)))
    found = _rows(frame, _model(declare, family, controls=("size", "twice", "same")))
    assert parse_warnings(found.loc["trained", "warning"])["collinear_controls"] == "twice, same"
    assert found.loc["trained", "estimate"] == pytest.approx(once.loc["trained", "estimate"], abs=1e-8)


def test_two_exposures_that_are_the_same(declare: Declare) -> None:
    frame = _panel().assign(exposure=lambda rows: 3 * rows["trained"])
    found = _rows(frame, _model(declare, "poisson"))
    assert parse_warnings(found.loc["exposure", "warning"])["not_identified"] == "exposure"
    assert np.isfinite(found.loc["trained", "p"])


@pytest.mark.parametrize(
    ("family", "column", "value", "words"),
    [
        ("poisson", "applications", -1.0, "negative values"),
        ("logit", "won", 2.0, "must be 0 or 1"),
    ],
)
def test_outcomes_that_the_family_cannot_have(
    declare: Declare, family: str, column: str, value: float, words: str
) -> None:
    frame = _panel()
    frame.loc[5, column] = value
    with pytest.raises(InputProblem, match=words):
        fit_plan(frame, None, [_model(declare, family)])


def test_logarithm_of_what_has_none(declare: Declare) -> None:
    frame = _panel()
    frame.loc[5, "applications"] = -3.0
    with pytest.raises(InputProblem, match="no logarithm"):
        fit_plan(frame, None, [_model(declare, "ols", outcome="log1p(applications)")])


@pytest.mark.parametrize("family", ["poisson", "logit"])
def test_weights_outside_least_squares_are_refused(declare: Declare, family: str) -> None:
    with pytest.raises(InputProblem, match="only family: ols takes weights"):
        fit_plan(_panel(), None, [_model(declare, family, weights="population")])


def test_weights_that_are_missing_or_not_positive_are_counted(declare: Declare) -> None:
    frame = _panel().assign(w=1.0)
    frame.loc[[1, 2], "w"] = [np.nan, 0.0]
    found = _rows(frame, _model(declare, "ols", weights="w"))
    assert parse_warnings(found.loc["trained", "warning"])["rows_without_value"] == "2"


@pytest.mark.parametrize(
    ("declared", "inference"),
    [
        ((), "crv3_t"),
        (("crv1",), "crv1_t"),
        (("crv3", "wild_bootstrap"), "crv3_t_wild_p"),
        (("randomisation",), "crv3_t_permutation_p"),
    ],
)
def test_declared_inference_is_what_is_done(declare: Declare, declared: tuple[str, ...], inference: str) -> None:
    found = _rows(_panel(), _model(declare, "ols", inference=declared))
    assert (found["inference"] == inference).all()


def test_inference_that_there_is_not_is_refused(declare: Declare) -> None:
    with pytest.raises(InputProblem, match="no inference influence_function"):
        fit_plan(_panel(), None, [_model(declare, "ols", inference=("influence_function",))])
    with pytest.raises(InputProblem, match="no inference influence_function"):
        check_robustness(_panel(), _model(declare, "ols", inference=("influence_function",)), Robustness())


def test_more_columns_than_rows(declare: Declare) -> None:
    frame = _panel().iloc[:6].assign(**{f"c{i}": np.random.default_rng(i).normal(size=6) for i in range(9)})
    found = _rows(frame, _model(declare, "ols", controls=tuple(f"c{i}" for i in range(9)), fixed_effects=()))
    assert found[["se", "p"]].isna().all().all()


def test_order_of_rows_does_not_change_the_sample(declare: Declare) -> None:
    frame = _panel().assign(closed=0.0)
    frame.loc[[2, 8, 31], ["closed", "applications"]] = [1.0, 0.0]
    model = _model(declare, "poisson", controls=("closed",))
    mixed = frame.sample(frac=1, random_state=1)
    assert estimation_sample(mixed, model).left_out == estimation_sample(frame, model).left_out


def test_every_warning_has_words_in_both_languages() -> None:
    for code, texts in WARNINGS.items():
        assert set(texts) == {"ru", "en"}, code
        assert all(text.strip() for text in texts.values())
