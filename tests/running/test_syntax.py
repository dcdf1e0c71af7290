"""Threads may parse at once."""

from __future__ import annotations

import ast
import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evaluation.running import hashes, syntax


@pytest.fixture
def hesitant_collector() -> Iterator[None]:
    """Collections in the midst of parsing that let another thread in."""

    def hesitate(phase: str, info: dict[str, Any]) -> None:
        time.sleep(0.0001)

    before = gc.get_threshold()
    gc.callbacks.append(hesitate)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(hesitate)


def test_many_threads_get_the_tree_that_one_gets(hesitant_collector: None) -> None:
    source = Path(hashes.__file__).read_text(encoding="utf-8")
    expected = ast.dump(ast.parse(source))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(syntax.parse_source, [source] * 24))
    assert {ast.dump(tree) for tree in found} == {expected}


def test_no_python_is_a_syntax_error() -> None:
    with pytest.raises(SyntaxError):
        syntax.parse_source("def")
    assert syntax.parse_source("x = 1").body, "the lock is free again"
