"""Everything that a step's result depends on, as one digest whose parts can be told apart.

A step runs again when its notebook, a module that the notebook reaches, a declared setting, a codebook row it
uses, or the bytes of an input changed; not when only comments, docstrings, saved outputs or dates of files did.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.pipeline import Step
from evaluation.places import Workspace
from evaluation.running.hashes import Hashes
from evaluation.running.modules import Package, own_package, reached, read_notebook_code
from evaluation.running.notebook_file import read_notebook
from evaluation.settings import InputProblem, Text

FORMAT = 1
# The declarations of all steps: a step depends on its own, which is a part of its fingerprint.
DECLARATIONS = ("evaluation.pipeline",)


@dataclass(frozen=True)
class Fingerprint:
    """What a step's result depends on.

    ``modules`` maps a module's name to the digest of its syntax tree, ``parameters`` a setting to its value,
    ``inputs`` an input's name to the SHA-256 of its bytes (None = not there), ``outputs`` names what is made.
    """

    notebook: str
    modules: Mapping[str, str]
    parameters: Mapping[str, Any]
    codebook: str
    inputs: Mapping[str, str | None]
    outputs: Sequence[str]
    declaration: str

    def parts(self) -> dict[str, Any]:
        """The parts, JSON-ready."""
        return {"format": FORMAT, **dataclasses.asdict(self)}

    @property
    def digest(self) -> str:
        return _text_digest(json.dumps(self.parts(), ensure_ascii=False, sort_keys=True))


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(
    workspace: Workspace, step: Step, year: int, hashes: Hashes, packages: Sequence[Package] | None = None
) -> Fingerprint:
    """Fingerprint of ``step`` for ``year`` as the files are now.

    ``packages`` are those whose modules count (default: this one). With the same ``hashes`` modules and codebook are
    looked at once; settings and inputs each time. Raises InputProblem when the notebook is
    missing or cannot be read, or when a module that it reaches is no Python.
    """
    notebook, imports = _notebook_code(workspace.notebook(step.name), hashes)
    known = tuple(packages) if packages is not None else (own_package(),)
    declared = {field.name: getattr(step, field.name) for field in dataclasses.fields(step) if field.name != "question"}
    return Fingerprint(
        notebook=notebook,
        modules=hashes.once(("modules", imports, known), lambda: _modules(imports, known, hashes)),
        parameters=json.loads(json.dumps(workspace.parameters(step, year), ensure_ascii=False, default=str)),
        codebook=hashes.once(("codebook", step), lambda: _text_digest(workspace.codebook_rows(step))),
        inputs={name: hashes.of_file(path) for name, path in sorted(workspace.inputs(step, year).items())},
        outputs=sorted(workspace.outputs(step, year)),
        declaration=json.dumps(declared, sort_keys=True, default=str),
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Text]:
    """What differs between two fingerprints' ``parts()``, in plain words; empty where nothing does."""
    found: list[Text] = []
    if before.get("format") != after.get("format"):
        return [Text(ru="записан другой версией программы", en="recorded by another version of the program")]
    if before["notebook"] != after["notebook"]:
        found.append(Text(ru="изменился блокнот", en="the notebook changed"))
    if before["declaration"] != after["declaration"] or before["outputs"] != after["outputs"]:
        found.append(Text(ru="изменилось объявление шага", en="the step's declaration changed"))
    named = (
        ("parameters", "изменилась настройка", "the setting changed:"),
        ("inputs", "изменился входной файл", "the input changed:"),
        ("modules", "изменился код", "the code changed:"),
    )
    for part, ru, en in named:
        names = sorted({*before[part], *after[part]})
        different = [name for name in names if before[part].get(name) != after[part].get(name)]
        found += [Text(ru=f"{ru} {name}", en=f"{en} {name}") for name in different]
    if before["codebook"] != after["codebook"]:
        found.append(Text(ru="изменились строки кодовой книги", en="rows of the codebook changed"))
    return found


def _modules(imports: Any, packages: Sequence[Package], hashes: Hashes) -> dict[str, str]:
    try:
        return reached(imports, packages, hashes, skip=DECLARATIONS)
    except SyntaxError as error:
        place = f"{error.filename or ''}:{error.lineno}"
        raise InputProblem(
            f"Модуль программы не читается как Python ({place}: {error.msg}). Исправьте его.",
            f"A module of the program does not read as Python ({place}: {error.msg}). Correct it.",
        ) from error


def _notebook_code(path: Path, hashes: Hashes) -> tuple[str, Any]:
    if not path.exists():
        read_notebook(path)

    def compute(content: bytes) -> Any:
        return read_notebook_code(read_notebook(path)["cells"])

    digest, imports = hashes.derived("notebook", path, compute)
    return digest, tuple((level, module, tuple(names)) for level, module, names in imports)
