"""Notebooks are thin, stripped and named as the pipeline's steps."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from evaluation.pipeline import STEP_NAMES

ROOT = Path(__file__).resolve().parents[1]
PANEL = ROOT / "notebooks" / "panel.ipynb"
STEP_NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").glob("*.ipynb") if path != PANEL)
NOTEBOOKS = sorted([*STEP_NOTEBOOKS, *(ROOT / "examples").glob("*/notebooks/*.ipynb")])


def cells(path: Path, kind: str) -> list[dict[str, object]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def code(path: Path) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells(path, "code"))


def test_there_is_one_notebook_a_step() -> None:
    assert tuple(sorted(path.stem for path in STEP_NOTEBOOKS)) == STEP_NAMES


def test_the_panel_is_one_call_without_outputs() -> None:
    assert ast.unparse(ast.parse(code(PANEL))) == "from evaluation.app.panel import open_panel\nopen_panel()"
    assert [cell["outputs"] for cell in cells(PANEL, "code")] == [[]]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_thin(path: Path) -> None:
    text = code(path)
    lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(lines) <= 60
    banned = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.With)
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, banned)]
    assert "filterwarnings" not in text
    paths = r"Path\(|open\(|os\.|[\"'][^\"']*/[^\"' ]*\.(csv|xlsx|parquet|html|json|yml)"
    assert not re.search(paths, text.replace("open_step(", ""))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_without_outputs(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_explains_itself_and_declares_its_parameters(path: Path) -> None:
    words = " ".join("".join(cell["source"]) for cell in cells(path, "markdown"))
    assert len(words.split()) > 80, "a notebook says what is asked and how to read what is seen"
    tagged = [cell for cell in cells(path, "code") if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    assigned = [node.targets[0].id for node in ast.parse("".join(tagged[0]["source"])).body]
    assert assigned == ["year", "workspace"]
    assert f'open_step("{path.stem}", year, workspace)' in code(path)
