"""What is kept of a run: per step and year a record, a log and, after a failure, what went wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import evaluation
from evaluation.aside import write_whole
from evaluation.places import repository

FORMAT = 1
PACKAGES = (
    "pandas", "numpy", "scipy", "statsmodels", "pyarrow", "pydantic", "geopandas", "matplotlib", "python-calamine",
    "openpyxl", "papermill", "ipykernel",
)  # fmt: skip


@dataclass(frozen=True)
class Output:
    """A file that a step made: where, relative to the workspace, and the SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Record:
    """The last good run of one step for one year, or its last failed one.

    ``digest`` and ``fingerprint`` say what the result depends on; ``environment`` is recorded to be shown and makes
    nothing run again. Times are UTC in ISO 8601.
    """

    step: str
    year: int
    status: Literal["done", "failed"]
    digest: str
    fingerprint: Mapping[str, Any]
    started: str
    ended: str
    seconds: float
    run_id: str
    outputs: Mapping[str, Output] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    problem: Mapping[str, Any] | None = None


def record_path(folder: Path, step: str, failed: bool = False) -> Path:
    return folder / (f"{step}.failed.json" if failed else f"{step}.json")


def log_path(folder: Path, step: str) -> Path:
    return folder / f"{step}.log"


def read_record(folder: Path, step: str, failed: bool = False) -> Record | None:
    """The record of a step; None where there is none, or where it is damaged or of another version."""
    try:
        content = json.loads(record_path(folder, step, failed).read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            return None
        outputs = {name: Output(**output) for name, output in content.pop("outputs").items()}
        return Record(outputs=outputs, **content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_record(folder: Path, record: Record) -> None:
    """Keep ``record``. A good one removes the failure's; a failed one leaves the last good one as it is."""
    failed = record.status == "failed"
    write_json(record_path(folder, record.step, failed), {"format": FORMAT, **_plain(record)})
    if not failed:
        forget_failure(folder, record.step)


def _plain(record: Record) -> dict[str, Any]:
    """The record's fields; not ``asdict``, which would copy everything inside the fingerprint piece by piece."""
    content = dict(vars(record))
    return content | {"outputs": {name: dict(vars(output)) for name, output in record.outputs.items()}}


def forget_failure(folder: Path, step: str) -> None:
    """Remove what is kept of a failed run: its record and its notebook."""
    record_path(folder, step, failed=True).unlink(missing_ok=True)
    failed_notebook(folder, step).unlink(missing_ok=True)


def failed_notebook(folder: Path, step: str) -> Path:
    return folder / f"{step}.failed.ipynb"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON, a line for each key, in one step: a reader sees the old file or the new one, never a half."""
    # json's own indentation is many times slower, since only what has none is written by its part in C
    lines = (
        f" {json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False, default=str)}"
        for key, value in content.items()
    )
    write_whole(path, "{\n" + ",\n".join(lines) + "\n}\n")


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def environment(root: Path) -> dict[str, Any]:
    """Versions of Python, of key packages and of this package, the lock's hash and the commit of ``root``."""
    lock = repository() / "requirements.lock"
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "evaluation": evaluation.__version__,
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else None,
        "commit": _commit(root),
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit(root: Path) -> str | None:
    """The commit checked out at ``root``; None where there is no git or no commit."""
    try:
        command = ["git", "-C", str(root), "rev-parse", "--verify", "HEAD"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
