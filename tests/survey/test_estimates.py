"""What is estimated is honest: no margin without chance, no don't know in a mean, a note for every missing error."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from samples import clustered
from scipy import stats

from evaluation.settings import InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.estimates import (
    ESTIMATE_COLUMNS,
    difference_of,
    mean_of,
    promoter_score_of,
    quantile_of,
    ratio_of,
    share_of,
    total_of,
)
from evaluation.survey.intervals import critical, share_interval
from evaluation.survey.item_estimates import group_differences, item_estimates
from evaluation.survey.regression import survey_glm, survey_ordered_logit
from evaluation.survey.replicates import bootstrap, mean_of_totals, weighted_totals

FRAME = clustered()
ERRORS = ["se", "low", "high", "n_eff", "deff"]


@pytest.mark.parametrize("drawn", ["quota", "convenience", None, "something else"])
def test_what_is_not_a_probability_sample_has_no_margin_of_error(drawn: str | None) -> None:
    design = make_design(FRAME, drawn, weights="w", stratum="stratum", psu="psu")
    y, x = FRAME["y"].to_numpy(), FRAME["x"].to_numpy()
    made = pd.concat(
        [
            mean_of(design, y), total_of(design, y), ratio_of(design, y, x), share_of(design, FRAME["yes"].to_numpy()),
            quantile_of(design, y, 0.25), difference_of(design, y, y > 16, y < 16), promoter_score_of(design, y / 2),
        ]
    )  # fmt: skip
    assert made["value"].notna().all() and (made["note"] == "not_probability").all()
    assert made[ERRORS].isna().all(axis=None)
    assert made.iloc[0]["value"] == pytest.approx(np.average(y, weights=FRAME["w"]))
    for fit in (survey_glm(design, FRAME, "y", ["x"]), survey_ordered_logit(design, FRAME, "h", ["x"])):
        assert fit.table["estimate"].notna().all() and fit.note == "not_probability"
        assert fit.table[["se", "low", "high", "t", "p"]].isna().all(axis=None) and fit.df is None
    with pytest.raises(InputProblem, match="not a probability sample"):
        bootstrap(design, weighted_totals(design, y), mean_of_totals)


def test_a_census_has_no_sampling_error_and_says_who_did_not_answer() -> None:
    whole = mean_of(make_design(FRAME, "census", asked=900), FRAME["y"].to_numpy()).iloc[0]
    assert (whole["se"], whole["note"]) == (0, "census") and whole["low"] == whole["value"] == whole["high"]
    part = mean_of(make_design(FRAME, "census", asked=1000), FRAME["y"].to_numpy()).iloc[0]
    assert part["note"] == "census_nonresponse"


def test_missing_errors_have_their_reason() -> None:
    design = make_design(FRAME, "cluster", weights="w", stratum="stratum", psu="psu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nobody = mean_of(design, np.full(900, np.nan)).iloc[0]
        one_psu = mean_of(design, FRAME["y"].to_numpy(), (FRAME["place"] == "stratum 003").to_numpy()).iloc[0]
        alike = mean_of(design, np.full(900, 3.0)).iloc[0]
        all_of_them = share_of(design, np.ones(900)).iloc[0]
        none_there = ratio_of(design, FRAME["y"].to_numpy(), np.zeros(900)).iloc[0]
    assert (nobody["note"], nobody["n"]) == ("nobody_answered", 0) and np.isnan(nobody["value"])
    assert one_psu["note"] == "no_degrees_of_freedom" and one_psu["value"] > 0 and np.isnan(one_psu["se"])
    assert (alike["note"], alike["se"]) == ("no_variation", 0)
    assert all_of_them["note"] == "at_bound" and all_of_them["high"] == 1 == pytest.approx(all_of_them["value"])
    assert 0.99 < all_of_them["low"] < 1
    assert none_there["note"] == "zero_base" and np.isnan(none_there["value"])
    assert list(mean_of(design, np.ones(900)).columns) == ESTIMATE_COLUMNS


def test_wilson_limits_lie_as_far_as_their_own_errors_allow() -> None:
    share, se, degrees = 0.12, 0.02, 25
    effective = share * (1 - share) / se**2
    for limit in share_interval(share, se, degrees, 400, "wilson"):
        assert abs(share - limit) == pytest.approx(critical(degrees) * np.sqrt(limit * (1 - limit) / effective))


def test_a_share_of_nobody_has_the_exact_interval() -> None:
    low, high = share_interval(0.0, 0.0, 39, 40, "logit")
    assert low == 0 and high == pytest.approx(stats.binomtest(0, 40).proportion_ci(method="exact").high)


def test_simple_random_sample_by_hand() -> None:
    values = np.array([1.0, 2, 4, 9])
    row = mean_of(make_design(pd.DataFrame(index=range(4)), "srs"), values).iloc[0]
    interval = stats.ttest_1samp(values, 0).confidence_interval()
    assert row["se"] == pytest.approx(stats.sem(values))
    assert [row["low"], row["high"]] == pytest.approx([interval.low, interval.high])
    assert (row["deff"], row["n_eff"]) == (pytest.approx(1), pytest.approx(4))


def test_difference_between_waves_of_the_same_places() -> None:
    """Two waves in the same PSUs: the error of the difference is that of the places' own changes."""
    random = np.random.default_rng(3)
    place = np.repeat(np.arange(30), 10)
    level = random.normal(size=30)[place] * 3
    first, second = level + random.normal(size=300), level + 1 + random.normal(size=300)
    frame = pd.DataFrame({"psu": np.tile(place, 2), "wave": np.repeat(["2024", "2025"], 300)})
    frame["y"] = np.concatenate([second, first])[np.r_[300:600, 0:300]]
    design = make_design(frame, "cluster", psu="psu")
    after, before = (frame["wave"] == "2025").to_numpy(), (frame["wave"] == "2024").to_numpy()
    row = difference_of(design, frame["y"].to_numpy(), after, before).iloc[0]
    changes = pd.Series(second - first).groupby(place).mean()
    assert row["value"] == pytest.approx(changes.mean())
    assert row["se"] == pytest.approx(stats.sem(changes))
    apart = frame.assign(psu=frame["wave"] + frame["psu"].astype(str))
    wider = difference_of(
        make_design(apart, "cluster", psu="psu", stratum="wave"), frame["y"].to_numpy(), after, before
    )
    assert wider.loc[0, "se"] > 3 * row["se"]


# ---- items of a questionnaire ---------------------------------------------------------------------------------

RESPONSES = pd.DataFrame({"response_id": list("abcdefgh")})
DESIGN = make_design(RESPONSES, "srs")


def long(rows: list[tuple[str, str, str, str | None, float | None, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["response_id", "item", "choice", "code", "value", "missing"])


RATED = long(
    [
        ("a", "useful", "", "5", 5.0, None), ("b", "useful", "", "4", 4.0, None), ("c", "useful", "", "1", 1.0, None),
        # a careless file may bring a number beside the mark: the mark rules
        ("d", "useful", "", "dont_know", 99.0, "dont_know"), ("e", "useful", "", None, None, "refused"),
        ("f", "useful", "", None, None, "not_asked"), ("g", "useful", "", None, None, "blank"),
        ("z", "useful", "", "1", 1.0, None),
    ]
)  # fmt: skip


def test_do_not_know_never_enters_a_mean_or_a_share() -> None:
    made = item_estimates(RATED, RESPONSES, DESIGN, means=["useful"], shares=["useful"], top={"useful": 4})
    assert (made[["asked", "dont_know", "refused", "no_answer", "n"]] == [7, 1, 1, 2, 3]).all(axis=None)
    by = made.set_index(["statistic", "choice"])["value"]
    assert by["mean", ""] == pytest.approx(10 / 3) and by["top_share", ""] == pytest.approx(2 / 3)
    assert by["share"].to_dict() == pytest.approx({"1": 1 / 3, "4": 1 / 3, "5": 1 / 3})


def test_groups_add_up_and_the_unstated_are_named() -> None:
    groups = pd.Series(["x", "x", "y", "y", "x", "y", None, "y"])
    made = item_estimates(RATED, RESPONSES, DESIGN, means=["useful", "never_seen"], groups=groups)
    assert made["group"].tolist() == ["", "not_stated", "x", "y"] * 2
    useful = made[made["item"] == "useful"]
    counts = useful.set_index("group")[["asked", "n", "dont_know", "refused", "no_answer"]]
    pd.testing.assert_series_equal(counts.drop(index="").sum(), counts.loc[""], check_names=False)
    unseen = made[made["item"] == "never_seen"].iloc[0]
    assert (unseen["asked"], unseen["no_answer"], unseen["note"]) == (8, 8, "nobody_answered")
    gap = group_differences(RATED, RESPONSES, DESIGN, ["useful"], groups, [("x", "y")]).iloc[0]
    assert (gap["group"], gap["value"], gap["n"], gap["asked"]) == ("x - y", 3.5, 3, 6)
    with pytest.raises(InputProblem, match="no group 'w' among the responses"):
        group_differences(RATED, RESPONSES, DESIGN, ["useful"], groups, [("x", "w")])


def test_an_item_that_nobody_was_asked_is_said_to_be_so() -> None:
    nobody = long([(one, "later", "", None, None, "not_asked") for one in "abcdefgh"])
    row = item_estimates(nobody, RESPONSES, DESIGN, means=["later"]).iloc[0]
    assert (row["asked"], row["n"], row["note"]) == (0, 0, "nobody_answered; not_asked")


def test_the_base_of_options_is_those_asked() -> None:
    """a ticks both, b one, c none of them, d does not answer, e is not asked; f, g, h are of the other part."""
    ticks = {"a": (1, 1), "b": (1, 0), "c": (0, 0)}
    rows = [
        (one, "sources", option, None, float(value), None)
        for one, values in ticks.items()
        for option, value in zip(("meeting", "media"), values, strict=True)
    ]
    rows += [("d", "sources", option, None, None, "blank") for option in ("meeting", "media")]
    rows += [(one, "sources", option, None, None, "not_asked") for one in "efgh" for option in ("meeting", "media")]
    made = item_estimates(long(rows), RESPONSES, DESIGN, multiple=["sources"]).set_index("choice")
    assert made["value"].to_dict() == {"media": 0.25, "meeting": 0.5}
    assert (made[["asked", "n", "no_answer"]] == [4, 4, 1]).all(axis=None) and (made["note"] == "base_asked").all()


def test_promoters_less_detractors() -> None:
    ratings = [10, 9, 9, 8, 7, 6, 0, None]
    rows = [(one, "nps", "", None, value, None) for one, value in zip("abcdefgh", ratings, strict=True)]
    row = item_estimates(long(rows), RESPONSES, DESIGN, promoters=["nps"]).iloc[0]
    points = np.array([1, 1, 1, 0, 0, -1, -1])
    assert row["value"] == pytest.approx(100 / 7)
    # the one without an answer stays in the design: 8 / 7 in place of 7 / 6
    se = np.sqrt(8 / 7 * ((points - 1 / 7) ** 2).sum()) / 7
    assert row["se"] == pytest.approx(100 * se) and row["df"] == 6
    assert row["high"] - row["value"] == pytest.approx(100 * se * stats.t.ppf(0.975, 6))
    assert (row["n"], row["asked"], row["no_answer"]) == (7, 8, 1)


# ---- what is not a design ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "asked", "words"),
    [
        ({}, {"drawn": "cluster"}, "said to be 'cluster', but no column holds its PSU"),
        ({}, {"drawn": "stratified"}, "said to be 'stratified', but no column holds its stratum"),
        ({}, {"drawn": "srs", "weights": "nowhere"}, "no column 'nowhere'"),
        ({"w": -1.0}, {"drawn": "srs", "weights": "w"}, "must be positive numbers; 900 of 900"),
        ({"w": "many"}, {"drawn": "srs", "weights": "w"}, "column 'w' must hold numbers"),
        ({"psu": None}, {"drawn": "cluster", "psu": "psu"}, "column 'psu' is empty in 900 of 900"),
        ({"fpc": 3.0}, {"drawn": "cluster", "psu": "place", "fpc": "fpc"}, "fewer PSUs than were drawn.*all: 48 > 3"),
        ({}, {"drawn": "cluster", "psu": "place", "fpc": "w"}, "differs within strata: all"),
        ({}, {"drawn": "cluster", "psu": "stratum", "stratum": "stratum"}, "single PSU show no error: stratum 0, str"),
    ],
)
def test_impossible_designs_are_refused(change: dict[str, object], asked: dict[str, str], words: str) -> None:
    with pytest.raises(InputProblem, match=words) as told:
        make_design(FRAME.assign(**change), **asked)
    assert set(told.value.messages) == {"ru", "en"}
