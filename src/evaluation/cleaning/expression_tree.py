"""The typed tree of a checking rule's expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evaluation.tables import Kind as ColumnKind

Kind = Literal["number", "date", "text", "truth"]
KINDS: dict[ColumnKind, Kind] = {
    "text": "text", "code": "text", "category": "text", "integer": "number", "number": "number", "money": "number",
    "date": "date", "flag": "truth",
}  # fmt: skip


@dataclass(frozen=True)
class Constant:
    value: float | str | bool
    kind: Kind


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True)
class Setting:
    name: str
    kind: Kind


@dataclass(frozen=True)
class Arithmetic:
    sign: str
    left: Node
    right: Node
    kind: Kind


@dataclass(frozen=True)
class Comparison:
    sign: str
    left: Node
    right: Node
    kind: Kind = "truth"


@dataclass(frozen=True)
class Junction:
    word: Literal["and", "or"]
    parts: tuple[Node, ...]
    kind: Kind = "truth"


@dataclass(frozen=True)
class Negation:
    part: Node
    kind: Kind = "truth"


@dataclass(frozen=True)
class Member:
    part: Node
    options: tuple[float | str, ...]
    kind: Kind = "truth"


@dataclass(frozen=True)
class Call:
    name: str
    parts: tuple[Node, ...]
    kind: Kind


@dataclass(frozen=True)
class Aggregate:
    """A value over the rows of ``table`` whose keys (their columns) equal those of the row (``keys``: theirs, ours)."""

    name: str
    table: str
    column: str | None
    keys: tuple[tuple[str, Node], ...]
    where: Node | None
    kind: Kind
    level: float = 0.5


Node = Constant | Column | Setting | Arithmetic | Comparison | Junction | Negation | Member | Call | Aggregate


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes right below; of an aggregate those that are evaluated on the row itself."""
    if isinstance(node, Arithmetic | Comparison):
        return (node.left, node.right)
    if isinstance(node, Junction | Call):
        return node.parts
    if isinstance(node, Negation | Member):
        return (node.part,)
    if isinstance(node, Aggregate):
        return tuple(ours for _, ours in node.keys)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, left to right."""
    yield node
    for part in parts_of(node):
        yield from walk(part)


def columns_of(node: Node) -> tuple[str, ...]:
    """Columns of the row that the expression uses, in order of appearance."""
    return tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, Column)))


def tables_of(node: Node) -> frozenset[str]:
    """Tables that the expression looks into."""
    found = set()
    for part in walk(node):
        if isinstance(part, Aggregate):
            found.add(part.table)
            found |= tables_of(part.where) if part.where else frozenset()
        if isinstance(part, Call) and part.name == "events_elsewhere":
            found |= {"attendance", "support_events"}
    return frozenset(found)
