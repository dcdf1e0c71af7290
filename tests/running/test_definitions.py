from __future__ import annotations

import ast
from itertools import combinations

import pytest

from evaluation.running.definitions import definitions

CODE = '''"""What it is."""
import os
from a import b

LIMIT: int = 3
low, high = 1, 2
if LIMIT:
    print("x")


@b
def f(x):
    """Words."""
    return x


class C(B):
    """Words."""

    size = 1

    def g(self):
        return 2
'''


def pieces(code: str) -> dict[str, str]:
    return definitions(ast.parse(code))


def test_every_piece_has_a_name() -> None:
    assert list(pieces(CODE)) == [
        "imports", "name LIMIT", "statement 1", "statement 2", "function f", "class C", "method C.g",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("import os", "import sys", {"imports"}),
        ("int = 3", "int = 4", {"name LIMIT"}),
        ("1, 2", "1, 3", {"statement 1"}),
        ('"x"', '"y"', {"statement 2"}),
        ("return x", "return -x", {"function f"}),
        ("@b", "@c", {"function f"}),
        ("f(x)", "f(x=1)", {"function f"}),
        ("C(B)", "C(D)", {"class C"}),
        ("size = 1", "size = 2", {"class C"}),
        ("return 2", "return 3", {"method C.g"}),
        ("Words.", "Other words.", set()),
        ("What it is", "What else", set()),
        ("return x", "return x  # back", set()),
    ],
)
def test_only_the_piece_that_changed_changes(old: str, new: str, changed: set[str]) -> None:
    before, after = pieces(CODE), pieces(CODE.replace(old, new))
    assert CODE.replace(old, new) != CODE
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == changed


def test_a_name_is_no_part_of_a_piece() -> None:
    assert list(pieces("def a():\n    return 1").values()) == list(pieces("def b():\n    return 1").values())
    assert list(pieces("a = 1").values()) == list(pieces("b = 1").values())


def test_what_is_defined_twice_counts_together() -> None:
    codes = ("def f(): 1\ndef f(): 2", "def f(): 2\ndef f(): 1", "def f(): 1", "def f(): 2")
    found = [pieces(code)["function f"] for code in codes]
    assert all(one != other for one, other in combinations(found, 2))
