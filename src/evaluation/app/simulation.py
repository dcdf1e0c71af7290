"""Writing a simulated programme into a workspace."""

from __future__ import annotations

import re
from pathlib import Path

from evaluation.places import Workspace
from evaluation.running.lock import only_run
from evaluation.settings import InputProblem


def parse_years(text: str) -> list[int]:
    """``2019-2025`` or ``2025`` as a list of years. Raises InputProblem."""
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-–—]\s*(\d{4})\s*)?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
    if first > last:
        raise InputProblem(
            f"Годы «{text}» не понятны. Напишите, например, 2019-2025.",
            f"The years '{text}' cannot be understood. Write, for example, 2019-2025.",
        )
    return list(range(first, last + 1))


def simulate_files(
    workspace: Workspace, seed: int | None, years: str | None, municipalities: int | None, clean: bool
) -> Path:
    """Write the simulated files of ``years`` (default: the programme's) and return their folder.

    Raises InputProblem where files lie that the simulation did not make.
    """
    programme = workspace.programme
    chosen = parse_years(years) if years else list(range(programme.first_year, programme.last_year + 1))
    registry, crosswalk = (workspace.territory_file(name) for name in ("registry", "crosswalk"))
    if registry is None or not registry.exists():
        place = workspace.root / programme.registry.units
        raise InputProblem(
            f"Нет реестра территорий {place}, а он нужен для моделирования: верните файл или исправьте registry.units.",
            f"There is no registry of units {place}. The simulation needs it: bring it back or correct registry.units.",
        )
    from evaluation.simulate import DEFAULT_SEED, Parameters, write_simulation
    from evaluation.territory.crosswalk import read_crosswalk
    from evaluation.territory.registry import read_registry

    with only_run(workspace.root):
        write_simulation(
            workspace.root,
            units=read_registry(registry),
            crosswalk=None if crosswalk is None else read_crosswalk(crosswalk),
            parameters=Parameters(),
            seed=DEFAULT_SEED if seed is None else seed,
            years=chosen,
            clean=clean,
            municipalities=municipalities,
        )
    return workspace.root / "data" / "raw"
