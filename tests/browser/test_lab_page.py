"""JupyterLab as ``evaluation lab`` starts it: Russian, with the panel open, asking no other server; Run All works.

The slow tests run a few notebooks of the demonstration by Run All; EVALUATION_LAB_NOTEBOOKS names others (after commas,
or ``all``). They simulate and run three years first, unless EVALUATION_LAB_WORKSPACE names a finished workspace, which
is copied. Steps of returns do not apply to the demonstration and run on a small country instead.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from panel_workspace import served, small_workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "end_to_end"))

from demonstration import Place, clone

from evaluation.pipeline import STEP_NAMES, STEPS
from evaluation.places import KEY_FILE, Workspace, open_workspace

PATIENCE, SOON = 180_000, 10_000  # milliseconds
RUN_SECONDS = 600.0
ROOT = Path(__file__).resolve().parents[2]
OF_RETURNS = tuple(step.name for step in STEPS if step.part == "returns")
FEW = ("04_map_coverage", "08_compare_years", "09_write_report")
ASKED, FINISHED = "EVALUATION_LAB_NOTEBOOKS", "EVALUATION_LAB_WORKSPACE"
ADDRESS = r"http://127\.0\.0\.1:\d+/lab/tree/\S+\?token=\w+"


@dataclass
class Lab:
    """A running JupyterLab, its page, and what the page asked for."""

    workspace: Workspace
    address: str
    log: Path
    page: Any
    asked: list[str] = field(default_factory=list)

    @property
    def server(self) -> str:
        return self.address.partition("/lab/")[0]

    @property
    def token(self) -> str:
        return self.address.rpartition("token=")[2]

    def kernels(self) -> list[dict[str, Any]]:
        return list(json.loads(self._ask("GET", "api/sessions")))

    def _ask(self, method: str, what: str) -> bytes:
        asked = urllib.request.Request(f"{self.server}/{what}?token={self.token}", method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return bytes(answer.read())

    def go_to(self, place: str) -> None:
        """Open one notebook alone: what was open before is left behind, its kernels with it."""
        for one in self.kernels():
            self._ask("DELETE", f"api/sessions/{one['id']}")
        self.page.goto(f"{self.server}/lab/tree/{place}?reset&token={self.token}")
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=PATIENCE)

    def begin_all(self, place: str) -> None:
        """Open a notebook and run all its cells by the menu."""
        self.go_to(place)
        self.until(lambda: any(one["path"] == place for one in self.kernels()), "no kernel")
        self.page.wait_for_timeout(1500)
        self.until(self._run_all_chosen, "the menu does not offer to run all cells")

    def _run_all_chosen(self) -> bool:
        """Whether the menu took the order: on a slow machine the page may still be drawing itself over an open menu."""
        from playwright.sync_api import TimeoutError as NotThere

        try:
            self.page.locator(".lm-MenuBar-item").nth(3).click(timeout=SOON)
            self.page.locator('li[data-command="runmenu:run-all"]:not(.lm-mod-disabled)').click(timeout=SOON)
        except NotThere:
            self.page.keyboard.press("Escape")
            return False
        return True

    def run_all(self, place: str) -> list[dict[str, Any]]:
        """As ``begin_all``, then wait for the last cell and save; the notebook's cells of code."""
        self.begin_all(place)
        self.until(lambda: self._done(place), f"{place} did not come to its end")
        return self._saved(place)

    def _saved(self, place: str) -> list[dict[str, Any]]:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_timeout(1000)
        cells = json.loads((self.workspace.root / place).read_text(encoding="utf-8"))["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code"]

    def _done(self, place: str) -> bool:
        mine = [one["kernel"]["execution_state"] for one in self.kernels() if one["path"] == place]
        if mine != ["idle"]:
            return False
        cells = self._saved(place)
        failed = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
        return bool(failed) or all(cell["execution_count"] for cell in cells)

    @staticmethod
    def until(condition: Any, message: str) -> None:
        end = time.monotonic() + RUN_SECONDS
        while not condition():
            assert time.monotonic() < end, message
            time.sleep(1.0)


def errors(cells: list[dict[str, Any]]) -> list[str]:
    found = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    return [f"{output['ename']}: {output['evalue']}" for output in found]


def opened(chromium: Any, workspace: Workspace, key: Path, log: Path) -> Iterator[Lab]:
    arguments = ["lab", "--no-browser", "--plain", "--language", "ru", "--port", "8899"]
    with served([*arguments, "--workspace", str(workspace.root)], key, log, ADDRESS) as server:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        made = Lab(workspace, server.address, log, page)
        page.on("request", lambda request: made.asked.append(request.url))
        yield made
        context.close()


@pytest.fixture(scope="module")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    key = folder / "key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_FILE, str(key))
        workspace = small_workspace(folder / "workspace")
        notebooks = workspace.root / "notebooks"
        notebooks.mkdir()
        for name in ("panel", "01_clean_programme"):
            text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
            (notebooks / f"{name}.ipynb").write_text(text.replace("year = 2025", "year = 2024"), encoding="utf-8")
        yield from opened(chromium, workspace, key, folder / "lab.log")


def test_it_starts_in_russian_with_the_panel_and_says_what_is_missing(lab: Lab) -> None:
    lab.page.goto(lab.address)
    lab.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=PATIENCE)
    assert "/lab/tree/notebooks/panel.ipynb" in lab.address
    menus = [text.strip() for text in lab.page.locator(".lm-MenuBar-item").all_inner_texts()]
    assert menus[:4] == ["Файл", "Редактировать", "Просмотр", "Выполнить"]
    lab.page.get_by_text("01_clean_programme.ipynb").first.wait_for(timeout=PATIENCE)
    assert "у 2024 года нет плана анализа" in lab.log.read_text(encoding="utf-8")


def test_the_panel_appears_by_run_all(lab: Lab) -> None:
    place = lab.workspace.root / "notebooks" / "panel.ipynb"
    before, written = place.read_bytes(), place.stat().st_mtime_ns
    lab.begin_all("notebooks/panel.ipynb")
    lab.page.locator(".evaluation-panel h2").wait_for(timeout=PATIENCE)
    lab.page.get_by_role("button", name="Расчёт", exact=True).wait_for(timeout=PATIENCE)
    lab.page.keyboard.press("Control+s")
    lab.until(lambda: place.stat().st_mtime_ns > written, "it was not saved")
    assert place.read_bytes() == before, "saving leaves nothing to take back, and no received value"


def test_a_step_runs_by_run_all(lab: Lab) -> None:
    assert errors(lab.run_all("notebooks/01_clean_programme.ipynb")) == []
    assert lab.workspace.table_path("projects", 2024).exists()


def test_no_request_left(lab: Lab) -> None:
    assert lab.asked
    assert [url for url in lab.asked if not url.startswith((lab.server, "data:", "blob:"))] == []


def chosen_steps() -> tuple[str, ...]:
    """Names of the notebooks to run, in the pipeline's order."""
    asked = os.environ.get(ASKED, "")
    known = [name for name in STEP_NAMES if name not in OF_RETURNS]
    if asked == "all":
        return tuple(known)
    names = [name for name in asked.split(",") if name]
    assert set(names) <= set(known), f"{ASKED}: no such notebook"
    return tuple(name for name in known if name in (names or FEW))


@pytest.fixture(scope="module")
def whole(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The demonstration, finished, open in JupyterLab."""
    folder = tmp_path_factory.mktemp("whole")
    finished = os.environ.get(FINISHED)
    if finished:
        shutil.copytree(finished, folder / "programme", ignore=shutil.ignore_patterns(".git", ".venv", ".staging"))
        workspace = open_workspace(folder / "programme")
    else:
        place: Place = clone(folder / "programme")
        for command in (("simulate",), ("run", "2025")):
            answer = place.evaluation(*command)
            assert answer.code == 0, answer.output
        workspace = place.open()
    yield from opened(chromium, workspace, folder / "key", folder / "lab.log")


@pytest.mark.slow
@pytest.mark.parametrize("step", chosen_steps())
def test_every_notebook_runs_by_run_all(whole: Lab, step: str) -> None:
    assert errors(whole.run_all(f"notebooks/{step}.ipynb")) == []


@pytest.fixture(scope="module")
def country(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The returns of a small simulated country, finished, with the notebooks of its own two steps."""
    folder = tmp_path_factory.mktemp("country")
    programme = clone(folder / "programme")
    workspace, key = folder / "country", str(folder / "key")
    sizes = ("--regions", "6", "--municipalities", "300", "--years", "2")
    for command in (("simulate", "--national", *sizes), ("run",)):
        answer = programme.evaluation(*command, "--workspace", str(workspace), **{KEY_FILE: key})
        assert answer.code == 0, answer.output
    opened_one = open_workspace(workspace)
    notebooks = workspace / "notebooks"
    notebooks.mkdir(exist_ok=True)
    for name in OF_RETURNS:
        text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        last = f"year = {opened_one.programme.last_year}"
        (notebooks / f"{name}.ipynb").write_text(text.replace("year = 2025", last), encoding="utf-8")
    yield from opened(chromium, opened_one, folder / "key", folder / "lab.log")


@pytest.mark.slow
@pytest.mark.parametrize("step", OF_RETURNS)
def test_the_steps_of_returns_run_by_run_all(country: Lab, step: str) -> None:
    assert errors(country.run_all(f"notebooks/{step}.ipynb")) == []
