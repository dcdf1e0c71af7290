from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.running.differences import Difference, cell_differences, piece_differences, value_differences


def cells(*digests: str) -> list[list[str]]:
    return [["code", str(number), digest, f"words of {digest}"] for number, digest in enumerate(digests, 1)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("abc", "abc", []),
        ("abc", "axc", [("changed", "2", "x")]),
        ("abc", "abxc", [("added", "3", "x")]),
        ("abc", "ac", [("removed", "2", "b")]),
        ("abc", "bca", [("moved", "3", "a")]),
        ("abcd", "axyd", [("changed", "2", "x"), ("changed", "3", "y")]),
        ("abcd", "axd", [("changed", "2", "x"), ("removed", "3", "c")]),
        ("", "a", [("added", "1", "a")]),
    ],
)
def test_cells(before: str, after: str, found: list[tuple[str, str, str]]) -> None:
    got = [(each.verb, each.what[1], each.what[2]) for each in cell_differences(cells(*before), cells(*after))]
    assert got == found


def test_a_text_is_not_taken_for_a_changed_piece_of_code() -> None:
    text = ["text", "1", "b", "words"]
    assert list(cell_differences(cells("a"), [text])) == [
        Difference("added", text),
        Difference("removed", cells("a")[0]),
    ]


def test_pieces() -> None:
    before = {"function a": "1", "function b": "2", "name c": "3", "function d": "4"}
    after = {"function a": "9", "function e": "2", "class c": "3", "function d": "4"}
    assert list(piece_differences(before, after)) == [
        Difference("changed", ("function a",)),
        Difference("renamed", ("function b", "function e")),
        Difference("added", ("class c",)),
        Difference("removed", ("name c",)),
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", "changed", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("a", "removed", 1, None), ("b", "added", None, 1)]),
        ({"a": [1, 2, 3]}, {"a": [1, 9, 2, 3]}, [("a[2]", "added", None, 9)]),
        ({"a": [1, 2, 3]}, {"a": [1, 3]}, [("a[2]", "removed", 2, None)]),
        ({"a": [{"name": "m", "x": 1}]}, {"a": [{"name": "m", "x": 2}]}, [("a[m].x", "changed", 1, 2)]),
        ({"a": 1}, {"a": True}, [("a", "changed", 1, True)]),
        ({"a": 1}, {"a": 1.0}, [("a", "changed", 1, 1.0)]),
        ({"a": None}, {"a": {}}, [("a", "changed", None, {})]),
    ],
)
def test_values(before: Any, after: Any, found: list[tuple[str, str, Any, Any]]) -> None:
    assert list(value_differences(before, after)) == found


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=1), inner),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same kind all the way down."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@given(PLAIN, PLAIN)
def test_something_is_said_just_when_values_differ(one: Any, other: Any) -> None:
    assert (list(value_differences({"a": one}, {"a": other})) == []) == same(one, other)
