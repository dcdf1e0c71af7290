"""What differs between two lists of cells, two sets of a module's pieces, two nested values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Verb = Literal["changed", "added", "removed", "renamed", "moved"]


@dataclass(frozen=True)
class Difference:
    """One thing that differs: ``what`` is a cell's row, a piece's name, or a renamed piece's two names."""

    verb: Verb
    what: Sequence[str]


def cell_differences(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> Iterator[Difference]:
    """Cells (kind, number, digest, words) that were changed, added, removed or moved, in their order.

    A cell is shown as it is now; a removed one as it was.
    """
    old, new = [cell[2] for cell in before], [cell[2] for cell in after]
    added: list[Sequence[str]] = []
    removed: list[Sequence[str]] = []
    for _, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[from_old:to_old] == new[from_new:to_new]:
            continue
        gone, come = list(before[from_old:to_old]), list(after[from_new:to_new])
        paired = [cell for was, cell in zip(gone, come, strict=False) if was[0] == cell[0]]
        if len(paired) == min(len(gone), len(come)):
            yield from (Difference("changed", cell) for cell in paired)
            gone, come = gone[len(paired) :], come[len(paired) :]
        added += come
        removed += gone
    moved = {cell[2] for cell in added} & {cell[2] for cell in removed}
    yield from (Difference("moved", cell) for cell in added if cell[2] in moved)
    yield from (Difference("added", cell) for cell in added if cell[2] not in moved)
    yield from (Difference("removed", cell) for cell in removed if cell[2] not in moved)


def piece_differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    """Pieces of a module (digest by name) that were changed, renamed, added or removed.

    Renamed is a piece that is gone when another of the same kind and content came; its digest leaves its name out.
    """
    yield from (Difference("changed", (name,)) for name in after if name in before and before[name] != after[name])
    gone = [name for name in before if name not in after]
    come = [name for name in after if name not in before]
    for name in list(come):
        former = next((old for old in gone if before[old] == after[name] and _kind(old) == _kind(name)), None)
        if former is not None:
            gone.remove(former)
            come.remove(name)
            yield Difference("renamed", (former, name))
    yield from (Difference("added", (name,)) for name in come)
    yield from (Difference("removed", (name,)) for name in gone)


def _kind(name: str) -> str:
    return name.partition(" ")[0]


def value_differences(
    before: Any, after: Any, place: str = ""
) -> Iterator[tuple[str, Literal["changed", "added", "removed"], Any, Any]]:
    """Where two JSON-ready values differ: place (``a.b[2].c``), what happened, old and new value.

    Elements of lists are matched by their content, so that one put in between is one difference; an element that has
    a ``name`` is placed by it.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            inner = f"{place}.{key}" if place else str(key)
            if key not in after:
                yield inner, "removed", before[key], None
            elif key not in before:
                yield inner, "added", None, after[key]
            else:
                yield from value_differences(before[key], after[key], inner)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_differences(before, after, place)
    elif before != after or type(before) is not type(after):
        yield place, "changed", before, after


def _list_differences(
    before: list[Any], after: list[Any], place: str
) -> Iterator[tuple[str, Literal["changed", "added", "removed"], Any, Any]]:
    old, new = ([json.dumps(item, sort_keys=True) for item in items] for items in (before, after))
    for _, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = before[from_old:to_old], after[from_new:to_new]
        if old[from_old:to_old] == new[from_new:to_new]:
            continue
        both = min(len(gone), len(come))
        for number in range(both):
            inner = f"{place}[{_element(come[number], from_new + number)}]"
            yield from value_differences(gone[number], come[number], inner)
        for number, item in enumerate(gone[both:], from_old + both):
            yield f"{place}[{_element(item, number)}]", "removed", item, None
        for number, item in enumerate(come[both:], from_new + both):
            yield f"{place}[{_element(item, number)}]", "added", None, item


def _element(item: Any, number: int) -> str:
    """How an element is called: its name, else its number from 1."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return str(name) if isinstance(name, str) else str(number + 1)
