"""The demonstration on a cluster is the demonstration."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from demonstration import Place

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "running"))

from machines import Machines


@pytest.mark.slow
def test_a_cluster_makes_the_same_bytes_as_threads(finished: Place, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    own = finished.copy(tmp_path / "own")
    for made in ("data/processed", "reports", ".staging"):
        shutil.rmtree(own.root / made)
    machines = Machines(tmp_path, own.environment)
    try:
        machines.add_worker()
        machines.add_worker()
        answer = own.evaluation("run", "2025", "--cluster", machines.address)
    finally:
        machines.close()
    assert answer.code == 0, answer.output
    assert answer.ended("ran") == {
        (path.stem, int(path.parts[-4])) for path in own.root.glob("reports/*/draft/notebooks/*.ipynb")
    }
    assert own.results() == finished.results()
