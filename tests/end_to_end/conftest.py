from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demonstration import Answer, Place, clone


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def finished(shared_folder: Path) -> Place:
    """A clone that was simulated and run once for all tests: read it, and take a copy to change anything."""
    place = shared_folder / "demonstration"
    with FileLock(shared_folder / "demonstration.lock"):
        told = place / "told.txt"
        if not told.exists():
            made = clone(place / "programme")
            answers: list[Answer] = []
            for command in (("simulate",), ("run", "2025")):
                if all(answer.code == 0 for answer in answers):
                    answers.append(made.evaluation(*command))
            failed = [answer.output for answer in answers if answer.code != 0]
            told.write_text("\n".join(failed), encoding="utf-8")
    problems = told.read_text(encoding="utf-8")
    if problems:
        pytest.fail(f"the demonstration does not run:\n{problems}", pytrace=False)
    return Place(place / "programme")


@pytest.fixture
def own(finished: Place, tmp_path: Path) -> Place:
    """A copy of the finished clone, for one test to change."""
    return finished.copy(tmp_path / "own")
