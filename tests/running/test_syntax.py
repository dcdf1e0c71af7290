"""Threads may parse at once."""

from __future__ import annotations

import ast
import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evaluation.running import syntax


def test_many_threads_get_the_tree_that_one_gets() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(syntax.__file__).parent.glob("h*.py")))
    source = source.replace("from __future__ import annotations", "")
    expected = ast.dump(ast.parse(source))
    before = gc.get_threshold()
    gc.set_threshold(50)  # collections in the midst of parsing are what lets another thread in
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(syntax.parse_source, [source] * 24))
    finally:
        gc.set_threshold(*before)
    assert {ast.dump(tree) for tree in found} == {expected}


def test_no_python_is_a_syntax_error() -> None:
    with pytest.raises(SyntaxError):
        syntax.parse_source("def")
    assert syntax.parse_source("x = 1").body, "the lock is free again"
