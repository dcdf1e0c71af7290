"""The whole way of a country's returns: simulate, run, report; on this machine and on a cluster of two workers.

The sizes are small; EVALUATION_NATIONAL="89 22000 12" (regions, municipalities, years) runs it at full size.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "running"))

from machines import Machines

pytestmark = pytest.mark.slow
REGIONS, MUNICIPALITIES, YEARS = map(int, os.environ.get("EVALUATION_NATIONAL", "6 300 2").split())
SECONDS = 600
MEMORY = 6 * 2**20  # kibibytes


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVALUATION_")}
    source = Path(__file__).resolve().parents[2] / "src"
    return kept | {"PYTHONPATH": str(source), "EVALUATION_KEY_FILE": str(tmp_path_factory.mktemp("key") / "key")}


def evaluation(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "evaluation.app.cli", *arguments, "--plain", "--language", "en"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> tuple[Path, float]:
    """A country whose returns went all the way, and how many seconds that took."""
    folder = tmp_path_factory.mktemp("national") / "country"
    sizes = ("--regions", str(REGIONS), "--municipalities", str(MUNICIPALITIES), "--years", str(YEARS))
    evaluation(environment, "simulate", "--national", *sizes, "--workspace", str(folder))
    began = time.monotonic()
    evaluation(environment, "run", "2024", "--jobs", "2", "--workspace", str(folder))
    return folder, time.monotonic() - began


def results(folder: Path) -> dict[str, str]:
    tables = sorted((folder / "data" / "processed").rglob("*.parquet"))
    pages = sorted((folder / "reports").rglob("report.*.html"))
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in [*tables, *pages]
    }


def test_intake_weights_totals_and_report_keep_their_limits(finished: tuple[Path, float]) -> None:
    resource = pytest.importorskip("resource", reason="only systems like Unix tell a process' largest memory")
    folder, seconds = finished
    assert seconds < SECONDS
    # the largest of all processes that this one started, kernels of notebooks among them
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY
    totals = pd.read_parquet(folder / "data" / "processed" / "2024" / "results" / "return_totals.parquet")
    truth = pd.read_csv(folder / "simulated_truth" / "totals.csv").query("type == 'all'")
    own = totals.query("grouping == 'country' and statistic == 'total' and variable == 'servants'")
    both = own.merge(truth, on=["year", "variable"])
    assert len(both) == YEARS
    assert ((both["value"] - both["total"]).abs() < 4 * both["se"] + 0.03 * both["total"]).all()
    for language in ("ru", "en"):
        page = (folder / "reports" / "2024" / "draft" / f"report.{language}.html").read_text(encoding="utf-8")
        assert 'data-finding="return_r_adjusted"' in page


def test_a_cluster_of_two_workers_makes_the_same_tables(
    finished: tuple[Path, float], environment: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    folder, _ = finished
    own = tmp_path / "own"
    shutil.copytree(folder, own, ignore=shutil.ignore_patterns("processed", "reports", ".staging", "lock"))
    machines = Machines(tmp_path, environment)
    try:
        machines.add_worker()
        machines.add_worker()
        evaluation(environment, "run", "2024", "--cluster", machines.address, "--workspace", str(own))
    finally:
        machines.close()
    assert results(own) == results(folder)
    assert len(results(own)) > 10
