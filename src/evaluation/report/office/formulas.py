"""Formulas of a page as pandoc's own elements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from evaluation.report.office.elements import Part
from evaluation.report.office.pandoc import run_pandoc
from evaluation.report.office.tree import Element, write

_ASKING = Lock()
_ANSWERS: dict[str, bytes] = {}


def formulas_of(body: Element, folder: Path, written: datetime) -> list[Part]:
    """The page's formulas (``math``), in order; pandoc is asked only where there are any."""
    formulas = [each for each in body.walk() if each.tag == "math"]
    if not formulas:
        return []
    source = "".join(f"<p>{write(each)}</p>" for each in formulas)
    # a page's documents are made at the same time and have the same formulas: pandoc is asked once
    with _ASKING:
        if source not in _ANSWERS:
            _ANSWERS[source] = run_pandoc(source, ["--from=html", "--to=json"], folder, written)
    return [_formula(block) for block in json.loads(_ANSWERS[source])["blocks"]]


def _formula(block: Part) -> Part:
    return next((each for each in _elements(block) if each.get("t") == "Math"), {"t": "Str", "c": ""})


def _elements(node: Any) -> Iterator[Part]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _elements(each)
