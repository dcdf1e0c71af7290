"""Base weights, adjustment for those who did not answer, trimming and the figures of a scheme, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.estimates import mean_of
from evaluation.survey.waves import wave_design, wave_weighting
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
