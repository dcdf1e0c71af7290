"""The code behind a finding: the notebook's cell and line that write it, the functions called, where it is named."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evaluation.places import Workspace, repository
from evaluation.running.notebook_file import cell_source, read_notebook
from evaluation.running.syntax import parse_source
from evaluation.year.exhibit_list import WRITERS, written_by

FEWEST_LETTERS = 3
MOST_PLACES = 5


@dataclass(frozen=True)
class CodePlace:
    """A place in a file: a function's full name (empty for a bare line), its first and last line, the first's text."""

    name: str
    file: str
    line: int
    last_line: int
    text: str


@dataclass(frozen=True)
class Code:
    """``cell`` counts the notebook's code cells from 1, ``line`` the lines of that cell; ``execution`` is the number
    that the executed notebook shows beside it (None: not executed). ``named_at`` are places that name the finding."""

    step: str
    notebook: str
    executed: str | None
    cell: int | None
    line: int | None
    text: str
    execution: int | None
    functions: tuple[CodePlace, ...]
    named_at: tuple[CodePlace, ...]


def code_of(workspace: Workspace, step: str, year: int, table: str, finding: str) -> Code:
    """The code that makes ``finding``, which ``step`` writes into the table ``table``.

    Raises InputProblem where the step's notebook is missing or damaged.
    """
    path = workspace.notebook(step)
    cell, names = written_by(path).get(("data", table), (None, ()))
    sources = [cell_source(each) for each in read_notebook(path)["cells"] if each.get("cell_type") == "code"]
    line = None if cell is None else _writing_line(sources[cell - 1], table)
    functions = tuple(place for name in names if (place := function_place(name)) is not None)
    executed = workspace.executed_notebook(step, year)
    has_run = executed.is_file()
    return Code(
        step, _shown(path, workspace.root), _shown(executed, workspace.root) if has_run else None, cell, line,
        "" if cell is None or line is None else sources[cell - 1].splitlines()[line - 1].strip(),
        None if cell is None or not has_run else _execution(executed, sources[cell - 1]), functions,
        tuple(_named_at(finding, functions, sources, _shown(path, workspace.root))),
    )  # fmt: skip


def _writing_line(source: str, table: str) -> int | None:
    for call in ast.walk(parse_source(source)):
        is_writer = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in WRITERS
        if is_writer and isinstance(call, ast.Call) and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant) and first.value == table:
                return call.lineno
    return None


def _execution(executed: Path, source: str) -> int | None:
    for cell in read_notebook(executed)["cells"]:
        if cell.get("cell_type") == "code" and cell_source(cell) == source:
            count = cell.get("execution_count")
            return count if isinstance(count, int) else None
    return None


def _shown(path: Path, root: Path) -> str:
    for folder in (root, repository()):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name


def function_place(name: str) -> CodePlace | None:
    """Where a function, method or class of the package stands, by its full name; None where it cannot be found."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        path = _module_file(".".join(parts[:end]))
        if path is None:
            continue
        node: ast.AST | None = _tree(path)
        for part in parts[end:]:
            node = _member(node, part)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            text = path.read_text(encoding="utf-8").splitlines()[node.lineno - 1].strip()
            return CodePlace(name, _shown(path, repository()), node.lineno, node.end_lineno or node.lineno, text)
        return None
    return None


@cache
def _module_file(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    origin = spec.origin if spec is not None else None
    return Path(origin) if origin and origin.endswith(".py") else None


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _member(node: ast.AST | None, name: str) -> ast.AST | None:
    body = getattr(node, "body", [])
    return next((each for each in body if getattr(each, "name", None) == name), None)


def _named_at(finding: str, functions: Iterable[CodePlace], sources: list[str], notebook: str) -> list[CodePlace]:
    """Lines that name the finding: as it stands, else by a pattern (f"rows_{fate}"), else without its first word."""
    files = {place.file: repository() / place.file for place in functions}
    trees = [(file, _tree(path), path.read_text(encoding="utf-8").splitlines()) for file, path in files.items()]
    trees += [
        (f"{notebook}, {number}", parse_source(source), source.splitlines()) for number, source in enumerate(sources, 1)
    ]
    for wanted in (finding, finding.partition("_")[2]):
        found = [
            (weight, CodePlace("", file, line, line, text[line - 1].strip()))
            for file, tree, text in trees
            for line, weight in sorted(_lines_naming(tree, wanted).items())
        ]
        heaviest = max((weight for weight, _ in found), default=0)
        if found:
            return [place for weight, place in found if weight == heaviest][:MOST_PLACES]
    return []


_NAMES_IT, _HOLDS_IT = 1000, 500


def _lines_naming(tree: ast.Module, wanted: str) -> dict[int, int]:
    """Weight by line: where a call or a dictionary is given the name first, where it stands otherwise, where a pattern
    fits it (by the letters that the pattern has fixed)."""
    first = {id(node.args[0]) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}
    first |= {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    first |= {id(value) for node in ast.walk(tree) if isinstance(node, ast.Dict) for value in node.values}
    lines: dict[int, int] = {}
    for node in ast.walk(tree):
        weight = 0
        if isinstance(node, ast.Constant) and node.value == wanted:
            weight = _NAMES_IT if id(node) in first else _HOLDS_IT
        elif isinstance(node, ast.JoinedStr):
            weight = _fixed_letters(node, wanted)
        if weight and isinstance(node, ast.expr):
            lines[node.lineno] = max(weight, lines.get(node.lineno, 0))
    return lines


def _fixed_letters(node: ast.JoinedStr, wanted: str) -> int:
    """How many letters a pattern has fixed, where it fits ``wanted``; else 0."""
    fixed = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
    letters = sum(len(part) for part in fixed if part)
    pattern = "".join("[a-z0-9_]+" if part is None else re.escape(part) for part in fixed)
    return letters if letters >= FEWEST_LETTERS and re.fullmatch(pattern, wanted) else 0
