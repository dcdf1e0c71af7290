"""Connected components: by hand, against union-find, and against the stable areas of a real reform."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.effects.inference.components import crosswalk_components, nested_clusters
from evaluation.settings import InputProblem

TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"


def test_a_unit_in_two_clusters_joins_them() -> None:
    units = pd.Series(["a", "a", "b", "c", "d"])
    clusters = pd.Series(["k1", "k2", "k2", "k3", "k3"])
    assert nested_clusters(units, clusters).tolist() == ["k1", "k1", "k1", "k3", "k3"]


def test_clusters_that_hold_their_units_stay_as_they_are() -> None:
    units, clusters = pd.Series(["a", "b", "b"], index=[7, 3, 9]), pd.Series(["y", "x", "x"], index=[7, 3, 9])
    found = nested_clusters(units, clusters)
    assert found.to_dict() == {7: "y", 3: "x", 9: "x"}


def test_old_units_of_one_present_unit_are_one_component() -> None:
    crosswalk = pd.DataFrame(
        [("A", "M"), ("B", "M"), ("C", "C"), ("S", "C"), ("S", "M"), ("K", "unassigned"), ("L", "unassigned")],
        columns=["from_unit", "to_unit"],
    )
    found = crosswalk_components(["S", "A", "K", "L", "Z"], crosswalk)
    assert found.to_dict() == {"S": "A", "A": "A", "K": "K", "L": "L", "Z": "Z"}
    assert crosswalk_components(["b", "a"], None).to_dict() == {"b": "b", "a": "a"}


def test_reform_of_the_demonstration() -> None:
    """61 former units; whoever shares a present unit, certainly or possibly, is one cluster."""
    crosswalk = pd.read_csv(TERRITORY / "crosswalk.csv", dtype=str)
    old = sorted(crosswalk["from_unit"].unique())
    found = crosswalk_components(old, crosswalk)
    targets = crosswalk[crosswalk["to_unit"] != "unassigned"].groupby("to_unit")["from_unit"].agg(list)
    for together in targets:
        assert len(set(found[together])) == 1
    assert 1 < found.nunique() < len(old)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=20))
def test_as_union_find(pairs: list[tuple[int, int]]) -> None:
    parent = {("u", a): ("u", a) for a, _ in pairs} | {("c", b): ("c", b) for _, b in pairs}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in pairs:
        parent[root(("u", a))] = root(("c", b))
    found = nested_clusters(pd.Series([a for a, _ in pairs]), pd.Series([b for _, b in pairs]))
    for (a, _), one in zip(pairs, found, strict=True):
        for (c, _), other in zip(pairs, found, strict=True):
            assert (one == other) == (root(("u", a)) == root(("u", c)))


def test_empty_cells_are_refused() -> None:
    with pytest.raises(InputProblem, match="no cluster"):
        nested_clusters(pd.Series(["a", "b"]), pd.Series(["x", None]))
