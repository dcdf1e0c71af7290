"""Python source as a syntax tree, one thread at a time, and what a tree says without comments and docstrings."""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Sequence
from typing import Any

_ONE_AT_A_TIME = threading.Lock()
# Fields that say nothing about what the code does.
IGNORED_FIELDS = frozenset({"kind", "type_comment", "type_ignores"})
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def parse_source(source: str) -> ast.Module:
    """``ast.parse`` that threads may call at once. Raises SyntaxError.

    Python before 3.11.8 and 3.12.2 counts the depth of all trees under construction together: two threads at it end
    in a SystemError (gh-106905 of CPython).
    """
    with _ONE_AT_A_TIME:
        return ast.parse(source)


def shape(value: Any, keep_first_text: bool = False, without: frozenset[str] = frozenset()) -> str:
    """A syntax tree as text without layout, comments and docstrings, the same in every version of Python.

    ``keep_first_text`` keeps a text that opens the tree; ``without`` names fields of the topmost node to leave out.
    """
    if isinstance(value, ast.Constant):
        return f"{type(value.value).__name__}:{value.value!r}"
    if isinstance(value, ast.AST):
        parts = []
        for field in value._fields:
            part = getattr(value, field, None)
            if field in IGNORED_FIELDS or field in without or part is None or part == []:
                continue
            if field == "body" and isinstance(value, DOCUMENTED) and not keep_first_text:
                part = without_docstring(part)
            parts.append(f"{field}={shape(part)}")
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, list):
        return f"[{','.join(shape(item) for item in value)}]"
    return repr(value)


def without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module, class or function but for a text that opens them."""
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return list(body[1:] if is_text else body)


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def last_name(node: ast.expr) -> str:
    """``c`` of ``a.b.c`` and of ``c``; empty for another expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
