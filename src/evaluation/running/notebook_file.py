"""A notebook as a file: reading it, checking the parameters it is given, making an executed one the same each time."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.running.syntax import parse_source
from evaluation.settings import InputProblem

PLAIN = (bool, int, float, str, type(None))
SECRET = re.compile(r"passw|secret|token|credential|api_?key", re.IGNORECASE)
INJECTED = "injected-parameters"
ERROR_MARK = "papermill-error-cell-tag"
# Places and numbers that differ from run to run in printed objects and tracebacks.
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
# looked for from where its run of signs begins: from every sign of it a picture's million would take minutes
KERNEL_FILE = re.compile(r"(?<![^\s\"'<>])[^\s\"'<>]*ipykernel_\d+[/\\]+\d+\.py")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def read_notebook(path: Path) -> dict[str, Any]:
    """The notebook as JSON. Raises InputProblem when it is missing or is no notebook of format 4."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputProblem(
            f"Нет блокнота {path}. Верните его из архива проекта или создайте заново.",
            f"There is no notebook {path}. Bring it back from the project's archive or write it anew.",
        ) from None
    except ValueError as error:
        raise InputProblem(
            f"{path}: файл повреждён и не читается как блокнот ({error}). Верните его из архива проекта.",
            f"{path}: the file is damaged and does not read as a notebook ({error}). Bring it back from the archive.",
        ) from error
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        raise InputProblem(
            f"{path}: это не блокнот Jupyter формата 4. Откройте его в JupyterLab и сохраните заново.",
            f"{path}: this is not a Jupyter notebook of format 4. Open it in JupyterLab and save it again.",
        )
    return content


def cell_source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def cell_tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def check_parameters(notebook: Mapping[str, Any], parameters: Mapping[str, Any], name: str) -> None:
    """Refuse parameters that the notebook ``name`` does not take, or that would not arrive as they are.

    A notebook takes the names that its cell tagged ``parameters`` sets to plain values. Raises InputProblem.
    """
    cells = [cell for cell in notebook["cells"] if "parameters" in cell_tags(cell)]
    if len(cells) != 1:
        raise InputProblem(
            f"Блокнот {name}: ячеек с меткой «parameters» {len(cells)}, а должна быть одна. "
            "В JupyterLab метка ставится в панели свойств ячейки.",
            f"Notebook {name}: {len(cells)} cells are tagged 'parameters'; exactly one must be. "
            "In JupyterLab the tag is set in the property inspector of the cell.",
        )
    known = _defaults(cell_source(cells[0]), name)
    unknown = [parameter for parameter in parameters if parameter not in known]
    if unknown:
        raise InputProblem(
            f"Блокнот {name} не знает параметра «{', '.join(unknown)}». Он знает: {', '.join(known) or 'никаких'}.",
            f"Notebook {name} does not know the parameter '{', '.join(unknown)}'. "
            f"It knows: {', '.join(known) or 'none'}.",
        )
    for parameter, value in parameters.items():
        if SECRET.search(parameter):
            raise InputProblem(
                f"Блокнот {name}: параметр «{parameter}» похож на секрет, а параметры остаются в блокноте. "
                "Уберите его.",
                f"Notebook {name}: the parameter '{parameter}' looks like a secret, and parameters stay in the "
                "notebook. Remove it.",
            )
        if not _is_plain(value):
            raise InputProblem(
                f"Блокнот {name}: значение параметра «{parameter}» ({value!r}) — не число, не текст и не список "
                "из них. Даты и пути передавайте текстом.",
                f"Notebook {name}: the value of the parameter '{parameter}' ({value!r}) is no number, text or list "
                "of such. Pass dates and paths as text.",
            )


def _defaults(source: str, name: str) -> list[str]:
    """Names that a cell of parameters sets. Refuses values that are not plain: they would keep the default's sense."""
    try:
        statements = parse_source(source).body
    except SyntaxError as error:
        raise InputProblem(
            f"Блокнот {name}, ячейка параметров, строка {error.lineno}: это не Python. "
            "Оставьте строки вида «year = 2025».",
            f"Notebook {name}, cell of parameters, line {error.lineno}: this is not Python. "
            "Keep lines such as 'year = 2025'.",
        ) from error
    names = []
    for statement in statements:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if isinstance(statement, ast.AnnAssign):
            target = statement.target
        value = getattr(statement, "value", None)
        if not isinstance(target, ast.Name) or value is None or not _is_literal(value):
            raise InputProblem(
                f"Блокнот {name}, ячейка параметров, строка {statement.lineno}: ожидалась строка вида «year = 2025» "
                "с готовым значением. Вычисления перенесите в следующую ячейку.",
                f"Notebook {name}, cell of parameters, line {statement.lineno}: a line such as 'year = 2025' with a "
                "plain value was expected. Move computations to the next cell.",
            )
        names.append(target.id)
    return names


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return type(value) in PLAIN


def cell_number(cells: Sequence[Mapping[str, Any]], index: int) -> int:
    """Number of the code cell at ``index`` as a person sees it who runs the notebook from the top: ``In [n]``."""
    return sum(
        cell.get("cell_type") == "code" and bool(cell_source(cell).strip()) and INJECTED not in cell_tags(cell)
        for cell in cells[: index + 1]
    )


def tidy(notebook: dict[str, Any], source: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """An executed notebook without what differs between two equal runs, as JSON.

    Timings, random ids and the runner's own cells and metadata go; ids are those of ``source`` where it has them.
    Cells are numbered as a person sees them who runs the notebook from the top. In outputs each path of ``places``
    is replaced by its word, addresses of objects and names of temporary files by a constant.
    """
    originals = iter(source["cells"])
    order = path_patterns(places)
    cells = []
    for number, cell in enumerate(notebook["cells"], 1):
        tags = cell_tags(cell)
        if ERROR_MARK in tags:
            continue
        injected = INJECTED in tags
        original: Mapping[str, Any] = {} if injected else next(originals, {})
        metadata = dict(cell.get("metadata", {}))
        for volatile in ("papermill", "execution"):
            metadata.pop(volatile, None)
        if not tags:
            metadata.pop("tags", None)
        kept = {**cell, "metadata": metadata, "id": INJECTED if injected else original.get("id", f"cell-{number}")}
        if cell.get("cell_type") == "code":
            ran = cell.get("execution_count") is not None and not injected
            count = cell_number(notebook["cells"], number - 1) if ran else None
            kept["execution_count"] = count
            kept["outputs"] = [_tidy_output(output, order, count) for output in cell["outputs"]]
        cells.append(kept)
    kept_metadata = ("kernelspec", "language_info", "widgets")
    metadata = {key: value for key, value in notebook["metadata"].items() if key in kept_metadata}
    return {**notebook, "cells": cells, "metadata": metadata}


def path_patterns(places: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """A pattern for each path of ``places`` that is longer than a root, the longest first, with its word."""
    spellings: dict[str, str] = {}
    for place, word in places.items():
        if len(place) > 3:
            spellings |= dict.fromkeys((place, place.replace("\\", "\\\\"), place.replace("\\", "/")), word)
    longest_first = sorted(spellings.items(), key=lambda item: -len(item[0]))
    return [(re.compile(rf"(?<![\w./-]){re.escape(place)}(?![\w-])"), word) for place, word in longest_first]


def _tidy_output(
    output: dict[str, Any], places: Sequence[tuple[re.Pattern[str], str]], count: int | None
) -> dict[str, Any]:
    tidied = dict(output)
    if "execution_count" in tidied:
        tidied["execution_count"] = count
    for field in ("text", "evalue"):
        if field in tidied:
            tidied[field] = tidy_text(tidied[field], places)
    if "traceback" in tidied:
        tidied["traceback"] = [tidy_text(line, places) for line in tidied["traceback"]]
    if "data" in tidied:
        tidied["data"] = {
            kind: tidy_text(value, places) if kind.startswith("text/") and isinstance(value, str) else value
            for kind, value in tidied["data"].items()
        }
    return tidied


def tidy_text(text: str, places: Sequence[tuple[re.Pattern[str], str]]) -> str:
    """``text`` with each path of ``places`` replaced by its word, and without addresses."""
    for pattern, word in places:
        text = pattern.sub(word.replace("\\", r"\\"), text)
    text = ADDRESS.sub("at 0x...", text)
    return KERNEL_FILE.sub("<cell>", text) if "ipykernel_" in text else text
