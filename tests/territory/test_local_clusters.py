"""The local Moran: against an independent library, by a planted cluster, and its control of false discoveries."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.settings import DataProblem, InputProblem
from evaluation.territory.local_clusters import LOCAL_COLUMNS, local_moran
from evaluation.territory.neighbours import centre_neighbours, neighbour_graph
from evaluation.territory.spatial_weights import Style

pytestmark = pytest.mark.filterwarnings("error")


def scattered(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"unit_id": [f"{place:04}" for place in range(n)], "longitude": rng.uniform(85, 105, n),
                         "latitude": rng.uniform(52, 70, n)})  # fmt: skip


UNITS = scattered(80, 5)
PAIRS = centre_neighbours(UNITS)
SMOOTH = (UNITS["latitude"] + np.random.default_rng(6).normal(0, 3, 80)).set_axis(UNITS["unit_id"])
QUADRANTS = {1: "high_high", 2: "low_high", 3: "low_low", 4: "high_low"}


@pytest.mark.parametrize(("style", "letter"), [("row", "r"), ("binary", "b")])
def test_as_an_independent_library_has_it(style: Style, letter: str) -> None:
    """Local I and quadrants exactly; p, taken from its own 9,999 draws, within what as many draws leave."""
    esda = pytest.importorskip("esda")
    graph = neighbour_graph(PAIRS, UNITS["unit_id"].tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, on a change of its p-values to come
        theirs = esda.Moran_Local(SMOOTH.to_numpy(), graph, letter, permutations=9_999, seed=3)
    found = local_moran(SMOOTH, PAIRS, style=style, draws=9_999)
    assert list(found.units.columns) == LOCAL_COLUMNS and found.n == 80
    assert found.units["local_i"].to_numpy() == pytest.approx(theirs.Is, rel=1e-10)
    assert found.units["quadrant"].tolist() == [QUADRANTS[quadrant] for quadrant in theirs.q]
    tails = np.minimum((theirs.sim >= theirs.Is).sum(axis=0), (theirs.sim <= theirs.Is).sum(axis=0)) / 9_999
    error = np.sqrt(2 * 4 * tails * (1 - tails) / 9_999)
    assert (np.abs(found.units["p"] - np.minimum(1, 2 * tails)) <= 4.5 * error + 5e-4).all()
    adjusted = stats.false_discovery_control(found.units["p"].to_numpy())
    assert found.units["p_adjusted"].to_numpy() == pytest.approx(adjusted)


def test_one_unit_by_hand() -> None:
    """In a row of five the first has one neighbour: its p is told by which of the four others stands there."""
    values = pd.Series([10.0, 8.0, 1.0, 2.0, 3.0], index=list("abcde"))
    pairs = [(a, b) for a, b in zip("abcd", "bcde", strict=True)]
    frame = pd.DataFrame(pairs + [(b, a) for a, b in pairs], columns=["unit_id", "neighbour_id"]).assign(basis="edge")
    found = local_moran(values, frame, draws=20_000).units.set_index("unit_id")
    z = (values - values.mean()) / values.std()
    assert found.loc["a", "local_i"] == pytest.approx(z["a"] * z["b"])
    assert found.loc["c", "local_i"] == pytest.approx(z["c"] * (z["b"] + z["d"]) / 2)
    assert found.loc["a", "p"] == pytest.approx(2 * 1 / 4, abs=0.02), "8 is the highest of four"
    assert found["quadrant"].tolist() == ["high_high", "high_high", "low_high", "low_low", "low_low"]


def test_a_planted_cluster_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(8)
    units = scattered(150, 2)
    pairs = centre_neighbours(units)
    near = np.hypot(units["longitude"] - 95, units["latitude"] - 61) < 3.5
    values = pd.Series(rng.normal(size=150) * 0.3 + 4 * near.to_numpy(), index=units["unit_id"])
    found = local_moran(values, pairs).units
    hot = found["is_cluster"] & (found["quadrant"] == "high_high")
    assert 5 <= hot.sum() <= near.sum() and near.to_numpy()[hot].all()
    times = 0
    for seed in range(40):
        noise = pd.Series(np.random.default_rng(seed).normal(size=150), index=units["unit_id"])
        again = local_moran(noise, pairs, draws=1_999, seed=seed)
        times += bool(again.units["is_cluster"].any())
    assert times <= 6, "false discoveries in one field of noise in twenty or so"


def test_units_that_cannot_be_tested_are_told_apart() -> None:
    values = SMOOTH.copy()
    values.iloc[[3, 9]] = np.nan
    values["lonely"] = 61.5
    found = local_moran(values, PAIRS, draws=99)
    aside = found.units[found.units["quadrant"].isin(["no_data", "no_neighbours"])]
    assert aside["unit_id"].tolist() == ["0003", "0009", "lonely"]
    assert aside["quadrant"].tolist() == ["no_data", "no_data", "no_neighbours"]
    assert aside[["local_i", "p", "p_adjusted"]].isna().all(axis=None) and not aside["is_cluster"].any()
    assert (found.n, found.missing, found.islands) == (78, 2, 1) and len(found.units) == 81
    known = values.drop(["0003", "0009", "lonely"])
    assert local_moran(known, PAIRS, draws=99).units["p"].tolist() == found.units["p"].dropna().tolist()


def test_too_few_permutations_are_said() -> None:
    assert local_moran(SMOOTH, PAIRS, draws=9_999).notes == ()
    said = local_moran(SMOOTH, PAIRS, draws=999).notes[-1]
    assert "With 999 permutations and 80 units" in said.en and "only lets 4 units" in said.en  # 2 x 80 / 1000 / 0.05
    assert "При 999 перестановках и 80 единицах" in said.ru


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(DataProblem, match="same in all 80 units"):
        local_moran(SMOOTH * 0 + 1, PAIRS)
    for draws, level in ((0, 0.05), (9, 0.0), (9, 1.0)):
        with pytest.raises(InputProblem, match="permutations, level"):
            local_moran(SMOOTH, PAIRS, draws=draws, level=level)


def test_the_same_rows_each_time_and_in_any_order() -> None:
    first = local_moran(SMOOTH, PAIRS, draws=499).units
    again = local_moran(SMOOTH.sample(frac=1, random_state=1), PAIRS.iloc[::-1], draws=499).units
    pd.testing.assert_frame_equal(first, again)
