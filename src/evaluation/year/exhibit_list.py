"""Where every figure, table and report comes from: its file, the notebook's cell that writes it, the functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluation.pipeline import Step
from evaluation.places import Workspace
from evaluation.running.notebook_file import cell_source, read_notebook
from evaluation.running.syntax import parse_source
from evaluation.running.tasks import Task

WRITERS = {
    "save_figure": "figure", "save_exhibit": "table", "save_text": "file", "save_bytes": "file", "write": "data",
    "write_all": "data",
}  # fmt: skip
OURS, NO_MAKER = "evaluation.", "evaluation.workspace."
DEPTH = 4


@dataclass(frozen=True)
class Origin:
    """One thing that a step shows. ``cell`` is the code cell's number (None: no cell names it), ``functions`` are
    those called for what is written there, fully named."""

    kind: str
    name: str
    step: str
    files: tuple[str, ...]
    cell: int | None
    functions: tuple[str, ...]


def exhibit_list(workspace: Workspace, tasks: list[Task], year: int) -> list[Origin]:
    """Every declared figure, table for people, file and table of data of ``year``, in the pipeline's order."""
    found: list[Origin] = []
    for task in tasks:
        if task.year == year and task.not_applicable is None:
            written = written_by(workspace.notebook(task.name))
            for kind, name in _declared(task.step, workspace.made(task.step, year)):
                cell, functions = written.get((kind, name), (None, ()))
                if cell is None:
                    cell, functions = _by_pattern(written, kind, name)
                files = tuple(_files(workspace.root, task, kind, name))
                found.append(Origin(kind, name, task.name, files, cell, functions))
    return found


def _declared(step: Step, tables: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from (("figure", name) for name in step.figures)
    yield from (("table", name) for name in step.exhibits)
    yield from (("file", name) for name in step.files)
    yield from (("data", name) for name in tables)


def _files(root: Path, task: Task, kind: str, name: str) -> Iterator[str]:
    for output, path in task.outputs.items():
        group, _, rest = output.partition(":")
        ours = {"figure": "figure", "table": "exhibit", "file": "file", "data": "table"}[kind]
        if group == ours and (rest == name or (kind in ("figure", "table") and rest.split(".")[0] == name)):
            yield path.relative_to(root).as_posix()


Written = Mapping[tuple[str, str], tuple[int | None, tuple[str, ...]]]


def written_by(notebook: Path) -> Written:
    """Cell and functions by kind and name of all that a notebook writes. A name made of parts stands with ``*``."""
    cells = [cell_source(cell) for cell in read_notebook(notebook)["cells"] if cell.get("cell_type") == "code"]
    trees = [parse_source(source) for source in cells]
    names = _Names()
    for tree in trees:
        names.visit(tree)
    found: dict[tuple[str, str], tuple[int | None, tuple[str, ...]]] = {}
    for number, tree in enumerate(trees, 1):
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            kind = WRITERS.get(call.func.attr)
            if kind and call.args:
                whole = call.func.attr == "write_all"
                name = "*" if whole else _named(call.args[0])
                parts = [*call.args[0 if whole else 1 :], *(keyword.value for keyword in call.keywords)]
                functions = dict.fromkeys(each for part in parts for each in names.functions(part, DEPTH))
                ours = tuple(each for each in functions if each.startswith(OURS) and not each.startswith(NO_MAKER))
                found.setdefault((kind, name), (number, ours))
    return found


def _named(node: ast.expr) -> str:
    """The name that a call is given; what only running it would tell stands as ``*``."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return "*"


def _by_pattern(written: Written, kind: str, name: str) -> tuple[int | None, tuple[str, ...]]:
    for (group, pattern), where in written.items():
        if group == kind and "*" in pattern and re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name):
            return where
    return None, ()


class _Names(ast.NodeVisitor):
    """What a notebook's names mean: imported things by full name, others by the expression that they were given."""

    def __init__(self) -> None:
        self.imported: dict[str, str] = {}
        self.given: dict[str, ast.expr] = {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.imported |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}

    def visit_Import(self, node: ast.Import) -> None:
        self.imported |= {alias.asname or alias.name: alias.name for alias in node.names}

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._each(target, node.value)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._each(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._each(node.target, node.iter)
        self.generic_visit(node)

    def _each(self, target: ast.expr, of: ast.expr) -> None:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                self.given.setdefault(name.id, of)

    def functions(self, node: ast.AST, depth: int) -> Iterator[str]:
        """Full names of the package's functions that ``node`` calls, itself or by the names that it uses."""
        called = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute) and id(inner) in called and isinstance(inner.value, ast.Name):
                made = self.imported.get(inner.value.id) or self._made(inner.value.id)  # a module, or an object's class
                if made is not None:
                    yield f"{made}.{inner.attr}"
            if isinstance(inner, ast.Name):
                full = self.imported.get(inner.id)
                if full is not None and id(inner) in called:
                    yield full
                elif full is None and depth and inner.id in self.given and self._made(inner.id) is None:
                    yield from self.functions(self.given[inner.id], depth - 1)

    def _made(self, name: str) -> str | None:
        """The class that ``name`` is an object of, where it was made by calling one."""
        value = self.given.get(name)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            full = self.imported.get(value.func.id)
            if full is not None and value.func.id[:1].isupper():
                return full
        return None
