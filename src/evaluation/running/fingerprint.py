"""Everything that a step's result depends on, as one digest whose parts can be told apart.

A step runs again when its notebook, a module that the notebook reaches, a file that such a module reads from its
package, a declared setting, a codebook row it uses, or the bytes of an input changed; not when only comments,
docstrings, saved outputs or dates of files did. Code counts by the module: a name can be reached in ways that no
reading of the source shows (tables of functions, decorators, what runs on import), so a changed function of a reached
module runs the step, which says which function it was; steps behind it are kept where the results come out equal.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.pipeline import Step
from evaluation.places import Workspace
from evaluation.running.codebook_rows import CodebookText, keep, read_codebook_text
from evaluation.running.hashes import Hashes
from evaluation.running.modules import Import, Package, Reached, own_package, reached
from evaluation.running.notebook_code import read_notebook_code
from evaluation.running.notebook_file import read_notebook
from evaluation.running.syntax import digest_of
from evaluation.settings import InputProblem

FORMAT = 2
# The declarations of all steps: a step depends on its own, which is a part of its fingerprint.
DECLARATIONS = ("evaluation.pipeline",)


@dataclass(frozen=True)
class Fingerprint:
    """What a step's result depends on.

    ``modules`` maps a module's name to the digest of its syntax tree, ``parameters`` a setting to its value,
    ``inputs`` an input's name to the SHA-256 of its bytes (None = not there), ``outputs`` names what is made.
    ``detail`` decides nothing: it is kept to say later what has changed (``causes.py``), as short texts: ``cells``
    (kind, number, digest, first words), ``pieces`` by module (name, digest), ``bytes`` and ``rows`` by input, the
    ``codebook``'s version.
    """

    notebook: str
    modules: Mapping[str, str]
    parameters: Mapping[str, Any]
    codebook: str
    inputs: Mapping[str, str | None]
    outputs: Sequence[str]
    declaration: str
    detail: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def parts(self) -> dict[str, Any]:
        """The parts, JSON-ready."""
        return {"format": FORMAT, **{each.name: getattr(self, each.name) for each in dataclasses.fields(self)}}

    @property
    def digest(self) -> str:
        parts = self.parts()
        del parts["detail"]
        return digest_of(json.dumps(parts, ensure_ascii=False, sort_keys=True))


def fingerprint(
    workspace: Workspace, step: Step, year: int, hashes: Hashes, packages: Sequence[Package] | None = None
) -> Fingerprint:
    """Fingerprint of ``step`` for ``year`` as the files are now.

    ``packages`` are those whose modules count (default: this one). With the same ``hashes`` modules and codebook are
    looked at once; settings and inputs each time. Raises InputProblem when the notebook is
    missing or cannot be read, or when a module that it reaches is no Python.
    """
    notebook, imports, cells = _notebook_code(workspace.notebook(step.name), hashes)
    known = tuple(packages) if packages is not None else (own_package(),)
    code = hashes.once(("modules", imports, known), lambda: _modules(imports, known, hashes))
    inputs = sorted(workspace.inputs(step, year).items())
    codebook = hashes.once("codebook", lambda: read_codebook_text(workspace.codebook_folder))
    rows = hashes.once(("codebook", step), lambda: _rows_digest(codebook, workspace, step))
    return Fingerprint(
        notebook=notebook,
        modules=code.digests,
        parameters=json.loads(json.dumps(workspace.parameters(step, year), ensure_ascii=False, default=str)),
        codebook=rows,
        inputs={name: hashes.of_file(path) for name, path in inputs},
        outputs=sorted(workspace.outputs(step, year)),
        declaration=json.dumps(_declared(step), sort_keys=True, default=str),
        detail={
            "cells": cells,
            "pieces": hashes.once(("pieces", imports, known), lambda: _pieces(code)),
            "bytes": {name: path.stat().st_size for name, path in inputs if path.is_file()},
            "rows": {name: count for name, path in inputs if (count := _row_count(path, hashes)) is not None},
            "codebook": hashes.once("kept", lambda: keep(codebook, codebook_versions(workspace))),
        },
    )


def codebook_versions(workspace: Workspace) -> Path:
    """Where codebooks are kept as they were, to say later which row changed and from what."""
    return workspace.root / ".staging" / "codebook"


def _declared(step: Step) -> dict[str, Any]:
    return {field.name: getattr(step, field.name) for field in dataclasses.fields(step) if field.name != "question"}


def _rows_digest(codebook: CodebookText, workspace: Workspace, step: Step) -> str:
    return digest_of(json.dumps(codebook.rows(workspace.codebook_tables(step)), ensure_ascii=False))


def _pieces(code: Reached) -> dict[str, str]:
    return {module: ", ".join(f"{name} {digest}" for name, digest in found.items()) for module, found in
            sorted(code.pieces.items())}  # fmt: skip


def _row_count(path: Path, hashes: Hashes) -> int | None:
    """Rows of a table's file; None for any other file."""
    if path.suffix != ".parquet" or not path.is_file():
        return None

    def compute(content: bytes) -> int | None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(io.BytesIO(content)).num_rows)
        except (pa.ArrowException, OSError):
            return None

    found: int | None = hashes.derived("rows", path, compute)
    return found


def _modules(imports: Sequence[Import], packages: Sequence[Package], hashes: Hashes) -> Reached:
    try:
        return reached(imports, packages, hashes, skip=DECLARATIONS)
    except SyntaxError as error:
        place = f"{error.filename or ''}:{error.lineno}"
        raise InputProblem(
            f"Модуль программы не читается как Python ({place}: {error.msg}). Исправьте его.",
            f"A module of the program does not read as Python ({place}: {error.msg}). Correct it.",
        ) from error


def _notebook_code(path: Path, hashes: Hashes) -> tuple[str, tuple[Import, ...], list[str]]:
    if not path.exists():
        read_notebook(path)

    def compute(content: bytes) -> Any:
        code = read_notebook_code(read_notebook(path)["cells"])
        cells = [f"{kind} {number} {digest} {words}" for kind, number, words, digest in code.cells]
        return [code.digest, code.imports, cells]

    digest, imports, cells = hashes.derived("notebook", path, compute)
    return digest, tuple((level, module, tuple(names)) for level, module, names in imports), cells
