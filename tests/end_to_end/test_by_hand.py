"""A notebook that a person opens and runs makes what the pipeline makes, to the byte."""

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

# a second whole run of the demonstration, notebook by notebook
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy of the finished clone whose outputs the tests of this module make anew, step by step."""
    return finished.copy(tmp_path_factory.mktemp("by-hand") / "own")


def forget(place: Place, step: str) -> list[str]:
    """Remove what ``step`` made; return the files' places in the clone."""
    workspace = place.open()
    paths = list(workspace.outputs(workspace.step(step), YEAR).values())
    for path in paths:
        path.unlink()
    assert paths
    return [path.relative_to(place.root).as_posix() for path in paths]


def different(place: Place, finished: Place, made: list[str]) -> list[str]:
    """Files that are not there again as the pipeline made them."""
    there = [name for name in made if (place.root / name).exists()]
    same = [name for name in there if (place.root / name).read_bytes() == (finished.root / name).read_bytes()]
    return sorted(set(made) - set(same))


def outputs(cells: list[dict[str, Any]]) -> list[list[Any]]:
    """What the cells of code show, but for the cell of parameters."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and not cell["metadata"].get("tags")]
    return [cell["outputs"] for cell in code]


def test_papermill_from_the_command_line(prepared: Place, finished: Place, tmp_path: Path) -> None:
    step = STEP_NAMES[-1]
    made = forget(prepared, step)
    executed = tmp_path / "executed.ipynb"
    arguments = ("-m", "papermill", f"notebooks/{step}.ipynb", str(executed), "-p", "year", "2025")
    answer = prepared.python(*arguments)
    assert answer.code == 0, answer.output
    assert executed.exists()
    assert different(prepared, finished, made) == []


@pytest.mark.parametrize("step", STEP_NAMES)
def test_opened_and_run_cell_by_cell(prepared: Place, finished: Place, step: str) -> None:
    made = forget(prepared, step)
    source = prepared.root / "notebooks" / f"{step}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    # JupyterLab starts a notebook's kernel in the notebook's folder.
    client = NotebookClient(notebook, resources={"metadata": {"path": str(source.parent)}})
    client.execute(env=prepared.environment)
    assert different(prepared, finished, made) == []
    original = json.loads(source.read_text(encoding="utf-8"))
    shown = tidy(json.loads(json.dumps(notebook)), original, {str(prepared.root): "."})
    executed = prepared.open().executed_notebook(step, YEAR)
    kept = json.loads(executed.read_text(encoding="utf-8"))
    assert outputs(shown["cells"]) == outputs(kept["cells"])
