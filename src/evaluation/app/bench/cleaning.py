"""``evaluation bench``: how long and how much memory cleaning takes, beside the bare reading of the same workbook.

Each measurement runs in a process of its own, so that memory is its own peak, and has done the same to a small
workbook before, so that starting up does not count. Seconds are processor time, of the better of two rounds: other
programs on the machine do not change them much.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluation.app.bench.decimals import with_decimals
from evaluation.app.bench.register import register, write_register
from evaluation.app.bench.rivals import peak_memory
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Language

CELLS_A_ROW = 16
ROWS = 200_000
_ROUNDS = 2
_SMALL = 200
_KEY = b"measuring needs no secret, only a key of the usual length"


@dataclass(frozen=True)
class Measured:
    """Processor seconds and peak memory (bytes) of the whole process."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class CleaningBench:
    """Bare reading and whole cleaning of one workbook; ``kept`` is the number of projects that came out."""

    rows: int
    file_bytes: int
    bare: Measured
    cleaned: Measured
    kept: int

    @property
    def ratio(self) -> float:
        return self.cleaned.seconds / self.bare.seconds

    def in_words(self, language: Language) -> str:
        russian = language == "ru"
        size = f"{self.rows} x {CELLS_A_ROW}, {self.file_bytes / 1e6:.1f} " + ("МБ" if russian else "MB")
        parts = [
            ("Книга" if russian else "Workbook") + f": {size}",
            _line("Одно чтение" if russian else "Bare reading", self.bare, russian),
            _line("Вся очистка" if russian else "Whole cleaning", self.cleaned, russian),
            ("Отношение" if russian else "Ratio") + f": {self.ratio:.2f}",
            ("Проектов получено" if russian else "Projects that came out") + f": {self.kept}",
        ]
        return with_decimals("\n".join(parts), language)


def _line(name: str, measured: Measured, russian: bool) -> str:
    units = ("с процессора, память до", "МБ") if russian else ("s of processor time, memory up to", "MB")
    return f"{name}: {measured.seconds:.1f} {units[0]} {measured.memory / 1e6:.0f} {units[1]}"


def bench_cleaning(workspace: Workspace, rows: int) -> CleaningBench:
    """Make a register of ``rows`` applications in a temporary folder and measure. Raises InputProblem."""
    from evaluation.territory.registry import in_force, read_registry

    registry = workspace.territory_file("registry")
    if registry is None or not registry.exists():
        raise InputProblem(
            "Нет реестра территорий рабочего пространства, а он нужен для измерения. Верните файл registry.units.",
            "The workspace has no registry of units, and measuring needs it. Bring the file registry.units back.",
        )
    year = workspace.programme.last_year
    units = in_force(read_registry(registry), dt.date(year, 12, 31))
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "register.xlsx", Path(folder) / "small.xlsx"
        write_register(path, register(rows, units, year))
        write_register(small, register(_SMALL, units, year))
        # by turns, so that a busy moment of the machine meets both
        rounds = [{what: _measured(what, path, small, workspace) for what in ("bare", "clean")} for _ in range(_ROUNDS)]
        size = path.stat().st_size
    bare, cleaned = (_best([one[what] for one in rounds]) for what in ("bare", "clean"))
    return CleaningBench(rows, size, bare, cleaned, int(rounds[0]["clean"]["rows"]))


def _best(rounds: list[dict[str, float]]) -> Measured:
    """The least time and the most memory."""
    return Measured(min(one["seconds"] for one in rounds), int(max(one["memory"] for one in rounds)))


def _measured(what: str, path: Path, small: Path, workspace: Workspace) -> dict[str, float]:
    command = [sys.executable, "-m", "evaluation.app.bench.cleaning", what, str(path), str(small), str(workspace.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the measured process failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


# ---- inside the measured process ----------------------------------------------------------------------------


def _read_bare(path: Path, root: Path) -> Callable[[], int]:
    from python_calamine import CalamineWorkbook

    return lambda: len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


def _clean(path: Path, root: Path) -> Callable[[], int]:
    from evaluation.cleaning.programme import clean_programme
    from evaluation.cleaning.workbook import read_received
    from evaluation.decisions import read_decisions
    from evaluation.places import open_workspace
    from evaluation.territory.matching import read_aliases
    from evaluation.territory.registry import read_registry

    workspace = open_workspace(root)
    year = workspace.programme.last_year
    registry = workspace.territory_file("registry")
    assert registry is not None
    units, aliases, decisions = read_registry(registry), read_aliases(None), read_decisions(None)
    codebook, region = workspace.codebook, workspace.programme.region_code

    def run() -> int:
        received = {"projects": read_received(path, "projects")}
        day = dt.date(year, 12, 31)
        cleaned = clean_programme(received, year, units, aliases, decisions, codebook, _KEY, day, region)
        return len(cleaned.tables["projects"])

    return run


def main() -> None:
    """Measure one thing and print it as a line of JSON: ``bare`` or ``clean``, the workbook, a small one, the
    workspace."""
    what, path, small, root = sys.argv[1:5]
    prepare = {"bare": _read_bare, "clean": _clean}[what]
    prepare(Path(small), Path(root))()  # loading the libraries is no part of either
    run = prepare(Path(path), Path(root))
    started = time.process_time()
    rows = run()
    print(json.dumps({"seconds": time.process_time() - started, "memory": peak_memory(), "rows": rows}))


if __name__ == "__main__":
    main()
