"""Notebooks run by papermill alone, or opened by a person, make what the pipeline makes, to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from demonstration import YEAR, Place
from nbclient import NotebookClient

from evaluation.pipeline import STEP_NAMES
from evaluation.running.notebook_file import tidy


@pytest.fixture(scope="module")
def prepared(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy of the finished clone whose outputs the tests of this module make anew, step by step."""
    return finished.copy(tmp_path_factory.mktemp("by-hand") / "own")


def forget(place: Place, step: str) -> dict[str, bytes]:
    """Remove what ``step`` made; return it by its place in the clone."""
    workspace = place.open()
    made = {}
    for path in workspace.outputs(workspace.step(step), YEAR).values():
        made[path.relative_to(place.root).as_posix()] = path.read_bytes()
        path.unlink()
    assert made
    return made


def different(place: Place, made: dict[str, bytes]) -> list[str]:
    """Files that are not there again with the same bytes."""
    paths = {name: place.root / name for name in made}
    return [name for name, path in paths.items() if not path.exists() or path.read_bytes() != made[name]]


def outputs(cells: list[dict[str, Any]]) -> list[list[Any]]:
    """What the cells of code show, but for the cell of parameters."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and not cell["metadata"].get("tags")]
    return [cell["outputs"] for cell in code]


@pytest.mark.parametrize("step", STEP_NAMES)
def test_papermill_alone(prepared: Place, tmp_path: Path, step: str) -> None:
    made = forget(prepared, step)
    executed = tmp_path / "executed.ipynb"
    arguments = ("-m", "papermill", f"notebooks/{step}.ipynb", str(executed), "-p", "year", "2025")
    answer = prepared.python(*arguments)
    assert answer.code == 0, answer.output
    assert executed.exists()
    assert different(prepared, made) == []


@pytest.mark.parametrize("step", STEP_NAMES)
def test_opened_and_run_cell_by_cell(prepared: Place, step: str) -> None:
    made = forget(prepared, step)
    source = prepared.root / "notebooks" / f"{step}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    # JupyterLab starts a notebook's kernel in the notebook's folder.
    client = NotebookClient(notebook, resources={"metadata": {"path": str(source.parent)}})
    client.execute(env=prepared.environment)
    assert different(prepared, made) == []
    original = json.loads(source.read_text(encoding="utf-8"))
    shown = tidy(json.loads(nbformat.writes(notebook)), original, {str(prepared.root): "."})
    executed = prepared.open().executed_notebook(step, YEAR)
    kept = json.loads(executed.read_text(encoding="utf-8"))
    assert outputs(shown["cells"]) == outputs(kept["cells"])
