"""Writing a simulated programme into a workspace: received files, their truth and the ledger of defects."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from evaluation.settings import InputProblem
from evaluation.simulate.api import DEFAULT_SEED, SimulatedProgramme, simulate_programme
from evaluation.simulate.canonical import canonical_bytes, canonical_frames
from evaluation.simulate.files.events import write_attendance, write_support_events
from evaluation.simulate.files.journals import write_consultations, write_exchange
from evaluation.simulate.files.practices import write_practice_adoptions, write_practices
from evaluation.simulate.files.projects import write_projects
from evaluation.simulate.files.scores import write_scores
from evaluation.simulate.files.surveys import (
    write_followup_survey,
    write_participants_survey,
    write_residents_survey,
)
from evaluation.simulate.files.teams import write_team_members, write_teams
from evaluation.simulate.files.territories import write_territories
from evaluation.simulate.geography import sampled_units
from evaluation.simulate.mess import Ledger
from evaluation.simulate.parameters import Parameters
from evaluation.simulate.parts import PART_FILES
from evaluation.simulate.programme import YEARS
from evaluation.simulate.year_view import YearView, view

RAW = Path("data/raw")
TRUTH = Path("simulated_truth")
MANIFEST = RAW / "SIMULATED.json"

WRITERS: dict[str, Callable[[YearView, Ledger], bytes]] = {
    "territories": write_territories,
    "projects": write_projects,
    "scores": write_scores,
    "support_events": write_support_events,
    "attendance": write_attendance,
    "exchange_events": write_exchange,
    "consultations": write_consultations,
    "teams": write_teams,
    "team_members": write_team_members,
    "practices": write_practices,
    "practice_adoptions": write_practice_adoptions,
    "participants_survey": write_participants_survey,
    "followup_survey": write_followup_survey,
    "residents_survey": write_residents_survey,
}
_OFFICES = {
    "territories": "статистика муниципальных образований (смоделировано)",
    "projects": "отдел конкурсного отбора (смоделировано)",
    "scores": "секретариат конкурсной комиссии (смоделировано)",
    "support_events": "учебный отдел (смоделировано)",
    "attendance": "учебный отдел (смоделировано)",
    "exchange_events": "отдел межмуниципальных связей (смоделировано)",
    "consultations": "консультационный пункт (смоделировано)",
    "teams": "консультационный пункт (смоделировано)",
    "team_members": "консультационный пункт (смоделировано)",
    "practices": "отдел межмуниципальных связей (смоделировано)",
    "practice_adoptions": "отдел межмуниципальных связей (смоделировано)",
    "participants_survey": "сервис форм (смоделировано)",
    "followup_survey": "сервис форм (смоделировано)",
    "residents_survey": "сервис форм (смоделировано)",
}


def simulated_files(programme: SimulatedProgramme, clean: bool = False) -> tuple[dict[str, bytes], Ledger]:
    """Contents of every file by path under ``data/raw``, and the ledger of planted defects (empty if ``clean``)."""
    ledger = Ledger()
    files: dict[str, bytes] = {}
    for year in programme.history.geography.years:
        one = view(programme, year)
        frames = canonical_frames(one) if clean else {}
        for source, write in WRITERS.items():
            content = canonical_bytes(frames[source], one.files[source]) if clean else write(one, ledger)
            files[f"{year}/{one.files[source]}"] = content
        names, offices = {source: one.files[source] for source in WRITERS}, dict(_OFFICES)
        for source, part in PART_FILES.items():
            rows = part.frame(one)
            if rows.empty:
                continue
            names[source], offices[source] = part.name(year), part.office
            content = canonical_bytes(rows, names[source]) if clean else part.write(one, rows, names[source], ledger)
            files[f"{year}/{names[source]}"] = content
        sources = pd.DataFrame(
            {
                "source": list(names),
                "file": list(names.values()),
                "received_on": f"{year + 1}-01-15",
                "received_from": [offices[source] for source in names],
                "note": "simulated",
            }
        )
        files[f"{year}/SOURCES.csv"] = _csv(sources)
    return files, ledger


def write_simulation(
    workspace_root: Path,
    units: pd.DataFrame,
    crosswalk: pd.DataFrame | None = None,
    parameters: Parameters | None = None,
    seed: int = DEFAULT_SEED,
    years: Sequence[int] = YEARS,
    clean: bool = False,
    municipalities: int | None = None,
) -> list[Path]:
    """Write the received files of a simulated programme, its truth and its ledger; returns the paths written.

    Files go to ``data/raw/<year>``, the truth to ``simulated_truth`` where no step looks. With ``municipalities``
    other than the registry's number, invented units are used and their registry is written beside the truth as
    ``units.csv``. Raises InputProblem where files lie in ``data/raw`` that an earlier simulation did not write.
    """
    root = Path(workspace_root)
    known = _known(root)
    refuse_foreign(root, known)
    chosen, moves = units, crosswalk
    programme_units = None
    if municipalities is not None:
        chosen = programme_units = sampled_units(municipalities, seed)
        moves = None
    programme = simulate_programme(chosen, moves, parameters, seed, years)
    files, ledger = simulated_files(programme, clean)
    truth = {
        "truth.json": (json.dumps(programme.truth.as_json(), ensure_ascii=False, indent=2) + "\n").encode(),
        "unit_years.csv": _csv(programme.truth.unit_years),
        "ledger.csv": _csv(ledger.frame()),
    }
    if programme_units is not None:
        truth["units.csv"] = _csv(programme_units)
    # What an earlier simulation wrote is its own and is replaced as a whole.
    for name in known:
        (root / RAW / name).unlink(missing_ok=True)
    # The manifest goes first: after an interruption the files that were written are still known as ours.
    manifest = {path: _digest(content) for path, content in files.items()}
    written = [
        _write(root / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    ]
    written += [_write(root / RAW / path, content) for path, content in files.items()]
    written += [_write(root / TRUTH / name, content) for name, content in truth.items()]
    return written


def refuse_foreign(root: Path, known: dict[str, str]) -> None:
    """Raise InputProblem naming files in a year's folder that no simulation wrote, or that were changed since."""
    foreign = []
    folder = root / RAW
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        # Only the years' folders hold received files; boundaries and notes elsewhere under data/raw are no programme.
        if not path.is_file() or not path.relative_to(folder).parts[0].isdigit() or path.name.startswith("."):
            continue
        if known.get(name) != _digest(path.read_bytes()):
            foreign.append(name)
    if foreign:
        shown = ", ".join(foreign[:5]) + (f" (+{len(foreign) - 5})" if len(foreign) > 5 else "")
        raise InputProblem(
            f"В папке {folder} лежат файлы, которых симуляция не писала или которые изменены: {shown}. Смоделированные "
            "данные не пишутся рядом с настоящими. Укажите другую рабочую папку или уберите эти файлы.",
            f"The folder {folder} holds files that the simulation did not write or that were changed: {shown}. "
            "Simulated data are not written beside real ones. Name another workspace or take these files away.",
        )


def _known(root: Path) -> dict[str, str]:
    """Checksums by path of what earlier simulations wrote."""
    path = root / MANIFEST
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"Файл {path} не читается как JSON. Если в {path.parent} только смоделированные данные, удалите эту папку.",
            f"The file {path} cannot be read as JSON. If {path.parent} holds simulated data alone, delete it.",
        ) from error
    return {str(name): str(digest) for name, digest in found.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _csv(frame: pd.DataFrame) -> bytes:
    out = io.StringIO()
    frame.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode("utf-8")


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
