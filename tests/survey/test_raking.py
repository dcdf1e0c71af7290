"""Weights meet their margins within their bounds, agree with an independent library, and refuse what cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from samples import clustered, svy_sample

from evaluation.settings import InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.margins import checked_margins, margins_from_counts, read_margins
from evaluation.survey.raking import rake
from evaluation.survey.taylor import mean, variance


def margins(**variables: dict[str, float]) -> pd.DataFrame:
    rows = [(variable, level, count) for variable, levels in variables.items() for level, count in levels.items()]
    return pd.DataFrame(rows, columns=["variable", "level", "count"])


WANTED = margins(
    group={"a": 9_000.0, "b": 6_000.0, "c": 5_000.0},
    stratum={"stratum 0": 8_000.0, "stratum 1": 4_000.0, "stratum 2": 5_000.0, "stratum 3": 3_000.0},
)
FRAME = clustered()


def fitted_in_turn(frame: pd.DataFrame, wanted: pd.DataFrame) -> np.ndarray:
    """Iterative proportional fitting, the textbook way."""
    weights = frame["w"].to_numpy(dtype=float)
    for _ in range(200):
        for variable, rows in wanted.groupby("variable", sort=False):
            sums = pd.Series(weights).groupby(frame[variable].to_numpy()).sum()
            factors = rows.set_index("level")["count"] / sums
            weights = weights * frame[variable].map(factors).to_numpy()
    return weights


def test_unbounded_weights_are_those_of_proportional_fitting_and_of_svy() -> None:
    ours = rake(FRAME, FRAME["w"].to_numpy(), WANTED)
    assert ours.max_gap < 1e-9 and ours.iterations < 15
    np.testing.assert_allclose(ours.weights, fitted_in_turn(FRAME, WANTED), rtol=1e-9)
    controls = {
        variable: dict(zip(rows["level"], rows["count"], strict=True)) for variable, rows in WANTED.groupby("variable")
    }
    sample = svy_sample(FRAME, wgt="w").weighting.rake(controls=controls, tol=1e-10, max_iter=1000, wgt_name="rk")
    np.testing.assert_allclose(ours.weights, sample.data["rk"].to_numpy(), rtol=1e-6)


def test_bounds_are_kept_and_margins_still_met() -> None:
    free, base = rake(FRAME, FRAME["w"].to_numpy(), WANTED), FRAME["w"].to_numpy()
    base = base * 20_000 / base.sum()
    assert (free.weights / base).max() > 2 and (free.weights / base).min() < 0.45
    bound = rake(FRAME, FRAME["w"].to_numpy(), WANTED, bounds=(0.45, 1.9))
    change = bound.weights / base
    assert change.min() >= 0.45 and change.max() <= 1.9 and bound.max_gap < 1e-9
    for variable, rows in WANTED.groupby("variable"):
        sums = pd.Series(bound.weights).groupby(FRAME[variable]).sum()
        np.testing.assert_allclose(sums[rows["level"]], rows["count"], rtol=1e-9)


def test_shares_rake_to_the_sum_of_the_weights() -> None:
    shares = WANTED.assign(share=WANTED["count"] / 20_000).drop(columns="count")
    ours = rake(FRAME, FRAME["w"].to_numpy(), shares)
    assert ours.weights.sum() == pytest.approx(FRAME["w"].sum())
    whole = rake(FRAME, FRAME["w"].to_numpy(), WANTED).weights
    np.testing.assert_allclose(ours.weights / ours.weights.sum(), whole / whole.sum(), rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "wanted", "bounds", "words"),
    [
        ({"group": None}, WANTED, None, "'group' is missing in 900 of 900"),
        ({}, pd.concat([WANTED, margins(group={"d": 0.0}), margins(group={"e": 10.0})]), None, "disagree"),
        ({}, margins(group={"a": 5.0, "b": 5.0}), None, "level 'c' of 'group' is among the responses"),
        ({}, margins(group={"a": 5.0, "b": 5.0, "c": 0.0}), None, "level 'c' of 'group' is among the responses"),
        (
            {},
            margins(group={"a": 5.0, "b": 5.0, "c": 1.0, "z": 2.0}),
            None,
            "nobody in the sample has level 'z' of 'gr",
        ),
        ({}, margins(sex={"m": 1.0}), None, "a margin of the population is by 'sex'"),
        ({}, WANTED, (1.1, 2.0), "bounds of weights 1.1 and 2 are impossible"),
        ({}, WANTED, (0.9, 1.1), "cannot meet the margins within 0.9 to 1.1: level '"),
        ({"group": "a"}, margins(group={"a": 5.0}, stratum={"x": 1.0}), None, "disagree: the total by 'group' is 5"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    change: dict[str, object], wanted: pd.DataFrame, bounds: tuple[float, float] | None, words: str
) -> None:
    with pytest.raises(InputProblem, match=words) as told:
        rake(FRAME.assign(**change), FRAME["w"].to_numpy(), wanted, bounds)
    assert set(told.value.messages) == {"ru", "en"} and "Traceback" not in told.value.messages["ru"]


def test_the_level_that_bounds_forbid_is_named() -> None:
    frame = pd.DataFrame({"sex": ["m"] * 9 + ["f"]})
    with pytest.raises(InputProblem, match="level 'f' of 'sex' reaches 30 instead of 50"):
        rake(frame, np.ones(10), margins(sex={"m": 50.0, "f": 50.0}), bounds=(0.1, 3.0))


def test_margins_that_contradict_one_another_in_the_sample_are_refused() -> None:
    """Everybody in group a lives in the north: their margins cannot differ, bounds or not."""
    frame = pd.DataFrame({"group": list("aabb"), "place": ["north", "north", "south", "south"]})
    wanted = margins(group={"a": 60.0, "b": 40.0}, place={"north": 50.0, "south": 50.0})
    with pytest.raises(InputProblem, match="cannot meet the margins: level"):
        rake(frame, np.ones(4), wanted)


def test_errors_of_raked_weights_are_those_of_residuals() -> None:
    frame = FRAME.assign(z=FRAME["h"] * 10.0)
    design = make_design(frame, "cluster", weights="w", stratum="stratum", psu="psu")
    raked = rake(frame, frame["w"].to_numpy(), WANTED)
    after = design.calibrated(raked.weights, raked.calibration)
    # a variable that the margins determine is known without error
    assert variance(after, mean(after, frame["z"].to_numpy())) == pytest.approx(0, abs=1e-18)
    assert mean(after, frame["z"].to_numpy()).value == pytest.approx(10 * (4 + 2 * 5 + 3 * 3) / 20)
    # the regression of the influence on all levels, by hand
    influence = (frame["y"].to_numpy() - mean(after, frame["y"].to_numpy()).value) / 20_000
    columns = pd.get_dummies(frame[["group", "stratum"]]).to_numpy(dtype=float)
    root = np.sqrt(frame["w"].to_numpy())
    slopes = np.linalg.lstsq(columns * root[:, None], influence * root, rcond=None)[0]
    left = raked.weights * (influence - columns @ slopes)
    totals = pd.Series(left).groupby([frame["stratum"], frame["psu"]]).sum()
    by_hand = sum(len(one) / (len(one) - 1) * ((one - one.mean()) ** 2).sum() for _, one in totals.groupby(level=0))
    assert variance(after, mean(after, frame["y"].to_numpy())) == pytest.approx(by_hand, rel=1e-9)
    sample = svy_sample(frame, wgt="w", stratum="stratum", psu="place")
    controls = {name: dict(zip(rows["level"], rows["count"], strict=True)) for name, rows in WANTED.groupby("variable")}
    theirs = sample.weighting.rake(controls=controls, tol=1e-10, max_iter=1000).estimation.mean("y").estimates[0]
    assert mean(after, frame["y"].to_numpy()).value == pytest.approx(theirs.est, rel=1e-7)
    # they regress by the raked weights, we by those before: the same but for the sample's own noise
    assert np.sqrt(variance(after, mean(after, frame["y"].to_numpy()))) == pytest.approx(theirs.se, rel=0.02)


def test_margins_as_received() -> None:
    received = pd.DataFrame(
        {"variable": ["sex", " sex "], "level": ["m", "f"], "count": ["1 250,5", "1\u00a0249,5"], "source": "census"}
    )
    made = read_margins(received, "r-2025")
    assert made["count"].tolist() == [1250.5, 1249.5] and made["share"].tolist() == [0.5002, 0.4998]
    assert set(made["margins_id"]) == {"r-2025"} and made["variable"].tolist() == ["sex", "sex"]
    for column, bad, words in [
        ("count", ["1", "many"], "row 3, column 'count': 'many'"),
        ("count", ["1", "-4"], "row 3, column 'count': '-4'"),
        ("level", ["m", ""], "row 3: column 'level' is empty"),
        ("level", ["m", "m"], "level 'm' of 'sex' is given twice"),
    ]:
        with pytest.raises(InputProblem, match=words):
            read_margins(received.assign(**{column: bad}))
    with pytest.raises(InputProblem, match="needs the columns variable, level"):
        read_margins(received.drop(columns="count"))


def test_margins_from_counts_of_people() -> None:
    people = pd.DataFrame({"unit_id": ["1", "1", "2"], "sex": ["m", "f", "f"], "count": [10, 20, 30]})
    made = margins_from_counts(people, ["unit_id", "sex"], margins_id="m", source="s", as_of="2025-01-01")
    assert made.set_index(["variable", "level"])["count"].to_dict() == {
        ("unit_id", "1"): 30.0, ("unit_id", "2"): 30.0, ("sex", "f"): 50.0, ("sex", "m"): 10.0,
    }  # fmt: skip
    assert checked_margins(made, 1.0)[0] == 60
    with pytest.raises(InputProblem, match="missing or negative in 1 rows"):
        margins_from_counts(people.assign(count=[1, None, 2]), ["sex"], margins_id="m", source="s", as_of="2025")


@pytest.mark.parametrize("shares", [[0.5, 0.4], [0.5, None]])
def test_shares_must_sum_to_one(shares: list[float | None]) -> None:
    with pytest.raises(InputProblem, match=r"shares of the levels of 'sex' sum to 0\.[59]; they must"):
        checked_margins(pd.DataFrame({"variable": "sex", "level": ["m", "f"], "share": shares}), 10.0)
