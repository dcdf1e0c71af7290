"""The command line on the tiny programme's steps, in a process of its own; without kernels where TINY_QUICK is set."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "running"))

import quick_notebooks
import tiny_programme

from evaluation import pipeline
from evaluation.app.cli import app
from evaluation.running import work


def main() -> None:
    pipeline.STEPS = tiny_programme.STEPS
    pipeline.STEP_NAMES = tuple(step.name for step in tiny_programme.STEPS)
    code = Path(sys.argv[sys.argv.index("--workspace") + 1]) / "code"
    os.environ["PYTHONPATH"] = str(code)

    def quickly(*places: Any) -> None:
        quick_notebooks.execute(*places[:-1], replace(places[-1], python_path=[code]))

    if "TINY_QUICK" in os.environ:
        work.execute = quickly
    app()


if __name__ == "__main__":
    main()
