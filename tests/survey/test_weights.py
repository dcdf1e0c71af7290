"""Base weights, adjustment for those who did not answer, trimming and the figures of a scheme, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.estimates import mean_of
from evaluation.survey.waves import estimate_wave, wave_design, wave_weighting, with_unstated_level
from evaluation.survey.weights import (
    SCHEME_COLUMNS,
    Stage,
    base_weights,
    kish_design_effect,
    nonresponse_adjusted,
    plain_weighting,
    trimmed,
)

SAMPLE = pd.DataFrame(
    {
        "response_id": list("abcdef"),
        "stratum": ["s", "s", "s", "t", "t", "t"],
        "psu": ["1", "1", "2", "1", "2", "2"],
    }
)
PSUS = pd.DataFrame({"stratum": ["s", "t"], "population": [10, 6]})
PEOPLE = pd.DataFrame({"stratum": ["s", "s", "t", "t"], "psu": ["1", "2", "1", "2"], "population": [100, 50, 30, 40]})


def test_two_stages_of_drawing() -> None:
    """2 of 10 and 2 of 6 PSUs; then 2 of 100, 1 of 50, 1 of 30 and 2 of 40 people."""
    made = base_weights(SAMPLE, [Stage(PSUS, ("stratum",), "psu"), Stage(PEOPLE, ("stratum", "psu"))])
    np.testing.assert_allclose(made, [5 * 50, 5 * 50, 5 * 50, 3 * 30, 3 * 20, 3 * 20])
    # where the number drawn is known it is taken, though fewer of them answered
    drawn = PEOPLE.assign(drawn=[4, 2, 3, 4])
    np.testing.assert_allclose(base_weights(SAMPLE, [Stage(drawn, ("stratum", "psu"))]), [25, 25, 25, 10, 10, 10])


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (PSUS.iloc[:1], r"no population count for 't' \(stratum\)"),
        (PSUS.assign(population=[1, 6]), r"more were drawn than there are.*'s' \(stratum\), 2 > 1"),
        (pd.concat([PSUS, PSUS.iloc[:1]]), "given twice: 's'"),
    ],
)
def test_impossible_counts_are_refused(counts: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputProblem, match=words):
        base_weights(SAMPLE, [Stage(counts, ("stratum",), "psu")])


def test_those_who_answered_stand_for_their_class() -> None:
    weights, answered = np.array([1.0, 2, 3, 4, 5]), np.array([True, False, True, True, False])
    made = nonresponse_adjusted(weights, answered, pd.Series(list("uuuvv")))
    np.testing.assert_allclose(made, [1 * 6 / 4, 0, 3 * 6 / 4, 4 * 9 / 4, 0])
    with pytest.raises(InputProblem, match="nobody in class 'v' answered"):
        nonresponse_adjusted(weights, np.array([True, True, True, False, False]), pd.Series(list("uuuvv")))


def test_trimming_keeps_the_sum_and_the_limit() -> None:
    weights = np.array([1.0, 1, 1, 1, 1, 1, 2, 4, 8])  # mean 20/9
    made = trimmed(weights, 1.8)
    assert made.sum() == pytest.approx(20) and made.max() == pytest.approx(4.0)
    # 8 and then 4 are cut to 4; 12 are left for seven weights of 8 together
    np.testing.assert_allclose(made, [1.5] * 6 + [3.0, 4.0, 4.0])
    np.testing.assert_allclose(trimmed(weights, 1.0), 20 / 9)
    with pytest.raises(InputProblem, match=r"largest weight of 0\.9"):
        trimmed(weights, 0.9)


def test_the_figures_of_a_scheme() -> None:
    weights = np.array([1.0, 1, 2, 4])
    assert kish_design_effect(weights) == 4 * 22 / 64
    row = plain_weighting(SAMPLE.head(4), weights, "base").scheme.iloc[0]
    assert list(row.index) == SCHEME_COLUMNS
    assert (row["n_eff"], row["wmin"], row["wmax"], row["population"]) == (4 / (88 / 64), 0.5, 2.0, 8.0)


def test_a_wave_from_its_row_to_weighted_estimates() -> None:
    responses = SAMPLE.assign(w_base=[2.0, 2, 2, 3, 3, 3], sex=list("mfmfmf"))
    wave = {"design": "stratified", "frame_n": 100, "invited_n": 12}
    margins = pd.DataFrame({"variable": "sex", "level": ["m", "f"], "count": [40.0, 60.0], "share": [0.4, 0.6]})
    design = wave_design(wave, responses)
    weighting = wave_weighting(responses, margins, "residents")
    assert weighting.weights["w"].to_numpy() == pytest.approx(
        [2 * 40 / 7, 2 * 60 / 8, 2 * 40 / 7, 3 * 60 / 8, 3 * 40 / 7, 3 * 60 / 8]
    )
    raked = weighting.on(design)
    values = np.array([1.0, 0, 1, 0, 1, 0])
    assert mean_of(raked, values).loc[0, "value"] == pytest.approx(0.4)
    assert mean_of(raked, values).loc[0, "se"] == pytest.approx(0, abs=1e-9), "the margins determine it"
    plain = wave_weighting(responses, None, "base").on(design)
    assert plain.calibration is None and mean_of(plain, values).loc[0, "value"] == pytest.approx(7 / 15)
    srs = wave_design({"design": "srs", "frame_n": 24.0}, SAMPLE[["response_id"]])
    assert srs.drawn_share.tolist() == [0.25]
    # the correction for the share drawn, by hand
    se = np.sqrt((1 - 6 / 24) * np.var(values, ddof=1) / 6)
    assert mean_of(srs, values).loc[0, "se"] == pytest.approx(se, rel=1e-12)
    assert make_design(SAMPLE, "srs").n == 6


def test_those_who_did_not_say_keep_their_share() -> None:
    sample = SAMPLE.assign(sex=["m", "f", None, "f", "m", None], w_base=[1.0, 1, 1, 1, 1, 3])
    margins = pd.DataFrame({"variable": "sex", "level": ["m", "f"], "count": [40.0, 60.0]})
    named, wider = with_unstated_level(sample, margins)
    assert named["sex"].tolist() == ["m", "f", "not_stated", "f", "m", "not_stated"]
    assert wider.set_index("level")["count"].to_dict() == {"m": 20.0, "f": 30.0, "not_stated": 50.0}
    assert sample["sex"].isna().sum() == 2, "the frame handed in stays as it was"


def test_one_wave_to_its_three_tables() -> None:
    responses = SAMPLE.assign(wave_id="w", excluded_reason=[None] * 5 + ["speeder"])
    rows = [
        (one, "useful", "", str(value), float(value), None)
        for one, value in zip("abcdef", [5, 4, 3, 2, 5, 1], strict=True)
    ]
    rows += [(one, "sex", "", code, None, None) for one, code in zip("abcdef", "mfmfmf", strict=True)]
    answers = pd.DataFrame(rows, columns=["response_id", "item", "choice", "code", "value", "missing"])
    margins = pd.DataFrame({"margins_id": "r", "variable": "sex", "level": ["m", "f"], "count": [50.0, 50.0]})
    made = estimate_wave(
        {"wave_id": "w", "design": "quota"}, responses, answers, rated=["useful"], top={"useful": 4}, margins=margins,
        groups=["sex"],
    )  # fmt: skip
    mean = made.estimates[made.estimates["statistic"] == "mean"].set_index("group")
    assert mean["value"].to_dict() == pytest.approx({"": (13 / 3 + 3) / 2, "sex=f": 3, "sex=m": 13 / 3})
    assert (mean["note"] == "not_probability").all() and mean["se"].isna().all()
    assert set(made.estimates["wave_id"]) == {"w"} and set(made.estimates["scheme"]) == {"r"}
    assert made.weights["response_id"].tolist() == list("abcde") and made.schemes.loc[0, "variables"] == "sex"
    drawn = estimate_wave({"wave_id": "w", "design": "stratified"}, responses, answers, rated=["useful"]).estimates
    assert drawn.loc[0, "se"] > 0 and drawn.loc[0, "scheme"] == "base"
    nobody = estimate_wave({"wave_id": "other", "design": "srs"}, responses, answers, rated=["useful"])
    assert nobody.estimates.empty and nobody.weights.empty and nobody.schemes.empty
