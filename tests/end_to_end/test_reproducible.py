"""The same seed and key give the same bytes, and nothing but the simulation knows the truth."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import papermill
import pytest
from demonstration import YEAR, YEARS, Place, clone, notebook_cells

from evaluation.pipeline import STEPS

# a second whole run of the demonstration, from nothing
pytestmark = pytest.mark.slow

TASKS = [(step.name, year) for step in STEPS for year in (YEARS if step.scope == "each_year" else (YEAR,))]
DRAFT = f"reports/{YEAR}/draft"


def simulated_elsewhere(place: Path) -> Place:
    """A second clone with files of its own, whose truth was thrown away."""
    made = clone(place)
    simulated = made.evaluation("simulate")
    assert simulated.code == 0, simulated.output
    assert (place / "simulated_truth" / "truth.json").exists()
    shutil.rmtree(place / "simulated_truth")
    return made


# Of session scope and named first by the tests: it is made while another process makes the finished one.
@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A clone made from scratch elsewhere, without the truth, whose notebooks papermill runs without the pipeline."""
    folder = tmp_path_factory.mktemp("from-scratch")
    made = simulated_elsewhere(folder / "elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**made.environment, "TZ": "Asia/Krasnoyarsk"}.items():
            patch.setenv(name, value)
        for step, year in TASKS:
            source, executed = made.root / "notebooks" / f"{step}.ipynb", folder / f"{step}-{year}.ipynb"
            papermill.execute_notebook(source, executed, {"year": year}, cwd=made.root, progress_bar=False)
            injected = [
                cell for cell in notebook_cells(executed) if "injected-parameters" in cell["metadata"].get("tags", [])
            ]
            assert ["".join(cell["source"]) for cell in injected] == [f"# Parameters\nyear = {year}\n"]
    return made


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_received_files(second: Place, finished: Place) -> None:
    received = digests(finished.root / "data" / "raw")
    assert len(received) > 9 * len(YEARS)
    assert digests(second.root / "data" / "raw") == received


@pytest.mark.parametrize(("step", "year"), TASKS)
def test_papermill_alone_makes_what_the_pipeline_makes(second: Place, finished: Place, step: str, year: int) -> None:
    workspace = finished.open()
    places = [path.relative_to(finished.root) for path in workspace.outputs(workspace.step(step), year).values()]
    assert places
    assert [str(path) for path in places if not (second.root / path).exists()] == []
    different = [path for path in places if (second.root / path).read_bytes() != (finished.root / path).read_bytes()]
    assert different == []


def test_from_scratch_and_without_the_truth_everything_is_the_same(second: Place, finished: Place) -> None:
    assert (finished.root / "simulated_truth" / "truth.json").exists()
    assert not (second.root / "simulated_truth").exists()
    executed = f"{DRAFT}/notebooks/"
    first = {name: digest for name, digest in finished.results().items() if "/draft/notebooks/" not in name}
    assert second.results() == first
    assert {f"{DRAFT}/report.ru.html", f"{DRAFT}/report.en.html"} <= set(first)
    for part in ("data/processed/2023/", f"{DRAFT}/figures/", f"{DRAFT}/tables/"):
        assert any(name.startswith(part) for name in first), part
    assert any(name.startswith(executed) for name in finished.results())


@pytest.mark.slow
def test_two_runs_of_the_pipeline_from_scratch(finished: Place, tmp_path: Path) -> None:
    """As above, by the pipeline itself: its executed notebooks are the same bytes as well."""
    made = simulated_elsewhere(tmp_path / "elsewhere")
    answer = made.evaluation("run", "2025", "--jobs", "1", TZ="Asia/Krasnoyarsk", PYTHONHASHSEED="7")
    assert answer.code == 0, answer.output
    assert made.results() == finished.results()


def test_no_step_declares_the_truth(finished: Place) -> None:
    workspace = finished.open()
    for step, year in TASKS:
        inputs = workspace.inputs(workspace.step(step), year).values()
        assert inputs
        assert not [path for path in inputs if "simulated_truth" in path.parts]
