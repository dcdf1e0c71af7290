"""What Python code says, without comments and docstrings, and which modules of a package it reaches."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.running.definitions import definitions
from evaluation.running.hashes import Hashes
from evaluation.running.package_data import data_references
from evaluation.running.syntax import digest_of, last_name, parse_source, shape

Import = tuple[int, str, tuple[str, ...]]
"""Level of a relative import (0 = absolute), module, imported names."""


@dataclass(frozen=True)
class Code:
    """What one piece of code does (``digest``), what it imports, its named pieces, the data that it reads.

    ``definitions`` are those of ``definitions.py``, ``data`` the references of ``package_data.py``.
    """

    digest: str
    imports: tuple[Import, ...]
    definitions: Mapping[str, str] = field(default_factory=dict)
    data: tuple[str, ...] = ()


def read_code(source: str, keep_first_text: bool = False) -> Code:
    """The code's syntax tree as a digest, its imports at any depth, its pieces.

    Comments, blank lines, layout and docstrings do not matter; nor does the Python version, where the syntax
    is the same. ``keep_first_text`` keeps a text that opens the code: in a notebook cell it is an output.
    Raises SyntaxError.
    """
    tree = parse_source(source)
    digest = digest_of(shape(tree, keep_first_text))
    imports = tuple(dict.fromkeys(_imports(tree)))
    return Code(digest, imports, definitions(tree), tuple(data_references(tree)))


def _imports(node: ast.AST) -> Iterator[Import]:
    """Every import that can run: those under ``if TYPE_CHECKING`` cannot."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((0, alias.name, ()) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.level, child.module or "", tuple(alias.name for alias in child.names)
        elif isinstance(child, ast.If) and last_name(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield from _imports(ast.Module([other], []))
        else:
            if isinstance(child, ast.Call) and last_name(child.func) in ("import_module", "__import__"):
                first = child.args[0] if child.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield 0, first.value, ()
            yield from _imports(child)


@dataclass(frozen=True)
class Package:
    """A package's source folder, whose last part is its name."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name


@dataclass(frozen=True)
class Index:
    """What lies in a package's folder: source file by module, and every other file by its path in the package."""

    modules: Mapping[str, Path]
    data: Mapping[str, Path]


def index_of(package: Package) -> Index:
    """Look through the package's folder once. A folder ``a`` with ``__init__.py`` goes before a module ``a.py``."""
    modules: dict[str, Path] = {}
    data: dict[str, Path] = {}
    for folder, inner, names in os.walk(package.folder):
        inner[:] = sorted(name for name in inner if not name.startswith((".", "__pycache__")))
        here = Path(folder)
        parts = here.relative_to(package.folder).parts
        for name in sorted(names):
            if name == "__init__.py":
                modules[".".join((package.name, *parts))] = here / name
            elif name.endswith(".py"):
                modules.setdefault(".".join((package.name, *parts, name.removesuffix(".py"))), here / name)
            elif not name.startswith(".") and not name.endswith((".pyc", "~")):
                data["/".join((*parts, name))] = here / name
    return Index(modules, data)


def own_package() -> Package:
    """The package this code belongs to."""
    return Package(Path(__file__).resolve().parents[1])


@dataclass(frozen=True)
class Reached:
    """What some code reaches: digest by module and by file of data, and the pieces of each module."""

    digests: Mapping[str, str]
    pieces: Mapping[str, Mapping[str, str]]


def reached(
    imports: Iterable[Import], packages: Sequence[Package], hashes: Hashes, skip: Iterable[str] = ()
) -> Reached:
    """Every module that ``imports`` reach in ``packages``, directly or through each other, and the data they read.

    Files other than Python (texts, templates) count by their bytes, under their path, where a reached module reads
    files of their folder. ``skip`` names modules that are left out with what only they import. The packages' folders
    are listed once in the life of ``hashes``.
    """
    digests: dict[str, str] = {}
    pieces: dict[str, Mapping[str, str]] = {}
    left_out = set(skip)
    indexes = {each.name: (each, hashes.once(("index", each), partial(index_of, each))) for each in packages}
    waiting = [name for item in imports for name in _named(item, "")]
    while waiting:
        module = waiting.pop()
        if module in digests or module in left_out or module.partition(".")[0] not in indexes:
            continue
        package, index = indexes[module.partition(".")[0]]
        path = index.modules.get(module)
        if path is None:
            continue
        code = hashes.once(("module", path), partial(_module_code, path, hashes))
        digests[module], pieces[module] = code.digest, code.definitions
        here = module if path.name == "__init__.py" else module.rpartition(".")[0]
        waiting += [name for item in code.imports for name in _named(item, here)]
        for name in _data_of(code.data, package, index, path):
            digests[f"{package.name}/{name}"] = str(hashes.of_file(index.data[name]))
    return Reached(dict(sorted(digests.items())), pieces)


def _module_code(path: Path, hashes: Hashes) -> Code:
    def compute(content: bytes) -> Any:
        try:
            code = read_code(content.decode("utf-8"))
        except SyntaxError as error:
            error.filename = str(path)
            raise
        imports = [[level, module, list(names)] for level, module, names in code.imports]
        return [code.digest, imports, dict(code.definitions), list(code.data)]

    digest, imports, pieces, data = hashes.derived("code", path, compute)
    found = tuple((level, module, tuple(names)) for level, module, names in imports)
    return Code(digest, found, pieces, tuple(data))


def _named(item: Import, here: str) -> Iterator[str]:
    """Full names that an import may mean: each module with its packages, and each imported name as a module."""
    level, module, names = item
    if level:
        parts = here.split(".") if here else []
        base = parts[: len(parts) - (level - 1)]
        module = ".".join([*base, *([module] if module else [])])
    parts = module.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
    yield from (f"{module}.{name}" for name in names if name != "*")


def _data_of(references: Sequence[str], package: Package, index: Index, path: Path) -> Iterator[str]:
    """Paths in the package of the files that a module at ``path`` may read by ``references``."""
    for reference in references:
        folder = _folder(reference, package, path)
        if folder is not None:
            inside = "".join(f"{part}/" for part in folder)
            yield from (name for name in index.data if f"{name}/".startswith(inside))


def _folder(reference: str, package: Package, path: Path) -> tuple[str, ...] | None:
    """The file or folder meant, as parts below the package's folder; None where it is none of the package's."""
    base, _, rest = reference.partition(":")
    below = tuple(rest.split("/")) if rest else ()
    if not base:
        return ()
    if base.isdigit():
        own = path.relative_to(package.folder).parts[:-1]
        above = int(base) - 1
        return (*own[: len(own) - above], *below) if above <= len(own) else None
    parts = base.split(".")
    return (*parts[1:], *below) if parts[0] == package.name else None
