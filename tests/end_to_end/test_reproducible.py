"""The same seed and key give the same bytes, and nothing but the simulation knows the truth."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from demonstration import YEAR, YEARS, Place, clone


@pytest.fixture(scope="module")
def second(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A second clone, made from scratch elsewhere and at another local time, whose truth was thrown away."""
    made = clone(tmp_path_factory.mktemp("from-scratch") / "elsewhere")
    simulated = made.evaluation("simulate")
    assert simulated.code == 0, simulated.output
    shutil.rmtree(made.root / "simulated_truth")
    answer = made.evaluation("run", "2025", TZ="Asia/Krasnoyarsk", PYTHONHASHSEED="7")
    assert answer.code == 0, answer.output
    return made


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_received_files(finished: Place, second: Place) -> None:
    received = digests(finished.root / "data" / "raw")
    assert len(received) > 9 * len(YEARS)
    assert digests(second.root / "data" / "raw") == received


def test_two_runs_from_scratch_give_the_same_bytes_also_without_the_truth(finished: Place, second: Place) -> None:
    assert (finished.root / "simulated_truth" / "truth.json").exists()
    assert not (second.root / "simulated_truth").exists()
    first, other = finished.results(), second.results()
    assert sorted(other) == sorted(first)
    assert [name for name in first if other[name] != first[name]] == []
    draft = f"reports/{YEAR}/draft"
    assert {f"{draft}/report.ru.html", f"{draft}/report.en.html"} <= set(first)
    for part in ("data/processed/2023/", f"{draft}/figures/", f"{draft}/tables/", f"{draft}/notebooks/"):
        assert any(name.startswith(part) for name in first), part


def test_no_step_reads_the_truth(finished: Place) -> None:
    workspace = finished.open()
    for name in ("01_clean_programme", "06_estimate_outcomes", "09_write_report"):
        inputs = workspace.inputs(workspace.step(name), YEAR).values()
        assert inputs
        assert not [path for path in inputs if "simulated_truth" in path.parts]
