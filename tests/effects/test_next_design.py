"""Next year's lot: fair, balanced, the same every time, and sealed so that any change is noticed and named."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.effects.design import (
    Assignment,
    balance_table,
    chances,
    draw_lot,
    phase_in_order,
    scheme_of,
    size_classes,
    strata_table,
    stratified_assignment,
)
from evaluation.effects.lot import Scheme, Stream, accepted_draws, candidate_draws, imbalance, redraws
from evaluation.effects.seal import canonical_text, digest, seal, sealed_scheme, sealed_table, verify_seal
from evaluation.settings import InputProblem


def some_units(n: int = 39, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "unit_id": [f"u{number:02d}" for number in range(n)],
            "type": rng.choice(["city", "district", "okrug"], n, p=[0.2, 0.3, 0.5]),
            "size": rng.choice(["1", "2"], n),
            "applications": rng.poisson(4, n).astype(float),
            "population": rng.lognormal(10, 1, n),
        }
    )
    frame.loc[3, "population"] = np.nan
    return frame


def drawn(seed: int = 7, n: int = 39, seats: int = 16) -> Assignment:
    return stratified_assignment(
        some_units(n), seats, ["type", "size"], ["applications", "population"], candidates=300, accepted_share=0.1,
        seed=seed,
    )  # fmt: skip


# ---- the lot ------------------------------------------------------------------------------------------------


def test_the_same_lot_whatever_the_order_of_rows() -> None:
    units = some_units()
    mixed = units.sample(frac=1, random_state=3)
    options: dict[str, Any] = {"candidates": 300, "accepted_share": 0.1, "seed": 7}
    one = stratified_assignment(units, 16, ["type"], ["applications"], **options)
    other = stratified_assignment(mixed, 16, ["type"], ["applications"], **options)
    assert one == other
    assert one.codes != stratified_assignment(units, 16, ["type"], ["applications"], **{**options, "seed": 8}).codes


def test_raw_numbers_never_change() -> None:
    """PCG64 of seed sequence [7, 1], recorded: an old seal must be checkable with a later numpy."""
    assert [int(number) for number in Stream(7, 1).numbers(2)] == [14206593023844375757, 2064693230803885548]
    again = drawn()
    assert "".join(arm[0] for arm in again.arms) == "wiwwwwiwwiiiiiiwwiwiwiiiwiwwwwwwwwwiiww"


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    cuts=st.lists(st.integers(1, 8), min_size=2, max_size=5),
    seed=st.integers(0, 2**32),
)
def test_seats_are_exact_and_strata_get_their_quota(counts: list[int], cuts: list[int], seed: int) -> None:
    total = sum(counts)
    weights = np.array(cuts) / sum(cuts)
    sizes = np.maximum(np.floor(weights * total).astype(int), 1)
    while sizes.sum() > total:
        sizes[int(np.argmax(sizes))] -= 1
    sizes[0] += total - sizes.sum()
    if (sizes < 1).any():
        return
    strata = tuple(np.repeat([f"s{k}" for k in range(len(counts))], counts))
    scheme = Scheme(
        tuple(f"u{k:03d}" for k in range(total)), strata, tuple(f"a{k}" for k in range(len(sizes))),
        tuple(int(size) for size in sizes), (), tuple(() for _ in range(total)), 10, 0.5, seed,
    )  # fmt: skip
    codes = candidate_draws(scheme, Stream(seed, 5), 7)
    bound = np.ceil(np.log2(len(sizes)))  # how often the arms are halved
    for lot in codes:
        assert list(np.bincount(lot, minlength=len(sizes))) == list(sizes)
        for stratum, count in enumerate(counts):
            got = np.bincount(lot[scheme.stratum_codes == stratum], minlength=len(sizes))
            assert (np.abs(got - count * sizes / total) < bound).all()


def test_every_unit_has_the_same_chance_before_balance_is_judged() -> None:
    scheme = drawn().scheme
    codes = candidate_draws(scheme, Stream(11, 9), 20_000)
    share = (codes == 0).mean(axis=0)
    expected = 16 / 39
    error = np.sqrt(expected * (1 - expected) / 20_000)
    assert np.abs(share - expected).max() < 4.5 * error


def test_three_unequal_waves_have_the_chances_of_their_sizes() -> None:
    assignment = phase_in_order(
        some_units(), {"a": 5, "b": 14, "c": 20}, ["type"], candidates=10, accepted_share=1, seed=2
    )
    codes = candidate_draws(assignment.scheme, Stream(1, 9), 20_000)
    for arm, size in enumerate((5, 14, 20)):
        expected = size / 39
        assert np.abs((codes == arm).mean(axis=0) - expected).max() < 4.5 * np.sqrt(expected * (1 - expected) / 20_000)


def test_the_distance_is_that_of_morgan_and_rubin() -> None:
    """n1 n2 / n x difference of means' x inverse covariance x difference of means, by hand."""
    units = some_units()
    units["population"] = units["population"].fillna(20_000.0)
    scheme = scheme_of(units, {"in": 16, "out": 23}, [], ["applications", "population"], 100, 0.1, 3)
    codes = candidate_draws(scheme, Stream(3, 0), 5)
    x = units[["applications", "population"]].to_numpy()
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    for lot, distance in zip(codes, imbalance(scheme, codes), strict=True):
        gap = x[lot == 0].mean(axis=0) - x[lot == 1].mean(axis=0)
        assert distance == pytest.approx(16 * 23 / 39 * gap @ inverse @ gap, rel=1e-9)


def test_accepted_lots_are_those_of_the_best_share() -> None:
    assignment = drawn()
    scheme = assignment.scheme
    fresh = imbalance(scheme, candidate_draws(scheme, Stream(99, 4), 4000))
    share = (fresh <= assignment.threshold).mean()
    # the threshold is itself the tenth part of 300 candidates: both draws have an error
    assert abs(share - 0.1) < 3.5 * np.sqrt(0.09 / 300 + 0.09 / 4000)
    again = redraws(scheme, assignment.threshold, 200, 5)
    assert (imbalance(scheme, again) <= assignment.threshold * (1 + 1e-9) + 1e-12).all()
    assert (again == redraws(scheme, assignment.threshold, 400, 5)[:200]).all()
    assert len(np.unique(again, axis=0)) > 150


def test_a_threshold_that_nothing_reaches_is_said() -> None:
    scheme = scheme_of(some_units(), {"in": 16, "out": 23}, [], ["applications"], 10, 1.0, 3)
    with pytest.raises(InputProblem, match="Check the threshold"):
        accepted_draws(scheme, -1.0, Stream(1, 1), 1)


def test_collinear_constant_and_missing_covariates_do_no_harm() -> None:
    units = some_units().assign(same=1.0, twice=lambda frame: 2 * frame["applications"], nothing=np.nan)
    names = ["applications", "twice", "same", "population", "nothing"]
    assignment = stratified_assignment(units, 16, ["type"], names, candidates=100, accepted_share=0.2, seed=3)
    plain = stratified_assignment(
        units, 16, ["type"], ["applications", "population"], candidates=100, accepted_share=0.2, seed=3
    )
    assert assignment.codes == plain.codes  # what adds nothing changes nothing
    balance = balance_table(assignment).set_index("covariate")["standardised_difference"]
    assert balance["same"] == 0
    assert np.isnan(balance["nothing"])


def test_balance_by_hand() -> None:
    units = pd.DataFrame({"unit_id": list("abcd"), "x": [1.0, 3.0, 2.0, 6.0]})
    scheme = scheme_of(units, {"in": 2, "out": 2}, [], ["x"], 1, 1, 1)
    assignment = Assignment(scheme, (0, 0, 1, 1), 1.0, 0.0, 1)
    row = balance_table(assignment).iloc[0]
    # means 2 and 4, variances 2 and 8
    assert (row["mean"], row["mean_others"]) == (2.0, 4.0)
    assert row["standardised_difference"] == pytest.approx(-2 / np.sqrt(5))
    assert list(strata_table(assignment)["quota"]) == [2.0, 2.0]


def test_chances_and_strata_are_stated() -> None:
    assignment = drawn()
    stated = chances(assignment.scheme, assignment.threshold, 400)
    assert np.allclose(stated[["invited", "waiting"]].sum(axis=1), 1)
    assert stated["invited"].mean() == pytest.approx(16 / 39)
    table = strata_table(assignment)
    assert table.loc[table["arm"] == "invited", "seats"].sum() == 16
    assert (np.abs(table["seats"] - table["quota"]) < 1).all()


def test_equal_waves_and_classes_of_size() -> None:
    order = phase_in_order(some_units(), 4, candidates=10, accepted_share=1, seed=1)
    assert order.frame["arm"].value_counts().to_dict() == {"wave_1": 10, "wave_2": 10, "wave_3": 10, "wave_4": 9}
    classes = size_classes(pd.Series([5, 1, None, 3, 2], dtype="Int64"), 2)
    assert list(classes) == ["2", "1", "unknown", "2", "1"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seats": 0}, "Every part needs a unit"),
        ({"seats": 39}, "Every part needs a unit"),
        ({"strata": ["colour"]}, "no columns colour"),
        ({"accepted_share": 0.001}, "leaves none"),
        ({"candidates": 0}, "leaves none"),
    ],
)
def test_bad_input_is_said_in_words(change: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {
        "seats": 16,
        "strata": ["type"],
        "covariates": [],
        "candidates": 100,
        "seed": 1,
        **change,
    }
    with pytest.raises(InputProblem, match=words) as problem:
        stratified_assignment(some_units(), **options)
    assert problem.value.messages["ru"].startswith("Жребий")


def test_repeated_units_and_one_wave_are_refused() -> None:
    twice = pd.concat([some_units(), some_units().head(1)])
    with pytest.raises(InputProblem, match="u00 stand in the list more than once"):
        stratified_assignment(twice, 3, seed=1)
    with pytest.raises(InputProblem, match="two at least"):
        phase_in_order(some_units(), 1, seed=1)


# ---- the seal -----------------------------------------------------------------------------------------------


def sealed() -> tuple[dict[str, Any], pd.DataFrame]:
    """A sealed document as read back from its file, and the list beside it as read from CSV."""
    document = json.loads(json.dumps(seal(drawn(), "invitations", {"year": "2026"}, "0.1")))
    return document, sealed_table(document)


def test_an_untouched_seal_holds_and_gives_the_scheme_back() -> None:
    document, listed = sealed()
    assert verify_seal(document, listed) == []
    assert verify_seal(document, listed.sample(frac=1, random_state=1)) == []
    scheme, threshold = sealed_scheme(document)
    assert draw_lot(scheme, threshold).codes == drawn().codes
    text = canonical_text(document["content"])
    assert document["hash"] == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert '"seed":7' in text
    assert "NaN" not in text


def _swap(document: dict[str, Any]) -> None:
    arms = document["content"]["assignment"]
    first, second = arms.index("invited"), arms.index("waiting")
    arms[first], arms[second] = arms[second], arms[first]


def _rehash(document: dict[str, Any]) -> None:
    """A tamperer who knows the method makes all hashes anew."""
    remade = seal(drawn(), "invitations", {"year": "2026"}, "0.1")["parts"]
    content = document["content"]
    document["hash"] = digest(content)
    for name in remade:
        group, _, key = name.partition(".")
        document["parts"][name] = digest(content[group][key] if key else content[group])


def _set(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place = document["content"]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


DOCUMENT_CHANGES = {
    "seed": (_set("seed", value=8), "changed: seed", True),
    "arm": (_swap, "gives '(invited|waiting)'", True),
    "unit": (_set("units", 5, value="u99"), "changed: list of units", False),
    "stratum": (_set("strata", 5, value="elsewhere"), "changed: strata", True),
    "covariate": (_set("values", "applications", 5, value=40.0), "changed: covariate applications", True),
    "seats": (_set("rule", "candidates", value=400), "changed: rule, candidates", True),
    "acceptance": (_set("rule", "accepted_share", value=0.2), "changed: rule, accepted_share", True),
    "threshold": (_set("rule", "threshold", value=99.0), "threshold of acceptance", True),
    "about": (_set("rule", "about", "year", value="2027"), "changed: rule, about", False),
    "kind": (_set("rule", "kind", value="phase_in"), "changed: rule, kind", False),
}


@pytest.mark.parametrize("name", sorted(DOCUMENT_CHANGES))
def test_a_changed_document_is_noticed_and_named(name: str) -> None:
    change, words, _ = DOCUMENT_CHANGES[name]
    document, listed = sealed()
    change(document)
    said = " | ".join(text.en for text in verify_seal(document, listed))
    assert re.search(words, said), said
    assert "does not give the recorded hash" in said
    assert all(text.ru for text in verify_seal(document))


@pytest.mark.parametrize("name", sorted(name for name, (_, _, drawn_anew) in DOCUMENT_CHANGES.items() if drawn_anew))
def test_hashes_made_anew_do_not_hide_what_decides_the_lot(name: str) -> None:
    document, _ = sealed()
    DOCUMENT_CHANGES[name][0](document)
    _rehash(document)
    assert not any("hash" in text.en for text in verify_seal(document))
    assert verify_seal(document)  # the lot drawn again, or its threshold, is another


def test_what_the_lot_does_not_depend_on_is_noticed_by_the_list_or_the_published_hash() -> None:
    document, listed = sealed()
    before = document["hash"]
    document["content"]["units"][5] = "u05x"
    _rehash(document)
    assert any("u05x is missing from the list" in text.en for text in verify_seal(document, listed))
    assert document["hash"] != before


LIST_CHANGES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "arm": (lambda frame: frame.assign(arm=["waiting", *frame["arm"][1:]][:39]), "u00, arm|u.., arm"),
    "unit gone": (lambda frame: frame.drop(index=4), "u04 is missing from the list"),
    "unit added": (
        lambda frame: pd.concat([frame, frame.head(1).assign(unit_id="u77")]), "u77 is not among the sealed",
    ),
    "unit renamed": (lambda frame: frame.replace({"unit_id": {"u04": "u4"}}), "u4 is not among the sealed"),
    "unit twice": (lambda frame: pd.concat([frame, frame.head(1)]), "u00 stands in the list twice"),
    "stratum": (lambda frame: frame.assign(stratum="x"), "u00, stratum: the list has 'x'"),
    "covariate": (lambda frame: frame.assign(applications="1.5"), "covariate applications: the list has '1.5'"),
    "column gone": (lambda frame: frame.drop(columns="population"), "no columns population"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LIST_CHANGES))
def test_a_changed_list_is_noticed_and_named(name: str) -> None:
    change, words = LIST_CHANGES[name]
    document, listed = sealed()
    if name == "arm":
        place = listed.index[listed["arm"] == "invited"][0]
        listed.loc[place, "arm"] = "waiting"
        words = f"unit {listed.loc[place, 'unit_id']}, arm: the list has 'waiting', sealed was 'invited'"
        change = copy.copy
    said = [text.en for text in verify_seal(document, change(listed))]
    assert any(words in text for text in said), said


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("content"),
        lambda document: document["content"].pop("rule"),
        lambda document: document["content"]["units"].pop(),
        lambda document: document["content"]["rule"].update(candidates="many"),
        lambda document: document["content"].update(seed=-3),
        lambda document: document["content"]["values"].pop("population"),
    ],
)
def test_an_unreadable_seal_is_said_in_words(spoil: Callable[[dict[str, Any]], Any]) -> None:
    document, listed = sealed()
    spoil(document)
    with pytest.raises(InputProblem, match=r"SEAL\.json"):
        verify_seal(document, listed)
