"""What Python code says, without comments and docstrings, and which modules of a package it reaches."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.running.hashes import Hashes
from evaluation.running.syntax import parse_source

# Fields that say nothing about what the code does.
IGNORED_FIELDS = frozenset({"kind", "type_comment", "type_ignores"})
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Import = tuple[int, str, tuple[str, ...]]
"""Level of a relative import (0 = absolute), module, imported names."""


@dataclass(frozen=True)
class Code:
    """What one piece of code does (``digest``) and what it imports."""

    digest: str
    imports: tuple[Import, ...]


def read_code(source: str, keep_first_text: bool = False) -> Code:
    """The code's syntax tree as a digest, and its imports at any depth.

    Comments, blank lines, layout and docstrings do not matter; nor does the Python version, where the syntax
    is the same. ``keep_first_text`` keeps a text that opens the code: in a notebook cell it is an output.
    Raises SyntaxError.
    """
    tree = parse_source(source)
    shape = _shape(tree, keep_first_text)
    return Code(hashlib.sha256(shape.encode()).hexdigest(), tuple(dict.fromkeys(_imports(tree))))


def _shape(value: Any, keep_first_text: bool = False) -> str:
    if isinstance(value, ast.Constant):
        return f"{type(value.value).__name__}:{value.value!r}"
    if isinstance(value, ast.AST):
        parts = []
        for field in value._fields:
            part = getattr(value, field, None)
            if field in IGNORED_FIELDS or part is None or part == []:
                continue
            if field == "body" and isinstance(value, DOCUMENTED) and not keep_first_text:
                part = _without_docstring(part)
            parts.append(f"{field}={_shape(part)}")
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, list):
        return f"[{','.join(_shape(item) for item in value)}]"
    return repr(value)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0].value if isinstance(body[0], ast.Expr) else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return body[1:] if is_text else body


def _imports(node: ast.AST) -> Iterator[Import]:
    """Every import that can run: those under ``if TYPE_CHECKING`` cannot."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((0, alias.name, ()) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.level, child.module or "", tuple(alias.name for alias in child.names)
        elif isinstance(child, ast.If) and _last_name(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield from _imports(ast.Module([other], []))
        else:
            if isinstance(child, ast.Call) and _last_name(child.func) in ("import_module", "__import__"):
                first = child.args[0] if child.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield 0, first.value, ()
            yield from _imports(child)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@dataclass(frozen=True)
class Package:
    """A package's source folder, whose last part is its name."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def file_of(self, module: str) -> Path | None:
        """Source file of a module of this package; None where it is none of its modules."""
        parts = module.split(".")
        if parts[0] != self.name:
            return None
        place = self.folder.joinpath(*parts[1:])
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if path.is_file() and path.parent.is_relative_to(self.folder):
                return path
        return None


def own_package() -> Package:
    """The package this code belongs to."""
    return Package(Path(__file__).resolve().parents[1])


def reached(
    imports: Iterable[Import], packages: Sequence[Package], hashes: Hashes, skip: Iterable[str] = ()
) -> dict[str, str]:
    """Digest by name of every module that ``imports`` reach in ``packages``, directly or through each other.

    Files other than Python in the folders of reached modules (texts, templates) count too, under their path.
    ``skip`` names modules that are left out with what only they import.
    """
    found: dict[str, str] = {}
    folders: set[tuple[Package, Path]] = set()
    waiting = [name for item in imports for name in _named(item, "")]
    left_out = set(skip)
    while waiting:
        module = waiting.pop()
        if module in found or module in left_out:
            continue
        for package in packages:
            path = package.file_of(module)
            if path is None:
                continue
            code = _module_code(path, hashes)
            found[module] = code.digest
            folders.add((package, path.parent))
            here = module if path.name == "__init__.py" else module.rpartition(".")[0]
            waiting += [name for item in code.imports for name in _named(item, here)]
    for package, folder in folders:
        for path in _data_files(folder):
            found[f"{package.name}/{path.relative_to(package.folder).as_posix()}"] = str(hashes.of_file(path))
    return dict(sorted(found.items()))


def _module_code(path: Path, hashes: Hashes) -> Code:
    def compute(content: bytes) -> Any:
        try:
            code = read_code(content.decode("utf-8"))
        except SyntaxError as error:
            error.filename = str(path)
            raise
        return [code.digest, [[level, module, list(names)] for level, module, names in code.imports]]

    digest, imports = hashes.derived("code", path, compute)
    return Code(digest, tuple((level, module, tuple(names)) for level, module, names in imports))


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


def _data_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            if not (path / "__init__.py").exists():
                yield from _data_files(path)
        elif path.suffix not in (".py", ".pyc"):
            yield path


def read_notebook_code(cells: Sequence[dict[str, Any]]) -> tuple[str, tuple[Import, ...]]:
    """Digest of a notebook's cells, and the imports of its code.

    Outputs, ids and metadata do not matter, but for the tags ``parameters`` and ``raises-exception``. A cell with
    IPython's own syntax counts as text. A semicolon at the end hides an output, so it counts.
    """
    parts: list[list[Any]] = []
    imports: list[Import] = []
    for cell in cells:
        raw = cell.get("source", "")
        source = raw if isinstance(raw, str) else "".join(raw)
        tags = sorted({"parameters", "raises-exception"} & set(cell.get("metadata", {}).get("tags", [])))
        kind = str(cell.get("cell_type", ""))
        if kind == "code":
            if not source.strip():
                continue
            try:
                code = read_code(source, keep_first_text=True)
            except SyntaxError:
                parts.append([kind, tags, source.strip()])
            else:
                parts.append([kind, tags, code.digest, source.rstrip().endswith(";")])
                imports += code.imports
        else:
            parts.append([kind, tags, source])
    text = json.dumps(parts, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest(), tuple(dict.fromkeys(imports))
