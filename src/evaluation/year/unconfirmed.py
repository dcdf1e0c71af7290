"""What people still have to confirm: marked lines of the settings, and rows of the territory's lists that are open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from evaluation.places import Workspace
from evaluation.settings import Text
from evaluation.year.checklist import ToConfirm
from evaluation.year.yaml_edits import unconfirmed

LISTS = ("registry", "crosswalk", "aliases", "breaks", "evidence", "margins")
SHOWN = 3
_MARK = re.compile(r"\b(?:not confirmed|unconfirmed|to be confirmed|confirm)\b|не подтвержд|подтвердит", re.IGNORECASE)
_LONGEST = 60


def unconfirmed_lines(workspace: Workspace, year: int) -> list[ToConfirm]:
    """Lines of the year's settings and plan that still carry the mark ``confirm``."""
    found = []
    for path in (workspace.year_file(year), workspace.plan_file(year)):
        if path.exists():
            try:
                lines = unconfirmed(path.read_text(encoding="utf-8"))
            except yaml.YAMLError:
                continue  # reading the settings tells of it with the line
            found += [ToConfirm(_shown(workspace, path), one.line, one.text) for one in lines]
    return found


def unconfirmed_rows(workspace: Workspace) -> list[ToConfirm]:
    """Rows of the registry, the crosswalk and the lists beside them that say they are not confirmed.

    A cell of the row has the mark (not confirmed, confirm, не подтверждено, подтвердите); of the crosswalk also every
    link that is an assumption, has no share or no target.
    """
    found = []
    for name in LISTS:
        path = workspace.territory_file(name)
        if path is not None and path.is_file():
            rows = _links(path) if name == "crosswalk" else _marked(path)
            found += [ToConfirm(_shown(workspace, path), line, text) for line, text in rows]
    return found


def told(lines: list[ToConfirm]) -> list[Text]:
    """A text a file: how many of its lines are not confirmed, and the first of them."""
    by_file: dict[str, list[ToConfirm]] = {}
    for one in lines:
        by_file.setdefault(one.file, []).append(one)
    texts = []
    for file, some in by_file.items():
        shown = "; ".join(f"{one.line}: {one.text}" for one in some[:SHOWN])
        more = len(some) - SHOWN
        texts.append(
            Text(
                ru=f"{file}: не подтверждено строк: {len(some)} ({shown}{f'; и ещё {more}' if more > 0 else ''})",
                en=f"{file}: lines not confirmed: {len(some)} ({shown}{f'; and {more} more' if more > 0 else ''})",
            )
        )
    return texts


def _shown(workspace: Workspace, path: Path) -> str:
    inside = path.is_relative_to(workspace.root)
    return path.relative_to(workspace.root).as_posix() if inside else path.name


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Number of the last line of every row, and its cells by column."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig", errors="replace"), newline=""))
    for row in reader:
        yield reader.line_num, {name: cell for name, cell in row.items() if name and isinstance(cell, str)}


def _marked(path: Path) -> Iterator[tuple[int, str]]:
    for line, row in _rows(path):
        marked = [cell for cell in row.values() if _MARK.search(cell)]
        if marked:
            cell = marked[0] if len(marked[0]) <= _LONGEST else f"{marked[0][:_LONGEST].rstrip()}…"
            yield line, f"{next(iter(row.values()))}, {cell}"


def _links(path: Path) -> Iterator[tuple[int, str]]:
    for line, row in _rows(path):
        share, target, quality = (row.get(name, "").strip() for name in ("share", "to_unit", "quality"))
        marked = any(_MARK.search(cell) for cell in row.values())
        if marked or not share or target == "unassigned" or quality == "assumed":
            yield line, f"{row.get('from_unit', '')} -> {target}, {quality or '?'}"
