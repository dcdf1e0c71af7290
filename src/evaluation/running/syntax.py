"""Python source as a syntax tree, one thread at a time."""

from __future__ import annotations

import ast
import threading

_ONE_AT_A_TIME = threading.Lock()


def parse_source(source: str) -> ast.Module:
    """``ast.parse`` that threads may call at once. Raises SyntaxError.

    Python before 3.11.8 and 3.12.2 counts the depth of all trees under construction together: two threads at it end
    in a SystemError (gh-106905 of CPython).
    """
    with _ONE_AT_A_TIME:
        return ast.parse(source)
