"""Which files other than Python a module reads from its package: those that belong to what the code does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from evaluation.running.syntax import last_name

OWN, EVERYTHING = "own", "everything"
READERS = frozenset({"files", "get_data", "PackageLoader", "open_text", "open_binary", "read_text", "read_binary"})
LIBRARIES = frozenset({"importlib", "importlib.resources", "importlib_resources", "pkgutil", "jinja2"})


def data_references(tree: ast.Module) -> list[str]:
    """Folders whose files the module may read, as ``own``, ``up:2``, ``package:a.b`` or ``everything``, in order.

    ``Path(__file__)`` and ``os.path.dirname(__file__)`` lead to a folder so many levels above the module's file (1 is
    its own); ``importlib.resources.files``, ``pkgutil.get_data`` and ``PackageLoader`` name a package. Where the
    code does not say which package, every file of the package counts: rather one run too many than one too few.
    """
    found = set(_by_place(tree))
    if LIBRARIES & set(_libraries(tree)):
        found |= set(_by_package(tree))
    return sorted(found)


def _by_place(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        level = _levels(node) if isinstance(node, ast.expr) else None
        if level is None:
            yield from _by_place(node)
        else:
            yield f"up:{max(1, level)}"


def _levels(node: ast.expr) -> int | None:
    """How far above the module's own file a path made of ``__file__`` lies; None for another expression."""
    if isinstance(node, ast.Name):
        return 0 if node.id == "__file__" else None
    if isinstance(node, ast.Attribute):
        inner = _levels(node.value)
        return None if inner is None else inner + (node.attr == "parent")
    if isinstance(node, ast.Subscript):
        return _parents(node)
    if isinstance(node, ast.BinOp):
        return _levels(node.left)
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        on = node.func.value if isinstance(node.func, ast.Attribute) else None
        inner = None if on is None else _levels(on)
        if inner is None and node.args:
            inner = _levels(node.args[0])
        if inner is None:
            return None
        return inner + (name in ("dirname", "with_name"))
    return None


def _parents(node: ast.Subscript) -> int | None:
    if not (isinstance(node.value, ast.Attribute) and node.value.attr == "parents"):
        return None
    inner = _levels(node.value.value)
    number = node.slice.value if isinstance(node.slice, ast.Constant) else None
    return None if inner is None else inner + (number if isinstance(number, int) else 0) + 1


def _libraries(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def _by_package(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and last_name(node.func) in READERS):
            continue
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield f"package:{first.value}"
        elif isinstance(first, ast.Name) and first.id in ("__package__", "__name__"):
            yield OWN
        elif last_name(node.func) in ("files", "get_data", "PackageLoader"):
            yield EVERYTHING
