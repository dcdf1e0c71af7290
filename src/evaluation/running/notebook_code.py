"""What a notebook's cells say, without saved outputs: one digest for all of them, and a line for each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.running.modules import Import, read_code
from evaluation.running.notebook_file import cell_number, cell_source, cell_tags
from evaluation.running.syntax import digest_of

TAGS = frozenset({"parameters", "raises-exception"})
DIGEST_LENGTH = 6
FIRST_WORDS = 40


@dataclass(frozen=True)
class NotebookCode:
    """``cells`` has a row per cell that counts: ``code`` or ``text``, its number, its first words, its digest.

    A code cell's number is that of ``In [n]`` after a run from the top; a text's is that of the code cell below it,
    0 at the end.
    """

    digest: str
    imports: tuple[Import, ...]
    cells: tuple[tuple[str, int, str, str], ...]


def read_notebook_code(cells: Sequence[Mapping[str, Any]]) -> NotebookCode:
    """What a notebook's cells do and say, and the imports of its code.

    Outputs, ids and metadata do not matter, but for the tags ``parameters`` and ``raises-exception``. A cell with
    IPython's own syntax counts as text. A semicolon at the end hides an output, so it counts.
    """
    parts: list[list[Any]] = []
    imports: list[Import] = []
    rows: list[tuple[str, int, str, str]] = []
    total = cell_number(cells, len(cells))
    for index, cell in enumerate(cells):
        source = cell_source(cell)
        tags = sorted(TAGS & set(cell_tags(cell)))
        kind = str(cell.get("cell_type", ""))
        if kind == "code":
            if not source.strip():
                continue
            try:
                code = read_code(source, keep_first_text=True)
            except SyntaxError:
                parts.append([kind, tags, source.strip()])
            else:
                parts.append([kind, tags, code.digest, source.rstrip().endswith(";")])
                imports += code.imports
        else:
            parts.append([kind, tags, source])
        number = cell_number(cells, index)
        if kind != "code":
            number = number + 1 if number < total else 0
        digest = digest_of(json.dumps(parts[-1], ensure_ascii=False))[:DIGEST_LENGTH]
        rows.append(("code" if kind == "code" else "text", number, _first_words(source), digest))
    whole = digest_of(json.dumps(parts, ensure_ascii=False))
    return NotebookCode(whole, tuple(dict.fromkeys(imports)), tuple(rows))


def _first_words(source: str) -> str:
    """The first line that says something, cut at a word."""
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    if len(line) <= FIRST_WORDS:
        return line
    return f"{line[:FIRST_WORDS].rsplit(' ', 1)[0]}…"
