"""Notebooks carried out as plain scripts, in a process of their own but without a kernel: the same files in a tenth
of the time, for tests of what happens around the notebooks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evaluation.running import failure
from evaluation.running.failure import StepFailed
from evaluation.running.notebook import Execution

SYSTEM_ERROR = re.compile(r"\[Errno (\d+)\][^'\n]*(?:'([^'\n]*)')?")


def execute(notebook: Path, executed: Path, failed: Path, parameters: Mapping[str, Any], how: Execution) -> None:
    """As ``evaluation.running.notebook.execute``, for notebooks whose cells are plain Python."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell["source"] for cell in content["cells"] if cell["cell_type"] == "code"]
    given = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    how.on_cell(1, len(cells))
    environment = {**os.environ, **how.environment, "PYTHONPATH": os.pathsep.join(map(str, how.python_path))}
    command = [sys.executable, "-S", "-c", "\n".join([cells[0], given, *cells[1:]])]
    done = subprocess.run(command, env=environment, cwd=how.folder, capture_output=True, text=True, check=False)
    how.on_cell(len(cells), len(cells))
    if done.returncode < 0:
        raise StepFailed(failure.kernel_died(len(cells)))
    if done.returncode:
        system = SYSTEM_ERROR.search(done.stderr)
        refused = failure.system_refused(int(system[1]), system[2], how.places) if system else None
        raise StepFailed(refused or failure.cell_failed(len(cells), "Error", done.stderr))
    executed.parent.mkdir(parents=True, exist_ok=True)
    executed.write_text(json.dumps(content), encoding="utf-8")


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.running.work.execute", execute)
