"""Moran's I and Geary's C: against an independent library, by hand, and what is said where they mean nothing."""

from __future__ import annotations

import warnings
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest

from evaluation.settings import DataProblem, InputProblem
from evaluation.territory.clusters import DRAWS, Autocorrelation, geary, moran, moran_of_rates, standardised_rates
from evaluation.territory.neighbours import centre_neighbours, neighbour_graph
from evaluation.territory.spatial_weights import Style, weighted

pytestmark = pytest.mark.filterwarnings("error")


def scattered(n: int, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"unit_id": [f"{place:04}" for place in range(n)], "longitude": rng.uniform(85, 105, n),
                         "latitude": rng.uniform(52, 70, n)})  # fmt: skip


def line(*ids: str) -> pd.DataFrame:
    """Units in a row, each the neighbour of the next."""
    pairs = list(pairwise(ids))
    return pd.DataFrame(pairs + [(b, a) for a, b in pairs], columns=["unit_id", "neighbour_id"]).assign(basis="edge")


UNITS = scattered(60)
PAIRS = centre_neighbours(UNITS)
SMOOTH = (UNITS["latitude"] + np.random.default_rng(6).normal(0, 3, 60)).set_axis(UNITS["unit_id"])


@pytest.mark.parametrize(("style", "letter"), [("row", "r"), ("binary", "b")])
@pytest.mark.parametrize("name", ["moran", "geary"])
def test_as_an_independent_library_has_it(name: str, style: Style, letter: str) -> None:
    esda = pytest.importorskip("esda")
    graph = neighbour_graph(PAIRS, UNITS["unit_id"].tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own
        library = esda.Moran if name == "moran" else esda.Geary
        theirs = library(SMOOTH.to_numpy(), graph, letter, permutations=999)
    if name == "moran":
        ours = moran(SMOOTH, PAIRS, style=style)
        expected = (theirs.I, theirs.EI, theirs.VI_norm, theirs.VI_rand, theirs.p_norm, theirs.p_rand)
    else:
        ours = geary(SMOOTH, PAIRS, style=style)
        # its p-values are one-sided
        expected = (theirs.C, 1.0, theirs.VC_norm, theirs.VC_rand, 2 * theirs.p_norm, 2 * theirs.p_rand)
    found = (ours.value, ours.expected, ours.variance_normality, ours.variance_randomisation, ours.p_normality,
             ours.p_randomisation)  # fmt: skip
    assert found == pytest.approx(expected, rel=1e-9)
    z = (theirs.z_norm, theirs.z_rand)
    assert (ours.z_normality, ours.z_randomisation) == pytest.approx(z, rel=1e-9)
    assert ours.p_permutation <= 0.01 and theirs.p_sim <= 0.005


def test_four_units_in_a_row_by_hand() -> None:
    """1, 2, 3, 4 in a row, weights of 1: deviations -1.5, -0.5, 0.5, 1.5; products of neighbours 0.75, -0.25, 0.75."""
    values = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"))
    found = moran(values, line(*"abcd"), style="binary")
    assert found.value == pytest.approx((4 / 6) * (2 * 1.25) / 5)
    assert found.expected == pytest.approx(-1 / 3)
    # Geary: squared differences of neighbours are 1, six pairs both ways
    assert geary(values, line(*"abcd"), style="binary").value == pytest.approx(3 / (2 * 6) * 6 / 5)
    # of the 24 arrangements, 1234 and 4321 are the highest: p is twice 2/24
    assert found.p_permutation == pytest.approx(2 * 2 / 24, abs=0.05)


def test_the_permutation_p_is_that_of_all_arrangements() -> None:
    values = pd.Series([1.0, 5.0, 2.0, 7.0, 9.0], index=list("abcde"))
    pairs = line(*"abcde")
    every = [moran(values.set_axis(list(order)), pairs, draws=1).value for order in permutations("abcde")]
    observed = moran(values, pairs, draws=1).value
    exact = 2 * min(np.mean(np.array(every) >= observed - 1e-10), np.mean(np.array(every) <= observed + 1e-10))
    found = moran(values, pairs, draws=19_999).p_permutation
    assert found == pytest.approx(min(1, exact), abs=4 * np.sqrt(exact / 19_999) + 1e-3)
    assert np.mean(every) == pytest.approx(-1 / 4), "the expectation"
    assert np.var(every) == pytest.approx(moran(values, pairs).variance_randomisation), "the variance"


def test_size_of_the_permutation_test() -> None:
    """Values without any order in space: 5 % of 250 fields are called clustered."""
    rng = np.random.default_rng(11)
    units = scattered(39)
    pairs = centre_neighbours(units)
    p = [moran(pd.Series(rng.exponential(size=39), index=units["unit_id"]), pairs, draws=199, seed=s).p_permutation
         for s in range(250)]  # fmt: skip
    assert 0.015 <= np.mean(np.array(p) <= 0.05) <= 0.09


def test_missing_values_and_islands_are_left_out_with_a_count() -> None:
    values = pd.Series([1.0, 2.0, 4.0, 3.0, 9.0, np.nan, 5.0], index=list("abcdefg"))
    found = moran(values, line(*"abcdefg"))  # f is unknown, so that g has no neighbour left
    assert (found.n, found.missing, found.islands, found.basis) == (5, 1, 1, {"edge": 4})
    assert found.value == pytest.approx(moran(values.iloc[:5], line(*"abcde")).value)
    assert [note.en for note in found.notes][:2] == [
        "Without 1 unit(s) whose value is not known.",
        "Without 1 unit(s) that have no neighbour with a known value.",
    ]
    assert weighted(values, line(*"abcdefg")).islands == ("g",)
    shuffled = moran(values.iloc[::-1], line(*"abcdefg").iloc[::-1])
    assert shuffled == found, "the order of rows changes nothing"


def test_low_power_is_said_with_the_value_that_would_be_found() -> None:
    found = moran(SMOOTH.iloc[:39], centre_neighbours(UNITS.iloc[:39]))
    assert found.n == 39
    sd = np.sqrt(found.variance_randomisation)
    assert found.detectable == pytest.approx(found.expected + (1.959964 + 0.841621) * sd, abs=1e-5)
    shown = f"{found.detectable:.2f}"
    assert f"Only 39 units: clustering weaker than I = {shown}" in found.notes[-1].en
    assert f"слабее I = {shown.replace('.', ',')}" in found.notes[-1].ru
    many = scattered(120)
    assert moran(many.set_index("unit_id")["latitude"], centre_neighbours(many)).notes == ()
    assert geary(SMOOTH, PAIRS).detectable < 1


def test_what_has_no_clustering_is_refused_in_words() -> None:
    pairs = line(*"abcde")
    with pytest.raises(DataProblem, match="same in all 5 units"):
        moran(pd.Series(2.0, index=list("abcde")), pairs)
    with pytest.raises(DataProblem, match=r"3 unit\(s\) with a value and with neighbours"):
        moran(pd.Series([1.0, 2, 3], index=list("abc")), pairs)
    everyone = [(a, b) for a in "abcde" for b in "abcde" if a != b]
    full = pd.DataFrame(everyone, columns=["unit_id", "neighbour_id"]).assign(basis="edge")
    with pytest.raises(DataProblem, match="neighbours of one another"):
        moran(pd.Series([1.0, 2, 3, 4, 6], index=list("abcde")), full)
    with pytest.raises(InputProblem, match="Units a have more than one value"):
        moran(pd.Series([1.0, 2], index=["a", "a"]), pairs)
    with pytest.raises(InputProblem, match="units b is infinite"):
        moran(pd.Series([1.0, np.inf], index=["a", "b"]), pairs)
    with pytest.raises(InputProblem, match="are not numbers"):
        moran(pd.Series(["x", "y"], index=["a", "b"], name="v"), pairs)
    with pytest.raises(InputProblem, match="0 permutations"):
        moran(pd.Series([1.0, 2, 3, 4, 6], index=list("abcde")), pairs, draws=0)


def test_rates_are_standardised_as_published() -> None:
    """An independent library's example of Assunção and Reis (1999), and units that differ by less than noise."""
    events, people = pd.Series([30, 25, 25, 15, 33, 21, 30, 20]), pd.Series([100, 100, 110, 90, 100, 90, 110, 90])
    found = standardised_rates(events, people)
    assert found.head(4).tolist() == pytest.approx([1.03843594, -0.04099089, -0.56250375, -1.73061861], abs=1e-8)
    smoothing = pytest.importorskip("esda.smoothing")
    big = events * 7 + np.arange(8) ** 2
    theirs = smoothing.assuncao_rate(big.to_numpy(), people.to_numpy())
    assert standardised_rates(big, people).to_numpy() == pytest.approx(theirs)
    # rates closer together than Poisson noise: the variance of a large unit is that noise, never below zero
    even = standardised_rates(pd.Series([10, 20, 31]), pd.Series([100, 200, 300]))
    common = 61 / 600
    spread = (300 * (0.1 - common) ** 2 + 300 * (31 / 300 - common) ** 2) / 600
    assert even.iloc[0] == pytest.approx((0.1 - common) / np.sqrt(spread - common / 200 + common / 100))
    assert even.iloc[2] == pytest.approx((31 / 300 - common) / np.sqrt(common / 300))
    unknown = standardised_rates(events.astype(float).mask(events == 33), people)
    assert unknown.isna().tolist() == (events == 33).tolist()


def test_noise_of_small_units_is_not_taken_for_clustering() -> None:
    """Small units beside each other have far-off rates by chance; standardised, the test keeps its size."""
    units = scattered(60, seed=3)
    pairs = centre_neighbours(units)
    people = pd.Series(np.where(units["longitude"] < 95, 60.0, 60_000.0), index=units["unit_id"])
    rng = np.random.default_rng(12)
    p = []
    for seed in range(100):
        events = pd.Series(rng.poisson(people * 0.02), index=people.index).astype(float)
        p.append(moran_of_rates(events, people, pairs, draws=199, seed=seed).p_permutation)
    assert np.mean(np.array(p) <= 0.05) <= 0.11


@pytest.mark.parametrize(
    ("events", "people", "said"),
    [([1, -1], [10, 10], "Units b: events below zero"), ([1, 1], [10, 0], "Units b"), ([0, 0], [10, 10], "no events")],
)
def test_rates_that_are_none_are_refused(events: list[int], people: list[int], said: str) -> None:
    with pytest.raises(InputProblem, match=said):
        standardised_rates(pd.Series(events, index=["a", "b"]), pd.Series(people, index=["a", "b"]))


def test_the_same_numbers_each_time() -> None:
    first, again = moran(SMOOTH, PAIRS), moran(SMOOTH, PAIRS)
    assert first == again and isinstance(first, Autocorrelation) and first.draws == DRAWS
    noise = pd.Series(np.random.default_rng(1).normal(size=60), index=SMOOTH.index)
    assert len({moran(noise, PAIRS, seed=seed).p_permutation for seed in range(4)}) > 1
