"""The codebook's rows that a step depends on, and the codebook as it was when a step last ran.

Read as plain text, without the library of frames: asking what is stale must stay quick.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evaluation.aside import write_whole
from evaluation.codebook import CHOICE_COLUMNS, COLUMNS, read_codebook
from evaluation.running.syntax import digest_of

KEPT_VERSIONS = 50
Rows = Mapping[str, Mapping[str, str]]
"""Row by name (``table.variable``, or ``list: code`` of a list of allowed values): value by column."""


@dataclass(frozen=True)
class CodebookText:
    """Both files of a codebook, each a row by its name, in the files' order."""

    variables: Rows
    choices: Rows

    @property
    def version(self) -> str:
        """What tells this codebook from others."""
        return digest_of(self.text())[:16]

    def text(self) -> str:
        return json.dumps([self.variables, self.choices], ensure_ascii=False)

    def rows(self, tables: Iterable[str]) -> dict[str, Mapping[str, str]]:
        """The variables of ``tables`` and those of any table, and the lists of allowed values that these name."""
        wanted = {*tables, "*"}
        found = {name: row for name, row in self.variables.items() if row["table"] in wanted}
        lists = {row["list"] for row in found.values()} - {""}
        return found | {name: row for name, row in self.choices.items() if row["list"] in lists}


def read_codebook_text(folder: Path) -> CodebookText:
    """The codebook in ``folder``. Raises InputProblem as ``read_codebook`` for files that are missing or wrong."""
    try:
        return CodebookText(
            _read(folder / "codebook.csv", COLUMNS, "."), _read(folder / "codebook_choices.csv", CHOICE_COLUMNS, ": ")
        )
    except (OSError, ValueError, KeyError, csv.Error):
        read_codebook(folder)
        raise


def _read(path: Path, columns: tuple[str, ...], between: str) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: row[name] or "" for name in columns} for row in csv.DictReader(file)]
    found = {f"{row[columns[0]]}{between}{row[columns[1]]}": row for row in rows}
    if len(found) < len(rows):
        raise ValueError(path.name)
    return found


def keep(codebook: CodebookText, folder: Path) -> str:
    """Leave ``codebook`` in ``folder`` to be compared with later, and return its version. The oldest ones go."""
    version = codebook.version
    place = folder / f"{version}.json.gz"
    if not place.exists():
        # in a workspace that may only be read the comparison says less, nothing more
        with suppress(OSError):
            write_whole(place, gzip.compress(codebook.text().encode(), mtime=0))
        by_age = sorted(folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime_ns)
        for old in by_age[:-KEPT_VERSIONS]:
            old.unlink(missing_ok=True)
    return version


def kept(version: str, folder: Path) -> CodebookText | None:
    """The codebook that was kept as ``version``; None where it is gone or damaged."""
    try:
        content = json.loads(gzip.decompress((folder / f"{version}.json.gz").read_bytes()))
        return CodebookText(*content)
    except (OSError, EOFError, ValueError, TypeError):
        return None
