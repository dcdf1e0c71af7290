"""``MANIFEST.json``: what a released year was made of, by whom, where and when; read and written by one schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from evaluation.settings import InputProblem, Settings, SignedRole, Text

MANIFEST, SUMS, LOCK, ARCHIVE = "MANIFEST.json", "SHA256SUMS", "requirements.lock", "rerun.tar.gz"
SCHEMA = "evaluation-release/1"
ROLES: tuple[SignedRole, ...] = ("data", "analysis", "text")


class ReleasedFile(Settings):
    """A file of the release; ``origin`` is its place in the workspace, where the pipeline made it."""

    sha256: str
    bytes: int
    origin: str | None = None


class ReceivedFile(Settings):
    """A file that the steps read and that no step makes. ``given``: it lies in the archive at ``place``."""

    name: str = Field(description="as the steps call it, such as source:projects, with the year where it has one")
    place: str = Field(description="in the archive, whether it lies there or has to be put there")
    sha256: str
    bytes: int
    given: bool


class StepRun(Settings):
    """One step's run behind the release. Its whole record lies in ``run/<year>/<step>.json``."""

    step: str
    year: int
    run_id: str
    started: str
    ended: str
    seconds: float
    digest: str
    commit: str | None
    parameters: dict[str, Any]
    outputs: dict[str, str]


class Manifest(Settings):
    """Everything about a released year. Times are UTC in ISO 8601, durations in seconds, hashes SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    form: Literal["evaluation-release/1"] = Field("evaluation-release/1", alias="schema")
    programme: str
    title: Text
    institute: Text
    simulated: bool
    year: int
    released_on: str
    tool: str
    tool_version: str
    commit: str | None
    code_commit: str | None
    environment: dict[str, Any]
    pseudonym_key: str
    plan: dict[str, Any]
    settings: dict[str, Any]
    seeds: dict[str, Any]
    received: tuple[ReceivedFile, ...]
    steps: tuple[StepRun, ...]
    seconds: float
    signed: dict[SignedRole, str]
    notes: tuple[Text, ...]
    files: dict[str, ReleasedFile]

    def text(self) -> str:
        content = self.model_dump(mode="json", by_alias=True)
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a released folder. Raises InputProblem where there is none or it does not fit its schema."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputProblem(
            f"{folder}: это не выпуск, в папке нет {MANIFEST}. Укажите папку reports/<год>/released/<дата>.",
            f"{folder}: this is no release, the folder has no {MANIFEST}. Name a folder "
            "reports/<year>/released/<date>.",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise InputProblem(
            f"{path}: не соответствует схеме {SCHEMA} (ключ «{key}»: {first['msg']}). Файл повреждён или изменён: "
            "возьмите выпуск из резервной копии.",
            f"{path}: does not fit the schema {SCHEMA} (key '{key}': {first['msg']}). The file is damaged or was "
            "changed: take the release from a backup.",
        ) from error


def sums_text(files: Mapping[str, bytes]) -> str:
    """``SHA256SUMS`` as ``sha256sum --check`` reads it."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 by file. Raises InputProblem where the list is missing or not readable."""
    path = folder / SUMS
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"{path}: списка контрольных сумм нет или он не читается ({error}). Возьмите выпуск из резервной копии.",
            f"{path}: the list of check sums is missing or cannot be read ({error}). Take the release from a backup.",
        ) from error
    pairs = [line.partition("  ") for line in lines]
    return {name: digest for digest, _, name in pairs}


def seeds_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting whose name says that it is a seed, by its place (``programme.access.seed``)."""
    return dict(_seeds(settings, ""))


def _seeds(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        items: Iterator[tuple[str, Any]] = ((str(name), inner) for name, inner in value.items())
    elif isinstance(value, list | tuple):
        items = ((str(number), inner) for number, inner in enumerate(value, 1))
    else:
        return
    for name, inner in items:
        here = f"{place}.{name}" if place else name
        if (name == "seed" or name.endswith("_seed")) and inner is not None:
            yield here, inner
        else:
            yield from _seeds(inner, here)
