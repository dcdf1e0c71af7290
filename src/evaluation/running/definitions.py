"""The named pieces of a module, each with a digest of its own: what of a changed module has changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from evaluation.running.syntax import digest_of, shape, without_docstring

# Enough to tell the pieces of one module apart; whether a step runs again is decided by whole digests.
DIGEST_LENGTH = 6
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NAME = frozenset({"name"})
HEAD = frozenset({"name", "body"})


def definitions(tree: ast.Module) -> dict[str, str]:
    """Digest by piece of a module, in the module's order, without comments and docstrings.

    A piece is called ``function f``, ``class C`` (its bases and decorators and what stands in it but for functions),
    ``method C.f``, ``name X`` (what is assigned to it), ``imports`` (all of them) or ``statement 2`` (the second that
    is none of these). Its own name is left out of the digest, so that a renamed piece can be recognised.
    """
    found: dict[str, str] = {}
    for name, text in _pieces(without_docstring(tree.body)):
        # what is defined twice, as under `if` and `else`, counts together
        found[name] = found.get(name, "") + text
    return {name: digest_of(text)[:DIGEST_LENGTH] for name, text in found.items()}


def _pieces(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    others = 0
    for node in body:
        if isinstance(node, FUNCTIONS):
            yield f"function {node.name}", shape(node, without=NAME)
        elif isinstance(node, ast.ClassDef):
            yield from _class(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield "imports", shape(node)
        elif name := _assigned(node):
            yield f"name {name}", shape(node, without=frozenset({"targets", "target"}))
        else:
            others += 1
            yield f"statement {others}", shape(node)


def _class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    body = without_docstring(node.body)
    rest = [inner for inner in body if not isinstance(inner, FUNCTIONS)]
    yield f"class {node.name}", shape(node, without=HEAD) + shape(rest)
    for inner in body:
        if isinstance(inner, FUNCTIONS):
            yield f"method {node.name}.{inner.name}", shape(inner, without=NAME)


def _assigned(node: ast.stmt) -> str:
    """The name that a statement gives a value to; empty for any other statement."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if isinstance(node, ast.AnnAssign):
        target = node.target
    return target.id if isinstance(target, ast.Name) else ""
