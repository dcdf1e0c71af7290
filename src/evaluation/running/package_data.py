"""Which files other than Python a module reads from its package: those that belong to what the code does."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evaluation.running.syntax import last_name

READERS = frozenset({"files", "get_data", "PackageLoader", "open_text", "open_binary", "read_text", "read_binary"})
LIBRARIES = frozenset({"importlib", "importlib.resources", "importlib_resources", "pkgutil", "jinja2"})


@dataclass(frozen=True)
class Place:
    """A path that the code spells out, as far as it does: ``parts`` below a folder.

    The folder is that of ``package``; without one, it is ``above`` levels above the module's file (1: beside it, 0: the
    file itself). An empty ``package`` is any. ``is_open``: what follows in the path is not known.
    """

    package: str | None = None
    above: int = 0
    parts: tuple[str, ...] = ()
    is_open: bool = False

    def up(self, levels: int = 1) -> Place:
        kept = len(self.parts) - levels
        return replace(self, parts=self.parts[: max(0, kept)], above=self.above + max(0, -kept))

    def down(self, names: Sequence[ast.expr]) -> Place:
        found = self
        for name in names:
            text = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
            if text is None or found.is_open:
                return replace(found, is_open=True)
            for part in text.replace("\\", "/").split("/"):
                found = found.up() if part == ".." else replace(found, parts=(*found.parts, part))
        return found


def data_references(tree: ast.Module) -> list[str]:
    """Files or folders that the module may read, as ``level:folder/name`` or ``package:folder/name``, in order.

    Read as such are paths made of ``__file__`` (level 1 is the module's own folder) and what
    ``importlib.resources.files``, ``pkgutil.get_data`` and ``PackageLoader`` are given. Where the code does not say
    which package, the reference is ``:``, every file: rather one run too many than one too few. A path that is put
    together in several statements is followed to where the first of them ends.
    """
    is_reading = bool(LIBRARIES & set(_libraries(tree)))
    found = set()
    for place in _places(tree, is_reading):
        folder = str(max(1, place.above)) if place.package is None else place.package
        found.add(f"{folder}:{'/'.join(place.parts)}")
    return sorted(found)


def _libraries(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def _places(tree: ast.AST, is_reading: bool) -> Iterator[Place]:
    """The longest paths that the code spells out."""
    for node in ast.iter_child_nodes(tree):
        place = _place(node, is_reading) if isinstance(node, ast.expr) else None
        if place is None:
            yield from _places(node, is_reading)
        else:
            yield place


def _place(node: ast.expr, is_reading: bool) -> Place | None:
    if isinstance(node, ast.Name):
        return Place() if node.id == "__file__" else None
    if isinstance(node, ast.Attribute):
        inner = _place(node.value, is_reading)
        return inner.up() if inner is not None and node.attr == "parent" else inner
    if isinstance(node, ast.Subscript):
        inner = _place(node.value, is_reading)
        number = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return inner.up(number + 1) if inner is not None and isinstance(number, int) else inner
    if isinstance(node, ast.BinOp):
        inner = _place(node.left, is_reading)
        return None if inner is None else inner.down([node.right])
    return _called(node, is_reading) if isinstance(node, ast.Call) else None


def _called(node: ast.Call, is_reading: bool) -> Place | None:
    name = last_name(node.func)
    if is_reading and name in READERS and (package := _package(node)) is not None:
        return package
    on = _place(node.func.value, is_reading) if isinstance(node.func, ast.Attribute) else None
    if on is not None:
        if name == "with_name":
            return on.up().down(node.args)
        return on.down(node.args) if name == "joinpath" else on
    inner = _place(node.args[0], is_reading) if node.args else None
    if inner is None:
        return None
    if name == "join":
        return inner.down(node.args[1:])
    return inner.up() if name == "dirname" else inner


def _package(node: ast.Call) -> Place | None:
    """The package that a reader of package data is given."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return Place(package=first.value)
    if isinstance(first, ast.Name) and first.id in ("__package__", "__name__"):
        return Place(above=1)
    return Place(package="") if last_name(node.func) in ("files", "get_data", "PackageLoader") else None
