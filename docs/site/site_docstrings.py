"""Docstrings are plain text; Sphinx expects reStructuredText. Here the one becomes the other, losing nothing."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

CODE = re.compile(r"(``[^`]+``)")
ACTIVE = re.compile(r"([\\*`|_])")
LIST_LIKE = re.compile(r"^(\s*)([-+•]|\(?\w{1,3}[.)]|:|\.\.)(?=\s|\w+:|$)")


def as_restructured(lines: list[str]) -> list[str]:
    """Paragraphs with their marks escaped and code in double backticks kept; indented blocks as literal text."""
    made: list[str] = []
    for block in _blocks(lines):
        if made:
            made.append("")
        if all(line.startswith("  ") for line in block):
            made += [".. code-block:: text", "", *(f"   {line}" for line in block)]
        else:
            made.append(_escaped(" ".join(line.strip() for line in block)))  # code may go on in the next line
    return [*made, ""]


def _blocks(lines: list[str]) -> list[list[str]]:
    """Runs of lines between empty ones; a run is cut where indented lines or a list's item begin or end."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if not line.strip():
            blocks.append([])
            continue
        indented = line.startswith("  ")
        if blocks[-1] and (line.startswith("- ") or blocks[-1][-1].startswith("  ") != indented):
            blocks.append([])
        blocks[-1].append(line)
    return [block for block in blocks if block]


def _escaped(line: str) -> str:
    parts = CODE.split(line)
    text = "".join(part if CODE.fullmatch(part) else ACTIVE.sub(r"\\\1", part) for part in parts)
    return LIST_LIKE.sub(r"\1\\\2", text)


def on_docstring(_app: Sphinx, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    lines[:] = as_restructured(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", on_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
