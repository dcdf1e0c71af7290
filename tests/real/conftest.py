"""Workspaces built on the spot from real registers and surveys that lie beside the repository, never in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.workbook import read_received
from evaluation.decisions import read_decisions
from evaluation.places import KEY_FILE, Workspace, open_workspace
from evaluation.running.engine import Options, RunResult, run
from evaluation.running.tasks import steps_of
from evaluation.territory.matching import read_aliases
from evaluation.territory.registry import read_registry

REAL_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def _real_file(place: str) -> Path:
    path = REAL_DATA / place
    if not path.exists():
        pytest.skip(f"the real file {place} is not beside the repository")
    return path


@pytest.fixture(scope="session")
def real_file() -> Callable[[str], Path]:
    """Place of a real file by its name under the folder of real data; the test is skipped where it is absent."""
    return _real_file


@pytest.fixture(scope="session")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A key of pseudonyms of these tests' own."""
    place = tmp_path_factory.mktemp("key") / "real.key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_FILE, str(place))
        yield place


class Builder:
    """A workspace being put together: settings and lists are written, received files are copied or sliced."""

    def __init__(self, root: Path, units: pd.DataFrame, **programme: Any) -> None:
        self.root = root
        registry = {"kind": "list", "units": "config/territory/units.csv", "unit_name": {"ru": "единица", "en": "unit"}}
        settings = {
            "currency": {"code": "USD", "label": {"ru": "долларов", "en": "dollars"}},
            "title": {"ru": "Проверка на настоящих данных", "en": "Test on real data"},
            "institute": {"ru": "Испытание", "en": "Test"},
            "simulated": False,
            **programme,
            "registry": {**registry, **programme.get("registry", {})},
        }
        self._settings("config/programme.yml", settings)
        self.table("config/territory/units.csv", units)

    def year(self, year: int, sources: Mapping[str, Any], **settings: Any) -> None:
        """Write the settings of one programme year, January to December."""
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        content = {"year": year, "starts_on": first, "ends_on": last, "territory_date": last, **settings}
        self._settings(f"config/years/{year}.yml", {**content, "sources": dict(sources)})

    def table(self, place: str, frame: pd.DataFrame) -> Path:
        path = self._place(place)
        frame.to_csv(path, index=False)
        return path

    def lines(self, source: Path, year: int, taken: list[bool]) -> int:
        """Put the header and the chosen lines of a csv file, byte by byte, into a year's folder; returns the lines."""
        header, *lines = source.read_bytes().splitlines(keepends=True)
        chosen = [line for line, take in zip(lines, taken, strict=True) if take]
        self._place(f"data/raw/{year}/{source.name}").write_bytes(b"".join([header, *chosen]))
        return 1 + len(chosen)

    def open(self) -> Workspace:
        return open_workspace(self.root)

    def _settings(self, place: str, content: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
        self._place(place).write_text(text, encoding="utf-8")

    def _place(self, place: str) -> Path:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@pytest.fixture(scope="session")
def builder() -> type[Builder]:
    return Builder


def _run_steps(workspace: Workspace, years: Sequence[int], *names: str) -> RunResult:
    """Run the notebooks of ``names`` (of steps of each year: for all years up to the last); all must succeed."""
    result = run(workspace, years, Options(jobs=2), steps_of(workspace, names))
    failures = {
        f"{outcome.task.name} {outcome.task.year}": outcome.failure for outcome in result.outcomes if outcome.failure
    }
    assert not failures
    return result


@pytest.fixture(scope="session")
def run_steps(own_key: Path) -> Callable[..., RunResult]:
    return _run_steps


def _clean_year(workspace: Workspace, year: int) -> Cleaned:
    """What step 01 makes of a year's files, without a notebook."""
    settings = workspace.year(year)
    registry = workspace.territory_file("registry")
    assert registry is not None
    places = {name: workspace.raw_folder(year) / source.file for name, source in settings.sources.items()}
    return clean_programme(
        {name: read_received(path, name) for name, path in places.items()},
        year,
        read_registry(registry),
        read_aliases(workspace.territory_file("aliases")),
        read_decisions(workspace.territory_file("decisions")),
        workspace.codebook,
        b"0" * 32,
        settings.territory_date,
        workspace.programme.region_code,
        {name: source.constants for name, source in settings.sources.items()},
        settings={"year": settings},
    )


@pytest.fixture(scope="session")
def clean_year() -> Callable[[Workspace, int], Cleaned]:
    return _clean_year


@pytest.fixture(scope="session")
def made() -> Callable[[Workspace, str, int], pd.DataFrame]:
    """A processed table of a workspace and year."""
    return lambda workspace, table, year: pd.read_parquet(workspace.table_path(table, year))
